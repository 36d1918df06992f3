//! What a worker is asked: how to read, the file's name and its bytes.

use crate::extract::ExtractOptions;
use crate::worker::frame::read_exactly;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// Longest head believed, in bytes: a name and a list of passwords.
const MAX_HEAD: u32 = 4 << 20;

/// Everything but the bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The file's name, for the title of a report that has none better.
    pub(super) name: String,
    /// How to read it.
    pub(super) options: ExtractOptions,
    /// Bytes of the file, which follow.
    pub(super) length: u64,
    /// Bytes of memory the worker may have.
    pub(super) memory: u64,
}

/// The head as it goes before the bytes.
pub(super) fn encode(head: &Head) -> Vec<u8> {
    // Plain data into memory.
    let body = postcard::to_stdvec(head).unwrap_or_default();
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

/// The next request; `None` when there will be no more.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<(Head, Vec<u8>)>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_HEAD {
        return Err(io::Error::other("a head that long is none"));
    }
    let head: Head = postcard::from_bytes(&read_exactly(input, u64::from(length))?).map_err(io::Error::other)?;
    let bytes = read_exactly(input, head.length)?;
    Ok(Some((head, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_survive() {
        let options = ExtractOptions {
            passwords: vec!["geheim".to_owned()],
            without_pages: vec![3, 9],
            ..ExtractOptions::default()
        };
        let head = Head { name: "é.pdf".to_owned(), options, length: 3, memory: 7 };
        let mut bytes = encode(&head);
        bytes.extend_from_slice(b"abc");
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).expect("whole"), Some((head, b"abc".to_vec())));
        assert_eq!(read(&mut input).expect("the end"), None);
        assert!(read(&mut &bytes[..bytes.len() - 1]).is_err());
        assert!(read(&mut &[255u8, 255, 255, 255][..]).is_err());
    }
}
