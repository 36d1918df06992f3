#!/usr/bin/env python3
"""Recto beside what people use instead, on the same files, in one run.

    benches/peers/peers.py BINARY FOLDER [--only extraction|search] [--resume] [--results DIR] [--json]
                           [--runs N] [--work DIR] [--no-rust]

BINARY is a release build of recto, FOLDER holds PDFs. Installs what is missing: Debian packages (poppler-utils,
mupdf-tools, pdfgrep, recollcmd, python3-recoll; needs root), Python packages in a virtual environment of its own, and
builds the Rust readers (pdf_oxide, pdf-extract, unpdf) as a program of its own, which takes some five minutes once; all
is kept in --work (target/peers unless given). ripgrep-all is no Debian package; it is measured where `rga` is installed.

Two parts: extraction (two minutes), and search (one: the ingests, then the searches). What they measure is said
by RULES below, which is printed and kept with the figures, as are versions and commands. With --results each part is
kept as a file, and --resume takes what is there already of the same version of recto.

Reads nothing of Recto's but what it prints.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import results  # noqa: E402

RULES = {
    "extraction": [
        "the text of every file, on one core (taskset)",
        "one process for all files where the tool can; pdftotext and mutool are started once a file, and what starting costs is told apart",
        "CPU seconds of the process and all it starts; the best of the runs",
        "recto reads in its own process here, as `recto extract` does, without confinement, as the others",
    ],
    "ingest": [
        "an index from nothing on all cores, recognition of pictures off, each tool as it is meant to be used, once",
        "recto reads in confined processes and keeps text and the box of every word as well; the others keep less",
        "SQLite and tantivy get their pages from pdftotext, on as many processes as there are cores",
    ],
    "search": [
        "the same queries for all: words from frequent to rare, pairs of words of a page, phrases of two; ten best with a passage each",
        "one client, every query asked twice, the second time counts",
        "recto over HTTP, with reports, pages, passages and boxes; the others within the process that asks, without a socket",
        "pdfgrep and ripgrep-all make no index: one word of middling frequency, looked for in every file; ripgrep-all's cache is off",
    ],
}
DEBIAN = {"pdftotext": "poppler-utils", "mutool": "mupdf-tools", "pdfgrep": "pdfgrep", "recollindex": "recollcmd"}
PYTHON = ["pypdfium2==5.15.2", "pymupdf==2.0", "tantivy==0.27.0"]
CRATES = {"pdf-extract": "0.12", "pdf_oxide": "0.3", "unpdf": "0.52"}
CORES = os.cpu_count() or 1

PDFIUM = """
import sys, pypdfium2
count = 0
for path in sys.argv[1:]:
    try:
        document = pypdfium2.PdfDocument(path)
        for page in document:
            count += len(page.get_textpage().get_text_range())
    except Exception:
        pass
print(count)
"""
MUPDF = """
import sys, pymupdf
pymupdf.TOOLS.mupdf_display_errors(False)
count = 0
for path in sys.argv[1:]:
    try:
        for page in pymupdf.open(path):
            count += len(page.get_text())
    except Exception:
        pass
print(count)
"""
TANTIVY_INGEST = """
import json, pathlib, sys, tantivy
builder = tantivy.SchemaBuilder()
builder.add_text_field("file", stored=True, tokenizer_name="raw")
builder.add_unsigned_field("page", stored=True)
builder.add_text_field("body", stored=True, tokenizer_name="en_stem")
schema = builder.build()
place = pathlib.Path(sys.argv[1])
place.mkdir()
index = tantivy.Index(schema, path=str(place))
writer = index.writer(128 << 20)
for text in sorted(pathlib.Path(sys.argv[2]).glob("*.txt")):
    for number, page in enumerate(text.read_text(errors="replace").split("\\f"), 1):
        writer.add_document(tantivy.Document(file=[text.stem], page=[number], body=[page]))
writer.commit()
writer.wait_merging_threads()
"""
TANTIVY_SEARCH = """
import json, sys, time, tantivy
index = tantivy.Index.open(sys.argv[1])
searcher = index.searcher()
times = []
for query in json.load(open(sys.argv[2])):
    started = time.perf_counter()
    parsed = index.parse_query(query, ["body"], conjunction_by_default=True)
    snippets = tantivy.SnippetGenerator.create(searcher, parsed, index.schema, "body")
    for _, address in searcher.search(parsed, 10).hits:
        document = searcher.doc(address)
        snippets.snippet_from_doc(document).to_html()
    times.append(time.perf_counter() - started)
print(json.dumps(times))
"""
FTS_INGEST = """
import pathlib, sqlite3, sys
base = sqlite3.connect(sys.argv[1])
base.execute("CREATE VIRTUAL TABLE pages USING fts5(body, file UNINDEXED, page UNINDEXED, tokenize = 'porter unicode61')")
for text in sorted(pathlib.Path(sys.argv[2]).glob("*.txt")):
    pages = enumerate(text.read_text(errors="replace").split("\\f"), 1)
    base.executemany("INSERT INTO pages VALUES (?, ?, ?)", ((page, text.stem, number) for number, page in pages))
base.commit()
"""
RECOLL_SEARCH = """
import json, sys, time
from recoll import recoll
base = recoll.connect(confdir=sys.argv[1])
times = []
for query in json.load(open(sys.argv[2])):
    started = time.perf_counter()
    asked = base.query()
    asked.execute(query)
    for document in asked.fetchmany(10):
        asked.makedocabstract(document)
    times.append(time.perf_counter() - started)
print(json.dumps(times))
"""


def shown(command, places):
    """A command as it is told: without the machine's paths, without the list of files."""
    words, files = [], 0
    for word in map(str, command):
        for place, name in places.items():
            word = word.replace(str(place), name)
        if word.startswith("FOLDER/"):
            files += 1
            continue
        words.append("SCRIPT" if "\n" in word else word)
    return " ".join(words + (["FILE…"] if files else []))


class Usage:
    """What a command took."""

    def __init__(self, command, output=subprocess.DEVNULL, environment=None):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        done = subprocess.run([str(word) for word in command], stdout=output, stderr=subprocess.PIPE, env=environment)
        self.wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.output = (done.stdout or b"").decode(errors="replace")
        self.code = done.returncode
        self.errors = done.stderr.decode(errors="replace")[-400:]


def best(runs, measure):
    """The run with the least CPU time."""
    return min((measure() for _ in range(runs)), key=lambda usage: usage.cpu)


def one_core(command):
    return ["taskset", "-c", "0", *command]


def size(place):
    return sum(path.stat().st_size for path in pathlib.Path(place).rglob("*") if path.is_file())


def version(command):
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group() if found else "?"


class Tools:
    """What is needed, installed if it is missing."""

    def __init__(self, work, with_rust):
        missing = [package for program, package in DEBIAN.items() if not shutil.which(program)]
        if subprocess.run(["/usr/bin/python3", "-c", "from recoll import recoll"], capture_output=True).returncode:
            missing.append("python3-recoll")
        if missing:
            print(f"installing {' '.join(missing)}", file=sys.stderr)
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "update", "-qq"], check=True)
            subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, env=environment, stdout=sys.stderr)
        self.python = work / "python" / "bin" / "python"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", work / "python"], check=True)
            subprocess.run([self.python, "-m", "pip", "install", "--quiet", *PYTHON], check=True)
        self.readers = self.build(work / "readers") if with_rust else None
        self.grep = shutil.which("rga")
        self.versions = {
            **({"ripgrep-all": version(["rga", "--version"])} if self.grep else {}),
            "poppler": version(["pdftotext", "-v"]), "mutool": version(["mutool", "-v"]), "pdfgrep": version(["pdfgrep", "--version"]),
            "recoll": version(["recollindex", "-v"]), "sqlite": sqlite3.sqlite_version,
            **dict(package.split("==") for package in PYTHON),
        }
        if self.readers:
            lock = (work / "readers" / "Cargo.lock").read_text()
            for crate in CRATES:
                self.versions[crate] = re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock).group(1)

    @staticmethod
    def build(folder):
        program = folder / "target" / "release" / "readers"
        if not program.exists():
            print("building the Rust readers", file=sys.stderr)
            (folder / "src").mkdir(parents=True, exist_ok=True)
            crates = "".join(f'{crate} = "{wanted}"\n' for crate, wanted in CRATES.items())
            manifest = '[package]\nname = "readers"\nversion = "0.1.0"\nedition = "2024"\n\n[profile.release]\nlto = "thin"\n'
            (folder / "Cargo.toml").write_text(f"{manifest}\n[dependencies]\n{crates}")
            shutil.copy(HERE / "readers.rs", folder / "src" / "main.rs")
            subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, check=True)
        return program


def extraction(binary, files, tools, runs, places):
    """CPU and wall seconds for the text of every file, on one core."""

    def each(*command):
        script = 'for file in "$@"; do ' + " ".join(command) + ' >/dev/null 2>&1; done'
        return one_core(["sh", "-c", script, "sh", *files])

    ways = {
        "recto": one_core([binary, "extract", "--format", "text", *files]),
        "PDFium (pypdfium2)": one_core([tools.python, "-c", PDFIUM, *files]),
        "MuPDF (PyMuPDF)": one_core([tools.python, "-c", MUPDF, *files]),
        "poppler (pdftotext)": each("pdftotext", '"$file"', "-"),
        "MuPDF (mutool)": each("mutool", "draw", "-q", "-F", "txt", '"$file"'),
        "starts alone of pdftotext": each("pdftotext", "-v"),
    }
    if tools.readers:
        ways |= {crate: one_core([tools.readers, crate, *files]) for crate in CRATES}
    rows = []
    for name, command in ways.items():
        usage = best(runs, lambda: Usage(command, subprocess.PIPE))
        row = {"tool": name, "cpu_seconds": usage.cpu, "wall_seconds": usage.wall, "command": shown(command, places)}
        if name in CRATES:
            told = usage.output.strip().splitlines()
            # Recto's count of files that failed is its exit code; a reader that ends early has told nothing.
            row |= json.loads(told[-1]) if told else {"ended": usage.errors.strip().splitlines()[-1:]}
        rows.append(row)
    for row in rows:
        row["times_recto"] = row["cpu_seconds"] / rows[0]["cpu_seconds"]
    return rows


def texts(files, place):
    """Every file's text by pdftotext, on all cores."""
    place.mkdir()
    names = "\0".join(f"{path}\0{place / (str(number) + '-' + pathlib.Path(path).stem)}.txt" for number, path in enumerate(files))
    subprocess.run(["xargs", "-0", "-n", "2", "-P", str(CORES), "pdftotext", "-q"], input=names.encode(), stderr=subprocess.DEVNULL)


def ingest(binary, folder, files, tools, work, places):
    """An index from nothing: seconds, CPU seconds, bytes on disk."""
    rows = []

    def note(tool, usage, bytes_on_disk, command):
        rows.append({"tool": tool, "wall_seconds": usage.wall, "cpu_seconds": usage.cpu, "disk_bytes": bytes_on_disk,
                     "command": shown(command, places)})

    command = [binary, "ingest", "--index", work / "recto", "--ocr", "off", "--progress", "never", folder]
    note("recto", Usage(command), size(work / "recto"), command)

    recoll = work / "recoll"
    recoll.mkdir()
    (recoll / "recoll.conf").write_text(f"topdirs = {folder}\nfilterswaitmsecs = 1000\npdfocr = 0\nloglevel = 1\n")
    command = ["recollindex", "-c", recoll]
    note("Recoll", Usage(command), size(recoll), command)

    class Fed(Usage):
        """What pdftotext and then another program took."""

        def __init__(self, command):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            place = work / "texts"
            shutil.rmtree(place, ignore_errors=True)
            texts(files, place)
            done = subprocess.run([*command, str(place)], capture_output=True, text=True)
            self.wall = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if done.returncode:
                sys.exit(done.stderr)

    fts = work / "fts.sqlite"
    for tool, script, place in [("SQLite FTS5", FTS_INGEST, fts), ("tantivy", TANTIVY_INGEST, work / "tantivy")]:
        command = [tools.python, "-c", script, place]
        usage = Fed(list(map(str, command)))
        note(f"{tool} fed by pdftotext", usage, place.stat().st_size if place.is_file() else size(place), ["pdftotext", "FILE;", *command])
    return rows


def queries(place, number=120):
    """Words of the library from frequent to rare, pairs of words of a page, phrases of two words."""
    pages = [page for text in sorted(place.glob("*.txt")) for page in text.read_text(errors="replace").split("\f")]
    words = [re.findall(r"[a-z]{4,14}", page.lower()) for page in pages]
    counts = collections.Counter(word for page in words for word in set(page))
    dice = random.Random(1)
    ranked = [word for word, count in counts.most_common() if count > 1]
    asked = [ranked[int(len(ranked) * (place / (number // 3)) ** 3)] for place in range(number // 3)]
    long = [page for page in words if len(page) > 50]
    while len(asked) < number:
        page = dice.choice(long)
        at = dice.randrange(len(page) - 1)
        asked.append(" ".join(dice.sample(page, 2)) if len(asked) % 2 else f'"{page[at]} {page[at + 1]}"')
    dice.shuffle(asked)
    return asked


def is_ready(client):
    """Whether the service answers, and does not only say that it is starting."""
    try:
        client.request("GET", "/readyz")
        answer = client.getresponse()
        answer.read()
        return answer.status == 200
    except OSError:
        client.close()
        return False


def over_http(binary, work, asked):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    server = subprocess.Popen([binary, "--index", work / "recto", "serve", "--listen", address], stderr=subprocess.DEVNULL)
    times = []
    try:
        client = http.client.HTTPConnection(address, timeout=30)
        until = time.monotonic() + 30
        while not is_ready(client) and time.monotonic() < until:
            time.sleep(0.1)
        for query in asked:
            started = time.perf_counter()
            client.request("GET", f"/api/v1/search?q={urllib.parse.quote(query)}")
            answer = client.getresponse()
            body = answer.read()
            if answer.status != 200:
                sys.exit(f"{query}: {answer.status} {body[:200]}")
            times.append(time.perf_counter() - started)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    return times


def in_fts(path, asked):
    base = sqlite3.connect(path)
    times = []
    for query in asked:
        started = time.perf_counter()
        # Words are quoted, as letters between hyphens and the like would be read as operators.
        expression = query if query.startswith('"') else " AND ".join(f'"{word}"' for word in query.split())
        sql = "SELECT file, page, snippet(pages, 0, '[', ']', '…', 30) FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT 10"
        base.execute(sql, (expression,)).fetchall()
        times.append(time.perf_counter() - started)
    return times


def search(binary, folder, tools, work, places):
    """Percentiles of the time that one query takes, the second time that all are asked."""
    asked = queries(work / "texts")
    twice = asked + asked
    (work / "queries.json").write_text(json.dumps(twice))

    def by(python, script, place):
        done = subprocess.run([str(python), "-c", script, str(place), str(work / "queries.json")], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout)

    ways = {
        "recto (HTTP: reports, pages, passages, boxes)": over_http(binary, work, twice),
        "Recoll (documents, abstracts)": by("/usr/bin/python3", RECOLL_SEARCH, work / "recoll"),
        "SQLite FTS5 (pages, snippets)": in_fts(work / "fts.sqlite", twice),
        "tantivy (pages, snippets)": by(tools.python, TANTIVY_SEARCH, work / "tantivy"),
    }
    rows = []
    for name, times in ways.items():
        warm = sorted(times[len(asked):])
        at = lambda share: 1_000 * warm[min(len(warm) - 1, int(len(warm) * share))]
        rows.append({"tool": name, "queries": len(asked), "p50_ms": at(0.5), "p99_ms": at(0.99), "mean_ms": 1_000 * statistics.mean(warm)})
    word = sorted((query for query in asked if query.isalpha()), key=len)[len(asked) // 6]
    scans = {"pdfgrep (every file read)": ["pdfgrep", "-r", "-i", "-c", word, folder]}
    if tools.grep:
        scans["ripgrep-all (every file read)"] = [tools.grep, "--rga-no-cache", "-i", "-c", word, folder]
    for name, command in scans.items():
        took = 1_000 * Usage(command).wall
        rows.append({"tool": name, "queries": 1, "p50_ms": took, "p99_ms": took, "mean_ms": took, "command": shown(command, places)})
    return rows


def table(rows):
    heads = list(dict.fromkeys(key for row in rows for key in row if key != "command"))
    figure = lambda value: f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    lines = [heads] + [[figure(row.get(head, "")) for head in heads] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", choices=["extraction", "search"])
    parser.add_argument("--resume", action="store_true", help="take parts that were measured before from --results")
    parser.add_argument("--results", type=pathlib.Path, help="where a file for each part is kept")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, default=HERE.parent.parent / "target" / "peers", help="keeps what is installed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-rust", action="store_true", help="leave the Rust readers out, whose building takes minutes")
    arguments = parser.parse_args()
    binary, folder, work = arguments.binary.resolve(), arguments.folder.resolve(), arguments.work.resolve()
    files = sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())
    if not files:
        sys.exit(f"no PDFs under {folder}")
    work.mkdir(parents=True, exist_ok=True)
    corpus = {"files": len(files), "bytes": sum(os.path.getsize(path) for path in files)}
    before = results.read(arguments.results) if arguments.resume and arguments.results and arguments.results.is_dir() else {}
    measured = []
    for name in [arguments.only] if arguments.only else ["extraction", "search"]:
        kept = before.get(f"peers_{name}")
        if kept and kept["recto"] == results.version(binary):
            measured.append(kept)
            continue
        tools = Tools(work, not arguments.no_rust and name == "extraction")
        part = results.Part(f"peers_{name}", binary)
        with tempfile.TemporaryDirectory(prefix="recto-peers-") as scratch:
            scratch = pathlib.Path(scratch)
            places = {binary: "recto", folder: "FOLDER", tools.python: "python", tools.readers or "readers": "readers", scratch: "SCRATCH"}
            if name == "extraction":
                rows = {"extraction": extraction(binary, files, tools, arguments.runs, places)}
            else:
                rows = {"ingest": ingest(binary, folder, files, tools, scratch, places)}
                rows["search"] = search(binary, folder, tools, scratch, places)
        rules = {of: RULES[of] for of in rows}
        measured.append(part.done({"corpus": corpus, "versions": tools.versions, "rules": rules, **rows}))
        if arguments.results:
            results.write(measured[-1], arguments.results)
    if arguments.json:
        print(json.dumps(measured, indent=1, ensure_ascii=False))
        return
    for part in measured:
        show(part)


def show(part):
    """Tables, with what they are of."""
    machine = part["machine"]
    print(f"{part['part']}: recto {part['recto']}, {part['date']}, {machine['cores']} cores, {machine['processor']}, {part['busy']} busy; "
          f"{part['corpus']['files']} files, {part['corpus']['bytes'] / 1e6:.1f} MB, in {part['seconds']} s")
    print("versions: " + ", ".join(f"{tool} {version}" for tool, version in part["versions"].items()))
    for name, rules in part["rules"].items():
        print(f"\n{name}\n" + "\n".join(f"  - {rule}" for rule in rules) + f"\n\n{table(part[name])}")
        print("\n".join(f"  {row['tool']}: {row['command']}" for row in part[name] if "command" in row))
    print()


if __name__ == "__main__":
    main()
