//! The same questions in the same order to the tables in memory and to PostgreSQL: the same answers, whatever is asked.

use super::memory::{Content, Memory};
use super::rules::{clock_of, held, id, read, source};
use crate::queue::{Finished, Item, Queue, QueueError, Revision, RevisionId, RevisionState, State, Token};
use crate::report::{Outcome, ReportId};
use crate::store::DatabaseServer;
use crate::store::{Catalogue, FileRow, Location};
use fastrand::Rng;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;
use std::time::Duration;

const QUESTIONS: i64 = 3_000;
const PLACES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const REPORTS: [&str; 4] = ["A", "B", "C", "D"];
const LEASE: Duration = Duration::from_millis(200);

/// Something to ask, with all that was drawn for it.
#[derive(Debug, Clone)]
enum Question {
    Offer(&'static str, String),
    Lease(Token),
    Renew(Token),
    Begin(Token, &'static str, Revision),
    Finish(Token, &'static str, Finished, &'static str),
    Fail(Token, &'static str),
    GiveBack(Token, &'static str),
    Retry(Option<&'static str>),
    Forget(Vec<Vec<u8>>),
    Vanish(Vec<Vec<u8>>),
    Withdraw(&'static str, Option<&'static str>),
    Readmit(&'static str),
    Withhold(Token, &'static str, &'static str),
    Republish(&'static str),
    ToPurge,
    Purged(Vec<RevisionId>),
    Look,
}

/// Names drawn so far, which later questions use again, rightly or wrongly.
struct Drawn {
    random: Rng,
    leases: Vec<Token>,
    revisions: Vec<RevisionId>,
}

impl Drawn {
    /// One of the last few, as a rule.
    fn lease(&mut self) -> Token {
        let recent = self.leases.len().saturating_sub(5);
        self.leases[self.random.usize(recent..self.leases.len())].clone()
    }

    fn revision(&mut self) -> RevisionId {
        let recent = self.revisions.len().saturating_sub(5);
        self.revisions[self.random.usize(recent..self.revisions.len())].clone()
    }

    fn place(&mut self) -> &'static str {
        PLACES[self.random.usize(0..PLACES.len())]
    }

    /// A lease and a place, as a rule of those that belong together.
    fn holder(&mut self, content: &Content) -> (Token, &'static str) {
        let held: Vec<&Item> = content.items.values().filter(|item| item.state == State::Leased).collect();
        if held.is_empty() || self.random.u32(0..5) == 0 {
            return (self.lease(), self.place());
        }
        let item = held[self.random.usize(0..held.len())];
        let place = PLACES.into_iter().find(|place| place.as_bytes() == item.source.place).expect("one of the places");
        (item.lease.clone().expect("it is leased"), place)
    }

    /// What was begun for a place, as a rule.
    fn begun(&mut self, content: &Content, place: &str) -> RevisionId {
        let is_begun =
            |revision: &&Revision| revision.state == RevisionState::Writing && revision.place == place.as_bytes();
        match content.revisions.values().find(is_begun) {
            Some(revision) if self.random.u32(0..5) > 0 => revision.id.clone(),
            _ => self.revision(),
        }
    }

    fn question(&mut self, content: &Content) -> Question {
        let (lease, place) = self.holder(content);
        let report = REPORTS[self.random.usize(0..REPORTS.len())];
        match self.random.u32(0..22) {
            0..=2 => Question::Offer(self.place(), self.random.u32(0..3).to_string()),
            3..=6 => {
                self.leases.push(Token::random().expect("random bytes"));
                Question::Lease(self.lease())
            }
            7 => Question::Renew(lease),
            8..=11 => {
                if self.random.u32(0..4) > 0 {
                    self.revisions.push(RevisionId::random().expect("random bytes"));
                }
                let revision = Revision {
                    id: self.revision(),
                    report: id(REPORTS[self.random.usize(0..REPORTS.len())]),
                    place: Vec::new(),
                    edition: self.random.u32(0..2).to_string(),
                    pages: 1,
                    state: RevisionState::Writing,
                    since: 0,
                };
                Question::Begin(lease, place, revision)
            }
            12..=14 => {
                let revision = self.begun(content, place);
                let report = content.revisions.get(&revision).map(|revision| revision.report);
                let report = REPORTS.into_iter().find(|name| Some(id(name)) == report).unwrap_or("A");
                Question::Finish(lease, place, Finished::Written(revision), report)
            }
            15 => {
                let report = REPORTS[self.random.usize(0..REPORTS.len())];
                Question::Finish(lease, place, Finished::Same(id(report)), report)
            }
            16 => Question::Fail(lease, place),
            17 => Question::GiveBack(lease, place),
            18 => match self.random.u32(0..5) {
                0 => Question::Retry(None),
                1 => Question::Retry(Some("abandoned")),
                2 => Question::Retry(Some("withdrawn")),
                3 => Question::Vanish(vec![self.place().into(), self.place().into()]),
                _ => Question::Forget(vec![self.place().into(), self.place().into()]),
            },
            19 => match self.random.u32(0..5) {
                0 => Question::Withdraw(report, None),
                1 => Question::Withdraw(report, Some(self.place())),
                2 => Question::Withhold(lease, place, report),
                _ => Question::Readmit(report),
            },
            20 => Question::Republish(report),
            _ => match self.random.u32(0..3) {
                0 => Question::ToPurge,
                1 => Question::Purged(vec![self.revision(), self.revision()]),
                _ => Question::Look,
            },
        }
    }
}

fn ask(queue: &Queue, question: &Question) -> String {
    match question {
        Question::Offer(place, version) => said(&queue.offer(&[source(place, version)])),
        Question::Lease(lease) => said(&queue.lease(lease, "worker", 1, LEASE)),
        Question::Renew(lease) => said(&queue.renew(lease, LEASE)),
        Question::Begin(lease, place, revision) => said(&queue.begin(held(lease, place), revision)),
        Question::Finish(lease, place, finished, report) => {
            said(&queue.finish(held(lease, place), finished, &read(report)))
        }
        Question::Fail(lease, place) => said(&queue.fail(held(lease, place), "damaged", "so it is")),
        Question::GiveBack(lease, place) => said(&queue.give_back(held(lease, place), LEASE)),
        // Several would be due at the same moment.
        Question::Retry(_) if queue.counts().expect("asks").failed > 1 => String::new(),
        Question::Retry(reason) => said(&queue.retry(*reason)),
        Question::Forget(places) => said(&queue.forget(places)),
        Question::Vanish(places) => said(&queue.vanish(places)),
        Question::Withdraw(report, gone) => said(&queue.withdraw(id(report), gone.map(str::as_bytes))),
        // Several would be due at the same moment.
        Question::Readmit(_) if queue.counts().expect("asks").failed > 1 => String::new(),
        Question::Readmit(report) => said(&queue.readmit(id(report))),
        Question::Withhold(lease, place, report) => said(&queue.withhold(held(lease, place), id(report))),
        Question::Republish(report) => said(&queue.republish(&[id(report)])),
        Question::ToPurge => said(&queue.to_purge(LEASE, 2)),
        Question::Purged(revisions) => said(&queue.purged(revisions)),
        Question::Look => {
            let items: Vec<_> = PLACES.iter().map(|place| queue.item(place.as_bytes()).expect("asks")).collect();
            let live = queue.live(&REPORTS.map(id)).expect("asks");
            let editions = queue.live_editions(&REPORTS.map(id)).expect("asks");
            format!("{items:?} {live:?} {editions:?} {:?} {:?} {:?}", queue.masked(), queue.purging(), queue.counts())
        }
    }
}

fn said<T: Debug>(answer: &Result<T, QueueError>) -> String {
    format!("{answer:?}")
}

/// Files and reports that the catalogue knows.
type Known = (Vec<Option<FileRow>>, Vec<Option<Location>>);

fn known_to(catalogue: &Catalogue) -> Known {
    let file = |place: &&str| catalogue.file(Path::new(place)).expect("readable");
    let report = |name: &&str| catalogue.report(id(name)).expect("readable").map(|row| row.location);
    (PLACES.iter().map(file).collect(), REPORTS.iter().map(report).collect())
}

fn live_in(content: &Content) -> BTreeSet<ReportId> {
    let live = content.revisions.values().filter(|revision| revision.state == RevisionState::Live);
    live.map(|revision| revision.report).collect()
}

fn known_in(content: &Content) -> Known {
    let file = |place: &&str| content.files.get(Path::new(place)).cloned();
    (
        PLACES.iter().map(file).collect(),
        REPORTS.iter().map(|name| content.reports.get(&id(name)).map(|(_, texts)| *texts)).collect(),
    )
}

#[test]
fn postgres_and_the_tables_in_memory_give_the_same_answers() {
    let Some(server) = DatabaseServer::start() else { return };
    let set_clock = clock_of(&server);
    let postgres = Queue::connect(&server.url(), "recto test").expect("connects");
    let catalogue = Catalogue::connect(&server.url(), "recto test").expect("connects");
    let memory = Memory::default();
    let other = memory.queue();
    let mut drawn = Drawn {
        random: Rng::with_seed(3),
        leases: vec![Token::random().expect("random bytes")],
        revisions: vec![RevisionId::random().expect("random bytes")],
    };
    let mut answers = std::collections::BTreeMap::new();
    for number in 0..QUESTIONS {
        // No two things are due at the same moment: their order would be left to chance.
        let now = 1_000_000 + 7 * number;
        set_clock(now);
        memory.set_clock(now);
        let content = memory.content();
        assert_eq!(known_to(&catalogue), known_in(&content), "before {number}");
        assert_eq!(
            live_in(&content),
            content.reports.keys().copied().collect(),
            "before {number}: what is live is known"
        );
        let firsts = content.files.values().filter(|file| file.outcome == Outcome::Indexed).filter_map(|file| file.id);
        let firsts: Vec<ReportId> = firsts.collect();
        let different: BTreeSet<ReportId> = firsts.iter().copied().collect();
        assert_eq!(firsts.len(), different.len(), "before {number}: a report has one first file");
        assert!(different.is_subset(&live_in(&content)), "before {number}: and is live if it has");
        assert!(content.withdrawn.is_disjoint(&live_in(&content)), "before {number}: what was withdrawn stays away");
        for question in [drawn.question(&memory.content()), Question::Look] {
            let answer = ask(&other, &question);
            assert_eq!(ask(&postgres, &question), answer, "{number}: {question:?}");
            let kind: String = answer.chars().take(16).collect();
            *answers.entry(kind).or_insert(0) += 1;
        }
    }
    for kind in [
        "Ok(Write)",
        "Ok(Same)",
        "Ok(Busy)",
        "Ok(Withdrawn)",
        "Ok(())",
        "Ok(true)",
        "Ok(false)",
        "Err(Lost)",
        "Err(Withdrawn)",
    ] {
        assert!(answers.contains_key(kind), "{kind} was never the answer: {answers:?}");
    }
}
