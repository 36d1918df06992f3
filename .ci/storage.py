#!/usr/bin/env python3
"""Cuts the power, fills the disk, kills and corrupts at every operation on storage, and checks that nothing is lost.

    .ci/storage.py BINARY FOLDER [--campaign NAME]... [--points N] [--seed S] [--workers N] [--scratch DIR]

Campaigns (all of them if none is named); `--points` thins each to so many trials, drawn by the seed:

    cuts         the power is cut at every operation of a first ingest, of one that adds, of a rebuild and of a repair: what
                 was not synced is lost, wholly or in part, with names or without
    failures     every operation fails with ENOSPC or EIO, once or from then on
    kills        the process is killed before and after every operation
    corruption   every kind of file is flipped, cut, emptied, removed, swapped, replaced, also while a service runs
    writers      2 and 10 ingests at once, 20 times: one works, the others name it and touch nothing
    surroundings a library that cannot be written, a disk that fills under a service and is emptied, also while it counts
                 readings, a mount that is gone

The full campaign:

    .ci/storage.py target/release/recto fixtures

Needs a C compiler. The operations are seen by a library put in front of the C library (faults/storage.c); whether any
call bypasses it is checked with strace where that is installed.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from faults import campaigns  # noqa: E402
from faults.library import Wrong, compiled  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--campaign", action="append", choices=list(campaigns.ALL))
    parser.add_argument("--points", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    # What survives is decided by the record, not by a disk, which would only make the trials slow.
    memory = Path("/dev/shm")
    parser.add_argument("--scratch", type=Path, default=memory if os.access(memory, os.W_OK) else None)
    arguments = parser.parse_args()
    lost = 0
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        scratch = Path(scratch).resolve()
        bench = campaigns.Bench(arguments.binary.resolve(), arguments.folder.resolve(), scratch, compiled(scratch))
        for name in arguments.campaign or campaigns.ALL:
            lost += carry_out(name, bench, arguments)
    if lost:
        sys.exit(f"{lost} trials failed")


def carry_out(name: str, bench: "campaigns.Bench", arguments: argparse.Namespace) -> int:
    start = time.monotonic()
    trials = list(campaigns.ALL[name](bench, random.Random(arguments.seed)))
    all_trials = len(trials)
    if arguments.points and arguments.points < all_trials:
        chosen = sorted(random.Random(arguments.seed).sample(range(all_trials), arguments.points))
        trials = [trials[place] for place in chosen]
    failures = []

    def attempt(numbered) -> None:
        number, (label, trial) = numbered
        room = bench.scratch / f"trial-{number}"
        room.mkdir()
        try:
            trial(room)
        except Wrong as wrong:
            failures.append(f"{label}: {wrong}")
            print(f"  {failures[-1]}", flush=True)
        except Exception as error:  # a trial that cannot be carried out has not been survived
            failures.append(f"{label}: {type(error).__name__}: {error}")
            print(f"  {failures[-1]}", flush=True)
        finally:
            shutil.rmtree(room, ignore_errors=True)

    with ThreadPoolExecutor(arguments.workers) as pool:
        list(pool.map(attempt, enumerate(trials)))
    print(f"{name}: {len(trials)} of {all_trials} trials, {len(trials) - len(failures)} survived, {len(failures)} lost, "
          f"{time.monotonic() - start:.0f} s", flush=True)
    return len(failures)


if __name__ == "__main__":
    main()
