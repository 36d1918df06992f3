//! `recto backup`: the whole data directory as one file, while a service or an ingest goes on.

use crate::cli::args::BackupArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{bytes, count, printable, to_json};
use crate::cli::session::Session;
use crate::store::Library;
use crate::upkeep::backup;

/// Backs the library up; exit code 3 if files in it are not what was handed over.
pub fn run(arguments: &BackupArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let library = Library::open_for_reading(session.library_directory())?;
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping; nothing is kept"));
    let file = (!arguments.dry_run).then_some(arguments.file.as_path());
    let backed_up = backup(&library, file, &stop)?;
    if arguments.json {
        console.results(&to_json(&backed_up)?)?;
    } else {
        let (reports, uploads) = (count(backed_up.reports, "report"), count(backed_up.uploads, "upload"));
        let what = if arguments.dry_run { "would be backed up" } else { "backed up" };
        let (size, seconds) = (bytes(backed_up.archive_bytes), backed_up.seconds);
        console.results(&format!("{reports} and {uploads} {what}: {size} in {seconds:.1} s\n"))?;
    }
    for name in &backed_up.damaged {
        console.warning(format!("`{}` is not the file any more that was handed over", printable(name)));
    }
    Ok(if backed_up.damaged.is_empty() { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}
