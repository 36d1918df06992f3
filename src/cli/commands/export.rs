//! `recto export`: every report a query finds, or all of them, as rows for other programs.
//!
//! The rows are those of the service. A file is written beside its place and put there whole, so that who reads it
//! never sees half of it.

use crate::cli::args::{ExportArguments, ExportFormat};
use crate::cli::commands::asking::{found_code, open, request};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::export::{Format, Rows};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Writes the rows.
pub fn run(arguments: &ExportArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let base = arguments.base_url.as_deref().map(checked).transpose()?.unwrap_or_default();
    let request = request(&arguments.query.join(" "), &arguments.wanted, &[], session)?;
    let engine = open(session, "export")?;
    let format = match arguments.format {
        ExportFormat::Ndjson => Format::Ndjson,
        ExportFormat::Csv => Format::Csv,
    };
    let rows = Rows::new(format, base);
    let hits = engine.every_hit(request, usize::MAX)?;
    if hits.is_relaxed() {
        session.console.note("no report has all the words; these have some of them");
    }
    let mut output = Output::open(arguments.output.as_deref(), session)?;
    let stop = interrupt::stop_flag(|| {});
    output.write(&rows.head()?)?;
    let mut written = 0;
    for piece in hits {
        if stop.load(Ordering::SeqCst) {
            return Ok(ExitCode::Interrupted);
        }
        let hits = piece?;
        written += hits.len() as u64;
        output.write(&rows.of(hits)?)?;
    }
    output.finish()?;
    session.console.note(count(written, "report"));
    Ok(found_code(written > 0))
}

/// The address of a service, which links can be put behind.
pub fn checked(url: &str) -> Result<&str, CommandError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_plain = |rest: &str| !rest.is_empty() && !rest.contains(['?', '#', ' ']) && !rest.contains(char::is_control);
    match rest.filter(|rest| is_plain(rest)) {
        Some(_) => Ok(url),
        None => Err(CommandError::Usage(format!(
            "`--base-url {url}` is not the address of a service, such as https://reports.example.org/recto"
        ))),
    }
}

/// Where rows go.
enum Output<'s> {
    Results(&'s Session),
    File(Unfinished),
}

/// A file under another name until it is whole; removed if it never is.
struct Unfinished {
    file: File,
    temporary: PathBuf,
    place: PathBuf,
    is_placed: bool,
}

impl Output<'_> {
    fn open<'s>(place: Option<&Path>, session: &'s Session) -> Result<Output<'s>, CommandError> {
        let Some(place) = place.filter(|place| place.as_os_str() != "-") else { return Ok(Output::Results(session)) };
        let failure = || CommandError::file("write", place);
        let name = place.file_name().ok_or_else(|| failure()(io::ErrorKind::IsADirectory.into()))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let temporary = place.with_file_name(hidden);
        let file = File::create(&temporary).map_err(failure())?;
        Ok(Output::File(Unfinished { file, temporary, place: place.to_owned(), is_placed: false }))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        match self {
            Output::Results(session) => Ok(session.console.bytes(bytes)?),
            Output::File(output) => output.file.write_all(bytes).map_err(CommandError::file("write", &output.place)),
        }
    }

    fn finish(self) -> Result<(), CommandError> {
        let Output::File(mut output) = self else { return Ok(()) };
        let placed = output.file.sync_all().and_then(|()| std::fs::rename(&output.temporary, &output.place));
        output.is_placed = placed.is_ok();
        placed.map_err(CommandError::file("write", &output.place))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_placed {
            // Nothing better can be done about a file that cannot be removed.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_need_the_address_of_a_service() {
        for url in ["https://reports.example.org", "http://127.0.0.1:8080/x/"] {
            assert!(checked(url).is_ok(), "{url}");
        }
        for url in ["", "reports.example.org", "ftp://a", "https://", "https://a b", "https://a/?q=", "https://a\n"] {
            assert!(checked(url).is_err(), "{url}");
        }
    }
}
