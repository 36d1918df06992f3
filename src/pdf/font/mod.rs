//! Fonts as far as text needs them: character code → Unicode text and advance width.
//!
//! Source order for a code's text (ISO 32000-2 §9.10.2, corrected by practice): ToUnicode, then for simple fonts the
//! encoding's glyph names or the program's own, for composite fonts the CMap's Unicode or the program's cmap reversed.
//! Loading never fails: a broken font is one whose codes are unknown, and they are counted.

mod chinese;
mod cid_collection;
mod cmap;
mod cmap_syntax;
mod code_space;
mod composite;
mod descriptor;
mod encoding;
mod encoding_tables;
mod glyph_text;
mod name_table;
mod names;
mod program;
mod simple;
mod standard14;
mod standard14_tables;
mod symbol_fonts;
mod to_unicode;
mod type1_encoding;
mod type3;
mod widths;

#[cfg(test)]
mod tests;

pub use glyph_text::GlyphText;

use crate::pdf::objects::{Objects, as_dictionary};
use composite::CompositeCodes;
use descriptor::Descriptor;
use glyph_text::Texts;
use lopdf::{Dictionary, ObjectId};
use simple::SimpleCodes;
use type3::TextProcedures;

/// One character code of a shown string.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownCode {
    /// What it says.
    pub text: GlyphText,
    /// Horizontal displacement (vertical fonts: vertical, usually negative) in text space units for a font size of 1,
    /// i.e. the glyph-space width / 1000, or by /FontMatrix for Type 3.
    pub advance: f32,
    /// Whether word spacing (`Tw`) applies: the single-byte code 32 (§9.3.3).
    pub is_word_space: bool,
}

/// A font dictionary made ready for decoding shown strings.
#[derive(Debug)]
pub struct Font {
    /// Texts of codes that are not one character; see [`GlyphText`].
    pub strings: Vec<Box<str>>,
    /// Height above the baseline for a font size of 1 (positive).
    pub ascent: f32,
    /// Depth below the baseline for a font size of 1 (negative).
    pub descent: f32,
    /// Whether it writes vertically (WMode 1).
    pub is_vertical: bool,
    /// Whether its name, descriptor flags or weight say bold.
    pub is_bold: bool,
    /// Whether its name or descriptor flags say italic.
    pub is_italic: bool,
    /// /BaseFont without the subset prefix, lossily as text; may be empty.
    pub name: String,
    codes: Codes,
    procedures: TextProcedures,
}

/// The tables behind a font.
#[derive(Debug)]
enum Codes {
    Simple(SimpleCodes),
    Composite(Box<CompositeCodes>),
}

/// The kinds of font dictionaries, by what they hold where /Subtype is missing or wrong.
enum Kind<'a> {
    Simple,
    Type3,
    /// With the CIDFont that has the glyphs.
    Composite(&'a Dictionary),
    /// A simple font by its dictionary, but shown with two-byte Chinese codes.
    Gbk,
}

impl<'a> Kind<'a> {
    fn of(objects: &'a Objects, font: &'a Dictionary) -> Kind<'a> {
        let subtype = objects.name(font, b"Subtype").unwrap_or_default();
        let listed = objects.array(font, b"DescendantFonts").and_then(|fonts| fonts.first());
        // Some files give the descendant itself instead of an array of one.
        let descendant = match listed {
            Some(listed) => objects.resolve(listed).and_then(as_dictionary),
            None => objects.dictionary(font, b"DescendantFonts"),
        };
        match (descendant, subtype) {
            (Some(descendant), _) => Kind::Composite(descendant),
            (None, b"Type0" | b"CIDFontType0" | b"CIDFontType2") => Kind::Composite(font),
            (None, b"Type3") => Kind::Type3,
            (None, b"TrueType") if chinese::is_gbk(objects, font) => Kind::Gbk,
            (None, b"") if objects.dictionary(font, b"CharProcs").is_some() => Kind::Type3,
            _ => Kind::Simple,
        }
    }
}

/// When embedded font programs are read; decoding one takes longer than reading a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Programs {
    /// Wherever they may know more than the dictionaries.
    Read,
    /// Not where the dictionaries may say all that is shown: see [`Font::lacks_program`].
    PutOff,
}

impl Font {
    /// Makes a font ready. `dictionary` is the font dictionary (§9.5).
    pub fn load(objects: &Objects, dictionary: &Dictionary, programs: Programs) -> Font {
        let kind = Kind::of(objects, dictionary);
        let described = if let Kind::Composite(descendant) = kind { descendant } else { dictionary };
        let descriptor = Descriptor::load(objects, described);
        let own_extent = if let Kind::Type3 = kind { descriptor::type3_extent(objects, dictionary) } else { None };
        let mut texts = Texts::default();
        let mut procedures = TextProcedures::default();
        let codes = match kind {
            Kind::Simple => Codes::Simple(SimpleCodes::load(objects, dictionary, &descriptor, &mut texts)),
            Kind::Type3 => {
                let codes = SimpleCodes::load_type3(objects, dictionary, &descriptor, &mut texts, &mut procedures);
                Codes::Simple(codes)
            }
            Kind::Gbk => {
                let stand_in = chinese::gbk_font();
                let codes = CompositeCodes::load(objects, &stand_in, &stand_in, &descriptor, programs, &mut texts);
                Codes::Composite(Box::new(codes))
            }
            Kind::Composite(descendant) => {
                let codes = CompositeCodes::load(objects, dictionary, descendant, &descriptor, programs, &mut texts);
                Codes::Composite(Box::new(codes))
            }
        };
        let (ascent, descent) = own_extent.unwrap_or_else(|| descriptor.extent(objects));
        Font {
            strings: texts.into_strings(),
            ascent,
            descent,
            is_vertical: matches!(&codes, Codes::Composite(composite) if composite.is_vertical()),
            is_bold: descriptor.is_bold(objects),
            is_italic: descriptor.is_italic(objects),
            name: descriptor.name,
            codes,
            procedures,
        }
    }

    /// The glyph procedure of a code whose text is [`GlyphText::SHOWN_BY_PROCEDURE`].
    pub fn procedure(&self, code: u8) -> Option<ObjectId> {
        self.procedures.get(&code).copied()
    }

    /// Splits a shown string into codes and gives each to `sink`, in order.
    pub fn decode(&self, string: &[u8], sink: &mut impl FnMut(ShownCode)) {
        match &self.codes {
            Codes::Simple(simple) => simple.decode(string, sink),
            Codes::Composite(composite) => composite.decode(string, sink),
        }
    }

    /// Whether a code was decoded whose text only the program may know, which was put off.
    pub fn lacks_program(&self) -> bool {
        matches!(&self.codes, Codes::Composite(composite) if composite.lacks_program())
    }

    /// The text of a code's [`GlyphText`], written into `buffer` if it is a single character; empty if unknown.
    pub fn text<'a>(&'a self, text: GlyphText, buffer: &'a mut [u8; 4]) -> &'a str {
        match text.as_char() {
            Some(character) => character.encode_utf8(buffer),
            None if text.is_known() => {
                let index = text.0.checked_sub(GlyphText::STRING_BASE).map(|index| index as usize);
                index.and_then(|index| self.strings.get(index)).map_or("", |string| string)
            }
            None => "",
        }
    }
}
