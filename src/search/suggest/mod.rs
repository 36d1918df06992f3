//! Suggestions while a query is being typed: completions of its last word, then titles.
//!
//! A completion is a word of the index that occurs, in the reports the rest of the query finds, so that no suggestion
//! leads to nothing. Words are completed as printed, never as stems.

mod accents;
mod completions;
mod context;
mod titles;
mod typed;

use crate::query;
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::engine::{Engine, State};
pub(super) use completions::Completing;
use completions::Completions;
pub(super) use context::Context;
use serde::Serialize;
pub(super) use titles::TitleWords;
use typed::Typed;

/// Suggestions for a query typed so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suggestions {
    /// As typed.
    pub q: String,
    /// Words first, then titles.
    pub suggestions: Vec<Suggestion>,
}

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Suggestion {
    /// The last word completed.
    Word {
        /// The word.
        text: String,
        /// The whole query with it.
        query: String,
        /// Reports that have it and match the rest of the query.
        reports: u64,
    },
    /// A report whose title has the words.
    Title {
        /// Its title.
        text: String,
        /// Its identity.
        id: ReportId,
        /// Its landing page, relative to the site's base path.
        url: String,
    },
}

impl Engine {
    /// Suggests how to go on from what was typed so far, at most `limit` ways; nothing for nothing.
    pub fn suggest(&self, q: &str, limit: usize) -> Result<Suggestions, SearchError> {
        let mut suggestions = Suggestions { q: q.to_owned(), suggestions: Vec::new() };
        let unfinished = query::unfinished(q);
        let rest = query::parse(&unfinished.rest, false)?.root;
        query::parse(q, false)?;
        let Some(state) = self.state() else { return Ok(suggestions) };
        let context = Context::new(&state, if unfinished.is_alternative { None } else { rest.as_ref() })?;
        let typed = Typed::new(&unfinished);
        let titles = match titles::words(q, &unfinished, rest.as_ref()) {
            Some(words) => self.titles(&state, &words, &context, limit)?,
            None => Vec::new(),
        };
        // Titles get a third of the room, and what words leave.
        let room = limit - titles.len().min(limit / 3);
        let words = Completions { state: &state, context: &context, unfinished: &unfinished, limit: room };
        suggestions.suggestions = words.suggestions(q, &typed)?;
        let left = limit.saturating_sub(suggestions.suggestions.len());
        suggestions.suggestions.extend(titles.into_iter().take(left));
        Ok(suggestions)
    }

    /// Titles as the catalogue has them.
    fn titles(
        &self,
        state: &State,
        words: &TitleWords,
        context: &Context,
        limit: usize,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let ids = state.backend.titled(context, words, limit)?;
        let rows = self.library().catalogue().reports_of(&ids)?;
        let title = |row: crate::store::ReportRow| Suggestion::Title {
            url: format!("/reports/{}", row.id),
            text: row.title,
            id: row.id,
        };
        Ok(rows.into_iter().flatten().map(title).collect())
    }
}
