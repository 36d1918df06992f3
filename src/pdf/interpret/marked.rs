//! Marked-content operators: artifacts, hidden layers, replacement text. ISO 32000-2 §14.6, §14.9.4.

use crate::layout::glyph::{Glyph, flags};
use crate::pdf::interpret::Interpreter;
use crate::pdf::lexer::{Operand, Operands, decode_name};
use crate::pdf::objects::as_dictionary;
use crate::pdf::structure::MarkedContent;
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

    pub(super) fn actual_text(&self, string: &[u8]) -> (String, usize) {
        (decode_text_string(string), self.content.glyphs.glyphs.len())
    }

    pub(super) fn end_marked_content(&mut self) {
        if self.marked_content_beyond_limit > 0 {
            self.marked_content_beyond_limit -= 1;
            return;
        }
        let Some(content) = self.marked_content.pop() else { return };
        if let Some((text, first)) = content.actual_text {
            self.replace_glyphs(first, &text);
        }
    }

    /// Puts the characters of /ActualText in the place of the glyphs from `first` on (§14.9.4), spread evenly over
    /// their extent. Glyphs over several lines keep their own text: the replacement has no place for its line ends.
    pub(super) fn replace_glyphs(&mut self, first: usize, text: &str) {
        let page = &mut self.content.glyphs;
        let replaced = page.glyphs.get(first..).unwrap_or_default();
        let (Some(start), Some(end)) = (replaced.first().copied(), replaced.last().copied()) else { return };
        let characters: Vec<char> = text.chars().filter(|character| !character.is_control()).collect();
        let is_one_line = replaced.iter().all(|glyph| {
            let (dx, dy) = (glyph.x - start.x, glyph.y - start.y);
            let across = (dx * -start.dy + dy * start.dx).abs() / start.dx.hypot(start.dy).max(f32::MIN_POSITIVE);
            across <= start.size * 0.5
        });
        if characters.is_empty() || !is_one_line || characters.len() > replaced.len().saturating_mul(8).max(64) {
            return;
        }
        let unknown = replaced.iter().filter(|glyph| glyph.flags & flags::UNKNOWN != 0).count();
        self.content.unknown_codes = self.content.unknown_codes.saturating_sub(unknown as u32);
        let count = characters.len() as f32;
        let step = ((end.x + end.dx - start.x) / count, (end.y + end.dy - start.y) / count);
        page.glyphs.truncate(first);
        for (index, character) in characters.into_iter().enumerate() {
            let along = index as f32;
            page.glyphs.push(Glyph {
                text: u32::from(character),
                x: start.x + step.0 * along,
                y: start.y + step.1 * along,
                dx: step.0,
                dy: step.1,
                flags: if index == 0 { start.flags } else { start.flags & !flags::RUN_START } & !flags::UNKNOWN,
                ..start
            });
        }
    }
}
