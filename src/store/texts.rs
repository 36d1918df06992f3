//! The text store: append-only segments of reports' page texts and word boxes, compressed in blocks of a few pages.
//!
//! Records are written once and never changed, so readers need no lock; a record that the catalogue does not name (left
//! by a crash, or of a report deleted since) is never read.

use super::block::Contents;
use super::record::{self, Damage, HEADER_LENGTH, Layout};
use super::segments::{LocalSegments, Segment, Segments, locked};
use crate::report::{Quad, Report, Span};
use crate::store::{Location, PageList, StoreError, StoredPage, StoredReport, StoredText};
use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Bytes read at first: header, table and head of most reports.
const FIRST_READ: u64 = 8 << 10;
/// Opened records kept; a direct-mapped cache of a few megabytes at most for ordinary reports.
const CACHED_RECORDS: usize = 2048;

/// Page texts and word boxes; can be shared between threads.
#[derive(Debug)]
pub struct TextStore {
    pub(super) segments: Segments,
    records: Mutex<Vec<CachedRecord>>,
    /// Times that a record was not what it was written as.
    damage: AtomicU64,
}

/// A slot of the cache.
type CachedRecord = Option<(Location, Arc<Record>)>;

/// An opened record.
#[derive(Debug)]
struct Record {
    segment: Segment,
    layout: Layout,
    /// Its compressed head, if it came along when the record was opened.
    head: Option<Box<[u8]>>,
    list: OnceLock<Arc<PageList>>,
}

/// A page's text at once, the boxes of its words for those that are shown.
#[derive(Debug, Clone, Default)]
pub struct OpenedPage {
    text: StoredText,
    /// Where the boxes are: a block, and the page's index within it.
    place: Option<(Arc<Contents>, usize)>,
}

impl OpenedPage {
    /// Its text.
    pub fn text(&self) -> &StoredText {
        &self.text
    }
}

impl TextStore {
    /// The store in this directory, which need not exist before the first append.
    pub(super) fn open(directory: &Path) -> TextStore {
        TextStore::of(Segments::Local(LocalSegments::new(directory)))
    }

    pub(super) fn of(segments: Segments) -> TextStore {
        TextStore { segments, records: Mutex::new(vec![None; CACHED_RECORDS]), damage: AtomicU64::new(0) }
    }

    /// Compresses a report into a record; done by the extracting threads.
    pub fn encode(report: &Report) -> Vec<u8> {
        record::encode(report)
    }

    /// The report of a record that may come from anywhere, without the boxes of its words; `None` if it is not whole,
    /// boxes included.
    pub fn decode_without_boxes(record: &[u8]) -> Option<Report> {
        record::decode_without_boxes(record)
    }

    /// Appends an encoded record (writer only); durable after [`TextStore::sync`].
    pub fn append(&self, record: &[u8]) -> Result<Location, StoreError> {
        self.segments.local()?.append(record)
    }

    /// Makes all appended records survive power loss.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.segments.local()?.sync()
    }

    /// See [`LocalSegments::discard_after`].
    pub(super) fn discard_after(&self, end: Option<(u64, u64)>) -> Result<(), StoreError> {
        self.segments.local()?.discard_after(end)
    }

    /// A report without its page texts.
    pub fn report(&self, location: Location) -> Result<Arc<StoredReport>, StoreError> {
        self.whole(location, |record| {
            let head = self.head(record, location)?;
            record.layout.decode_head(&head).map(Arc::new).map_err(|damage| self.damaged(location, damage))
        })
    }

    /// What is known of a report's pages without reading them; kept for as long as its record is.
    pub fn page_list(&self, location: Location) -> Result<Arc<PageList>, StoreError> {
        self.whole(location, |record| {
            if let Some(list) = record.list.get() {
                return Ok(Arc::clone(list));
            }
            let head = self.head(record, location)?;
            let list = record.layout.decode_list(&head).map_err(|damage| self.damaged(location, damage))?;
            Ok(Arc::clone(record.list.get_or_init(|| Arc::new(list))))
        })
    }

    /// The compressed head of a record.
    fn head<'r>(&self, record: &'r Record, location: Location) -> Result<Cow<'r, [u8]>, StoreError> {
        match &record.head {
            Some(head) => Ok(Cow::Borrowed(head)),
            None => self.segments.read(&record.segment, location, record.layout.head_bytes()).map(Cow::Owned),
        }
    }

    /// Pages of a report by 1-based number, in the order asked for; numbers out of range give empty pages.
    pub fn pages(&self, location: Location, numbers: &[u32]) -> Result<Vec<StoredPage>, StoreError> {
        self.each(location, numbers, |contents, index| contents.page(index))
    }

    /// As [`TextStore::page_texts`], with the way to the boxes of their words.
    pub fn open_pages(&self, location: Location, numbers: &[u32]) -> Result<Vec<OpenedPage>, StoreError> {
        self.each(location, numbers, |contents, index| {
            Ok(OpenedPage { text: contents.text(index)?, place: Some((Arc::clone(contents), index)) })
        })
    }

    /// The boxes of the words of a report's page that share a byte with any of `spans` (rising), each once.
    pub fn quads(&self, location: Location, page: &OpenedPage, spans: &[Span]) -> Result<Vec<Quad>, StoreError> {
        let Some((contents, index)) = &page.place else { return Ok(Vec::new()) };
        contents.quads(*index, spans).map_err(|damage| self.damaged(location, damage))
    }

    /// As [`TextStore::pages`], without the places of words: three times as fast.
    pub fn page_texts(&self, location: Location, numbers: &[u32]) -> Result<Vec<StoredText>, StoreError> {
        self.each(location, numbers, |contents, index| contents.text(index))
    }

    /// What `read` gives of each page, in the order asked for.
    fn each<P: Default>(
        &self,
        location: Location,
        numbers: &[u32],
        read: impl Fn(&Arc<Contents>, usize) -> Result<P, Damage>,
    ) -> Result<Vec<P>, StoreError> {
        self.whole(location, |record| {
            let mut pages = Vec::with_capacity(numbers.len());
            let mut open = None;
            for number in numbers {
                let place = number.checked_sub(1).and_then(|index| record.layout.block_of(index));
                let Some((block, within)) = place else {
                    pages.push(P::default());
                    continue;
                };
                let contents = match open.take() {
                    Some((opened, contents)) if opened == block => contents,
                    _ => Arc::new(self.block(record, location, block)?),
                };
                pages.push(read(&contents, within).map_err(|damage| self.damaged(location, damage))?);
                open = Some((block, contents));
            }
            Ok(pages)
        })
    }

    /// A whole report, every byte of its record read and verified; boxes are as exact as they are stored.
    pub fn load(&self, location: Location) -> Result<Report, StoreError> {
        let report = self.report(location)?;
        let pages = self.whole(location, |record| {
            let mut pages = Vec::with_capacity(report.pages.len());
            for block in 0..record.layout.blocks() {
                let contents = self.block(record, location, block)?;
                for index in 0..contents.len() {
                    pages.push(contents.page(index).map_err(|damage| self.damaged(location, damage))?);
                }
            }
            Ok(pages)
        })?;
        if pages.len() != report.pages.len() {
            return Err(self.damaged(location, Damage("head and blocks disagree on the number of pages")));
        }
        Ok(record::whole(Arc::unwrap_or_clone(report), pages))
    }

    /// Reads every byte of a report and holds it against the checksums, without decoding the places of words.
    pub fn check(&self, location: Location) -> Result<Arc<StoredReport>, StoreError> {
        let report = self.report(location)?;
        self.whole(location, |record| {
            (0..record.layout.blocks()).try_for_each(|block| self.block(record, location, block).map(drop))
        })?;
        Ok(report)
    }

    /// Bytes of all segments.
    pub fn size(&self) -> Result<u64, StoreError> {
        self.segments.local()?.size()
    }

    /// The segments on this machine's own disk.
    pub(super) fn local(&self) -> Result<&LocalSegments, StoreError> {
        self.segments.local()
    }

    /// Reads something of a record; once more if it is not whole and what is read again may be.
    fn whole<R>(&self, location: Location, read: impl Fn(&Record) -> Result<R, StoreError>) -> Result<R, StoreError> {
        let once = || self.record(location).and_then(|record| read(&record));
        let done = match once() {
            Err(StoreError::Damaged { .. }) if self.segments.forget(location) => {
                if let Some(slot) = locked(&self.records).get_mut(slot_of(location)) {
                    *slot = None;
                }
                once()
            }
            done => done,
        };
        if matches!(done, Err(StoreError::Damaged { .. })) {
            self.damage.fetch_add(1, Ordering::Relaxed);
        }
        done
    }

    /// How often something of a record was asked for that is damaged or gone, since this was opened.
    pub fn damage_met(&self) -> u64 {
        self.damage.load(Ordering::Relaxed)
    }

    /// Opens a record, or finds it opened.
    fn record(&self, location: Location) -> Result<Arc<Record>, StoreError> {
        let slot = slot_of(location);
        if let Some(Some((cached, record))) = locked(&self.records).get(slot)
            && *cached == location
        {
            return Ok(Arc::clone(record));
        }
        let record = Arc::new(self.open_record(location)?);
        if let Some(entry) = locked(&self.records).get_mut(slot) {
            *entry = Some((location, Arc::clone(&record)));
        }
        Ok(record)
    }

    /// Reads a record's header and table, and keeps its head if it came with them.
    fn open_record(&self, location: Location) -> Result<Record, StoreError> {
        let damaged = |damage| self.damaged(location, damage);
        if location.length < HEADER_LENGTH as u64 {
            return Err(damaged(Damage("no record is as short as that")));
        }
        let segment = self.segments.open(location.segment)?;
        let mut bytes = self.segments.read(&segment, location, 0..FIRST_READ.min(location.length))?;
        let needed = record::layout_length(&bytes).map_err(damaged)?;
        if needed > location.length {
            return Err(damaged(Damage("the block table is longer than the record")));
        }
        if needed > bytes.len() as u64 {
            bytes = self.segments.read(&segment, location, 0..needed)?;
        }
        let layout = Layout::parse(bytes.get(..needed as usize).unwrap_or_default(), location.length);
        let layout = layout.map_err(damaged)?;
        let head = layout.head_bytes();
        let head = bytes.get(head.start as usize..head.end as usize).map(Box::from);
        Ok(Record { segment, layout, head, list: OnceLock::new() })
    }

    /// Reads and decompresses a block.
    fn block(&self, record: &Record, location: Location, block: usize) -> Result<Contents, StoreError> {
        let missing = || self.damaged(location, Damage("there is no such block"));
        let range = record.layout.block_bytes(block).ok_or_else(missing)?;
        let bytes = self.segments.read(&record.segment, location, range)?;
        record.layout.decode_block(block, &bytes).map_err(|damage| self.damaged(location, damage))
    }

    fn damaged(&self, location: Location, damage: Damage) -> StoreError {
        self.segments.damaged(location, damage)
    }
}

/// Where in the cache a record is, if it is there.
fn slot_of(location: Location) -> usize {
    let slot = (location.offset.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize ^ location.segment as usize;
    slot % CACHED_RECORDS
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::{About, OutlineEntry, Page, PageStatus, Quad, Reason, ReportId, Span, Statements, WordBox};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// A report with a page for each text.
    pub(crate) fn report(seed: &str, texts: &[&str]) -> Report {
        let page = |(index, text): (usize, &&str)| Page {
            number: index as u32 + 1,
            label: (index % 3 != 0).then(|| format!("{}", index + 1)),
            width: 595.3,
            height: 841.9,
            status: if text.is_empty() { PageStatus::NoText } else { PageStatus::Text },
            language: (!text.is_empty()).then(|| "en".to_owned()),
            section: Some(format!("Part {} › Findings", index / 10)),
            text: (*text).to_owned(),
            words: words(text),
            furniture: super::super::geometry::word_spans(text).into_iter().take(1).collect(),
            headings: super::super::geometry::word_spans(text).into_iter().skip(1).take(1).collect(),
        };
        Report {
            id: ReportId::of_bytes(seed.as_bytes()),
            size: 12_345,
            about: About { title: seed.to_owned(), authors: vec!["A. Nother".to_owned()], ..About::default() },
            statements: Statements::default(),
            outline: vec![OutlineEntry { title: "Findings".to_owned(), level: 0, page: 1 }],
            pages: texts.iter().enumerate().map(page).collect(),
            partial: Some(Reason::LimitReached),
        }
    }

    fn words(text: &str) -> Vec<WordBox> {
        let place = |(index, span): (usize, Span)| {
            let (x0, y0) = (0.1 + (index % 12) as f32 * 0.06, 0.05 + (index / 12 % 40) as f32 * 0.02);
            WordBox { span, quad: Quad { x0, y0, x1: x0 + 0.05, y1: y0 + 0.012 } }
        };
        super::super::geometry::word_spans(text).into_iter().enumerate().map(place).collect()
    }

    fn assert_near(read: &Report, written: &Report) {
        let mut exact = read.clone();
        for (page, original) in exact.pages.iter_mut().zip(&written.pages) {
            for (word, original) in page.words.iter_mut().zip(&original.words) {
                let off = (word.quad.x0 - original.quad.x0).abs().max((word.quad.y1 - original.quad.y1).abs());
                assert!(off <= 1.0 / 2048.0, "off by {off}");
                word.quad = original.quad;
            }
        }
        assert_eq!(&exact, written);
    }

    #[test]
    fn reports_survive_in_any_number_of_blocks() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = TextStore::open(&directory.path().join("text"));
        let long = "Of the 34 targets, twenty were met by the end of the pro\u{ad}gramme\n".repeat(200);
        let texts: Vec<&str> = (0..30).map(|index| if index % 7 == 3 { "" } else { long.as_str() }).collect();
        let reports = [report("long", &texts), report("empty", &[]), report("blank", &[""]), report("one", &["A b."])];
        let locations: Vec<Location> =
            reports.iter().map(|report| store.append(&TextStore::encode(report)).expect("room")).collect();
        store.sync().expect("a disk");
        // A second store sees what the first wrote.
        let store = TextStore::open(&directory.path().join("text"));
        for (written, location) in reports.iter().zip(&locations) {
            assert_near(&store.load(*location).expect("sound"), written);
            let head = store.report(*location).expect("sound");
            assert_eq!(head.about, written.about);
            assert_eq!(head.pages.len(), written.pages.len());
        }
        let pages = store.pages(locations[0], &[30, 1, 0, 31, 2, u32::MAX]).expect("sound");
        let lengths: Vec<usize> = pages.iter().map(|page| page.text.len()).collect();
        assert_eq!(lengths, [long.len(), long.len(), 0, 0, long.len(), 0]);
        assert_eq!(pages[0].furniture, reports[0].pages[29].furniture);
        let texts = store.page_texts(locations[0], &[30, 1, 0, 31, 2, u32::MAX]).expect("sound");
        let alone = |page: StoredPage| StoredText { text: page.text, furniture: page.furniture };
        let opened = store.open_pages(locations[0], &[30, 1, 0, 31, 2, u32::MAX]).expect("sound");
        for (opened, (page, text)) in opened.iter().zip(pages.iter().zip(&texts)) {
            assert_eq!(opened.text(), text);
            for spans in [&[][..], &[Span { start: 3, end: 20 }, Span { start: 700, end: 701 }]] {
                assert_eq!(store.quads(locations[0], opened, spans).expect("sound"), page.quads(spans));
            }
        }
        assert_eq!(texts, pages.into_iter().map(alone).collect::<Vec<_>>());
        let list = store.page_list(locations[0]).expect("sound");
        for (number, page) in (1..).zip(&reports[0].pages) {
            assert_eq!(
                (list.label(number), list.is_searchable(number)),
                (page.label.as_deref(), page.status.is_searchable())
            );
        }
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = TextStore::open(directory.path());
        let nowhere = Location { segment: 1, offset: 0, length: 100 };
        assert!(matches!(store.report(nowhere), Err(StoreError::Damaged { .. })));
        let location = store.append(&TextStore::encode(&report("r", &["some words"]))).expect("room");
        for wrong in [
            Location { length: location.length + 1, ..location },
            Location { length: u64::MAX, ..location },
            Location { length: 10, ..location },
            Location { offset: 1, ..location },
            Location { offset: u64::MAX - 5, ..location },
        ] {
            assert!(matches!(store.load(wrong), Err(StoreError::Damaged { .. })), "{wrong:?}");
        }
    }

    static RECORD: LazyLock<(Report, Vec<u8>)> = LazyLock::new(|| {
        let long = "Lessons from the evaluation of water and sanitation programmes\n".repeat(150);
        let report = report("damaged", &[&long, "", &long, &long, &long, "the end"]);
        let record = TextStore::encode(&report);
        (report, record)
    });

    proptest! {
        #[test]
        fn damage_is_an_error_or_harmless(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let (report, record) = &*RECORD;
            let mut damaged = record.clone();
            for (at, byte) in changes {
                let at = at.index(damaged.len());
                damaged[at] = byte;
            }
            if let Some(cut) = cut {
                damaged.truncate(cut.index(damaged.len()));
            }
            let directory = tempfile::tempdir().expect("a directory");
            let store = TextStore::open(directory.path());
            let location = store.append(&damaged).expect("room");
            match store.load(Location { length: record.len() as u64, ..location }) {
                Ok(read) => prop_assert_eq!(read.about, report.about.clone()),
                Err(StoreError::Damaged { .. }) => {}
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
