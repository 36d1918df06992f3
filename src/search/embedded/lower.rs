//! A plan → the engine's query: its own boolean query over Recto's clauses.

use super::commit::Commit;
use super::filters::{everything, language_filter, pages_filter, year_filter};
use super::phrase::{PhraseQuery, Phrases};
use super::scope::{ScopedClause, ScopedQuery};
use super::union::UnionQuery;
use crate::search::plan::{Clause, Plan, Strictness, Tree};
use crate::search::ranking::SearchedPlace;
use crate::search::scope::Scope;
use crate::search::terms::Expansion;
use std::sync::Arc;
use tantivy::query::{BooleanQuery, DisjunctionMaxQuery, Occur, Query};

/// Makes queries on a commit of a plan.
#[derive(Clone, Copy)]
pub(super) struct Lowering<'a> {
    pub(super) commit: &'a Arc<Commit>,
    pub(super) plan: &'a Plan,
}

impl Lowering<'_> {
    /// The engine's query.
    pub(super) fn query(self, strictness: Strictness, filters: Vec<Box<dyn Query>>) -> Box<dyn Query> {
        let root = match (&self.plan.root, strictness) {
            (None, _) => everything(),
            (Some(Tree::And(parts)), Strictness::AtLeast(minimum)) => self.and(parts, Some(minimum)),
            (Some(root), _) => self.lower(root),
        };
        if filters.is_empty() {
            return root;
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, root)];
        clauses.extend(filters.into_iter().map(|filter| (Occur::Must, filter)));
        Box::new(BooleanQuery::new(clauses))
    }

    fn lower(self, tree: &Tree) -> Box<dyn Query> {
        match tree {
            Tree::And(parts) => self.and(parts, None),
            Tree::Or(parts) => {
                Box::new(BooleanQuery::new(parts.iter().map(|part| (Occur::Should, self.lower(part))).collect()))
            }
            Tree::Not(_) => self.and(std::slice::from_ref(tree), None),
            Tree::Clause(clause) => self.clause(*clause),
            Tree::Scope(scope) => self.plan.scopes.get(*scope).map_or_else(everything, |scope| self.scope(scope)),
            Tree::Language(language) => language_filter(&self.commit.snapshot.fields, language),
            Tree::Year(first, last) => year_filter(*first, *last),
        }
    }

    /// All parts, or at least `minimum` of those with words.
    fn and(self, parts: &[Tree], minimum: Option<usize>) -> Box<dyn Query> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut beside: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut scoped = Vec::new();
        for part in parts {
            match part {
                Tree::Not(inner) => clauses.push((Occur::MustNot, self.lower(inner))),
                part if minimum.is_some() && part.has_words() => {
                    let counted = if self.plan.is_counted(parts, part) { &mut clauses } else { &mut beside };
                    counted.push((Occur::Should, self.lower(part)));
                }
                part => clauses.push((Occur::Must, self.lower(part))),
            }
            part.scoped_clauses(self.plan, &mut scoped);
        }
        let own: Vec<usize> = parts.iter().filter_map(Tree::as_scope).collect();
        // One scope alone, without words, asks for no more than its own part does.
        if !own.is_empty() && (!scoped.is_empty() || own.len() > 1) {
            let scoped = scoped.iter().filter_map(|clause| self.plan.clauses.get(*clause));
            let scoped = scoped.map(|clause| ScopedClause {
                ways: clause.ways.clone(),
                slop: clause.slop,
                scopes: clause.scopes.clone(),
            });
            let (commit, clauses_of_scopes) = (Arc::clone(self.commit), scoped.collect());
            let query = ScopedQuery { commit, clauses: clauses_of_scopes, own, scopes: self.plan.scopes.clone() };
            clauses.push((Occur::Must, Box::new(query)));
        }
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push((Occur::Must, everything()));
        }
        match minimum {
            Some(minimum) => {
                let required: Box<dyn Query> = Box::new(BooleanQuery::with_minimum_required_clauses(clauses, minimum));
                beside.push((Occur::Must, required));
                Box::new(BooleanQuery::new(beside))
            }
            None => Box::new(BooleanQuery::new(clauses)),
        }
    }

    /// The best of the ways to print a clause, each in any of its places.
    fn any_way(self, place: usize, clause: &Clause) -> Box<dyn Query> {
        let before = self.plan.clauses.iter().take(place).flat_map(Clause::phrases).count();
        let mut phrases = (before..).map(|index| self.phrase(index));
        let mut ways: Vec<Box<dyn Query>> = Vec::with_capacity(clause.ways.len());
        for way in &clause.ways {
            if let [words] = way.as_slice() {
                ways.push(Box::new(self.union(words, &clause.places, clause.idf)));
            } else if let Some(phrase) = phrases.next() {
                ways.push(Box::new(phrase));
            }
        }
        match ways.pop() {
            Some(only) if ways.is_empty() => only,
            Some(last) => {
                ways.push(last);
                Box::new(DisjunctionMaxQuery::new(ways))
            }
            None => everything(),
        }
    }

    /// A clause, which counts more in reports that print its accents as typed.
    pub(super) fn clause(self, place: usize) -> Box<dyn Query> {
        let Some(clause) = self.plan.clauses.get(place) else { return everything() };
        if clause.accented.is_empty() {
            return self.any_way(place, clause);
        }
        let mut parts = vec![(Occur::Must, self.any_way(place, clause))];
        for words in &clause.accented {
            let query = self.union(words, &self.plan.accented, clause.idf);
            parts.push((Occur::Should, Box::new(query)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// The scopes that add to a score: sections asked for by name, outside of what is denied.
    pub(super) fn scoring_scopes(self) -> Vec<Box<dyn Query>> {
        let mut scopes = Vec::new();
        if let Some(root) = &self.plan.root {
            root.scopes(&mut scopes);
        }
        let scopes = scopes.into_iter().filter_map(|scope| self.plan.scopes.get(scope));
        scopes.map(|scope| self.scope(scope)).collect()
    }

    fn scope(self, scope: &Scope) -> Box<dyn Query> {
        match scope {
            Scope::Pages(first, last) => pages_filter(*first, *last),
            Scope::Section(words) => {
                let section = Arc::new(vec![self.plan.section]);
                let words = words.iter().map(|words| {
                    let query: Box<dyn Query> = Box::new(self.union(words, &section, 1.0));
                    (Occur::Must, query)
                });
                Box::new(BooleanQuery::new(words.collect()))
            }
        }
    }

    /// One of the plan's phrases.
    fn phrase(self, index: usize) -> PhraseQuery {
        let phrases = self.plan.phrases.get_or_init(|| Arc::new(Phrases::of(self.plan)));
        PhraseQuery { commit: Arc::clone(self.commit), phrases: Arc::clone(phrases), index }
    }

    fn union(self, words: &Arc<Expansion>, places: &Arc<Vec<SearchedPlace>>, idf: f32) -> UnionQuery {
        let (words, places) = (Arc::clone(words), Arc::clone(places));
        UnionQuery { commit: Arc::clone(self.commit), words, places, idf }
    }
}
