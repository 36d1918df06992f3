//! How one report gets into an engine that only adds: under a revision written down first, counted before it is shown.
//!
//! An engine acknowledges pages, refuses them, or does not answer; and pages that were acknowledged show only after a
//! while. Nothing is concluded from silence: the pages of the revision are counted, and only as many as were sent make it
//! live. Anything else retires it, and the whole report is sent again under a new one, so no page is ever shown twice.
//!
//! [`Publication::step`] does one thing and says how long to wait before the next, so one thread can look after many and
//! the simulation needs no clock.

use super::operations::REFUSED;
use crate::queue::{Begun, Finished, Held, Queue, QueueError, Read, Revision, RevisionId, RevisionState, Token};
use crate::report::ReportId;
use std::time::Duration;

/// An engine as publishing sees it.
pub trait PageEngine {
    /// A page as it is sent.
    type Page;
    /// Sends the first of these pages, as many as one request takes, under a revision; gives how many were taken.
    fn put(&self, revision: &RevisionId, pages: &[Self::Page]) -> Result<usize, PutError>;
    /// How many pages of these revisions, taken together, searches would find. Fewer than there are is no answer.
    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String>;
    /// Has the pages of revisions deleted, at some time.
    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String>;
}

/// Why pages were not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// The engine cannot take pages now, or not all of these; some may be stored.
    #[error("the engine takes no pages now: {0}")]
    Busy(String),
    /// There was no answer: so many pages may or may not be stored.
    #[error("the engine did not say whether it stored {pages} pages: {detail}")]
    Unknown {
        /// Pages sent.
        pages: usize,
        /// What happened.
        detail: String,
    },
    /// The engine will not take such a page, whenever it is sent.
    #[error("the engine refuses a page: {0}")]
    Refused(String),
}

/// The times of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Attempts before the file is given back.
    pub attempts: u32,
    /// How long pages may take to show after they were acknowledged.
    pub settle: Duration,
    /// Between two counts.
    pub poll: Duration,
    /// Before a second attempt; twice as long before each further one, and each further time that the file is given back.
    pub back_off: Duration,
    /// The longest that a file is given back for.
    pub longest: Duration,
    /// How long to wait for another worker that sends the same report.
    pub busy: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            attempts: 3,
            // Engines commit every five seconds; three commits may pass.
            settle: Duration::from_secs(20),
            poll: Duration::from_secs(1),
            back_off: Duration::from_secs(1),
            longest: Duration::from_secs(300),
            busy: Duration::from_secs(10),
        }
    }
}

/// What is published.
#[derive(Debug, Clone)]
pub struct Subject<P> {
    /// The lease that the file is held under.
    pub lease: Token,
    /// Where the file lies.
    pub place: Vec<u8>,
    /// Times that the file was given back in a row.
    pub returns: u32,
    /// The report, as the catalogue will know it.
    pub read: Read,
    /// See [`Revision::edition`].
    pub edition: String,
    /// Its pages.
    pub pages: Vec<P>,
}

/// What became of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// Searches show it.
    Live(RevisionId),
    /// It was there already, in this edition.
    Same,
    /// The engine or another worker was in the way: it is tried later, by anybody.
    GivenBack(String),
    /// The engine will not take it.
    Failed(String),
    /// The report was withdrawn meanwhile; the file has failed for that.
    Withdrawn,
    /// The lease ended meanwhile; nothing of it counts.
    Lost,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Step again after this time.
    Wait(Duration),
    /// It is over.
    Done(Published),
}

/// One report on its way to being live.
#[derive(Debug)]
pub struct Publication<P> {
    subject: Subject<P>,
    pace: Pace,
    attempts: u32,
    revision: RevisionId,
    /// Pages sent under the revision.
    sent: usize,
    phase: Phase,
}

#[derive(Debug, Clone)]
enum Phase {
    Begin,
    Put,
    /// Counts until the pages sent are there.
    Settle {
        deadline: Duration,
    },
    Finish(Finished),
    GiveBack(String, Duration),
    Fail(String),
}

impl<P> Publication<P> {
    /// One that has not begun.
    pub fn new(subject: Subject<P>, pace: Pace) -> Result<Publication<P>, QueueError> {
        let revision = RevisionId::random()?;
        Ok(Publication { subject, pace, attempts: 0, revision, sent: 0, phase: Phase::Begin })
    }

    /// Does the next thing; `now` counts from any moment. After an error of the queue the same step may be taken again.
    pub fn step(
        &mut self,
        queue: &Queue,
        engine: &dyn PageEngine<Page = P>,
        now: Duration,
    ) -> Result<Step, QueueError> {
        match self.advance(queue, engine, now) {
            Err(QueueError::Lost) => Ok(Step::Done(Published::Lost)),
            other => other,
        }
    }

    /// The lease that the file is held under.
    pub fn lease(&self) -> &Token {
        &self.subject.lease
    }

    /// The report.
    pub fn report(&self) -> ReportId {
        self.subject.read.facts.id
    }

    /// Where the file lies.
    pub fn place(&self) -> &[u8] {
        &self.subject.place
    }

    /// Steps until it is over, sleeping in between.
    pub fn run(mut self, queue: &Queue, engine: &dyn PageEngine<Page = P>) -> Result<Published, QueueError> {
        let start = std::time::Instant::now();
        loop {
            match self.step(queue, engine, start.elapsed())? {
                Step::Wait(time) => std::thread::sleep(time),
                Step::Done(published) => return Ok(published),
            }
        }
    }

    fn advance(&mut self, queue: &Queue, engine: &dyn PageEngine<Page = P>, now: Duration) -> Result<Step, QueueError> {
        let (lease, place) = (self.subject.lease.clone(), self.subject.place.clone());
        let held = Held { lease: &lease, place: &place };
        match self.phase.clone() {
            Phase::Begin => {
                self.phase = match queue.begin(held, &self.written_down())? {
                    Begun::Write => Phase::Put,
                    Begun::Same => Phase::Finish(Finished::Same(self.subject.read.facts.id)),
                    Begun::Busy => Phase::GiveBack("another worker has the same report".to_owned(), self.pace.busy),
                    Begun::Withdrawn => return Ok(Step::Done(Published::Withdrawn)),
                };
                Ok(Step::Wait(Duration::ZERO))
            }
            Phase::Put => self.put(engine, now),
            Phase::Settle { deadline } => self.count(engine, now, deadline),
            Phase::Finish(finished) => match (queue.finish(held, &finished, &self.subject.read), finished) {
                (Ok(()), Finished::Written(id)) => Ok(Step::Done(Published::Live(id))),
                (Ok(()), Finished::Same(_)) => Ok(Step::Done(Published::Same)),
                (Err(QueueError::Withdrawn), _) => {
                    self.phase = Phase::Begin;
                    Ok(Step::Wait(Duration::ZERO))
                }
                (Err(error), _) => Err(error),
            },
            Phase::GiveBack(detail, wait) => {
                queue.give_back(held, wait)?;
                Ok(Step::Done(Published::GivenBack(detail)))
            }
            Phase::Fail(detail) => {
                queue.fail(held, REFUSED, &detail)?;
                Ok(Step::Done(Published::Failed(detail)))
            }
        }
    }

    fn written_down(&self) -> Revision {
        Revision {
            id: self.revision.clone(),
            report: self.subject.read.facts.id,
            place: self.subject.place.clone(),
            edition: self.subject.edition.clone(),
            pages: u32::try_from(self.subject.pages.len()).unwrap_or(u32::MAX),
            state: RevisionState::Writing,
            since: 0,
        }
    }

    fn put(&mut self, engine: &dyn PageEngine<Page = P>, now: Duration) -> Result<Step, QueueError> {
        let left = self.subject.pages.get(self.sent..).unwrap_or_default();
        if left.is_empty() {
            return Ok(self.settle(now));
        }
        match engine.put(&self.revision, left) {
            Ok(0) => self.refused("a page is larger than a request may be".to_owned()),
            Ok(taken) => {
                self.sent += taken.min(left.len());
                Ok(Step::Wait(Duration::ZERO))
            }
            Err(PutError::Unknown { pages, detail }) => {
                tracing::warn!(revision = %self.revision, pages, detail, "counting what the engine has of a report");
                self.sent += pages.min(left.len());
                Ok(self.settle(now))
            }
            Err(PutError::Busy(detail)) => self.again(detail),
            Err(PutError::Refused(detail)) => self.refused(detail),
        }
    }

    fn settle(&mut self, now: Duration) -> Step {
        self.phase = Phase::Settle { deadline: now + self.pace.settle };
        Step::Wait(Duration::ZERO)
    }

    fn count(
        &mut self,
        engine: &dyn PageEngine<Page = P>,
        now: Duration,
        deadline: Duration,
    ) -> Result<Step, QueueError> {
        let sent = self.sent as u64;
        match engine.count(std::slice::from_ref(&self.revision)) {
            Ok(count) if count == sent => {
                let is_whole = self.sent == self.subject.pages.len();
                self.phase =
                    if is_whole { Phase::Finish(Finished::Written(self.revision.clone())) } else { Phase::Put };
                Ok(Step::Wait(Duration::ZERO))
            }
            Ok(count) if count > sent => self.again(format!("the engine has {count} pages of {sent}")),
            Ok(count) if now >= deadline => self.again(format!("the engine shows {count} pages of {sent}")),
            Err(detail) if now >= deadline => self.again(detail),
            Ok(_) | Err(_) => Ok(Step::Wait(self.pace.poll)),
        }
    }

    fn refused(&mut self, detail: String) -> Result<Step, QueueError> {
        self.phase = Phase::Fail(detail);
        Ok(Step::Wait(Duration::ZERO))
    }

    /// Another attempt under another revision; the beginning of that one retires this one.
    fn again(&mut self, detail: String) -> Result<Step, QueueError> {
        self.attempts += 1;
        if self.attempts >= self.pace.attempts {
            let wait = doubled(self.pace.back_off, self.pace.attempts + self.subject.returns, self.pace.longest);
            self.phase = Phase::GiveBack(detail, wait);
            return Ok(Step::Wait(Duration::ZERO));
        }
        tracing::warn!(revision = %self.revision, detail, "a report is sent again");
        (self.revision, self.sent, self.phase) = (RevisionId::random()?, 0, Phase::Begin);
        Ok(Step::Wait(doubled(self.pace.back_off, self.attempts - 1, self.pace.longest)))
    }
}

/// A time doubled so often, with up to half as much again, so that those who fail together do not come back together.
fn doubled(time: Duration, times: u32, longest: Duration) -> Duration {
    let doubled = time.saturating_mul(1 << times.min(16)).min(longest);
    doubled.mul_f64(1.0 + fastrand::f64() / 2.0)
}
