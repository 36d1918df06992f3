//! Lists read from files: further paths for an ingest, and passwords.
//!
//! Secrets come from files only: arguments can be seen by every user of the machine.

use crate::cli::error::CommandError;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The paths in a file, or in standard input if it is `-`: one a line, or ended by NUL if there is a NUL in it.
pub fn read_paths(list: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let bytes = if list.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(list)
    };
    Ok(split_paths(&bytes.map_err(CommandError::file("read", list))?))
}

fn split_paths(bytes: &[u8]) -> Vec<PathBuf> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    bytes
        .split(|byte| *byte == separator)
        .map(|path| if separator == 0 { path } else { path.strip_suffix(b"\r").unwrap_or(path) })
        .filter(|path| !path.is_empty())
        .map(path_of_bytes)
        .collect()
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The passwords in a file, one a line; spaces belong to them.
pub fn read_passwords(file: &Path) -> Result<Vec<String>, CommandError> {
    let text = std::fs::read_to_string(file).map_err(CommandError::file("read", file))?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_lines_or_at_nul() {
        let cases: [(&[u8], &[&str]); 4] = [
            (b"a.pdf\nb c.pdf\r\n\nd.pdf", &["a.pdf", "b c.pdf", "d.pdf"]),
            (b"a.pdf\0with\nline.pdf\0", &["a.pdf", "with\nline.pdf"]),
            (b"", &[]),
            (b" spaced ", &[" spaced "]),
        ];
        for (bytes, expected) in cases {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(split_paths(bytes), expected);
        }
    }
}
