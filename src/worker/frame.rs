//! Frames between a process and its worker: a tag, a length, a payload. Both are bounded before anything is allocated.

use crate::render::PICTURE_BYTES;
use std::io::{self, Read, Write};

/// Longest payload believed, in bytes: the record of a document at the limit of its text.
pub(super) const MAX_PAYLOAD: u32 = 256 << 20;
/// Bytes before the payload.
pub(super) const HEADER: usize = 5;

/// What a worker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// It is ready; the payload says how far it is confined.
    Ready = 1,
    /// It begins a page, or what comes after the last: its number from 0, four bytes.
    Page = 2,
    /// It is done; the payload is the record.
    Record = 3,
    /// The file cannot be read; the payload says why.
    Failure = 4,
    /// A page is drawn: its number, sides and shades, and its pixels.
    Picture = 5,
    /// A page cannot be drawn: its number, and why.
    Undrawn = 6,
    /// The file is open: how many pages it has, four bytes.
    Opened = 7,
}

impl Tag {
    fn of(byte: u8) -> Option<Tag> {
        let all = [Tag::Ready, Tag::Page, Tag::Record, Tag::Failure, Tag::Picture, Tag::Undrawn, Tag::Opened];
        all.into_iter().find(|tag| *tag as u8 == byte)
    }

    /// Longest payload of such a frame.
    fn limit(self) -> u32 {
        match self {
            Tag::Ready => 64,
            Tag::Page | Tag::Opened => 4,
            Tag::Record => MAX_PAYLOAD,
            Tag::Failure | Tag::Undrawn => 64 << 10,
            Tag::Picture => u32::try_from(PICTURE_BYTES).unwrap_or(u32::MAX).saturating_add(64),
        }
    }
}

/// A frame read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) tag: Tag,
    pub(super) payload: Vec<u8>,
}

/// Writes a frame.
pub(super) fn write(output: &mut impl Write, tag: Tag, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).ok().filter(|length| *length <= tag.limit());
    let length = length.ok_or_else(|| io::Error::other("too long for a frame"))?;
    let mut header = [0; HEADER];
    header[0] = tag as u8;
    header[1..].copy_from_slice(&length.to_le_bytes());
    output.write_all(&header)?;
    output.write_all(payload)
}

/// Takes frames out of bytes as they come in.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    bytes: Vec<u8>,
}

/// Bytes that are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Garbage;

impl Decoder {
    /// Adds what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether everything that was read has been taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next whole frame, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Garbage> {
        let Some((header, rest)) = self.bytes.split_first_chunk::<HEADER>() else {
            // A first byte that is no tag need not wait for more.
            return match self.bytes.first() {
                Some(byte) if Tag::of(*byte).is_none() => Err(Garbage),
                _ => Ok(None),
            };
        };
        let [tag, length @ ..] = *header;
        let tag = Tag::of(tag).ok_or(Garbage)?;
        let length = u32::from_le_bytes(length);
        if length > tag.limit() {
            return Err(Garbage);
        }
        let Some(payload) = rest.get(..length as usize) else { return Ok(None) };
        let frame = Frame { tag, payload: payload.to_vec() };
        self.bytes.drain(..HEADER + length as usize);
        Ok(Some(frame))
    }
}

/// Reads exactly `length` bytes, growing as they come: a length that lies costs nothing.
pub(super) fn read_exactly(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    const BELIEVED: u64 = 64 << 20;
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(BELIEVED)).unwrap_or(0));
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn frames_survive_any_cut(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..6), cut in 1usize..9) {
            let mut bytes = Vec::new();
            for payload in &payloads {
                write(&mut bytes, Tag::Record, payload).expect("memory");
            }
            let mut decoder = Decoder::default();
            let mut found = Vec::new();
            for piece in bytes.chunks(cut) {
                decoder.push(piece);
                while let Some(frame) = decoder.next().expect("well formed") {
                    prop_assert_eq!(frame.tag, Tag::Record);
                    found.push(frame.payload);
                }
            }
            prop_assert_eq!(found, payloads);
        }

        #[test]
        fn any_bytes_are_frames_or_garbage(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut decoder = Decoder::default();
            decoder.push(&bytes);
            while let Ok(Some(frame)) = decoder.next() {
                prop_assert!(frame.payload.len() <= bytes.len());
            }
        }
    }

    #[test]
    fn lengths_are_not_believed() {
        for bytes in [&[9][..], &[0, 0, 0, 0, 0], &[3, 255, 255, 255, 255], &[2, 5, 0, 0, 0]] {
            let mut decoder = Decoder::default();
            decoder.push(bytes);
            assert_eq!(decoder.next(), Err(Garbage), "{bytes:?}");
        }
        assert!(write(&mut Vec::new(), Tag::Page, &[0; 5]).is_err());
        assert!(read_exactly(&mut &b"abc"[..], u64::MAX).is_err());
    }
}
