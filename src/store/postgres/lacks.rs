//! What the library lacks.

use super::PostgresCatalogue;
use super::columns::{signed, unsigned};
use crate::report::{PageStatus, Reason};
use crate::store::{FileRow, ReportRow, StoreError};
use std::path::Path;

impl PostgresCatalogue {
    pub(in crate::store) fn failed(
        &self,
        reason: Option<Reason>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<FileRow>, u64), StoreError> {
        const WHERE: &str = "WHERE outcome = 'failed' AND vanished IS NULL AND ($1::text IS NULL OR reason = $1)";
        let reason = reason.map(Reason::code);
        let total: i64 = self.one(&format!("SELECT count(*) FROM files {WHERE}"), &[&reason])?;
        let rest = format!("{WHERE} ORDER BY path LIMIT $2 OFFSET $3");
        Ok((self.files(&rest, &[&reason, &signed(limit), &signed(offset)])?, unsigned(total)?))
    }

    pub(in crate::store) fn with_gaps(
        &self,
        status: Option<PageStatus>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<ReportRow>, u64), StoreError> {
        const WHERE: &str = "WHERE CASE WHEN $1::text IS NULL THEN pages_searchable < pages_total ELSE EXISTS
             (SELECT 1 FROM page_statuses WHERE page_statuses.id = reports.id AND status = $1) END";
        let status = status.map(PageStatus::code);
        let total: i64 = self.one(&format!("SELECT count(*) FROM reports {WHERE}"), &[&status])?;
        let rest = format!("{WHERE} ORDER BY pages_total - pages_searchable DESC, reports.id LIMIT $2 OFFSET $3");
        Ok((self.report_rows(&rest, &[&status, &signed(limit), &signed(offset)])?, unsigned(total)?))
    }

    pub(in crate::store) fn failures_under(
        &self,
        roots: &[impl AsRef<Path>],
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<FileRow>, u64), StoreError> {
        let mut rows = self.files("WHERE outcome = 'failed' AND vanished IS NULL ORDER BY path", &[])?;
        rows.retain(|row| roots.iter().any(|root| row.path.starts_with(root)));
        let total = rows.len() as u64;
        Ok((rows.into_iter().skip(offset).take(limit).collect(), total))
    }
}
