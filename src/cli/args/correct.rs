//! What `recto correct` takes.

use clap::Args;

/// `recto correct`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  recto correct reports/x.pdf --title 'Boreholes of the north' --author 'Ada Okafor' --tag water
  recto correct reports/x.pdf --abstract ''              it has no abstract
  recto correct reports/x.pdf --unset title --unset tags  as detected again
  recto correct reports/x.pdf                            show what is said about it

What is said here wins over what was read from the PDF and over the file beside it, outlives every ingest and
rebuild, and is found. An empty value says that there is none.")]
pub struct CorrectArguments {
    /// The report: its file, or its id
    #[arg(value_name = "FILE_OR_ID", value_hint = clap::ValueHint::FilePath)]
    pub report: String,
    /// Its title
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A contributor; give all of them, in order
    #[arg(long = "author", value_name = "NAME")]
    pub authors: Vec<String>,
    /// Its date: 2023, 2023-05 or 2023-05-17
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// Its language, a code of two letters
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Who published it
    #[arg(long, value_name = "NAME")]
    pub publisher: Option<String>,
    /// Its abstract
    #[arg(long = "abstract", value_name = "TEXT")]
    pub summary: Option<String>,
    /// A tag; give all of them
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// A recommendation that it does not make, by its text; give all of them
    #[arg(long = "hide-recommendation", value_name = "TEXT")]
    pub hidden_recommendations: Vec<String>,
    /// A recommendation that it makes beside those detected; give all of them
    #[arg(long = "add-recommendation", value_name = "TEXT")]
    pub added_recommendations: Vec<String>,
    /// A report that is not related, by its id; give all of them
    #[arg(long = "hide-related", value_name = "ID")]
    pub hidden_related: Vec<String>,
    /// A field that is to be as detected, or as the file beside the PDF says
    #[arg(long, value_name = "FIELD", value_parser = clap::builder::PossibleValuesParser::new(crate::report::FIELDS))]
    pub unset: Vec<String>,
    /// Take back everything that was said here
    #[arg(long)]
    pub clear: bool,
    /// Who says so [default: `command line`]
    #[arg(long = "as", value_name = "NAME", default_value = "command line", hide_default_value = true)]
    pub editor: String,
    /// Print what is said about it afterwards as a JSON object
    #[arg(long)]
    pub json: bool,
}
