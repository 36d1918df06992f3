//! Lines of a TREC run, as trec_eval and its kin read them.

use std::fmt::Write;
use std::path::Path;

/// Appends `qid Q0 document rank score recto`; `rank` starts at 1.
pub fn trec_line(lines: &mut String, query_id: &str, document: &str, rank: usize, score: f32) {
    // Writing to a string cannot fail.
    let _ = writeln!(lines, "{query_id} Q0 {document} {rank} {score} recto");
}

/// The document's name in a run: the file's stem, without the white space that would part columns.
pub fn file_stem(file: &str) -> String {
    let stem = Path::new(file).file_stem().map_or_else(|| file.into(), |stem| stem.to_string_lossy());
    stem.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_six_columns() {
        let mut lines = String::new();
        trec_line(&mut lines, "12", &file_stem("/data/cran/0 184.pdf"), 1, 7.25);
        assert_eq!(lines, "12 Q0 0_184 1 7.25 recto\n");
        assert_eq!(file_stem("noextension"), "noextension");
    }
}
