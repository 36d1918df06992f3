//! Files beside the PDFs that say what a report is: `X.toml` beside `X.pdf`, or `report.toml` in a folder of one PDF.
//!
//! They are looked at whenever their PDFs are, and read when they are new or have changed; a PDF need not be read again
//! for that. What in them cannot be understood is told and kept, and the report is indexed all the same.

mod text;

pub use text::{SidecarText, read_text};

use crate::ingest::IngestError;
use crate::ingest::plan::Task;
use crate::ingest::read;
use crate::ingest::walk::{Beside, Found};
use crate::report::{Correction, ReportId};
use crate::store::{Library, SidecarChange, SidecarRow};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// What a run knows of files beside PDFs.
#[derive(Debug, Default)]
pub(super) struct Sidecars {
    /// Those beside the PDFs that are read in this run, by the PDF's path.
    rows: HashMap<PathBuf, Sidecar>,
    /// What to remember of those beside PDFs that are not.
    changes: Vec<SidecarChange>,
    /// How many there are that cannot be understood whole.
    problems: u64,
}

/// A file beside a PDF that is read.
#[derive(Debug)]
pub(super) struct Sidecar {
    /// What it says.
    pub row: SidecarRow,
    /// Whether the store has it as it is, but for the identity of the PDF.
    pub is_known: bool,
}

/// What a file beside a PDF says, read if it is new or has changed; `None` if it is new and somebody may still be writing
/// it.
pub(super) fn look(before: Option<SidecarRow>, pdf: &Path, beside: &Beside) -> Option<Sidecar> {
    let Beside { found: file, is_settled } = beside;
    let is_same = before
        .as_ref()
        .is_some_and(|row| (&row.file, row.size, row.modified) == (&file.path, file.size, file.modified));
    let is_known = is_same || !is_settled;
    let row = if is_known { before? } else { read_beside(pdf, file) };
    Some(Sidecar { row, is_known })
}

impl Sidecars {
    /// Compares what stands beside PDFs with what is remembered, and reads what is new or has changed. `work` are the
    /// PDFs that are read in this run, `found` all that are there.
    pub(super) fn new(
        library: &Library,
        roots: &[PathBuf],
        beside: HashMap<PathBuf, Beside>,
        found: &HashSet<PathBuf>,
        work: &[Task],
    ) -> Result<Sidecars, IngestError> {
        let mut known: HashMap<PathBuf, SidecarRow> = HashMap::new();
        if let Some(service) = library.service()? {
            for root in roots {
                known.extend(service.sidecars_under(root)?.into_iter().map(|row| (row.report.clone(), row)));
            }
        }
        let mut sidecars = Sidecars::default();
        if beside.is_empty() && known.is_empty() {
            return Ok(sidecars);
        }
        let work: HashSet<&Path> = work.iter().map(|task| task.found.path.as_path()).collect();
        for (pdf, beside) in beside {
            let before = known.remove(&pdf);
            let Some(Sidecar { row, is_known }) = look(before, &pdf, &beside) else { continue };
            sidecars.problems += u64::from(!row.problems.is_empty());
            if work.contains(pdf.as_path()) {
                sidecars.rows.insert(pdf, Sidecar { row, is_known });
            } else if !is_known {
                let id = library.catalogue().file(&pdf)?.and_then(|file| file.id);
                sidecars.changes.push(SidecarChange::Put(Box::new(SidecarRow { id, ..row })));
            }
        }
        // Of a PDF that has vanished nothing is known but what was.
        let gone = known.into_keys().filter(|pdf| found.contains(pdf.as_path()));
        sidecars.changes.extend(gone.map(SidecarChange::Forget));
        Ok(sidecars)
    }

    /// What to remember now.
    pub(super) fn changes(&self) -> &[SidecarChange] {
        &self.changes
    }

    /// How many there are that cannot be understood whole.
    pub(super) fn problems(&self) -> u64 {
        self.problems
    }

    /// What to remember once a PDF that is read turned out to be this report, if anything.
    pub(super) fn change_of(&self, pdf: &Path, id: Option<ReportId>) -> Option<SidecarChange> {
        let Sidecar { row, is_known } = self.rows.get(pdf)?;
        let is_same = *is_known && row.id == id && row.vanished.is_none();
        (!is_same).then(|| SidecarChange::Put(Box::new(SidecarRow { id, vanished: None, ..row.clone() })))
    }

    /// What persons say about a report that is read from these places, the first first.
    pub(super) fn correction<'p>(
        &self,
        library: &Library,
        id: ReportId,
        places: impl Iterator<Item = &'p Path>,
    ) -> Result<Option<Arc<Correction>>, IngestError> {
        let own = places.into_iter().find_map(|place| self.rows.get(place)).map(|own| &own.row.correction);
        let Some(own) = own else { return Ok(library.correction(id)?) };
        let edit = library.service()?.map(|service| service.edit(id)).transpose()?.flatten();
        let said = edit.map(|edit| edit.correction).unwrap_or_default().over(own.clone());
        Ok(Some(said).filter(|said| !said.is_empty()).map(Arc::new))
    }
}

/// Reads a file beside a PDF; one that cannot be read says nothing but why.
fn read_beside(pdf: &Path, file: &Found) -> SidecarRow {
    let (found, text) = match read::read_small(&file.path, MAX_BYTES) {
        Ok((found, bytes)) => (found, read_text(&bytes)),
        Err(refusal) => {
            let problem = format!("cannot be read: {}", refusal.detail);
            (file.clone(), SidecarText { correction: Correction::default(), problems: vec![problem] })
        }
    };
    for problem in &text.problems {
        tracing::warn!(file = %file.path.display(), problem, "a file beside a PDF cannot be understood whole");
    }
    SidecarRow {
        report: pdf.to_owned(),
        file: found.path,
        size: found.size,
        modified: found.modified,
        id: None,
        vanished: None,
        correction: text.correction,
        problems: text.problems,
    }
}
