//! Which documents a query matches, and how well.

use super::{Field, Index};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::HashMap;

type Document = Map<String, Value>;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What a query does not say, or says of a field that cannot do it.
pub(super) type Refusal = String;

/// A query against one index. What is counted for scores is kept.
pub(super) struct Matcher<'i> {
    index: &'i Index,
    words: Words,
    frequencies: RefCell<HashMap<(String, String), usize>>,
}

/// The words of a field by document, with their positions.
type Words = RefCell<HashMap<(String, usize), Vec<(usize, String)>>>;

impl<'i> Matcher<'i> {
    pub(super) fn new(index: &'i Index) -> Matcher<'i> {
        Matcher { index, words: RefCell::default(), frequencies: RefCell::default() }
    }

    /// The score of a document, if it matches.
    pub(super) fn score(&self, query: &Value, place: usize) -> Result<Option<f64>, Refusal> {
        let (kind, inner) = only(query)?;
        match kind {
            "match_all" => Ok(Some(1.0)),
            "match_none" => Ok(None),
            "bool" => self.bool(inner, place),
            "term" => {
                let (field, options) = only(inner)?;
                known(options, &["value", "boost"])?;
                let word = options["value"].as_str().ok_or("a term that is no text")?;
                let boost = options["boost"].as_f64().unwrap_or(1.0);
                Ok(self.phrase(field, &[word], 0, place)?.map(|score| score * boost))
            }
            "terms" => {
                let (field, words) = only(inner)?;
                let words = words.as_array().ok_or("no words")?;
                let known = self.words_of(field, place)?;
                let has = |word: &Value| known.iter().any(|(_, known)| word.as_str() == Some(known));
                Ok(words.iter().any(has).then_some(1.0))
            }
            "match_phrase" => {
                let (field, options) = only(inner)?;
                known(options, &["query", "slop"])?;
                let text = options["query"].as_str().ok_or("a phrase that is no text")?;
                let words: Vec<&str> = text.split_ascii_whitespace().collect();
                if words.len() > 1 && !self.field(field)?.has_positions {
                    return Err(format!("field `{field}` does not have positions"));
                }
                self.phrase(field, &words, options["slop"].as_u64().unwrap_or(0), place)
            }
            "prefix" => {
                let (field, options) = only(inner)?;
                known(options, &["value"])?;
                let start = options["value"].as_str().ok_or("a beginning that is no text")?;
                let words = self.words_of(field, place)?;
                Ok(words.iter().any(|(_, word)| word.starts_with(start)).then_some(1.0))
            }
            "range" => {
                let (field, bounds) = only(inner)?;
                known(bounds, &["gte", "lte"])?;
                if !self.field(field)?.is_fast {
                    return Err(format!("field `{field}` is not fast"));
                }
                let value = self.document(place).get(field).and_then(Value::as_i64);
                let is_in = |value: i64| {
                    bounds["gte"].as_i64().is_none_or(|least| value >= least)
                        && bounds["lte"].as_i64().is_none_or(|most| value <= most)
                };
                Ok(value.is_some_and(is_in).then_some(1.0))
            }
            "exists" => {
                let field = inner["field"].as_str().ok_or("no field")?;
                self.field(field)?;
                let value = self.document(place).get(field);
                Ok(value.is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty())).then_some(1.0))
            }
            other => Err(format!("unknown variant `{other}`, expected one of `bool`, `term`, `terms`")),
        }
    }

    fn bool(&self, parts: &Value, place: usize) -> Result<Option<f64>, Refusal> {
        known(parts, &["must", "filter", "should", "must_not", "minimum_should_match"])?;
        let list = |name: &str| parts[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut sum = 0.0;
        for part in list("must") {
            let Some(score) = self.score(part, place)? else { return Ok(None) };
            sum += score;
        }
        for part in list("filter") {
            if self.score(part, place)?.is_none() {
                return Ok(None);
            }
        }
        for part in list("must_not") {
            if self.score(part, place)?.is_some() {
                return Ok(None);
            }
        }
        let mut matched = 0;
        for part in list("should") {
            if let Some(score) = self.score(part, place)? {
                matched += 1;
                sum += score;
            }
        }
        let has_others = !list("must").is_empty() || !list("filter").is_empty();
        let default = u64::from(!has_others && !list("should").is_empty());
        let minimum = parts["minimum_should_match"].as_u64().unwrap_or(default);
        Ok((matched >= minimum).then_some(sum))
    }

    /// BM25 of words in order.
    fn phrase(&self, field: &str, words: &[&str], slop: u64, place: usize) -> Result<Option<f64>, Refusal> {
        let here = self.words_of(field, place)?;
        let positions = |word: &str| -> Vec<i64> {
            here.iter().filter(|(_, known)| known == word).map(|(position, _)| *position as i64).collect()
        };
        let places: Vec<Vec<i64>> = words.iter().map(|word| positions(word)).collect();
        let frequency = match places.as_slice() {
            [] => 0,
            [one] => one.len(),
            [first, rest @ ..] => {
                first.iter().filter(|start| stands(rest, 1, **start, **start, slop as i64, &mut vec![**start])).count()
            }
        };
        if frequency == 0 {
            return Ok(None);
        }
        let mut idf = 0.0;
        for word in words {
            idf += self.idf(field, word)?;
        }
        let mut norm = K1;
        if self.field(field)?.has_lengths {
            let mut all = 0;
            for other in 0..self.index.documents.len() {
                all += self.words_of(field, other)?.len();
            }
            let mean = all as f64 / self.index.documents.len() as f64;
            norm = K1 * (1.0 - B + B * here.len() as f64 / mean.max(1.0));
        }
        let frequency = frequency as f64;
        Ok(Some(idf * (1.0 + K1) * frequency / (frequency + norm)))
    }

    fn idf(&self, field: &str, word: &str) -> Result<f64, Refusal> {
        let key = (field.to_owned(), word.to_owned());
        let known = self.frequencies.borrow().get(&key).copied();
        let frequency = match known {
            Some(known) => known,
            None => {
                let mut count = 0;
                for other in 0..self.index.documents.len() {
                    count += usize::from(self.words_of(field, other)?.iter().any(|(_, known)| known == word));
                }
                self.frequencies.borrow_mut().insert(key, count);
                count
            }
        };
        let (frequency, documents) = (frequency as f64, self.index.documents.len() as f64);
        Ok((1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln())
    }

    fn field(&self, name: &str) -> Result<&'i Field, Refusal> {
        self.index.fields.get(name).ok_or_else(|| format!("the field does not exist: {name}"))
    }

    fn document(&self, place: usize) -> &'i Document {
        &self.index.documents[place]
    }

    /// The words of a field in a document; values of a list are a place apart.
    fn words_of(&self, name: &str, place: usize) -> Result<Vec<(usize, String)>, Refusal> {
        let field = self.field(name)?;
        if !field.is_indexed {
            return Err(format!("the field is not indexed: {name}"));
        }
        let key = (name.to_owned(), place);
        if let Some(known) = self.words.borrow().get(&key) {
            return Ok(known.clone());
        }
        let mut words = Vec::new();
        let mut position = 0;
        for value in values(self.document(place).get(name)) {
            if field.tokenizer == "raw" {
                words.push((position, value.to_owned()));
                position += 2;
            } else {
                for word in value.split_ascii_whitespace() {
                    words.push((position, word.to_owned()));
                    position += 1;
                }
                position += 1;
            }
        }
        self.words.borrow_mut().insert(key, words.clone());
        Ok(words)
    }
}

/// Whether the places from `place` on can be filled so that all are out of place by at most `slop` together.
fn stands(rest: &[Vec<i64>], place: i64, least: i64, most: i64, slop: i64, taken: &mut Vec<i64>) -> bool {
    let Some((positions, rest)) = rest.split_first() else { return true };
    positions.iter().any(|position| {
        let shift = position - place;
        let (least, most) = (least.min(shift), most.max(shift));
        if most - least > slop || taken.contains(position) {
            return false;
        }
        taken.push(*position);
        let is_whole = stands(rest, place + 1, least, most, slop, taken);
        taken.pop();
        is_whole
    })
}

/// The texts of a value.
pub(super) fn values(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The only entry of an object.
fn only(value: &Value) -> Result<(&str, &Value), Refusal> {
    match value.as_object() {
        Some(object) if object.len() == 1 => {
            object.iter().next().map(|(key, value)| (key.as_str(), value)).ok_or_else(String::new)
        }
        _ => Err(format!("one entry was to be in {value}")),
    }
}

/// Refuses an option that is not known here, rather than overlook it.
fn known(options: &Value, names: &[&str]) -> Result<(), Refusal> {
    let object = options.as_object().ok_or_else(|| format!("options were to be in {options}"))?;
    match object.keys().find(|key| !names.contains(&key.as_str())) {
        Some(other) => Err(format!("unknown field `{other}`")),
        None => Ok(()),
    }
}
