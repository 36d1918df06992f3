//! Tree → query text with explicit operators, which reads back as the same tree.
//!
//! Shown to readers so that they see what was searched.

use crate::index::analyzer::words;
use crate::query::lex::{is_star, is_tilde};
use crate::query::{Node, TextClause, TextKind};
use std::fmt::Write;

/// The query with explicit operators and normalised words: `cash AND (transfer OR grant) AND NOT "food aid"`.
pub fn interpret(root: &Node) -> String {
    let mut out = String::new();
    write_node(root, &mut out);
    out
}

/// Writes a node; the tree is never deep.
fn write_node(node: &Node, out: &mut String) {
    match node {
        Node::And(nodes) => write_list(nodes, " AND ", out),
        Node::Or(nodes) => write_list(nodes, " OR ", out),
        Node::Not(inner) => {
            out.push_str("NOT ");
            write_grouped(inner, matches!(**inner, Node::And(_) | Node::Or(_)), out);
        }
        Node::Text(clause) => write_text(clause, out),
        Node::Language(code) => {
            out.push_str("lang:");
            out.push_str(code);
        }
        Node::Year(start, end) => write_range("year", *start, *end, out),
        Node::Page(start, end) => write_range("page", *start, *end, out),
    }
}

/// Writes nodes with an operator between them.
fn write_list(nodes: &[Node], operator: &str, out: &mut String) {
    for (number, node) in nodes.iter().enumerate() {
        if number > 0 {
            out.push_str(operator);
        }
        write_grouped(node, matches!(node, Node::And(_) | Node::Or(_)), out);
    }
}

/// Writes a node, in parentheses if asked.
fn write_grouped(node: &Node, parentheses: bool, out: &mut String) {
    if parentheses {
        out.push('(');
    }
    write_node(node, out);
    if parentheses {
        out.push(')');
    }
}

/// Writes a field with a range.
fn write_range<T: std::fmt::Display + PartialEq>(field: &str, start: Option<T>, end: Option<T>, out: &mut String) {
    out.push_str(field);
    out.push(':');
    match (start, end) {
        (Some(start), Some(end)) if start == end => push(out, &start),
        (start, end) => {
            if let Some(start) = start {
                push(out, &start);
            }
            out.push_str("..");
            if let Some(end) = end {
                push(out, &end);
            }
        }
    }
}

/// Appends a number; writing to a string cannot fail.
fn push(out: &mut String, number: &impl std::fmt::Display) {
    let _ = write!(out, "{number}");
}

/// Writes a word or phrase with its field and ending.
fn write_text(clause: &TextClause, out: &mut String) {
    if let Some(field) = clause.field {
        out.push_str(field.name());
        out.push(':');
    }
    let text = plain_text(clause);
    match clause.kind {
        TextKind::Word => out.push_str(&text),
        TextKind::Phrase { slop } => {
            out.push('"');
            out.push_str(&text);
            out.push('"');
            if slop > 0 {
                out.push('~');
                push(out, &slop);
            }
        }
        TextKind::Prefix => {
            out.push_str(&text);
            out.push('*');
        }
        TextKind::Fuzzy { distance } => {
            out.push_str(&text);
            out.push('~');
            push(out, &distance);
        }
    }
}

/// The analyzed words if they read back as themselves, otherwise the text as typed.
fn plain_text(clause: &TextClause) -> String {
    let is_phrase = matches!(clause.kind, TextKind::Phrase { .. });
    let joined = clause.words.join(" ");
    if clause.alternatives.is_empty() && (is_phrase || clause.words.len() == 1) {
        let read = words(&joined);
        let same = read.iter().all(|word| word.variants.is_empty())
            && read.iter().flat_map(|word| &word.parts).eq(&clause.words);
        if same {
            return joined;
        }
    }
    if is_phrase {
        return clause.typed.clone();
    }
    // Inside a word these part it as a slash does, but at its end they would be syntax.
    clause.typed.replace(|character| is_tilde(character) || is_star(character), "/")
}
