//! LZWDecode (ISO 32000-2 §7.4.4.2): variable codes of 9 to 12 bits, most significant bit first.
//!
//! Own code so that output before damage is kept and the bound holds exactly.

use super::Decoded;

const CLEAR_TABLE: usize = 256;
const END_OF_DATA: usize = 257;
const TABLE_SIZE: usize = 4096;

/// The table of sequences: each is an earlier one and a byte.
struct Table {
    prefix: [u16; TABLE_SIZE],
    last_byte: [u8; TABLE_SIZE],
    length: [u16; TABLE_SIZE],
    next: usize,
}

impl Table {
    fn new() -> Table {
        let mut table = Table {
            prefix: [0; TABLE_SIZE],
            last_byte: [0; TABLE_SIZE],
            length: [1; TABLE_SIZE],
            next: END_OF_DATA + 1,
        };
        for (byte, slot) in (0..=u8::MAX).zip(&mut table.last_byte) {
            *slot = byte;
        }
        table
    }

    /// Appends the sequence of `code`, one that is in the table, to `output`; its first byte is the answer.
    fn append(&self, code: usize, output: &mut Vec<u8>) -> u8 {
        let end = output.len() + usize::from(self.length[code]);
        let start = output.len();
        output.resize(end, 0);
        let mut current = code;
        for slot in output[start..].iter_mut().rev() {
            *slot = self.last_byte[current];
            current = usize::from(self.prefix[current]);
        }
        output[start]
    }

    /// Adds the sequence of `previous` followed by `byte`; a full table stays as it is.
    fn add(&mut self, previous: usize, byte: u8) {
        if self.next < TABLE_SIZE {
            self.prefix[self.next] = previous as u16;
            self.last_byte[self.next] = byte;
            self.length[self.next] = self.length[previous].saturating_add(1);
            self.next += 1;
        }
    }
}

/// Decodes at most `limit` bytes, up to the first impossible code. With `early_change` codes grow one entry early.
pub fn decode(input: &[u8], early_change: bool, limit: usize) -> Decoded {
    let mut table = Table::new();
    let mut output = Vec::with_capacity(input.len().saturating_mul(3).min(limit));
    let mut previous: Option<usize> = None;
    let (mut bits, mut bit_count) = (0_u32, 0_u32);
    let mut width = 9;
    let mut bytes = input.iter();
    while output.len() <= limit {
        while bit_count < width {
            let Some(byte) = bytes.next() else { return bounded(output, limit) };
            bits = bits << 8 | u32::from(*byte);
            bit_count += 8;
        }
        bit_count -= width;
        let code = (bits >> bit_count & ((1 << width) - 1)) as usize;
        if code == CLEAR_TABLE {
            table.next = END_OF_DATA + 1;
            previous = None;
            width = 9;
            continue;
        }
        if code == END_OF_DATA {
            break;
        }
        match previous {
            None if code < CLEAR_TABLE => {
                table.append(code, &mut output);
            }
            Some(before) if code < table.next => {
                let first = table.append(code, &mut output);
                table.add(before, first);
            }
            Some(before) if code == table.next && table.next < TABLE_SIZE => {
                let first = table.append(before, &mut output);
                output.push(first);
                table.add(before, first);
            }
            _ => break,
        }
        previous = Some(code);
        width = match table.next + usize::from(early_change) {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    bounded(output, limit)
}

fn bounded(mut bytes: Vec<u8>, limit: usize) -> Decoded {
    let reached_limit = bytes.len() > limit;
    bytes.truncate(limit);
    Decoded { bytes, reached_limit }
}
