//! A small engine in memory that speaks as Quickwit does: it stores what the client sends and answers the clauses that the
//! client knows, and nothing else, from one split. What it answers has the shapes of the recorded exchanges; see
//! `agreement`.

mod agreement;
mod matching;
mod searching;

use super::stub::{Asked, Reply, Stub};
use crate::quickwit::{Options, Quickwit};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The engine behind its address.
pub(crate) struct Engine {
    stub: Stub,
    indexes: Arc<Mutex<Indexes>>,
}

type Indexes = BTreeMap<String, Index>;

/// An index with its documents in the order they came in.
struct Index {
    fields: BTreeMap<String, Field>,
    documents: Vec<Map<String, Value>>,
    deletions: u64,
    /// The words of fields, as of the documents.
    columns: RefCell<HashMap<String, Arc<matching::Column>>>,
}

/// How a field is kept.
struct Field {
    kind: String,
    /// `raw` or `whitespace`.
    tokenizer: String,
    is_indexed: bool,
    is_fast: bool,
    is_stored: bool,
    has_positions: bool,
    has_lengths: bool,
}

impl Engine {
    /// One without an index.
    pub(crate) fn start() -> Engine {
        let indexes = Arc::new(Mutex::new(Indexes::new()));
        let answering = Arc::clone(&indexes);
        let stub = Stub::answering(move |asked| answer(&mut answering.lock().expect("the indexes"), asked));
        Engine { stub, indexes }
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Quickwit {
        let options = Options {
            search_urls: vec![self.stub.url.clone()],
            ingest_urls: vec![self.stub.url.clone()],
            search_time: Duration::from_secs(20),
            ..Options::default()
        };
        Quickwit::new(options).expect("a client")
    }

    /// The address of its only node.
    pub(crate) fn url(&self) -> &str {
        &self.stub.url
    }

    /// How many documents an index holds; none if there is no such index.
    pub(crate) fn documents(&self, index: &str) -> usize {
        self.indexes.lock().expect("the indexes").get(index).map_or(0, |index| index.documents.len())
    }

    /// Method and path of everything asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.stub.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// How many requests so far had this text in what was sent.
    pub(crate) fn asked_with(&self, text: &str) -> usize {
        self.stub.asked().iter().filter(|asked| asked.body.contains(text)).count()
    }

    /// Method and path of everything asked so far, with the bytes that were sent.
    pub(crate) fn sent(&self) -> Vec<(String, usize)> {
        self.stub.asked().into_iter().map(|asked| (asked.line, asked.body.len())).collect()
    }
}

fn answer(indexes: &mut Indexes, asked: &Asked) -> Reply {
    let (method, path) = asked.line.split_once(' ').expect("a method and a path");
    let path = path.split('?').next().unwrap_or(path);
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["health", "readyz"]) => Reply::Json(200, json!(true)),
        ("POST", ["api", "v1", "indexes"]) => create(indexes, &asked.body),
        ("DELETE", ["api", "v1", "indexes", name]) => match indexes.remove(*name) {
            Some(_) => Reply::Json(200, json!([{"split_id": "01M8", "num_docs": 1}])),
            None => missing(name),
        },
        ("GET", ["api", "v1", "indexes", name, "describe"]) => {
            indexes.get(*name).map_or_else(|| missing(name), |index| describe(name, index))
        }
        ("POST", ["api", "v1", name, "delete-tasks"]) => match indexes.get_mut(*name) {
            Some(index) => delete(name, index, &asked.body),
            None => missing(name),
        },
        ("POST", ["api", "v1", "_elastic", name, "_bulk"]) => bulk(indexes, name, &asked.body),
        ("POST", ["api", "v1", "_elastic", name, "_search"]) => match indexes.get(*name) {
            Some(index) => searching::search(name, index, &asked.body),
            None => refused(404, &format!("could not find indexes matching the IDs `[\"{name}\"]`")),
        },
        _ => Reply::Json(404, json!({"message": "Route not found"})),
    }
}

fn missing(name: &str) -> Reply {
    Reply::Json(404, json!({"message": format!("index `{name}` not found")}))
}

/// A refusal in the shape of Elasticsearch.
fn refused(status: u16, reason: &str) -> Reply {
    let error = json!({"caused_by": null, "reason": reason, "stack_trace": null, "type": null});
    Reply::Json(status, json!({"status": status, "error": error}))
}

fn create(indexes: &mut Indexes, body: &str) -> Reply {
    let configuration: Value = serde_json::from_str(body).expect("JSON");
    let name = configuration["index_id"].as_str().expect("a name").to_owned();
    if indexes.contains_key(&name) {
        return Reply::Json(400, json!({"message": format!("metastore error `index `{name}` already exist(s)`")}));
    }
    let fields = configuration["doc_mapping"]["field_mappings"].as_array().expect("fields");
    let fields = fields.iter().map(|field| (field["name"].as_str().expect("a name").to_owned(), Field::of(field)));
    let fields = fields.collect();
    indexes.insert(name.clone(), Index { fields, documents: Vec::new(), deletions: 0, columns: RefCell::default() });
    let own = json!({"version": "0.9", "index_id": name});
    Reply::Json(
        200,
        json!({"version": "0.9", "index_uid": format!("{name}:01M8"), "index_config": own, "checkpoint": {},
            "create_timestamp": 1_795_439_672, "sources": []}),
    )
}

impl Field {
    /// As configured; what is left out is as it is by default.
    fn of(field: &Value) -> Field {
        let kind = field["type"].as_str().expect("a type").to_owned();
        let flag = |name: &str, default| field[name].as_bool().unwrap_or(default);
        Field {
            tokenizer: field["tokenizer"].as_str().unwrap_or("default").to_owned(),
            is_indexed: flag("indexed", true),
            is_fast: flag("fast", false),
            is_stored: flag("stored", true),
            has_positions: field["record"] == "position",
            has_lengths: flag("fieldnorms", false),
            kind,
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match self.kind.as_str() {
            "u64" => value.is_u64(),
            "i64" => value.is_i64(),
            "text" => value.is_string(),
            _ => value.as_array().is_some_and(|values| values.iter().all(Value::is_string)),
        }
    }
}

fn describe(name: &str, index: &Index) -> Reply {
    let documents = index.documents.len();
    Reply::Json(
        200,
        json!({"index_id": name, "index_uri": format!("s3://library/indexes/{name}"), "num_published_splits": 1,
            "size_published_splits": documents * 100, "num_published_docs": documents,
            "size_published_docs_uncompressed": documents * 500}),
    )
}

/// Deletes at once what a real one would within hours.
fn delete(name: &str, index: &mut Index, body: &str) -> Reply {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let query = body["query"].as_str().expect("a query");
    let revisions = query.strip_prefix("rev:IN [").and_then(|rest| rest.strip_suffix(']')).expect("revisions");
    let revisions: Vec<&str> = revisions.split(' ').collect();
    index
        .documents
        .retain(|document| document.get("rev").and_then(Value::as_str).is_none_or(|rev| !revisions.contains(&rev)));
    index.deletions += 1;
    index.columns.get_mut().clear();
    let task = json!({"index_uid": format!("{name}:01M8"), "query_ast": "{}"});
    Reply::Json(200, json!({"create_timestamp": 1_795_439_672, "opstamp": index.deletions, "delete_query": task}))
}

fn bulk(indexes: &mut Indexes, name: &str, body: &str) -> Reply {
    let lines: Vec<&str> = body.lines().collect();
    let mut items = Vec::new();
    for pair in lines.chunks(2) {
        let [action, document] = pair else { return refused(400, "a row without a document") };
        let action: Value = serde_json::from_str(action).expect("JSON");
        let Some((kind, about)) = action.as_object().and_then(|action| action.iter().next()) else {
            return refused(400, "no action");
        };
        if !matches!(kind.as_str(), "create" | "index") {
            return refused(400, &format!("unknown variant `{kind}`, expected `create` or `index`"));
        }
        let (status, error) = match indexes.get_mut(name) {
            None => (404, Some(("index_not_found_exception", format!("no such index [{name}]")))),
            Some(index) => match index.add(document) {
                Ok(()) => (201, None),
                Err(reason) => (400, Some(("document_parsing_exception", reason))),
            },
        };
        let error = error.map(|(kind, reason)| json!({"index": name, "type": kind, "reason": reason}));
        items.push(json!({kind.clone(): {"_index": name, "_id": about["_id"], "status": status, "error": error}}));
    }
    let has_errors =
        items.iter().any(|item| item.as_object().is_some_and(|item| item.values().any(|item| item["status"] != 201)));
    Reply::Json(200, json!({"took": 1, "errors": has_errors, "items": items}))
}

impl Index {
    /// Adds a document, or says what does not fit.
    fn add(&mut self, document: &str) -> Result<(), String> {
        let document: Map<String, Value> = serde_json::from_str(document).map_err(|error| error.to_string())?;
        for (name, value) in &document {
            let Some(field) = self.fields.get(name) else {
                return Err(format!("the document contains a field that is not declared in the schema: {name:?}"));
            };
            if !field.takes(value) {
                return Err(format!(
                    "the field `{name}` could not be parsed: failed to coerce JSON `{value}` to {}",
                    field.kind
                ));
            }
        }
        self.documents.push(document);
        self.columns.get_mut().clear();
        Ok(())
    }
}
