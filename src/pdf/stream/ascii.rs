//! ASCIIHexDecode and ASCII85Decode (ISO 32000-2 §7.4.2, §7.4.3), tolerant of stray bytes and a missing end mark.

use super::Decoded;

/// Pairs of hexadecimal digits up to `>`; a last odd digit counts as if a zero followed.
pub fn decode_hex(input: &[u8], limit: usize) -> Decoded {
    let mut bytes = Vec::with_capacity((input.len() / 2 + 1).min(limit));
    let mut high = None;
    for byte in input {
        if *byte == b'>' {
            break;
        }
        let Some(digit) = char::from(*byte).to_digit(16) else { continue };
        let digit = digit as u8;
        match high.take() {
            None => high = Some(digit),
            Some(_) if bytes.len() >= limit => return Decoded { bytes, reached_limit: true },
            Some(high) => bytes.push(high << 4 | digit),
        }
    }
    if let Some(high) = high
        && bytes.len() < limit
    {
        bytes.push(high << 4);
    }
    Decoded { bytes, reached_limit: false }
}

/// Groups of five digits in base 85 up to `~`; bytes that are no digit are passed over.
pub fn decode_85(input: &[u8], limit: usize) -> Decoded {
    let input = input.trim_ascii_start();
    let input = input.strip_prefix(b"<~").unwrap_or(input);
    let mut bytes = Vec::with_capacity((input.len() / 5 * 4 + 4).min(limit));
    let mut group = [0_u8; 5];
    let mut filled = 0;
    for byte in input {
        match *byte {
            b'~' => break,
            b'z' if filled == 0 => bytes.extend_from_slice(&[0; 4]),
            digit @ b'!'..=b'u' => {
                group[filled] = digit - b'!';
                filled += 1;
                if filled == 5 {
                    bytes.extend_from_slice(&group_value(group));
                    filled = 0;
                }
            }
            _ => {}
        }
        if bytes.len() > limit {
            break;
        }
    }
    // n digits, at least two, stand for n - 1 bytes; missing digits count as the highest.
    if filled > 1 {
        group[filled..].fill(84);
        bytes.extend_from_slice(&group_value(group)[..filled - 1]);
    }
    let reached_limit = bytes.len() > limit;
    bytes.truncate(limit);
    Decoded { bytes, reached_limit }
}

/// The four bytes five digits stand for; values past 2³² wrap, as other readers do.
fn group_value(digits: [u8; 5]) -> [u8; 4] {
    digits.iter().fold(0_u32, |value, digit| value.wrapping_mul(85).wrapping_add(u32::from(*digit))).to_be_bytes()
}
