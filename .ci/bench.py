#!/usr/bin/env python3
"""Runs every measurement on a small scale and checks that it measures what it says it does.

    .ci/bench.py BINARY FOLDER

No figure is judged: other work on the machine would decide. The full measurement: `benches/bars.py BINARY`.
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benches"))

import bars as order_of_bars  # noqa: E402
import readme  # noqa: E402
import results  # noqa: E402

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
        bars(scratch)
    print("every measurement measures")


def bars(scratch: Path) -> None:
    """All bars but those that take the corpus or are measured elsewhere; then the tables that README.md has of such results."""
    kept = scratch / "results"
    command = [sys.executable, ROOT / "benches" / "bars.py", binary, "--quick", "--pages", "300,900", "--shared", scratch / "none",
               "--only", "ingest,growth,ranking,text,damage", "--results", kept, "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    names = [bar["name"] for bar in told["bars"]]
    check("every bar is named once, in the order of the contract", names == order_of_bars.ORDER[:-1])
    check("what was not measured says why", all(bar["why"] for bar in told["bars"] if bar["figure"] is None))
    check("a part tells what it took and what it is of", all(
        part["seconds"] >= 0 and part["recto"] and part["machine"]["cores"] and part["quick"] for part in told["parts"].values()))
    parts = results.read(kept)
    check("every part is kept", set(parts) == set(told["parts"]))
    again = json.loads(subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False).stdout)
    check("what was measured is not measured again", again["parts"] == parts)
    tables = readme.numbers(parts)
    check("tables are made of them", "one job ÷ two jobs" in tables and "ms a page" in tables and "docs/growth.svg" in tables)
    section(scratch, kept)
    parts["ingest"]["bars"][0]["verdict"] = "fail"
    check("what was missed is told", "**missed**" in readme.numbers(parts) and "**Where Recto loses**" in readme.numbers(parts))


def section(scratch: Path, kept: Path) -> None:
    """The numbers are written between their marks, and any other text there is noticed."""
    readme.README, readme.PICTURE, results.FOLDER = scratch / "README.md", scratch / "growth.svg", kept
    readme.README.write_text(f"# A\n\n{readme.BEGIN}\nold\n{readme.END}\n\n# B\n")
    check("old numbers are noticed", complaint(["--check"]))
    readme.main([])
    text = readme.README.read_text()
    check("only the numbers are written", text.startswith("# A\n") and text.endswith("\n# B\n") and "old" not in text)
    check("another picture is noticed", "growth.svg" in complaint(["--check"]))
    (kept / "growth.json").write_text(json.dumps(json.loads((kept / "growth.json").read_text()) | {"picture": None}))
    check("what was written is right", not complaint(["--check"]))
    readme.README.write_text(text.replace("two jobs", "three jobs"))
    check("a changed number is noticed", complaint(["--check"]))


def complaint(typed: list[str]) -> str:
    """What the script of the README ends with, if not well."""
    try:
        readme.main(typed)
    except SystemExit as end:
        return str(end.code)
    return ""


def measured(scratch: Path, *arguments: object) -> dict:
    result = subprocess.run([binary, "-q", "bench", *arguments, "--json"], cwd=scratch, capture_output=True, text=True)
    if result.returncode != 0:
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
