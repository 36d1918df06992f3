//! When reports came into the library.

use super::columns::id_at;
use crate::report::ReportId;
use crate::store::{Catalogue, StoreError};

impl Catalogue {
    /// Every report with the seconds since 1970 when it was added, by id.
    pub fn additions(&self) -> Result<Vec<(ReportId, i64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT id, added FROM reports ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((id_at(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
