//! Bytes → [`Report`]: drives `pdf`, `layout` and `text` over one file.

use crate::clock::{Stage, enter, within};
use crate::layout::recognised::{RecognisedLine, of_recognised};
use crate::layout::{PageLayout, lay_out};
use crate::pdf::{DocumentFonts, Limits, OpenError, PageContent, Pdf, read_page};
use crate::report::{Page, PageStatus, Reason, Report, ReportId};
use crate::text::{self, DocumentText};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Raised whenever the text, boxes or facts read from the same bytes may differ; files that failed under an older
/// version are tried again.
pub const READER_VERSION: u32 = 4;

/// Share of a page's codes without known text above which the page is `garbled`.
const GARBLED_SHARE: f32 = 0.3;

/// Fewer codes than this do not make a page garbled: a bullet in an odd font is no page of noise.
const GARBLED_CODES: u32 = 20;

/// Pages looked at for a title.
const FRONT_PAGES: usize = 2;

/// Pages after these, and pages at the end, that are looked at for a date and a publisher as well.
const IMPRINT_PAGES: (usize, usize) = (2, 3);

/// Stack of a thread that reads PDFs, in bytes: lopdf's parser and nested forms recurse within their bounds.
pub const READER_STACK_BYTES: usize = 16 << 20;

/// Why a file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct ExtractError {
    /// The stable code for the ledger.
    pub reason: Reason,
    /// What exactly was wrong, lower case, for the person who looks into it.
    pub detail: String,
}

impl From<OpenError> for ExtractError {
    fn from(error: OpenError) -> ExtractError {
        ExtractError { reason: error.reason, detail: error.detail }
    }
}

/// What a reader tells while it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The file is open and has so many pages.
    Opened(u32),
    /// A page begins, numbered from 0; one more number says that the last is done.
    Page(u32),
}

/// How to read a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtractOptions {
    /// What it may cost.
    pub limits: Limits,
    /// Tried in order after the empty password.
    pub passwords: Vec<String>,
    /// Pages, from 0, that are not to be read and count as failed, each with the reason: an earlier attempt died on them.
    pub without_pages: Vec<(u32, Reason)>,
    /// Pages from this one on, from 0, are not to be read and count as cut off: time was up on it.
    pub until_page: Option<u32>,
    /// What was recognised in pictures of pages, in place of what is read of these pages; in their order.
    pub recognised: Vec<RecognisedPage>,
    /// What keeps the report from being whole if nothing else does.
    pub lacking: Option<Reason>,
}

/// What was recognised in the picture of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecognisedPage {
    /// The page, from 0.
    pub index: u32,
    /// Its lines in reading order.
    pub lines: Vec<RecognisedLine>,
}

/// Reads a whole PDF. `name` is the file's name, for the title of a report that has none better.
///
/// Call it on a thread with [`READER_STACK_BYTES`] of stack. A panic of the reader is contained and comes back as
/// [`Reason::Crashed`].
pub fn extract(bytes: &[u8], name: &str, options: &ExtractOptions) -> Result<Report, ExtractError> {
    extract_known(bytes, ReportId::of_bytes(bytes), name, options, &|_| {})
}

/// [`extract`] of bytes whose identity is known already. Tells `begun` of every step before it is taken.
pub fn extract_known(
    bytes: &[u8],
    id: ReportId,
    name: &str,
    options: &ExtractOptions,
    begun: &dyn Fn(Step),
) -> Result<Report, ExtractError> {
    catch_unwind(AssertUnwindSafe(|| read(bytes, id, name, options, begun))).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(ExtractError { reason: Reason::Crashed, detail: format!("the reader panicked: {message}") })
    })
}

/// A page between interpretation and composition.
struct ReadPage {
    layout: PageLayout,
    shown_codes: u32,
    unknown_codes: u32,
    is_truncated: bool,
    is_unreadable: bool,
    is_recognised: bool,
}

fn read(
    bytes: &[u8],
    id: ReportId,
    name: &str,
    options: &ExtractOptions,
    begun: &dyn Fn(Step),
) -> Result<Report, ExtractError> {
    let deadline = options.limits.deadline(bytes.len() as u64);
    let pdf = within(Stage::Parse, || Pdf::open(bytes, &options.limits, &options.passwords))?;
    let mut partial = pdf.has_more_pages().then_some(Reason::LimitReached);
    begun(Step::Opened(pdf.page_count()));
    let fonts = DocumentFonts::new(&pdf);
    let mut read_page_at = |index: u32| {
        if options.until_page.is_some_and(|until| index >= until) {
            partial = Some(Reason::Timeout);
            return ReadPage::empty(true, false);
        }
        if let Some((_, reason)) = options.without_pages.iter().find(|(page, _)| *page == index) {
            partial = partial.or(Some(*reason));
            return ReadPage::empty(false, true);
        }
        begun(Step::Page(index));
        let read = read_one(&pdf, index, &fonts, deadline, &mut partial);
        let place = options.recognised.binary_search_by_key(&index, |page| page.index);
        match place.ok().and_then(|place| options.recognised.get(place)) {
            Some(recognised) => read.with(recognised),
            None => read,
        }
    };
    let pages: Vec<ReadPage> = (0..pdf.page_count()).map(&mut read_page_at).collect();
    begun(Step::Page(pdf.page_count()));
    let layouts: Vec<&PageLayout> = pages.iter().map(|page| &page.layout).collect();
    let composing = enter(Stage::Text);
    let mut document = text::compose(&layouts);
    let declared = within(Stage::Parse, || pdf.declared());
    let about = text::about::about(&declared, &front(&layouts), document.language, name);
    let mut statements = std::mem::take(&mut document.statements);
    if statements.summary.is_none() {
        statements.summary = text::declared_summary(about.subject.as_deref(), &about.title);
    }
    let bookmarks = within(Stage::Parse, || pdf.outline());
    let outline = text::choose_outline(bookmarks, std::mem::take(&mut document.outline), &about);
    let sections = text::section_paths(&outline, pages.len());
    let labels = within(Stage::Parse, || pdf.page_labels());
    let pages = finished_pages(&pages, document, labels, sections);
    drop(composing);
    // Told after the rest: what a page was cut by has its own reason.
    let partial = partial.or(pdf.objects().was_cut().then_some(Reason::LimitReached));
    let has_failed_pages = pages.iter().any(|page| page.status == PageStatus::Failed);
    let partial = partial.or(has_failed_pages.then_some(Reason::Damaged));
    let partial = partial.or(options.lacking);
    Ok(Report { id, size: bytes.len() as u64, about, statements, outline, pages, partial })
}

/// The lines of the pages that say what a report is.
fn front(layouts: &[&PageLayout]) -> text::about::Front {
    let lines_of = |pages: std::ops::Range<usize>| {
        let numbered = (1_u32..).zip(layouts).skip(pages.start).take(pages.len());
        numbered.flat_map(|(number, layout)| text::front_lines(layout, number)).collect::<Vec<_>>()
    };
    let count = layouts.len();
    let after_front = (FRONT_PAGES + IMPRINT_PAGES.0).min(count);
    let mut imprint = lines_of(FRONT_PAGES.min(count)..after_front);
    imprint.extend(lines_of(count.saturating_sub(IMPRINT_PAGES.1).max(after_front)..count));
    text::about::Front { lines: lines_of(0..FRONT_PAGES.min(count)), imprint }
}

/// Reads and lays out one page; a panic costs this page only.
fn read_one(pdf: &Pdf, index: u32, fonts: &DocumentFonts, deadline: Instant, partial: &mut Option<Reason>) -> ReadPage {
    if Instant::now() >= deadline {
        *partial = Some(Reason::Timeout);
        return ReadPage::empty(true, false);
    }
    let Some(page) = pdf.page(index) else { return ReadPage::empty(false, true) };
    let read = catch_unwind(AssertUnwindSafe(|| {
        let content = within(Stage::Interpret, || read_page(pdf, &page, fonts, deadline));
        let layout = within(Stage::Layout, || lay_out(&content.glyphs));
        (content, layout)
    }));
    let Ok((content, layout)) = read else {
        *partial = partial.or(Some(Reason::Crashed));
        return ReadPage::empty(false, true);
    };
    if content.is_truncated {
        let reason = if Instant::now() >= deadline { Reason::Timeout } else { Reason::LimitReached };
        *partial = partial.or(Some(reason));
    }
    ReadPage::new(&content, layout)
}

impl ReadPage {
    fn new(content: &PageContent, layout: PageLayout) -> ReadPage {
        ReadPage {
            layout,
            shown_codes: content.shown_codes,
            unknown_codes: content.unknown_codes,
            is_truncated: content.is_truncated,
            is_unreadable: content.is_unreadable,
            is_recognised: false,
        }
    }

    fn empty(is_truncated: bool, is_unreadable: bool) -> ReadPage {
        ReadPage {
            layout: PageLayout::default(),
            shown_codes: 0,
            unknown_codes: 0,
            is_truncated,
            is_unreadable,
            is_recognised: false,
        }
    }

    /// The page with what was recognised in its picture, if it has a size to place that on.
    fn with(self, recognised: &RecognisedPage) -> ReadPage {
        if self.layout.width <= 0.0 || self.layout.height <= 0.0 {
            return self;
        }
        let layout = of_recognised(&recognised.lines, self.layout.width, self.layout.height);
        ReadPage { layout, is_recognised: true, ..self }
    }

    fn status(&self, has_text: bool) -> PageStatus {
        if self.is_recognised && has_text {
            return PageStatus::Ocr;
        }
        let unknown_share = self.unknown_codes as f32 / self.shown_codes.max(1) as f32;
        if self.unknown_codes >= GARBLED_CODES && unknown_share > GARBLED_SHARE {
            PageStatus::Garbled
        } else if self.is_truncated {
            PageStatus::Truncated
        } else if has_text {
            PageStatus::Text
        } else if self.is_unreadable {
            PageStatus::Failed
        } else {
            PageStatus::NoText
        }
    }
}

fn finished_pages(
    read: &[ReadPage],
    document: DocumentText,
    labels: Vec<Option<String>>,
    sections: Vec<Option<String>>,
) -> Vec<Page> {
    let mut labels = labels.into_iter();
    let facts = document.languages.into_iter().zip(sections);
    (1_u32..)
        .zip(read.iter().zip(document.pages).zip(facts))
        .map(|(number, ((read, composed), (language, section)))| Page {
            number,
            label: labels.next().flatten(),
            width: read.layout.width,
            height: read.layout.height,
            status: read.status(!composed.words.is_empty()),
            language: language.filter(|_| !composed.words.is_empty()).map(str::to_owned),
            section,
            text: composed.text,
            words: composed.words,
            furniture: composed.furniture,
            headings: composed.headings,
        })
        .collect()
}

#[cfg(test)]
mod crafted_tests;
#[cfg(test)]
mod limit_tests;
