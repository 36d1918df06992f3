#!/usr/bin/env python3
"""Kills ingests at random moments and checks that nothing is lost, nothing is twice and nothing needs a hand.

    .ci/kills.py BINARY FOLDER... [--kills N] [--seed S]

Every kill is followed by `recto verify`, which must find nothing. After some kills the ingest is let run to its end:
then every report must be there exactly once and answers must be those of a library that was never interrupted.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Kills between two runs that are let finish.
ROUND = 8


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    folders = [str(folder.resolve()) for folder in arguments.folders]
    with tempfile.TemporaryDirectory() as scratch:
        campaign = Campaign(arguments.binary.resolve(), folders, Path(scratch))
        expected, duration = campaign.undisturbed()
        counts = {"killed": 0, "ended before": 0, "whole": 0}
        while counts["killed"] < arguments.kills:
            for _ in range(ROUND):
                was_killed = campaign.kill_after(chance.uniform(0, duration * 1.2))
                counts["killed" if was_killed else "ended before"] += 1
                campaign.verify()
            campaign.finish()
            campaign.verify()
            if campaign.answers() != expected:
                sys.exit("answers differ from those of an undisturbed library")
            counts["whole"] += 1
            campaign.clear()
    print(f"{counts['killed']} killed, {counts['ended before']} had ended before, {counts['whole']} libraries "
          "finished whole, 0 reports lost, 0 twice")


class Campaign:
    def __init__(self, binary: Path, folders: list[str], scratch: Path):
        self.binary, self.folders, self.index = binary, folders, scratch / "index"

    def command(self, *arguments: str) -> list[str]:
        return [str(self.binary), "--index", str(self.index), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=600)

    def undisturbed(self) -> tuple[str, float]:
        start = time.monotonic()
        self.finish()
        duration = time.monotonic() - start
        self.verify()
        expected = self.answers()
        self.clear()
        return expected, duration

    def kill_after(self, seconds: float) -> bool:
        ingest = subprocess.Popen(
            self.command("-q", "ingest", "--jobs", "2", *self.folders),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            ingest.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            ingest.kill()
            ingest.wait()
            return True

    def finish(self) -> None:
        result = self.run("-q", "ingest", "--jobs", "2", *self.folders)
        if result.returncode not in (0, 3):
            sys.exit(f"the ingest ended with {result.returncode}: {result.stderr}")

    def verify(self) -> None:
        result = self.run("verify")
        # Killed before it had begun the library.
        if "holds no library yet" in result.stderr and not list(self.index.glob("text/*")):
            return
        if result.returncode != 0:
            sys.exit(f"verify ended with {result.returncode}:\n{result.stdout}{result.stderr}")

    def answers(self) -> str:
        # Every report with its pages, in an order that no history can change, and a search with its hits.
        reports = self.run("export", "--format", "ndjson")
        found = self.run("export", "--format", "ndjson", "--op", "or", "climate energy council water report")
        return "\n".join(sorted(reports.stdout.splitlines())) + found.stdout

    def clear(self) -> None:
        shutil.rmtree(self.index)


if __name__ == "__main__":
    main()
