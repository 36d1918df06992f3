//! Text within the glyph procedures of Type 3 fonts. ISO 32000-2 §9.6.4.

use crate::pdf::font::{GlyphText, ShownCode};
use crate::pdf::interpret::Interpreter;
use crate::pdf::matrix::Matrix;
use lopdf::{Object, ObjectId};
use std::sync::Arc;

/// /FontMatrix where it is missing: thousandths, as in other fonts.
const USUAL_GLYPH_SPACE: [f32; 6] = [0.001, 0.0, 0.0, 0.001, 0.0, 0.0];

impl Interpreter<'_> {
    /// Draws the procedures of a string's codes whose text they show.
    pub(super) fn draw_procedures(&mut self, string: &[u8], font_index: usize) {
        let Some(page_font) = self.fonts.get(font_index) else { return };
        let Some(dictionary) = page_font.dictionary else { return };
        let font = Arc::clone(&page_font.font);
        let glyph_space = self.objects.numbers(dictionary, b"FontMatrix").unwrap_or(USUAL_GLYPH_SPACE);
        let glyph_space = Matrix::from_numbers(glyph_space);
        let resources = self.objects.dictionary(dictionary, b"Resources");
        let text = self.state.text;
        let mut places: Vec<(f32, ObjectId)> = Vec::new();
        let mut along = 0.0_f32;
        let mut codes = string.iter();
        font.decode(string, &mut |shown: ShownCode| {
            let procedure = codes.next().and_then(|code| font.procedure(*code));
            places.extend(procedure.filter(|_| shown.text == GlyphText::SHOWN_BY_PROCEDURE).map(|id| (along, id)));
            let word_spacing = if shown.is_word_space { text.word_spacing } else { 0.0 };
            along += shown.advance * text.size + text.character_spacing + word_spacing;
        });
        // A procedure that shows its own font is refused as a form that draws itself.
        let depth = self.open_forms.len() as u32;
        for (along, id) in places {
            let Some(Object::Stream(procedure)) = self.objects.document().objects.get(&id) else { continue };
            let scaled = [text.size * text.scale, 0.0, 0.0, text.size, along * text.scale, text.rise];
            let placement = glyph_space.then(&Matrix::from_numbers(scaled)).then(&self.text_matrix);
            self.draw_form(Some(id), procedure, resources, depth, placement);
        }
    }
}
