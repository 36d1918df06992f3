//! How a score came about, on a line: the parts that add up to it, the greatest first.

use crate::cli::output::printable;
use crate::search::{PageExplanation, ReportExplanation};
use std::fmt::Write;

/// `score 7.31 = best page 4.20 + cash 2.61 (body 1.80, title 0.81) + opening 0.50`
pub fn report_score(score: f32, explanation: &ReportExplanation) -> String {
    let mut parts = vec![
        (explanation.best_page, "best page".to_owned(), String::new()),
        (explanation.opening, "opening".to_owned(), String::new()),
        (explanation.sections, "sections".to_owned(), String::new()),
    ];
    for clause in &explanation.clauses {
        let fields: Vec<String> =
            clause.fields.iter().map(|field| format!("{} {:.2}", field.field, field.contribution)).collect();
        parts.push((clause.contribution, clause.text.clone(), format!(" ({})", fields.join(", "))));
    }
    sum(score, parts)
}

/// `score 2.10 = (cash 2.00 + transfer 0.80) × 0.75 coverage`
pub fn page_score(score: f32, explanation: &PageExplanation) -> String {
    let of_clause = |clause: &crate::search::PageClauseExplanation| {
        let closeness = if clause.closeness > 0.0 {
            format!(" ({:.2} for standing together)", clause.closeness)
        } else {
            String::new()
        };
        (clause.occurrences + clause.closeness, clause.text.clone(), closeness)
    };
    let mut line = sum(score, explanation.clauses.iter().map(of_clause).collect());
    for (factor, name) in [(explanation.coverage, "coverage"), (explanation.kind, "list of places")] {
        if factor < 1.0 {
            // Writing to a string cannot fail.
            let _ = write!(line, " × {factor:.2} {name}");
        }
    }
    line
}

/// Parts that add nothing are left out.
fn sum(score: f32, mut parts: Vec<(f32, String, String)>) -> String {
    parts.retain(|(contribution, ..)| *contribution > 0.0);
    parts.sort_by(|left, right| right.0.total_cmp(&left.0));
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(contribution, name, detail)| format!("{} {contribution:.2}{detail}", printable(&name)))
        .collect();
    if parts.is_empty() { format!("score {score:.2}") } else { format!("score {score:.2} = {}", parts.join(" + ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{ClauseExplanation, FieldExplanation, PageClauseExplanation};

    #[test]
    fn the_greatest_part_comes_first() {
        let field = |name: &str, contribution| FieldExplanation {
            field: name.to_owned(),
            frequency: 1.0,
            length: 9,
            contribution,
        };
        let explanation = ReportExplanation {
            clauses: vec![ClauseExplanation {
                text: "cash".to_owned(),
                idf: 1.0,
                contribution: 2.6,
                fields: vec![field("body", 1.8), field("title", 0.8)],
            }],
            sections: 0.0,
            best_page: 4.2,
            opening: 0.5,
        };
        assert_eq!(
            report_score(7.3, &explanation),
            "score 7.30 = best page 4.20 + cash 2.60 (body 1.80, title 0.80) + opening 0.50"
        );
        let clause = |text: &str, closeness| PageClauseExplanation {
            text: text.to_owned(),
            idf: 1.0,
            frequency: 1.0,
            occurrences: 1.0,
            closeness,
        };
        let page = PageExplanation {
            length: 100,
            clauses: vec![clause("cash", 0.0), clause("aid", 0.5)],
            coverage: 0.8,
            kind: 0.5,
        };
        assert_eq!(
            page_score(1.0, &page),
            "score 1.00 = aid 1.50 (0.50 for standing together) + cash 1.00 × 0.80 coverage × 0.50 list of places"
        );
        assert_eq!(report_score(0.0, &ReportExplanation::default()), "score 0.00");
    }
}
