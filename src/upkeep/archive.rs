//! What a backup is: a tar archive compressed with zstd, a file for each file, and at its end a list of them all with
//! their lengths and hashes, without which it is not whole.
//!
//! **Invariant:** nothing in an archive becomes a path but the few names that a data directory has, and nothing but plain
//! files is taken from it.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The list, which is the last file.
pub(super) const MANIFEST: &str = "MANIFEST.json";
/// The form of archives; one of a later form is refused.
pub(super) const FORMAT: u32 = 1;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// See [`FORMAT`].
    pub format: u32,
    /// The version of the program that made it.
    pub recto: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Reports in the catalogue.
    pub reports: u64,
    /// Every file but this list, in order.
    pub files: Vec<Listed>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Below the data directory.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 hash of its bytes, in hexadecimal digits.
    pub hash: String,
}

/// Where a file of an archive belongs below the data directory; `None` if there is no such place.
pub(super) fn place(name: &str) -> Option<PathBuf> {
    if matches!(name, "catalogue.sqlite" | "service.sqlite" | "CURRENT") {
        return Some(PathBuf::from(name));
    }
    let (folder, file) = name.split_once('/')?;
    let is_digits = |text: &str| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_right = match folder {
        "text" => file.strip_suffix(".pages").is_some_and(is_digits),
        "uploads" => file.strip_suffix(".pdf").is_some_and(is_hash),
        folder => folder.strip_prefix("gen-").is_some_and(is_digits) && is_plain(file),
    };
    is_right.then(|| Path::new(folder).join(file))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A name as the engine gives them: never a way out of its folder.
fn is_plain(file: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !file.is_empty() && file.len() <= 100 && !matches!(file, "." | "..") && file.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_a_data_directory_have_a_place() {
        let hash = "0f".repeat(32);
        for name in
            ["catalogue.sqlite", "CURRENT", "text/000001.pages", "gen-000012/.managed.json", "gen-000001/ab.idx"]
        {
            assert_eq!(place(name), Some(PathBuf::from(name)));
        }
        assert!(place(&format!("uploads/{hash}.pdf")).is_some());
        for name in [
            "",
            "/etc/passwd",
            "../catalogue.sqlite",
            "./CURRENT",
            "text/../../x.pages",
            "text/000001.pages/x",
            "uploads/../../x.pdf",
            "uploads/0f.pdf",
            "gen-000001/..",
            "gen-000001/a/b",
            "gen-1/a",
            "gen-000001/a\0b",
            "LOCK",
            "images/a.png",
            MANIFEST,
        ] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
