//! Files of one page that carry bytes to one parser each.

/// A file of these objects, numbered from 1 in this order; the first is the catalog.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (number, body) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let table_start = bytes.len();
    let size = objects.len() + 1;
    let trailer = format!("trailer\n<< /Root 1 0 R /Size {size} >>\nstartxref\n{table_start}\n%%EOF\n");
    bytes.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}").as_bytes());
    bytes
}

/// A stream object's text; `entries` stand in its dictionary beside /Length.
pub fn stream(entries: &str, content: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {entries} /Length {} >>\nstream\n", content.len()).into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\nendstream");
    body
}

/// A file whose page has this content and these resources; `further` objects are numbered from 5.
pub fn page(content: Vec<u8>, resources: &str, further: Vec<Vec<u8>>) -> Vec<u8> {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 5 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << {resources} >> >>")
            .into_bytes(),
        content,
    ];
    objects.extend(further);
    file(&objects)
}

/// The bytes are the page's content; there are a simple font `F1`, a composite one `F2` that writes vertically, a
/// Type 3 font `F3` and a form `X1` that draws itself.
pub fn content(bytes: &[u8]) -> Vec<u8> {
    let further = vec![
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Mincho /Encoding /90ms-RKSJ-V /DescendantFonts [<< /Type /Font \
          /Subtype /CIDFontType0 /BaseFont /Mincho /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) \
          /Supplement 2 >> /W [1 [500 600] 5 9 700] >>] >>"
            .to_vec(),
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 10 10] /FontMatrix [0.1 0 0 0.1 0 0] /CharProcs << /A 4 0 R >> \
          /Encoding << /Differences [65 /A /B] >> /FirstChar 65 /Widths [10 5] /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_vec(),
        stream(
            "/Subtype /Form /BBox [0 0 100 100] /Matrix [0 1 -1 0 5 5] /Resources << /Font << /F1 5 0 R >> \
             /XObject << /X1 8 0 R >> >>",
            b"BT /F1 9 Tf (form) Tj ET /X1 Do",
        ),
    ];
    let resources = "/Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> /XObject << /X1 8 0 R >> \
                     /Properties << /P1 << /ActualText (instead) >> >>";
    page(stream("", bytes), resources, further)
}

/// The bytes are a ToUnicode CMap of a simple and a composite font, and the latter's encoding.
pub fn cmap(bytes: &[u8]) -> Vec<u8> {
    let further = vec![
        stream("/Type /CMap", bytes),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding 5 0 R /ToUnicode 5 0 R /DescendantFonts [<< /Type \
          /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) >> >>] >>"
            .to_vec(),
        b"<< /Type /Font /Subtype /TrueType /BaseFont /B /ToUnicode 5 0 R >>".to_vec(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /C /Encoding 5 0 R /DescendantFonts [<< /Type /Font /Subtype \
          /CIDFontType0 /BaseFont /C /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) >> >>] >>"
            .to_vec(),
    ];
    let codes = "<000102032041427F80818FA0A1B0C1D2E3F4FEFF30423131>";
    let content = format!("BT /F1 9 Tf {codes} Tj /F2 9 Tf {codes} Tj /F3 9 Tf {codes} Tj ET");
    page(stream("", content.as_bytes()), "/Font << /F1 6 0 R /F2 7 0 R /F3 8 0 R >>", further)
}

/// The bytes are a font program: of a Type 1 font, a TrueType font, a CFF font and a composite font of each kind.
pub fn font_program(bytes: &[u8]) -> Vec<u8> {
    let descriptors = ["FontFile", "FontFile2", "FontFile3"];
    let mut further = vec![stream("/Length1 100 /Subtype /Type1C", bytes)];
    let kinds = [("Type1", "CIDFontType0"), ("TrueType", "CIDFontType2"), ("MMType1", "CIDFontType0")];
    for (file, (simple, descendant)) in descriptors.into_iter().zip(kinds) {
        let descriptor = format!("<< /Type /FontDescriptor /Flags 4 /FontName /A /{file} 5 0 R >>");
        further.push(
            format!("<< /Type /Font /Subtype /{simple} /BaseFont /A /FontDescriptor {descriptor} >>").into_bytes(),
        );
        further.push(
            format!(
                "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [<< /Type /Font \
                 /Subtype /{descendant} /BaseFont /A /FontDescriptor {descriptor} /CIDSystemInfo << /Registry (Adobe) \
                 /Ordering (Identity) >> >>] >>"
            )
            .into_bytes(),
        );
    }
    let codes = "<00010002000300200041004200610062007A00C400E9FB01>";
    let shown: Vec<String> = (1..7).map(|font| format!("/F{font} 9 Tf {codes} Tj")).collect();
    let fonts: Vec<String> = (1..7).map(|font| format!("/F{font} {} 0 R", font + 5)).collect();
    page(
        stream("", format!("BT {} ET", shown.join(" ")).as_bytes()),
        &format!("/Font << {} >>", fonts.join(" ")),
        further,
    )
}

/// The bytes are the page's encoded content; the first two choose filters and predictor.
pub fn filters(bytes: &[u8]) -> Vec<u8> {
    const FILTERS: [&str; 5] = ["FlateDecode", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "RunLengthDecode"];
    let (choice, data) = bytes.split_at(bytes.len().min(2));
    let choice =
        usize::from(choice.first().copied().unwrap_or(0)) << 8 | usize::from(choice.get(1).copied().unwrap_or(0));
    let (first, second) = (FILTERS[choice % 5], FILTERS[choice / 5 % 5]);
    let names = if choice / 25 % 2 == 0 { first.to_owned() } else { format!("{first} /{second}") };
    let predictor = [1, 2, 10, 12, 15][choice / 50 % 5];
    let columns = [1, 3, 17, 1000][choice / 250 % 4];
    let parameters = format!("<< /Predictor {predictor} /Columns {columns} /Colors 3 /EarlyChange 0 >>");
    let entries = format!("/Filter [/{names}] /DecodeParms [{parameters}]");
    let font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec();
    page(stream(&entries, data), "/Font << /F1 5 0 R >>", vec![font])
}

/// The bytes are the document's XMP packet.
pub fn metadata(bytes: &[u8]) -> Vec<u8> {
    page(stream("", b""), "", vec![stream("/Type /Metadata /Subtype /XML", bytes)])
}
