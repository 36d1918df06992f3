//! A report's recommendations: under headings, after sentences that announce them, or labelled one by one.
//!
//! A list counts if it advises, and is the report's own. Where a summary gives in short what stands at length elsewhere,
//! the longer form counts.

use super::lines::{Document, PrintedLine};
use super::list::{Item, List};
use super::marker::{Marker, label_number, marker};
use super::recommending::{self, Heading};
use super::sections::{MAX_ITEMS, advising, after_sentence, under_heading};
use crate::report::Statement;

/// Lines of a labelled recommendation.
const MAX_LABELLED_LINES: usize = 40;
/// Announcements that are looked into.
const MAX_ANNOUNCEMENTS: usize = 50;
/// Letters by which two items are compared.
const COMPARED: usize = 60;
/// A form of a list is longer than another if it is so many times as long.
const LONGER: f32 = 1.15;

/// Where recommendations are announced; pages and lines from 0.
#[derive(Default)]
pub struct Announcements {
    /// Headings over them.
    pub headings: Vec<(usize, usize, Heading)>,
    /// Last lines of sentences before them.
    pub sentences: Vec<(usize, usize)>,
    /// Lines that begin with a label, and its number.
    pub labels: Vec<(usize, usize, u32)>,
}

/// Recommendations of one place, and how they stand there.
struct Group {
    items: Vec<Item>,
    is_short: bool,
}

/// The recommendations that are announced so, in a report written in `language`.
pub fn read(document: Document<'_>, announcements: &Announcements, language: Option<&str>) -> Vec<Statement> {
    let labelled = labelled(document, &announcements.labels, language);
    if !labelled.is_empty() {
        return statements(labelled);
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut last: Option<Marker> = None;
    for (page, index, heading) in announcements.headings.iter().take(MAX_ANNOUNCEMENTS) {
        let mut lines = document.lines_from(*page, *index);
        let Some(line) = lines.next() else { continue };
        let items = under_heading(lines, &line, heading.is_mixed, last, language);
        last = items.last().map(|item| item.marker).or(last);
        add(&mut groups, Group { items, is_short: heading.is_short });
    }
    if groups.is_empty() {
        for (page, index) in announcements.sentences.iter().take(MAX_ANNOUNCEMENTS) {
            let items = after_sentence(document.lines_from(*page, index + 1), last, language);
            last = items.last().map(|item| item.marker).or(last);
            add(&mut groups, Group { items, is_short: false });
        }
    }
    statements(groups.into_iter().flat_map(|group| group.items))
}

fn statements(items: impl IntoIterator<Item = Item>) -> Vec<Statement> {
    let statement = |item: Item| Statement { text: item.text.trim().to_owned(), page: Some(item.page) };
    items.into_iter().take(MAX_ITEMS).map(statement).collect()
}

/// Adds what was found in one place to what was found before: in place of a shorter form, not beside a longer one.
fn add(groups: &mut Vec<Group>, mut group: Group) {
    let keys = |items: &[Item]| items.iter().map(|item| key(&item.text)).collect::<Vec<_>>();
    let mut new = keys(&group.items);
    for before in &mut *groups {
        let old = keys(&before.items);
        let shared = new.iter().filter(|one| old.iter().any(|other| is_same(one, other))).count();
        if shared == 0 {
            continue;
        }
        let is_repeated = shared * 2 >= new.len().min(old.len());
        let length = |items: &[Item]| items.iter().map(|item| item.text.len()).sum::<usize>() as f32;
        let (length_before, length_now) = (length(&before.items), length(&group.items));
        let is_better = match (before.is_short, group.is_short) {
            (true, false) => true,
            (false, true) => false,
            _ => length_now * LONGER >= length_before,
        };
        if is_repeated && is_better && new.len() >= old.len() {
            before.items.clear();
        } else {
            group.items.retain(|item| !old.iter().any(|other| is_same(&key(&item.text), other)));
            new = keys(&group.items);
        }
    }
    groups.push(group);
    groups.retain(|group| !group.items.is_empty());
}

/// The first letters of an item.
fn key(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).take(COMPARED).collect()
}

fn is_same(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && (one.starts_with(other) || other.starts_with(one))
}

/// Recommendations with a label each, wherever they stand: of several rounds of them the one at most length.
fn labelled(document: Document<'_>, labels: &[(usize, usize, u32)], language: Option<&str>) -> Vec<Item> {
    let mut rounds: Vec<Vec<(usize, usize, u32)>> = Vec::new();
    for label in labels {
        let marker = Marker::Label(label.2);
        let open = rounds
            .iter_mut()
            .rev()
            .find(|round| round.last().is_some_and(|(_, _, last)| marker.follows(Marker::Label(*last))));
        match open {
            Some(round) => round.push(*label),
            None if marker.is_first() => rounds.push(vec![*label]),
            None => {}
        }
    }
    let read = |round: &Vec<(usize, usize, u32)>| {
        let mut answers = 0;
        let items: Vec<Item> = round
            .iter()
            .take(MAX_ITEMS)
            .filter_map(|(page, index, _)| {
                let (item, is_answered) = labelled_item(document.lines_from(*page, *index))?;
                answers += usize::from(is_answered);
                Some(item)
            })
            .collect();
        let is_own = answers * 2 < round.len();
        if is_own { advising(items, language) } else { Vec::new() }
    };
    let rounds: Vec<Vec<Item>> =
        rounds.iter().take(MAX_ANNOUNCEMENTS).map(read).filter(|items| !items.is_empty()).collect();
    let spread = |items: &[Item]| items.last().zip(items.first()).map_or(0, |(last, first)| last.page - first.page);
    let most = rounds.iter().map(Vec::len).max().unwrap_or(0);
    let full = rounds.into_iter().filter(|items| items.len() * 2 > most);
    full.max_by_key(|items| (spread(items), items.iter().map(|item| item.text.len()).sum::<usize>()))
        .unwrap_or_default()
}

/// The recommendation that a line with a label begins, and whether an answer to it follows.
fn labelled_item(lines: impl Iterator<Item = PrintedLine>) -> Option<(Item, bool)> {
    let mut lines = lines.take(MAX_LABELLED_LINES);
    let first = lines.next()?;
    let (marker, text) = marker(&first.text)?;
    let mut list = List::default();
    list.begin(marker, text, &first);
    for line in lines {
        if recommending::labelled(&line.text).is_some() || !list.offer(&line) {
            let is_answered = recommending::is_answer(&line.text);
            return list.items.pop().map(|item| (item, is_answered));
        }
    }
    list.items.pop().map(|item| (item, false))
}

/// Finds where recommendations are announced. Lines are looked at once; few are more than glanced at.
pub fn announced(document: Document<'_>) -> Announcements {
    let mut found = Announcements::default();
    for (page, layout) in document.layouts.iter().enumerate() {
        for (index, line) in layout.lines.iter().enumerate() {
            let text = line.span.of(&layout.text);
            let count = line.words.len();
            if let Some((numbers, _)) = recommending::labelled(text) {
                if !document.is_furniture(page, index) && !is_of_others(document, page, index) {
                    found.labels.push((page, index, label_number(&numbers)));
                }
                continue;
            }
            if text.ends_with([':', '：'])
                && recommending::sentence(&last_sentence(document, page, index))
                && !document.is_furniture(page, index)
                && !is_of_others(document, page, index)
            {
                found.sentences.push((page, index));
            }
            let is_heading = document.is_heading(page, index);
            let most = if is_heading { MAX_HEADING_WORDS } else { MAX_UNSET_WORDS };
            let heading = if count <= most { recommending::heading(text, is_heading) } else { None };
            if let Some(heading) = heading.filter(|_| !document.is_furniture(page, index)) {
                found.headings.push((page, index, heading));
            }
        }
    }
    if is_about_others(document) { Announcements::default() } else { found }
}

/// Words of the longest heading over recommendations, set as a heading or as other lines are.
const MAX_HEADING_WORDS: usize = 14;
const MAX_UNSET_WORDS: usize = 6;
/// Pages before an announcement on which the heading that it stands under is looked for.
const PAGES_BEFORE: usize = 3;

/// Whether an announcement stands under a heading that says that the recommendations are others' or old.
fn is_of_others(document: Document<'_>, page: usize, index: usize) -> bool {
    let above = (page.saturating_sub(PAGES_BEFORE)..=page).rev().flat_map(|at| {
        let headings = document.headings.get(at).map(Vec::as_slice).unwrap_or_default();
        headings.iter().rev().filter(move |line| at < page || **line < index).map(move |line| (at, *line))
    });
    let text = |(page, line): (usize, usize)| {
        let layout = document.layouts.get(page)?;
        Some(layout.lines.get(line)?.span.of(&layout.text))
    };
    let heading = above.filter_map(text).find(|text| recommending::labelled(text).is_none());
    heading.is_some_and(recommending::names_others)
}

/// Whether the title says that the document answers or follows up what others recommended.
fn is_about_others(document: Document<'_>) -> bool {
    let (Some(layout), Some(headings)) = (document.layouts.first(), document.headings.first()) else { return false };
    let title: Vec<&str> =
        headings.iter().filter_map(|line| layout.lines.get(*line)).map(|line| line.span.of(&layout.text)).collect();
    recommending::is_answering(&title.join(" "))
}

/// The sentence that ends with a line; it may have begun two lines before.
fn last_sentence(document: Document<'_>, page: usize, index: usize) -> String {
    let Some(layout) = document.layouts.get(page) else { return String::new() };
    let lines = layout.lines.get(index.saturating_sub(2)..=index).unwrap_or_default();
    let text: Vec<&str> = lines.iter().map(|line| line.span.of(&layout.text)).collect();
    let text = text.join(" ");
    text.rfind(". ").map_or(text.as_str(), |end| &text[end + 1..]).to_owned()
}
