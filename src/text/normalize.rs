//! Printed words → Unicode text: composed, without presentation forms, control and direction characters.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A word as page text holds it. Borrowed where nothing changes, which is nearly always.
pub fn word(printed: &str) -> Cow<'_, str> {
    if printed.is_ascii() {
        return Cow::Borrowed(printed);
    }
    let is_plain = !printed.chars().any(|character| is_unwanted(character) || is_presentation_form(character));
    if is_plain && is_nfc_quick(printed.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(printed);
    }
    let mut expanded = String::with_capacity(printed.len());
    for character in printed.chars().filter(|character| !is_unwanted(*character)) {
        if is_presentation_form(character) {
            // The compatibility decomposition, but of these forms only: superscripts and fractions stay as printed.
            expanded.extend(std::iter::once(character).nfkc());
        } else {
            expanded.push(character);
        }
    }
    Cow::Owned(expanded.nfc().collect())
}

/// Ligatures and contextual shapes that are one glyph but not one letter.
fn is_presentation_form(character: char) -> bool {
    matches!(character, '\u{FB00}'..='\u{FB4F}' | '\u{FB50}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Characters that say nothing: controls, soft hyphens, direction marks, byte order marks, unassigned private ones.
fn is_unwanted(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
                | '\u{FFFD}'
                | '\u{E000}'..='\u{F8FF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_composed_and_cleaned() {
        let cases = [
            ("plain", "plain"),
            ("cafe\u{301}", "café"),
            ("\u{FB01}nance", "finance"),
            ("CO\u{2082}", "CO\u{2082}"),
            ("so\u{AD}ft", "soft"),
            ("\u{202E}txt", "txt"),
            ("\u{FE8D}\u{FEDF}", "\u{627}\u{644}"),
            ("\u{FFFD}\u{E001}", ""),
        ];
        for (printed, expected) in cases {
            assert_eq!(word(printed), expected);
        }
    }
}
