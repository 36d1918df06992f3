//! Near-copies as people read of them: what to call them, and which hits stand under another.

use crate::report::ReportId;
use crate::search::{CopyKind, Hit, NearCopy};
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::format::{counted, date, plain};
use crate::serve::ui::languages::language_name;

/// A link to a near-copy within a line.
pub struct CopyLink {
    /// What it is to the report it stands with.
    pub name: String,
    /// Its landing page, with its pages that match.
    pub url: String,
}

/// A near-copy in a list.
pub struct CopyEntry {
    /// Its title.
    pub title: String,
    /// For the title's direction and font.
    pub language_code: String,
    /// Its landing page.
    pub url: String,
    /// What it is, and its date, language and length where they are others.
    pub facts: Vec<String>,
}

impl CopyLink {
    /// For results of `q` that show a hit.
    pub fn new(links: &Links, q: &str, hit: &Hit, copy: &NearCopy) -> CopyLink {
        CopyLink { name: name(copy, &hit.title, hit.date.as_deref()), url: links.report_search(copy.id, q) }
    }
}

impl CopyEntry {
    /// For the page of another report.
    pub fn new(links: &Links, known: &KnownReport, copy: &NearCopy) -> CopyEntry {
        let row = &known.row;
        let what = match copy.kind {
            CopyKind::Copy if copy.resemblance >= 1.0 => "the same text in another file",
            CopyKind::Copy => "nearly the same text",
            CopyKind::Edition => "much of the same text",
        };
        let dated = copy.date.as_deref().filter(|_| copy.date != row.date).map(|text| plain(&date(text)));
        let language = copy.language.as_deref().filter(|_| copy.language != row.language);
        let language = language.map(|code| plain(language_name(code)));
        let pages =
            (copy.pages_total != row.pages_total).then(|| counted(u64::from(copy.pages_total), "page", "pages"));
        CopyEntry {
            title: plain(&copy.title),
            language_code: copy.language.clone().unwrap_or_default(),
            url: links.report(copy.id),
            facts: [Some(what.to_owned()), dated, language, pages].into_iter().flatten().collect(),
        }
    }
}

/// `2023 edition`, `another copy`; with its title where that is another: `Water in Kenya (another copy)`.
fn name(copy: &NearCopy, title: &str, own_date: Option<&str>) -> String {
    let other_date = copy.date.as_deref().filter(|date| Some(*date) != own_date);
    let year = |date: &str| date.get(..4).map(str::to_owned);
    let dated = other_date.map(|text| {
        let is_of_same_year = own_date.and_then(year) == year(text);
        plain(&if is_of_same_year { date(text) } else { year(text).unwrap_or_else(|| text.to_owned()) })
    });
    let what = match (copy.kind, dated) {
        (CopyKind::Copy, None) => "another copy".to_owned(),
        (CopyKind::Copy, Some(dated)) => format!("copy of {dated}"),
        (CopyKind::Edition, None) => "another edition".to_owned(),
        (CopyKind::Edition, Some(dated)) => format!("{dated} edition"),
    };
    if copy.title == title { what } else { format!("{} ({what})", plain(&copy.title)) }
}

/// The hits by place that get a card of their own, each with those of its near-copies that stand under it. A hit stands
/// under the first earlier one that it resembles, or under which one that it resembles stands.
pub fn folded(hits: &[Hit]) -> Vec<(usize, Vec<usize>)> {
    let mut cards: Vec<(usize, Vec<usize>)> = Vec::new();
    let tells = |place: usize, id: ReportId| {
        hits.get(place).is_some_and(|hit: &Hit| hit.copies.iter().any(|copy| copy.id == id))
    };
    for (place, hit) in hits.iter().enumerate() {
        let is_above = |(own, under): &&mut (usize, Vec<usize>)| {
            tells(*own, hit.id) || under.iter().any(|under| tells(*under, hit.id))
        };
        match cards.iter_mut().find(is_above) {
            Some((_, under)) => under.push(place),
            None => cards.push((place, Vec::new())),
        }
    }
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(name: &str, title: &str, date: Option<&str>, kind: CopyKind) -> NearCopy {
        let id = ReportId::of_bytes(name.as_bytes());
        let (title, date) = (title.to_owned(), date.map(str::to_owned));
        NearCopy { id, title, date, language: None, pages_total: 3, url: String::new(), kind, resemblance: 0.7 }
    }

    #[test]
    fn near_copies_are_named_by_what_sets_them_apart() {
        use CopyKind::{Copy, Edition};
        for (title, date, kind, expected) in [
            ("Wells", Some("2022-05"), Copy, "another copy"),
            ("Wells", None, Copy, "another copy"),
            ("Wells", Some("2023-01-17"), Edition, "2023 edition"),
            ("Wells", Some("2022-06"), Edition, "June 2022 edition"),
            ("Wells", Some("2022-05"), Edition, "another edition"),
            ("Wells", Some("2021"), Copy, "copy of 2021"),
            ("Water", Some("2021"), Edition, "Water (2021 edition)"),
            ("Wells", Some("é"), Edition, "é edition"),
        ] {
            assert_eq!(name(&copy("x", title, date, kind), "Wells", Some("2022-05")), expected, "{title} {date:?}");
        }
    }

    #[test]
    fn a_hit_stands_under_the_first_it_resembles() {
        let hit = |name: &str, like: &[&str]| Hit {
            copies: like.iter().map(|other| copy(other, "", None, CopyKind::Edition)).collect(),
            id: ReportId::of_bytes(name.as_bytes()),
            ..crate::serve::tests::hit(ReportId([0; 16]))
        };
        let hits = [
            hit("2023", &["2022", "elsewhere"]),
            hit("other", &[]),
            hit("2022", &["2023", "2021"]),
            hit("copied", &["copy"]),
            hit("2021", &["2022"]),
            hit("copy", &["copied"]),
        ];
        assert_eq!(folded(&hits), [(0, vec![2, 4]), (1, vec![]), (3, vec![5])]);
        assert_eq!(folded(&[]), []);
    }
}
