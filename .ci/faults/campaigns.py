"""The campaigns: each gives its trials as (label, what to do in an empty room). A trial that raises was not survived."""

import json
import shutil
import subprocess
from pathlib import Path

from . import corruption, surroundings
from .disk import MODES, NOTE, Disk, read_record
from .library import Library, Wrong, acknowledged, last

# Reports that are there first, and how many more are added.
FIRST, MORE = 5, 4


class Bench:
    """What all trials share: reports in two folders, libraries of them, and the answers of undisturbed ones."""

    def __init__(self, binary: Path, folder: Path, scratch: Path, shim: Path):
        self.binary, self.scratch, self.shim = binary, scratch, shim
        # Some trials run as another user.
        scratch.chmod(0o755)
        self.pdfs, self.empty = scratch / "pdfs", scratch / "empty"
        self.empty.mkdir()
        small = sorted(folder.rglob("*.pdf"), key=lambda path: (path.stat().st_size, path.name))
        readable = [path for path in small if self.can_be_read(path)][:FIRST + MORE]
        for number, path in enumerate(readable):
            below = self.pdfs / ("first" if number % 2 == 0 and number // 2 < FIRST else "more")
            below.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, below)
        self.first = self.library("first", self.pdfs / "first")
        self.whole = self.library("whole", self.pdfs / "first", self.pdfs)
        self.answers = {"first": self.first.answers(), "whole": self.whole.answers()}
        rows = [json.loads(line) for line in self.whole.run("export", "--pages", "0").stdout.splitlines()]
        self.ids = {row["file"]: row["id"] for row in rows}

    def can_be_read(self, path: Path) -> bool:
        command = [str(self.binary), "extract", str(path)]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0

    def library(self, name: str, *steps: Path) -> Library:
        library = Library(self.binary, self.scratch / name)
        library.root.mkdir()
        for step in steps:
            library.ingest(step, expected=(0,))
        library.verify()
        return library

    def in_order(self, folder: Path) -> list[str]:
        """Identities of a folder's reports in the order one job commits them: the largest first."""
        files = sorted(folder.rglob("*.pdf"), key=lambda path: (-path.stat().st_size, str(path)))
        return [self.ids[str(path)] for path in files]

    def environment(self, library: Library, **settings) -> dict:
        shim = {"LD_PRELOAD": str(self.shim), "STORAGE_ROOT": str(library.root)}
        return shim | {f"STORAGE_{name.upper()}": str(value) for name, value in settings.items()}


class Scenario:
    """A command on a library in a certain state."""

    def __init__(self, bench: Bench, name: str, start: Library | None, command: list, result: str, added: Path | None):
        self.bench, self.name, self.start, self.command, self.result = bench, name, start, command, result
        self.before = set(start.reports()) if start else set()
        # Reports that the command commits one by one.
        self.added = [id for id in bench.in_order(added) if id not in self.before] if added else []

    def begin(self, room: Path) -> Library:
        if self.start:
            return self.start.copy(room / "disk")
        (room / "disk").mkdir()
        return Library(self.bench.binary, room / "disk")

    def carry_out(self, library: Library, **options) -> subprocess.CompletedProcess:
        return library.run("--progress", "json", *self.command, **options)

    def folder(self) -> Path:
        return self.bench.pdfs if self.result == "whole" else self.bench.pdfs / "first"

    def operations(self, scratch: Path) -> int:
        """How many operations the command takes when nothing is in its way."""
        library, counted = self.begin(scratch), scratch / "count"
        result = self.carry_out(library, environment=self.bench.environment(library, count=counted))
        if result.returncode != 0:
            raise Wrong(f"{self.name} ended with {result.returncode}: {last(result.stderr)}")
        return int(counted.read_text())

    def check_nothing_is_lost(self, library: Library, acknowledged_reports: int) -> None:
        """Mends the library as any start does, without a look at the PDFs, and asks for what was acknowledged."""
        library.ingest(self.bench.empty, expected=(0,))
        found = library.reports()
        missing = (self.before | set(self.added[:acknowledged_reports])) - set(found)
        if missing:
            raise Wrong(f"{len(missing)} acknowledged reports are lost")
        if len(found) != len(set(found)):
            raise Wrong("a report is there twice")

    def check_it_can_be_finished(self, library: Library) -> None:
        library.ingest(self.folder(), expected=(0,))
        library.verify()
        library.check_tidy()
        if library.answers() != self.bench.answers[self.result]:
            raise Wrong("answers differ from those of an undisturbed library")


def scenarios(bench: Bench) -> list[Scenario]:
    first, all_pdfs = bench.pdfs / "first", bench.pdfs
    damaged = bench.first.copy(bench.scratch / "damaged")
    corruption.flip(damaged.index / "catalogue.sqlite", 64)
    ingest = ["ingest", "--jobs", "1"]
    return [
        Scenario(bench, "first ingest", None, [*ingest, first], "first", first),
        Scenario(bench, "adding", bench.first, [*ingest, all_pdfs], "whole", all_pdfs),
        Scenario(bench, "rebuild", bench.first, ["rebuild"], "first", None),
        Repair(bench, "repair", damaged, [*ingest, first], "first", None),
    ]


class Repair(Scenario):
    """A catalogue that has to be made again; what it held must be found without the PDFs."""

    def __init__(self, bench: Bench, name: str, start: Library, command: list, result: str, added: Path | None):
        super().__init__(bench, name, None, command, result, added)
        self.start, self.before = start, set(bench.first.reports())


def cuts(bench: Bench, chance):
    for scenario in scenarios(bench):
        scratch = bench.scratch / f"cuts-{scenario.name}"
        scratch.mkdir()
        library, record = scenario.begin(scratch), scratch / "record"
        pristine = scratch / "pristine"
        shutil.copytree(library.root, pristine)
        result = scenario.carry_out(library, environment=bench.environment(library, log=record))
        if result.returncode != 0:
            raise Wrong(f"{scenario.name} ended with {result.returncode}: {last(result.stderr)}")
        operations = read_record(record)
        for until in range(1, len(operations) + 1):
            for mode in MODES:
                seed = chance.getrandbits(32)
                yield (f"{scenario.name}, cut after {until} of {len(operations)}, {mode}, seed {seed}",
                       cut(scenario, library.root, pristine, operations, until, mode, seed))


def cut(scenario, recorded_root, pristine, operations, until, mode, seed):
    import random

    def trial(room: Path) -> None:
        disk = Disk(pristine)
        disk.root = str(recorded_root)
        for operation in operations[:until]:
            disk.replay(operation)
        library = Library(scenario.bench.binary, room / "disk")
        disk.write(library.root, mode, random.Random(seed))
        said = b"".join(operation.data for operation in operations[:until] if operation.kind == NOTE)
        scenario.check_nothing_is_lost(library, acknowledged(said.decode()))
        scenario.check_it_can_be_finished(library)
    return trial


def counted(bench: Bench, purpose: str):
    for scenario in scenarios_of(bench):
        scratch = bench.scratch / f"{purpose}-{scenario.name}"
        scratch.mkdir()
        yield scenario, scenario.operations(scratch)


def scenarios_of(bench: Bench) -> list[Scenario]:
    if not hasattr(bench, "scenarios"):
        bench.scenarios = scenarios(bench)
    return bench.scenarios


FULL, BROKEN = 28, 5


def failures(bench: Bench, _chance):
    for scenario, operations in counted(bench, "failures"):
        for number in range(1, operations + 1):
            for what, settings in [
                ("no room from here on", {"fail": f"{number}+", "errno": FULL, "short": 1}),
                ("no room once", {"fail": number, "errno": FULL}),
                ("an input/output error", {"fail": number, "errno": BROKEN}),
            ]:
                yield f"{scenario.name}, {what} at {number} of {operations}", failure(scenario, settings)


def failure(scenario: Scenario, settings: dict):
    def trial(room: Path) -> None:
        bench, library = scenario.bench, scenario.begin(room)
        result = scenario.carry_out(library, environment=bench.environment(library, **settings))
        if result.returncode not in (0, 2):
            raise Wrong(f"ended with {result.returncode}: {last(result.stderr)}")
        is_full = settings["errno"] == FULL
        # What was refused only once cannot be told from something else by SQLite.
        is_told = "the disk is full" in result.stderr or "catalogue: " in result.stderr and "+" not in str(settings["fail"])
        if result.returncode == 2 and is_full and not is_told:
            raise Wrong(f"does not say that the disk is full: {last(result.stderr)}")
        if result.returncode == 2 and "error: " not in result.stderr:
            raise Wrong("says nothing")
        reports = acknowledged(result.stderr)
        if (scenario.before or reports) and not isinstance(scenario, Repair):
            # The last commit answers, also while there is still no room.
            still = bench.environment(library, fail="1+", errno=FULL) if is_full else {}
            answer = library.run("search", "--op", "or", "--format", "ndjson", "--limit", "100",
                                 "the de die of and", environment=still)
            if answer.returncode not in (0, 1):
                raise Wrong(f"cannot be searched: {answer.returncode} {last(answer.stderr)}")
        scenario.check_nothing_is_lost(library, reports)
        scenario.check_it_can_be_finished(library)
    return trial


def kills(bench: Bench, _chance):
    for scenario, operations in counted(bench, "kills"):
        for number in range(1, operations + 1):
            for when in ("before", "after"):
                yield f"{scenario.name}, killed {when} {number} of {operations}", kill(scenario, f"{number} {when}")


def kill(scenario: Scenario, when: str):
    def trial(room: Path) -> None:
        library = scenario.begin(room)
        result = scenario.carry_out(library, environment=scenario.bench.environment(library, kill=when))
        # Which thread comes first is not always the same, so the last operations may not be reached.
        if result.returncode not in (-9, 0):
            raise Wrong(f"ended with {result.returncode}: {last(result.stderr)}")
        reports = acknowledged(result.stderr)
        if (scenario.before or reports) and not isinstance(scenario, Repair):
            library.verify()
        scenario.check_nothing_is_lost(library, reports)
        scenario.check_it_can_be_finished(library)
    return trial


ALL = {
    "cuts": cuts,
    "failures": failures,
    "kills": kills,
    "corruption": corruption.trials,
    "writers": surroundings.writers,
    "surroundings": surroundings.trials,
}
