#!/usr/bin/env python3
"""Writes the hostile PDFs into a folder, for looking at them one by one.

    .ci/hostile/make.py FOLDER [--mutants N] [--seed S] [NAME...]

The files are always the same. Needs nothing but the standard library.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

# Each adds its cases as it is read.
import bombs  # noqa: E402,F401
import cycles  # noqa: E402,F401
import files  # noqa: E402
import fonts  # noqa: E402,F401
import layouts  # noqa: E402,F401
import syntax  # noqa: E402,F401
import texts  # noqa: E402,F401
from pdf import CASES, Case  # noqa: E402


def cases(mutants: int, seed: int) -> list[Case]:
    """All cases, and so many mutants."""
    files.add_mutants(mutants, seed)
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)), "names are given once"
    return CASES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    written = total = 0
    for case in cases(options.mutants, options.seed):
        if not options.names or case.name in options.names:
            content = case.make()
            (options.folder / f"{case.name}.pdf").write_bytes(content)
            written, total = written + 1, total + len(content)
    print(f"{written} files, {total / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
