//! How much the order differs from that of the engine within, on a judged collection: a measurement, asked for by name.
//!
//! `RECTO_COLLECTION=DIRECTORY cargo test --features cluster --lib -- --ignored --nocapture ranking_elsewhere`, with
//! `docs.jsonl`, `queries.tsv` and `qrels.txt` as the built-in measurements read them. With `QUICKWIT_URL` set it is the
//! order of a real engine.

use super::shelf::Elsewhere;
use crate::search::tests::library::Made;
use crate::search::{Engine, Operator, SearchRequest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Hits compared and scored.
const TOP: usize = 10;
/// Of so many questions one is asked: the engine in memory looks at every record for every word.
const EVERY: usize = 9;

#[test]
#[ignore = "a measurement of minutes, on a collection beside the repository"]
#[expect(clippy::print_stderr, reason = "it is what the measurement is for")]
fn ranking_elsewhere() {
    let directory = PathBuf::from(std::env::var("RECTO_COLLECTION").expect("RECTO_COLLECTION names a collection"));
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).expect(name);
    let record = |line: &str| {
        let record: BTreeMap<String, String> = serde_json::from_str(line).expect("a record");
        Made {
            name: record["id"].clone().leak(),
            title: record["title"].clone().leak(),
            language: Some("en"),
            pages: vec![record["text"].clone()],
            ..Made::default()
        }
    };
    let made: Vec<Made> = read("docs.jsonl").lines().map(record).collect();
    let mut judgements: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for line in read("qrels.txt").lines() {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [question, _, document, judgement] = parts.as_slice() else { panic!("{line}") };
        let of_question = judgements.entry((*question).to_owned()).or_default();
        of_question.insert((*document).to_owned(), judgement.parse().expect("a number"));
    }
    let elsewhere = Elsewhere::real(&made).unwrap_or_else(|| Elsewhere::of(&made));
    let ranked = |engine: &Engine, q: &str| -> Vec<&str> {
        let request =
            SearchRequest { q: q.to_owned(), limit: TOP, pages: 1, operator: Operator::Or, ..SearchRequest::default() };
        engine.search(&request).expect("answers").hits.iter().map(|hit| elsewhere.within.name(hit.id)).collect()
    };
    let (mut within, mut without, mut shared, mut asked) = (0.0, 0.0, 0.0, 0.0);
    for line in read("queries.tsv").lines().step_by(EVERY) {
        let (question, q) = line.split_once('\t').expect("a question");
        let Some(judgements) = judgements.get(question) else { continue };
        let [one, other] = [&elsewhere.within.engine, &elsewhere.engine].map(|engine| ranked(engine, q));
        let same: BTreeSet<&&str> = one.iter().filter(|name| other.contains(name)).collect();
        shared += same.len() as f64 / one.len().max(1) as f64;
        within += ndcg(&one, judgements);
        without += ndcg(&other, judgements);
        asked += 1.0;
    }
    eprintln!("{asked} questions; nDCG@10 within {:.4}, elsewhere {:.4}", within / asked, without / asked);
    eprintln!("{:.1} % of the first {TOP} are the same reports", 100.0 * shared / asked);
    assert!(asked > 0.0);
}

/// nDCG of the first hits.
fn ndcg(ranking: &[&str], judgements: &BTreeMap<String, f64>) -> f64 {
    let discounted = |gains: &[f64]| -> f64 {
        (2..).zip(gains.iter().take(TOP)).map(|(rank, gain)| gain / f64::from(rank).log2()).sum()
    };
    let gains: Vec<f64> = ranking.iter().map(|name| judgements.get(*name).copied().unwrap_or(0.0)).collect();
    let mut ideal: Vec<f64> = judgements.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    discounted(&gains) / discounted(&ideal).max(f64::MIN_POSITIVE)
}
