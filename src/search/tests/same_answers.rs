//! One library, one answer: neither threads, segments, merges nor what was deleted before change a response.

use super::library::{Made, Shelf, asked, made};
use crate::extract::ExtractOptions;
use crate::ingest::{IngestOptions, Silent, ingest};
use crate::search::{Engine, SearchRequest, SearchResponse, Sort};
use crate::store::Library;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A response but for what may differ.
fn answer(response: &SearchResponse) -> Value {
    let mut answer = serde_json::to_value(response).expect("plain data");
    answer["took_ms"] = Value::Null;
    answer["index"]["generation"] = Value::Null;
    answer
}

fn answers(engine: &Engine, queries: &[&str]) -> Vec<(String, Value)> {
    let sorts = [Sort::Relevance, Sort::DateDescending, Sort::TitleAscending];
    let mut answers = Vec::new();
    for query in queries {
        for sort in sorts {
            let facets = ["language", "author", "year"].map(str::to_owned).to_vec();
            let request = SearchRequest { sort, facets, ..asked(query) };
            let response = engine.search(&request).expect("answers");
            answers.push((format!("{query} {sort:?}"), answer(&response)));
        }
    }
    answers
}

fn assert_same(found: &[(String, Value)], expected: &[(String, Value)], which: &str) {
    let differing = found.iter().zip(expected).filter_map(|((query, found), (_, expected))| {
        difference(found, expected).map(|difference| format!("{query}: {difference}"))
    });
    let differing: Vec<String> = differing.collect();
    assert!(differing.is_empty(), "{which}:\n{}", differing.join("\n"));
}

/// Where two answers differ first.
fn difference(found: &Value, expected: &Value) -> Option<String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) if found.len() == expected.len() => {
            found.iter().find_map(|(name, value)| Some(format!(".{name}{}", difference(value, expected.get(name)?)?)))
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => (0..)
            .zip(found.iter().zip(expected))
            .find_map(|(place, (found, expected))| Some(format!("[{place}]{}", difference(found, expected)?))),
        _ => (found != expected).then(|| format!(": {found}, expected {expected}")),
    }
}

const QUERIES: &[&str] = &[
    "grain",
    "grains prices",
    "price OR trade",
    "\"grain prices\"",
    "\"prices grain\"~4",
    "pri*",
    "grian~1",
    "grian",
    "traders markte",
    "grain -trade",
    "village grain zebra",
    "title:market",
    "page:2 grain",
    "section:findings price",
    "year:2001.. grain",
    "lang:en",
    "",
];

fn reports() -> Vec<Made> {
    let names = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"];
    let report = |(number, name): (usize, &'static str)| {
        let pages = vec![
            format!("{}prices of maize in the market", "grain ".repeat(number % 3 + 1)),
            format!("grain trade and traders {}", "more ".repeat(number * 3)),
            "villages and grain prices".to_owned(),
        ];
        let pages = pages.into_iter().take(number % 4 + 1).collect();
        let title = ["Grain market", "Trade of villages", "Prices"][number % 3];
        let date = [Some("2001"), None, Some("2003-04")][number % 3];
        let language = [Some("en"), Some("fr")][number / 7];
        Made { title, date, language, pages, sections: &["Summary", "Findings"], authors: &["A B"], ..made(name, &[]) }
    };
    names.into_iter().enumerate().map(report).collect()
}

/// Reports soon deleted, with words the others have and words near theirs.
fn ghosts() -> Vec<Made> {
    let page = "griane grain price pricing prix tradee marktes zebra village ".repeat(4);
    ["g0", "g1", "g2"].map(|name| Made { language: Some("de"), ..made(name, &[&page, &page]) }).to_vec()
}

#[test]
fn neither_segments_nor_merges_nor_deleted_reports_change_an_answer() {
    let (reports, ghosts) = (reports(), ghosts());
    let expected = answers(&Shelf::of(&[&reports]).engine, QUERIES);
    let apart: Vec<&[Made]> = reports.chunks(1).collect();
    let mut apart = Shelf::of(&apart);
    assert_same(&answers(&apart.engine, QUERIES), &expected, "a segment each");
    apart.merge();
    assert_same(&answers(&apart.engine, QUERIES), &expected, "merged");

    // Earlier versions of reports, and others between them.
    let old: Vec<Made> =
        reports.iter().step_by(2).map(|report| Made { pages: ghosts[0].pages.clone(), ..report.clone() }).collect();
    let mut rewritten = Shelf::of(&[&old, &ghosts, &reports[..6], &reports[4..]]);
    ghosts.iter().for_each(|ghost| rewritten.delete(ghost));
    assert_same(&answers(&rewritten.engine, QUERIES), &expected, "rewritten");
    rewritten.merge();
    assert_same(&answers(&rewritten.engine, QUERIES), &expected, "rewritten and merged");
}

#[test]
fn threads_do_not_change_an_answer() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    // The same file in two places, beside all others.
    let copy = directory.path().join("copies");
    std::fs::create_dir(&copy).expect("a folder");
    std::fs::copy(fixtures.join("budget-tables.pdf"), copy.join("a-copy.pdf")).expect("copies");
    let engine = |jobs: usize| {
        let library =
            Library::open_for_writing(&directory.path().join(format!("index-{jobs}"))).expect("a new library");
        let paths: Vec<PathBuf> = vec![fixtures.clone(), copy.clone()];
        let options = IngestOptions { paths, jobs, extract: ExtractOptions::default(), ..IngestOptions::default() };
        ingest(&library, &options, &Silent, &AtomicBool::new(false)).expect("the bundled reports");
        Engine::open(Arc::new(library)).expect("opens")
    };
    let queries = [
        "",
        "energy",
        "council services staff",
        "\"energy efficiency\"",
        "progr*",
        "effciency~2",
        "l'eau OR Wasser",
        "page:1 report",
        "budget -energy",
        "防災",
        "efficency zzzz",
        "lang:en year:2000..",
    ];
    let expected = answers(&engine(1), &queries);
    assert!(expected.iter().filter(|(_, answer)| answer["total"]["value"].as_u64() > Some(0)).count() > 24);
    for jobs in [2, 4] {
        assert_same(&answers(&engine(jobs), &queries), &expected, &format!("with {jobs} threads"));
    }
}
