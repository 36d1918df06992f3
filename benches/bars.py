#!/usr/bin/env python3
"""Measures all that Recto is to keep to, beside others where that is what is asked, and prints each figure with its bar.

    benches/bars.py BINARY [--shared DIR] [--quick] [--only NAME,...] [--pages N,...] [--json] [--scratch DIR]

DIR (../shared unless given) holds `corpus/{reports,truth,cases,hostile}`, `tools/text_quality.py` and `ir/cranfield`. What
is not there is not measured, and the table says so. `recto bench bars` measures what the program can measure of itself;
the rest is measured here:

  text_quality    tools/text_quality.py on every set, beside poppler, MuPDF and PDFium: how far F1 of words and of word
                  pairs are above what they are to be, at worst; a document that one of them reads and Recto does not fails
  extraction_cpu  processor time of PDFium ÷ that of `recto extract` on the reports, from the same run
  idle_memory     memory of `recto serve` on a library of 100,000 pages that nobody asks anything
  damage          `recto ingest` of corpus/hostile, where each file must have its line in the ledger; .ci/corpus.py on it,
                  where each must end in time and memory; .ci/hostile.py on files made to do harm
  kills           .ci/kills.py, 200 ingests killed, each verified

PDFium and MuPDF are installed with pip into target/bars-venv; poppler's pdftotext has to be there. Takes an hour or so; with
--quick some minutes, and what depends on size is then measured and not judged. Exit code 1 if a bar is missed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--quick", action="store_true", help="measure on a small scale")
    parser.add_argument("--only", help="only these bars, by name, with commas between")
    parser.add_argument("--pages", help="sizes of the libraries made, for `recto bench bars`")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument("--scratch", type=Path, help="where the libraries made are kept meanwhile")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        measured = Measuring(arguments, Path(scratch)).all()
    if arguments.json:
        print(json.dumps(measured, ensure_ascii=False))
    else:
        show(measured)
    sys.exit(1 if any(bar["verdict"] == "fail" for bar in measured["bars"]) else 0)


class NotMeasured(Exception):
    """Why a bar was not measured."""


class Measuring:
    def __init__(self, arguments: argparse.Namespace, scratch: Path):
        self.binary, self.shared = arguments.binary.resolve(), arguments.shared.resolve()
        self.quick, self.pages, self.scratch = arguments.quick, arguments.pages, scratch
        self.only = set(arguments.only.split(",")) if arguments.only else None
        self.corpus = self.shared / "corpus"
        self.quality: dict[str, dict] = {}

    def all(self) -> dict:
        own = {"text_quality": self.text_quality, "extraction_cpu": self.extraction_cpu,
               "idle_memory": self.idle_memory, "damage": self.damage, "kills": self.kills}
        unknown = (self.only or set()) - set(own)
        needs_program = self.only is None or unknown or "idle_memory" in self.only
        measured = self.program() if needs_program else {"bars": []}
        known = {bar["name"]: bar for bar in measured["bars"]}
        for name, measure in own.items():
            if self.only is not None and name not in self.only:
                continue
            told(name)
            bar = known.get(name) or self.unjudged(name)
            if name not in known:
                measured["bars"].append(bar)
            try:
                bar.update(measure(), why=None)
            except NotMeasured as reason:
                bar.update(figure=None, verdict="not_measured", why=str(reason))
        if self.only is not None:
            measured["bars"] = [bar for bar in measured["bars"] if bar["name"] in self.only]
        return measured

    def unjudged(self, name: str) -> dict:
        """A bar as `recto bench bars` has it that has not been asked."""
        what = {"text_quality": ("text: F1 beside the best of three others", "at_least", 0.0, ""),
                "extraction_cpu": ("CPU of PDFium ÷ CPU of extraction", "at_least", 4.0, ""),
                "damage": ("damaged files: without crash, hang or loss", "at_least", 1.0, ""),
                "kills": ("killed ingests: without loss or repetition", "at_least", 1.0, "")}[name]
        return dict(zip(("what", "side", "bar", "unit"), what), name=name)

    def program(self) -> dict:
        """What the program measures of itself; the libraries that it makes stay in the scratch folder."""
        told("recto bench bars")
        reports = self.corpus / "reports" if (self.corpus / "reports").is_dir() else ROOT / "fixtures"
        command = [self.binary, "bench", "bars", reports, "--json", "--keep", self.scratch / "grown"]
        judged = self.shared / "ir" / "cranfield"
        if judged.is_dir():
            command += ["--judged", judged]
        command += ["--quick"] if self.quick else []
        command += ["--pages", self.pages] if self.pages else []
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=self.scratch)
        if result.returncode not in (0, 1):
            sys.exit(f"recto bench bars ended with {result.returncode}")
        return json.loads(result.stdout)

    def text_quality(self) -> dict:
        """The least distance of F1 above its bar, over all sets, words and word pairs."""
        sets = self.sets()
        margins, unread = {}, []
        for name in sets:
            scores = self.scores(name)
            own, peers = scores["this"], {peer: scores[peer] for peer in PEERS}
            for figure, slack in zip(("f1", "bigram_f1"), (0, 0) if name == "truth" else SLACK):
                margins[name, figure] = own[figure] - max(peer[figure] for peer in peers.values()) + slack
            if name != "truth":
                read = {path: f1 for peer in peers.values() for path, f1 in peer["worst"] if f1 >= 0.5}
                unread += [path for path, f1 in own["worst"] if f1 < 0.5 and path in read]
        (worst_set, worst_figure), figure = min(margins.items(), key=lambda item: item[1])
        above = figure > 0 if worst_set == "truth" else figure >= 0
        # Above the best, not beside it, where what is right is known.
        good = above and all(margin > 0 for (name, _), margin in margins.items() if name == "truth") and not unread
        note = f"least on {worst_set}, {worst_figure}" + (f"; not read: {', '.join(unread)}" if unread else "")
        return {"figure": figure, "verdict": self.verdict(good), "note": note}

    def extraction_cpu(self) -> dict:
        scores = self.scores(self.sets("reports")[0])
        figure = scores["pdfium"]["cpu_s"] / max(scores["this"]["cpu_s"], 1e-9)
        return {"figure": figure, "verdict": self.verdict(figure >= 4)}

    def sets(self, only: str | None = None) -> list[str]:
        if not (self.shared / "tools" / "text_quality.py").is_file():
            raise NotMeasured(f"there is no {self.shared / 'tools' / 'text_quality.py'}")
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
        good = figure < (150 << 20) / 1e6
        note = f"at {pages} pages; of it {memory.get('RssAnon', 0):.0f} MB that the kernel cannot take back"
        verdict = self.verdict(good) if fitting or not good else "not_measured"
        return {"figure": figure, "verdict": verdict, "note": note}

    def damage(self) -> dict:
        hostile = self.corpus / "hostile"
        if not hostile.is_dir():
            raise NotMeasured(f"there is no {hostile}")
        folder = hostile / "qpdf" if self.quick and (hostile / "qpdf").is_dir() else hostile
        steps = {"ledger": lambda: self.ledger(folder),
                 "time and memory": lambda: self.script("corpus.py", folder),
                 "made files": lambda: self.script("hostile.py", ROOT / "fixtures", "--no-extract", "--mutants",
                                                   str(QUICK_MUTANTS if self.quick else MUTANTS))}
        failed = {name: complaint for name, step in steps.items() if (complaint := step())}
        note = "; ".join(f"{name}: {complaint}" for name, complaint in failed.items())
        share = 1 - len(failed) / len(steps)
        return {"figure": share, "verdict": self.verdict(not failed), "note": note or None}

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


def told(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def show(measured: dict) -> None:
    if "machine" in measured:
        machine, corpus = measured["machine"], measured["corpus"]
        built = machine["commit"] or "unknown commit"
        print(f"recto {machine['recto']} ({built}, {machine['build']}), {machine['os']} {machine['architecture']}, "
              f"{machine['cores']} cores, {machine['processor']}")
        print(f"{corpus['files']} files, {corpus['pages']} pages, {corpus['bytes'] / 1e6:.1f} MB, list "
              f"{corpus['list_hash'][:12]}")
    print(f"\n{'':46}{'figure':>10}{'bar':>13}")
    for bar in measured["bars"]:
        figure = "–" if bar.get("figure") is None else number(bar["figure"])
        verdict = {"pass": "pass", "fail": "FAIL", "not_measured": f"not measured: {bar.get('why') or QUICK}"}
        note = f" ({bar['note']})" if bar.get("note") else ""
        print(f"{bar['what']:46}{figure:>10}{SIGNS[bar['side']] + ' ' + number(bar['bar']) + ' ' + bar['unit'].ljust(2):>15}"
              f"   {verdict[bar['verdict']]}{note}")


def number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    main()
