//! What becomes of a file that came whole: it gets its place, is written down, and is read soon.
//!
//! Synced, renamed to its hash, the folder synced, then written down: only then does the client hear that it is here.
//! What the client calls it never becomes a path.

use crate::jobs::{Job, Jobs};
use crate::report::{Outcome, Reason, ReportId};
#[cfg(feature = "cluster")]
use crate::serve::HandOver;
use crate::serve::links::Links;
#[cfg(feature = "cluster")]
use crate::serve::problem::Code;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::format::plain;
use crate::serve::uploads::incoming::{Incoming, disk};
use crate::store::{UploadRow, seconds_now};
use serde::Serialize;
use std::io;
use std::path::Path;

/// Longest name kept, in characters.
const MAX_NAME: usize = 200;

/// A PDF that was handed over.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UploadBody {
    /// The report's id.
    pub id: ReportId,
    /// What became of it.
    state: UploadState,
    /// Why it could not be read, if so.
    reason: Option<Reason>,
    /// The same for people, if so.
    label: Option<&'static str>,
    /// What can be done about it, if so.
    advice: Option<&'static str>,
    /// Bytes.
    size: u64,
    /// The job that reads it, if it is not read yet.
    job_url: Option<String>,
    /// Where the report will be, or is.
    url: String,
}

/// What became of a PDF that was handed over.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum UploadState {
    /// It will be read in a moment.
    Queued,
    /// It can be found.
    Searchable,
    /// It could not be read.
    Failed,
}

/// Gives a file that is whole its place, and has it read; whether it was not here before. Blocks.
pub fn keep(service: &Service, jobs: &Jobs, incoming: &Incoming, name: String) -> Result<(UploadBody, bool), Problem> {
    let id = ReportId::of_hash(&incoming.hash);
    let (hash, size) = (incoming.hash.to_hex().to_string(), incoming.size);
    let catalogue = service.library().catalogue();
    if catalogue.has_report(id)? {
        return Ok((UploadBody::new(id, size, UploadState::Searchable, &service.links), false));
    }
    let store = service.guard.store.as_ref().ok_or_else(Problem::internal)?;
    let place = jobs.upload_path(&hash);
    std::fs::rename(&incoming.path, &place).map_err(|error| disk(&error))?;
    sync_folder(&jobs.uploads_directory()).map_err(|error| disk(&error))?;
    let is_new = store.add_upload(&UploadRow { id, hash, name, size }, seconds_now())?;
    let mut body = UploadBody::new(id, size, UploadState::Queued, &service.links);
    #[cfg(feature = "cluster")]
    if let Some(HandOver(hand_over)) = &service.options.hand_over {
        let hash = incoming.hash.to_hex();
        hand_over(&place, &hash).map_err(|detail| {
            tracing::error!(detail, "an upload could not be handed over to the workers");
            Problem::new(Code::Overloaded, "the library takes no uploads now; the same one can be sent again")
        })?;
        return Ok((body, is_new));
    }
    let row = catalogue.file(&place)?;
    match row.filter(|_| !is_new).map(|row| row.outcome) {
        Some(Outcome::Failed(reason)) => {
            body.state = UploadState::Failed;
            body.reason = Some(reason);
            body.label = Some(reason.label());
            body.advice = Some(reason.advice());
        }
        Some(_) => body.state = UploadState::Searchable,
        None => body.read_by(&jobs.submit_upload(place)?, &service.links),
    }
    Ok((body, is_new))
}

impl UploadBody {
    fn new(id: ReportId, size: u64, state: UploadState, links: &Links) -> UploadBody {
        let url = links.report(id);
        UploadBody { id, state, reason: None, label: None, advice: None, size, job_url: None, url }
    }

    fn read_by(&mut self, job: &Job, links: &Links) {
        self.job_url = Some(links.at(&format!("/api/v1/jobs/{}", job.id)));
    }
}

/// Makes a new name in a folder survive power loss.
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// The last part of a name, whatever system it is from, without what could mislead; for people only.
pub fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|character| !character.is_control()).take(MAX_NAME).collect();
    let visible: String = plain(visible.trim()).chars().take(MAX_NAME).collect();
    if visible.is_empty() { "report.pdf".to_owned() } else { visible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_people_only() {
        for (given, wanted) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x.pdf", "x.pdf"),
            ("C:\\Reports\\Bericht für 2023.pdf", "Bericht für 2023.pdf"),
            ("a\0b\n.pdf", "ab.pdf"),
            ("", "report.pdf"),
            ("..", ".."),
            ("x/", "report.pdf"),
            ("CON", "CON"),
        ] {
            assert_eq!(cleaned(given), wanted, "{given:?}");
        }
        assert_eq!(cleaned(&"é".repeat(10_000)).chars().count(), MAX_NAME);
        assert!(!cleaned("\u{202E}fdp.exe").contains('\u{202E}'));
    }
}
