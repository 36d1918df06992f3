#!/usr/bin/env python3
"""Measures how long the first view of a page takes: its HTML and its picture, which is drawn then.

    .ci/first_view.py BINARY INDEX [--pages N] [--bar MILLISECONDS]

INDEX is a library made by `recto ingest`. Takes one page in the middle of each of N reports, with no picture kept,
and prints how long page and picture took one after the other as a client meets them (median, 90th percentile, worst).
With a bar, fails if the median is above it. Needs nothing but the standard library.
"""

import argparse
import json
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(address):
    """The body, and the milliseconds it took."""
    started = time.perf_counter()
    with urllib.request.urlopen(address, timeout=60) as answer:
        body = answer.read()
    return body, 1_000 * (time.perf_counter() - started)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("index", type=Path)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--bar", type=float)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.index / "pictures", ignore_errors=True)
    base = f"http://127.0.0.1:{free_port()}"
    command = [arguments.binary, "--index", arguments.index, "serve", "--listen", base.removeprefix("http://")]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                fetch(f"{base}/readyz")
                break
            except OSError:
                time.sleep(0.1)
        reports = []
        while True:
            listed = json.loads(fetch(f"{base}/api/v1/reports?limit=100&offset={len(reports)}")[0])["reports"]
            if not listed:
                break
            reports += listed
        times, failed = [], []
        for report in [each for each in reports if each["pages_total"] > 0][:arguments.pages]:
            page = (report["pages_total"] + 1) // 2
            _, html = fetch(f"{base}/reports/{report['id']}/pages/{page}")
            try:
                _, picture = fetch(f"{base}/api/v1/reports/{report['id']}/pages/{page}/image?width=900")
            except urllib.error.HTTPError as error:
                failed.append((report["file"], json.loads(error.read()).get("detail")))
                continue
            times.append((html + picture, html, picture, report["file"], page))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    times.sort()
    whole = [each[0] for each in times]
    median = statistics.median(whole)
    print(f"first views of {len(times)} pages: median {median:.0f} ms, 90 % within {whole[len(whole) * 9 // 10]:.0f} ms")
    print(f"median of the page {statistics.median(each[1] for each in times):.0f} ms, of its picture "
          f"{statistics.median(each[2] for each in times):.0f} ms")
    for whole, html, picture, file, page in times[-5:]:
        print(f"slow: {whole:.0f} ms (page {html:.0f}, picture {picture:.0f}): {Path(file).name} p. {page}")
    for file, detail in failed:
        print(f"not drawn: {Path(file).name}: {detail}")
    if arguments.bar and median > arguments.bar:
        sys.exit(f"the median is above {arguments.bar:.0f} ms")


if __name__ == "__main__":
    main()
