//! `recto bench bars`: everything that the program can measure of itself, beside what it is to keep to.

use super::{Measured, count, runner};
use crate::bench::bars::{Bar, Figures, GROWTH_PAGES, QUICK_PAGES, Verdict, bars};
use crate::bench::cost::{self, Cost, CostOptions};
use crate::bench::growth::{self, Growth, GrowthOptions};
use crate::bench::quality::{self, Quality, QualityOptions};
use crate::bench::{BenchError, Collection, Corpus, Machine};
use crate::cli::args::{BarsPart, BenchBarsArguments};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{BarsText, GrowthSvg, to_json};
use crate::cli::session::Session;
use crate::ingest::{IngestOptions, ingest};
use crate::search::Operator;
use crate::store::Library;
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Queries asked of each library, and where there is little time.
const QUERIES: usize = 500;
const QUICK_QUERIES: usize = 60;

/// The bars with all that they were judged by, in JSON.
#[derive(Serialize)]
struct Judged<'j> {
    bars: &'j [Bar],
    ingest: Option<&'j Cost>,
    growth: Option<&'j Growth>,
    quality: Option<&'j Quality>,
}

/// Measures and prints the bars.
pub fn run(arguments: &BenchBarsArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping"));
    let measuring = Measuring { arguments, session, stop: &stop };
    let cost = measuring.asked(BarsPart::Ingest).then(|| measuring.cost()).transpose()?;
    let growth = measuring.asked(BarsPart::Growth).then(|| measuring.growth()).transpose()?;
    let judged = arguments.judged.as_deref().filter(|_| measuring.asked(BarsPart::Ranking));
    let quality = judged.map(|folder| measuring.quality(folder)).transpose()?;
    let (cost, growth, quality) = (cost.as_ref(), growth.as_ref(), quality.as_ref());
    let bars = bars(&Figures { cost, growth, quality, limits: &session.config().limits });
    let machine = Machine::current();
    if let Some((file, growth)) = arguments.svg.as_ref().zip(growth) {
        let picture = GrowthSvg { growth, machine: &machine }.to_string();
        std::fs::write(file, picture).map_err(CommandError::file("write", file))?;
    }
    let of_cost = cost.map(|cost| &cost.corpus);
    let corpus: Option<&Corpus> =
        of_cost.or(growth.map(|growth| &growth.corpus)).or(quality.map(|quality| &quality.corpus));
    if arguments.json {
        let figures = &Judged { bars: &bars, ingest: cost, growth, quality };
        console.results(&to_json(&Measured { bench: "bars", machine, corpus, figures })?)?;
    } else {
        console.results(&BarsText { bars: &bars, machine: &machine, corpus }.to_string())?;
    }
    Ok(if bars.iter().any(|bar| bar.verdict == Verdict::Fail) { ExitCode::NothingFound } else { ExitCode::Success })
}

struct Measuring<'m> {
    arguments: &'m BenchBarsArguments,
    session: &'m Session,
    stop: &'m AtomicBool,
}

impl Measuring<'_> {
    fn asked(&self, part: BarsPart) -> bool {
        self.arguments.only.is_empty() || self.arguments.only.contains(&part)
    }

    fn told(&self, step: &str) {
        self.session.console.note(step);
    }

    fn cost(&self) -> Result<Cost, CommandError> {
        let is_quick = self.arguments.quick;
        let options = CostOptions {
            paths: self.arguments.paths.clone(),
            jobs: self.session.config().ingest.jobs,
            warmup: usize::from(!is_quick),
            runs: if is_quick { 1 } else { count(self.arguments.runs) },
            is_in_process: false,
        };
        Ok(cost::measure(&options, &runner::runner(self.session)?, &|step| self.told(step), self.stop)?)
    }

    /// Of libraries made of the text of the files.
    fn growth(&self) -> Result<Growth, CommandError> {
        let room = tempfile::tempdir().map_err(CommandError::file("create", &std::env::temp_dir()))?;
        let library = room.path().join("index");
        self.told("a library of the files, to make others of its text");
        let options = IngestOptions { paths: self.arguments.paths.clone(), ..self.session.ingest_options()? };
        let reporter = self.session.reporter();
        let summary = ingest(&Library::open_for_writing(&library)?, &options, &reporter, self.stop)?;
        if summary.interrupted {
            return Err(BenchError::Interrupted.into());
        }
        let is_quick = self.arguments.quick;
        let sizes: &[u64] = if is_quick { &QUICK_PAGES } else { &GROWTH_PAGES };
        let options = GrowthOptions {
            library,
            pages: self.arguments.pages.clone().unwrap_or_else(|| sizes.to_vec()),
            keep: self.arguments.keep.clone(),
            jobs: self.session.config().ingest.jobs,
            queries: if is_quick { QUICK_QUERIES } else { QUERIES },
            seed: 1,
            warmup: usize::from(!is_quick),
            runs: if is_quick { 1 } else { count(self.arguments.runs) },
        };
        let growth = growth::measure(&options, &reporter, &|step| self.told(step), self.stop);
        reporter.finish();
        Ok(growth?)
    }

    fn quality(&self, folder: &Path) -> Result<Quality, CommandError> {
        let collection = Collection::open(folder, None).map_err(BenchError::from)?;
        self.told("a judged collection");
        let options = QualityOptions {
            operator: Operator::Or,
            jobs: self.session.config().ingest.jobs,
            extract: self.session.extract_options()?,
            ..QualityOptions::default()
        };
        let reporter = self.session.reporter();
        let quality = quality::measure(&collection, &options, &reporter, self.stop);
        reporter.finish();
        let mut quality = quality?;
        quality.answers.clear();
        Ok(quality)
    }
}
