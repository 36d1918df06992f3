//! The catalogue's changes in SQL, within a transaction of whoever makes them: of the catalogue, or of the queue, which
//! acknowledges nothing that the catalogue does not know.

use super::columns::{key, signed, without_nul};
use super::connection::{DatabaseError, Transaction};
use super::schema::COUNTERS;
use crate::report::{Reason, ReportId};
use crate::store::rows::{outcome_codes, path_bytes};
use crate::store::{Change, FileRow, Location, ReportFacts};
use std::path::Path;

/// Minima of a band, and bands of a sketch, made of its first minima. Of two texts that resemble each other by half some
/// band agrees 99 times of 100.
const BAND: usize = 2;
const BANDS: usize = 16;

/// A name that is known stays where the row does not give one.
const PUT_FILE: &str = "
INSERT INTO files (key, path, size, modified, id, outcome, reason, detail, reader_version, checked, vanished, name)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (key) DO UPDATE SET size = excluded.size, modified = excluded.modified, id = excluded.id,
    outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail,
    reader_version = excluded.reader_version, checked = excluded.checked, vanished = excluded.vanished,
    name = coalesce(excluded.name, files.name)";

/// A report that is read again keeps the time it was added. It has changed if something else is shown of it; a record of
/// another length has another text.
const PUT_REPORT: &str = "
INSERT INTO reports (id, segment, start, length, title, authors, date, language, size, pages_total, pages_searchable,
                     partial, correction, sketch, bands, added)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, extract(epoch FROM now())::bigint)
ON CONFLICT (id) DO UPDATE SET segment = excluded.segment, start = excluded.start, length = excluded.length,
    title = excluded.title, authors = excluded.authors, date = excluded.date, language = excluded.language,
    size = excluded.size, pages_total = excluded.pages_total, pages_searchable = excluded.pages_searchable,
    partial = excluded.partial, correction = excluded.correction,
    sketch = coalesce(excluded.sketch, reports.sketch), bands = coalesce(excluded.bands, reports.bands),
    changed = CASE WHEN
        (reports.length, reports.title, reports.authors, reports.date, reports.language, reports.pages_total,
         reports.pages_searchable, reports.partial, reports.correction)
        IS DISTINCT FROM
        (excluded.length, excluded.title, excluded.authors, excluded.date, excluded.language, excluded.pages_total,
         excluded.pages_searchable, excluded.partial, excluded.correction)
        THEN excluded.added ELSE reports.changed END";

/// Its pages by status: those of before that are no more go, the others are put in one statement.
const PUT_STATUSES: &str = "
INSERT INTO page_statuses (id, status, count) SELECT $1, * FROM unnest($2::text[], $3::bigint[])
ON CONFLICT (id, status) DO UPDATE SET count = excluded.count";

/// Applies changes in order and counts them as one. Several files or reports are locked in the order given, so whoever
/// gives many gives them in the same order as others, or is run again.
pub(crate) fn apply(transaction: &mut Transaction<'_>, changes: &[Change]) -> Result<(), DatabaseError> {
    changes.iter().try_for_each(|change| match change {
        Change::File(row) => put_file(transaction, row),
        Change::Report(facts, location) => put_report(transaction, facts, *location),
        Change::Vanished(path, when) => {
            let sql = "UPDATE files SET vanished = coalesce(vanished, $2) WHERE key = $1";
            transaction.execute(sql, &[&key(path_bytes(path)), when]).map(drop)
        }
        Change::Forget(path) => forget_file(transaction, path),
    })?;
    count(transaction)
}

/// A file that was a copy becomes the first of its report where no other is: of one report, or of all.
const PROMOTE: &str = "
UPDATE files SET outcome = CASE WHEN reports.partial IS NULL THEN 'indexed' ELSE 'partial' END, reason = reports.partial
FROM reports
WHERE files.outcome = 'duplicate' AND reports.id = files.id AND ($1::bytea IS NULL OR files.id = $1)
  AND NOT EXISTS (SELECT 1 FROM files other WHERE other.id = files.id AND other.outcome IN ('indexed', 'partial'))
  AND files.path = (SELECT path FROM files copy WHERE copy.id = files.id AND copy.outcome = 'duplicate'
                    ORDER BY path LIMIT 1)";

/// The first file of a report is read in part exactly if the report is.
const SUIT: &str = "
UPDATE files SET outcome = CASE WHEN reports.partial IS NULL THEN 'indexed' ELSE 'partial' END, reason = reports.partial
FROM reports
WHERE files.id = $1 AND reports.id = files.id AND files.outcome IN ('indexed', 'partial')
  AND files.reason IS DISTINCT FROM reports.partial";

/// Removes a report; its files' rows stay.
pub(crate) fn remove_report(transaction: &mut Transaction<'_>, id: ReportId) -> Result<(), DatabaseError> {
    transaction.execute("DELETE FROM reports WHERE id = $1", &[&&id.0[..]])?;
    count(transaction)
}

/// Gives a report whose first file is gone to the first of its copies, and the first file the outcome of the report.
pub(crate) fn promote(transaction: &mut Transaction<'_>, id: ReportId) -> Result<(), DatabaseError> {
    transaction.execute(PROMOTE, &[&Some(&id.0[..])])?;
    transaction.execute(SUIT, &[&&id.0[..]]).map(drop)
}

/// Removes a report that was withdrawn: its files count as that from `now` on (seconds since 1970), but for the one that is
/// gone with it. Gives whether it was there.
pub(crate) fn withdraw(
    transaction: &mut Transaction<'_>,
    id: ReportId,
    gone: Option<&Path>,
    now: i64,
) -> Result<bool, DatabaseError> {
    let id = &id.0[..];
    if let Some(gone) = gone {
        forget_file(transaction, gone)?;
    }
    transaction.execute(
        "UPDATE files SET outcome = 'failed', reason = $2, detail = '', checked = $3 WHERE id = $1",
        &[&id, &Reason::Withdrawn.code(), &now],
    )?;
    let was_there = transaction.execute("DELETE FROM reports WHERE id = $1", &[&id])? > 0;
    if was_there {
        transaction.execute("INSERT INTO removed (id) VALUES ($1) ON CONFLICT DO NOTHING", &[&id])?;
    }
    count(transaction)?;
    Ok(was_there)
}

/// Whether a file other than this one is the first of its report.
pub(crate) fn has_first(transaction: &mut Transaction<'_>, id: ReportId, except: &Path) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM files WHERE id = $1 AND outcome IN ('indexed', 'partial') AND key <> $2 LIMIT 1";
    Ok(!transaction.query(sql, &[&&id.0[..], &key(path_bytes(except))])?.is_empty())
}

/// Files that are there are not vanished.
pub(crate) fn returned(transaction: &mut Transaction<'_>, paths: &[&[u8]]) -> Result<(), DatabaseError> {
    let keys: Vec<Vec<u8>> = paths.iter().map(|path| key(path)).collect();
    let sql = "UPDATE files SET vanished = NULL WHERE vanished IS NOT NULL AND key = ANY($1)";
    if transaction.execute(sql, &[&keys])? > 0 { count(transaction) } else { Ok(()) }
}

/// The same for every report.
pub(super) fn promote_all(transaction: &mut Transaction<'_>) -> Result<(), DatabaseError> {
    transaction.execute(PROMOTE, &[&None::<&[u8]>]).map(drop)
}

/// Counts a change; waits for no other, as a rule.
pub(super) fn count(transaction: &mut Transaction<'_>) -> Result<(), DatabaseError> {
    let sql = "UPDATE content SET changes = changes + 1 WHERE counter = pg_backend_pid() % $1";
    transaction.execute(sql, &[&COUNTERS]).map(drop)
}

pub(super) fn forget_file(transaction: &mut Transaction<'_>, path: &Path) -> Result<(), DatabaseError> {
    transaction.execute("DELETE FROM files WHERE key = $1", &[&key(path_bytes(path))]).map(drop)
}

fn put_file(transaction: &mut Transaction<'_>, row: &FileRow) -> Result<(), DatabaseError> {
    let (outcome, reason) = outcome_codes(row.outcome);
    let path = path_bytes(&row.path);
    let id = row.id.as_ref().map(|id| &id.0[..]);
    transaction.execute(
        PUT_FILE,
        &[
            &key(path),
            &path,
            &signed(row.size),
            &row.modified,
            &id,
            &outcome,
            &reason,
            &without_nul(&row.detail),
            &i64::from(row.reader_version),
            &row.checked,
            &row.vanished,
            &row.name.as_deref().map(without_nul),
        ],
    )?;
    Ok(())
}

/// What stands for the bands of a sketch in the index: the number of the band and its minima.
fn bands(sketch: &[u8]) -> Vec<i32> {
    let bands = (0..).zip(sketch.chunks_exact(BAND).take(BANDS));
    bands.map(|(number, minima)| minima.iter().fold(number, |key, minimum| key << 8 | i32::from(*minimum))).collect()
}

fn put_report(transaction: &mut Transaction<'_>, facts: &ReportFacts, location: Location) -> Result<(), DatabaseError> {
    let id = &facts.id.0[..];
    let json = |value: serde_json::Result<String>| value.ok();
    let authors = json(serde_json::to_string(&facts.authors)).unwrap_or_else(|| "[]".to_owned());
    let correction = facts.correction.as_ref().and_then(|correction| json(serde_json::to_string(correction)));
    transaction.execute(
        PUT_REPORT,
        &[
            &id,
            &signed(location.segment),
            &signed(location.offset),
            &signed(location.length),
            &without_nul(&facts.title),
            &authors,
            &facts.date.as_deref().map(without_nul),
            &facts.language.as_deref().map(without_nul),
            &signed(facts.size),
            &i64::from(facts.pages_total()),
            &i64::from(facts.pages_searchable()),
            &facts.partial.map(Reason::code),
            &correction,
            &facts.sketch,
            &facts.sketch.as_deref().map(bands),
        ],
    )?;
    transaction.execute("DELETE FROM removed WHERE id = $1", &[&id])?;
    let statuses: Vec<&str> = facts.pages.keys().map(|status| status.code()).collect();
    let counts: Vec<i64> = facts.pages.values().map(|count| i64::from(*count)).collect();
    transaction.execute("DELETE FROM page_statuses WHERE id = $1 AND NOT status = ANY($2)", &[&id, &statuses])?;
    transaction.execute(PUT_STATUSES, &[&id, &statuses, &counts])?;
    Ok(())
}
