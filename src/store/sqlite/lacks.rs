//! What the library lacks: files that failed, reports that cannot be found whole.

use super::SqliteCatalogue;
use super::columns::{FILE_COLUMNS, REPORT_COLUMNS, file_row, report_row, signed, unsigned_at};
use crate::report::{PageStatus, Reason};
use crate::store::{FileRow, ReportRow, StoreError};
use rusqlite::params;

impl SqliteCatalogue {
    pub(in crate::store) fn failed(
        &self,
        reason: Option<Reason>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<FileRow>, u64), StoreError> {
        const WHERE: &str = "outcome = 'failed' AND vanished IS NULL AND (?1 IS NULL OR reason = ?1)";
        let reason = reason.map(Reason::code);
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!("SELECT count(*) FROM files WHERE {WHERE}"))?;
        let total = statement.query_row([reason], |row| unsigned_at(row, 0))?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files WHERE {WHERE} ORDER BY path LIMIT ?2 OFFSET ?3"
        ))?;
        let rows = statement.query_map(params![reason, signed(limit), signed(offset)], file_row)?;
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    pub(in crate::store) fn with_gaps(
        &self,
        status: Option<PageStatus>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<ReportRow>, u64), StoreError> {
        const WHERE: &str = "iif(?1 IS NULL, pages_searchable < pages_total,
                                 EXISTS (SELECT 1 FROM page_statuses WHERE page_statuses.id = reports.id AND status = ?1))";
        let status = status.map(PageStatus::code);
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!("SELECT count(*) FROM reports WHERE {WHERE}"))?;
        let total = statement.query_row([status], |row| unsigned_at(row, 0))?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {REPORT_COLUMNS} FROM reports WHERE {WHERE}
             ORDER BY pages_total - pages_searchable DESC, id LIMIT ?2 OFFSET ?3"
        ))?;
        let rows = statement.query_map(params![status, signed(limit), signed(offset)], report_row)?;
        Ok((rows.collect::<Result<_, _>>()?, total))
    }
}
