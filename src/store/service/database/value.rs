//! Values as both databases know them.

use crate::store::StoreError;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// A value: a parameter of a statement, or what is in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::store::service) enum Value<'v> {
    Null,
    Integer(i64),
    Text(&'v str),
    Blob(&'v [u8]),
}

/// The parameters of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::service::database::Value::from($value)),*]
    };
}
pub(in crate::store::service) use values;

impl<'v> Value<'v> {
    pub(super) fn of_sqlite(value: ValueRef<'v>) -> Result<Value<'v>, StoreError> {
        Ok(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Text(_) => Value::Text(value.as_str().map_err(|error| super::not_understood(&error))?),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
            ValueRef::Real(number) => return Err(super::not_understood(&number)),
        })
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Integer(number.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(is_so: bool) -> Self {
        Value::Integer(is_so.into())
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Value::Text(text)
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Value::Text(text)
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Value::Blob(bytes)
    }
}

impl<'v> From<&'v Vec<u8>> for Value<'v> {
    fn from(bytes: &'v Vec<u8>) -> Self {
        Value::Blob(bytes)
    }
}

impl<'v, const N: usize> From<&'v [u8; N]> for Value<'v> {
    fn from(bytes: &'v [u8; N]) -> Self {
        Value::Blob(bytes)
    }
}

impl<'v, T> From<Option<T>> for Value<'v>
where
    Value<'v>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

/// What a column can be read as.
pub(in crate::store::service) trait FromValue<'v>: Sized {
    /// `None` if it cannot.
    fn from_value(value: Value<'v>) -> Option<Self>;
}

impl FromValue<'_> for i64 {
    fn from_value(value: Value<'_>) -> Option<i64> {
        if let Value::Integer(number) = value { Some(number) } else { None }
    }
}

impl FromValue<'_> for u32 {
    fn from_value(value: Value<'_>) -> Option<u32> {
        i64::from_value(value).and_then(|number| u32::try_from(number).ok())
    }
}

impl<'v> FromValue<'v> for &'v str {
    fn from_value(value: Value<'v>) -> Option<&'v str> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl FromValue<'_> for String {
    fn from_value(value: Value<'_>) -> Option<String> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'v> FromValue<'v> for &'v [u8] {
    fn from_value(value: Value<'v>) -> Option<&'v [u8]> {
        if let Value::Blob(bytes) = value { Some(bytes) } else { None }
    }
}

impl<const N: usize> FromValue<'_> for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<[u8; N]> {
        <&[u8]>::from_value(value).and_then(|bytes| bytes.try_into().ok())
    }
}

impl<'v, T: FromValue<'v>> FromValue<'v> for Option<T> {
    fn from_value(value: Value<'v>) -> Option<Option<T>> {
        if value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}
