"""Fonts and the maps of their codes."""

from pdf import BEFORE, bomb, file, hostile, many, paged, stream

CODES = b"BT /F1 12 Tf 20 700 Td <000041424300> Tj ET " + BEFORE
COMPOSITE = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding %s /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>"
DESCENDANT = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A %s >>"


def mapped(cmap: bytes, encoding: bytes = b"/Identity-H", descendant: bytes = b"") -> bytes:
    """A page in a composite font with this ToUnicode."""
    further = {6: stream(cmap, b"/Type /CMap /CMapName /A"), 7: DESCENDANT % descendant}
    return paged(CODES, font=COMPOSITE % encoding, further=further)


MAPS = {
    "all_4_byte_codes": b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange",
    "all_4_byte_codes_to_a_string": b"1 beginbfrange <00000000> <FFFFFFFF> <00410042004300440045> endbfrange",
    "all_4_byte_codes_to_an_array": b"1 beginbfrange <00000000> <FFFFFFFF> [<0041>] endbfrange",
    "all_3_byte_codes": b"1 beginbfrange <000000> <FFFFFF> <0041> endbfrange",
    "falling_range": b"1 beginbfrange <FFFF> <0000> <0041> endbfrange",
    "mixed_lengths": b"3 beginbfrange <00> <FFFFFFFF> <41> <0000> <FF> <4> <> <> <> endbfrange",
    "65_000_ranges": b"100 beginbfrange " + b"".join(b"<%04X> <%04X> <0041>\n" % (n, n) for n in range(65_000)) + b"endbfrange",
    "500_000_characters": b"9 beginbfchar " + b"".join(b"<%06X> <0041>\n" % n for n in range(500_000)) + b"endbfchar",
    "a_million_targets": b"1 beginbfrange <0000> <FFFF> [" + b"<0041>" * 1_000_000 + b"] endbfrange",
    "a_long_target": b"3 beginbfchar <0000> <%s> <4142> <%s> endbfchar" % ((b"0041" * 200_000,) * 2),
    "overlapping_code_spaces": b"".join(b"1 begincodespacerange <%02X> <FF> <%02X00> <FFFF> endcodespacerange " % (n % 256, n % 256) for n in range(20_000)),
    "all_ranges_of_cids": b"1 begincidrange <00000000> <FFFFFFFF> 0 endcidrange",
    "surrogates": b"1 beginbfchar <0000> <D800> <4142> <DC00D800> endbfchar",
    "controls": b"2 beginbfchar <0000> <0000001B005B> <4142> <202E2066> endbfchar",
    "never_ended": b"100 beginbfrange <0000> <",
    "nested": b"[" * 500_000,
    "of_names": b"/a" * 500_000,
}


@many("map", MAPS)
def map_of(cmap):
    return mapped(cmap, b"6 0 R" if b"cid" in cmap else b"/Identity-H")


WIDTHS = {
    "range": b"/W [0 2147483647 500 -5 5 600 4294967295 4294967296 1]",
    "many": b"/W [%s]" % (b"1 [500] " * 300_000),
    "long": b"/W [0 [%s]]" % (b"500 " * 1_000_000),
    "nested": b"/W " + b"[" * 90 + b"]" * 90,
    "huge": b"/DW 1e38 /W [0 [1e38 -1e38]] /W2 [0 [1e38 1e38 1e38]] /DW2 [1e38 -1e38]",
}


@many("widths", WIDTHS)
def widths(entries):
    return mapped(b"", b"/Identity-V", entries)


SIMPLE = {
    "first_character": b"/FirstChar -2147483648 /LastChar 2147483647 /Widths [500]",
    "widths": b"/FirstChar 0 /LastChar 999999 /Widths [%s]" % (b"500 " * 1_000_000),
    "differences": b"/Encoding << /Differences [%s] >>" % (b"0 /a " * 500_000),
    "far_differences": b"/Encoding << /Differences [-5 /a 4294967295 /b 99999999999999 /c] >>",
    "long_names": b"/Encoding << /Differences [65 /%s] >>" % (b"uni0041" * 200_000),
    "encoding_of_itself": b"/Encoding 5 0 R",
    "empty": b"",
}


@many("simple-font", SIMPLE)
def simple_font(entries):
    return paged(BEFORE, font=b"<< /Type /Font /Subtype /TrueType /BaseFont /A %s >>" % entries)


def true_type(tables: dict[bytes, bytes]) -> bytes:
    """A font file of these tables."""
    at = 12 + 16 * len(tables)
    head, data = b"\0\1\0\0" + len(tables).to_bytes(2, "big") + bytes(6), b""
    for tag, content in tables.items():
        head += tag + bytes(4) + (at + len(data)).to_bytes(4, "big") + len(content).to_bytes(4, "big")
        data += content
    return head + data


GROUPS = b"\0\x0c\0\0" + b"\xff\xff\xff\xff" + bytes(4) + b"\xff\xff\xff\xff"
PROGRAMS = {
    "garbage": b"\xde\xad\xbe\xef" * 50_000,
    "tables_without_end": b"\0\1\0\0\xff\xff" + b"cmap" * 100_000,
    "groups_without_end": true_type({b"cmap": b"\0\0\0\1\0\3\0\x0a\0\0\0\x0c" + GROUPS + b"\0\0\0\0\xff\xff\xff\xff\0\0\0\0"}),
    "all_codes": true_type(
        {b"cmap": b"\0\0\0\1\0\3\0\x0a\0\0\0\x0c" + GROUPS[:4] + b"\0\0\0\x1c" + bytes(4) + b"\0\0\0\1" + bytes(4) + b"\xff\xff\xff\xff" + bytes(4)}
    ),
    "collection": b"ttcf\0\1\0\0\xff\xff\xff\xff" + b"\0\0\0\0" * 10_000,
    "post_names": true_type({b"post": b"\0\2\0\0" + bytes(28) + b"\xff\xff" + b"\xff\xff" * 65_535 + b"\xffa" * 100_000}),
    "cff_index": b"\1\0\4\4\xff\xff\4" + b"\xff" * 300_000,
    "type_1": b"%!PS-AdobeFont-1.0\n/Encoding 256 array\n" + b"dup 65 /A put\n" * 200_000,
}


@many("program", PROGRAMS)
def program(data):
    keys = b"".join(b"/%s 6 0 R " % key for key in (b"FontFile", b"FontFile2", b"FontFile3"))
    descriptor = b"<< /Type /FontDescriptor /FontName /A /Flags 4 %s >>" % keys
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [7 0 R] >>"
    descendant = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /FontDescriptor %s >>" % descriptor
    return paged(CODES, font=font, further={6: stream(data, b"/Subtype /OpenType"), 7: descendant})


@hostile()
def a_thousand_fonts_of_one_large_map():
    """Each page and font could ask for the map to be read again."""
    fonts = range(100, 1100)
    cmap = stream(MAPS["65_000_ranges"], b"/Type /CMap")
    resources = b"<< /Font << %s >> >>" % b" ".join(b"/F%d %d 0 R" % (n, n) for n in fonts)
    content = b"BT 20 700 Td " + b"".join(b"/F%d 9 Tf <00410042> Tj " % n for n in fonts) + b"ET"
    kids = range(2000, 2020)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count 20 /Resources 3 0 R >>" % b" ".join(b"%d 0 R" % kid for kid in kids),
        3: resources,
        4: stream(content),
        6: cmap,
        7: DESCENDANT % b"",
    }
    objects.update({n: COMPOSITE % b"/Identity-H" for n in fonts})
    objects.update({kid: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>" for kid in kids})
    return file(objects)


@hostile()
def matrix_of_no_numbers():
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [1e38 -1e38 1e38 1e38] /FontMatrix [1e38 0 0 0 null /a] /FirstChar 98 "
        b"/Widths [1e38] /Encoding << /Differences [98 /b] >> /CharProcs << /b 6 0 R >> >>"
    )
    return paged(BEFORE, font=font, further={6: stream(bomb(b"q ", 60), b"/Filter /FlateDecode")})
