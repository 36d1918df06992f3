//! Fonts whose codes only their embedded programs explain; the programs are made here, with nothing to draw in them.

use super::*;

/// A TrueType program of these tables, which must be in the order of their tags.
fn truetype(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut program = vec![0, 1, 0, 0];
    program.extend([tables.len() as u16, 0, 0, 0].map(u16::to_be_bytes).concat());
    let mut offset = 12 + 16 * tables.len();
    for (tag, table) in tables {
        program.extend_from_slice(*tag);
        program.extend([0, offset as u32, table.len() as u32].map(u32::to_be_bytes).concat());
        offset += table.len();
    }
    tables.iter().for_each(|(_, table)| program.extend_from_slice(table));
    program
}

/// A `cmap` of subtables: platform, encoding, the first code and the glyphs of it and of the codes after it.
fn cmap(subtables: &[(u16, u16, u16, &[u16])]) -> Vec<u8> {
    let mut table = [0, subtables.len() as u16].map(u16::to_be_bytes).concat();
    let mut offset = 4 + 8 * subtables.len();
    for (platform, encoding, _, glyphs) in subtables {
        table.extend([*platform, *encoding, 0, offset as u16].map(u16::to_be_bytes).concat());
        offset += 10 + 2 * glyphs.len();
    }
    for (_, _, first, glyphs) in subtables {
        let length = (10 + 2 * glyphs.len()) as u16;
        table.extend([6, length, 0, *first, glyphs.len() as u16].map(u16::to_be_bytes).concat());
        table.extend(glyphs.iter().flat_map(|glyph| glyph.to_be_bytes()));
    }
    table
}

/// A `post` table that names the glyphs from 0 on.
fn post(names: &[&str]) -> Vec<u8> {
    let mut table = vec![0, 2, 0, 0];
    table.extend([0; 28]);
    table.extend((names.len() as u16).to_be_bytes());
    table.extend((0..names.len() as u16).flat_map(|index| (258 + index).to_be_bytes()));
    names.iter().for_each(|name| push_pascal(&mut table, name));
    table
}

fn push_pascal(table: &mut Vec<u8>, name: &str) {
    table.push(name.len() as u8);
    table.extend_from_slice(name.as_bytes());
}

/// Tables with the advances of glyphs, of 2048 units an em.
fn metrics(advances: &[u16]) -> [(&'static [u8; 4], Vec<u8>); 4] {
    let mut head = vec![0; 54];
    head[18..20].copy_from_slice(&2048_u16.to_be_bytes());
    let mut hhea = vec![0; 36];
    hhea[34..36].copy_from_slice(&(advances.len() as u16).to_be_bytes());
    let hmtx = advances.iter().flat_map(|advance| [advance.to_be_bytes(), [0, 0]].concat()).collect();
    let maxp = [0, 0x5000, advances.len() as u16].map(u16::to_be_bytes).concat();
    [(b"head", head), (b"hhea", hhea), (b"hmtx", hmtx), (b"maxp", maxp)]
}

/// A CFF program whose glyphs 1, 2, … have these names and codes.
fn cff(glyphs: &[(&str, u8)]) -> Vec<u8> {
    fn index(items: &[&[u8]]) -> Vec<u8> {
        let mut index = (items.len() as u16).to_be_bytes().to_vec();
        index.extend([1, 1]);
        index.extend(items.iter().scan(1_u8, |end, item| {
            *end += item.len() as u8;
            Some(*end)
        }));
        index.extend(items.concat());
        index
    }
    let names: Vec<&[u8]> = glyphs.iter().map(|(name, _)| name.as_bytes()).collect();
    let mut charset = vec![0];
    charset.extend((391_u16..).take(glyphs.len()).flat_map(u16::to_be_bytes));
    let mut encoding = vec![0, glyphs.len() as u8];
    encoding.extend(glyphs.iter().map(|(_, code)| code));
    let end_of_glyph: &[u8] = &[14];
    let outlines = index(&vec![end_of_glyph; glyphs.len() + 1]);
    let (strings, no_subroutines) = (index(&names), [0, 0]);
    let start = |top: &[u8]| [&[1, 0, 4, 1], &index(&[b"F"])[..], &index(&[top]), &strings, &no_subroutines].concat();
    let mut at = start(&[0; 18]).len();
    let mut top = Vec::new();
    for (operator, part) in [(15, &charset), (16, &encoding), (17, &outlines)] {
        top.push(29);
        top.extend((at as u32).to_be_bytes());
        top.push(operator);
        at += part.len();
    }
    [start(&top), charset, encoding, outlines].concat()
}

fn simple_with(program: &[u8], key: &str, entries: &Dictionary) -> Font {
    let mut fixture = Fixture::new();
    let program = fixture.stream(program);
    let mut font = simple(&dictionary! { "Subtype" => "TrueType" });
    let mut descriptor = dictionary! { "Flags" => 4 };
    descriptor.set(key, program);
    font.set("FontDescriptor", descriptor);
    set_all(&mut font, entries);
    fixture.load(&font)
}

#[test]
fn truetype_programs_say_what_codes_are() {
    /// What it shows, the `cmap` table, entries of the font dictionary, a string and what it says.
    type Case = (&'static str, Vec<u8>, Dictionary, &'static [u8], &'static str);
    // Glyphs 1 and 2 say Γ and β, glyph 3 has a name only.
    let unicode: (u16, u16, u16, &[u16]) = (3, 1, 0x393, &[1]);
    let names = || post(&[".notdef", "Gamma", "beta", "f_i"]);
    let numbered = Object::from(dictionary! { "Differences" => vec![65.into(), "g2".into(), "glyph3".into()] });
    let cases: [Case; 6] = [
        ("symbol codes at 0xF000", cmap(&[(3, 0, 0xF041, &[1, 2, 3]), unicode]), dictionary! {}, b"ABC", "Γβfi"),
        ("symbol codes at 0", cmap(&[(3, 0, 0x41, &[1, 2, 3])]), dictionary! {}, b"ABC", "Γβfi"),
        ("Macintosh codes", cmap(&[(1, 0, 0x41, &[3, 1])]), dictionary! {}, b"AB", "fiΓ"),
        ("symbol before Macintosh", cmap(&[(1, 0, 0x41, &[1]), (3, 0, 0xF041, &[2])]), dictionary! {}, b"A", "β"),
        ("names that number glyphs", cmap(&[unicode]), dictionary! { "Encoding" => numbered }, b"AB", "βfi"),
        (
            "an encoding that says more",
            cmap(&[(3, 0, 0xF041, &[1])]),
            dictionary! { "Encoding" => "WinAnsiEncoding" },
            b"A",
            "A",
        ),
    ];
    for (name, cmap, entries, string, expected) in cases {
        let program = truetype(&[(b"cmap", cmap), (b"post", names())]);
        assert_eq!(said(&simple_with(&program, "FontFile2", &entries), string), expected, "{name}");
    }
}

#[test]
fn truetype_programs_have_widths() {
    let [head, hhea, hmtx, maxp] = metrics(&[0, 1024, 512]);
    let program = truetype(&[(b"cmap", cmap(&[(3, 0, 0xF041, &[1, 2])])), head, hhea, hmtx, maxp]);
    assert_eq!(advances(&simple_with(&program, "FontFile2", &dictionary! {}), b"AB"), [0.5, 0.25]);
}

#[test]
fn compact_programs_say_what_codes_are() {
    let program = cff(&[("Gamma", 1), ("f_i", 2), ("nonsense", 65)]);
    assert_eq!(said(&simple_with(&program, "FontFile3", &dictionary! {}), b"\x01\x02A"), "Γfi?");
    let differences = dictionary! { "Differences" => vec![2.into(), "beta".into()] };
    let entries = dictionary! { "Encoding" => differences };
    assert_eq!(said(&simple_with(&program, "FontFile3", &entries), b"\x01\x02"), "Γβ");
}

#[test]
fn programs_of_composite_fonts_are_read_backwards() {
    /// What it shows, the program, /CIDToGIDMap, a string and what it says.
    type Case = (&'static str, Vec<u8>, Option<&'static [u8]>, &'static [u8], &'static str);
    let program = || truetype(&[(b"cmap", cmap(&[(3, 1, 0x393, &[1]), (0, 3, 0x41, &[2])]))]);
    let cases: [Case; 4] = [
        ("glyphs", program(), None, b"\x00\x01\x00\x07", "Γ?"),
        ("a map to glyphs", program(), Some(b"\0\0\0\0\0\0\0\x01"), b"\x00\x03\x00\x01", "Γ?"),
        ("names", truetype(&[(b"post", post(&[".notdef", "Gamma"]))]), None, b"\x00\x01", "Γ"),
        ("a charset", cff(&[("beta", 1)]), None, b"\x00\x01", "β"),
    ];
    for (name, program, map, string, expected) in cases {
        let mut fixture = Fixture::new();
        let descriptor = dictionary! { "FontFile2" => fixture.stream(&program) };
        let mut descendant = dictionary! { "FontDescriptor" => descriptor };
        if let Some(map) = map {
            descendant.set("CIDToGIDMap", fixture.stream(map));
        }
        assert_eq!(said(&fixture.load(&composite(None, "Identity-H", &descendant)), string), expected, "{name}");
    }
}
