//! Accents printed over or under a letter as glyphs of their own → the accented letter, as TeX's older fonts write it.
//!
//! Only where both make one character of Unicode: `¨` over `u` is `ü`, a hat over a formula's `f` stays a hat.

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
pub(super) fn is_accent(text: u32) -> bool {
    (text >= 0xA8 || matches!(text, 0x5E | 0x60 | 0x7E)) && text <= 0x2DD && combining(text).is_some()
}

/// The one letter that two neighbouring glyphs make, if one of them is an accent and stands over or under the other.
pub(super) fn composed(direction: (f32, f32), first: &Glyph, second: &Glyph) -> Option<Glyph> {
    let (accent, letter) = if is_accent(first.text) {
        (first, second)
    } else if is_accent(second.text) {
        (second, first)
    } else {
        return None;
    };
    // An accent goes on the letter without its dot.
    let base = match letter.text {
        0x131 => 'i',
        0x237 => 'j',
        text => char::from_u32(text).filter(|character| character.is_alphabetic())?,
    };
    let character = compose(base, combining(accent.text)?)?;
    let (middle, _) = project(direction, accent.x + accent.dx / 2.0, accent.y + accent.dy / 2.0);
    let (start, _) = project(direction, letter.x, letter.y);
    let (length, _) = project(direction, letter.dx, letter.dy);
    (middle > start && middle < start + length).then_some(Glyph { text: u32::from(character), ..*letter })
}
