//! Ten worker processes on a real PostgreSQL, killed at random, and connections of the database with them, while reports
//! are withdrawn, readmitted and corrected.

use super::rules::{id, read, source};
use crate::queue::{
    Pace, PageEngine, Publication, PutError, Queue, QueueError, RevisionId, Step, Subject, Token, purge,
};
use crate::report::ReportId;
use crate::store::DatabaseServer;
use ::postgres::{Client, NoTls};
use fastrand::Rng;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const WORKERS: usize = 10;
const FILES: u32 = 240;
const LEASE: Duration = Duration::from_millis(1_500);
/// How long things are killed, and how long all may take.
const KILLING: Duration = Duration::from_secs(12);
const LONGEST: Duration = Duration::from_secs(120);
/// Tells the test that is a worker where the queue is.
const QUEUE: &str = "RECTO_TEST_QUEUE";
/// What its connections are called.
const NAME: &str = "recto worker";

const PACE: Pace = Pace {
    attempts: 3,
    settle: Duration::from_millis(200),
    poll: Duration::from_millis(5),
    back_off: Duration::from_millis(10),
    longest: Duration::from_millis(200),
    busy: Duration::from_millis(50),
};

/// An engine that only adds, as Quickwit does: a table without a key, on a connection that breaks off as well.
struct Engine {
    url: String,
    client: RefCell<Option<Client>>,
}

impl Engine {
    fn run<R>(&self, work: impl FnOnce(&mut Client) -> Result<R, ::postgres::Error>) -> Result<R, String> {
        let mut place = self.client.borrow_mut();
        let client = place.take().filter(|client| !client.is_closed());
        let mut client = client.map_or_else(|| connect(&self.url), Ok).map_err(|error| error.to_string())?;
        let done = work(&mut client).map_err(|error| error.to_string());
        *place = Some(client);
        done
    }
}

impl PageEngine for Engine {
    type Page = i32;

    fn put(&self, revision: &RevisionId, pages: &[i32]) -> Result<usize, PutError> {
        let batch = &pages[..pages.len().min(4)];
        let sql = "INSERT INTO engine SELECT $1, page, pg_sleep(0.01) IS NULL FROM unnest($2::integer[]) AS page";
        match self.run(|client| client.execute(sql, &[&revision.as_str(), &batch])) {
            Ok(_) => Ok(batch.len()),
            Err(detail) => Err(PutError::Unknown { pages: batch.len(), detail }),
        }
    }

    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        let sql = "SELECT count(*) FROM engine WHERE revision = ANY($1)";
        self.run(|client| Ok(client.query_one(sql, &[&names(revisions)])?.get::<_, i64>(0) as u64))
    }

    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        let sql = "DELETE FROM engine WHERE revision = ANY($1)";
        self.run(|client| client.execute(sql, &[&names(revisions)]).map(|_| ()))
    }
}

fn names(revisions: &[RevisionId]) -> Vec<&str> {
    revisions.iter().map(RevisionId::as_str).collect()
}

fn connect(url: &str) -> Result<Client, ::postgres::Error> {
    let mut config: ::postgres::Config = url.parse()?;
    config.application_name(NAME).connect(NoTls)
}

/// The report that a file is, and its pages. One in ten is a copy of the one before.
fn content(place: &str) -> (String, Vec<i32>) {
    let number: u32 = place.trim_start_matches('f').parse().expect("a number");
    let report = if number % 10 == 1 { number - 1 } else { number };
    (format!("r{report}"), (1..=(report % 14) as i32).collect())
}

/// The edition of a report as persons have corrected it by now.
fn edition(client: &mut Client, report: &str) -> Result<String, ::postgres::Error> {
    let rows = client.query("SELECT version FROM said WHERE report = $1", &[&report])?;
    Ok(rows.first().map_or_else(|| "1".to_owned(), |row| format!("1+{}", row.get::<_, i32>(0))))
}

/// Has reports published again that are live otherwise than persons say, as a worker does by turns; gives how many are
/// live so.
fn follow(queue: &Queue, client: &mut Client, reports: &[String]) -> usize {
    let ids: Vec<ReportId> = reports.iter().map(|report| id(report)).collect();
    let live = queue.live_editions(&ids).expect("asks");
    let is_behind = |(report, live): &(&String, Option<String>)| {
        live.as_ref().is_some_and(|live| *live != edition(client, report).expect("asks"))
    };
    let behind: Vec<ReportId> = reports.iter().zip(live).filter(is_behind).map(|(report, _)| id(report)).collect();
    queue.republish(&behind).expect("offers");
    behind.len()
}

/// Not a test but the process that the one below kills.
#[test]
#[ignore = "the worker of another test"]
fn worker_process() {
    let Ok(url) = std::env::var(QUEUE) else { return };
    let engine = Engine { url: url.clone(), client: RefCell::default() };
    loop {
        // Whatever breaks off, the next round goes on.
        if Queue::connect(&url, NAME).and_then(|queue| work(&queue, &engine)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn work(queue: &Queue, engine: &Engine) -> Result<(), QueueError> {
    loop {
        let lease = Token::random()?;
        let items = queue.lease(&lease, NAME, 3, LEASE)?;
        if items.is_empty() {
            std::thread::sleep(Duration::from_millis(30));
        }
        for item in items {
            let (report, pages) = content(&String::from_utf8_lossy(&item.source.place));
            let place = item.source.place;
            let edition = engine.run(|client| edition(client, &report)).map_err(QueueError::Unreachable)?;
            let subject = Subject {
                lease: lease.clone(),
                place: place.clone(),
                returns: item.returns,
                read: read(&report),
                edition,
                pages,
            };
            if !queue.renew(&lease, LEASE)?.contains(&place) {
                continue;
            }
            let mut publication = Publication::new(subject, PACE)?;
            let start = Instant::now();
            loop {
                match publication.step(queue, engine, start.elapsed()) {
                    Ok(Step::Wait(time)) => std::thread::sleep(time),
                    Ok(Step::Done(_)) => break,
                    Err(QueueError::Unreachable(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// Processes that do not outlive the test.
struct Workers {
    url: String,
    children: Vec<Child>,
}

impl Workers {
    fn start(url: &str) -> Workers {
        let mut workers = Workers { url: url.to_owned(), children: Vec::new() };
        (0..WORKERS).for_each(|_| workers.children.push(workers.spawn()));
        workers
    }

    fn spawn(&self) -> Child {
        let program = std::env::current_exe().expect("this program");
        let arguments = ["queue::tests::kills::worker_process", "--exact", "--ignored", "--nocapture"];
        let mut command = Command::new(program);
        command.args(arguments).env(QUEUE, &self.url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("a worker")
    }

    fn kill(&mut self, place: usize) {
        let next = self.spawn();
        let mut child = std::mem::replace(&mut self.children[place], next);
        child.kill().expect("kills");
        child.wait().expect("ends");
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a search would see at this moment: no page twice, no report in part, nothing that is not written down.
fn check(client: &mut Client) {
    let sql = "
        SELECT r.report, r.pages, count(e.page), count(DISTINCT e.page)
        FROM queue_revisions r LEFT JOIN engine e ON e.revision = r.id
        WHERE r.state = 'live' GROUP BY r.report, r.pages";
    for row in client.query(sql, &[]).expect("asks") {
        let (pages, found, different): (i32, i64, i64) = (row.get(1), row.get(2), row.get(3));
        assert_eq!((i64::from(pages), i64::from(pages)), (found, different), "each page of a live report once");
    }
    let sql = "
        SELECT count(*) FROM reports FULL JOIN (SELECT report FROM queue_revisions WHERE state = 'live') AS live
            ON live.report = reports.id WHERE reports.id IS NULL OR live.report IS NULL";
    assert_eq!(client.query_one(sql, &[]).expect("asks").get::<_, i64>(0), 0, "the catalogue knows what is live");
    let sql = "
        SELECT count(*) FROM queue_items LEFT JOIN files ON files.key = queue_items.key
        WHERE state = 'done' AND queue_items.report IS DISTINCT FROM files.id";
    assert_eq!(client.query_one(sql, &[]).expect("asks").get::<_, i64>(0), 0, "and of which files it was read");
    let sql = "SELECT count(*) FROM queue_revisions JOIN queue_withdrawn USING (report) WHERE state = 'live'";
    assert_eq!(client.query_one(sql, &[]).expect("asks").get::<_, i64>(0), 0, "what was withdrawn is not shown");
    let sql = "SELECT count(*) FROM engine WHERE revision NOT IN (SELECT id FROM queue_revisions)";
    assert_eq!(client.query_one(sql, &[]).expect("asks").get::<_, i64>(0), 0, "what the engine has is written down");
}

#[test]
fn ten_processes_killed_at_random_lose_and_double_nothing() {
    let Some(server) = DatabaseServer::start() else { return };
    let url = server.url();
    let queue = Queue::connect(&url, "recto test").expect("connects");
    let mut client = Client::connect(&url, NoTls).expect("connects");
    client.batch_execute("CREATE TABLE engine (revision text, page integer, slept boolean)").expect("a table");
    client.batch_execute("CREATE TABLE said (report text PRIMARY KEY, version integer)").expect("a table");
    let reports: BTreeSet<String> = (0..FILES).map(|number| content(&format!("f{number}")).0).collect();
    let reports: Vec<String> = reports.into_iter().collect();
    let mut withdrawn: BTreeSet<String> = BTreeSet::new();
    let (mut readmitted, mut corrected) = (0, 0);
    let offered: Vec<_> = (0..FILES).map(|number| source(&format!("f{number}"), "1")).collect();
    queue.offer(&offered).expect("offers");
    let (mut killed, mut broken_off) = (0, 0);
    let mut random = Rng::with_seed(5);
    let mut workers = Workers::start(&url);
    let start = Instant::now();
    while start.elapsed() < KILLING {
        std::thread::sleep(Duration::from_millis(random.u64(20..150)));
        if random.bool() {
            workers.kill(random.usize(0..WORKERS));
            killed += 1;
        } else {
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT 2";
            broken_off += client.query(sql, &[&NAME]).expect("asks").len();
        }
        let report = &reports[random.usize(0..reports.len())];
        match random.u32(0..4) {
            0 if queue.withdraw(id(report), None).expect("withdraws") => drop(withdrawn.insert(report.clone())),
            1 if random.bool() => {
                if let Some(report) = withdrawn.pop_first() {
                    assert!(queue.readmit(id(&report)).expect("readmits"));
                    readmitted += 1;
                }
            }
            2 => {
                let sql =
                    "INSERT INTO said VALUES ($1, 1) ON CONFLICT (report) DO UPDATE SET version = said.version + 1";
                corrected += client.execute(sql, &[report]).expect("says");
            }
            _ => {}
        }
        follow(&queue, &mut client, &reports);
        check(&mut client);
    }
    let mut abandoned = 0;
    loop {
        let again = queue.retry(Some("abandoned")).expect("retries");
        let behind = follow(&queue, &mut client, &reports);
        let counts = queue.counts().expect("counts");
        if again == 0 && behind == 0 && counts.waiting + counts.leased == 0 {
            break;
        }
        abandoned += again;
        assert!(start.elapsed() < LONGEST, "it does not end: {counts:?}, {behind} are not followed");
        check(&mut client);
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(workers);
    println!(
        "{killed} processes killed, {broken_off} connections broken off, {abandoned} files abandoned and tried again, \
         {} reports withdrawn and {readmitted} readmitted, {corrected} corrections",
        withdrawn.len() + readmitted
    );
    assert!(killed > 20 && broken_off > 20, "{killed} and {broken_off}: the faults have happened");
    assert!(withdrawn.len() > 3 && readmitted > 3 && corrected > 10, "and what persons do");
    check(&mut client);
    let (gone, reports): (Vec<String>, Vec<String>) =
        reports.into_iter().partition(|report| withdrawn.contains(report));
    let live = |reports: &[String]| {
        let ids: Vec<ReportId> = reports.iter().map(|report| id(report)).collect();
        queue.live_editions(&ids).expect("asks")
    };
    assert!(live(&gone).iter().all(Option::is_none), "nothing came back");
    let said = reports.iter().map(|report| edition(&mut client, report).expect("asks")).map(Some);
    assert_eq!(live(&reports), said.collect::<Vec<_>>(), "no report lost, and all as persons say");
    let is_gone = |number: &u32| withdrawn.contains(&content(&format!("f{number}")).0);
    let failed = (0..FILES).filter(is_gone).count() as u64;
    let counts = queue.counts().expect("counts");
    assert_eq!((counts.failed, counts.done), (failed, u64::from(FILES) - failed), "no other file failed");
    let engine = Engine { url, client: RefCell::default() };
    let told = purge(&queue, &engine, Duration::ZERO, u32::MAX).expect("purges").told;
    assert_eq!(purge(&queue, &engine, Duration::ZERO, u32::MAX).expect("purges").gone, told);
    assert!(queue.masked().expect("lists").is_empty());
    let pages: usize = reports.iter().map(|report| content(&report.replace('r', "f")).1.len()).sum();
    let stored = client.query_one("SELECT count(*) FROM engine", &[]).expect("asks").get::<_, i64>(0);
    assert_eq!(stored, pages as i64, "no page too many");
}
