//! A word as printed, in lower case with its accents: what tells `résumé` from `resume`, which fold alike.

use super::character::{Class, class, is_ignorable};
use super::{MAX_TERM_CHARACTERS, fold::fold};
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The accented form of a printed word that was folded to `term`; `None` if folding only changed its case, width or
/// ligatures, or if `term` is not all of the word.
pub fn accented(printed: &str, term: &str) -> Option<String> {
    if printed.is_ascii() || printed == term {
        return None;
    }
    let is_word = |character| matches!(class(character), Class::Letter | Class::Mark) || is_ignorable(character);
    if !printed.chars().all(is_word) {
        return None;
    }
    let composed: Cow<'_, str> = match is_nfkc_quick(printed.chars()) {
        IsNormalized::Yes if !printed.contains(is_ignorable) => Cow::Borrowed(printed),
        _ => Cow::Owned(printed.chars().filter(|&character| !is_ignorable(character)).nfkc().collect()),
    };
    let lower = composed.to_lowercase();
    if lower == term || lower.chars().count() > MAX_TERM_CHARACTERS {
        return None;
    }
    let mut folded = String::with_capacity(term.len());
    fold(&lower, &mut folded);
    (folded == term).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_kept_and_nothing_else() {
        for (printed, term, expected) in [
            ("Résumé", "resume", Some("résumé")),
            ("Re\u{301}sume\u{301}", "resume", Some("résumé")),
            ("ré\u{AD}sumé", "resume", Some("résumé")),
            ("Straße", "strasse", Some("straße")),
            ("Εισαγωγή", "εισαγωγη", Some("εισαγωγή")),
            ("ﬁnance", "finance", None),
            ("Ｆｕｌｌ", "full", None),
            ("Отчёт", "отчет", Some("отчёт")),
            ("Доклад", "доклад", None),
            ("resume", "resume", None),
            // A part of a longer word is not all of it.
            ("café-bar", "cafebar", None),
            ("targets¹", "targets", None),
        ] {
            assert_eq!(accented(printed, term).as_deref(), expected, "{printed}");
        }
    }
}
