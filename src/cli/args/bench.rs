//! What can be typed after `recto bench`.

use crate::bench::bars::GROWTH_PAGES;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `recto bench`
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Time ingests of files: pages a second, processor time, memory, room on disk, time by stage
    Ingest(BenchIngestArguments),
    /// Score searches by what people judged relevant: nDCG, recall, MRR, MAP
    Quality(BenchQualityArguments),
    /// Time a mix of queries, beside the engine's own for the same words: percentiles, throughput, disk use
    Search(BenchSearchArguments),
    /// Measure libraries of more and more pages, made of the text of this one, as a table and as curves
    Growth(BenchGrowthArguments),
    /// Measure all that Recto is to keep to, each figure beside its bar; exit code 1 if one is missed
    Bars(BenchBarsArguments),
    /// Do what is measured once and tell what it took; not for people
    #[command(hide = true)]
    Once(BenchOnceArguments),
}

/// How often something is measured.
#[derive(Debug, Clone, Copy, Args)]
pub struct RunsArguments {
    /// Runs before those that count
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=1_000))]
    pub warmup: u64,
    /// Runs that count
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub runs: u64,
}

/// `recto bench ingest`
#[derive(Debug, Args)]
#[command(after_help = "\
Every run is a process of its own with a new library in a temporary folder (TMPDIR says where); the library of --index is
neither read nor written. Beside it are timed, in every run: the same ingest once more, when nothing has changed; with one
job and with two; and the mere reading of the files, one after another in one process.

The time by stage comes from one more run in one process whose threads note when they go from one stage to another. Where
the time of stages is not noted, nothing is spent on it.

Text in pictures is not recognised unless --ocr says so: it would be most of what is measured, and is not there on every
machine.")]
pub struct BenchIngestArguments {
    /// Files and folders
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Files read at the same time, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// How often.
    #[command(flatten)]
    pub runs: RunsArguments,
    /// Read files in the ingesting process instead of in others that are confined
    #[arg(long)]
    pub in_process: bool,
    /// Recognise text in pictures of pages: in those without text, in none, or in all [default: off]
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto bench growth`
#[derive(Debug, Args)]
#[command(after_help = "\
Reports are made of whole paragraphs of real ones, as by `recto bench search --pages`; what reading PDFs costs is not in it,
as it does not depend on the library. Processor time is without that of making the reports. A library of a million pages
takes some 3 GB in the temporary folder (TMPDIR says where) and some minutes.")]
pub struct BenchGrowthArguments {
    /// Pages of the libraries, with commas between
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = GROWTH_PAGES)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub pages: Vec<u64>,
    /// Keep the libraries made in folders of this new folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub keep: Option<PathBuf>,
    /// Queries asked of each library
    #[arg(long, value_name = "N", default_value_t = 500)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub queries: u64,
    /// What queries and made reports are drawn by
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How often the queries are asked.
    #[command(flatten)]
    pub runs: RunsArguments,
    /// Draw the curves into this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub svg: Option<PathBuf>,
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto bench bars`
#[derive(Debug, Args)]
#[command(after_help = "\
Files are ingested as by `recto bench ingest`, libraries made of their text measured as by `recto bench growth`, and a judged
collection scored as by `recto bench quality --op or`. What takes other programs is measured by benches/bars.py, which
prints it together with these.

With --quick everything is done once and on a small scale; what depends on the size of a library is then not judged. --only
measures a part of it and tells of the rest that it was not asked for.")]
pub struct BenchBarsArguments {
    /// Files and folders
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Folder of a judged collection
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub judged: Option<PathBuf>,
    /// Measure only these, with commas between
    #[arg(long, value_name = "PART,…", value_delimiter = ',')]
    pub only: Vec<BarsPart>,
    /// Pages of the libraries made, with commas between [default: 10000,30000,100000,300000,1000000]
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub pages: Option<Vec<u64>>,
    /// Keep the libraries made in folders of this new folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub keep: Option<PathBuf>,
    /// Runs that count
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub runs: u64,
    /// Take little time for it
    #[arg(long)]
    pub quick: bool,
    /// Draw the curves of growth into this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub svg: Option<PathBuf>,
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// What `recto bench bars` can measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BarsPart {
    /// An ingest of the files
    Ingest,
    /// Libraries made of their text, and searches of them
    Growth,
    /// A judged collection
    Ranking,
}

/// `recto bench once`
#[derive(Debug, Args)]
pub struct BenchOnceArguments {
    /// Files and folders to ingest
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only read the files in this list, and keep nothing of them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "in_process", "stages"])]
    pub extract: Option<PathBuf>,
    /// Files read at the same time
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Read files in this process
    #[arg(long)]
    pub in_process: bool,
    /// Count the time of stages
    #[arg(long)]
    pub stages: bool,
    /// Whether to recognise text
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
}

/// `recto bench search`
#[derive(Debug, Args)]
#[command(after_help = "\
Queries are drawn from the words of the library: single words from common to rare, several, phrases, beginnings, typos,
filters, facets, and what is not found. A time is that of the whole answer, pages, passages, quads and JSON included;
beside it stands the engine's bare query for the same words: ten best and count.

With --pages, the library searched is made of the real text of the given one: each report has whole paragraphs of three
reports in one language, page by page after the pattern of one of them. Its vocabulary does not grow.")]
pub struct BenchSearchArguments {
    /// Make a library of about so many pages from the text of this one, and search that
    #[arg(long, value_name = "N")]
    pub pages: Option<u64>,
    /// Keep the library made in index/ of this new folder
    #[arg(long, value_name = "DIR", requires = "pages", value_hint = clap::ValueHint::DirPath)]
    pub keep: Option<PathBuf>,
    /// Queries in the mix
    #[arg(long, value_name = "N", default_value_t = 500)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub queries: u64,
    /// What queries and made reports are drawn by
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How often the mix is asked.
    #[command(flatten)]
    pub runs: RunsArguments,
    /// Print every query, not only the slowest
    #[arg(long)]
    pub per_query: bool,
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto bench quality`
#[derive(Debug, Args)]
#[command(after_help = "\
The folder holds
  docs.jsonl   {\"id\": …, \"title\": …, \"text\": …}, one record a line, each printed as a PDF of its own; or PDFs in pdf/
  queries.tsv  question TAB query
  qrels.txt    question 0 document judgement, as TREC has them; a PDF's name is its file's stem
  pages.tsv    question TAB document TAB page[,page…]: the pages that answer it; may be missing

Everything goes through a real ingest into a temporary library and real searches. Scores follow trec_eval's formulas;
a question without a hit counts as 0, a question without judgements is left out.")]
pub struct BenchQualityArguments {
    /// Folder of the judged collection
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub directory: PathBuf,
    /// Folder of PDFs to search instead of the collection's own documents
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub pdfs: Option<PathBuf>,
    /// How bare words combine [default: and]
    #[arg(long, value_name = "OPERATOR", value_parser = ["and", "or"])]
    pub op: Option<String>,
    /// Keep the library in index/ of this new folder, and PDFs printed in pdf/
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub keep: Option<PathBuf>,
    /// Times all questions are asked before their time counts
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=1_000))]
    pub warmup: u64,
    /// Times all questions are asked for the time that takes; the scores are the same each time
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub runs: u64,
    /// Print the scores of every question, too
    #[arg(long)]
    pub per_query: bool,
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}
