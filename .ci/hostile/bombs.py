"""Little that unpacks to much."""

import zlib

from pdf import BEFORE, bomb, bombed, deflated, file, flate, hostile, many, paged, pages, stream

LIMIT = "partial limit_reached"


def lzw_of_spaces(cycles: int) -> bytes:
    """LZW data whose every code stands for one space more than the one before."""
    bits = []

    def put(code, width):
        bits.append(f"{code:0{width}b}")

    for cycle in range(cycles):
        put(256, 12 if cycle else 9)
        put(32, 9)
        for next_code in range(258, 4094):
            width = 9 if next_code < 511 else 10 if next_code < 1023 else 11 if next_code < 2047 else 12
            put(next_code, width)
    put(257, 12)
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    return int(joined, 2).to_bytes(len(joined) // 8, "big")


@hostile(LIMIT)
def flate_content():
    return paged(contents=bombed(b" ", 1024))


@hostile(LIMIT)
def flate_content_of_text():
    return paged(contents=bombed(BEFORE, 300))


@hostile(LIMIT)
def flate_twice():
    return paged(contents=stream(zlib.compress(bomb(b" ", 1024), 9), b"/Filter [/FlateDecode /FlateDecode]"))


@hostile("partial", "indexed")
def flate_of_empty_blocks():
    empty = b"\x00\x00\x00\xff\xff" * 4_000_000
    return paged(contents=stream(zlib.compress(b"\x78\x9c" + empty, 9), b"/Filter [/FlateDecode /FlateDecode]"))


@hostile(LIMIT)
def lzw_content():
    return paged(contents=stream(lzw_of_spaces(20), b"/Filter /LZWDecode"))


@hostile(LIMIT)
def run_lengths():
    return paged(contents=stream(deflated(b"\x81 " * 4096, 1024), b"/Filter [/FlateDecode /RunLengthDecode]"))


@hostile(LIMIT)
def ascii_85_zeros():
    return paged(contents=stream(deflated(b"z" * 65536, 1024), b"/Filter [/FlateDecode /ASCII85Decode]"))


@hostile(LIMIT)
def filters_without_end():
    return paged(contents=stream(BEFORE.hex().encode() + b">", b"/Filter [%s]" % (b"/AHx " * 100_000)))


@hostile(LIMIT)
def to_unicode():
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    return paged(font=font, further={6: bombed(b"1 beginbfchar <41> <0042> endbfchar\n", 512)})


@many("font-program", {"type-1": b"FontFile", "true-type": b"FontFile2", "cff": b"FontFile3 6 0 R /Kind"})
def font_program(key):
    descriptor = b"<< /Type /FontDescriptor /FontName /A /Flags 4 /%s 6 0 R >>" % key
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor %s >>" % descriptor
    return paged(font=font, further={6: bombed(b"\0\1\0\0\0\x0acmap", 512, b"/Subtype /Type1C /Length1 100000")})


@hostile()
def encoding_cmap():
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding 6 0 R /DescendantFonts [7 0 R] >>"
    descendant = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A >>"
    return paged(font=font, further={6: bombed(b"begincidrange <00> <ff> 1 endcidrange\n", 512), 7: descendant})


@hostile("indexed", LIMIT)
def metadata():
    return paged(catalog=b"/Metadata 6 0 R", further={6: bombed(b"<dc:title>a</dc:title>", 512, b"/Subtype /XML")})


@hostile("indexed", LIMIT)
def metadata_of_entities():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    packet = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><x:xmpmeta><dc:title>&e11;</dc:title></x:xmpmeta>'
    return paged(catalog=b"/Metadata 6 0 R", further={6: stream(packet.encode(), b"/Subtype /XML")})


@hostile("indexed", LIMIT)
def metadata_nested():
    return paged(catalog=b"/Metadata 6 0 R", further={6: flate(b"<a>" * 2_000_000, b"/Subtype /XML")})


@hostile(LIMIT)
def content_shared_by_500_pages():
    return pages(500, content=bombed(b"q ", 60))


@hostile(LIMIT)
def content_of_2000_times_60_mebibytes():
    return pages(1, contents=b"[%s]" % (b"4 0 R " * 2000), content=bombed(b"q ", 60))


@hostile(LIMIT)
def content_of_a_million_parts():
    return pages(1, contents=b"[%s]" % (b"4 0 R " * 1_000_000))


@hostile(LIMIT)
def form_shared_by_500_pages():
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800]"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count 500 /MediaBox [0 0 600 800] /Resources << /XObject << /X 5 0 R >> >> >>"
        % b" ".join(b"%d 0 R" % kid for kid in range(6, 506)),
        4: stream(b"/X Do " * 5000),
        5: bombed(b"q Q ", 60, form),
    }
    objects.update({kid: b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>" for kid in range(6, 506)})
    return file(objects)


def object_streams(count: int, mebibytes: int) -> bytes:
    packed = {}
    for number in range(10, 10 + count):
        head = b"%d 0 " % (number + 1000)
        packer = zlib.compress(head + b"(", 9)
        del packer
        packed[number] = stream(
            zlib.compress(head + b"(" + b"a" * (mebibytes << 20) + b")", 9),
            b"/Type /ObjStm /N 1 /First %d /Filter /FlateDecode" % len(head),
        )
    return paged(further=packed)


@hostile()
def object_streams_of_60_mebibytes():
    return object_streams(40, 60)


@hostile()
def object_stream_of_500_000_objects():
    count = 500_000
    head = b" ".join(b"%d %d" % (number, 3 * number) for number in range(count))
    packed = flate(head + b" " + b"42 " * count, b"/Type /ObjStm /N %d /First %d" % (count, len(head) + 1))
    return paged(further={6: packed})


@many("object-stream-that-lies", {"count": (2**31 - 1, 10), "first": (10, 2**31 - 1), "negative": (-5, -5), "zero": (0, 0)})
def object_stream_that_lies(numbers):
    return paged(further={6: flate(b"7 0 8 3 42 43", b"/Type /ObjStm /N %d /First %d" % numbers)})


def by_stream(entries: bytes, table: bytes) -> bytes:
    """A file with a cross-reference stream of these entries and this data."""
    start = paged()[: paged().index(b"xref\n")]
    tail = b"9 0 obj\n<< /Type /XRef /Root 1 0 R %s /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF"
    return start + tail % (entries, len(table), table, len(start))


@hostile()
def xref_stream():
    return by_stream(b"/Size 4294967295 /W [1 4 2] /Filter /FlateDecode", bomb(b"\0", 1024))


@many(
    "xref-stream-that-lies",
    {
        "widths": b"/Size 10 /W [2147483647 2147483647 2147483647]",
        "negative": b"/Size -1 /W [-1 -4 -2] /Index [-5 -5]",
        "index": b"/Size 10 /W [1 4 2] /Index [0 4294967295 0 4294967295]",
        "no_widths": b"/Size 4294967295 /W [0 0 0]",
        "columns": b"/Size 10 /W [1 4 2] /DecodeParms << /Predictor 12 /Columns 2147483647 >>",
    },
    "indexed",
    "failed damaged",
    "failed limit_reached",
)
def xref_stream_that_lies(entries):
    return by_stream(entries + b" /Filter /FlateDecode", zlib.compress(b"\1\0\0\0\x09\0\0" * 100))


@many(
    "predictor",
    {
        "columns": b"/Predictor 12 /Columns 2147483647",
        "colours": b"/Predictor 15 /Colors 2147483647 /Columns 2147483647 /BitsPerComponent 16",
        "negative": b"/Predictor 12 /Columns -1 /Colors -1 /BitsPerComponent -8",
        "zero": b"/Predictor 2 /Columns 0 /Colors 0 /BitsPerComponent 0",
        "odd": b"/Predictor 2 /Columns 7 /Colors 3 /BitsPerComponent 3",
        "unknown": b"/Predictor 99",
    },
)
def predictor(parameters):
    return paged(contents=flate(BEFORE * 10, b"/DecodeParms << %s >>" % parameters))


@many("picture", {"huge": (100_000, 100_000), "wide": (2**31 - 1, 1), "negative": (-1, -1), "none": (0, 0)}, "indexed")
def picture(size):
    image = bombed(b"\0", 256, b"/Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8" % size)
    return paged(BEFORE + b"/I Do", b"/XObject << /I 6 0 R >>", further={6: image})


@many("codec", {"jpeg": b"DCTDecode", "jpx": b"JPXDecode", "jbig2": b"JBIG2Decode", "fax": b"CCITTFaxDecode", "crypt": b"Crypt"})
def codec(name):
    return paged(contents=stream(b"\xff\xd8\xff\xe0" * 100_000, b"/Filter [/%s /FlateDecode]" % name))
