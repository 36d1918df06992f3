//! RunLengthDecode (ISO 32000-2 §7.4.5).

use super::Decoded;

/// Decodes at most `limit` bytes, up to the end mark 128 or the end of the data.
pub fn decode(input: &[u8], limit: usize) -> Decoded {
    let mut bytes = Vec::with_capacity(input.len().saturating_mul(2).min(limit));
    let mut rest = input;
    while let Some((&length, after)) = rest.split_first() {
        match length {
            0..=127 => {
                let count = (usize::from(length) + 1).min(after.len());
                bytes.extend_from_slice(&after[..count]);
                rest = &after[count..];
            }
            128 => break,
            129.. => {
                let Some((&byte, after)) = after.split_first() else { break };
                bytes.resize(bytes.len() + 257 - usize::from(length), byte);
                rest = after;
            }
        }
        if bytes.len() > limit {
            break;
        }
    }
    let reached_limit = bytes.len() > limit;
    bytes.truncate(limit);
    Decoded { bytes, reached_limit }
}
