//! Search as the query language describes it, word by word and without any index: slow, simple, and independent of the
//! engine. Only the naming of a report's parts is shared.

use std::collections::BTreeMap;
use std::ops::Range;

/// A query, before it is written out.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
    Words(Words),
    Title(Words),
    Language(&'static str),
    Pages(u32, u32),
    Section(&'static str),
}

/// Words to be found.
#[derive(Debug, Clone)]
pub(super) enum Words {
    Word(&'static str),
    /// Joined by hyphens.
    Joined(&'static str, &'static str),
    Phrase(Vec<&'static str>, u32),
    Beginning(&'static str),
    Typo(&'static str),
}

/// A report as the reference sees it.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) title: Vec<Place>,
    pub(super) pages: Vec<ReadPage>,
    /// Words of running heads.
    pub(super) furniture: Vec<String>,
    pub(super) language: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) struct ReadPage {
    pub(super) section: Option<&'static str>,
    /// Its words in order.
    pub(super) places: Vec<Place>,
}

/// What stands in one place in the order of words: each way to read it, with its bytes on the page.
#[derive(Debug, Clone)]
pub(super) struct Place(pub(super) Vec<(String, Range<usize>)>);

/// What the reference finds in a report: for each page shown the bytes marked; `None` if the report is no hit.
pub(super) type Found = Option<BTreeMap<u32, Vec<Range<usize>>>>;

/// A match: the places it is made of, by page and place on the page.
type Match = Vec<(u32, Range<usize>)>;

impl Asked {
    /// As a reader would type it.
    pub(super) fn typed(&self) -> String {
        let grouped = |inner: &Asked| match inner {
            Asked::And(_) | Asked::Or(_) => format!("({})", inner.typed()),
            _ => inner.typed(),
        };
        match self {
            Asked::And(parts) => parts.iter().map(grouped).collect::<Vec<_>>().join(" "),
            Asked::Or(parts) => parts.iter().map(grouped).collect::<Vec<_>>().join(" OR "),
            Asked::Not(inner) => format!("NOT {}", grouped(inner)),
            Asked::Words(words) => words.typed(),
            Asked::Title(words) => format!("title:{}", words.typed()),
            Asked::Language(code) => format!("lang:{code}"),
            Asked::Pages(first, last) => format!("page:{first}..{last}"),
            Asked::Section(name) => format!("section:{name}"),
        }
    }

    /// With groups of one kind within another taken apart, and double negation gone.
    pub(super) fn plain(self) -> Asked {
        let flat = |parts: Vec<Asked>, is_same: fn(Asked) -> Result<Vec<Asked>, Asked>| {
            let parts = parts.into_iter().map(Asked::plain);
            parts.flat_map(|part| is_same(part).unwrap_or_else(|other| vec![other])).collect::<Vec<_>>()
        };
        let only = |mut parts: Vec<Asked>, group: fn(Vec<Asked>) -> Asked| match parts.len() {
            1 => parts.remove(0),
            _ => group(parts),
        };
        match self {
            Asked::And(parts) => only(
                flat(parts, |part| match part {
                    Asked::And(inner) => Ok(inner),
                    other => Err(other),
                }),
                Asked::And,
            ),
            Asked::Or(parts) => only(
                flat(parts, |part| match part {
                    Asked::Or(inner) => Ok(inner),
                    other => Err(other),
                }),
                Asked::Or,
            ),
            Asked::Not(inner) => match inner.plain() {
                Asked::Not(inner) => *inner,
                other => Asked::Not(Box::new(other)),
            },
            other => other,
        }
    }

    fn is_scope(&self) -> bool {
        matches!(self, Asked::Pages(..) | Asked::Section(_))
    }

    pub(super) fn has_words(&self) -> bool {
        match self {
            Asked::And(parts) | Asked::Or(parts) => parts.iter().any(Asked::has_words),
            Asked::Words(_) | Asked::Title(_) => true,
            _ => false,
        }
    }
}

impl Words {
    fn typed(&self) -> String {
        match self {
            Words::Word(word) => (*word).to_owned(),
            Words::Joined(first, second) => format!("{first}-{second}"),
            Words::Phrase(words, 0) => format!("\"{}\"", words.join(" ")),
            Words::Phrase(words, slop) => format!("\"{}\"~{slop}", words.join(" ")),
            Words::Beginning(start) => format!("{start}*"),
            Words::Typo(word) => format!("{word}~1"),
        }
    }

    fn is_read(&self, term: &str) -> bool {
        match self {
            Words::Word(word) => term == *word,
            Words::Beginning(start) => term.starts_with(start),
            Words::Typo(word) => is_one_typo_away(word, term),
            Words::Joined(first, second) => term == format!("{first}{second}"),
            Words::Phrase(..) => false,
        }
    }

    /// Where they match in these places, as indices of the places and readings.
    fn matches(&self, places: &[&Place]) -> Vec<Vec<(usize, Range<usize>)>> {
        let mut found = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let read = place.0.iter().filter(|(term, _)| self.is_read(term));
            found.extend(read.map(|(_, bytes)| vec![(index, bytes.clone())]));
        }
        match self {
            Words::Phrase(words, slop) => found.extend(phrase_matches(words, *slop, places)),
            Words::Joined(first, second) => found.extend(phrase_matches(&[first, second], 0, places)),
            _ => {}
        }
        found
    }
}

/// For each offset: the phrase's words one by one, each in the first free place that is not more than `slop` too far.
fn phrase_matches(words: &[&str], slop: u32, places: &[&Place]) -> Vec<Vec<(usize, Range<usize>)>> {
    let (count, slop) = (places.len() as i64, i64::from(slop));
    let mut found = Vec::new();
    for offset in -(words.len() as i64) - slop..=count {
        let mut chosen: Vec<(usize, Range<usize>)> = Vec::new();
        for (number, word) in (0..).zip(words) {
            let reach = (offset + number).max(0)..=(offset + number + slop).min(count - 1);
            let read = reach.filter_map(|at| {
                let place = places[at as usize];
                let reading = place.0.iter().find(|(term, _)| term == word)?;
                let is_free = chosen.iter().all(|(taken, _)| *taken != at as usize);
                is_free.then(|| (at as usize, reading.1.clone()))
            });
            chosen.extend(read.into_iter().next());
        }
        let starts_here = chosen.iter().zip(0..).any(|((at, _), number): (_, i64)| *at as i64 - number == offset);
        if chosen.len() == words.len() && starts_here {
            found.push(chosen);
        }
    }
    found
}

fn is_one_typo_away(word: &str, other: &str) -> bool {
    let (word, other): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().collect());
    if word == other {
        return true;
    }
    let without = |letters: &[char], at: usize| [&letters[..at], &letters[at + 1..]].concat();
    let is_shorter = |long: &[char], short: &[char]| {
        long.len() == short.len() + 1 && (0..long.len()).any(|at| without(long, at) == short)
    };
    let differing: Vec<usize> = (0..word.len().min(other.len())).filter(|at| word[*at] != other[*at]).collect();
    let is_swapped = matches!(differing.as_slice(), [first, second]
        if second - first == 1 && word[*first] == other[*second] && word[*second] == other[*first]);
    is_shorter(&word, &other)
        || is_shorter(&other, &word)
        || word.len() == other.len() && (differing.len() == 1 || is_swapped)
}

impl Read {
    /// What the query finds here, and whether it had to be relaxed, given the smallest number of parts required.
    pub(super) fn found(&self, asked: Option<&Asked>, at_least: Option<usize>) -> Found {
        let Some(asked) = asked else { return Some(self.opening()) };
        let is_hit = match (asked, at_least) {
            (Asked::And(parts), Some(minimum)) => {
                let (with_words, others): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.has_words());
                with_words.iter().filter(|part| self.holds(part, &[])).count() >= minimum
                    && others.iter().all(|part| self.holds(part, &[]))
                    && self.scopes_hold(parts, &[])
            }
            (_, Some(_)) => false,
            (asked, None) => self.holds(asked, &[]),
        };
        is_hit.then(|| self.shown(asked))
    }

    fn holds(&self, asked: &Asked, around: &[&Asked]) -> bool {
        match asked {
            Asked::And(parts) => {
                let mut inner = around.to_vec();
                inner.extend(parts.iter().filter(|part| part.is_scope()));
                parts.iter().all(|part| self.holds(part, &inner)) && self.scopes_hold(parts, around)
            }
            Asked::Or(parts) => parts.iter().any(|part| self.holds(part, around)),
            Asked::Not(inner) => !self.holds(inner, around),
            Asked::Words(words) => {
                let in_title = !words.matches(&self.title.iter().collect::<Vec<_>>()).is_empty();
                let is_single = !matches!(words, Words::Phrase(words, _) if words.len() > 1);
                let is_single = is_single && !matches!(words, Words::Joined(..));
                let in_furniture = is_single
                    && self.furniture.iter().any(|term| match words {
                        Words::Phrase(words, _) => words.first().is_some_and(|word| word == term),
                        words => words.is_read(term),
                    });
                in_title || in_furniture || !self.matches(words).is_empty()
            }
            Asked::Title(words) => !words.matches(&self.title.iter().collect::<Vec<_>>()).is_empty(),
            Asked::Language(code) => self.language == Some(code),
            Asked::Pages(..) | Asked::Section(_) => (1..=self.page_count()).any(|page| self.allows(asked, page)),
        }
    }

    /// Whether scopes among the parts are met on one page, by one of the words if there are any.
    fn scopes_hold(&self, parts: &[Asked], around: &[&Asked]) -> bool {
        let own: Vec<&Asked> = parts.iter().filter(|part| part.is_scope()).collect();
        if own.is_empty() {
            return true;
        }
        let mut words = Vec::new();
        let mut scopes = around.to_vec();
        scopes.extend(&own);
        parts.iter().for_each(|part| positive(part, &scopes, &mut words));
        if words.is_empty() {
            return (1..=self.page_count()).any(|page| own.iter().all(|scope| self.allows(scope, page)));
        }
        words.iter().any(|(words, scopes)| !self.allowed(words, scopes).is_empty())
    }

    fn page_count(&self) -> u32 {
        self.pages.len() as u32
    }

    fn allows(&self, scope: &Asked, page: u32) -> bool {
        match scope {
            Asked::Pages(first, last) => (*first..=*last).contains(&page),
            Asked::Section(name) => self.pages[page as usize - 1].section == Some(name),
            _ => true,
        }
    }

    /// All matches on the pages, over their ends too.
    fn matches(&self, words: &Words) -> Vec<Match> {
        let pages = (1..).zip(&self.pages);
        let (numbers, places): (Vec<u32>, Vec<&Place>) =
            pages.flat_map(|(number, page)| page.places.iter().map(move |place| (number, place))).unzip();
        let on_pages = |found: Vec<(usize, Range<usize>)>| {
            let mut found: Vec<_> = found;
            found.sort_by_key(|(at, _)| *at);
            found.into_iter().map(|(at, bytes)| (numbers[at], bytes)).collect()
        };
        words.matches(&places).into_iter().map(on_pages).collect()
    }

    /// Those that begin on a page that all scopes allow.
    fn allowed(&self, words: &Words, scopes: &[&Asked]) -> Vec<Match> {
        let mut matches = self.matches(words);
        matches.retain(|found| scopes.iter().all(|scope| self.allows(scope, found[0].0)));
        matches
    }

    /// The pages shown with their marks.
    fn shown(&self, asked: &Asked) -> BTreeMap<u32, Vec<Range<usize>>> {
        let mut words = Vec::new();
        denied(asked, false, &[], &mut words);
        let mut pages: BTreeMap<u32, Vec<Range<usize>>> = BTreeMap::new();
        for (words, scopes) in &words {
            pages.extend(self.allowed(words, scopes).iter().map(|found| (found[0].0, Vec::new())));
        }
        if words.is_empty() {
            let scopes: Vec<&Asked> = match asked {
                Asked::And(parts) => parts.iter().filter(|part| part.is_scope()).collect(),
                asked if asked.is_scope() => vec![asked],
                _ => Vec::new(),
            };
            let is_allowed = |page: &u32| scopes.iter().all(|scope| self.allows(scope, *page));
            let allowed = (1..=self.page_count()).filter(|page| !scopes.is_empty() && is_allowed(page));
            pages.extend(allowed.map(|page| (page, Vec::new())));
        }
        if pages.is_empty() {
            pages = self.opening();
        }
        for (words, scopes) in &words {
            for found in self.matches(words) {
                for (page, marks) in &mut pages {
                    let here = found.iter().filter(|(number, _)| number == page).map(|(_, bytes)| bytes.clone());
                    let whole = here.reduce(|whole, bytes| whole.start.min(bytes.start)..whole.end.max(bytes.end));
                    marks.extend(whole.filter(|_| scopes.iter().all(|scope| self.allows(scope, *page))));
                }
            }
        }
        pages.values_mut().for_each(merge);
        pages
    }

    /// The first page with words.
    fn opening(&self) -> BTreeMap<u32, Vec<Range<usize>>> {
        let first = (1..).zip(&self.pages).find(|(_, page)| !page.places.is_empty());
        BTreeMap::from([(first.map_or(1, |(number, _)| number), Vec::new())])
    }
}

/// Words asked for at or below a part, not within a negation, with the scopes around them.
fn positive<'a>(part: &'a Asked, around: &[&'a Asked], output: &mut Vec<(&'a Words, Vec<&'a Asked>)>) {
    if !matches!(part, Asked::Not(_)) {
        denied_within(part, false, around, output, false);
    }
}

/// Words that are asked for, with the scopes around them; those denied twice are asked for.
fn denied<'a>(part: &'a Asked, is_denied: bool, around: &[&'a Asked], output: &mut Vec<(&'a Words, Vec<&'a Asked>)>) {
    denied_within(part, is_denied, around, output, true);
}

fn denied_within<'a>(
    part: &'a Asked,
    is_denied: bool,
    around: &[&'a Asked],
    output: &mut Vec<(&'a Words, Vec<&'a Asked>)>,
    looks_into_not: bool,
) {
    match part {
        Asked::And(parts) => {
            let mut inner = around.to_vec();
            inner.extend(parts.iter().filter(|part| part.is_scope()));
            parts.iter().for_each(|part| denied_within(part, is_denied, &inner, output, looks_into_not));
        }
        Asked::Or(parts) => {
            parts.iter().for_each(|part| denied_within(part, is_denied, around, output, looks_into_not));
        }
        Asked::Not(inner) if looks_into_not => denied_within(inner, !is_denied, around, output, true),
        Asked::Words(words) if !is_denied => output.push((words, around.to_vec())),
        _ => {}
    }
}

/// Joins ranges that overlap.
fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges.drain(..) {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    *ranges = merged;
}
