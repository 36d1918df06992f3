"""Pages of odd sizes, many pages, and text in odd places."""

import random

from pdf import BEFORE, FONT, file, hostile, many, paged, pages

COUNTS = {"huge": b"4294967295", "negative": b"-1", "name": b"/Many", "none": b"null"}


@many("count", COUNTS, "indexed")
def count(value):
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    from pdf import stream

    tree = b"<< /Type /Pages /Kids [3 0 R] /Count %s >>" % value
    return file({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: tree, 3: page, 4: stream(BEFORE), 5: FONT})


@hostile("partial limit_reached")
def pages_20_000():
    return pages(20_000)


@hostile("partial limit_reached")
def pages_20_000_nested_directly():
    page = b"<< /Type /Page /MediaBox [0 0 600 800] /Contents 4 0 R >> "
    from pdf import stream

    tree = b"<< /Type /Pages /Count 20000 /Resources << /Font << /F1 5 0 R >> >> /Kids [%s] >>" % (page * 20_000)
    return file({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: tree, 4: stream(BEFORE), 5: FONT})


BOXES = {
    "huge": b"[0 0 1e30 1e30]",
    "wide": b"[0 0 10000000 1]",
    "overflowing": b"[-1e39 -1e39 1e39 1e39]",
    "negative": b"[0 0 -600 -800]",
    "empty": b"[0 0 0 0]",
    "of_words": b"[/NaN nan inf (a)]",
    "short": b"[0 0]",
    "tiny": b"[0 0 1e-30 1e-30]",
}


@many("media-box", BOXES, "indexed")
def media_box(box):
    return paged(page=b"/MediaBox %s /CropBox %s" % (box, box))


@many("unit", {"huge": b"/UserUnit 1e38", "negative": b"/UserUnit -1", "rotate": b"/Rotate 2147483647", "rotate_back": b"/Rotate -99999999999"}, "indexed")
def unit(entry):
    return paged(page=b"/MediaBox [0 0 600 800] " + entry)


def spread(count: int, seed: int, place) -> bytes:
    chance = random.Random(seed)
    return b"BT /F1 4 Tf " + b"".join(b"1 0 0 1 %.2f %.2f Tm (%c) Tj " % (*place(chance, n), 97 + n % 26) for n in range(count)) + b"ET"


TEXTS = {
    "at_one_place": spread(150_000, 1, lambda chance, n: (300, 400)),
    "anywhere": spread(150_000, 2, lambda chance, n: (chance.uniform(0, 600), chance.uniform(0, 800))),
    "on_a_diagonal": spread(150_000, 3, lambda chance, n: (n * 0.004, n * 0.005)),
    "in_one_column": spread(150_000, 4, lambda chance, n: (300, 800 - n * 0.005)),
    "in_one_line": spread(150_000, 5, lambda chance, n: (n * 0.004, 400)),
    "in_a_grid": spread(150_000, 6, lambda chance, n: (n % 300 * 2, n // 300 * 1.6)),
    "backwards": spread(150_000, 7, lambda chance, n: (600 - n * 0.004, 400 + n % 7)),
    "far_away": spread(50_000, 8, lambda chance, n: (chance.uniform(-1e9, 1e9), chance.uniform(-1e9, 1e9))),
    "at_every_angle": b"BT /F1 4 Tf " + b"".join(b".%03d -.%03d .%03d .%03d %d %d Tm (ab) Tj " % (n % 1000, n % 997, n % 991, n % 983, n % 600, n % 800) for n in range(60_000)) + b"ET",
    "of_all_sizes": b"BT " + b"".join(b"/F1 %d.%d Tf 1 0 0 1 %d %d Tm (ab cd) Tj " % (n % 90, n % 10, n % 600, n % 800) for n in range(60_000)) + b"ET",
    "huge": b"BT /F1 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (ab cd) Tj 1e38 TL T* (ef) Tj 1e38 Tc 1e38 Tw 1e38 Tz (gh) ' ET",
    "of_no_size": b"BT /F1 0 Tf 0 Tz 0 0 0 0 0 0 Tm (ab cd) Tj ET",
    "kerned_far": b"BT /F1 9 Tf [" + b"(a) 1e38 (b) -1e38 " * 50_000 + b"] TJ ET",
    "scaled_again": b"q 10 0 0 10 0 0 cm " * 1_000 + BEFORE,
    "one_word_of_megabytes": b"BT /F1 1 Tf 0 400 Td (" + b"a" * 1_900_000 + b") Tj ET",
    "of_spaces": b"BT /F1 1 Tf 0 400 Td (" + b" " * 1_900_000 + b") Tj ET",
    "of_hyphens": b"BT /F1 1 Tf 0 800 Td 1 TL " + b"(ab-) Tj T* " * 100_000 + b"ET",
    "twice": (b"BT /F1 9 Tf 20 400 Td (" + b"ab " * 5_000 + b") Tj ET ") * 20,
    "of_numbers": b"BT /F1 4 Tf 4 TL 0 800 Td " + b"(1 2 3 4 5 6 7 8 9) Tj T* " * 30_000 + b"ET",
    "of_controls": b"BT /F1 4 Tf 4 TL 0 800 Td " + b"(\\000\\001\\033[31m\\177\\200) Tj T* " * 30_000 + b"ET",
}


@many("text", TEXTS, "indexed", "partial limit_reached")
def text(content):
    return paged(BEFORE + content)


@hostile("partial limit_reached")
def annotations_200_000():
    note = b"<< /Subtype /Widget /FT /Tx /V (value) /Rect [0 0 9 9] >> "
    return paged(page=b"/MediaBox [0 0 600 800] /Annots [%s]" % (note * 200_000))


@hostile("indexed", "partial limit_reached")
def headings_on_every_page():
    content = b"BT /F1 20 Tf 20 TL 20 780 Td " + b"(1.1 Recommendation 1: Summary) Tj T* " * 35 + b"ET"
    from pdf import stream

    return pages(2_000, content=stream(content))
