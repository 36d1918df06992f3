//! The tables of the queue in SQL. Parameters only; nothing from outside becomes part of a statement.

use crate::queue::schema::{self, LOCK};
use crate::queue::tables::{Database, Tables, Work};
use crate::queue::{Counts, Item, Millis, QueueError, Revision, RevisionId, RevisionState, Source, State, Token};
use crate::report::ReportId;
use crate::store::postgres::{self as catalogue, Postgres, Transaction};
use crate::store::{Change, paths_below};
use ::postgres::Row;
use ::postgres::types::ToSql;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const ITEM: &str = "place, version, bytes, state, due, lease, worker, losses, returns, report, is_replaced, reason, detail, is_corrected";
const REVISION: &str = "id, report, place, edition, pages, state, since";

const PUT_ITEMS: &str = "
INSERT INTO queue_items
    (place, version, bytes, state, due, lease, worker, losses, returns, report, is_replaced, reason, detail, key,
     is_corrected)
SELECT * FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::integer[],
    $9::integer[], $10::bytea[], $11::boolean[], $12::text[], $13::text[], $14::bytea[], $15::boolean[])
ON CONFLICT (key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes, state = excluded.state,
    due = excluded.due, lease = excluded.lease, worker = excluded.worker, losses = excluded.losses,
    returns = excluded.returns, report = excluded.report, is_replaced = excluded.is_replaced, reason = excluded.reason,
    detail = excluded.detail, is_corrected = excluded.is_corrected";
const PUT_REVISION: &str = "
INSERT INTO queue_revisions (id, report, place, edition, pages, state, since, key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, since = excluded.since";
const COUNTS: &str = "
SELECT state, count(*) FROM queue_items GROUP BY state
UNION ALL SELECT state, count(*) FROM queue_revisions GROUP BY state";
const TAKE_TURN: &str = "
INSERT INTO queue_turns (name, due) VALUES ($1, $3)
ON CONFLICT (name) DO UPDATE SET due = excluded.due WHERE queue_turns.due <= $2
RETURNING 1";

/// Connects, and brings the tables of the queue and of the catalogue up to date.
pub(super) fn connect(url: &str, name: &str) -> Result<Postgres, QueueError> {
    Ok(Postgres::connect(url, name, &[catalogue::SCHEMA, schema::SCHEMA])?)
}

impl Database for Postgres {
    fn transaction(&self, work: &mut Work<'_>) -> Result<(), QueueError> {
        Postgres::transaction(self, |transaction| work(&mut PostgresTables::new(transaction)))
    }
}

/// The tables within a transaction.
pub(super) struct PostgresTables<'t, 'c> {
    transaction: &'t mut Transaction<'c>,
    now: Option<Millis>,
}

impl<'t, 'c> PostgresTables<'t, 'c> {
    pub(super) fn new(transaction: &'t mut Transaction<'c>) -> PostgresTables<'t, 'c> {
        PostgresTables { transaction, now: None }
    }

    fn query(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, QueueError> {
        Ok(self.transaction.query(sql, parameters)?)
    }

    fn execute(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<(), QueueError> {
        Ok(self.transaction.execute(sql, parameters).map(drop)?)
    }

    fn query_items(&mut self, rest: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Item>, QueueError> {
        self.query(&format!("SELECT {ITEM} FROM queue_items {rest}"), parameters)?.iter().map(item).collect()
    }

    fn query_revisions(&mut self, rest: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Revision>, QueueError> {
        self.query(&format!("SELECT {REVISION} FROM queue_revisions {rest}"), parameters)?
            .iter()
            .map(revision)
            .collect()
    }
}

impl Tables for PostgresTables<'_, '_> {
    fn now(&mut self) -> Result<Millis, QueueError> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let rows = self.query("SELECT queue_now()", &[])?;
        let now = rows.first().map(|row| row.get(0)).ok_or_else(|| QueueError::Damaged("no clock".to_owned()))?;
        Ok(*self.now.insert(now))
    }

    fn queue_up(&mut self) -> Result<(), QueueError> {
        self.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
    }

    fn guard(&mut self, report: ReportId) -> Result<(), QueueError> {
        // Two reports that begin alike wait for each other, which does no harm.
        let number = report.0.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
        self.execute("SELECT pg_advisory_xact_lock($1)", &[&number])
    }

    fn items(&mut self, places: &[&[u8]]) -> Result<Vec<Item>, QueueError> {
        self.query_items("WHERE key = ANY($1) ORDER BY key FOR UPDATE", &[&keys(places)])
    }

    fn due(&mut self, now: Millis, most: u32, is_corrected: bool) -> Result<Vec<Item>, QueueError> {
        // Each with an index of its own.
        let rest = match is_corrected {
            true => {
                "WHERE is_corrected AND state IN ('waiting', 'leased') AND due <= $1 ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED"
            }
            false => {
                "WHERE NOT is_corrected AND state IN ('waiting', 'leased') AND due <= $1 ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED"
            }
        };
        self.query_items(rest, &[&now, &i64::from(most)])
    }

    fn held(&mut self, lease: &Token) -> Result<Vec<Item>, QueueError> {
        self.query_items("WHERE state = 'leased' AND lease = $1 ORDER BY key FOR UPDATE", &[&lease.as_str()])
    }

    fn failed(&mut self, reason: Option<&str>) -> Result<Vec<Item>, QueueError> {
        let rest = "WHERE state = 'failed' AND ($1::text IS NULL OR reason = $1) ORDER BY key FOR UPDATE";
        self.query_items(rest, &[&reason])
    }

    fn put_items(&mut self, items: &[Item]) -> Result<(), QueueError> {
        if items.is_empty() {
            return Ok(());
        }
        let places: Vec<&[u8]> = items.iter().map(|item| &item.source.place[..]).collect();
        let versions: Vec<&str> = items.iter().map(|item| &item.source.version[..]).collect();
        let bytes: Vec<i64> = items.iter().map(|item| i64::try_from(item.source.bytes).unwrap_or(i64::MAX)).collect();
        let states: Vec<&str> = items.iter().map(|item| item.state.code()).collect();
        let due: Vec<Millis> = items.iter().map(|item| item.due).collect();
        let leases: Vec<Option<&str>> = items.iter().map(|item| item.lease.as_ref().map(Token::as_str)).collect();
        let workers: Vec<Option<&str>> = items.iter().map(|item| item.worker.as_deref()).collect();
        let losses: Vec<i32> = items.iter().map(|item| number(item.losses)).collect();
        let returns: Vec<i32> = items.iter().map(|item| number(item.returns)).collect();
        let reports: Vec<Option<&[u8]>> = items.iter().map(|item| item.report.as_ref().map(|id| &id.0[..])).collect();
        let replaced: Vec<bool> = items.iter().map(|item| item.is_replaced).collect();
        let corrected: Vec<bool> = items.iter().map(|item| item.is_corrected).collect();
        let reasons: Vec<Option<&str>> = items.iter().map(|item| item.reason.as_deref()).collect();
        let details: Vec<String> = items.iter().map(|item| without_nul(&item.detail)).collect();
        self.execute(
            PUT_ITEMS,
            &[
                &places,
                &versions,
                &bytes,
                &states,
                &due,
                &leases,
                &workers,
                &losses,
                &returns,
                &reports,
                &replaced,
                &reasons,
                &details,
                &keys(&places),
                &corrected,
            ],
        )
    }

    fn remove_items(&mut self, places: &[&[u8]]) -> Result<(), QueueError> {
        self.execute("DELETE FROM queue_items WHERE key = ANY($1)", &[&keys(places)])
    }

    fn placed(&mut self, report: ReportId) -> Result<Vec<Item>, QueueError> {
        self.query_items("WHERE report = $1 ORDER BY key FOR UPDATE", &[&&report.0[..]])
    }

    fn places_under(&mut self, folder: &Path, after: Option<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, QueueError> {
        let (from, to) = paths_below(folder);
        let sql = "SELECT place FROM queue_items WHERE key > $1 AND (place = $2 OR (place >= $3 AND place < $4))
                   ORDER BY key LIMIT $5";
        let after = after.map(key).unwrap_or_default();
        let rows = self.query(sql, &[&after, &folder.as_os_str().as_bytes(), &from, &to, &i64::from(most)])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn is_placed(&mut self, report: ReportId) -> Result<bool, QueueError> {
        let rows = self.query("SELECT 1 FROM queue_items WHERE report = $1 LIMIT 1", &[&&report.0[..]])?;
        Ok(!rows.is_empty())
    }

    fn revision(&mut self, id: &RevisionId) -> Result<Option<Revision>, QueueError> {
        Ok(self.query_revisions("WHERE id = $1 FOR UPDATE", &[&id.as_str()])?.pop())
    }

    fn revision_of(&mut self, report: ReportId, state: RevisionState) -> Result<Option<Revision>, QueueError> {
        // The state is written out so that its own index serves.
        let rest = match state {
            RevisionState::Live => "WHERE state = 'live' AND report = $1 FOR UPDATE",
            RevisionState::Writing => "WHERE state = 'writing' AND report = $1 FOR UPDATE",
            RevisionState::Retired | RevisionState::Purging => return Ok(None),
        };
        Ok(self.query_revisions(rest, &[&&report.0[..]])?.pop())
    }

    fn written_from(&mut self, places: &[&[u8]]) -> Result<Vec<Revision>, QueueError> {
        self.query_revisions("WHERE state = 'writing' AND key = ANY($1) ORDER BY id FOR UPDATE", &[&keys(places)])
    }

    fn since_before(&mut self, state: RevisionState, time: Millis, most: u32) -> Result<Vec<Revision>, QueueError> {
        let rest = "WHERE state <> 'live' AND state = $1 AND since <= $2 ORDER BY since, id LIMIT $3 FOR UPDATE";
        self.query_revisions(rest, &[&state.code(), &time, &i64::from(most)])
    }

    fn live(&mut self, reports: &[ReportId]) -> Result<Vec<Revision>, QueueError> {
        let reports: Vec<&[u8]> = reports.iter().map(|report| &report.0[..]).collect();
        // Searches ask: they lock nothing.
        self.query_revisions("WHERE state = 'live' AND report = ANY($1)", &[&reports])
    }

    fn masked(&mut self) -> Result<Vec<RevisionId>, QueueError> {
        let rows = self.query("SELECT id FROM queue_revisions WHERE state <> 'live' ORDER BY id", &[])?;
        rows.iter().map(|row| row.get::<_, &str>(0).parse()).collect()
    }

    fn put_revision(&mut self, revision: &Revision) -> Result<(), QueueError> {
        let Revision { id, report, place, edition, pages, state, since } = revision;
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&id.as_str(), &&report.0[..], place, edition, &number(*pages), &state.code(), since, &key(place)];
        self.execute(PUT_REVISION, &parameters)
    }

    fn remove_purging(&mut self, ids: &[RevisionId]) -> Result<u64, QueueError> {
        let ids: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
        let sql = "DELETE FROM queue_revisions WHERE state = 'purging' AND id = ANY($1) RETURNING 1";
        Ok(self.query(sql, &[&ids])?.len() as u64)
    }

    fn record(&mut self, changes: &[Change]) -> Result<(), QueueError> {
        Ok(catalogue::apply(self.transaction, changes)?)
    }

    fn is_withdrawn(&mut self, report: ReportId) -> Result<bool, QueueError> {
        Ok(!self.query("SELECT 1 FROM queue_withdrawn WHERE report = $1", &[&&report.0[..]])?.is_empty())
    }

    fn set_withdrawn(&mut self, reports: &[ReportId], is_withdrawn: bool) -> Result<(), QueueError> {
        let reports: Vec<&[u8]> = reports.iter().map(|report| &report.0[..]).collect();
        let sql = match is_withdrawn {
            true => "INSERT INTO queue_withdrawn SELECT unnest($1::bytea[]) ON CONFLICT DO NOTHING",
            false => "DELETE FROM queue_withdrawn WHERE report = ANY($1)",
        };
        self.execute(sql, &[&reports])
    }

    fn withdraw(&mut self, report: ReportId, gone: Option<&[u8]>) -> Result<(), QueueError> {
        let seconds = self.now()? / 1_000;
        let gone = gone.map(|place| Path::new(OsStr::from_bytes(place)));
        Ok(catalogue::withdraw(self.transaction, report, gone, seconds).map(drop)?)
    }

    fn has_first(&mut self, report: ReportId, except: &[u8]) -> Result<bool, QueueError> {
        Ok(catalogue::has_first(self.transaction, report, Path::new(OsStr::from_bytes(except)))?)
    }

    fn returned(&mut self, places: &[&[u8]]) -> Result<(), QueueError> {
        Ok(catalogue::returned(self.transaction, places)?)
    }

    fn unlist(&mut self, report: ReportId) -> Result<(), QueueError> {
        Ok(catalogue::remove_report(self.transaction, report)?)
    }

    fn promote(&mut self, report: ReportId) -> Result<(), QueueError> {
        Ok(catalogue::promote(self.transaction, report)?)
    }

    fn longest_due(&mut self, now: Millis) -> Result<Option<Millis>, QueueError> {
        let sql = "SELECT min(due) FROM queue_items WHERE state = 'waiting' AND due <= $1";
        Ok(self.query(sql, &[&now])?.first().and_then(|row| row.get(0)))
    }

    fn take_turn(&mut self, name: &str, now: Millis, next: Millis) -> Result<bool, QueueError> {
        Ok(!self.query(TAKE_TURN, &[&name, &now, &next])?.is_empty())
    }

    fn counts(&mut self) -> Result<Counts, QueueError> {
        let mut counts = Counts::default();
        for row in self.query(COUNTS, &[])? {
            let place = match row.get(0) {
                "waiting" => &mut counts.waiting,
                "leased" => &mut counts.leased,
                "done" => &mut counts.done,
                "failed" => &mut counts.failed,
                "writing" => &mut counts.writing,
                "live" => &mut counts.live,
                _ => &mut counts.retired,
            };
            *place += u64::try_from(row.get::<_, i64>(1)).unwrap_or(0);
        }
        Ok(counts)
    }
}

/// What stands for a place in indexes.
fn key(place: &[u8]) -> Vec<u8> {
    let hash = blake3::hash(place);
    hash.as_bytes().iter().take(16).copied().collect()
}

fn keys(places: &[&[u8]]) -> Vec<Vec<u8>> {
    places.iter().map(|place| key(place)).collect()
}

fn item(row: &Row) -> Result<Item, QueueError> {
    let (state, lease): (&str, Option<&str>) = (row.get(3), row.get(5));
    Ok(Item {
        source: Source {
            place: row.get(0),
            version: row.get(1),
            bytes: u64::try_from(row.get::<_, i64>(2)).unwrap_or(0),
        },
        state: State::of_code(state).ok_or_else(|| unknown(state))?,
        due: row.get(4),
        lease: lease.map(str::parse).transpose()?,
        worker: row.get(6),
        losses: count(row.get(7)),
        returns: count(row.get(8)),
        report: row.get::<_, Option<&[u8]>>(9).map(report).transpose()?,
        is_replaced: row.get(10),
        reason: row.get(11),
        detail: row.get(12),
        is_corrected: row.get(13),
    })
}

fn revision(row: &Row) -> Result<Revision, QueueError> {
    let (id, state): (&str, &str) = (row.get(0), row.get(5));
    Ok(Revision {
        id: id.parse()?,
        report: report(row.get(1))?,
        place: row.get(2),
        edition: row.get(3),
        pages: count(row.get(4)),
        state: RevisionState::of_code(state).ok_or_else(|| unknown(state))?,
        since: row.get(6),
    })
}

fn report(bytes: &[u8]) -> Result<ReportId, QueueError> {
    bytes.try_into().map(ReportId).map_err(|_| QueueError::Damaged("a report's identity is not 16 bytes".to_owned()))
}

fn unknown(state: &str) -> QueueError {
    QueueError::Damaged(format!("the state `{}`", state.escape_default()))
}

/// Texts of PostgreSQL have no NUL.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
