//! Composite fonts (ISO 32000-2 §9.7): codes of one to four bytes, their CIDs, texts and widths.
//!
//! What a code says and how wide it is is worked out on its first use and kept in a table; decoding is then a lookup
//! as for simple fonts.

use super::cid_collection::{Collection, CollectionTexts};
use super::cmap::CMap;
use super::cmap_syntax::Code;
use super::descriptor::Descriptor;
use super::glyph_text::{GlyphText, Texts, character_text};
use super::program::{GlyphTexts, Program};
use super::symbol_fonts;
use super::to_unicode::ToUnicode;
use super::widths::CidWidths;
use super::{Programs, ShownCode};
use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What there is to know of a code.
#[derive(Debug, Clone, Copy)]
struct Entry {
    text: GlyphText,
    advance: f32,
}

impl Entry {
    /// Both parts in one word, so that threads may share a table without locks.
    fn to_word(self) -> u64 {
        u64::from(self.text.0) << 32 | u64::from(self.advance.to_bits())
    }

    fn of_word(word: u64) -> Entry {
        Entry { text: GlyphText((word >> 32) as u32), advance: f32::from_bits(word as u32) }
    }
}

/// A table of 256 codes; [`NOT_READ`] until a code is used.
type Block = [AtomicU64; 256];

/// No entry's word: its advance would not be a number.
const NOT_READ: u64 = u64::MAX;

/// The codes of a composite font.
#[derive(Debug)]
pub(super) struct CompositeCodes {
    cmap: CMap,
    to_unicode: ToUnicode,
    collection: Option<CollectionTexts>,
    /// Texts of the program's glyphs, if they were needed.
    glyph_texts: GlyphTexts,
    /// Whether the program was left unread because the dictionaries may say all that is shown.
    is_put_off: bool,
    /// Whether a code was asked for of which they say nothing.
    was_missed: AtomicBool,
    glyphs: CidGlyphs,
    widths: CidWidths,
    /// Widths of the program's glyphs, if the dictionary states none.
    glyph_widths: Vec<f32>,
    symbols: Option<fn(u8) -> Option<char>>,
    /// Tables of 256 codes: those of one byte, then those of two bytes by their first.
    blocks: Box<[OnceLock<Box<Block>>]>,
}

/// CID → glyph of the program.
#[derive(Debug)]
enum CidGlyphs {
    /// The CID is the glyph.
    Identity,
    /// Two bytes for each CID, as in a /CIDToGIDMap stream.
    Bytes(Vec<u8>),
    /// From a CID-keyed CFF charset.
    Table(Vec<u16>),
}

impl CidGlyphs {
    fn glyph(&self, cid: u32) -> u32 {
        match self {
            CidGlyphs::Identity => cid,
            CidGlyphs::Bytes(bytes) => {
                let start = (cid as usize).saturating_mul(2);
                bytes.get(start..start.saturating_add(2)).map_or(0, |pair| u32::from(pair[0]) << 8 | u32::from(pair[1]))
            }
            CidGlyphs::Table(glyphs) => glyphs.get(cid as usize).map_or(0, |&glyph| u32::from(glyph)),
        }
    }
}

impl CompositeCodes {
    /// Reads a Type 0 font dictionary with its descendant.
    pub(super) fn load(
        objects: &Objects,
        font: &Dictionary,
        descendant: &Dictionary,
        descriptor: &Descriptor<'_>,
        programs: Programs,
        texts: &mut Texts,
    ) -> CompositeCodes {
        let cmap = CMap::load(objects, font);
        let ordering =
            objects.dictionary(descendant, b"CIDSystemInfo").and_then(|info| match objects.get(info, b"Ordering")? {
                Object::String(ordering, _) | Object::Name(ordering) => Collection::by_ordering(ordering),
                _ => None,
            });
        let collection = ordering.or(cmap.collection).map(|collection| collection.in_font(texts));
        let mut codes = CompositeCodes {
            to_unicode: ToUnicode::load(objects, font, texts),
            collection,
            glyph_texts: GlyphTexts::default(),
            is_put_off: false,
            was_missed: AtomicBool::new(false),
            glyphs: CidGlyphs::Identity,
            widths: CidWidths::load(objects, descendant),
            glyph_widths: Vec::new(),
            symbols: symbol_fonts::table(&descriptor.name),
            blocks: std::iter::repeat_with(OnceLock::new).take(257).collect(),
            cmap,
        };
        let is_surely_needed = !codes.widths.is_stated || codes.to_unicode.is_empty() && codes.collection.is_none();
        let may_be_needed = !codes.to_unicode.is_empty() && codes.cmap.is_identity();
        if is_surely_needed || may_be_needed && programs == Programs::Read {
            codes.read_program(objects, descendant, descriptor, texts);
        } else {
            codes.is_put_off = may_be_needed;
        }
        codes
    }

    /// Whether a code was shown whose text only the program may know, which was put off.
    pub(super) fn lacks_program(&self) -> bool {
        self.was_missed.load(Ordering::Relaxed)
    }

    /// The text of a CID by the program.
    fn program_text(&self, cid: u32) -> GlyphText {
        if self.is_put_off && cid != 0 {
            self.was_missed.store(true, Ordering::Relaxed);
        }
        self.glyph_texts.text(self.glyphs.glyph(cid))
    }

    fn read_program(
        &mut self,
        objects: &Objects,
        descendant: &Dictionary,
        descriptor: &Descriptor<'_>,
        texts: &mut Texts,
    ) {
        let program = Program::load(objects, descriptor);
        self.glyphs = match objects.get(descendant, b"CIDToGIDMap") {
            Some(Object::Stream(stream)) => CidGlyphs::Bytes(objects.decode(stream).unwrap_or_default()),
            _ => program.as_ref().and_then(Program::glyphs_by_cid).map_or(CidGlyphs::Identity, CidGlyphs::Table),
        };
        if let Some(program) = program {
            self.glyph_texts = program.texts_by_glyph(texts);
            if !self.widths.is_stated {
                self.glyph_widths = program.advances();
            }
        }
        if self.glyph_texts.is_empty() && self.cmap.is_identity() && self.collection.is_none() {
            self.glyph_texts = GlyphTexts::macintosh_order(&descriptor.name, texts);
        }
    }

    /// The text of a code by the first source that has one.
    fn text(&self, code: Code, cid: Option<u32>) -> GlyphText {
        self.to_unicode
            .text(code)
            .or_else(|| self.cmap.text(code))
            .or_else(|| match (self.collection, cid) {
                (Some(collection), Some(cid)) => collection.text(cid),
                _ => GlyphText::UNKNOWN,
            })
            .or_else(|| self.symbol_text(code))
            .or_else(|| cid.map_or(GlyphText::UNKNOWN, |cid| self.program_text(cid)))
            .or_else(|| match self.to_unicode.character(code) {
                Some('\t' | '\n' | '\r') => character_text(' '),
                _ => GlyphText::UNKNOWN,
            })
            .or_else(|| self.guess(code))
    }

    /// Where neither a map, a collection nor the program says anything, the code itself is taken for the character, as
    /// all readers do: some producers write Unicode under `Identity-H`. Others write glyph indices, so it is a guess.
    fn guess(&self, code: Code) -> GlyphText {
        let is_unmapped = self.to_unicode.is_empty() && self.collection.is_none() && self.cmap.is_identity();
        char::from_u32(code.value).filter(|_| is_unmapped).map_or(GlyphText::UNKNOWN, GlyphText::guess)
    }

    /// The sign of a symbol font's private-use character.
    fn symbol_text(&self, code: Code) -> GlyphText {
        let mapped = self.symbols.zip(self.to_unicode.character(code).and_then(symbol_fonts::code_of));
        mapped.and_then(|(table, own)| table(own)).map_or(GlyphText::UNKNOWN, character_text)
    }

    fn entry(&self, code: Code) -> Entry {
        let cid = self.cmap.cid(code);
        let text = self.text(code, cid);
        let cid = cid.unwrap_or(0);
        let width = if self.is_vertical() {
            self.widths.vertical(cid)
        } else {
            let own = self.glyph_widths.get(self.glyphs.glyph(cid) as usize).copied();
            own.unwrap_or_else(|| self.widths.width(cid))
        };
        Entry { text, advance: width / 1000.0 }
    }

    /// Whether the font writes vertically.
    pub(super) fn is_vertical(&self) -> bool {
        self.cmap.is_vertical
    }

    /// Gives each code of a shown string to `sink`.
    pub(super) fn decode(&self, string: &[u8], sink: &mut impl FnMut(ShownCode)) {
        let mut rest = string;
        while let Some(code) = self.cmap.code_space.next_code(rest) {
            rest = rest.get(usize::from(code.length).max(1)..).unwrap_or_default();
            let entry = self.cached(code);
            sink(ShownCode {
                text: entry.text,
                advance: entry.advance,
                is_word_space: code.length == 1 && code.value == 32,
            });
        }
    }

    /// The entry of a code from its table; codes of more than two bytes are too rare for one.
    fn cached(&self, code: Code) -> Entry {
        let block = match code.length {
            1 => 0,
            2 => 1 + (code.value as usize >> 8),
            _ => return self.entry(code),
        };
        let Some(block) = self.blocks.get(block) else { return self.entry(code) };
        let words = block.get_or_init(|| Box::new([const { AtomicU64::new(NOT_READ) }; 256]));
        let word = &words[(code.value & 0xFF) as usize];
        match word.load(Ordering::Relaxed) {
            NOT_READ => {
                let entry = self.entry(code);
                word.store(entry.to_word(), Ordering::Relaxed);
                entry
            }
            known => Entry::of_word(known),
        }
    }
}
