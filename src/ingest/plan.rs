//! Found files against the catalogue → what is to be done, before anything is read.

use crate::extract::READER_VERSION;
use crate::ingest::walk::{Found, Walk};
use crate::ingest::{IngestError, IngestOptions};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Catalogue, FileRow};
use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a run has to do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Files to read, by path.
    pub work: Vec<Task>,
    /// Files that need no work.
    pub unchanged: u64,
    /// Rows of files that were missed and are there again, unchanged.
    pub returned: Vec<FileRow>,
    /// Files and folders that could not be looked at, as failures.
    pub unreadable: Vec<FileRow>,
    /// Rows of known files that are gone, by path.
    pub vanished: Vec<FileRow>,
    /// Rows that never stood for a file that could vanish: folders that can be listed again.
    pub obsolete: Vec<PathBuf>,
}

/// A file to be read.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// The file as the walk saw it.
    pub found: Found,
    /// What the catalogue knows of this path.
    pub known: Option<Known>,
}

/// What matters of a known file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// Identity of the bytes it had.
    pub id: Option<ReportId>,
    /// What became of them.
    pub outcome: Outcome,
    /// By which version of the reader.
    pub reader_version: u32,
}

impl Plan {
    /// Compares; reads the catalogue and asks the file system for known files that the walk did not find.
    pub(super) fn new(
        walk: Walk,
        catalogue: &Catalogue,
        options: &IngestOptions,
        now: i64,
    ) -> Result<Plan, IngestError> {
        let mut known: HashMap<PathBuf, FileRow> = HashMap::new();
        for root in &walk.roots {
            known.extend(catalogue.files_under(root)?.into_iter().map(|row| (row.path.clone(), row)));
        }
        let known_files = known.len() as u64;
        let mut plan = Plan::default();
        for found in walk.files {
            plan.file(found, &mut known, options);
        }
        for unreadable in &walk.unreadable {
            let before = known.remove(&unreadable.path);
            plan.unreadable.push(FileRow {
                path: unreadable.path.clone(),
                size: 0,
                modified: 0,
                id: before.and_then(|row| row.id),
                outcome: Outcome::Failed(Reason::Unreadable),
                detail: unreadable.detail.clone(),
                reader_version: READER_VERSION,
                checked: now,
                vanished: None,
                name: None,
            });
        }
        let hidden = |path: &Path| walk.unreadable.iter().any(|unreadable| path.starts_with(&unreadable.path));
        for (path, row) in known {
            match std::fs::symlink_metadata(&path) {
                _ if hidden(&path) => {}
                Ok(metadata) if metadata.is_dir() => plan.obsolete.push(path),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    plan.vanished.push(row);
                }
                Err(_) => {}
            }
        }
        plan.vanished.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if options.prune && !options.prune_many {
            let vanished: Vec<&Path> = plan.vanished.iter().map(|row| row.path.as_path()).collect();
            refuse_many(&vanished, known_files)?;
        }
        Ok(plan)
    }

    /// Files that the plan covers: found, or known to be there and out of reach.
    pub(super) fn files(&self) -> u64 {
        self.work.len() as u64 + self.unchanged + self.unreadable.len() as u64
    }

    fn file(&mut self, found: Found, known: &mut HashMap<PathBuf, FileRow>, options: &IngestOptions) {
        let Some(row) = known.remove(&found.path) else {
            self.work.push(Task { found, known: None });
            return;
        };
        let is_same = row.size == found.size && row.modified == found.modified;
        let known = Known { id: row.id, outcome: row.outcome, reader_version: row.reader_version };
        if !is_same || !known.is_settled(options) {
            self.work.push(Task { found, known: Some(known) });
            return;
        }
        self.unchanged += 1;
        if row.vanished.is_some() {
            self.returned.push(FileRow { vanished: None, ..row });
        }
    }
}

/// Fails if so many of the known files have vanished that a disk may be unmounted.
pub(super) fn refuse_many(vanished: &[&Path], known: u64) -> Result<(), IngestError> {
    let count = vanished.len() as u64;
    if count * 5 > known {
        return Err(IngestError::TooManyVanished { vanished: count, known });
    }
    refuse_emptied(vanished)
}

/// Fails if files have vanished from a folder that has nothing in it any more, as a folder without its mount looks.
fn refuse_emptied(vanished: &[&Path]) -> Result<(), IngestError> {
    let mut of_folder: BTreeMap<&Path, u64> = BTreeMap::new();
    for path in vanished {
        let remaining = path.ancestors().skip(1).find(|folder| folder.exists());
        *of_folder.entry(remaining.unwrap_or(path)).or_default() += 1;
    }
    let is_empty = |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    match of_folder.into_iter().find(|(folder, _)| is_empty(folder)) {
        Some((folder, vanished)) => Err(IngestError::Emptied { folder: folder.to_owned(), vanished }),
        None => Ok(()),
    }
}

impl Known {
    /// Whether the same bytes would have the same outcome, and nobody asked to try again.
    pub(super) fn is_settled(&self, options: &IngestOptions) -> bool {
        let retry = options.retry;
        match self.outcome {
            Outcome::Indexed | Outcome::Duplicate | Outcome::Unchanged | Outcome::Partial(_)
                if options.ocr.as_ref().is_some_and(|ocr| ocr.is_forced()) =>
            {
                false
            }
            Outcome::Indexed | Outcome::Duplicate | Outcome::Unchanged => true,
            // What was missing may be there by now.
            Outcome::Partial(Reason::OcrMissing) if options.ocr.as_ref().is_some_and(|ocr| ocr.is_available()) => false,
            // Raised limits may give the rest, so a reason asked for by name counts here as well.
            Outcome::Partial(reason) => retry != Some(Some(reason)),
            // These do not depend on the bytes.
            Outcome::Failed(Reason::Unreadable | Reason::Changed | Reason::TextLost | Reason::Killed) => false,
            // Only who asks for it by name gets it back.
            Outcome::Failed(Reason::Withdrawn) => retry != Some(Some(Reason::Withdrawn)),
            Outcome::Failed(reason) => {
                let is_asked = retry.is_some_and(|wanted| wanted.is_none_or(|wanted| wanted == reason));
                self.reader_version == READER_VERSION && !is_asked
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_tried_again_when_that_may_help() {
        let current = READER_VERSION;
        let damaged = Outcome::Failed(Reason::Damaged);
        let limited = Outcome::Partial(Reason::LimitReached);
        let withdrawn = Outcome::Failed(Reason::Withdrawn);
        for (outcome, reader_version, retry, settled) in [
            (Outcome::Indexed, current, None, true),
            (Outcome::Indexed, current - 1, Some(None), true),
            (damaged, current, None, true),
            (damaged, current - 1, None, false),
            (damaged, current, Some(None), false),
            (damaged, current, Some(Some(Reason::Damaged)), false),
            (damaged, current, Some(Some(Reason::Timeout)), true),
            (Outcome::Failed(Reason::Unreadable), current, None, false),
            (Outcome::Failed(Reason::TextLost), current, None, false),
            (Outcome::Failed(Reason::Killed), current, None, false),
            (withdrawn, current - 1, Some(None), true),
            (withdrawn, current, Some(Some(Reason::Withdrawn)), false),
            (limited, current, None, true),
            (Outcome::Partial(Reason::OcrMissing), current, None, true),
            (Outcome::Partial(Reason::OcrFailed), current, Some(Some(Reason::OcrFailed)), false),
            (limited, current, Some(None), true),
            (limited, current, Some(Some(Reason::LimitReached)), false),
        ] {
            let known = Known { id: None, outcome, reader_version };
            let options = IngestOptions { retry, ..IngestOptions::default() };
            assert_eq!(known.is_settled(&options), settled, "{outcome:?} {reader_version} {retry:?}");
        }
    }
}
