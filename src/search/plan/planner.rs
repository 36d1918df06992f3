//! The query tree → a plan: words expanded against the dictionaries of one commit, scopes brought to what they bear on.

use super::{Clause, Plan, Tree};
use crate::index::analyzer::{accented, analyze, is_unspaced_character};
use crate::query::{Field, Node, TextClause, TextKind};
use crate::search::SearchError;
use crate::search::function_words::{FUNCTION_WORD_WEIGHT, is_function_word};
use crate::search::place::Place;
use crate::search::ranking::{SearchedPlace, SearchedPlaces, idf};
use crate::search::scope::Scope;
use crate::search::terms::{Dictionary, Expansion, Reading, Way, Ways};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// What a plan is made with: the dictionaries and statistics of one commit.
pub(in crate::search) struct Planner<'a> {
    pub(in crate::search) dictionary: &'a Dictionary,
    pub(in crate::search) searched: &'a SearchedPlaces,
    /// Reports in the index.
    pub(in crate::search) documents: u64,
    /// Their pages.
    pub(in crate::search) pages: u64,
}

impl Planner<'_> {
    /// Makes the plan of a query; `None` stands for all reports.
    pub(in crate::search) fn plan(&self, root: Option<&Node>) -> Result<Plan, SearchError> {
        let mut plan = Plan {
            clauses: Vec::new(),
            scopes: Vec::new(),
            root_scopes: Vec::new(),
            root: None,
            section: self.searched.section,
            accented: Arc::new(vec![self.searched.accented]),
            phrases: OnceLock::new(),
        };
        if let Some(root) = root {
            plan.root = self.build(&mut plan, root, false, &[])?;
            plan.root_scopes = match &plan.root {
                Some(Tree::Scope(scope)) => vec![*scope],
                Some(Tree::And(parts)) => parts.iter().filter_map(Tree::as_scope).collect(),
                _ => Vec::new(),
            };
        }
        Ok(plan)
    }

    /// The tree below a node; `None` if it asks for nothing. The parser bounds the depth.
    fn build(
        &self,
        plan: &mut Plan,
        node: &Node,
        is_negative: bool,
        scopes: &[usize],
    ) -> Result<Option<Tree>, SearchError> {
        Ok(match node {
            Node::And(nodes) => self.build_and(plan, nodes, is_negative, scopes)?,
            Node::Or(nodes) => {
                let mut parts = Vec::new();
                for node in nodes {
                    parts.extend(self.build(plan, node, is_negative, scopes)?);
                }
                Tree::joined(parts, Tree::Or)
            }
            Node::Not(node) => self.build(plan, node, !is_negative, scopes)?.map(|tree| Tree::Not(Box::new(tree))),
            Node::Text(clause) if clause.words.is_empty() => None,
            Node::Text(clause) if clause.field == Some(Field::Section) => {
                let places = self.way(&clause.words, clause.kind, &[self.searched.section.place])?;
                plan.scopes.push(Scope::Section(places));
                Some(Tree::Scope(plan.scopes.len() - 1))
            }
            Node::Text(clause) => {
                let clause = self.clause(clause, is_negative, scopes)?;
                plan.clauses.push(clause);
                Some(Tree::Clause(plan.clauses.len() - 1))
            }
            Node::Page(first, last) => {
                plan.scopes.push(Scope::Pages(first.unwrap_or(1), last.unwrap_or(u32::MAX)));
                Some(Tree::Scope(plan.scopes.len() - 1))
            }
            Node::Language(language) => Some(Tree::Language(language.clone())),
            Node::Year(first, last) => Some(Tree::Year(*first, *last)),
        })
    }

    /// Scopes first, so that they bear on what stands before them too.
    fn build_and(
        &self,
        plan: &mut Plan,
        nodes: &[Node],
        is_negative: bool,
        scopes: &[usize],
    ) -> Result<Option<Tree>, SearchError> {
        let (own, others): (Vec<&Node>, Vec<&Node>) = nodes.iter().partition(|node| is_scope(node));
        let mut parts = Vec::new();
        for node in own {
            parts.extend(self.build(plan, node, is_negative, scopes)?);
        }
        let mut inner = scopes.to_vec();
        inner.extend(parts.iter().filter_map(Tree::as_scope));
        for node in others {
            parts.extend(self.build(plan, node, is_negative, &inner)?);
        }
        Ok(Tree::joined(parts, Tree::And))
    }

    fn clause(&self, text: &TextClause, is_negative: bool, scopes: &[usize]) -> Result<Clause, SearchError> {
        let one_word = text.words.len() == 1;
        let places = match text.field {
            None if one_word => &self.searched.anywhere[..],
            None => &self.searched.anywhere_in_order,
            Some(Field::Title) => std::slice::from_ref(&self.searched.title),
            Some(Field::Author) => std::slice::from_ref(&self.searched.author),
            Some(Field::Tag) => std::slice::from_ref(&self.searched.tag),
            Some(Field::File) => std::slice::from_ref(&self.searched.file),
            Some(Field::Section) => std::slice::from_ref(&self.searched.section),
        };
        let ways = self.ways(text, &places_of(places))?;
        let slop = match text.kind {
            TextKind::Phrase { slop } => slop,
            _ => 0,
        };
        let can_match = |way: &&Way| way.iter().all(|words| !words.terms.is_empty());
        let unknown = match ways.iter().find(can_match) {
            Some(_) => Vec::new(),
            None if text.kind == TextKind::Prefix => Vec::new(),
            None => self.unknown(text, &places_of(places))?,
        };
        let is_grammar =
            matches!((text.kind, text.words.as_slice()), (TextKind::Word, [word]) if is_function_word(word));
        let share = if is_grammar { FUNCTION_WORD_WEIGHT } else { 1.0 };
        let least = |weight: &dyn Fn(&Expansion) -> f32| {
            let of_way = |way: &Way| way.iter().map(|words| weight(words)).sum::<f32>();
            share * ways.iter().filter(can_match).map(of_way).reduce(f32::min).unwrap_or(0.0)
        };
        Ok(Clause {
            idf: least(&|words| idf(words.frequency, self.documents)),
            page_idf: least(&|words| idf(words.pages.max(words.frequency), self.pages)),
            is_grammar,
            ways,
            slop,
            places: Arc::new(places.to_vec()),
            in_body: text.field.is_none(),
            is_negative,
            scopes: scopes.to_vec(),
            accented: self.accented(text)?,
            unknown,
            kind: text.kind,
            span: text.span,
        })
    }

    /// The words of a clause as typed with their accents, where they have any and some report prints them so.
    fn accented(&self, text: &TextClause) -> Result<Vec<Arc<Expansion>>, SearchError> {
        let mut words = BTreeSet::new();
        if text.field.is_none() && matches!(text.kind, TextKind::Word | TextKind::Phrase { .. }) {
            analyze(&text.typed, &[], 0, &mut |token| {
                words.extend(accented(token.span.of(&text.typed), token.term));
            });
        }
        let expand = |word: String| self.dictionary.expand(&word, Reading::Exact, &[Place::Accented]);
        let mut expansions = words.into_iter().map(expand).collect::<Result<Vec<_>, SearchError>>()?;
        expansions.retain(|words| !words.terms.is_empty());
        Ok(expansions)
    }

    /// The ways to print a clause, with those of one word joined so that they count as one word.
    fn ways(&self, text: &TextClause, places: &[Place]) -> Result<Ways, SearchError> {
        let mut ways = Ways::new();
        let mut single = Vec::new();
        for words in std::iter::once(&text.words).chain(&text.alternatives) {
            let way = self.way(words, text.kind, places)?;
            if let [words] = way.as_slice() {
                single.push(Arc::clone(words));
            } else {
                ways.push(way);
            }
        }
        if !single.is_empty() {
            ways.insert(0, vec![self.dictionary.joined(&single)]);
        }
        Ok(ways)
    }

    /// Each word with what it stands for: among several, and in phrases, itself only.
    fn way(&self, words: &[String], kind: TextKind, places: &[Place]) -> Result<Way, SearchError> {
        let reading = match kind {
            _ if words.len() > 1 => Reading::Exact,
            TextKind::Phrase { .. } => Reading::Exact,
            TextKind::Word => Reading::Stem,
            TextKind::Prefix if words.iter().all(|word| is_unspaced_character(word)) => Reading::Character,
            TextKind::Prefix => Reading::Beginning,
            TextKind::Fuzzy { distance } => Reading::Typo(distance),
        };
        words.iter().map(|word| self.dictionary.expand(word, reading, places)).collect()
    }

    fn unknown(&self, text: &TextClause, places: &[Place]) -> Result<Vec<String>, SearchError> {
        let way = self.way(&text.words, text.kind, places)?;
        let unknown = text.words.iter().zip(&way).filter(|(_, words)| words.terms.is_empty());
        Ok(unknown.map(|(word, _)| word.clone()).collect())
    }
}

fn places_of(searched: &[SearchedPlace]) -> Vec<Place> {
    searched.iter().map(|searched| searched.place).collect()
}

fn is_scope(node: &Node) -> bool {
    match node {
        Node::Page(..) => true,
        Node::Text(clause) => clause.field == Some(Field::Section),
        _ => false,
    }
}
