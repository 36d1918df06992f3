"""A node of Quickwit as far as Recto needs one: stores what is sent, shows it after a while, searches, deletes.

It keeps its documents in memory and may be told to be down, to index nothing, to answer nothing though it has stored, and
to show late, as a real one does now and then. Every document that it was ever sent can be looked at.
"""

import json
import random
import re
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import searching


class Quickwit:
    def __init__(self, seed: int, show_seconds: float = 0.5):
        self.chance = random.Random(seed)
        self.show_seconds = show_seconds
        self.lock = threading.Lock()
        # Index → revision → [(time from which it is shown, document)]
        self.indexes: dict[str, dict[str, list[tuple[float, dict]]]] = {}
        self.deletions: list[tuple[float, str, set[str]]] = []
        self.is_down = False
        self.is_indexing = True
        # Share of requests that store and are not answered.
        self.silent = 0.0
        self.counts = defaultdict(int)
        quickwit = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are written apart; the second would wait for a sign that the first has come.
            disable_nagle_algorithm = True

            def do_GET(self):
                self.handle_any(None)

            def do_POST(self):
                self.handle_any(self.rfile.read(int(self.headers.get("content-length", 0))))

            def handle_any(self, body):
                answer = quickwit.answer(self.path.partition("?")[0], body)
                if answer is None:
                    self.close_connection = True
                    return
                status, value = answer
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Who asks may be killed meanwhile."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str, body: bytes | None):
        """Status and body; None for no answer at all."""
        if self.is_down:
            self.counts["refused while down"] += 1
            return (503, {"message": "no ingester is available"}) if self.chance.random() < 0.5 else None
        if path == "/health/readyz":
            return 200, True
        if path == "/api/v1/indexes":
            return self.create(json.loads(body))
        if found := re.fullmatch(r"/api/v1/indexes/([\w-]+)/describe", path):
            return self.describe(found[1])
        if path.endswith("/_bulk") and not self.is_indexing:
            self.counts["refused ingests"] += 1
            return 503, {"message": "no ingester is available"}
        if found := re.fullmatch(r"/api/v1/_elastic/([\w-]+)/_bulk", path):
            return self.store(found[1], body)
        if found := re.fullmatch(r"/api/v1/_elastic/([\w-]+)/_search", path):
            return self.search(found[1], json.loads(body))
        if found := re.fullmatch(r"/api/v1/([\w-]+)/delete-tasks", path):
            return self.delete(found[1], json.loads(body))
        return 404, {"message": f"no such route: {path}"}

    def create(self, configuration: dict):
        index = configuration["index_id"]
        with self.lock:
            if index in self.indexes:
                return 400, {"message": f"metastore error `index `{index}` already exist(s)`"}
            self.indexes[index] = defaultdict(list)
            return 200, configuration

    def describe(self, index: str):
        if index not in self.indexes:
            return 404, {"message": f"index `{index}` not found"}
        documents = len(self.shown(index))
        return 200, {
            "index_id": index,
            "num_published_splits": 1,
            "size_published_splits": documents * 100,
            "num_published_docs": documents,
        }

    def store(self, index: str, body: bytes):
        lines = [json.loads(line) for line in body.splitlines() if line]
        documents = lines[1::2]
        with self.lock:
            if index not in self.indexes:
                return 404, {"status": 404, "error": {"reason": f"index `{index}` not found"}}
            shown = time.monotonic() + self.show_seconds * self.chance.uniform(0.2, 1.5)
            for document in documents:
                self.indexes[index][document["rev"]].append((shown, document))
            self.counts["documents"] += len(documents)
        if self.chance.random() < self.silent:
            self.counts["stored without an answer"] += 1
            return None
        items = [{"create": {"_index": index, "_id": "", "status": 201}} for _ in documents]
        return 200, {"took": 1, "errors": False, "items": items}

    def search(self, index: str, body: dict):
        if index not in self.indexes:
            return 404, {"status": 404, "error": {"reason": f"could not find indexes matching the IDs `[{index}]`"}}
        self.counts["searches"] += 1
        # Workers count what they have sent again and again.
        match body["query"]:
            case {"terms": {"rev": revisions}}:
                return searching.search(self.shown(index, revisions), body)
        return searching.search(self.shown(index), body)

    def shown(self, index: str, revisions: list[str] | None = None) -> list[dict]:
        """The documents that can be found by now, of some revisions or of all."""
        now = time.monotonic()
        with self.lock:
            kept = self.indexes[index]
            wanted = kept.values() if revisions is None else (kept.get(revision, []) for revision in revisions)
            return [document for documents in wanted for shown, document in documents if shown <= now]

    def delete(self, index: str, body: dict):
        revisions = set(re.fullmatch(r"rev:IN \[([0-9a-f ]*)\]", body["query"])[1].split())
        with self.lock:
            for revision in revisions:
                self.indexes[index].pop(revision, None)
            self.counts["revisions deleted"] += len(revisions)
        return 200, {"create_timestamp": 1, "opstamp": 1}

    def documents(self, index: str, revision: str) -> list[dict]:
        """What is stored under a revision."""
        with self.lock:
            return [document for _, document in self.indexes.get(index, {}).get(revision, [])]

    def revisions(self) -> set[str]:
        """Those that anything is stored of."""
        with self.lock:
            return {revision for index in self.indexes.values() for revision, kept in index.items() if kept}

