//! Which revisions of reports are to be seen: those replaced stay in the engine for hours.

use crate::queue::{Queue, QueueError, RevisionId};
use crate::quickwit::MOST_HIDDEN;
use crate::report::ReportId;
use crate::search::SearchError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How old the list may be: for so long a replaced report shows its former revision.
const OLDEST: Duration = Duration::from_secs(1);

/// Tells which revisions are to be seen.
pub trait Revisions: Send + Sync {
    /// Those that must not be, though the engine may have them.
    fn masked(&self) -> Result<Vec<RevisionId>, QueueError>;
    /// The one of each of these reports that is, in their order.
    fn live(&self, reports: &[ReportId]) -> Result<Vec<Option<RevisionId>>, QueueError>;
}

impl Revisions for Mutex<Queue> {
    fn masked(&self) -> Result<Vec<RevisionId>, QueueError> {
        self.lock().unwrap_or_else(PoisonError::into_inner).masked()
    }

    fn live(&self, reports: &[ReportId]) -> Result<Vec<Option<RevisionId>>, QueueError> {
        self.lock().unwrap_or_else(PoisonError::into_inner).live(reports)
    }
}

/// The list of hidden revisions, kept for a moment.
#[derive(Default)]
pub(super) struct Hidden {
    list: Mutex<Option<(Instant, Arc<Vec<RevisionId>>)>>,
}

impl Hidden {
    /// The list, read again if it is too old. More than a search can leave out are an error, never a search that shows
    /// some of them.
    pub(super) fn list(&self, revisions: &dyn Revisions) -> Result<Arc<Vec<RevisionId>>, SearchError> {
        let mut kept = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read, list)) = &*kept
            && read.elapsed() < OLDEST
        {
            return Ok(Arc::clone(list));
        }
        let read = Instant::now();
        let list = Arc::new(revisions.masked()?);
        if list.len() > MOST_HIDDEN {
            return Err(SearchError::Hidden { count: list.len(), most: MOST_HIDDEN });
        }
        *kept = Some((read, Arc::clone(&list)));
        Ok(list)
    }

    /// Has the list read again.
    pub(super) fn forget(&self) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
