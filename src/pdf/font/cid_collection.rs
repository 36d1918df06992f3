//! Character collections (ISO 32000-2 §9.7.3): CID → text for Adobe's Chinese, Japanese and Korean collections.
//!
//! A collection's table is made once in a process, on first use, and shared by all fonts.

use super::glyph_text::{FIRST_OWN_STRING, GlyphText, Texts, character_text};
use hayro_cmap::{BfString, CMap, CMapName};
use std::sync::OnceLock;

/// CIDs looked at; no collection has more.
const MAX_CIDS: u32 = 0x8000;

/// One of the collections whose characters are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    /// Adobe-GB1, simplified Chinese.
    Gb1,
    /// Adobe-CNS1, traditional Chinese.
    Cns1,
    /// Adobe-Japan1.
    Japan1,
    /// Adobe-Korea1.
    Korea1,
}

/// Texts by CID; its own strings count as if they were the first of a font.
#[derive(Debug)]
struct Table {
    texts: Vec<GlyphText>,
    strings: Vec<Box<str>>,
}

/// A collection whose strings have been added to those of a font.
#[derive(Debug, Clone, Copy)]
pub(super) struct CollectionTexts {
    table: &'static Table,
    first_string: u32,
}

impl Collection {
    /// By /Ordering of a CIDSystemInfo.
    pub(super) fn by_ordering(ordering: &[u8]) -> Option<Collection> {
        match ordering {
            b"GB1" => Some(Collection::Gb1),
            b"CNS1" => Some(Collection::Cns1),
            b"Japan1" | b"Japan2" => Some(Collection::Japan1),
            b"Korea1" => Some(Collection::Korea1),
            _ => None,
        }
    }

    /// By the name of its CMap to Unicode, such as `Adobe-GB1-UCS2`.
    pub(super) fn by_ucs2_name(name: &[u8]) -> Option<Collection> {
        Collection::by_ordering(name.strip_prefix(b"Adobe-")?.strip_suffix(b"-UCS2")?)
    }

    /// Its texts, for use in a font.
    pub(super) fn in_font(self, texts: &mut Texts) -> CollectionTexts {
        let table = self.table();
        CollectionTexts { table, first_string: texts.append(&table.strings) }
    }

    fn table(self) -> &'static Table {
        static TABLES: [OnceLock<Table>; 4] = [const { OnceLock::new() }; 4];
        let (index, name) = match self {
            Collection::Gb1 => (0, CMapName::AdobeGb1Ucs2),
            Collection::Cns1 => (1, CMapName::AdobeCns1Ucs2),
            Collection::Japan1 => (2, CMapName::AdobeJapan1Ucs2),
            Collection::Korea1 => (3, CMapName::AdobeKorea1Ucs2),
        };
        TABLES[index].get_or_init(|| Table::read(name))
    }
}

impl Table {
    fn read(name: CMapName<'_>) -> Table {
        let mut table = Table { texts: Vec::new(), strings: Vec::new() };
        let Some(cmap) = hayro_cmap::load_embedded(name).and_then(|data| CMap::parse(data, hayro_cmap::load_embedded))
        else {
            return table;
        };
        for cid in 0..MAX_CIDS {
            let text = match cmap.lookup_bf_string(cid) {
                Some(BfString::Char(character)) => character_text(character),
                Some(BfString::String(string)) => table.add(&string),
                None => GlyphText::UNKNOWN,
            };
            table.texts.push(text);
        }
        while table.texts.last() == Some(&GlyphText::UNKNOWN) {
            table.texts.pop();
        }
        table
    }

    /// The text of a string without its variation selectors: which shape of a character is drawn is not text.
    fn add(&mut self, string: &str) -> GlyphText {
        let is_selector = |character: char| matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
        let plain: String = string.chars().filter(|&character| !is_selector(character)).collect();
        let mut characters = plain.chars();
        if let (Some(only), None) = (characters.next(), characters.next()) {
            return character_text(only);
        }
        let index = FIRST_OWN_STRING + self.strings.len() as u32;
        self.strings.push(plain.into());
        GlyphText(index)
    }
}

impl CollectionTexts {
    /// The text of a CID.
    pub(super) fn text(self, cid: u32) -> GlyphText {
        match self.table.texts.get(cid as usize) {
            None => GlyphText::UNKNOWN,
            Some(&text) if text.is_known() && text.0 >= FIRST_OWN_STRING => {
                GlyphText(text.0 - FIRST_OWN_STRING + GlyphText::STRING_BASE + self.first_string)
            }
            Some(&text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cids_have_their_text() {
        let cases = [
            (Collection::Japan1, 0x3D, "¥"),
            (Collection::Japan1, 0x476, "\u{82A6}"),
            (Collection::Japan1, 0x265B, "10/11"),
            (Collection::Gb1, 0x22, "A"),
            (Collection::Korea1, 0x2072, "[10]"),
            (Collection::Cns1, 0x36B0, "\u{200CC}"),
            (Collection::Gb1, 0xFFFF, ""),
        ];
        for (collection, cid, expected) in cases {
            let mut texts = Texts::default();
            let text = collection.in_font(&mut texts).text(cid);
            let strings = texts.into_strings();
            let said = match text.as_char() {
                Some(character) => character.to_string(),
                None if text == GlyphText::UNKNOWN => String::new(),
                None => strings[(text.0 - GlyphText::STRING_BASE) as usize].to_string(),
            };
            assert_eq!(said, expected, "{collection:?} {cid:#x}");
        }
    }
}
