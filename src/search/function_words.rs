//! Words that carry grammar, not subject: found like any other, but of little weight in the order of hits.
//!
//! A question's `what` or `which` is rare in reports and would count as telling by frequency alone. Only loose words are
//! affected: a phrase means what it says.

/// How much of its weight a function word keeps.
pub(super) const FUNCTION_WORD_WEIGHT: f32 = 0.2;

/// Folded function words of frequent report languages, sorted. Words that name things in another of these languages
/// (`son`, `die`, `war`, `mine`) are left out.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "after", "al", "all", "also", "am", "an", "and", "any", "anyone", "aos", "are", "as", "at", "au",
    "auf", "aus", "aux", "avec", "be", "because", "been", "before", "bei", "being", "between", "both", "but", "by",
    "can", "ce", "ces", "che", "chi", "como", "con", "could", "cual", "cuales", "da", "dans", "das", "de", "degli",
    "dei", "del", "della", "delle", "dem", "den", "der", "des", "did", "do", "does", "doing", "donde", "done", "dont",
    "dos", "du", "durch", "during", "each", "ein", "eine", "einem", "einen", "einer", "el", "em", "en", "entre", "es",
    "est", "esta", "este", "et", "for", "from", "fuer", "fur", "had", "has", "have", "having", "he", "her", "here",
    "his", "how", "if", "il", "im", "in", "into", "is", "ist", "it", "its", "la", "las", "le", "les", "lo", "los",
    "mais", "may", "me", "might", "mit", "must", "na", "nach", "nas", "nel", "nella", "no", "nor", "nos", "not", "o",
    "oder", "of", "on", "or", "os", "ou", "our", "out", "over", "par", "para", "per", "plus", "por", "pour", "qual",
    "quale", "quali", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "se", "sein", "seine", "shall",
    "she", "should", "si", "sich", "sind", "so", "sobre", "some", "such", "sui", "sulla", "sur", "than", "that", "the",
    "their", "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "um", "uma", "un",
    "una", "und", "une", "uno", "unter", "until", "upon", "us", "very", "vom", "von", "was", "we", "welche", "welcher",
    "welches", "were", "what", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "wie",
    "will", "wird", "with", "within", "without", "would", "y", "you", "your", "zu", "zum", "zur",
];

/// Whether a folded word carries grammar only.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_folded() {
        assert!(FUNCTION_WORDS.windows(2).all(|pair| pair[0] < pair[1]), "sorted");
        assert!(FUNCTION_WORDS.iter().all(|word| crate::index::folded(word) == *word), "folded");
        assert!(is_function_word("what") && is_function_word("quelles") && !is_function_word("water"));
    }
}
