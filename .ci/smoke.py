#!/usr/bin/env python3
"""Uses a built `recto` the way a person would: ingests the fixtures, searches them, and asks the server.

    .ci/smoke.py BINARY FIXTURES [REPORTS]

With a folder of further reports, ingests those as well. Needs nothing but the standard library.
"""

import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def recto(binary, *arguments, expect=(0,), seconds=120):
    """Standard output of a run that must end with one of these codes."""
    shown = " ".join(["recto", *map(str, arguments)])
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, timeout=seconds)
    if done.returncode not in expect:
        sys.exit(f"{shown}\nexit code {done.returncode}, expected {expect}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    print(f"ok  {shown}  (exit code {done.returncode})")
    return done.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(address, seconds=30):
    """Status and body, waiting for a server that does not listen yet, or is alive and still opens its library."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
            if error.code != 503 or b'"starting"' not in body or time.monotonic() > until:
                return error.code, body
            time.sleep(0.1)
        except OSError:
            if time.monotonic() > until:
                sys.exit(f"no answer from {address}")
            time.sleep(0.1)


def serve(binary, index):
    """The server answers, finds what the command line finds, and ends when asked to."""
    base = f"http://127.0.0.1:{free_port()}"
    server = subprocess.Popen([binary, "--index", index, "serve", "--listen", base.removeprefix("http://")])
    try:
        status, _ = get(f"{base}/healthz")
        assert status == 200, f"/healthz answered {status}"
        query = urllib.parse.urlencode({"q": '"energy efficiency"'})
        status, body = get(f"{base}/api/v1/search?{query}")
        assert status == 200, f"search answered {status}: {body[:500]!r}"
        answer = json.loads(body)
        assert answer["total"]["value"] >= 2, f"the phrase is in two fixtures, the server found {answer['total']}"
        status, body = get(base + answer["hits"][0]["url"])
        assert status == 200 and b"<html" in body.lower(), f"report page answered {status}"
        status, _ = get(f"{base}/api/v1/search?limit=many")
        assert status == 422, f"a malformed parameter answered {status}"
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=35)
        assert code == 0, f"exit code {code} after SIGTERM"
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
    print("ok  recto serve: /healthz, search, report page, 422, SIGTERM")


def main():
    binary, fixtures, *more = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        # Three of the fixtures cannot be read, by design.
        recto(binary, "--index", index, "ingest", fixtures, expect=(3,))
        recto(binary, "--index", index, "ingest", fixtures, expect=(0, 3))
        found = json.loads(recto(binary, "--index", index, "search", '"energy efficiency"', "--format", "json"))
        titles = [hit["title"] for hit in found["hits"]]
        assert "Spinning out public services: what four councils learned" in titles, titles
        recto(binary, "--index", index, "search", "xylophonequartet", "--format", "json", expect=(0, 1))
        text = recto(binary, "extract", Path(fixtures) / "spin-out-study.pdf")
        assert text.count("\f") == 16, f"{text.count(chr(12))} form feeds for 17 pages"
        recto(binary, "--index", index, "failures")
        recto(binary, "--index", index, "status")
        serve(binary, index)
        if more:
            began = time.monotonic()
            recto(binary, "--index", Path(folder) / "more", "ingest", more[0], expect=(0, 3), seconds=900)
            print(f"ok  {more[0]} in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
