//! Files beside the PDFs that are offered: read when they are new or have changed, and kept where all workers find them.
//!
//! Which report a PDF is, a worker finds out later, or has found out already, or finds out this very moment. So both sides
//! look twice: what is said is kept, then the queue is asked which report the PDF is; and a worker asks for what is said
//! before it publishes a report, and once more when it has (see `said`).

use super::enqueue::{EnqueueError, version_of};
use crate::ingest::sidecar::{Sidecar, look};
use crate::ingest::walk::Walk;
use crate::queue::{Item, Queue, QueueError};
use crate::report::ReportId;
use crate::store::{ServiceStore, SidecarChange, SidecarRow, seconds_now};
use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What stands beside the PDFs under the paths.
pub(super) struct BesidePdfs<'b> {
    service: &'b ServiceStore,
    /// Those of PDFs of which it is not known which report they are, with the version of the PDF if it is offered.
    unknown: Vec<(SidecarRow, Option<String>)>,
    /// The PDFs beside which something stands, as far as it was known before and they had not vanished.
    known: HashSet<PathBuf>,
    /// How many there are that cannot be understood whole.
    pub(super) problems: u64,
}

impl<'b> BesidePdfs<'b> {
    /// Compares what stands beside the PDFs with what is kept, and keeps what is new or has changed. `there` are all PDFs
    /// found.
    pub(super) fn look(
        service: &'b ServiceStore,
        queue: &Queue,
        walk: &mut Walk,
        there: &HashSet<PathBuf>,
    ) -> Result<BesidePdfs<'b>, EnqueueError> {
        let mut before: HashMap<PathBuf, SidecarRow> = HashMap::new();
        for root in &walk.roots {
            before.extend(service.sidecars_under(root)?.into_iter().map(|row| (row.report.clone(), row)));
        }
        let known = before.values().filter(|row| row.vanished.is_none()).map(|row| row.report.clone()).collect();
        let mut beside = BesidePdfs { service, unknown: Vec::new(), known, problems: 0 };
        let files = walk.files.iter().map(|file| (file.path.as_path(), version_of(file)));
        let versions: HashMap<&Path, String> = files.collect();
        let mut changes = Vec::new();
        for (pdf, file) in std::mem::take(&mut walk.beside) {
            let Some(Sidecar { row, is_known }) = look(before.remove(&pdf), &pdf, &file) else { continue };
            beside.problems += u64::from(!row.problems.is_empty());
            let version = versions.get(pdf.as_path()).cloned();
            if is_known {
                changes.extend(row.vanished.is_some().then_some(SidecarChange::Returned(pdf)));
            } else {
                let id = identity(queue, &pdf, version.as_deref())?;
                changes.push(SidecarChange::Put(Box::new(SidecarRow { id, ..row.clone() })));
                if id.is_some() {
                    continue;
                }
            }
            if row.id.is_none() {
                beside.unknown.push((row, version));
            }
        }
        // Of a PDF that has vanished nothing is known but what was.
        let gone = before.into_keys().filter(|pdf| there.contains(pdf));
        changes.extend(gone.map(SidecarChange::Forget));
        service.record_sidecars(&changes)?;
        Ok(beside)
    }

    /// Asks once more which reports the PDFs are, and tells of those that are gone.
    pub(super) fn finish(self, queue: &Queue, vanished: &[PathBuf], prune: bool) -> Result<(), EnqueueError> {
        let (mut changes, now) = (Vec::new(), seconds_now());
        for (row, version) in self.unknown {
            let id = identity(queue, &row.report, version.as_deref())?;
            if id.is_some() {
                changes.push(SidecarChange::Put(Box::new(SidecarRow { id, vanished: None, ..row })));
            }
        }
        for path in vanished {
            match prune {
                true => changes.push(SidecarChange::Forget(path.clone())),
                false if self.known.contains(path) => changes.push(SidecarChange::Vanished(path.clone(), now)),
                false => {}
            }
        }
        Ok(self.service.record_sidecars(&changes)?)
    }
}

/// The report that a PDF is, if it was read in this version.
fn identity(queue: &Queue, pdf: &Path, version: Option<&str>) -> Result<Option<ReportId>, QueueError> {
    let item = queue.item(pdf.as_os_str().as_bytes())?;
    let is_it = |item: &Item| !item.is_replaced && version.is_none_or(|version| version == item.source.version);
    Ok(item.filter(is_it).and_then(|item| item.report))
}
