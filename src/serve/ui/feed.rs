//! Reports as a feed to follow, as Atom (RFC 4287) or JSON Feed 1.1. Entries of a search say which words were found on
//! which page; others what their report says of itself.

use crate::report::ReportId;
use crate::report::rfc3339;
use crate::search::{Hit, PageHit};
use crate::serve::ui::format::{counted, date, page_name, plain};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::marked::{Run, runs};
use crate::serve::ui::search::authors;
use crate::serve::ui::shell::render;
use crate::store::ReportRow;
use askama::Template;
use serde::Serialize;

/// A feed.
pub struct FeedPage {
    /// The identity of what is followed.
    pub id: ReportId,
    /// What is followed.
    pub title: String,
    /// The same in a sentence.
    pub subtitle: String,
    /// Its own address.
    pub own: String,
    /// The same as a page.
    pub results: String,
    /// The address of the entries after these.
    pub next: Option<String>,
    /// Its entries.
    pub entries: Vec<FeedEntry>,
}

/// An entry of a feed; its addresses are whole.
pub struct FeedEntry {
    /// When its report last changed in the library, in seconds since 1970.
    pub changed: i64,
    /// When it came into the library.
    added: String,
    id: String,
    title: String,
    url: String,
    pdf_url: String,
    size: u64,
    updated: String,
    /// When the report was published.
    published: Option<String>,
    language: Option<String>,
    authors: Vec<String>,
    /// Words that were found, or else the report's tags.
    terms: Vec<String>,
    summary: String,
    /// Paragraphs of its abstract.
    said: Vec<String>,
    pages: Vec<FoundPage>,
}

#[derive(Template)]
#[template(path = "feed.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct Feed<'p> {
    id: String,
    updated: String,
    page: &'p FeedPage,
    entries: &'p [FeedEntry],
}

#[derive(Template)]
#[template(path = "feed_content.html", config = "src/serve/ui/askama.toml")]
struct Content<'e> {
    entry: &'e FeedEntry,
}

struct FoundPage {
    name: String,
    url: String,
    passages: Vec<Vec<Run>>,
}

/// A feed as <https://jsonfeed.org/version/1.1> has it.
#[derive(Serialize)]
struct JsonFeed<'p> {
    version: &'static str,
    title: &'p str,
    description: &'p str,
    home_page_url: &'p str,
    feed_url: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'p str>,
    language: &'static str,
    authors: [JsonAuthor<'static>; 1],
    items: Vec<JsonItem<'p>>,
}

#[derive(Serialize)]
struct JsonAuthor<'p> {
    name: &'p str,
}

#[derive(Serialize)]
struct JsonItem<'p> {
    id: &'p str,
    url: &'p str,
    title: &'p str,
    summary: &'p str,
    content_html: String,
    /// When it came into the library: readers put the newest first by it.
    date_published: &'p str,
    date_modified: &'p str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<JsonAuthor<'p>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'p str>,
    attachments: [JsonAttachment<'p>; 1],
}

#[derive(Serialize)]
struct JsonAttachment<'p> {
    url: &'p str,
    mime_type: &'static str,
    size_in_bytes: u64,
}

impl JsonItem<'_> {
    fn new(entry: &FeedEntry) -> JsonItem<'_> {
        let url = &entry.pdf_url;
        JsonItem {
            id: &entry.id,
            url: &entry.url,
            title: &entry.title,
            summary: &entry.summary,
            content_html: render(&Content { entry }).trim().to_owned(),
            date_published: &entry.added,
            date_modified: &entry.updated,
            authors: entry.authors.iter().map(|name| JsonAuthor { name }).collect(),
            tags: &entry.terms,
            language: entry.language.as_deref(),
            attachments: [JsonAttachment { url, mime_type: "application/pdf", size_in_bytes: entry.size }],
        }
    }
}

impl FeedPage {
    /// When something last came into it or changed in it, in seconds since 1970.
    pub fn updated(&self) -> i64 {
        self.entries.iter().map(|entry| entry.changed).max().unwrap_or(0)
    }
}

/// The feed as XML.
pub fn atom_feed(page: &FeedPage) -> String {
    render(&Feed { id: urn(page.id), updated: rfc3339(page.updated()), page, entries: &page.entries })
}

/// The feed as JSON.
pub fn json_feed(page: &FeedPage) -> String {
    let feed = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &page.title,
        description: &page.subtitle,
        home_page_url: &page.results,
        feed_url: &page.own,
        next_url: page.next.as_deref(),
        language: "en",
        authors: [JsonAuthor { name: "Recto" }],
        items: page.entries.iter().map(JsonItem::new).collect(),
    };
    serde_json::to_string(&feed).unwrap_or_default()
}

/// A text as a title of a feed: XML 1.0 does not allow every character.
pub fn feed_text(text: &str) -> String {
    plain(text).replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}

impl FeedEntry {
    /// A report that a search found, its links whole; the seconds since 1970 when it was added and when it changed.
    pub fn of_hit(hit: &Hit, added: i64, changed: i64) -> FeedEntry {
        let pages: Vec<FoundPage> = hit.pages.iter().map(|page| FoundPage::new(hit, page)).collect();
        let mut terms: Vec<String> = Vec::new();
        for run in pages.iter().flat_map(|page| page.passages.iter().flatten()).filter(|run| run.is_match) {
            let term = run.text.to_lowercase();
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        FeedEntry {
            changed,
            added: rfc3339(added),
            id: urn(hit.id),
            title: feed_text(&hit.title),
            url: hit.url.clone(),
            pdf_url: format!("{}/file.pdf", hit.url),
            size: hit.size,
            updated: rfc3339(changed),
            published: hit.date.as_deref().and_then(instant),
            language: hit.language.as_deref().map(feed_text),
            authors: hit.authors.iter().map(|author| feed_text(author)).collect(),
            summary: summary(&terms, &pages),
            terms,
            said: Vec::new(),
            pages,
        }
    }

    /// A report of the library and its abstract; `base` is where the service stands.
    pub fn of_row(base: &str, row: &ReportRow, said: Option<&str>) -> FeedEntry {
        let url = format!("{base}/reports/{}", row.id);
        let mut facts = Vec::new();
        if !row.authors.is_empty() {
            facts.push(authors(&row.authors));
        }
        facts.extend(row.date.as_deref().map(date));
        facts.extend(row.language.as_deref().map(|code| language_name(code).to_owned()));
        facts.push(counted(u64::from(row.pages_total), "page", "pages"));
        FeedEntry {
            changed: row.changed,
            added: rfc3339(row.added),
            id: urn(row.id),
            title: feed_text(&row.title),
            pdf_url: format!("{url}/file.pdf"),
            url,
            size: row.size,
            updated: rfc3339(row.changed),
            published: row.date.as_deref().and_then(instant),
            language: row.language.as_deref().map(feed_text),
            authors: row.authors.iter().map(|author| feed_text(author)).collect(),
            terms: row.tags().iter().map(|tag| feed_text(tag)).collect(),
            summary: feed_text(&facts.join(", ")),
            said: said.into_iter().flat_map(str::lines).map(feed_text).collect(),
            pages: Vec::new(),
        }
    }
}

impl FoundPage {
    fn new(hit: &Hit, page: &PageHit) -> FoundPage {
        let passages = page.passages.iter().map(|passage| {
            let runs = runs(&passage.text, &passage.ranges);
            runs.into_iter().map(|run| Run { text: feed_text(&run.text), ..run }).collect()
        });
        FoundPage {
            name: feed_text(&page_name(page.page, page.label.as_deref(), u64::from(hit.pages_total))),
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
pub fn urn(id: ReportId) -> String {
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
        assert_eq!(feed_text("a\u{0}\u{FFFF}b"), "a\u{FFFD}\u{FFFD}b");
    }
}
