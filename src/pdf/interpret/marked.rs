//! Marked-content operators: artifacts, hidden layers, replacement text. ISO 32000-2 §14.6, §14.9.4.

use crate::layout::glyph::{Glyph, flags};
use crate::pdf::interpret::Interpreter;
use crate::pdf::lexer::{Operand, Operands, decode_name};
use crate::pdf::objects::as_dictionary;
use crate::pdf::structure::{ActualText, MarkedContent};
use crate::pdf::text_string::decode_text_string;
use lopdf::Dictionary;

/// Levels of marked content kept.
const MAX_MARKED_CONTENT: usize = 256;

impl<'d> Interpreter<'d> {
    pub(super) fn begin_marked_content(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
        if self.marked_content.len() >= MAX_MARKED_CONTENT {
            self.marked_content_beyond_limit += 1;
            return;
        }
        let outer = self.marked_content.last();
        let mut content = MarkedContent {
            is_artifact: outer.is_some_and(|outer| outer.is_artifact),
            is_hidden: outer.is_some_and(|outer| outer.is_hidden),
            actual_text: None,
        };
        let tag = operands.items().first();
        content.is_artifact |= matches!(tag, Some(Operand::Name(b"Artifact")));
        match operands.items() {
            // A property list by name (§14.6.2).
            [Operand::Name(tag), Operand::Name(list)] => {
                let objects = self.objects;
                let properties = resources
                    .and_then(|resources| objects.dictionary(resources, b"Properties"))
                    .and_then(|lists| lists.get(&decode_name(list)).ok());
                if let Some(properties) = properties {
                    if *tag == b"OC" {
                        content.is_hidden |= self.document_fonts.optional_content.is_hidden(objects, properties);
                    }
                    let actual_text = objects
                        .resolve(properties)
                        .and_then(as_dictionary)
                        .and_then(|dictionary| objects.string(dictionary, b"ActualText"));
                    content.actual_text = actual_text.map(|text| self.actual_text(text));
                }
            }
            items => {
                let at = items.iter().position(|item| matches!(item, Operand::Name(b"ActualText")));
                let value = at.and_then(|at| items.get(at + 1)).and_then(|value| operands.string(*value));
                content.actual_text = value.map(|text| self.actual_text(text));
            }
        }
        self.marked_content.push(content);
    }

    fn actual_text(&self, string: &[u8]) -> ActualText {
        ActualText {
            text: decode_text_string(string),
            glyphs_before: self.content.glyphs.glyphs.len(),
            unknown_before: self.content.unknown_codes,
        }
    }

    pub(super) fn end_marked_content(&mut self) {
        if self.marked_content_beyond_limit > 0 {
            self.marked_content_beyond_limit -= 1;
            return;
        }
        let Some(content) = self.marked_content.pop() else { return };
        if let Some(actual_text) = content.actual_text {
            self.replace_glyphs(&actual_text);
        }
    }

    /// Puts the characters of /ActualText in the place of the glyphs since it began (§14.9.4): on one line spread
    /// evenly over their extent, on several by words, as many on each as it had glyphs.
    fn replace_glyphs(&mut self, actual_text: &ActualText) {
        let first = actual_text.glyphs_before;
        let replaced = self.content.glyphs.glyphs.get(first..).unwrap_or_default();
        let characters: Vec<char> = actual_text
            .text
            .chars()
            .map(|character| if matches!(character, '\t' | '\n' | '\r') { ' ' } else { character })
            .filter(|character| !character.is_control())
            .collect();
        if characters.is_empty() || characters.len() > replaced.len().saturating_mul(8).max(64) {
            return;
        }
        let lines = lines_of(replaced);
        let glyph_count = replaced.len();
        let mut glyphs = Vec::with_capacity(characters.len());
        let mut rest = characters.as_slice();
        let mut glyphs_so_far = 0;
        for line in &lines {
            glyphs_so_far += line.count;
            let end = characters.len() * glyphs_so_far / glyph_count.max(1);
            let length = whole_words(rest, end.saturating_sub(characters.len() - rest.len()));
            let (own, others) = rest.split_at(length);
            line.spread(own, &mut glyphs);
            rest = others;
        }
        self.content.unknown_codes = actual_text.unknown_before;
        self.content.glyphs.glyphs.truncate(first);
        self.content.glyphs.glyphs.append(&mut glyphs);
    }
}

/// Glyphs one after another on a baseline.
struct Line {
    start: Glyph,
    end: Glyph,
    count: usize,
}

impl Line {
    fn holds(&self, glyph: &Glyph) -> bool {
        let start = &self.start;
        let (dx, dy) = (glyph.x - start.x, glyph.y - start.y);
        let across = (dx * -start.dy + dy * start.dx).abs() / start.dx.hypot(start.dy).max(f32::MIN_POSITIVE);
        across <= start.size * 0.5
    }

    /// The characters spread evenly over the line's extent.
    fn spread(&self, characters: &[char], glyphs: &mut Vec<Glyph>) {
        let (start, end) = (&self.start, &self.end);
        let count = characters.len().max(1) as f32;
        let step = ((end.x + end.dx - start.x) / count, (end.y + end.dy - start.y) / count);
        for (index, character) in characters.iter().enumerate() {
            let along = index as f32;
            glyphs.push(Glyph {
                text: u32::from(*character),
                x: start.x + step.0 * along,
                y: start.y + step.1 * along,
                dx: step.0,
                dy: step.1,
                flags: if index == 0 { start.flags } else { start.flags & !flags::RUN_START } & !flags::UNKNOWN,
                ..*start
            });
        }
    }
}

fn lines_of(glyphs: &[Glyph]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for glyph in glyphs {
        match lines.last_mut() {
            Some(line) if line.holds(glyph) => {
                line.end = *glyph;
                line.count += 1;
            }
            _ => lines.push(Line { start: *glyph, end: *glyph, count: 1 }),
        }
    }
    lines
}

/// The number of characters nearest to this one after which a word ends.
fn whole_words(characters: &[char], wanted: usize) -> usize {
    if wanted >= characters.len() {
        return characters.len();
    }
    let after = characters.iter().skip(wanted).position(|character| *character == ' ');
    let after = after.map_or(characters.len(), |distance| wanted + distance + 1);
    let before = characters.iter().take(wanted).rposition(|character| *character == ' ').map_or(0, |space| space + 1);
    if wanted - before < after - wanted { before } else { after }
}
