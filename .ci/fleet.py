#!/usr/bin/env python3
"""Ten workers of one library while they are killed, their connections cut, and the engine is down now and then.

    .ci/fleet.py BINARY [--files N] [--workers N] [--kills N] [--seed S]

The workers are real and so is PostgreSQL; the node of Quickwit is `.ci/fleet/quickwit.py`. Files are offered by
`recto ingest --enqueue`, some change while they are read. However often workers are killed (-9), connections ended and
requests left without an answer: in the end every file is read, each report that a file holds is live under exactly one
revision with exactly its documents, its texts are kept, and what is not live gets deleted. The full campaign is

    .ci/fleet.py target/release/recto --files 1500 --kills 300
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

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "hostile"), str(HERE / "fleet")]

from database import Database  # noqa: E402
from pdf import FONT, file, stream  # noqa: E402
from quickwit import Quickwit  # noqa: E402

# A worker that says nothing is given up by the others after this long; the program has a minute.
DEADLINE_SECONDS = 1_200


def fail(message: str):
    sys.exit(f"FAILED: {message}")


def report(number: int, pages: int) -> bytes:
    """A report of some pages with words like no other's."""
    kids = range(100, 100 + pages)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), pages),
        5: FONT,
    }
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    for kid in kids:
        objects[kid] = page % (kid + 1000)
        # Lines that come again on every page would be taken for running heads.
        words = random.Random(f"{number} {kid}")
        lines = (" ".join(f"w{words.randrange(10_000)}" for _ in range(8)) for _ in range(12))
        text = "".join(f"({line}) Tj T* " for line in lines)
        objects[kid + 1000] = stream(f"BT /F1 9 Tf 12 TL 40 760 Td {text} ET".encode())
    return file(objects)


class Campaign:
    def __init__(self, options, scratch: Path):
        self.options, self.scratch = options, scratch
        self.chance = random.Random(options.seed)
        self.binary = options.binary.resolve()
        self.database = Database(scratch / "database")
        self.quickwit = Quickwit(options.seed)
        self.folder, self.storage = scratch / "reports", scratch / "storage"
        self.folder.mkdir()
        self.storage.mkdir()
        self.workers: list[subprocess.Popen] = []
        self.blows = {"kills": 0, "connections cut": 0, "outages": 0, "restarts of the database": 0}
        (scratch / "recto.toml").write_text(
            f"""
[engine]
kind = "quickwit"
search_urls = ["{self.quickwit.url}"]
ingest_urls = ["{self.quickwit.url}"]
index = "campaign"
database_url = "{self.database.url}"
storage = "{self.storage}"
purge_seconds = 5
lease_seconds = 4
[ocr]
mode = "off"
"""
        )
        self.common = [str(self.binary), "--config", str(scratch / "recto.toml"), "--index", str(scratch / "index")]

    def recto(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([*self.common, *arguments], capture_output=True, text=True)

    def enqueue(self) -> dict:
        offered = self.recto("-q", "ingest", "--enqueue", "--json", str(self.folder))
        if offered.returncode:
            fail(f"ingest --enqueue: {offered.stderr}")
        return json.loads(offered.stdout)

    def start_worker(self):
        log = (self.scratch / "workers.log").open("ab")
        command = [*self.common, "worker", "--jobs", "1", "--progress", "never"]
        self.workers.append(subprocess.Popen(command, stdout=log, stderr=log))

    def blow(self):
        """Something goes wrong."""
        what = self.chance.random()
        if what < 0.6:
            victim = self.workers.pop(self.chance.randrange(len(self.workers)))
            victim.kill()
            victim.wait()
            self.blows["kills"] += 1
            self.start_worker()
        elif what < 0.88:
            sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'recto-worker%' ORDER BY random() LIMIT 5"
            self.blows["connections cut"] += len(self.database.ask(sql))
        elif what < 0.97:
            self.quickwit.is_down = not self.quickwit.is_down
            self.blows["outages"] += self.quickwit.is_down
        else:
            self.database.stop()
            self.database.start()
            self.blows["restarts of the database"] += 1

    def states(self) -> dict[str, int]:
        return {state: int(number) for state, number in self.database.ask("SELECT state, count(*) FROM queue_items GROUP BY 1")}

    def wait(self, is_done, what: str):
        until = time.monotonic() + DEADLINE_SECONDS
        while not is_done():
            if time.monotonic() > until:
                fail(f"{what}: {self.states()}; {self.recto('status').stdout}")
            if any(worker.poll() is not None for worker in self.workers):
                fail(f"a worker ended by itself: {(self.scratch / 'workers.log').read_text()[-3000:]}")
            time.sleep(0.2)

    def run(self):
        options = self.options
        contents = {}
        for number in range(options.files):
            # Some are copies of others.
            of = number - 1 if number % 17 == 5 else number
            contents[f"{number}.pdf"] = report(of, 1 + of % 7)
        contents["broken.pdf"] = b"no PDF"
        for name, content in contents.items():
            (self.folder / name).write_bytes(content)
        offered = self.enqueue()
        if (offered["new"], offered["known"]) != (len(contents), 0):
            fail(f"{len(contents)} files were to be new: {offered}")
        for _ in range(options.workers):
            self.start_worker()
        start = time.monotonic()
        self.quickwit.silent = 0.03
        while self.blows["kills"] < options.kills:
            time.sleep(self.chance.uniform(0.05, 0.6))
            self.blow()
            if self.chance.random() < 0.2:
                number = self.chance.randrange(options.files)
                contents[f"{number}.pdf"] = report(100_000 + number + 1000 * self.blows["kills"], 1 + number % 5)
                (self.folder / f"{number}.pdf").write_bytes(contents[f"{number}.pdf"])
        self.quickwit.is_down, self.quickwit.silent = False, 0.0
        again = self.enqueue()
        if again["new"]:
            fail(f"nothing was to be new: {again}")
        self.wait(lambda: set(self.states()) <= {"done", "failed"}, "files are left")
        seconds = time.monotonic() - start
        sql = "SELECT count(*) FROM queue_revisions WHERE state <> 'live'"
        self.wait(lambda: self.database.ask(sql) == [["0"]], "revisions are not purged")
        self.check(contents)
        self.stop()
        print(
            f"{len(contents)} files, {options.workers} workers, {seconds:.0f} s: "
            + ", ".join(f"{number} {what}" for what, number in self.blows.items())
            + f"; {self.quickwit.counts['stored without an answer']} requests stored without an answer, "
            f"{self.quickwit.counts['revisions deleted']} revisions deleted; nothing lost, nothing doubled"
        )

    def check(self, contents: dict[str, bytes]):
        """Every file is what it holds, each report once and whole."""
        items = self.database.ask("SELECT encode(place, 'escape'), state, encode(report, 'hex'), coalesce(reason, '') FROM queue_items")
        if len(items) != len(contents):
            fail(f"{len(items)} files of {len(contents)} are known")
        failed = [(Path(place).name, reason) for place, state, _, reason in items if state != "done"]
        if failed != [("broken.pdf", "not_a_pdf")]:
            fail(f"these have failed: {failed}")
        of_content: dict[bytes, set[str]] = {}
        for place, state, name, _ in items:
            if state == "done":
                of_content.setdefault(contents[Path(place).name], set()).add(name)
        if any(len(names) != 1 for names in of_content.values()):
            fail("files of the same bytes are different reports")
        expected = {names.pop(): content for content, names in of_content.items()}
        live = self.database.ask("SELECT encode(report, 'hex'), id, pages FROM queue_revisions WHERE state = 'live'")
        if sorted(name for name, _, _ in live) != sorted(expected):
            fail(f"{len(live)} reports are live and {len(expected)} were to be")
        for name, revision, pages in live:
            reports = self.quickwit.documents("campaign-reports-g1", revision)
            found = self.quickwit.documents("campaign-pages-g1", revision)
            in_file = expected[name].count(b"/Type /Page ")
            numbers = sorted(document["page"] for document in found)
            if len(reports) != 1 or numbers != list(range(1, in_file + 1)) or int(pages) != in_file + 1:
                fail(f"report {name}: {len(reports)} documents, pages {numbers} of {in_file}")
            if any(document["report_id"] != name for document in reports + found):
                fail(f"report {name}: documents of another one")
        stray = self.quickwit.revisions() - {revision for _, revision, _ in live}
        # Those whose answer was lost with their worker may have been stored after they were purged; they are never shown.
        if stray:
            fail(f"{len(stray)} revisions are left in the engine that nobody knows")
        texts = sum(path.stat().st_size for path in self.storage.rglob("*.pages"))
        if not texts:
            fail("no texts are kept")
        listed = [name for (name,) in self.database.ask("SELECT encode(id, 'hex') FROM reports")]
        if sorted(listed) != sorted(expected):
            fail(f"the catalogue has {len(listed)} reports and {len(expected)} were to be")
        files = self.database.ask("SELECT outcome, count(*) FROM files GROUP BY 1")
        copies = len(contents) - 1 - len(expected)
        if dict(files) != {"indexed": str(len(expected)), "duplicate": str(copies), "failed": "1"}:
            fail(f"the catalogue has files {files}; {copies} are copies")
        status = self.recto("status", "--json")
        told = json.loads(status.stdout)
        if status.returncode or told["queue"]["reports"] != len(expected) or told["queue"]["hidden"]:
            fail(f"recto status: {status.stdout} {status.stderr}")

    def stop(self):
        """SIGTERM while there is work: it is given back, and nothing stays leased."""
        for number in range(self.options.files):
            (self.folder / f"late-{number}.pdf").write_bytes(report(500_000 + number, 2))
        self.enqueue()
        self.wait(lambda: self.states().get("leased", 0) > 0, "nobody takes the late files")
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            if worker.wait(timeout=60) not in (0, 3):
                fail(f"a worker that was told to stop ended with {worker.returncode}")
        states = self.states()
        if states.get("leased"):
            fail(f"workers that were told to stop have kept files: {states}")
        writing = self.database.ask("SELECT count(*) FROM queue_revisions WHERE state = 'writing'")
        if writing != [["0"]]:
            fail(f"{writing} revisions are being written by nobody")
        self.workers.clear()

    def end(self):
        for worker in self.workers:
            worker.kill()
        self.database.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--kills", type=int, default=25, help="of workers; connections are cut and parts shut down in between")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        campaign = Campaign(options, Path(scratch))
        try:
            campaign.run()
        finally:
            campaign.end()


if __name__ == "__main__":
    main()
