//! Whole numbers in as few bytes as they need: LEB128, and zigzag for signed ones.
//!
//! Deltas of coordinates and spans are small, so most take one byte, which zstd then codes in a few bits.

/// Bytes of the longest number.
const LONGEST: usize = 5;

/// Appends `value`, seven bits a byte, low bits first.
pub(super) fn put(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed value: 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …
pub(super) fn put_signed(out: &mut Vec<u8>, value: i32) {
    put(out, ((value << 1) ^ (value >> 31)).cast_unsigned());
}

/// Takes numbers from the front of a byte slice; `None` at its end and for more bytes than a number can have.
#[derive(Debug, Clone)]
pub(super) struct Numbers<'b> {
    bytes: &'b [u8],
}

impl<'b> Numbers<'b> {
    /// Reads from the start of `bytes`.
    pub(super) fn new(bytes: &'b [u8]) -> Numbers<'b> {
        Numbers { bytes }
    }

    /// The next number.
    pub(super) fn next(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in (0..LONGEST).map(|byte| 7 * byte) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// The next number, as a length or index.
    pub(super) fn next_length(&mut self) -> Option<usize> {
        self.next().map(|value| value as usize)
    }

    /// The next signed number.
    pub(super) fn next_signed(&mut self) -> Option<i32> {
        self.next().map(|value| (value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// How many numbers there are; `None` if the rest cannot be read to its end.
    pub(super) fn count(&self) -> Option<usize> {
        let (mut count, mut length) = (0, 0);
        for byte in self.bytes {
            length += 1;
            if *byte < 0x80 {
                (count, length) = (count + 1, 0);
            } else if length == LONGEST {
                return None;
            }
        }
        (length == 0).then_some(count)
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_numbers_take_one_byte() {
        for value in [-64, -1, 0, 1, 63] {
            let mut bytes = Vec::new();
            put_signed(&mut bytes, value);
            assert_eq!(bytes.len(), 1, "{value}");
        }
    }

    #[test]
    fn endless_numbers_are_refused() {
        assert_eq!(Numbers::new(&[0xff; 8]).next(), None);
        assert_eq!(Numbers::new(&[0x80]).next(), None);
        assert_eq!(Numbers::new(&[]).next(), None);
    }

    proptest! {
        #[test]
        fn what_was_put_is_read(unsigned in any::<Vec<u32>>(), signed in any::<Vec<i32>>()) {
            let mut bytes = Vec::new();
            unsigned.iter().for_each(|value| put(&mut bytes, *value));
            signed.iter().for_each(|value| put_signed(&mut bytes, *value));
            let mut numbers = Numbers::new(&bytes);
            for value in unsigned {
                prop_assert_eq!(numbers.next(), Some(value));
            }
            for value in signed {
                prop_assert_eq!(numbers.next_signed(), Some(value));
            }
            prop_assert!(numbers.rest().is_empty());
        }
    }
}
