#!/usr/bin/env python3
"""Reads hostile PDFs among good ones and checks that each costs itself at most.

    .ci/hostile.py BINARY FIXTURES [--mutants N] [--seed S] [--jobs N] [--also FOLDER...] [--only NAME...] [--no-extract]

The files of `.ci/hostile/` (and those of other folders) are ingested with the good ones between them: every file must
have one outcome, the one that is foreseen where it can be foreseen; the good ones must have the text they have in a
library of their own; the ingesting process must stay small, and leave no process behind; `recto verify` must find
nothing; failed files are tried again by `recto retry` alone. Then `recto extract` reads each of them on its own.

Prints what took longest, and how many files had which outcome; exits 1 at the first thing that is wrong. The full
campaign: `.ci/hostile.py target/release/recto fixtures --mutants 10000`.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "hostile"))

import make  # noqa: E402
from pdf import paged  # noqa: E402

# What is recognised in pictures is another program's work.
os.environ["RECTO_OCR__MODE"] = "off"

# What the ingesting process may need beyond what it needs for good files.
GROWTH_MEBIBYTES = 64
# Of one file: the limit on time, the grace beyond it, and what the two cores' other work may cost.
FILE_SECONDS = 45
# Reasons that are right for no file.
NEVER = ("crashed", "timeout", "unreadable", "changed", "killed")


def fail(message: str):
    sys.exit(f"FAILED: {message}")


def good_files(fixtures: Path) -> dict[str, bytes]:
    """The fixtures, and some more that are like nothing else."""
    files = {file.stem: file.read_bytes() for file in sorted(fixtures.glob("*.pdf"))}
    for number in range(12):
        words = f"BT /F1 12 Tf 20 700 Td (Good file {number} of councils, energy and water) Tj ET"
        files[f"good-{number}"] = paged(words.encode())
    return files


class Watch(threading.Thread):
    """The largest memory of a process, and the processes it has started, looked at again and again."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.mebibytes, self.children, self.stop = pid, 0.0, set(), threading.Event()

    def run(self):
        while not self.stop.wait(0.005):
            try:
                status = Path(f"/proc/{self.pid}/status").read_text()
                self.children.update(Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())
                for task in Path(f"/proc/{self.pid}/task").iterdir():
                    self.children.update((task / "children").read_text().split())
            except OSError:
                continue
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    self.mebibytes = int(line.split()[1]) / 1024


class Library:
    """A library of its own."""

    def __init__(self, binary: Path, index: Path):
        self.binary, self.index = binary, index

    def run(self, *arguments: str, codes=(0,)) -> str:
        command = [str(self.binary), "--index", str(self.index), "-q", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if done.returncode not in codes:
            fail(f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def ingest(self, folder: Path, jobs: int) -> tuple[dict, Watch, float]:
        """The summary, what was seen of the process, and the seconds it took."""
        command = [str(self.binary), "--index", str(self.index), "-q", "ingest", "--json", "--jobs", str(jobs), str(folder)]
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        watch = Watch(process.pid)
        watch.start()
        output = process.stdout.read()
        code = process.wait()
        watch.stop.set()
        watch.join()
        if code not in (0, 3):
            fail(f"the ingest ended with {code}")
        summary = json.loads(output)
        if (code == 3) != bool(sum(summary["failed"].values())):
            fail(f"the ingest ended with {code} and {summary}")
        left = [pid for pid in watch.children if Path(f"/proc/{pid}").exists()]
        if left:
            fail(f"processes {left} are left")
        return summary, watch, time.monotonic() - began

    def outcomes(self) -> dict[str, str]:
        """What became of every file, by its name without number: the outcome, and the reason if there is one."""
        catalogue = sqlite3.connect(f"file:{self.index}/catalogue.sqlite?mode=ro", uri=True)
        rows = catalogue.execute("SELECT path, outcome, reason FROM files").fetchall()
        catalogue.close()
        name = lambda path: Path(os.fsdecode(path)).stem.partition("=")[2]
        return {name(path): f"{outcome} {reason or ''}".strip() for path, outcome, reason in rows}

    def records(self) -> dict[bytes, bytes]:
        """The stored record of every report, by its id: all its text, and where every word stands."""
        catalogue = sqlite3.connect(f"file:{self.index}/catalogue.sqlite?mode=ro", uri=True)
        rows = catalogue.execute("SELECT id, segment, offset, length FROM reports").fetchall()
        catalogue.close()
        segments = {row[1]: (self.index / f"text/{row[1]:06}.pages").read_bytes() for row in rows}
        return {id: segments[segment][offset : offset + length] for id, segment, offset, length in rows}


def write(folder: Path, files: dict[str, bytes], seed: int) -> None:
    """Writes the files in an order of chance. One is called the same in every folder, as titles may come from names."""
    folder.mkdir()
    for name, content in files.items():
        place = hashlib.sha256(f"{seed} {name}".encode()).hexdigest()[:8]
        (folder / f"{place}={name}.pdf").write_bytes(content)


def check_outcomes(cases, library: Library, summary: dict, good: dict, expected_good: dict) -> Counter:
    """Every file has one outcome, and the right one."""
    outcomes = library.outcomes()
    failed = Counter(summary["failed"])
    counted = summary["indexed"] + summary["partial"] + summary["duplicates"] + summary["unchanged"] + failed.total()
    if counted != summary["files"]:
        fail(f"{summary['files']} files and {counted} outcomes: {summary}")
    kinds = Counter()
    wrong = []
    if len(outcomes) != summary["files"]:
        fail(f"{summary['files']} files and {len(outcomes)} in the catalogue")
    for name, wanted in cases.items():
        outcome = outcomes[name]
        kinds[outcome] += 1
        if outcome.endswith(NEVER) or (wanted and not outcome.startswith(wanted)):
            wrong.append(f"{name}: {outcome}, expected {' or '.join(wanted) or 'anything but a crash'}")
    if wrong:
        fail("outcomes are not those foreseen\n    " + "\n    ".join(wrong))
    for name in good:
        if outcomes.get(name) != expected_good.get(name):
            fail(f"{name}, a good file, is {outcomes.get(name)} among hostile ones, else {expected_good.get(name)}")
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--mutants", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="folders of further hostile files")
    parser.add_argument("--only", nargs="*", default=[], help="names of cases")
    parser.add_argument("--no-extract", action="store_true")
    options = parser.parse_args()
    binary = options.binary.resolve()
    good = good_files(options.fixtures)
    cases = [case for case in make.cases(options.mutants, options.seed) if not options.only or case.name in options.only]
    files = {case.name: case.make() for case in cases}
    wanted = {case.name: case.outcomes for case in cases}
    for folder in options.also:
        for file in sorted(folder.rglob("*.pdf")):
            name = "-".join(file.relative_to(folder.parent).with_suffix("").parts).replace("=", "-")
            files[name], wanted[name] = file.read_bytes(), ()
    with tempfile.TemporaryDirectory() as scratch:
        run(binary, Path(scratch), good, files, wanted, options)


def run(binary, scratch, good, files, wanted, options):
    write(scratch / "good", good, options.seed)
    # Which of the threads get something to do in so short a run is chance.
    tries = [Library(binary, scratch / f"alone-{number}") for number in range(3)]
    before = max(library.ingest(scratch / "good", options.jobs)[1].mebibytes for library in tries)
    alone = tries[0]

    write(scratch / "all", {**good, **files}, options.seed)
    library = Library(binary, scratch / "library")
    summary, watch, seconds = library.ingest(scratch / "all", options.jobs)
    kinds = check_outcomes(wanted, library, summary, good, alone.outcomes())
    growth = watch.mebibytes - before
    print(
        f"{len(files)} hostile files among {len(good)} good ones in {seconds:.0f} s, {len(watch.children)} processes; "
        f"the ingesting one took {watch.mebibytes:.0f} MiB, {growth:+.0f} MiB"
    )
    print("    " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    if growth > GROWTH_MEBIBYTES:
        fail(f"the ingesting process grew by {growth:.0f} MiB")
    if seconds > FILE_SECONDS * len(files) / options.jobs:
        fail(f"{seconds:.0f} s are more than the limits of all files allow")
    records = library.records()
    for id, record in alone.records().items():
        if records.get(id) != record:
            fail(f"the good report {id.hex()} is not what it is alone")
    library.run("verify")

    failed = sum(summary["failed"].values())
    again, watch, _ = library.ingest(scratch / "all", options.jobs)
    if again["unchanged"] != summary["files"] or again["bytes"]:
        fail(f"files were read again that had failed: {again}")
    retried = json.loads(library.run("retry", "--json", codes=(0, 3)))
    if retried["files"] != failed or sum(retried["failed"].values()) != failed:
        fail(f"{failed} files failed, and {retried} came of trying again")
    library.run("verify")

    if not options.no_extract:
        # From a small process: one starts with the memory of who starts it.
        command = [sys.executable, str(Path(__file__).with_name("corpus.py")), str(binary), str(scratch / "all")]
        if subprocess.run([*command, "--seconds", str(FILE_SECONDS)]).returncode:
            fail("extract")


if __name__ == "__main__":
    main()
