//! Comments on reports and their pages: reading is open, writing needs an account, moderating an administrator.
//!
//! * `options`: what an operator chooses. `text`: what a comment may say. `posting`: a comment is taken, or refused
//!   with what to do. `seen`: what a caller sees of the comments of a report.
//! * `pages`: forms and lists. `admin`: the queue. `feed`: the newest as Atom. `api`, `verdicts`: all of it for programs.
//!
//! **Invariants:** a text is plain from the form to the page, where the templates escape it; who may read a comment is
//! decided in the store's queries, who may change one in the statement that changes it.

pub mod admin;
pub mod api;
pub mod feed;
pub mod pages;
pub mod verdicts;

mod options;
mod posting;
mod seen;
mod text;

pub use options::CommentOptions;
pub use seen::{Place, mentions, section};
