//! What editors correct: the form on a report's page and the same in the API.
//!
//! A correction is in the service's database before anybody is told that it was accepted. The report's own page shows it
//! from then on; lists and searches follow within seconds (see [`crate::jobs`]).

pub mod api;
pub mod form;
pub mod page;

use crate::report::{Correction, FieldError, ReportId, rfc3339};
use crate::search::RequestError;
use crate::serve::layers::access::Identity;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::{KnownReport, Service};
use crate::store::{Edit, SidecarRow, StoredReport};
use std::sync::Arc;

/// Everything that is said about a report, and by whom.
pub struct Said {
    /// The report as it is shown.
    pub known: KnownReport,
    /// As it was read.
    pub detected: Arc<StoredReport>,
    /// What stands beside its file.
    pub sidecar: Option<SidecarRow>,
    /// What editors said, the latest first.
    pub edits: Vec<Edit>,
    /// Whether lists and searches do not follow yet.
    pub is_pending: bool,
}

impl Said {
    /// What is said about a report; blocks.
    pub fn of(service: &Service, id: ReportId) -> Result<Said, Problem> {
        let store = service.guard.store()?;
        // Before the report is read, so that it is never shown as followed too early.
        let is_pending = store.is_marked(id)?;
        let known = service.known_report(id)?;
        let detected = service.library().texts().report(known.row.location)?;
        Ok(Said { known, detected, sidecar: store.sidecar_of(id)?, edits: store.edits(id)?, is_pending })
    }

    /// The number of the latest version; 0 if editors never said anything.
    pub fn version(&self) -> i64 {
        self.edits.first().map_or(0, |edit| edit.version)
    }

    /// What editors say.
    pub fn edit(&self) -> Correction {
        self.edits.first().map(|edit| edit.correction.clone()).unwrap_or_default()
    }

    /// What editors said in a version; `None` if it is not kept any more.
    pub fn at(&self, version: i64) -> Option<Correction> {
        match version {
            0 => Some(Correction::default()),
            _ => self.edits.iter().find(|edit| edit.version == version).map(|edit| edit.correction.clone()),
        }
    }

    /// What the file beside the report says.
    pub fn beside(&self) -> Correction {
        self.sidecar.as_ref().map(|sidecar| sidecar.correction.clone()).unwrap_or_default()
    }

    /// The report as it would be if no editor had said anything.
    pub fn unedited(&self) -> StoredReport {
        let mut report = StoredReport::clone(&self.detected);
        self.beside().apply(&mut report.about, &mut report.statements);
        report
    }
}

/// Lets whoever asks say this about a report; blocks. `seen` is the version that they know, if they say.
pub fn correct(
    service: &Service,
    id: ReportId,
    correction: &Correction,
    identity: &Identity,
    seen: Option<i64>,
) -> Result<Edit, Problem> {
    service.row(id)?;
    let store = service.guard.store()?;
    let editor = name_of(identity);
    match store.correct(id, correction, &editor, seen, service.guard.clock.now())? {
        Ok(edit) => {
            tracing::info!(%id, version = edit.version, editor, "a report was corrected");
            service.changed();
            Ok(edit)
        }
        Err(latest) => Err(outdated(latest.as_ref(), &store.edits(id)?, seen.unwrap_or(0))),
    }
}

/// Tells whoever has not seen the latest version what it changed.
fn outdated(latest: Option<&Edit>, edits: &[Edit], seen: i64) -> Problem {
    let before = edits.iter().find(|edit| edit.version == seen).map(|edit| edit.correction.clone()).unwrap_or_default();
    let detail = match latest {
        None => "nobody has corrected it yet: the version is 0".to_owned(),
        Some(Edit { version, correction, editor, made }) => {
            let changed = correction.differences(&before).join(", ");
            let changed = if changed.is_empty() { "nothing that differs".to_owned() } else { changed };
            format!("{editor} changed {changed} at {}: that is version {version}, and you knew {seen}", rfc3339(*made))
        }
    };
    Problem::new(Code::Outdated, detail)
}

/// Who corrects, as it is remembered.
fn name_of(identity: &Identity) -> String {
    match identity {
        Identity::Anonymous => "nobody known".to_owned(),
        Identity::Key(key) => format!("key {}", key.name),
        Identity::Account(signed_in) => signed_in.account.name.clone(),
    }
}

/// Fields that cannot be accepted, as parameters.
fn refused(errors: Vec<FieldError>) -> Problem {
    let error = |FieldError { field, detail }| RequestError { parameter: field, detail };
    errors.into_iter().map(error).collect::<Vec<_>>().into()
}
