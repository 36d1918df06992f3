//! ToUnicode CMaps (ISO 32000-2 §9.10.3): character code → text.
//!
//! Ranges stay ranges, whatever their span, so that a hostile CMap costs what its bytes cost.

use super::cid_collection::{Collection, CollectionTexts};
use super::cmap_syntax::{self, Code, Item, Target};
use super::glyph_text::{GlyphText, NOTHING, Texts, character_text};
use super::names;
use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object};

/// Codes of one range that get a string each; more would not be a range by the standard (its last byte runs).
const MAX_STRINGS_PER_RANGE: u32 = 256;
/// Ranges looked at for one code where ranges overlap.
const MAX_OVERLAP: usize = 32;

/// Codes `first..=last` say the characters from `character` on, or one code says a string.
#[derive(Debug, Clone, Copy)]
struct TextRange {
    first: u32,
    last: u32,
    text: RangeText,
}

#[derive(Debug, Clone, Copy)]
enum RangeText {
    /// The code point of the first code; the others follow.
    Characters(u32),
    /// A text made ready.
    Text(GlyphText),
}

/// A ToUnicode CMap; empty if the font has none.
#[derive(Debug, Default)]
pub(super) struct ToUnicode {
    /// By the length of the code in bytes, less one; in order of the first code.
    ranges: [TextRanges; 4],
    is_identity: bool,
    collection: Option<CollectionTexts>,
    /// Whether a limit left mappings out.
    is_cut: bool,
}

impl ToUnicode {
    /// Reads the map under /ToUnicode.
    pub(super) fn load(objects: &Objects, font: &Dictionary, texts: &mut Texts) -> ToUnicode {
        match objects.get(font, b"ToUnicode") {
            Some(Object::Name(name)) => {
                let mut map = ToUnicode::default();
                map.use_named(name, texts);
                map
            }
            Some(Object::Stream(stream)) => {
                let data = objects.decode(stream).unwrap_or_default();
                let mut map = ToUnicode::parse(&data, texts);
                if map.is_cut {
                    objects.note_cut();
                }
                if let Some(name) = objects.name(&stream.dict, b"UseCMap") {
                    map.use_named(name, texts);
                }
                map
            }
            _ => ToUnicode::default(),
        }
    }

    /// Reads a CMap file.
    pub(super) fn parse(data: &[u8], texts: &mut Texts) -> ToUnicode {
        let mut map = ToUnicode::default();
        let mut cids = Vec::new();
        let mut empty = Vec::new();
        let mut has_words = false;
        let is_whole = cmap_syntax::read(data, &mut |item| match item {
            Item::Unicode { first, last, target: Target::Units(units) } => {
                if units.is_empty() {
                    empty.push((first, last));
                }
                has_words |= units.len() > 1 && units.contains(&u16::from(b' '));
                map.add(first, last, &units, texts);
            }
            Item::Unicode { first, last, target: Target::Name(name) } => {
                if let Some(text) = names::text_of_name(name, texts) {
                    map.push(first, last, RangeText::Text(text));
                }
            }
            Item::Cids { first, last, cid } => cids.push((first, last, cid)),
            Item::Use(name) => map.use_named(name, texts),
            _ => {}
        });
        map.is_cut = !is_whole;
        // Some producers write the wrong kind of mapping: its numbers are code points then.
        if map.is_empty() {
            for (first, last, cid) in cids {
                map.push(first, last, RangeText::Characters(cid));
            }
        }
        // An empty text usually means an unknown one. Where one code says whole words, which no glyph can show, it has
        // the text of several glyphs (cairo does so where it cannot tell them apart), and the others say nothing.
        for (first, last) in empty.into_iter().filter(|_| has_words) {
            map.push(first, last, RangeText::Text(NOTHING));
        }
        for ranges in &mut map.ranges {
            ranges.sort();
        }
        map
    }

    /// Whether it says nothing about any code.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_identity && self.collection.is_none() && self.ranges.iter().all(|ranges| ranges.sorted.is_empty())
    }

    /// The text of a code; unknown if there is none, or none that counts.
    pub(super) fn text(&self, code: Code) -> GlyphText {
        match self.range(code) {
            Some(TextRange { text: RangeText::Text(text), .. }) => text,
            _ => self.character(code).map_or(GlyphText::UNKNOWN, character_text).or_else(|| self.base_text(code)),
        }
    }

    /// The single character a code is mapped to, as it stands in the CMap: a control or for private use, too.
    pub(super) fn character(&self, code: Code) -> Option<char> {
        let range = self.range(code)?;
        match range.text {
            RangeText::Characters(start) => char::from_u32(start.checked_add(code.value.checked_sub(range.first)?)?),
            RangeText::Text(_) => None,
        }
    }

    fn base_text(&self, code: Code) -> GlyphText {
        if self.is_identity {
            return char::from_u32(code.value).map_or(GlyphText::UNKNOWN, character_text);
        }
        self.collection.map_or(GlyphText::UNKNOWN, |collection| collection.text(code.value))
    }

    /// The range of a code: of its own length if possible, else of any, as producers mix them up.
    fn range(&self, code: Code) -> Option<TextRange> {
        let own = usize::from(code.length).saturating_sub(1);
        let in_own = self.ranges.get(own).and_then(|ranges| ranges.find(code.value));
        in_own.or_else(|| self.ranges.iter().find_map(|ranges| ranges.find(code.value)))
    }

    fn use_named(&mut self, name: &[u8], texts: &mut Texts) {
        if name.starts_with(b"Identity") {
            self.is_identity = true;
        } else if let Some(collection) = Collection::by_ucs2_name(name) {
            self.collection = Some(collection.in_font(texts));
        }
    }

    fn push(&mut self, first: Code, last: u32, text: RangeText) {
        if let Some(ranges) = self.ranges.get_mut(usize::from(first.length).saturating_sub(1)) {
            ranges.sorted.push(TextRange { first: first.value, last, text });
        }
    }

    fn add(&mut self, first: Code, last: u32, units: &[u16], texts: &mut Texts) {
        let text = String::from_utf16_lossy(units);
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (None, _) => {}
            (Some(only), None) => self.push(first, last, RangeText::Characters(only as u32)),
            _ => self.add_strings(first, last, &text, texts),
        }
    }

    /// Maps codes to strings whose last character runs on.
    fn add_strings(&mut self, first: Code, last: u32, text: &str, texts: &mut Texts) {
        let mut characters = text.chars();
        let Some(end) = characters.next_back() else { return };
        let start = characters.as_str();
        let last = last.min(first.value.saturating_add(MAX_STRINGS_PER_RANGE - 1));
        for value in first.value..=last {
            let running = char::from_u32(end as u32 + (value - first.value)).unwrap_or(end);
            let mapped = texts.string(&format!("{start}{running}"));
            if !mapped.is_known() {
                return;
            }
            self.push(Code { value, ..first }, value, RangeText::Text(mapped));
        }
    }
}

/// Ranges of codes of one length.
#[derive(Debug, Default)]
struct TextRanges {
    /// In order of the first code, once [`TextRanges::sort`] was called.
    sorted: Vec<TextRange>,
    /// Whether some hold the same code; hardly any CMap has such.
    overlap: bool,
}

impl TextRanges {
    fn sort(&mut self) {
        self.sorted.sort_by_key(|range| range.first);
        self.sorted.shrink_to_fit();
        self.overlap = self.sorted.windows(2).any(|pair| pair[0].last >= pair[1].first);
    }

    /// The range with the greatest first code that holds this code: of overlapping ranges the most specific, of equal
    /// ones the last.
    fn find(&self, value: u32) -> Option<TextRange> {
        let end = self.sorted.partition_point(|range| range.first <= value);
        let looked_at = if self.overlap { MAX_OVERLAP } else { 1 };
        self.sorted.get(..end)?.iter().rev().take(looked_at).find(|range| range.last >= value).copied()
    }
}
