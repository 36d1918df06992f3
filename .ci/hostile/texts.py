"""What is said in a file and must not act where it is shown."""

from pdf import BEFORE, hostile, many, paged, stream

SCRIPT = b"<script>alert(1)</script><img src=x onerror=alert(2)>'\"&{{7*7}}${7*7}<%= 7 %>"
TITLES = {
    "script": SCRIPT,
    "terminal": b"\\033]0;owned\\007\\033[31mred\\033[2J\\b\\r\\n\\f",
    "zeros": b"a\\000b\\000" * 100,
    "direction": b"\\376\\377\\040\\056\\000a\\040\\146\\000b\\040\\051\\040\\017",
    "surrogates": b"\\376\\377\\330\\000\\000a\\334\\000",
    "half_a_character": b"\\376\\377\\000",
    "utf_8": b"\\357\\273\\277\\377\\376",
    "long": b"a" * 1_000_000,
    "long_and_wide": b"\\376\\377" + b"\\040\\254" * 200_000,
    "combining": b"\\376\\377\\000e" + b"\\003\\001" * 100_000,
    "path": b"../../../etc/passwd",
    "newlines": b"\\n" * 10_000 + b"a",
}


@many("title", TITLES, "indexed")
def title(value):
    info = b"<< /Title (%s) /Author (%s) /Subject (%s) /Keywords (%s) /CreationDate (D:99999999999999+99'99') >>" % ((value,) * 4)
    return paged(trailer=b"/Info 6 0 R", further={6: info})


@hostile("indexed")
def script_in_text():
    return paged(b"BT /F1 9 Tf 20 700 Td (%s) Tj ET" % SCRIPT)


@hostile("indexed")
def script_in_packet():
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:title><rdf:li>%s</rdf:li></dc:title></x:xmpmeta>"
    escaped = SCRIPT.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
    return paged(catalog=b"/Metadata 6 0 R", further={6: stream(packet % escaped, b"/Subtype /XML")})


@hostile("indexed")
def script_in_actions():
    action = b"<< /S /JavaScript /JS (app.alert\\(1\\)) /Next 6 0 R >>"
    catalog = b"/OpenAction 6 0 R /AA << /WC 6 0 R >> /Names << /JavaScript << /Names [(a) 6 0 R] >> /EmbeddedFiles << /Names [(a) 7 0 R] >> >>"
    embedded = b"<< /Type /Filespec /F (../../../../etc/passwd) /UF (\\\\host\\share) >>"
    link = b"<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (javascript:alert\\(1\\)) >> >>"
    page = b"/MediaBox [0 0 600 800] /Annots [%s << /Subtype /Link /A << /S /Launch /F (/bin/sh) >> >>]" % link
    return paged(BEFORE, catalog=catalog, page=page, further={6: action, 7: embedded})


@hostile("indexed")
def script_in_outline_and_labels():
    catalog = b"/Outlines 6 0 R /PageLabels << /Nums [0 << /P (%s) >>] >>" % SCRIPT
    items = {6: b"<< /First 7 0 R >>", 7: b"<< /Title (%s) /Dest [3 0 R /Fit] >>" % SCRIPT}
    return paged(catalog=catalog, further=items)


ENCRYPTIONS = {
    "empty": b"<< >>",
    "unknown": b"<< /Filter /Nobody /V 99 /R 99 >>",
    "standard_without_keys": b"<< /Filter /Standard /V 2 /R 3 /Length 128 >>",
    "short_keys": b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -1 /O (a) /U (b) >>",
    "huge_length": b"<< /Filter /Standard /V 2 /R 3 /Length 2147483647 /P -1 /O (%s) /U (%s) >>" % (b"a" * 32, b"b" * 32),
    "negative_length": b"<< /Filter /Standard /V 2 /R 3 /Length -8 /P -1 /O (%s) /U (%s) >>" % (b"a" * 32, b"b" * 32),
    "no_length": b"<< /Filter /Standard /V 1 /R 2 /Length 0 /P 99999999999 /O (%s) /U (%s) >>" % (b"a" * 32, b"b" * 32),
    "aes_256": b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -1 /O (%s) /U (%s) /OE (a) /UE (a) /Perms (a) /CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF >>" % (b"a" * 48, b"b" * 48),
    "filters_in_a_circle": b"<< /Filter /Standard /V 4 /R 4 /Length 128 /P -1 /O (%s) /U (%s) /CF 6 0 R /StmF /A /StrF /A >>" % (b"a" * 32, b"b" * 32),
    "itself": b"6 0 R",
    "number": b"42",
    "by_key": b"<< /Filter /Adobe.PubSec /V 4 /Recipients [(a)] >>",
}


@many("encryption", ENCRYPTIONS)
def encryption(dictionary):
    return paged(trailer=b"/Encrypt 6 0 R /ID [(a) (b)]", further={6: dictionary})
