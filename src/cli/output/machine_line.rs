//! What was measured on and of what, a line each, and the rows that several measurements share.

use crate::bench::{Corpus, LibrarySize, Machine};
use crate::cli::output::{bytes, count};
use std::fmt::Write;

/// `recto 0.1.0 (1a2b3c4d5e6f), linux x86_64, 2 cores, 25.2 GB, name of the processor`
pub fn machine_line(machine: &Machine) -> String {
    let built = match (machine.commit, machine.debug_build) {
        (Some(commit), false) => format!(" ({commit})"),
        (Some(commit), true) => format!(" ({commit}, debug build)"),
        (None, true) => " (debug build)".to_owned(),
        (None, false) => String::new(),
    };
    let mut line = format!(
        "recto {}{built}, {} {}, {}",
        machine.recto,
        machine.os,
        machine.architecture,
        count(machine.cores as u64, "core")
    );
    if let Some(memory) = machine.memory_bytes {
        // Writing to a string cannot fail.
        let _ = write!(line, ", {}", bytes(memory));
    }
    if let Some(processor) = &machine.processor {
        let _ = write!(line, ", {processor}");
    }
    line
}

/// `127 files, 127 reports, 2,069 pages, 63.0 MB, list 9f0c…`
pub fn corpus_line(corpus: &Corpus) -> String {
    format!(
        "{}, {}, {}, {}, list {}",
        count(corpus.files, "file"),
        count(corpus.reports, "report"),
        count(corpus.pages, "page"),
        bytes(corpus.bytes),
        corpus.list_hash.get(..12).unwrap_or_default()
    )
}

/// What a library costs on disk, part by part, beside its text.
pub fn disk_rows(library: &LibrarySize) -> String {
    let disk = library.disk_bytes_per_page;
    let parts = [
        ("text", disk.text),
        ("word boxes", disk.geometry),
        ("index", disk.index),
        ("catalogue", disk.catalogue),
        ("all", disk.total),
    ];
    let row = |(part, bytes): (&str, f64)| {
        format!("{part:18}{bytes:>7.0}{:>8.2}\n", bytes / library.text_bytes_per_page.max(1.0))
    };
    let rows: String = parts.into_iter().map(row).collect();
    format!("bytes a page on disk, beside {:.0} of text\n{rows}", library.text_bytes_per_page)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A machine that tables are printed for.
    pub fn machine() -> Machine {
        Machine {
            recto: "0.1.0",
            commit: Some("1a2b3c4d5e6f"),
            build: "debug",
            debug_build: true,
            os: "linux",
            architecture: "x86_64",
            processor: Some("Fast CPU".to_owned()),
            cores: 2,
            memory_bytes: Some(25_200_000_000),
        }
    }

    /// Files that tables are printed for.
    pub fn corpus() -> Corpus {
        let list_hash = "00112233445566778899aabbccddeeff".to_owned();
        Corpus { files: 1_400, reports: 1_399, pages: 100_004, bytes: 63_100_000, list_hash }
    }

    #[test]
    fn what_is_not_known_of_the_machine_is_left_out() {
        let unknown = Machine { commit: None, debug_build: false, processor: None, memory_bytes: None, ..machine() };
        let cases = [
            (machine(), "recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU"),
            (
                Machine { debug_build: false, ..machine() },
                "recto 0.1.0 (1a2b3c4d5e6f), linux x86_64, 2 cores, 25.2 GB, Fast CPU",
            ),
            (Machine { debug_build: true, ..unknown.clone() }, "recto 0.1.0 (debug build), linux x86_64, 2 cores"),
            (unknown, "recto 0.1.0, linux x86_64, 2 cores"),
        ];
        for (machine, expected) in cases {
            assert_eq!(machine_line(&machine), expected);
        }
        assert_eq!(corpus_line(&corpus()), "1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455");
    }
}
