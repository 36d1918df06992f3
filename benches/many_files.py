#!/usr/bin/env python3
"""Ingests very many files, and again, and says what it took: time, memory, room on disk.

    benches/many_files.py BINARY FOLDER [--files 100000] [--jobs 2] [--scratch DIR] [--keep]

The files are PDFs of one to eight pages, made of paragraphs drawn at random from the texts of the PDFs under FOLDER (as
BINARY reads them), so that words are as frequent as in these and no two files are alike; each has its own title and date.
They take some 3 KB each; the library takes about as much again. Printed are the first run, how its memory and speed
went along, a run that finds nothing new, one after a thousandth of the files changed, and what `recto verify` says.
Exits with 1 if a report is missing, an unchanged run takes 1 % of the first or more, or memory grew.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

LINES_A_PAGE = 46
COLUMNS = 90
# Between two looks at memory, in seconds.
INTERVAL = 1.0
# Growth of the ingesting process from the second fifth of the run to its last that passes for none, in MiB.
TOLERATED_GROWTH = 48


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave files and library where they are")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(dir=arguments.scratch))
    try:
        failed = measure(arguments, scratch)
    finally:
        if arguments.keep:
            print(f"kept in {scratch}")
        else:
            shutil.rmtree(scratch)
    sys.exit(1 if failed else 0)


def measure(arguments: argparse.Namespace, scratch: Path) -> bool:
    binary, files = arguments.binary.resolve(), scratch / "files"
    chance = random.Random(arguments.seed)
    paragraphs = paragraphs_of(binary, arguments.folder)
    start = time.monotonic()
    made = Made(files, paragraphs, chance)
    for number in range(arguments.files):
        made.write(number)
    print(f"{arguments.files} files, {made.pages} pages, {made.bytes / 1e6:.0f} MB made in "
          f"{time.monotonic() - start:.0f} s of {len(paragraphs)} paragraphs")
    library = scratch / "index"

    first = Run(binary, library, files, arguments.jobs)
    first.print("first run")
    halves = first.by_fifth()
    for fifth, (pages, parent, workers) in enumerate(halves, 1):
        print(f"    fifth {fifth}: {pages:,.0f} pages/s; {parent:.0f} MiB, and {workers:.0f} MiB in reading processes")
    growth = halves[-1][1] - halves[1][1]
    again = Run(binary, library, files, arguments.jobs)
    again.print("nothing new")
    changed = max(1, arguments.files // 1000)
    for number in range(changed):
        made.write(number)
    few = Run(binary, library, files, arguments.jobs)
    few.print(f"{changed} changed")
    room(library, first.summary["text_bytes"])
    start = time.monotonic()
    verified = subprocess.run([binary, "--index", library, "verify"], capture_output=True, text=True)
    print(f"verify: {(verified.stdout + verified.stderr).strip()} ({time.monotonic() - start:.1f} s)")

    share = again.seconds / first.seconds
    checks = [
        (f"every file is a report: {first.summary['indexed']}", first.summary["indexed"] == arguments.files),
        (f"an unchanged run takes {100 * share:.2f} % of the first", share < 0.01),
        (f"memory grew by {growth:.0f} MiB from the second fifth to the last", growth < TOLERATED_GROWTH),
        (f"{few.summary['indexed']} changed files were read again", few.summary["indexed"] == changed),
        ("verify finds nothing", verified.returncode == 0),
    ]
    for text, holds in checks:
        print(f"{'ok    ' if holds else 'FAILED'} {text}")
    return not all(holds for _, holds in checks)


def paragraphs_of(binary: Path, folder: Path) -> list[str]:
    """Runs of sentences as long as paragraphs are, in the characters that the made files have codes for."""
    paragraphs = []
    for pdf in sorted(folder.rglob("*.pdf")):
        text = subprocess.run([binary, "extract", pdf], capture_output=True, text=True).stdout
        for block in text.replace("\f", "\n\n").split("\n\n"):
            words = block.encode("cp1252", "ignore").decode("cp1252").split()
            if 25 <= len(words) <= 200:
                paragraphs.append(" ".join(words))
    if not paragraphs:
        sys.exit(f"no text under {folder}")
    return paragraphs


class Made:
    """Made files, a thousand a folder."""

    def __init__(self, folder: Path, paragraphs: list[str], chance: random.Random):
        self.folder, self.paragraphs, self.chance = folder, paragraphs, chance
        self.pages = self.bytes = 0

    def write(self, number: int) -> None:
        path = self.folder / f"{number // 1000:03}" / f"report-{number:06}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        pages = [self.page() for _ in range(self.chance.randint(1, 8))]
        title = " ".join(self.chance.choice(self.paragraphs).split()[:8])
        pdf = made_pdf(f"{title} ({number})", self.chance.randint(1990, 2025), pages)
        path.write_bytes(pdf)
        self.pages += len(pages)
        self.bytes += len(pdf)

    def page(self) -> list[str]:
        lines = []
        while len(lines) < LINES_A_PAGE - 4:
            line = ""
            for word in self.chance.choice(self.paragraphs).split():
                if len(line) + len(word) >= COLUMNS:
                    lines.append(line)
                    line = ""
                line += (" " if line else "") + word
            lines += [line, ""]
        return lines[:LINES_A_PAGE]


def made_pdf(title: str, year: int, pages: list[list[str]]) -> bytes:
    def literal(text: str) -> bytes:
        encoded = text.encode("cp1252", "replace")
        return b"(" + encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"

    kids = b" ".join(b"%d 0 R" % (5 + 2 * index) for index in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % len(pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Title" + literal(title) + b"/CreationDate(D:%d0301)>>" % year,
    ]
    for index, lines in enumerate(pages):
        shown = b"".join(literal(line) + b"'" for line in lines)
        stream = zlib.compress(b"BT/F 10 Tf 60 790 Td 15 TL" + shown + b"ET", 6)
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
                       b"/Contents %d 0 R>>" % (6 + 2 * index))
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n" % len(stream) + stream + b"\nendstream")
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    trailer += b"trailer<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return bytes(out + trailer)


class Run:
    """One ingest, with its memory and progress looked at as it goes."""

    def __init__(self, binary: Path, library: Path, files: Path, jobs: int):
        self.looks: list[tuple[float, float, float]] = []
        self.pages: list[tuple[float, int]] = []
        before = os.times()
        start = time.monotonic()
        command = [binary, "--index", library, "--progress", "json", "ingest", "--json", "--jobs", str(jobs), files]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        progress = threading.Thread(target=self.follow, args=(process.stderr, start))
        progress.start()
        memory = threading.Thread(target=self.watch, args=(process, start))
        memory.start()
        output = process.stdout.read()
        process.wait()
        self.seconds = time.monotonic() - start
        progress.join()
        memory.join()
        after = os.times()
        self.cpu = (after.children_user + after.children_system) - (before.children_user + before.children_system)
        if process.returncode != 0:
            sys.exit(f"ingest ended with exit code {process.returncode}")
        self.summary = json.loads(output)

    def follow(self, lines, start: float) -> None:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("event") == "progress":
                self.pages.append((time.monotonic() - start, event["pages_done"]))

    def watch(self, process: subprocess.Popen, start: float) -> None:
        while process.poll() is None:
            parent, workers = resident(process.pid), 0.0
            for child in children(process.pid):
                workers += resident(child)
            self.looks.append((time.monotonic() - start, parent, workers))
            time.sleep(INTERVAL)

    def by_fifth(self) -> list[tuple[float, float, float]]:
        """Pages a second, and most memory of parent and workers in MiB, of each fifth of the time."""
        fifths = []
        for fifth in range(5):
            begin, end = self.seconds * fifth / 5, self.seconds * (fifth + 1) / 5
            looks = [look for look in self.looks if begin <= look[0] <= end] or self.looks
            pages = [done for at, done in self.pages if begin <= at <= end] or [0]
            fifths.append(((pages[-1] - pages[0]) / (end - begin), max(look[1] for look in looks),
                           max(look[2] for look in looks)))
        return fifths

    def print(self, name: str) -> None:
        pages = sum(self.summary["pages"].values())
        parent = max((look[1] for look in self.looks), default=0)
        workers = max((look[2] for look in self.looks), default=0)
        print(f"{name}: {self.seconds:.2f} s, {self.cpu:.2f} s of processor time, {pages} pages, "
              f"{pages / self.seconds:,.0f} pages/s, at most {parent:.0f} MiB and {workers:.0f} MiB in reading processes")


def resident(process: int) -> float:
    """Memory of its own that a process holds, in MiB: mapped files of the index do not count, the kernel can take them."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")) / 1024


def children(process: int) -> list[int]:
    found = []
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except OSError:
            pass
    return found


def room(library: Path, text: int) -> None:
    parts: dict[str, tuple[int, int]] = {}
    for path in library.rglob("*"):
        if path.is_file():
            part = path.relative_to(library).parts[0]
            count, total = parts.get(part, (0, 0))
            parts[part] = (count + 1, total + path.stat().st_size)
    files, total = (sum(values) for values in zip(*parts.values()))
    print(f"on disk: {files} files, {total / 1e6:.0f} MB = {total / text:.2f} of the {text / 1e6:.0f} MB of text")
    for part, (count, size) in sorted(parts.items(), key=lambda item: -item[1][1]):
        print(f"    {part}: {count} files, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
