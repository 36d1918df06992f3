//! The accented forms of words, which the index does not know by their folded form: a walk over their dictionary that
//! folds as it goes finds them without a table.

use super::Embedded;
use crate::index::analyzer::fold;
use std::collections::BTreeMap;
use tantivy_fst::Automaton;

impl Embedded {
    /// The words with their accents that fold to this one, with the reports that have them, deleted ones included.
    pub(in crate::search) fn accented(&self, folded: &str) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut forms: BTreeMap<String, u64> = BTreeMap::new();
        for reader in self.commit.segments() {
            let index = reader.inverted_index(self.commit.snapshot.fields.accented)?;
            let mut stream = index.terms().search(FoldsTo { folded }).into_stream()?;
            while stream.advance() {
                if let Ok(form) = std::str::from_utf8(stream.key()) {
                    *forms.entry(form.to_owned()).or_insert(0) += u64::from(stream.value().doc_freq);
                }
            }
        }
        Ok(forms)
    }
}

/// Accepts the words whose folded form this is.
pub(in crate::search) struct FoldsTo<'w> {
    pub(in crate::search) folded: &'w str,
}

/// How far a walk has come.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Walk {
    /// Bytes of the folded word met; `None` once it cannot be met any more.
    met: Option<usize>,
    /// The first bytes of a character.
    partial: [u8; 4],
    length: usize,
}

impl Automaton for FoldsTo<'_> {
    type State = Walk;

    fn start(&self) -> Walk {
        Walk { met: Some(0), partial: [0; 4], length: 0 }
    }

    fn is_match(&self, walk: &Walk) -> bool {
        walk.length == 0 && walk.met == Some(self.folded.len())
    }

    fn can_match(&self, walk: &Walk) -> bool {
        walk.met.is_some()
    }

    fn accept(&self, walk: &Walk, byte: u8) -> Walk {
        const LOST: Walk = Walk { met: None, partial: [0; 4], length: 0 };
        let Walk { met: Some(met), mut partial, length } = *walk else { return LOST };
        let Some(place) = partial.get_mut(length) else { return LOST };
        *place = byte;
        let length = length + 1;
        match std::str::from_utf8(&partial[..length]) {
            Ok(character) => {
                let mut folded = String::new();
                fold(character, &mut folded);
                let rest = self.folded.get(met..).unwrap_or("");
                let met = rest.starts_with(&folded).then(|| met + folded.len());
                Walk { met, partial: [0; 4], length: 0 }
            }
            Err(error) if error.error_len().is_none() => Walk { met: Some(met), partial, length },
            Err(_) => LOST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_accepts_what_folds_to_the_word() {
        for (form, folded, expected) in [
            ("résumé", "resume", true),
            ("resume", "resume", true),
            ("straße", "strasse", true),
            ("résum", "resume", false),
            ("résumés", "resume", false),
            ("отчёт", "отчет", true),
            ("", "", true),
        ] {
            let automaton = FoldsTo { folded };
            let walk = form.bytes().fold(automaton.start(), |walk, byte| automaton.accept(&walk, byte));
            assert_eq!(automaton.is_match(&walk), expected, "{form}");
        }
    }
}
