//! The HTTP service: API and web pages over [`crate::search`] and [`crate::store`].
//!
//! ```text
//! net (accept) → layers (headers, request id, compression) → problem (errors as JSON or HTML)
//!              → routes → api | hub | ui | forms | file | pictures | monitor → pool (bounded threads for what blocks) → search, store
//! ```
//!
//! * `net`: connections. `layers`: what stands around every handler. `problem`: every error.
//! * `admin`: pages of whoever looks after the library.
//! * `hub`: ways into the library without a query. `reads`: how often reports are read.
//! * `api`: JSON. `ui`: web pages. `forms`: a search as rows, feed or for a browser's search box. `file`: the originals.
//! * `citation`: a report as a reference, for programs.
//! * `pictures`: pages as pictures, drawn when asked for and kept.
//! * `comments`: what people say about reports. `uploads`: PDFs that are handed over.
//! * `monitor`: how the service does. `openapi`: the API described by its own code. `service`: what the handlers share.
//! * `visit`: who visits a page. `posted`: forms, checked. `cookies`: what browsers keep of a session.
//!
//! **Invariants:** highlights and texts from reports reach HTML only through the templates' escaping; the library is
//! written by [`crate::jobs`] alone, but for the pictures kept here; whatever may block runs in `pool` or on threads for
//! it, never on the async threads.

// A request must never end in a panic, whatever it says.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice))]

mod accounts;
mod admin;
mod api;
mod asked;
mod citation;
mod clock;
mod comments;
mod conditional;
mod cookies;
mod corrections;
mod file;
mod forms;
mod hub;
mod layers;
mod limits;
mod links;
mod monitor;
mod net;
mod openapi;
mod options;
mod pictures;
mod pool;
mod posted;
mod problem;
mod reads;
mod routes;
mod searcher;
mod service;
mod ui;
mod uploads;
mod visit;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use comments::CommentOptions;
pub use layers::access::Guard;
pub use limits::Limits;
pub use links::{BasePathError, parse_base_path};
pub use monitor::IngestCounts;
#[cfg(feature = "cluster")]
pub use monitor::Parts;
pub use net::client::{Network, NetworkError, Proxies};
pub use net::tls::{Tls, TlsError, TlsFiles};
pub use net::{Awaited, answer_until, serve};
pub use openapi::document as openapi_document;
#[cfg(feature = "cluster")]
pub use options::HandOver;
pub use options::{Options, OptionsError, Registration, parse_origins, parse_public_url};
pub use pictures::Drawing;

use crate::jobs::Jobs;
use crate::search::Engine;
use crate::store::Library;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What the service answers with.
pub struct State {
    /// The library.
    pub library: Arc<Library>,
    /// The searcher.
    pub engine: Arc<Engine>,
    /// Whether an ingest is running.
    pub ingesting: Arc<AtomicBool>,
    /// `/recto` if served under a path; empty at the root. Never ends in `/` (see [`parse_base_path`]).
    pub base_path: String,
    /// Who is let in.
    pub guard: Guard,
    /// How pages are drawn.
    pub drawing: Drawing,
    /// What clients may ask.
    pub limits: Limits,
    /// What else the operator chose.
    pub options: Options,
    /// Reads files; without it nothing can be written.
    pub jobs: Option<Arc<Jobs>>,
}
