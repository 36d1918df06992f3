//! A word → its folded form: case, accents, width, ligatures, presentation forms, digits.
//!
//! Folding is compatibility decomposition, lower case, removal of the marks a script can do without, and
//! recomposition (UAX #15), so canonically equal words fold alike; most letters take the same result from a table.

use super::character::is_ignorable;
use super::tables::{DIGIT_ZEROS, FOLDED_LETTERS};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// First character of [`FOLDED`].
const TABLE_START: char = '\u{80}';
/// One past the last character of [`FOLDED`]: Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic are within.
const TABLE_END: char = '\u{700}';

/// The folded form of each character of the first blocks, standing alone.
static FOLDED: LazyLock<Vec<Box<str>>> = LazyLock::new(|| {
    (TABLE_START..TABLE_END)
        .map(|character| {
            let mut folded = String::new();
            fold_by_decomposition(character.encode_utf8(&mut [0; 4]), &mut folded);
            folded.into_boxed_str()
        })
        .collect()
});

/// Appends the folded form of a word to `out`. It can be empty (a run of tatweel).
pub fn fold(word: &str, out: &mut String) {
    let start = out.len();
    let mut base = '\0';
    for character in word.chars() {
        match character {
            '\0'..TABLE_START => out.push(character.to_ascii_lowercase()),
            // Marks are dropped from Latin letters; on others it depends.
            '\u{300}'..='\u{36F}' if base < '\u{250}' => continue,
            '\u{300}'..='\u{36F}' | '\u{653}'..='\u{655}' => {
                out.truncate(start);
                return fold_by_decomposition(word, out);
            }
            TABLE_START..TABLE_END => {
                if let Some(folded) = FOLDED.get(character as usize - TABLE_START as usize) {
                    out.push_str(folded);
                }
            }
            _ if is_unchanged(character) => out.push(character),
            _ => {
                out.truncate(start);
                return fold_by_decomposition(word, out);
            }
        }
        base = character;
    }
}

/// Whether a character beyond the table is its own folded form, unless a mark follows: most of Han, kana and Hangul.
fn is_unchanged(character: char) -> bool {
    matches!(
        character,
        '\u{3041}'..='\u{3096}'
            | '\u{30A1}'..='\u{30FA}'
            | '\u{30FC}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7A3}'
    )
}

/// [`fold`] for any script.
fn fold_by_decomposition(word: &str, out: &mut String) {
    let mut base = '\0';
    let mut folded = String::with_capacity(word.len() + 8);
    for character in word.chars().filter(|&character| !is_ignorable(character)).nfkd() {
        if is_combining_mark(character) {
            if is_kept_mark(base, character) {
                folded.push(character);
            }
            continue;
        }
        for lower in character.to_lowercase() {
            if is_combining_mark(lower) {
                continue;
            }
            base = lower;
            push_letter(lower, &mut folded);
        }
    }
    out.extend(folded.nfc());
}

/// Appends a lower-case letter or digit in its folded form; drops what compatibility forms bring along, such as the
/// parentheses of `⑴`. The fraction slash stays, so that `½` is not `12`.
fn push_letter(letter: char, out: &mut String) {
    if let Ok(found) = FOLDED_LETTERS.binary_search_by_key(&letter, |entry| entry.0) {
        out.push_str(FOLDED_LETTERS[found].1);
    } else if let Some(digit) = ascii_digit(letter) {
        out.push(digit);
    } else if letter.is_alphanumeric() || letter == '\u{2044}' {
        out.push(letter);
    }
}

/// The ASCII form of a decimal digit of another script.
fn ascii_digit(character: char) -> Option<char> {
    let after = DIGIT_ZEROS.partition_point(|&zero| zero <= character);
    let zero = *DIGIT_ZEROS.get(after.checked_sub(1)?)?;
    char::from_digit(character as u32 - zero as u32, 10)
}

/// Whether a mark makes another letter of its base and has to stay. `base` is lower case and decomposed.
fn is_kept_mark(base: char, mark: char) -> bool {
    match mark {
        // й, ў and ї are letters of their own; other Cyrillic marks are stress or ё.
        '\u{306}' if matches!(base, 'и' | 'у') => return true,
        '\u{308}' if base == 'і' => return true,
        // Hebrew points and accents.
        '\u{0591}'..='\u{05C7}' => return false,
        // Hamza and madda: on alef and heh folded away, on waw and yeh letters of their own.
        '\u{0653}'..='\u{0655}' => return matches!(base, '\u{0648}' | '\u{064A}'),
        // Arabic vowel and reading marks.
        '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{0652}'
        | '\u{0656}'..='\u{065F}'
        | '\u{0670}'
        | '\u{06D6}'..='\u{06ED}'
        | '\u{08D3}'..='\u{08FF}' => return false,
        // Marks for symbols.
        '\u{20D0}'..='\u{20FF}' => return false,
        _ => {}
    }
    !matches!(
        base,
        '\0'..='\u{2FF}' // Latin, digits
            | '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' // Greek
            | '\u{400}'..='\u{52F}' | '\u{1C80}'..='\u{1C8F}' | '\u{A640}'..='\u{A69F}' // Cyrillic
            | '\u{1D00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}' // Latin
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(word: &str) -> String {
        let mut out = String::new();
        fold(word, &mut out);
        out
    }

    #[test]
    fn tables_are_sorted() {
        assert!(FOLDED_LETTERS.is_sorted_by_key(|entry| entry.0) && DIGIT_ZEROS.is_sorted());
    }

    #[test]
    fn folds_words() {
        for (word, expected) in [
            ("Café", "cafe"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("ẞ", "ss"),
            ("Søren", "soren"),
            ("Œuvre", "oeuvre"),
            ("ÆON", "aeon"),
            ("Đạt", "dat"),
            ("Łódź", "lodz"),
            ("İstanbul", "istanbul"),
            ("ısı", "isi"),
            ("ﬁnanc\u{FB03}er", "financffier"),
            ("ＦＵＬＬ１２", "full12"),
            ("CO₂", "co2"),
            ("m²", "m2"),
            ("½", "1\u{2044}2"),
            ("Ⅳ", "iv"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδός", "οδοσ"),
            ("ᾳ", "α"),
            ("Ёлка", "елка"),
            ("Русский", "русский"),
            ("Київ", "київ"),
            ("за\u{301}мок", "замок"),
            ("مُحَمَّد", "محمد"),
            ("كتــــاب", "كتاب"),
            ("أإآٱ", "اااا"),
            ("مدرسة", "مدرسه"),
            ("مسؤول", "مسؤول"),
            ("على", "علي"),
            ("کتابی", "كتابي"),
            ("\u{FEDB}\u{FE98}\u{FE8E}\u{FE8F}", "كتاب"),
            ("٢٠٢٣", "2023"),
            ("שָׁלוֹם", "שלומ".replace('מ', "ם").as_str()),
            ("हिन्दी", "हिन्दी"),
            ("क्षेत्र", "क्षेत्र"),
            ("२०२३", "2023"),
            ("한국어", "한국어"),
            ("ｶﾞｽ", "ガス"),
            ("ex\u{AD}ample", "example"),
            ("می\u{200C}خواهم", "ميخواهم"),
            ("ــ", ""),
        ] {
            assert_eq!(folded(word), expected, "{word}");
        }
    }

    #[test]
    fn canonically_equal_words_fold_alike() {
        for word in ["Café", "ÅNGSTRÖM", "Ngữ", "οδός", "Київ", "русский", "한국어", "ガス", "أحمد", "مسؤول", "ড়"]
        {
            let composed: String = word.nfc().collect();
            let decomposed: String = word.nfd().collect();
            assert_eq!(folded(&composed), folded(&decomposed), "{word}");
        }
    }

    #[test]
    fn table_agrees_with_decomposition() {
        for character in (TABLE_START..TABLE_END).chain('\u{3041}'..='\u{30FF}').chain('\u{9F00}'..='\u{AD00}') {
            let word = format!("b{character}b");
            let mut slow = String::new();
            fold_by_decomposition(&word, &mut slow);
            assert_eq!(folded(&word), slow, "{character:?} {:x}", character as u32);
        }
    }
}
