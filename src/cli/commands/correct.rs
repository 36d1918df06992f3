//! `recto correct`: says what a report is where reading got it wrong, as an editor of the service would.

use crate::cli::args::CorrectArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::library::{is_elsewhere, open_library, open_service};
use crate::cli::output::{printable, to_json};
use crate::cli::session::Session;
use crate::ingest::follow_corrections;
use crate::report::{Correction, ReportId};
use crate::store::{Library, StoreError, seconds_now};
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::Path;

/// What is said about a report, for programs.
#[derive(Serialize)]
struct Said<'s> {
    id: ReportId,
    version: i64,
    correction: &'s Correction,
    sidecar: Option<&'s Correction>,
}

/// Says something about a report, or shows what is said.
pub fn run(arguments: &CorrectArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let directory = session.library_directory();
    // Opened for reading first: a library that does not exist must not come to be by a correction.
    let library = open_library(session, "correct")?;
    let id = report(&arguments.report, &library)?;
    if !library.catalogue().has_report(id)? {
        return Err(CommandError::Usage(format!("`{}` is not in the library", arguments.report)));
    }
    drop(library);
    let store = open_service(session, "correct")?;
    let before = store.edit(id)?;
    let (said, version) = before.map(|edit| (edit.correction, edit.version)).unwrap_or_default();
    let correction = corrected(&said, arguments)?;
    let mut version = version;
    if correction != said {
        let edit = store.correct(id, &correction, &arguments.editor, Some(version), seconds_now())?;
        let edit = edit.map_err(|_| {
            CommandError::Usage("somebody else has corrected it this very moment; look at it and try again".to_owned())
        })?;
        version = edit.version;
        have_followed(directory, session)?;
    }
    let sidecar = store.sidecar_of(id)?.map(|sidecar| sidecar.correction);
    if arguments.json {
        let said = Said { id, version, correction: &correction, sidecar: sidecar.as_ref() };
        session.console.results(&to_json(&said)?)?;
    } else {
        let mut text = format!("{id}\n");
        text.push_str(&lines(&correction, "said here"));
        text.push_str(&sidecar.as_ref().map(|sidecar| lines(sidecar, "said beside the file")).unwrap_or_default());
        session.console.results(&text)?;
    }
    Ok(ExitCode::Success)
}

/// The report with this id, or at this path.
fn report(given: &str, library: &Library) -> Result<ReportId, CommandError> {
    if let Ok(id) = given.parse() {
        return Ok(id);
    }
    let unreadable = |source| CommandError::from(StoreError::Io { action: "read", path: given.into(), source });
    let path = Path::new(given).canonicalize().map_err(unreadable)?;
    if let Some(id) = library.catalogue().file(&path)?.and_then(|file| file.id) {
        return Ok(id);
    }
    std::fs::read(&path).map(|bytes| ReportId::of_bytes(&bytes)).map_err(unreadable)
}

/// What is said once these options are heeded.
fn corrected(said: &Correction, arguments: &CorrectArguments) -> Result<Correction, CommandError> {
    if arguments.clear {
        return Ok(Correction::default());
    }
    let mut object = match serde_json::to_value(said) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    for (field, text) in [
        ("title", &arguments.title),
        ("date", &arguments.date),
        ("language", &arguments.language),
        ("publisher", &arguments.publisher),
        ("abstract", &arguments.summary),
    ] {
        object.extend(text.as_ref().map(|text| (field.to_owned(), Value::from(text.as_str()))));
    }
    for (field, entries) in [
        ("authors", &arguments.authors),
        ("tags", &arguments.tags),
        ("hidden_recommendations", &arguments.hidden_recommendations),
        ("added_recommendations", &arguments.added_recommendations),
        ("hidden_related", &arguments.hidden_related),
    ] {
        let given = (!entries.is_empty()).then(|| Value::from(entries.as_slice()));
        object.extend(given.map(|given| (field.to_owned(), given)));
    }
    object.retain(|field, _| !arguments.unset.contains(field));
    let (correction, errors) = Correction::read(&object);
    if errors.is_empty() {
        return Ok(correction);
    }
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Err(CommandError::Usage(errors.join("; ")))
}

/// Has the library follow what was said, or whoever writes it do so.
fn have_followed(directory: &Path, session: &Session) -> Result<(), CommandError> {
    if is_elsewhere(session) {
        session.console.note("a worker makes it found in a moment");
        return Ok(());
    }
    let stop = interrupt::stop_flag(|| {});
    match Library::open_for_writing(directory) {
        Ok(library) => {
            follow_corrections(&library, session.config().ingest.jobs, &stop)?;
        }
        Err(StoreError::Locked { holder, .. }) => {
            session.console.note(format!("process {holder} writes the library, and makes it found in a moment"));
        }
        Err(error) => {
            session.console.warning(format!("it is kept, and found after the next ingest: {error}"));
        }
    }
    Ok(())
}

/// The fields that a correction says something about, one a line.
fn lines(correction: &Correction, whose: &str) -> String {
    let Ok(Value::Object(object)) = serde_json::to_value(correction) else { return String::new() };
    if object.is_empty() {
        return format!("nothing is {whose}\n");
    }
    let line = |(field, value): (&String, &Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), |text| text.replace('\n', " ¶ "));
        format!("  {field}: {}\n", printable(if value.is_empty() { "none" } else { &value }))
    };
    format!("{whose}:\n{}", object.iter().map(line).collect::<String>())
}
