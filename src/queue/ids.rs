//! The names of leases and revisions: 128 random bits, chosen by who asks, so that a question can be asked again.

use crate::queue::QueueError;
use std::fmt;
use std::str::FromStr;

/// Digits of a name.
const DIGITS: usize = 32;

/// The name of a lease: who knows it holds the files.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(String);

/// The name of one attempt at a report, which every page that it sends carries: 32 lower-case hexadecimal digits, so it
/// needs no quoting in any engine's query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(String);

impl Token {
    /// A new one.
    pub fn random() -> Result<Token, QueueError> {
        random().map(Token)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RevisionId {
    /// A new one.
    pub fn random() -> Result<RevisionId, QueueError> {
        random().map(RevisionId)
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn random() -> Result<String, QueueError> {
    let mut bytes = [0; DIGITS / 2];
    getrandom::fill(&mut bytes).map_err(QueueError::Random)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn parse(text: &str) -> Result<String, QueueError> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() == DIGITS && text.bytes().all(is_digit) {
        Ok(text.to_owned())
    } else {
        Err(QueueError::Damaged(format!("`{}` is no name", text.escape_default())))
    }
}

impl FromStr for Token {
    type Err = QueueError;

    fn from_str(text: &str) -> Result<Token, QueueError> {
        parse(text).map(Token)
    }
}

impl FromStr for RevisionId {
    type Err = QueueError;

    fn from_str(text: &str) -> Result<RevisionId, QueueError> {
        parse(text).map(RevisionId)
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_digits_and_nothing_else() {
        let id = RevisionId::random().expect("random bytes");
        assert_eq!(id.as_str().parse::<RevisionId>().expect("its own digits"), id);
        assert_ne!(RevisionId::random().expect("random bytes"), id);
        for other in [
            "",
            "0123",
            "] OR rev:* [0123456789abcdef0123",
            "0123456789ABCDEF0123456789ABCDEF",
            "０123456789abcdef0123456789abc",
        ] {
            assert!(other.parse::<RevisionId>().is_err(), "{other}");
            assert!(other.parse::<Token>().is_err(), "{other}");
        }
    }
}
