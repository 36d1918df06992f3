//! `page:` and `section:`: on which pages of a report the words around them must be shown.
//!
//! Scopes bear on the words they are joined to by AND, at any depth below: a report matches if at least one of the
//! words stands on a page that is in all scopes around the word, and only such pages are shown for those words. Without
//! words, `section:x` finds reports with a section so called, `page:7` reports that have a page 7, and both together
//! those whose page 7 is in such a section. As an alternative (OR) a scope only says what the report has.

use crate::search::terms::Expansion;
use std::sync::Arc;

/// Which pages.
#[derive(Debug, Clone)]
pub(super) enum Scope {
    /// From and to these 1-based pages.
    Pages(u32, u32),
    /// Those whose section path has a word of each expansion.
    Section(Vec<Arc<Expansion>>),
}

/// The pages of one report that a scope allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AllowedPages {
    /// Both ends included.
    Range(u32, u32),
    /// Rising.
    Listed(Vec<u32>),
}

impl AllowedPages {
    pub(super) fn allows(&self, page: u32) -> bool {
        match self {
            AllowedPages::Range(first, last) => (*first..=*last).contains(&page),
            AllowedPages::Listed(pages) => pages.binary_search(&page).is_ok(),
        }
    }

    /// The pages up to the report's last.
    pub(super) fn pages(&self, last_page: u32) -> Vec<u32> {
        match self {
            AllowedPages::Range(first, last) => ((*first).max(1)..=(*last).min(last_page)).collect(),
            AllowedPages::Listed(pages) => pages.iter().copied().filter(|page| *page <= last_page).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowed_pages_end_with_the_report() {
        let range = AllowedPages::Range(0, u32::MAX);
        assert_eq!(range.pages(3), [1, 2, 3]);
        assert_eq!(AllowedPages::Listed(vec![2, 9]).pages(5), [2]);
        assert!(range.allows(7) && !AllowedPages::Range(3, 5).allows(6));
        assert!(AllowedPages::Listed(vec![2, 9]).allows(9) && !AllowedPages::Listed(vec![2, 9]).allows(3));
    }
}
