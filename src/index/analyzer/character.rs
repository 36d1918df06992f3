//! Classes of characters: what begins, continues, joins or parts words.
//!
//! Decided by range where a script needs it and by the Unicode properties otherwise, so that no table of all of
//! Unicode is kept here.

use std::sync::LazyLock;
use unicode_normalization::char::is_combining_mark;

/// What a character does to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Parts words.
    Separator,
    /// A letter or digit of a script that parts words by spaces.
    Letter,
    /// A character of a script without spaces between words.
    Unspaced,
    /// Belongs to the character before it.
    Mark,
    /// Within a word it is not there: soft hyphen, joiners, direction marks.
    Ignorable,
    /// An apostrophe.
    Apostrophe,
    /// A hyphen.
    Hyphen,
}

/// The class of each character before [`TABLE_END`]: the properties take a search each, and these scripts are frequent.
static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| ('\0'..TABLE_END).map(class_by_properties).collect());

/// One past the last character of [`CLASSES`], after the scripts of Europe, the Near East and India.
const TABLE_END: char = '\u{1000}';

/// The class of a character.
pub(super) fn class(character: char) -> Class {
    match character {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Class::Letter,
        '\0'..TABLE_END => CLASSES.get(character as usize).copied().unwrap_or(Class::Separator),
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' => Class::Unspaced,
        '\u{AC00}'..='\u{D7A3}' => Class::Letter,
        _ => class_by_properties(character),
    }
}

/// [`class`] without the table.
fn class_by_properties(character: char) -> Class {
    match character {
        '-' | '\u{2010}' | '\u{2011}' | '\u{FF0D}' => Class::Hyphen,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02BB}' | '\u{02BC}' | '\u{FF07}' => Class::Apostrophe,
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Class::Letter,
        '\0'..='\u{7F}' => Class::Separator,
        '\u{C0}'..='\u{24F}' if !matches!(character, '×' | '÷') => Class::Letter,
        _ if is_ignorable(character) => Class::Ignorable,
        _ if is_unspaced(character) => {
            if is_combining_mark(character) || matches!(character, '\u{FF9E}' | '\u{FF9F}') {
                Class::Mark
            } else {
                Class::Unspaced
            }
        }
        _ if is_combining_mark(character) => Class::Mark,
        _ if character.is_alphanumeric() => Class::Letter,
        _ => Class::Separator,
    }
}

/// Whether a character within a word counts as not there. Zero width space is no such: it parts words.
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{180B}'..='\u{180E}'
            | '\u{200C}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Whether a character belongs to a script written without spaces between words (its digits do not).
fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{0E01}'..='\u{0E3A}' | '\u{0E40}'..='\u{0E4E}' // Thai
            | '\u{0E81}'..='\u{0ECE}' | '\u{0EDC}'..='\u{0EDF}' // Lao
            | '\u{1000}'..='\u{103F}' | '\u{1050}'..='\u{108F}' | '\u{109A}'..='\u{109D}' // Myanmar
            | '\u{A9E0}'..='\u{A9EF}' | '\u{A9FA}'..='\u{A9FE}' | '\u{AA60}'..='\u{AA76}' | '\u{AA7A}'..='\u{AA7F}'
            | '\u{1780}'..='\u{17D3}' | '\u{17DC}'..='\u{17DD}' // Khmer
            | '\u{2E80}'..='\u{2E99}' | '\u{2E9B}'..='\u{2EF3}' | '\u{2F00}'..='\u{2FD5}' // radicals
            | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{302F}' | '\u{3038}'..='\u{303B}'
            | '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309A}' | '\u{309D}'..='\u{309F}' // hiragana
            | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' // katakana
            | '\u{FF66}'..='\u{FF9F}' | '\u{1B000}'..='\u{1B16F}'
            | '\u{3105}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' // bopomofo
            | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' // Han
            | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}'
    )
}

/// Whether a character is a digit printed raised, as note marks are.
pub(super) fn is_raised_digit(character: char) -> bool {
    matches!(character, '¹' | '²' | '³' | '\u{2070}' | '\u{2074}'..='\u{2079}')
}

/// Whether a byte is an ASCII letter or digit.
#[inline]
pub(super) fn is_ascii_word(byte: u8) -> bool {
    ASCII_WORD[byte as usize]
}

/// [`is_ascii_word`] for each byte.
static ASCII_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};
