//! Numbers in LEB128.

/// Reads them one after the other; 0 past the end.
pub(super) struct Numbers<'b> {
    bytes: &'b [u8],
}

impl<'b> Numbers<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Numbers<'b> {
        Numbers { bytes }
    }

    pub(super) fn next(&mut self) -> u64 {
        let (mut number, mut shift) = (0u64, 0u32);
        while let Some((byte, rest)) = self.bytes.split_first() {
            self.bytes = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }
}

/// Appends a number.
pub(super) fn write(mut number: u64, output: &mut Vec<u8>) {
    while number >= 0x80 {
        output.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    output.push(number as u8);
}
