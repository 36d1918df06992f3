"""Writes PDFs that no producer would write: objects as given, and whatever is to be wrong with them."""

import zlib
from dataclasses import dataclass
from typing import Callable

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
# What a page says before and after what is hostile on it.
BEFORE = b"BT /F1 12 Tf 20 700 Td (before) Tj ET\n"


@dataclass
class Case:
    """A hostile file: what makes it, and the outcomes that are right for it (an outcome, or outcome and reason)."""

    name: str
    subject: str
    make: Callable[[], bytes]
    outcomes: tuple[str, ...]


CASES: list[Case] = []


def hostile(*outcomes: str):
    """Adds a function to the cases under its own name; without outcomes any will do."""

    def add(make):
        CASES.append(Case(make.__name__.replace("_", "-"), make.__module__, make, outcomes))
        return make

    return add


def many(name: str, variants: dict, *outcomes: str):
    """Adds a case for each variant, a function of its value."""

    def add(make):
        for key, value in variants.items():
            bound = lambda value=value: make(value)
            CASES.append(Case(f"{name}-{key}".replace("_", "-"), make.__module__, bound, outcomes))
        return make

    return add


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def flate(content: bytes, entries: bytes = b"") -> bytes:
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode " + entries)


def deflated(unit: bytes, times: int) -> bytes:
    """A zlib stream of `unit` so many times over, made in no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * times + zlib.compress(b"", 9)[2:]


def bomb(unit: bytes, mebibytes: int) -> bytes:
    """A zlib stream of so many MiB of `unit`."""
    chunk = (unit * ((1 << 20) // len(unit) + 1))[: 1 << 20]
    return deflated(chunk, mebibytes)


def bombed(unit: bytes, mebibytes: int, entries: bytes = b"") -> bytes:
    return stream(bomb(unit, mebibytes), b"/Filter /FlateDecode " + entries)


def body(objects: dict[int, bytes], start: bytes = b"%PDF-1.7\n") -> tuple[bytes, dict[int, int]]:
    """The objects one after another, and where each begins."""
    parts, offsets, at = [start], {}, len(start)
    for number, content in objects.items():
        offsets[number] = at
        part = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        parts.append(part)
        at += len(part)
    return b"".join(parts), offsets


def table(offsets: dict[int, int]) -> bytes:
    """A cross-reference table of these, with gaps free."""
    size = max(offsets, default=0) + 1
    rows = [b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n" for n in range(size)]
    return b"xref\n0 %d\n" % size + b"".join(rows)


def file(objects: dict[int, bytes], trailer: bytes = b"", root: int = 1) -> bytes:
    """A whole file; the root is object 1."""
    content, offsets = body(objects)
    size = max(offsets) + 1
    end = b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, len(content))
    return content + table(offsets) + end


def paged(
    content: bytes = BEFORE,
    resources: bytes = b"",
    page: bytes = b"/MediaBox [0 0 600 800]",
    catalog: bytes = b"",
    trailer: bytes = b"",
    further: dict[int, bytes] | None = None,
    contents: bytes | None = None,
    font: bytes = FONT,
) -> bytes:
    """A file of one page: 1 catalog, 2 pages, 3 page, 4 its content, 5 its font F1; further objects from 6."""
    dictionary = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %s >> %s >>"
    return file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: dictionary % (resources, page),
            4: stream(content) if contents is None else contents,
            5: font,
            **(further or {}),
        },
        trailer,
    )


def pages(count: int, contents: bytes = b"4 0 R", content: bytes | None = None) -> bytes:
    """A file of many pages that share one content."""
    kids = range(6, 6 + count)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), count),
        4: content or stream(BEFORE),
        5: FONT,
    }
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %s /Resources << /Font << /F1 5 0 R >> >> >>"
    objects.update({kid: page % contents for kid in kids})
    return file(objects)
