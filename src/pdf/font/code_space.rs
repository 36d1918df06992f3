//! Code space ranges (ISO 32000-2 §9.7.6.3): where one character code of a shown string ends and the next begins.
//!
//! In nearly all CMaps the first byte decides the length of a code; only others compare byte by byte.

use super::cmap_syntax::Code;

/// Ranges kept; real CMaps have fewer than 20.
const MAX_RANGES: usize = 256;

/// Codes of `length` bytes, each byte between those of `low` and `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    length: u8,
    low: [u8; 4],
    high: [u8; 4],
}

/// The code space of a CMap.
#[derive(Debug, Clone, Default)]
pub(super) struct CodeSpace {
    ranges: Vec<Range>,
    /// The length of codes by their first byte: 0 if no code begins with it, [`AMBIGUOUS`] if it depends on more.
    lengths: Vec<u8>,
}

/// More bytes than the first decide the length.
const AMBIGUOUS: u8 = 0xFF;

impl CodeSpace {
    /// The code space of all codes with this many bytes.
    pub(super) fn fixed(length: u8) -> CodeSpace {
        let high = if length >= 4 { u32::MAX } else { (1 << (8 * u32::from(length))) - 1 };
        CodeSpace::new(&[(length, 0, high)])
    }

    /// From `(length, low, high)`.
    pub(super) fn new(ranges: &[(u8, u32, u32)]) -> CodeSpace {
        let mut space = CodeSpace::default();
        for &(length, low, high) in ranges {
            space.push(Code { value: low, length }, Code { value: high, length });
        }
        space.finish();
        space
    }

    /// Adds a range; bounds of different lengths are no range.
    pub(super) fn push(&mut self, low: Code, high: Code) {
        if low.length != high.length || !(1..=4).contains(&low.length) || self.ranges.len() >= MAX_RANGES {
            return;
        }
        let shift = 8 * (4 - u32::from(low.length));
        let range = Range {
            length: low.length,
            low: (low.value << shift).to_be_bytes(),
            high: (high.value << shift).to_be_bytes(),
        };
        self.ranges.push(range);
    }

    /// Adds the ranges of another space.
    pub(super) fn extend(&mut self, other: &CodeSpace) {
        let room = MAX_RANGES.saturating_sub(self.ranges.len());
        self.ranges.extend(other.ranges.iter().take(room));
    }

    /// Whether it has no range.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Makes it ready for splitting; to be called after the last range was added.
    pub(super) fn finish(&mut self) {
        self.lengths = vec![0; 256];
        for range in &self.ranges {
            let bytes = usize::from(range.low[0])..=usize::from(range.high[0]);
            for length in self.lengths.get_mut(bytes).unwrap_or_default() {
                *length = if *length == 0 || *length == range.length { range.length } else { AMBIGUOUS };
            }
        }
    }

    /// The first code of a string; `None` only at its end. A code that is cut off counts by the bytes it has.
    pub(super) fn next_code(&self, string: &[u8]) -> Option<Code> {
        let first = *string.first()?;
        // Nearly all codes have two bytes.
        if let (Some(2), [_, second, ..]) = (self.lengths.get(usize::from(first)), string) {
            return Some(Code { value: u32::from(first) << 8 | u32::from(*second), length: 2 });
        }
        let length = match self.lengths.get(usize::from(first)).copied().unwrap_or(1) {
            AMBIGUOUS => self.matching_length(string),
            // No code begins so: as many bytes as the shortest code takes (§9.7.6.3).
            0 => self.ranges.iter().map(|range| range.length).min().unwrap_or(1),
            length => length,
        };
        let taken = string.len().min(usize::from(length));
        let value = string.iter().take(taken).fold(0u32, |value, &byte| value << 8 | u32::from(byte));
        Some(Code { value, length: taken as u8 })
    }

    /// The length of the shortest code that matches in full, else of the shortest that begins with the same byte.
    fn matching_length(&self, string: &[u8]) -> u8 {
        let fits = |range: &Range, count: usize| {
            let bounds = range.low.iter().zip(&range.high);
            string.len() >= count
                && string.iter().take(count).zip(bounds).all(|(byte, (low, high))| low <= byte && byte <= high)
        };
        let full =
            self.ranges.iter().filter(|range| fits(range, usize::from(range.length))).map(|range| range.length).min();
        let begun = || self.ranges.iter().filter(|range| fits(range, 1)).map(|range| range.length).min();
        full.or_else(begun).unwrap_or(1)
    }
}

/// The code space of a predefined CMap (ISO 32000-2 table 116), by its name.
pub(super) fn predefined(name: &[u8]) -> CodeSpace {
    let has = |part: &str| name.windows(part.len()).any(|window| window == part.as_bytes());
    let ranges: &[(u8, u32, u32)] = if has("UTF16") {
        &[(2, 0x0000, 0xD7FF), (4, 0xD800_DC00, 0xDBFF_DFFF), (2, 0xE000, 0xFFFF)]
    } else if has("UTF32") {
        &[(4, 0, 0x0010_FFFF)]
    } else if has("UTF8") {
        &[(1, 0, 0x7F), (2, 0xC080, 0xDFBF), (3, 0xE0_8080, 0xEF_BFBF), (4, 0xF080_8080, 0xF7BF_BFBF)]
    } else if has("RKSJ") {
        &[(1, 0x00, 0x80), (1, 0xA0, 0xDF), (1, 0xFD, 0xFF), (2, 0x8140, 0x9FFC), (2, 0xE040, 0xFCFC)]
    } else if has("CNS-EUC") {
        &[(1, 0x00, 0x80), (4, 0x8EA1_A1A1, 0x8EA7_FEFE), (2, 0xA1A1, 0xFEFE)]
    } else if has("GBK2K") {
        &[(1, 0x00, 0x7F), (4, 0x8130_8130, 0xFE39_FE39), (2, 0x8140, 0xFEFE)]
    } else if has("GBKp-EUC") || has("GBK-EUC") || has("HKscs") || has("UHC") {
        &[(1, 0x00, 0x80), (2, 0x8140, 0xFEFE), (1, 0xFF, 0xFF)]
    } else if has("GBpc-EUC") || has("B5pc") {
        &[(1, 0x00, 0x80), (2, 0xA140, 0xFCFE), (1, 0xFD, 0xFF)]
    } else if has("KSCpc-EUC") {
        &[(1, 0x00, 0x84), (2, 0xA141, 0xFDFE), (1, 0xFE, 0xFF)]
    } else if has("-B5") {
        &[(1, 0x00, 0x80), (2, 0xA140, 0xFEFE)]
    } else if name == b"EUC-H" || name == b"EUC-V" {
        &[(1, 0x00, 0x80), (2, 0x8EA0, 0x8EDF), (2, 0xA1A1, 0xFEFE)]
    } else if has("EUC") {
        &[(1, 0x00, 0x80), (2, 0xA1A1, 0xFEFE)]
    } else {
        // Identity, UCS-2 and the row-cell encodings H and V.
        &[(2, 0x0000, 0xFFFF)]
    };
    CodeSpace::new(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(space: &CodeSpace, mut string: &[u8]) -> Vec<(u32, u8)> {
        let mut codes = Vec::new();
        while let Some(code) = space.next_code(string) {
            codes.push((code.value, code.length));
            string = &string[usize::from(code.length)..];
        }
        codes
    }

    #[test]
    fn strings_are_split_by_the_code_space() {
        type Split = &'static [(u32, u8)];
        let cases: [(&[u8], &[u8], Split); 7] = [
            (b"Identity-H", b"\x00A\x01\x02", &[(0x41, 2), (0x102, 2)]),
            (b"Identity-H", b"\x00A\x01", &[(0x41, 2), (1, 1)]),
            (b"90ms-RKSJ-H", b"A\x81\x40\xB1", &[(0x41, 1), (0x8140, 2), (0xB1, 1)]),
            (b"GBK2K-V", b"A\x81\x30\x81\x30\x81\x40", &[(0x41, 1), (0x8130_8130, 4), (0x8140, 2)]),
            (b"UniJIS-UTF16-H", b"\x00A\xD8\x3D\xDE\x00", &[(0x41, 2), (0xD83D_DE00, 4)]),
            (b"KSCms-UHC-H", b"\x81\x41\x20", &[(0x8141, 2), (0x20, 1)]),
            (b"CNS-EUC-H", b"\x8E\xA2\xA1\xA1\xA1\xA1", &[(0x8EA2_A1A1, 4), (0xA1A1, 2)]),
        ];
        for (name, string, expected) in cases {
            assert_eq!(split(&predefined(name), string), expected, "{}", String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn bytes_outside_any_range_advance() {
        let space = CodeSpace::new(&[(2, 0x8140, 0x9FFC)]);
        assert_eq!(split(&space, b"abc"), [(0x6162, 2), (0x63, 1)]);
        let mut empty = CodeSpace::default();
        empty.finish();
        assert_eq!(split(&empty, b"ab"), [(0x61, 1), (0x62, 1)]);
    }
}
