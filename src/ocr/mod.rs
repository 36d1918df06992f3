//! Text in pictures of pages: which pages are to be recognised, how, and what the report gains by it.
//!
//! ```text
//! report with pages without text ──▶ draw these pages (worker) ──▶ tesseract, confined ──▶ words with boxes
//!                                                                                               │
//! report, composed as if the words had been printed ◀── read again with these words (worker) ◀──┘
//! ```
//!
//! The recogniser is a program of its own, which many machines do not have; it is looked for once, and a report that
//! lacks text for want of it says so. What it prints is no more trusted than a PDF: it is bounded, and what does not
//! read as words on this page is left out. One that hangs, dies or raves costs the page it was at.

mod confine;
mod language_codes;
mod languages;
mod program;
mod tsv;

pub use confine::{Bounds, become_program};

use crate::extract::{ExtractOptions, RecognisedPage};
use crate::layout::recognised::RecognisedLine;
use crate::render::{Document, Picture, RenderError, RenderOptions};
use crate::report::{PageStatus, Reason, Report};
use crate::worker::{Read, Reading, WorkerPool};
use program::Program;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Pixels an inch at which a page is drawn to see whether anything is on it.
const GLANCE: u32 = 50;
/// Failures in a row after which the rest of a file is left.
const MOST_FAILED_PAGES: u32 = 3;
/// Failures in a row after which the recogniser is taken to be broken and left alone.
const MOST_FAILURES: u32 = 12;
/// Words recognised in one file; the pages after them are left.
const MOST_WORDS: usize = 4_000_000;

/// Which pages are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OcrMode {
    /// Those without text, or without text that can be read.
    #[default]
    Auto,
    /// None.
    Off,
    /// All of them.
    Force,
}

/// `[ocr]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OcrOptions {
    /// Which pages.
    pub mode: OcrMode,
    /// The recogniser: `tesseract`, or the path of one.
    pub program: String,
    /// Languages to look for where the report does not tell its own, as tesseract names them, joined by `+`; empty for
    /// those that are installed.
    pub languages: String,
    /// Pixels an inch.
    pub resolution: u32,
    /// Seconds for a page.
    pub page_seconds: u64,
    /// Memory for the recogniser, in bytes.
    pub memory_bytes: u64,
    /// Words it is less sure of than this, in percent, are left out.
    pub least_confidence: u32,
}

impl Default for OcrOptions {
    fn default() -> OcrOptions {
        OcrOptions {
            mode: OcrMode::Auto,
            program: "tesseract".to_owned(),
            languages: String::new(),
            resolution: 300,
            page_seconds: 60,
            memory_bytes: 1 << 30,
            least_confidence: 40,
        }
    }
}

/// Recognises text; shared by all who read files.
#[derive(Debug)]
pub struct Ocr {
    options: OcrOptions,
    /// This very program, which confines itself before it becomes the recogniser.
    launcher: PathBuf,
    program: OnceLock<Option<Program>>,
    failures: AtomicU32,
}

/// A file that was read, and how it was.
#[derive(Debug, Clone, Copy)]
pub struct Source<'s> {
    /// Its bytes.
    pub bytes: &'s [u8],
    /// Its name.
    pub name: &'s str,
    /// How it was read.
    pub extract: &'s ExtractOptions,
    /// Draw its pages; without, this process does.
    pub workers: Option<&'s WorkerPool>,
}

/// What came of the pages of a file.
#[derive(Debug, Default)]
struct Recognition {
    pages: Vec<RecognisedPage>,
    words: usize,
    /// Pages that have something on them and were not recognised.
    failed: u32,
    failed_in_a_row: u32,
    /// Pages that were not come to.
    left: u32,
}

impl Ocr {
    /// A recogniser; `launcher` is `recto`.
    pub fn new(options: OcrOptions, launcher: PathBuf) -> Ocr {
        Ocr { options, launcher, program: OnceLock::new(), failures: AtomicU32::new(0) }
    }

    /// The same, for other pages.
    pub fn with_mode(&self, mode: OcrMode) -> Ocr {
        Ocr::new(OcrOptions { mode, ..self.options.clone() }, self.launcher.clone())
    }

    /// Whether there is a recogniser on this machine with a language to recognise.
    pub fn is_available(&self) -> bool {
        self.program().is_some()
    }

    /// Whether it was asked for on all pages, and can be had: then what was read before is read again.
    pub fn is_forced(&self) -> bool {
        self.options.mode == OcrMode::Force && self.is_available()
    }

    /// What there is, on one line, for people.
    pub fn summary(&self) -> String {
        match self.program() {
            Some(program) => format!("{} ({})", program.path().display(), program.languages().join(", ")),
            None => format!("not installed: `{}` with a language cannot be found", self.options.program),
        }
    }

    fn program(&self) -> Option<&Program> {
        let find = || Program::find(&self.options, &self.launcher);
        self.program.get_or_init(find).as_ref()
    }

    /// Adds what can be recognised to a report that was read. `again` reads the file once more, with what was
    /// recognised; after `stop` is set the pages left are for another time.
    pub fn complete(
        &self,
        reading: Reading,
        source: Source<'_>,
        again: &dyn Fn(&ExtractOptions) -> Read,
        stop: &AtomicBool,
    ) -> Read {
        let wanted = self.wanted(&reading.report);
        if wanted.is_empty() {
            return Ok(reading);
        }
        let (recognition, lacking) = match self.program() {
            Some(program) => {
                let recognition = self.recognise(program, &wanted, &reading.report, source, stop);
                let lacking = match (recognition.left, recognition.failed) {
                    (0, 0) => None,
                    (0, _) => Some(Reason::OcrFailed),
                    _ => Some(Reason::OcrMissing),
                };
                (recognition, lacking)
            }
            None => (glance(&wanted, source, stop), Some(Reason::OcrMissing)),
        };
        let unrecognised = recognition.left + recognition.failed;
        if recognition.pages.is_empty() && unrecognised == 0 {
            return Ok(reading);
        }
        let lacking = lacking.filter(|_| unrecognised > 0);
        let options = ExtractOptions { recognised: recognition.pages, lacking, ..source.extract.clone() };
        match again(&options) {
            Ok(completed) => Ok(Reading { unrecognised, ..completed }),
            Err(error) => {
                // It could be read a moment ago.
                tracing::warn!(name = source.name, %error, "reading with what was recognised failed");
                Ok(reading)
            }
        }
    }

    /// The numbers of the pages to recognise.
    fn wanted(&self, report: &Report) -> Vec<u32> {
        let is_wanted = |status| match self.options.mode {
            OcrMode::Auto => matches!(status, PageStatus::NoText | PageStatus::Garbled),
            OcrMode::Off => false,
            OcrMode::Force => true,
        };
        report.pages.iter().filter(|page| is_wanted(page.status)).map(|page| page.number).collect()
    }

    fn recognise(
        &self,
        program: &Program,
        wanted: &[u32],
        report: &Report,
        source: Source<'_>,
        stop: &AtomicBool,
    ) -> Recognition {
        let languages = program.choose(report.about.language.as_deref());
        let mut recognition = Recognition { left: count(wanted), ..Recognition::default() };
        let options = RenderOptions::raster(self.options.resolution.clamp(72, 1_200));
        draw(source, wanted, &options, &mut |number, drawn| {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            recognition.left -= 1;
            match drawn.map_err(|error| error.to_string()).and_then(|picture| self.page(program, &picture, &languages))
            {
                Ok(lines) => recognition.add(number, lines),
                Err(error) => {
                    tracing::warn!(name = source.name, page = number, error, "a page was not recognised");
                    recognition.failed += 1;
                    recognition.failed_in_a_row += 1;
                }
            }
            let is_hopeless = recognition.failed_in_a_row >= MOST_FAILED_PAGES
                || recognition.words >= MOST_WORDS
                || self.failures.load(Ordering::Relaxed) >= MOST_FAILURES;
            if is_hopeless {
                recognition.failed += std::mem::take(&mut recognition.left);
            }
            !is_hopeless
        });
        recognition
    }

    /// The lines on a page; none if there is nothing on it.
    fn page(&self, program: &Program, picture: &Picture, languages: &str) -> Result<Vec<RecognisedLine>, String> {
        if picture.is_blank() {
            return Ok(Vec::new());
        }
        let lines = program.recognise(picture, languages);
        let lines = lines.and_then(|text| tsv::lines(&text, picture, self.options.least_confidence));
        match &lines {
            Ok(_) => self.failures.store(0, Ordering::Relaxed),
            Err(_) => drop(self.failures.fetch_add(1, Ordering::Relaxed)),
        }
        lines.map_err(|failure| failure.to_string())
    }
}

impl Recognition {
    fn add(&mut self, number: u32, lines: Vec<RecognisedLine>) {
        self.failed_in_a_row = 0;
        let words: usize = lines.iter().map(Vec::len).sum();
        self.words += words;
        if words > 0 {
            self.pages.push(RecognisedPage { index: number.saturating_sub(1), lines });
        }
    }
}

/// Looks which of the pages have something on them; those are left.
fn glance(wanted: &[u32], source: Source<'_>, stop: &AtomicBool) -> Recognition {
    let mut recognition = Recognition::default();
    draw(source, wanted, &RenderOptions::raster(GLANCE), &mut |_, drawn| {
        recognition.left += u32::from(!drawn.is_ok_and(|picture| picture.is_blank()));
        !stop.load(Ordering::Relaxed)
    });
    recognition
}

/// Draws pages in a worker, or here if there are none.
fn draw(
    source: Source<'_>,
    pages: &[u32],
    options: &RenderOptions,
    drawn: &mut dyn FnMut(u32, Result<Picture, RenderError>) -> bool,
) {
    let Source { bytes, name, extract, workers } = source;
    let options =
        RenderOptions { passwords: extract.passwords.clone(), limits: extract.limits.clone(), ..options.clone() };
    if let Some(workers) = workers {
        return workers.render(bytes, name, pages, &options, drawn);
    }
    let document = Document::open(bytes.to_vec(), options);
    let renderer = document.as_ref().map(Document::renderer);
    for page in pages {
        let result = match &renderer {
            Ok(renderer) => renderer.render(*page),
            Err(error) => Err((*error).clone()),
        };
        if !drawn(*page, result) {
            return;
        }
    }
}

fn count(pages: &[u32]) -> u32 {
    u32::try_from(pages.len()).unwrap_or(u32::MAX)
}
