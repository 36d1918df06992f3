//! `/api/v1/jobs/{job}/events`: how a job goes, told as it goes (server-sent events).
//!
//! Every event carries the whole state, so whoever comes late or comes back needs nothing of what was said before.

use crate::serve::api::jobs::{JobBody, known};
use crate::serve::asked::Parameters;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// Between two looks at a job.
const INTERVAL: Duration = Duration::from_millis(250);
/// After this long without news a comment is sent, so that nobody in between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A client that follows a job.
struct Follower {
    service: Arc<Service>,
    job: String,
    /// What it was told last.
    told: String,
    committed: u64,
    is_first: bool,
    has_ended: bool,
    _place: OwnedSemaphorePermit,
}

/// `GET /api/v1/jobs/{job}/events`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/events", operation_id = "follow_job", summary = "Follow a job", tag = "library",
    params(
        ("job" = i64, Path, description = "The job's number", minimum = 1, example = 1),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen, as browsers send it when they come back"),
    ),
    responses(
        (status = 200, description = "Events `progress`, `committed` and at last `done`, each with the job as data; the \
                                      first tells the state as it is", body = String, content_type = "text/event-stream"),
        (status = 404, description = "No such job, or one long ago"),
    ),
)]
pub async fn events(
    State(service): State<Arc<Service>>,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let number = job.clone();
    let now = service.read(move |service| known(service, &number)).await?;
    let Ok(place) = Arc::clone(&service.streams).try_acquire_owned() else {
        return Err(Problem::new(Code::Overloaded, "too many follow jobs at once; try again in a moment"));
    };
    let told = headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let committed = now.reports_committed();
    let follower = Follower { service, job, told, committed, is_first: true, has_ended: false, _place: place };
    let events = stream::unfold(follower, |follower| async { follower.next().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

impl Follower {
    /// Waits for the next event.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Follower)> {
        while !self.has_ended && self.service.check_running().is_ok() {
            if !self.is_first {
                tokio::time::sleep(INTERVAL).await;
            }
            self.is_first = false;
            let number = self.job.clone();
            // Whoever is too busy now looks again in a moment.
            let Ok(job) = self.service.read(move |service| known(service, &number)).await else { continue };
            if let Some(event) = self.event(&job) {
                return Some((Ok(event), self));
            }
        }
        None
    }

    /// What there is to tell, if it is not what was told last.
    fn event(&mut self, job: &JobBody) -> Option<Event> {
        self.has_ended = job.state().is_final();
        let data = serde_json::to_string(job).ok()?;
        let id = blake3::hash(data.as_bytes()).to_hex().chars().take(16).collect::<String>();
        if id == self.told {
            return None;
        }
        let has_committed = job.reports_committed() > self.committed;
        self.committed = job.reports_committed();
        let name = match (self.has_ended, has_committed) {
            (true, _) => "done",
            (false, true) => "committed",
            (false, false) => "progress",
        };
        self.told.clone_from(&id);
        Some(Event::default().event(name).id(id).data(data))
    }
}
