#!/usr/bin/env python3
"""Measures all that Recto is to keep to, beside others where that is what is asked, and prints each figure with its bar.

    benches/bars.py BINARY [--only NAME,...] [--resume] [--quick] [--json [FILE]] [--results DIR]
                           [--shared DIR] [--pages N,...] [--scratch DIR]

DIR (../shared unless given) holds `corpus/{reports,truth,cases,hostile}`, `tools/text_quality.py` and `ir/cranfield`. What
is not there is not measured, and the table says so. Parts, with the minutes that each takes on two quiet cores:

  ingest      1   `recto bench bars --only ingest`: processor time, two jobs, nothing changed, memory, room on disk
  growth      3   `recto bench bars --only growth`: libraries of 10,000 to 1,000,000 pages, in some 4 GB of --scratch;
                  memory of `recto serve` on that of 100,000 pages when nobody asks anything
  ranking     1   `recto bench bars --only ranking`
  text        2   tools/text_quality.py on every set, beside poppler, MuPDF and PDFium: how far F1 of words and of word
                  pairs are above what they are to be, at worst; a document that one of them reads and Recto does not
                  fails; processor time of PDFium ÷ that of `recto extract` on the reports, from the same run
  damage      1   `recto ingest` of corpus/hostile, where each file must have its line in the ledger; .ci/corpus.py on it,
                  where each must end in time and memory; .ci/hostile.py on files made to do harm
  kills      15   .ci/kills.py, 200 ingests killed, each verified

--only takes names of parts and of bars (of which it measures the part). Each part that ends is kept as a file of
--results (benches/results unless given); --resume takes what is there already of the same version of recto. --json prints
an object, or writes it to a file. --quick takes some minutes for all; what depends on size is then measured and not
judged, and nothing is kept unless --results says where.

PDFium and MuPDF are installed with pip into target/bars-venv; poppler's pdftotext has to be there. Exit code 1 if a bar
is missed.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import results

ROOT = Path(__file__).resolve().parent.parent
PEERS = {"poppler": None, "mupdf": "pymupdf", "pdfium": "pypdfium2"}
# How far F1 of words and of word pairs may be below the best of the others, where what is right is their consensus.
SLACK = (0.002, 0.005)
JUDGED_PAGES = 100_000
KILLS, QUICK_KILLS = 200, 8
MUTANTS, QUICK_MUTANTS = 2_000, 60
# After which memory does not change any more.
IDLE_SECONDS = 5
QUICK = "only a part was measured; --quick"
SIGNS = {"at_most": "≤", "at_least": "≥", "below": "<"}
# Which bars a part measures. The first three are measured by the program, but for the memory of a server.
PARTS = {
    "ingest": ["ingest_cpu", "two_jobs", "unchanged", "ingest_memory", "disk"],
    "growth": ["disk_large", "search_p50", "search_p99", "search_bare", "growth", "idle_memory"],
    "ranking": ["ranking"],
    "text": ["text_quality", "extraction_cpu"],
    "damage": ["damage"],
    "kills": ["kills"],
}
# In the order of the contract; of those that the program does not measure, what it says of them.
ORDER = ["text_quality", "extraction_cpu", "ingest_cpu", "two_jobs", "unchanged", "ingest_memory", "idle_memory", "disk",
         "disk_large", "search_p50", "search_p99", "search_bare", "growth", "ranking", "damage", "kills"]
OWN = {
    "text_quality": ("text: F1 beside the best of three others", "at_least", 0.0, ""),
    "extraction_cpu": ("CPU of PDFium ÷ CPU of extraction", "at_least", 4.0, ""),
    "idle_memory": ("server, idle, 100,000 pages: memory", "below", (150 << 20) / 1e6, "MB"),
    "damage": ("damaged files: without crash, hang or loss", "at_least", 1.0, ""),
    "kills": ("killed ingests: without loss or repetition", "at_least", 1.0, ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--quick", action="store_true", help="measure on a small scale")
    parser.add_argument("--only", help="only these parts or bars, with commas between")
    parser.add_argument("--resume", action="store_true", help="take parts that were measured before from --results")
    parser.add_argument("--results", type=Path, help="where a file for each part is kept [default: benches/results]")
    parser.add_argument("--pages", help="sizes of the libraries made, for `recto bench bars`")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="print a JSON object, or write it to a file")
    parser.add_argument("--scratch", type=Path, help="where the libraries made are kept meanwhile")
    arguments = parser.parse_args()
    kept = arguments.results or (None if arguments.quick else results.FOLDER)
    parts = asked(arguments.only)
    before = results.read(kept) if arguments.resume and kept and kept.is_dir() else {}
    measured = {}
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        measuring = Measuring(arguments, Path(scratch), kept)
        for name in parts:
            if name in before and before[name]["recto"] == results.version(measuring.binary):
                measured[name] = before[name]
                continue
            told(f"{name}, begun {time.strftime('%H:%M')}")
            measured[name] = measuring.part(name)
            told(f"{name} took {measured[name]['seconds']} s")
            if kept:
                results.write(measured[name], kept)
    bars = in_order(bar for part in measured.values() for bar in part["bars"])
    if arguments.json == "-":
        print(json.dumps({"bars": bars, "parts": measured}, ensure_ascii=False))
    else:
        if arguments.json:
            Path(arguments.json).write_text(json.dumps({"bars": bars, "parts": measured}, ensure_ascii=False) + "\n")
        show(measured, bars)
    sys.exit(1 if any(bar["verdict"] == "fail" for bar in bars) else 0)


def asked(only: str | None) -> list[str]:
    """The parts that have what is named."""
    if only is None:
        return list(PARTS)
    names = set(only.split(","))
    unknown = names - set(PARTS) - set(ORDER)
    if unknown:
        sys.exit(f"neither a part nor a bar: {', '.join(sorted(unknown))}; there are {', '.join([*PARTS, *ORDER])}")
    return [part for part, bars in PARTS.items() if part in names or names & set(bars)]


def in_order(bars) -> list[dict]:
    return sorted(bars, key=lambda bar: ORDER.index(bar["name"]) if bar["name"] in ORDER else len(ORDER))


class NotMeasured(Exception):
    """Why a bar was not measured."""


class Measuring:
    def __init__(self, arguments: argparse.Namespace, scratch: Path, kept: Path | None):
        self.binary, self.shared = arguments.binary.resolve(), arguments.shared.resolve()
        self.quick, self.pages, self.scratch = arguments.quick, arguments.pages, scratch
        self.picture = ROOT / "docs" / "growth.svg" if kept and kept.resolve() == results.FOLDER else scratch / "growth.svg"
        self.corpus = self.shared / "corpus"
        self.quality: dict[str, dict] = {}

    def part(self, name: str) -> dict:
        """A part's result, with its bars."""
        part = results.Part(name, self.binary, self.quick)
        figures = {"ingest": self.ingest, "growth": self.growth, "ranking": self.ranking, "text": self.text,
                   "damage": lambda: self.judged({"damage": self.damage}),
                   "kills": lambda: self.judged({"kills": self.kills})}[name]()
        return part.done(figures)

    def judged(self, measures: dict) -> dict:
        """The bars that are measured here."""
        bars = []
        for name, measure in measures.items():
            bar = {"name": name, **dict(zip(("what", "side", "bar", "unit"), OWN[name]))}
            try:
                bar.update(measure(), why=None)
            except NotMeasured as reason:
                bar.update(figure=None, verdict="not_measured", why=str(reason))
            bars.append(bar)
        return {"bars": bars}

    def program(self, part: str, *more: object) -> dict:
        """What the program measures of itself."""
        reports = self.corpus / "reports" if (self.corpus / "reports").is_dir() else ROOT / "fixtures"
        command = [self.binary, "bench", "bars", reports, "--only", part, "--json", *more]
        command += ["--quick"] if self.quick else []
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=self.scratch)
        if result.returncode not in (0, 1):
            sys.exit(f"recto bench bars --only {part} ended with {result.returncode}")
        told = json.loads(result.stdout)
        bars = [bar for bar in told["bars"] if bar["name"] in PARTS[part] and bar["name"] not in OWN]
        figures = told["quality" if part == "ranking" else part]
        return {"bars": bars, "build": told["machine"]["build"], "corpus": told["corpus"], part: figures}

    def ingest(self) -> dict:
        return self.program("ingest")

    def growth(self) -> dict:
        """Libraries of more and more pages; a server on one of them."""
        sizes = ["--pages", self.pages] if self.pages else []
        figures = self.program("growth", "--keep", self.scratch / "grown", "--svg", self.picture, *sizes)
        figures["bars"] += self.judged({"idle_memory": self.idle_memory})["bars"]
        # By which the picture is known to be of these figures.
        return figures | {"picture": hashlib.sha256(self.picture.read_bytes()).hexdigest()}

    def ranking(self) -> dict:
        judged = self.shared / "ir" / "cranfield"
        return self.program("ranking", *(["--judged", judged] if judged.is_dir() else []))

    def text(self) -> dict:
        figures = self.judged({"text_quality": self.text_quality, "extraction_cpu": self.extraction_cpu})
        kept = ("documents", "precision", "recall", "f1", "bigram_f1", "under_half", "failed", "cpu_s")
        sets = {name: {tool: {figure: told[figure] for figure in kept} for tool, told in scores.items()}
                for name, scores in self.quality.items()}
        return figures | {"sets": sets, "versions": versions(python_with_peers()) if sets else {}}

    def text_quality(self) -> dict:
        """The least distance of F1 above its bar, over all sets, words and word pairs."""
        margins, unread = {}, []
        for name in self.sets():
            scores = self.scores(name)
            own, peers = scores["this"], {peer: scores[peer] for peer in PEERS}
            for figure, slack in zip(("f1", "bigram_f1"), (0, 0) if name == "truth" else SLACK):
                margins[name, figure] = own[figure] - max(peer[figure] for peer in peers.values()) + slack
            if name != "truth":
                read = {path: f1 for peer in peers.values() for path, f1 in peer["worst"] if f1 >= 0.5}
                unread += [path for path, f1 in own["worst"] if f1 < 0.5 and path in read]
        # Above the best, not beside it, where what is right is known.
        missed = [f"{name} {figure} {margin:+.4f}" for (name, figure), margin in margins.items()
                  if margin < 0 or name == "truth" and margin == 0]
        (worst_set, worst_figure), figure = min(margins.items(), key=lambda item: item[1])
        notes = [f"least on {worst_set}, {worst_figure}"] + ([f"missed: {', '.join(missed)}"] if missed else [])
        notes += [f"not read: {', '.join(unread)}"] if unread else []
        return {"figure": figure, "verdict": self.verdict(not missed and not unread), "note": "; ".join(notes)}

    def extraction_cpu(self) -> dict:
        scores = self.scores(self.sets("reports")[0])
        figure = scores["pdfium"]["cpu_s"] / max(scores["this"]["cpu_s"], 1e-9)
        return {"figure": figure, "verdict": self.verdict(figure >= 4)}

    def sets(self, only: str | None = None) -> list[str]:
        if not (self.shared / "tools" / "text_quality.py").is_file():
            raise NotMeasured("there is no tools/text_quality.py")
        if only:
            return [f"{only}/climate" if self.quick else only]
        if self.quick:
            return ["reports/climate"]
        hostile = sorted(f"hostile/{folder.name}" for folder in (self.corpus / "hostile").iterdir() if folder.is_dir())
        return ["truth", "reports", "cases", *hostile]

    def scores(self, name: str) -> dict:
        if name not in self.quality:
            told(f"text of {name} beside {', '.join(PEERS)}")
            command = [python_with_peers(), self.shared / "tools" / "text_quality.py", "--set", name, "--json",
                       "--worst", "1000000"]
            command += [word for peer in PEERS for word in ("--peer", peer)]
            command += ["--", self.binary, "extract", "{}"]
            environment = {**os.environ, "CORPUS_DIR": str(self.corpus)}
            result = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
            if result.returncode != 0:
                raise NotMeasured(f"text_quality.py ended with {result.returncode}")
            self.quality[name] = json.loads(result.stdout)
        return self.quality[name]

    def idle_memory(self) -> dict:
        """Resident memory of a server that has just been started, in MB."""
        made = sorted((int(folder.name), folder) for folder in (self.scratch / "grown").glob("*") if folder.is_dir())
        fitting = [item for item in made if item[0] == JUDGED_PAGES]
        if not made:
            raise NotMeasured("no library was made")
        pages, folder = (fitting or made)[-1]
        command = [self.binary, "--index", folder / "index", "serve", "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=self.scratch)
        try:
            lines = iter(server.stderr.readline, "")
            if not any(re.search(r"listening on http://", line) for line in lines):
                raise NotMeasured("the server did not start")
            time.sleep(IDLE_SECONDS)
            status = Path(f"/proc/{server.pid}/status").read_text()
        except OSError as error:
            raise NotMeasured(f"the system does not tell: {error}") from error
        finally:
            server.terminate()
            server.wait()
        memory = {line.split(":")[0]: int(line.split()[1]) / 1000 * 1.024 for line in status.splitlines()
                  if line.startswith(("VmRSS", "RssAnon"))}
        figure = memory["VmRSS"]
        good = figure < OWN["idle_memory"][2]
        note = f"at {pages} pages; of it {memory.get('RssAnon', 0):.0f} MB that the kernel cannot take back"
        verdict = self.verdict(good) if fitting or not good else "not_measured"
        return {"figure": figure, "verdict": verdict, "note": note}

    def damage(self) -> dict:
        hostile = self.corpus / "hostile"
        if not hostile.is_dir():
            raise NotMeasured("there is no corpus/hostile")
        folder = hostile / "qpdf" if self.quick and (hostile / "qpdf").is_dir() else hostile
        mutants = QUICK_MUTANTS if self.quick else MUTANTS
        steps = {"ledger": lambda: self.ledger(folder),
                 "time and memory": lambda: self.script("corpus.py", folder),
                 "made files": lambda: self.script("hostile.py", ROOT / "fixtures", "--no-extract", "--mutants", str(mutants))}
        failed = {name: complaint for name, step in steps.items() if (complaint := step())}
        files = sum(1 for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())
        note = "; ".join(f"{name}: {complaint}" for name, complaint in failed.items())
        return {"figure": 1 - len(failed) / len(steps), "verdict": self.verdict(not failed),
                "note": note or f"{files} files of others' tests, {mutants} mutants"}

    def ledger(self, folder: Path) -> str:
        """Ingests a folder; what is wrong with the summary of what became of its files, if anything."""
        files = sum(1 for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())
        command = [self.binary, "-q", "--index", self.scratch / "hostile", "ingest", "--ocr", "off", "--json", folder]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.scratch)
        if result.returncode not in (0, 3):
            return f"the ingest ended with {result.returncode}"
        summary = json.loads(result.stdout)
        lines = sum(summary[outcome] for outcome in ("indexed", "partial", "duplicates")) + sum(summary["failed"].values())
        died = {reason: number for reason, number in summary["failed"].items() if reason in ("crashed", "killed")}
        if summary["files"] != files or lines != files:
            return f"{files} files, {summary['files']} found, {lines} lines in the ledger"
        return f"readers died: {died}" if died else ""

    def script(self, name: str, *arguments: object) -> str:
        """What a script of .ci complains of, if it does."""
        result = subprocess.run([sys.executable, ROOT / ".ci" / name, self.binary, *arguments], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
        return "" if result.returncode == 0 else (result.stdout.strip().splitlines() or ["it failed"])[-1]

    def kills(self) -> dict:
        number = QUICK_KILLS if self.quick else KILLS
        complaint = self.script("kills.py", ROOT / "fixtures", "--kills", str(number))
        return {"figure": 0.0 if complaint else 1.0, "verdict": self.verdict(not complaint),
                "note": complaint or f"{number} kills"}

    def verdict(self, good: bool) -> str:
        # A part may miss the bar, but cannot reach it.
        if self.quick:
            return "not_measured"
        return "pass" if good else "fail"


def python_with_peers() -> Path:
    """A Python that has the other extractors."""
    folder = ROOT / "target" / "bars-venv"
    python = folder / "bin" / "python"
    packages = [package for package in PEERS.values() if package]
    modules = ", ".join(packages)
    if not python.exists():
        told("installing " + modules)
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", f"import {modules}"], capture_output=True).returncode != 0:
        installed = subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], stdout=sys.stderr)
        if installed.returncode != 0:
            raise NotMeasured(f"pip could not install {modules}")
    if subprocess.run(["sh", "-c", "command -v pdftotext"], capture_output=True).returncode != 0:
        raise NotMeasured("poppler's pdftotext is not installed")
    return python


def versions(python: Path) -> dict[str, str]:
    """Of the other extractors."""
    script = "import importlib.metadata as m, sys; print(*(m.version(name) for name in sys.argv[1:]))"
    packages = {peer: package for peer, package in PEERS.items() if package}
    told = subprocess.run([python, "-c", script, *packages.values()], capture_output=True, text=True).stdout.split()
    poppler = subprocess.run(["pdftotext", "-v"], capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)+", poppler.stdout + poppler.stderr)
    return {"poppler": found.group() if found else "?", **dict(zip(packages, told))}


def told(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def show(measured: dict, bars: list[dict]) -> None:
    for part in measured.values():
        machine = part["machine"]
        print(f"{part['part']:9}{part['seconds']:>6} s   recto {part['recto']}, {part['date']}, {machine['os']} "
              f"{machine['architecture']}, {machine['cores']} cores, {machine['processor']}, {part['busy']} busy")
    print(f"\n{'':46}{'figure':>10}{'bar':>13}")
    for bar in bars:
        figure = "–" if bar.get("figure") is None else number(bar["figure"])
        verdict = {"pass": "pass", "fail": "FAIL", "not_measured": f"not measured: {bar.get('why') or QUICK}"}
        note = f" ({bar['note']})" if bar.get("note") else ""
        print(f"{bar['what']:46}{figure:>10}{SIGNS[bar['side']] + ' ' + number(bar['bar']) + ' ' + bar['unit'].ljust(2):>15}"
              f"   {verdict[bar['verdict']]}{note}")


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    main()
