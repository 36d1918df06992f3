//! Text state, fonts and text-showing operators → glyphs on the displayed page. ISO 32000-2 §9.3, §9.4.

use crate::layout::glyph::{FontFace, Glyph, PageGlyphs, STRING_BASE, flags};
use crate::pdf::font::{Font, GlyphText, Programs, ShownCode};
use crate::pdf::interpret::{Interpreter, PageFont, TextState, set};
use crate::pdf::lexer::{Operand, Operands, decode_name};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::as_dictionary;
use lopdf::{Dictionary, Object, dictionary};
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
        let known = self.fonts_by_name.get(&address).and_then(|fonts| fonts.get(name)).copied();
        self.state.text.font = known.unwrap_or_else(|| {
            let objects = self.objects;
            let fonts = resources.and_then(|resources| objects.dictionary(resources, b"Font"));
            let found = match fonts.filter(|fonts| !fonts.is_empty()) {
                // An unknown name among fonts is damage: what it shows would be noise.
                Some(fonts) => fonts.get(&decode_name(name)).ok().and_then(|object| self.page_font(object)),
                None => self.stand_in_font(),
            };
            self.fonts_by_name.entry(address).or_default().insert(name.to_vec(), found);
            found
        });
    }

    /// Makes a font ready for this page.
    pub(super) fn page_font(&mut self, object: &'d Object) -> Option<usize> {
        let (id, resolved) = self.objects.resolve_with_id(object)?;
        let dictionary = as_dictionary(resolved)?;
        let font = self.document_fonts.font(self.objects, id, dictionary);
        self.add_font(font, Some(dictionary))
    }

    /// What readers show text in where the resources have no font at all: Helvetica with the usual codes.
    fn stand_in_font(&mut self) -> Option<usize> {
        let font = dictionary! {
            "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        };
        self.add_font(Arc::new(Font::load(self.objects, &font, Programs::Read)), None)
    }

    fn add_font(&mut self, font: Arc<Font>, dictionary: Option<&'d Dictionary>) -> Option<usize> {
        let Ok(face) = u16::try_from(self.content.glyphs.fonts.len()) else {
            self.has_left_out = true;
            return None;
        };
        self.content.glyphs.fonts.push(FontFace {
            ascent: font.ascent,
            descent: font.descent,
            is_bold: font.is_bold,
            is_italic: font.is_italic,
        });
        self.fonts.push(PageFont { font, dictionary, face, strings: Vec::new() });
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
        if let Some((string, pen)) = operands.string(*last).zip(self.pen()) {
            self.show(&pen, string, true);
        }
    }

    pub(super) fn show_array(&mut self, operands: &Operands<'_>) {
        let pen = self.pen();
        let is_vertical = pen.as_ref().is_some_and(|pen| pen.font.is_vertical);
        let mut is_run_start = true;
        self.has_left_out |= operands.is_full();
        for item in operands.items() {
            match item {
                Operand::Number(adjustment) => self.adjust(*adjustment, is_vertical),
                other => {
                    let Some(string) = operands.string(*other) else { continue };
                    if let Some(pen) = &pen {
                        self.show(pen, string, is_run_start);
                    }
                    is_run_start = false;
                }
            }
        }
    }

    /// A number within `TJ`: thousandths of text space, subtracted (§9.4.3).
    fn adjust(&mut self, adjustment: f32, is_vertical: bool) {
        let text = &self.state.text;
        let distance = -adjustment / 1000.0 * text.size;
        let (x, y) = if is_vertical { (0.0, distance) } else { (distance * text.scale, 0.0) };
        self.translate_text(x, y);
    }

    pub(super) fn translate_text(&mut self, x: f32, y: f32) {
        let matrix = &mut self.text_matrix;
        matrix.e += x * matrix.a + y * matrix.c;
        matrix.f += x * matrix.b + y * matrix.d;
    }

    /// What the strings of one operator are shown with; `None` without a font.
    fn pen(&self) -> Option<Pen> {
        let text = self.state.text;
        let font_index = text.font?;
        let page_font = self.fonts.get(font_index)?;
        let font = Arc::clone(&page_font.font);
        let run = Run::new(&self.text_matrix.then(&self.state.matrix), &text, font.is_vertical, &self.content.glyphs);
        let marked = self.marked_content.last();
        let mut glyph_flags = self.base_flags;
        if matches!(text.rendering_mode, 3 | 7) {
            glyph_flags |= flags::INVISIBLE;
        }
        if marked.is_some_and(|content| content.is_artifact) {
            glyph_flags |= flags::ARTIFACT;
        }
        if font.is_vertical {
            glyph_flags |= flags::VERTICAL;
        }
        Some(Pen { font, font_index, run, is_hidden: marked.is_some_and(|content| content.is_hidden), glyph_flags })
    }

    fn show(&mut self, pen: &Pen, string: &[u8], is_run_start: bool) {
        let text = self.state.text;
        let Pen { font, font_index, run, is_hidden, glyph_flags } = pen;
        let Some(page_font) = self.fonts.get_mut(*font_index) else { return };
        let start = self.text_matrix.then(&self.state.matrix).apply(0.0, text.rise);
        let is_drawn = !is_hidden && run.is_finite && start.0.is_finite() && start.1.is_finite();
        let content = &mut self.content;
        // Distance from the text matrix's origin along the writing direction, in unscaled text space.
        let mut along = 0.0_f32;
        let mut start_flag = if is_run_start { flags::RUN_START } else { 0 };
        let glyphs = &mut content.glyphs;
        let mut unknown_codes = 0_u32;
        let mut has_procedures = false;
        let drawn_before = glyphs.glyphs.len();
        font.decode(string, &mut |shown: ShownCode| {
            let place = along;
            let advance = shown.advance * text.size;
            let word_spacing = if shown.is_word_space { text.word_spacing } else { 0.0 };
            along += advance + text.character_spacing + word_spacing;
            let (dx, dy) = (advance * run.direction.0, advance * run.direction.1);
            if is_drawn
                && (dx + dy).is_finite()
                && let Some((x, y)) = run.position(start, place)
            {
                let (code, unknown_flag) = if shown.text.as_char().is_some() {
                    (shown.text.0, 0)
                } else if let Some(character) = shown.text.as_guess() {
                    // A page of guesses is garbled.
                    unknown_codes += 1;
                    (u32::from(character), 0)
                } else if shown.text == GlyphText::SHOWN_BY_PROCEDURE {
                    has_procedures = true;
                    return;
                } else if shown.text.is_known() {
                    (STRING_BASE + page_font.string(shown.text, &mut glyphs.strings), 0)
                } else {
                    unknown_codes += 1;
                    (u32::from(char::REPLACEMENT_CHARACTER), flags::UNKNOWN)
                };
                glyphs.glyphs.push(Glyph {
                    text: code,
                    x,
                    y,
                    dx,
                    dy,
                    size: run.em,
                    font: page_font.face,
                    flags: glyph_flags | start_flag | unknown_flag,
                });
                start_flag = 0;
            }
        });
        content.shown_codes = content.shown_codes.saturating_add((glyphs.glyphs.len() - drawn_before) as u32);
        content.unknown_codes = content.unknown_codes.saturating_add(unknown_codes);
        if has_procedures {
            self.draw_procedures(string, *font_index);
        }
        if along.is_finite() {
            let (x, y) = if font.is_vertical { (0.0, along) } else { (along * text.scale, 0.0) };
            self.translate_text(x, y);
        }
    }
}

impl PageFont<'_> {
    /// The index into the page's strings of a text that is not one character.
    fn string(&mut self, text: GlyphText, strings: &mut Vec<Box<str>>) -> u32 {
        let own = text.0.wrapping_sub(GlyphText::STRING_BASE) as usize;
        if self.strings.is_empty() {
            self.strings.resize(self.font.strings.len(), None);
        }
        let Some(known) = self.strings.get_mut(own) else { return u32::MAX - STRING_BASE };
        *known.get_or_insert_with(|| {
            strings.push(self.font.strings.get(own).cloned().unwrap_or_default());
            strings.len() as u32 - 1
        })
    }
}

/// What the strings of one text-showing operator have in common.
struct Pen {
    font: Arc<Font>,
    /// Index into `Interpreter::fonts`.
    font_index: usize,
    run: Run,
    is_hidden: bool,
    glyph_flags: u16,
}

/// How glyphs follow one another on the displayed page, wherever the string begins.
struct Run {
    /// Displayed vector of a unit of unscaled text space along the writing direction.
    direction: (f32, f32),
    /// Displayed length of one em across the baseline.
    em: f32,
    /// Edges `[x0, y0, x1, y1]` beyond which nothing of a glyph is on the page.
    edges: [f32; 4],
    is_finite: bool,
}

impl Run {
    fn new(matrix: &Matrix, text: &TextState, is_vertical: bool, page: &PageGlyphs) -> Run {
        // Nearly all text is upright, where lengths are plain to see.
        let along = if matrix.b == 0.0 { matrix.a.abs() } else { matrix.a.hypot(matrix.b) };
        let em = if is_vertical || along <= f32::MIN_POSITIVE {
            matrix.c.hypot(matrix.d)
        } else {
            matrix.determinant().abs() / along
        };
        let em = em * text.size.abs();
        // In vertical writing the origin is the top centre of the glyph, from which layout draws its box; the position
        // vector of §9.7.4.3 only matters to those who draw outlines.
        let direction = if is_vertical { matrix.apply_vector(0.0, 1.0) } else { matrix.apply_vector(text.scale, 0.0) };
        let edges = [-em, -em, page.width + em, page.height + em];
        let is_finite = direction.0.is_finite() && direction.1.is_finite() && em.is_finite();
        Run { direction, em, edges, is_finite }
    }

    /// The baseline origin of a glyph this far along in unscaled text space from where its string begins; `None`
    /// outside the page.
    fn position(&self, start: (f32, f32), along: f32) -> Option<(f32, f32)> {
        let [x0, y0, x1, y1] = self.edges;
        let (x, y) = (start.0 + along * self.direction.0, start.1 + along * self.direction.1);
        (x >= x0 && x <= x1 && y >= y0 && y <= y1).then_some((x, y))
    }
}
