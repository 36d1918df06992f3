//! Which documents a query matches, and how well.

use super::{Field, Index};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

type Document = Map<String, Value>;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What a query does not say, or says of a field that cannot do it.
pub(super) type Refusal = String;

/// A query against one index.
pub(super) struct Matcher<'i> {
    index: &'i Index,
}

/// The words of a field, by document with their positions, and what scores are made of.
#[derive(Default)]
pub(super) struct Column {
    words: Vec<HashMap<String, Vec<i64>>>,
    lengths: Vec<usize>,
    frequencies: HashMap<String, usize>,
}

impl<'i> Matcher<'i> {
    pub(super) fn new(index: &'i Index) -> Matcher<'i> {
        Matcher { index }
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
                let column = self.column(field)?;
                let has = |word: &Value| word.as_str().is_some_and(|word| column.words[place].contains_key(word));
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
                let column = self.column(field)?;
                Ok(column.words[place].keys().any(|word| word.starts_with(start)).then_some(1.0))
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
        let column = self.column(field)?;
        let here = &column.words[place];
        let places: Vec<&[i64]> = words.iter().map(|word| here.get(*word).map_or(&[][..], Vec::as_slice)).collect();
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
        let documents = column.words.len() as f64;
        let idf = |word: &&str| {
            let frequency = column.frequencies.get(*word).copied().unwrap_or(0) as f64;
            (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln()
        };
        let mut norm = K1;
        if self.field(field)?.has_lengths {
            let mean = column.lengths.iter().sum::<usize>() as f64 / documents;
            norm = K1 * (1.0 - B + B * column.lengths[place] as f64 / mean.max(1.0));
        }
        let frequency = frequency as f64;
        Ok(Some(words.iter().map(idf).sum::<f64>() * (1.0 + K1) * frequency / (frequency + norm)))
    }

    fn field(&self, name: &str) -> Result<&'i Field, Refusal> {
        self.index.fields.get(name).ok_or_else(|| format!("the field does not exist: {name}"))
    }

    fn document(&self, place: usize) -> &'i Document {
        &self.index.documents[place]
    }

    /// The words of a field, read when first asked for.
    fn column(&self, name: &str) -> Result<Arc<Column>, Refusal> {
        let field = self.field(name)?;
        if !field.is_indexed {
            return Err(format!("the field is not indexed: {name}"));
        }
        let mut columns = self.index.columns.borrow_mut();
        let column = columns.entry(name.to_owned()).or_insert_with(|| {
            let mut column = Column::default();
            self.index.documents.iter().for_each(|document| column.add(field, document.get(name)));
            Arc::new(column)
        });
        Ok(Arc::clone(column))
    }
}

impl Column {
    /// Adds a document; values of a list are a place apart.
    fn add(&mut self, field: &Field, value: Option<&Value>) {
        let mut words: HashMap<String, Vec<i64>> = HashMap::new();
        let (mut position, mut length) = (0, 0);
        for value in values(value) {
            let parts = if field.tokenizer == "raw" { vec![value] } else { value.split_ascii_whitespace().collect() };
            for word in parts {
                words.entry(word.to_owned()).or_default().push(position);
                position += 1;
                length += 1;
            }
            position += 1;
        }
        for word in words.keys() {
            *self.frequencies.entry(word.clone()).or_insert(0) += 1;
        }
        self.words.push(words);
        self.lengths.push(length);
    }
}

/// Whether the places from `place` on can be filled so that all are out of place by at most `slop` together.
fn stands(rest: &[&[i64]], place: i64, least: i64, most: i64, slop: i64, taken: &mut Vec<i64>) -> bool {
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
