//! A search as an Atom feed (RFC 4287), whose entries say which words were found on which page.

use crate::report::ReportId;
use crate::report::rfc3339;
use crate::search::{Hit, PageHit};
use crate::serve::ui::format::{page_name, plain};
use crate::serve::ui::marked::{Run, runs};
use crate::serve::ui::shell::render;
use askama::Template;

/// A feed.
pub struct FeedPage {
    /// The identity of its search.
    pub id: ReportId,
    /// Its own address.
    pub own: String,
    /// The results as a page.
    pub results: String,
    /// The query.
    pub q: String,
    /// The address of the entries after these.
    pub next: Option<String>,
    /// Its entries.
    pub entries: Vec<FeedEntry>,
}

/// An entry of a feed.
pub struct FeedEntry {
    /// The report, its links whole.
    pub hit: Hit,
    /// When it came into the library, in seconds since 1970.
    pub added: i64,
}

#[derive(Template)]
#[template(path = "feed.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct Feed<'p> {
    title: String,
    id: String,
    updated: String,
    page: &'p FeedPage,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    title: String,
    url: String,
    updated: String,
    published: Option<String>,
    authors: Vec<String>,
    terms: Vec<String>,
    summary: String,
    pages: Vec<FoundPage>,
}

struct FoundPage {
    name: String,
    url: String,
    passages: Vec<Vec<Run>>,
}

/// The feed as XML.
pub fn feed(page: &FeedPage) -> String {
    let newest = page.entries.iter().map(|entry| entry.added).max().unwrap_or(0);
    let title = if page.q.is_empty() { "Recto: all reports".to_owned() } else { format!("Recto: {}", text(&page.q)) };
    let entries = page.entries.iter().map(Entry::new).collect();
    render(&Feed { title, id: urn(page.id), updated: rfc3339(newest), page, entries })
}

impl Entry {
    fn new(entry: &FeedEntry) -> Entry {
        let FeedEntry { hit, added } = entry;
        let pages: Vec<FoundPage> = hit.pages.iter().map(|page| FoundPage::new(hit, page)).collect();
        let mut terms: Vec<String> = Vec::new();
        for run in pages.iter().flat_map(|page| page.passages.iter().flatten()).filter(|run| run.is_match) {
            let term = run.text.to_lowercase();
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Entry {
            id: urn(hit.id),
            title: text(&hit.title),
            url: hit.url.clone(),
            updated: rfc3339(*added),
            published: hit.date.as_deref().and_then(instant),
            authors: hit.authors.iter().map(|author| text(author)).collect(),
            summary: summary(&terms, &pages),
            terms,
            pages,
        }
    }
}

impl FoundPage {
    fn new(hit: &Hit, page: &PageHit) -> FoundPage {
        let passages = page.passages.iter().map(|passage| {
            let runs = runs(&passage.text, &passage.ranges);
            runs.into_iter().map(|run| Run { text: text(&run.text), ..run }).collect()
        });
        FoundPage {
            name: text(&page_name(page.page, page.label.as_deref(), u64::from(hit.pages_total))),
            url: page.url.clone(),
            passages: passages.collect(),
        }
    }
}

/// `cash transfer: p. iv (6 of 120), p. 9 of 120`
fn summary(terms: &[String], pages: &[FoundPage]) -> String {
    let names: Vec<&str> = pages.iter().map(|page| page.name.as_str()).collect();
    let parts = [terms.join(", "), names.join(", ")];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(": ")
}

/// An identity as a name that is the same everywhere (RFC 9562 has the form; 128 bits of a hash fit it).
fn urn(id: ReportId) -> String {
    let digits = id.to_string();
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// `2023-05` as the instant at which it began.
fn instant(date: &str) -> Option<String> {
    let mut parts = date.split('-');
    let year: u16 = parts.next()?.parse().ok()?;
    let mut part = |most: u8| match parts.next() {
        Some(part) => part.parse().ok().filter(|part: &u8| (1..=most).contains(part)),
        None => Some(1),
    };
    let (month, day) = (part(12)?, part(31)?);
    Some(format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

/// A text that XML 1.0 allows.
fn text(text: &str) -> String {
    plain(text).replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_begin_as_precisely_as_known() {
        for (date, expected) in [
            ("2023", Some("2023-01-01T00:00:00Z")),
            ("2023-05", Some("2023-05-01T00:00:00Z")),
            ("2023-05-17", Some("2023-05-17T00:00:00Z")),
            ("2023-13", None),
            ("soon", None),
        ] {
            assert_eq!(instant(date).as_deref(), expected, "{date}");
        }
        assert_eq!(urn(ReportId([0xab; 16])), "urn:uuid:abababab-abab-abab-abab-abababababab");
        assert_eq!(text("a\u{0}\u{FFFF}b"), "a\u{FFFD}\u{FFFD}b");
    }
}
