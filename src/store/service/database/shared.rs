//! The database in PostgreSQL, which any number of processes use at once.

use super::{Transaction, Value};
use crate::store::StoreError;
use crate::store::postgres::{Asked, Connected, DatabaseError, Postgres, Schema};
use crate::store::service::shared_schema::SCHEMA;
use ::postgres::Row;
use ::postgres::types::private::BytesMut;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use std::error::Error;

/// The number under which those who write wait for each other.
const LOCK: i64 = 0x7265_6374_6f73; // `rectos` in ASCII

/// The database.
#[derive(Debug)]
pub(in crate::store::service) struct SharedDatabase {
    postgres: Postgres,
}

/// What statements are given to.
pub(in crate::store::service) trait Statements {
    fn query(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DatabaseError>;

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, DatabaseError>;
}

impl<C: Connected> Statements for Asked<'_, C> {
    fn query(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DatabaseError> {
        self.query(&numbered(sql), &given(parameters))
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, DatabaseError> {
        self.execute(&numbered(sql), &given(parameters))
    }
}

/// A statement with its parameters as PostgreSQL writes them; no statement has a question mark for anything else.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn given<'v>(parameters: &'v [Value<'_>]) -> Vec<&'v (dyn ToSql + Sync)> {
    parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl SharedDatabase {
    /// The database at an address as of [`crate::store::Catalogue::connect`]; its tables are made if there are none.
    pub(in crate::store::service) fn connect(url: &str, name: &str) -> Result<SharedDatabase, StoreError> {
        const SCHEMAS: &[Schema] = &[SCHEMA];
        Ok(SharedDatabase { postgres: Postgres::connect(url, name, SCHEMAS)? })
    }

    pub(super) fn read<T>(
        &self,
        mut questions: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.postgres.single(|single| questions(&mut Transaction::Postgres(single)))
    }

    /// Those who write do it one after the other. If it cannot be known whether the database has taken what was to be
    /// committed, as the connection broke off at that moment, the next try asks, and changes nothing if it has.
    pub(super) fn write<T>(
        &self,
        mut changes: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut before: Option<(Option<String>, T)> = None;
        self.postgres.transaction(|transaction| {
            // The lock is let go only when it is decided what became of the transaction that had it.
            transaction.query("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
            if let Some((Some(number), _)) = &before {
                let sql = "SELECT pg_xact_status(CAST(CAST($1 AS text) AS xid8)) = 'committed'";
                let rows = transaction.query(sql, &[number])?;
                if rows.first().and_then(|row| row.get(0)).unwrap_or(false) {
                    return Ok(());
                }
            }
            let result = changes(&mut Transaction::Postgres(transaction))?;
            let number = transaction.query("SELECT CAST(pg_current_xact_id_if_assigned() AS text)", &[])?;
            // One that has no number has changed nothing.
            before = Some((number.first().and_then(|row| row.get(0)), result));
            Ok::<(), StoreError>(())
        })?;
        before.map(|(_, result)| result).ok_or_else(|| super::not_understood(&"nothing was done"))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Integer(number), &Type::INT8) => number.to_sql(kind, out),
            // As a literal of a statement is one.
            (Value::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            // Texts of PostgreSQL have no NUL.
            (Value::Text(text), &Type::TEXT) if text.contains('\0') => text.replace('\0', "\u{FFFD}").to_sql(kind, out),
            (Value::Text(text), &Type::TEXT) => text.to_sql(kind, out),
            (Value::Blob(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            _ => Err(format!("a parameter of type {kind} cannot be {self:?}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'v> FromSql<'v> for Value<'v> {
    fn from_sql(kind: &Type, raw: &'v [u8]) -> Result<Value<'v>, Box<dyn Error + Sync + Send>> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Value::Integer),
            Type::TEXT => <&str>::from_sql(kind, raw).map(Value::Text),
            _ => <&[u8]>::from_sql(kind, raw).map(Value::Blob),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Value<'v>, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }
}
