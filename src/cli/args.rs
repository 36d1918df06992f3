//! What can be typed: every command with its options, as clap reads them.
//!
//! Only what was typed is held here; defaults come from [`crate::cli::config`], so that an option given on the command
//! line can be told from one that was not. Help, man page and completions are made from this file alone.

mod bench;
mod correct;

pub use bench::{
    BarsPart, BenchBarsArguments, BenchCommand, BenchGrowthArguments, BenchIngestArguments, BenchOnceArguments,
    BenchQualityArguments, BenchSearchArguments, RunsArguments,
};

pub use correct::CorrectArguments;

use crate::cli::config::LogFormat;
use crate::ingest::Shard;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Search libraries of report PDFs, down to the page and the words on it.
#[derive(Debug, Parser)]
#[command(name = "recto", version, long_version = long_version(), max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  recto ingest ~/reports               index every PDF under a folder
  recto search cash transfers          search it: reports, pages, passages
  recto serve                          search it in a browser, on http://127.0.0.1:8080/
  recto extract report.pdf             print the text of a PDF; needs no library

Exit codes: 0 done or found, 1 nothing found, 2 wrong usage or failure, 3 done but some files failed,
75 another process holds the library, 130 interrupted")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArguments,
}

/// The version of this build.
fn long_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| with_commit(option_env!("RECTO_COMMIT")))
}

/// The version, and of a build for release the commit: figures and reports of defects say what they are of.
fn with_commit(commit: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    commit.map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"))
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArguments {
    /// Directory of the library [default: index]
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub index: Option<PathBuf>,
    /// Configuration file, stronger than the usual ones
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Say only what failed
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice, three times for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How log lines look [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Whether to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Whether to show progress: on a terminal, always, never, or as JSON lines on standard error
    #[arg(long, global = true, value_name = "HOW", default_value = "auto")]
    pub progress: ProgressMode,
}

/// Whether to colour the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` colours everywhere.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// Whether to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    /// A bar if standard error is a terminal.
    Auto,
    /// A bar.
    Always,
    /// Nothing.
    Never,
    /// One JSON object a line on standard error.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Index every PDF under the paths; unchanged files are skipped
    Ingest(IngestArguments),
    /// Read what was offered to the workers of a library on many machines, until told to stop
    Worker(WorkerArguments),
    /// Search the library
    Search(SearchArguments),
    /// Write every report a query finds, or all, as rows for other programs
    Export(ExportArguments),
    /// Serve the web pages and the HTTP API
    Serve(ServeArguments),
    /// Serve the library to a language model, by the Model Context Protocol on standard input and output
    Mcp(McpArguments),
    /// Print the text of PDFs; needs no library
    Extract(ExtractArguments),
    /// Show what of the library can be searched, and what it costs on disk
    Status(StatusArguments),
    /// Check index, stored text and catalogue against each other and their checksums
    Verify(VerifyArguments),
    /// Make the index again from the stored text, then swap it in
    Rebuild(RebuildArguments),
    /// Write the whole library into one file, whatever else goes on
    Backup(BackupArguments),
    /// Make a library of a backup, in a directory that is empty
    Restore(RestoreArguments),
    /// List the files that could not be read, and why
    Failures(FailuresArguments),
    /// Read again only the files that failed
    Retry(RetryArguments),
    /// Say what a report is where reading got it wrong: title, contributors, date, abstract, tags
    Correct(Box<CorrectArguments>),
    /// Make, list and revoke the keys that programs use the service with
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Make, list and change the accounts of people
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Measure what an ingest costs, and how well and how fast it searches
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Read the files that another process of the program hands over; not for people
    #[command(hide = true)]
    Reader,
    /// Become the program that recognises text, within bounds; not for people
    #[command(hide = true)]
    Recogniser(RecogniserArguments),
    /// Show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the description of the HTTP API (OpenAPI)
    Openapi,
    /// Print the completions for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}

/// `recto ingest`
#[derive(Debug, Args)]
pub struct IngestArguments {
    /// Files and folders
    #[arg(value_name = "PATH", required_unless_present = "files_from", value_hint = clap::ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Files read at the same time, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// Forget files that have vanished from under the paths
    #[arg(long)]
    pub prune: bool,
    /// Forget them even if more than a fifth has vanished
    #[arg(long, requires = "prune")]
    pub yes: bool,
    /// Passwords to try on encrypted files, one a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Recognise text in pictures of pages: in those without text, in none, or in all [default: auto]
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
    /// Take further paths from a file or `-`, one a line, or ended by NUL as from `find -print0`
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,
    /// Only the files of one share of many, such as 2/8: each machine takes another one, and their libraries together
    /// hold every file once
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Offer the files to the workers of a library on many machines instead of reading them: see `recto worker`
    #[arg(long, conflicts_with_all = ["jobs", "password_file", "ocr"])]
    pub enqueue: bool,
    /// Say what would be done, change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the summary as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto worker`
#[derive(Debug, Args)]
#[command(after_help = "\
Takes files that `recto ingest --enqueue` has offered, reads them, and publishes their reports; any number of workers on
any number of machines share the work. They see the files under the same paths. A worker may be killed at any time; told
to stop, it gives back what it has not finished.")]
pub struct WorkerArguments {
    /// Files read at the same time, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// Passwords to try on encrypted files, one a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Recognise text in pictures of pages: in those without text, in none, or in all [default: auto]
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
    /// End when no file waits and none is being read, by whomever
    #[arg(long)]
    pub until_empty: bool,
    /// Print what was done as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto search`
#[derive(Debug, Args)]
#[command(after_help = "\
Query language: all words must occur in the report; \"exact phrase\", \"a b\"~5, -word, OR, ( ), wor*, word~1,
title: author: lang: year:2020..2023 page: section: file:

Examples:
  recto search 'cash transfer -loan'
  recto search '\"cash transfer\" year:2020..' --filter language=en --sort=-date
  recto search audit --format ndjson --limit 1000 | jq -r .title")]
pub struct SearchArguments {
    /// What to find; several words are joined by spaces
    #[arg(value_name = "QUERY", required_unless_present = "queries", conflicts_with = "queries")]
    pub query: Vec<String>,
    /// Reports to show [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Reports to leave out first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Which reports, and how much of each.
    #[command(flatten)]
    pub wanted: WantedArguments,
    /// How to print the results
    #[arg(long, short = 'f', value_name = "FORMAT", default_value = "text")]
    pub format: SearchFormat,
    /// Say how every score came about
    #[arg(long)]
    pub explain: bool,
    /// Run many queries: a file with an identifier, a tab and a query on each line; needs --format trec
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub queries: Option<PathBuf>,
}

/// Which reports are wanted and how much of each.
#[derive(Debug, Args)]
pub struct WantedArguments {
    /// Pages to show of each report [default: 3]
    #[arg(long, value_name = "N")]
    pub pages: Option<usize>,
    /// Passages to show of each page [default: 2]
    #[arg(long, value_name = "N")]
    pub passages: Option<usize>,
    /// Only reports with this language=CODE, author=NAME, section=NAME or year=FROM..TO; may be repeated: any of one
    /// field, each of several
    #[arg(long, value_name = "FIELD=VALUE")]
    pub filter: Vec<String>,
    /// Order of the reports
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true, default_value = "relevance")]
    #[arg(value_parser = ["relevance", "date", "-date", "title", "-title"])]
    pub sort: String,
    /// How bare words combine [default: and]
    #[arg(long, value_name = "OPERATOR", value_parser = ["and", "or"])]
    pub op: Option<String>,
}

/// How to print search results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SearchFormat {
    /// For reading.
    Text,
    /// One object: the response of the HTTP API.
    Json,
    /// One object a line, one line a report.
    Ndjson,
    /// One row a passage, with a header row.
    Csv,
    /// A TREC run of --queries: `qid Q0 <file stem> rank score recto`.
    Trec,
}

/// `recto export`
#[derive(Debug, Args)]
#[command(after_help = "\
With a query every report that it finds, best first, else all reports; with their best pages and passages, as many as
asked for. The rows are those of /search.ndjson and /search.csv of the service.

Examples:
  recto export 'cash transfer' --format csv --output cash.csv --base-url https://reports.example.org
  recto export --pages 0 | jq -r .title")]
pub struct ExportArguments {
    /// What to find; several words are joined by spaces; without it, all reports
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Which reports, and how much of each.
    #[command(flatten)]
    pub wanted: WantedArguments,
    /// The form of the rows
    #[arg(long, short = 'f', value_name = "FORMAT", default_value = "ndjson")]
    pub format: ExportFormat,
    /// Write to this file, which is replaced once all is written
    #[arg(long, short = 'o', value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Address of the service, base path included, to make links whole
    #[arg(long, value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub base_url: Option<String>,
}

/// The form of exported rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One object a line, one line a report.
    Ndjson,
    /// One row a passage, with a header row.
    Csv,
}

/// `recto serve`
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Index these files and folders first; the service can be used meanwhile
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = clap::ValueHint::AnyPath)]
    pub ingest: Vec<PathBuf>,
    /// Go on looking at these paths for new and changed files
    #[arg(long, requires = "ingest")]
    pub watch: bool,
    /// Serve under this path, as behind a proxy: /reports
    #[arg(long, value_name = "PATH")]
    pub base_path: Option<String>,
}

/// `recto extract`
#[derive(Debug, Args)]
#[command(after_help = "\
Pages are separated by a form feed (U+000C), and so are files. As JSON, there is one object a file, one file a line.")]
pub struct ExtractArguments {
    /// The files
    #[arg(value_name = "PDF", required = true, value_hint = clap::ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// How to print them
    #[arg(long, short = 'f', value_name = "FORMAT", default_value = "text")]
    pub format: ExtractFormat,
    /// Add every word with its place on the page; needs --format json
    #[arg(long)]
    pub words: bool,
    /// Passwords to try on encrypted files, one a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Recognise text in pictures of pages: in those without text, in none, or in all [default: off]
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
}

/// How to print extracted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExtractFormat {
    /// All text in reading order.
    Text,
    /// What is known of the file and its pages.
    Json,
}

/// `recto status`
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Print it as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto verify`
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Threads that read, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// Print what was found as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto rebuild`
#[derive(Debug, Args)]
pub struct RebuildArguments {
    /// Threads that analyze, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// Go back to the index before the last rebuild, if it still fits the library
    #[arg(long, conflicts_with = "jobs")]
    pub rollback: bool,
    /// Print what was done as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto mcp`
#[derive(Debug, Args)]
pub struct McpArguments {
    /// Where people read the same library, such as `https://library.example/recto`, for whole links [default: from
    /// `serve.public_url`]
    #[arg(long, value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub base_url: Option<String>,
}

/// `recto backup`
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// The file to write, such as `recto.tar.zst`; one that is there is replaced when the new one is whole
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,
    /// Read everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print what was done as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto restore`
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// A file of `recto backup`
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,
    /// Read and check the whole file, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print what was done as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto failures`
#[derive(Debug, Args)]
pub struct FailuresArguments {
    /// Only files that failed for this reason, such as `needs_password`
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `recto retry`
#[derive(Debug, Args)]
pub struct RetryArguments {
    /// Only files that failed for this reason, such as `needs_password`
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Files read at the same time, 0 = one a core [default: 0]
    #[arg(long, short = 'j', value_name = "N")]
    pub jobs: Option<usize>,
    /// Passwords to try on encrypted files, one a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Recognise text in pictures of pages: in those without text, in none, or in all [default: auto]
    #[arg(long, value_name = "WHICH", value_parser = ["auto", "off", "force"])]
    pub ocr: Option<String>,
    /// Print the summary as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto keys`
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key and print it; it cannot be shown again
    Create(KeysCreateArguments),
    /// List the keys: what they allow, how they begin, when they were used
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Refuse a key from now on
    Revoke {
        /// The key's name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `recto keys create`
#[derive(Debug, Args)]
#[command(after_help = "\
A service that runs accepts the key at once. Programs send it as `Authorization: Bearer KEY`.

Examples:
  recto keys create --name harvester --scope ingest --expires 90d
  curl -H \"Authorization: Bearer $KEY\" --data-binary @report.pdf -H 'Content-Type: application/pdf' \\
    http://127.0.0.1:8080/api/v1/reports")]
pub struct KeysCreateArguments {
    /// What to call it
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What it allows: to search and read; to upload and ingest as well; to remove reports as well
    #[arg(long, value_name = "SCOPE", value_parser = ["search", "ingest", "admin"])]
    pub scope: String,
    /// Until when it is accepted: a date such as 2027-01-31, or a time from now such as 12h, 90d, 4w [default: no end]
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<String>,
}

/// `recto accounts`
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// Make an account; its password is typed, read from a file, or set by its owner behind the link that is printed
    Create(AccountsCreateArguments),
    /// List the accounts: what they may do, whether they can log in, when they last did
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Print a link that sets the password of an account, once
    Reset {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
        /// Print it as a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give an account another role
    Role {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
        /// What it may do from now on
        #[arg(value_name = "ROLE", value_parser = ["reader", "editor", "admin"])]
        role: String,
    },
    /// Lock the owner of an account out at once
    Disable {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Let the owner of an account in again
    Enable {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Remove an account
    Delete {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Print a link that makes an account, once
    Invite {
        /// What the account may do
        #[arg(long, value_name = "ROLE", value_parser = ["reader", "editor", "admin"], default_value = "reader")]
        role: String,
        /// Print it as a JSON object
        #[arg(long)]
        json: bool,
    },
    /// List the links that were not used yet: what each is good for, who made it, until when
    Links {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Make a link good for nothing
    Revoke {
        /// Its number, as `recto accounts links` tells it
        #[arg(value_name = "NUMBER")]
        number: i64,
    },
}

/// `recto accounts create`
#[derive(Debug, Args)]
#[command(after_help = "\
A reader may comment; an editor may add and correct reports as well; an administrator may do everything.

Examples:
  recto accounts create ada --role admin
  recto accounts create grace --role editor --password-file password.txt")]
pub struct AccountsCreateArguments {
    /// What its owner is called
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it may do
    #[arg(long, value_name = "ROLE", value_parser = ["reader", "editor", "admin"])]
    pub role: String,
    /// Take the password from the first line of this file
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    /// Print what was made as a JSON object
    #[arg(long)]
    pub json: bool,
}

/// `recto recogniser`
#[derive(Debug, Args)]
pub struct RecogniserArguments {
    /// Bytes of memory
    pub memory: u64,
    /// Seconds of processor time
    pub seconds: u64,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// `recto config`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting in the form of a configuration file
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

/// `recto completions`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `recto man`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// The command it is about; without one, the program
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_options_are_understood_after_the_command() {
        let arguments =
            Arguments::try_parse_from(["recto", "search", "cash", "--index", "lib", "-v", "--sort", "-date"])
                .expect("valid");
        assert_eq!(arguments.global.index, Some("lib".into()));
        assert_eq!(arguments.global.verbose, 1);
        let Command::Search(search) = arguments.command else { panic!("not a search") };
        assert_eq!((search.query, search.wanted.sort), (vec!["cash".to_owned()], "-date".to_owned()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "recto ingest",
            "recto search",
            "recto search a --queries q.tsv",
            "recto ingest . --yes",
            "recto rebuild --rollback --jobs 2",
            "recto extract",
            "recto status -q -v",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }

    #[test]
    fn a_build_that_knows_its_commit_tells_it() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(with_commit(None), version);
        assert_eq!(with_commit(Some("1a2b3c-dirty")), format!("{version} (1a2b3c-dirty)"));
    }
}
