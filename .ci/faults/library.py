"""A library under test: the program run on it, and what must be true of it afterwards."""

import json
import os
import shutil
import subprocess
from pathlib import Path

QUERIES = ["climate energy council water report", "the", "schools", "wasser", '"energy efficiency"']


class Wrong(Exception):
    """Something a user would complain about."""


def compiled(scratch: Path) -> Path:
    shim = scratch / "storage.so"
    source = Path(__file__).parent / "storage.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"], check=True)
    return shim


class Library:
    """A data directory, `root/library/index`; `root` is the disk it lies on."""

    def __init__(self, binary: Path, root: Path):
        self.binary, self.root = binary, root
        self.index = root / "library" / "index"

    def run(self, *arguments, environment=None, timeout=120, under=()) -> subprocess.CompletedProcess:
        command = [*under, str(self.binary), "--index", str(self.index), *map(str, arguments)]
        settings = {"RECTO_INGEST__COMMIT_PAGES": "1", "RECTO_INGEST__MINIMUM_FREE_BYTES": "0"}
        return subprocess.run(command, env={**os.environ, **settings, **(environment or {})}, capture_output=True,
                              text=True, errors="replace", timeout=timeout)

    def ingest(self, *paths, expected=(0, 3), **options) -> subprocess.CompletedProcess:
        result = self.run("--progress", "json", "ingest", "--jobs", "1", *paths, **options)
        if result.returncode not in expected:
            raise Wrong(f"ingest ended with {result.returncode}: {last(result.stderr)}")
        return result

    def verify(self) -> None:
        result = self.run("verify")
        if result.returncode != 0:
            raise Wrong(f"verify ended with {result.returncode}: {result.stdout.strip()} {last(result.stderr)}")

    def reports(self) -> list[str]:
        result = self.run("export", "--format", "ndjson", "--pages", "0")
        if result.returncode not in (0, 1):
            raise Wrong(f"export ended with {result.returncode}: {last(result.stderr)}")
        return sorted(json.loads(line)["id"] for line in result.stdout.splitlines())

    def answers(self) -> str:
        """Every report with its pages in an order that no history changes, and searches with their hits."""
        lines = sorted(self.run("export", "--format", "ndjson").stdout.splitlines())
        for query in QUERIES:
            lines += self.run("export", "--format", "ndjson", "--op", "or", query).stdout.splitlines()
        return "\n".join(lines)

    def check_tidy(self) -> None:
        """No file is left that an interrupted write has begun."""
        left = [path.name for path in self.index.rglob("*") if path.suffix == ".new" or path.name.startswith(".tmp")]
        if left:
            raise Wrong(f"left behind: {', '.join(left)}")

    def copy(self, root: Path) -> "Library":
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return Library(self.binary, root)


def acknowledged(said: str) -> int:
    """Reports that a run with `--progress json` has said to be committed."""
    total = 0
    for line in said.splitlines():
        if '"committed"' in line:
            total += json.loads(line)["reports"]
    return total


def last(text: str) -> str:
    lines = [line for line in text.splitlines() if line and not line.startswith("{")]
    return " / ".join(lines[-3:])
