//! When reports came into the library, and when they last changed in it.

use super::SqliteCatalogue;
use super::columns::id_at;
use crate::report::ReportId;
use crate::store::StoreError;

impl SqliteCatalogue {
    pub(in crate::store) fn additions(&self) -> Result<Vec<(ReportId, i64, i64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached("SELECT id, added, coalesce(changed, added) FROM reports ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((id_at(row, 0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
