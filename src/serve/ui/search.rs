//! Results, no results, and a query that was refused.

use crate::report::ReportId;
use crate::search::{Hit, NearCopy, PageHit, Relation, SearchResponse};
use crate::serve::links::Links;
use crate::serve::problem::Problem;
use crate::serve::ui::copies::{CopyLink, folded};
use crate::serve::ui::filters::Filters;
use crate::serve::ui::format::{counted, date, file_name, number, page_name, plain, size};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::marked::{Run, runs};
use crate::serve::ui::query_state::{MAX_OFFSET, PAGE_SIZE, QueryState};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// Near-copies outside the page of results that are named with a hit.
const MOST_ELSEWHERE: usize = 4;

#[derive(Template)]
#[template(path = "results.html", config = "src/serve/ui/askama.toml")]
struct ResultsPage {
    shell: Shell,
    filters: Filters,
    total: String,
    took: String,
    shown: Option<String>,
    interpreted: Option<String>,
    warnings: Vec<String>,
    did_you_mean: Option<(String, String)>,
    is_relaxed: bool,
    is_incomplete: bool,
    cards: Vec<Card>,
    previous: Option<String>,
    next: Option<String>,
    any_word: Option<String>,
    without_filters: Option<String>,
    browse: String,
    exports: Exports,
    mentions: Option<(String, String)>,
}

/// The same search in other forms.
struct Exports {
    csv: String,
    ndjson: String,
    atom: String,
    json: String,
}

#[derive(Template)]
#[template(path = "refused.html", config = "src/serve/ui/askama.toml")]
struct RefusedPage<'p> {
    shell: Shell,
    heading: &'static str,
    problem: &'p Problem,
}

/// A report among the results.
struct Card {
    url: String,
    title: String,
    language: String,
    facts: Vec<String>,
    /// Each with the list of all reports that have it.
    tags: Vec<(String, String)>,
    unsearchable: Option<String>,
    file: String,
    file_url: String,
    file_size: String,
    pages: Vec<PageCard>,
    more_pages: Option<String>,
    more_url: String,
    /// Near-copies that match as well and stand on the same page of results.
    also: Vec<CopyLink>,
    /// Near-copies that do not.
    elsewhere: Vec<CopyLink>,
    more_elsewhere: Option<String>,
    report_url: String,
}

/// A page that shows why its report matches.
pub struct PageCard {
    /// As people call it.
    pub name: String,
    /// Its view.
    pub url: String,
    /// The PDF at it.
    pub pdf_url: String,
    /// Pieces of its text.
    pub passages: Vec<Vec<Run>>,
}

/// The answer to a search, with or without hits.
/// `mentions`: how many comments mention the words of the search, and these words.
pub fn results_page(
    visit: &Visit,
    state: &QueryState,
    response: &SearchResponse,
    mentions: Option<(u64, String)>,
) -> String {
    let links = &visit.links;
    let offset: usize = state.offset.parse().unwrap_or(0);
    let total = usize::try_from(response.total.value).unwrap_or(usize::MAX);
    let last = offset.saturating_add(response.hits.len());
    let has_more = last < total && !response.hits.is_empty();
    let next_offset = offset.saturating_add(PAGE_SIZE);
    let counted_total = match response.total.relation {
        Relation::Eq => counted(response.total.value, "report", "reports"),
        Relation::Gte => format!("at least {}", counted(response.total.value, "report", "reports")),
    };
    let next = match &response.next_cursor {
        _ if !has_more => None,
        Some(cursor) if next_offset > MAX_OFFSET => Some(state.at_cursor(next_offset, cursor)),
        _ => (next_offset <= MAX_OFFSET).then(|| state.at_offset(next_offset)),
    };
    let did_you_mean = response.query.did_you_mean.as_ref().map(|q| {
        let corrected = QueryState { q: q.clone(), ..state.at_offset(0) };
        (corrected.link(links), plain(q))
    });
    let any_word = QueryState { op: "or".to_owned(), ..state.at_offset(0) };
    let is_several = state.op != "or" && state.q.split_whitespace().count() > 1;
    let title = if state.q.is_empty() { counted_total.clone() } else { format!("{} – {counted_total}", state.q) };
    render(&ResultsPage {
        shell: Shell::new(visit, &title, &state.q),
        filters: Filters::new(links, state, response),
        total: counted_total,
        took: format!("{} ms", number(response.took_ms)),
        shown: (offset > 0 || has_more).then(|| format!("{}–{}", number(offset as u64 + 1), number(last as u64))),
        interpreted: interpretation(state, response),
        warnings: response.query.warnings.iter().map(|warning| plain(warning)).collect(),
        did_you_mean,
        is_relaxed: response.query.relaxed,
        is_incomplete: response.index.incomplete,
        cards: cards(links, state, &response.hits),
        previous: (offset > 0 && offset <= MAX_OFFSET + PAGE_SIZE)
            .then(|| state.at_offset(offset.saturating_sub(PAGE_SIZE)).link(links)),
        next: next.map(|next| next.link(links)),
        any_word: is_several.then(|| any_word.link(links)),
        without_filters: state.has_filters().then(|| state.without_filters().link(links)),
        browse: links.reports(0),
        exports: Exports::new(links, state),
        mentions: mentions.map(|(count, q)| {
            let told = counted(count, "comment mentions these words", "comments mention these words");
            (told, links.comments(&[("q", &q)]))
        }),
    })
}

/// A query over a limit, or parameters that cannot be accepted.
pub fn refused_page(visit: &Visit, state: &QueryState, problem: &Problem) -> String {
    render(&RefusedPage { shell: Shell::new(visit, problem.title(), &state.q), heading: problem.title(), problem })
}

/// How the query was read, where that is not plain from how it was typed.
fn interpretation(state: &QueryState, response: &SearchResponse) -> Option<String> {
    let plain_reading = state.q.split_whitespace().collect::<Vec<_>>().join(" AND ");
    let interpreted = &response.query.interpreted;
    let is_plain = interpreted.eq_ignore_ascii_case(&plain_reading) || interpreted.is_empty();
    (!is_plain).then(|| plain(interpreted))
}

impl Exports {
    fn new(links: &Links, state: &QueryState) -> Exports {
        let parameters = state.parameters();
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Exports {
            csv: links.search_as("csv", &parameters),
            ndjson: links.search_as("ndjson", &parameters),
            atom: links.search_as("atom", &parameters),
            json: links.search_as("jsonfeed", &parameters),
        }
    }
}

/// The cards of hits; a near-copy of an earlier one is a line under it.
fn cards(links: &Links, state: &QueryState, hits: &[Hit]) -> Vec<Card> {
    let shown: Vec<ReportId> = hits.iter().map(|hit| hit.id).collect();
    let card = |(place, under): (usize, Vec<usize>)| {
        let hit = hits.get(place)?;
        let mut card = Card::new(links, state, hit);
        let link = |copy: &NearCopy| CopyLink::new(links, &state.q, hit, copy);
        let copy_of = |under: &usize| {
            let other = hits.get(*under)?;
            // One that only resembles another under this hit is still told as that one's.
            let told = hits.iter().flat_map(|hit| &hit.copies).find(|copy| copy.id == other.id);
            hit.copies.iter().find(|copy| copy.id == other.id).or(told)
        };
        card.also = under.iter().filter_map(copy_of).map(link).collect();
        let elsewhere: Vec<&NearCopy> = hit.copies.iter().filter(|copy| !shown.contains(&copy.id)).collect();
        card.elsewhere = elsewhere.iter().take(MOST_ELSEWHERE).map(|copy| link(copy)).collect();
        let more = elsewhere.len().saturating_sub(MOST_ELSEWHERE) as u64 + u64::from(hit.more_copies);
        card.more_elsewhere = (more > 0).then(|| format!("{} more", number(more)));
        Some(card)
    };
    folded(hits).into_iter().filter_map(card).collect()
}

impl Card {
    fn new(links: &Links, state: &QueryState, hit: &Hit) -> Card {
        let mut facts = Vec::new();
        if !hit.authors.is_empty() {
            facts.push(authors(&hit.authors));
        }
        facts.extend(hit.date.as_deref().map(|text| plain(&date(text))));
        facts.extend(hit.language.as_deref().map(|code| plain(language_name(code))));
        facts.push(counted(u64::from(hit.pages_total), "page", "pages"));
        Card {
            url: links.report(hit.id),
            title: plain(&hit.title),
            language: hit.language.clone().unwrap_or_default(),
            facts,
            tags: hit.tags.iter().map(|tag| (plain(tag), links.reports_where(&[("tag", tag)]))).collect(),
            unsearchable: unsearchable(hit.pages_searchable, hit.pages_total),
            file: file_name(&hit.file),
            file_url: links.file(hit.id),
            file_size: size(hit.size),
            pages: hit.pages.iter().map(|page| PageCard::new(links, state, hit, page)).collect(),
            more_pages: (hit.more_pages > 0)
                .then(|| counted(u64::from(hit.more_pages), "more page matches", "more pages match")),
            more_url: links.report_search(hit.id, &state.q),
            also: Vec::new(),
            elsewhere: Vec::new(),
            more_elsewhere: None,
            report_url: links.report(hit.id),
        }
    }
}

impl PageCard {
    /// A page of a hit, which leads to the first match on it, and keeps the way back.
    pub fn new(links: &Links, state: &QueryState, hit: &Hit, page: &PageHit) -> PageCard {
        PageCard {
            name: page_name(page.page, page.label.as_deref(), u64::from(hit.pages_total)),
            url: format!("{}#match", links.page_of(hit.id, page.page, &state.pairs())),
            pdf_url: links.file_page(hit.id, page.page),
            passages: page.passages.iter().map(|passage| runs(&passage.text, &passage.ranges)).collect(),
        }
    }
}

/// `4 of 88 pages not searchable`.
pub fn unsearchable(searchable: u32, total: u32) -> Option<String> {
    let missing = total.saturating_sub(searchable);
    (missing > 0)
        .then(|| format!("{} of {} not searchable", number(missing.into()), counted(total.into(), "page", "pages")))
}

/// The first few names.
pub fn authors(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| plain(name)).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::example_hit;
    use crate::search::{IndexInfo, QueryInfo, Total};

    #[test]
    fn results_go_on_beyond_the_furthest_offset() {
        let response = SearchResponse {
            query: QueryInfo {
                q: "cash".to_owned(),
                interpreted: "cash".to_owned(),
                warnings: Vec::new(),
                did_you_mean: None,
                relaxed: false,
            },
            total: Total { value: 20_000, relation: Relation::Eq },
            took_ms: 1,
            index: IndexInfo { generation: String::new(), incomplete: false },
            hits: vec![example_hit(); PAGE_SIZE],
            facets: std::collections::BTreeMap::new(),
            next_cursor: Some("ab12".to_owned()),
        };
        let visit = Visit { links: Links::new(""), signed_in: None, login: None };
        let page = |offset: usize| {
            let state = QueryState { q: "cash".to_owned(), ..QueryState::default() }.at_offset(offset);
            results_page(&visit, &state, &response, None)
        };
        assert!(page(MAX_OFFSET - PAGE_SIZE).contains("rel=\"next\" href=\"/?q=cash&#38;offset=10000\""));
        assert!(page(MAX_OFFSET).contains("rel=\"next\" href=\"/?q=cash&#38;offset=10010&#38;cursor=ab12\""));
        assert!(page(MAX_OFFSET + PAGE_SIZE).contains("rel=\"prev\" href=\"/?q=cash&#38;offset=10000\""));
        assert!(!page(MAX_OFFSET + 2 * PAGE_SIZE).contains("rel=\"prev\""), "the browser's way back is left");
        assert!(!page(19_990).contains("rel=\"next\""));
    }
}
