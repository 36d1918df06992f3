#!/usr/bin/env python3
"""A library on many machines while its parts are down, one after the other.

    .ci/outages.py BINARY

Service and worker are real and so is PostgreSQL; the nodes of Quickwit are `.ci/fleet/quickwit.py`. A service that is
started while database and engine are down is alive, says which part it lacks and opens the library when it is there.
Searches are answered while one of two nodes is dead and while nothing is indexed; what is uploaded meanwhile is read later.
A service without the shared folder says so, and one text that is lost is missed in its report alone. What a worker leaves
behind when it has ended is enough for beginnings and misspelt words.
"""

import http.client
import json
import os
import socket
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

PATIENCE = 60


def fail(message: str):
    sys.exit(f"FAILED: {message}")


def report(*texts: str) -> bytes:
    """A report with a page for each text."""
    kids = range(100, 100 + len(texts))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)),
        5: FONT,
    }
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    for kid, text in zip(kids, texts):
        objects[kid] = page % (kid + 1000)
        objects[kid + 1000] = stream(f"BT /F1 9 Tf 12 TL 40 760 Td ({text}) Tj ET".encode())
    return file(objects)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Service:
    """A `recto serve`, whether it is ready or not."""

    def __init__(self, common: list[str], log: Path, environment: dict):
        self.port, self.log = free_port(), log
        command = [*common, "serve", "--listen", f"127.0.0.1:{self.port}", "--progress", "never"]
        self.process = subprocess.Popen(command, stdout=log.open("ab"), stderr=subprocess.STDOUT, env=environment)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, headers: dict | None = None):
        """Status and body; 0 while nobody listens."""
        if self.process.poll() is not None:
            fail(f"the service ended: {self.log.read_text()[-3000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except ConnectionRefusedError:
            return 0, ""
        finally:
            connection.close()

    def wait(self, path: str, status: int, told: str = ""):
        until = time.monotonic() + PATIENCE
        while (answer := self.ask(path))[0] != status or told not in answer[1]:
            if time.monotonic() > until:
                fail(f"{path} answers {answer}, not {status} {told}: {self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def search(self, q: str) -> dict:
        status, body = self.ask(f"/api/v1/search?q={q}")
        if status != 200:
            fail(f"a search for {q} answers {status} {body}")
        return json.loads(body)

    def expect(self, path: str, status: int, told: str = ""):
        answer = self.ask(path)
        if answer[0] != status or told not in answer[1]:
            fail(f"{path} answers {answer}, not {status} {told}")

    def end(self):
        self.process.kill()
        self.process.wait()


class Outages:
    def __init__(self, binary: Path, scratch: Path):
        self.scratch, self.folder, self.storage = scratch, scratch / "reports", scratch / "storage"
        self.folder.mkdir()
        self.storage.mkdir()
        self.database = Database(scratch / "database")
        self.nodes = [Quickwit(1), Quickwit(2)]
        # One index, two nodes.
        self.nodes[1].indexes = self.nodes[0].indexes
        urls = ", ".join(f'"{node.url}"' for node in self.nodes)
        (scratch / "recto.toml").write_text(
            f"""
[engine]
kind = "quickwit"
search_urls = [{urls}]
ingest_urls = ["{self.nodes[0].url}"]
index = "outages"
database_url = "{self.database.url}"
storage = "{self.storage}"
lease_seconds = 4
[ocr]
mode = "off"
"""
        )
        self.common = [str(binary.resolve()), "--config", str(scratch / "recto.toml"), "--index", str(scratch / "index")]
        self.services: list[Service] = []

    def recto(self, *arguments: str) -> str:
        done = subprocess.run([*self.common, *arguments], capture_output=True, text=True)
        # A search that finds nothing says so by 1.
        if done.returncode > (arguments[0] == "search"):
            fail(f"recto {arguments}: {done.stdout} {done.stderr}")
        return done.stdout

    def serve(self) -> Service:
        self.services.append(Service(self.common, self.scratch / f"service-{len(self.services)}.log", dict(os.environ)))
        return self.services[-1]

    def are_down(self, is_down: bool):
        for node in self.nodes:
            node.is_down = is_down

    def run(self):
        key = self.recto("keys", "create", "--name", "outages", "--scope", "ingest").strip()
        service = self.parts_come_up_one_by_one()
        self.words_of_a_worker_that_has_ended()
        if [Path(hit["file"]).name for hit in service.search("sediment")["hits"]] != ["wells.pdf"]:
            fail(f"a report is not found: {service.search('sediment')}")
        self.nothing_is_indexed(service, key)
        self.a_node_is_dead(service)
        self.database_and_engine_go(service)
        self.folder_is_not_mounted(service)
        self.a_text_is_lost()

    def parts_come_up_one_by_one(self) -> Service:
        self.database.stop()
        self.are_down(True)
        service = self.serve()
        service.wait("/readyz", 503, "database: ")
        service.expect("/healthz", 200)
        service.expect("/api/v1/search?q=water", 503, "the database of the library does not answer")
        self.database.start()
        service.wait("/readyz", 503, "search engine: ")
        service.expect("/healthz", 200)
        service.expect("/api/v1/search?q=water", 503, "the search engine of the library does not answer")
        self.are_down(False)
        service.wait("/readyz", 200, "ready")
        if service.search("water")["total"]["value"]:
            fail("an empty library has a report")
        return service

    def words_of_a_worker_that_has_ended(self):
        (self.folder / "wells.pdf").write_bytes(report("Sediment and turbidity in boreholes", "The second page"))
        (self.folder / "roads.pdf").write_bytes(report("Gravel of rural roads", "The end"))
        self.recto("ingest", "--enqueue", str(self.folder))
        self.recto("worker", "--until-empty", "--progress", "never")
        for query, is_found, meant in [("turbid*", True, None), ("turbidty", False, "turbidity"), ("bore*", True, None)]:
            answer = json.loads(self.recto("search", "--format", "json", query))
            found = [Path(hit["file"]).name for hit in answer["hits"]] == ["wells.pdf"]
            if (found, answer["query"]["did_you_mean"]) != (is_found, meant):
                fail(f"a new process answers {query}: {answer}")

    def nothing_is_indexed(self, service: Service, key: str):
        self.nodes[0].is_indexing = False
        content = report("Culverts along the embankment", "The third")
        headers = {"authorization": f"Bearer {key}", "content-type": "application/pdf"}
        status, body = service.ask("/api/v1/reports", "POST", content, headers)
        if status not in (201, 202):
            fail(f"an upload is answered {status} {body}")
        log = (self.scratch / "worker.log").open("ab")
        worker = subprocess.Popen([*self.common, "worker", "--progress", "never"], stdout=log, stderr=log)
        try:
            until = time.monotonic() + PATIENCE
            while not self.nodes[0].counts["refused ingests"]:
                if time.monotonic() > until:
                    fail(f"the worker has not come to the upload: {(self.scratch / 'worker.log').read_text()[-3000:]}")
                service.search("sediment")
                time.sleep(0.1)
            if service.search("sediment")["total"]["value"] != 1 or service.search("culverts")["total"]["value"]:
                fail("searches are not those of before")
            service.wait("/readyz", 200)
            self.nodes[0].is_indexing = True
            until = time.monotonic() + PATIENCE
            while not service.search("culverts")["total"]["value"]:
                if time.monotonic() > until:
                    fail(f"the upload was not read later: {(self.scratch / 'worker.log').read_text()[-3000:]}")
                time.sleep(0.2)
        finally:
            worker.terminate()
            worker.wait()

    def a_node_is_dead(self, service: Service):
        dead = self.nodes[1]
        # Connections that are kept would be served on.
        dead.is_down = True
        dead.server.shutdown()
        dead.server.server_close()
        times = []
        for number in range(60):
            started = time.monotonic()
            if service.search(f"sediment+OR+absent{number}")["total"]["value"] != 1:
                fail("a search with a dead node finds something else")
            times.append(time.monotonic() - started)
        service.wait("/readyz", 200, dead.url)
        print(f"60 searches with one of two nodes dead, the slowest in {max(times) * 1000:.0f} ms")

    def database_and_engine_go(self, service: Service):
        self.database.stop()
        service.wait("/readyz", 503, "database")
        service.expect("/healthz", 200, "degraded")
        service.expect("/api/v1/search?q=gravel", 503, "the database of the library does not answer")
        self.database.start()
        service.wait("/readyz", 200)
        self.nodes[0].is_down = True
        service.wait("/api/v1/search?q=gravel", 503, "the search engine of the library does not answer")
        service.wait("/readyz", 503)
        service.expect("/healthz", 200)
        self.nodes[0].is_down = False
        service.wait("/readyz", 200)
        service.wait("/api/v1/search?q=gravel", 200)

    def folder_is_not_mounted(self, service: Service):
        away = self.scratch / "away"
        [upload] = [hit["id"] for hit in service.search("culverts")["hits"]]
        [offered] = [hit["id"] for hit in service.search("sediment")["hits"]]
        self.storage.rename(away)
        # What is left where nothing is mounted.
        self.storage.mkdir()
        service = self.serve()
        service.wait("/readyz", 503, "storage: ")
        told = "the shared storage of the library does not answer"
        for path, shown in [
            ("/api/v1/search?q=culverts", told),
            (f"/api/v1/reports/{offered}/pages/1", told),
            (f"/reports/{offered}/pages/1", ""),
            (f"/reports/{upload}/file.pdf", ""),
            (f"/api/v1/reports/{upload}/pages/1/image", ""),
        ]:
            service.expect(path, 503, shown)
        # This one lies elsewhere.
        service.expect(f"/reports/{offered}/file.pdf", 200)
        self.storage.rmdir()
        away.rename(self.storage)
        service.wait("/readyz", 200)
        for path in [f"/api/v1/reports/{offered}/pages/1", f"/reports/{upload}/file.pdf"]:
            service.expect(path, 200)

    def a_text_is_lost(self):
        """The worker that read what was offered wrote another segment than the one that read the upload."""
        service = self.serve()
        service.wait("/readyz", 200)
        segments = sorted(self.storage.glob("text/*/*.pages"), key=lambda path: path.stat().st_mtime)
        if len(segments) != 2:
            fail(f"there are {len(segments)} segments")
        segments[1].unlink()
        answer = service.search("culverts+OR+sediment+OR+gravel")
        without = [hit["title"] for hit in answer["hits"] if not hit["pages"]]
        if answer["total"]["value"] != 3 or len(without) != 1 or len(answer["hits"]) != 3:
            fail(f"with a text lost a search answers {answer}")
        status, metrics = service.ask("/metrics")
        met = [line for line in metrics.splitlines() if line.startswith("recto_texts_damage_met ")]
        if status != 200 or not met or met[0].endswith(" 0"):
            fail(f"the text that is lost is not counted: {status} {met}")

    def end(self):
        for service in self.services:
            service.end()
        self.database.start()
        self.database.stop()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        outages = Outages(Path(sys.argv[1]), Path(scratch))
        try:
            outages.run()
        finally:
            outages.end()
    print("whatever part was down, it was named, and nothing was lost")


if __name__ == "__main__":
    main()
