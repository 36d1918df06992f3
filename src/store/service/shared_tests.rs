//! Several processes that use one database at once, and connections that break off.

use super::places::{Place, database};
use super::*;
use crate::report::{Correction, ReportId};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

const REPORT: ReportId = ReportId([1; 16]);

/// Runs something in two threads, each of which has a store of its own, at the same moment.
fn at_once<T: Send>(place: &Place, work: impl Fn(&ServiceStore, usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        let run = |number: usize| {
            let (store, start, work) = (place.open(), &start, &work);
            scope.spawn(move || {
                start.wait();
                work(&store, number)
            })
        };
        let threads = [0, 1].map(run);
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn comment(author: i64, text: &str) -> NewComment<'_> {
    NewComment { report: REPORT, page: None, parent: None, author, text }
}

#[test]
fn what_one_process_writes_the_others_see() {
    places::everywhere(|place| {
        let (one, other) = (place.open(), place.open());
        let key = one.create_key("harvester", Scope::Admin, None, 1).expect("room").expect("free");
        assert!(other.accepted_key(&key, 2).expect("readable").is_some());
        let ada = other.create_account("Ada", Role::Reader, Some("hash"), 1).expect("room").expect("free");
        let session = one.create_session(ada.id, 1).expect("room");
        assert_eq!(other.session_account(&session, 2).expect("readable"), Some(ada.clone()));
        let rules = CommentRules { moderation: Moderation::None, rate: None };
        let revision = other.comments_revision().expect("readable");
        let said = one.add_comment(&comment(ada.id, "Well said"), &rules, 1).expect("room").expect("taken");
        assert!(other.comments_revision().expect("readable") > revision);
        assert_eq!(other.comment(said.id).expect("readable"), Some(said));
        let made = other.marks_made();
        one.correct(REPORT, &Correction::default(), "Ann", None, 1).expect("room").expect("whatever was");
        assert!(other.marks_made() > made && other.is_marked(REPORT).expect("readable"));
        other.set_disabled(ada.id, true, 3).expect("room");
        assert_eq!(one.session_account(&session, 4).expect("readable"), None, "locked out everywhere");
        assert!(other.revoke_key("harvester", 3).expect("room"));
        assert_eq!(one.accepted_key(&key, 4).expect("readable"), None);
    });
}

#[test]
fn two_at_once_break_no_rule() {
    places::everywhere(|place| {
        let store = place.open();
        let ada = store.create_account("Ada", Role::Reader, None, 1).expect("room").expect("free").id;
        for round in 0..20 {
            let name = format!("name {round}");
            let keys = at_once(place, |store, _| store.create_key(&name, Scope::Search, None, 1).expect("room"));
            assert_eq!(keys.iter().flatten().count(), 1, "one key of a name");
            let accounts = at_once(place, |store, _| store.create_account(&name, Role::Reader, None, 1).expect("room"));
            assert_eq!(accounts.iter().flatten().count(), 1, "one account of a name");
            let rules = CommentRules { moderation: Moderation::None, rate: Some((1, 60)) };
            let now = 1_000 + 100 * round;
            let comments = at_once(place, |store, number| {
                let text = format!("comment {round} {number}");
                store.add_comment(&comment(ada, &text), &rules, now).expect("room").is_ok()
            });
            assert_eq!(comments.iter().filter(|is_taken| **is_taken).count(), 1, "as many as may be written");
            let free = CommentRules { moderation: Moderation::None, rate: None };
            let text = format!("the same {round}");
            let comments =
                at_once(place, |store, _| store.add_comment(&comment(ada, &text), &free, now).expect("room").is_ok());
            assert_eq!(comments.iter().filter(|is_taken| **is_taken).count(), 1, "the same but once");
            let edits = at_once(place, |store, number| {
                let title = Some(format!("{round} {number}"));
                let correction = Correction { title, ..Correction::default() };
                store.correct(REPORT, &correction, "Ann", Some(round), 1).expect("room").is_ok()
            });
            assert_eq!(
                edits.iter().filter(|is_done| **is_done).count(),
                1,
                "who has not seen the latest changes nothing"
            );
            let admins = ["Grace", "Hedy"].map(|name| {
                let name = format!("{name} {round}");
                store.create_account(&name, Role::Admin, Some("hash"), 1).expect("room").expect("free").id
            });
            let changes = at_once(place, |store, number| {
                store.change_account(admins[number], AccountChange::Role(Role::Editor), 1).expect("room").is_ok()
            });
            assert_eq!(changes.iter().filter(|is_done| **is_done).count(), 1, "somebody is left who administers");
            for id in admins {
                store.delete_account(id).expect("room");
            }
            let invitation = store.create_invitation(Role::Reader, None, 1).expect("room").token;
            let registered = at_once(place, |store, number| {
                store.register(&format!("guest {round} {number}"), "hash", Some(&invitation), 2).expect("room")
            });
            let is_made = |registered: &&Registered| matches!(registered, Registered::Account(_));
            assert_eq!(registered.iter().filter(is_made).count(), 1, "an invitation is good once");
        }
    });
}

/// Runs a statement that cuts connections.
fn cut(url: &str, sql: &str) {
    let mut client = ::postgres::Client::connect(url, ::postgres::NoTls).expect("connects");
    client.batch_execute(sql).expect("is allowed");
}

#[test]
fn a_connection_that_was_cut_is_made_again() {
    database::with(|url| {
        let place = Place::Database(url.clone());
        let store = place.open();
        let key = store.create_key("a", Scope::Admin, None, 1).expect("room").expect("free");
        let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        for round in 0..5 {
            cut(&url, all);
            assert!(store.accepted_key(&key, 2).expect("asked again").is_some());
            cut(&url, all);
            assert!(store.create_key(&format!("key {round}"), Scope::Search, None, 2).expect("written").is_some());
        }
        assert_eq!(store.keys().expect("readable").len(), 6);
    });
}

/// A way to a database that loses the next answer to a `COMMIT`, with the connection, once it is told to.
struct Way {
    directory: tempfile::TempDir,
    loses: Arc<AtomicBool>,
}

impl Way {
    /// A way to the server whose socket is in this directory.
    fn to(server: &str) -> Way {
        let way = Way { directory: tempfile::tempdir().expect("a directory"), loses: Arc::default() };
        let socket = |directory: &Path| directory.join(".s.PGSQL.5432");
        let listener = UnixListener::bind(socket(way.directory.path())).expect("listens");
        let (server, loses) = (socket(Path::new(server)), Arc::clone(&way.loses));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = UnixStream::connect(&server) else { continue };
                let is_lost = Arc::new(AtomicBool::new(false));
                let both = || (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
                let ((mut from, mut to), (loses, lost)) = (both(), (Arc::clone(&loses), Arc::clone(&is_lost)));
                thread::spawn(move || {
                    pass(&mut from, &mut to, |bytes| {
                        let commits = bytes.windows(6).any(|window| window == b"COMMIT");
                        lost.fetch_or(commits && loses.swap(false, Ordering::SeqCst), Ordering::SeqCst);
                        true
                    });
                });
                let (mut to, mut from) = both();
                thread::spawn(move || pass(&mut from, &mut to, |_| !is_lost.load(Ordering::SeqCst)));
            }
        });
        way
    }
}

/// Passes bytes on as long as it may; ends both ways then.
fn pass(from: &mut UnixStream, to: &mut UnixStream, mut may: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 8 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !may(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[test]
fn what_was_committed_while_the_answer_got_lost_is_told_and_not_done_again() {
    database::with(|url| {
        let server = url.split(' ').find_map(|part| part.strip_prefix("host=")).expect("a socket");
        let way = Way::to(server);
        let place = Place::Database(url.replace(server, &way.directory.path().display().to_string()));
        let store = place.open();
        let ada = store.create_account("Ada", Role::Reader, None, 1).expect("room").expect("free").id;
        let rules = CommentRules { moderation: Moderation::None, rate: Some((2, 60)) };
        way.loses.store(true, Ordering::SeqCst);
        let said = store.add_comment(&comment(ada, "once"), &rules, 1).expect("room").expect("it was taken");
        assert!(!way.loses.load(Ordering::SeqCst), "an answer was lost");
        let all = store.newest_comments(CommentState::Shown, None, 9).expect("readable");
        assert_eq!(all, [said]);
        way.loses.store(true, Ordering::SeqCst);
        assert!(store.create_key("a", Scope::Admin, None, 1).expect("room").is_some(), "its maker is given it");
        way.loses.store(true, Ordering::SeqCst);
        store.add_reads(&[(1, REPORT, 1)]).expect("room");
        assert_eq!(store.reads_since(0).expect("readable"), [(REPORT, 1)]);
        way.loses.store(true, Ordering::SeqCst);
        assert!(store.delete_own_comment(all[0].id, ada).expect("room"), "as it was not deleted before");
    });
}

#[test]
fn a_database_that_is_gone_is_told() {
    let Some(server) = crate::store::DatabaseServer::start() else { return };
    let store = ServiceStore::connect(&server.database("gone"), "test").expect("connects");
    drop(server);
    let error = store.create_key("a", Scope::Admin, None, 1).expect_err("nothing can be written");
    assert_eq!(error.part_down(), Some("database"), "{error}");
    assert_eq!(store.keys().expect_err("nothing can be read").part_down(), Some("database"));
}
