//! Where the pages of a report begin among the positions of its body: for each page, in LEB128, twice its token count
//! and one more if it is a list of places.
//!
//! A position becomes a page without reading the report's text: that is how postings give evidence.

/// First position of each page and the position after the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageStarts {
    /// `starts[n]` is the first position of page `n + 1`; the last entry ends the last page.
    starts: Vec<u32>,
    /// 1-based pages that only say where other pages are, rising.
    lists_of_places: Vec<u32>,
}

impl PageStarts {
    /// Adds a page of so many positions.
    pub(crate) fn push(&mut self, tokens: u32, is_list_of_places: bool) {
        let end = self.starts.last().copied().unwrap_or(0);
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.starts.push(end.saturating_add(tokens));
        if is_list_of_places {
            self.lists_of_places.push(self.pages());
        }
    }

    /// Whether a 1-based page only says where other pages are.
    pub fn is_list_of_places(&self, page: u32) -> bool {
        self.lists_of_places.binary_search(&page).is_ok()
    }

    /// Pages.
    pub fn pages(&self) -> u32 {
        u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The 1-based page of a position; the last page for positions past the end; 1 if there are no pages.
    pub fn page_of(&self, position: u32) -> u32 {
        let before = self.starts.partition_point(|&start| start <= position);
        u32::try_from(before).unwrap_or(u32::MAX).clamp(1, self.pages().max(1))
    }

    /// Positions on a 1-based page.
    pub fn tokens_on(&self, page: u32) -> u32 {
        let page = page as usize;
        match (page.checked_sub(1).and_then(|before| self.starts.get(before)), self.starts.get(page)) {
            (Some(start), Some(end)) => end - start,
            _ => 0,
        }
    }

    /// The first position of a 1-based page; the report's end for pages it does not have.
    pub fn start_of(&self, page: u32) -> u32 {
        self.end_of(page.saturating_sub(1))
    }

    /// The position after the last one of a 1-based page; the report's end for pages it does not have.
    pub fn end_of(&self, page: u32) -> u32 {
        self.starts.get(page as usize).copied().unwrap_or_else(|| self.tokens())
    }

    /// Positions of the whole report.
    pub fn tokens(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The form kept in the index.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.starts.len() * 2);
        for (page, pair) in (1..).zip(self.starts.windows(2)) {
            let mut count = u64::from(pair[1] - pair[0]) << 1 | u64::from(self.is_list_of_places(page));
            while count >= 0x80 {
                bytes.push((count & 0x7f) as u8 | 0x80);
                count >>= 7;
            }
            bytes.push(count as u8);
        }
        bytes
    }

    /// Reads the form kept in the index; damaged bytes give fewer or wrong pages, never a failure.
    pub fn decode(bytes: &[u8]) -> PageStarts {
        let mut pages = PageStarts::default();
        let mut count = 0u64;
        let mut shift = 0u32;
        for &byte in bytes {
            count |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte & 0x80 == 0 {
                pages.push(u32::try_from(count >> 1).unwrap_or(u32::MAX), count & 1 == 1);
                (count, shift) = (0, 0);
            }
        }
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn positions_fall_on_their_pages() {
        let mut pages = PageStarts::default();
        for tokens in [0, 3, 0, 2] {
            pages.push(tokens, tokens == 2);
        }
        let found: Vec<u32> = (0..6).map(|position| pages.page_of(position)).collect();
        assert_eq!(found, [2, 2, 2, 4, 4, 4]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|page| pages.tokens_on(page)), [0, 0, 3, 0, 2, 0]);
        assert_eq!([1, 2, 3, 4, 5].map(|page| pages.start_of(page)), [0, 0, 3, 3, 5]);
        assert_eq!([1, 2, 3, 4, 5].map(|page| pages.end_of(page)), [0, 3, 3, 5, 5]);
        assert_eq!([1, 2, 3, 4, 5].map(|page| pages.is_list_of_places(page)), [false, false, false, true, false]);
        assert_eq!(PageStarts::default().page_of(9), 1);
    }

    proptest! {
        #[test]
        fn counts_survive(counts in prop::collection::vec((0u32..5_000_000, any::<bool>()), 0..50)) {
            let mut pages = PageStarts::default();
            counts.iter().for_each(|&(count, is_list)| pages.push(count, is_list));
            prop_assert_eq!(PageStarts::decode(&pages.encode()), pages);
        }

        #[test]
        fn any_bytes_decode(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let pages = PageStarts::decode(&bytes);
            prop_assert!(pages.page_of(u32::MAX) >= 1);
        }
    }
}
