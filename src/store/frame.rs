//! Bytes ↔ zstd frames with checksums, with one context a thread.
//!
//! Contexts are a few hundred kilobytes and cost more to make than a small frame to code, so threads keep theirs.

use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// zstd level. On pages of reports in blocks of 32 KiB, level 3 leaves 0.354 of the text and 0.182 for places at a
/// third of the time of level 6, which leaves 0.337 and 0.177.
const LEVEL: i32 = 3;

/// Largest content of a frame that is believed, in bytes; a page's text is 2 MiB at most.
pub(super) const MAX_CONTENT: u32 = 256 << 20;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Appends the compressed `content` to `out` and returns how many bytes that took.
pub(super) fn compress(content: &[u8], out: &mut Vec<u8>) -> u32 {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = slot.get_or_insert_with(new_compressor);
        // Fails only when memory does: the buffer is made as large as zstd asks for.
        let frame = compressor.compress(content).expect("zstd compresses into a buffer of its own bound");
        out.extend_from_slice(&frame);
        frame.len() as u32
    })
}

fn new_compressor() -> Compressor<'static> {
    let mut compressor = Compressor::new(LEVEL).expect("the level is one of zstd's");
    for parameter in [CParameter::ChecksumFlag(true), CParameter::DictIdFlag(false)] {
        compressor.set_parameter(parameter).expect("a parameter every zstd has");
    }
    compressor
}

/// The content of a frame that was made from `length` bytes; `None` if it is damaged.
pub(super) fn decompress(frame: &[u8], length: u32) -> Option<Vec<u8>> {
    if length > MAX_CONTENT {
        return None;
    }
    DECOMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Decompressor::new().ok();
        }
        let content = slot.as_mut()?.decompress(frame, length as usize).ok()?;
        (content.len() == length as usize).then_some(content)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_noticed() {
        let content = "Recommendation 4: publish the data.".repeat(20);
        let mut frame = Vec::new();
        let length = compress(content.as_bytes(), &mut frame);
        assert_eq!(length as usize, frame.len());
        assert_eq!(decompress(&frame, content.len() as u32).as_deref(), Some(content.as_bytes()));
        assert_eq!(decompress(&frame, content.len() as u32 + 1), None);
        assert_eq!(decompress(&frame[..frame.len() - 1], content.len() as u32), None);
        for at in 0..frame.len() {
            let mut damaged = frame.clone();
            damaged[at] ^= 0x10;
            let read = decompress(&damaged, content.len() as u32);
            assert!(read.is_none() || read.as_deref() == Some(content.as_bytes()), "byte {at}");
        }
    }
}
