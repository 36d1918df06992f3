//! Questions. Each is answered as of one moment.

use super::PostgresCatalogue;
use super::columns::{
    FILE_COLUMNS, PLACE, REPORT_COLUMNS, file_row, id, key, location_at, report_row, signed, status_count, unsigned,
};
use super::connection::DatabaseError;
use crate::report::{PageStatus, Reason, ReportId};
use crate::store::rows::{path_bytes, paths_below};
use crate::store::{Coverage, FileRow, Location, ReportRow, SketchesNear, StoreError};
use ::postgres::Row;
use ::postgres::types::ToSql;
use std::collections::HashMap;
use std::path::Path;

/// The order of titles: capitals of ASCII as small letters, all else by code. The first part has an index.
const BY_TITLE: &str = "left(lower(title COLLATE \"C\"), 200), lower(title COLLATE \"C\"), reports.id";

impl PostgresCatalogue {
    pub(in crate::store) fn version(&self) -> Result<i64, StoreError> {
        self.one("SELECT sum(changes)::bigint FROM content", &[])
    }

    pub(in crate::store) fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        Ok(self.files("WHERE key = $1", &[&key(path_bytes(path))])?.pop())
    }

    pub(in crate::store) fn files_under(&self, root: &Path) -> Result<Vec<FileRow>, StoreError> {
        let (from, to) = paths_below(root);
        let rest = "WHERE key = $1 OR (substring(path FROM 1 FOR 1000) >= substring($2::bytea FROM 1 FOR 1000)
                    AND substring(path FROM 1 FOR 1000) <= substring($3::bytea FROM 1 FOR 1000)
                    AND path >= $2 AND path < $3) ORDER BY path";
        self.files(rest, &[&key(path_bytes(root)), &from, &to])
    }

    pub(in crate::store) fn failures(&self, reason: Option<Reason>) -> Result<Vec<FileRow>, StoreError> {
        let rest = "WHERE (outcome = 'failed' OR (outcome = 'partial' AND $1::text IS NOT NULL)) AND vanished IS NULL
                    AND ($1 IS NULL OR reason = $1) ORDER BY path";
        self.files(rest, &[&reason.map(Reason::code)])
    }

    pub(in crate::store) fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        Ok(self.report_rows("WHERE reports.id = $1", &[&&id.0[..]])?.pop())
    }

    pub(in crate::store) fn reports_of(&self, ids: &[ReportId]) -> Result<Vec<Option<ReportRow>>, StoreError> {
        let asked: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
        let rows = self.report_rows("WHERE reports.id = ANY($1)", &[&asked])?;
        let rows: HashMap<ReportId, ReportRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(ids.iter().map(|id| rows.get(id).cloned()).collect())
    }

    pub(in crate::store) fn has_report(&self, id: ReportId) -> Result<bool, StoreError> {
        self.one("SELECT EXISTS (SELECT 1 FROM reports WHERE id = $1)", &[&&id.0[..]])
    }

    pub(in crate::store) fn has_reports(&self) -> Result<bool, StoreError> {
        self.one("SELECT EXISTS (SELECT 1 FROM reports)", &[])
    }

    pub(in crate::store) fn reports(&self, offset: u64, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        let rest = format!("ORDER BY {BY_TITLE} LIMIT $1 OFFSET $2");
        self.report_rows(&rest, &[&signed(limit), &signed(offset)])
    }

    pub(in crate::store) fn reports_after(
        &self,
        id: Option<ReportId>,
        limit: u64,
    ) -> Result<Vec<ReportRow>, StoreError> {
        let after = id.map(|id| id.0.to_vec()).unwrap_or_default();
        self.report_rows("WHERE reports.id > $1 ORDER BY reports.id LIMIT $2", &[&after, &signed(limit)])
    }

    pub(in crate::store) fn locations(&self) -> Result<Vec<(ReportId, Location)>, StoreError> {
        let sql = "SELECT id, segment, start, length FROM reports ORDER BY id";
        self.rows(sql, &[], |row| Ok((id(row.get(0))?, location_at(row, 1)?)))
    }

    pub(in crate::store) fn sketches_near(&self, ids: &[ReportId]) -> Result<Vec<SketchesNear>, StoreError> {
        const NEAR: &str = "SELECT own.id, own.sketch, other.id, other.sketch FROM reports own
             JOIN reports other ON other.bands && own.bands AND other.id <> own.id WHERE own.id = ANY($1)";
        let asked: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
        let rows = self.rows(NEAR, &[&asked], |row| {
            let own: (ReportId, Vec<u8>) = (id(row.get(0))?, row.get(1));
            Ok((own, (id(row.get(2))?, row.get::<_, Vec<u8>>(3))))
        })?;
        let mut by_id: HashMap<ReportId, SketchesNear> = HashMap::new();
        for ((id, own), other) in rows {
            let near = by_id.entry(id).or_default();
            near.own = own;
            near.others.push(other);
        }
        // The same report may be asked for twice.
        Ok(ids.iter().map(|id| by_id.get(id).cloned().unwrap_or_default()).collect())
    }

    pub(in crate::store) fn places(&self, id: ReportId) -> Result<Vec<FileRow>, StoreError> {
        self.files("WHERE id = $1 ORDER BY path", &[&&id.0[..]])
    }

    pub(in crate::store) fn page_statuses_of(
        &self,
        ids: &[ReportId],
    ) -> Result<Vec<Vec<(PageStatus, u32)>>, StoreError> {
        const STATUSES: &str =
            "SELECT status, count, id FROM page_statuses WHERE id = ANY($1) ORDER BY status COLLATE \"C\"";
        let asked: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
        let rows = self.rows(STATUSES, &[&asked], |row| {
            let (status, count) = status_count(row)?;
            Ok((row.get::<_, Vec<u8>>(2), (status, u32::try_from(count).unwrap_or(u32::MAX))))
        })?;
        let mut by_id: HashMap<Vec<u8>, Vec<(PageStatus, u32)>> = HashMap::new();
        for (id, counted) in rows {
            by_id.entry(id).or_default().push(counted);
        }
        Ok(ids.iter().map(|id| by_id.get(&id.0[..]).cloned().unwrap_or_default()).collect())
    }

    pub(in crate::store) fn coverage(&self) -> Result<Coverage, StoreError> {
        const COUNTS: &str =
            "SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM files WHERE vanished IS NULL)";
        const REASONS: &str = "SELECT outcome, reason, count(*) FROM files
             WHERE outcome IN ('failed', 'partial') AND vanished IS NULL GROUP BY outcome, reason";
        const PAGES: &str = "SELECT status, sum(count)::bigint FROM page_statuses GROUP BY status";
        self.database.transaction(|transaction| {
            let mut coverage = Coverage::default();
            for row in transaction.query(COUNTS, &[])? {
                (coverage.reports, coverage.files) = (unsigned(row.get(0))?, unsigned(row.get(1))?);
            }
            for row in transaction.query(REASONS, &[])? {
                let (outcome, reason): (&str, Option<String>) = (row.get(0), row.get(1));
                let counts = if outcome == "failed" { &mut coverage.failures } else { &mut coverage.partial };
                counts.insert(reason.unwrap_or_default(), unsigned(row.get(2))?);
            }
            for row in transaction.query(PAGES, &[])? {
                let (status, count) = status_count(&row)?;
                coverage.pages.insert(status, count);
            }
            Ok(coverage)
        })
    }

    pub(in crate::store) fn additions(&self) -> Result<Vec<(ReportId, i64, i64)>, StoreError> {
        let sql = "SELECT id, added, coalesce(changed, added) FROM reports ORDER BY id";
        self.rows(sql, &[], |row| Ok((id(row.get(0))?, row.get(1), row.get(2))))
    }

    pub(in crate::store) fn unplaced(&self) -> Result<Vec<ReportId>, StoreError> {
        let sql =
            "SELECT id FROM reports WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.id = reports.id) ORDER BY id";
        self.rows(sql, &[], |row| id(row.get(0)))
    }

    pub(in crate::store) fn is_removed(&self, id: ReportId) -> Result<bool, StoreError> {
        self.one("SELECT EXISTS (SELECT 1 FROM removed WHERE id = $1)", &[&&id.0[..]])
    }

    pub(in crate::store) fn is_withdrawn(&self, id: ReportId) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM files WHERE id = $1 AND outcome = 'failed' AND reason = $2)";
        self.one(sql, &[&&id.0[..], &Reason::Withdrawn.code()])
    }

    /// What the database cannot see to itself: files that were read and whose report is unknown.
    pub(in crate::store) fn verify(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT count(*) FROM files WHERE outcome IN ('indexed', 'partial', 'duplicate')
                   AND NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = files.id)";
        let lost: i64 = self.one(sql, &[])?;
        Ok(if lost == 0 { Vec::new() } else { vec![format!("{lost} files have lost their report")] })
    }

    /// Files, from `WHERE` on.
    pub(super) fn files(&self, rest: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<FileRow>, StoreError> {
        self.rows(&format!("SELECT {FILE_COLUMNS} FROM files {rest}"), parameters, file_row)
    }

    /// Reports, from `WHERE` on.
    pub(super) fn report_rows(
        &self,
        rest: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<ReportRow>, StoreError> {
        self.rows(&format!("SELECT {REPORT_COLUMNS} FROM reports {PLACE} {rest}"), parameters, report_row)
    }

    /// The one value that a statement gives.
    pub(super) fn one<T>(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<T, StoreError>
    where
        T: for<'r> ::postgres::types::FromSql<'r>,
    {
        let mut values = self.rows(sql, parameters, |row| Ok(row.get(0)))?;
        values.pop().ok_or_else(|| DatabaseError::Damaged("a table is empty".to_owned()).into())
    }

    fn rows<T>(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
        read: impl Fn(&Row) -> Result<T, DatabaseError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = |rows: Vec<Row>| rows.iter().map(&read).collect::<Result<_, _>>();
        Ok(self.database.transaction(|transaction| transaction.query(sql, parameters).and_then(rows))?)
    }
}
