//! Live reports follow what persons say about them: one of all workers looks at a time.

use super::said::{base_of, edition, later};
use super::{Fleet, GLANCE, Shelf};
use crate::queue::{Queue, QueueError};
use crate::report::ReportId;
use crate::store::Mark;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the looks are called in the queue.
const TURN: &str = "corrections";
/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);
/// Reports that are looked at together.
const BATCH: usize = 500;

impl<S: Shelf> Fleet<'_, S> {
    /// Has reports published again by turns until the worker ends.
    pub(super) fn follow(&self) -> Result<(), QueueError> {
        if self.shelf.service().is_none() {
            return Ok(());
        }
        let Some(queue) = self.connected()? else { return Ok(()) };
        let mut looked: Option<Instant> = None;
        while !self.is_over.load(Ordering::Relaxed) && !self.is_stopping() {
            std::thread::sleep(GLANCE);
            if looked.is_some_and(|looked| looked.elapsed() < LOOK) {
                continue;
            }
            looked = Some(Instant::now());
            let followed = match queue.take_turn(TURN, LOOK) {
                Ok(true) => self.follow_once(&queue).map(drop),
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            // The next turn goes on.
            if let Err(error) = followed {
                tracing::warn!(%error, "corrections are not followed now");
            }
        }
        Ok(())
    }

    /// Has those reports published again of which persons say something else than what is live, and takes away the marks of
    /// those that are live as persons say; gives how many were not on their way already. Two that do so at once do no harm.
    ///
    /// The mark of a report that is not live stays: whoever is about to make it live may have asked before it was made.
    pub(super) fn follow_once(&self, queue: &Queue) -> Result<u64, QueueError> {
        let Some(service) = self.shelf.service() else { return Ok(0) };
        if !service.has_marks().map_err(|error| later(&error))? {
            return Ok(0);
        }
        let mut offered = 0;
        for marks in service.marks().map_err(|error| later(&error))?.chunks(BATCH) {
            let ids: Vec<ReportId> = marks.iter().map(|mark| mark.id).collect();
            let (mut followed, mut behind): (Vec<Mark>, Vec<ReportId>) = (Vec::new(), Vec::new());
            for (mark, live) in marks.iter().zip(queue.live_editions(&ids)?) {
                let Some(live) = live else { continue };
                // What they say is looked up after the mark: a mark that is older than it does not go with it.
                if live == edition(base_of(&live), self.correction(mark.id)?.as_deref()) {
                    followed.push(*mark);
                } else {
                    behind.push(mark.id);
                }
            }
            service.clear_marks(&followed).map_err(|error| later(&error))?;
            offered += queue.republish(&behind)?;
        }
        Ok(offered)
    }
}
