//! A block of pages ↔ two zstd frames: their texts, and the places of their words.
//!
//! The second begins with a directory of lengths, so that one page is decoded without the others' boxes.

use super::frame;
use super::geometry::{self, ColumnBytes, Columns};
use super::record::Damage;
use super::varint::{self, Numbers};
use crate::report::{Page, Quad, Span, WordBox};
use crate::store::{StoredPage, StoredText, quads_of};
use std::ops::Range;

/// A block's entry in the record's table; pairs are compressed and raw lengths in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Pages in the block.
    pub pages: u32,
    /// Their texts.
    pub text: (u32, u32),
    /// Their words' places, furniture and headings.
    pub places: (u32, u32),
}

/// Columns of a page's places: spans with furniture and headings, then counts, lines, gaps, widths.
const COLUMNS: usize = 5;

/// A decompressed block.
#[derive(Debug)]
pub(super) struct Contents {
    /// UTF-8, which is seen to page by page: most of a block is read for nothing but its neighbour.
    text: Vec<u8>,
    places: Vec<u8>,
    pages: Vec<PageRanges>,
}

/// Where a page's parts are in a decompressed block.
#[derive(Debug)]
struct PageRanges {
    text: Range<usize>,
    columns: [Range<usize>; COLUMNS],
}

impl Block {
    /// Codes pages and appends their frames to `out`.
    pub(super) fn encode(pages: &[Page], out: &mut Vec<u8>) -> Block {
        let mut text = String::with_capacity(pages.iter().map(|page| page.text.len()).sum());
        let mut directory = Vec::new();
        let mut columns: [Vec<u8>; COLUMNS] = Default::default();
        for page in pages {
            text.push_str(&page.text);
            varint::put(&mut directory, page.text.len() as u32);
            let Columns { mut spans, counts, lines, gaps, widths } = geometry::encode(&page.text, &page.words);
            geometry::put_spans(&mut spans, &page.text, page.furniture.iter().copied());
            geometry::put_spans(&mut spans, &page.text, page.headings.iter().copied());
            for (column, part) in columns.iter_mut().zip([spans, counts, lines, gaps, widths]) {
                varint::put(&mut directory, part.len() as u32);
                column.extend_from_slice(&part);
            }
        }
        let mut places = directory;
        columns.iter().for_each(|column| places.extend_from_slice(column));
        Block {
            pages: pages.len() as u32,
            text: (frame::compress(text.as_bytes(), out), text.len() as u32),
            places: (frame::compress(&places, out), places.len() as u32),
        }
    }

    /// Decompresses a block from its two frames.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Contents, Damage> {
        let (text, places) =
            bytes.split_at_checked(self.text.0 as usize).ok_or(Damage("a block of pages is cut short"))?;
        let text = frame::decompress(text, self.text.1).ok_or(Damage("a block's texts do not match their checksum"))?;
        let places =
            frame::decompress(places, self.places.1).ok_or(Damage("a block's places do not match their checksum"))?;
        let pages = directory(self.pages, text.len(), &places).ok_or(Damage("a block's directory cannot be read"))?;
        Ok(Contents { text, places, pages })
    }
}

/// Reads the directory; `None` if it does not fill text and places exactly.
fn directory(pages: u32, text_length: usize, places: &[u8]) -> Option<Vec<PageRanges>> {
    let mut numbers = Numbers::new(places);
    let mut ranges = Vec::with_capacity((pages as usize).min(places.len()));
    let mut text = 0usize;
    let mut totals = [0usize; COLUMNS];
    for _ in 0..pages {
        let length = numbers.next_length()?;
        let start = text;
        text = text.checked_add(length)?;
        let mut columns: [Range<usize>; COLUMNS] = Default::default();
        for (column, total) in columns.iter_mut().zip(&mut totals) {
            let start = *total;
            *total = total.checked_add(numbers.next_length()?)?;
            *column = start..*total;
        }
        ranges.push(PageRanges { text: start..text, columns });
    }
    let mut base = places.len() - numbers.rest().len();
    let mut bases = [0; COLUMNS];
    for (column, total) in bases.iter_mut().zip(totals) {
        *column = base;
        base = base.checked_add(total)?;
    }
    if base != places.len() || text != text_length {
        return None;
    }
    for page in &mut ranges {
        for (column, base) in page.columns.iter_mut().zip(bases) {
            *column = column.start + base..column.end + base;
        }
    }
    Some(ranges)
}

impl Contents {
    /// How many pages it holds.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// The page at `index` within the block.
    pub(super) fn page(&self, index: usize) -> Result<StoredPage, Damage> {
        let (ranges, text) = self.ranges(index)?;
        self.decoded_by(geometry::decode, ranges, text).ok_or(Damage("a page's places do not fit its text"))
    }

    /// The page at `index` within the block without the boxes of its words, which are most of the work.
    pub(super) fn text(&self, index: usize) -> Result<StoredText, Damage> {
        let (ranges, text) = self.ranges(index)?;
        let [spans, ..] = &ranges.columns;
        let furniture = self.places.get(spans.clone()).and_then(|spans| {
            let mut spans = Numbers::new(spans);
            geometry::skip_word_spans(&mut spans, text)?;
            geometry::take_spans(&mut spans, text)
        });
        let furniture = furniture.ok_or(Damage("a page's places do not fit its text"))?;
        Ok(StoredText { text: text.to_owned(), furniture })
    }

    /// The boxes of the words of the page at `index` that share a byte with any of `sought` (rising), each once.
    pub(super) fn quads(&self, index: usize, sought: &[Span]) -> Result<Vec<Quad>, Damage> {
        let Some(end) = sought.iter().map(|span| span.end).max() else { return Ok(Vec::new()) };
        let (ranges, text) = self.ranges(index)?;
        let words = |spans: &[u8], columns| geometry::decode_until(text, &mut Numbers::new(spans), columns, end);
        let words = self.columns(ranges).and_then(|(spans, columns)| words(spans, columns));
        let words = words.ok_or(Damage("a page's places do not fit its text"))?;
        Ok(quads_of(&words, sought))
    }

    /// The bytes of a page's spans, and those of its columns.
    fn columns(&self, ranges: &PageRanges) -> Option<(&[u8], ColumnBytes<'_>)> {
        let [spans, counts, lines, gaps, widths] = &ranges.columns;
        let column = |range: &Range<usize>| self.places.get(range.clone());
        let (counts, lines, gaps, widths) = (column(counts)?, column(lines)?, column(gaps)?, column(widths)?);
        Some((column(spans)?, ColumnBytes { counts, lines, gaps, widths }))
    }

    /// Where the parts of a page are, and its text.
    fn ranges(&self, index: usize) -> Result<(&PageRanges, &str), Damage> {
        let ranges = self.pages.get(index).ok_or(Damage("there is no such page in its block"))?;
        let text = self.text.get(ranges.text.clone()).and_then(|text| std::str::from_utf8(text).ok());
        Ok((ranges, text.ok_or(Damage("a page's text is not UTF-8"))?))
    }

    /// The page at `index` without the boxes of its words, of which it is only seen that they can be decoded.
    pub(super) fn page_without_boxes(&self, index: usize) -> Result<StoredPage, Damage> {
        let (ranges, text) = self.ranges(index)?;
        let can_decode = |text: &str, spans: &mut Numbers<'_>, columns: ColumnBytes<'_>| {
            geometry::can_decode(text, spans, columns).map(|()| Vec::new())
        };
        self.decoded_by(can_decode, ranges, text).ok_or(Damage("a page's places do not fit its text"))
    }

    fn decoded_by(
        &self,
        words: impl Fn(&str, &mut Numbers<'_>, ColumnBytes<'_>) -> Option<Vec<WordBox>>,
        ranges: &PageRanges,
        text: &str,
    ) -> Option<StoredPage> {
        let (spans, columns) = self.columns(ranges)?;
        let mut spans = Numbers::new(spans);
        let words = words(text, &mut spans, columns)?;
        let furniture = geometry::take_spans(&mut spans, text)?;
        let headings = geometry::take_spans(&mut spans, text)?;
        Some(StoredPage { text: text.to_owned(), words, furniture, headings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::texts::tests::report;

    #[test]
    fn a_page_that_is_not_utf_8_does_not_harm_its_neighbours() {
        let pages = report("seed", &["first page", "second page", "third page"]).pages;
        let mut frames = Vec::new();
        let mut contents = Block::encode(&pages, &mut frames).decode(&frames).expect("sound");
        contents.text["first page".len()] = 0xff;
        assert_eq!(contents.page(0).expect("sound").text, "first page");
        assert!(contents.page(1).is_err());
        assert_eq!(contents.page(2).expect("sound").text, "third page");
        assert!(contents.page(3).is_err());
    }
}
