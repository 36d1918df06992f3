//! Where a service's own is kept: in SQLite beside its library, or in PostgreSQL where the library is on many machines.
//!
//! Every statement is written once, in what both understand: parameters are numbered (`?1`), numbers are 64 bits wide,
//! truths are 0 and 1, and a parameter is first used where its type is plain. Those who write do so one after the other in
//! both, so that what was looked at in a transaction still holds when it writes.

#[cfg(feature = "cluster")]
mod shared;
mod value;

#[cfg(feature = "cluster")]
pub(super) use shared::SharedDatabase;
pub(super) use value::{FromValue, Value, values};

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::{Mutex, PoisonError};

/// A database; can be shared between threads.
#[derive(Debug)]
pub(super) enum Database {
    Sqlite(Mutex<Connection>),
    #[cfg(feature = "cluster")]
    Postgres(SharedDatabase),
}

/// Whoever asks or changes something in a database.
pub(super) enum Transaction<'t> {
    Sqlite(&'t Connection),
    #[cfg(feature = "cluster")]
    Postgres(&'t mut (dyn shared::Statements + 't)),
}

/// A row of an answer.
pub(super) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "cluster")]
    Postgres(&'r ::postgres::Row),
}

impl Database {
    /// Asks something, question by question: changes of others may come between two of them. May be run more than once.
    pub(super) fn read<T>(
        &self,
        mut questions: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            // The connection of one who panicked is taken all the same: the transaction was rolled back.
            Database::Sqlite(connection) => {
                questions(&mut Transaction::Sqlite(&connection.lock().unwrap_or_else(PoisonError::into_inner)))
            }
            #[cfg(feature = "cluster")]
            Database::Postgres(database) => database.read(questions),
        }
    }

    /// Makes changes, all of them or none, durable when it returns. They may be run more than once, but are made once.
    pub(super) fn write<T>(
        &self,
        mut changes: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Database::Sqlite(connection) => {
                let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let result = changes(&mut Transaction::Sqlite(&transaction))?;
                transaction.commit()?;
                Ok(result)
            }
            #[cfg(feature = "cluster")]
            Database::Postgres(database) => database.write(changes),
        }
    }
}

impl Transaction<'_> {
    /// Runs a statement; how many rows it changed.
    pub(super) fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        match self {
            Transaction::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(parameters))? as u64)
            }
            #[cfg(feature = "cluster")]
            Transaction::Postgres(statements) => Ok(statements.execute(sql, parameters)?),
        }
    }

    /// What `read` makes of each row of an answer.
    pub(super) fn rows<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match self {
            Transaction::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                let mut all = Vec::new();
                while let Some(row) = rows.next()? {
                    all.push(read(&Row::Sqlite(row))?);
                }
                Ok(all)
            }
            #[cfg(feature = "cluster")]
            Transaction::Postgres(statements) => {
                statements.query(sql, parameters)?.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// What `read` makes of the first row of an answer, if it has any.
    pub(super) fn row<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self {
            Transaction::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                rows.next()?.map(|row| read(&Row::Sqlite(row))).transpose()
            }
            #[cfg(feature = "cluster")]
            Transaction::Postgres(statements) => {
                statements.query(sql, parameters)?.first().map(|row| read(&Row::Postgres(row))).transpose()
            }
        }
    }

    /// The one value of an answer of one row, as that of a statement that says what it `RETURNING`s.
    pub(super) fn one<T: for<'v> FromValue<'v>>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
    ) -> Result<T, StoreError> {
        self.row(sql, parameters, |row| row.get(0))?.ok_or_else(|| not_understood(&"no row"))
    }

    /// Whether an answer has any row.
    pub(super) fn exists(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<bool, StoreError> {
        Ok(self.row(sql, parameters, |_| Ok(()))?.is_some())
    }
}

impl Row<'_> {
    /// What is in a column.
    pub(super) fn value(&self, column: usize) -> Result<Value<'_>, StoreError> {
        match self {
            Row::Sqlite(row) => Value::of_sqlite(row.get_ref(column)?),
            #[cfg(feature = "cluster")]
            Row::Postgres(row) => row.try_get(column).map_err(|error| not_understood(&error)),
        }
    }

    /// What is in a column, as what it is to be.
    pub(super) fn get<'v, T: FromValue<'v>>(&'v self, column: usize) -> Result<T, StoreError> {
        let value = self.value(column)?;
        T::from_value(value).ok_or_else(|| not_understood(&format!("{value:?} in column {column}")))
    }
}

/// The error for what no version of the program writes.
pub(super) fn not_understood(what: &dyn std::fmt::Display) -> StoreError {
    StoreError::NotUnderstood(what.to_string())
}
