#!/usr/bin/env python3
"""What a library on many machines needs: the tables of docs/sizing.md, from what one machine was measured to do.

    benches/sizing.py [--check]
    benches/sizing.py --pages N [--set NAME=VALUE ...]
    benches/sizing.py --measure FOLDER

Without options the tables between the two marks of docs/sizing.md are made anew; --check writes nothing and exits 1 if
they are not as they would be made. --pages prints the table for a library of this many pages, with other assumptions if
asked: `--set scanned_share=0.4 --set searches_per_second=200`.

--measure counts what is sent, kept and asked for the reports of a folder, and times the queue: it runs the tests
`measured` of a build with `--features cluster`, which need PostgreSQL, and writes benches/sizing.json
(two minutes). What reading costs is taken from benches/results/ingest.json.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path

import results

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "sizing.md"
MEASURED = Path(__file__).resolve().with_suffix(".json")
BEGIN = "<!-- tables: what stands here is written by benches/sizing.py -->"
END = "<!-- end of the tables -->"
SIZES = [10_000_000, 1_000_000_000]
GB, TB = 1e9, 1e12


@dataclass(frozen=True)
class Assumed:
    """What was not measured here. The comment is what the page says of it."""
    engine_share: float = 0.55  # bytes of the engine's files ÷ bytes sent; 3.9 ÷ 7.1 MB, seen once with 2,000 pages
    indexing_mb_per_core: float = 7.5  # MB a second that one core of an indexer takes; the engine's makers say so
    scanned_share: float = 0.1  # pages without text, to be recognised
    recognition_seconds: float = 2.0  # seconds of one core for such a page
    reading_cores: float = 32  # cores of all workers
    indexing_cores: float = 8  # cores of all indexers
    days: float = 7  # in which all of it is to be read, for the cores this takes
    documents_per_split: float = 10_000_000  # where the engine stops merging
    warm_share: float = 0.1  # of the index that searchers keep in memory or on their disks
    searcher_memory_gb: float = 32  # of that, in one searcher
    searches_per_second: float = 50  # at the busiest hour
    records_per_search: float = 100  # texts had from the bucket for a search that none has asked before
    month_hours_busy: float = 200  # hours of a month as busy as that
    dollars_per_gb_month: float = 0.023  # list price of storage in a bucket
    dollars_per_million_reads: float = 0.4  # list price of reads of a bucket
    dollars_per_million_writes: float = 5.0  # list price of writes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether docs/sizing.md is of the results")
    parser.add_argument("--pages", type=int, help="print the table of a library of this size")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="assume otherwise")
    parser.add_argument("--measure", type=Path, metavar="FOLDER", help="measure first, with the reports of a folder")
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
    found = figures(json.loads(MEASURED.read_text()), json.loads((results.FOLDER / "ingest.json").read_text()))
    assumed = assume(arguments.set)
    if arguments.pages:
        print(table(found, assumed, [arguments.pages]))
        return
    if arguments.set:
        sys.exit("--set goes with --pages: the page is of what is assumed in this script")
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"docs/sizing.md has no `{BEGIN}` with `{END}` after it")
    tables = "\n\n".join([constants(found), assumptions(assumed), table(found, assumed, SIZES)])
    whole = f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"
    if not arguments.check:
        PAGE.write_text(whole)
    elif whole != text:
        sys.exit("the tables of docs/sizing.md are not those of benches/sizing.json and benches/results/ingest.json; run benches/sizing.py")
    else:
        print("the tables of docs/sizing.md are those that were measured")


def assume(settings: list[str]) -> Assumed:
    known = {field.name for field in fields(Assumed)}
    changed = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in known:
            sys.exit(f"nothing is assumed of `{name}`; there are {', '.join(sorted(known))}")
        changed[name] = float(value)
    return replace(Assumed(), **changed)


def measure(folder: Path) -> None:
    def told(test: str) -> dict:
        command = ["cargo", "test", "--locked", "--features", "cluster", "--lib", "--", "--ignored", "--nocapture", test]
        environment = {**os.environ, "RECTO_MEASURED_FOLDER": str(folder.resolve()), "RECTO_REQUIRE_ALL": "1"}
        output = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        lines = [line for line in output.stdout.splitlines() if line.startswith("measured: ")]
        if output.returncode or len(lines) != 1:
            sys.exit(f"{' '.join(command)} ended with {output.returncode}:\n{output.stdout}{output.stderr}")
        return json.loads(lines[0].removeprefix("measured: "))

    library, queue = told("cli::cluster::measured"), told("queue::tests::measured")
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = {"commit": commit.stdout.strip(), "build": "dev", "machine": results.machine(),
            "library": library, "queue": queue}
    MEASURED.write_text(json.dumps(kept, indent=2) + "\n")


def figures(measured: dict, ingest: dict) -> dict:
    """What one report or page or search costs."""
    library, queue, ran = measured["library"], measured["queue"], ingest["ingest"]
    reports, pages, searches = library["reports"], sum(library["pages"].values()), library["queries"]
    return {
        "pages_per_report": pages / reports,
        "text_per_page": library["text_bytes"] / pages,
        "sent_per_page": sum(library["sent_bytes"].values()) / pages,
        "stored_per_page": library["stored_bytes"] / pages,
        "vocabulary_bytes": library["vocabulary_bytes"],
        "database_per_report": queue["bytes_per_report"],
        "file_per_page": ingest["corpus"]["bytes"] / ingest["corpus"]["pages"],
        "pages_per_core_second": ingest["corpus"]["pages"] / ran["reader_cpu_seconds"]["median"],
        "queue_reports_per_second": queue["read_per_second"],
        "requests_per_report": (library["ingest_requests"] + library["ingest_counts"]) / reports,
        "transactions_per_report": library["ingest_transactions"] / reports,
        "objects_per_report": library["ingest_objects"] / reports,
        "requests_per_search": library["search_requests"] / searches,
        "request_bytes_per_search": library["search_request_bytes"] / searches,
        "transactions_per_search": library["search_transactions"] / searches,
        "objects_per_search": library["search_objects"] / searches,
        "reports": reports, "pages": pages, "searches": searches, "commit": measured["commit"],
        "cores": measured["machine"]["cores"],
    }


def constants(found: dict) -> str:
    rows = [
        ("pages of a report", f"{found['pages_per_report']:.1f}"),
        ("bytes of a page in its PDF", f"{found['file_per_page']:,.0f}"),
        ("bytes of text of a page", f"{found['text_per_page']:,.0f}"),
        ("bytes of a page sent to the engine, both indexes", f"{found['sent_per_page']:,.0f}"),
        ("bytes of a page in the storage: text and boxes of words", f"{found['stored_per_page']:,.0f}"),
        ("bytes of a report in the database", f"{found['database_per_report']:,.0f}"),
        ("pages a second that one core reads", f"{found['pages_per_core_second']:,.0f}"),
        (f"reports a second through the queue, {found['cores']} cores for database and askers",
         f"{found['queue_reports_per_second']:,.0f}"),
        ("of a report read: requests to the engine / transactions / requests to the bucket",
         f"{found['requests_per_report']:.1f} / {found['transactions_per_report']:.1f} / {found['objects_per_report']:.1f}"),
        ("of a search: requests to the engine / transactions / requests to the bucket with all texts at hand",
         f"{found['requests_per_search']:.1f} / {found['transactions_per_search']:.1f} / {found['objects_per_search']:.1f}"),
        ("bytes of a search's questions to the engine", f"{found['request_bytes_per_search']:,.0f}"),
    ]
    of = f"Measured at {found['commit']}: {found['reports']:,} reports of {found['pages']:,} pages, {found['searches']:,} searches."
    return of + "\n\n| measured on one machine | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


def assumptions(assumed: Assumed) -> str:
    said = dict(line.strip().split(":", 1) for line in Path(__file__).read_text().splitlines() if ": float = " in line)
    rows = []
    for field in fields(Assumed):
        comment = said[field.name].split("# ", 1)[1]
        rows.append(f"| `{field.name}` | {plain(getattr(assumed, field.name))} | {comment} |")
    return "| assumed | | |\n|---|---|---|\n" + "\n".join(rows)


def table(found: dict, assumed: Assumed, sizes: list[int]) -> str:
    columns = [needs(found, assumed, pages) for pages in sizes]
    head = "| needed | " + " | ".join(f"{pages:,} pages" for pages in sizes) + " |\n|---|" + "---|" * len(sizes)
    rows = [f"| {name} | " + " | ".join(column[name] for column in columns) + " |" for name in columns[0]]
    return "\n".join([head, *rows])


def needs(found: dict, assumed: Assumed, pages: int) -> dict[str, str]:
    """What a library of so many pages needs, as the page prints it."""
    reports = pages / found["pages_per_report"]
    sent = pages * found["sent_per_page"]
    engine, stored = sent * assumed.engine_share, pages * found["stored_per_page"]
    reading = pages / found["pages_per_core_second"]
    recognising = pages * assumed.scanned_share * assumed.recognition_seconds
    indexing = sent / 1e6 / assumed.indexing_mb_per_core
    queue = reports / found["queue_reports_per_second"]
    splits = max(1, (pages + reports) / assumed.documents_per_split)
    warm = engine * assumed.warm_share
    searches = assumed.searches_per_second
    month = searches * 3600 * assumed.month_hours_busy
    reads = month * assumed.records_per_search
    files = pages * found["file_per_page"]
    cost = (engine + stored + files) / GB * assumed.dollars_per_gb_month
    return {
        "reports": f"{reports / 1e6:,.1f} M",
        "the PDFs themselves": size(files),
        "text": size(pages * found["text_per_page"]),
        "the engine's files, both indexes": size(engine),
        "texts and boxes of words": size(stored),
        "database": size(reports * found["database_per_report"]),
        f"reading, on {assumed.reading_cores:g} cores": time(reading / assumed.reading_cores),
        f"recognising, on {assumed.reading_cores:g} cores": time(recognising / assumed.reading_cores),
        f"cores to read and recognise it in {assumed.days:g} days": f"{(reading + recognising) / assumed.days / 86_400:,.0f}",
        f"indexing, on {assumed.indexing_cores:g} cores": time(indexing / assumed.indexing_cores),
        "the queue, at the measured rate": time(queue),
        "requests to write to the bucket": f"{reports * found['objects_per_report'] / 1e6:,.1f} M, "
                                           f"${reports * found['objects_per_report'] / 1e6 * assumed.dollars_per_million_writes:,.0f}",
        "splits, once merged": f"{splits:,.0f} or more",
        f"searchers of {assumed.searcher_memory_gb:g} GB": f"{max(2, warm / GB / assumed.searcher_memory_gb):,.0f}",
        f"of {searches:g} searches a second: requests to the engine": f"{searches * found['requests_per_search']:,.0f}/s",
        "transactions": f"{searches * found['transactions_per_search']:,.0f}/s",
        "reads of the bucket, no text at hand": f"{searches * assumed.records_per_search:,.0f}/s",
        "storage a month, all in a bucket": f"${cost:,.0f}",
        "reads of the bucket a month, no text at hand": f"${reads / 1e6 * assumed.dollars_per_million_reads:,.0f}",
    }


def plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def size(count: float) -> str:
    return f"{count / TB:,.1f} TB" if count >= TB else f"{count / GB:,.1f} GB"


def time(seconds: float) -> str:
    for unit, length in [("days", 86_400), ("h", 3_600), ("min", 60)]:
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} s"


if __name__ == "__main__":
    main()
