//! Names of indexes, which become part of paths.

use crate::quickwit::QuickwitError;
use std::fmt;
use std::str::FromStr;

/// The name of an index: a letter, then letters, digits, `-` and `_`; 3 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexName(String);

impl FromStr for IndexName {
    type Err = QuickwitError;

    fn from_str(text: &str) -> Result<IndexName, QuickwitError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_name = (3..=255).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(is_plain);
        if is_name {
            Ok(IndexName(text.to_owned()))
        } else {
            Err(QuickwitError::Name(text.escape_default().to_string()))
        }
    }
}

impl fmt::Display for IndexName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_one_part_of_a_path() {
        for name in ["pages-g7", "abc", "a_B-9"] {
            assert_eq!(name.parse::<IndexName>().expect(name).to_string(), name);
        }
        for name in ["", "ab", "7pages", "pages/../other", "pages?x", "pages*", "a,b", "päges", "-ab"] {
            assert!(name.parse::<IndexName>().is_err(), "{name}");
        }
    }
}
