//! The connection: made when needed, made again when it breaks off.
//!
//! A transaction that the database broke off is run again. It may have been done all the same, if only the answer to its
//! commit was lost: the rules of the queue give the same answer then.

mod tables;

use crate::queue::QueueError;
use crate::queue::schema::{LOCK, MIGRATIONS, VERSION};
use crate::queue::tables::{Database, Work};
use ::postgres::config::Config;
use ::postgres::error::SqlState;
use ::postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tables::PostgresTables;

/// Times that a transaction is run before whoever asked is told.
const TRIES: u32 = 6;
/// Time before the second try; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// Time to make a connection in.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Time after which a machine that does not answer is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// What the database is to end by itself: statements that run or wait too long, transactions of workers that stopped.
const SESSION: &str = "-c statement_timeout=60s -c lock_timeout=20s -c idle_in_transaction_session_timeout=60s";

/// A PostgreSQL database.
pub(super) struct Postgres {
    config: Config,
    connection: Mutex<Option<Connection>>,
}

/// A connection and the statements that it knows already: each is parsed once and costs one round trip from then on.
struct Connection {
    client: Client,
    statements: Statements,
}

/// Statements by their text.
type Statements = HashMap<String, Statement>;

impl Postgres {
    /// Connects, and brings the tables up to date.
    pub(super) fn connect(url: &str, name: &str) -> Result<Postgres, QueueError> {
        let mut config: Config = url.parse().map_err(|error| refused(&error))?;
        let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{SESSION} {own}"));
        config.application_name(name).options(&options).connect_timeout(CONNECT_TIME).tcp_user_timeout(SILENCE);
        config.keepalives(true).keepalives_idle(SILENCE);
        let postgres = Postgres { config, connection: Mutex::new(None) };
        postgres.again(|connection| migrate(&mut connection.client))?;
        Ok(postgres)
    }

    fn open(&self) -> Result<Connection, Trouble> {
        let client = self.config.connect(NoTls).map_err(Trouble::from)?;
        Ok(Connection { client, statements: Statements::new() })
    }

    /// Runs something on the connection, and again as long as it makes sense.
    fn again(&self, mut work: impl FnMut(&mut Connection) -> Result<(), Trouble>) -> Result<(), QueueError> {
        let mut place = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            let connection = place.take().filter(|connection| !connection.client.is_closed());
            let done = connection.map_or_else(|| self.open(), Ok).and_then(|mut connection| {
                let done = work(&mut connection);
                *place = Some(connection);
                done
            });
            tries += 1;
            match done {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing(detail)) if tries == TRIES => return Err(QueueError::Unreachable(detail)),
                Err(Trouble::Passing(detail)) => {
                    tracing::debug!(tries, detail, "a transaction of the queue is run again");
                    std::thread::sleep(wait);
                    wait *= 2;
                }
            }
        }
    }
}

impl Database for Postgres {
    fn transaction(&self, work: &mut Work<'_>) -> Result<(), QueueError> {
        self.again(|connection| {
            let mut tables = PostgresTables::begin(connection)?;
            match work(&mut tables) {
                Ok(()) => tables.commit(),
                // What the engine said is more telling than that the work has failed.
                Err(error) => Err(tables.take_trouble().unwrap_or(Trouble::Final(error))),
            }
        })
    }
}

/// Why a transaction was not done.
#[derive(Debug)]
enum Trouble {
    /// Another try may do it.
    Passing(String),
    /// It will not be done.
    Final(QueueError),
}

impl From<::postgres::Error> for Trouble {
    fn from(error: ::postgres::Error) -> Trouble {
        let Some(code) = error.code() else {
            // No answer of the database: the way to it is broken, or it is not there yet.
            return Trouble::Passing(with_cause(&error));
        };
        // Two transactions in each other's way, one of them the first to write the same; and the ways to be shut out: no
        // connection, no room, a lock that is not to be had, a server that ends or a statement that takes too long.
        let in_the_way =
            [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
        let shut_out = ["08", "53", "55", "57"];
        if in_the_way.contains(code) || shut_out.iter().any(|class| code.code().starts_with(class)) {
            Trouble::Passing(with_cause(&error))
        } else {
            Trouble::Final(refused(&error))
        }
    }
}

fn refused(error: &::postgres::Error) -> QueueError {
    QueueError::Database(with_cause(error))
}

/// The client says what it was doing and leaves to its cause what happened.
fn with_cause(error: &::postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn migrate(client: &mut Client) -> Result<(), Trouble> {
    let mut transaction = client.transaction().map_err(Trouble::from)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).map_err(Trouble::from)?;
    transaction.batch_execute(VERSION).map_err(Trouble::from)?;
    let found: i32 = transaction.query_one("SELECT version FROM queue_version", &[]).map_err(Trouble::from)?.get(0);
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    if found > known {
        return Err(Trouble::Final(QueueError::Version { found, known }));
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.batch_execute(migration).map_err(Trouble::from)?;
    }
    transaction.execute("UPDATE queue_version SET version = $1", &[&known]).map_err(Trouble::from)?;
    transaction.commit().map_err(Trouble::from)
}
