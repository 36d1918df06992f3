#!/usr/bin/env python3
"""Runs every built-in measurement on a small scale and checks that it measures what it says it does.

    .ci/bench.py BINARY FOLDER

No figure is judged: other work on the machine would decide. The full measurement: `benches/bars.py BINARY`.
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

binary, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        subprocess.run([binary, "-q", "ingest", "--ocr", "off", folder], cwd=scratch, stdout=subprocess.DEVNULL)
        ingest = measured(scratch, "ingest", folder, "--warmup", "0", "--runs", "2")
        spent = sum(stage["cpu_seconds"] for stage in ingest["stages"])
        check("stages take processor time, and not more than there was", 0 < spent <= ingest["stages_cpu_seconds"] * 1.05)
        check("reading is done by other processes", ingest["reader_cpu_seconds"]["min"] > 0)
        check("memory of both is told", ingest["peak_memory_bytes"]["min"] > 1e6 < ingest["reader_peak_memory_bytes"]["min"])
        check("mere reading takes less", ingest["extraction_cpu_seconds"]["min"] < ingest["cpu_seconds"]["max"] * 1.5)
        here = measured(scratch, "ingest", folder, "--warmup", "0", "--runs", "1", "--in-process")
        check("reading can be done in one process", here["reader_cpu_seconds"]["max"] == 0)
        check("the same files have the same hash", here["corpus"] == ingest["corpus"])
        search = measured(scratch, "search", "--queries", "60", "--warmup", "0", "--runs", "1")
        check("searches are timed beside the bare engine", 0 < search["all"]["bare"]["p50_ms"] <= search["all"]["answer"]["max_ms"])
        growth = measured(scratch, "growth", "--pages", "300,900", "--queries", "30", "--warmup", "0", "--runs", "1",
                          "--svg", scratch / "growth.svg")
        pages = [point["library"]["pages"] for point in growth["points"]]
        check("libraries are as large as asked for", 300 <= pages[0] < 600 and 900 <= pages[1] < 1_200)
        picture = tree.parse(scratch / "growth.svg").getroot()
        check("curves are drawn", picture.tag.endswith("svg") and len(picture.findall(".//{*}polyline")) > 0)
        bars = measured(scratch, "bars", folder, "--quick", "--pages", "300,900")
        check("every bar is named", len({bar["name"] for bar in bars["bars"]}) == len(bars["bars"]) > 10)
        check("what was not measured says why", all(bar["why"] for bar in bars["bars"] if bar["figure"] is None))
    print("every measurement measures")


def measured(scratch: Path, *arguments: object) -> dict:
    result = subprocess.run([binary, "-q", "bench", *arguments, "--json"], cwd=scratch, capture_output=True, text=True)
    # A bar that is missed is 1.
    if result.returncode not in ((0, 1) if arguments[0] == "bars" else (0,)):
        sys.exit(f"bench {arguments[0]} ended with {result.returncode}: {result.stderr}")
    figures = json.loads(result.stdout)
    machine, corpus = figures["machine"], figures["corpus"]
    check(f"{arguments[0]}: machine, version and files are named",
          machine["recto"] and machine["cores"] > 0 and corpus["files"] > 0 and len(corpus["list_hash"]) == 32)
    check(f"{arguments[0]}: a build for release says of which commit", machine["build"] == "debug" or machine["commit"])
    return figures


def check(what: str, holds: object) -> None:
    if not holds:
        sys.exit(f"FAILED {what}")


if __name__ == "__main__":
    main()
