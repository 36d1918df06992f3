//! Search results for reading: title, what is known of the report, then its pages with their passages.
//!
//! Colour only helps: without it, the layout alone says what is what.

use crate::cli::output::explanation_text::{page_score, report_score};
use crate::cli::output::number::count;
use crate::cli::output::{MarkedText, printable, wrap};
use crate::search::{CopyKind, Hit, NearCopy, PageHit, Relation, SearchResponse};
use anstyle::{AnsiColor, Style};

const TITLE: Style = Style::new().bold();
const ABOUT: Style = Style::new().dimmed();
const PAGE: Style = AnsiColor::Green.on_default();
const MATCH: Style = AnsiColor::Red.on_default().bold();

/// Longer lines are hard to read, however wide the terminal.
const WIDEST: usize = 110;
/// Near-copies named with a hit.
const MOST_COPIES: usize = 3;
/// Of the first line of a passage.
const PASSAGE_INDENT: &str = "    ";
/// Of its other lines, so that one sees where the next passage begins.
const CONTINUATION_INDENT: &str = "      ";

/// Renders results for a terminal of a certain width.
#[derive(Debug, Clone, Copy)]
pub struct SearchText {
    columns: usize,
}

impl SearchText {
    /// For a terminal with so many columns; without one, every passage is one line.
    pub fn new(columns: Option<usize>) -> SearchText {
        SearchText { columns: columns.map_or(usize::MAX, |columns| columns.min(WIDEST)) }
    }

    /// The hits with an empty line between them.
    pub fn hits(&self, hits: &[Hit]) -> String {
        hits.iter().map(|hit| self.hit(hit)).collect::<Vec<_>>().join("\n")
    }

    fn hit(&self, hit: &Hit) -> String {
        let mut text = format!("{TITLE}{}{TITLE:#}\n", printable(&hit.title));
        text.push_str(&format!("{ABOUT}{}{ABOUT:#}\n", printable(&about(hit))));
        if let Some(copies) = also_as(hit) {
            text.push_str(&format!("{ABOUT}{}{ABOUT:#}\n", printable(&copies)));
        }
        if let Some(explanation) = &hit.explanation {
            text.push_str(&format!("{ABOUT}{}{ABOUT:#}\n", report_score(hit.score, explanation)));
        }
        for page in &hit.pages {
            self.page(&mut text, hit, page);
        }
        if hit.more_pages > 0 {
            text.push_str(&format!("  {ABOUT}{}{ABOUT:#}\n", more_pages(hit)));
        }
        text
    }

    fn page(&self, text: &mut String, hit: &Hit, page: &PageHit) {
        text.push_str(&format!("  {PAGE}{}{PAGE:#}\n", printable(&page_name(page, hit.pages_total))));
        if let Some(explanation) = &page.explanation {
            text.push_str(&format!("{PASSAGE_INDENT}{ABOUT}{}{ABOUT:#}\n", page_score(page.score, explanation)));
        }
        let columns = self.columns.saturating_sub(CONTINUATION_INDENT.len());
        for passage in &page.passages {
            let marked = MarkedText::new(&passage.text, &passage.ranges);
            let mut indent = PASSAGE_INDENT;
            for line in wrap(&marked.characters, columns, MATCH) {
                text.push_str(indent);
                text.push_str(&line);
                text.push('\n');
                indent = CONTINUATION_INDENT;
            }
        }
    }
}

/// `Jane Doe, John Roe · 2023-05 · en · 88 pages · tagged water, wells · reports/a.pdf`
fn about(hit: &Hit) -> String {
    let mut facts = Vec::new();
    if !hit.authors.is_empty() {
        facts.push(hit.authors.join(", "));
    }
    facts.extend(hit.date.clone());
    facts.extend(hit.language.clone());
    facts.push(count(u64::from(hit.pages_total), "page"));
    let unsearchable = hit.pages_total.saturating_sub(hit.pages_searchable);
    if unsearchable > 0 {
        facts.push(format!("{unsearchable} of them not searchable"));
    }
    if !hit.tags.is_empty() {
        facts.push(format!("tagged {}", hit.tags.join(", ")));
    }
    facts.push(hit.file.clone());
    facts.join(" · ")
}

/// `also as Wells in Kenya (2022 edition), Wells (copy) and 3 more`
fn also_as(hit: &Hit) -> Option<String> {
    let name = |copy: &NearCopy| {
        let date = copy.date.as_deref().filter(|date| Some(*date) != hit.date.as_deref());
        let what = match copy.kind {
            CopyKind::Copy => "copy",
            CopyKind::Edition => "edition",
        };
        format!("{} ({}{what})", copy.title, date.map(|date| format!("{date} ")).unwrap_or_default())
    };
    let shown: Vec<String> = hit.copies.iter().take(MOST_COPIES).map(name).collect();
    let more = hit.copies.len().saturating_sub(MOST_COPIES) as u64 + u64::from(hit.more_copies);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("also as {}{more}", shown.join(", ")))
}

/// `p. iv (6 of 120)`; without a printed number of its own, `p. 6 of 120`.
fn page_name(page: &PageHit, pages_total: u32) -> String {
    match &page.label {
        Some(label) if *label != page.page.to_string() => format!("p. {label} ({} of {pages_total})", page.page),
        _ => format!("p. {} of {pages_total}", page.page),
    }
}

/// `17 more pages`
fn more_pages(hit: &Hit) -> String {
    let noun = if hit.pages.is_empty() { "page" } else { "more page" };
    count(u64::from(hit.more_pages), noun)
}

/// What a response says besides its hits, line by line: `3 reports in 2 ms`.
pub fn remarks(response: &SearchResponse) -> Vec<String> {
    let mut lines = response.query.warnings.clone();
    if response.query.relaxed {
        lines.push("no report has all the words; these have some of them".to_owned());
    }
    if let Some(correction) = &response.query.did_you_mean {
        lines.push(format!("did you mean `{correction}`?"));
    }
    if response.index.incomplete {
        lines.push("the library is still being indexed; there may be more".to_owned());
    }
    lines
}

/// `3 reports in 2 ms`, `10 of 128 reports in 4 ms`, `nothing found`.
pub fn summary(shown: usize, response: &SearchResponse) -> String {
    let total = response.total.value;
    if total == 0 {
        return "nothing found".to_owned();
    }
    let at_least = if response.total.relation == Relation::Gte { "at least " } else { "" };
    let shown = if shown as u64 == total { String::new() } else { format!("{shown} of ") };
    format!("{shown}{at_least}{} in {} ms", count(total, "report"), response.took_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::example_hit;
    use crate::report::ReportId;
    use crate::search::{IndexInfo, QueryInfo, Total};

    fn response(hits: usize, total: u64) -> SearchResponse {
        SearchResponse {
            query: QueryInfo {
                q: "cash".to_owned(),
                interpreted: "cash".to_owned(),
                warnings: vec!["unmatched `(` was read as a word".to_owned()],
                did_you_mean: Some("cash transfer".to_owned()),
                relaxed: true,
            },
            total: Total { value: total, relation: Relation::Eq },
            took_ms: 4,
            index: IndexInfo { generation: String::new(), incomplete: true },
            hits: vec![example_hit(); hits],
            facets: Default::default(),
            next_cursor: None,
        }
    }

    #[test]
    fn a_hit_shows_its_pages_and_passages_wrapped() {
        let text = SearchText::new(Some(40)).hits(&[example_hit(), example_hit()]);
        let text = anstream::adapter::strip_str(&text).to_string();
        let (first, second) = text.split_once("\n\n").expect("two hits");
        assert_eq!(format!("{first}\n"), second);
        insta::assert_snapshot!(first, @r"
        Cash transfers[2J in Somalia
        Jane Doe, John Roe · 2023-05 · en · 120 pages · 4 of them not searchable · reports/somalia.pdf
          p. iv (6 of 120)
            The cash transfers reached most of
              the households.
          p. 12 of 120
          p. 13 of 120
            No cash.
            Again.
          1 more page
        ");
    }

    #[test]
    fn near_copies_are_named_briefly() {
        let copy = |title: &str, date: &str, kind| NearCopy {
            id: ReportId::of_bytes(title.as_bytes()),
            title: title.to_owned(),
            date: Some(date.to_owned()),
            language: None,
            pages_total: 2,
            url: String::new(),
            kind,
            resemblance: 0.9,
        };
        let mut hit = example_hit();
        assert_eq!(also_as(&hit), None);
        hit.copies = vec![copy("A", "2023-05", CopyKind::Copy), copy("B", "2021", CopyKind::Edition)];
        assert_eq!(also_as(&hit).as_deref(), Some("also as A (copy), B (2021 edition)"));
        hit.copies.extend([copy("C", "2020", CopyKind::Copy), copy("D\u{1b}[2J", "2019", CopyKind::Copy)]);
        hit.more_copies = 7;
        let text = SearchText::new(None).hits(&[hit]);
        assert!(text.contains("also as A (copy), B (2021 edition), C (2020 copy) and 8 more"), "{text}");
    }

    #[test]
    fn matches_are_coloured_as_one_piece() {
        let text = SearchText::new(None).hits(&[example_hit()]);
        assert!(text.contains("The \u{1b}[1m\u{1b}[31mcash transfers\u{1b}[0m reached"), "{text:?}");
        assert!(!text.contains("\u{1b}[2J"), "{text:?}");
    }

    #[test]
    fn remarks_and_summary_say_what_the_hits_do_not() {
        assert_eq!(
            remarks(&response(1, 1)),
            [
                "unmatched `(` was read as a word",
                "no report has all the words; these have some of them",
                "did you mean `cash transfer`?",
                "the library is still being indexed; there may be more",
            ]
        );
        assert_eq!(summary(1, &response(1, 1)), "1 report in 4 ms");
        assert_eq!(summary(2, &response(2, 1_280)), "2 of 1,280 reports in 4 ms");
        assert_eq!(summary(0, &response(0, 0)), "nothing found");
        let at_least = SearchResponse { total: Total { value: 50, relation: Relation::Gte }, ..response(1, 1) };
        assert_eq!(summary(1, &at_least), "1 of at least 50 reports in 4 ms");
    }
}
