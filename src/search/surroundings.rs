//! The texts of pages to be shown, with those of the pages before and after over which a phrase on them may run.

use crate::search::SearchError;
use crate::search::passages::PageText;
use crate::store::{Library, Location, StoredPage, StoredReport};
use std::ops::RangeInclusive;

/// Pages of one report.
pub(super) struct Surroundings<'a> {
    report: &'a StoredReport,
    /// 1-based, rising.
    numbers: Vec<u32>,
    texts: Vec<StoredPage>,
}

impl<'a> Surroundings<'a> {
    /// Reads all pages of these ranges, each once.
    pub(super) fn read(
        library: &Library,
        location: Location,
        report: &'a StoredReport,
        ranges: impl Iterator<Item = RangeInclusive<u32>>,
    ) -> Result<Surroundings<'a>, SearchError> {
        let mut numbers: Vec<u32> = ranges.flatten().collect();
        // In page order each block of the store is decompressed once.
        numbers.sort_unstable();
        numbers.dedup();
        let texts = library.texts().pages(location, &numbers)?;
        Ok(Surroundings { report, numbers, texts })
    }

    /// A page that was read.
    pub(super) fn page(&self, number: u32) -> Option<&StoredPage> {
        self.numbers.binary_search(&number).ok().and_then(|place| self.texts.get(place))
    }

    /// Those of these pages that were read and have words in the index.
    pub(super) fn texts(&self, pages: impl Iterator<Item = u32>) -> Vec<PageText<'_>> {
        let is_searchable = |number: u32| {
            let summary = number.checked_sub(1).and_then(|index| self.report.pages.get(index as usize));
            summary.is_some_and(|summary| summary.status.is_searchable())
        };
        let texts = pages.filter(|number| is_searchable(*number)).filter_map(|number| self.page(number));
        texts.map(PageText::from).collect()
    }
}
