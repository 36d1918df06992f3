"""What leads back to itself, or seems to have no end."""

from pdf import BEFORE, FONT, body, file, hostile, many, paged, stream, table

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
LEAVES = {3: PAGE, 4: stream(BEFORE), 5: FONT}


@hostile("indexed", "failed damaged")
def page_tree_of_itself():
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>", **LEAVES})


@hostile("indexed", "failed damaged")
def page_tree_of_two_in_a_circle():
    further = {6: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 /Parent 2 0 R >>"}
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>", **LEAVES, **further})


@hostile("partial limit_reached")
def page_a_million_times():
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [%s] /Count 1000000 >>" % (b"3 0 R " * 1_000_000), **LEAVES})


@hostile()
def page_tree_doubling_50_times():
    nodes = {n: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (n + 1, n + 1) for n in range(10, 60)}
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>", **LEAVES, **nodes, 60: PAGE})


@hostile()
def page_tree_5000_deep():
    nodes = {n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (n + 1, n - 1) for n in range(10, 5010)}
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>", **LEAVES, **nodes, 5010: PAGE})


@hostile()
def page_tree_direct_and_deep():
    tree = b"<< /Type /Pages /Kids [" * 90 + b"3 0 R" + b"] /Count 1 >>" * 90
    return file({1: CATALOG, 2: tree, **LEAVES})


@hostile()
def pages_whose_parents_are_a_circle():
    pages = {n: PAGE.replace(b"2 0 R", b"%d 0 R" % (n + 1 if n < 5009 else 10)) for n in range(10, 5010)}
    return file({1: b"<< /Type /Catalog >>", **LEAVES, **pages})


FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << %s >> >>"


@hostile("partial limit_reached", "indexed")
def form_of_itself():
    form = stream(b"/X Do /X Do", FORM % b"/X 6 0 R")
    return paged(BEFORE + b"/X Do", b"/XObject << /X 6 0 R >>", further={6: form})


@hostile("partial limit_reached")
def forms_doubling_40_times():
    forms = {n: stream(b"/X Do /X Do", FORM % (b"/X %d 0 R" % (n + 1))) for n in range(6, 46)}
    forms[46] = stream(BEFORE, FORM % b"")
    return paged(BEFORE + b"/X Do", b"/XObject << /X 6 0 R >>", further=forms)


@hostile("partial limit_reached")
def forms_of_a_hundred_each():
    forms = {n: stream(b"/X Do " * 100, FORM % (b"/X %d 0 R" % (n + 1))) for n in range(6, 14)}
    forms[14] = stream(BEFORE, FORM % b"")
    return paged(BEFORE + b"/X Do", b"/XObject << /X 6 0 R >>", further=forms)


@hostile("indexed", "partial limit_reached")
def pattern_and_group_of_itself():
    entries = FORM % b"/X 6 0 R" + b" /Group 6 0 R /PatternType 1 /SMask << /G 6 0 R >>"
    return paged(BEFORE + b"/X Do", b"/XObject << /X 6 0 R >> /Pattern << /P 6 0 R >>", further={6: stream(b"/X Do", entries)})


@hostile("indexed", "partial limit_reached")
def type_3_glyph_of_itself():
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 97 /LastChar 97 "
        b"/Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> /Resources << /Font << /F1 5 0 R >> >> >>"
    )
    return paged(b"BT /F1 9 Tf 20 20 Td (aaaa) Tj ET", font=font, further={6: stream(b"BT /F1 9 Tf (aaaaaaaa) Tj ET")})


OUTLINES = {
    "next_is_itself": {7: b"<< /Title (a) /Parent 6 0 R /Next 7 0 R >>"},
    "child_is_parent": {7: b"<< /Title (a) /Parent 6 0 R /First 6 0 R /Last 6 0 R /Next 6 0 R >>"},
    "child_is_itself": {7: b"<< /Title (a) /Parent 6 0 R /First 7 0 R /Next 7 0 R >>"},
    "circle": {n: b"<< /Title (%d) /Next %d 0 R /First %d 0 R >>" % (n, 7 + n % 3, 7 + (n + 1) % 3) for n in (7, 8, 9)},
    "100_000_in_a_row": {n: b"<< /Title (%d) /Next %d 0 R >>" % (n, n + 1) for n in range(7, 100_000)},
    "20_000_deep": {n: b"<< /Title (%d) /First %d 0 R >>" % (n, n + 1) for n in range(7, 20_000)},
    "doubling": {n: b"<< /Title (%d) /First %d 0 R /Next %d 0 R >>" % (n, n + 1, n + 1) for n in range(7, 60)},
    "long_titles": {n: b"<< /Title (%s) /Next %d 0 R >>" % (b"a" * 100_000, n + 1) for n in range(7, 100)},
}


@many("outline", OUTLINES)
def outline(items):
    return paged(catalog=b"/Outlines 6 0 R", further={6: b"<< /Type /Outlines /First 7 0 R /Last 7 0 R >>", **items})


TREES = {
    "itself": {6: b"<< /Kids [6 0 R 6 0 R] >>"},
    "circle": {6: b"<< /Kids [7 0 R 7 0 R] >>", 7: b"<< /Kids [6 0 R 6 0 R] >>"},
    "doubling": {n: b"<< /Kids [%d 0 R %d 0 R] >>" % (n + 1, n + 1) for n in range(6, 60)},
    "deep": {n: b"<< /Kids [%d 0 R] >>" % (n + 1) for n in range(6, 20_000)},
    "wide": {6: b"<< /Names [%s] /Nums [%s] >>" % (b"(a) [3 0 R /Fit] " * 200_000, b"0 << /S /r >> " * 200_000)},
    "huge_numbers": {6: b"<< /Nums [-5 << /S /r /St 2147483647 >> 99999999999 << /S /R /St -1 >> 0 << /S /a /St 2147483647 >>] >>"},
}


@many("tree", TREES, "indexed", "partial limit_reached")
def tree(nodes):
    item = {100_000: b"<< /Title (a) /Dest (zzz) /Parent 100001 0 R >>", 100_001: b"<< /First 100000 0 R >>"}
    catalog = b"/PageLabels 6 0 R /Names << /Dests 6 0 R >> /Dests 6 0 R /Outlines 100001 0 R"
    return paged(catalog=catalog, further={**nodes, **item})


STRUCTURES = {
    "itself": {6: b"<< /Type /StructTreeRoot /K 6 0 R /ParentTree 6 0 R /Kids [6 0 R] >>"},
    "circle": {6: b"<< /Type /StructTreeRoot /K 7 0 R >>", 7: b"<< /Type /StructElem /S /P /K [7 0 R 6 0 R] /P 7 0 R >>"},
    "doubling": {
        6: b"<< /Type /StructTreeRoot /K 7 0 R /RoleMap << /A /B /B /A >> >>",
        **{n: b"<< /Type /StructElem /S /A /K [%d 0 R %d 0 R] >>" % (n + 1, n + 1) for n in range(7, 60)},
    },
    "deep": {n: b"<< /Type /StructElem /S /P /K %d 0 R >>" % (n + 1) for n in range(6, 20_000)},
}


@many("structure", STRUCTURES, "indexed")
def structure(nodes):
    return paged(b"/P << /MCID 0 >> BDC " + BEFORE + b" EMC", catalog=b"/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R", further=nodes)


@many("reference", {"itself": {6: b"6 0 R"}, "circle": {6: b"7 0 R", 7: b"6 0 R"}, "chain": {n: b"%d 0 R" % (n + 1) for n in range(6, 50_000)}})
def reference(nodes):
    catalog = b"/Outlines 6 0 R /PageLabels 6 0 R /Metadata 6 0 R /Lang 6 0 R"
    return paged(BEFORE, b"/XObject 6 0 R", b"/MediaBox 6 0 R /Rotate 6 0 R /Annots 6 0 R", catalog, b"/Info 6 0 R", nodes)


LENGTHS = {
    "itself": {4: b"<< /Length 4 0 R >>\nstream\n" + BEFORE + b"endstream"},
    "circle": {4: b"<< /Length 6 0 R >>\nstream\n" + BEFORE + b"endstream", 6: b"<< /Length 4 0 R >>\nstream\n\nendstream"},
    "huge": {4: b"<< /Length 99999999999 >>\nstream\n" + BEFORE + b"endstream"},
    "negative": {4: b"<< /Length -1 >>\nstream\n" + BEFORE + b"endstream"},
    "name": {4: b"<< /Length /Much >>\nstream\n" + BEFORE + b"endstream"},
    "none": {4: b"<< >>\nstream\n" + BEFORE + b"endstream"},
    "no_end": {4: b"<< /Length 9 >>\nstream\n" + BEFORE},
}


@many("length", LENGTHS)
def length(nodes):
    return file({1: CATALOG, 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: PAGE, 5: FONT, **nodes})


@many("previous", {"itself": 0, "before": -1, "huge": 10**12, "negative": -(10**12)}, "indexed", "failed damaged")
def previous(where):
    content, offsets = body({1: CATALOG, 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", **LEAVES})
    to = len(content) + where if abs(where) < 10**12 else where
    end = b"trailer\n<< /Size 6 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (to, to, len(content))
    return content + table(offsets) + end


@hostile("indexed", "failed damaged")
def updates_20_000_times():
    content, offsets = body({1: CATALOG, 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", **LEAVES})
    parts, at, before = [content], len(content), b""
    for _ in range(20_000):
        part = table(offsets) + b"trailer\n<< /Size 6 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (before, at)
        before = b"/Prev %d" % at
        parts.append(part)
        at += len(part)
    return b"".join(parts)


@hostile()
def object_stream_in_itself():
    packed = stream(b"6 0 7 4 << >> << >>", b"/Type /ObjStm /N 2 /First 8 /Extends 6 0 R")
    return paged(further={6: packed})


@hostile()
def descendant_of_itself():
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 5 0 R >>"
    return paged(font=font)


@hostile("indexed", "partial limit_reached")
def fields_whose_parents_are_a_circle():
    widgets = {n: b"<< /Subtype /Widget /Rect [0 0 99 99] /Parent %d 0 R /Kids [%d 0 R] >>" % (n + 1, n + 1) for n in range(7, 1007)}
    widgets[1007] = b"<< /Parent 7 0 R /FT 1007 0 R >>"
    refs = b" ".join(b"%d 0 R" % n for n in range(7, 1007))
    return paged(page=b"/MediaBox [0 0 600 800] /Annots [%s]" % refs, catalog=b"/AcroForm << /Fields [7 0 R] >>", further=widgets)


@hostile()
def usecmap_of_itself():
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding 6 0 R /ToUnicode 6 0 R /DescendantFonts [7 0 R] >>"
    cmap = stream(b"/Own usecmap 1 begincodespacerange <00> <ff> endcodespacerange", b"/Type /CMap /CMapName /Own /UseCMap 6 0 R")
    return paged(font=font, further={6: cmap, 7: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A >>"})
