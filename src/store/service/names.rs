//! What an account may be called: something that people can read, say and type, and that shows as what it is.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a name: fewest and most.
pub const NAME_LENGTH: [usize; 2] = [3, 32];

/// Characters beside letters and digits that may stand within a name.
const JOINERS: &str = " .-_'’";

/// Names that promise more than whoever takes them has.
const RESERVED: [&str; 16] = [
    "admin",
    "administrator",
    "anonymous",
    "api",
    "deleted",
    "editor",
    "everyone",
    "library",
    "moderator",
    "nobody",
    "reader",
    "recto",
    "root",
    "staff",
    "support",
    "system",
];

/// Alphabets with letters that look alike; a name keeps to one of them.
const ALPHABETS: [(char, char); 6] = [
    ('A', '\u{24F}'),
    ('\u{1E00}', '\u{1EFF}'),
    ('\u{370}', '\u{3FF}'),
    ('\u{400}', '\u{52F}'),
    ('\u{530}', '\u{58F}'),
    ('\u{13A0}', '\u{13FF}'),
];

/// Why a name cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Too short or too long.
    #[error("a name is {} to {} characters long", NAME_LENGTH[0], NAME_LENGTH[1])]
    Length,
    /// A character that is not for names.
    #[error(
        "a name is made of letters and digits; within it may stand single spaces, dots, hyphens, underscores, apostrophes"
    )]
    Character,
    /// Letters that look alike from several alphabets.
    #[error("a name is written in one alphabet")]
    Alphabets,
}

/// A name as it is kept: composed (NFC), without spaces around it.
pub fn account_name(text: &str) -> Result<String, NameError> {
    let name: String = text.trim().nfc().collect();
    let length = name.chars().count();
    if length < NAME_LENGTH[0] || length > NAME_LENGTH[1] {
        return Err(NameError::Length);
    }
    let mut before = None;
    for character in name.chars() {
        let is_letter = character.is_alphanumeric() || (before.is_some() && is_combining_mark(character));
        let joins = JOINERS.contains(character) && before.is_some_and(|before: char| !JOINERS.contains(before));
        if !is_letter && !joins {
            return Err(NameError::Character);
        }
        before = Some(character);
    }
    if before.is_some_and(|last| JOINERS.contains(last) && last != '.') {
        return Err(NameError::Character);
    }
    let mut alphabets = name.chars().filter(|character| character.is_alphabetic()).filter_map(alphabet);
    let first = alphabets.next();
    if alphabets.any(|other| Some(other) != first) {
        return Err(NameError::Alphabets);
    }
    Ok(name)
}

/// Which of the alphabets with letters that look alike; both ranges of Latin are one.
fn alphabet(character: char) -> Option<usize> {
    let place = ALPHABETS.iter().position(|(first, last)| (*first..=*last).contains(&character))?;
    Some(if place == 1 { 0 } else { place })
}

/// A name as it is compared: without regard to capitals and compatibility forms.
pub fn folded_name(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// Whether a name is not for everybody to take.
pub fn is_reserved(name: &str) -> bool {
    let folded = folded_name(name);
    let bare: String = folded.chars().filter(|character| character.is_alphanumeric()).collect();
    RESERVED.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_show_as_what_they_are() {
        for (text, wanted) in [
            ("Ada", Ok("Ada")),
            ("  Zoe\u{308} ", Ok("Zoë")),
            ("Jean-Luc O'Neill Jr.", Ok("Jean-Luc O'Neill Jr.")),
            ("山田 Taro", Ok("山田 Taro")),
            ("हिन्दी", Ok("हिन्दी")),
            ("Мария", Ok("Мария")),
            ("Ab", Err(NameError::Length)),
            ("", Err(NameError::Length)),
            ("a\u{308}b", Err(NameError::Length)),
            ("Аdmin with а", Err(NameError::Alphabets)),
            ("Ada\u{202E}nimda", Err(NameError::Character)),
            ("Ada\u{2066}x", Err(NameError::Character)),
            ("Ada\u{200B}x", Err(NameError::Character)),
            ("Ada\u{200D}x", Err(NameError::Character)),
            ("Ada\u{FEFF}x", Err(NameError::Character)),
            ("Ada\0x", Err(NameError::Character)),
            ("Ada\nx", Err(NameError::Character)),
            ("Ada\u{A0}x", Err(NameError::Character)),
            ("Ada  x", Err(NameError::Character)),
            ("Ada <b>", Err(NameError::Character)),
            (".Ada", Err(NameError::Character)),
            ("Ada-", Err(NameError::Character)),
            ("\u{301}Ada", Err(NameError::Character)),
            ("Ada💡x", Err(NameError::Character)),
        ] {
            assert_eq!(account_name(text), wanted.map(str::to_owned), "{text:?}");
        }
        assert_eq!(account_name(&"é".repeat(32)).map(|name| name.chars().count()), Ok(32));
        assert_eq!(account_name(&"é".repeat(33)), Err(NameError::Length));
    }

    #[test]
    fn what_promises_more_is_reserved_in_every_form() {
        for name in ["admin", "Admin", "ad-min", "\u{FF21}dmin", "R.O.O.T"] {
            assert!(is_reserved(name), "{name}");
        }
        assert!(!is_reserved("Ada") && !is_reserved("administrator of nothing"));
    }
}
