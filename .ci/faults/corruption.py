"""Damage to the files of a library, at rest and under a running service."""

import json
import random
import shutil
import signal
from pathlib import Path

from .library import Library, Wrong
from .service import Service

WAYS = ["flip", "flips", "cut", "zero", "empty", "remove", "swap", "garbage", "old"]


def flip(path: Path, times: int, chance: random.Random | None = None) -> None:
    chance = chance or random.Random(times)
    content = bytearray(path.read_bytes())
    for _ in range(times if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def damage(path: Path, way: str, chance: random.Random, library: Library, older: Library) -> None:
    content = path.read_bytes()
    if way == "flip":
        flip(path, 1, chance)
    elif way == "flips":
        flip(path, 64, chance)
    elif way == "cut":
        path.write_bytes(content[:chance.randrange(len(content) + 1)])
    elif way == "zero":
        path.write_bytes(bytes(len(content)))
    elif way == "empty":
        path.write_bytes(b"")
    elif way == "remove":
        path.unlink()
    elif way == "garbage":
        path.write_bytes(chance.randbytes(max(len(content), 64)))
    elif way == "swap":
        alike = [other for other in path.parent.iterdir()
                 if other.is_file() and other != path and other.suffix == path.suffix]
        other = chance.choice(sorted(alike) or [library.index / "CURRENT"])
        if other != path:
            path.write_bytes(other.read_bytes())
            other.write_bytes(content)
    else:
        before = older.index / path.relative_to(library.index)
        if before.is_file():
            shutil.copy(before, path)
        else:
            path.write_bytes(content[::-1])


def files(library: Library) -> list[Path]:
    return sorted(path.relative_to(library.index) for path in library.index.rglob("*") if path.is_file())


def kind(path: Path) -> str:
    return path.suffix if path.suffix and path.parent.name.startswith("gen-") else path.name


def trials(bench, chance):
    """Three of each way on each kind of file, started by an ingest, and by a service without a folder to read."""
    by_kind: dict[str, list[Path]] = {}
    for path in files(bench.whole):
        by_kind.setdefault(kind(path), []).append(path)
    for name, paths in sorted(by_kind.items()):
        for way in WAYS:
            for number in range(3):
                path, seed = chance.choice(paths), chance.getrandbits(32)
                start = "an ingest" if number == 0 else "a service"
                yield f"{name} ({path}), {way}, then {start}, seed {seed}", at_rest(bench, path, way, seed, start)
            path, seed = chance.choice(paths), chance.getrandbits(32)
            yield f"{name} ({path}), {way} under a service, seed {seed}", under_service(bench, path, way, seed)


def at_rest(bench, path: Path, way: str, seed: int, start: str):
    def trial(room: Path) -> None:
        library = bench.whole.copy(room / "disk")
        damage(library.index / path, way, random.Random(seed), library, bench.first)
        if start == "a service":
            check_service(bench, library)
        finish(bench, library)
    return trial


def check_service(bench, library: Library) -> None:
    """What a service answers once it is up is right, though what only the PDFs still hold may be missing."""
    right = {line["id"]: line for line in map(json.loads, bench.whole.run("export").stdout.splitlines())}
    with Service(library) as service:
        for hit in service.hits():
            row = right.get(hit["id"])
            if row is None:
                raise Wrong("a report is served that is not in the library")
            for field in ("title", "authors", "date", "language", "pages_total", "pages_searchable"):
                if hit[field] != row[field]:
                    raise Wrong(f"{field} of a report is served as {hit[field]!r}")
        service.stop()


def under_service(bench, path: Path, way: str, seed: int):
    def trial(room: Path) -> None:
        library = bench.whole.copy(room / "disk")
        with Service(library) as service:
            before = service.hits()
            damage(library.index / path, way, random.Random(seed), library, bench.first)
            try:
                service.hits()
                service.hits()
            except OSError:
                pass
            # Bytes taken away from under a mapped file end the process, by the operating system's rules.
            service.process.send_signal(signal.SIGTERM)
            ended = service.process.wait(timeout=60)
            if ended not in (0, -signal.SIGBUS):
                raise Wrong(f"the service ended with {ended}")
        if not before:
            raise Wrong("nothing was found before")
        check_service(bench, library)
        finish(bench, library)
    return trial


def finish(bench, library: Library) -> None:
    library.ingest(bench.pdfs, expected=(0,))
    library.verify()
    if library.answers() != bench.answers["whole"]:
        raise Wrong("answers differ from those of an undisturbed library")
