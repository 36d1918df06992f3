//! How far a run is: what is counted while it runs, and what the counts let expect of the rest.
//!
//! How many pages there are is known only once every file has been opened. Until then the rest is estimated from the
//! bytes still to be read and the pages a byte has held so far, so that one huge report weighs what it costs.

use std::time::Instant;

/// The counts of a run.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// Files to be read.
    pub files_total: u64,
    /// Of these, done, failed or not.
    pub files_done: u64,
    /// Bytes to be read.
    pub bytes_total: u64,
    /// Bytes of files that are done.
    pub bytes_done: u64,
    /// Pages of files that were opened.
    pub pages_found: u64,
    /// Pages read.
    pub pages_done: u64,
    /// Files that failed.
    pub failures: u64,
    /// Reports made searchable.
    pub reports_committed: u64,
    /// When the reading began.
    pub started: Instant,
}

impl Default for Estimate {
    fn default() -> Estimate {
        Estimate {
            files_total: 0,
            files_done: 0,
            bytes_total: 0,
            bytes_done: 0,
            pages_found: 0,
            pages_done: 0,
            failures: 0,
            reports_committed: 0,
            started: Instant::now(),
        }
    }
}

impl Estimate {
    /// Pages of the whole run: those of opened files, or if more, what the bytes of unfinished files should hold.
    /// `None` until the first file is done.
    pub fn pages(&self) -> Option<u64> {
        let opened = self.pages_found.saturating_sub(self.pages_done);
        let bytes_left = self.bytes_total.saturating_sub(self.bytes_done);
        if bytes_left == 0 || self.files_done == self.files_total {
            return Some(self.pages_done + opened);
        }
        if self.bytes_done == 0 {
            return None;
        }
        let expected = u128::from(bytes_left) * u128::from(self.pages_done) / u128::from(self.bytes_done);
        let expected = u64::try_from(expected).unwrap_or(u64::MAX);
        Some(self.pages_done.saturating_add(expected.max(opened)))
    }

    /// Pages read in a second so far.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    pub fn pages_per_second(&self) -> f64 {
        self.pages_done as f64 / self.started.elapsed().as_secs_f64().max(0.001)
    }

    /// Seconds that the rest will take, roughly; `None` if nothing lets tell.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds left, roughly"
    )]
    pub fn seconds_left(&self) -> Option<u64> {
        let rate = self.pages_per_second();
        let left = self.pages()?.saturating_sub(self.pages_done);
        (rate > 0.0).then(|| (left as f64 / rate).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_estimated_from_bytes_and_ends_exact() {
        let run = |files_done, bytes_done, pages_found, pages_done| Estimate {
            files_total: 3,
            bytes_total: 1_000,
            files_done,
            bytes_done,
            pages_found,
            pages_done,
            ..Estimate::default()
        };
        let cases = [
            ("nothing read yet", run(0, 0, 40, 0), None),
            ("a tenth of the bytes held ten pages", run(1, 100, 10, 10), Some(100)),
            ("opened files hold more than their bytes promised", run(1, 900, 500, 10), Some(500)),
            ("everything read", run(3, 1_000, 77, 77), Some(77)),
            ("all files done, one grew meanwhile", run(3, 900, 77, 77), Some(77)),
        ];
        for (name, run, expected) in cases {
            assert_eq!(run.pages(), expected, "{name}");
        }
    }
}
