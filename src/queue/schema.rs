//! The tables of the queue and how older ones become current. Those of the catalogue stand in the same database.

use crate::store::postgres::Schema;

/// The queue's tables.
pub(super) const SCHEMA: Schema = Schema { version: "queue_version", steps: &[TABLES, TURNS, WITHDRAWN, CORRECTED] };

/// The number under which transactions of the queue wait for each other.
pub(super) const LOCK: i64 = 0x0072_6563_746f; // `recto` in ASCII

/// `due` serves both who asks for waiting files and who looks for lost workers, so one index finds both. The two unique
/// indexes are what makes a second live or a second written revision of a report impossible.
///
/// A path may be longer than an index takes, so `key`, the first half of its BLAKE3 hash, stands for it.
///
/// The tables change with every file that is read: they are vacuumed by number of changes rather than by share of rows,
/// or the beginning of `queue_items_due` would be dead rows that each lease has to pass over.
const TABLES: &str = "
CREATE FUNCTION queue_now() RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint $$;

CREATE TABLE queue_items (
    key         bytea PRIMARY KEY CHECK (length(key) = 16),
    place       bytea NOT NULL,
    version     text NOT NULL,
    bytes       bigint NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'failed')),
    due         bigint NOT NULL,
    lease       text,
    worker      text,
    losses      integer NOT NULL,
    returns     integer NOT NULL,
    report      bytea CHECK (length(report) = 16),
    is_replaced boolean NOT NULL,
    reason      text,
    detail      text NOT NULL,
    CHECK (state <> 'leased' OR lease IS NOT NULL),
    CHECK (state <> 'done' OR report IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE INDEX queue_items_due ON queue_items (due) WHERE state IN ('waiting', 'leased');
CREATE INDEX queue_items_lease ON queue_items (lease) WHERE state = 'leased';
CREATE INDEX queue_items_failed ON queue_items (reason) WHERE state = 'failed';
CREATE INDEX queue_items_report ON queue_items (report) WHERE report IS NOT NULL;

CREATE TABLE queue_revisions (
    id      text PRIMARY KEY CHECK (length(id) = 32),
    report  bytea NOT NULL CHECK (length(report) = 16),
    place   bytea NOT NULL,
    key     bytea NOT NULL CHECK (length(key) = 16),
    edition text NOT NULL,
    pages   integer NOT NULL CHECK (pages >= 0),
    state   text NOT NULL CHECK (state IN ('writing', 'live', 'retired', 'purging')),
    since   bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
CREATE UNIQUE INDEX queue_revisions_live ON queue_revisions (report) WHERE state = 'live';
CREATE UNIQUE INDEX queue_revisions_writing ON queue_revisions (report) WHERE state = 'writing';
CREATE INDEX queue_revisions_key ON queue_revisions (key) WHERE state = 'writing';
CREATE INDEX queue_revisions_masked ON queue_revisions (state, since) WHERE state <> 'live';
";

/// What workers do by turns, one of them at a time.
const TURNS: &str = "
CREATE TABLE queue_turns (
    name text PRIMARY KEY,
    due  bigint NOT NULL
);
";

/// Reports that somebody had removed, whether or not a file of them is left.
const WITHDRAWN: &str = "
CREATE TABLE queue_withdrawn (report bytea PRIMARY KEY CHECK (length(report) = 16));
";

/// Files whose reports are to be published again as they are stored: persons say something else about them. They are few
/// and taken before all others, for which they have an index of their own.
const CORRECTED: &str = "
ALTER TABLE queue_items ADD COLUMN is_corrected boolean NOT NULL DEFAULT false;
CREATE INDEX queue_items_corrected ON queue_items (due) WHERE is_corrected AND state IN ('waiting', 'leased');
";
