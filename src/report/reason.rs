//! Why a file failed, or was read only in part: the codes for programs, and what people are told.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a file failed, or was read only in part. The codes are stable: scripts and the catalogue keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file is encrypted and neither the empty password nor one given opens it.
    NeedsPassword,
    /// Encrypted by a handler or algorithm that is not supported.
    UnsupportedEncryption,
    /// No PDF header, and nothing in it reads as one.
    NotAPdf,
    /// A PDF whose objects or page tree cannot be recovered.
    Damaged,
    /// The file has no bytes.
    Empty,
    /// Larger than the file size limit.
    TooLarge,
    /// Reading passed its deadline.
    Timeout,
    /// A limit on pages, decoded bytes, operators or text was reached.
    LimitReached,
    /// The operating system would not give the bytes (permission, vanished, I/O).
    Unreadable,
    /// The file changed while it was read.
    Changed,
    /// The reader failed on it: a defect of the program, contained.
    Crashed,
    /// Reading it needed more memory than a file may have.
    OutOfMemory,
    /// What was read of it is damaged on the library's own disk.
    TextLost,
    /// The system gave no process to read it, or somebody ended the one that did.
    Killed,
    /// Pages have something on them but no text, and nothing was there to recognise it.
    OcrMissing,
    /// Pages have something on them but no text, and recognising it failed.
    OcrFailed,
    /// Somebody had the report removed from the library.
    Withdrawn,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 17] = [
        Reason::NeedsPassword,
        Reason::UnsupportedEncryption,
        Reason::NotAPdf,
        Reason::Damaged,
        Reason::Empty,
        Reason::TooLarge,
        Reason::Timeout,
        Reason::LimitReached,
        Reason::Unreadable,
        Reason::Changed,
        Reason::Crashed,
        Reason::OutOfMemory,
        Reason::TextLost,
        Reason::Killed,
        Reason::OcrMissing,
        Reason::OcrFailed,
        Reason::Withdrawn,
    ];

    /// The stable code used in JSON, the catalogue and on the terminal.
    pub const fn code(self) -> &'static str {
        match self {
            Reason::NeedsPassword => "needs_password",
            Reason::UnsupportedEncryption => "unsupported_encryption",
            Reason::NotAPdf => "not_a_pdf",
            Reason::Damaged => "damaged",
            Reason::Empty => "empty",
            Reason::TooLarge => "too_large",
            Reason::Timeout => "timeout",
            Reason::LimitReached => "limit_reached",
            Reason::Unreadable => "unreadable",
            Reason::Changed => "changed",
            Reason::Crashed => "crashed",
            Reason::OutOfMemory => "out_of_memory",
            Reason::TextLost => "text_lost",
            Reason::Killed => "killed",
            Reason::OcrMissing => "ocr_missing",
            Reason::OcrFailed => "ocr_failed",
            Reason::Withdrawn => "withdrawn",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The same for people: what is the matter with the file, to stand alone or behind its name; without full stop.
    pub fn label(self) -> &'static str {
        match self {
            Reason::NeedsPassword => "Protected by a password",
            Reason::UnsupportedEncryption => "Encrypted in a way that cannot be opened",
            Reason::NotAPdf => "Not a PDF",
            Reason::Damaged => "Too damaged to be read",
            Reason::Empty => "Nothing in it",
            Reason::TooLarge => "Larger than the limit for a file",
            Reason::Timeout => "Takes longer to read than a file may",
            Reason::LimitReached => "More in it than the limits allow",
            Reason::Unreadable => "Cannot be opened on the disk",
            Reason::Changed => "Changed while it was read",
            Reason::Crashed => "The reader failed on it",
            Reason::OutOfMemory => "Needs more memory than a file may",
            Reason::TextLost => "Its stored text was damaged",
            Reason::Killed => "The system ended its reading",
            Reason::OcrMissing => "Scanned pages, and nothing to recognise their text with",
            Reason::OcrFailed => "The text of its scanned pages could not be recognised",
            Reason::Withdrawn => "Removed from the library by an administrator",
        }
    }

    /// What the person who owns the file can do about it, as a short imperative sentence without full stop.
    pub fn advice(self) -> &'static str {
        match self {
            Reason::NeedsPassword => "save a copy without it, or give its password in a file with --password-file",
            Reason::UnsupportedEncryption => "save a copy that is not encrypted",
            Reason::NotAPdf => "check that it really is a PDF",
            Reason::Damaged => "open and save it again with a PDF program, or fetch a fresh copy",
            Reason::Empty => "fetch it again: the file has no bytes",
            Reason::TooLarge => "raise the file size limit in the configuration, or split it",
            Reason::Timeout => "raise the time limit in the configuration, or split it",
            Reason::LimitReached => "raise the limits in the configuration to read the rest",
            Reason::Unreadable => "check its permissions and that the disk is there",
            Reason::Changed => "ingest it again once it is no longer being written",
            Reason::Crashed => "report it to Recto's developers with the file, if you may share it",
            Reason::OutOfMemory => "split it, or save it again with a PDF program",
            Reason::TextLost => "ingest it again; its stored text was damaged on the library's disk",
            Reason::Killed => "ingest it again; if that does not help, use fewer --jobs or more memory",
            Reason::OcrMissing => "install tesseract-ocr and ingest it again to read its scanned pages",
            Reason::OcrFailed => "look into the log, then try its scanned pages again with retry --reason ocr_failed",
            Reason::Withdrawn => "leave it, or bring it back with `recto retry --reason withdrawn`",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_agree_with_json_and_labels_are_for_people() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
            assert_eq!(serde_json::to_string(&reason).expect("plain enum"), format!("\"{reason}\""));
            let label = reason.label();
            assert!(label.starts_with(char::is_uppercase) && !label.ends_with('.') && !label.contains('_'), "{label}");
            assert!(!reason.advice().is_empty() && !reason.advice().ends_with('.'), "{reason}");
        }
        let labels: BTreeSet<_> = Reason::ALL.map(Reason::label).into();
        assert_eq!(labels.len(), Reason::ALL.len(), "two reasons look the same");
    }
}
