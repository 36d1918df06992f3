//! A report ↔ one self-contained record: a checksummed header and block table, the head, then blocks of pages.
//!
//! ```text
//! offset  bytes
//! 0       4      "RTXR"
//! 4       4      format version
//! 8       8      length of the whole record
//! 16      16     report id
//! 32      4, 4   head: compressed, raw length
//! 40      4, 4   blocks, pages
//! 48      16     first half of the BLAKE3 hash of bytes 0..48 and the block table
//! 64      20 × blocks: pages, text compressed and raw, places compressed and raw length
//!         head (zstd), then for each block its text (zstd) and its places (zstd)
//! ```
//!
//! Numbers are little-endian. Header and table are covered by their hash, everything else by zstd's frame checksums, so
//! damage anywhere is noticed by the reader that meets it.

use super::{frame, head};
use crate::report::{Page, Report, ReportId};
use crate::store::block::{Block, Contents};
use crate::store::{PageList, StoredPage, StoredReport};
use std::ops::Range;

/// First bytes of a record.
pub(super) const MAGIC: [u8; 4] = *b"RTXR";
/// Raised whenever the bytes of a record change their meaning.
const VERSION: u32 = 3;
/// Versions 1 and 2 differ only in heads that end earlier, which their reader sees for itself.
const OLDEST_VERSION: u32 = 1;
/// Bytes before the block table.
pub(super) const HEADER_LENGTH: usize = 64;
/// Bytes of a block's entry in the table.
const ENTRY_LENGTH: usize = 20;
/// Bytes of header that the hash covers, and where it stands.
const HASHED: usize = 48;
/// A block is closed when its text has reached this many bytes: larger ones compress better, smaller ones are read
/// faster.
const BLOCK_TEXT: usize = 32 << 10;

/// What does not fit in a record's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damage(pub &'static str);

/// Where the parts of a record are, from its header and table.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The report.
    pub id: ReportId,
    /// The head's bytes within the record, and its raw length.
    head: (Range<u64>, u32),
    blocks: Vec<BlockPlace>,
}

/// One block's place and pages.
#[derive(Debug, Clone)]
struct BlockPlace {
    /// Index of its first page.
    first_page: u32,
    /// Its bytes within the record: text, then places.
    bytes: Range<u64>,
    block: Block,
}

/// Writes a report's record.
pub(super) fn encode(report: &Report) -> Vec<u8> {
    let mut blocks = Vec::new();
    let mut body = Vec::new();
    let mut rest = report.pages.as_slice();
    while !rest.is_empty() {
        let (pages, after) = rest.split_at(block_length(rest));
        blocks.push(Block::encode(pages, &mut body));
        rest = after;
    }
    let raw_head = head::encode(report);
    let mut head_frame = Vec::new();
    let head_length = frame::compress(&raw_head, &mut head_frame);
    let length = HEADER_LENGTH + blocks.len() * ENTRY_LENGTH + head_frame.len() + body.len();

    let mut record = Vec::with_capacity(length);
    record.extend_from_slice(&MAGIC);
    record.extend_from_slice(&VERSION.to_le_bytes());
    record.extend_from_slice(&(length as u64).to_le_bytes());
    record.extend_from_slice(&report.id.0);
    for number in [head_length, raw_head.len() as u32, blocks.len() as u32, report.pages.len() as u32] {
        record.extend_from_slice(&number.to_le_bytes());
    }
    record.extend_from_slice(&[0; HEADER_LENGTH - HASHED]);
    for block in &blocks {
        for number in [block.pages, block.text.0, block.text.1, block.places.0, block.places.1] {
            record.extend_from_slice(&number.to_le_bytes());
        }
    }
    let hash = hash_of(&record);
    record[HASHED..HEADER_LENGTH].copy_from_slice(&hash);
    record.extend_from_slice(&head_frame);
    record.extend_from_slice(&body);
    record
}

/// How many of these pages make the next block; at least one.
fn block_length(pages: &[Page]) -> usize {
    let mut text = 0;
    let until = pages.iter().position(|page| {
        text += page.text.len();
        text >= BLOCK_TEXT
    });
    until.map_or(pages.len(), |last| last + 1)
}

/// The hash over the header and a whole table.
fn hash_of(header_and_table: &[u8]) -> [u8; HEADER_LENGTH - HASHED] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&header_and_table[..HASHED]);
    hasher.update(&header_and_table[HEADER_LENGTH..]);
    let mut half = [0; HEADER_LENGTH - HASHED];
    half.copy_from_slice(&hasher.finalize().as_bytes()[..HEADER_LENGTH - HASHED]);
    half
}

/// The little-endian number at `at`.
fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// How many bytes header and table take, from the header alone.
pub(super) fn layout_length(header: &[u8]) -> Result<u64, Damage> {
    if header.get(..4) != Some(&MAGIC) {
        return Err(Damage("no record begins here"));
    }
    if !number_at(header, 4).is_some_and(|version| (OLDEST_VERSION..=VERSION).contains(&version)) {
        return Err(Damage("the record is of an unknown version"));
    }
    let blocks = number_at(header, 40).ok_or(Damage("the header is cut short"))?;
    Ok(HEADER_LENGTH as u64 + u64::from(blocks) * ENTRY_LENGTH as u64)
}

/// The length of the record whose header this is, for walking a segment without the catalogue; not yet verified.
pub(super) fn record_length(header: &[u8]) -> Result<u64, Damage> {
    layout_length(header)?;
    let bytes = header.get(8..16).and_then(|bytes| bytes.try_into().ok()).ok_or(Damage("the header is cut short"))?;
    Ok(u64::from_le_bytes(bytes))
}

impl Layout {
    /// Reads header and table (exactly [`layout_length`] bytes) of a record of `length` bytes.
    pub(super) fn parse(bytes: &[u8], length: u64) -> Result<Layout, Damage> {
        if layout_length(bytes)? != bytes.len() as u64 {
            return Err(Damage("the block table is cut short"));
        }
        if bytes.get(HASHED..HEADER_LENGTH) != Some(&hash_of(bytes)) {
            return Err(Damage("the header does not match its checksum"));
        }
        if record_length(bytes)? != length {
            return Err(Damage("the record is not as long as the catalogue says"));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[16..32]);
        let number = |at| number_at(bytes, at).ok_or(Damage("the header is cut short"));
        let head_start = bytes.len() as u64;
        let mut at = head_start + u64::from(number(32)?);
        let head = (head_start..at, number(36)?);
        let mut first_page = 0u32;
        let mut blocks = Vec::new();
        for entry in bytes[HEADER_LENGTH..].chunks_exact(ENTRY_LENGTH) {
            let number = |at| number_at(entry, at).ok_or(Damage("the block table is cut short"));
            let block = Block { pages: number(0)?, text: (number(4)?, number(8)?), places: (number(12)?, number(16)?) };
            let end = at + u64::from(block.text.0) + u64::from(block.places.0);
            let pages = block.pages;
            blocks.push(BlockPlace { first_page, bytes: at..end, block });
            first_page = first_page.checked_add(pages).ok_or(Damage("the block table holds too many pages"))?;
            at = end;
        }
        if at != length || first_page != number(44)? {
            return Err(Damage("the block table does not fit the record"));
        }
        Ok(Layout { id: ReportId(id), head, blocks })
    }

    /// Where the head's bytes are.
    pub(super) fn head_bytes(&self) -> Range<u64> {
        self.head.0.clone()
    }

    /// Decodes the head.
    pub(super) fn decode_head(&self, bytes: &[u8]) -> Result<StoredReport, Damage> {
        let raw = frame::decompress(bytes, self.head.1).ok_or(Damage("a record's head does not match its checksum"))?;
        head::decode(self.id, &raw).ok_or(Damage("a record's head cannot be read"))
    }

    /// Decodes of the head what is known of the pages.
    pub(super) fn decode_list(&self, bytes: &[u8]) -> Result<PageList, Damage> {
        let raw = frame::decompress(bytes, self.head.1).ok_or(Damage("a record's head does not match its checksum"))?;
        head::decode_list(&raw).ok_or(Damage("a record's head cannot be read"))
    }

    /// The number of blocks.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The block that holds the page with this index (from 0), and the page's index within it.
    pub(super) fn block_of(&self, page: u32) -> Option<(usize, usize)> {
        let block = self.blocks.partition_point(|place| place.first_page <= page).checked_sub(1)?;
        let place = self.blocks.get(block)?;
        let within = page - place.first_page;
        (within < place.block.pages).then_some((block, within as usize))
    }

    /// Where a block's bytes are.
    pub(super) fn block_bytes(&self, block: usize) -> Option<Range<u64>> {
        self.blocks.get(block).map(|place| place.bytes.clone())
    }

    /// Decompresses a block.
    pub(super) fn decode_block(&self, block: usize, bytes: &[u8]) -> Result<Contents, Damage> {
        self.blocks.get(block).ok_or(Damage("there is no such block"))?.block.decode(bytes)
    }
}

/// A whole record → its report without the boxes of its words, every byte verified; `None` if anything is amiss.
pub(super) fn decode_without_boxes(record: &[u8]) -> Option<Report> {
    let table = usize::try_from(layout_length(record.get(..HEADER_LENGTH)?).ok()?).ok()?;
    let layout = Layout::parse(record.get(..table)?, record.len() as u64).ok()?;
    let part = |bytes: Range<u64>| record.get(usize::try_from(bytes.start).ok()?..usize::try_from(bytes.end).ok()?);
    let report = layout.decode_head(part(layout.head_bytes())?).ok()?;
    let mut pages = Vec::with_capacity(report.pages.len());
    for block in 0..layout.blocks() {
        let contents = layout.decode_block(block, part(layout.block_bytes(block)?)?).ok()?;
        for index in 0..contents.len() {
            pages.push(contents.page_without_boxes(index).ok()?);
        }
    }
    (pages.len() == report.pages.len()).then(|| whole(report, pages))
}

/// Puts a whole report together again from its head and pages; boxes are as exact as they are stored.
pub(super) fn whole(report: StoredReport, pages: Vec<StoredPage>) -> Report {
    let pages = report
        .pages
        .into_iter()
        .zip(pages)
        .zip(1..)
        .map(|((summary, page), number)| Page {
            number,
            label: summary.label,
            width: summary.width,
            height: summary.height,
            status: summary.status,
            language: summary.language,
            section: summary.section,
            text: page.text,
            words: page.words,
            furniture: page.furniture,
            headings: page.headings,
        })
        .collect();
    Report {
        id: report.id,
        size: report.size,
        about: report.about,
        statements: report.statements,
        outline: report.outline,
        pages,
        partial: report.partial,
    }
}
