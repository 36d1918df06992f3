//! How well the right page is found: the measure of a search whose answers are pages.

use crate::bench::scores::{as_f64, mean};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Hits that people look through.
const HITS: usize = 10;
/// Pages of a hit that they look at.
pub(super) const PAGES: usize = 3;

/// The pages that answer a question, by document.
pub type RightPages = BTreeMap<String, BTreeSet<u32>>;

/// What a search showed for a question, held against its right pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PageAnswer {
    /// Whether the first page of the first hit is right.
    pub is_first_right: bool,
    /// 1-based place of the first right page when the pages of the first ten hits are read in order, at most three a
    /// hit; `None` if none of them is right.
    pub rank: Option<usize>,
    /// Whether a right page is among the first three of its report, wherever that ranks.
    pub is_within_report: bool,
}

/// [`PageAnswer`]s over several questions; each within 0..=1, higher is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PageScores {
    /// Questions whose right pages are known.
    pub questions: usize,
    /// Share whose first hit's first page is right.
    pub first_page: f64,
    /// Mean of 1 ÷ [`PageAnswer::rank`], 0 without one.
    pub mrr: f64,
    /// Share with a right page among the first three of its report.
    pub within_report: f64,
}

impl PageAnswer {
    /// `shown` are the documents with their pages, both best first.
    pub fn of(shown: &[(String, Vec<u32>)], right: &RightPages) -> PageAnswer {
        let is_right = |document: &str, page: u32| right.get(document).is_some_and(|pages| pages.contains(&page));
        let first_pages = |(document, pages): &'_ (String, Vec<u32>)| -> Vec<bool> {
            pages.iter().take(PAGES).map(|page| is_right(document, *page)).collect()
        };
        let read: Vec<bool> = shown.iter().take(HITS).flat_map(first_pages).collect();
        PageAnswer {
            is_first_right: shown.first().map(first_pages).and_then(|pages| pages.first().copied()).unwrap_or(false),
            rank: read.iter().position(|is_right| *is_right).map(|place| place + 1),
            is_within_report: shown.iter().flat_map(first_pages).any(|is_right| is_right),
        }
    }
}

impl PageScores {
    /// The means.
    pub fn mean(of: &[PageAnswer]) -> PageScores {
        let share = |is_so: fn(&PageAnswer) -> bool| mean(of.iter().map(|answer| f64::from(u8::from(is_so(answer)))));
        PageScores {
            questions: of.len(),
            first_page: share(|answer| answer.is_first_right),
            mrr: mean(of.iter().map(|answer| answer.rank.map_or(0.0, |rank| 1.0 / as_f64(rank)))),
            within_report: share(|answer| answer.is_within_report),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(shown: &[(&str, &[u32])], right: &[(&str, &[u32])]) -> PageAnswer {
        let shown: Vec<_> = shown.iter().map(|(document, pages)| ((*document).to_owned(), pages.to_vec())).collect();
        let right: RightPages =
            right.iter().map(|(document, pages)| ((*document).to_owned(), pages.iter().copied().collect())).collect();
        PageAnswer::of(&shown, &right)
    }

    #[test]
    fn pages_are_read_in_the_order_they_are_shown() {
        let found = |is_first_right, rank, is_within_report| PageAnswer { is_first_right, rank, is_within_report };
        let right: &[(&str, &[u32])] = &[("a", &[7, 8])];
        assert_eq!(answer(&[("a", &[8, 1])], right), found(true, Some(1), true));
        assert_eq!(answer(&[("b", &[7]), ("a", &[1, 7])], right), found(false, Some(3), true));
        assert_eq!(answer(&[("a", &[1, 2, 3, 7])], right), found(false, None, false), "a fourth page is not read");
        assert_eq!(answer(&[("b", &[7])], right), found(false, None, false), "the page of another report");
        assert_eq!(answer(&[], right), found(false, None, false));
        let mut deep: Vec<(&str, &[u32])> = vec![("b", &[1]); HITS];
        deep.push(("a", &[7]));
        assert_eq!(answer(&deep, right), found(false, None, true), "the eleventh report");
    }

    #[test]
    fn means_are_over_questions() {
        let answers = [
            PageAnswer { is_first_right: true, rank: Some(1), is_within_report: true },
            PageAnswer { is_first_right: false, rank: Some(4), is_within_report: true },
            PageAnswer { is_first_right: false, rank: None, is_within_report: true },
            PageAnswer::default(),
        ];
        let expected = PageScores { questions: 4, first_page: 0.25, mrr: 0.3125, within_report: 0.75 };
        assert_eq!(PageScores::mean(&answers), expected);
        assert_eq!(PageScores::mean(&[]), PageScores::default());
    }
}
