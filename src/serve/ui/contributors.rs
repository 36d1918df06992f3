//! `/contributors`: everybody who contributed to a report, by letter.

use crate::search::{Contributor, ContributorList, Letter};
use crate::serve::ui::format::{counted, number, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// A part of the list of contributors.
pub struct ContributorsPage<'r> {
    /// What their names have.
    pub q: &'r str,
    /// Contributors before these.
    pub offset: u64,
    /// Contributors on a page.
    pub limit: u64,
    /// These, and what is known of all.
    pub list: &'r ContributorList,
}

#[derive(Template)]
#[template(path = "contributors.html", config = "src/serve/ui/askama.toml")]
struct Page {
    shell: Shell,
    own_url: String,
    q: String,
    total: String,
    shown: Option<String>,
    letters: Vec<(String, String)>,
    groups: Vec<Group>,
    previous: Option<String>,
    next: Option<String>,
}

/// Names that begin alike.
struct Group {
    letter: String,
    names: Vec<Entry>,
}

struct Entry {
    name: String,
    url: String,
    reports: String,
}

/// The page.
pub fn contributors_page(visit: &Visit, page: &ContributorsPage<'_>) -> String {
    let links = &visit.links;
    let ContributorsPage { q, offset, limit, list } = *page;
    let total = list.total as u64;
    let last = offset.saturating_add(list.contributors.len() as u64);
    let has_more = last < total && !list.contributors.is_empty();
    let place = |offset: u64| links.contributors(q, offset);
    let letter = |(letter, before): &(Letter, usize)| (shown(*letter), place(*before as u64));
    render(&Page {
        shell: Shell::new(visit, "Contributors", ""),
        own_url: links.contributors("", 0),
        q: plain(q),
        total: counted(total, "contributor", "contributors"),
        shown: (offset > 0 || has_more).then(|| format!("{}–{}", number(offset + 1), number(last))),
        // A list that stands on one page needs no way through it.
        letters: if total > limit { list.letters.iter().map(letter).collect() } else { Vec::new() },
        groups: groups(&list.contributors, |contributor| Entry {
            name: plain(&contributor.listed_as),
            url: links.reports_where(&[("contributor", &contributor.name)]),
            reports: counted(contributor.reports, "report", "reports"),
        }),
        previous: (offset > 0).then(|| place(offset.saturating_sub(limit))),
        next: has_more.then(|| place(offset.saturating_add(limit))),
    })
}

fn groups(contributors: &[Contributor], entry: impl Fn(&Contributor) -> Entry) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut last = None;
    for contributor in contributors {
        let letter = contributor.letter();
        if last.replace(letter) != Some(letter) {
            groups.push(Group { letter: shown(letter), names: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.names.push(entry(contributor));
        }
    }
    groups
}

fn shown(letter: Letter) -> String {
    match letter {
        Letter::Capital(letter) => letter.to_string(),
        Letter::Digit => "0–9".to_owned(),
        Letter::Other => "Other scripts".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::links::Links;

    #[test]
    fn a_long_list_has_ways_through_it() {
        let contributor = |(name, listed_as): (&str, &str)| Contributor {
            name: name.to_owned(),
            listed_as: listed_as.to_owned(),
            reports: 1_200,
        };
        let names = [("Ada Lee", "Lee, Ada"), ("Bo Lee", "Lee, Bo"), ("Cy Moe", "Moe, Cy"), ("山", "山")];
        let list = ContributorList {
            total: 1_000,
            contributors: names.map(contributor).to_vec(),
            letters: vec![(Letter::Digit, 0), (Letter::Capital('L'), 200), (Letter::Other, 999)],
        };
        let visit = Visit { links: Links::new("/x"), signed_in: None, login: None };
        let body = contributors_page(&visit, &ContributorsPage { q: "e", offset: 200, limit: 4, list: &list });
        for wanted in [
            "<h1>1,000 contributors</h1><p>201–204 by family name</p>",
            "<a href=\"/x/contributors?q=e&#38;offset=200\">L</a>",
            "<a href=\"/x/contributors?q=e\">0–9</a>",
            "<h2 id=\"letter-2\">M</h2>",
            "<h2 id=\"letter-3\">Other scripts</h2>",
            "<a href=\"/x/reports?contributor=Bo+Lee\"><bdi>Lee, Bo</bdi></a> <span class=\"count\">1,200 reports</span>",
            "<a rel=\"prev\" href=\"/x/contributors?q=e&#38;offset=196\">",
            "<a rel=\"next\" href=\"/x/contributors?q=e&#38;offset=204\">",
        ] {
            assert!(body.contains(wanted), "{wanted} is not in {body}");
        }
        assert_eq!(body.matches("<h2 id=\"letter-").count(), 3);
    }
}
