//! Jobs of a service as they are remembered: what was asked, what became of it. What a job is, [`crate::jobs`] knows.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::{Row, not_understood, values};
use serde::{Deserialize, Serialize};

/// Finished jobs that are remembered.
const KEPT: i64 = 1_000;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// It came to its end; files may have failed.
    Done,
    /// It stopped: `detail` says why.
    Failed,
    /// Somebody stopped it; what was read until then is kept.
    Cancelled,
    /// The service ended first; what was read until then is kept.
    Interrupted,
}

impl JobState {
    /// Every state.
    pub const ALL: [JobState; 6] = [
        JobState::Queued,
        JobState::Running,
        JobState::Done,
        JobState::Failed,
        JobState::Cancelled,
        JobState::Interrupted,
    ];

    /// The stable code used in JSON.
    pub fn code(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
            JobState::Interrupted => "interrupted",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<JobState> {
        JobState::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        !matches!(self, JobState::Queued | JobState::Running)
    }
}

/// A job as it is remembered; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// What was asked, as JSON.
    pub request: String,
    /// How far it is.
    pub state: JobState,
    /// When it was asked for.
    pub created: i64,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// What it did, as JSON.
    pub summary: Option<String>,
    /// More about its state, for people.
    pub detail: Option<String>,
}

const COLUMNS: &str = "id, request, state, created, started, ended, summary, detail";

fn job_row(row: &Row<'_>) -> Result<JobRow, StoreError> {
    let state: &str = row.get(2)?;
    Ok(JobRow {
        id: row.get(0)?,
        request: row.get(1)?,
        state: JobState::from_code(state).ok_or_else(|| not_understood(&state))?,
        created: row.get(3)?,
        started: row.get(4)?,
        ended: row.get(5)?,
        summary: row.get(6)?,
        detail: row.get(7)?,
    })
}

impl ServiceStore {
    /// Remembers a new job that waits, and gives its number; forgets the oldest beyond those kept.
    pub fn add_job(&self, request: &str, now: i64) -> Result<i64, StoreError> {
        self.write(|transaction| {
            let insert = "INSERT INTO jobs (request, state, created) VALUES (?1, 'queued', ?2) RETURNING id";
            let id: i64 = transaction.one(insert, values![request, now])?;
            transaction.execute(
                "DELETE FROM jobs WHERE id <= ?1 AND state NOT IN ('queued', 'running')",
                values![id.saturating_sub(KEPT)],
            )?;
            Ok(id)
        })
    }

    /// Remembers how far a job is.
    pub fn set_job(&self, job: &JobRow) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE jobs SET request = ?2, state = ?3, started = ?4, ended = ?5, summary = ?6, detail = ?7
                 WHERE id = ?1",
                values![
                    job.id,
                    &job.request,
                    job.state.code(),
                    job.started,
                    job.ended,
                    job.summary.as_deref(),
                    job.detail.as_deref(),
                ],
            )?;
            Ok(())
        })
    }

    /// A job.
    pub fn job(&self, id: i64) -> Result<Option<JobRow>, StoreError> {
        self.row(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1"), values![id], job_row)
    }

    /// Jobs, the youngest first, from `offset`, at most `limit`; and how many there are.
    pub fn jobs(&self, offset: u64, limit: u64) -> Result<(Vec<JobRow>, u64), StoreError> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let total = self.number("SELECT count(*) FROM jobs", &[])?;
        let sql = format!("SELECT {COLUMNS} FROM jobs ORDER BY id DESC LIMIT ?1 OFFSET ?2");
        Ok((self.rows(&sql, values![number(limit), number(offset)], job_row)?, total.unsigned_abs()))
    }

    /// Jobs that were not brought to an end count as interrupted.
    pub fn interrupt_jobs(&self, now: i64) -> Result<u64, StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE jobs SET state = 'interrupted', ended = ?1 WHERE state IN ('queued', 'running')",
                values![now],
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn jobs_are_remembered_and_the_oldest_forgotten() {
        everywhere(|place| {
            let store = place.open();
            let first = store.add_job("{}", 1).expect("room");
            let job = store.job(first).expect("readable").expect("there");
            assert_eq!((job.state, job.created, job.started), (JobState::Queued, 1, None));
            store.set_job(&JobRow { state: JobState::Done, ended: Some(3), ..job }).expect("room");
            assert_eq!(store.job(first).expect("readable").map(|job| job.state), Some(JobState::Done));
            let second = store.add_job("{}", 2).expect("room");
            assert_eq!(store.interrupt_jobs(4).expect("room"), 1, "only what had not ended");
            let (jobs, total) = store.jobs(0, 10).expect("readable");
            let states: Vec<(i64, JobState)> = jobs.iter().map(|job| (job.id, job.state)).collect();
            assert_eq!((states, total), (vec![(second, JobState::Interrupted), (first, JobState::Done)], 2));
            store.write(|transaction| transaction.execute("UPDATE jobs SET id = id - 1001", &[])).expect("room");
            store.add_job("{}", 5).expect("room");
            assert_eq!(store.jobs(0, 10).expect("readable").1, 1, "those before were a thousand jobs ago");
        });
    }
}
