//! A file on its way: hashed while it is written beside those that are kept, so that nothing of it is held in memory
//! and nothing of it is seen before it is whole.

use crate::report::ReportId;
use crate::serve::problem::{Code, Problem};
use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use tokio::io::AsyncWriteExt;

/// Where the mark of a PDF must begin at the latest.
const MARK_WITHIN: usize = 1_024;
/// How a PDF begins.
const MARK: &[u8] = b"%PDF-";

/// A file on its way: removed unless it is kept.
pub struct Incoming {
    /// Where it is written.
    pub path: PathBuf,
    /// Of what came so far.
    pub hash: blake3::Hash,
    /// Bytes that came so far.
    pub size: u64,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what was left of an upload could not be removed");
            }
            _ => {}
        }
    }
}

impl Incoming {
    /// A name for it beside the files that are kept.
    pub async fn new(directory: &Path) -> Result<Incoming, Problem> {
        tokio::fs::create_dir_all(directory).await.map_err(|error| disk(&error))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            Problem::internal()
        })?;
        let path = directory.join(format!(".part-{}", ReportId(random)));
        Ok(Incoming { path, hash: blake3::hash(b""), size: 0 })
    }

    /// Writes what comes, as long as it comes and is within the limit, and syncs it.
    pub async fn take(
        mut self,
        chunks: impl Stream<Item = Result<Bytes, Problem>>,
        limit: u64,
    ) -> Result<Incoming, Problem> {
        let mut chunks = pin!(chunks);
        let mut file = tokio::fs::File::create_new(&self.path).await.map_err(|error| disk(&error))?;
        let mut hasher = blake3::Hasher::new();
        let mut head: Vec<u8> = Vec::new();
        let mut is_pdf = false;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            self.size += chunk.len() as u64;
            if self.size > limit {
                return Err(too_large(limit));
            }
            if !is_pdf {
                head.extend(chunk.iter().take((MARK_WITHIN + MARK.len()).saturating_sub(head.len())));
                is_pdf = has_mark(&head);
                if !is_pdf && head.len() >= MARK_WITHIN + MARK.len() {
                    return Err(not_a_pdf());
                }
            }
            hasher.update(&chunk);
            file.write_all(&chunk).await.map_err(|error| disk(&error))?;
        }
        if !is_pdf {
            return Err(not_a_pdf());
        }
        file.flush().await.map_err(|error| disk(&error))?;
        file.sync_all().await.map_err(|error| disk(&error))?;
        self.hash = hasher.finalize();
        Ok(self)
    }
}

fn not_a_pdf() -> Problem {
    Problem::new(Code::NotAPdf, "`%PDF-` does not stand within its first 1,024 bytes")
}

/// Whether these first bytes hold the mark of a PDF, beginning early enough.
fn has_mark(head: &[u8]) -> bool {
    head.windows(MARK.len()).take(MARK_WITHIN).any(|window| window == MARK)
}

/// What a disk that fails means for the client.
pub fn disk(error: &io::Error) -> Problem {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::error!(%error, "there is no room for an upload");
        return Problem::new(Code::StorageFull, "the disk is full; nothing of the upload was kept");
    }
    tracing::error!(%error, "an upload could not be written");
    Problem::internal()
}

/// More came than may.
pub fn too_large(limit: u64) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("at most {limit} bytes are accepted"))
}

/// It ended before it was whole.
pub fn cut_short() -> Problem {
    Problem::new(Code::MalformedUpload, "the body ended early or is malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_must_begin_within_a_kilobyte() {
        for (before, wanted) in [(0, true), (1_023, true), (1_024, false)] {
            let mut head = vec![b' '; before];
            head.extend(b"%PDF-1.7");
            assert_eq!(has_mark(&head), wanted, "{before}");
        }
        assert!(!has_mark(b"%PDF"));
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        for (kind, code) in [
            (io::ErrorKind::StorageFull, Code::StorageFull),
            (io::ErrorKind::QuotaExceeded, Code::StorageFull),
            (io::ErrorKind::PermissionDenied, Code::Internal),
        ] {
            assert_eq!(disk(&kind.into()).code, code);
        }
    }
}
