//! The start page: the search box, what is new, what is read, and ways to look through the library.

use crate::search::{HeldField, Holdings};
use crate::serve::links::Links;
use crate::serve::ui::browse::Entry;
use crate::serve::ui::format::{counted, number, plain, share};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::ui::values::{ValueLine, counted_values, values_path};
use crate::serve::visit::Visit;
use crate::store::{Coverage, ReportRow};
use askama::Template;

/// Values of a field that are shown.
const VALUES_SHOWN: usize = 8;

/// What the start page shows.
pub struct HomeView<'r> {
    /// What of the library is searchable.
    pub coverage: &'r Coverage,
    /// What it holds.
    pub holdings: &'r Holdings,
    /// The reports added last.
    pub newest: &'r [ReportRow],
    /// The reports read most of late, and how often.
    pub most_read: &'r [(ReportRow, u64)],
    /// Whether reports are being read now.
    pub is_ingesting: bool,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/serve/ui/askama.toml")]
struct HomePage {
    shell: Shell,
    is_empty: bool,
    is_ingesting: bool,
    reports: String,
    pages: String,
    searchable: String,
    newest: Vec<Entry>,
    all_newest: String,
    most_read: Vec<(Entry, String)>,
    ways: Vec<Way>,
    examples: Vec<Example>,
    atom: String,
    json: String,
}

/// A way to look through the library.
struct Way {
    title: &'static str,
    id: &'static str,
    values: Vec<ValueLine>,
    /// All values: what to call them, and where they are.
    all: (String, String),
}

struct Example {
    query: &'static str,
    link: String,
    meaning: &'static str,
}

/// The page.
pub fn home_page(visit: &Visit, view: &HomeView<'_>) -> String {
    let links = &visit.links;
    let coverage = view.coverage;
    let pages = coverage.pages.values().sum();
    let searchable = coverage.pages.iter().filter(|(status, _)| status.is_searchable()).map(|(_, count)| count).sum();
    let example = |(query, meaning)| Example { query, link: links.search(&[("q", query)]), meaning };
    let examples = [
        ("cash transfer", "both words in the report, in any form"),
        ("\"cash transfer\"", "exactly this phrase, also across a page break"),
        ("school -primary", "the first word, not the second"),
        ("nutri*", "every word that begins so"),
        ("recieve~1", "one letter may differ"),
        ("evaluation year:2020..2023", "dated within these years"),
    ];
    let ways = [
        (HeldField::Year, "Years", "years"),
        (HeldField::Contributor, "Contributors", "contributors"),
        (HeldField::Tag, "Tags", "tags"),
        (HeldField::Language, "Languages", "languages"),
    ];
    let ways = ways.into_iter().filter_map(|(field, title, id)| Way::new(links, view.holdings, field, title, id));
    let read = |(row, reads): &(ReportRow, u64)| (Entry::new(links, row), read_often(*reads));
    render(&HomePage {
        shell: Shell { has_search: false, ..Shell::new(visit, "", "") },
        is_empty: coverage.reports == 0,
        is_ingesting: view.is_ingesting,
        reports: counted(coverage.reports, "report", "reports"),
        pages: counted(pages, "page", "pages"),
        searchable: share(searchable, pages),
        newest: view.newest.iter().map(|row| Entry::new(links, row)).collect(),
        all_newest: links.reports_where(&[("sort", "-added")]),
        most_read: view.most_read.iter().map(read).collect(),
        ways: ways.collect(),
        examples: examples.map(example).into(),
        atom: links.feed("atom", &[]),
        json: links.feed("json", &[]),
    })
}

/// `read 12 times this month`.
pub fn read_often(reads: u64) -> String {
    match reads {
        1 => "read once this month".to_owned(),
        2 => "read twice this month".to_owned(),
        _ => format!("read {} times this month", number(reads)),
    }
}

impl Way {
    fn new(links: &Links, holdings: &Holdings, field: HeldField, title: &'static str, id: &'static str) -> Option<Way> {
        let values = holdings.values(field);
        let total = values.len() as u64;
        let mut shown: Vec<_> = match field {
            // The last years say more about a library than its fullest.
            HeldField::Year => {
                let mut years = values.to_vec();
                years.sort_by_key(|facet| std::cmp::Reverse(facet.value.parse::<i32>().unwrap_or(0)));
                years
            }
            _ => values.iter().take(VALUES_SHOWN).cloned().collect(),
        };
        shown.truncate(VALUES_SHOWN);
        let all = match total {
            1 => plain(&counted_values(field, total)),
            _ => format!("All {}", plain(&counted_values(field, total))),
        };
        let way =
            Way { title, id, values: ValueLine::of(links, field, &shown), all: (all, links.at(values_path(field))) };
        (total > 0).then_some(way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_counted_in_words() {
        let words = [1, 2, 3, 1_200].map(read_often);
        assert_eq!(
            words,
            ["read once this month", "read twice this month", "read 3 times this month", "read 1,200 times this month"]
        );
    }
}
