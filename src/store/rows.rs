//! The catalogue's rows as the rest of the program sees them, and the changes that make them.

use crate::report::{About, Correction, Outcome, PageStatus, Reason, Report, ReportId, Statements};
use crate::store::{Location, StoredReport};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Absolute path.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified: i64,
    /// Identity of its bytes, if they could be read.
    pub id: Option<ReportId>,
    /// What became of it (never `Unchanged`).
    pub outcome: Outcome,
    /// More about a failure, for people.
    pub detail: String,
    /// [`crate::extract::READER_VERSION`] that produced the outcome.
    pub reader_version: u32,
    /// Seconds since 1970 of when it was last found new, changed or moved.
    pub checked: i64,
    /// Seconds since 1970 of the first run that missed it, if it is gone.
    pub vanished: Option<i64>,
    /// What it is called, where that is not the last part of its path: it was handed over under that name.
    pub name: Option<String>,
}

impl FileRow {
    /// The file as people know it: the name it was handed over under, or else its path.
    pub fn shown(&self) -> Cow<'_, str> {
        shown(&self.path, self.name.as_deref())
    }
}

fn shown<'p>(path: &'p Path, name: Option<&'p str>) -> Cow<'p, str> {
    name.map_or_else(|| path.to_string_lossy(), Cow::Borrowed)
}

/// A report as the catalogue knows it: corrected, if somebody has corrected it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// Its identity.
    pub id: ReportId,
    /// Where its record is in the text store.
    pub location: Location,
    /// A place where the file lies (the first by path of those not vanished).
    pub file: PathBuf,
    /// What that file is called, where that is not the last part of its path; see [`FileRow::name`].
    pub file_name: Option<String>,
    /// Title.
    pub title: String,
    /// Authors in the order given.
    pub authors: Vec<String>,
    /// As precise as known.
    pub date: Option<String>,
    /// ISO 639-1 code of the language most of it is in.
    pub language: Option<String>,
    /// Bytes of the PDF.
    pub size: u64,
    /// Pages in all.
    pub pages_total: u32,
    /// Pages whose words can be found.
    pub pages_searchable: u32,
    /// Seconds since 1970 when it was added.
    pub added: i64,
    /// Seconds since 1970 when something else was last shown of it; when it was added, if never.
    pub changed: i64,
    /// What persons say about it, if anything.
    pub correction: Option<Arc<Correction>>,
}

impl ReportRow {
    /// What it is about, in the library's own words.
    pub fn tags(&self) -> &[String] {
        self.correction.as_ref().map_or(&[], |correction| correction.tags())
    }
}

impl ReportRow {
    /// Its file as people know it, and as it is shown and searched for: see [`FileRow::shown`].
    pub fn shown_file(&self) -> Cow<'_, str> {
        shown(&self.file, self.file_name.as_deref())
    }
}

/// What of the library is searchable.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, utoipa::ToSchema)]
pub struct Coverage {
    /// Reports.
    pub reports: u64,
    /// Files, copies and failures included.
    pub files: u64,
    /// Files that failed, by reason code.
    pub failures: BTreeMap<String, u64>,
    /// Files read in part, by reason code.
    pub partial: BTreeMap<String, u64>,
    /// Pages by status.
    pub pages: BTreeMap<PageStatus, u64>,
}

/// What the catalogue keeps of a report that was read, corrected.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFacts {
    /// Its identity.
    pub id: ReportId,
    /// Title.
    pub title: String,
    /// Authors in the order given.
    pub authors: Vec<String>,
    /// As precise as known.
    pub date: Option<String>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// Bytes of the PDF.
    pub size: u64,
    /// Why it was read only in part, if it was.
    pub partial: Option<Reason>,
    /// Its pages by status.
    pub pages: BTreeMap<PageStatus, u32>,
    /// What persons say about it, if anything.
    pub correction: Option<Arc<Correction>>,
    /// Its text in brief, by which near-copies are told where no index keeps it: minima of a hash, of which the first
    /// decide what is looked at. What is kept stays if this says nothing.
    pub sketch: Option<Vec<u8>>,
}

/// The sketch of a report and those of others that may resemble it; empty without one.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SketchesNear {
    /// Its own; see [`ReportFacts::sketch`].
    pub own: Vec<u8>,
    /// The others.
    pub others: Vec<(ReportId, Vec<u8>)>,
}

impl ReportFacts {
    /// The facts of a report as it was read, corrected.
    pub fn of(report: &Report, correction: Option<Arc<Correction>>) -> ReportFacts {
        let statuses = report.pages.iter().map(|page| page.status);
        ReportFacts::new(report.id, report.size, &report.about, report.partial, statuses).corrected(correction)
    }

    /// The facts of a report as it was stored, corrected.
    pub fn of_stored(report: &StoredReport, correction: Option<Arc<Correction>>) -> ReportFacts {
        let statuses = report.pages.iter().map(|page| page.status);
        ReportFacts::new(report.id, report.size, &report.about, report.partial, statuses).corrected(correction)
    }

    fn corrected(mut self, correction: Option<Arc<Correction>>) -> ReportFacts {
        if let Some(correction) = &correction {
            let ReportFacts { title, authors, date, language, .. } = &mut self;
            let mut about = About {
                title: std::mem::take(title),
                authors: std::mem::take(authors),
                date: date.take(),
                language: language.take(),
                ..About::default()
            };
            correction.apply(&mut about, &mut Statements::default());
            (*title, *authors, *date, *language) = (about.title, about.authors, about.date, about.language);
        }
        ReportFacts { correction, ..self }
    }

    fn new(
        id: ReportId,
        size: u64,
        about: &About,
        partial: Option<Reason>,
        statuses: impl Iterator<Item = PageStatus>,
    ) -> ReportFacts {
        let mut pages = BTreeMap::new();
        for status in statuses {
            *pages.entry(status).or_default() += 1;
        }
        ReportFacts {
            id,
            title: about.title.clone(),
            authors: about.authors.clone(),
            date: about.date.clone(),
            language: about.language.clone(),
            size,
            partial,
            pages,
            correction: None,
            sketch: None,
        }
    }

    /// Whether this is what the catalogue has: its row of the report and its pages by status.
    pub fn fit(&self, row: &ReportRow, pages: &[(PageStatus, u32)]) -> bool {
        let facts = (self.id, &self.title, &self.authors, &self.date, &self.language, self.size);
        let totals = (self.pages_total(), self.pages_searchable());
        facts == (row.id, &row.title, &row.authors, &row.date, &row.language, row.size)
            && totals == (row.pages_total, row.pages_searchable)
            && self.correction == row.correction
            && self.pages == pages.iter().copied().collect()
    }

    /// Pages in all.
    pub fn pages_total(&self) -> u32 {
        self.pages.values().sum()
    }

    /// Pages whose words can be found.
    pub fn pages_searchable(&self) -> u32 {
        self.pages.iter().filter(|(status, _)| status.is_searchable()).map(|(_, count)| count).sum()
    }
}

/// A change of the catalogue; see [`crate::store::Catalogue::record`].
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A file was looked at.
    File(FileRow),
    /// A report was stored and indexed, or stored anew.
    Report(ReportFacts, Location),
    /// A known file was not found, at this time in seconds since 1970.
    Vanished(PathBuf, i64),
    /// A known file is to be forgotten.
    Forget(PathBuf),
}

/// A path as stored.
pub(super) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// All paths below a directory stand from the first to before the second, as `0` is the character after `/`.
pub(crate) fn paths_below(directory: &Path) -> (Vec<u8>, Vec<u8>) {
    let mut from = path_bytes(directory).to_vec();
    if from.last() != Some(&b'/') {
        from.push(b'/');
    }
    let mut to = from.clone();
    if let Some(last) = to.last_mut() {
        *last = b'0';
    }
    (from, to)
}

/// A stored path.
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// An outcome's code and reason, as stored.
pub(super) fn outcome_codes(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Indexed => ("indexed", None),
        Outcome::Partial(reason) => ("partial", Some(reason.code())),
        Outcome::Duplicate => ("duplicate", None),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Failed(reason) => ("failed", Some(reason.code())),
    }
}

/// The outcome with these codes; what an unknown code means is not guessed.
pub(super) fn outcome_of(code: &str, reason: Option<&str>) -> Option<Outcome> {
    let reason = reason.and_then(Reason::from_code);
    match code {
        "indexed" => Some(Outcome::Indexed),
        "partial" => reason.map(Outcome::Partial),
        "duplicate" => Some(Outcome::Duplicate),
        "unchanged" => Some(Outcome::Unchanged),
        "failed" => reason.map(Outcome::Failed),
        _ => None,
    }
}
