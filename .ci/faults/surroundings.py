"""Several writers at once, and surroundings that a library cannot choose: no right to write, no room, no mount."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from .disk import LINK, MKDIR, RENAME, RMDIR, SYNC, UNLINK, WRITE, read_record
from .library import Library, Wrong, acknowledged, last
from .service import Service


def writers(bench, _chance):
    for number in (2, 10):
        for turn in range(20):
            yield f"{number} writers, turn {turn + 1}", at_once(bench, number)


def at_once(bench, number: int):
    def trial(room: Path) -> None:
        library = bench.first.copy(room / "disk")
        command = [str(library.binary), "--index", str(library.index), "-q", "ingest", "--jobs", "1", str(bench.pdfs)]
        environment = {**os.environ, "RECTO_INGEST__COMMIT_PAGES": "1", "RECTO_INGEST__MINIMUM_FREE_BYTES": "0"}
        running = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                   for _ in range(number)]
        said = [process.communicate()[1] for process in running]
        worked = {process.pid for process in running if process.returncode == 0}
        for process, text in zip(running, said):
            if process.returncode == 0:
                continue
            holder = re.search(r"written by process (\d+)", text)
            if process.returncode != 75 or not holder:
                raise Wrong(f"a writer ended with {process.returncode}: {last(text)}")
            if int(holder[1]) not in {other.pid for other in running}:
                raise Wrong(f"process {holder[1]} is none of the writers")
        if not worked:
            raise Wrong("no writer worked")
        library.verify()
        if library.answers() != bench.answers["whole"]:
            raise Wrong("answers differ from those of an undisturbed library")
    return trial


def trials(bench, _chance):
    yield "a library that may only be read", lambda room: read_only(bench, room)
    yield "a disk that fills under a service", lambda room: full_under_service(bench, room)
    yield "readings that cannot be written", lambda room: readings(bench, room)
    yield "a disk with little room", lambda room: little_room(bench, room)
    yield "a root that is gone", lambda room: root_gone(bench, room)
    yield "a mount that is gone", lambda room: mount_gone(bench, room)
    yield "a file that moved", lambda room: moved(bench, room)
    yield "no call bypasses the C library", lambda room: nothing_bypasses(bench, room)


def read_only(bench, room: Path) -> None:
    library = bench.whole.copy(room / "disk")
    under = []
    if os.geteuid() == 0:
        # Root is refused nothing.
        under = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for path in [library.root, *library.root.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555 | 0o444)
    room.chmod(0o755)
    try:
        before = state(library)
        answer = library.run("search", "--op", "or", "water the de", under=under)
        if answer.returncode != 0:
            raise Wrong(f"cannot be searched: {answer.returncode} {last(answer.stderr)}")
        with Service(library, under=under) as service:
            if not service.hits():
                raise Wrong("the service finds nothing")
            read_all(service)
            service.stop()
        for command in (["ingest", bench.pdfs], ["rebuild"]):
            result = library.run(*command, under=under)
            if result.returncode != 2 or "ermission denied" not in result.stderr:
                raise Wrong(f"{command[0]} ended with {result.returncode}: {last(result.stderr)}")
        if state(library) != before:
            raise Wrong("something was written")
    finally:
        for path in [library.root, *library.root.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o700)


def state(library: Library) -> dict:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in library.index.rglob("*")}


def full_under_service(bench, room: Path) -> None:
    library, emptied = bench.first.copy(room / "disk"), room / "emptied"
    # Starting takes some 125 operations, reading all of the folder more than 260.
    environment = bench.environment(library, fail="160+", errno=28, short=1, room=emptied)
    with Service(library, "--ingest", bench.pdfs, "--watch", environment=environment) as service:
        wait_for(lambda: any("disk is full" in line for line in service.said), 30, "says that the disk is full")
        for _ in range(5):
            if len(service.hits()) < len(bench.first.reports()):
                raise Wrong("search does not go on")
            time.sleep(0.1)
        emptied.touch()
        wanted = len(bench.whole.reports())
        wait_for(lambda: service.get("/api/v1/coverage")["reports"] == wanted, 60, "goes on when there is room")
        service.stop()
    library.ingest(bench.pdfs, expected=(0,))
    library.verify()
    library.check_tidy()
    if library.answers() != bench.answers["whole"]:
        raise Wrong("answers differ from those of an undisturbed library")


def read_all(service: Service) -> list[str]:
    """Every report's own page, by somebody who counts as a reader; what the pages say."""
    reports = service.get("/api/v1/reports?limit=100")["reports"]
    return [service.page(f"/reports/{report['id']}") for report in reports]


def readings(bench, room: Path) -> None:
    """A service counts who reads: reading goes on where that cannot be written, and what was not written waits."""
    library, emptied = bench.first.copy(room / "disk"), room / "emptied"
    environment = bench.environment(library, fail="1+", errno=28, short=1, room=emptied)
    once = "read once this month"
    for returns in (False, True):
        emptied.touch()
        with Service(library, environment=environment) as service:
            emptied.unlink()
            read_all(service)
            pages = read_all(service)
            if not all(once in page for page in pages):
                raise Wrong("a page does not tell that it was read")
            if returns:
                emptied.touch()
            service.stop()
        with Service(library) as service:
            told = [once in service.page(f"/reports/{report}", "python") for report in library.reports()]
            service.stop()
        if not told or any(told) != returns or all(told) != returns:
            raise Wrong(f"with {'room' if returns else 'no room'} at last: counted {told}")
    library.verify()


def wait_for(condition, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Wrong(f"not within {seconds} s: {what}")
        time.sleep(0.2)


def little_room(bench, room: Path) -> None:
    """A file system of its own, so small that a twentieth of it is less than what is to stay free by default."""
    disk = room / "disk"
    disk.mkdir()
    library = Library(bench.binary, disk)
    script = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"'
    under = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", str(disk)]
    if subprocess.run([*under, "true"], capture_output=True).returncode != 0:
        print("  not tried here: no file system can be mounted")
        return
    # The directory is seen only within: everything happens in one shell.
    recto = f'"{library.binary}" --index "{library.index}"'
    steps = f"""
        fill() {{ dd if=/dev/zero of="{disk}/filler" bs=64k 2>/dev/null; }}
        {recto} -q ingest --jobs 1 "{bench.pdfs}/first" || exit 10
        fill; {recto} -q ingest --jobs 1 "{bench.pdfs}"; [ $? = 2 ] || exit 11
        {recto} search --op or "the de water" >/dev/null || exit 12
        rm "{disk}/filler"; {recto} -q ingest --jobs 1 "{bench.pdfs}" || exit 13
        {recto} verify >/dev/null || exit 14
    """
    result = subprocess.run([*under, "sh", "-c", steps], capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise Wrong(f"step {result.returncode}: {last(result.stderr)}")
    if "the disk is full" not in result.stderr:
        raise Wrong(f"does not say why it stopped: {last(result.stderr)}")


def copied(bench, room: Path) -> Path:
    folder = room / "pdfs"
    shutil.copytree(bench.pdfs, folder)
    return folder


def root_gone(bench, room: Path) -> None:
    library, folder = Library(bench.binary, room / "disk"), copied(bench, room)
    library.root.mkdir()
    library.ingest(folder, expected=(0,))
    before = library.reports()
    folder.rename(room / "elsewhere")
    library.ingest("--prune", folder, expected=(2,))
    folder.mkdir()
    library.ingest("--prune", folder, expected=(2,))
    if library.reports() != before:
        raise Wrong("reports were forgotten")
    library.ingest("--prune", "--yes", folder, expected=(0,))
    if library.reports():
        raise Wrong("--yes does not forget")


def mount_gone(bench, room: Path) -> None:
    """One small folder of many files: a fifth of all is not reached, and still it must not be forgotten."""
    library, folder = Library(bench.binary, room / "disk"), copied(bench, room)
    library.root.mkdir()
    mount = folder / "mount"
    mount.mkdir()
    moved = sorted((folder / "more").iterdir())[0]
    moved.rename(mount / moved.name)
    library.ingest(folder, expected=(0,))
    before = library.reports()
    (mount / moved.name).rename(room / "kept.pdf")
    for paths in ([folder], [folder / "first", folder / "more", mount]):
        result = library.ingest("--prune", *paths, expected=(2,))
        if str(mount) not in result.stderr:
            raise Wrong(f"does not name the folder: {last(result.stderr)}")
    if library.reports() != before:
        raise Wrong("reports were forgotten")
    (room / "kept.pdf").rename(mount / moved.name)
    library.ingest("--prune", folder, expected=(0,))
    if library.reports() != before:
        raise Wrong("reports were forgotten")


def moved(bench, room: Path) -> None:
    library, folder = Library(bench.binary, room / "disk"), copied(bench, room)
    library.root.mkdir()
    library.ingest(folder, expected=(0,))
    before = library.reports()
    path = sorted((folder / "more").iterdir())[0]
    path.rename(folder / "first" / f"moved-{path.name}")
    result = library.ingest("--prune", folder, expected=(0,))
    if library.reports() != before or acknowledged(result.stderr):
        raise Wrong("a file that moved is read as another")


# Calls that change files, as the kernel names them, by what the record calls them.
CALLS = {
    WRITE: ["write", "pwrite64", "writev", "pwritev", "pwritev2"],
    SYNC: ["fsync", "fdatasync", "sync_file_range", "syncfs", "fallocate", "copy_file_range", "sendfile", "io_uring_setup"],
    RENAME: ["rename", "renameat", "renameat2"],
    LINK: ["link", "linkat"],
    UNLINK: ["unlink", "unlinkat"],
    MKDIR: ["mkdir", "mkdirat"],
}


def nothing_bypasses(bench, room: Path) -> None:
    """The shim calls the kernel itself, so that what strace sees must be what was recorded, call by call."""
    if not shutil.which("strace"):
        print("  not tried here: strace is not installed")
        return
    library, record, trace = bench.first.copy(room / "disk"), room / "record", room / "trace"
    names = ",?".join(name for names in CALLS.values() for name in names)
    environment = bench.environment(library, log=record)
    under = ["strace", "-ff", "-y", "-qq", "-e", f"trace=?{names}", "-o", str(trace),
             *(f"-E{name}={value}" for name, value in environment.items())]
    result = library.run("ingest", bench.pdfs, under=under)
    if result.returncode != 0:
        raise Wrong(f"ended with {result.returncode}: {last(result.stderr)}")
    root = re.escape(str(library.root))
    # One file a thread, so that every call is on a line of its own.
    lines = [line for file in room.glob("trace.*") for line in file.read_text(errors="replace").splitlines()]
    seen = [line for line in lines if re.search(rf'[<"]{root}[/>"]', line) and "= -1 E" not in line]
    operations = [operation.kind for operation in read_record(record)]
    for kind, names in CALLS.items():
        reached = sum(line.partition("(")[0] in names for line in seen)
        # Syncs are answered without the kernel.
        recorded = 0 if kind == SYNC else operations.count(kind)
        if kind == UNLINK:
            recorded += operations.count(RMDIR)
        if reached != recorded:
            raise Wrong(f"{reached} calls of {names} reach the kernel, {recorded} were recorded")
