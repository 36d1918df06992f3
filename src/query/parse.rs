//! The parser: total within the limits, linear, not recursive without bound.
//!
//! It descends only at parentheses, whose nesting is checked before each step down; negations are counted in a loop.

use crate::query::lex::{Kind, Lexeme, Scope, lex};
use crate::query::range::range;
use crate::query::{Field, MAX_BYTES, MAX_CLAUSES, MAX_LEVELS, Node, QueryError, clause};

/// A query as understood.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedQuery {
    /// The tree; `None` if the query holds no word at all.
    pub root: Option<Node>,
    /// What could not be read as syntax and was read as words; lower case, no full stop.
    pub warnings: Vec<String>,
}

/// Warnings, each once.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<String>);

impl Warnings {
    /// Adds a warning unless it was given already.
    pub(super) fn add(&mut self, warning: impl Into<String>) {
        let warning = warning.into();
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }
}

/// Reads a query. `or_by_default` joins bare words by OR instead of AND; negated words and `lang:`, `year:`, `page:`
/// restrict the whole even then.
pub fn parse(query: &str, or_by_default: bool) -> Result<ParsedQuery, QueryError> {
    if query.len() > MAX_BYTES {
        return Err(QueryError::too_long(query.floor_char_boundary(MAX_BYTES)));
    }
    let mut warnings = Warnings::default();
    let lexemes = lex(query, &mut warnings);
    let mut parser = Parser { query, or_by_default, lexemes: &lexemes, at: 0, clauses: 0, warnings };
    let mut root = parser.sequence(None, 0)?;
    if root.is_none() {
        root = parser.operators_as_words()?;
    }
    Ok(ParsedQuery { root, warnings: parser.warnings.0 })
}

/// What stood before an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Nothing but space.
    Adjacent,
    And,
    Or,
}

/// An operand of a sequence.
struct Item {
    link: Link,
    node: Node,
}

struct Parser<'q> {
    query: &'q str,
    or_by_default: bool,
    lexemes: &'q [Lexeme],
    at: usize,
    clauses: usize,
    warnings: Warnings,
}

impl Parser<'_> {
    fn peek(&self) -> Option<Lexeme> {
        self.lexemes.get(self.at).copied()
    }

    /// Items up to a closing parenthesis or the end, `levels` deep.
    fn sequence(&mut self, scope: Option<Scope>, levels: usize) -> Result<Option<Node>, QueryError> {
        let mut items = Vec::new();
        let mut link = Link::Adjacent;
        let mut follows_operand = false;
        while let Some(lexeme) = self.peek() {
            let operator = match lexeme.kind {
                Kind::Close => break,
                Kind::And => Some(Link::And),
                Kind::Or => Some(Link::Or),
                _ => None,
            };
            if let Some(operator) = operator {
                self.at += 1;
                if follows_operand {
                    link = operator;
                } else {
                    self.warn_operator(lexeme);
                }
                follows_operand = false;
                continue;
            }
            if let Some(node) = self.unary(scope, levels)? {
                items.push(Item { link, node });
                link = Link::Adjacent;
            }
            follows_operand = true;
        }
        let last = self.at.checked_sub(1).and_then(|last| self.lexemes.get(last)).copied();
        if let Some(last) = last.filter(|last| matches!(last.kind, Kind::And | Kind::Or))
            && !follows_operand
            && !items.is_empty()
        {
            self.warn_operator(last);
        }
        Ok(if self.or_by_default { combine_by_or(items) } else { combine_by_and(items) })
    }

    /// An operand with the negations before it.
    fn unary(&mut self, scope: Option<Scope>, levels: usize) -> Result<Option<Node>, QueryError> {
        let mut negations = 0;
        while let Some(lexeme) = self.peek().filter(|lexeme| lexeme.kind == Kind::Not) {
            negations += 1;
            if levels + negations > MAX_LEVELS {
                return Err(QueryError::too_deep(lexeme.span.start as usize));
            }
            self.at += 1;
        }
        if negations > 0 && self.peek().is_none_or(|next| matches!(next.kind, Kind::And | Kind::Or | Kind::Close)) {
            self.warnings.add("`NOT` without a word after it was ignored");
            return Ok(None);
        }
        let node = self.operand(scope, levels + negations)?;
        Ok(node.map(|node| match node {
            // Two negations cancel, whether next to each other or through parentheses.
            Node::Not(inner) if negations % 2 == 1 => *inner,
            node if negations % 2 == 1 => Node::Not(Box::new(node)),
            node => node,
        }))
    }

    /// A word, phrase or group, with the field before it.
    fn operand(&mut self, scope: Option<Scope>, levels: usize) -> Result<Option<Node>, QueryError> {
        let Some(mut lexeme) = self.peek() else { return Ok(None) };
        let mut scope = scope;
        while let Kind::Field(field) = lexeme.kind {
            self.at += 1;
            match self.peek() {
                Some(next) if matches!(next.kind, Kind::Word | Kind::Phrase { .. } | Kind::Open | Kind::Field(_)) => {
                    scope = Some(field);
                    lexeme = next;
                }
                _ => {
                    self.warnings.add(format!("`{}:` without a value was read as a word", field.name()));
                    return self.word(lexeme, None);
                }
            }
        }
        self.at += 1;
        match lexeme.kind {
            Kind::Word | Kind::Phrase { .. } => self.value(lexeme, scope),
            Kind::Open => {
                if levels + 1 > MAX_LEVELS {
                    return Err(QueryError::too_deep(lexeme.span.start as usize));
                }
                let node = self.sequence(scope, levels + 1)?;
                self.at += 1;
                Ok(node)
            }
            _ => Ok(None),
        }
    }

    /// A word or phrase read as its scope asks; as plain words, with a warning, if that fails.
    fn value(&mut self, lexeme: Lexeme, scope: Option<Scope>) -> Result<Option<Node>, QueryError> {
        let text = lexeme.span.of(self.query).trim();
        let (node, wanted) = match scope {
            None => return self.word(lexeme, None),
            Some(Scope::Text(field)) => return self.word(lexeme, Some(field)),
            Some(Scope::Language) => (language(text), "a code of two letters, such as lang:en"),
            Some(Scope::Year) => (year(text), "a year or range, such as year:2020..2023"),
            Some(Scope::Page) => (page(text), "a page or range, such as page:3..7"),
        };
        match (node, scope) {
            (Some(node), _) => {
                self.count(lexeme)?;
                Ok(Some(node))
            }
            (None, Some(scope)) => {
                self.warnings.add(format!("`{}:` needs {wanted}; it was read as words", scope.name()));
                self.word(lexeme, None)
            }
            (None, None) => Ok(None),
        }
    }

    /// A word or phrase as text.
    fn word(&mut self, lexeme: Lexeme, field: Option<Field>) -> Result<Option<Node>, QueryError> {
        let (text, start) = (lexeme.span.of(self.query), lexeme.span.start);
        let clause = match lexeme.kind {
            Kind::Phrase { slop } => clause::phrase(text, start, slop, field, &mut self.warnings),
            _ => clause::word(text, start, field, &mut self.warnings),
        };
        let Some(clause) = clause else { return Ok(None) };
        self.count(lexeme)?;
        Ok(Some(Node::Text(clause)))
    }

    /// Counts a clause.
    fn count(&mut self, lexeme: Lexeme) -> Result<(), QueryError> {
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            return Err(QueryError::too_many_clauses(lexeme.span.start as usize));
        }
        Ok(())
    }

    fn warn_operator(&mut self, lexeme: Lexeme) {
        let operator = lexeme.span.of(self.query);
        self.warnings.add(format!("`{operator}` without a word on both sides was ignored"));
    }

    /// A query of nothing but operators means the words: `OR` may be the state.
    fn operators_as_words(&mut self) -> Result<Option<Node>, QueryError> {
        let mut items = Vec::new();
        for lexeme in self.lexemes {
            if matches!(lexeme.kind, Kind::And | Kind::Or | Kind::Not)
                && let Some(node) = self.word(*lexeme, None)?
            {
                items.push(Item { link: Link::Adjacent, node });
            }
        }
        if !items.is_empty() {
            self.warnings.0.clear();
            self.warnings.add("operators without words between them were read as words");
        }
        Ok(if self.or_by_default { combine_by_or(items) } else { combine_by_and(items) })
    }
}

/// Joins items so that AND and adjacency bind tighter than OR.
fn combine_by_and(items: Vec<Item>) -> Option<Node> {
    let mut alternatives = Vec::new();
    let mut group = Vec::new();
    for item in items {
        if item.link == Link::Or {
            alternatives.extend(all(std::mem::take(&mut group)));
        }
        group.push(item.node);
    }
    alternatives.extend(all(group));
    any(alternatives)
}

/// Joins items so that only AND binds tighter than OR; adjacency is OR, but for what restricts the whole.
fn combine_by_or(items: Vec<Item>) -> Option<Node> {
    let mut alternatives = Vec::new();
    let mut restrictions = Vec::new();
    let mut items = items.into_iter().peekable();
    while let Some(first) = items.next() {
        let mut group = vec![first.node];
        while let Some(next) = items.next_if(|next| next.link == Link::And) {
            group.push(next.node);
        }
        let is_alternative = first.link == Link::Or || items.peek().is_some_and(|next| next.link == Link::Or);
        let is_restriction =
            matches!(group.as_slice(), [Node::Not(_) | Node::Language(_) | Node::Year(..) | Node::Page(..)]);
        if is_restriction && !is_alternative {
            restrictions.append(&mut group);
        } else {
            alternatives.extend(all(group));
        }
    }
    all(any(alternatives).into_iter().chain(restrictions).collect())
}

/// All of the nodes, without needless nesting.
fn all(nodes: Vec<Node>) -> Option<Node> {
    let mut flat = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::And(inner) => flat.extend(inner),
            node => flat.push(node),
        }
    }
    if flat.len() > 1 { Some(Node::And(flat)) } else { flat.pop() }
}

/// Any of the nodes, without needless nesting.
fn any(nodes: Vec<Node>) -> Option<Node> {
    let mut flat = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Or(inner) => flat.extend(inner),
            node => flat.push(node),
        }
    }
    if flat.len() > 1 { Some(Node::Or(flat)) } else { flat.pop() }
}

/// `en`, `EN-gb`; several with commas.
fn language(text: &str) -> Option<Node> {
    let codes = text.trim_end_matches(',').split(',').map(|code| {
        let code = code.split(['-', '_']).next()?;
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_code.then(|| Node::Language(code.to_ascii_lowercase()))
    });
    any(codes.collect::<Option<Vec<_>>>()?)
}

/// Years of at most four digits.
fn year(text: &str) -> Option<Node> {
    let (start, end) = range(text)?;
    if start.max(end).is_some_and(|year| year > 9_999) {
        return None;
    }
    let signed = |year: u32| i32::try_from(year).ok();
    Some(Node::Year(start.and_then(signed), end.and_then(signed)))
}

/// Pages from 1.
fn page(text: &str) -> Option<Node> {
    let (start, end) = range(text)?;
    if end == Some(0) {
        return None;
    }
    Some(Node::Page(start.map(|start| start.max(1)), end))
}
