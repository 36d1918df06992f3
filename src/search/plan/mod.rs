//! A query ready to run on one commit: clauses with their words expanded, and the scopes they stand in.
//!
//! Membership is decided on the report by the engine, over Recto's clauses; what is not text (language, year, scopes)
//! decides but does not score.

mod planner;

pub(super) use planner::Planner;

use crate::query::TextKind;
use crate::report::Span;
use crate::search::embedded;
use crate::search::passages::{Matchers, TermMark, WayMatcher};
use crate::search::ranking::SearchedPlace;
use crate::search::scope::Scope;
use crate::search::terms::{Expansion, Way, Ways, WeightedTerm};
use std::sync::{Arc, OnceLock};

/// A text clause with its words expanded.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// The ways to print it; those of one word are joined in one.
    pub(super) ways: Ways,
    pub(super) slop: u32,
    /// Where it is looked for.
    pub(super) places: Arc<Vec<SearchedPlace>>,
    /// Whether it is looked for in the pages, so that they can show it.
    pub(super) in_body: bool,
    /// Whether it must not occur.
    pub(super) is_negative: bool,
    /// The scopes it stands in, as places in [`Plan::scopes`].
    pub(super) scopes: Vec<usize>,
    /// How telling it is of a report.
    pub(super) idf: f32,
    /// How telling it is of a page.
    pub(super) page_idf: f32,
    /// Whether it is a word that carries grammar only.
    is_grammar: bool,
    /// Its words as typed, with their accents, if they have any: reports that print them so come first.
    pub(super) accented: Vec<Arc<Expansion>>,
    /// The words as analyzed that nothing in the index stands for, if therefore the clause cannot match.
    pub(super) unknown: Vec<String>,
    /// How its words are meant.
    pub(super) kind: TextKind,
    /// Bytes of the query it was read from.
    pub(super) span: Span,
}

impl Clause {
    /// Whether pages are to show it.
    pub(super) fn is_shown(&self) -> bool {
        self.in_body && !self.is_negative
    }

    /// Positions from the first to the last word of its longest match.
    pub(super) fn reach(&self) -> u32 {
        let longest = self.ways.iter().map(Vec::len).max().unwrap_or(0);
        u32::try_from(longest.saturating_sub(1)).unwrap_or(u32::MAX).saturating_add(self.slop)
    }

    /// Its ways of several words.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.len() > 1)
    }
}

/// What a query asks for: its parts, with clauses and scopes as places in those of the [`Plan`].
#[derive(Debug, Clone)]
pub(super) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Clause(usize),
    Scope(usize),
    Language(String),
    Year(Option<i32>, Option<i32>),
}

/// A query ready to run on one commit.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) clauses: Vec<Clause>,
    pub(super) scopes: Vec<Scope>,
    /// Scopes that bear on the whole query.
    pub(super) root_scopes: Vec<usize>,
    /// `None` for all reports.
    pub(super) root: Option<Tree>,
    /// Where sections asked for by name are looked for.
    pub(super) section: SearchedPlace,
    /// Where words typed with accents are looked for, beside where they are without.
    pub(super) accented: Arc<Vec<SearchedPlace>>,
    /// Where the engine within found the ways of several words: it may be asked again, for fewer of the words.
    pub(super) phrases: OnceLock<Arc<embedded::Phrases>>,
}

/// How strictly the words are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// As the query says.
    AsAsked,
    /// So many of the outermost parts with words.
    AtLeast(usize),
}

impl Tree {
    fn joined(mut parts: Vec<Tree>, join: impl FnOnce(Vec<Tree>) -> Tree) -> Option<Tree> {
        if parts.len() <= 1 { parts.pop() } else { Some(join(parts)) }
    }

    pub(super) fn as_scope(&self) -> Option<usize> {
        match self {
            Tree::Scope(scope) => Some(*scope),
            _ => None,
        }
    }

    /// Appends the scopes at or below this node, but for those it denies.
    pub(super) fn scopes(&self, output: &mut Vec<usize>) {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| part.scopes(output)),
            Tree::Scope(scope) => output.push(*scope),
            _ => {}
        }
    }

    /// Appends the clauses at or below this node, but for those it denies, that scopes bear on.
    pub(super) fn scoped_clauses(&self, plan: &Plan, output: &mut Vec<usize>) {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| part.scoped_clauses(plan, output)),
            Tree::Clause(clause) if plan.clauses.get(*clause).is_some_and(|clause| clause.in_body) => {
                output.push(*clause);
            }
            _ => {}
        }
    }

    pub(super) fn has_words(&self) -> bool {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().any(Tree::has_words),
            Tree::Clause(_) => true,
            _ => false,
        }
    }
}

impl Plan {
    /// What readers are to know of how the query is answered; lower case, no full stop.
    pub(super) fn warnings(&self, query: &str) -> Vec<String> {
        let is_cut = |clause: &&Clause| clause.ways.iter().flatten().any(|words| words.is_cut);
        let warning = |clause: &Clause| {
            let typed = clause.span.of(query);
            format!("`{typed}` stands for too many words; only the most frequent were looked for")
        };
        self.clauses.iter().filter(is_cut).map(warning).collect()
    }

    /// How many of the outermost parts have words: fewer may be required when all together find nothing.
    pub(super) fn parts_with_words(&self) -> usize {
        match &self.root {
            Some(Tree::And(parts)) => parts.iter().filter(|part| self.is_counted(parts, part)).count(),
            Some(_) => 1,
            None => 0,
        }
    }

    /// Whether a part is among those of which fewer may be required. Words that only carry grammar are not, beside
    /// others: a question's `what` must not stand for its subject.
    pub(super) fn is_counted(&self, parts: &[Tree], part: &Tree) -> bool {
        part.has_words()
            && (!self.is_grammar(part)
                || parts.iter().filter(|part| part.has_words()).all(|part| self.is_grammar(part)))
    }

    fn is_grammar(&self, part: &Tree) -> bool {
        matches!(part, Tree::Clause(clause) if self.clauses.get(*clause).is_some_and(|clause| clause.is_grammar))
    }

    /// What to mark on pages: every way to print every clause that pages are to show.
    pub(super) fn matchers(&self) -> Matchers {
        let matcher = |way: &Way, slop| match way.as_slice() {
            [words] => WayMatcher::Terms(words.terms.iter().map(mark_of).collect()),
            places => WayMatcher::Phrase { places: places.iter().map(|words| words.all()).collect(), slop },
        };
        let of_clause = |clause: &Clause| clause.ways.iter().map(|way| matcher(way, clause.slop)).collect();
        Matchers { clauses: self.shown().map(|(_, clause)| of_clause(clause)).collect() }
    }

    /// Positions from the first to the last word of the longest match of what pages are to show.
    pub(super) fn reach(&self) -> u32 {
        self.shown().map(|(_, clause)| clause.reach()).max().unwrap_or(0)
    }

    /// The clauses that pages are to show.
    pub(super) fn shown(&self) -> impl Iterator<Item = (usize, &Clause)> {
        self.clauses.iter().enumerate().filter(|(_, clause)| clause.is_shown())
    }
}

fn mark_of(word: &WeightedTerm) -> (String, TermMark) {
    (word.term.clone(), TermMark { weight: word.weight, languages: word.languages, part: word.part })
}
