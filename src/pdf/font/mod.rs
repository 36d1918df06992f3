//! Fonts as far as text needs them: character code → Unicode text and advance width.
//!
//! Source order for a code's text (ISO 32000-2 §9.10.2, corrected by practice): ToUnicode, then for simple fonts the
//! encoding's glyph names or the program's own, for composite fonts the CMap's Unicode or the program's cmap reversed.
//! Loading never fails: a broken font is one whose codes are unknown, and they are counted.

use crate::pdf::objects::Objects;
use lopdf::Dictionary;

/// Text of one shown code, as an index into its font.
///
/// Below `0x11_0000` it is the `char` itself; [`GlyphText::UNKNOWN`] if the code has no known text; otherwise an index
/// into [`Font::strings`] (ligatures and other codes that stand for several characters, or none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlyphText(pub u32);

impl GlyphText {
    /// The code has no known text.
    pub const UNKNOWN: GlyphText = GlyphText(u32::MAX);
    /// Added to an index into the font's strings.
    pub const STRING_BASE: u32 = 0x0011_0000;
}

/// One character code of a shown string.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownCode {
    /// What it says.
    pub text: GlyphText,
    /// Horizontal displacement (vertical fonts: vertical, usually negative) in text space units for a font size of 1,
    /// i.e. the glyph-space width / 1000, or by /FontMatrix for Type 3.
    pub advance: f32,
    /// Vertical writing only: the position vector from the horizontal to the vertical origin, in the same unit.
    pub origin: (f32, f32),
    /// Whether word spacing (`Tw`) applies: the single-byte code 32 (§9.3.3).
    pub is_word_space: bool,
    /// The character code.
    pub code: u32,
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
    // private: tables for simple codes, CMaps and widths for composite ones
}

impl Font {
    /// Makes a font ready. `dictionary` is the font dictionary (§9.5).
    pub fn load(objects: &Objects, dictionary: &Dictionary) -> Font {
        let _ = (objects, dictionary);
        unimplemented!()
    }

    /// Splits a shown string into codes and gives each to `sink`, in order.
    pub fn decode(&self, string: &[u8], sink: &mut impl FnMut(ShownCode)) {
        let _ = (string, sink);
        unimplemented!()
    }
}
