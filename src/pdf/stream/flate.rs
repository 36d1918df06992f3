//! FlateDecode (ISO 32000-2 §7.4.4): deflate data, inflated straight into the output buffer.
//!
//! The checksum after the data is never looked at: it costs time, and damaged or cut streams still hold text worth
//! having.

use super::Decoded;
use flate2::{Decompress, FlushDecompress, Status};
use std::cell::RefCell;

/// Room reserved at first for every byte of input; content streams grow three to six times.
const EXPECTED_GROWTH: usize = 4;

thread_local! {
    /// Making an inflater's window and tables ready costs as much as inflating a short stream, so that threads keep one.
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// Inflates at most `limit` bytes, keeping what precedes any damage.
pub fn decode(input: &[u8], limit: usize) -> Decoded {
    let data = skip_line_end(input);
    if has_zlib_header(data) {
        return inflate(&data[2..], limit);
    }
    // A damaged header, or none at all.
    let without_header = inflate(data, limit);
    let after_header = inflate(data.get(2..).unwrap_or_default(), limit);
    if after_header.bytes.len() > without_header.bytes.len() { after_header } else { without_header }
}

/// Leaves out a line end that belongs to the keyword `stream` but was counted into the data.
fn skip_line_end(input: &[u8]) -> &[u8] {
    let start = input.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let rest = &input[start..];
    if has_zlib_header(rest) { rest } else { input }
}

/// Whether the data starts with a zlib header (RFC 1950 §2.2) without a preset dictionary.
fn has_zlib_header(data: &[u8]) -> bool {
    match data {
        [method, flags, ..] => {
            method & 0x0f == 8 && flags & 0x20 == 0 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31)
        }
        _ => false,
    }
}

/// Inflates raw deflate data.
fn inflate(data: &[u8], limit: usize) -> Decoded {
    INFLATER.with_borrow_mut(|inflater| {
        inflater.reset(false);
        inflate_with(inflater, data, limit)
    })
}

fn inflate_with(decompress: &mut Decompress, data: &[u8], limit: usize) -> Decoded {
    // One byte beyond the limit tells a stream that fits from one that does not.
    let most = limit.saturating_add(1);
    let mut bytes = Vec::with_capacity(data.len().saturating_mul(EXPECTED_GROWTH).clamp(1 << 10, 16 << 20).min(most));
    loop {
        let consumed = usize::try_from(decompress.total_in()).unwrap_or(usize::MAX);
        let rest = data.get(consumed..).unwrap_or_default();
        let before = (decompress.total_in(), bytes.len());
        let status = decompress.decompress_vec(rest, &mut bytes, FlushDecompress::Finish);
        let has_stalled = (decompress.total_in(), bytes.len()) == before && bytes.len() < bytes.capacity();
        if bytes.len() >= most || !matches!(status, Ok(Status::Ok | Status::BufError)) || has_stalled {
            break;
        }
        if bytes.len() == bytes.capacity() {
            bytes.reserve_exact(bytes.len().clamp(1, most - bytes.len()));
        }
    }
    let reached_limit = bytes.len() > limit;
    bytes.truncate(limit);
    Decoded { bytes, reached_limit }
}
