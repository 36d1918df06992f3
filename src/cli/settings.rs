//! Settings as a tree of values: its leaves, the keys that do not belong, the nearest that do, and TOML.
//!
//! The tree of the defaults is the list of known keys, so a new setting is known as soon as it has a default.

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

/// One setting from one place, to be laid over weaker ones.
#[derive(Debug, Clone)]
pub struct Layer {
    origin: String,
    values: Dict,
}

impl Layer {
    /// `origin` is shown to people; `key` is dotted.
    pub fn new(origin: String, key: &str, value: Value) -> Layer {
        let values = figment::util::nest(key, value).into_dict().unwrap_or_default();
        Layer { origin, values }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// Every value that is not a section, with its dotted key, by key.
pub fn leaves(tree: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    collect(tree, "", &mut |key, value| {
        if value.as_dict().is_none() {
            found.push((key, value));
        }
    });
    found
}

/// Calls `visit` with every section and value below `tree`.
fn collect<'v>(tree: &'v Value, prefix: &str, visit: &mut impl FnMut(String, &'v Value)) {
    let Some(entries) = tree.as_dict() else { return };
    for (name, value) in entries {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        visit(key.clone(), value);
        collect(value, &key, visit);
    }
}

/// The first key of `tree` that `known` does not have.
pub fn unknown<'v>(tree: &'v Value, known: &Value) -> Option<(String, &'v Value)> {
    let mut first = None;
    collect(tree, "", &mut |key, value| {
        if first.is_none() && known.find_ref(&key).is_none() {
            first = Some((key, innermost(value)));
        }
    });
    first
}

/// A section has no origin of its own; that of its first value serves.
fn innermost(value: &Value) -> &Value {
    match value.as_dict().and_then(|entries| entries.values().next()) {
        Some(first) => innermost(first),
        None => value,
    }
}

/// The known key most like this one; a key without its section is nearest to the one within it.
pub fn nearest(key: &str, known: &Value) -> String {
    let mut candidates = Vec::new();
    collect(known, "", &mut |candidate, _| candidates.push(candidate));
    let within_section = candidates.iter().find(|candidate| candidate.ends_with(&format!(".{key}")));
    let nearest =
        within_section.or_else(|| candidates.iter().min_by_key(|name| strsim::damerau_levenshtein(name, key)));
    nearest.cloned().unwrap_or_default()
}

/// A value as TOML.
pub fn toml(value: &Value) -> String {
    match value {
        Value::String(_, text) => quoted(text),
        Value::Char(_, character) => quoted(&character.to_string()),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => match (number.to_u128(), number.to_i128(), number.to_f64()) {
            (Some(whole), _, _) => whole.to_string(),
            (_, Some(whole), _) => whole.to_string(),
            (_, _, Some(real)) => format!("{real:?}"),
            _ => String::new(),
        },
        Value::Empty(..) => quoted(""),
        Value::Array(_, values) => {
            format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::Dict(_, entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect::<Vec<_>>();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// JSON's escapes are all escapes of a basic TOML string; DEL is the one more that TOML wants escaped.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_toml() {
        let cases = [
            (Value::from("a \"b\"\n"), r#""a \"b\"\n""#),
            (Value::from(true), "true"),
            (Value::from(10_000_u32), "10000"),
            (Value::from(-3_i64), "-3"),
            (Value::from(1.0_f64), "1.0"),
            (Value::from(vec!["a", "b"]), r#"["a", "b"]"#),
        ];
        for (value, expected) in cases {
            assert_eq!(toml(&value), expected);
        }
    }

    #[test]
    fn leaves_carry_their_whole_key() {
        let tree = Value::from(Layer::new(String::new(), "a.b", Value::from(1)).values);
        let keys: Vec<String> = leaves(&tree).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a.b"]);
    }
}
