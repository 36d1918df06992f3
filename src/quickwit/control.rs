//! Indexes, deletions and the nodes themselves.

use crate::queue::RevisionId;
use crate::quickwit::http::{Method, Request};
use crate::quickwit::{IndexName, Quickwit, QuickwitError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Longest time for what changes an index.
const CONTROL_TIME: Duration = Duration::from_secs(30);
/// Longest time for a node to say how it is.
const HEALTH_TIME: Duration = Duration::from_secs(2);
/// What Quickwit says of an index that is there already; it has no code for it.
const EXISTS: &str = "already exist";

/// Whether an index had to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ensured {
    /// It was made.
    Made,
    /// It was there.
    Found,
}

/// What Quickwit says of an index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Description {
    /// Documents that can be searched, those of hidden revisions with them.
    #[serde(rename = "num_published_docs")]
    pub documents: u64,
    /// Files that it consists of.
    #[serde(rename = "num_published_splits")]
    pub splits: u64,
    /// Their bytes.
    #[serde(rename = "size_published_splits")]
    pub bytes: u64,
}

/// How a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeHealth {
    /// Its address.
    pub url: String,
    /// Why it cannot be used, if so.
    pub trouble: Option<String>,
}

#[derive(Deserialize)]
struct DeleteTask {
    opstamp: u64,
}

impl Quickwit {
    /// Makes an index from its configuration unless there is one of its name.
    pub fn ensure_index(&self, configuration: &Value) -> Result<Ensured, QuickwitError> {
        let body = configuration.to_string();
        let request = Request { method: Method::Post(body.as_bytes()), path: "/api/v1/indexes" };
        match self.http.ask_once(&self.searchers, request, CONTROL_TIME) {
            Ok(_) => Ok(Ensured::Made),
            Err(QuickwitError::Refused { status: 400, reason }) if reason.contains(EXISTS) => Ok(Ensured::Found),
            Err(error) => Err(error),
        }
    }

    /// Deletes an index with all that is in it, at once.
    pub fn delete_index(&self, index: &IndexName) -> Result<(), QuickwitError> {
        let path = format!("/api/v1/indexes/{index}");
        self.http.ask_once(&self.searchers, Request { method: Method::Delete, path: &path }, CONTROL_TIME).map(|_| ())
    }

    /// How large an index is.
    pub fn describe(&self, index: &IndexName) -> Result<Description, QuickwitError> {
        let path = format!("/api/v1/indexes/{index}/describe");
        parsed(&self.http.ask(&self.searchers, Request { method: Method::Get, path: &path }, CONTROL_TIME)?)
    }

    /// Has the pages of revisions deleted, when Quickwit gets to it: minutes to hours later. Gives the number of the task;
    /// how far it is only counting tells.
    pub fn delete_revisions(&self, index: &IndexName, revisions: &[RevisionId]) -> Result<u64, QuickwitError> {
        // The names are digits, so nothing in them is an operator.
        let names: Vec<&str> = revisions.iter().map(RevisionId::as_str).collect();
        let body = json!({"query": format!("rev:IN [{}]", names.join(" "))}).to_string();
        let path = format!("/api/v1/{index}/delete-tasks");
        let request = Request { method: Method::Post(body.as_bytes()), path: &path };
        let task: DeleteTask = parsed(&self.http.ask_once(&self.searchers, request, CONTROL_TIME)?)?;
        Ok(task.opstamp)
    }

    /// How every node is, each once.
    pub fn health(&self) -> Vec<NodeHealth> {
        let mut nodes = Vec::new();
        for node in self.searchers.all().iter().chain(self.indexers.all()) {
            if nodes.iter().any(|known: &NodeHealth| known.url == node.url) {
                continue;
            }
            let request = Request { method: Method::Get, path: "/health/readyz" };
            let answer = self.http.ask_node(node, request, HEALTH_TIME).and_then(|body| parsed::<bool>(&body));
            let trouble = match answer {
                Ok(true) => None,
                Ok(false) => Some("it is not ready".to_owned()),
                Err(error) => Some(error.to_string()),
            };
            nodes.push(NodeHealth { url: node.url.clone(), trouble });
        }
        nodes
    }
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, QuickwitError> {
    serde_json::from_slice(body).map_err(|error| QuickwitError::Malformed(error.to_string()))
}
