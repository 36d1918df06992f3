#!/usr/bin/env python3
"""Kills and halts the processes that read while files are ingested, and at last the one that started them.

    .ci/chaos.py BINARY [--files N] [--jobs N] [--seed S]

No file may be lost: each is indexed, or is `killed` (hit a second time when it was read again alone) and read by the
next run. Then an ingest itself is killed: the processes that read must be gone within a second.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "hostile"))

from pdf import FONT, file, stream  # noqa: E402

# Between two blows.
PAUSE_SECONDS = 0.2
PAGES = 400


def fail(message: str):
    sys.exit(f"FAILED: {message}")


def report(number: int, chance: random.Random) -> bytes:
    """A report of many pages with words like no other's."""
    kids = range(1000, 1000 + PAGES)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), PAGES),
        5: FONT,
    }
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    for kid in kids:
        lines = (" ".join(f"w{chance.randrange(10_000)}" for _ in range(10)) for _ in range(40))
        text = "".join(f"({line}) Tj T* " for line in (f"Report {number}", *lines))
        objects[kid] = page % (kid + PAGES)
        objects[kid + PAGES] = stream(f"BT /F1 9 Tf 12 TL 40 760 Td {text} ET".encode())
    return file(objects)


def workers(parent: int) -> list[int]:
    """The processes that a process and its threads have started."""
    found = []
    try:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("--files", type=int, default=150)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary, chance = options.binary.resolve(), random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        run(binary, Path(scratch), chance, options)


def run(binary, scratch, chance, options):
    folder = scratch / "reports"
    folder.mkdir()
    for number in range(options.files):
        (folder / f"{number}.pdf").write_bytes(report(number, chance))
    # A halted process is given up after this long.
    (scratch / "recto.toml").write_text("[limits]\nstall_milliseconds = 2000\n")
    common = [str(binary), "--config", str(scratch / "recto.toml"), "-q", "--index", str(scratch / "index")]
    command = [*common, "ingest", "--json", "--jobs", str(options.jobs), str(folder)]

    ingest = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    blows = {signal.SIGKILL: 0, signal.SIGSTOP: 0}
    while ingest.poll() is None:
        time.sleep(PAUSE_SECONDS)
        victims = workers(ingest.pid)
        if victims:
            blow = chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP))
            try:
                os.kill(chance.choice(victims), blow)
                blows[blow] += 1
            except ProcessLookupError:
                pass
    summary = json.loads(ingest.stdout.read())
    lost = sum(summary["failed"].values())
    if summary["indexed"] + lost != options.files or set(summary["failed"]) - {"killed"}:
        fail(f"files are lost or blamed: {summary}")
    again = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    if again["indexed"] != lost or again["failed"]:
        fail(f"{lost} files were to be read again: {again}")
    if subprocess.run([*common, "verify"], stdout=subprocess.DEVNULL).returncode:
        fail("verify")
    print(
        f"{options.files} files, {blows[signal.SIGKILL]} processes killed and {blows[signal.SIGSTOP]} halted; {lost} files hit "
        "twice and read by the next run, 0 lost"
    )

    slowest = 0.0
    for _ in range(5):
        ingest = subprocess.Popen([*common[:-1], str(scratch / "other"), "ingest", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not (seen := workers(ingest.pid)) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.3))
        seen = workers(ingest.pid) or seen
        # One that is halted has to go as well.
        os.kill(chance.choice(seen), signal.SIGSTOP)
        ingest.kill()
        ingest.wait()
        died = time.monotonic()
        while any(is_alive(pid) for pid in seen):
            if time.monotonic() - died > 1:
                fail("processes that read outlive the one that started them")
            time.sleep(0.005)
        slowest = max(slowest, time.monotonic() - died)
    print(f"5 ingests killed; what they had started was gone within {slowest * 1000:.0f} ms")


def is_alive(pid: int) -> bool:
    """Whether it is there and not only waits for somebody to hear of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


if __name__ == "__main__":
    main()
