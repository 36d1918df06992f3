//! What is looked for, in the clauses that Quickwit answers rightly.

use serde_json::{Value, json};

/// A condition on pages. Words are analyzed already: nothing here is analyzed again.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// Every page.
    Everything,
    /// Pages with a word, which counts `boost` times.
    Term {
        /// Field.
        field: &'static str,
        /// The word.
        word: String,
        /// 1 for its plain weight.
        boost: f32,
    },
    /// Pages with any of these words; does not score.
    AnyTerm {
        /// Field.
        field: &'static str,
        /// The words.
        words: Vec<String>,
    },
    /// Pages with these words in order, up to `slop` others between them. One alone is a term.
    Phrase {
        /// Field.
        field: &'static str,
        /// The words.
        words: Vec<String>,
        /// Words that may stand between.
        slop: u32,
    },
    /// Pages with a word that begins so.
    Beginning {
        /// Field.
        field: &'static str,
        /// Its first characters.
        beginning: String,
    },
    /// Pages with a number between two, both included.
    Between {
        /// Field.
        field: &'static str,
        /// The least.
        from: Option<i64>,
        /// The greatest.
        to: Option<i64>,
    },
    /// Pages that have something in a field.
    Exists {
        /// Field.
        field: &'static str,
    },
    /// All of these.
    All(Vec<Clause>),
    /// At least so many of these.
    AtLeast {
        /// How many.
        minimum: usize,
        /// Of these.
        clauses: Vec<Clause>,
    },
    /// All of one list, higher the more of the other.
    Lifted {
        /// What decides.
        all: Vec<Clause>,
        /// What only scores.
        by: Vec<Clause>,
    },
    /// None of these; does not score.
    Not(Vec<Clause>),
    /// All of these, without scoring.
    Filter(Vec<Clause>),
}

impl Clause {
    /// As Elasticsearch's JSON.
    pub fn json(&self) -> Value {
        match self {
            Clause::Everything => json!({"match_all": {}}),
            Clause::Term { field, word, boost } => term(field, word, *boost),
            Clause::AnyTerm { field, words } => json!({"terms": {*field: words}}),
            Clause::Phrase { field, words, slop } => match words.as_slice() {
                [] => json!({"match_none": {}}),
                [word] => term(field, word, 1.0),
                words => phrase(field, words, *slop),
            },
            Clause::Beginning { field, beginning } => json!({"prefix": {*field: {"value": beginning}}}),
            Clause::Between { field, from, to } => between(field, *from, *to),
            Clause::Exists { field } => json!({"exists": {"field": field}}),
            Clause::All(clauses) => json!({"bool": {"must": all(clauses)}}),
            Clause::AtLeast { minimum, clauses } => {
                json!({"bool": {"should": all(clauses), "minimum_should_match": minimum}})
            }
            Clause::Lifted { all: deciding, by } => json!({"bool": {"must": all(deciding), "should": all(by)}}),
            Clause::Not(clauses) => json!({"bool": {"must": [{"match_all": {}}], "must_not": all(clauses)}}),
            Clause::Filter(clauses) => json!({"bool": {"filter": all(clauses)}}),
        }
    }
}

fn all(clauses: &[Clause]) -> Vec<Value> {
    clauses.iter().map(Clause::json).collect()
}

#[expect(clippy::float_cmp, reason = "1 is what is left out")]
fn term(field: &str, word: &str, boost: f32) -> Value {
    if boost == 1.0 {
        return json!({"term": {field: {"value": word}}});
    }
    json!({"term": {field: {"value": word, "boost": boost}}})
}

fn phrase(field: &str, words: &[String], slop: u32) -> Value {
    let text = words.join(" ");
    if slop == 0 {
        return json!({"match_phrase": {field: {"query": text}}});
    }
    json!({"match_phrase": {field: {"query": text, "slop": slop}}})
}

fn between(field: &str, from: Option<i64>, to: Option<i64>) -> Value {
    let mut bounds = serde_json::Map::new();
    bounds.extend(from.map(|from| ("gte".to_owned(), from.into())));
    bounds.extend(to.map(|to| ("lte".to_owned(), to.into())));
    json!({"range": {field: bounds}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_those_that_are_answered_rightly() {
        let word = |word: &str| Clause::Term { field: "body", word: word.to_owned(), boost: 1.0 };
        let phrase = |words: &[&str], slop| Clause::Phrase {
            field: "body",
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            slop,
        };
        for (clause, expected) in [
            (word("silt"), json!({"term": {"body": {"value": "silt"}}})),
            (
                Clause::Term { field: "title", word: "silt".to_owned(), boost: 3.0 },
                json!({"term": {"title": {"value": "silt", "boost": 3.0}}}),
            ),
            (phrase(&["silt"], 0), json!({"term": {"body": {"value": "silt"}}})),
            (phrase(&[], 0), json!({"match_none": {}})),
            (phrase(&["a", "b"], 0), json!({"match_phrase": {"body": {"query": "a b"}}})),
            (phrase(&["a", "b"], 5), json!({"match_phrase": {"body": {"query": "a b", "slop": 5}}})),
            (Clause::Between { field: "year", from: Some(1965), to: None }, json!({"range": {"year": {"gte": 1965}}})),
            (
                Clause::AtLeast { minimum: 1, clauses: vec![word("a"), word("b")] },
                json!({"bool": {"minimum_should_match": 1,
                    "should": [{"term": {"body": {"value": "a"}}}, {"term": {"body": {"value": "b"}}}]}}),
            ),
            (
                Clause::Lifted { all: vec![word("a")], by: vec![word("b")] },
                json!({"bool": {"must": [{"term": {"body": {"value": "a"}}}],
                    "should": [{"term": {"body": {"value": "b"}}}]}}),
            ),
            (
                Clause::Not(vec![word("a")]),
                json!({"bool": {"must": [{"match_all": {}}], "must_not": [{"term": {"body": {"value": "a"}}}]}}),
            ),
        ] {
            assert_eq!(clause.json(), expected);
        }
    }
}
