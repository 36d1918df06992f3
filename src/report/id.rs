//! The identity of a report: the hash of its bytes, so the same file is the same report wherever it lies.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// First 128 bits of the BLAKE3 hash of a file's bytes; shown, and written in JSON, as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
pub struct ReportId(pub [u8; 16]);

/// The text is not 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report id is 32 hexadecimal digits")]
pub struct ParseIdError;

impl ReportId {
    /// The id of a file with these bytes.
    pub fn of_bytes(bytes: &[u8]) -> ReportId {
        ReportId::of_hash(&blake3::hash(bytes))
    }

    /// The id of a file whose full BLAKE3 hash is known.
    pub fn of_hash(hash: &blake3::Hash) -> ReportId {
        let mut id = [0; 16];
        id.copy_from_slice(&hash.as_bytes()[..16]);
        ReportId(id)
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ReportId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<ReportId, ParseIdError> {
        let digits = text.as_bytes();
        if digits.len() != 32 {
            return Err(ParseIdError);
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16).ok_or(ParseIdError)?;
            let low = char::from(pair[1]).to_digit(16).ok_or(ParseIdError)?;
            *byte = u8::try_from(high * 16 + low).map_err(|_| ParseIdError)?;
        }
        Ok(ReportId(id))
    }
}

impl Serialize for ReportId {
    /// Hex digits in formats for people, 16 bytes in binary ones.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReportId, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            <[u8; 16]>::deserialize(deserializer).map(ReportId)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_hex_digits_and_binary_formats_the_bytes() {
        let id = ReportId([0xab; 16]);
        let json = serde_json::to_string(&id).expect("plain text");
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<ReportId>(&json).ok(), Some(id));
        let bytes = postcard::to_stdvec(&id).expect("sixteen bytes");
        assert_eq!((bytes.len(), postcard::from_bytes(&bytes)), (16, Ok(id)));
    }

    #[test]
    fn shown_and_parsed_ids_agree() {
        let id = ReportId::of_bytes(b"");
        // The published BLAKE3 test vector for the empty input.
        assert_eq!(id.to_string(), "af1349b9f5f9a1a6a0404dea36dcc949");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn anything_but_32_hex_digits_is_refused() {
        for text in ["", "af13", "zz1349b9f5f9a1a6a0404dea36dcc949", "af1349b9f5f9a1a6a0404dea36dcc94é"] {
            assert_eq!(text.parse::<ReportId>(), Err(ParseIdError), "{text}");
        }
    }
}
