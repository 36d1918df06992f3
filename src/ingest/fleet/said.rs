//! What persons say about a report that is about to be published, and what its file is called.

use super::{Fleet, Shelf};
use crate::queue::QueueError;
use crate::report::{Correction, ReportId};
use crate::store::{SidecarChange, SidecarRow, StoreError};
use std::path::Path;
use std::sync::Arc;

/// Parts what persons say from the rest of an edition.
const SAID: char = '+';

/// The edition of a report about which persons say this.
pub(super) fn edition(base: &str, correction: Option<&Correction>) -> String {
    let Some(correction) = correction else { return base.to_owned() };
    let text = serde_json::to_string(correction).unwrap_or_default();
    let hash = blake3::hash(text.as_bytes()).to_hex();
    format!("{base}{SAID}{}", hash.get(..16).unwrap_or_default())
}

/// An edition without what persons say.
pub(super) fn base_of(edition: &str) -> &str {
    edition.split_once(SAID).map_or(edition, |(base, _)| base)
}

/// What the store cannot do now it may do later.
pub(super) fn later(error: &StoreError) -> QueueError {
    QueueError::Unreachable(error.to_string())
}

impl<S: Shelf> Fleet<'_, S> {
    /// What persons say about a report.
    pub(super) fn correction(&self, id: ReportId) -> Result<Option<Arc<Correction>>, QueueError> {
        let Some(service) = self.shelf.service() else { return Ok(None) };
        Ok(service.correction(id).map_err(|error| later(&error))?.map(Arc::new))
    }

    /// Notes that the PDF at a path, beside which a file may stand, is this report.
    pub(super) fn attach(&self, path: &Path, id: ReportId) -> Result<(), QueueError> {
        let Some(service) = self.shelf.service() else { return Ok(()) };
        let beside = service.sidecars_under(path).map_err(|error| later(&error))?;
        let is_new = |row: &SidecarRow| row.report == path && (row.id != Some(id) || row.vanished.is_some());
        let changes = beside.into_iter().filter(is_new);
        let changes =
            changes.map(|row| SidecarChange::Put(Box::new(SidecarRow { id: Some(id), vanished: None, ..row })));
        service.record_sidecars(&changes.collect::<Vec<_>>()).map_err(|error| later(&error))
    }

    /// What a file is called if it was handed over, which it lies by its hash for.
    pub(super) fn name(&self, path: &Path, id: ReportId) -> Result<Option<String>, QueueError> {
        let Some(service) = self.shelf.service() else { return Ok(None) };
        let is_hash = |hash: &str| hash.len() == 64 && hash.starts_with(&id.to_string());
        if !path.file_stem().and_then(|stem| stem.to_str()).is_some_and(is_hash) {
            return Ok(None);
        }
        Ok(service.upload(id).map_err(|error| later(&error))?.map(|upload| upload.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_says_what_persons_say() {
        let said = |title: &str| Correction { title: Some(title.to_owned()), ..Correction::default() };
        let [a, b] = ["a", "b"].map(|title| edition("7.1", Some(&said(title))));
        assert_eq!((edition("7.1", None).as_str(), a.len()), ("7.1", 20));
        assert_ne!(a, b);
        assert_eq!(edition("7.1", Some(&said("a"))), a);
        assert_eq!([&a, &b, "7.1"].map(base_of), ["7.1"; 3]);
    }
}
