//! Questions. Those that take several statements are answered as of one moment where that matters.

use super::SqliteCatalogue;
use super::columns::{
    FILE_COLUMNS, REPORT_COLUMNS, file_row, id_at, location_at, report_row, signed, status_at, unsigned_at,
};
use crate::report::{PageStatus, Reason, ReportId};
use crate::store::rows::{path_bytes, paths_below};
use crate::store::{Coverage, FileRow, Location, ReportRow, StoreError};
use rusqlite::{OptionalExtension, params};
use std::path::Path;

impl SqliteCatalogue {
    pub(in crate::store) fn version(&self) -> Result<i64, StoreError> {
        let connection = self.reader()?;
        Ok(connection.prepare_cached("SELECT changes FROM content")?.query_row([], |row| row.get(0))?)
    }

    pub(in crate::store) fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!("SELECT {FILE_COLUMNS} FROM files WHERE path = ?1"))?;
        Ok(statement.query_row([path_bytes(path)], file_row).optional()?)
    }

    pub(in crate::store) fn files_under(&self, root: &Path) -> Result<Vec<FileRow>, StoreError> {
        let itself = path_bytes(root);
        let (from, to) = paths_below(root);
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files WHERE path = ?1 \
             UNION ALL SELECT {FILE_COLUMNS} FROM files WHERE path >= ?2 AND path < ?3 ORDER BY path"
        ))?;
        let rows = statement.query_map(params![itself, from, to], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn failures(&self, reason: Option<Reason>) -> Result<Vec<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files \
             WHERE (outcome = 'failed' OR (outcome = 'partial' AND ?1 IS NOT NULL)) AND vanished IS NULL
               AND (?1 IS NULL OR reason = ?1) ORDER BY path"
        ))?;
        let rows = statement.query_map([reason.map(Reason::code)], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id = ?1"))?;
        Ok(statement.query_row([id.0], report_row).optional()?)
    }

    pub(in crate::store) fn reports_of(&self, ids: &[ReportId]) -> Result<Vec<Option<ReportRow>>, StoreError> {
        let connection = self.reader()?;
        // Never committed: it only reads.
        let transaction = connection.unchecked_transaction()?;
        let mut statement =
            transaction.prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id = ?1"))?;
        let rows = ids.iter().map(|id| statement.query_row([id.0], report_row).optional());
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn has_report(&self, id: ReportId) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT 1 FROM reports WHERE id = ?1")?;
        Ok(statement.exists([id.0])?)
    }

    pub(in crate::store) fn has_reports(&self) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        Ok(connection.prepare_cached("SELECT 1 FROM reports LIMIT 1")?.exists([])?)
    }

    pub(in crate::store) fn reports(&self, offset: u64, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {REPORT_COLUMNS} FROM reports ORDER BY title COLLATE NOCASE, id LIMIT ?1 OFFSET ?2"
        ))?;
        let rows = statement.query_map([signed(limit), signed(offset)], report_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn reports_after(
        &self,
        id: Option<ReportId>,
        limit: u64,
    ) -> Result<Vec<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection
            .prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
        let after = id.map(|id| id.0.to_vec()).unwrap_or_default();
        let rows = statement.query_map(params![after, signed(limit)], report_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn locations(&self) -> Result<Vec<(ReportId, Location)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT id, segment, offset, length FROM reports ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((id_at(row, 0)?, location_at(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn places(&self, id: ReportId) -> Result<Vec<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached(&format!("SELECT {FILE_COLUMNS} FROM files WHERE id = ?1 ORDER BY path"))?;
        let rows = statement.query_map([id.0], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn page_statuses_of(
        &self,
        ids: &[ReportId],
    ) -> Result<Vec<Vec<(PageStatus, u32)>>, StoreError> {
        let connection = self.reader()?;
        // Never committed: it only reads.
        let transaction = connection.unchecked_transaction()?;
        let mut statement =
            transaction.prepare_cached("SELECT status, count FROM page_statuses WHERE id = ?1 ORDER BY status")?;
        let mut of = |id: &ReportId| {
            statement.query_map([id.0], |row| Ok((status_at(row, 0)?, row.get(1)?)))?.collect::<Result<_, _>>()
        };
        Ok(ids.iter().map(&mut of).collect::<rusqlite::Result<_>>()?)
    }

    pub(in crate::store) fn coverage(&self) -> Result<Coverage, StoreError> {
        let connection = self.reader()?;
        let count = |sql: &str| -> rusqlite::Result<u64> {
            connection.prepare_cached(sql)?.query_row([], |row| unsigned_at(row, 0))
        };
        let mut coverage = Coverage {
            reports: count("SELECT count(*) FROM reports")?,
            files: count("SELECT count(*) FROM files WHERE vanished IS NULL")?,
            ..Coverage::default()
        };
        let mut statement = connection.prepare_cached(
            "SELECT reason, count(*) FROM files WHERE outcome = ?1 AND vanished IS NULL GROUP BY reason",
        )?;
        for (outcome, counts) in [("failed", &mut coverage.failures), ("partial", &mut coverage.partial)] {
            let rows = statement.query_map([outcome], |row| Ok((row.get(0)?, unsigned_at(row, 1)?)))?;
            *counts = rows.collect::<Result<_, _>>()?;
        }
        let mut statement =
            connection.prepare_cached("SELECT status, sum(count) FROM page_statuses GROUP BY status")?;
        let rows = statement.query_map([], |row| Ok((status_at(row, 0)?, unsigned_at(row, 1)?)))?;
        coverage.pages = rows.collect::<Result<_, _>>()?;
        Ok(coverage)
    }

    /// The last segment with the text of a report, and the byte after the last such text in it; `None` without reports.
    pub(in crate::store) fn end_of_texts(&self) -> Result<Option<(u64, u64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(
            "SELECT segment, max(offset + length) FROM reports WHERE segment = (SELECT max(segment) FROM reports)
             GROUP BY segment",
        )?;
        Ok(statement.query_row([], |row| Ok((unsigned_at(row, 0)?, unsigned_at(row, 1)?))).optional()?)
    }

    /// The byte after the last text of a report in each segment that has any, by number.
    pub(in crate::store) fn ends_of_texts(&self) -> Result<Vec<(u64, u64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection
            .prepare("SELECT segment, max(offset + length) FROM reports GROUP BY segment ORDER BY segment")?;
        let rows = statement.query_map([], |row| Ok((unsigned_at(row, 0)?, unsigned_at(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(in crate::store) fn verify(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let findings = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut findings: Vec<String> = findings.into_iter().filter(|finding| finding != "ok").collect();
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let broken = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        findings.extend(broken.into_iter().map(|table| format!("a row of {table} has lost its report")));
        Ok(findings)
    }

    /// Reads every row: SQLite's checks know nothing of what may stand in them.
    pub(in crate::store) fn read_all_rows(&self) -> Result<(), StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare(&format!("SELECT {FILE_COLUMNS} FROM files"))?;
        statement.query_map([], file_row)?.try_for_each(|row| row.map(drop))?;
        let mut statement = connection.prepare(&format!("SELECT {REPORT_COLUMNS} FROM reports"))?;
        statement.query_map([], report_row)?.try_for_each(|row| row.map(drop))?;
        let mut statement = connection.prepare("SELECT status, count FROM page_statuses")?;
        let rows = statement.query_map([], |row| Ok((status_at(row, 0)?, row.get::<_, u32>(1)?)))?;
        Ok(rows.into_iter().try_for_each(|row| row.map(drop))?)
    }

    pub(in crate::store) fn unplaced(&self) -> Result<Vec<ReportId>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(
            "SELECT id FROM reports WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.id = reports.id) ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| id_at(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
