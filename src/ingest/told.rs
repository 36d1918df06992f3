//! The pages of one file as its reader tells of them → progress, each page once, whatever is read again or not at all.

use crate::extract::Step;
use crate::ingest::Progress;

/// What has been told of a file.
pub(super) struct Told<'p> {
    progress: &'p dyn Progress,
    found: u64,
    done: u64,
}

impl<'p> Told<'p> {
    /// Nothing yet.
    pub(super) fn new(progress: &'p dyn Progress) -> Told<'p> {
        Told { progress, found: 0, done: 0 }
    }

    /// The reader takes a step.
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Opened(pages) => self.find(u64::from(pages)),
            // Those before it are done.
            Step::Page(page) => self.do_until(u64::from(page)),
        }
    }

    /// The file is done and has so many pages, if it could be read; how many have been told of.
    pub(super) fn end(mut self, pages: u32) -> u64 {
        self.find(u64::from(pages));
        self.do_until(self.found);
        self.found
    }

    fn find(&mut self, pages: u64) {
        if pages > self.found {
            self.progress.pages_found(pages - self.found);
            self.found = pages;
        }
    }

    fn do_until(&mut self, page: u64) {
        let page = page.min(self.found);
        if page > self.done {
            self.progress.pages_done(page - self.done);
            self.done = page;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::FileDone;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Counts(Mutex<(u64, u64)>);

    impl Progress for Counts {
        fn planned(&self, _files: u64, _unchanged: u64, _bytes: u64) {}
        fn pages_found(&self, pages: u64) {
            self.0.lock().expect("whole").0 += pages;
        }
        fn pages_done(&self, pages: u64) {
            self.0.lock().expect("whole").1 += pages;
        }
        fn file_done(&self, _file: &FileDone<'_>) {}
        fn committed(&self, _reports: u64) {}
    }

    #[test]
    fn pages_count_once() {
        use Step::{Opened, Page};
        for (name, steps, end, between, after) in [
            ("read in order", vec![Opened(3), Page(0), Page(1), Page(2), Page(3)], 3, (3, 3), (3, 3)),
            ("lost on the second page and read again", vec![Opened(3), Page(1), Opened(3), Page(0)], 3, (3, 1), (3, 3)),
            ("given up", vec![Opened(9), Page(0), Page(4)], 0, (9, 4), (9, 9)),
            ("never opened", vec![], 0, (0, 0), (0, 0)),
            ("a reader that tells nothing", vec![], 5, (0, 0), (5, 5)),
        ] {
            let counts = Counts::default();
            let mut told = Told::new(&counts);
            steps.into_iter().for_each(|step| told.step(step));
            assert_eq!(*counts.0.lock().expect("whole"), between, "{name}");
            assert_eq!(told.end(end), after.0, "{name}");
            assert_eq!(*counts.0.lock().expect("whole"), after, "{name}");
        }
    }
}
