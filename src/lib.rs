//! Recto searches a library of report PDFs down to the page and the words on it.
//!
//! # Bird's-eye view
//!
//! The data's way is the architecture; the modules below stand in its order:
//!
//! ```text
//! &[u8] ─pdf→ Glyph* ─layout→ PageLayout ─text→ Page{text, words} ─extract→ Report ─┬index→ tantivy
//!                                                                                   └store→ page text, word boxes, ledger
//! &str ─query→ Ast ─search→ Hit{pages, passages, quads} ─serve/cli→ JSON | HTML | terminal
//! ```
//!
//! * [`clock`]: what work takes: time by stage where somebody listens, processor time, memory. Uses nothing else.
//! * [`report`]: the domain's words as plain types: report, page, quad, ledger. Uses nothing else.
//! * [`layout`]: glyphs → words, lines, blocks in reading order.
//! * [`pdf`]: bytes → positioned glyphs and what the file says about itself.
//! * [`text`]: a document's layouts → page texts: hyphens, furniture, direction, language, quality.
//! * [`extract`]: drives the four above: bytes → [`report::Report`].
//! * [`render`]: bytes → pictures of pages.
//! * `objects` (feature `cluster`): bytes that many machines reach: a shared folder or a bucket that speaks S3.
//! * `sources` (feature `cluster`): the PDFs of many machines, in folders or buckets, listed and read by their versions.
//! * [`store`]: what is kept: the catalogue (SQLite) and the text store (page text and word boxes).
//! * [`worker`]: reading in processes of their own, confined and watched.
//! * [`ocr`]: pictures of pages → their words, by a program that is not Recto's.
//! * [`index`]: the analyzer and the tantivy index: one document a report, positions running through its pages.
//! * `queue` (feature `cluster`): work shared out to many machines by PostgreSQL, and which revision of a report is live.
//! * `quickwit` (feature `cluster`): the pages of libraries that outgrow one machine, kept by Quickwit.
//! * [`ingest`]: walks folders and runs extraction, store and index over all cores.
//! * [`upkeep`]: holds catalogue, texts and index against each other; makes the index again from the texts.
//! * [`jobs`]: the ingests of a service: one queue, one thread, known to whoever asks.
//! * [`query`]: the query language: any text → a bounded tree.
//! * [`search`]: tree → reports, their best pages, passages with ranges, quads; suggestions for what is being typed. By
//!   the engine within or, with feature `cluster`, by Quickwit.
//! * [`mod@bench`]: the built-in measurements of ranking and speed.
//! * [`export`]: hits as rows for programs, reports as references.
//! * [`serve`]: HTTP API and web pages.
//! * [`mcp`]: the same library for language models, by the Model Context Protocol.
//! * [`cli`]: arguments, configuration, commands, printing.
//!
//! # Invariants
//!
//! * **Only `pdf/` names lopdf.** Everything after it sees glyphs and plain types.
//! * **`layout/` and `text/` do no I/O and cannot fail**; they know no PDF types.
//! * **After `pdf::Pdf::open` nothing fails**: a damaged page yields what could be read and a status for the ledger.
//! * **Only `render/` names hayro.**
//! * **Only `index/` and `search/embedded/` name tantivy**: what `search/` asks of an engine it asks of
//!   `search::backend::Backend`, in plain types, so that reading a query, ranking, grouping and highlighting are Recto's own
//!   whatever engine keeps the words. (The vocabulary of `search/remote/` borrows tantivy's automata.)
//! * **Only `store/` and `queue/` name postgres, only `objects/` names rusty_s3, only it and `quickwit/` name ureq**; none is
//!   compiled without the feature `cluster`.
//! * **`search/` knows neither HTTP nor terminals**; it returns the contract's types.
//! * **Only `cli/` and `main.rs` print**, but for the transport of `mcp/`, to which standard output belongs.
//! * **Text from outside never reaches a path, a template unescaped, or tantivy's query parser.**

pub mod bench;
pub mod cli;
pub mod clock;
pub mod export;
pub mod extract;
pub mod index;
pub mod ingest;
pub mod jobs;
pub mod layout;
pub mod mcp;
#[cfg(feature = "cluster")]
pub mod objects;
pub mod ocr;
pub mod pdf;
pub mod query;
#[cfg(feature = "cluster")]
pub mod queue;
#[cfg(feature = "cluster")]
pub mod quickwit;
pub mod render;
pub mod report;
pub mod search;
pub mod serve;
#[cfg(feature = "cluster")]
pub mod sources;
pub mod store;
pub mod text;
pub mod upkeep;
pub mod worker;
