"""What is hardly a PDF at all, and good files that were damaged."""

import gzip
import random
import re
import zlib
from pathlib import Path

from pdf import CASES, Case, hostile, many, paged

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
# Good files that are cut and changed.
SOURCES = ("spin-out-study", "arabic-water-report", "budget-tables", "klimaschutz-kommunen", "encrypted-open", "japanese-disaster-plan")


@hostile("failed empty")
def empty():
    return b""


@many("header", {"only": b"%PDF-1.7", "cut": b"%PD", "odd": b"%PDF-99.99\n%%EOF", "long": b"%PDF-" + b"1" * 1_000_000}, "failed damaged", "failed not_a_pdf")
def header(content):
    return content


@hostile("failed not_a_pdf")
def zeros():
    return bytes(10_000_000)


@many("other", {"html": b"<html><body>Not found</body></html>", "zip": b"PK\3\4" * 999, "gzip": gzip.compress(paged(), mtime=0), "text": b"obj " * 99_999}, "failed")
def other(content):
    return content


@hostile("indexed", "failed not_a_pdf")
def header_after_a_megabyte():
    return bytes(1_000_000) + paged()


@hostile("indexed")
def header_after_a_thousand_bytes():
    return b"\n" * 1_000 + paged()


@hostile("indexed")
def megabytes_after_the_end():
    return paged() + b"\0" * 5_000_000


@many("noise", {"alone": b"", "after_a_header": b"%PDF-1.7\n"}, "failed")
def noise(start):
    return start + random.Random(7).randbytes(2_000_000)


@many("cut", {f"{name}-{percent}": (name, percent) for name in SOURCES for percent in (3, 50, 97)})
def cut(source):
    name, percent = source
    content = (FIXTURES / f"{name}.pdf").read_bytes()
    return content[: len(content) * percent // 100]


def inflated(content: bytes) -> bytes:
    """The file with its Flate streams unpacked, so that a change of a byte is one of what is parsed."""

    def unpacked(match):
        dictionary, data = match.groups()
        if b"/FlateDecode" not in dictionary or b"DecodeParms" in dictionary:
            return match.group()
        try:
            plain = zlib.decompressobj().decompress(data)
        except zlib.error:
            return match.group()
        entries = re.sub(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?|/Length \d+( \d+ R)?", b"", dictionary)
        return entries[:-2] + b"/Length %d >>\nstream\n" % len(plain) + plain + b"\nendstream"

    return re.sub(rb"(<<(?:(?!endobj).){1,2000}?>>)\s*stream\r?\n(.*?)\r?\n?endstream", unpacked, content, flags=re.S)


def mutant(content: bytes, seed: int) -> bytes:
    """The file with a few changes of kinds that parsers stumble over."""
    chance = random.Random(seed)
    data = bytearray(content)
    for _ in range(chance.choice((1, 3, 10, 40, 200))):
        at = chance.randrange(len(data))
        match chance.randrange(7):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice(b"\0\n%()<>[]{}/0129-.R")
            case 2:
                del data[at : at + chance.randrange(1, 200)]
            case 3:
                data[at:at] = data[at : at + chance.randrange(1, 2_000)]
            case 4:
                data[at:at] = chance.choice((b"<<", b">>", b"[", b"]", b"(", b")", b"stream\n", b"endobj\n", b"obj", b"/Kids", b"q "))
            case 5:
                number = re.compile(rb"\d+").search(data, at)
                if number:
                    values = (b"0", b"-1", b"65536", b"2147483647", b"4294967296", b"1e38", b"99999999999999999999")
                    data[number.start() : number.end()] = chance.choice(values)
            case 6:
                there = chance.randrange(len(data))
                length = chance.randrange(1, 500)
                data[at : at + length] = data[there : there + length]
    # What came out as it was would be a copy of a good file, and no mutant.
    return bytes(data) if data != content else mutant(content, seed + 1_000_000_007)


def add_mutants(count: int, seed: int) -> None:
    """Adds so many mutants of the good files, in turn."""
    originals = {}

    def make(number):
        name = SOURCES[number % len(SOURCES)]
        if name not in originals:
            originals[name] = inflated((FIXTURES / f"{name}.pdf").read_bytes())
        return mutant(originals[name], seed * 1_000_003 + number)

    for number in range(count):
        CASES.append(Case(f"mutant-{number:05}", "mutants", lambda number=number: make(number), ()))
