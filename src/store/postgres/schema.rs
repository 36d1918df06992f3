//! The tables of the catalogue in PostgreSQL and how older ones become current. What the columns hold is told in the
//! schema of the catalogue in SQLite.

use super::connection::Schema;

/// The catalogue's tables.
pub(crate) const SCHEMA: Schema = Schema { version: "catalogue_version", steps: &[TABLES, SKETCHES] };

/// Rows that count changes: each connection has one of its own for the most part, so that those who write at once need not
/// wait for each other.
pub(super) const COUNTERS: i32 = 64;

/// The text of each report in brief, and for each of its bands a number that it shares with the reports which may be
/// near-copies.
const SKETCHES: &str = "
ALTER TABLE reports ADD COLUMN sketch bytea, ADD COLUMN bands integer[];
CREATE INDEX reports_by_band ON reports USING gin (bands);
";

/// A path may be longer than an index takes, so `key`, the first half of its BLAKE3 hash, stands for it, and the index in
/// the order of paths has their beginnings; that in the order of titles has the beginnings of those.
const TABLES: &str = "
CREATE TABLE reports (
    id               bytea PRIMARY KEY CHECK (length(id) = 16),
    segment          bigint NOT NULL,
    start            bigint NOT NULL,
    length           bigint NOT NULL,
    title            text NOT NULL,
    authors          text NOT NULL,  -- JSON array
    date             text,
    language         text,
    size             bigint NOT NULL,
    pages_total      bigint NOT NULL,
    pages_searchable bigint NOT NULL,
    partial          text,           -- reason code
    added            bigint NOT NULL,
    changed          bigint,
    correction       text            -- JSON
);
CREATE INDEX reports_by_title ON reports (left(lower(title COLLATE \"C\"), 200), id);
CREATE INDEX reports_with_gaps ON reports ((pages_total - pages_searchable)) WHERE pages_searchable < pages_total;

CREATE TABLE page_statuses (
    id     bytea NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    status text NOT NULL,
    count  bigint NOT NULL,
    PRIMARY KEY (id, status)
);

CREATE TABLE files (
    key            bytea PRIMARY KEY CHECK (length(key) = 16),
    path           bytea NOT NULL,
    size           bigint NOT NULL,
    modified       bigint NOT NULL,
    id             bytea,
    outcome        text NOT NULL,    -- indexed, partial, duplicate, failed
    reason         text,             -- reason code of partial and failed
    detail         text NOT NULL,
    reader_version bigint NOT NULL,
    checked        bigint NOT NULL,
    vanished       bigint,
    name           text
);
CREATE INDEX files_by_id ON files (id);
CREATE INDEX files_by_path ON files (substring(path FROM 1 FOR 1000));
CREATE INDEX files_duplicate ON files (id) WHERE outcome = 'duplicate';
CREATE INDEX files_failed ON files (outcome, reason) WHERE outcome IN ('failed', 'partial');

CREATE TABLE removed (id bytea PRIMARY KEY CHECK (length(id) = 16));

CREATE TABLE content (counter integer PRIMARY KEY, changes bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO content SELECT counter, 0 FROM generate_series(0, 63) AS counter;
UPDATE content SET changes = extract(epoch FROM now())::bigint * 1000000 WHERE counter = 0;
";
