//! Text state, fonts and text-showing operators → glyphs on the displayed page. ISO 32000-2 §9.3, §9.4.

use crate::layout::glyph::{FontFace, Glyph, PageGlyphs, STRING_BASE, flags};
use crate::pdf::font::{Font, GlyphText, ShownCode};
use crate::pdf::interpret::{Interpreter, PageFont, TextState, set};
use crate::pdf::lexer::{Operand, Operands, decode_name};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::as_dictionary;
use lopdf::{Dictionary, Object, dictionary};
use std::collections::HashMap;
use std::sync::Arc;

impl<'d> Interpreter<'d> {
    pub(super) fn move_line(&mut self, offset: Option<[f32; 2]>) {
        if let Some([x, y]) = offset {
            self.text_line_matrix = Matrix::translation(x, y).then(&self.text_line_matrix);
            self.text_matrix = self.text_line_matrix;
        }
    }

    pub(super) fn next_line(&mut self) {
        self.move_line(Some([0.0, -self.state.text.leading]));
    }

    pub(super) fn select_font(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
        set(&mut self.state.text.size, operands.number());
        let Some(name) = operands.name() else { return };
        let address = resources.map_or(0, |dictionary| std::ptr::from_ref(dictionary) as usize);
        let key = (address, name.to_vec());
        let known = self.fonts_by_name.get(&key).copied();
        self.state.text.font = known.unwrap_or_else(|| {
            let objects = self.objects;
            let fonts = resources.and_then(|resources| objects.dictionary(resources, b"Font"));
            let found = match fonts.filter(|fonts| !fonts.is_empty()) {
                // An unknown name among fonts is damage: what it shows would be noise.
                Some(fonts) => fonts.get(&decode_name(name)).ok().and_then(|object| self.page_font(object)),
                None => self.stand_in_font(),
            };
            self.fonts_by_name.insert(key, found);
            found
        });
    }

    /// Makes a font ready for this page.
    pub(super) fn page_font(&mut self, object: &'d Object) -> Option<usize> {
        let (id, resolved) = self.objects.resolve_with_id(object)?;
        let font = self.document_fonts.font(self.objects, id, as_dictionary(resolved)?);
        self.add_font(font)
    }

    /// What readers show text in where the resources have no font at all: Helvetica with the usual codes.
    fn stand_in_font(&mut self) -> Option<usize> {
        let font = dictionary! {
            "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        };
        self.add_font(Arc::new(Font::load(self.objects, &font)))
    }

    fn add_font(&mut self, font: Arc<Font>) -> Option<usize> {
        let face = u16::try_from(self.content.glyphs.fonts.len()).ok()?;
        self.content.glyphs.fonts.push(FontFace {
            ascent: font.ascent,
            descent: font.descent,
            is_bold: font.is_bold,
            is_italic: font.is_italic,
        });
        self.fonts.push(PageFont { font, face, strings: HashMap::new() });
        Some(self.fonts.len() - 1)
    }

    pub(super) fn extended_state(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
        let objects = self.objects;
        let font = operands
            .name()
            .zip(resources)
            .and_then(|(name, resources)| {
                objects.dictionary(objects.dictionary(resources, b"ExtGState")?, &decode_name(name))
            })
            .and_then(|state| objects.array(state, b"Font"));
        if let Some([font, size]) = font {
            set(&mut self.state.text.size, objects.as_number(size));
            self.state.text.font = self.page_font(font);
        }
    }

    pub(super) fn show_last_string(&mut self, operands: &Operands<'_>) {
        let Some(last) = operands.items().last() else { return };
        if let Some(string) = operands.string(*last) {
            self.show(string, true);
        }
    }

    pub(super) fn show_array(&mut self, operands: &Operands<'_>) {
        let mut is_run_start = true;
        for item in operands.items() {
            match item {
                Operand::Number(adjustment) => self.adjust(*adjustment),
                other => {
                    if let Some(string) = operands.string(*other) {
                        self.show(string, is_run_start);
                        is_run_start = false;
                    }
                }
            }
        }
    }

    /// A number within `TJ`: thousandths of text space, subtracted (§9.4.3).
    pub(super) fn adjust(&mut self, adjustment: f32) {
        let text = &self.state.text;
        let distance = -adjustment / 1000.0 * text.size;
        let is_vertical = text.font.and_then(|index| self.fonts.get(index)).is_some_and(|font| font.font.is_vertical);
        let (x, y) = if is_vertical { (0.0, distance) } else { (distance * text.scale, 0.0) };
        self.translate_text(x, y);
    }

    pub(super) fn translate_text(&mut self, x: f32, y: f32) {
        let matrix = &mut self.text_matrix;
        matrix.e += x * matrix.a + y * matrix.c;
        matrix.f += x * matrix.b + y * matrix.d;
    }

    pub(super) fn show(&mut self, string: &[u8], is_run_start: bool) {
        let text = self.state.text;
        let Some(font_index) = text.font else { return };
        let Some(page_font) = self.fonts.get_mut(font_index) else { return };
        let font = Arc::clone(&page_font.font);
        let matrix = self.text_matrix.then(&self.state.matrix);
        let run = Run::new(&matrix, &text, font.is_vertical);
        let is_hidden = self.marked_content.last().is_some_and(|content| content.is_hidden);
        let is_drawn = !is_hidden && run.is_finite();
        let mut glyph_flags = self.base_flags;
        if matches!(text.rendering_mode, 3 | 7) {
            glyph_flags |= flags::INVISIBLE;
        }
        if self.marked_content.last().is_some_and(|content| content.is_artifact) {
            glyph_flags |= flags::ARTIFACT;
        }
        if font.is_vertical {
            glyph_flags |= flags::VERTICAL;
        }
        let content = &mut self.content;
        // Distance from the text matrix's origin along the writing direction, in unscaled text space.
        let mut along = 0.0_f32;
        let mut start_flag = if is_run_start { flags::RUN_START } else { 0 };
        font.decode(string, &mut |shown: ShownCode| {
            if is_drawn && let Some(mut glyph) = run.place(&shown, along, &content.glyphs) {
                content.shown_codes = content.shown_codes.saturating_add(1);
                glyph.font = page_font.face;
                glyph.flags = glyph_flags | start_flag;
                glyph.text = match glyph_character(shown.text) {
                    GlyphCharacter::Character(character) => character,
                    GlyphCharacter::String(index) => {
                        STRING_BASE
                            + *page_font.strings.entry(index).or_insert_with(|| {
                                let text = font.strings.get(index as usize).cloned().unwrap_or_default();
                                content.glyphs.strings.push(text);
                                content.glyphs.strings.len() as u32 - 1
                            })
                    }
                    GlyphCharacter::Guess(character) => {
                        content.unknown_codes = content.unknown_codes.saturating_add(1);
                        character
                    }
                    GlyphCharacter::Unknown => {
                        content.unknown_codes = content.unknown_codes.saturating_add(1);
                        glyph.flags |= flags::UNKNOWN;
                        u32::from(char::REPLACEMENT_CHARACTER)
                    }
                };
                start_flag = 0;
                content.glyphs.glyphs.push(glyph);
            }
            along += run.displacement(&shown);
        });
        if along.is_finite() {
            let (x, y) = if font.is_vertical { (0.0, along) } else { (along * text.scale, 0.0) };
            self.translate_text(x, y);
        }
    }
}

enum GlyphCharacter {
    Character(u32),
    String(u32),
    /// A character that counts as unknown: a page of them is garbled.
    Guess(u32),
    Unknown,
}

/// What a code says, with characters that must not reach any text sorted out.
fn glyph_character(text: GlyphText) -> GlyphCharacter {
    if text == GlyphText::UNKNOWN {
        return GlyphCharacter::Unknown;
    }
    if let Some(character) = text.as_guess() {
        return GlyphCharacter::Guess(u32::from(character));
    }
    match char::from_u32(text.0) {
        Some('\t' | '\n' | '\r' | '\u{000C}' | '\u{00A0}') => GlyphCharacter::Character(u32::from(' ')),
        Some(character) if character.is_control() || character == char::REPLACEMENT_CHARACTER => {
            GlyphCharacter::Unknown
        }
        Some(character) => GlyphCharacter::Character(u32::from(character)),
        None => GlyphCharacter::String(text.0.wrapping_sub(GlyphText::STRING_BASE)),
    }
}

/// One shown string: everything that is the same for all of its glyphs.
struct Run {
    matrix: Matrix,
    text: TextState,
    is_vertical: bool,
    /// Displayed length of one em across the baseline.
    em: f32,
}

impl Run {
    fn new(matrix: &Matrix, text: &TextState, is_vertical: bool) -> Run {
        let along = matrix.a.hypot(matrix.b);
        let em = if is_vertical || along <= f32::MIN_POSITIVE {
            matrix.c.hypot(matrix.d)
        } else {
            matrix.determinant().abs() / along
        };
        Run { matrix: *matrix, text: *text, is_vertical, em: em * text.size.abs() }
    }

    fn is_finite(&self) -> bool {
        self.matrix.is_finite() && self.em.is_finite()
    }

    /// The displacement a code causes along the writing direction (§9.4.4), without horizontal scaling.
    fn displacement(&self, shown: &ShownCode) -> f32 {
        let word_spacing = if shown.is_word_space { self.text.word_spacing } else { 0.0 };
        shown.advance * self.text.size + self.text.character_spacing + word_spacing
    }

    /// The glyph on the displayed page; `None` if it stands outside.
    fn place(&self, shown: &ShownCode, along: f32, page: &PageGlyphs) -> Option<Glyph> {
        let size = self.text.size;
        let advance = shown.advance * size;
        let ((x, y), (dx, dy)) = if self.is_vertical {
            // The vertical origin is the top centre of the glyph, from which layout draws its box; the position
            // vector of `shown.origin` only matters to those who draw outlines.
            (self.matrix.apply(0.0, along + self.text.rise), self.matrix.apply_vector(0.0, advance))
        } else {
            let scale = self.text.scale;
            (self.matrix.apply(along * scale, self.text.rise), self.matrix.apply_vector(advance * scale, 0.0))
        };
        let margin = self.em;
        let is_on_page = x >= -margin && x <= page.width + margin && y >= -margin && y <= page.height + margin;
        (is_on_page && dx.is_finite() && dy.is_finite()).then_some(Glyph {
            text: 0,
            x,
            y,
            dx,
            dy,
            size: self.em,
            font: 0,
            flags: 0,
        })
    }
}
