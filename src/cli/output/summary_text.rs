//! The closing summary of an ingest: files by outcome, pages by status, and the failures with what to do about them.

use crate::cli::output::number::{count, duration};
use crate::cli::progress::{Failure, failure_line};
use crate::ingest::Summary;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A summary with the failures to list.
pub struct SummaryText<'s> {
    /// What the run did.
    pub summary: &'s Summary,
    /// The failures to list.
    pub failures: &'s BTreeMap<PathBuf, Failure>,
    /// How many there were in all.
    pub failures_total: u64,
}

impl fmt::Display for SummaryText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.summary;
        writeln!(f, "{}", files_line(summary))?;
        if summary.dry_run {
            return writeln!(f, "nothing was changed (--dry-run)");
        }
        writeln!(f, "{}", pages_line(summary))?;
        if summary.pages_unrecognised > 0 {
            let pages = count(summary.pages_unrecognised, "page");
            let has = if summary.pages_unrecognised == 1 { "has" } else { "have" };
            writeln!(f, "{pages} {has} no text that can be read without OCR: {}", ocr_advice(summary))?;
        }
        if summary.corrected > 0 {
            let reports = count(summary.corrected, "report");
            writeln!(f, "{reports} corrected from what stands beside the file or an editor said")?;
        }
        if summary.sidecar_problems > 0 {
            let files = count(summary.sidecar_problems, "file");
            writeln!(f, "{files} beside PDFs cannot be understood whole: recto failures says where")?;
        }
        if summary.vanished > 0 {
            let vanished = count(summary.vanished, "file");
            let advice = if summary.pruned < summary.vanished { "; forget them with --prune" } else { "" };
            writeln!(f, "{vanished} of an earlier run vanished, {} forgotten{advice}", summary.pruned)?;
        }
        for (path, failure) in self.failures {
            writeln!(f, "  {}\n    {}", failure_line(path, failure), failure.reason.advice())?;
        }
        let more = self.failures_total.saturating_sub(self.failures.len() as u64);
        if more > 0 {
            writeln!(f, "  … and {more} more: recto failures")?;
        }
        if summary.interrupted {
            writeln!(f, "interrupted: the same command goes on from here")?;
        }
        Ok(())
    }
}

/// `12 files: 8 indexed, 1 indexed in part, 2 unchanged, 1 failed (1 needs_password)`
fn files_line(summary: &Summary) -> String {
    let failed: u64 = summary.failed.values().sum();
    let planned = if summary.dry_run { "to index" } else { "indexed" };
    let outcomes = [
        (summary.indexed, planned),
        (summary.partial, "indexed in part"),
        (summary.duplicates, "the same as another"),
        (summary.unchanged, "unchanged"),
        (failed, "failed"),
    ];
    let outcomes: Vec<String> = outcomes
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, outcome)| format!("{number} {outcome}"))
        .collect();
    let mut line = count(summary.files, "file");
    if !outcomes.is_empty() {
        line.push_str(": ");
        line.push_str(&outcomes.join(", "));
    }
    if failed > 0 {
        line.push_str(&format!(" ({})", by_code(&summary.failed)));
    }
    line
}

/// `1,234 pages in 3.2 s (386 a second): 1,200 text, 34 no_text`
fn pages_line(summary: &Summary) -> String {
    let pages: u64 = summary.pages.values().sum();
    let seconds = if summary.seconds.is_finite() { summary.seconds.max(0.0) } else { 0.0 };
    let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let mut line = format!("{} in {}", count(pages, "page"), duration(time));
    if pages > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = pages as f64 / seconds.max(0.001);
        line.push_str(&format!(" ({rate:.0} a second): {}", by_code(&summary.pages)));
    }
    line
}

/// What to do about pages that were not recognised.
fn ocr_advice(summary: &Summary) -> &'static str {
    if summary.interrupted {
        "the same command goes on from here"
    } else if summary.ocr_is_missing {
        "install tesseract-ocr and run the same command again"
    } else {
        "it failed on them; the log tells why, and retry --reason ocr_failed tries again"
    }
}

fn by_code(numbers: &BTreeMap<String, u64>) -> String {
    let mut numbers: Vec<(&String, &u64)> = numbers.iter().filter(|(_, number)| **number > 0).collect();
    numbers.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
    numbers.iter().map(|(code, number)| format!("{number} {code}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Reason;

    #[test]
    fn every_outcome_is_named_and_long_lists_are_cut() {
        let summary = Summary {
            files: 12,
            indexed: 5,
            partial: 1,
            duplicates: 1,
            unchanged: 3,
            failed: [("damaged".to_owned(), 1), ("needs_password".to_owned(), 1)].into(),
            corrected: 1,
            sidecar_problems: 2,
            vanished: 2,
            pruned: 0,
            pages: [("text".to_owned(), 1_200), ("no_text".to_owned(), 34)].into(),
            pages_unrecognised: 30,
            ocr_is_missing: true,
            seconds: 3.2,
            ..Summary::default()
        };
        let failure = Failure { reason: Reason::Damaged, detail: "no page tree".to_owned() };
        let failures = BTreeMap::from([(PathBuf::from("a/b.pdf"), failure)]);
        let text = SummaryText { summary: &summary, failures: &failures, failures_total: 2 }.to_string();
        insta::assert_snapshot!(text, @r"
        12 files: 5 indexed, 1 indexed in part, 1 the same as another, 3 unchanged, 2 failed (1 damaged, 1 needs_password)
        1,234 pages in 3.2 s (386 a second): 1200 text, 34 no_text
        30 pages have no text that can be read without OCR: install tesseract-ocr and run the same command again
        1 report corrected from what stands beside the file or an editor said
        2 files beside PDFs cannot be understood whole: recto failures says where
        2 files of an earlier run vanished, 0 forgotten; forget them with --prune
          a/b.pdf: damaged: no page tree
            open and save it again with a PDF program, or fetch a fresh copy
          … and 1 more: recto failures
        ");
    }

    #[test]
    fn an_empty_run_and_a_dry_run_say_so() {
        let failures = BTreeMap::new();
        let text = |summary: &Summary| SummaryText { summary, failures: &failures, failures_total: 0 }.to_string();
        assert_eq!(text(&Summary::default()), "0 files\n0 pages in 0.0 s\n");
        let interrupted = Summary { pages_unrecognised: 1, interrupted: true, ..Summary::default() };
        assert_eq!(
            text(&interrupted),
            "0 files\n0 pages in 0.0 s\n1 page has no text that can be read without OCR: the same command goes on from here\n\
             interrupted: the same command goes on from here\n"
        );
        let dry = Summary { files: 3, indexed: 2, unchanged: 1, dry_run: true, ..Summary::default() };
        assert_eq!(text(&dry), "3 files: 2 to index, 1 unchanged\nnothing was changed (--dry-run)\n");
    }
}
