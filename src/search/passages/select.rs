//! Matches on a line → the best passages: pieces of sentences around them, scored, chosen for coverage.
//!
//! Score as in Lucene's UnifiedHighlighter: a passage is a small document, a clause weighs by its rarity on the page,
//! passages near the start of the page count a little more.

use super::flow::Flow;
use super::occurrence::Occurrence;
use super::{Match, sentence};
use crate::report::Span;
use crate::search::Passage;
use std::ops::Range;

/// Shortest passage aimed at, in characters.
const MIN_CHARACTERS: usize = 80;
/// Longest passage aimed at, in characters; only a longer match makes it longer.
const MAX_CHARACTERS: usize = 240;
/// Bytes of the page that hold its first sentences.
const OPENING_BYTES: usize = 4_000;

/// Lucene's term frequency saturation.
const K1: f32 = 1.2;
/// Lucene's length normalisation.
const B: f32 = 0.75;
/// Lucene's pivot: the usual length of a passage.
const PIVOT: f32 = 87.0;

/// A piece of the line that may be shown.
#[derive(Debug)]
struct Candidate {
    /// Its bytes in the line.
    range: Range<usize>,
    /// The matches within it.
    matches: Range<usize>,
    /// How good it is by itself.
    score: f32,
    /// Clauses that match in it.
    clauses: Vec<usize>,
}

/// The best passages, in order of the text. There is at least one match.
pub(super) fn passages(
    flow: &Flow,
    matches: &[Match],
    occurrences: &[Occurrence],
    counts: &[u32],
    limit: usize,
) -> Vec<Passage> {
    let marks: Vec<Range<usize>> =
        matches.iter().map(|found| flow.start_of(found.span.start)..flow.end_of(found.span.end)).collect();
    let mut candidates = candidates(&flow.text, &marks);
    for candidate in &mut candidates {
        rate(candidate, &flow.text, matches, occurrences, counts);
    }
    let mut chosen = choose(candidates, counts.len(), limit);
    chosen.sort_by_key(|candidate| candidate.range.start);
    chosen
        .iter()
        .map(|candidate| shown(&flow.text, candidate.range.clone(), &marks[candidate.matches.clone()]))
        .collect()
}

/// The first sentences of a page, unmarked; `None` if it has no text.
pub(super) fn opening(text: &str, skip: &[Span]) -> Option<Passage> {
    let furniture = skip.first().filter(|span| span.start < 200).map_or(0, |span| span.end as usize);
    let head = text.get(..text.floor_char_boundary(furniture.saturating_add(OPENING_BYTES)))?;
    let line = Flow::new(head, skip).text;
    let mut stop = 0;
    while stop < line.len() && count(&line[..stop]) < MIN_CHARACTERS {
        let begin = stop + (line[stop..].len() - line[stop..].trim_start().len());
        let first = line[begin..].chars().next().map_or(0, char::len_utf8);
        stop = sentence::end(&line, begin + first).max(begin + first);
    }
    if count(&line[..stop]) > MAX_CHARACTERS {
        stop = word_end(&line, forward(&line, 0, MAX_CHARACTERS), 0);
    }
    (stop > 0).then(|| shown(&line, 0..stop, &[]))
}

/// Pieces of the line that hold all matches, in order, not overlapping.
fn candidates(line: &str, marks: &[Range<usize>]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut floor = 0;
    let mut index = 0;
    while let Some(mark) = marks.get(index) {
        if mark.is_empty() {
            index += 1;
            continue;
        }
        let start = sentence::start(line, mark.start.max(floor), floor);
        let end = sentence::end(line, mark.end);
        let mut range = if count(&line[start..end]) > MAX_CHARACTERS {
            window(line, start..end, &marks[index..])
        } else {
            lengthen(line, start..end, floor)
        };
        let first = index;
        // Every match that has begun belongs to it whole.
        while let Some(mark) = marks.get(index).filter(|mark| mark.start < range.end) {
            range.end = range.end.max(mark.end);
            index += 1;
        }
        floor = range.end;
        candidates.push(Candidate { range, matches: first..index, score: 0.0, clauses: Vec::new() });
    }
    candidates
}

/// The part of a long sentence around the first of `marks` and those that fit beside it.
fn window(line: &str, sentence: Range<usize>, marks: &[Range<usize>]) -> Range<usize> {
    let Some(first) = marks.first() else { return sentence };
    let group = marks
        .iter()
        .take_while(|mark| {
            mark.end <= sentence.end && count_within(line, first.start..mark.end, MAX_CHARACTERS * 2 / 3)
        })
        .last()
        .map_or(first.clone(), |last| first.start..last.end);
    // One character each for the ellipses.
    let spare = (MAX_CHARACTERS - 2).saturating_sub(count(&line[group.clone()]));
    let mut start = backward(line, group.start, spare / 2).max(sentence.start);
    let before = count(&line[start..group.start]);
    let end = forward(line, group.end, spare - before).min(sentence.end);
    let after = count(&line[group.end..end]);
    start = backward(line, group.start, spare - after).max(sentence.start);
    let mut end = word_end(line, end, group.end).min(sentence.end);
    // A match cut by the end is left to the next passage.
    if let Some(cut) = marks.iter().find(|mark| mark.start >= group.end && mark.start < end && mark.end > end) {
        end = group.end + line[group.end..cut.start].trim_end().len();
    }
    word_start(line, start, sentence.start, group.start)..end
}

/// A short sentence with its neighbours in the same block, as far as they fit.
fn lengthen(line: &str, sentence: Range<usize>, floor: usize) -> Range<usize> {
    let Range { mut start, mut end } = sentence;
    while count(&line[start..end]) < MIN_CHARACTERS && line[end..].starts_with(' ') {
        let first = line[end + 1..].chars().next().map_or(0, char::len_utf8);
        let next = sentence::end(line, end + 1 + first);
        if first == 0 || count(&line[start..next]) > MAX_CHARACTERS {
            break;
        }
        end = next;
    }
    while count(&line[start..end]) < MIN_CHARACTERS && line[floor..start].ends_with(' ') {
        let previous = sentence::start(line, start - 1, floor);
        if previous >= start - 1 || count(&line[previous..end]) > MAX_CHARACTERS {
            break;
        }
        start = previous;
    }
    start..end
}

/// Rates a candidate by its matches.
fn rate(candidate: &mut Candidate, line: &str, matches: &[Match], occurrences: &[Occurrence], counts: &[u32]) {
    let mut frequencies = vec![0.0f32; counts.len()];
    for found in &matches[candidate.matches.clone()] {
        for occurrence in &occurrences[found.occurrences.clone()] {
            frequencies[occurrence.clause] += occurrence.weight.clamp(0.0, 1.0);
        }
    }
    let length = candidate.range.len() as f32;
    let documents = 1.0 + line.len() as f32 / PIVOT;
    let mut score = 0.0;
    for (clause, (&frequency, &count)) in frequencies.iter().zip(counts).enumerate() {
        if frequency > 0.0 {
            candidate.clauses.push(clause);
            let count = count as f32;
            let rarity = (1.0 + (documents + 0.5) / (count + 0.5)).ln() * (K1 + 1.0);
            score += rarity * frequency / (frequency + K1 * ((1.0 - B) + B * length / PIVOT));
        }
    }
    let nearness = 1.0 + 1.0 / (PIVOT + candidate.range.start as f32).ln();
    candidate.score = score * nearness;
}

/// The best candidates: first those that show clauses not shown yet, then by score, then by place.
fn choose(mut candidates: Vec<Candidate>, clauses: usize, limit: usize) -> Vec<Candidate> {
    let mut shown = vec![false; clauses];
    let mut chosen = Vec::new();
    while chosen.len() < limit {
        let fresh = |candidate: &Candidate| candidate.clauses.iter().filter(|&&clause| !shown[clause]).count();
        let best = candidates
            .iter()
            .enumerate()
            .max_by(|(left_index, left), (right_index, right)| {
                fresh(left)
                    .cmp(&fresh(right))
                    .then(left.score.total_cmp(&right.score))
                    .then(right_index.cmp(left_index))
            })
            .map(|(index, _)| index);
        let Some(best) = best else { break };
        let candidate = candidates.remove(best);
        for &clause in &candidate.clauses {
            shown[clause] = true;
        }
        chosen.push(candidate);
    }
    chosen
}

/// A piece of the line as shown, cut ends marked, with the matches in code points.
fn shown(line: &str, range: Range<usize>, marks: &[Range<usize>]) -> Passage {
    let piece = &line[range.clone()];
    let trimmed = piece.trim();
    let start = range.start + (piece.len() - piece.trim_start().len());
    let end = start + trimmed.len();
    let is_cut_before = sentence::start(line, start, 0) < start;
    let is_cut_after = sentence::end(line, end) > end;
    let mut text = String::with_capacity(trimmed.len() + 6);
    if is_cut_before {
        text.push('…');
    }
    text.extend(trimmed.chars().map(|character| if character == '\n' { ' ' } else { character }));
    if is_cut_after {
        text.push('…');
    }
    let mut ranges = Vec::with_capacity(marks.len());
    let (mut at, mut points) = (start, u32::from(is_cut_before));
    for mark in marks {
        let (from, to) = (mark.start.clamp(at, end), mark.end.clamp(at, end));
        if from < to {
            let first = points + code_points(&line[at..from]);
            let last = first + code_points(&line[from..to]);
            ranges.push([first, last]);
            (at, points) = (to, last);
        }
    }
    Passage { text, ranges }
}

/// Characters of a text.
fn count(text: &str) -> usize {
    text.chars().count()
}

/// [`count`] for the response.
fn code_points(text: &str) -> u32 {
    u32::try_from(count(text)).unwrap_or(u32::MAX)
}

/// Whether a range has at most `most` characters.
fn count_within(line: &str, range: Range<usize>, most: usize) -> bool {
    line.get(range).is_some_and(|text| text.chars().nth(most).is_none())
}

/// The byte `characters` before `at`.
fn backward(line: &str, at: usize, characters: usize) -> usize {
    match characters.checked_sub(1) {
        None => at,
        Some(nth) => line[..at].char_indices().rev().nth(nth).map_or(0, |(index, _)| index),
    }
}

/// The byte `characters` after `at`.
fn forward(line: &str, at: usize, characters: usize) -> usize {
    line[at..].char_indices().nth(characters).map_or(line.len(), |(index, _)| at + index)
}

/// The start of the first whole word from `at` on, before `limit`; `at` itself at the sentence's start, or if there
/// are no spaces.
fn word_start(line: &str, at: usize, sentence: usize, limit: usize) -> usize {
    if at <= sentence || line[..at].ends_with(char::is_whitespace) {
        return at;
    }
    line[at..limit].find(char::is_whitespace).map_or(at, |space| at + space + 1)
}

/// The end of the last whole word before `at`, after `limit`; `at` itself if there are no spaces.
fn word_end(line: &str, at: usize, limit: usize) -> usize {
    if line[at..].starts_with(char::is_whitespace) || at == line.len() {
        return at;
    }
    line[limit..at].rfind(char::is_whitespace).map_or(at, |space| limit + space)
}
