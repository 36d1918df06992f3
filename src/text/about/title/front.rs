//! What the first pages show of a title: the largest type, what running heads repeat, and whether a declared title is
//! borne out.

use super::groups::{Group, MAX_BANNER_WORDS, STANDS_OUT, groups, has_words, with_subtitle};
use super::{Candidate, MAX_WORDS, Title, clean, is_plausible, is_word};
use crate::report::TitleSource;
use crate::text::about::organisations::{is_institution, is_organisation, names_document};
use crate::text::about::{FrontLine, date, folded_words};
use std::collections::HashSet;

/// Pages on which a title is looked for.
const TITLE_PAGES: u32 = 3;
/// Fewer different words on the first pages are those that a drawn cover has beside its title.
const MIN_PRINTED_WORDS: usize = 15;
/// Lines of a title, at most.
const MAX_TITLE_LINES: usize = 6;
/// Where running heads end and feet begin, as fractions of the page's height.
const MARGINS: (f32, f32) = (0.085, 0.915);
/// Share of a title's words that a running head repeats.
const REPEATED: f32 = 0.7;

/// What the first pages show.
pub struct Front<'l> {
    /// Lines of one type, from top to bottom.
    groups: Vec<Group<'l>>,
    /// Words in lines of about the largest type, and all words.
    large_words: HashSet<String>,
    words: HashSet<String>,
    /// Words of each running head and foot.
    repeated: Vec<HashSet<String>>,
    /// Median size.
    body_size: f32,
}

impl<'l> Front<'l> {
    /// Takes in the lines of the first pages.
    pub fn of(lines: &'l [FrontLine]) -> Front<'l> {
        let lines: Vec<&FrontLine> =
            lines.iter().filter(|line| line.page <= TITLE_PAGES && line.size.is_finite() && line.size > 0.0).collect();
        let mut sizes: Vec<f32> = lines.iter().map(|line| line.size).collect();
        sizes.sort_by(f32::total_cmp);
        let body_size = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        let largest = lines.iter().filter(|line| has_words(&line.text)).map(|line| line.size).fold(0.0, f32::max);
        let words_of = |smallest: f32| {
            lines.iter().filter(|line| line.size >= smallest).flat_map(|line| folded_words(&line.text)).collect()
        };
        let heads =
            lines.iter().filter(|line| in_margin(line) && line.text.split_whitespace().count() > MAX_BANNER_WORDS);
        let heads: Vec<(u32, HashSet<String>)> =
            heads.map(|line| (line.page, folded_words(&line.text).filter(|word| is_word(word)).collect())).collect();
        // What stands in a margin once may be text.
        let is_on_another = |(page, words): &&(u32, HashSet<String>)| {
            heads.iter().any(|(other, others)| other != page && others == words)
        };
        let repeated = heads.iter().filter(is_on_another).map(|(_, words)| words.clone()).collect();
        let large_words = words_of((largest * 0.75).max(body_size * 1.05));
        let groups = groups(&lines, body_size);
        Front { large_words, words: words_of(0.0), repeated, groups, body_size }
    }

    /// Whether a running head or foot repeats a title.
    fn is_repeated(&self, title: &str) -> bool {
        let words: Vec<String> = folded_words(title).filter(|word| word.chars().count() > 2).collect();
        let share = |head: &HashSet<String>| {
            words.iter().filter(|word| head.contains(*word)).count() as f32 / words.len().max(1) as f32
        };
        words.len() > 1 && self.repeated.iter().any(|head| share(head) >= REPEATED)
    }

    /// The printed title that a declared one is only the first lines of.
    pub fn longer_than(&self, declared: &str) -> Option<String> {
        let first: Vec<String> = folded_words(declared).collect();
        let groups = &self.groups;
        let is_set_as_title =
            |group: &&Group<'_>| group.page() == 1 && (2..=MAX_TITLE_LINES).contains(&group.lines.len());
        let texts = groups.iter().filter(is_set_as_title).map(Group::text);
        let mut longer = texts.filter(|text| {
            let words: Vec<String> = folded_words(text).collect();
            words.len() > first.len() && words.len() <= MAX_WORDS && words.starts_with(&first) && !text.ends_with('.')
        });
        longer.next().filter(|_| !first.is_empty())
    }

    /// How well the pages bear out a declared title.
    pub fn support(&self, title: &str) -> f32 {
        const DECLARED: f32 = 60.0;
        let words: Vec<String> = folded_words(title).filter(|word| word.chars().count() > 2).collect();
        let brevity = if title.split_whitespace().nth(1).is_none() && title.is_ascii() { 15.0 } else { 0.0 };
        if self.words.is_empty() || words.is_empty() {
            return DECLARED - brevity;
        }
        let share = |known: &HashSet<String>| {
            words.iter().filter(|word| known.contains(*word)).count() as f32 / words.len() as f32
        };
        let printed = share(&self.words);
        // A heading of a later page, of a report whose running head says otherwise.
        let is_other = !self.repeated.is_empty() && !self.is_repeated(title) && self.has_repeated_title();
        let doubt_of_other = if is_other { 25.0 } else { 0.0 };
        // A title none of whose words is printed belongs to another report or to a template.
        // Where next to nothing is printed as text, the cover is a picture, and says nothing against it.
        let is_drawn = self.words.len() < MIN_PRINTED_WORDS && words.len() > 2;
        let is_unprinted = printed < 0.34 && !is_drawn;
        let doubt = if is_unprinted { 35.0 } else { 0.0 };
        // A day that is not printed with the title was put into the name of a file: "Submission - 5 june 2015".
        let unprinted_day = date::names_unprinted_month(title, &self.large_words);
        let doubt = doubt + if unprinted_day { 25.0 } else { 0.0 };
        DECLARED + 30.0 * share(&self.large_words) + 10.0 * printed - doubt - doubt_of_other - brevity
    }

    /// Whether large type of the first page is repeated by a running head.
    fn has_repeated_title(&self) -> bool {
        let large = |group: &&Group<'_>| group.page() == 1 && group.size >= self.body_size * STANDS_OUT;
        self.groups.iter().filter(large).any(|group| !in_margin(group.lines[0]) && self.is_repeated(&group.text()))
    }

    /// The title in the largest type, its lines joined.
    pub fn largest_type(&self, stem: &str) -> Option<Candidate> {
        let groups = &self.groups;
        let largest = groups.iter().map(|group| group.size).fold(0.0, f32::max);
        let mut best: Option<(f32, bool, bool, bool, String)> = None;
        // The page on which running text has begun: a title stands before it.
        let mut body_page = 0;
        for (index, group) in groups.iter().enumerate() {
            let stands_out = group.size >= self.body_size * STANDS_OUT;
            let before = index.checked_sub(1).and_then(|before| groups.get(before));
            let text = with_subtitle(before, group, groups.get(index + 1));
            let words = text.split_whitespace().count();
            let is_long = group.lines.len() > if group.is_bold() { 6 } else { 3 };
            let is_paragraph = words > MAX_WORDS || (!stands_out && (is_long || text.ends_with('.')));
            if is_paragraph {
                body_page = group.page();
            }
            // In small letters it goes on with what stands before it, unless nothing does.
            let is_first = before.is_none_or(|before| before.page() < group.page());
            let goes_on = text.starts_with(char::is_lowercase) && !(is_first && stands_out);
            if is_paragraph || goes_on || !is_plausible(&text, stem) {
                continue;
            }
            let is_name = group.lines.iter().all(|line| is_institution(&line.text))
                || is_organisation(&text)
                || (words < 2 && is_spaced(&text));
            let is_in_body = group.page() == body_page;
            let weight = group.weight(largest) - if is_name || is_in_body { 0.3 } else { 0.0 }
                + if names_document(&text) { 0.15 } else { 0.0 }
                + if !in_margin(group.lines[0]) && self.is_repeated(&text) { 0.5 } else { 0.0 };
            if best.as_ref().is_none_or(|(known, ..)| weight > *known) {
                best = Some((weight, stands_out, is_in_body, is_name, text));
            }
        }
        let (_, stands_out, is_in_body, is_name, text) = best?;
        // A numbered heading opens a section, not a report.
        let is_section = text.starts_with(|first: char| first.is_ascii_digit()) && !text.starts_with("20");
        let doubt = if is_section || is_in_body { 42.0 } else { 0.0 };
        // The name of a body alone is its author rather than its title.
        let doubt = doubt + if is_name { 10.0 } else { 0.0 };
        let score = 50.0 + if stands_out { 15.0 } else { -15.0 } - doubt;
        Some(Candidate { title: Title { text: clean(&text), source: TitleSource::FirstPage }, score })
    }
}

/// Whether a text is written with spaces between its words.
fn is_spaced(text: &str) -> bool {
    !text.chars().any(|character| character >= '\u{2E80}' || ('\u{0E00}'..='\u{0FFF}').contains(&character))
}

/// Whether a line stands where running heads and feet do.
fn in_margin(line: &FrontLine) -> bool {
    line.y < MARGINS.0 || line.y > MARGINS.1
}
