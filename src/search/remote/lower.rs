//! A plan → clauses on reports that Quickwit answers rightly.

use super::Remote;
use crate::index::{folded, section_key};
use crate::quickwit::Clause as Asked;
use crate::search::languages::LanguageSet;
use crate::search::place::Place;
use crate::search::plan::{Clause, Plan, Strictness, Tree};
use crate::search::ranking::SearchedPlace;
use crate::search::scope::Scope;
use crate::search::terms::{Expansion, Way, WeightedTerm};
use crate::search::{Filter, SearchError};

/// Words of an expansion that score, the most frequent; the others only decide.
const SCORED: usize = 16;

/// Matches nothing.
pub(super) const NOTHING: Asked = Asked::Phrase { field: "body", words: Vec::new(), slop: 0 };

impl Remote {
    /// The clause of a plan with filters; `except` names a field whose filters do not count.
    pub(super) fn lowered(
        &self,
        plan: &Plan,
        strictness: Strictness,
        filters: &[Filter],
        except: Option<&str>,
    ) -> Result<Asked, SearchError> {
        let root = match (&plan.root, strictness) {
            (None, _) => Asked::Everything,
            (Some(Tree::And(parts)), Strictness::AtLeast(minimum)) => self.and(plan, parts, Some(minimum))?,
            (Some(root), _) => self.tree(plan, root)?,
        };
        let filters = filtering(filters, except);
        Ok(if filters.is_empty() { root } else { Asked::All(vec![root, Asked::Filter(filters)]) })
    }

    fn tree(&self, plan: &Plan, tree: &Tree) -> Result<Asked, SearchError> {
        Ok(match tree {
            Tree::And(parts) => self.and(plan, parts, None)?,
            Tree::Or(parts) => {
                let clauses = parts.iter().map(|part| self.tree(plan, part)).collect::<Result<_, _>>()?;
                Asked::AtLeast { minimum: 1, clauses }
            }
            Tree::Not(_) => self.and(plan, std::slice::from_ref(tree), None)?,
            Tree::Clause(clause) => plan.clauses.get(*clause).map_or(NOTHING, |clause| self.clause(plan, clause)),
            Tree::Scope(scope) => plan.scopes.get(*scope).map_or(NOTHING, |scope| self.scope(plan, scope)),
            Tree::Language(language) => Asked::Filter(vec![in_language(language)]),
            Tree::Year(first, last) => Asked::Filter(vec![in_years(*first, *last)]),
        })
    }

    /// All parts, or at least `minimum` of those with words.
    fn and(&self, plan: &Plan, parts: &[Tree], minimum: Option<usize>) -> Result<Asked, SearchError> {
        let (mut all, mut counted, mut beside, mut denied) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut scoped = Vec::new();
        for part in parts {
            match part {
                Tree::Not(inner) => denied.push(self.tree(plan, inner)?),
                part if minimum.is_some() && part.has_words() => {
                    let list = if plan.is_counted(parts, part) { &mut counted } else { &mut beside };
                    list.push(self.tree(plan, part)?);
                }
                part => all.push(self.tree(plan, part)?),
            }
            part.scoped_clauses(plan, &mut scoped);
        }
        let own: Vec<usize> = parts.iter().filter_map(Tree::as_scope).collect();
        // One scope alone, without words, asks for no more than its own part does.
        if !own.is_empty() && (!scoped.is_empty() || own.len() > 1) {
            all.push(self.with_allowed_page(plan, &scoped, &own)?);
        }
        if let Some(minimum) = minimum {
            all.push(Asked::AtLeast { minimum, clauses: counted });
        }
        if !denied.is_empty() {
            all.push(Asked::Filter(vec![Asked::Not(denied)]));
        }
        let all = Asked::All(all);
        Ok(if beside.is_empty() { all } else { Asked::Lifted { all: vec![all], by: beside } })
    }

    /// A clause, which counts more in reports that print its accents as typed.
    pub(super) fn clause(&self, plan: &Plan, clause: &Clause) -> Asked {
        let ways: Vec<Asked> = clause.ways.iter().map(|way| self.way(clause, way)).collect();
        let any = Asked::AtLeast { minimum: 1, clauses: ways };
        if clause.accented.is_empty() {
            return any;
        }
        let by = clause.accented.iter().map(|words| self.words(words, &plan.accented)).collect();
        Asked::Lifted { all: vec![any], by }
    }

    fn way(&self, clause: &Clause, way: &Way) -> Asked {
        match way.as_slice() {
            [words] => self.words(words, &clause.places),
            places => {
                let words: Option<Vec<String>> =
                    places.iter().map(|words| words.terms.first().map(|word| word.term.clone())).collect();
                let Some(words) = words else { return NOTHING };
                let in_place = |searched: &SearchedPlace| Asked::Phrase {
                    field: searched.place.name(),
                    words: words.clone(),
                    slop: clause.slop,
                };
                Asked::AtLeast { minimum: 1, clauses: clause.places.iter().map(in_place).collect() }
            }
        }
    }

    /// Any of the words in any of the places, each in the languages in which it stands for what was typed.
    fn words(&self, words: &Expansion, places: &[SearchedPlace]) -> Asked {
        let (scored, others) = words.terms.split_at(SCORED.min(words.terms.len()));
        let mut clauses: Vec<Asked> = scored.iter().map(|word| self.word(word, places)).collect();
        let mut rest: Vec<&WeightedTerm> = others.iter().collect();
        while let Some(first) = rest.first() {
            let languages = first.languages;
            let (same, different): (Vec<_>, Vec<_>) = rest.into_iter().partition(|word| word.languages == languages);
            let terms: Vec<String> = same.into_iter().map(|word| word.term.clone()).collect();
            let in_places = places.iter().flat_map(|searched| fields(searched.place));
            let clauses_of_rest = in_places.map(|field| Asked::AnyTerm { field, words: terms.clone() }).collect();
            let any = Asked::Filter(vec![Asked::AtLeast { minimum: 1, clauses: clauses_of_rest }]);
            clauses.push(self.in_languages(any, languages));
            rest = different;
        }
        if clauses.is_empty() { NOTHING } else { Asked::AtLeast { minimum: 1, clauses } }
    }

    fn word(&self, word: &WeightedTerm, places: &[SearchedPlace]) -> Asked {
        let in_place = |searched: &SearchedPlace| {
            let boost = searched.weight * word.weight;
            fields(searched.place).map(move |field| Asked::Term { field, word: word.term.clone(), boost })
        };
        let clauses = places.iter().flat_map(in_place).collect();
        self.in_languages(Asked::AtLeast { minimum: 1, clauses }, word.languages)
    }

    /// Reports of these languages; those of no language may be in any.
    fn in_languages(&self, clause: Asked, languages: LanguageSet) -> Asked {
        if languages == LanguageSet::ANY {
            return clause;
        }
        let codes = (0..).zip(&self.languages).filter(|(number, _)| LanguageSet::one(*number).meets(languages));
        let known = Asked::AnyTerm { field: "language", words: codes.map(|(_, code)| code.clone()).collect() };
        let unknown = Asked::Not(vec![Asked::Exists { field: "language" }]);
        Asked::All(vec![clause, Asked::Filter(vec![Asked::AtLeast { minimum: 1, clauses: vec![known, unknown] }])])
    }

    fn scope(&self, plan: &Plan, scope: &Scope) -> Asked {
        match scope {
            // `page:5..3` allows no page, so no report has one.
            Scope::Pages(first, last) if first > last => NOTHING,
            Scope::Pages(first, _) => {
                Asked::Filter(vec![Asked::Between { field: "pages", from: Some(i64::from(*first).max(1)), to: None }])
            }
            Scope::Section(places) => {
                Asked::All(places.iter().map(|words| self.words(words, &[plan.section])).collect())
            }
        }
    }
}

/// The fields of a place.
pub(super) fn fields(place: Place) -> impl Iterator<Item = &'static str> {
    // Words that stand for several at one place are beside the running text.
    let whole = (place == Place::Body).then_some("whole");
    std::iter::once(place.name()).chain(whole)
}

/// What the filters of a request leave: any of the values of one field, and so for every field.
pub(super) fn filtering(filters: &[Filter], except: Option<&str>) -> Vec<Asked> {
    let mut names: Vec<&str> = Vec::new();
    for filter in filters {
        if Some(filter.field()) != except && !names.contains(&filter.field()) {
            names.push(filter.field());
        }
    }
    let of_field = |name: &&str| {
        let same = filters.iter().filter(|filter| filter.field() == *name);
        Asked::AtLeast { minimum: 1, clauses: same.map(filter_clause).collect() }
    };
    names.iter().map(of_field).collect()
}

fn filter_clause(filter: &Filter) -> Asked {
    let one = |field, key: String| Asked::AnyTerm { field, words: vec![key] };
    match filter {
        Filter::Section(name) => one("section_key", section_key(name)),
        Filter::Language(language) => in_language(language),
        Filter::Author(author) => one("author_key", folded(author)),
        Filter::Tag(tag) => one("tag_key", folded(tag)),
        Filter::Year(first, last) => in_years(*first, *last),
    }
}

fn in_language(language: &str) -> Asked {
    Asked::AnyTerm { field: "language", words: vec![language.to_ascii_lowercase()] }
}

/// Reports of these years, both ends included; undated ones never.
fn in_years(first: Option<i32>, last: Option<i32>) -> Asked {
    let from = first.map_or(i64::from(i32::MIN), i64::from);
    Asked::Between { field: "year", from: Some(from), to: last.map(i64::from) }
}
