#!/usr/bin/env python3
"""Prints the reports of `first.py` and `second.py` with Chromium, and writes down on which page each recommendation stands.

    tests/about/made/make.py

Needs chromium and pdftotext. The PDFs are kept, since other versions of Chromium set them otherwise.
"""

import html
import json
import re
import subprocess
import tempfile
from pathlib import Path

import first
import second

HERE = Path(__file__).parent


def plain(text):
    return re.sub(r"[\W_]+", "", html.unescape(re.sub(r"<[^>]+>", "", text))).casefold()


def printed(name, language, title, style, body):
    """Prints a report; its pages' texts."""
    pdf = HERE / f"{name}.pdf"
    head = f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title><style>{style}</style><body>"
    with tempfile.NamedTemporaryFile("w", suffix=".html") as page:
        page.write(head + re.sub(r"</?r>", "", body))
        page.flush()
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--disable-pdf-tagging"]
        subprocess.run(["chromium", *options, f"--print-to-pdf={pdf}", f"file://{page.name}"], check=True)
    return subprocess.run(["pdftotext", pdf, "-"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\f")


def places(body, pages):
    """The page and the first words of each recommendation: of places with the same words, the one marked."""
    pages = [plain(page) for page in pages]
    for marked in re.finditer(r"<r>(.*?)</r>", body, re.S):
        text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", marked.group(1)))).strip()
        words = " ".join(text.split()[:9])
        found = [number for number, page in enumerate(pages, 1) for _ in range(page.count(plain(words)))]
        yield found[plain(body[: marked.start()]).count(plain(words))], words


def main():
    lines = ["# Which recommendations the made reports make: the page and the first words of each. Written by make.py.", ""]
    for half in (first, second):
        for name, (language, title, style, body) in half.REPORTS.items():
            expected = places(body, printed(name, language, title, style, body))
            rows = [f"    [{page}, {json.dumps(words, ensure_ascii=False)}],\n" for page, words in expected]
            lines += ["[[report]]", f'file = "{name}.pdf"', f'half = "{half.__name__}"']
            lines += [f"recommendations = [\n{''.join(rows)}]", ""]
    (HERE / "truth.toml").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
