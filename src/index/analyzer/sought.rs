//! Which terms are sought, told by first byte and length: nearly all words of a text are turned away by one look.

/// A set of terms that may say yes to others.
#[derive(Debug, Clone)]
pub struct SoughtTerms {
    /// For each first byte the lengths in bytes that occur, one bit a length, the last for all longer.
    lengths: Box<[u64; 256]>,
}

impl Default for SoughtTerms {
    fn default() -> SoughtTerms {
        SoughtTerms { lengths: Box::new([0; 256]) }
    }
}

impl SoughtTerms {
    /// Adds a term; an empty one is never found.
    pub fn add(&mut self, term: &str) {
        if let Some(first) = term.as_bytes().first() {
            self.lengths[usize::from(*first)] |= bit(term.len());
        }
    }

    /// Whether a term that begins so and is so many bytes long may be among them.
    #[inline]
    pub fn may_have(&self, first: u8, length: usize) -> bool {
        self.lengths[usize::from(first)] & bit(length) != 0
    }
}

#[inline]
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::analyzer::{analyze, analyze_sought};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sought_is_found_as_without_seeking(
            text in "([A-Ca-cé1-3]{1,4}[ .,'\\-\n]{1,2}){0,40}",
            sought in prop::collection::btree_set("[a-ce1-3]{1,4}", 0..4),
        ) {
            let mut terms = SoughtTerms::default();
            sought.iter().for_each(|term| terms.add(term));
            let mut expected = Vec::new();
            let end = analyze(&text, &[], 7, &mut |token| {
                if sought.contains(token.term) {
                    expected.push((token.term.to_owned(), token.span, token.position));
                }
            });
            let mut found = Vec::new();
            let end_sought = analyze_sought(&text, &[], 7, &terms, &mut |token| {
                if sought.contains(token.term) {
                    found.push((token.term.to_owned(), token.span, token.position));
                }
            });
            prop_assert_eq!((found, end_sought), (expected, end));
        }
    }
}
