//! The tables of the service's database and how an older one becomes a current one; see the catalogue's schema.

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// The steps from an empty database to the current tables. Only ever append to this list.
const MIGRATIONS: &[&str] = &[KEYS, JOBS, ACCOUNTS, READS, CORRECTIONS, COMMENTS, HANDED_OVER, TICKETS, EVER_CORRECTED];

const KEYS: &str = "
CREATE TABLE keys (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL,
    scope   TEXT NOT NULL,
    prefix  TEXT NOT NULL,           -- how the key begins, to recognise it
    hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    expires INTEGER,
    used    INTEGER,
    revoked INTEGER
) STRICT;
CREATE UNIQUE INDEX keys_by_name ON keys (name) WHERE revoked IS NULL;
";

const JOBS: &str = "
CREATE TABLE jobs (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    request TEXT NOT NULL,           -- JSON
    state   TEXT NOT NULL,
    created INTEGER NOT NULL,
    started INTEGER,
    ended   INTEGER,
    summary TEXT,                    -- JSON
    detail  TEXT
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state);

CREATE TABLE uploads (
    id       BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    hash     TEXT NOT NULL,
    name     TEXT NOT NULL,
    size     INTEGER NOT NULL,
    received INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
";

const ACCOUNTS: &str = "
CREATE TABLE accounts (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    folded   TEXT NOT NULL UNIQUE,   -- the name as it is compared
    role     TEXT NOT NULL,
    password TEXT,                   -- a hash in PHC form; none until one is set
    created  INTEGER NOT NULL,
    seen     INTEGER,                -- the last time its owner logged in
    disabled INTEGER
) STRICT;

CREATE TABLE sessions (
    hash    BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    used    INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE tickets (
    hash    BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    purpose TEXT NOT NULL,
    role    TEXT,                    -- of the account that an invitation is for
    account INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX tickets_by_account ON tickets (account);
";

const READS: &str = "
CREATE TABLE reads (
    day   INTEGER NOT NULL,          -- since 1970
    id    BLOB NOT NULL CHECK (length(id) = 16),
    count INTEGER NOT NULL,
    PRIMARY KEY (day, id)
) WITHOUT ROWID, STRICT;
";

const CORRECTIONS: &str = "
CREATE TABLE corrections (
    id         BLOB NOT NULL CHECK (length(id) = 16),
    version    INTEGER NOT NULL,
    correction TEXT NOT NULL,        -- JSON
    editor     TEXT NOT NULL,
    made       INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) WITHOUT ROWID, STRICT;

CREATE TABLE sidecars (
    path       BLOB PRIMARY KEY NOT NULL,  -- of the PDF
    file       BLOB NOT NULL,
    size       INTEGER NOT NULL,
    modified   INTEGER NOT NULL,
    id         BLOB,
    vanished   INTEGER,
    correction TEXT NOT NULL,        -- JSON
    problems   TEXT NOT NULL         -- JSON array
) WITHOUT ROWID, STRICT;
CREATE INDEX sidecars_by_id ON sidecars (id);

-- reports that catalogue and index may not follow yet
CREATE TABLE correction_marks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     BLOB NOT NULL UNIQUE
) STRICT;
";

const COMMENTS: &str = "
CREATE TABLE comments (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    report  BLOB NOT NULL CHECK (length(report) = 16),
    page    INTEGER CHECK (page >= 1),
    parent  INTEGER REFERENCES comments (id),
    thread  INTEGER NOT NULL,        -- the comment that began the conversation
    author  INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    text    TEXT NOT NULL,
    created INTEGER NOT NULL,
    edited  INTEGER,
    state   TEXT NOT NULL CHECK (state IN ('shown', 'held', 'hidden', 'deleted'))
) STRICT;
CREATE INDEX comments_by_report ON comments (report, thread, id);
CREATE INDEX comments_by_thread ON comments (thread, id);
CREATE INDEX comments_by_parent ON comments (parent);
CREATE INDEX comments_by_author ON comments (author, created);
CREATE INDEX comments_by_state ON comments (state, id);
-- The words of the comments that are shown; their texts are above.
CREATE VIRTUAL TABLE comment_words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE comments_revision (number INTEGER NOT NULL) STRICT;
INSERT INTO comments_revision (number) VALUES (0);
-- Comments tell the names of their authors, whichever process changes these.
CREATE TRIGGER accounts_renamed AFTER UPDATE OF name ON accounts BEGIN
    UPDATE comments_revision SET number = number + 1;
END;
CREATE TRIGGER accounts_deleted AFTER DELETE ON accounts BEGIN
    UPDATE comments_revision SET number = number + 1;
END;

CREATE TABLE moderations (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    action    TEXT NOT NULL,
    comment   INTEGER REFERENCES comments (id),
    author    INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    moderator TEXT NOT NULL,         -- the name, as it was then
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX moderations_by_author ON moderations (author);

CREATE TABLE blocked_authors (
    account   INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    moderator TEXT NOT NULL,
    since     INTEGER NOT NULL
) STRICT;
";

const HANDED_OVER: &str = "
CREATE TABLE handed_over (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    files  TEXT NOT NULL,            -- JSON array
    at     INTEGER NOT NULL
) STRICT;
";

const TICKETS: &str = "
CREATE TABLE numbered_tickets (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    purpose TEXT NOT NULL,
    role    TEXT,                    -- of the account that an invitation is for
    account INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    maker   TEXT,                    -- the name, as it was then; none if it was nobody with an account
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
INSERT INTO numbered_tickets (hash, purpose, role, account, created, expires)
    SELECT hash, purpose, role, account, created, expires FROM tickets ORDER BY created;
DROP TABLE tickets;
ALTER TABLE numbered_tickets RENAME TO tickets;
CREATE INDEX tickets_by_account ON tickets (account);
";

// What stood beside a file may be gone since, but not from an index that is older.
const EVER_CORRECTED: &str = "
CREATE TABLE ever_corrected (
    id BLOB PRIMARY KEY NOT NULL
) WITHOUT ROWID, STRICT;
INSERT INTO ever_corrected (id)
    SELECT id FROM corrections UNION SELECT id FROM sidecars WHERE id IS NOT NULL UNION SELECT id FROM correction_marks;
";

/// Brings the tables up to date; several processes may try at once.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    if version > MIGRATIONS.len() {
        let detail = "it was made by a newer version of Recto".to_owned();
        return Err(StoreError::Version { path: path.to_owned(), detail });
    }
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    if version < MIGRATIONS.len() {
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    Ok(transaction.commit()?)
}
