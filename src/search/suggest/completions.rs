//! Words of the index that complete what is being typed, those in most reports first.

use crate::query::{self, Field, Unfinished};
use crate::search::SearchError;
use crate::search::engine::State;
use crate::search::place::Place;
use crate::search::suggest::context::Context;
use crate::search::suggest::typed::{Typed, Way};
use crate::search::suggest::{Suggestion, accents};
use crate::search::terms::{self, Reading};

/// Completes the unfinished word of a query.
pub(super) struct Completions<'a> {
    pub(super) state: &'a State,
    pub(super) context: &'a Context,
    pub(super) unfinished: &'a Unfinished<'a>,
    pub(super) limit: usize,
}

/// A word that is being typed.
pub(in crate::search) struct Completing<'a> {
    /// Where it is looked for.
    pub(in crate::search) place: Place,
    /// It begins so.
    pub(in crate::search) beginning: &'a str,
    /// It follows directly on these, in order; `None` if it may stand anywhere.
    pub(in crate::search) after: Option<terms::Way>,
    /// Whether only what is missing is added to what was typed, so that a word that goes on counts only if it is longer.
    pub(in crate::search) keeps_typed: bool,
    /// Whether the reports that do not have it are counted.
    pub(in crate::search) is_negative: bool,
    /// How many words are wanted.
    pub(in crate::search) limit: usize,
}

impl Completions<'_> {
    /// The completions of the first way that has any.
    pub(super) fn suggestions(&self, q: &str, typed: &Typed) -> Result<Vec<Suggestion>, SearchError> {
        let Some(place) = self.place() else { return Ok(Vec::new()) };
        for way in &typed.ways {
            let found = self.found(place, way)?;
            if !found.is_empty() {
                let suggestions = found.iter().map(|(term, reports)| self.suggestion(q, way, term, *reports));
                return suggestions.filter_map(Result::transpose).collect();
            }
        }
        Ok(Vec::new())
    }

    fn place(&self) -> Option<Place> {
        Some(match self.unfinished.place {
            query::Place::Anywhere => Place::Body,
            query::Place::Field(Field::Title) => Place::Title,
            query::Place::Field(Field::Author) => Place::Author,
            query::Place::Field(Field::Tag) => Place::Tag,
            query::Place::Field(Field::File) => Place::File,
            query::Place::Field(Field::Section) => Place::Section,
            query::Place::Values => return None,
        })
    }

    /// Words with the reports that have them, the most first.
    fn found(&self, place: Place, way: &Way) -> Result<Vec<(String, u64)>, SearchError> {
        // Positions of sections are pages.
        let follows = !way.after.is_empty() && place != Place::Section;
        let exactly = |word: &String| self.state.dictionary.expand(word, Reading::Exact, &[place]);
        let after = follows.then(|| way.after.iter().map(exactly).collect::<Result<_, _>>()).transpose()?;
        let completing = Completing {
            place,
            beginning: &way.beginning,
            after,
            keeps_typed: way.keeps_typed,
            is_negative: self.unfinished.is_negative,
            limit: self.limit,
        };
        self.state.backend.completions(self.context, &completing)
    }

    /// The suggestion of a word; `None` if the query with it finds nothing all the same.
    fn suggestion(&self, q: &str, way: &Way, term: &str, reports: u64) -> Result<Option<Suggestion>, SearchError> {
        let typed = way.span.of(self.unfinished.word);
        let text = match term.strip_prefix(&way.beginning).filter(|_| way.keeps_typed) {
            Some(rest) => format!("{typed}{rest}"),
            None => accents::printed(&self.state.backend, term, reports, typed)?,
        };
        let before = self.unfinished.span.start as usize + way.span.start as usize;
        let before = q.get(..before).unwrap_or("");
        let closing = if self.unfinished.is_quoted { "\"" } else { "" };
        let query = format!("{before}{text}{closing}");
        if self.context.has_scopes() && self.state.count(query::parse(&query, false)?.root.as_ref())? == 0 {
            return Ok(None);
        }
        Ok(Some(Suggestion::Word { text, query, reports }))
    }
}
