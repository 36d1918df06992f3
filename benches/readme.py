#!/usr/bin/env python3
"""Writes the numbers of README.md from what was measured: benches/results/, a file a part.

    benches/readme.py [--check]
    benches/readme.py --measure BINARY [--only PART,...] [--resume] [--shared DIR] [--scratch DIR]

Without --measure, the tables between the two marks of README.md are made of the results that are there; --check writes
nothing and exits 1 if they are not in README.md as they would be made, or docs/growth.svg is not of the same figures.

With --measure everything is measured first, on a machine that has nothing else to do. BINARY is a release build of what is
committed:

    cargo build --release
    benches/readme.py --measure target/release/recto

takes half an hour and 4 GB for made libraries on two cores: the parts of benches/bars.py (ingest, growth, ranking, text,
damage, kills; its docstring says how long each takes), then those of benches/peers/peers.py (peers_extraction,
peers_search). What ends is kept at once: after an interruption --resume goes on with what is left, and --only measures
some parts anew. Then commit README.md, docs/growth.svg and benches/results/.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

import results

ROOT = Path(__file__).resolve().parent.parent
README, PICTURE = ROOT / "README.md", ROOT / "docs" / "growth.svg"
BEGIN = "<!-- numbers: what stands here is written by benches/readme.py -->"
END = "<!-- end of the numbers -->"
OF_BARS = ["ingest", "growth", "ranking", "text", "damage", "kills"]
OF_PEERS = ["peers_extraction", "peers_search"]
SIGNS = {"at_most": "≤", "at_least": "≥", "below": "<"}
VERDICTS = {"pass": "kept", "fail": "**missed**", "not_measured": "not judged"}
TOOLS = {"this": "Recto", "pdfium": "PDFium", "mupdf": "MuPDF", "poppler": "poppler"}
SETS = {"truth": "manuals, against their source", "reports": "reports, against the consensus of the three",
        "cases": "odd cases, the same", "hostile": "damaged files of PDF readers' own tests, the same"}
# Whose versions stand beside which table.
OF_EXTRACTION = ["pypdfium2", "pymupdf", "poppler", "mutool", "pdf-extract", "pdf_oxide", "unpdf"]
OF_INGEST = ["recoll", "poppler", "sqlite", "tantivy"]
OF_SEARCH = ["recoll", "sqlite", "tantivy", "pdfgrep", "ripgrep-all"]
# By less than this nobody is better.
NEAR_F1 = 0.0005
JUDGED_PAGES = 100_000


def main(typed: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether README.md is of the results")
    parser.add_argument("--measure", type=Path, metavar="BINARY", help="measure first")
    parser.add_argument("--only", help="measure only these parts, with commas between")
    parser.add_argument("--resume", action="store_true", help="measure only what was not measured of this version")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--scratch", type=Path)
    arguments = parser.parse_args(typed)
    if arguments.measure:
        measure(arguments)
    parts, text = results.read(results.FOLDER), README.read_text()
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"README.md has no `{BEGIN}` with `{END}` after it")
    if not parts:
        print("nothing was measured with this script yet; README.md stays as it is")
        return
    whole = f"{before}{BEGIN}\n\n{numbers(parts)}\n{END}{after}"
    if not arguments.check:
        README.write_text(whole)
        return
    if whole != text:
        sys.exit("the numbers of README.md are not those of benches/results/; run benches/readme.py")
    picture = parts.get("growth", {}).get("picture")
    if picture and picture != hashlib.sha256(PICTURE.read_bytes()).hexdigest():
        sys.exit("docs/growth.svg is not of the figures in benches/results/growth.json")
    print("the numbers of README.md are those that were measured")


def measure(arguments: argparse.Namespace) -> None:
    parts = arguments.only.split(",") if arguments.only else [*OF_BARS, *OF_PEERS]
    unknown = set(parts) - {*OF_BARS, *OF_PEERS}
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join([*OF_BARS, *OF_PEERS])}")
    more = ["--resume"] if arguments.resume else []
    more += ["--results", results.FOLDER]
    of_bars = [part for part in parts if part in OF_BARS]
    if of_bars:
        scratch = ["--scratch", arguments.scratch] if arguments.scratch else []
        command = [ROOT / "benches" / "bars.py", arguments.measure, "--only", ",".join(of_bars), "--shared", arguments.shared]
        run([*command, *scratch, *more], may_end=(0, 1))
    for part in parts:
        if part in OF_PEERS:
            command = [ROOT / "benches" / "peers" / "peers.py", arguments.measure, arguments.shared / "corpus" / "reports"]
            run([*command, "--only", part.removeprefix("peers_"), *more], may_end=(0,))


def run(command: list, may_end: tuple) -> None:
    code = subprocess.run([sys.executable, *command]).returncode
    if code not in may_end:
        sys.exit(f"{Path(command[0]).name} ended with {code}; what was measured before is kept, go on with --resume")


def numbers(parts: dict[str, dict]) -> str:
    """The section, as Markdown."""
    sections = [caption(parts), bars(parts), text(parts), extraction(parts), ingest(parts), search(parts), growth(parts),
                losses(parts)]
    return "\n\n".join(section for section in sections if section) + "\n"


def caption(parts: dict) -> str:
    one = max(parts.values(), key=lambda part: part["date"])
    machine = one["machine"]
    versions = sorted({part["recto"] for part in parts.values()})
    dates = sorted({part["date"] for part in parts.values()})
    memory = f", {machine['memory_bytes'] / 1e9:.0f} GB" if machine["memory_bytes"] else ""
    corpus = next((parts[name]["corpus"] for name in ("ingest", "growth") if name in parts), None)
    files = f"; {corpus['files']} reports of {count(corpus['pages'])} pages, {corpus['bytes'] / 1e6:.0f} MB" if corpus else ""
    busy = [name for name, part in parts.items() if (part["busy"] or 0) > 0.2]
    noise = f" Other programs ran beside {listed(busy)}, whose seconds are too many." if busy else ""
    return (f"Recto {listed(versions)}, {' to '.join(dict.fromkeys([dates[0], dates[-1]]))}, {machine['cores']} cores "
            f"({machine['processor'] or 'of a kind that is not told'}){memory}, {machine['os']} {machine['architecture']}{files}. "
            f"Seconds are this machine's, ratios travel.{noise} How to repeat it all: `benches/readme.py --measure "
            "target/release/recto`; how each figure is measured: [Measurements](docs/measurements.md).")


def bars(parts: dict) -> str:
    """What Recto is to keep to."""
    order = ["text_quality", "extraction_cpu", "ingest_cpu", "two_jobs", "unchanged", "ingest_memory", "idle_memory", "disk",
             "disk_large", "search_p50", "search_p99", "search_bare", "growth", "ranking", "damage", "kills"]
    told = {bar["name"]: bar for part in parts.values() for bar in part.get("bars", [])}
    rows, notes = [], []
    for bar in (told[name] for name in order if name in told):
        figure = "–" if bar["figure"] is None else f"{short(bar['figure'])} {bar['unit']}".strip()
        limit = f"{SIGNS[bar['side']]} {short(bar['bar'])} {bar['unit']}".strip()
        rows.append([bar["what"], figure, limit, VERDICTS[bar["verdict"]]])
        if bar.get("note"):
            notes.append(f"* {bar['what']}: {bar['note']}")
    table = section("What Recto is to keep to", ["what", "figure", "bar", ""], rows, "`benches/bars.py target/release/recto`")
    return "\n\n".join([table, "\n".join(notes)] if notes else [table])


def text(parts: dict) -> str:
    """F1 beside the others, set by set."""
    if "text" not in parts or not parts["text"].get("sets"):
        return ""
    sets = quality(parts)
    rows = [[SETS[name]] + [f"{tools[tool]['f1']:.3f} / {tools[tool]['bigram_f1']:.3f}" for tool in TOOLS]
            + [" · ".join(str(tools[tool]["under_half"]) for tool in TOOLS)] for name, tools in sets.items()]
    versions = ", ".join(f"{TOOLS[tool]} {version}" for tool, version in parts["text"]["versions"].items())
    heads = ["F1 of words / of word pairs", *TOOLS.values(), "documents under 0.5"]
    return section("Text", heads, rows, f"`benches/bars.py target/release/recto --only text`; {versions}")


def quality(parts: dict) -> dict[str, dict]:
    """The scores by set and tool; the sets of damaged files as one, each document counted once."""
    sets = parts.get("text", {}).get("sets", {})
    hostile = [scores for name, scores in sets.items() if name.startswith("hostile/")]
    told = {name: scores for name, scores in sets.items() if name in SETS}
    if hostile:
        documents = sum(scores["this"]["documents"] for scores in hostile)
        told["hostile"] = {tool: {
            **{figure: sum(scores[tool][figure] * scores[tool]["documents"] for scores in hostile) / documents
               for figure in ("f1", "bigram_f1")},
            "under_half": sum(scores[tool]["under_half"] for scores in hostile)} for tool in TOOLS}
    return told


def extraction(parts: dict) -> str:
    if "peers_extraction" not in parts:
        return ""
    part = parts["peers_extraction"]
    rows = [[named(row["tool"]), f"{row['cpu_seconds']:.2f}", f"{row['times_recto']:.1f}"] for row in part["extraction"]]
    return section("Extraction: the text of all reports, on one core", ["", "CPU, s", "× Recto's"], rows,
                   "`benches/peers/peers.py target/release/recto FOLDER --only extraction`; " + versions(part, OF_EXTRACTION))


def ingest(parts: dict) -> str:
    sections = []
    if "ingest" in parts:
        told = parts["ingest"]["ingest"]
        rows = [["pages a second · MB a second", f"{count(told['pages_per_second']['median'])} · {told['megabytes_per_second']['median']:.0f}"],
                ["seconds, one job · two jobs", f"{told['one_job_seconds']['median']:.2f} · {told['two_jobs_seconds']['median']:.2f}"
                 if told["one_job_seconds"] else "one core"],
                ["CPU seconds · of reading alone", f"{told['cpu_seconds']['median']:.2f} · {told['extraction_cpu_seconds']['median']:.2f}"],
                ["seconds when nothing changed", f"{told['unchanged_seconds']['median']:.4f}"],
                ["memory at most: ingesting process · a process that reads",
                 " · ".join(f"{told[name]['max'] / 1e6:.0f} MB" for name in ("peak_memory_bytes", "reader_peak_memory_bytes") if told[name])]]
        disk, per_text = told["library"]["disk_bytes_per_page"], told["library"]["text_bytes_per_page"]
        names = {"text": "text", "geometry": "word boxes", "index": "index", "catalogue": "catalogue", "total": "all"}
        rows.append(["bytes a page on disk, and as a share of the text",
                     " · ".join(f"{names[part]} {disk[part]:.0f} ({disk[part] / per_text:.2f})" for part in names)])
        stages = ", ".join(f"{stage['stage']} {100 * stage['cpu_seconds'] / told['stages_cpu_seconds']:.0f} %"
                           for stage in told["stages"] if stage["cpu_seconds"] > 0)
        rows.append(["CPU by stage; the rest is the engine's own threads", stages])
        rows += floor(told)
        sections.append(section("Ingest", ["", "Recto, median"], rows, "`recto bench ingest PATH…`"))
    if "peers_search" in parts:
        part = parts["peers_search"]
        rows = [[named(row["tool"]), f"{row['wall_seconds']:.2f}", f"{row['cpu_seconds']:.2f}", f"{row['disk_bytes'] / 1e6:.1f}"]
                for row in part["ingest"]]
        sections.append(section("Ingest beside others, on all cores", ["", "s", "CPU, s", "MB on disk"], rows,
                                "`benches/peers/peers.py target/release/recto FOLDER --only search`; " + versions(part, OF_INGEST)))
    return "\n\n".join(sections)


def floor(told: dict) -> list[list[str]]:
    """How far from the least: extraction from reading the bytes and inflating them, the ingest from extraction."""
    ratios = told["ratios"]
    least = ratios.get("extraction_to_floor_cpu")
    to_least = f"{least:.1f}" if least else "–"
    return [["CPU of extraction ÷ reading and inflating alone · of the ingest ÷ extraction",
             f"{to_least} · {ratios['ingest_to_extraction_cpu']:.2f}"]]


def search(parts: dict) -> str:
    sections = []
    if "peers_search" in parts:
        part = parts["peers_search"]
        rows = [[named(row["tool"]), str(row["queries"]), short(row["p50_ms"]), short(row["p99_ms"])] for row in part["search"]]
        sections.append(section("Search of the reports, one client", ["", "queries", "p50, ms", "p99, ms"], rows,
                                "`benches/peers/peers.py target/release/recto FOLDER --only search`; " + versions(part, OF_SEARCH)))
    judged = [point for point in points(parts) if JUDGED_PAGES <= point["library"]["pages"] < 1.1 * JUDGED_PAGES]
    if judged:
        rows = []
        for kind in [*judged[0]["kinds"], judged[0]["search"]]:
            answer, bare = kind["answer"], kind["bare"]
            name = (kind["kind"] or "all").replace("_", " ")
            rows.append([name, str(kind["queries"]), *(short(answer[at]) for at in ("p50_ms", "p90_ms", "p99_ms")),
                         short(bare["p50_ms"]), short(bare["p99_ms"])])
        heads = ["100,000 pages, by kind of query", "queries", "p50, ms", "p90", "p99", "the bare engine's p50", "p99"]
        sections.append(section("Search by kind of query, beside the bare tantivy query for the same words", heads, rows,
                                "`recto bench search --pages 100000`"))
    if "ranking" in parts and parts["ranking"]["ranking"]:
        scores = parts["ranking"]["ranking"]["scores"]
        rows = [[f"{scores['ndcg_at_10']:.3f}", f"{scores['recall_at_100']:.3f}", f"{scores['mrr']:.3f}", f"{scores['map']:.3f}"]]
        sections.append(section("Ranking: Cranfield's 225 questions, each record a PDF through the whole pipeline",
                                ["nDCG@10", "recall@100", "MRR", "MAP"], rows, "`recto bench quality DIR --op or`"))
    return "\n\n".join(sections)


def points(parts: dict) -> list[dict]:
    return parts["growth"]["growth"]["points"] if "growth" in parts else []


def growth(parts: dict) -> str:
    rows = []
    for point in points(parts):
        answer, memory = point["search"]["answer"], point["peak_memory_bytes"]
        rows.append([count(point["library"]["pages"]), f"{point['ingest_cpu_ms_per_page']:.3f}", f"{memory / 1e6:.0f}" if memory else "–",
                     f"{point['library']['disk_bytes_per_page']['total'] * point['library']['pages'] / 1e6:,.0f}",
                     short(point["open_ms"]), short(answer["p50_ms"]), short(answer["p99_ms"]), f"{point['unchanged_seconds']:.2f}"])
    if not rows:
        return ""
    heads = ["pages", "ingest, CPU ms a page", "memory, MB", "on disk, MB", "to open, ms", "search p50, ms", "p99", "nothing changed, s"]
    table = section("Growth", heads, rows, "`recto bench growth --svg docs/growth.svg`, of libraries made of the reports' text")
    return f"{table}\n\n![What a page costs, by pages of the library](docs/growth.svg)"


def losses(parts: dict) -> str:
    """Where others are better, by the figures above."""
    told = []
    for name, tools in quality(parts).items():
        for figure, of in (("f1", "words"), ("bigram_f1", "word pairs")):
            better = [f"{TOOLS[tool]} ({tools[tool][figure]:.3f})" for tool in TOOLS
                      if tools[tool][figure] > tools["this"][figure] + NEAR_F1]
            told += [f"{listed(better)} read{'s' if len(better) == 1 else ''} more of the {of} of the {SETS[name].split(',')[0]} right "
                     f"than Recto ({tools['this'][figure]:.3f})."] if better else []
    told += beaten(parts.get("peers_extraction", {}).get("extraction", []), {"cpu_seconds": "The text of all reports, CPU seconds"})
    told += beaten(parts.get("peers_search", {}).get("ingest", []),
                   {"wall_seconds": "An index of all reports, seconds", "cpu_seconds": "An index of all reports, CPU seconds",
                    "disk_bytes": "An index of all reports, bytes on disk"})
    told += beaten(parts.get("peers_search", {}).get("search", []),
                   {"p50_ms": "Half of the searches take at most, in ms", "p99_ms": "99 of 100 searches take at most, in ms"})
    missed = [bar["what"] for part in parts.values() for bar in part.get("bars", []) if bar["verdict"] == "fail"]
    told += [f"Missed of what Recto is to keep to: {listed(missed)}."] if missed else []
    if len(points(parts)) > 1:
        first, last = points(parts)[0], points(parts)[-1]
        p99 = [short(point["search"]["answer"]["p99_ms"]) for point in (first, last)]
        told.append(f"Searches take longer in larger libraries: p99 is {p99[0]} ms at {count(first['library']['pages'])} pages and "
                    f"{p99[1]} ms at {count(last['library']['pages'])}.")
    return "**Where Recto loses**\n\n" + "\n".join(f"* {line}" for line in told) if told else ""


def beaten(rows: list[dict], figures: dict[str, str]) -> list[str]:
    """Where other rows than the first have less."""
    told = []
    for figure, what in figures.items():
        better = [row for row in rows[1:] if row[figure] < rows[0][figure] and not row["tool"].startswith("starts alone")]
        if better:
            others = ", ".join(f"{named(row['tool'])} {amount(row[figure])}" for row in better)
            told.append(f"{what}: {others}; Recto {amount(rows[0][figure])}.")
    return told


def section(title: str, heads: list[str], rows: list[list[str]], repeat: str) -> str:
    if not rows:
        return ""
    lines = [f"**{title}** ({repeat})", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows])


def named(tool: str) -> str:
    return f"Recto{tool.removeprefix('recto')}" if tool.startswith("recto") else tool


def versions(part: dict, of: list[str]) -> str:
    return ", ".join(f"{tool} {version}" for tool, version in part["versions"].items() if tool in of)


def listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def amount(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else short(value)


def count(value: float) -> str:
    return f"{value:,.0f}"


def short(value: float) -> str:
    """With three digits that count."""
    if abs(value) < 1:
        return f"{value:.3g}"
    text = f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


if __name__ == "__main__":
    main()
