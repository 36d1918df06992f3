//! A page's text on one line, as passages show it, with the way from bytes of the page to bytes of the line.
//!
//! Lines and line-end hyphens are of the paper, not of the sentence; control and direction characters could spoof.

use crate::report::Span;

/// A stretch of the page copied byte for byte, but for white space.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// First byte on the page.
    source: usize,
    /// First byte on the line.
    target: usize,
}

/// Text on one line; only the ends of blocks are `\n`.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The line.
    pub(super) text: String,
    runs: Vec<Run>,
}

impl Flow {
    /// Lays out a page without its furniture.
    pub(super) fn new(text: &str, skip: &[Span]) -> Flow {
        let mut flow = Flow { text: String::with_capacity(text.len()), runs: Vec::new() };
        let mut newlines = 0;
        let mut space = false;
        let mut from = 0;
        let whole = Span { start: u32::MAX, end: u32::MAX };
        for gap in skip.iter().filter(|gap| gap.start < gap.end).chain(std::iter::once(&whole)) {
            let until = text.floor_char_boundary(gap.start as usize);
            if let Some(piece) = text.get(from..until) {
                flow.append(piece, from, &mut newlines, &mut space);
            }
            from = from.max(text.ceil_char_boundary(gap.end as usize));
            // Words on both sides of furniture are two words.
            space = true;
        }
        flow
    }

    /// Appends a piece of the page that begins at byte `offset`. `newlines` and `space` tell of the white space before.
    fn append(&mut self, piece: &str, offset: usize, newlines: &mut u32, space: &mut bool) {
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(length) = leader(rest) {
                if !self.text.is_empty() {
                    self.text.push_str(if self.text.ends_with(' ') { "…" } else { " …" });
                }
                *space = true;
                at += length;
                continue;
            }
            // Most of a page is plain ASCII, copied a line at a time.
            let plain = plain_length(rest.as_bytes());
            let Some(character) = rest.chars().next() else { break };
            let length = if plain > 0 { plain } else { character.len_utf8() };
            if plain == 0 && (character.is_whitespace() || is_dropped(character)) {
                *newlines += u32::from(character == '\n');
                *space |= character.is_whitespace();
                at += length;
                continue;
            }
            if *space {
                // A printed hyphen at the end of a line holds its two parts together.
                let joins = *newlines == 1
                    && (character.is_alphanumeric() && self.ends_with_joining_hyphen(piece, at)
                        || is_unspaced(character) && self.text.ends_with(is_unspaced));
                if !joins && !self.text.is_empty() {
                    self.text.push(if *newlines > 1 { '\n' } else { ' ' });
                }
                (*newlines, *space) = (0, false);
            }
            let (source, target) = (offset + at, self.text.len());
            let continues = self.runs.last().is_some_and(|run| source - run.source == target - run.target);
            if !continues {
                self.runs.push(Run { source, target });
            }
            self.text.push_str(rest.get(..length).unwrap_or(""));
            at += length;
        }
    }

    /// Whether the line ends in a hyphen after a letter or digit, and nothing but the line's end stood after it.
    fn ends_with_joining_hyphen(&self, piece: &str, index: usize) -> bool {
        let is_direct =
            piece.get(..index).is_some_and(|before| before.ends_with("-\n") || before.ends_with("\u{2010}\n"));
        let mut before = self.text.chars().rev();
        is_direct
            && before.next().is_some_and(|last| matches!(last, '-' | '\u{2010}'))
            && before.next().is_some_and(char::is_alphanumeric)
    }

    /// The byte of the line where the page's byte `source` is, or the first after it that was kept.
    pub(super) fn start_of(&self, source: u32) -> usize {
        let source = source as usize;
        let after = self.runs.partition_point(|run| run.source <= source);
        let next = self.runs.get(after).map_or(self.text.len(), |run| run.target);
        match after.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some(run) => (run.target + (source - run.source)).min(next),
            None => next.min(self.text.len()),
        }
    }

    /// The byte of the line after the page's last byte before `source`.
    pub(super) fn end_of(&self, source: u32) -> usize {
        let source = source as usize;
        let after = self.runs.partition_point(|run| run.source < source);
        let Some(run) = after.checked_sub(1).and_then(|index| self.runs.get(index)) else { return 0 };
        let limit = self.runs.get(after).map_or(self.text.len(), |next| next.target);
        let end = (run.target + (source - run.source)).min(limit);
        // The white space that was put between two runs belongs to neither.
        let end = self.text.floor_char_boundary(end);
        end - (self.text[..end].len() - self.text[..end].trim_end().len())
    }
}

/// Dots in a row that lead the eye to a page number, rather than break off a sentence.
const LEADER_DOTS: usize = 4;

/// The bytes of the leader dots, set close or apart, that `text` begins with.
fn leader(text: &str) -> Option<usize> {
    let (mut dots, mut length) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'.' => (dots, length) = (dots + 1, at + 1),
            b' ' if at > 0 => {}
            _ => break,
        }
    }
    (dots >= LEADER_DOTS).then_some(length)
}

/// The bytes of visible ASCII that `bytes` begins with, single spaces within included, up to leader dots.
fn plain_length(bytes: &[u8]) -> usize {
    let (mut dots, mut leader) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'.' => {
                leader = if dots == 0 { at } else { leader };
                dots += 1;
                if dots == LEADER_DOTS {
                    return bytes[..leader].trim_ascii_end().len();
                }
            }
            b' ' if at > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_graphic) => {}
            _ if !byte.is_ascii_graphic() => return at,
            _ => dots = 0,
        }
    }
    bytes.len()
}

/// Whether lines of the character's script are broken without a space (Han, kana, Thai, Lao, and their punctuation).
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{E00}'..='\u{EFF}' | '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF9F}')
}

/// Whether a character is not shown: control characters, the joined hyphen, overrides of the direction.
fn is_dropped(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{AD}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lays_out_lines() {
        for (text, expected) in [
            ("", ""),
            ("  one\n two\t three \n", "one two three"),
            ("one\n\ntwo\n \nthree", "one\ntwo\nthree"),
            ("an e-\nmail", "an e-mail"),
            ("a - \nb", "a - b"),
            ("list\n- item", "list - item"),
            ("ex\u{AD}ample\nnext", "example next"),
            ("a\u{202E}b\u{7}c", "abc"),
            ("日本\n語。\n文 x", "日本語。文 x"),
            ("6 Energy........12\n7 Water . . . . . . 14\n", "6 Energy … 12 7 Water … 14"),
            ("...... 3 and so on... The end. . no", "3 and so on... The end. . no"),
        ] {
            assert_eq!(Flow::new(text, &[]).text, expected, "{text:?}");
        }
    }

    #[test]
    fn maps_bytes() {
        let text = "HEAD\n\none  ex\u{AD}ample\n\nFOOT\ntwo";
        let skip = [Span { start: 0, end: 4 }, Span { start: 22, end: 26 }];
        let flow = Flow::new(text, &skip);
        assert_eq!(flow.text, "one example\ntwo");
        for word in ["one", "ex\u{AD}ample", "two"] {
            let start = text.find(word).expect("is there") as u32;
            let end = start + word.len() as u32;
            assert_eq!(&flow.text[flow.start_of(start)..flow.end_of(end)], word.replace('\u{AD}', ""));
        }
    }
}
