//! The catalogue in PostgreSQL, for a library that many machines fill: the same questions and changes as in SQLite, the
//! same answers.
//!
//! Its tables stand beside those of the queue, and its rows are written in the queue's transactions, so that a report is
//! live in the one exactly if it is known to the other. A path is what the queue calls a place: that of a file, or the
//! address of an object.

mod changes;
mod columns;
mod connection;
mod lacks;
mod reads;
mod schema;
#[cfg(test)]
pub(crate) mod server;
mod writes;

pub use connection::DatabaseError;

pub(crate) use changes::{apply, has_first, promote, remove_report, returned, withdraw};
pub(crate) use connection::{Asked, Connected, Postgres, Schema, Transaction};
pub(crate) use schema::SCHEMA;

use crate::store::StoreError;

/// The catalogue in a database; can be shared between threads.
#[derive(Debug)]
pub(super) struct PostgresCatalogue {
    database: Postgres,
}

impl PostgresCatalogue {
    /// The catalogue in a database, given as `postgres://user@host/database?…`; its tables are made if there are none.
    pub(super) fn connect(url: &str, name: &str) -> Result<PostgresCatalogue, StoreError> {
        Ok(PostgresCatalogue { database: Postgres::connect(url, name, &[SCHEMA])? })
    }
}
