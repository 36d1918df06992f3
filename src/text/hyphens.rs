//! Words broken at line ends: joined only where the document itself shows that they are one word.
//!
//! A hyphen at a line's end is either typesetting (`pro-` / `gramme`) or part of the word (`well-` / `known`). The
//! document's own words decide: the joined form seen elsewhere, or a half that is no word by itself, means typesetting.

use crate::layout::{Line, PageLayout};
use foldhash::HashMap;

/// A left half this short that is a word by itself (`is-` / `sues`, `um-` / `fassend`) still belongs to a right half that
/// is none. In characters. Longer ones are compounds (`cost-` / `effective`) whose second word may well come only once.
const SHORT_HALF: usize = 3;

/// Hyphens at line ends that are parts of words, for each that breaks a word seen whole (`non-` / `profit` where there is
/// a `nonprofit`), if the document breaks none for typesetting.
const COMPOUNDS_NEEDED: usize = 5;

/// Which broken words of a document are to be joined.
#[derive(Debug, Default)]
pub struct Hyphens {
    /// Lower-case forms worth knowing → whether they occur in the document within a line.
    seen: HashMap<String, bool>,
    /// Whether the document's line ends show that nothing in it is broken for typesetting.
    keeps_words_whole: bool,
}

/// The halves of a word broken over two lines, without the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Halves<'t> {
    left: &'t str,
    right: &'t str,
    /// Whether the hyphen was U+00AD: declared typesetting.
    is_soft: bool,
    /// Whether both are written in capitals.
    is_upper: bool,
}

impl Hyphens {
    /// Collects the words broken anywhere in the document, then looks for them in its lines.
    pub fn learn<'p>(layouts: impl Iterator<Item = &'p PageLayout> + Clone) -> Hyphens {
        let mut seen = HashMap::default();
        let mut broken = Vec::new();
        for layout in layouts.clone() {
            for pair in layout.lines.windows(2) {
                let [line, next] = pair else { continue };
                let Some(halves) = halves(layout, line, next) else { continue };
                let forms = halves.forms();
                seen.extend(forms.iter().map(|form| (form.clone(), false)));
                broken.push(forms);
            }
        }
        if !seen.is_empty() {
            let mut lower = String::new();
            let sketch = Sketch::of(seen.keys());
            for layout in layouts {
                mark_seen(layout, &mut seen, &sketch, &mut lower);
            }
        }
        let keeps_words_whole = keeps_words_whole(&broken, &seen);
        Hyphens { seen, keeps_words_whole }
    }

    /// Whether the last word of `line` and the first of `next` are one word broken by typesetting.
    pub fn joins(&self, layout: &PageLayout, line: &Line, next: &Line) -> bool {
        let Some(halves) = halves(layout, line, next) else { return false };
        if halves.is_soft {
            return true;
        }
        let [joined, hyphenated, left, right] =
            halves.forms().map(|form| self.seen.get(&form).copied().unwrap_or(false));
        if joined {
            return true;
        }
        if hyphenated || halves.is_upper || self.keeps_words_whole {
            return false;
        }
        let is_right_cut_off = !right && halves.left.chars().count() <= SHORT_HALF;
        !left || is_right_cut_off
    }
}

impl Halves<'_> {
    /// Joined, hyphenated, left and right, in lower case.
    fn forms(&self) -> [String; 4] {
        let (left, right) = (self.left.to_lowercase(), self.right.to_lowercase());
        [format!("{left}{right}"), format!("{left}-{right}"), left, right]
    }
}

/// Whether a document's hyphens at line ends are all parts of words, as in what most word processors write: of those that
/// can be told, next to none breaks a word that is written whole elsewhere.
fn keeps_words_whole(broken: &[[String; 4]], seen: &HashMap<String, bool>) -> bool {
    let is_seen = |form: &String| seen.get(form).copied().unwrap_or(false);
    let (mut typeset, mut compounds) = (0, 0);
    for [joined, hyphenated, left, right] in broken {
        if is_seen(joined) {
            typeset += 1;
        } else if is_seen(hyphenated) || is_seen(left) && is_seen(right) {
            compounds += 1;
        }
    }
    compounds >= COMPOUNDS_NEEDED && typeset * COMPOUNDS_NEEDED <= compounds
}

/// Whether the character is a hyphen that may break a word.
pub(super) fn is_line_end_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}' | '\u{00AD}')
}

/// The halves of a word broken between two lines: letters before the hyphen, a lower-case letter after it, or capitals
/// on both sides.
fn halves<'t>(layout: &'t PageLayout, line: &Line, next: &Line) -> Option<Halves<'t>> {
    let text = line.span.of(&layout.text);
    let hyphen = text.chars().next_back().filter(|character| is_line_end_hyphen(*character))?;
    let last = layout.words.get(line.words.clone())?.last()?;
    let first = layout.words.get(next.words.clone())?.first()?;
    let left = last.span.of(&layout.text).trim_end_matches(is_line_end_hyphen);
    let left = left.trim_start_matches(|character: char| !character.is_alphanumeric());
    let right = first.span.of(&layout.text).trim_end_matches(|character: char| !character.is_alphanumeric());
    let ends_in_letter = left.chars().next_back().is_some_and(char::is_alphabetic);
    let begins_lower = right.chars().next().is_some_and(char::is_lowercase);
    let is_all_upper = |half: &str| half.chars().all(char::is_uppercase) && half.chars().nth(1).is_some();
    let is_upper = !begins_lower && is_all_upper(left) && is_all_upper(right);
    let is_upright = line.direction == next.direction;
    let is_soft = hyphen == '\u{00AD}';
    (ends_in_letter && (begins_lower || is_upper) && is_upright).then_some(Halves { left, right, is_soft, is_upper })
}

/// Which of the forms a word could be by its ends and its length: most words are none of them, and need not be looked
/// up.
struct Sketch {
    bits: [u64; Sketch::BITS / 64],
}

impl Sketch {
    const BITS: usize = 4_096;

    fn of<'f>(forms: impl Iterator<Item = &'f String>) -> Sketch {
        let mut sketch = Sketch { bits: [0; Sketch::BITS / 64] };
        for form in forms {
            let bit = Sketch::bit(form);
            sketch.bits[bit / 64] |= 1 << (bit % 64);
        }
        sketch
    }

    /// `false` only if the word in lower case is surely no form.
    fn may_have(&self, word: &str) -> bool {
        // Lower case may change the bytes of other letters.
        let bit = Sketch::bit(word);
        !word.is_ascii() || self.bits[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn bit(word: &str) -> usize {
        let bytes = word.as_bytes();
        let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte.to_ascii_lowercase()));
        (end(bytes.first()) * 31 + end(bytes.last()) * 7 + bytes.len()) % Sketch::BITS
    }
}

/// Marks the forms that stand whole within a line. What stands beside a line-end hyphen may be half a word.
fn mark_seen(layout: &PageLayout, seen: &mut HashMap<String, bool>, sketch: &Sketch, lower: &mut String) {
    let mut is_after_hyphen = false;
    for line in &layout.lines {
        let Some(words) = layout.words.get(line.words.clone()) else { continue };
        for word in words {
            let printed = word.span.of(&layout.text);
            let was_after_hyphen = std::mem::replace(&mut is_after_hyphen, printed.ends_with(is_line_end_hyphen));
            if was_after_hyphen || is_after_hyphen {
                continue;
            }
            let bare = printed.trim_matches(|character: char| !character.is_alphanumeric());
            if !sketch.may_have(bare) {
                continue;
            }
            lower.clear();
            if bare.is_ascii() {
                lower.push_str(bare);
                lower.make_ascii_lowercase();
            } else {
                lower.extend(bare.chars().flat_map(char::to_lowercase));
            }
            if let Some(found) = seen.get_mut(lower.as_str()) {
                *found = true;
            }
        }
    }
}
