//! Text → words parted by spaces.

use crate::index::analyzer::{WholeWords, accented, analyze};
use crate::index::folded;
use crate::report::{Page, Span};
use std::collections::BTreeSet;

/// The words of a page.
#[derive(Debug, Default)]
pub(super) struct PageWords {
    /// One for each position, furniture left out: of several readings the parts.
    pub(super) body: String,
    /// The other readings.
    pub(super) whole: String,
    /// How many positions there are.
    pub(super) positions: u32,
    /// Those of the section path, each once.
    pub(super) section: BTreeSet<String>,
    /// Those of headings.
    pub(super) heading: String,
    /// Those of running heads and folios, each once.
    pub(super) furniture: BTreeSet<String>,
    /// Those that folding changes, as printed.
    pub(super) accented: BTreeSet<String>,
    /// All readings of the first positions, see [`crate::quickwit::Kept::opening`].
    pub(super) opening: Vec<Vec<String>>,
}

/// Positions of a report whose readings are kept with its document: what opens it, and room for a phrase that begins
/// there.
pub(super) const OPENING: usize = 64;

impl PageWords {
    pub(super) fn of(page: &Page) -> PageWords {
        let mut words = PageWords::default();
        if let Some(path) = &page.section {
            each_term(path, &[], |term| _ = words.section.insert(term.to_owned()));
        }
        if page.status.is_searchable() {
            words.read(page);
        }
        words
    }

    fn read(&mut self, page: &Page) {
        let mut last: Option<(u32, String)> = None;
        let positions = analyze(&page.text, &page.furniture, 0, &mut |token| {
            self.accented.extend(accented(token.span.of(&page.text), token.term));
            let known = self.opening.len();
            match self.opening.get_mut(token.position as usize) {
                Some(readings) => readings.push(token.term.to_owned()),
                None if known < OPENING => self.opening.push(vec![token.term.to_owned()]),
                None => {}
            }
            match &mut last {
                // The reading that stands for more comes before.
                Some((position, word)) if *position == token.position => {
                    push(&mut self.whole, word);
                    token.term.clone_into(word);
                }
                Some((position, word)) => {
                    push(&mut self.body, word);
                    *position = token.position;
                    token.term.clone_into(word);
                }
                None => last = Some((token.position, token.term.to_owned())),
            }
        });
        if let Some((_, word)) = &last {
            push(&mut self.body, word);
        }
        self.positions = positions;
        for span in &page.headings {
            each_term(span.of(&page.text), &[], |term| push(&mut self.heading, term));
        }
        for span in &page.furniture {
            each_term(span.of(&page.text), &[], |term| _ = self.furniture.insert(term.to_owned()));
        }
    }
}

/// Adds a word to a text of words.
pub(super) fn push(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}

/// Calls with every term of a text, all readings of it.
pub(super) fn each_term(text: &str, skip: &[Span], mut sink: impl FnMut(&str)) {
    analyze(text, skip, 0, &mut |token| sink(token.term));
}

/// Words in any order, where only their presence counts.
pub(super) fn joined(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A short text in its two readings, by parts and by whole words, if they differ.
pub(super) fn readings(text: &str) -> impl Iterator<Item = String> {
    let mut parts: Vec<(u32, String)> = Vec::new();
    let mut whole = String::new();
    let mut whole_words = WholeWords::default();
    analyze(text, &[], 0, &mut |token| {
        if whole_words.has(&token) {
            push(&mut whole, token.term);
        }
        match parts.last_mut() {
            Some((position, word)) if *position == token.position => token.term.clone_into(word),
            _ => parts.push((token.position, token.term.to_owned())),
        }
    });
    let parts = parts.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ");
    let whole = (whole != parts).then_some(whole);
    std::iter::once(parts).chain(whole).filter(|text| !text.is_empty())
}

/// The first letters of a title as a number that orders as they do; exact in JSON.
pub(super) fn title_order(title: &str) -> u64 {
    /// What may stand for a letter: nothing, a space, a digit, a letter, anything after them.
    const LETTERS: u64 = 39;
    /// As many as fit into 53 bits.
    const COUNTED: usize = 10;
    let digit = |letter: char| match letter {
        ' ' => 1,
        '0'..='9' => 2 + u64::from(letter as u32 - '0' as u32),
        'a'..='z' => 12 + u64::from(letter as u32 - 'a' as u32),
        _ => LETTERS - 1,
    };
    let folded = folded(title);
    let digits = folded.chars().map(digit).chain(std::iter::repeat(0));
    digits.take(COUNTED).fold(0, |number, digit| number * LETTERS + digit)
}
