//! The commands, one file each; here they are only told apart.
//!
//! Each is a function of its arguments and the [`Session`] that returns an exit code.

mod accounts;
mod asking;
mod backup;
mod bench;
#[cfg(feature = "cluster")]
mod cluster_status;
mod completions;
mod config;
mod correct;
#[cfg(feature = "cluster")]
mod enqueue;
mod export;
mod extract;
mod failures;
mod ingest;
mod keys;
mod man;
mod mcp;
mod openapi;
mod rebuild;
mod restore;
mod retry;
mod search;
mod serve;
mod status;
mod verify;
#[cfg(feature = "cluster")]
mod worker;

use crate::cli::args::{
    Arguments, BenchCommand, Command, GlobalArguments, RebuildArguments, RecogniserArguments, VerifyArguments,
    WantedArguments,
};
#[cfg(not(feature = "cluster"))]
use crate::cli::config::NO_QUICKWIT;
use crate::cli::config::Override;
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::session::{Session, text};
use crate::cli::{library, logging};
use crate::report::Reason;
use crate::{ocr, worker as reading};
use figment::value::Value;
use std::path::Path;

/// Runs the command that was typed.
pub fn run(arguments: Arguments, console: Console) -> Result<ExitCode, CommandError> {
    let overrides = overrides(&arguments.command);
    let GlobalArguments { verbose, quiet, log_format, .. } = arguments.global;
    let log = |format| logging::start(verbose, quiet, console.colors_messages(), format);
    // These describe the program and must work whatever the configuration says.
    match &arguments.command {
        Command::Completions(arguments) => return completions::run(arguments, &console),
        Command::Man(arguments) => return man::run(arguments, &console),
        Command::Openapi => return openapi::run(&console),
        // It has no configuration but what it is handed, and may not look for one.
        Command::Reader => {
            log(log_format.unwrap_or_default());
            reading::run()?;
            return Ok(ExitCode::Success);
        }
        Command::Recogniser(arguments) => return recogniser(arguments),
        _ => {}
    }
    let session = Session::new(console, arguments.global, overrides)?;
    log(session.config().log.format);
    refuse_elsewhere(&arguments.command, &session)?;
    match arguments.command {
        Command::Ingest(arguments) => ingest::run(&arguments, &session),
        #[cfg(feature = "cluster")]
        Command::Worker(arguments) => worker::run(&arguments, &session),
        #[cfg(not(feature = "cluster"))]
        Command::Worker(_) => Err(CommandError::Usage(NO_QUICKWIT.to_owned())),
        Command::Search(arguments) => search::run(&arguments, &session),
        Command::Export(arguments) => export::run(&arguments, &session),
        Command::Serve(arguments) => serve::run(&arguments, &session),
        Command::Mcp(arguments) => mcp::run(&arguments, &session),
        Command::Extract(arguments) => extract::run(&arguments, &session),
        Command::Status(arguments) => status::run(&arguments, &session),
        Command::Verify(arguments) => verify::run(&arguments, &session),
        Command::Rebuild(arguments) => rebuild::run(&arguments, &session),
        Command::Backup(arguments) => backup::run(&arguments, &session),
        Command::Restore(arguments) => restore::run(&arguments, &session),
        Command::Failures(arguments) => failures::run(&arguments, &session),
        Command::Retry(arguments) => retry::run(&arguments, &session),
        Command::Correct(arguments) => correct::run(&arguments, &session),
        Command::Keys(command) => keys::run(&command, &session),
        Command::Accounts(command) => accounts::run(&command, &session),
        Command::Bench(command) => bench::run(&command, &session),
        Command::Config(command) => config::run(&command, &session),
        Command::Completions(arguments) => completions::run(&arguments, &session.console),
        Command::Man(arguments) => man::run(&arguments, &session.console),
        Command::Openapi => openapi::run(&session.console),
        Command::Reader => reading::run().map(|()| ExitCode::Success).map_err(CommandError::from),
        Command::Recogniser(arguments) => recogniser(&arguments),
    }
}

/// Refuses what makes no sense for a library on many machines, and says what does.
fn refuse_elsewhere(command: &Command, session: &Session) -> Result<(), CommandError> {
    const READ: &str = "use `recto ingest --enqueue` for its workers to read them";
    const KEEP: &str = "back up its database with `pg_dump`, which has accounts, comments and corrections too, and its \
        storage by the versions that its bucket keeps or by copies of its folder; its indexes are made again from its texts \
        by `recto rebuild`";
    let (what, instead) = match command {
        Command::Ingest(arguments) if !arguments.enqueue => ("`recto ingest` without `--enqueue`", READ),
        Command::Serve(arguments) if !arguments.ingest.is_empty() => ("`recto serve --ingest`", READ),
        Command::Rebuild(arguments) if arguments.rollback => (
            "`recto rebuild --rollback`",
            "the indexes of a former version are used by that version as long as they are not removed",
        ),
        Command::Verify(_) => ("`recto verify`", "use `recto status`, which tells how each of its parts is"),
        Command::Backup(_) => ("`recto backup`", KEEP),
        Command::Restore(_) => ("`recto restore`", KEEP),
        _ => return Ok(()),
    };
    library::refuse_elsewhere(session, what, instead)
}

/// Becomes the program that recognises text; comes back only if it cannot.
fn recogniser(arguments: &RecogniserArguments) -> Result<ExitCode, CommandError> {
    let RecogniserArguments { memory, seconds, command } = arguments;
    let Some((program, rest)) = command.split_first() else { return Ok(ExitCode::Failure) };
    let source = ocr::become_program(ocr::Bounds { memory: *memory, seconds: *seconds }, Path::new(program), rest);
    Err(CommandError::Service { action: format!("start `{}`", Path::new(program).display()), source })
}

/// The settings that options of the command stand for.
fn overrides(command: &Command) -> Vec<Override> {
    let number = |number: usize| Value::from(number);
    let given = match command {
        Command::Ingest(arguments) => vec![
            arguments.jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs")),
            arguments.password_file.as_deref().map(|file| ("ingest.password_file", text(file), "--password-file")),
            arguments.ocr.as_deref().map(|mode| ("ocr.mode", Value::from(mode), "--ocr")),
        ],
        Command::Retry(arguments) => vec![
            arguments.jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs")),
            arguments.password_file.as_deref().map(|file| ("ingest.password_file", text(file), "--password-file")),
            arguments.ocr.as_deref().map(|mode| ("ocr.mode", Value::from(mode), "--ocr")),
        ],
        Command::Worker(arguments) => vec![
            arguments.jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs")),
            arguments.password_file.as_deref().map(|file| ("ingest.password_file", text(file), "--password-file")),
            arguments.ocr.as_deref().map(|mode| ("ocr.mode", Value::from(mode), "--ocr")),
        ],
        Command::Verify(VerifyArguments { jobs, .. }) | Command::Rebuild(RebuildArguments { jobs, .. }) => {
            vec![jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs"))]
        }
        Command::Extract(arguments) => {
            vec![
                arguments.password_file.as_deref().map(|file| ("ingest.password_file", text(file), "--password-file")),
                // Whoever wants the text of a file wants it at once, unless they say otherwise.
                Some(("ocr.mode", Value::from(arguments.ocr.as_deref().unwrap_or("off")), "--ocr")),
            ]
        }
        Command::Search(arguments) => vec![arguments.limit.map(|limit| ("search.limit", number(limit), "--limit"))]
            .into_iter()
            .chain(wanted(&arguments.wanted))
            .collect(),
        Command::Export(arguments) => wanted(&arguments.wanted).into(),
        Command::Bench(BenchCommand::Ingest(arguments)) => vec![
            arguments.jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs")),
            Some(("ocr.mode", Value::from(arguments.ocr.as_deref().unwrap_or("off")), "--ocr")),
        ],
        Command::Bench(BenchCommand::Bars(_)) => vec![Some(("ocr.mode", Value::from("off"), "recto bench bars"))],
        Command::Bench(BenchCommand::Once(arguments)) => vec![
            arguments.jobs.map(|jobs| ("ingest.jobs", number(jobs), "--jobs")),
            arguments.ocr.as_deref().map(|mode| ("ocr.mode", Value::from(mode), "--ocr")),
        ],
        Command::Bench(BenchCommand::Quality(arguments)) => {
            vec![arguments.op.as_deref().map(|op| ("search.op", Value::from(op), "--op"))]
        }
        Command::Serve(arguments) => vec![
            arguments.listen.as_deref().map(|listen| ("serve.listen", Value::from(listen), "--listen")),
            arguments.base_path.as_deref().map(|path| ("serve.base_path", Value::from(path), "--base-path")),
        ],
        _ => Vec::new(),
    };
    given.into_iter().flatten().collect()
}

/// The settings for what is shown of reports.
fn wanted(arguments: &WantedArguments) -> [Option<Override>; 3] {
    [
        arguments.pages.map(|pages| ("search.pages", Value::from(pages), "--pages")),
        arguments.passages.map(|passages| ("search.passages", Value::from(passages), "--passages")),
        arguments.op.as_deref().map(|op| ("search.op", Value::from(op), "--op")),
    ]
}

/// The reason with this code, or what the codes are.
fn parse_reason(code: Option<&str>) -> Result<Option<Reason>, CommandError> {
    let Some(code) = code else { return Ok(None) };
    let reason = Reason::from_code(code).ok_or_else(|| {
        let known = Reason::ALL.map(Reason::code).join("`, `");
        CommandError::Usage(format!("`{code}` is no reason a file fails for; these are: `{known}`"))
    })?;
    Ok(Some(reason))
}
