//! Bytes → a loaded document with at least one page: a ladder of repairs, each tried only when the one before failed.
//!
//! lopdf reads an ordinary file in one go; everything below its first rung is for files that other readers open too.

use super::OpenError;
use super::encryption;
use super::page_tree::{self, Pages};
use super::salvage::salvage;
use crate::pdf::Limits;
use crate::pdf::object_streams::{PackedObjects, keep_packed};
use crate::report::Reason;
use lopdf::encryption::DecryptionError;
use lopdf::xref::XrefRecovery;
use lopdf::{Document, Error, FilterFunc, LoadOptions, Object};
use memchr::memmem;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where readers look for the header (ISO 32000-2 annex I.2).
const HEADER_WITHIN: usize = 1024;
/// Put before bytes that have no header; the objects are found by scanning then, so that offsets do not matter.
const HEADER: &[u8] = b"%PDF-1.7\n";
/// Largest object stream or cross-reference stream, decoded.
const MAX_OBJECT_STREAM: usize = 64 << 20;
/// All object streams together, decoded; shared out evenly, but each may have at least the next number.
const MAX_OBJECT_STREAMS: usize = 512 << 20;
const MIN_OBJECT_STREAM: usize = 1 << 20;

/// A loaded document.
pub struct Loaded {
    /// The objects that are parsed.
    pub document: Document,
    /// Those that are not yet.
    pub packed: PackedObjects,
}

/// Loads the document and walks its page tree.
pub fn load(bytes: &[u8], limits: &Limits, passwords: &[String]) -> Result<(Loaded, Pages), OpenError> {
    if bytes.is_empty() {
        return Err(error(Reason::Empty, "the file has no bytes"));
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.file_bytes {
        return Err(error(Reason::TooLarge, format!("{} bytes, the limit is {}", bytes.len(), limits.file_bytes)));
    }
    let Some(bytes) = with_header(bytes) else {
        return Err(error(Reason::NotAPdf, "no PDF header and no PDF objects"));
    };
    let was_headerless = matches!(bytes, Cow::Owned(_));
    let ladder = Ladder { bytes: &bytes, limits, passwords };
    match ladder.climb(was_headerless) {
        Err(failure) if was_headerless && failure.reason == Reason::Damaged => {
            Err(OpenError { reason: Reason::NotAPdf, ..failure })
        }
        result => result,
    }
}

fn error(reason: Reason, detail: impl Into<String>) -> OpenError {
    OpenError { reason, detail: detail.into() }
}

/// The bytes from the header on; with a header put before them if they have none but hold something like objects.
fn with_header(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let head = &bytes[..bytes.len().min(HEADER_WITHIN)];
    if let Some(start) = memmem::find(head, b"%PDF-") {
        return Some(Cow::Borrowed(&bytes[start..]));
    }
    let holds_objects = memmem::find(bytes, b"obj").is_some();
    holds_objects.then(|| Cow::Owned([HEADER, bytes].concat()))
}

/// The rungs share these.
struct Ladder<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    passwords: &'a [String],
}

impl Ladder<'_> {
    /// Loads as written, then by scanning for objects; `scan_only` where offsets are known to be wrong.
    fn climb(&self, scan_only: bool) -> Result<(Loaded, Pages), OpenError> {
        let packed = || catch_unwind(AssertUnwindSafe(|| self.load_packed())).unwrap_or(None);
        if !scan_only && let Some(sound) = packed() {
            return Ok(sound);
        }
        let first = self.load_decrypted(self.bytes, scan_only).and_then(|document| self.with_pages(document));
        let may_scan = |failure: &Failure| !scan_only && !failure.is_rebuilt && failure.error.reason == Reason::Damaged;
        match first {
            Err(failure) if may_scan(&failure) => self
                .load_decrypted(self.bytes, true)
                .and_then(|document| self.with_pages(document))
                // What was wrong with the file as written tells more.
                .map_err(|second| if second.error.reason == Reason::Damaged { failure.error } else { second.error }),
            result => result.map_err(|failure| failure.error),
        }
    }

    /// Loads a sound document, leaving its object streams packed and its pictures out. Whatever is out of the ordinary
    /// is left to the rungs below: this one only saves time and memory.
    fn load_packed(&self) -> Option<(Loaded, Pages)> {
        if memmem::find(self.bytes, b"/Encrypt").is_some() {
            return None;
        }
        let mut document = load_filtered(self.bytes, None, false, Some(keep_packed)).ok()?;
        // A length may stand in an object stream; the loader would look there after unpacking.
        salvage(&mut document, self.bytes);
        let lacks_length = |object: &Object| {
            matches!(object, Object::Stream(stream) if stream.content.is_empty() && stream.start_position.is_some()
                && matches!(stream.dict.get(b"Length"), Ok(Object::Reference(_))))
        };
        if document.xref_recovery.is_some() || document.objects.values().any(lacks_length) {
            return None;
        }
        let packed = PackedObjects::take_from(&mut document, object_stream_limit(self.bytes))?;
        let pages = page_tree::walk_packed(&mut document, &packed, self.limits.pages)?;
        Some((Loaded { document, packed }, pages))
    }

    fn with_pages(&self, mut document: Document) -> Result<(Loaded, Pages), Failure> {
        salvage(&mut document, self.bytes);
        let pages = page_tree::walk(&mut document, self.limits.pages);
        if pages.pages.is_empty() {
            let is_rebuilt = document.xref_recovery == Some(XrefRecovery::Reconstructed);
            let detail = format!("no page among {} objects", document.objects.len());
            return Err(Failure { error: error(Reason::Damaged, detail), is_rebuilt });
        }
        Ok((Loaded { document, packed: PackedObjects::default() }, pages))
    }

    /// Loads and decrypts. An encrypted document that stayed shut still has /Encrypt in its trailer and no objects.
    fn load_decrypted(&self, bytes: &[u8], scan: bool) -> Result<Document, Failure> {
        let locked = load_once(bytes, None, scan)?;
        if !locked.trailer.has(b"Encrypt") {
            let direct = locked.encryption_state.as_ref().and_then(|_| encryption::with_direct_filters(bytes));
            let reopened = direct.and_then(|bytes| load_once(&bytes, None, scan).ok());
            return Ok(reopened.filter(|document| !document.trailer.has(b"Encrypt")).unwrap_or(locked));
        }
        if encryption::dictionary(&locked).is_none() {
            return Err(error(Reason::Damaged, "the encryption dictionary cannot be read").into());
        }
        let Some(repaired) = encryption::repaired(bytes, &locked) else { return self.unlock(bytes, &locked, scan) };
        let locked = load_once(&repaired, None, scan)?;
        if locked.trailer.has(b"Encrypt") { self.unlock(&repaired, &locked, scan) } else { Ok(locked) }
    }

    /// Tries the passwords; checking one is cheap, so the file is loaded again only for the one that fits.
    fn unlock(&self, bytes: &[u8], locked: &Document, scan: bool) -> Result<Document, Failure> {
        if !encryption::is_by_password(locked) {
            return Err(error(Reason::UnsupportedEncryption, "its encryption is not by password").into());
        }
        for password in self.passwords {
            match locked.authenticate_password(password) {
                Ok(()) => return load_once(bytes, Some(password.clone()), scan),
                Err(cause) if is_unsupported(&cause) => return Err(failure_of(&cause)),
                Err(_) => {}
            }
        }
        match locked.authenticate_password("") {
            Err(cause) if is_unsupported(&cause) => Err(failure_of(&cause)),
            _ => Err(error(Reason::NeedsPassword, "neither the empty password nor one given opens it").into()),
        }
    }
}

/// Why a rung did not hold.
pub(super) struct Failure {
    error: OpenError,
    /// The objects were found by scanning already: doing so again would find no more.
    is_rebuilt: bool,
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure { error, is_rebuilt: false }
    }
}

/// One load by lopdf; a panic in it counts as damage.
pub(super) fn load_once(bytes: &[u8], password: Option<String>, scan: bool) -> Result<Document, Failure> {
    load_filtered(bytes, password, scan, None)
}

fn load_filtered(
    bytes: &[u8],
    password: Option<String>,
    scan: bool,
    filter: Option<FilterFunc>,
) -> Result<Document, Failure> {
    let options = LoadOptions {
        password,
        filter,
        strict: false,
        max_decompressed_size: Some(object_stream_limit(bytes)),
        force_reconstruct: scan,
    };
    match catch_unwind(AssertUnwindSafe(|| Document::load_mem_with_options(bytes, options))) {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(cause)) => Err(failure_of(&cause)),
        Err(_) => Err(error(Reason::Damaged, "the object reader gave up on it").into()),
    }
}

/// lopdf bounds each stream alone, so that a small file of many could still fill the memory.
fn object_stream_limit(bytes: &[u8]) -> usize {
    let count = memmem::find_iter(bytes, b"/ObjStm").count();
    (MAX_OBJECT_STREAMS / count.max(1)).clamp(MIN_OBJECT_STREAM, MAX_OBJECT_STREAM)
}

fn failure_of(cause: &Error) -> Failure {
    let reason = match cause {
        Error::InvalidPassword => Reason::NeedsPassword,
        Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => Reason::LimitReached,
        cause if is_unsupported(cause) => Reason::UnsupportedEncryption,
        _ => Reason::Damaged,
    };
    error(reason, cause.to_string()).into()
}

/// Whether the document is encrypted in a way that no password helps against.
fn is_unsupported(cause: &Error) -> bool {
    match cause {
        Error::UnsupportedSecurityHandler(_) => true,
        Error::Decryption(cause) => matches!(
            cause,
            DecryptionError::UnsupportedEncryption
                | DecryptionError::UnsupportedVersion
                | DecryptionError::UnsupportedRevision
                | DecryptionError::InvalidVersion
                | DecryptionError::InvalidRevision
        ),
        _ => false,
    }
}
