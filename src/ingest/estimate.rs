//! How far a run is: what is counted while it runs, and what the counts let expect of the rest.
//!
//! How many pages there are is known only once every file has been opened. Until then the rest is estimated from the
//! bytes still to be read and the pages that a byte has held lately: large files come first and hold fewer, so what
//! was read at first says little of what comes last.

use crate::ingest::FileDone;
use std::time::Instant;

/// How much what is known of pages and bytes counts less with every further file: half after some fifty.
const FORGETTING: f64 = 0.986;

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
    /// Of these, pages of files that are done.
    pages_finished: u64,
    /// Pages and bytes of files that are done, the latest most.
    recent: (f64, f64),
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
            pages_finished: 0,
            recent: (0.0, 0.0),
            failures: 0,
            reports_committed: 0,
            started: Instant::now(),
        }
    }
}

impl Estimate {
    /// A file is done.
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn file_done(&mut self, file: &FileDone<'_>) {
        self.files_done += 1;
        self.bytes_done += file.bytes;
        self.pages_finished += file.pages;
        self.failures += u64::from(file.failure.is_some());
        let (pages, bytes) = self.recent;
        self.recent = (pages * FORGETTING + file.pages as f64, bytes * FORGETTING + file.bytes as f64);
    }

    /// Pages of the whole run: those of opened files, or if more, what the bytes of unfinished files should hold.
    /// `None` until there is something to judge by.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pages to come, roughly"
    )]
    pub fn pages(&self) -> Option<u64> {
        let opened = self.pages_found.saturating_sub(self.pages_done);
        let files_left = self.files_total.saturating_sub(self.files_done);
        let bytes_left = self.bytes_total.saturating_sub(self.bytes_done);
        if files_left == 0 || bytes_left == 0 || (files_left == 1 && opened > 0) {
            return Some(self.pages_done + opened);
        }
        let (pages, bytes) = self.recent;
        if bytes == 0.0 {
            return None;
        }
        let begun = self.pages_done.saturating_sub(self.pages_finished);
        let expected = (bytes_left as f64 * pages / bytes).round() as u64;
        Some(self.pages_done.saturating_add(expected.saturating_sub(begun).max(opened)))
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
    use std::path::Path;

    fn done(bytes: u64, pages: u64) -> FileDone<'static> {
        FileDone { path: Path::new("a.pdf"), bytes, pages, failure: None }
    }

    /// A run of three files and 1,000 bytes, of which these are done; so many pages were found and read in all.
    fn run(files: &[FileDone<'_>], pages_found: u64, pages_done: u64) -> Estimate {
        let mut run = Estimate { files_total: 3, bytes_total: 1_000, pages_found, pages_done, ..Estimate::default() };
        files.iter().for_each(|file| run.file_done(file));
        run
    }

    #[test]
    fn the_total_is_estimated_from_bytes_and_ends_exact() {
        let cases = [
            ("nothing read yet", run(&[], 40, 0), None),
            ("a tenth of the bytes held ten pages", run(&[done(100, 10)], 10, 10), Some(100)),
            ("pages of files that are being read count once", run(&[done(100, 10)], 60, 40), Some(100)),
            ("opened files hold more than their bytes promised", run(&[done(900, 10)], 500, 10), Some(500)),
            ("the last file is open", run(&[done(100, 10), done(100, 10)], 60, 25), Some(60)),
            ("everything read", run(&[done(300, 7), done(300, 30), done(400, 40)], 77, 77), Some(77)),
            (
                "all files done, one grew meanwhile",
                run(&[done(300, 7), done(300, 30), done(300, 40)], 77, 77),
                Some(77),
            ),
        ];
        for (name, run, expected) in cases {
            assert_eq!(run.pages(), expected, "{name}");
        }
    }

    #[test]
    fn what_was_read_lately_counts_most() {
        let mut run = Estimate { files_total: 2_000, bytes_total: 2_000_000, ..Estimate::default() };
        for (bytes, pages) in [(10_000, 10), (1_000, 10)] {
            for _ in 0..500 {
                run.file_done(&done(bytes, pages));
                run.pages_found += pages;
                run.pages_done += pages;
            }
        }
        run.bytes_total = run.bytes_done + 1_000_000;
        let left = run.pages().expect("judged") - run.pages_done;
        assert!((9_500..=10_000).contains(&left), "{left} where small files hold 10,000");
    }
}
