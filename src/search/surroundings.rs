//! The texts of pages to be shown, with those of the pages before and after over which a phrase on them may run.

use crate::search::SearchError;
use crate::search::passages::PageText;
use crate::store::{Library, Location, OpenedPage, PageList};
use std::ops::RangeInclusive;

/// Pages of one report.
pub(super) struct Surroundings<'a> {
    list: &'a PageList,
    /// 1-based, rising.
    numbers: Vec<u32>,
    opened: Vec<OpenedPage>,
}

impl<'a> Surroundings<'a> {
    /// Reads all pages of these ranges, each once.
    pub(super) fn read(
        library: &Library,
        location: Location,
        list: &'a PageList,
        ranges: impl Iterator<Item = RangeInclusive<u32>>,
    ) -> Result<Surroundings<'a>, SearchError> {
        let mut numbers: Vec<u32> = ranges.flatten().collect();
        // In page order each block of the store is decompressed once.
        numbers.sort_unstable();
        numbers.dedup();
        let opened = library.texts().open_pages(location, &numbers)?;
        Ok(Surroundings { list, numbers, opened })
    }

    /// A page that was read.
    pub(super) fn page(&self, number: u32) -> Option<&OpenedPage> {
        self.numbers.binary_search(&number).ok().and_then(|place| self.opened.get(place))
    }

    /// Those of these pages that were read and have words in the index.
    pub(super) fn texts(&self, pages: impl Iterator<Item = u32>) -> Vec<PageText<'_>> {
        let texts = pages.filter(|number| self.list.is_searchable(*number)).filter_map(|number| self.page(number));
        texts.map(PageText::from).collect()
    }
}
