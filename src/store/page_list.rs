//! What is known of a report's pages without reading them: which can be found, and what is printed on them as number.

use crate::report::{PageStatus, Span};

/// The pages of a report by 1-based number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageList {
    pages: Vec<(PageStatus, Option<Span>)>,
    /// All labels, one after the other: one allocation, however many pages there are.
    labels: String,
}

impl PageList {
    /// Adds a page; a label beyond 4 GiB of labels is left out.
    pub(super) fn push(&mut self, status: PageStatus, label: Option<&str>) {
        let span = label.and_then(|label| {
            let start = u32::try_from(self.labels.len()).ok()?;
            let end = u32::try_from(self.labels.len() + label.len()).ok()?;
            self.labels.push_str(label);
            Some(Span { start, end })
        });
        self.pages.push((status, span));
    }

    /// Whether there is no page.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Whether the words of a page can be found.
    pub fn is_searchable(&self, number: u32) -> bool {
        self.page(number).is_some_and(|(status, _)| status.is_searchable())
    }

    /// See [`crate::report::Page::label`].
    pub fn label(&self, number: u32) -> Option<&str> {
        self.page(number).and_then(|(_, label)| *label).map(|label| label.of(&self.labels))
    }

    /// The first page whose words can be found; the first of all if there is none.
    pub fn first_searchable(&self) -> u32 {
        let place = self.pages.iter().position(|(status, _)| status.is_searchable()).unwrap_or(0);
        u32::try_from(place).unwrap_or(0).saturating_add(1)
    }

    fn page(&self, number: u32) -> Option<&(PageStatus, Option<Span>)> {
        number.checked_sub(1).and_then(|place| self.pages.get(place as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_number() {
        let mut pages = PageList::default();
        assert_eq!((pages.is_empty(), pages.first_searchable()), (true, 1));
        for (status, label) in [
            (PageStatus::NoText, None),
            (PageStatus::Text, Some("ii")),
            (PageStatus::Ocr, Some("")),
            (PageStatus::Text, Some("1")),
        ] {
            pages.push(status, label);
        }
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|page| pages.label(page)),
            [None, None, Some("ii"), Some(""), Some("1"), None]
        );
        assert_eq!([0, 1, 2, 3, 9].map(|page| pages.is_searchable(page)), [false, false, true, true, false]);
        assert_eq!((pages.is_empty(), pages.first_searchable()), (false, 2));
    }
}
