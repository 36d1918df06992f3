//! The spans and boxes of a page's words ↔ bytes.
//!
//! Words are coded against what the text says of them: their spans are derived from it, a line's words share its upper
//! edge and height, and a word's width is predicted from its letters, so that only small residuals are stored.

use super::advances::{WidthModel, advance};
use super::varint::{self, Numbers};
use crate::report::{Quad, Span, WordBox};

/// Steps across a page's width: left and right edges are stored to half a step.
const STEPS_ACROSS: f32 = 1024.0;
/// Steps down a page: upper and lower edges are stored to one step, so that a line's words can share them and lines
/// of one kind look alike.
const STEPS_DOWN: f32 = 2048.0;

/// The coded boxes of a page, like values beside like, which compresses better than word after word.
#[derive(Debug, Default, Clone)]
pub(super) struct Columns {
    /// How spans are found; explicit ones follow.
    pub spans: Vec<u8>,
    /// For each line: its number of words, less that of the text's line.
    pub counts: Vec<u8>,
    /// For each line: the changes of leading, height and left edge from the line before.
    pub lines: Vec<u8>,
    /// For each word but a line's first: the gap before it, as a change from the gap before that.
    pub gaps: Vec<u8>,
    /// For each word: its width less the predicted one.
    pub widths: Vec<u8>,
}

/// How the spans of a page's words are found.
const SPANS_DERIVED: u32 = 0;
/// The spans are stored, as they are not what [`word_spans`] gives.
const SPANS_EXPLICIT: u32 = 1;

/// The spans that a page's words have by the rule of [`WordBox::span`]: the longest runs of characters that are
/// neither white space (Unicode `White_Space`) nor U+00AD.
pub(super) fn word_spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::with_capacity(text.len() / 6);
    let mut start = None;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        // Most of a text is ASCII, which need not be decoded.
        let (parts, length) = match byte {
            b'\t'..=b'\r' | b' ' => (true, 1),
            0..0x80 => (false, 1),
            _ => match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(character) => (character.is_whitespace() || character == '\u{ad}', character.len_utf8()),
                None => (true, 1),
            },
        };
        if !parts {
            start = start.or(Some(at as u32));
        } else if let Some(start) = start.take() {
            spans.push(Span { start, end: at as u32 });
        }
        at += length;
    }
    if let Some(start) = start {
        spans.push(Span { start, end: text.len() as u32 });
    }
    spans
}

/// Appends rising spans: how many, then for each the distance from the one before and its length. Spans that do not
/// rise or do not fit `text` are left out.
pub(super) fn put_spans(out: &mut Vec<u8>, text: &str, spans: impl Iterator<Item = Span>) {
    let mut end = 0;
    let fitting: Vec<Span> = spans
        .filter(|span| {
            let fits = fits(text, end, *span);
            if fits {
                end = span.end;
            }
            fits
        })
        .collect();
    varint::put(out, fitting.len() as u32);
    let mut end = 0;
    for span in fitting {
        varint::put(out, span.start - end);
        varint::put(out, span.end - span.start);
        end = span.end;
    }
}

/// Reads what [`put_spans`] wrote; `None` if it does not fit `text`.
pub(super) fn take_spans(numbers: &mut Numbers<'_>, text: &str) -> Option<Vec<Span>> {
    let count = numbers.next_length()?;
    // Each span takes two bytes at least, which bounds what a damaged count can ask for.
    if count > numbers.rest().len() / 2 {
        return None;
    }
    let mut end = 0u32;
    (0..count)
        .map(|_| {
            let start = end.checked_add(numbers.next()?)?;
            let span = Span { start, end: start.checked_add(numbers.next()?)? };
            fits(text, end, span).then(|| {
                end = span.end;
                span
            })
        })
        .collect()
}

/// Reads the spans of a page's words, which come first; `None` if they do not fit `text`.
pub(super) fn take_word_spans(numbers: &mut Numbers<'_>, text: &str) -> Option<Vec<Span>> {
    match numbers.next()? {
        SPANS_DERIVED => Some(word_spans(text)),
        SPANS_EXPLICIT => take_spans(numbers, text),
        _ => None,
    }
}

/// Passes over the spans of a page's words; `None` if they do not fit `text`.
pub(super) fn skip_word_spans(numbers: &mut Numbers<'_>, text: &str) -> Option<()> {
    match numbers.next()? {
        SPANS_DERIVED => Some(()),
        SPANS_EXPLICIT => take_spans(numbers, text).map(drop),
        _ => None,
    }
}

/// Whether a span is a non-empty piece of `text` that starts at or after `after`.
fn fits(text: &str, after: u32, span: Span) -> bool {
    span.start >= after && span.start < span.end && text.get(span.start as usize..span.end as usize).is_some()
}

/// Codes the words of a page. Words whose spans do not rise within `text` are left out.
pub(super) fn encode(text: &str, words: &[WordBox]) -> Columns {
    let mut columns = Columns::default();
    let derived = word_spans(text);
    if words.len() == derived.len() && words.iter().zip(&derived).all(|(word, span)| word.span == *span) {
        varint::put(&mut columns.spans, SPANS_DERIVED);
        put_boxes(text, words, &mut columns);
        return columns;
    }
    let mut end = 0;
    let fitting: Vec<WordBox> = words
        .iter()
        .filter(|word| {
            let fits = fits(text, end, word.span);
            if fits {
                end = word.span.end;
            }
            fits
        })
        .copied()
        .collect();
    varint::put(&mut columns.spans, SPANS_EXPLICIT);
    put_spans(&mut columns.spans, text, fitting.iter().map(|word| word.span));
    put_boxes(text, &fitting, &mut columns);
    columns
}

/// What the coder knows of the lines so far; edges in steps.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    top: i32,
    height: i32,
    left: i32,
    /// How far it stands below the line before.
    leading: i32,
}

impl Line {
    /// The line that a word opens, as like the line before as the tolerance allows.
    fn of(quad: &Quad, previous: &Line) -> Line {
        let leading = nearest_down(quad.y0, previous.top, previous.leading);
        let top = previous.top + leading;
        let height = nearest_down(quad.y1, top, previous.height);
        Line { top, height, left: to_steps(quad.x0, STEPS_ACROSS), leading }
    }

    /// Whether the line's edges are those of the word within the tolerance.
    fn holds(&self, quad: &Quad) -> bool {
        is_near(self.top, quad.y0) && is_near(self.top + self.height, quad.y1)
    }
}

/// Whether an upper or lower edge is stored well enough by these steps.
fn is_near(steps: i32, edge: f32) -> bool {
    (steps as f32 - edge.clamp(0.0, 1.0) * STEPS_DOWN).abs() <= 1.0
}

/// The distance from `base` to an edge: the expected one if that is near enough, else the nearest.
fn nearest_down(edge: f32, base: i32, expected: i32) -> i32 {
    if is_near(base + expected, edge) { expected } else { to_steps(edge, STEPS_DOWN) - base }
}

/// How many of the first words stand on one line of the text.
fn words_on_line(text: &str, spans: impl Iterator<Item = Span>) -> i32 {
    let mut end: Option<u32> = None;
    let mut count = 0;
    for span in spans {
        let between = end.and_then(|end| text.as_bytes().get(end as usize..span.start as usize));
        if between.is_some_and(|between| between.contains(&b'\n')) {
            break;
        }
        count += 1;
        end = Some(span.end);
    }
    count
}

/// Codes the boxes line by line.
fn put_boxes(text: &str, words: &[WordBox], columns: &mut Columns) {
    let mut widths = WidthModel::default();
    let mut previous = Line::default();
    let mut gap = 0;
    let mut rest = words;
    while let Some(first) = rest.first() {
        let line = Line::of(&first.quad, &previous);
        let count = rest.iter().take_while(|word| line.holds(&word.quad)).count().max(1);
        let expected = words_on_line(text, rest.iter().map(|word| word.span));
        let (here, after) = rest.split_at(count.min(expected as usize));
        varint::put_signed(&mut columns.counts, here.len() as i32 - expected);
        varint::put_signed(&mut columns.lines, line.leading - previous.leading);
        varint::put_signed(&mut columns.lines, line.height - previous.height);
        varint::put_signed(&mut columns.lines, line.left - previous.left);
        let mut right = line.left;
        for (index, word) in here.iter().enumerate() {
            let left = to_steps(word.quad.x0, STEPS_ACROSS);
            if index > 0 {
                varint::put_signed(&mut columns.gaps, left - right - gap);
                gap = left - right;
            }
            right = to_steps(word.quad.x1, STEPS_ACROSS);
            let advance = advance(word.span.of(text));
            let width = right - left;
            varint::put_signed(&mut columns.widths, width - widths.predict(line.height, advance));
            widths.learn(line.height, advance, width);
        }
        previous = line;
        rest = after;
    }
}

/// The coded columns of a page after its spans.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnBytes<'b> {
    /// See [`Columns::counts`].
    pub counts: &'b [u8],
    /// See [`Columns::lines`].
    pub lines: &'b [u8],
    /// See [`Columns::gaps`].
    pub gaps: &'b [u8],
    /// See [`Columns::widths`].
    pub widths: &'b [u8],
}

/// Reads the words of a page; `None` if the columns do not fit `text`.
///
/// What follows the words' spans in `spans` is left to the caller.
pub(super) fn decode(text: &str, spans: &mut Numbers<'_>, columns: ColumnBytes<'_>) -> Option<Vec<WordBox>> {
    let spans = take_word_spans(spans, text)?;
    decode_boxes(text, &spans, columns)
}

/// Reads the words of a page as far as the line that byte `end` of the text stands on, at least; `None` if the columns
/// do not fit `text`.
pub(super) fn decode_until(
    text: &str,
    spans: &mut Numbers<'_>,
    columns: ColumnBytes<'_>,
    end: u32,
) -> Option<Vec<WordBox>> {
    let spans = match spans.next()? {
        SPANS_DERIVED => {
            let rest = text.as_bytes().get(end as usize..).unwrap_or_default();
            let line_end = rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| end as usize + at);
            word_spans(text.get(..line_end)?)
        }
        // Such a word may run over the end of a line.
        SPANS_EXPLICIT => take_spans(spans, text)?,
        _ => return None,
    };
    decode_boxes(text, &spans, columns)
}

/// Reads the boxes of the first words of a page, whose lines must be whole.
fn decode_boxes(text: &str, spans: &[Span], columns: ColumnBytes<'_>) -> Option<Vec<WordBox>> {
    let (mut counts, mut lines) = (Numbers::new(columns.counts), Numbers::new(columns.lines));
    let (mut gaps, mut widths) = (Numbers::new(columns.gaps), Numbers::new(columns.widths));
    let mut words = Vec::with_capacity(spans.len());
    let mut model = WidthModel::default();
    let mut line = Line::default();
    let mut gap = 0i32;
    let mut rest = spans;
    while !rest.is_empty() {
        let (here, after) = line_and_rest(text, rest, &mut counts)?;
        line.leading = line.leading.wrapping_add(lines.next_signed()?);
        line.top = line.top.wrapping_add(line.leading);
        line.height = line.height.wrapping_add(lines.next_signed()?);
        line.left = line.left.wrapping_add(lines.next_signed()?);
        let mut right = line.left;
        for (index, span) in here.iter().enumerate() {
            if index > 0 {
                gap = gap.wrapping_add(gaps.next_signed()?);
                right = right.wrapping_add(gap);
            }
            let left = right;
            let advance = advance(span.of(text));
            let width = model.predict(line.height, advance).wrapping_add(widths.next_signed()?);
            model.learn(line.height, advance, width);
            right = left.wrapping_add(width);
            words.push(WordBox { span: *span, quad: quad(left, right, line) });
        }
        rest = after;
    }
    Some(words)
}

/// Whether [`decode`] would read these columns to their ends; a fraction of its work. Gives what stands after the
/// words' spans to the caller likewise.
pub(super) fn can_decode(text: &str, spans: &mut Numbers<'_>, columns: ColumnBytes<'_>) -> Option<()> {
    let spans = take_word_spans(spans, text)?;
    let mut counts = Numbers::new(columns.counts);
    let mut lines = 0;
    let mut rest = spans.as_slice();
    while !rest.is_empty() {
        rest = line_and_rest(text, rest, &mut counts)?.1;
        lines += 1;
    }
    let holds = |column, numbers| Numbers::new(column).count() == Some(numbers);
    let is_whole = counts.rest().is_empty()
        && holds(columns.lines, 3 * lines)
        && holds(columns.gaps, spans.len() - lines)
        && holds(columns.widths, spans.len());
    is_whole.then_some(())
}

/// The spans of the next line's words, and those after it.
fn line_and_rest<'s>(text: &str, rest: &'s [Span], counts: &mut Numbers<'_>) -> Option<(&'s [Span], &'s [Span])> {
    let count = words_on_line(text, rest.iter().copied()).checked_add(counts.next_signed()?)?;
    rest.split_at_checked(usize::try_from(count).ok().filter(|count| *count > 0)?)
}

/// The box in fractions of the page.
fn quad(left: i32, right: i32, line: Line) -> Quad {
    Quad {
        x0: to_fraction(left, STEPS_ACROSS),
        y0: to_fraction(line.top, STEPS_DOWN),
        x1: to_fraction(right, STEPS_ACROSS),
        y1: to_fraction(line.top.wrapping_add(line.height), STEPS_DOWN),
    }
}

/// The nearest step; what is not a number stands at 0.
fn to_steps(edge: f32, steps: f32) -> i32 {
    // `as` turns NaN into 0.
    (edge.clamp(0.0, 1.0) * steps).round() as i32
}

/// Steps as a fraction of the page.
fn to_fraction(at: i32, steps: f32) -> f32 {
    at.clamp(0, steps as i32) as f32 / steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// No stored edge is off by more than this fraction of the page.
    const TOLERANCE: f32 = 1.0 / 2048.0;

    fn decoded(text: &str, columns: &Columns) -> Option<Vec<WordBox>> {
        let Columns { spans, counts, lines, gaps, widths } = columns;
        decode(text, &mut Numbers::new(spans), ColumnBytes { counts, lines, gaps, widths })
    }

    fn decoded_until(text: &str, columns: &Columns, end: u32) -> Option<Vec<WordBox>> {
        let Columns { spans, counts, lines, gaps, widths } = columns;
        decode_until(text, &mut Numbers::new(spans), ColumnBytes { counts, lines, gaps, widths }, end)
    }

    fn is_said_to_decode(text: &str, columns: &Columns) -> bool {
        let Columns { spans, counts, lines, gaps, widths } = columns;
        can_decode(text, &mut Numbers::new(spans), ColumnBytes { counts, lines, gaps, widths }).is_some()
    }

    fn pieces(text: &str) -> Vec<&str> {
        word_spans(text).iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn spans_end_at_white_space_and_soft_hyphens() {
        for (text, expected) in [
            ("", vec![]),
            (" \n\n", vec![]),
            ("One two\nthree\n\n", vec!["One", "two", "three"]),
            ("evalu\u{ad}ation\nof e-\nmail", vec!["evalu", "ation", "of", "e-", "mail"]),
            ("é\u{a0}日本\u{3000}語", vec!["é", "日本", "語"]),
        ] {
            assert_eq!(pieces(text), expected, "{text:?}");
        }
    }

    #[test]
    fn spans_that_do_not_follow_the_rule_are_kept() {
        let text = "half-width and";
        let quad = Quad { x0: 0.1, y0: 0.2, x1: 0.3, y1: 0.25 };
        let words =
            vec![WordBox { span: Span { start: 0, end: 5 }, quad }, WordBox { span: Span { start: 5, end: 10 }, quad }];
        let columns = encode(text, &words);
        let read = decoded(text, &columns).expect("sound");
        assert_eq!(read.iter().map(|word| word.span).collect::<Vec<_>>(), vec![words[0].span, words[1].span]);
    }

    #[test]
    fn words_outside_the_text_are_left_out() {
        let quad = Quad::default();
        let words = [
            WordBox { span: Span { start: 2, end: 3 }, quad },
            WordBox { span: Span { start: 0, end: 1 }, quad },
            WordBox { span: Span { start: 3, end: 90 }, quad },
        ];
        let read = decoded("abcdef", &encode("abcdef", &words)).expect("sound");
        assert_eq!(read.len(), 1);
    }

    #[test]
    fn set_text_takes_few_bytes_a_word() {
        let text =
            "The evaluation found that most of the targets were met in the first year of the programme\n".repeat(30);
        let words: Vec<WordBox> = word_spans(&text)
            .into_iter()
            .enumerate()
            .map(|(index, span)| {
                let (line, column) = (index / 17, index % 17);
                let x0 = 0.1 + column as f32 * 0.05;
                let y0 = 0.05 + line as f32 * 0.03;
                let x1 = x0 + advance(span.of(&text)) as f32 * 0.000_01;
                WordBox { span, quad: Quad { x0, y0, x1, y1: y0 + 0.015 } }
            })
            .collect();
        let columns = encode(&text, &words);
        let length = columns.spans.len()
            + columns.counts.len()
            + columns.lines.len()
            + columns.gaps.len()
            + columns.widths.len();
        assert!(length < words.len() * 5 / 2, "{length} bytes for {} words before zstd", words.len());
    }

    prop_compose! {
        // Whole numbers, as proptest's own ranges of f32 now and then fail an assertion of theirs.
        fn any_quad()(x0 in -100_000i32..1_100_000, y0 in 0i32..1_000_000, width in -10_000i32..300_000, height in 0i32..100_000) -> Quad {
            let edge = |millionths: i32| millionths as f32 / 1e6;
            Quad { x0: edge(x0), y0: edge(y0), x1: edge(x0 + width), y1: edge(y0 + height) }
        }
    }

    proptest! {
        #[test]
        fn boxes_survive_within_the_tolerance(
            text in "(\\PC|[ \n\u{ad}]){0,200}",
            quads in prop::collection::vec(any_quad(), 200),
            end in any::<prop::sample::Index>(),
        ) {
            let words: Vec<WordBox> =
                word_spans(&text).into_iter().zip(quads).map(|(span, quad)| WordBox { span, quad }).collect();
            let columns = encode(&text, &words);
            prop_assert!(is_said_to_decode(&text, &columns));
            let read = decoded(&text, &columns).expect("sound");
            prop_assert_eq!(read.len(), words.len());
            let end = end.index(text.len() + 1) as u32;
            let first = decoded_until(&text, &columns, end).expect("sound");
            prop_assert!(first.len() >= read.partition_point(|word| word.span.start < end));
            prop_assert_eq!(&first[..], &read[..first.len()]);
            for (read, word) in read.iter().zip(&words) {
                prop_assert_eq!(read.span, word.span);
                let edges = |quad: Quad| [quad.x0, quad.y0, quad.x1, quad.y1];
                for (read, edge) in edges(read.quad).into_iter().zip(edges(word.quad)) {
                    prop_assert!((read - edge.clamp(0.0, 1.0)).abs() <= 1.001 * TOLERANCE, "{} for {}", read, edge);
                }
            }
        }

        #[test]
        fn what_is_said_to_decode_does(
            text in "([a-z]{1,9}[ \n]){1,40}",
            quads in prop::collection::vec(any_quad(), 40),
            column in 0usize..5,
            at in any::<prop::sample::Index>(),
            byte in any::<Option<u8>>(),
        ) {
            let words: Vec<WordBox> =
                word_spans(&text).into_iter().zip(quads).map(|(span, quad)| WordBox { span, quad }).collect();
            let mut columns = encode(&text, &words);
            let Columns { spans, counts, lines, gaps, widths } = &mut columns;
            let column = [spans, counts, lines, gaps, widths].into_iter().nth(column).expect("five");
            if !column.is_empty() {
                let at = at.index(column.len());
                match byte {
                    Some(byte) => column[at] = byte,
                    None => drop(column.remove(at)),
                }
            }
            if is_said_to_decode(&text, &columns) {
                prop_assert!(decoded(&text, &columns).is_some());
            }
        }

        #[test]
        fn noise_is_refused_or_read_but_never_panics(
            text in "\\PC{0,60}",
            columns in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 5),
        ) {
            let _ = {
                let [spans, counts, lines, gaps, widths] = [0, 1, 2, 3, 4].map(|column: usize| columns[column].as_slice());
                decode(&text, &mut Numbers::new(spans), ColumnBytes { counts, lines, gaps, widths })
            };
        }
    }
}
