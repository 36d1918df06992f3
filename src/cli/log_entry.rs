//! Log entries made harmless and short: texts from files and requests steer no terminal, forge no entry and fill no disk.

use crate::export::is_control;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write;

/// Longest entry, in bytes.
const MOST_BYTES: usize = 8 << 10;
/// Longest value of one field of a text entry, in bytes.
const MOST_FIELD_BYTES: usize = 2 << 10;
/// To what the texts of an entry that is too long are cut, in bytes: the first that is short enough.
const CUTS: [usize; 4] = [1 << 10, 256, 64, 16];
/// Stands for what was cut.
const CUT: char = '…';

/// A field's value, its controls escaped, cut if it is long.
pub fn field(value: &str) -> Cow<'_, str> {
    let value = cut(value, MOST_FIELD_BYTES);
    if value.chars().any(is_control) { Cow::Owned(escaped(&value)) } else { value }
}

/// An entry of text, cut if it is long. Its fields have been through [`field`].
pub fn text(entry: &str) -> Cow<'_, str> {
    if entry.len() <= MOST_BYTES {
        return Cow::Borrowed(entry);
    }
    // With the mark and the end of the line it is still short enough.
    Cow::Owned(format!("{}\n", cut(entry, MOST_BYTES - 8)))
}

/// An entry of JSON: controls that JSON itself does not escape are, and its texts are cut until it is short enough.
pub fn json(entry: &str) -> Cow<'_, str> {
    let line = entry.trim_end();
    if entry.len() <= MOST_BYTES && !line.chars().any(is_control) {
        return Cow::Borrowed(entry);
    }
    // All controls below the first of those beyond ASCII but DEL are escaped already, wherever they stood.
    let mut line = escaped(line);
    for most in CUTS {
        if line.len() < MOST_BYTES {
            break;
        }
        let Ok(mut value) = serde_json::from_str::<Value>(&line) else { break };
        shorten(&mut value, most);
        line = escaped(&value.to_string());
    }
    if line.len() >= MOST_BYTES {
        line = r#"{"level":"WARN","message":"an entry was too long to be logged"}"#.to_owned();
    }
    Cow::Owned(format!("{line}\n"))
}

/// Controls as `\u202e`: an escape that both people and JSON know.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_control(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = text.floor_char_boundary(most);
    Cow::Owned(format!("{}{CUT}", text.get(..end).unwrap_or_default()))
}

fn shorten(value: &mut Value, most: usize) {
    match value {
        Value::String(text) => *text = cut(text, most).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| shorten(value, most)),
        Value::Object(fields) => fields.values_mut().for_each(|value| shorten(value, most)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[31mb\nERROR forged\u{9b}\u{202e}\u{7f}\u{e0001}é";

    #[test]
    fn no_control_reaches_an_entry() {
        let shown = field(HOSTILE);
        assert_eq!(shown, "a\\u001b[31mb\\u000aERROR forged\\u009b\\u202e\\u007f\\udb40\\udc01é");
        let entry = format!("{}\n", serde_json::json!({ "path": HOSTILE, "message": "request" }));
        let line = json(&entry);
        assert!(line.ends_with("}\n") && !line.trim_end().chars().any(is_control), "{line}");
        let value: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["path"], HOSTILE);
        assert_eq!(json("{\"message\":\"é\"}\n"), "{\"message\":\"é\"}\n");
    }

    #[test]
    fn entries_are_short_and_json_stays_json() {
        let long = "ü\u{202e}".repeat(40_000);
        assert!(field(&long).len() <= 2 * MOST_FIELD_BYTES);
        let entry = text(&long);
        assert!(entry.len() <= MOST_BYTES && entry.ends_with("…\n"));
        for fields in [1, 3, 100] {
            let fields: serde_json::Map<_, _> = (0..fields).map(|n| (format!("f{n}"), long.clone().into())).collect();
            let line = json(&format!("{}\n", Value::Object(fields))).into_owned();
            assert!(line.len() <= MOST_BYTES && line.ends_with('\n'), "{}", line.len());
            let value: Value = serde_json::from_str(&line).expect("JSON");
            assert!(value["f0"].as_str().is_some_and(|text| text.starts_with('ü')) || value["message"].is_string());
        }
    }
}
