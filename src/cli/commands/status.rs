//! `recto status`: what of the library can be searched, what could not be read, and what it costs on disk.

use crate::cli::args::StatusArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{bytes, to_json};
use crate::cli::session::Session;
use crate::report::{PageStatus, Reason};
use crate::store::{Coverage, DiskUse, Library};
use serde::Serialize;
use std::fmt::Write;

/// `--json`
#[derive(Serialize)]
struct Status<'s> {
    library: &'s str,
    #[serde(flatten)]
    coverage: &'s Coverage,
    disk_bytes: DiskUse,
    /// How far the processes that read files are confined here.
    sandbox: &'s str,
}

/// Prints the status.
pub fn run(arguments: &StatusArguments, session: &Session) -> Result<ExitCode, CommandError> {
    #[cfg(feature = "cluster")]
    if session.config().engine.kind == crate::cli::config::EngineKind::Quickwit {
        return crate::cli::commands::cluster_status::run(arguments.json, session);
    }
    let library = Library::open_for_reading(session.library_directory())?;
    let coverage = library.catalogue().coverage()?;
    let disk_bytes = DiskUse::of(library.directory());
    let directory = library.directory().to_string_lossy();
    let sandbox = session.sandbox();
    let text = if arguments.json {
        to_json(&Status { library: &directory, coverage: &coverage, disk_bytes, sandbox: &sandbox })?
    } else {
        table(&coverage, &disk_bytes, &sandbox)
    };
    session.console.results(&text)?;
    Ok(ExitCode::Success)
}

fn table(coverage: &Coverage, disk_use: &DiskUse, sandbox: &str) -> String {
    let mut rows = vec![("reports", coverage.reports.to_string()), ("files", coverage.files.to_string())];
    let pages: u64 = coverage.pages.values().sum();
    let searchable: u64 =
        coverage.pages.iter().filter(|(status, _)| status.is_searchable()).map(|(_, pages)| *pages).sum();
    rows.push(("pages", pages.to_string()));
    rows.push(("  searchable", format!("{searchable}{}", share(searchable, pages))));
    let statuses = PageStatus::ALL.map(|status| (format!("    {status}"), status));
    for (name, status) in &statuses {
        if let Some(number) = coverage.pages.get(status).filter(|number| **number > 0) {
            rows.push((name, number.to_string()));
        }
    }
    let failed: u64 = coverage.failures.values().sum();
    rows.push(("failed files", failed.to_string()));
    let reasons: Vec<String> = coverage.failures.keys().map(|reason| format!("  {reason}")).collect();
    rows.extend(
        reasons.iter().zip(coverage.failures.values()).map(|(name, number)| (name.as_str(), number.to_string())),
    );
    let lacking: u64 = coverage.partial.values().sum();
    if lacking > 0 {
        rows.push(("files in part", lacking.to_string()));
    }
    let in_part: Vec<(String, String)> =
        coverage.partial.iter().map(|(reason, number)| (format!("  {reason}"), in_part(reason, *number))).collect();
    rows.extend(in_part.iter().map(|(name, value)| (name.as_str(), value.clone())));
    rows.push(("on disk", bytes(disk_use.total())));
    rows.push(("  text store", bytes(disk_use.text_store)));
    rows.push(("  index", bytes(disk_use.index)));
    rows.push(("  catalogue", bytes(disk_use.catalogue)));
    if disk_use.other > 0 {
        rows.push(("  other", bytes(disk_use.other)));
    }
    rows.push(("sandbox", sandbox.to_owned()));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:width$}  {value}");
        text
    })
}

/// How many files were read in part, and what makes them whole.
fn in_part(reason: &str, number: u64) -> String {
    match Reason::from_code(reason) {
        Some(reason) => format!("{number} ({})", reason.advice()),
        None => number.to_string(),
    }
}

/// ` (96.7 %)`; rounded down, so that only all pages are 100 %.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let per_mille = u128::from(part) * 1_000 / u128::from(whole);
    format!(" ({}.{} %)", per_mille / 10, per_mille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_status_and_reason_there_is() {
        let coverage = Coverage {
            reports: 3,
            files: 5,
            failures: [("damaged".to_owned(), 1), ("needs_password".to_owned(), 1)].into(),
            partial: [("ocr_missing".to_owned(), 2)].into(),
            pages: [(PageStatus::Text, 2_999), (PageStatus::NoText, 1), (PageStatus::Ocr, 0)].into(),
        };
        let disk_use = DiskUse { text_store: 1_000, index: 2_500_000, catalogue: 40_960, other: 0 };
        insta::assert_snapshot!(table(&coverage, &disk_use, "full"), @r"
        reports           3
        files             5
        pages             3000
          searchable      2999 (99.9 %)
            text          2999
            no_text       1
        failed files      2
          damaged         1
          needs_password  1
        files in part     2
          ocr_missing     2 (install tesseract-ocr and ingest it again to read its scanned pages)
        on disk           2.5 MB
          text store      1.0 kB
          index           2.5 MB
          catalogue       41.0 kB
        sandbox           full
        ");
    }
}
