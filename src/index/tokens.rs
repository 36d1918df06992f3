//! The token stream between analysis and the engine: a field's terms with their positions, written into one string.
//!
//! Analysis is the dear part of indexing, so the extracting threads do it; the engine's few threads only re-read what
//! is written here, with no allocation a token. A record is a mark and a term: U+001F for the next position, U+001E
//! for the same position, U+001D and a decimal number for a longer step. The analyzer never puts these controls in a
//! term.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name under which the engine knows [`EncodedTokenizer`].
pub(super) const TOKENIZER: &str = "recto_tokens";

const NEXT: char = '\u{1f}';
const SAME: char = '\u{1e}';
const STEP: char = '\u{1d}';
const MARKS: [u8; 3] = [0x1d, 0x1e, 0x1f];

/// Writes the terms of a field, in order of position.
#[derive(Debug, Default)]
pub(super) struct TokenWriter {
    encoded: String,
    /// Position of the last term; `None` before the first.
    last: Option<u32>,
}

impl TokenWriter {
    /// Adds a term; a position below the last one counts as the last one.
    pub(super) fn push(&mut self, term: &str, position: u32) {
        let step = match self.last {
            Some(last) => position.saturating_sub(last),
            None => position.saturating_add(1),
        };
        match step {
            0 => self.encoded.push(SAME),
            1 => self.encoded.push(NEXT),
            longer => {
                self.encoded.push(STEP);
                self.encoded.push_str(&longer.to_string());
                self.encoded.push(SAME);
            }
        }
        self.encoded.push_str(term);
        self.last = Some(self.last.map_or(position, |last| last.max(position)));
    }

    /// The encoded field.
    pub(super) fn finish(self) -> String {
        self.encoded
    }
}

/// Reads what [`TokenWriter`] wrote, and tells the [`Gate`] how much has been read.
#[derive(Debug, Clone, Default)]
pub(super) struct EncodedTokenizer {
    pub(super) gate: Arc<Gate>,
}

/// The tokens of one encoded field.
pub(super) struct EncodedStream<'a> {
    rest: &'a str,
    token: Token,
    length: usize,
    gate: &'a Gate,
}

impl Tokenizer for EncodedTokenizer {
    type TokenStream<'a> = EncodedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EncodedStream<'a> {
        EncodedStream { rest: text, token: Token::default(), length: text.len(), gate: &self.gate }
    }
}

impl TokenStream for EncodedStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(mark) = self.rest.chars().next() else {
            return false;
        };
        let mut step = usize::from(mark == NEXT);
        let mut body = self.rest.get(mark.len_utf8()..).unwrap_or("");
        if mark == STEP {
            let (digits, after) = body.split_once(SAME).unwrap_or((body, ""));
            step = digits.parse().unwrap_or(1);
            body = after;
        }
        let end = body.bytes().position(|byte| MARKS.contains(&byte)).unwrap_or(body.len());
        let (term, rest) = body.split_at(end);
        self.rest = rest;
        // The position before the first token is `usize::MAX`, one before 0.
        self.token.position = self.token.position.wrapping_add(step);
        self.token.text.clear();
        self.token.text.push_str(term);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Drop for EncodedStream<'_> {
    fn drop(&mut self) {
        self.gate.leave(self.length);
    }
}

/// Holds back writers while more than [`Gate::LIMIT`] bytes of encoded fields wait for the engine, whose own queue
/// counts documents, not bytes.
#[derive(Debug, Default)]
pub(super) struct Gate {
    waiting: Mutex<usize>,
    moved: Condvar,
}

impl Gate {
    /// Bytes that may wait.
    pub(super) const LIMIT: usize = 48 << 20;
    /// A queue that has not moved for this long belongs to an engine that has stopped; it is asked, and says so.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Waits until there is room, then takes it.
    pub(super) fn enter(&self, bytes: usize) {
        let Ok(mut waiting) = self.waiting.lock() else {
            return;
        };
        let mut deadline = Instant::now() + Gate::PATIENCE;
        while *waiting > Gate::LIMIT && Instant::now() < deadline {
            let before = *waiting;
            match self.moved.wait_timeout(waiting, Duration::from_millis(200)) {
                Ok((guard, _)) => waiting = guard,
                Err(_) => return,
            }
            if *waiting != before {
                deadline = Instant::now() + Gate::PATIENCE;
            }
        }
        *waiting = waiting.saturating_add(bytes);
    }

    fn leave(&self, bytes: usize) {
        if let Ok(mut waiting) = self.waiting.lock() {
            *waiting = waiting.saturating_sub(bytes);
            self.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(encoded: &str) -> Vec<(String, usize)> {
        let mut tokenizer = EncodedTokenizer::default();
        let mut tokens = Vec::new();
        tokenizer.token_stream(encoded).process(&mut |token| tokens.push((token.text.clone(), token.position)));
        tokens
    }

    #[test]
    fn terms_and_positions_survive() {
        let mut writer = TokenWriter::default();
        for (term, position) in [("email", 0), ("e", 0), ("mail", 1), ("añó", 5), ("東京", 5), ("x", 6)] {
            writer.push(term, position);
        }
        let encoded = writer.finish();
        let expected = [("email", 0), ("e", 0), ("mail", 1), ("añó", 5), ("東京", 5), ("x", 6)];
        assert_eq!(read(&encoded), expected.map(|(term, position)| (term.to_owned(), position)));
    }

    #[test]
    fn a_field_may_start_at_any_position() {
        let mut writer = TokenWriter::default();
        writer.push("a", 3);
        assert_eq!(read(&writer.finish()), [("a".to_owned(), 3)]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn the_gate_counts_what_was_read() {
        let gate = Gate::default();
        gate.enter(Gate::LIMIT + 1);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| gate.enter(7));
            gate.leave(Gate::LIMIT + 1);
            second.join().expect("no panic");
        });
        assert_eq!(*gate.waiting.lock().expect("not poisoned"), 7);
    }

    proptest! {
        #[test]
        fn any_rising_tokens_survive(steps in prop::collection::vec(("[a-zé東0-9]{1,9}", 0u32..400), 0..60)) {
            let mut writer = TokenWriter::default();
            let mut position = 0;
            let mut expected = Vec::new();
            for (term, step) in steps {
                position += step;
                writer.push(&term, position);
                expected.push((term, position as usize));
            }
            prop_assert_eq!(read(&writer.finish()), expected);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "[\u{1d}-\u{1f}a-c0-9]{0,40}") {
            prop_assert!(read(&text).len() <= text.len());
        }
    }
}
