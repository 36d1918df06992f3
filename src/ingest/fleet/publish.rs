//! Many reports on their way into the engine, each a step at a time.

use super::{Fleet, GLANCE, Shelf};
use crate::ingest::FileDone;
use crate::queue::{Held, Publication, Published, Queue, QueueError, Step, Subject, Token};
use crate::report::Reason;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Before a step is taken again that the queue could not answer; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// A report that was read.
pub(super) struct Parcel<D> {
    /// Bytes that it takes in memory, roughly.
    pub(super) weight: u64,
    /// Pages that the file was found to have.
    pub(super) pages: u64,
    /// Whether it was read in part.
    pub(super) is_partial: bool,
    /// Whether it was not read but stored, and persons say something else about it.
    pub(super) is_corrected: bool,
    /// Bytes of the file.
    pub(super) size: u64,
    pub(super) subject: Subject<D>,
}

/// A report on its way.
struct Flight<D> {
    publication: Publication<D>,
    weight: u64,
    pages: u64,
    is_partial: bool,
    is_corrected: bool,
    size: u64,
    /// When its next step is to be taken.
    due: Instant,
    /// Since when the queue has not answered, and how often it was asked.
    silent: Option<(Instant, u32)>,
}

/// A thread that publishes.
pub(super) struct Publisher<'p, 'f, S: Shelf> {
    fleet: &'p Fleet<'f, S>,
    queue: Queue,
    flights: Vec<Flight<S::Document>>,
    start: Instant,
    /// When the worker was told to stop.
    stopping: Option<Instant>,
}

impl<'p, 'f, S: Shelf> Publisher<'p, 'f, S> {
    pub(super) fn new(fleet: &'p Fleet<'f, S>, queue: Queue) -> Publisher<'p, 'f, S> {
        Publisher { fleet, queue, flights: Vec::new(), start: Instant::now(), stopping: None }
    }

    /// Publishes what the readers hand over, until they hand over nothing more and all is on its place.
    pub(super) fn run(mut self, parcels: &Receiver<Parcel<S::Document>>) {
        let mut is_open = true;
        while is_open || !self.flights.is_empty() {
            let wait = self.wait();
            if is_open && self.flights.len() < self.fleet.options.in_flight {
                match parcels.recv_timeout(wait) {
                    Ok(parcel) => self.begin(parcel),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => is_open = false,
                }
            } else {
                std::thread::sleep(wait);
            }
            self.step_all();
            if self.is_out_of_time() {
                self.give_all_back();
            }
        }
    }

    /// Until the next step is due.
    fn wait(&self) -> Duration {
        let now = Instant::now();
        let next = self.flights.iter().map(|flight| flight.due.saturating_duration_since(now)).min();
        next.unwrap_or(GLANCE).min(GLANCE)
    }

    fn begin(&mut self, parcel: Parcel<S::Document>) {
        let Parcel { weight, pages, is_partial, is_corrected, size, subject } = parcel;
        let (lease, place) = (subject.lease.clone(), subject.place.clone());
        match Publication::new(subject, self.fleet.options.pace) {
            Ok(publication) => {
                let due = Instant::now();
                let silent = None;
                let flight = Flight { publication, weight, pages, is_partial, is_corrected, size, due, silent };
                self.flights.push(flight);
            }
            Err(error) => {
                tracing::error!(%error, "a report cannot be published");
                self.let_go(&lease, &place, weight);
            }
        }
    }

    fn step_all(&mut self) {
        let now = Instant::now();
        for mut flight in std::mem::take(&mut self.flights) {
            if flight.due > now || self.step(&mut flight) {
                self.flights.push(flight);
            }
        }
    }

    /// Takes steps until there is a reason to wait; false if it is over.
    fn step(&self, flight: &mut Flight<S::Document>) -> bool {
        loop {
            match flight.publication.step(&self.queue, self.fleet.engine(), self.start.elapsed()) {
                Ok(Step::Wait(time)) => {
                    flight.silent = None;
                    if !time.is_zero() {
                        flight.due = Instant::now() + time;
                        return true;
                    }
                }
                Ok(Step::Done(published)) => {
                    self.landed(flight, &published);
                    return false;
                }
                Err(error) => return self.is_worth_waiting(flight, &error),
            }
        }
    }

    /// Whether the same step is taken again later: as long as the lease may hold.
    fn is_worth_waiting(&self, flight: &mut Flight<S::Document>, error: &QueueError) -> bool {
        self.fleet.trouble.note("publish a report", error);
        let (since, asked) = flight.silent.unwrap_or((Instant::now(), 0));
        if since.elapsed() > self.fleet.options.lease {
            self.landed(flight, &Published::Lost);
            return false;
        }
        flight.silent = Some((since, asked + 1));
        let wait = FIRST_WAIT.saturating_mul(1 << asked.min(16)).min(self.fleet.options.longest_pause);
        flight.due = Instant::now() + wait;
        true
    }

    fn landed(&self, flight: &Flight<S::Document>, published: &Published) {
        let fleet = self.fleet;
        let mut failure = None;
        match published {
            Published::Live(_) if flight.is_corrected => {
                fleet.trouble.clear();
                fleet.count(|worked| worked.corrected += 1);
                fleet.progress.committed(1);
            }
            Published::Live(_) => {
                fleet.trouble.clear();
                fleet.count(|worked| {
                    worked.indexed += 1;
                    worked.partial += u64::from(flight.is_partial);
                    worked.pages += flight.pages;
                });
                fleet.progress.committed(1);
            }
            Published::Same => fleet.count(|worked| worked.known += 1),
            Published::GivenBack(detail) => {
                fleet.trouble.note("publish a report", detail);
                fleet.count(|worked| worked.given_back += 1);
            }
            Published::Failed(detail) => {
                fleet.count(|worked| *worked.failed.entry(crate::queue::REFUSED.to_owned()).or_default() += 1);
                failure = Some(detail.clone());
            }
            Published::Withdrawn => {
                fleet.count(|worked| *worked.failed.entry(Reason::Withdrawn.code().to_owned()).or_default() += 1);
            }
            Published::Lost => fleet.count(|worked| worked.lost += 1),
        }
        let path = Path::new(OsStr::from_bytes(flight.publication.place()));
        match failure {
            Some(detail) => tracing::error!(path = %path.display(), detail, "the engine refuses a report"),
            None if matches!(published, Published::Live(_) | Published::Same) && !flight.is_corrected => {
                // What stands beside it may have been found after the file was read and before this was known.
                if let Err(error) = fleet.attach(path, flight.publication.report()) {
                    tracing::warn!(%error, "what stands beside a file is followed when files are offered again");
                }
                let failure: Option<(Reason, &str)> = None;
                fleet.progress.file_done(&FileDone { path, bytes: flight.size, pages: flight.pages, failure });
            }
            None => {}
        }
        self.let_go(flight.publication.lease(), flight.publication.place(), flight.weight);
    }

    fn let_go(&self, lease: &Token, place: &[u8], weight: u64) {
        self.fleet.leases.done(lease, place);
        self.fleet.budget.give(weight);
    }

    /// Whether what is on its way is given up.
    fn is_out_of_time(&mut self) -> bool {
        if !self.fleet.is_stopping() {
            return false;
        }
        self.stopping.get_or_insert_with(Instant::now).elapsed() >= self.fleet.options.grace
    }

    fn give_all_back(&mut self) {
        for flight in std::mem::take(&mut self.flights) {
            let held = Held { lease: flight.publication.lease(), place: flight.publication.place() };
            if let Err(error) = self.queue.give_back(held, Duration::ZERO) {
                tracing::warn!(%error, "a file is left to its lease");
            }
            self.fleet.count(|worked| worked.given_back += 1);
            self.let_go(held.lease, held.place, flight.weight);
        }
    }
}
