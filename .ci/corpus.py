#!/usr/bin/env python3
"""Runs `recto extract` over every PDF under a folder: each must end in time, within memory, and without a signal.

    .ci/corpus.py BINARY FOLDER [--seconds 30] [--mebibytes 1024]

Prints the offenders and a one-line summary; exits 1 if there are any. Needs nothing but the standard library.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ALLOWED = (0, 3)


def run(binary, file, seconds, mebibytes):
    """What was wrong with this file's run (None if nothing), its wall-clock seconds and peak MiB."""
    command = [binary, "--color", "never", "-q", "extract", "--format", "text", str(file)]
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    late = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        late.cancel()
    process.returncode = 0  # reaped by wait4
    took, peak = time.monotonic() - began, usage.ru_maxrss / 1024
    code = os.waitstatus_to_exitcode(status)
    if took >= seconds:
        return f"still running after {seconds} s", took, peak
    if code < 0:
        return f"died of {signal.Signals(-code).name}", took, peak
    if code not in ALLOWED:
        return f"exit code {code}", took, peak
    if peak > mebibytes:
        return f"took {peak:.0f} MiB", took, peak
    return None, took, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--mebibytes", type=float, default=1024)
    options = parser.parse_args()
    files = sorted(file for file in options.folder.rglob("*.pdf") if file.is_file())
    if not files:
        sys.exit(f"no PDFs under {options.folder}")
    began = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(
            pool.map(lambda file: run(options.binary, file, options.seconds, options.mebibytes), files)
        )
    offenders = [(file, fault) for file, (fault, _, _) in zip(files, results) if fault]
    for file, fault in offenders:
        print(f"{file.relative_to(options.folder)}: {fault}")
    slowest = max(range(len(files)), key=lambda at: results[at][1])
    largest = max(range(len(files)), key=lambda at: results[at][2])
    print(
        f"{len(files)} files in {time.monotonic() - began:.0f} s, {len(offenders)} offending; "
        f"slowest {results[slowest][1]:.1f} s ({files[slowest].name}), "
        f"largest {results[largest][2]:.0f} MiB ({files[largest].name})"
    )
    sys.exit(1 if offenders else 0)


if __name__ == "__main__":
    main()
