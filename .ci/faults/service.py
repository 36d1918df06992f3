"""`recto serve` on a library, asked over HTTP."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

from .library import Library, Wrong, last

WORDS = "the+de+die+of+and+water"


class Service:
    def __init__(self, library: Library, *arguments, environment=None, under=()):
        command = [*under, str(library.binary), "--index", str(library.index), "serve", "--listen", "127.0.0.1:0",
                   *map(str, arguments)]
        settings = {"RECTO_INGEST__COMMIT_PAGES": "1", "RECTO_INGEST__MINIMUM_FREE_BYTES": "0",
                    "RECTO_INGEST__SETTLE_SECONDS": "1"}
        self.process = subprocess.Popen(command, env={**os.environ, **settings, **(environment or {})},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        self.said: list[str] = []
        self.address = None
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        end = time.monotonic() + 60
        while self.address is None and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        if self.address is None:
            self.process.kill()
            self.reader.join()
            raise Wrong(f"the service did not start: {self.process.wait()} {last(''.join(self.said))}")

    def read(self) -> None:
        for line in self.process.stderr:
            self.said.append(line)
            found = re.search(r"listening on (http://[^/\s]+)", line)
            if found:
                self.address = found[1]

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.address + path, timeout=20) as response:
            return json.load(response)

    def page(self, path: str, agent: str = "Mozilla/5.0 Firefox/128.0") -> str:
        """A page as somebody gets it who reads; with the name of a program nobody counts as a reader."""
        request = urllib.request.Request(self.address + path, headers={"User-Agent": agent})
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read().decode()

    def hits(self) -> list[dict]:
        """Reports found; a search that says it failed has found nothing, and has not answered wrongly."""
        try:
            return self.get(f"/api/v1/search?q={WORDS}&op=or&limit=100")["hits"]
        except urllib.error.HTTPError as error:
            if error.code not in (500, 503):
                raise
            return []

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        ended = self.process.wait(timeout=60)
        if ended != 0:
            raise Wrong(f"the service ended with {ended}: {last(''.join(self.said))}")

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
