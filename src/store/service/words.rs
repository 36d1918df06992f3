//! The words of comments: what is indexed of them, and what is looked for in it.
//!
//! SQLite takes texts apart by itself. PostgreSQL would do so by the rules of a language; it is given the words as they are
//! taken apart here, so that both find the same.

use crate::store::StoreError;
use crate::store::service::database::{Transaction, values};

/// Most words and phrases of a search in comments; the rest is left out.
const MOST_SOUGHT: usize = 32;

/// Words to look for in comments: all of them, accents and case aside. Any text is one, and none is part of the
/// engine's own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtWords(Vec<Sought>);

/// Words that stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sought {
    text: String,
    /// Whether the last of them is the beginning of a word.
    is_beginning: bool,
}

impl SoughtWords {
    /// The words of a text: those between quotation marks stand next to each other, one that ends in `*` is the
    /// beginning of a word. `None` if there is no word in it.
    pub fn of(text: &str) -> Option<SoughtWords> {
        let mut sought: Vec<Sought> = Vec::new();
        for (place, part) in text.split('"').enumerate() {
            let is_phrase = place % 2 == 1;
            let pieces = if is_phrase { vec![part] } else { part.split_whitespace().collect() };
            for piece in pieces.into_iter().filter(|piece| piece.contains(char::is_alphanumeric)) {
                let is_beginning = !is_phrase && piece.ends_with('*');
                sought.push(Sought { text: piece.replace('\0', " "), is_beginning });
            }
        }
        sought.truncate(MOST_SOUGHT);
        (!sought.is_empty()).then_some(SoughtWords(sought))
    }

    /// A statement for the numbers of the comments that have them, below `?2`, the youngest first, at most `?3`; and
    /// what its `?1` is.
    pub(super) fn found_in(&self, transaction: &Transaction<'_>) -> (&'static str, String) {
        match transaction {
            Transaction::Sqlite(_) => (
                "SELECT rowid FROM comment_words WHERE comment_words MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3",
                self.in_sqlite(),
            ),
            #[cfg(feature = "cluster")]
            Transaction::Postgres(_) => (
                "SELECT id FROM comment_words WHERE words @@ CAST(CAST(?1 AS text) AS tsquery) AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                shared::sought(&self.0),
            ),
        }
    }

    fn in_sqlite(&self) -> String {
        // Within quotation marks all is text to the engine, and there is none in the pieces.
        let star = |sought: &Sought| if sought.is_beginning { "*" } else { "" };
        let sought: Vec<String> = self.0.iter().map(|sought| format!("\"{}\"{}", sought.text, star(sought))).collect();
        sought.join(" AND ")
    }
}

/// Has a comment found by the words of its text.
pub(super) fn index(transaction: &mut Transaction<'_>, id: i64, text: &str) -> Result<(), StoreError> {
    match transaction {
        Transaction::Sqlite(_) => {
            transaction.execute("INSERT INTO comment_words (rowid, text) VALUES (?1, ?2)", values![id, text])
        }
        #[cfg(feature = "cluster")]
        Transaction::Postgres(_) => {
            let insert = "INSERT INTO comment_words (id, words) VALUES (?1, CAST(CAST(?2 AS text) AS tsvector))";
            transaction.execute(insert, values![id, &shared::indexed(text)])
        }
    }
    .map(drop)
}

/// Has a comment not found any more.
pub(super) fn unindex(transaction: &mut Transaction<'_>, id: i64) -> Result<(), StoreError> {
    let delete = match transaction {
        Transaction::Sqlite(_) => "DELETE FROM comment_words WHERE rowid = ?1",
        #[cfg(feature = "cluster")]
        Transaction::Postgres(_) => "DELETE FROM comment_words WHERE id = ?1",
    };
    transaction.execute(delete, values![id]).map(drop)
}

#[cfg(feature = "cluster")]
mod shared {
    //! Words as PostgreSQL is given them. There is nothing in them but letters, digits and marks.

    use super::Sought;
    use std::fmt::Write;
    use unicode_normalization::UnicodeNormalization;

    /// Characters of a word that count: the engine takes no longer ones.
    const LONGEST: usize = 200;
    /// Places in a text that the engine tells apart.
    const PLACES: usize = 16_383;

    /// The words of a text without accents and capitals.
    fn words(text: &str) -> Vec<String> {
        let is_accent = |c: &char| ('\u{300}'..='\u{36F}').contains(c);
        let plain: String = text.nfd().filter(|c| !is_accent(c)).nfc().flat_map(char::to_lowercase).collect();
        let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(|word| word.chars().take(LONGEST).collect()).collect()
    }

    /// A text to be indexed: each word with its place.
    pub(super) fn indexed(text: &str) -> String {
        let mut indexed = String::new();
        for (place, word) in words(text).iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(indexed, "'{word}':{} ", (place + 1).min(PLACES));
        }
        indexed
    }

    /// What is looked for.
    pub(super) fn sought(sought: &[Sought]) -> String {
        let phrase = |sought: &Sought| {
            let words: Vec<String> = words(&sought.text).iter().map(|word| format!("'{word}'")).collect();
            let star = if sought.is_beginning { ":*" } else { "" };
            (!words.is_empty()).then(|| format!("({}{star})", words.join(" <-> ")))
        };
        let phrases: Vec<String> = sought.iter().filter_map(phrase).collect();
        phrases.join(" & ")
    }
}
