//! How much the queue takes, for whoever plans a library on many machines: `benches/sizing.py --measure FOLDER`.

use super::rules::{LEASE, id, read as read_of, source};
use crate::queue::{Begun, Finished, Held, Queue, QueueError, Revision, RevisionId, RevisionState, Token};
use crate::store::DatabaseServer;
use std::time::Instant;

const WAITING: u32 = 200_000;
const READ: u64 = 10_000;
const THREADS: usize = 10;

#[test]
#[ignore = "a measurement"]
fn reports_a_second() {
    let Some(server) = DatabaseServer::start() else { return };
    let url = server.url();
    let queue = Queue::connect(&url, "recto test").expect("connects");
    let offered: Vec<_> = (0..WAITING).map(|number| source(&format!("f{number}"), "1")).collect();
    let empty = server.number("postgres", "SELECT pg_database_size('postgres')");
    let start = Instant::now();
    queue.offer(&offered).expect("offers");
    let offered = f64::from(WAITING) / start.elapsed().as_secs_f64();
    let bytes = || server.number("postgres", "SELECT pg_database_size('postgres')");
    let before = bytes();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| read(&Queue::connect(&url, "recto test").expect("connects")).expect("reads"));
        }
    });
    let seconds = start.elapsed().as_secs_f64();
    let done = queue.counts().expect("counts").done;
    let figures = serde_json::json!({
        "waiting": WAITING,
        "workers": THREADS,
        "offered_per_second": offered,
        "read_per_second": done as f64 / seconds,
        "bytes_per_waiting_file": (before - empty) / i64::from(WAITING),
        "bytes_per_report": (bytes() - before) / done as i64,
    });
    println!("measured: {figures}");
}

/// Reads its share without reading anything.
fn read(queue: &Queue) -> Result<(), QueueError> {
    let mut read = 0;
    while read < READ / THREADS as u64 {
        let lease = Token::random()?;
        for item in queue.lease(&lease, "one", 16, LEASE)? {
            let place = item.source.place;
            let revision = Revision {
                id: RevisionId::random()?,
                report: id(&String::from_utf8_lossy(&place)),
                place: Vec::new(),
                edition: "1".to_owned(),
                pages: 30,
                state: RevisionState::Writing,
                since: 0,
            };
            let held = Held { lease: &lease, place: &place };
            assert_eq!(queue.begin(held, &revision)?, Begun::Write);
            queue.finish(held, &Finished::Written(revision.id), &read_of(&String::from_utf8_lossy(&place)))?;
            read += 1;
        }
    }
    Ok(())
}
