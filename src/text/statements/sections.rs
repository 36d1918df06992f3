//! What stands under an announcement of recommendations: a list, groups of them, or paragraphs that recommend.

use super::advice::{advises, is_order, is_said_outright, is_technical};
use super::lines::PrintedLine;
use super::list::{Item, List, NOTE_SIZE};
use super::marker::{Marker, marker};
use super::paragraphs::{append, beginnings, ends_sentence, words};
use super::recommending;

/// Lines looked at after an announcement.
const MAX_LINES: usize = 1_500;
/// Lines of introduction between a heading and the first item.
const MAX_INTRODUCTION: usize = 25;
/// Lines of reasons between one item and the next.
const MAX_REASONS: usize = 80;
/// Recommendations kept.
pub const MAX_ITEMS: usize = 200;
/// Longest item, in characters; a longer one has run into the text after it.
const MAX_CHARACTERS: usize = 2_000;
/// Fewer words say nothing: a heading, a name, a cell.
const MIN_WORDS: usize = 3;
/// How far items without a marker are set in from what announces them. × font size.
const SET_IN: std::ops::RangeInclusive<f32> = 0.8..=6.0;

/// The items below a heading. `last` is the item before, whose number they may go on with.
pub fn under_heading(
    lines: impl Iterator<Item = PrintedLine>,
    heading: &PrintedLine,
    is_mixed: bool,
    last: Option<Marker>,
    language: Option<&str>,
) -> Vec<Item> {
    let section = section(lines, heading.size);
    if recommending::introduces_others(&introduction(&section)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut at, mut last, mut waited) = (0, last, 0);
    while let Some(rest) = section.get(at..).filter(|rest| !rest.is_empty()) {
        let (list, length) = list_at(rest, last);
        let end = list.last().map(|item| item.marker);
        let accepted = if is_mixed { outright(list, language) } else { advising(list, language) };
        if accepted.is_empty() {
            waited += 1;
            at += 1;
        } else {
            waited = 0;
            at += length;
            last = end;
            found.extend(accepted);
        }
        if waited > if found.is_empty() { MAX_INTRODUCTION } else { MAX_REASONS } {
            break;
        }
    }
    if !found.is_empty() || is_mixed {
        return found;
    }
    let set_in = set_in(&section, heading.start, language);
    let mut set_in = advising(set_in, language);
    set_in.retain(|item| advises(&item.text, language));
    if set_in.len() > 1 { set_in } else { advising_paragraphs(&section, language) }
}

/// The words between a heading and what is listed under it.
fn introduction(section: &[PrintedLine]) -> String {
    let lines =
        section.iter().take(MAX_INTRODUCTION).take_while(|line| !line.is_heading && marker(&line.text).is_none());
    let mut text = String::new();
    for line in lines {
        append(&mut text, &line.text);
        if text.ends_with([':', '：']) {
            break;
        }
    }
    text
}

/// A list whose markers are drawn rather than written: paragraphs set in from the heading or the sentence before them.
fn set_in(section: &[PrintedLine], heading_start: f32, language: Option<&str>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let (mut left, mut is_announced, mut first) = (heading_start, true, None);
    let is_note = notes(section);
    for (line, begins) in section.iter().zip(beginnings(section)).filter(|(line, _)| !is_note(line)) {
        let indent = (line.start - left) / line.size.max(1.0);
        let is_nested = first.is_some_and(|first| line.start > first + SET_IN.start() * line.size);
        if let Some(item) = items.last_mut().filter(|_| is_nested && !line.is_heading) {
            append(&mut item.text, &line.text);
            continue;
        }
        if line.is_heading || !SET_IN.contains(&indent) {
            left = line.start;
            is_announced = line.is_heading || line.text.ends_with([':', '：']);
            first = None;
            continue;
        }
        if !is_announced {
            continue;
        }
        // A full line may be the last of an item.
        let begins = |item: &Item| begins || (ends_sentence(&item.text) && is_order(&line.text, language));
        match items.last_mut().filter(|item| first.is_some() && !begins(item)) {
            Some(item) => append(&mut item.text, &line.text),
            None => {
                first = Some(line.start);
                items.push(Item::of_line(Marker::Bullet(' '), &line.text, line));
            }
        }
    }
    items
}

/// The lines under a heading, up to the next one of its kind.
fn section(lines: impl Iterator<Item = PrintedLine>, heading_size: f32) -> Vec<PrintedLine> {
    let mut section: Vec<PrintedLine> = Vec::new();
    let (mut has_equals, mut numbered) = (false, None);
    for line in lines.take(MAX_LINES) {
        let is_equal = line.is_heading && (0.97..1.03).contains(&(line.size / heading_size.max(1.0)));
        let number = marker(&line.text).map(|(marker, _)| marker);
        // Recommendations may be set as headings themselves.
        let counts_on = |marker: Marker| numbered.map_or(marker.is_first(), |last| marker.follows(last));
        if let Some(marker) = number.filter(|marker| line.is_heading && counts_on(*marker)) {
            numbered = Some(marker);
        } else if is_equal && (section.is_empty() || has_equals) {
            // Groups of them follow one another under headings of the same kind.
            has_equals = true;
        } else if line.is_heading && line.size >= heading_size * 0.97 {
            break;
        }
        section.push(line);
    }
    section
}

/// The list that begins with the first of some lines, and how many of them it takes.
fn list_at(lines: &[PrintedLine], last: Option<Marker>) -> (Vec<Item>, usize) {
    let mut list = List::after(last);
    let (mut length, mut waited) = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        if list.offer(line) {
            (length, waited) = (index + 1, 0);
            continue;
        }
        waited += 1;
        if list.items.is_empty() || waited > MAX_REASONS || list.items.len() >= MAX_ITEMS {
            break;
        }
        list.rest(line.is_heading);
    }
    (list.items, length)
}

/// The items right after a sentence.
pub fn after_sentence(
    lines: impl Iterator<Item = PrintedLine>,
    last: Option<Marker>,
    language: Option<&str>,
) -> Vec<Item> {
    let mut list = List::after(last);
    for line in lines.take(MAX_LINES) {
        if !list.offer(&line) || list.items.len() >= MAX_ITEMS {
            break;
        }
    }
    let items = advising(list.items, language);
    if items.len() > 1 { items } else { Vec::new() }
}

/// The items of a list that says what should be done; none of another.
pub fn advising(items: Vec<Item>, language: Option<&str>) -> Vec<Item> {
    let Some(items) = telling(items) else { return Vec::new() };
    let count = items.iter().filter(|item| advises(&item.text, language)).count();
    // One item that counts on from those before is no list of its own.
    let is_alone = matches!(items.as_slice(), [only] if only.marker.is_first());
    if count * 2 < items.len().max(1) || (is_alone && !items.iter().any(|item| is_said_outright(&item.text))) {
        return Vec::new();
    }
    // Where many do not, findings stand among them.
    let is_mixed = count * 3 < items.len() * 2;
    items.into_iter().filter(|item| !is_mixed || advises(&item.text, language)).collect()
}

/// The items that say what should be done, of a list that holds findings as well.
fn outright(items: Vec<Item>, language: Option<&str>) -> Vec<Item> {
    let Some(items) = telling(items) else { return Vec::new() };
    let has_words = items.iter().any(|item| is_said_outright(&item.text));
    let is_wanted = |item: &Item| if has_words { is_said_outright(&item.text) } else { advises(&item.text, language) };
    items.into_iter().filter(is_wanted).collect()
}

/// The items that say something; none of a list of names, places or settings.
fn telling(items: Vec<Item>) -> Option<Vec<Item>> {
    let count = items.len();
    let entries = items.iter().filter(|item| is_entry(item)).count();
    let technical = items.iter().filter(|item| is_technical(&item.text)).count();
    let says_something = |item: &Item| words(&item.text) >= MIN_WORDS && item.text.chars().count() <= MAX_CHARACTERS;
    let telling: Vec<Item> = items.into_iter().filter(says_something).collect();
    let is_list = telling.len() * 5 >= count * 4 && entries * 2 < count.max(1) && technical * 4 < count.max(1);
    is_list.then_some(telling)
}

/// Whether an item is an entry of a table of contents. Rows of tables with a label end in dates.
fn is_entry(item: &Item) -> bool {
    let has_number =
        item.text.ends_with(|last: char| last.is_ascii_digit()) && !matches!(item.marker, Marker::Label(_));
    has_number || item.text.contains(". . .") || item.text.contains("....")
}

/// Paragraphs that say what should be done, where no list does.
fn advising_paragraphs(section: &[PrintedLine], language: Option<&str>) -> Vec<Item> {
    let mut paragraphs: Vec<Item> = Vec::new();
    let mut is_open = false;
    let is_note = notes(section);
    for (line, begins) in section.iter().zip(beginnings(section)).filter(|(line, _)| !is_note(line)) {
        if line.is_heading {
            is_open = false;
            continue;
        }
        let ended = |text: &str| text.ends_with([':', '：']) || has_reference(text);
        match paragraphs.last_mut().filter(|paragraph| is_open && !begins && !ended(&paragraph.text)) {
            Some(paragraph) => append(&mut paragraph.text, &line.text),
            None => paragraphs.push(Item::of_line(Marker::Bullet(' '), &line.text, line)),
        }
        is_open = true;
    }
    // What introduces them is none of them.
    paragraphs.retain(|paragraph| !paragraph.text.ends_with([':', '：']) && words(&paragraph.text) >= MIN_WORDS);
    let recommends = |item: &Item| {
        let first = item.text.split_inclusive(". ").next().unwrap_or_default();
        let is_numbered = has_reference(&item.text);
        is_said_outright(first) || (is_numbered && advises(first, language))
    };
    let (count, technical) = (paragraphs.len(), paragraphs.iter().filter(|item| is_technical(&item.text)).count());
    paragraphs.retain(recommends);
    let are_most = paragraphs.len() * 2 >= count && technical * 4 < count.max(1);
    if are_most { telling(paragraphs).unwrap_or_default() } else { Vec::new() }
}

/// Tells notes at the foot of the page from the text of a section.
fn notes(section: &[PrintedLine]) -> impl Fn(&PrintedLine) -> bool + use<> {
    let size = section.iter().find(|line| !line.is_heading).map_or(0.0, |line| line.size);
    move |line| line.size < size * NOTE_SIZE
}

/// Whether a paragraph ends in its number: "(Recommendation 1)", "(R-21-04)".
fn has_reference(text: &str) -> bool {
    let Some((_, last)) = text.trim_end_matches('.').rsplit_once('(') else { return false };
    let Some(inner) = last.strip_suffix(')') else { return false };
    let is_code = inner.len() <= 12
        && inner.contains('-')
        && inner.starts_with(|first: char| first.is_ascii_uppercase())
        && inner.ends_with(|last: char| last.is_ascii_digit());
    is_code || recommending::labelled(inner).is_some_and(|(_, rest)| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tests::printed;
    use super::*;

    fn line(x: f32, y: f32, text: &str) -> PrintedLine {
        printed(x, y, text)
    }

    fn heading(y: f32, text: &str) -> PrintedLine {
        PrintedLine { is_heading: true, size: 12.0, ..printed(50.0, y, text) }
    }

    fn overleaf(line: PrintedLine) -> PrintedLine {
        PrintedLine { page: 2, ..line }
    }

    fn texts(found: Vec<Item>) -> Vec<(String, u32)> {
        found.into_iter().map(|item| (item.text, item.page)).collect()
    }

    fn under_heading(lines: impl Iterator<Item = PrintedLine>, size: f32) -> Vec<Item> {
        let heading = PrintedLine { size, ..heading(0.0, "Recommendations") };
        super::under_heading(lines, &heading, false, None, Some("en"))
    }

    fn after_sentence(lines: impl Iterator<Item = PrintedLine>) -> Vec<Item> {
        super::after_sentence(lines, None, Some("en"))
    }

    fn expected(items: &[(&str, u32)]) -> Vec<(String, u32)> {
        items.iter().map(|(text, page)| ((*text).to_owned(), *page)).collect()
    }

    #[test]
    fn items_over_several_lines_and_pages_are_one() {
        let lines = [
            line(55.0, 100.0, "• Every transfer should set out, in plain language, how the"),
            line(65.0, 112.0, "service could be brought back and who pays."),
            line(55.0, 124.0, "• Staff should choose a third of the board, and the first"),
            overleaf(line(65.0, 80.0, "elections should come before it.")),
            overleaf(line(55.0, 92.0, "• An evaluation should begin early.")),
            overleaf(line(50.0, 104.0, "The reasons are given in chapter 9.")),
            overleaf(line(55.0, 116.0, "• cost and time and people")),
        ];
        let wanted = expected(&[
            (
                "Every transfer should set out, in plain language, how the service could be brought back and who pays.",
                1,
            ),
            ("Staff should choose a third of the board, and the first elections should come before it.", 1),
            ("An evaluation should begin early.", 2),
        ]);
        assert_eq!(texts(after_sentence(lines.iter().cloned())), wanted);
        let introduced = std::iter::once(line(50.0, 88.0, "This report recommends the following:")).chain(lines);
        assert_eq!(texts(under_heading(introduced, 12.0)), wanted);
    }

    #[test]
    fn numbered_items_go_on_after_their_reasons_and_groups_after_their_headings() {
        let numbered = [
            line(50.0, 100.0, "1. Test every well each year."),
            line(50.0, 124.0, "Wells are tested too seldom."),
            line(50.0, 148.0, "2. Publish what was found."),
            line(50.0, 172.0, "1. This counts anew elsewhere."),
        ];
        let wanted = expected(&[("Test every well each year.", 1), ("Publish what was found.", 1)]);
        assert_eq!(texts(under_heading(numbered.into_iter(), 14.0)), wanted);
        let grouped = [
            heading(100.0, "For councils"),
            line(50.0, 112.0, "• Test every well each year."),
            heading(136.0, "For the ministry"),
            line(50.0, 148.0, "• Publish what was found."),
        ];
        assert_eq!(texts(under_heading(grouped.clone().into_iter(), 14.0)), wanted);
        assert_eq!(texts(under_heading(grouped.into_iter().skip(1), 12.0)), expected(&[]), "one item is no list");
    }

    #[test]
    fn labels_bullets_alone_and_full_lines_are_read() {
        let labelled = [
            line(50.0, 100.0, "Recommendation 1: Test every well."),
            line(50.0, 124.0, "Recommendation 2"),
            line(50.0, 136.0, "Publish what was found."),
        ];
        let wanted = expected(&[("Test every well.", 1), ("Publish what was found.", 1)]);
        assert_eq!(texts(under_heading(labelled.into_iter(), 14.0)), wanted);
        // Items whose lines all begin at the margin.
        let flush = [
            line(50.0, 100.0, "1. Test every well of the town each year. This is not"),
            line(50.0, 112.0, "done in any of the towns that were asked of late. It"),
            line(50.0, 124.0, "is cheap."),
            line(50.0, 136.0, "2. Publish what was found."),
            line(50.0, 148.0, "These steps cost little."),
        ];
        let wanted = expected(&[
            (
                "Test every well of the town each year. This is not done in any of the towns that were asked of late. It is cheap.",
                1,
            ),
            ("Publish what was found.", 1),
        ]);
        assert_eq!(texts(after_sentence(flush.into_iter())), wanted);
    }

    #[test]
    fn contents_and_headings_are_no_recommendations() {
        let contents = [line(50.0, 100.0, "1. Wells of the town 3"), line(50.0, 112.0, "2. Towns of the coast 7")];
        assert_eq!(texts(under_heading(contents.into_iter(), 12.0)), expected(&[]));
        let headings = [line(50.0, 100.0, "• Wells"), line(50.0, 112.0, "• Towns")];
        assert_eq!(texts(under_heading(headings.into_iter(), 12.0)), expected(&[]));
        let next_section = [
            heading(100.0, "Method"),
            line(50.0, 112.0, "• We asked four towns."),
            line(50.0, 124.0, "• We read their papers."),
        ];
        assert_eq!(texts(under_heading(next_section.into_iter(), 12.0)), expected(&[]));
        let late = [line(50.0, 100.0, "4. The fourth of them."), line(50.0, 112.0, "5. The fifth of them.")];
        assert_eq!(texts(after_sentence(late.into_iter())), expected(&[]));
    }
}
