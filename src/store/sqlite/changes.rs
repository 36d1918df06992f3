//! The catalogue's changes → SQL.

use super::columns::signed;
use crate::report::Reason;
use crate::store::rows::{outcome_codes, path_bytes};
use crate::store::{Change, FileRow, Location, ReportFacts, seconds_now};
use rusqlite::{Transaction, params};

/// Applies one change.
pub(super) fn apply(transaction: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::File(row) => put_file(transaction, row),
        Change::Report(facts, location) => put_report(transaction, facts, *location),
        Change::Vanished(path, when) => {
            let sql = "UPDATE files SET vanished = coalesce(vanished, ?2) WHERE path = ?1";
            transaction.prepare_cached(sql)?.execute(params![path_bytes(path), when]).map(drop)
        }
        Change::Forget(path) => {
            let sql = "DELETE FROM files WHERE path = ?1";
            transaction.prepare_cached(sql)?.execute([path_bytes(path)]).map(drop)
        }
    }
}

/// A name that is known stays where the row does not give one.
fn put_file(transaction: &Transaction<'_>, row: &FileRow) -> rusqlite::Result<()> {
    let (outcome, reason) = outcome_codes(row.outcome);
    let mut statement = transaction.prepare_cached(
        "INSERT OR REPLACE INTO files
             (path, size, modified, id, outcome, reason, detail, reader_version, checked, vanished, name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                 coalesce(?11, (SELECT name FROM files WHERE path = ?1)))",
    )?;
    statement.execute(params![
        path_bytes(&row.path),
        signed(row.size),
        row.modified,
        row.id.map(|id| id.0),
        outcome,
        reason,
        row.detail,
        row.reader_version,
        row.checked,
        row.vanished,
        row.name,
    ])?;
    Ok(())
}

fn put_report(transaction: &Transaction<'_>, facts: &ReportFacts, location: Location) -> rusqlite::Result<()> {
    let id = facts.id.0;
    let authors = serde_json::to_string(&facts.authors).unwrap_or_else(|_| "[]".to_owned());
    let correction = facts.correction.as_ref().and_then(|correction| serde_json::to_string(correction).ok());
    // A report that is read again keeps the time it was added. It has changed if something else is shown of it; a record
    // of another length has another text.
    let mut statement = transaction.prepare_cached(
        "INSERT INTO reports (id, segment, offset, length, title, authors, date, language, size, pages_total,
                              pages_searchable, partial, added, correction)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET
             segment = excluded.segment, offset = excluded.offset, length = excluded.length, title = excluded.title,
             authors = excluded.authors, date = excluded.date, language = excluded.language, size = excluded.size,
             pages_total = excluded.pages_total, pages_searchable = excluded.pages_searchable,
             partial = excluded.partial, correction = excluded.correction,
             changed = CASE WHEN
                 (reports.length, reports.title, reports.authors, reports.date, reports.language, reports.pages_total,
                  reports.pages_searchable, reports.partial, reports.correction)
                 IS NOT
                 (excluded.length, excluded.title, excluded.authors, excluded.date, excluded.language,
                  excluded.pages_total, excluded.pages_searchable, excluded.partial, excluded.correction)
                 THEN excluded.added ELSE reports.changed END",
    )?;
    statement.execute(params![
        id,
        signed(location.segment),
        signed(location.offset),
        signed(location.length),
        facts.title,
        authors,
        facts.date,
        facts.language,
        signed(facts.size),
        facts.pages_total(),
        facts.pages_searchable(),
        facts.partial.map(Reason::code),
        seconds_now(),
        correction,
    ])?;
    transaction.prepare_cached("DELETE FROM removed WHERE id = ?1")?.execute([id])?;
    transaction.prepare_cached("DELETE FROM page_statuses WHERE id = ?1")?.execute([id])?;
    let mut statement =
        transaction.prepare_cached("INSERT INTO page_statuses (id, status, count) VALUES (?1, ?2, ?3)")?;
    for (status, count) in &facts.pages {
        statement.execute(params![id, status.code(), count])?;
    }
    Ok(())
}
