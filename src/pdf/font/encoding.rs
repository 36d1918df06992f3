//! /Encoding of simple fonts (ISO 32000-2 §9.6.5): a base table, and names that differ from it.

use super::descriptor::Descriptor;
use super::encoding_tables::{EncodingTable, MAC_EXPERT, MAC_ROMAN, STANDARD, SYMBOL, WIN_ANSI, ZAPF_DINGBATS};
use super::standard14::Standard14;
use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object};

/// The encoding of a simple font.
#[derive(Debug, Default)]
pub(super) struct Encoding<'a> {
    /// The table named in the dictionary, or the one built into a standard symbol font.
    pub(super) base: Option<&'static EncodingTable>,
    /// Codes with their glyph names, the last for a code being the one that counts.
    pub(super) differences: Vec<(u8, &'a [u8])>,
}

impl<'a> Encoding<'a> {
    /// Reads /Encoding.
    pub(super) fn load(objects: &'a Objects, font: &'a Dictionary, descriptor: &Descriptor<'a>) -> Encoding<'a> {
        let mut encoding = Encoding::default();
        match objects.get(font, b"Encoding") {
            Some(Object::Name(name)) => encoding.base = table(name),
            Some(Object::Dictionary(dictionary)) => {
                encoding.base = objects.name(dictionary, b"BaseEncoding").and_then(table);
                encoding.read_differences(objects, objects.array(dictionary, b"Differences").unwrap_or_default());
            }
            _ => {}
        }
        // The two symbol fonts have their own encoding, whatever a dictionary says that was written for all fonts;
        // but a Mac OS program embeds Symbol with its signs in the places that MacRomanEncoding has for them.
        let is_remapped =
            encoding.base.is_some_and(|base| std::ptr::eq(base, &MAC_ROMAN)) && descriptor.is_embedded(objects);
        match descriptor.standard {
            _ if is_remapped => {}
            Some(Standard14::Symbol) => encoding.base = Some(&SYMBOL),
            Some(Standard14::ZapfDingbats) => encoding.base = Some(&ZAPF_DINGBATS),
            _ => {}
        }
        encoding
    }

    fn read_differences(&mut self, objects: &'a Objects, items: &'a [Object]) {
        let mut code = 0u32;
        for item in items {
            match objects.resolve(item) {
                Some(Object::Name(name)) => {
                    if let Ok(code) = u8::try_from(code) {
                        self.differences.push((code, name));
                    }
                    code = code.saturating_add(1);
                }
                Some(Object::Integer(value)) => code = u32::try_from(*value).unwrap_or(u32::MAX),
                Some(Object::Real(value)) => code = *value as u32,
                _ => {}
            }
        }
    }
}

/// The predefined encoding of this name.
fn table(name: &[u8]) -> Option<&'static EncodingTable> {
    match name {
        b"WinAnsiEncoding" => Some(&WIN_ANSI),
        b"MacRomanEncoding" => Some(&MAC_ROMAN),
        b"MacExpertEncoding" => Some(&MAC_EXPERT),
        b"StandardEncoding" => Some(&STANDARD),
        b"PDFDocEncoding" => Some(&WIN_ANSI),
        b"SymbolEncoding" | b"SymbolSetEncoding" => Some(&SYMBOL),
        b"ZapfDingbatsEncoding" => Some(&ZAPF_DINGBATS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Limits;
    use lopdf::{Document, dictionary};

    #[test]
    fn base_and_differences() {
        let objects = Objects::new(Document::new(), Limits::default());
        let differences = vec![65.into(), "B".into(), "C".into(), 254.into(), "D".into(), "E".into(), "F".into()];
        let font = dictionary! {
            "Encoding" => dictionary! { "BaseEncoding" => "MacRomanEncoding", "Differences" => differences },
        };
        let descriptor = Descriptor::load(&objects, &font);
        let encoding = Encoding::load(&objects, &font, &descriptor);
        let expected: [(u8, &[u8]); 4] = [(65, b"B"), (66, b"C"), (254, b"D"), (255, b"E")];
        assert_eq!(encoding.differences, expected);
        assert!(encoding.base.is_some_and(|base| base[0x80] == 0xC4));
    }

    #[test]
    fn the_tables_hold_what_the_standard_says() {
        let cases = [
            (&STANDARD, 0x27, '\u{2019}'),
            (&STANDARD, 0xAE, '\u{FB01}'),
            (&WIN_ANSI, 0x92, '\u{2019}'),
            (&WIN_ANSI, 0x81, '\u{2022}'),
            (&WIN_ANSI, 0xAD, '-'),
            (&WIN_ANSI, 0xA0, ' '),
            (&MAC_ROMAN, 0xCA, ' '),
            (&MAC_ROMAN, 0xDE, '\u{FB01}'),
            (&MAC_EXPERT, 0x61, 'A'),
            (&MAC_EXPERT, 0x31, '1'),
            (&SYMBOL, 0x61, 'α'),
            (&SYMBOL, 0xB7, '•'),
            (&ZAPF_DINGBATS, 0x34, '✔'),
        ];
        for (table, code, expected) in cases {
            assert_eq!(char::from_u32(u32::from(table[code])), Some(expected), "{code:#x}");
        }
    }
}
