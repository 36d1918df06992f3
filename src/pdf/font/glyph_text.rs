//! What a code says: one character in place, several by an index, or unknown.
//!
//! All text passes through [`Texts`] on its way into a font, so the rules for what may leave a font live here alone:
//! ligatures as plain letters, printed hyphens and spaces as such, no controls, no private-use characters.

use std::collections::HashMap;

/// Text of one shown code, as an index into its font.
///
/// Below `0x11_0000` it is the `char` itself; [`GlyphText::UNKNOWN`] if the code has no known text; from
/// [`GlyphText::GUESS_BASE`] a guess; otherwise an index into [`Font::strings`](super::Font::strings) (ligatures and
/// other codes that stand for several characters, or none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlyphText(pub u32);

impl GlyphText {
    /// The code has no known text.
    pub const UNKNOWN: GlyphText = GlyphText(u32::MAX);
    /// Nothing is known of the code's text but that its Type 3 glyph procedure shows some in another font.
    pub const SHOWN_BY_PROCEDURE: GlyphText = GlyphText(u32::MAX - 1);
    /// Added to an index into the font's strings.
    pub const STRING_BASE: u32 = 0x0011_0000;

    /// Added to a character that is only taken for the code's text because nothing better is known of it.
    pub const GUESS_BASE: u32 = 0x4000_0000;

    /// The character as a guess.
    pub(super) fn guess(character: char) -> GlyphText {
        match character_text(character).as_char() {
            Some(plain) => GlyphText(GlyphText::GUESS_BASE + plain as u32),
            None => GlyphText::UNKNOWN,
        }
    }

    /// The character, if it is only a guess.
    pub fn as_guess(self) -> Option<char> {
        char::from_u32(self.0.checked_sub(GlyphText::GUESS_BASE)?)
    }

    /// Whether the code has text (which may be empty).
    pub fn is_known(self) -> bool {
        self != GlyphText::UNKNOWN
    }

    /// This text, or another where this one is unknown.
    pub(super) fn or_else(self, other: impl FnOnce() -> GlyphText) -> GlyphText {
        if self.is_known() { self } else { other() }
    }

    /// The single character it stands for, if it is one.
    pub fn as_char(self) -> Option<char> {
        char::from_u32(self.0)
    }
}

/// Bytes of strings one font may hold; a CMap of the permitted size could otherwise multiply its own.
const MAX_STRING_BYTES: usize = 1 << 20;

/// The strings of a font while it is being loaded, each kept once. The first are always those of [`FIXED_STRINGS`],
/// so that the text of any character is known without the font at hand.
#[derive(Debug)]
pub(super) struct Texts {
    strings: Vec<Box<str>>,
    known: HashMap<Box<str>, u32>,
    bytes: usize,
}

/// The letters of the ligatures U+FB00–U+FB04, then of U+FB05 and U+FB06, then nothing.
const FIXED_STRINGS: [&str; 7] = ["ff", "fi", "fl", "ffi", "ffl", "st", ""];

impl Default for Texts {
    fn default() -> Texts {
        let mut texts = Texts { strings: Vec::new(), known: HashMap::new(), bytes: 0 };
        for text in FIXED_STRINGS {
            texts.literal(text);
        }
        texts
    }
}

/// The text of one character; unknown if it may not leave a font.
pub(super) fn character_text(character: char) -> GlyphText {
    match (plain_character(character), ligature(character)) {
        (Some(plain), _) => GlyphText(plain as u32),
        (None, Some(index)) => GlyphText(GlyphText::STRING_BASE + index),
        (None, None) => GlyphText::UNKNOWN,
    }
}

/// The first index that is not of [`FIXED_STRINGS`].
pub(super) const FIRST_OWN_STRING: u32 = GlyphText::STRING_BASE + FIXED_STRINGS.len() as u32;

/// The text of a code that is known to say nothing.
pub(super) const NOTHING: GlyphText = GlyphText(FIRST_OWN_STRING - 1);

impl Texts {
    /// The text of several characters; unknown if nothing of it may leave a font.
    pub(super) fn string(&mut self, text: &str) -> GlyphText {
        let mut plain = String::with_capacity(text.len());
        for character in text.chars() {
            match (plain_character(character), ligature(character)) {
                // White space within parts words; how much of it there is says nothing.
                (Some(' '), _) if plain.ends_with(' ') => {}
                (Some(kept), _) => plain.push(kept),
                (None, Some(index)) => plain.push_str(FIXED_STRINGS[index as usize]),
                (None, None) => {}
            }
        }
        let mut kept = plain.chars();
        match (kept.next(), kept.next()) {
            (None, _) => GlyphText::UNKNOWN,
            (Some(only), None) => GlyphText(only as u32),
            _ => self.literal(&plain),
        }
    }

    /// Adds strings that stay together, as their index and order mean something; gives the index of the first.
    pub(super) fn append(&mut self, strings: &[Box<str>]) -> u32 {
        let base = self.strings.len() as u32;
        self.strings.extend_from_slice(strings);
        base
    }

    /// The index of a string kept as it is.
    fn literal(&mut self, text: &str) -> GlyphText {
        if let Some(&index) = self.known.get(text) {
            return GlyphText(index);
        }
        if self.bytes.saturating_add(text.len()) > MAX_STRING_BYTES {
            return GlyphText::UNKNOWN;
        }
        let index = GlyphText::STRING_BASE + self.strings.len() as u32;
        self.bytes += text.len();
        self.strings.push(text.into());
        self.known.insert(text.into(), index);
        GlyphText(index)
    }

    /// The strings, in the order of their indices.
    pub(super) fn into_strings(self) -> Vec<Box<str>> {
        self.strings
    }
}

/// The character as a page says it: a soft hyphen that is shown is a hyphen, a space of any width is a space, Adobe's
/// private-use variants are the characters they vary. `None` for what says nothing, or nothing known.
pub(super) fn plain_character(character: char) -> Option<char> {
    match character {
        '\u{20}'..='\u{7E}' => Some(character),
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => Some(' '),
        '\u{AD}' => Some('-'),
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FB00}'..='\u{FB06}' => None,
        '\u{FEFF}' | '\u{FFFC}'..='\u{FFFF}' | '\u{FDD0}'..='\u{FDEF}' => None,
        '\u{E000}'..='\u{F8FF}' => adobe_private_use(character),
        '\u{F0000}'.. => None,
        _ => Some(character),
    }
}

/// The index in [`FIXED_STRINGS`] of a Latin presentation ligature (U+FB00–U+FB06).
fn ligature(character: char) -> Option<u32> {
    match character {
        '\u{FB00}'..='\u{FB05}' => Some(character as u32 - 0xFB00),
        '\u{FB06}' => Some(5),
        _ => None,
    }
}

/// The plain character of one in Adobe's corporate use area: old-style figures, small capitals, sans and serif signs.
fn adobe_private_use(character: char) -> Option<char> {
    let code = character as u32;
    let plain = match code {
        0xF6BE => 0x237,
        0xF6C9 => 0xB4,
        0xF6CA => 0x2C7,
        0xF6CB => 0xA8,
        0xF6CE => 0x60,
        0xF6CF => 0x2DD,
        0xF6D0 => 0xAF,
        0xF6D9 | 0xF8E9 => 0xA9,
        0xF6DA | 0xF8E8 => 0xAE,
        0xF6DB | 0xF8EA => 0x2122,
        0xF6DC => 0x31,
        0xF6DE => 0x2014,
        0xF6DF | 0xF7A2 => 0xA2,
        0xF6E3 | 0xF6E4 | 0xF724 => 0x24,
        0xF6E5 | 0xF6E6 => 0x2D,
        0xF6E7 | 0xF6E8 => 0x2E,
        0xF6E1 | 0xF6E2 => 0x2C,
        0xF721 | 0xF726 | 0xF730..=0xF739 | 0xF73F => code - 0xF700,
        0xF761..=0xF77A => code - 0xF720,
        0xF7A1 | 0xF7BF => code - 0xF700,
        0xF7E0..=0xF7F6 | 0xF7F8..=0xF7FE => code - 0xF720,
        0xF7FF => 0x178,
        0xF8E5 => 0x203E,
        0xF8E6 => 0x23D0,
        0xF8E7 => 0x23AF,
        0xF8EB..=0xF8EF => 0x239B + code - 0xF8EB,
        0xF8F0..=0xF8FE => 0x23A0 + code - 0xF8F0,
        _ => return None,
    };
    char::from_u32(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(texts: &Texts, text: GlyphText) -> Option<String> {
        if text == GlyphText::UNKNOWN {
            return None;
        }
        match text.as_char() {
            Some(character) => Some(character.to_string()),
            None => Some(texts.strings[(text.0 - GlyphText::STRING_BASE) as usize].to_string()),
        }
    }

    #[test]
    fn characters_leave_in_plain_form() {
        let cases = [
            ('A', Some("A")),
            ('\u{A0}', Some(" ")),
            ('\u{3000}', Some(" ")),
            ('\u{AD}', Some("-")),
            ('\u{FB01}', Some("fi")),
            ('\u{FB06}', Some("st")),
            ('\u{FE8D}', Some("\u{FE8D}")),
            ('\u{0}', None),
            ('\u{9}', None),
            ('\u{85}', None),
            ('\u{FFFD}', None),
            ('\u{E000}', None),
            ('\u{F731}', Some("1")),
            ('\u{F761}', Some("A")),
            ('\u{F7E9}', Some("É")),
            ('\u{10FFFD}', None),
            ('😀', Some("😀")),
        ];
        let texts = Texts::default();
        for (character, expected) in cases {
            let text = character_text(character);
            assert_eq!(said(&texts, text).as_deref(), expected, "{character:?}");
        }
    }

    #[test]
    fn strings_are_kept_once_and_cleaned() {
        let mut texts = Texts::default();
        assert_eq!(texts.string("\u{FB00}i"), character_text('\u{FB03}'));
        let first = texts.string("fj");
        assert_eq!(texts.string("f\0j"), first);
        assert_eq!(texts.string("A\0"), GlyphText('A' as u32));
        assert_eq!(texts.string("\0\u{FFFD}"), GlyphText::UNKNOWN);
        assert_eq!(texts.string(""), GlyphText::UNKNOWN);
        assert_eq!(said(&texts, first).as_deref(), Some("fj"));
        assert_eq!(said(&texts, NOTHING).as_deref(), Some(""));
        assert_eq!(texts.string(" \u{A0}"), GlyphText(' ' as u32));
        assert_eq!(texts.into_strings().len(), FIXED_STRINGS.len() + 1);
    }
}
