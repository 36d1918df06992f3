//! The values of single parameters: text → bounded value, or what would be right.
//!
//! Apart from the request so that each can be read by itself; none of them knows its parameter's name but `filter`.

use crate::query::range;
use crate::search::{Filter, Sort};
use serde_json::Value;
use std::ops::RangeInclusive;

/// Longest cursor accepted, in bytes.
const MAX_CURSOR_BYTES: usize = 4_096;
/// Longest name in a filter, in bytes.
const MAX_NAME_BYTES: usize = 512;
/// What can be counted.
const FACETS: [&str; 5] = ["language", "author", "section", "tag", "year"];

/// A whole number within bounds, in plain digits.
pub(super) fn number(value: &str, bounds: RangeInclusive<usize>) -> Result<usize, String> {
    let is_plain = !value.is_empty() && value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_plain { value.parse().ok() } else { None };
    number
        .filter(|number| bounds.contains(number))
        .ok_or_else(|| format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))
}

/// A cursor as the response gave it; whether it is a valid one the engine decides.
pub(super) fn cursor(value: &str) -> Result<Option<String>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    let is_ours = value.len() <= MAX_CURSOR_BYTES && value.bytes().all(|byte| byte.is_ascii_graphic());
    if is_ours { Ok(Some(value.to_owned())) } else { Err("must be a `next_cursor` of an earlier response".to_owned()) }
}

/// Facets, parted by commas, each once.
pub(super) fn facets(value: &str) -> Result<Vec<String>, String> {
    let mut facets: Vec<String> = Vec::new();
    for facet in value.split(',').map(str::trim).filter(|facet| !facet.is_empty()) {
        if !FACETS.contains(&facet) {
            return Err(format!("must be one or more of {}", FACETS.join(", ")));
        }
        if !facets.iter().any(|known| known == facet) {
            facets.push(facet.to_owned());
        }
    }
    Ok(facets)
}

/// An order of hits.
pub(super) fn sort(value: &str) -> Result<Sort, String> {
    Ok(match value {
        "" | "relevance" => Sort::Relevance,
        "date" => Sort::DateAscending,
        "-date" => Sort::DateDescending,
        "title" => Sort::TitleAscending,
        "-title" => Sort::TitleDescending,
        _ => return Err("must be one of relevance, date, -date, title, -title".to_owned()),
    })
}

/// A filter from a value that is not empty.
pub(super) fn filter(name: &str, value: &str) -> Result<Filter, String> {
    match name {
        "filter[language]" => {
            let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
            let code = is_code.then(|| Filter::Language(value.to_ascii_lowercase()));
            code.ok_or_else(|| "must be a code of two letters, such as en".to_owned())
        }
        "filter[author]" | "filter[section]" | "filter[tag]" => {
            let make = match name {
                "filter[author]" => Filter::Author,
                "filter[tag]" => Filter::Tag,
                _ => Filter::Section,
            };
            let filter = (value.len() <= MAX_NAME_BYTES).then(|| make(value.to_owned()));
            filter.ok_or_else(|| format!("must be at most {MAX_NAME_BYTES} bytes"))
        }
        _ => {
            let year = |year: Option<u32>| year.map(i32::try_from).transpose().ok();
            let bounds = range(value).filter(|&(start, end)| start.max(end).is_none_or(|year| year <= 9_999));
            let filter = bounds.and_then(|(start, end)| Some(Filter::Year(year(start)?, year(end)?)));
            filter.ok_or_else(|| "must be a year or a range of years, such as 2019..2021".to_owned())
        }
    }
}

/// The values of a JSON scalar or array of scalars as text; `None` for anything deeper.
pub(super) fn scalars(value: &Value) -> Option<Vec<String>> {
    Some(match value {
        Value::Null => Vec::new(),
        Value::Bool(value) => vec![value.to_string()],
        Value::Number(value) => vec![value.to_string()],
        Value::String(value) => vec![value.clone()],
        Value::Array(values) => {
            let is_flat = |value: &Value| matches!(value, Value::String(_) | Value::Number(_));
            if !values.iter().all(is_flat) {
                return None;
            }
            values.iter().filter_map(scalars).flatten().collect()
        }
        Value::Object(_) => return None,
    })
}
