//! What a library costs on disk, beside the text in it.

use crate::bench::statistics::ratio;
use crate::report::Report;
use crate::store::{DiskUse, Library, StoreError, TextStore};
use serde::Serialize;

/// Reports looked at to tell texts from word boxes in the store.
const SAMPLED_REPORTS: usize = 200;

/// A library, and what it costs on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LibrarySize {
    /// Whether it was made of another's text.
    pub is_made: bool,
    /// Seconds it took to make.
    pub made_seconds: Option<f64>,
    /// Reports.
    pub reports: u64,
    /// Pages.
    pub pages: u64,
    /// Bytes of text a page has, counted as it came in, or in the reports sampled where it came in earlier.
    pub text_bytes_per_page: f64,
    /// Everything on disk as a share of the text.
    pub disk_bytes_per_text_byte: f64,
    /// Bytes on disk for each page.
    pub disk_bytes_per_page: DiskPerPage,
}

/// Bytes on disk for each page, by part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct DiskPerPage {
    /// All of it.
    pub total: f64,
    /// The text store without word boxes.
    pub text: f64,
    /// Word boxes; told from the texts by the reports sampled.
    pub geometry: f64,
    /// The tantivy index.
    pub index: f64,
    /// The catalogue.
    pub catalogue: f64,
}

impl LibrarySize {
    /// Of a library; `text` is how many bytes of it came in, where that was counted, and `made_seconds` what it took to
    /// make, if it was made of another's text.
    pub fn of(library: &Library, text: Option<u64>, made_seconds: Option<f64>) -> Result<LibrarySize, StoreError> {
        let coverage = library.catalogue().coverage()?;
        let pages: u64 = coverage.pages.values().sum();
        let (sampled_bytes, geometry_share) = sample(library)?;
        let text_bytes = text.map_or(sampled_bytes, |text| text as f64 / pages.max(1) as f64);
        let disk = DiskUse::of(library.directory());
        let per_page = |bytes: f64| bytes / pages.max(1) as f64;
        let geometry = disk.text_store as f64 * geometry_share;
        Ok(LibrarySize {
            is_made: made_seconds.is_some(),
            made_seconds,
            reports: coverage.reports,
            pages,
            text_bytes_per_page: text_bytes,
            disk_bytes_per_text_byte: ratio(per_page(disk.total() as f64), text_bytes),
            disk_bytes_per_page: DiskPerPage {
                total: per_page(disk.total() as f64),
                text: per_page(disk.text_store as f64 - geometry),
                geometry: per_page(geometry),
                index: per_page(disk.index as f64),
                catalogue: per_page(disk.catalogue as f64),
            },
        })
    }
}

/// Bytes of text a page, and the share of the text store that is word boxes, in reports spread evenly over the library.
fn sample(library: &Library) -> Result<(f64, f64), StoreError> {
    let locations = library.catalogue().locations()?;
    let step = locations.len().div_ceil(SAMPLED_REPORTS).max(1);
    let (mut pages, mut text_bytes, mut with_boxes, mut without_boxes) = (0, 0, 0, 0);
    for (_, location) in locations.into_iter().step_by(step) {
        let mut report: Report = library.texts().load(location)?;
        pages += report.pages.len();
        text_bytes += report.pages.iter().map(|page| page.text.len()).sum::<usize>();
        with_boxes += TextStore::encode(&report).len();
        report.pages.iter_mut().for_each(|page| page.words.clear());
        without_boxes += TextStore::encode(&report).len();
    }
    Ok((text_bytes as f64 / pages.max(1) as f64, 1.0 - without_boxes as f64 / with_boxes.max(1) as f64))
}
