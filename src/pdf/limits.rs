//! How much one PDF may cost. Reaching a limit is recorded (`truncated`, `limit_reached`), never a crash.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Limits on reading one file; the defaults leave real reports (p99 of 249 measured) an order of magnitude of room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest decoded stream, in bytes.
    pub stream_bytes: usize,
    /// Decoded bytes of one page's content, forms included.
    pub page_bytes: usize,
    /// Decoded bytes of the whole document.
    pub document_bytes: usize,
    /// Pages read; the rest are `truncated`.
    pub pages: u32,
    /// Streams of one page's content.
    pub page_content_parts: usize,
    /// Filters of one stream; more leave it unread.
    pub filters: usize,
    /// Content operators of one page, forms included.
    pub page_operators: u64,
    /// Content operators of the whole document; the pages after them are `truncated`.
    pub document_operators: u64,
    /// Nesting of form XObjects.
    pub form_depth: u32,
    /// Form XObjects drawn on one page.
    pub page_forms: u32,
    /// Bytes of text of one page.
    pub page_text_bytes: usize,
    /// Bytes of text of the whole document; the pages after them are `truncated`.
    pub document_text_bytes: usize,
    /// Milliseconds for the whole file, at least.
    pub base_milliseconds: u64,
    /// Further milliseconds for every MiB of the file.
    pub milliseconds_per_mebibyte: u64,
    /// Milliseconds without a page begun after which a reading process is given up.
    pub stall_milliseconds: u64,
    /// Memory that a reading process may have, in bytes.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 512 << 20,
            stream_bytes: 64 << 20,
            page_bytes: 64 << 20,
            document_bytes: 512 << 20,
            pages: 10_000,
            page_content_parts: 10_000,
            filters: 8,
            page_operators: 5_000_000,
            document_operators: 50_000_000,
            form_depth: 16,
            page_forms: 5_000,
            page_text_bytes: 2 << 20,
            document_text_bytes: 64 << 20,
            base_milliseconds: 30_000,
            milliseconds_per_mebibyte: 1_000,
            stall_milliseconds: 15_000,
            memory_bytes: 2 << 30,
        }
    }
}

impl Limits {
    /// When reading a file of this size must be over.
    pub fn deadline(&self, file_bytes: u64) -> Instant {
        Instant::now() + self.time(file_bytes)
    }

    /// How long reading a file of this size may take; never more than five minutes.
    pub fn time(&self, file_bytes: u64) -> Duration {
        let mebibytes = file_bytes >> 20;
        let milliseconds =
            self.base_milliseconds.saturating_add(self.milliseconds_per_mebibyte.saturating_mul(mebibytes));
        Duration::from_millis(milliseconds.min(300_000))
    }
}
