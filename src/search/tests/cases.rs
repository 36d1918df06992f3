//! Queries on small libraries, a theme a file: which reports are found, on which pages, and what is marked there.
//!
//! A case says what the reader sees: `shows = ["kenya 1: [cash] was paid"]` is a report, a page and its passages with
//! the marked ranges in brackets. Whatever a case does not name must not be there: no warning, no relaxing, no
//! correction. Every case is asked of each of [`Shelf::three`].

use super::library::{Made, Shelf, asked};
use crate::search::{Engine, Operator, PageHit, Passage, SearchError, SearchRequest, SearchResponse};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Theme {
    report: Vec<MadeReport>,
    case: Vec<Case>,
}

/// [`Made`] as written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MadeReport {
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    authors: Vec<String>,
    date: Option<String>,
    language: Option<String>,
    pages: Vec<String>,
    #[serde(default)]
    sections: Vec<String>,
    #[serde(default)]
    footer: String,
    #[serde(default)]
    garbled: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Queries with one and the same answer.
    queries: Vec<String>,
    /// The reports found, by name, if their pages do not matter.
    finds: Option<Vec<String>>,
    /// The pages shown, by report and number; empty for none.
    shows: Option<Vec<String>>,
    /// The boxes on each page of `shows`, where they are not just the words with a marked letter in them.
    quads: Option<Vec<usize>>,
    /// The query as interpreted, if that matters.
    interpreted: Option<String>,
    /// A part of each warning.
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    relaxed: bool,
    did_you_mean: Option<String>,
    /// The code and position of the refusal.
    refused: Option<(String, usize)>,
    /// Whether bare words are joined by OR.
    #[serde(default)]
    or: bool,
}

macro_rules! themes {
    ($($theme:ident)*) => { $(
        #[test]
        fn $theme() {
            check(include_str!(concat!("cases/", stringify!($theme), ".toml")));
        }
    )* };
}

themes!(words phrases operators endings fields scripts joined answers);

fn leaked(text: String) -> &'static str {
    text.leak()
}

fn all_leaked(texts: Vec<String>) -> &'static [&'static str] {
    texts.into_iter().map(leaked).collect::<Vec<_>>().leak()
}

impl MadeReport {
    fn made(self) -> Made {
        Made {
            name: leaked(self.name),
            title: leaked(self.title),
            authors: all_leaked(self.authors),
            date: self.date.map(leaked),
            language: self.language.map(leaked),
            pages: self.pages,
            sections: all_leaked(self.sections),
            footer: leaked(self.footer),
            garbled: self.garbled.leak(),
            summary: "",
            recommendations: &[],
        }
    }
}

fn check(theme: &str) {
    let Theme { report, case } = toml::from_str(theme).expect("a theme");
    let reports: Vec<Made> = report.into_iter().map(MadeReport::made).collect();
    let mut faults: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (shelf, which) in Shelf::three(&reports) {
        for case in &case {
            for query in &case.queries {
                for fault in case.faults(&shelf.engine, &shelf, query) {
                    faults.entry(format!("{query:?}: {fault}")).or_default().push(which);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    #[cfg(feature = "cluster")]
    elsewhere::check(&reports, &case);
}

/// The same cases on an engine elsewhere.
#[cfg(feature = "cluster")]
mod elsewhere {
    use super::Case;
    use crate::search::remote::tests::shelf::Elsewhere;
    use crate::search::tests::library::Made;
    use std::collections::BTreeMap;

    /// Queries that are answered differently there, and why.
    const DIFFERENT: [(&str, &str); 1] = [(
        "\"households the transfer\" page:1",
        "scopes are decided on pages, none of which has the whole of a phrase over their end",
    )];

    /// Asks all cases of the engine in memory and, if there is one, of a real one. A difference that is not listed is a
    /// fault, and so is one that is listed and gone.
    pub(super) fn check(reports: &[Made], cases: &[Case]) {
        for engine in std::iter::once(Elsewhere::of(reports)).chain(Elsewhere::real(reports)) {
            let mut faults: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (case, query) in cases.iter().flat_map(|case| case.queries.iter().map(move |query| (case, query))) {
                let found = case.faults(&engine.engine, &engine.within, query);
                let is_known = DIFFERENT.iter().any(|(different, _)| different == query);
                if found.is_empty() == is_known {
                    faults.insert(query, found);
                }
            }
            assert!(faults.is_empty(), "{faults:#?}");
        }
    }
}

impl Case {
    fn faults(&self, engine: &Engine, shelf: &Shelf, query: &str) -> Vec<String> {
        let operator = if self.or { Operator::Or } else { Operator::And };
        let request = SearchRequest { operator, ..asked(query) };
        match (engine.search(&request), &self.refused) {
            (Ok(response), None) => self.faults_of(&response, shelf),
            (Err(SearchError::Query(error)), Some(refused)) => {
                let mut faults = Vec::new();
                compare(&mut faults, "refused", &(error.code.to_owned(), error.position), refused);
                faults
            }
            (answer, _) => vec![format!("answered {answer:?}")],
        }
    }

    fn faults_of(&self, response: &SearchResponse, shelf: &Shelf) -> Vec<String> {
        let mut faults = Vec::new();
        let mut found: Vec<String> = response.hits.iter().map(|hit| shelf.name(hit.id).to_owned()).collect();
        found.sort();
        compare(&mut faults, "total", &response.total.value, &(found.len() as u64));
        if let Some(expected) = &self.finds {
            compare(&mut faults, "finds", &found, expected);
        }
        if let Some(expected) = &self.shows {
            let mut pages: Vec<(&str, &PageHit)> =
                response.hits.iter().flat_map(|hit| hit.pages.iter().map(|page| (shelf.name(hit.id), page))).collect();
            pages.sort_by_key(|(name, page)| (*name, page.page));
            let shown: Vec<String> = pages.iter().map(|(name, page)| line(name, page)).collect();
            compare(&mut faults, "shows", &shown, expected);
            found.dedup();
            let mut named: Vec<&str> = shown.iter().filter_map(|line| line.split(' ').next()).collect();
            named.dedup();
            compare(&mut faults, "reports without pages", &named, &found.iter().map(String::as_str).collect());
            let quads: Vec<usize> = pages.iter().map(|(_, page)| page.quads.len()).collect();
            let marked = expected.iter().map(|line| marked_words(line)).collect();
            compare(&mut faults, "quads", &quads, self.quads.as_ref().unwrap_or(&marked));
        }
        if let Some(expected) = &self.interpreted {
            compare(&mut faults, "interpreted", &response.query.interpreted, expected);
        }
        let warnings = &response.query.warnings;
        if warnings.len() != self.warnings.len()
            || warnings.iter().zip(&self.warnings).any(|(warning, part)| !warning.contains(part))
        {
            faults.push(format!("warnings {warnings:?}, expected {:?}", self.warnings));
        }
        compare(&mut faults, "relaxed", &response.query.relaxed, &self.relaxed);
        compare(&mut faults, "did_you_mean", &response.query.did_you_mean, &self.did_you_mean);
        faults
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(faults: &mut Vec<String>, what: &str, found: &T, expected: &T) {
    if found != expected {
        faults.push(format!("{what} {found:?}, expected {expected:?}"));
    }
}

/// A page as `shows` writes it.
fn line(name: &str, page: &PageHit) -> String {
    let passages: Vec<String> = page.passages.iter().map(bracketed).collect();
    format!("{name} {}: {}", page.page, passages.join(" | "))
}

/// A passage with its ranges in brackets.
fn bracketed(passage: &Passage) -> String {
    let mut shown = String::new();
    for (place, character) in (0..).zip(passage.text.chars()) {
        for [start, end] in &passage.ranges {
            shown.extend((*end == place).then_some(']'));
            shown.extend((*start == place).then_some('['));
        }
        shown.push(character);
    }
    let length = passage.text.chars().count();
    shown.extend(passage.ranges.iter().any(|[_, end]| *end as usize == length).then_some(']'));
    shown
}

/// The words of a line of `shows` that are marked, whole or in part.
fn marked_words(line: &str) -> usize {
    let mut inside = false;
    let is_marked = |word: &&str| {
        let was_inside = inside;
        if let Some(last) = word.rfind(['[', ']']) {
            inside = word[last..].starts_with('[');
        }
        was_inside || word.contains(['[', ']'])
    };
    line.split_whitespace().filter(is_marked).count()
}
