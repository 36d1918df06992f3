#!/usr/bin/env python3
"""Compares the boxes of words with those of poppler's `pdftotext -bbox`, page by page.

    .ci/geometry.py BINARY FOLDER [--median 0.1] [--most 1] [--unmatched 10] [--worst 5]

Words are paired by their text and the nearest place. Prints how far the edges of paired boxes lie apart, in per cent of
the page's width, how many words have no partner, and the files that stand out; exits 1 if a figure is over its limit.
Needs nothing but the standard library and `pdftotext`.
"""

import argparse
import html
import json
import os
import re
import statistics
import subprocess
import sys
import unicodedata
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PAGE = re.compile(
    r'<page width="([\d.]+)" height="([\d.]+)">'
    r'|<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>'
)
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
SECONDS = 120


def key(text):
    """Words are the same if these are: compatibility forms, case and marks at the ends do not count."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    text = text.strip("\u200e\u200f\u202a\u202b\u202c.,;:()[]\u2026-\u2010")
    # Poppler gives words of right-to-left scripts as they stand from left to right.
    return "".join(sorted(text)) if RIGHT_TO_LEFT.search(text) else text


def our_pages(binary, file):
    """For each page its width and height and (text, box) of its words, all in points."""
    command = [binary, "-q", "extract", "--format", "json", "--words", str(file)]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        return None
    pages = []
    for page in json.loads(done.stdout)["pages"]:
        width, height = page["width"], page["height"]
        words = []
        for word in page["words"] or []:
            x0, y0, x1, y1 = word["quad"]
            words.append((key(word["text"]), (x0 * width, y0 * height, x1 * width, y1 * height)))
        pages.append((width, height, words))
    return pages


def poppler_pages(file):
    """The same from poppler."""
    command = ["pdftotext", "-q", "-cropbox", "-bbox", str(file), "-"]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        return None
    pages = []
    for width, height, x0, y0, x1, y1, text in PAGE.findall(done.stdout.decode("utf8", "replace")):
        if width:
            pages.append((float(width), float(height), []))
        elif pages:
            box = tuple(map(float, (x0, y0, x1, y1)))
            pages[-1][2].append((key(html.unescape(text)), box))
    return pages


def in_widths(page, wide):
    """The page's words with boxes in widths of the displayed page; `wide`: whether that lies on its side."""
    width, height, words = page
    # Poppler turns the words of a turned page, but not its size.
    unit = max(width, height) if wide else min(width, height)
    return [(text, tuple(edge / unit for edge in box)) for text, box in words] if unit else []


def pairs(ours, theirs):
    """Boxes of the same word, nearest first, each taken once."""
    by_text = defaultdict(lambda: ([], []))
    for side, words in enumerate((ours, theirs)):
        for text, box in words:
            by_text[text][side].append(box)
    for text, (left, right) in by_text.items():
        if not text:
            continue
        candidates = sorted((apart(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right))
        used = (set(), set())
        for _, i, j in candidates:
            if i not in used[0] and j not in used[1]:
                used[0].add(i)
                used[1].add(j)
                yield left[i], right[j]


def apart(left, right):
    """How far the middles of two boxes lie apart, roughly."""
    return abs(left[0] + left[2] - right[0] - right[2]) + abs(left[1] + left[3] - right[1] - right[3])


def compare(binary, file):
    """Distances of edges (x and y apart), words of ours and those of them that have a partner."""
    ours, theirs = our_pages(binary, file), poppler_pages(file)
    if ours is None or theirs is None:
        return None
    across, down, words, paired = [], [], 0, 0
    for mine, yours in zip(ours, theirs):
        wide = mine[0] > mine[1]
        mine, yours = in_widths(mine, wide), in_widths(yours, wide)
        words += sum(1 for text, _ in mine if text)
        for left, right in pairs(mine, yours):
            paired += 1
            across += [abs(left[0] - right[0]), abs(left[2] - right[2])]
            down += [abs(left[1] - right[1]), abs(left[3] - right[3])]
    return across, down, words, paired


def percentile(values, share):
    """The value that this share of them stays below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--median", type=float, default=0.1, help="largest median distance of edges, %% of the width")
    parser.add_argument("--most", type=float, default=1.0, help="largest distance of nine edges in ten, in the same")
    parser.add_argument("--unmatched", type=float, default=10.0, help="largest share of words without a partner, in %%")
    parser.add_argument("--worst", type=int, default=5, help="files to name")
    options = parser.parse_args()
    files = sorted(file for file in options.folder.rglob("*.pdf") if file.is_file())
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda file: compare(options.binary, file), files))
    across, down, words, paired, outliers = [], [], 0, 0, []
    for file, result in zip(files, results):
        if result is None or not result[3]:
            continue
        across += result[0]
        down += result[1]
        words += result[2]
        paired += result[3]
        most = 100 * percentile(result[0] + result[1], 0.9)
        outliers.append((most, 100 - 100 * result[3] / result[2], file.relative_to(options.folder)))
    if not outliers:
        sys.exit(f"no words to compare under {options.folder}")
    for most, lonely, file in sorted(outliers, reverse=True)[: options.worst]:
        print(f"    p90 {most:.2f} %, without a partner {lonely:.1f} %: {file}")
    lonely = 100 - 100 * paired / words
    middles = [100 * statistics.median(edges) for edges in (across, down)]
    mosts = [100 * percentile(edges, 0.9) for edges in (across, down)]
    print(
        f"{len(outliers)} files, {words} words: left and right edges lie {middles[0]:.3f} % of the page width apart "
        f"(median; p90 {mosts[0]:.3f} %), top and bottom {middles[1]:.3f} % (p90 {mosts[1]:.3f} %); "
        f"{lonely:.1f} % of the words have no partner"
    )
    if max(middles) > options.median or max(mosts) > options.most or lonely > options.unmatched:
        sys.exit(f"FAILED: at most {options.median}, {options.most} and {options.unmatched} % are allowed")


if __name__ == "__main__":
    main()
