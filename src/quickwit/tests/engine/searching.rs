//! Answers to `_search`: order, what comes after, counts by value.

use super::matching::{Matcher, Refusal, values};
use super::{Index, Reply, refused};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Hits that one search gives at most.
const WINDOW: u64 = 10_000;
/// Hits counted if nobody asks for all of them.
const COUNTED: usize = 10;

pub(super) fn search(name: &str, index: &Index, body: &str) -> Reply {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return Reply::Json(400, json!({"message": "the body is no JSON"}));
    };
    let found = match found(index, &body) {
        Ok(found) => found,
        Err(reason) => return Reply::Json(400, json!({"message": reason})),
    };
    let size = body["size"].as_u64().unwrap_or(10);
    if size > WINDOW {
        return refused(400, "Invalid argument: max value for size is 10_000");
    }
    let keys = match Key::all(index, &body["sort"]) {
        Ok(keys) => keys,
        Err(reason) => return refused(400, &reason),
    };
    let mut hits: Vec<(usize, Vec<Value>)> = found
        .iter()
        .map(|(place, score)| (*place, keys.iter().map(|key| key.value(index, *place, *score)).collect()))
        .collect();
    hits.sort_by(|(a, own), (b, others)| order(&keys, own, others).then(a.cmp(b)));
    if let Some(after) = body["search_after"].as_array() {
        if after.len() != keys.len() {
            return refused(400, "Invalid argument: search_after and sort are of different lengths");
        }
        hits.retain(|(_, own)| order(&keys, after, own) == Ordering::Less);
    }
    let total = if body["track_total_hits"] == true { found.len() } else { found.len().min(COUNTED) };
    let hit = |(place, sort): &(usize, Vec<Value>)| {
        let stored = index.documents[*place].iter().filter(|(field, _)| index.fields[*field].is_stored);
        let stored: Map<String, Value> = stored.map(|(field, value)| (field.clone(), value.clone())).collect();
        json!({"_index": name, "_source": stored, "sort": sort})
    };
    let hits: Vec<Value> = hits.iter().take(usize::try_from(size).unwrap_or(usize::MAX)).map(hit).collect();
    let mut answer = json!({
        "took": 1, "timed_out": false, "terminated_early": null, "fields": {},
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": total, "relation": "eq"}, "hits": hits},
    });
    if let Some(facets) = body["aggs"].as_object() {
        let places: Vec<usize> = found.iter().map(|(place, _)| *place).collect();
        let counted: Result<Map<String, Value>, Refusal> =
            facets.iter().map(|(facet, asked)| Ok((facet.clone(), counts(index, &places, asked)?))).collect();
        match counted {
            Ok(counted) => answer["aggregations"] = counted.into(),
            Err(reason) => return Reply::Json(400, json!({"message": reason})),
        }
    }
    Reply::Json(200, answer)
}

/// The documents that match with their scores.
fn found(index: &Index, body: &Value) -> Result<Vec<(usize, f64)>, Refusal> {
    let matcher = Matcher::new(index);
    let mut found = Vec::new();
    for place in 0..index.documents.len() {
        if let Some(score) = matcher.score(&body["query"], place)? {
            found.push((place, score));
        }
    }
    // An index without documents refuses a query all the same.
    if index.documents.is_empty() && !body["query"].is_object() {
        return Err("no query".to_owned());
    }
    Ok(found)
}

enum Key {
    Score,
    Field { name: String, descends: bool },
}

impl Key {
    fn all(index: &Index, sort: &Value) -> Result<Vec<Key>, String> {
        let keys = sort.as_array().map(Vec::as_slice).unwrap_or_default();
        if keys.len() > 2 {
            return Err("Invalid argument: only up to two sort fields supported at the moment.".to_owned());
        }
        let key = |key: &Value| {
            if key == "_score" {
                return Ok(Key::Score);
            }
            let (name, direction) = key.as_object().and_then(|key| key.iter().next()).ok_or("no sort field")?;
            let field = index.fields.get(name).ok_or_else(|| format!("no field `{name}`"))?;
            if !field.is_fast || !matches!(field.kind.as_str(), "u64" | "i64") {
                return Err(format!("Invalid argument: unsupported sort field `{name}`"));
            }
            Ok(Key::Field { name: name.clone(), descends: direction == "desc" })
        };
        keys.iter().map(key).collect()
    }

    fn value(&self, index: &Index, place: usize, score: f64) -> Value {
        match self {
            Key::Score => json!(score),
            Key::Field { name, .. } => index.documents[place].get(name).cloned().unwrap_or(Value::Null),
        }
    }
}

/// Documents without a value come last either way.
fn order(keys: &[Key], own: &[Value], others: &[Value]) -> Ordering {
    let mut all = keys.iter().zip(own.iter().zip(others)).map(|(key, (own, other))| {
        let (Some(a), Some(b)) = (own.as_f64(), other.as_f64()) else {
            return own.is_null().cmp(&other.is_null());
        };
        match key {
            Key::Field { descends: false, .. } => a.total_cmp(&b),
            _ => b.total_cmp(&a),
        }
    });
    all.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// How many documents have each value of a field, and how many reports do.
fn counts(index: &Index, places: &[usize], asked: &Value) -> Result<Value, Refusal> {
    let field = asked["terms"]["field"].as_str().ok_or("no field to be counted")?;
    let size = asked["terms"]["size"].as_u64().unwrap_or(10);
    if index.fields.get(field).is_none_or(|field| !field.is_fast) {
        return Err(format!("field `{field}` is not fast"));
    }
    let mut by_value: BTreeMap<String, (Value, u64, BTreeSet<String>)> = BTreeMap::new();
    for place in places {
        let document = &index.documents[*place];
        let report = document.get("report_id").and_then(Value::as_str).unwrap_or_default();
        let mut own: BTreeMap<String, Value> = BTreeMap::new();
        match document.get(field) {
            Some(number @ Value::Number(_)) => _ = own.insert(number.to_string(), number.clone()),
            value => own.extend(values(value).into_iter().map(|text| (text.to_owned(), json!(text)))),
        }
        for (key, value) in own {
            let (_, documents, reports) = by_value.entry(key).or_insert_with(|| (value, 0, BTreeSet::new()));
            *documents += 1;
            reports.insert(report.to_owned());
        }
    }
    let mut buckets: Vec<(Value, u64, usize)> =
        by_value.into_values().map(|(value, documents, reports)| (value, documents, reports.len())).collect();
    buckets.sort_by_key(|(_, documents, _)| std::cmp::Reverse(*documents));
    let kept = usize::try_from(size).unwrap_or(usize::MAX).min(buckets.len());
    let others: u64 = buckets.split_off(kept).iter().map(|(_, documents, _)| documents).sum();
    let has_reports = asked["aggs"]["reports"]["cardinality"]["field"] == "report_id";
    let bucket = |(value, documents, reports): (Value, u64, usize)| {
        let mut bucket = json!({"key": value, "doc_count": documents});
        if has_reports {
            bucket["reports"] = json!({"value": reports as f64});
        }
        bucket
    };
    let buckets: Vec<Value> = buckets.into_iter().map(bucket).collect();
    Ok(json!({"buckets": buckets, "sum_other_doc_count": others, "doc_count_error_upper_bound": 0}))
}
