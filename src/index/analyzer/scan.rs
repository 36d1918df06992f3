//! The pass over a text: plain ASCII words at once, everything else handed to clusters, numbers or bigrams.
//!
//! Most bytes of most texts are ASCII words between plain separators: they cost one table look-up a byte and no
//! allocation; a lower-case word is passed on as a slice of the text.

use super::character::{Class, class, is_ascii_word};
use super::cluster::Part;
use super::fold::fold;
use super::{MAX_TERM_CHARACTERS, SoughtTerms, Token};
use crate::report::Span;

/// Walks a text and gives its tokens to a sink.
pub(super) struct Scanner<'t, 's> {
    /// The whole text.
    pub(super) text: &'t str,
    /// One past the last byte that may be read; a skipped span may follow.
    pub(super) end: usize,
    /// Folded forms of the words at hand.
    pub(super) folded: String,
    /// The parts of the cluster at hand, whose terms lie in `folded`.
    pub(super) parts: Vec<Part>,
    /// Position of the next token.
    pub(super) position: u32,
    /// The only plain words to give; all if `None`.
    sought: Option<&'s SoughtTerms>,
    sink: &'s mut dyn FnMut(Token<'_>),
}

impl<'t, 's> Scanner<'t, 's> {
    /// Starts before the first word.
    pub(super) fn new(text: &'t str, first_position: u32, sink: &'s mut dyn FnMut(Token<'_>)) -> Scanner<'t, 's> {
        let (folded, parts, position) = (String::new(), Vec::new(), first_position);
        Scanner { text, end: 0, folded, parts, position, sought: None, sink }
    }

    /// Leaves out plain words that are not sought.
    pub(super) fn seeking(self, sought: &'s SoughtTerms) -> Scanner<'t, 's> {
        Scanner { sought: Some(sought), ..self }
    }

    /// The position after the last token.
    pub(super) fn position(&self) -> u32 {
        self.position
    }

    /// Gives the tokens of the bytes `start..end`, which lie on character boundaries.
    pub(super) fn scan(&mut self, start: usize, end: usize) {
        self.end = end;
        let bytes = &self.text.as_bytes()[..end];
        let mut at = start;
        while at < end {
            let byte = bytes[at];
            if is_ascii_word(byte) {
                let word_end = at + bytes[at..].iter().take_while(|&&byte| is_ascii_word(byte)).count();
                at = if ends_plainly(&bytes[at..], word_end - at) {
                    self.emit_ascii(at, word_end);
                    word_end
                } else {
                    self.scan_word(at)
                };
            } else if byte < 0x80 {
                at += 1;
            } else if let Some(character) = self.character(at) {
                at = match class(character) {
                    Class::Letter => self.scan_word(at),
                    Class::Unspaced => self.scan_unspaced(at),
                    _ => at + character.len_utf8(),
                };
            } else {
                break;
            }
        }
    }

    /// The number, cluster or word that begins at `at`; returns where to go on.
    fn scan_word(&mut self, at: usize) -> usize {
        if self.text.as_bytes()[at].is_ascii_digit()
            && let Some(next) = self.scan_number(at)
        {
            return next;
        }
        self.scan_cluster(at)
    }

    /// The character at a byte before the end.
    pub(super) fn character(&self, at: usize) -> Option<char> {
        self.text.get(at..self.end)?.chars().next()
    }

    /// The class of the character at a byte; a separator at the end.
    pub(super) fn class(&self, at: usize) -> Class {
        self.character(at).map_or(Class::Separator, class)
    }

    /// One past the last letter, digit or mark of the word that begins at `at`.
    pub(super) fn word_end(&self, at: usize) -> usize {
        let mut end = at;
        let rest = self.text.get(at..self.end).unwrap_or("");
        for (offset, character) in rest.char_indices() {
            match class(character) {
                Class::Letter | Class::Mark => end = at + offset + character.len_utf8(),
                Class::Ignorable => {}
                _ => break,
            }
        }
        end
    }

    /// Bigrams of the run without spaces that begins at `at`; returns its end. A single line end within the run is
    /// no break: such scripts break lines anywhere.
    fn scan_unspaced(&mut self, at: usize) -> usize {
        self.folded.clear();
        self.parts.clear();
        let mut end = at;
        let mut newline = false;
        let rest = self.text.get(at..self.end).unwrap_or("");
        for (offset, character) in rest.char_indices() {
            let from = at + offset;
            match class(character) {
                Class::Unspaced => {
                    self.push_unit(end);
                    self.parts.push(Part::new(self.folded.len(), from));
                    newline = false;
                }
                Class::Mark if !newline => {}
                Class::Ignorable if !newline => continue,
                _ if character == '\n' && !newline => {
                    newline = true;
                    continue;
                }
                _ => break,
            }
            end = from + character.len_utf8();
            if let Some(part) = self.parts.last_mut() {
                part.end = end;
            }
            if self.parts.len() > MAX_UNSPACED_UNITS {
                break;
            }
        }
        self.push_unit(end);
        self.emit_bigrams();
        end
    }

    /// Folds the unit that was begun last, up to `end`; drops it if nothing is left of it.
    fn push_unit(&mut self, end: usize) {
        if let Some(part) = self.parts.last_mut() {
            fold(self.text.get(part.start..end).unwrap_or(""), &mut self.folded);
            part.term_end = self.folded.len();
            if part.term_end == part.term_start {
                self.parts.pop();
            }
        }
    }

    /// Gives the units of a run as overlapping bigrams, or as itself if there is but one.
    fn emit_bigrams(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        if let [only] = parts.as_slice() {
            self.emit(only.term_start..only.term_end, only.start, only.end);
            self.position += 1;
        }
        for pair in parts.windows(2) {
            if let [first, second] = pair {
                self.emit(first.term_start..second.term_end, first.start, second.end);
                self.position += 1;
            }
        }
        self.parts = parts;
    }

    /// Gives a word of ASCII letters and digits.
    fn emit_ascii(&mut self, start: usize, end: usize) {
        let word = &self.text[start..end];
        let word = &word[..word.len().min(MAX_TERM_CHARACTERS)];
        let first = word.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
        if self.sought.is_some_and(|sought| !sought.may_have(first, word.len())) {
            self.position += 1;
            return;
        }
        let term = if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.folded.clear();
            self.folded.push_str(word);
            self.folded.make_ascii_lowercase();
            self.folded.as_str()
        } else {
            word
        };
        (self.sink)(Token { term, span: span(start, end), position: self.position });
        self.position += 1;
    }

    /// Gives the folded term in `range` at the current position, which stays.
    pub(super) fn emit(&mut self, range: std::ops::Range<usize>, start: usize, end: usize) {
        let term = cut(self.folded.get(range).unwrap_or(""));
        if !term.is_empty() {
            (self.sink)(Token { term, span: span(start, end), position: self.position });
        }
    }
}

/// Units of a run without spaces taken at once, so that the buffer stays small.
const MAX_UNSPACED_UNITS: usize = 4_096;

/// Whether nothing after the `length` letters and digits at the start of `bytes` can belong to them.
#[inline]
fn ends_plainly(bytes: &[u8], length: usize) -> bool {
    let Some(&byte) = bytes.get(length) else { return true };
    match byte {
        0x80.. => false,
        b'-' | b'\'' | b'.' | b',' => {
            let Some(&next) = bytes.get(length + 1) else { return true };
            match next {
                0x80.. => false,
                b'\n' => byte != b'-',
                _ if !is_ascii_word(next) => true,
                _ => match byte {
                    b',' => !(bytes[0].is_ascii_digit() && next.is_ascii_digit()),
                    b'.' => !(length == 1 || bytes[0].is_ascii_digit() && next.is_ascii_digit()),
                    _ => false,
                },
            }
        }
        _ => true,
    }
}

/// A term cut to the longest length kept.
fn cut(term: &str) -> &str {
    if term.len() <= MAX_TERM_CHARACTERS {
        return term;
    }
    term.char_indices().nth(MAX_TERM_CHARACTERS).map_or(term, |(end, _)| &term[..end])
}

/// A span from byte offsets.
fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(end) }
}
