//! Words joined by hyphens and apostrophes, abbreviations with full stops: which pieces are words, which are one word.
//!
//! A joined word is given whole and by its parts, since readers type `email`, `e-mail` and `e mail` for the same thing.

use super::character::{Class, class, is_raised_digit};
use super::fold::fold;
use super::scan::Scanner;
use super::tables::{CLITICS, ELIDED_WORDS};

/// Parts of one joined word; with more it is taken for a chain of words and given by its parts only.
const MAX_JOINED_PARTS: usize = 8;

/// A piece of a cluster, or a character of a run without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Its term in the scanner's buffer.
    pub(super) term_start: usize,
    /// End of its term.
    pub(super) term_end: usize,
    /// First byte of the text.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

impl Part {
    /// An empty part whose term begins at `term_start`.
    pub(super) fn new(term_start: usize, start: usize) -> Part {
        Part { term_start, term_end: term_start, start, end: start }
    }
}

/// What joins a piece to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joiner {
    Apostrophe,
    Hyphen,
}

impl Scanner<'_, '_> {
    /// Gives the words of the cluster that begins with the letter or digit at `at`; returns where to go on.
    pub(super) fn scan_cluster(&mut self, at: usize) -> usize {
        self.folded.clear();
        self.parts.clear();
        let mut end = self.push_part(at);
        while let Some((joiner, next)) = self.joiner(end) {
            if self.parts.len() > MAX_JOINED_PARTS {
                break;
            }
            match joiner {
                Joiner::Hyphen => {
                    if self.is_number_break(next) {
                        break;
                    }
                    end = self.push_part(next);
                }
                Joiner::Apostrophe => end = self.push_after_apostrophe(next),
            }
        }
        self.flush();
        end
    }

    /// Reads the piece at `at` into the buffer; returns where to look for a joiner.
    fn push_part(&mut self, at: usize) -> usize {
        let mut part = Part::new(self.folded.len(), at);
        let after = if let Some((end, after)) = self.abbreviation(at) {
            for letter in self.text.get(at..end).unwrap_or("").split('.') {
                fold(letter, &mut self.folded);
            }
            part.end = end;
            after
        } else {
            part.end = self.word_end(at);
            fold(self.text.get(at..part.end).unwrap_or(""), &mut self.folded);
            part.end
        };
        part.term_end = self.folded.len();
        if part.term_end > part.term_start {
            self.parts.push(part);
        }
        after
    }

    /// The end of single letters with full stops between (`U.S.`) without and with the last full stop.
    fn abbreviation(&self, at: usize) -> Option<(usize, usize)> {
        // Nearly every word has a second letter, and need not be read to its end to see that it is none.
        if self.class(at + self.character(at)?.len_utf8()) == Class::Letter {
            return None;
        }
        let mut letters = 0;
        let mut from = at;
        loop {
            if !self.character(from)?.is_alphabetic() {
                break;
            }
            let end = self.word_end(from);
            if self.text.get(from..end)?.chars().filter(|&character| class(character) == Class::Letter).count() != 1 {
                break;
            }
            letters += 1;
            from = end;
            if self.character(end) != Some('.') {
                return (letters > 1).then_some((end, end));
            }
            from += 1;
            if self.class(from) != Class::Letter {
                return (letters > 1).then_some((end, from));
            }
        }
        // The last piece was no single letter: it stands for itself, after the full stop before it.
        (letters > 1).then(|| (from - 1, from - 1))
    }

    /// The joiner at `at`, and where the letter or digit after it is.
    fn joiner(&self, at: usize) -> Option<(Joiner, usize)> {
        let character = self.character(at)?;
        let mut next = at + character.len_utf8();
        let joiner = match class(character) {
            Class::Apostrophe => Joiner::Apostrophe,
            Class::Hyphen => {
                if self.character(next) == Some('\n') {
                    next += 1;
                }
                Joiner::Hyphen
            }
            _ => return None,
        };
        (self.class(next) == Class::Letter).then_some((joiner, next))
    }

    /// Whether the hyphen before `next` parts numbers, or stands before a number with separators.
    fn is_number_break(&self, next: usize) -> bool {
        let bytes = self.text.as_bytes().get(next..self.end).unwrap_or(&[]);
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_decimal = matches!(bytes.get(digits..), Some([b'.' | b',', after, ..]) if after.is_ascii_digit());
        let follows_number = self
            .parts
            .last()
            .is_some_and(|part| self.folded[part.term_start..part.term_end].bytes().all(|byte| byte.is_ascii_digit()));
        digits > 0 && (is_decimal || follows_number)
    }

    /// Reads the piece after an apostrophe: dropped, drawn to the word before, or a part of its own.
    fn push_after_apostrophe(&mut self, next: usize) -> usize {
        let before = self.parts.len();
        let after = self.push_part(next);
        if before == 0 || self.parts.len() == before {
            return after;
        }
        let (elided, own) = (self.parts[before - 1], self.parts[before]);
        let term = &self.folded[own.term_start..own.term_end];
        let word = &self.folded[elided.term_start..elided.term_end];
        if CLITICS.contains(&term) {
            self.parts.pop();
            self.folded.truncate(own.term_start);
        } else if term == "t" && word.ends_with('n') {
            self.parts.pop();
            self.parts[before - 1].end = own.end;
            self.parts[before - 1].term_end = own.term_end;
        } else if ELIDED_WORDS.contains(&word) {
            self.parts.pop();
            self.flush();
            // The piece after is the first of the words to come.
            self.folded.clear();
            self.parts.clear();
            return self.push_part(next);
        }
        after
    }

    /// Gives the parts read so far: joined, if there are several, and each on its own.
    fn flush(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if let [only] = parts.as_slice() {
            self.emit(only.term_start..only.term_end, only.start, only.end);
            self.emit_without_note(only);
            self.position += 1;
        } else {
            if let [first, .., last] = parts.as_slice()
                && parts.len() <= MAX_JOINED_PARTS
            {
                self.emit(first.term_start..last.term_end, first.start, last.end);
            }
            for part in &parts {
                self.emit(part.term_start..part.term_end, part.start, part.end);
                self.position += 1;
            }
        }
        self.parts = parts;
    }

    /// Gives a word that ends in raised digits without them as well.
    fn emit_without_note(&mut self, part: &Part) {
        let word = self.text.get(part.start..part.end).unwrap_or("");
        let plain = word.trim_end_matches(is_raised_digit);
        if plain.len() < word.len() && plain.chars().any(char::is_alphabetic) {
            let start = self.folded.len();
            fold(plain, &mut self.folded);
            self.emit(start..self.folded.len(), part.start, part.start + plain.len());
        }
    }
}
