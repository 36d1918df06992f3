//! The connection to PostgreSQL: made when needed, made again when it breaks off, and kept for the next who asks.
//!
//! A transaction that the database broke off is run again. It may have been done all the same, if only the answer to its
//! commit was lost: what is asked within has to give the same answer then.

use ::postgres::config::Config;
use ::postgres::error::SqlState;
use ::postgres::types::ToSql;
use ::postgres::{Client, NoTls, Row, Statement};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Times that a transaction is run before whoever asked is told.
const TRIES: u32 = 6;
/// Time before the second try; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// Time to make a connection in.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Time after which a machine that does not answer is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// Idle connections kept.
const IDLE_CONNECTIONS: usize = 8;
/// What the database is to end by itself: statements that run or wait too long, transactions of workers that stopped.
const SESSION: &str = "-c statement_timeout=60s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s";
/// The number under which those who make tables wait for each other.
const LOCK: i64 = 0x0072_6563_746f; // `recto` in ASCII

/// What can go wrong with the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// It could not be reached or broke off, and again when it was tried again; the same may be asked again.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// It refused.
    #[error("the database refuses: {0}")]
    Refused(String),
    /// The tables were made by a later version of the program.
    #[error("the tables of the database are of version {found}, and this program knows those up to {known}")]
    Version {
        /// What the database says.
        found: i32,
        /// The latest known here.
        known: i32,
    },
    /// A row that no version of the program writes.
    #[error("the database holds what cannot be understood: {0}")]
    Damaged(String),
}

/// The steps from nothing to the current tables of one part of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// The table of one row that says which steps were taken.
    pub version: &'static str,
    /// The steps.
    pub steps: &'static [&'static str],
}

/// A PostgreSQL database; can be shared between threads, each of which has a connection while it asks.
pub(crate) struct Postgres {
    config: Config,
    idle: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The configuration holds a password.
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

/// A connection and the statements that it knows already: each is parsed once and costs one round trip from then on.
struct Connection {
    /// There until it is dropped.
    client: Option<Client>,
    statements: HashMap<String, Statement>,
}

impl Connection {
    fn is_closed(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed)
    }

    /// The client and the statements that it knows.
    fn parts<E>(&mut self) -> Result<(&mut Client, &mut HashMap<String, Statement>), Trouble<E>> {
        let gone = || Trouble::Passing("the connection is closed".to_owned());
        Ok((self.client.as_mut().ok_or_else(gone)?, &mut self.statements))
    }
}

impl Drop for Connection {
    /// Says goodbye on a thread of its own: that blocks, and the last user of a connection may be one who must not.
    fn drop(&mut self) {
        self.statements.clear();
        if let Some(client) = self.client.take()
            && std::thread::Builder::new().spawn(move || drop(client)).is_err()
        {
            tracing::warn!("a connection to the database could not be closed properly");
        }
    }
}

/// What takes statements. Parameters only: nothing from outside becomes part of a statement.
pub(crate) struct Asked<'c, C> {
    client: C,
    statements: &'c mut HashMap<String, Statement>,
    /// What the database said when it refused last.
    trouble: Option<Trouble<DatabaseError>>,
}

/// A transaction.
pub(crate) type Transaction<'c> = Asked<'c, ::postgres::Transaction<'c>>;

/// A connection of which each statement is done by itself.
pub(crate) type Single<'c> = Asked<'c, &'c mut Client>;

impl Postgres {
    /// Connects, and brings tables up to date.
    pub(crate) fn connect(url: &str, name: &str, schemas: &[Schema]) -> Result<Postgres, DatabaseError> {
        let mut config: Config = url.parse().map_err(|error| refused(&error))?;
        let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{SESSION} {own}"));
        config.application_name(name).options(&options).connect_timeout(CONNECT_TIME).tcp_user_timeout(SILENCE);
        config.keepalives(true).keepalives_idle(SILENCE);
        let postgres = Postgres { config, idle: Mutex::default() };
        postgres.again(|connection| {
            let (client, _) = connection.parts()?;
            schemas.iter().try_for_each(|schema| migrate(client, schema))
        })?;
        Ok(postgres)
    }

    /// Runs in one transaction, which is done when this returns; more than once if the database broke off or two were in
    /// each other's way.
    pub(crate) fn transaction<R, E: From<DatabaseError>>(
        &self,
        mut work: impl FnMut(&mut Transaction<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.again(|connection| {
            let (client, statements) = connection.parts()?;
            let transaction = client.transaction().map_err(|error| Trouble::of(&error))?;
            let mut transaction = Transaction { client: transaction, statements, trouble: None };
            match work(&mut transaction) {
                Ok(result) => transaction.client.commit().map_err(|error| Trouble::of(&error)).map(|()| result),
                Err(error) => Err(transaction.failed(error)),
            }
        })
    }

    /// Runs statements one by one, each of which costs one way to the database and back; all of them more than once if it
    /// broke off.
    pub(crate) fn single<R, E: From<DatabaseError>>(
        &self,
        mut work: impl FnMut(&mut Single<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.again(|connection| {
            let (client, statements) = connection.parts()?;
            let mut single = Single { client, statements, trouble: None };
            work(&mut single).map_err(|error| single.failed(error))
        })
    }

    fn open(&self) -> Result<Connection, ::postgres::Error> {
        Ok(Connection { client: Some(self.config.connect(NoTls)?), statements: HashMap::new() })
    }

    fn idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(|connection| !connection.is_closed())
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS && !connection.is_closed() {
            idle.push(connection);
        }
    }

    /// Runs something on a connection, and again as long as it makes sense.
    fn again<R, E: From<DatabaseError>>(
        &self,
        mut work: impl FnMut(&mut Connection) -> Result<R, Trouble<E>>,
    ) -> Result<R, E> {
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            let connection = self.idle().map_or_else(|| self.open().map_err(|error| Trouble::of(&error)), Ok);
            let done = connection.and_then(|mut connection| {
                let done = work(&mut connection);
                self.keep(connection);
                done
            });
            tries += 1;
            match done {
                Ok(result) => return Ok(result),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(detail)) if tries == TRIES => {
                    return Err(DatabaseError::Unreachable(detail).into());
                }
                Err(Trouble::Passing(detail)) => {
                    tracing::debug!(tries, detail, "a transaction is run again");
                    std::thread::sleep(wait);
                    wait *= 2;
                }
            }
        }
    }
}

/// What statements are given to in the end.
pub(crate) trait Connected {
    fn prepare(&mut self, sql: &str) -> Result<Statement, ::postgres::Error>;

    fn query(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, ::postgres::Error>;

    fn execute(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, ::postgres::Error>;
}

impl Connected for ::postgres::Transaction<'_> {
    fn prepare(&mut self, sql: &str) -> Result<Statement, ::postgres::Error> {
        ::postgres::Transaction::prepare(self, sql)
    }

    fn query(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, ::postgres::Error> {
        ::postgres::Transaction::query(self, sql, parameters)
    }

    fn execute(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, ::postgres::Error> {
        ::postgres::Transaction::execute(self, sql, parameters)
    }
}

impl Connected for &mut Client {
    fn prepare(&mut self, sql: &str) -> Result<Statement, ::postgres::Error> {
        Client::prepare(self, sql)
    }

    fn query(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, ::postgres::Error> {
        Client::query(self, sql, parameters)
    }

    fn execute(&mut self, sql: &Statement, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, ::postgres::Error> {
        Client::execute(self, sql, parameters)
    }
}

impl<C: Connected> Asked<'_, C> {
    pub(crate) fn query(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, DatabaseError> {
        let rows = match self.statements.get(sql) {
            Some(statement) => self.client.query(statement, parameters),
            None => self.client.prepare(sql).and_then(|statement| {
                let rows = self.client.query(&statement, parameters);
                self.statements.insert(sql.to_owned(), statement);
                rows
            }),
        };
        rows.map_err(|error| self.troubled(&error))
    }

    /// As [`Asked::query`], for how many rows were changed.
    pub(crate) fn execute(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<u64, DatabaseError> {
        let count = match self.statements.get(sql) {
            Some(statement) => self.client.execute(statement, parameters),
            None => self.client.prepare(sql).and_then(|statement| {
                let count = self.client.execute(&statement, parameters);
                self.statements.insert(sql.to_owned(), statement);
                count
            }),
        };
        count.map_err(|error| self.troubled(&error))
    }

    /// Why work was not done that says so: what the database said is more telling.
    fn failed<E: From<DatabaseError>>(&mut self, error: E) -> Trouble<E> {
        match self.trouble.take() {
            Some(Trouble::Passing(detail)) => Trouble::Passing(detail),
            Some(Trouble::Final(error)) => Trouble::Final(error.into()),
            None => Trouble::Final(error),
        }
    }

    fn troubled(&mut self, error: &::postgres::Error) -> DatabaseError {
        self.trouble = Some(Trouble::of(error));
        refused(error)
    }
}

/// Why a transaction was not done.
#[derive(Debug)]
enum Trouble<E> {
    /// Another try may do it.
    Passing(String),
    /// It will not be done.
    Final(E),
}

impl<E: From<DatabaseError>> Trouble<E> {
    fn of(error: &::postgres::Error) -> Trouble<E> {
        let Some(code) = error.code() else {
            // No answer of the database: the way to it is broken, or it is not there yet. Unless it is not asked at all,
            // as the settings lack what it wants to know.
            return if is_of_the_settings(error) {
                Trouble::Final(refused(error).into())
            } else {
                Trouble::Passing(with_cause(error))
            };
        };
        // Two transactions in each other's way, one of them the first to write the same; and the ways to be shut out: no
        // connection, no room, a lock that is not to be had, a server that ends or a statement that takes too long.
        let in_the_way =
            [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
        let shut_out = ["08", "53", "55", "57"];
        if in_the_way.contains(code) || shut_out.iter().any(|class| code.code().starts_with(class)) {
            Trouble::Passing(with_cause(error))
        } else {
            Trouble::Final(refused(error).into())
        }
    }
}

/// Whether no connection was made for a reason that stays, such as a password that is wanted and was not given. The client
/// tells it in words alone.
fn is_of_the_settings(error: &::postgres::Error) -> bool {
    let said = error.to_string();
    ["invalid configuration", "authentication error"].iter().any(|beginning| said.starts_with(beginning))
}

fn refused(error: &::postgres::Error) -> DatabaseError {
    DatabaseError::Refused(with_cause(error))
}

/// The client says what it was doing and leaves to its cause what happened.
fn with_cause(error: &::postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn migrate(client: &mut Client, schema: &Schema) -> Result<(), Trouble<DatabaseError>> {
    let Schema { version, steps } = schema;
    let mut transaction = client.transaction().map_err(|error| Trouble::of(&error))?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).map_err(|error| Trouble::of(&error))?;
    let table = format!(
        "CREATE TABLE IF NOT EXISTS {version} (version integer NOT NULL);
         INSERT INTO {version} SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM {version})"
    );
    transaction.batch_execute(&table).map_err(|error| Trouble::of(&error))?;
    let question = format!("SELECT version FROM {version}");
    let found: i32 = transaction.query_one(&question, &[]).map_err(|error| Trouble::of(&error))?.get(0);
    let known = i32::try_from(steps.len()).unwrap_or(i32::MAX);
    if found > known {
        return Err(Trouble::Final(DatabaseError::Version { found, known }));
    }
    for step in steps.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(step).map_err(|error| Trouble::of(&error))?;
    }
    transaction
        .execute(&format!("UPDATE {version} SET version = $1"), &[&known])
        .map_err(|error| Trouble::of(&error))?;
    transaction.commit().map_err(|error| Trouble::of(&error))
}
