//! `recto extract`: the text of PDFs, straight from the reader; no library is opened.
//!
//! One file after another, each written in one piece: what a pipe sees first is the first file.

use crate::cli::args::{ExtractArguments, ExtractFormat};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{ReportJson, report_text, to_json};
use crate::cli::session::Session;
use crate::extract::{ExtractError, ExtractOptions, READER_STACK_BYTES, extract};
use crate::ocr::{Ocr, Source};
use crate::report::{Reason, Report};
use crate::worker::{Reading, WorkerPool};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Prints the files.
pub fn run(arguments: &ExtractArguments, session: &Session) -> Result<ExitCode, CommandError> {
    if arguments.words && arguments.format != ExtractFormat::Json {
        return Err(CommandError::Usage("`--words` needs `--format json`".to_owned()));
    }
    let options = session.extract_options()?;
    let ocr = match session.ocr()? {
        Some(ocr) => Some((ocr, session.workers()?)),
        None => None,
    };
    let reader = Reader { options, ocr };
    // The reader recurses within its bounds, which the main thread's stack need not hold; a thread of its own would take
    // a heap of its own.
    stacker::grow(READER_STACK_BYTES, || print_all(arguments, session, &reader))
}

fn print_all(arguments: &ExtractArguments, session: &Session, reader: &Reader) -> Result<ExitCode, CommandError> {
    let console = session.console;
    let for_terminal = console.shows_results();
    let mut printed_any = false;
    let mut failed_any = false;
    for path in &arguments.files {
        let report = match reader.read(path) {
            Ok(report) => report,
            Err(error) => {
                failed_any = true;
                console.error(format!("`{}`: {error}; {}", path.display(), error.reason.advice()));
                continue;
            }
        };
        if let Some(reason) = report.partial {
            console.warning(format!("`{}` could be read only in part: {reason}; {}", path.display(), reason.advice()));
        }
        match arguments.format {
            ExtractFormat::Text => {
                let separator = if printed_any { "\u{c}" } else { "" };
                console.bytes(report_text(&report, separator, for_terminal).as_bytes())?;
            }
            ExtractFormat::Json => {
                let file = path.to_string_lossy();
                console.bytes(to_json(&ReportJson::new(&report, &file, arguments.words))?.as_bytes())?;
            }
        }
        printed_any = true;
    }
    Ok(if failed_any { ExitCode::SomeFilesFailed } else { ExitCode::Success })
}

/// How files are read.
struct Reader {
    options: ExtractOptions,
    /// Recognises text where that was asked for; the pages are drawn by the workers.
    ocr: Option<(Arc<Ocr>, Option<Arc<WorkerPool>>)>,
}

impl Reader {
    fn read(&self, path: &Path) -> Result<Report, ExtractError> {
        let bytes = bytes_within(path, self.options.limits.file_bytes)?;
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let report = extract(&bytes, &name, &self.options)?;
        let Some((ocr, workers)) = &self.ocr else { return Ok(report) };
        let source = Source { bytes: &bytes, name: &name, extract: &self.options, workers: workers.as_deref() };
        let again = |options: &ExtractOptions| extract(&bytes, &name, options).map(Reading::of);
        ocr.complete(Reading::of(report), source, &again, &AtomicBool::new(false)).map(|reading| reading.report)
    }
}

/// The bytes of a file, if there are at most `limit`: memory is not spent on what will be refused.
fn bytes_within(path: &Path, limit: u64) -> Result<Vec<u8>, ExtractError> {
    let unreadable = |error: std::io::Error| ExtractError { reason: Reason::Unreadable, detail: error.to_string() };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(ExtractError { reason: Reason::Unreadable, detail: "it is a folder".to_owned() });
    }
    let capacity = usize::try_from(metadata.len().min(limit)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(capacity);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        let detail = format!("more than {limit} bytes");
        return Err(ExtractError { reason: Reason::TooLarge, detail });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_over_the_limit_are_refused_before_they_are_read() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("a.pdf");
        std::fs::write(&path, [b'x'; 100]).expect("temporary file");
        assert_eq!(bytes_within(&path, 100).expect("small enough").len(), 100);
        assert_eq!(bytes_within(&path, 99).expect_err("too large").reason, Reason::TooLarge);
        assert_eq!(bytes_within(directory.path(), 99).expect_err("a folder").reason, Reason::Unreadable);
        assert_eq!(bytes_within(&directory.path().join("b.pdf"), 9).expect_err("absent").reason, Reason::Unreadable);
    }
}
