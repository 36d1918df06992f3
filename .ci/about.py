#!/usr/bin/env python3
"""Holds what Recto says of forty reports - title, date, contributors, abstract, recommendations - against their readers.

    .ci/about.py BINARY CORPUS [--sample tests/about/sample.toml] [--half odd|even] [--others FOLDER] [--show]

CORPUS is the folder with the sample's `climate` and `agencies`. Reads every report with `recto extract --ocr auto`, prints
each bar with its figure, the two halves of the sample apart, and exits 1 if a bar of the whole sample is missed. `--show`
prints every wrong answer. Needs nothing but the standard library; pictures of pages also need tesseract.

None of the forty makes recommendations. Those of the made reports, in the styles of houses that do, are counted as well:
how many of those given are right, and how many of those made are found; rules were developed on the first half of them.
So is whatever any PDF below FOLDER is said to recommend: those of the corpus make none but what the sample says.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from pathlib import Path

BARS = {"title": 0.90, "date": 0.80, "contributors": 0.70, "abstract": 0.70, "recommendations": 0.80}
# Of the reports that have an abstract alone: the bar over all would be passed by finding none.
PRINTED = "abstract, where there is one"
# Two texts as alike as this are the same: pictures of pages and broken fonts cost a letter here and there.
ALIKE = 0.85
MADE = Path(__file__).parent.parent / "tests/about/made"


def plain(text):
    """Without case, marks, punctuation and spaces, so that `(CPDN/ INDC)` is `(CPDN/INDC)`."""
    text = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("ß", "ss"))
    return re.sub(r"[\W_]+", "", "".join(c for c in text if not unicodedata.combining(c))).casefold()


def is_one_of(text, accepted):
    return plain(text) in {plain(one) for one in accepted}


def alternatives(groups):
    return [[one.strip() for one in group.split(" | ")] for group in groups]


def title(truth, read):
    return is_one_of(read["title"], truth["title"])


def date(truth, read):
    return read["date"] in truth["date"]


def contributors(truth, read):
    """Every credited name is given and no other; the body that issues a report may be given as publisher instead."""
    groups = alternatives(truth.get("contributors", []))
    known = [name for group in groups for name in group] + truth.get("allowed", [])
    given = read["authors"] or ([read["publisher"]] if read.get("publisher") and groups else [])
    return all(is_one_of(name, known) for name in given) and all(
        any(is_one_of(name, group) for name in given) for group in groups
    )


def begins(text, first):
    """Whether a text begins with these words."""
    start = plain(text)[: len(plain(first))]
    return SequenceMatcher(None, start, plain(first), autojunk=False).ratio() >= ALIKE


def abstract(truth, read):
    """Its first words, on its page, and nothing of what follows it; or none if there is none."""
    given = read["abstract"]
    expected = [truth[key] for key in ("abstract", "lead") if key in truth]
    if given is None:
        return "abstract" not in truth
    return any(
        given["page"] == page and begins(given["text"], first) and plain(after) not in plain(given["text"])
        for page, first, after in expected
    )


def publisher(truth, read):
    given = read.get("publisher")
    return given is None or is_one_of(given, truth.get("publisher", []))


def recommendations(truth, read):
    """How many of those given are the report's, of how many."""
    expected = truth.get("recommendations", [])
    right = [
        item
        for item in read["recommendations"]
        if any(item["page"] == page and begins(item["text"], first) for page, first in expected)
    ]
    return len(right), len(read["recommendations"])


def found(truth, read):
    """How many of those that the report makes are given, of how many."""
    expected = truth.get("recommendations", [])
    given = [
        (page, first)
        for page, first in expected
        if any(item["page"] == page and begins(item["text"], first) for item in read["recommendations"])
    ]
    return len(given), len(expected)


def recommended(name, pairs, show):
    """Right of those given and given of those made, over some reports."""
    counts = [0, 0, 0, 0]
    for truth, read in pairs:
        figures = (*recommendations(truth, read), *found(truth, read))
        counts = [sum(pair) for pair in zip(counts, figures)]
        if show and (figures[0] != figures[1] or figures[2] != figures[3]):
            print(f"{name}: {truth['file']}")
            for item in read["recommendations"]:
                print(f"    given:    {item['page']} {item['text'][:100]}")
            for page, first in truth.get("recommendations", []):
                print(f"    expected: {page} {first}")
    return counts


def read_others(binary, path):
    """A file that need not be readable."""
    command = [binary, "-q", "extract", "--format", "json", str(path)]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return ({"file": path.name}, json.loads(output) if output else {"recommendations": []})


def read_with(binary, folder, truth):
    command = [binary, "-q", "extract", "--format", "json", "--ocr", "auto", str(folder / truth["file"])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 3) or not done.stdout:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def shown(name, truth, read):
    if name == "recommendations":
        return [item["text"][:80] for item in read[name]], truth.get(name, [])
    if name == "abstract":
        given = read["abstract"]
        return (given["page"], given["text"][:80], given["text"][-80:]) if given else None, truth.get("abstract")
    if name == "contributors":
        return (read["authors"], read.get("publisher")), truth.get("contributors", [])
    return read.get(name), truth.get(name)


def count(pairs, show):
    """Of each bar how many are right, of how many."""
    counts = {name: [0, 0] for name in [*BARS, PRINTED, "publisher"]}
    checks = {"title": title, "date": date, "contributors": contributors, "abstract": abstract, "publisher": publisher}
    for truth, read in pairs:
        for name in [*checks, "recommendations"]:
            right, given = recommendations(truth, read) if name == "recommendations" else (checks[name](truth, read), 1)
            bars = [name] + ([PRINTED] if name == "abstract" and "abstract" in truth else [])
            for bar in bars:
                counts[bar][0] += right
                counts[bar][1] += given
            if show and right != given:
                given, expected = shown(name, truth, read)
                print(f"{name}: {truth['file']}\n    given:    {given}\n    expected: {expected}")
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sample", type=Path, default=Path(__file__).parent.parent / "tests/about/sample.toml")
    parser.add_argument("--half", choices=["odd", "even"])
    parser.add_argument("--others", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    sample = tomllib.loads(options.sample.read_text())["report"]
    halves = {"odd": sample[0::2], "even": sample[1::2]}
    if options.half:
        halves = {options.half: halves[options.half]}
    read = lambda truth: (truth, read_with(options.binary, options.corpus, truth))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pairs = {half: list(pool.map(read, reports)) for half, reports in halves.items()}
        counts = {half: count(of_half, options.show) for half, of_half in pairs.items()}
        made = tomllib.loads((MADE / "truth.toml").read_text())["report"]
        pairs = {"the sample": [pair for half in pairs.values() for pair in half]}
        for half in ("first", "second"):
            of_half = [truth for truth in made if truth["half"] == half]
            pairs[f"made, {half} half"] = list(
                pool.map(lambda truth: (truth, read_with(options.binary, MADE, truth)), of_half)
            )
        if options.others:
            known = {truth["file"].split("/")[-1] for truth in sample}
            others = sorted(path for path in options.others.rglob("*.pdf") if path.name not in known)
            pairs["all other files"] = list(pool.map(lambda path: read_others(options.binary, path), others))
    share = lambda right, given: f"{right:3}/{given:<3} {right / given:4.0%}" if given else "  none given"
    missed = []
    print(f"{'':30} {'bar':>5}  " + "  ".join(f"{half:>12}" for half in [*counts, "all"]))
    for name in [*BARS, PRINTED, "publisher"]:
        right, given = (sum(part[name][at] for part in counts.values()) for at in (0, 1))
        bar = BARS.get(name, BARS["abstract"] if name == PRINTED else None)
        # Nothing given is nothing wrong: most of these reports recommend nothing.
        is_missed = bar is not None and given > 0 and right / given < bar
        missed += [name] if is_missed else []
        figures = "  ".join(f"{share(*part[name]):>12}" for part in counts.values())
        verdict = "" if bar is None else "missed" if is_missed else "ok"
        print(f"{name:30} {f'{bar:.0%}' if bar else '':>5}  {figures}  {share(right, given):>12}  {verdict}")
    print(f"\n{'recommendations':30} {'bar':>5}  {'right of given':>16}  {'given of made':>16}  reports")
    total = [0, 0, 0, 0]
    for name, of_part in pairs.items():
        part = recommended(name, of_part, options.show)
        total = [sum(pair) for pair in zip(total, part)]
        print(f"{name:36}  {share(*part[:2]):>16}  {share(*part[2:]):>16}  {len(of_part):>7}")
    is_missed = total[0] < BARS["recommendations"] * total[1]
    missed += ["recommendations of all reports"] if is_missed else []
    verdict = "missed" if is_missed else "ok"
    print(f"{'all':30} {BARS['recommendations']:>5.0%}  {share(*total[:2]):>16}  {share(*total[2:]):>16}  {verdict:>7}")
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()
