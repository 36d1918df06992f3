//! Accents printed over or under a letter as glyphs of their own → the accented letter, as TeX's older fonts write it.
//!
//! Where Unicode has no character for both, as for a hat over a formula's `f`, the accent is a combining mark: the letter
//! can still be searched for.

use crate::layout::fragments::project;
use crate::layout::glyph::Glyph;
use unicode_normalization::char::compose;

/// The combining mark of a spacing accent.
fn combining(text: u32) -> Option<char> {
    Some(match text {
        0x60 | 0x2CB => '\u{300}',
        0xB4 | 0x2CA => '\u{301}',
        0x5E | 0x2C6 => '\u{302}',
        0x7E | 0x2DC => '\u{303}',
        0xAF | 0x2C9 => '\u{304}',
        0x2D8 => '\u{306}',
        0x2D9 => '\u{307}',
        0xA8 => '\u{308}',
        0x2DA => '\u{30A}',
        0x2DD => '\u{30B}',
        0x2C7 => '\u{30C}',
        0xB8 => '\u{327}',
        0x2DB => '\u{328}',
        _ => return None,
    })
}

/// Whether the text is an accent that takes up space of its own.
#[inline]
pub(super) fn is_accent(text: u32) -> bool {
    (text >= 0xA8 || matches!(text, 0x5E | 0x60 | 0x7E)) && text <= 0x2DD && combining(text).is_some()
}

/// Of two glyphs the accent and the letter it stands over or under; `None` for all others.
fn accent_and_letter<'g>(direction: (f32, f32), first: &'g Glyph, second: &'g Glyph) -> Option<(&'g Glyph, &'g Glyph)> {
    let (accent, letter) = if is_accent(first.text) {
        (first, second)
    } else if is_accent(second.text) {
        (second, first)
    } else {
        return None;
    };
    char::from_u32(letter.text).filter(|character| character.is_alphabetic())?;
    let (middle, _) = project(direction, accent.x + accent.dx / 2.0, accent.y + accent.dy / 2.0);
    let (start, _) = project(direction, letter.x, letter.y);
    let (length, _) = project(direction, letter.dx, letter.dy);
    (middle > start && middle < start + length).then_some((accent, letter))
}

/// Whether one of two glyphs is an accent over or under the other.
#[inline]
pub(super) fn are_accent_and_letter(direction: (f32, f32), first: &Glyph, second: &Glyph) -> bool {
    // Asked of every two neighbours of a page, hardly any of which are accents.
    (is_accent(first.text) || is_accent(second.text)) && accent_and_letter(direction, first, second).is_some()
}

/// A letter with its accent.
pub(super) struct Accented {
    /// One character of both, or the letter alone.
    pub letter: Glyph,
    /// The accent as a combining mark where Unicode has no character for both.
    pub mark: Option<Glyph>,
}

/// What two neighbouring glyphs make, if one of them is an accent and stands over or under the other.
pub(super) fn accented(direction: (f32, f32), first: &Glyph, second: &Glyph) -> Option<Accented> {
    let (accent, letter) = accent_and_letter(direction, first, second)?;
    let mark = combining(accent.text)?;
    // An accent goes on the letter without its dot.
    let base = match letter.text {
        0x131 => 'i',
        0x237 => 'j',
        text => char::from_u32(text)?,
    };
    let with_text = |character: char| Glyph { text: u32::from(character), ..*letter };
    Some(match compose(base, mark) {
        Some(character) => Accented { letter: with_text(character), mark: None },
        None => Accented { letter: *letter, mark: Some(with_text(mark)) },
    })
}
