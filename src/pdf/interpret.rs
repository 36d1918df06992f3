//! Content streams → positioned glyphs: graphics and text state, forms, marked content, annotation appearances.
//! ISO 32000-2 §8.4, §8.10, §9.3, §9.4, §12.5.5.
//!
//! Reading never fails: damaged operators are skipped, limits end the page with what was read so far.

mod fields;

use crate::layout::glyph::{FontFace, Glyph, PageGlyphs, STRING_BASE, flags};
use crate::pdf::document::{PageAttributes, Pdf};
use crate::pdf::font::{Font, GlyphText, ShownCode};
use crate::pdf::lexer::{Lexer, Operand, Operands, decode_name};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::structure::{MarkedContent, OptionalContent};
use crate::pdf::text_string::decode_text_string;
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Saved graphics states kept; deeper `q` are counted but share the last.
const MAX_SAVED_STATES: usize = 512;

/// Levels of marked content kept.
const MAX_MARKED_CONTENT: usize = 256;

/// Operators between looks at the clock.
const OPERATORS_PER_CLOCK_CHECK: u64 = 4_096;

/// Annotations of one page whose appearances are read.
const MAX_ANNOTATIONS: usize = 2_000;

/// Bytes that nothing may take: an empty compressed stream with its filters' headers and checksums is far shorter.
const MAX_EMPTY_STREAM: usize = 64;

/// Fonts and optional content of a document, loaded once and shared by its pages.
pub struct DocumentFonts {
    fonts: Mutex<HashMap<ObjectId, Arc<Font>>>,
    optional_content: OptionalContent,
    /// Whether appearances of fields are to be made from their values.
    needs_appearances: bool,
}

impl DocumentFonts {
    /// For the pages of this document.
    pub fn new(pdf: &Pdf) -> DocumentFonts {
        DocumentFonts {
            fonts: Mutex::new(HashMap::new()),
            optional_content: OptionalContent::load(pdf.objects()),
            needs_appearances: fields::needs_appearances(pdf.objects()),
        }
    }

    fn font(&self, objects: &Objects, id: Option<ObjectId>, dictionary: &Dictionary) -> Arc<Font> {
        let Some(id) = id else { return Arc::new(Font::load(objects, dictionary)) };
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(fonts.entry(id).or_insert_with(|| Arc::new(Font::load(objects, dictionary))))
    }
}

/// What was read of a page.
#[derive(Debug, Default)]
pub struct PageContent {
    /// Its glyphs, ready for layout.
    pub glyphs: PageGlyphs,
    /// Character codes shown.
    pub shown_codes: u32,
    /// Of these, codes without known text.
    pub unknown_codes: u32,
    /// Sum of the areas of its images as a share of the page, at most 1.
    pub image_share: f32,
    /// Whether a limit ended it early.
    pub is_truncated: bool,
    /// Whether it has content, none of which could be decoded.
    pub is_unreadable: bool,
}

/// Reads a page.
pub fn read_page(pdf: &Pdf, page: &PageAttributes<'_>, fonts: &DocumentFonts, deadline: Instant) -> PageContent {
    let objects = pdf.objects();
    let mut interpreter = Interpreter::new(objects, fonts, page, deadline);
    let (content, is_unreadable) = page_content(objects, page.dictionary);
    interpreter.content.is_unreadable = is_unreadable;
    interpreter.run(&content, page.resources, 0);
    interpreter.annotations(page);
    interpreter.content
}

/// The page's content streams, joined by white space as the standard says (§7.8.2).
fn page_content(objects: &Objects, page: &Dictionary) -> (Vec<u8>, bool) {
    let streams: Vec<&Stream> = match objects.get(page, b"Contents") {
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(parts)) => parts
            .iter()
            .take(objects.limits().page_content_parts)
            .filter_map(|part| match objects.resolve(part) {
                Some(Object::Stream(stream)) => Some(stream),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let has_streams = streams.iter().any(|stream| !stream.content.is_empty());
    let mut content = Vec::new();
    let mut was_decoded = false;
    for stream in streams {
        let Some(decoded) = objects.decode(stream) else { continue };
        // A damaged stream may decode to nothing at all without an error.
        if decoded.is_empty() && stream.content.len() > MAX_EMPTY_STREAM {
            continue;
        }
        was_decoded = true;
        if content.is_empty() {
            content = decoded;
        } else {
            content.push(b'\n');
            content.extend_from_slice(&decoded);
        }
        if content.len() > objects.limits().page_bytes {
            break;
        }
    }
    (content, has_streams && !was_decoded)
}

#[derive(Debug, Clone, Copy)]
struct TextState {
    /// Index into `Interpreter::fonts`.
    font: Option<usize>,
    size: f32,
    character_spacing: f32,
    word_spacing: f32,
    /// Horizontal scaling / 100.
    scale: f32,
    leading: f32,
    rise: f32,
    rendering_mode: u8,
}

#[derive(Debug, Clone, Copy)]
struct GraphicsState {
    /// User space → displayed page.
    matrix: Matrix,
    text: TextState,
}

/// A font in use on the page.
struct PageFont {
    font: Arc<Font>,
    /// Index into `PageGlyphs::fonts`.
    face: u16,
    /// Index of the font's string → index into `PageGlyphs::strings`.
    strings: HashMap<u32, u32>,
}

struct Interpreter<'d> {
    objects: &'d Objects,
    document_fonts: &'d DocumentFonts,
    deadline: Instant,
    content: PageContent,
    fonts: Vec<PageFont>,
    /// (address of the resource dictionary, font name) → index into `fonts`.
    fonts_by_name: HashMap<(usize, Vec<u8>), Option<usize>>,
    state: GraphicsState,
    saved: Vec<GraphicsState>,
    /// `q` beyond the limit, whose `Q` must be ignored.
    saved_beyond_limit: usize,
    text_matrix: Matrix,
    text_line_matrix: Matrix,
    marked_content: Vec<MarkedContent>,
    marked_content_beyond_limit: usize,
    /// Forms being drawn, to refuse recursion.
    open_forms: Vec<ObjectId>,
    forms_drawn: u32,
    operators: u64,
    decoded_bytes: usize,
    /// Flags every glyph gets (form content).
    base_flags: u16,
    page_area: f32,
}

impl<'d> Interpreter<'d> {
    fn new(
        objects: &'d Objects,
        fonts: &'d DocumentFonts,
        page: &PageAttributes<'_>,
        deadline: Instant,
    ) -> Interpreter<'d> {
        let (matrix, width, height) = display_matrix(page);
        let text = TextState {
            font: None,
            size: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            rendering_mode: 0,
        };
        let glyphs = PageGlyphs { width, height, ..PageGlyphs::default() };
        Interpreter {
            objects,
            document_fonts: fonts,
            deadline,
            content: PageContent { glyphs, ..PageContent::default() },
            fonts: Vec::new(),
            fonts_by_name: HashMap::new(),
            state: GraphicsState { matrix, text },
            saved: Vec::new(),
            saved_beyond_limit: 0,
            text_matrix: Matrix::IDENTITY,
            text_line_matrix: Matrix::IDENTITY,
            marked_content: Vec::new(),
            marked_content_beyond_limit: 0,
            open_forms: Vec::new(),
            forms_drawn: 0,
            operators: 0,
            decoded_bytes: 0,
            base_flags: 0,
            page_area: (width * height).max(1.0),
        }
    }

    /// Whether a limit has been reached; checks the clock now and then.
    fn is_over_limit(&mut self) -> bool {
        let limits = self.objects.limits();
        self.operators += 1;
        let over = self.operators > limits.page_operators
            || self.content.glyphs.glyphs.len() > limits.page_text_bytes
            || (self.operators.is_multiple_of(OPERATORS_PER_CLOCK_CHECK) && Instant::now() >= self.deadline);
        self.content.is_truncated |= over;
        self.content.is_truncated
    }

    fn run(&mut self, content: &[u8], resources: Option<&'d Dictionary>, depth: u32) {
        let saved_at_start = self.saved.len();
        let mut lexer = Lexer::new(content);
        let mut operands = Operands::default();
        while let Some(operator) = lexer.next_operator(&mut operands) {
            if self.is_over_limit() {
                return;
            }
            self.execute(operator, &operands, resources, depth, saved_at_start);
        }
    }

    fn execute(
        &mut self,
        operator: &[u8],
        operands: &Operands<'_>,
        resources: Option<&'d Dictionary>,
        depth: u32,
        saved_at_start: usize,
    ) {
        match operator {
            // Text showing first: it is what reports are made of.
            b"Tj" => self.show_last_string(operands),
            b"TJ" => self.show_array(operands),
            b"'" => {
                self.next_line();
                self.show_last_string(operands);
            }
            b"\"" => {
                if let [Operand::Number(word_spacing), Operand::Number(character_spacing), ..] = operands.items() {
                    self.state.text.word_spacing = *word_spacing;
                    self.state.text.character_spacing = *character_spacing;
                }
                self.next_line();
                self.show_last_string(operands);
            }
            b"Td" => self.move_line(operands.numbers()),
            b"TD" => {
                if let Some([_, y]) = operands.numbers::<2>() {
                    self.state.text.leading = -y;
                }
                self.move_line(operands.numbers());
            }
            b"Tm" => {
                if let Some(numbers) = operands.numbers() {
                    self.text_line_matrix = Matrix::from_numbers(numbers);
                    self.text_matrix = self.text_line_matrix;
                }
            }
            b"T*" => self.next_line(),
            b"BT" => {
                self.text_line_matrix = Matrix::IDENTITY;
                self.text_matrix = Matrix::IDENTITY;
            }
            b"Tf" => self.select_font(operands, resources),
            b"Tc" => set(&mut self.state.text.character_spacing, operands.number()),
            b"Tw" => set(&mut self.state.text.word_spacing, operands.number()),
            b"Tz" => set(&mut self.state.text.scale, operands.number().map(|percent| percent / 100.0)),
            b"TL" => set(&mut self.state.text.leading, operands.number()),
            b"Ts" => set(&mut self.state.text.rise, operands.number()),
            b"Tr" => {
                if let Some(mode) = operands.number() {
                    self.state.text.rendering_mode = mode as u8;
                }
            }
            b"cm" => {
                if let Some(numbers) = operands.numbers() {
                    let matrix = Matrix::from_numbers(numbers).then(&self.state.matrix);
                    if matrix.is_finite() {
                        self.state.matrix = matrix;
                    }
                }
            }
            b"q" => self.save(),
            b"Q" => self.restore(saved_at_start),
            b"Do" => self.draw_object(operands, resources, depth),
            b"gs" => self.extended_state(operands, resources),
            b"BDC" => self.begin_marked_content(operands, resources),
            b"BMC" => self.begin_marked_content(operands, None),
            b"EMC" => self.end_marked_content(),
            b"EI" => self.count_image(),
            _ => {}
        }
    }

    fn save(&mut self) {
        if self.saved.len() < MAX_SAVED_STATES {
            self.saved.push(self.state);
        } else {
            self.saved_beyond_limit += 1;
        }
    }

    /// A form's surplus `Q` must not undo its caller's state.
    fn restore(&mut self, saved_at_start: usize) {
        if self.saved_beyond_limit > 0 {
            self.saved_beyond_limit -= 1;
        } else if self.saved.len() > saved_at_start
            && let Some(state) = self.saved.pop()
        {
            self.state = state;
        }
    }

    fn move_line(&mut self, offset: Option<[f32; 2]>) {
        if let Some([x, y]) = offset {
            self.text_line_matrix = Matrix::translation(x, y).then(&self.text_line_matrix);
            self.text_matrix = self.text_line_matrix;
        }
    }

    fn next_line(&mut self) {
        self.move_line(Some([0.0, -self.state.text.leading]));
    }

    fn select_font(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
        set(&mut self.state.text.size, operands.number());
        let Some(name) = operands.name() else { return };
        let address = resources.map_or(0, |dictionary| std::ptr::from_ref(dictionary) as usize);
        let key = (address, name.to_vec());
        let known = self.fonts_by_name.get(&key).copied();
        self.state.text.font = known.unwrap_or_else(|| {
            let objects = self.objects;
            let found = resources
                .and_then(|resources| objects.dictionary(resources, b"Font"))
                .and_then(|fonts| fonts.get(&decode_name(name)).ok())
                .and_then(|object| self.page_font(object));
            self.fonts_by_name.insert(key, found);
            found
        });
    }

    /// Makes a font ready for this page.
    fn page_font(&mut self, object: &'d Object) -> Option<usize> {
        let (id, resolved) = self.objects.resolve_with_id(object)?;
        let font = self.document_fonts.font(self.objects, id, as_dictionary(resolved)?);
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

    fn extended_state(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
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

    fn show_last_string(&mut self, operands: &Operands<'_>) {
        let Some(last) = operands.items().last() else { return };
        if let Some(string) = operands.string(*last) {
            self.show(string, true);
        }
    }

    fn show_array(&mut self, operands: &Operands<'_>) {
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
    fn adjust(&mut self, adjustment: f32) {
        let text = &self.state.text;
        let distance = -adjustment / 1000.0 * text.size;
        let is_vertical = text.font.and_then(|index| self.fonts.get(index)).is_some_and(|font| font.font.is_vertical);
        let (x, y) = if is_vertical { (0.0, distance) } else { (distance * text.scale, 0.0) };
        self.translate_text(x, y);
    }

    fn translate_text(&mut self, x: f32, y: f32) {
        let matrix = &mut self.text_matrix;
        matrix.e += x * matrix.a + y * matrix.c;
        matrix.f += x * matrix.b + y * matrix.d;
    }

    fn show(&mut self, string: &[u8], is_run_start: bool) {
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

    fn draw_object(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>, depth: u32) {
        let objects = self.objects;
        let Some(object) = operands
            .name()
            .zip(resources)
            .and_then(|(name, resources)| objects.dictionary(resources, b"XObject")?.get(&decode_name(name)).ok())
        else {
            return;
        };
        let Some((id, Object::Stream(stream))) = objects.resolve_with_id(object) else { return };
        let is_hidden = self.marked_content.last().is_some_and(|content| content.is_hidden)
            || stream.dict.get(b"OC").is_ok_and(|group| self.document_fonts.optional_content.is_hidden(objects, group));
        if is_hidden {
            return;
        }
        match objects.name(&stream.dict, b"Subtype") {
            Some(b"Image") => self.count_image(),
            _ => self.draw_form(id, stream, resources, depth, Matrix::IDENTITY),
        }
    }

    /// Draws a form XObject (§8.10) after `placement`.
    fn draw_form(
        &mut self,
        id: Option<ObjectId>,
        stream: &'d Stream,
        parent_resources: Option<&'d Dictionary>,
        depth: u32,
        placement: Matrix,
    ) {
        let limits = self.objects.limits();
        self.forms_drawn += 1;
        if depth >= limits.form_depth || self.forms_drawn > limits.page_forms {
            self.content.is_truncated |= self.forms_drawn > limits.page_forms;
            return;
        }
        if id.is_some_and(|id| self.open_forms.contains(&id)) {
            return;
        }
        let Some(content) = self.objects.decode(stream) else { return };
        self.decoded_bytes = self.decoded_bytes.saturating_add(content.len());
        if self.decoded_bytes > limits.page_bytes {
            self.content.is_truncated = true;
            return;
        }
        let form_matrix = self.objects.numbers(&stream.dict, b"Matrix").map_or(Matrix::IDENTITY, Matrix::from_numbers);
        let matrix = form_matrix.then(&placement).then(&self.state.matrix);
        if !matrix.is_finite() {
            return;
        }
        let resources = self.objects.dictionary(&stream.dict, b"Resources").or(parent_resources);
        let outer = (self.state, self.text_matrix, self.text_line_matrix, self.marked_content.len());
        let outer_saved = self.saved.len();
        self.state.matrix = matrix;
        self.open_forms.extend(id);
        self.run(&content, resources, depth + 1);
        if id.is_some() {
            self.open_forms.pop();
        }
        self.saved.truncate(outer_saved);
        self.marked_content.truncate(outer.3);
        (self.state, self.text_matrix, self.text_line_matrix) = (outer.0, outer.1, outer.2);
    }

    /// An image fills the unit square of the current user space.
    fn count_image(&mut self) {
        let share = self.state.matrix.determinant().abs() / self.page_area;
        if share.is_finite() {
            self.content.image_share = (self.content.image_share + share).min(1.0);
        }
    }

    fn begin_marked_content(&mut self, operands: &Operands<'_>, resources: Option<&'d Dictionary>) {
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

    fn actual_text(&self, string: &[u8]) -> (String, usize) {
        (decode_text_string(string), self.content.glyphs.glyphs.len())
    }

    fn end_marked_content(&mut self) {
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
    fn replace_glyphs(&mut self, first: usize, text: &str) {
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

    /// Appearances of annotations that show (§12.5.5): form fields, stamps, free text.
    fn annotations(&mut self, page: &PageAttributes<'d>) {
        let objects = self.objects;
        let page_state = display_matrix(page).0;
        self.base_flags = flags::FORM;
        self.marked_content.clear();
        for annotation in objects.array(page.dictionary, b"Annots").unwrap_or_default().iter().take(MAX_ANNOTATIONS) {
            // Most are links, thousands in some reports: what has no appearance need not be parsed to know that.
            if objects.lacks_name(annotation, b"/AP") {
                continue;
            }
            let Some(annotation) = objects.resolve(annotation).and_then(as_dictionary) else { continue };
            if is_hidden(objects, annotation) {
                continue;
            }
            let has_appearance = objects.dictionary(annotation, b"AP").is_some();
            let is_field = objects.name(annotation, b"Subtype") == Some(b"Widget");
            if (!has_appearance || is_field && self.document_fonts.needs_appearances)
                && let Some(value) = fields::value(objects, annotation)
                && let Some(rectangle) = objects.numbers::<4>(annotation, b"Rect")
            {
                fields::write(&value, rectangle, &page_state, &mut self.content.glyphs);
                continue;
            }
            let Some((id, appearance)) = shown_appearance(objects, annotation) else { continue };
            let Some(placement) = appearance_placement(objects, annotation, appearance) else { continue };
            self.state.matrix = page_state;
            self.state.text.font = None;
            self.saved.clear();
            self.draw_form(id, appearance, page.resources, 0, placement);
        }
    }
}

/// Whether an annotation's flags keep it from being shown (§12.5.3).
fn is_hidden(objects: &Objects, annotation: &Dictionary) -> bool {
    const HIDDEN: i64 = 1 << 1;
    const NO_VIEW: i64 = 1 << 5;
    objects.integer(annotation, b"F").unwrap_or(0) & (HIDDEN | NO_VIEW) != 0
}

/// The normal appearance of an annotation that may hold text.
fn shown_appearance<'d>(objects: &'d Objects, annotation: &'d Dictionary) -> Option<(Option<ObjectId>, &'d Stream)> {
    if matches!(objects.name(annotation, b"Subtype"), Some(b"Popup" | b"Link" | b"Text")) {
        return None;
    }
    let normal = objects.dictionary(annotation, b"AP")?.get(b"N").ok()?;
    let (id, resolved) = objects.resolve_with_id(normal)?;
    match resolved {
        Object::Stream(stream) => Some((id, stream)),
        Object::Dictionary(states) => {
            let state = objects.name(annotation, b"AS")?;
            match objects.resolve_with_id(states.get(state).ok()?)? {
                (id, Object::Stream(stream)) => Some((id, stream)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The matrix that puts an appearance's box into the annotation's rectangle (§12.5.5, algorithm 8).
fn appearance_placement(objects: &Objects, annotation: &Dictionary, appearance: &Stream) -> Option<Matrix> {
    let [x0, y0, x1, y1] = objects.numbers::<4>(annotation, b"Rect")?;
    let bounding_box = objects.numbers::<4>(&appearance.dict, b"BBox")?;
    let matrix = objects.numbers(&appearance.dict, b"Matrix").map_or(Matrix::IDENTITY, Matrix::from_numbers);
    let [left, bottom, right, top] = matrix.bounds(bounding_box);
    let scale = |length: f32, from: f32| if from.abs() > f32::EPSILON { length / from } else { 1.0 };
    let scale_x = scale((x1 - x0).abs(), right - left);
    let scale_y = scale((y1 - y0).abs(), top - bottom);
    let placement =
        Matrix::from_numbers([scale_x, 0.0, 0.0, scale_y, x0.min(x1) - left * scale_x, y0.min(y1) - bottom * scale_y]);
    placement.is_finite().then_some(placement)
}

fn set(field: &mut f32, value: Option<f32>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// Default user space → displayed page in points, origin top left, and the displayed size.
fn display_matrix(page: &PageAttributes<'_>) -> (Matrix, f32, f32) {
    let [x0, y0, x1, y1] = page.crop_box;
    let unit = page.user_unit;
    let (width, height) = ((x1 - x0) * unit, (y1 - y0) * unit);
    let numbers = match page.rotate {
        90 => [0.0, unit, unit, 0.0, -y0 * unit, -x0 * unit],
        180 => [-unit, 0.0, 0.0, unit, x1 * unit, -y0 * unit],
        270 => [0.0, -unit, -unit, 0.0, y1 * unit, x1 * unit],
        _ => [unit, 0.0, 0.0, -unit, -x0 * unit, y1 * unit],
    };
    let (width, height) = if matches!(page.rotate, 90 | 270) { (height, width) } else { (width, height) };
    (Matrix::from_numbers(numbers), width, height)
}

enum GlyphCharacter {
    Character(u32),
    String(u32),
    Unknown,
}

/// What a code says, with characters that must not reach any text sorted out.
fn glyph_character(text: GlyphText) -> GlyphCharacter {
    if text == GlyphText::UNKNOWN {
        return GlyphCharacter::Unknown;
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

#[cfg(test)]
mod tests;
