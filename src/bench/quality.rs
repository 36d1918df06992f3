//! How well searches rank: a judged collection as real PDFs through a real ingest and real searches.

use crate::bench::collection::{CollectionError, each_line, without_spaces};
use crate::bench::page_scores::PAGES;
use crate::bench::{
    BenchError, Collection, Corpus, Documents, PageAnswer, PageScores, Question, Scores, Statistic, document_name,
    record_pdf,
};
use crate::extract::ExtractOptions;
use crate::ingest::{IngestOptions, Progress, Summary, ingest};
use crate::search::{Engine, Operator, SearchError, SearchRequest};
use crate::store::Library;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Hits of a question that are scored, as in TREC's runs.
const DEPTH: usize = 1_000;
/// Hits in one response, at most.
const RESPONSE_LIMIT: usize = 100;

/// How to measure.
#[derive(Debug, Clone, Default)]
pub struct QualityOptions {
    /// How bare words combine.
    pub operator: Operator,
    /// A new or empty folder for the library (`index/` in it) and the PDFs made of records (`pdf/`), which are
    /// otherwise thrown away.
    pub keep: Option<PathBuf>,
    /// Extracting threads; 0 = one a core.
    pub jobs: usize,
    /// How files are read.
    pub extract: ExtractOptions,
    /// Times all questions are asked before their time counts.
    pub warmup: usize,
    /// Times all questions are asked for the time that takes; 0 counts as 1.
    pub runs: usize,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// The files of the documents.
    #[serde(skip)]
    pub corpus: Corpus,
    /// What the ingest of the documents did.
    pub ingest: Summary,
    /// Means over the questions with judgements; a question without a hit counts as 0.
    pub scores: Scores,
    /// Means over the questions whose right pages are known, if there are any.
    pub pages: Option<PageScores>,
    /// Questions with judgements: those the figures are of.
    pub questions: usize,
    /// Questions nobody judged, which are left out.
    pub unjudged: usize,
    /// Questions without a hit.
    pub without_hit: usize,
    /// Questions refused as over a limit of the query language; they count as without a hit.
    pub refused: usize,
    /// Seconds that all searches took, one after the other on each core; the median of the runs.
    pub search_seconds: f64,
    /// The same over the runs.
    pub search_runs: Statistic,
    /// Every question with judgements, in the order of the file.
    pub answers: Vec<Answer>,
}

/// One question's result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// What was typed.
    pub query: String,
    /// Reports that match.
    pub found: u64,
    /// Why the query was refused, if it was.
    pub refused: Option<String>,
    /// Its scores.
    #[serde(flatten)]
    pub scores: Scores,
    /// Its scores by page, if its right pages are known.
    pub pages: Option<PageAnswer>,
}

/// Measures; `stop` ends it early, without figures.
pub fn measure(
    collection: &Collection,
    options: &QualityOptions,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Quality, BenchError> {
    let temporary = tempfile::tempdir().map_err(BenchError::io("create", &std::env::temp_dir()))?;
    let room = options.keep.as_deref().unwrap_or(temporary.path());
    super::claim(room)?;
    let (folder, names) = match &collection.documents {
        Documents::Records(records) => {
            let folder = room.join("pdf");
            let names = print_records(records, &folder)?;
            (folder, names)
        }
        Documents::Pdfs(folder) => (folder.clone(), HashMap::new()),
    };
    let library = Library::open_for_writing(&room.join("index"))?;
    let ingest_options = IngestOptions {
        paths: vec![folder],
        jobs: options.jobs,
        extract: options.extract.clone(),
        ..IngestOptions::default()
    };
    let summary = ingest(&library, &ingest_options, progress, stop)?;
    let corpus = Corpus::of(&library)?;
    let engine = Engine::open(Arc::new(library))?;
    let asker = Asker { engine: &engine, operator: options.operator, names, stop };
    let judged: Vec<&Question> = collection.questions.iter().filter(|question| question.judgements.is_some()).collect();
    let (mut answers, mut seconds) = (Vec::new(), Vec::new());
    for run in 0..options.warmup + options.runs.max(1) {
        let started = Instant::now();
        answers = judged.par_iter().map(|question| asker.answer(question)).collect::<Result<Vec<_>, _>>()?;
        seconds.extend((run >= options.warmup).then(|| started.elapsed().as_secs_f64()));
    }
    let search_runs = Statistic::of(seconds);
    if summary.interrupted || stop.load(Ordering::Relaxed) {
        return Err(BenchError::Interrupted);
    }
    let scores: Vec<Scores> = answers.iter().map(|answer| answer.scores).collect();
    let page_answers: Vec<PageAnswer> = answers.iter().filter_map(|answer| answer.pages).collect();
    Ok(Quality {
        corpus,
        ingest: summary,
        scores: Scores::mean(&scores),
        pages: (!page_answers.is_empty()).then(|| PageScores::mean(&page_answers)),
        questions: answers.len(),
        unjudged: collection.questions.len() - answers.len(),
        without_hit: answers.iter().filter(|answer| answer.found == 0).count(),
        refused: answers.iter().filter(|answer| answer.refused.is_some()).count(),
        search_seconds: search_runs.median,
        search_runs,
        answers,
    })
}

/// Writes a PDF for every record and returns the records' names by the stems of the files.
fn print_records(records: &Path, folder: &Path) -> Result<HashMap<String, String>, BenchError> {
    std::fs::create_dir_all(folder).map_err(BenchError::io("create", folder))?;
    let mut names: HashMap<String, String> = HashMap::new();
    let mut lost = None;
    let printed = each_line(records, |line| {
        let record: Value = serde_json::from_str(line).map_err(|error| format!("is not JSON: {error}"))?;
        let id = match record.get("id") {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => return Err("has no `id`".to_owned()),
        };
        let text = |name| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let stem = file_stem(&id);
        let path = folder.join(format!("{stem}.pdf"));
        if names.insert(stem, without_spaces(&id)).is_some() {
            return Err(format!("has the `id` of an earlier one: `{id}`"));
        }
        std::fs::write(&path, record_pdf(&id, text("title"), text("text"))).map_err(|error| {
            lost = Some(BenchError::io("write", &path)(error));
            String::new()
        })
    });
    match (printed, lost) {
        (_, Some(error)) => Err(error),
        (Err(error), None) => Err(error.into()),
        (Ok(_), None) if names.is_empty() => Err(CollectionError::NoDocuments(records.to_owned()).into()),
        (Ok(_), None) => Ok(names),
    }
}

/// A name for a record's file that is no path and the same on every system: what is not a letter, digit, `-`, `_` or
/// `.` of ASCII, and a `.` at the beginning, is percent-encoded.
fn file_stem(id: &str) -> String {
    let encoded = |(place, byte): (usize, u8)| match byte {
        b'.' if place == 0 => "%2E".to_owned(),
        b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    id.bytes().enumerate().map(encoded).collect()
}

/// Asks the questions.
struct Asker<'a> {
    engine: &'a Engine,
    operator: Operator,
    /// Names of the records by the stems of their files; empty if the documents are files themselves.
    names: HashMap<String, String>,
    stop: &'a AtomicBool,
}

impl Asker<'_> {
    fn answer(&self, question: &Question) -> Result<Answer, SearchError> {
        let mut shown: Vec<(String, Vec<u32>)> = Vec::new();
        let mut request = SearchRequest {
            q: question.query.clone(),
            limit: RESPONSE_LIMIT,
            // Pages cost texts to be read, so they are asked for only where they are judged; never passages.
            pages: if question.pages.is_some() { PAGES } else { 0 },
            passages: 0,
            operator: self.operator,
            ..SearchRequest::default()
        };
        let mut found = 0;
        let mut refused = None;
        while shown.len() < DEPTH && !self.stop.load(Ordering::Relaxed) {
            let response = match self.engine.search(&request) {
                Ok(response) => response,
                Err(SearchError::Query(error)) => {
                    refused = Some(error.to_string());
                    break;
                }
                Err(error) => return Err(error),
            };
            found = response.total.value;
            shown.extend(response.hits.iter().map(|hit| {
                let pages = hit.pages.iter().map(|page| page.page).collect();
                (self.name(&hit.file), pages)
            }));
            request.cursor = response.next_cursor;
            if request.cursor.is_none() {
                break;
            }
        }
        let ranking: Vec<&str> = shown.iter().map(|(document, _)| document.as_str()).collect();
        Ok(Answer {
            question: question.id.clone(),
            query: question.query.clone(),
            found,
            refused,
            scores: question.judgements.as_ref().map(|judged| Scores::of(&ranking, judged)).unwrap_or_default(),
            pages: question.pages.as_ref().map(|right| PageAnswer::of(&shown, right)),
        })
    }

    fn name(&self, file: &str) -> String {
        let stem = document_name(file);
        self.names.get(&stem).cloned().unwrap_or(stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Silent;
    use std::fs;

    const RECORDS: &str = r#"{"id": "a/b", "title": "Cash transfers", "text": "Cash was paid to all."}
{"id": 7, "title": "Food aid", "text": "Food was late. Cash would have been faster."}
{"id": "../c", "title": "Water", "text": "Wells and pumps."}
"#;

    fn collection(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary directory");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("room");
        }
        folder
    }

    fn measured(folder: &Path, options: &QualityOptions) -> Result<Quality, BenchError> {
        let collection = Collection::open(folder, None)?;
        measure(&collection, options, &Silent, &AtomicBool::new(false))
    }

    #[test]
    fn records_are_printed_ingested_searched_and_scored() {
        let folder = collection(&[
            ("docs.jsonl", RECORDS),
            ("queries.tsv", "1\tcash\n2\twater wells\n3\tzebra\n4\tunjudged\n5\tfood zebra\n"),
            ("qrels.txt", "1 0 7 1\n2 0 ../c 1\n3 0 7 1\n5 0 7 1\n"),
            ("pages.tsv", "1\t7\t1\n2\t../c\t2\n"),
        ]);
        let quality = measured(folder.path(), &QualityOptions::default()).expect("figures");
        assert_eq!((quality.ingest.files, quality.ingest.indexed), (3, 3));
        assert_eq!((quality.questions, quality.unjudged, quality.without_hit), (4, 1, 1));
        let reciprocal_ranks: Vec<f64> = quality.answers.iter().map(|answer| answer.scores.mrr).collect();
        assert_eq!(
            reciprocal_ranks,
            [0.5, 1.0, 0.0, 1.0],
            "the title decides for the first, words are relaxed in the last"
        );
        let pages = quality.pages.expect("judged by page");
        assert_eq!((pages.questions, pages.first_page, pages.mrr, pages.within_report), (2, 0.0, 0.25, 0.5));
    }

    #[test]
    fn a_query_over_a_limit_counts_as_without_a_hit() {
        let words = "water ".repeat(200);
        let folder = collection(&[
            ("docs.jsonl", RECORDS),
            ("queries.tsv", &format!("1\t{words}\n2\twater\n")),
            ("qrels.txt", "1 0 ../c 1\n2 0 ../c 1\n"),
        ]);
        let quality = measured(folder.path(), &QualityOptions::default()).expect("figures");
        assert_eq!((quality.questions, quality.refused, quality.without_hit), (2, 1, 1));
        assert_eq!(quality.scores.mrr, 0.5);
    }

    #[test]
    fn the_library_is_kept_on_request_in_a_folder_of_its_own() {
        let folder = collection(&[("docs.jsonl", RECORDS), ("queries.tsv", "1\tcash"), ("qrels.txt", "1 0 7 1")]);
        let keep = folder.path().join("kept");
        let options = QualityOptions { keep: Some(keep.clone()), ..QualityOptions::default() };
        measured(folder.path(), &options).expect("figures");
        assert!(Library::open_for_reading(&keep.join("index")).is_ok());
        assert!(keep.join("pdf/7.pdf").exists() && keep.join("pdf/a%2Fb.pdf").exists());
        assert!(matches!(measured(folder.path(), &options), Err(BenchError::KeepNotEmpty(_))));
    }

    #[test]
    fn records_that_cannot_be_printed_are_named() {
        for (records, expected) in [
            ("{\"id\": \"1\"}\nnot JSON", "line 2 of"),
            ("{\"title\": \"no name\"}", "has no `id`"),
            ("{\"id\": \"1\"}\n{\"id\": 1}", "has the `id` of an earlier one: `1`"),
            ("", "has neither"),
        ] {
            let folder = collection(&[("docs.jsonl", records), ("queries.tsv", "1\tcash"), ("qrels.txt", "1 0 7 1")]);
            let error = measured(folder.path(), &QualityOptions::default()).expect_err(records).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn an_interrupted_measurement_has_no_figures() {
        let folder = collection(&[("docs.jsonl", RECORDS), ("queries.tsv", "1\tcash"), ("qrels.txt", "1 0 7 1")]);
        let collection = Collection::open(folder.path(), None).expect("a collection");
        let result = measure(&collection, &QualityOptions::default(), &Silent, &AtomicBool::new(true));
        assert!(matches!(result, Err(BenchError::Interrupted)));
    }

    #[test]
    fn names_of_files_are_no_paths() {
        for (id, expected) in [("12", "12"), ("a/b", "a%2Fb"), ("..", "%2E."), ("é %", "%C3%A9%20%25")] {
            assert_eq!(file_stem(id), expected);
        }
    }
}
