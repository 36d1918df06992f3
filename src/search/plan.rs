//! The query tree → clauses with their words expanded, the scopes they stand in, and the engine's query.
//!
//! Membership is decided on the report by the engine's own boolean query over Recto's clauses; what is not text
//! (language, year, scopes) decides but does not score.

use crate::index::Fields;
use crate::index::analyzer::{accented, analyze, is_unspaced_character};
use crate::query::{Field, Node, TextClause, TextKind};
use crate::report::Span;
use crate::search::filters::{everything, language_filter, pages_filter, year_filter};
use crate::search::function_words::{FUNCTION_WORD_WEIGHT, is_function_word};
use crate::search::languages::Languages;
use crate::search::passages::{Matchers, TermMark, WayMatcher};
use crate::search::phrase::{PhraseClause, PhraseQuery, Phrases};
use crate::search::ranking::{SearchedField, SearchedFields, idf};
use crate::search::scope::{Scope, ScopedClause, ScopedQuery};
use crate::search::terms::{Dictionary, Expansion, Reading, Way, Ways, WeightedTerm};
use crate::search::union::UnionQuery;
use std::collections::BTreeSet;
use std::sync::Arc;
use tantivy::query::{BooleanQuery, DisjunctionMaxQuery, Occur, Query};

/// A text clause with its words expanded.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// The ways to print it; those of one word are joined in one.
    pub(super) ways: Ways,
    pub(super) slop: u32,
    fields: Arc<Vec<SearchedField>>,
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
    accented: Vec<Arc<Expansion>>,
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
    fn reach(&self) -> u32 {
        let longest = self.ways.iter().map(Vec::len).max().unwrap_or(0);
        u32::try_from(longest.saturating_sub(1)).unwrap_or(u32::MAX).saturating_add(self.slop)
    }

    /// Its ways of several words.
    fn phrases(&self) -> impl Iterator<Item = PhraseClause> {
        self.ways.iter().filter(|way| way.len() > 1).map(|way| PhraseClause {
            places: way.clone(),
            slop: self.slop,
            fields: Arc::clone(&self.fields),
            idf: self.idf,
        })
    }

    /// Its words as typed with their accents, if some report prints them so.
    pub(super) fn accented(&self) -> &[Arc<Expansion>] {
        &self.accented
    }

    /// Where it is looked for.
    pub(super) fn fields(&self) -> &[SearchedField] {
        &self.fields
    }
}

#[derive(Debug, Clone)]
enum Tree {
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
    /// The languages of the reports of the commit.
    pub(super) languages: Arc<Languages>,
    root: Option<Tree>,
    /// The ways of all clauses that have several words, clause by clause.
    phrases: Arc<Phrases>,
    fields: Fields,
    section_field: SearchedField,
    accented_field: Arc<Vec<SearchedField>>,
}

/// How strictly the words are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// As the query says.
    AsAsked,
    /// So many of the outermost parts with words.
    AtLeast(usize),
}

/// What a plan is made with: the dictionaries and statistics of one commit.
pub(super) struct Planner<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) searched: &'a SearchedFields,
    pub(super) fields: Fields,
    /// Reports in the index.
    pub(super) documents: u64,
}

impl Planner<'_> {
    /// Makes the plan of a query; `None` stands for all reports.
    pub(super) fn plan(&self, root: Option<&Node>) -> tantivy::Result<Plan> {
        let mut plan = Plan {
            clauses: Vec::new(),
            scopes: Vec::new(),
            root_scopes: Vec::new(),
            languages: self.dictionary.languages(),
            root: None,
            phrases: Arc::default(),
            fields: self.fields,
            section_field: self.searched.section.first().copied().unwrap_or(SearchedField {
                field: self.fields.section,
                weight: 0.0,
                has_frequencies: true,
                mean_length: 1.0,
            }),
            accented_field: Arc::new(self.searched.accented.clone()),
        };
        if let Some(root) = root {
            plan.root = self.build(&mut plan, root, false, &[])?;
            plan.phrases = Arc::new(Phrases::new(plan.clauses.iter().flat_map(Clause::phrases).collect()));
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
    ) -> tantivy::Result<Option<Tree>> {
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
                let places = self.way(&clause.words, clause.kind, &fields_of(&self.searched.section))?;
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
    ) -> tantivy::Result<Option<Tree>> {
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

    fn clause(&self, text: &TextClause, is_negative: bool, scopes: &[usize]) -> tantivy::Result<Clause> {
        let one_word = text.words.len() == 1;
        let fields = match text.field {
            None if one_word => &self.searched.anywhere,
            None => &self.searched.anywhere_in_order,
            Some(Field::Title) => &self.searched.title,
            Some(Field::Author) => &self.searched.author,
            Some(Field::File) => &self.searched.file,
            Some(Field::Section) => &self.searched.section,
        };
        let ways = self.ways(text, &fields_of(fields))?;
        let slop = match text.kind {
            TextKind::Phrase { slop } => slop,
            _ => 0,
        };
        let can_match = |way: &&Way| way.iter().all(|words| !words.terms.is_empty());
        let unknown = match ways.iter().find(can_match) {
            Some(_) => Vec::new(),
            None if text.kind == TextKind::Prefix => Vec::new(),
            None => self.unknown(text, &fields_of(fields))?,
        };
        let is_grammar =
            matches!((text.kind, text.words.as_slice()), (TextKind::Word, [word]) if is_function_word(word));
        let share = if is_grammar { FUNCTION_WORD_WEIGHT } else { 1.0 };
        let least = |weight: &dyn Fn(&Expansion) -> f32| {
            let of_way = |way: &Way| way.iter().map(|words| weight(words)).sum::<f32>();
            share * ways.iter().filter(can_match).map(of_way).reduce(f32::min).unwrap_or(0.0)
        };
        let pages = self.dictionary.pages();
        Ok(Clause {
            idf: least(&|words| idf(words.frequency, self.documents)),
            page_idf: least(&|words| idf(words.pages.max(words.frequency), pages)),
            is_grammar,
            ways,
            slop,
            fields: Arc::new(fields.clone()),
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
    fn accented(&self, text: &TextClause) -> tantivy::Result<Vec<Arc<Expansion>>> {
        let mut words = BTreeSet::new();
        if text.field.is_none() && matches!(text.kind, TextKind::Word | TextKind::Phrase { .. }) {
            analyze(&text.typed, &[], 0, &mut |token| {
                words.extend(accented(token.span.of(&text.typed), token.term));
            });
        }
        let expand = |word: String| self.dictionary.expand(&word, Reading::Exact, &[self.fields.accented]);
        let mut expansions = words.into_iter().map(expand).collect::<tantivy::Result<Vec<_>>>()?;
        expansions.retain(|words| !words.terms.is_empty());
        Ok(expansions)
    }

    /// The ways to print a clause, with those of one word joined so that they count as one word.
    fn ways(&self, text: &TextClause, fields: &[tantivy::schema::Field]) -> tantivy::Result<Ways> {
        let mut ways = Ways::new();
        let mut single = Vec::new();
        for words in std::iter::once(&text.words).chain(&text.alternatives) {
            let way = self.way(words, text.kind, fields)?;
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
    fn way(&self, words: &[String], kind: TextKind, fields: &[tantivy::schema::Field]) -> tantivy::Result<Way> {
        let reading = match kind {
            _ if words.len() > 1 => Reading::Exact,
            TextKind::Phrase { .. } => Reading::Exact,
            TextKind::Word => Reading::Stem,
            TextKind::Prefix if words.iter().all(|word| is_unspaced_character(word)) => Reading::Character,
            TextKind::Prefix => Reading::Beginning,
            TextKind::Fuzzy { distance } => Reading::Typo(distance),
        };
        words.iter().map(|word| self.dictionary.expand(word, reading, fields)).collect()
    }

    fn unknown(&self, text: &TextClause, fields: &[tantivy::schema::Field]) -> tantivy::Result<Vec<String>> {
        let places = self.way(&text.words, text.kind, fields)?;
        let unknown = text.words.iter().zip(&places).filter(|(_, words)| words.terms.is_empty());
        Ok(unknown.map(|(word, _)| word.clone()).collect())
    }
}

fn fields_of(searched: &[SearchedField]) -> Vec<tantivy::schema::Field> {
    searched.iter().map(|searched| searched.field).collect()
}

fn is_scope(node: &Node) -> bool {
    match node {
        Node::Page(..) => true,
        Node::Text(clause) => clause.field == Some(Field::Section),
        _ => false,
    }
}

impl Tree {
    fn joined(mut parts: Vec<Tree>, join: impl FnOnce(Vec<Tree>) -> Tree) -> Option<Tree> {
        if parts.len() <= 1 { parts.pop() } else { Some(join(parts)) }
    }

    fn as_scope(&self) -> Option<usize> {
        match self {
            Tree::Scope(scope) => Some(*scope),
            _ => None,
        }
    }

    /// Appends the scopes at or below this node, but for those it denies.
    fn scopes(&self, output: &mut Vec<usize>) {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| part.scopes(output)),
            Tree::Scope(scope) => output.push(*scope),
            _ => {}
        }
    }

    /// Appends the clauses at or below this node, but for those it denies, that scopes bear on.
    fn scoped_clauses(&self, plan: &Plan, output: &mut Vec<usize>) {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| part.scoped_clauses(plan, output)),
            Tree::Clause(clause) if plan.clauses.get(*clause).is_some_and(|clause| clause.in_body) => {
                output.push(*clause);
            }
            _ => {}
        }
    }

    fn has_words(&self) -> bool {
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
    fn is_counted(&self, parts: &[Tree], part: &Tree) -> bool {
        part.has_words()
            && (!self.is_grammar(part)
                || parts.iter().filter(|part| part.has_words()).all(|part| self.is_grammar(part)))
    }

    fn is_grammar(&self, part: &Tree) -> bool {
        matches!(part, Tree::Clause(clause) if self.clauses.get(*clause).is_some_and(|clause| clause.is_grammar))
    }

    /// The engine's query.
    pub(super) fn query(&self, strictness: Strictness, filters: Vec<Box<dyn Query>>) -> Box<dyn Query> {
        let root = match (&self.root, strictness) {
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

    fn lower(&self, tree: &Tree) -> Box<dyn Query> {
        match tree {
            Tree::And(parts) => self.and(parts, None),
            Tree::Or(parts) => {
                Box::new(BooleanQuery::new(parts.iter().map(|part| (Occur::Should, self.lower(part))).collect()))
            }
            Tree::Not(_) => self.and(std::slice::from_ref(tree), None),
            Tree::Clause(clause) => self.lower_clause(*clause),
            Tree::Scope(scope) => self.scopes.get(*scope).map_or_else(everything, |scope| self.lower_scope(scope)),
            Tree::Language(language) => language_filter(&self.fields, language),
            Tree::Year(first, last) => year_filter(*first, *last),
        }
    }

    /// All parts, or at least `minimum` of those with words.
    fn and(&self, parts: &[Tree], minimum: Option<usize>) -> Box<dyn Query> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut beside: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut scoped = Vec::new();
        for part in parts {
            match part {
                Tree::Not(inner) => clauses.push((Occur::MustNot, self.lower(inner))),
                part if minimum.is_some() && part.has_words() => {
                    let counted = if self.is_counted(parts, part) { &mut clauses } else { &mut beside };
                    counted.push((Occur::Should, self.lower(part)));
                }
                part => clauses.push((Occur::Must, self.lower(part))),
            }
            part.scoped_clauses(self, &mut scoped);
        }
        let own: Vec<usize> = parts.iter().filter_map(Tree::as_scope).collect();
        // One scope alone, without words, asks for no more than its own part does.
        if !own.is_empty() && (!scoped.is_empty() || own.len() > 1) {
            let scoped = scoped.iter().filter_map(|clause| self.clauses.get(*clause));
            let scoped = scoped.map(|clause| ScopedClause {
                ways: clause.ways.clone(),
                slop: clause.slop,
                scopes: clause.scopes.clone(),
            });
            let query =
                ScopedQuery { fields: self.fields, clauses: scoped.collect(), own, scopes: self.scopes.clone() };
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

    /// The best of the ways to print a clause, each in any of its fields.
    fn any_way(&self, place: usize, clause: &Clause) -> Box<dyn Query> {
        let before = self.clauses.iter().take(place).flat_map(Clause::phrases).count();
        let mut phrases = (before..).map(|index| PhraseQuery { phrases: Arc::clone(&self.phrases), index });
        let mut ways: Vec<Box<dyn Query>> = Vec::with_capacity(clause.ways.len());
        for way in &clause.ways {
            if let [words] = way.as_slice() {
                let (words, fields) = (Arc::clone(words), Arc::clone(&clause.fields));
                ways.push(Box::new(UnionQuery { words, fields, idf: clause.idf }));
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
    pub(super) fn lower_clause(&self, place: usize) -> Box<dyn Query> {
        let Some(clause) = self.clauses.get(place) else { return everything() };
        if clause.accented.is_empty() {
            return self.any_way(place, clause);
        }
        let mut parts = vec![(Occur::Must, self.any_way(place, clause))];
        for words in &clause.accented {
            let (words, fields) = (Arc::clone(words), Arc::clone(&self.accented_field));
            parts.push((Occur::Should, Box::new(UnionQuery { words, fields, idf: clause.idf })));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// The scopes that add to a score: sections asked for by name, outside of what is denied.
    pub(super) fn scoring_scopes(&self) -> Vec<Box<dyn Query>> {
        let mut scopes = Vec::new();
        if let Some(root) = &self.root {
            root.scopes(&mut scopes);
        }
        scopes.into_iter().filter_map(|scope| self.scopes.get(scope)).map(|scope| self.lower_scope(scope)).collect()
    }

    fn lower_scope(&self, scope: &Scope) -> Box<dyn Query> {
        match scope {
            Scope::Pages(first, last) => pages_filter(*first, *last),
            Scope::Section(places) => {
                let words = places.iter().map(|words| {
                    let fields = Arc::new(vec![self.section_field]);
                    let query = UnionQuery { words: Arc::clone(words), fields, idf: 1.0 };
                    (Occur::Must, Box::new(query) as Box<dyn Query>)
                });
                Box::new(BooleanQuery::new(words.collect()))
            }
        }
    }
}

fn mark_of(word: &WeightedTerm) -> (String, TermMark) {
    (word.term.clone(), TermMark { weight: word.weight, languages: word.languages, part: word.part })
}
