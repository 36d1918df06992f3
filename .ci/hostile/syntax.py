"""Objects and content that are deep, long, or never end."""

from pdf import BEFORE, FONT, body, hostile, many, paged, stream

DEPTHS = (99, 101, 10_000, 200_000)


@many("array-deep", {str(depth): depth for depth in DEPTHS})
def array_deep(depth):
    return paged(further={6: b"[" * depth + b"]" * depth})


@many("dictionary-deep", {str(depth): depth for depth in DEPTHS})
def dictionary_deep(depth):
    return paged(further={6: b"<< /A " * depth + b"1" + b" >>" * depth})


@many("unclosed", {"arrays": b"[", "dictionaries": b"<<", "strings": b"((", "keys": b"<< /A ", "hex": b"<"})
def unclosed(opening):
    return paged(further={6: opening * 1_000_000})


CONTENTS = {
    "arrays": b"[" * 1_000_000,
    "dictionaries": b"<<" * 1_000_000,
    "strings": b"((" * 1_000_000,
    "parentheses": b"BT /F1 9 Tf " + b"(" * 100_000 + b")" * 100_000 + b" Tj ET",
    "brackets": b"BT /F1 9 Tf " + b"[" * 100_000 + b"]" * 100_000 + b" TJ ET",
    "states": b"q " * 1_000_000,
    "restores": b"Q " * 1_000_000,
    "texts": b"BT " * 1_000_000,
    "marks": b"/P BMC " * 1_000_000,
    "marks_with_text": b"/Span << /ActualText (a) >> BDC " * 300_000,
    "operators": b"q Q " * 2_500_000,
    "shows": b"BT /F1 9 Tf " + b"(a) Tj " * 1_000_000 + b"ET",
    "operands": b"1 " * 5_000_000 + b"Td",
    "comments": b"%\n" * 5_000_000,
    "one_comment": b"%" + b"a" * 10_000_000,
    "one_name": b"/" + b"a" * 10_000_000 + b" gs",
    "one_number": b"9" * 10_000_000 + b" w",
    "one_string": b"BT /F1 9 Tf (" + b"a" * 10_000_000 + b") Tj ET",
    "one_hex_string": b"BT /F1 9 Tf <" + b"61" * 5_000_000 + b"> Tj ET",
    "one_operator": b"a" * 10_000_000,
    "numbers_of_signs": b"+-+-.-.-" * 1_000_000,
    "inline_picture_without_end": b"BI /W 9 /H 9 ID " + b"a" * 5_000_000,
    "inline_pictures_without_end": b"BI ID " * 500_000,
    "inline_picture_huge": b"BI /W 2147483647 /H 2147483647 /BPC 8 ID a EI ",
    "inline_pictures_with_false_ends": b"BI /W 9 /H 9 ID " + b" EI\xff" * 500_000,
    "garbage": bytes(range(256)) * 20_000,
    "zeros": bytes(10_000_000),
    "fonts_set": b"/F1 9 Tf " * 500_000,
    "unknown_fonts_set": b"".join(b"/F%d 9 Tf " % n for n in range(300_000)),
    "unknown_forms": b"/Nothing Do " * 500_000,
}


@many("content-of", CONTENTS)
def content_of(content):
    return paged(BEFORE + content)


@many(
    "object-of",
    {
        "a_million_keys": b"<< " + b"".join(b"/K%d %d " % (n, n) for n in range(500_000)) + b">>",
        "numbers": b"[" + b"1 " * 1_000_000 + b"]",
        "one_string": b"(" + b"a" * 8_000_000 + b")",
        "one_name": b"/" + b"a" * 8_000_000,
        "one_number": b"9" * 10_000_000,
        "references": b"[" + b"6 0 R " * 1_000_000 + b"]",
        "escapes": b"(" + b"\\" * 9_999_999 + b"\\)",
    },
    "indexed",
)
def object_of(content):
    return paged(further={6: content})


@hostile("indexed", "failed out_of_memory")
def object_of_three_million_numbers():
    """No limit stops the reader of objects within one, so this is for the limit on memory."""
    return paged(further={6: b"[" + b"1 " * 3_000_000 + b"]"})


def without_table(objects: dict[int, bytes], start: bytes = b"%PDF-1.7\n") -> bytes:
    """A file whose objects have to be looked for."""
    return body(objects, start)[0] + b"trailer\n<< /Root 1 0 R >>\n%%EOF"


CORE = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    4: stream(BEFORE),
    5: FONT,
}


@hostile("indexed")
def no_table():
    return without_table(CORE)


@hostile("indexed", "partial", "failed")
def no_table_for_500_000_objects():
    return without_table({**CORE, **{n: b"%d" % n for n in range(6, 500_000)}})


@hostile()
def no_table_and_30_000_streams_without_end():
    return without_table({**CORE, **{n: b"<< /Length 9 >> stream\na" for n in range(6, 30_000)}})


@hostile()
def no_table_and_30_000_streams_without_length():
    return without_table({**CORE, **{n: b"<< >> stream\na\nendstream" for n in range(6, 30_000)}})


@hostile()
def no_table_and_one_number_200_000_times():
    return without_table(CORE) + b"6 0 obj\n(a)\nendobj\n" * 200_000


@hostile()
def objects_without_end():
    return b"%PDF-1.7\n" + b"1 0 obj << " * 500_000


@hostile()
def headers_only_a_million():
    return b"%PDF-1.7\n" * 1_000_000


@many("words-only", {word.decode(): word for word in (b"stream", b"endstream", b"endobj", b"xref", b"trailer", b"startxref", b"obj", b"%%EOF")})
def words_only(word):
    return b"%PDF-1.7\n" + (word + b"\n") * 500_000


TABLES = {
    "size": b"xref\n0 4294967295\n0000000000 65535 f \n",
    "start": b"xref\n4294967290 10\n" + b"0000000015 00000 n \n" * 10,
    "negative": b"xref\n-5 -5\n",
    "all_at_the_table": b"xref\n0 6\n" + b"0000000400 00000 n \n" * 6,
    "all_at_the_header": b"xref\n0 6\n" + b"0000000000 00000 n \n" * 6,
    "beyond": b"xref\n0 6\n" + b"9999999999 00000 n \n" * 6,
    "sections": b"xref\n" + b"1 1\n0000000015 00000 n \n" * 100_000,
    "empty_sections": b"xref\n" + b"0 0\n" * 500_000,
    "cut": b"xref\n0 6\n00000000",
}


@many("table", TABLES, "indexed", "failed damaged")
def table_that_lies(lie):
    content = body(CORE)[0]
    return content + lie + b"trailer\n<< /Size 4294967295 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)


@many("startxref", {"huge": b"9" * 40, "negative": b"-1", "none": b"", "word": b"abc", "zero": b"0"}, "indexed")
def startxref(where):
    return body(CORE)[0] + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n" + where + b"\n%%EOF\n"
