//! Catalogue, texts and index against each other and their checksums: every byte is read, nothing is changed.

use crate::index::{self, IndexError, IndexedReport};
use crate::ingest::Pool;
use crate::report::ReportId;
use crate::store::{Library, ReportFacts, ReportRow, StoreError};
use crate::upkeep::UpkeepError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Verification {
    /// Reports of the catalogue.
    pub reports: u64,
    /// Their pages.
    pub pages: u64,
    /// Everything that does not fit; empty if the library is whole.
    pub findings: Vec<Finding>,
    /// Reports that an ingest cut off had put into the index and not yet into the catalogue. Nothing is wrong with them:
    /// the next ingest, or a service when it starts, takes them out and their files are read again.
    pub interrupted: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum Finding {
    /// The catalogue's own checks fail.
    Catalogue {
        /// As SQLite says it.
        detail: String,
    },
    /// The stored text of a report is damaged.
    Text {
        /// The report.
        id: ReportId,
        /// A place of its file.
        file: String,
        /// What does not fit.
        detail: String,
    },
    /// The index cannot be read, or is of another version.
    Index {
        /// What is wrong with it.
        detail: String,
    },
    /// A report of the catalogue is not in the index.
    NotIndexed {
        /// The report.
        id: ReportId,
    },
    /// The index has a report more than once.
    IndexedTwice {
        /// The report.
        id: ReportId,
    },
    /// The index has another number of pages of a report.
    OtherPages {
        /// The report.
        id: ReportId,
    },
}

impl Finding {
    /// What it means, for people.
    pub fn message(&self) -> String {
        match self {
            Finding::Catalogue { detail } => format!("catalogue: {detail}"),
            Finding::Text { id, file, detail } => format!("text of {id} ({file}): {detail}"),
            Finding::Index { detail } => format!("index: {detail}"),
            Finding::NotIndexed { id } => format!("index: report {id} is missing"),
            Finding::IndexedTwice { id } => format!("index: report {id} is there more than once"),
            Finding::OtherPages { id } => format!("index: report {id} has another number of pages"),
        }
    }
}

/// Reads everything. `done` is told of reports done and of all.
pub fn verify(
    library: &Library,
    jobs: usize,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Verification, UpkeepError> {
    let start = Instant::now();
    let catalogue = library.catalogue();
    let mut findings: Vec<Finding> =
        catalogue.verify()?.into_iter().map(|detail| Finding::Catalogue { detail }).collect();
    let ids: Vec<ReportId> = catalogue.locations()?.into_iter().map(|(id, _)| id).collect();
    let mut rows = Vec::with_capacity(ids.len());
    for batch in ids.chunks(1_000) {
        rows.extend(catalogue.reports_of(batch)?.into_iter().flatten());
    }
    findings.extend(damaged_texts(library, jobs, &rows, done, stop)?);
    let mut interrupted = 0;
    match index::check(&library.generation_directory()) {
        Ok(indexed) => {
            let (differences, unknown) = differences(&rows, &indexed);
            findings.extend(differences);
            interrupted = unknown;
        }
        Err(error) => findings.push(Finding::Index { detail: error.to_string() }),
    }
    findings.sort();
    let pages = rows.iter().map(|row| u64::from(row.pages_total)).sum();
    let (reports, seconds) = (rows.len() as u64, start.elapsed().as_secs_f64());
    Ok(Verification { reports, pages, findings, interrupted, seconds })
}

fn damaged_texts(
    library: &Library,
    jobs: usize,
    rows: &[ReportRow],
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Vec<Finding>, UpkeepError> {
    let pool = Pool::new(jobs).map_err(UpkeepError::Threads)?;
    let findings = Mutex::new(Vec::new());
    let count = Mutex::new(0u64);
    let taken = pool.each(rows, stop, |_, row| {
        if let Err(detail) = check_text(library, row) {
            let finding = Finding::Text { id: row.id, file: row.shown_file().into_owned(), detail };
            findings.lock().unwrap_or_else(PoisonError::into_inner).push(finding);
        }
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        done(*count, rows.len() as u64);
        true
    });
    if taken < rows.len() {
        return Err(UpkeepError::Interrupted);
    }
    Ok(findings.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn check_text(library: &Library, row: &ReportRow) -> Result<(), String> {
    let report = library.texts().load(row.location).map_err(|error| match error {
        StoreError::Damaged { detail, .. } => detail,
        error => error.to_string(),
    })?;
    if report.id != row.id {
        return Err(format!("its record is that of {}", report.id));
    }
    if report.pages.len() as u64 != u64::from(row.pages_total) || report.pages_searchable() != row.pages_searchable {
        return Err("its record has other pages than the catalogue says".to_owned());
    }
    let pages = library.catalogue().page_statuses(row.id).map_err(|error| error.to_string())?;
    if !ReportFacts::of(&report, row.correction.clone()).fit(row, &pages) {
        return Err("its record says otherwise about it than the catalogue".to_owned());
    }
    Ok(())
}

/// What the index has too little or otherwise, and how many reports it has that the catalogue does not know.
fn differences(rows: &[ReportRow], indexed: &[IndexedReport]) -> (Vec<Finding>, u64) {
    let mut found: BTreeMap<ReportId, Vec<u32>> = BTreeMap::new();
    for report in indexed {
        found.entry(report.id).or_default().push(report.pages);
    }
    let mut findings = Vec::new();
    for row in rows {
        match found.remove(&row.id).as_deref() {
            None => findings.push(Finding::NotIndexed { id: row.id }),
            Some([pages]) if *pages == row.pages_total => {}
            Some([_]) => findings.push(Finding::OtherPages { id: row.id }),
            Some(_) => findings.push(Finding::IndexedTwice { id: row.id }),
        }
    }
    (findings, found.len() as u64)
}

/// Whether the index as a whole has to be made again.
pub(super) fn is_beyond_repair(error: &IndexError) -> bool {
    matches!(error, IndexError::OtherVersion | IndexError::Damaged { .. } | IndexError::Engine(_))
}
