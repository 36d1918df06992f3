//! `recto bench quality`: scores searches by what people judged relevant.

use super::{Measured, count};
use crate::bench::quality::{QualityOptions, measure};
use crate::bench::{Collection, Corpus, Documents, Machine};
use crate::cli::args::BenchQualityArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{QualityText, to_json};
use crate::cli::session::Session;
use crate::search::Operator;
use serde::Serialize;

/// The collection measured, in JSON.
#[derive(Serialize)]
struct Judged<'c> {
    directory: std::borrow::Cow<'c, str>,
    documents: &'static str,
    op: &'c str,
    warmup: u64,
    runs: u64,
    #[serde(flatten)]
    files: &'c Corpus,
}

/// Measures and prints the scores.
pub fn run(arguments: &BenchQualityArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let collection =
        Collection::open(&arguments.directory, arguments.pdfs.as_deref()).map_err(crate::bench::BenchError::from)?;
    let op = session.config().search.op.as_str();
    let options = QualityOptions {
        operator: if op == "or" { Operator::Or } else { Operator::And },
        keep: arguments.keep.clone(),
        warmup: count(arguments.warmup),
        runs: count(arguments.runs),
        jobs: session.config().ingest.jobs,
        extract: session.extract_options()?,
    };
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping"));
    let reporter = session.reporter();
    let outcome = measure(&collection, &options, &reporter, &stop);
    reporter.finish();
    let mut quality = outcome?;
    if !arguments.per_query {
        quality.answers.clear();
    }
    if arguments.json {
        let corpus = Judged {
            directory: arguments.directory.to_string_lossy(),
            documents: match collection.documents {
                Documents::Records(_) => "records",
                Documents::Pdfs(_) => "pdfs",
            },
            op,
            warmup: arguments.warmup,
            runs: arguments.runs,
            files: &quality.corpus,
        };
        console.results(&to_json(&Measured {
            bench: "quality",
            machine: Machine::current(),
            corpus,
            figures: &quality,
        })?)?;
    } else {
        console.results(&QualityText { quality: &quality, machine: &Machine::current(), op }.to_string())?;
    }
    if let Some(keep) = &arguments.keep {
        console.note(format!("kept: recto search --index '{}'", keep.join("index").display()));
    }
    Ok(ExitCode::Success)
}
