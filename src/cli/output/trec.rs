//! Lines of a TREC run, as trec_eval and its kin read them.

use std::fmt::Write;

/// Appends `qid Q0 document rank score recto`; `rank` starts at 1.
pub fn trec_line(lines: &mut String, query_id: &str, document: &str, rank: usize, score: f32) {
    // Writing to a string cannot fail.
    let _ = writeln!(lines, "{query_id} Q0 {document} {rank} {score} recto");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_six_columns() {
        let mut lines = String::new();
        trec_line(&mut lines, "12", "0_184", 1, 7.25);
        assert_eq!(lines, "12 Q0 0_184 1 7.25 recto\n");
    }
}
