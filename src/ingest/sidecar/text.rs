//! The bytes of a file beside a PDF → what they say about the report, and what cannot be understood, by line.

use crate::report::Correction;
use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

/// Most problems that are told of a file.
const MOST_PROBLEMS: usize = 20;

/// What a file beside a PDF says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SidecarText {
    /// What could be understood.
    pub correction: Correction,
    /// What could not, with its line; lower case, no full stop.
    pub problems: Vec<String>,
}

/// Reads TOML with the fields of [`Correction`]. A file that is no TOML says nothing; in one that is, every field
/// stands for itself.
pub fn read_text(bytes: &[u8]) -> SidecarText {
    let only = |problem: String| SidecarText { problems: vec![problem], ..SidecarText::default() };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => return only(format!("line {}: not UTF-8", line_of(bytes, error.valid_up_to()))),
    };
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let line = line_of(text.as_bytes(), error.span().map_or(0, |span| span.start));
            return only(format!("line {line}: {}", error.message().lines().collect::<Vec<_>>().join(", ")));
        }
    };
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut object = Map::new();
    for (key, value) in table {
        lines.push((key.get_ref().to_string(), line_of(text.as_bytes(), key.span().start)));
        object.insert(key.into_inner().into_owned(), json(&value.into_inner()));
    }
    let (correction, errors) = Correction::read(&object);
    let mut problems: Vec<(usize, String)> = errors
        .into_iter()
        .map(|error| {
            let place = lines.iter().find(|(key, _)| key.starts_with(&error.field)).map_or(1, |(_, line)| *line);
            (place, format!("line {place}: {error}"))
        })
        .collect();
    problems.sort_by_key(|(line, _)| *line);
    problems.truncate(MOST_PROBLEMS);
    SidecarText { correction, problems: problems.into_iter().map(|(_, problem)| problem).collect() }
}

/// The 1-based line that a byte is on.
fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// As the same would be written in JSON; dates become text. The depth of a document is bounded by its reader.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Bool(false), Value::from)
        }
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or(Value::Bool(false), Value::Number)
        }
        DeValue::Datetime(date) => Value::String(date.date.map_or_else(|| date.to_string(), |date| date.to_string())),
        DeValue::Array(values) => Value::Array(values.iter().map(|value| json(value.get_ref())).collect()),
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            Value::Object(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Statement;

    #[test]
    fn every_field_stands_for_itself() {
        let text = "\u{feff}# ours\ntitle = \"Wells\"\nauthors = [\"Jane Roe\", 'Oh']\ndate = 2023-05-17\n\
            abstract = \"\"\"\nOne.\nTwo.\"\"\"\ntitel = \"x\"\ntags = [1]\n\
            [[added_recommendations]]\ntext = \"Dig.\"\npage = 0x1f\n";
        let SidecarText { correction, problems } = read_text(text.as_bytes());
        let expected = Correction {
            title: Some("Wells".to_owned()),
            authors: Some(vec!["Jane Roe".to_owned(), "Oh".to_owned()]),
            date: Some("2023-05-17".to_owned()),
            summary: Some("One.\nTwo.".to_owned()),
            added_recommendations: Some(vec![Statement { text: "Dig.".to_owned(), page: Some(31) }]),
            ..Correction::default()
        };
        assert_eq!(correction, expected);
        let expected = [
            "line 8: `titel` is no field of a correction; did you mean `title`?",
            "line 9: `tags` must be a list of texts",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn what_is_no_toml_says_nothing_but_where() {
        for (bytes, line) in [
            (&b"title = \"Wells\"\ndate = \n"[..], "line 2: "),
            (b"title = \"a\"\ntitle = \"b\"", "line 2: "),
            (b"tags = [\n\n\"x\n]", "line 3: "),
            (b"a\n\xff", "line 2: not UTF-8"),
        ] {
            let SidecarText { correction, problems } = read_text(bytes);
            assert!(correction.is_empty(), "{correction:?}");
            assert!(problems.len() == 1 && problems[0].starts_with(line), "{problems:?}");
        }
        assert_eq!(read_text(b"# nothing yet\n"), SidecarText::default());
        for (text, wrong) in
            [("date = 2023", false), ("date = 07:30:00", true), ("date = nan", true), ("title = 1e3", true)]
        {
            assert_eq!(!read_text(text.as_bytes()).problems.is_empty(), wrong, "{text}");
        }
        let deep = format!("tags = {}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(read_text(deep.as_bytes()).problems.len(), 1, "nested without end");
    }

    proptest::proptest! {
        #[test]
        fn a_correction_written_as_toml_reads_the_same(correction in crate::report::any_correction()) {
            let text = toml::to_string(&correction).expect("plain data");
            let read = SidecarText { correction, problems: Vec::new() };
            proptest::prop_assert_eq!(read_text(text.as_bytes()), read);
        }

        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, text in "(title|tags|=|\\[|\\]|\\{|\"|'|\n|#|[0-9]|\\PC){0,60}") {
            read_text(&bytes);
            read_text(text.as_bytes());
        }
    }
}
