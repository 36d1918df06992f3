//! The words of a whole report in order: how often each occurs, how it is printed, and which stand side by side.

use crate::index::analyzer::{WholeWords, analyze};
use crate::report::Span;
use crate::search::SearchError;
use crate::store::{Library, Location, StoredReport, StoredText};
use foldhash::HashMap;

/// Pages read of a report; of a longer one every second, every third and so on, which tells as well what it is about.
const MOST_PAGES: usize = 500;

/// A report read for its words.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pages: Vec<StoredText>,
    /// Folded, each once.
    terms: Vec<String>,
    /// How often each term occurs.
    counts: Vec<u32>,
    words: Vec<Word>,
}

/// A word of the text.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// Its place in `terms`.
    term: u32,
    /// As in the index, counted from the first page read.
    position: u32,
    /// Its place in `pages`.
    page: u32,
    span: Span,
}

/// How words are printed, and how often so.
type Forms<'r> = HashMap<&'r str, u32>;

impl Reading {
    /// Reads the searchable pages without their furniture.
    pub(super) fn of(library: &Library, location: Location, report: &StoredReport) -> Result<Reading, SearchError> {
        let step = report.pages.len().div_ceil(MOST_PAGES).max(1);
        let searchable = (1..).zip(&report.pages).filter(|(_, page)| page.status.is_searchable());
        let numbers: Vec<u32> = searchable.step_by(step).map(|(number, _)| number).collect();
        Ok(Reading::of_pages(library.texts().page_texts(location, &numbers)?))
    }

    fn of_pages(pages: Vec<StoredText>) -> Reading {
        let mut reading = Reading::default();
        let mut known: HashMap<String, u32> = HashMap::default();
        let mut position = 0;
        for (page, stored) in (0..).zip(&pages) {
            let mut whole_words = WholeWords::default();
            position = analyze(&stored.text, &stored.furniture, position, &mut |token| {
                if !whole_words.has(&token) {
                    return;
                }
                let term = known.get(token.term).copied().unwrap_or_else(|| {
                    let number = reading.terms.len() as u32;
                    reading.terms.push(token.term.to_owned());
                    reading.counts.push(0);
                    known.insert(token.term.to_owned(), number);
                    number
                });
                if let Some(count) = reading.counts.get_mut(term as usize) {
                    *count += 1;
                }
                reading.words.push(Word { term, position: token.position, page, span: token.span });
            });
        }
        Reading { pages, ..reading }
    }

    /// Every term with its number and how often it occurs.
    pub(super) fn terms(&self) -> impl Iterator<Item = (u32, &str, u32)> {
        (0..).zip(&self.terms).zip(&self.counts).map(|((number, term), count)| (number, term.as_str(), *count))
    }

    /// The term with this number.
    pub(super) fn term(&self, number: u32) -> &str {
        self.terms.get(number as usize).map_or("", String::as_str)
    }

    /// How each of several groups of terms is printed most often.
    pub(super) fn printed(&self, group_of: &HashMap<u32, usize>, groups: usize) -> Vec<String> {
        let mut forms: Vec<Forms<'_>> = vec![HashMap::default(); groups];
        for word in &self.words {
            if let Some(forms) = group_of.get(&word.term).and_then(|group| forms.get_mut(*group)) {
                *forms.entry(self.text(word.page, word.span)).or_default() += 1;
            }
        }
        forms.iter().map(most_frequent).collect()
    }

    /// Which groups stand side by side, with how often they do and how both are printed most often.
    pub(super) fn pairs(&self, group_of: &HashMap<u32, usize>) -> Vec<Pair> {
        let mut found: HashMap<(usize, usize), Forms<'_>> = HashMap::default();
        for pair in self.words.windows(2) {
            let [first, second] = pair else { continue };
            let (Some(one), Some(other)) = (group_of.get(&first.term), group_of.get(&second.term)) else { continue };
            if one == other || !self.is_joined(first, second) {
                continue;
            }
            let printed = self.text(first.page, Span { start: first.span.start, end: second.span.end });
            *found.entry((*one, *other)).or_default().entry(printed).or_default() += 1;
        }
        let pair = |((first, second), forms): (&(usize, usize), &Forms<'_>)| Pair {
            first: *first,
            second: *second,
            count: forms.values().sum(),
            printed: most_frequent(forms),
        };
        let mut pairs: Vec<Pair> = found.iter().map(pair).collect();
        pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.count), pair.first, pair.second));
        pairs
    }

    /// Whether two words follow each other with nothing but space between, or share a character as pairs do in scripts
    /// without spaces.
    fn is_joined(&self, first: &Word, second: &Word) -> bool {
        let between = Span { start: first.span.end, end: second.span.start };
        first.page == second.page
            && first.position + 1 == second.position
            && (between.start >= between.end || self.text(first.page, between).trim().is_empty())
    }

    /// Words in all.
    pub(super) fn length(&self) -> usize {
        self.words.len()
    }

    fn text(&self, page: u32, span: Span) -> &str {
        self.pages.get(page as usize).map_or("", |page| span.of(&page.text))
    }
}

/// Two groups of terms that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) first: usize,
    pub(super) second: usize,
    /// How often they do.
    pub(super) count: u32,
    pub(super) printed: String,
}

/// The form printed most often, on one line. Of forms as frequent the one in lower case, which no sentence's start or
/// heading has changed.
fn most_frequent(forms: &Forms<'_>) -> String {
    let rank = |form: &str, count: u32| {
        let is_whole = !form.contains(['\n', '\u{ad}']);
        (is_whole, count, form.chars().next().is_some_and(char::is_lowercase))
    };
    let best = forms.iter().max_by(|(a, n), (b, m)| rank(a, **n).cmp(&rank(b, **m)).then_with(|| b.cmp(a)));
    let form = best.map_or("", |(form, _)| form);
    form.replace('\u{ad}', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(pages: &[&str]) -> Reading {
        let page = |text: &&str| StoredText { text: (*text).to_owned(), ..StoredText::default() };
        Reading::of_pages(pages.iter().map(page).collect())
    }

    #[test]
    fn words_are_counted_and_printed_as_they_mostly_are() {
        let reading = reading(&[
            "Cash transfers. The CASH trans\u{ad}fers\nof an e-mail",
            "cash transfers; Cash transfers to Évora",
        ]);
        let counts: Vec<(&str, u32)> = reading.terms().map(|(_, term, count)| (term, count)).collect();
        assert_eq!(&counts[..3], [("cash", 4), ("transfers", 4), ("the", 1)]);
        assert!(counts.contains(&("email", 1)) && !counts.iter().any(|(term, _)| *term == "mail"), "{counts:?}");
        let number = |wanted: &str| reading.terms().find(|(_, term, _)| *term == wanted).map(|(number, ..)| number);
        let group_of = |words: &[&str]| {
            words.iter().enumerate().map(|(group, word)| (number(word).expect("there"), group)).collect()
        };
        let groups: HashMap<u32, usize> = group_of(&["cash", "transfers", "evora"]);
        assert_eq!(reading.printed(&groups, 3), ["Cash", "transfers", "Évora"]);
        let pairs = reading.pairs(&groups);
        assert_eq!(pairs, [Pair { first: 0, second: 1, count: 4, printed: "Cash transfers".to_owned() }]);
    }

    #[test]
    fn no_pair_goes_over_the_end_of_a_page_or_a_word_between() {
        let reading = reading(&["grain and prices of grain", "prices"]);
        let groups: HashMap<u32, usize> = reading
            .terms()
            .filter(|(_, term, _)| ["grain", "prices"].contains(term))
            .map(|(number, term, _)| (number, usize::from(term == "prices")))
            .collect();
        assert_eq!(reading.pairs(&groups), []);
    }
}
