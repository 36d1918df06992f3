//! JSON on one line that is safe to look at: characters that steer a terminal are escaped, the data stays the same.

use crate::export::is_control;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// A value as JSON with a line end.
pub fn to_json(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Escaping)).map_err(io::Error::from)?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((position, control)) = rest.char_indices().find(|(_, character)| is_control(*character)) {
            writer.write_all(&rest.as_bytes()[..position])?;
            let mut units = [0; 2];
            for unit in control.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[position + control.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_are_escaped() {
        let json = to_json(&"a\u{1b}[1m\u{9b}b\u{202e}é\u{e0001}").expect("a string");
        assert_eq!(json, "\"a\\u001b[1m\\u009bb\\u202eé\\udb40\\udc01\"\n");
    }

    proptest! {
        #[test]
        fn the_data_stays_the_same(text in any::<String>()) {
            let json = to_json(&text).expect("a string");
            prop_assert_eq!(serde_json::from_str::<String>(&json).expect("valid"), text);
        }
    }
}
