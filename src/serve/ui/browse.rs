//! The list of reports: all of them, or those of a contributor, a year, a language, in the order asked for.

use crate::report::ReportId;
use crate::search::{Filter, HeldField, Holdings};
use crate::serve::hub::Wanted;
use crate::serve::hub::wanted::{FIELDS, ORDERS};
use crate::serve::links::Links;
use crate::serve::ui::filters::{Choice, Choices};
use crate::serve::ui::format::{counted, date, number, plain, size};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::search::{authors, unsearchable};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::ReportRow;
use askama::Template;

/// Values of a field to choose from, most of them folded away.
const CHOICES: usize = 30;

/// What a page of the list shows.
pub struct BrowsePage<'r> {
    /// What was asked for.
    pub wanted: &'r Wanted,
    /// What the library holds.
    pub holdings: &'r Holdings,
    /// Reports in all that are as wanted.
    pub total: u64,
    /// Reports on a page.
    pub limit: u64,
    /// Those on this page.
    pub reports: &'r [ReportRow],
}

#[derive(Template)]
#[template(path = "browse.html", config = "src/serve/ui/askama.toml")]
struct Browse {
    shell: Shell,
    heading: String,
    shown: Option<String>,
    sorts: Vec<Choice>,
    facets: Vec<Choices>,
    clear: Option<String>,
    entries: Vec<Entry>,
    first: String,
    previous: Option<String>,
    next: Option<String>,
    atom: String,
    json: String,
}

/// A report in a list.
pub struct Entry {
    /// Its page.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its language, for the title's pronunciation.
    pub language: String,
    /// Who, when, in which language, how long.
    pub facts: Vec<String>,
    /// How much of it cannot be found.
    pub unsearchable: Option<String>,
    /// The PDF.
    pub file_url: String,
    /// Its size.
    pub file_size: String,
    /// A picture of its first page, for its width and for twice that.
    pub cover: [String; 2],
}

/// The page.
pub fn browse_page(visit: &Visit, page: &BrowsePage<'_>) -> String {
    let links = &visit.links;
    let BrowsePage { wanted, holdings, total, limit, reports } = *page;
    let last = wanted.offset.saturating_add(reports.len() as u64);
    let has_more = wanted.offset.saturating_add(limit) < total;
    let heading = heading(wanted, holdings, total);
    let sort = |(value, order, name): (&str, _, &str)| Choice {
        value: value.to_owned(),
        name: name.to_owned(),
        count: String::new(),
        is_chosen: order == wanted.order,
    };
    let facets = FIELDS.map(|(field, name, _)| {
        let counted = holdings.choices(field, &wanted.filters, CHOICES);
        Choices::new(name, title_of(field), &counted, &wanted.chosen(field))
    });
    render(&Browse {
        shell: Shell::new(visit, &heading, ""),
        shown: (wanted.offset > 0 || has_more).then(|| format!("{}–{}", number(wanted.offset + 1), number(last))),
        sorts: ORDERS.map(sort).into(),
        facets: facets.into_iter().filter(|facet| !facet.choices.is_empty()).collect(),
        clear: (!wanted.filters.is_empty()).then(|| Wanted { filters: Vec::new(), ..wanted.clone() }.page_at(links, 0)),
        entries: reports.iter().map(|report| Entry::new(links, report)).collect(),
        first: wanted.page_at(links, 0),
        previous: (wanted.offset > 0).then(|| wanted.page_at(links, wanted.offset.saturating_sub(limit))),
        next: has_more.then(|| wanted.page_at(links, wanted.offset.saturating_add(limit))),
        atom: wanted.feed_at(links, "atom", 0),
        json: wanted.feed_at(links, "json", 0),
        heading,
    })
}

/// What a field is called over its values.
pub fn title_of(field: HeldField) -> &'static str {
    match field {
        HeldField::Contributor => "Contributor",
        HeldField::Year => "Year",
        HeldField::Language => "Language",
        HeldField::Tag => "Tag",
    }
}

/// `12 reports by Jane Doe in French from 2019`.
pub fn heading(wanted: &Wanted, holdings: &Holdings, total: u64) -> String {
    let reports = if total == 0 { "No reports".to_owned() } else { counted(total, "report", "reports") };
    format!("{reports}{}", narrowing(wanted, holdings))
}

/// ` by Jane Doe in French from 2019`; empty for the whole library.
pub fn narrowing(wanted: &Wanted, holdings: &Holdings) -> String {
    let named = |field: HeldField, value: &str| {
        let name = holdings.name_of(field, value).unwrap_or(value);
        plain(if field == HeldField::Language { language_name(name) } else { name })
    };
    let mut words = String::new();
    for (field, before) in [
        (HeldField::Contributor, "by"),
        (HeldField::Language, "in"),
        (HeldField::Tag, "tagged"),
        (HeldField::Year, "from"),
    ] {
        let values: Vec<String> = wanted
            .filters
            .iter()
            .filter(|filter| filter.field() == field.name())
            .map(|filter| match filter {
                Filter::Year(first, last) => years(*first, *last),
                Filter::Tag(value) => format!("“{}”", named(field, value)),
                Filter::Author(value) | Filter::Language(value) | Filter::Section(value) => named(field, value),
            })
            .collect();
        if !values.is_empty() {
            words.push_str(&format!(" {before} {}", values.join(" or ")));
        }
    }
    words
}

/// `2019`, `2019 to 2021`, `2019 on`, `2021 or before`.
fn years(first: Option<i32>, last: Option<i32>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        (Some(first), None) => format!("{first} on"),
        (None, Some(last)) => format!("{last} or before"),
        (None, None) => "any year".to_owned(),
    }
}

impl Entry {
    /// A report as lists show it.
    pub fn new(links: &Links, row: &ReportRow) -> Entry {
        let mut facts = Vec::new();
        if !row.authors.is_empty() {
            facts.push(authors(&row.authors));
        }
        facts.extend(row.date.as_deref().map(|text| plain(&date(text))));
        facts.extend(row.language.as_deref().map(|code| plain(language_name(code))));
        facts.push(counted(u64::from(row.pages_total), "page", "pages"));
        Entry {
            url: links.report(row.id),
            title: plain(&row.title),
            language: row.language.clone().unwrap_or_default(),
            facts,
            unsearchable: unsearchable(row.pages_searchable, row.pages_total),
            file_url: links.file(row.id),
            file_size: size(row.size),
            cover: cover(links, row.id),
        }
    }
}

/// The picture of a first page for its width and for twice that.
fn cover(links: &Links, id: ReportId) -> [String; 2] {
    [links.image(id, 1, 180), links.image(id, 1, 360)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::HeldReport;

    #[test]
    fn headings_say_what_is_shown() {
        let report = HeldReport {
            id: ReportId([1; 16]),
            title: "water".to_owned(),
            added: 0,
            changed: 0,
            date: 20_190_000,
            contributors: vec!["Jane Doe".to_owned()],
            languages: vec!["fr".to_owned()],
            tags: Vec::new(),
        };
        let holdings = Holdings::new(vec![report]);
        for (query, total, expected) in [
            ("", 1_204, "1,204 reports"),
            ("contributor=JANE+DOE", 1, "1 report by Jane Doe"),
            ("contributor=Nobody", 0, "No reports by Nobody"),
            ("contributor=Jane+Doe&contributor=Li+Wei&year=2019", 2, "2 reports by Jane Doe or Li Wei from 2019"),
            ("year=2019..2021&language=fr&sort=-date", 2, "2 reports in French from 2019 to 2021"),
            ("tag=water&language=fr", 2, "2 reports in French tagged “water”"),
            ("year=2019..&year=..1990", 2, "2 reports from 2019 on or 1990 or before"),
        ] {
            let wanted = Wanted::of_page(Some(query)).expect(query);
            assert_eq!(heading(&wanted, &holdings, total), expected, "{query}");
        }
    }
}
