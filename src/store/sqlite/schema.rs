//! The catalogue's tables and how an older catalogue becomes a current one.
//!
//! Paths are bytes, as Unix has them. `user_version` counts the migrations that were applied; each runs once, in order,
//! in one transaction.

use rusqlite::Connection;

/// The steps from an empty database to the current tables. Only ever append to this list.
const MIGRATIONS: &[&str] = &[TABLES, NAMES, VERSION_OF_CONTENT, CORRECTIONS, REMOVED, CHANGED];

pub(in crate::store) const TABLES: &str = "
CREATE TABLE reports (
    id               BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    segment          INTEGER NOT NULL,
    offset           INTEGER NOT NULL,
    length           INTEGER NOT NULL,
    title            TEXT NOT NULL,
    authors          TEXT NOT NULL,  -- JSON array
    date             TEXT,
    language         TEXT,
    size             INTEGER NOT NULL,
    pages_total      INTEGER NOT NULL,
    pages_searchable INTEGER NOT NULL,
    partial          TEXT,           -- reason code
    added            INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX reports_by_title ON reports (title COLLATE NOCASE, id);

CREATE TABLE page_statuses (
    id     BLOB NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (id, status)
) WITHOUT ROWID, STRICT;

CREATE TABLE files (
    path           BLOB PRIMARY KEY NOT NULL,
    size           INTEGER NOT NULL,
    modified       INTEGER NOT NULL,
    id             BLOB,
    outcome        TEXT NOT NULL,    -- indexed, partial, duplicate, failed
    reason         TEXT,             -- reason code of partial and failed
    detail         TEXT NOT NULL,
    reader_version INTEGER NOT NULL,
    checked        INTEGER NOT NULL,
    vanished       INTEGER           -- when it was first missed
) WITHOUT ROWID, STRICT;
CREATE INDEX files_by_id ON files (id, vanished, path);
CREATE INDEX files_duplicate ON files (id) WHERE outcome = 'duplicate';
CREATE INDEX files_failed ON files (reason, path) WHERE outcome = 'failed';
";

/// What a file is called, where that is not the last part of its path: it was handed over under that name.
const NAMES: &str = "ALTER TABLE files ADD COLUMN name TEXT;";

/// Counts the changes, beginning where no earlier catalogue of the library has come to.
const VERSION_OF_CONTENT: &str = "
CREATE TABLE content (changes INTEGER NOT NULL) STRICT;
INSERT INTO content VALUES (unixepoch() * 1000000);
";

/// What persons say about a report, as JSON; the other columns follow it.
const CORRECTIONS: &str = "ALTER TABLE reports ADD COLUMN correction TEXT;";

/// Reports that somebody had removed, whatever became of their files; a report that comes back is none of them.
const REMOVED: &str = "
CREATE TABLE removed (id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16)) WITHOUT ROWID, STRICT;
INSERT INTO removed SELECT DISTINCT id FROM files
    WHERE outcome = 'failed' AND reason = 'withdrawn' AND length(id) = 16;
";

/// Seconds since 1970 when what is shown of a report last became something else; null if it never did since it was added.
const CHANGED: &str = "ALTER TABLE reports ADD COLUMN changed INTEGER;";

/// The version of a catalogue with all migrations.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Brings a catalogue's tables up to date.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let version = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    if version < VERSION {
        transaction.pragma_update(None, "user_version", VERSION as i64)?;
    }
    transaction.commit()
}

/// How many migrations a catalogue has.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
