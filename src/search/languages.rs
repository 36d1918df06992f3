//! Which languages a report is in, as sets of bits: words share a stem only in the language of the stemmer.
//!
//! French stems bring `relation` and `relative` together, which on an English page are two things; so a word found by
//! its stem counts only in reports that are, in whole or in good part, in that language.

/// Languages told apart; the rarer ones share the last bit and have no stemmer.
pub(super) const MOST_LANGUAGES: usize = 31;

/// A set of languages of one library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LanguageSet(u32);

impl LanguageSet {
    /// All languages, and none in particular.
    pub(super) const ANY: LanguageSet = LanguageSet(u32::MAX);
    /// No language.
    pub(super) const NONE: LanguageSet = LanguageSet(0);

    /// The language with this number.
    pub(super) fn one(number: usize) -> LanguageSet {
        LanguageSet(1 << number.min(MOST_LANGUAGES))
    }

    /// With those of another set.
    pub(super) fn with(self, other: LanguageSet) -> LanguageSet {
        LanguageSet(self.0 | other.0)
    }

    /// Whether the sets share a language.
    pub(super) fn meets(self, other: LanguageSet) -> bool {
        self.0 & other.0 != 0
    }
}
