"""Results of measurements as files: one a part, without anything of the machine's paths."""

import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "results"
# Where paths begin that say something of one machine alone.
OF_MACHINE = re.compile(r"(?<![\w.])/(home|root|tmp|work|Users|var|mnt|srv|opt)/")


def version(binary: Path) -> str:
    """`0.1.0 (1a2b3c4d5e6f)`; the commit only of a build for release."""
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    return told.removeprefix("recto ").strip()


def machine() -> dict:
    """What figures are of, as `recto bench` names it."""
    def field(path: str, name: str) -> str | None:
        try:
            lines = Path(path).read_text().splitlines()
        except OSError:
            return None
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), None)

    memory = field("/proc/meminfo", "MemTotal")
    return {"os": platform.system().lower(), "architecture": platform.machine(),
            "processor": field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_bytes": int(memory.split()[0]) * 1024 if memory else None}


def others_at_work(seconds: float = 2.0) -> float | None:
    """How many cores are busy while nothing is measured."""
    def busy_and_all() -> tuple[int, int]:
        times = [int(time) for time in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        return sum(times) - times[3] - times[4], sum(times)

    try:
        before = busy_and_all()
        time.sleep(seconds)
        busy, passed = (after - earlier for after, earlier in zip(busy_and_all(), before))
    except (OSError, IndexError):
        return None
    return round((os.cpu_count() or 1) * busy / max(passed, 1), 2)


class Part:
    """A part of the measurements, from its beginning to its file."""

    def __init__(self, name: str, binary: Path, is_quick: bool = False):
        self.name, self.recto, self.is_quick = name, version(binary), is_quick
        self.busy = others_at_work()
        self.started = time.monotonic()

    def done(self, figures: dict) -> dict:
        """What is kept: the figures and what they are of. `busy` is how many cores others kept busy when it began."""
        return {"part": self.name, "recto": self.recto, "date": datetime.date.today().isoformat(),
                "seconds": round(time.monotonic() - self.started), "quick": self.is_quick, "busy": self.busy,
                "machine": machine(), **figures}


def write(result: dict, folder: Path) -> None:
    """Keeps a part's result; one that names a path of the machine is a mistake."""
    text = json.dumps(rounded(result), ensure_ascii=False, indent=1) + "\n"
    found = OF_MACHINE.search(text)
    if found:
        sys.exit(f"the result of {result['part']} names a path: …{text[max(0, found.start() - 60):found.end() + 60]}…")
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{result['part']}.json.new"
    scratch.write_text(text)
    scratch.rename(folder / f"{result['part']}.json")


def read(folder: Path) -> dict[str, dict]:
    """Results by part."""
    results = (json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))
    return {result["part"]: result for result in results}


def rounded(value: object) -> object:
    """The same with five digits of every figure, which is more than any of them is good for."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: rounded(of) for name, of in value.items()}
    return [rounded(of) for of in value] if isinstance(value, list) else value
