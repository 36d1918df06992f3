//! The configurations of both indexes.
//!
//! There is no timestamp field: documents without a date would be refused. Documents are partitioned by report, so that a
//! search for some reports passes over the rest; about twice as many partitions as there are searchers.

use crate::quickwit::IndexName;
use serde_json::{Value, json};

/// Distinct values up to which Quickwit passes over parts of an index by them.
const MOST_PARTITIONS: u32 = 64;

/// The configuration of the index of reports.
pub fn reports_index(index: &IndexName, partitions: u32) -> Value {
    let fields = [
        exact("report_id", true, true),
        exact("rev", true, true),
        number("generation", "u64"),
        words("body", "position", "text"),
        present("whole"),
        words("title", "position", "array<text>"),
        words("author", "position", "array<text>"),
        words("subject", "position", "array<text>"),
        words("tag", "position", "array<text>"),
        words("file", "position", "array<text>"),
        words("heading", "freq", "text"),
        words("statement", "freq", "text"),
        present("furniture"),
        present("accented"),
        words("section", "freq", "text"),
        several("language"),
        several("author_name"),
        several("author_key"),
        several("tag_name"),
        several("tag_key"),
        several("section_name"),
        several("section_key"),
        number("year", "i64"),
        number("date", "u64"),
        number("date_rising", "u64"),
        number("title_order", "u64"),
        number("id_order", "u64"),
        number("pages", "u64"),
        kept("page_starts"),
        kept("sections"),
        kept("opening"),
    ];
    configuration(index, partitions, &fields)
}

/// The configuration of the index of pages.
pub fn pages_index(index: &IndexName, partitions: u32) -> Value {
    let fields = [
        exact("report_id", true, true),
        exact("rev", true, true),
        number("generation", "u64"),
        number("page", "u64"),
        words("body", "position", "text"),
        present("whole"),
        present("section"),
    ];
    configuration(index, partitions, &fields)
}

/// Compared whole; one value.
fn exact(name: &str, fast: bool, stored: bool) -> Value {
    json!({"name": name, "type": "text", "tokenizer": "raw", "record": "basic", "fast": fast, "stored": stored})
}

/// Compared whole and counted; any number of values.
fn several(name: &str) -> Value {
    // Of these only the languages are read again.
    let stored = name == "language";
    json!({"name": name, "type": "array<text>", "tokenizer": "raw", "record": "basic", "fast": true, "stored": stored})
}

fn number(name: &str, kind: &str) -> Value {
    // Pages are told by their number.
    json!({"name": name, "type": kind, "fast": true, "stored": name == "page"})
}

/// Words, scored by how often they occur.
fn words(name: &str, record: &str, kind: &str) -> Value {
    json!({"name": name, "type": kind, "tokenizer": "whitespace", "record": record, "fieldnorms": true, "stored": false})
}

/// Words of which only the presence counts.
fn present(name: &str) -> Value {
    json!({"name": name, "type": "text", "tokenizer": "whitespace", "record": "basic", "fieldnorms": false,
        "stored": false})
}

/// Not looked for, but comes with hits.
fn kept(name: &str) -> Value {
    json!({"name": name, "type": "text", "indexed": false, "stored": true})
}

fn configuration(index: &IndexName, partitions: u32, fields: &[Value]) -> Value {
    let partitions = partitions.clamp(1, MOST_PARTITIONS);
    json!({
        "version": "0.9",
        "index_id": index.to_string(),
        "doc_mapping": {
            "mode": "strict",
            "field_mappings": fields,
            "partition_key": format!("hash_mod(report_id, {partitions})"),
            "max_num_partitions": partitions,
            "store_source": false,
        },
        "indexing_settings": {
            "commit_timeout_secs": 5,
            // Deletions wait until a split is this old.
            "merge_policy": {"type": "stable_log", "maturation_period": "2h"},
        },
        "search_settings": {"default_search_fields": ["body"]},
    })
}
