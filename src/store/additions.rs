//! When reports came into the library, and when they last changed in it.

use super::columns::id_at;
use crate::report::ReportId;
use crate::store::{Catalogue, StoreError};

impl Catalogue {
    /// Every report with the seconds since 1970 when it was added and when it last changed, by id.
    pub fn additions(&self) -> Result<Vec<(ReportId, i64, i64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached("SELECT id, added, coalesce(changed, added) FROM reports ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((id_at(row, 0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
