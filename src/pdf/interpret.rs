//! Content streams → positioned glyphs: graphics and text state, forms, marked content, annotation appearances.
//! ISO 32000-2 §8.4, §8.10, §9.3, §9.4, §12.5.5.
//!
//! Reading never fails: damaged operators are skipped, limits end the page with what was read so far.

mod annotations;
mod fields;
mod marked;
mod text;
mod type3;

use crate::clock::{Stage, within};
use crate::layout::glyph::PageGlyphs;
use crate::pdf::document::{PageAttributes, Pdf};
use crate::pdf::font::{Font, Programs};
use crate::pdf::lexer::{Lexer, Operand, Operands, decode_name};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::structure::{MarkedContent, OptionalContent};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Saved graphics states kept; deeper `q` are counted but share the last.
const MAX_SAVED_STATES: usize = 512;

/// Operators between looks at the clock.
const OPERATORS_PER_CLOCK_CHECK: u64 = 4_096;

/// Content of text-heavy pages has about so many bytes a glyph.
const BYTES_PER_GLYPH: usize = 4;

/// Glyphs that room is made for at first, as many as a full page of text has.
const MOST_EXPECTED_GLYPHS: usize = 4_096;

/// Bytes that nothing may take: an empty compressed stream with its filters' headers and checksums is far shorter.
const MAX_EMPTY_STREAM: usize = 64;

/// Fonts and optional content of a document, loaded once and shared by its pages.
pub struct DocumentFonts {
    fonts: Mutex<HashMap<ObjectId, Arc<Font>>>,
    optional_content: OptionalContent,
    /// Whether appearances of fields are to be made from their values.
    needs_appearances: bool,
    /// What the pages read so far have cost.
    operators: AtomicU64,
    glyphs: AtomicUsize,
}

impl DocumentFonts {
    /// For the pages of this document.
    pub fn new(pdf: &Pdf) -> DocumentFonts {
        DocumentFonts {
            fonts: Mutex::new(HashMap::new()),
            optional_content: OptionalContent::load(pdf.objects()),
            needs_appearances: fields::needs_appearances(pdf.objects()),
            operators: AtomicU64::new(0),
            glyphs: AtomicUsize::new(0),
        }
    }

    fn font(&self, objects: &Objects, id: Option<ObjectId>, dictionary: &Dictionary) -> Arc<Font> {
        let Some(id) = id else {
            return within(Stage::Fonts, || Arc::new(Font::load(objects, dictionary, Programs::Read)));
        };
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || within(Stage::Fonts, || Arc::new(Font::load(objects, dictionary, Programs::PutOff)));
        let font = fonts.entry(id).or_insert_with(load);
        Arc::clone(font)
    }

    /// Reads the programs of fonts that turned out to lack them; whether there were any.
    fn complete(&self, objects: &Objects) -> bool {
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut any_completed = false;
        for (id, font) in fonts.iter_mut().filter(|(_, font)| font.lacks_program()) {
            if let Some(dictionary) = objects.resolve(&Object::Reference(*id)).and_then(as_dictionary) {
                *font = within(Stage::Fonts, || Arc::new(Font::load(objects, dictionary, Programs::Read)));
                any_completed = true;
            }
        }
        any_completed
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
    let decoded = page_content(objects, page.dictionary);
    let read = || {
        let mut interpreter = Interpreter::new(objects, fonts, page, deadline);
        interpreter.content.is_unreadable = decoded.is_unreadable;
        let expected = (decoded.bytes.len() / BYTES_PER_GLYPH).min(MOST_EXPECTED_GLYPHS);
        interpreter.content.glyphs.glyphs.reserve(expected);
        interpreter.run(&decoded.bytes, page.resources, 0);
        interpreter.annotations(page);
        interpreter
    };
    let mut interpreter = read();
    if fonts.complete(objects) {
        // Once more with all that the fonts know: at most once for each font, and cheaper than reading programs that
        // are not needed.
        interpreter = read();
    }
    interpreter.content.is_truncated |= decoded.reached_limit || interpreter.has_left_out;
    fonts.operators.fetch_add(interpreter.operators, Ordering::Relaxed);
    fonts.glyphs.fetch_add(interpreter.content.glyphs.glyphs.len(), Ordering::Relaxed);
    interpreter.content
}

/// A page's content streams as one.
struct DecodedContent {
    bytes: Vec<u8>,
    is_unreadable: bool,
    reached_limit: bool,
}

/// The page's content streams, joined by white space as the standard says (§7.8.2).
fn page_content(objects: &Objects, page: &Dictionary) -> DecodedContent {
    let mut reached_limit = false;
    let streams: Vec<&Stream> = match objects.get(page, b"Contents") {
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(parts)) => {
            let kept = parts.get(..objects.limits().page_content_parts);
            reached_limit = kept.is_some_and(|kept| kept.len() < parts.len());
            let stream = |part| match objects.resolve(part) {
                Some(Object::Stream(stream)) => Some(stream),
                _ => None,
            };
            kept.unwrap_or(parts).iter().filter_map(stream).collect()
        }
        _ => Vec::new(),
    };
    let has_streams = streams.iter().any(|stream| !stream.content.is_empty());
    let mut content = Vec::new();
    let mut was_decoded = false;
    for stream in streams {
        let Some(decoded) = objects.decode_within_limits(stream) else { continue };
        reached_limit |= decoded.reached_limit;
        let decoded = decoded.bytes;
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
            reached_limit = true;
            break;
        }
    }
    DecodedContent { bytes: content, is_unreadable: has_streams && !was_decoded, reached_limit }
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
struct PageFont<'d> {
    font: Arc<Font>,
    /// Its dictionary, if it is one of the file's.
    dictionary: Option<&'d Dictionary>,
    /// Index into `PageGlyphs::fonts`.
    face: u16,
    /// By index of the font's string, the index into `PageGlyphs::strings`, where that has it already.
    strings: Vec<Option<u32>>,
}

struct Interpreter<'d> {
    objects: &'d Objects,
    document_fonts: &'d DocumentFonts,
    deadline: Instant,
    content: PageContent,
    fonts: Vec<PageFont<'d>>,
    /// Address of the resource dictionary → font name → index into `fonts`.
    fonts_by_name: foldhash::HashMap<usize, foldhash::HashMap<Vec<u8>, Option<usize>>>,
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
    /// The page's limits or what is left of the document's.
    max_operators: u64,
    max_glyphs: usize,
    decoded_bytes: usize,
    /// Whether a limit left something out that ends nothing but itself.
    has_left_out: bool,
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
        let limits = objects.limits();
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
            fonts_by_name: foldhash::HashMap::default(),
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
            max_operators: limits
                .page_operators
                .min(limits.document_operators.saturating_sub(fonts.operators.load(Ordering::Relaxed))),
            max_glyphs: limits
                .page_text_bytes
                .min(limits.document_text_bytes.saturating_sub(fonts.glyphs.load(Ordering::Relaxed))),
            decoded_bytes: 0,
            has_left_out: false,
            base_flags: 0,
            page_area: (width * height).max(1.0),
        }
    }

    /// Whether a limit has been reached; checks the clock now and then.
    fn is_over_limit(&mut self) -> bool {
        self.operators += 1;
        let over = self.operators > self.max_operators
            || self.content.glyphs.glyphs.len() > self.max_glyphs
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
        // Slices of bytes, not strings: the compiler makes a decision tree of them instead of comparing in turn.
        match operator {
            [b'T', b'j'] => self.show_last_string(operands),
            [b'T', b'J'] => self.show_array(operands),
            [b'\''] => {
                self.next_line();
                self.show_last_string(operands);
            }
            [b'"'] => {
                if let [Operand::Number(word_spacing), Operand::Number(character_spacing), ..] = operands.items() {
                    self.state.text.word_spacing = *word_spacing;
                    self.state.text.character_spacing = *character_spacing;
                }
                self.next_line();
                self.show_last_string(operands);
            }
            [b'T', b'd'] => self.move_line(operands.numbers()),
            [b'T', b'D'] => {
                if let Some([_, y]) = operands.numbers::<2>() {
                    self.state.text.leading = -y;
                }
                self.move_line(operands.numbers());
            }
            [b'T', b'm'] => {
                if let Some(numbers) = operands.numbers() {
                    self.text_line_matrix = Matrix::from_numbers(numbers);
                    self.text_matrix = self.text_line_matrix;
                }
            }
            [b'T', b'*'] => self.next_line(),
            [b'B', b'T'] => {
                self.text_line_matrix = Matrix::IDENTITY;
                self.text_matrix = Matrix::IDENTITY;
            }
            [b'T', b'f'] => self.select_font(operands, resources),
            [b'T', b'c'] => set(&mut self.state.text.character_spacing, operands.number()),
            [b'T', b'w'] => set(&mut self.state.text.word_spacing, operands.number()),
            [b'T', b'z'] => set(&mut self.state.text.scale, operands.number().map(|percent| percent / 100.0)),
            [b'T', b'L'] => set(&mut self.state.text.leading, operands.number()),
            [b'T', b's'] => set(&mut self.state.text.rise, operands.number()),
            [b'T', b'r'] => {
                if let Some(mode) = operands.number() {
                    self.state.text.rendering_mode = mode as u8;
                }
            }
            [b'c', b'm'] => {
                if let Some(numbers) = operands.numbers() {
                    let matrix = Matrix::from_numbers(numbers).then(&self.state.matrix);
                    if matrix.is_finite() {
                        self.state.matrix = matrix;
                    }
                }
            }
            [b'q'] => self.save(),
            [b'Q'] => self.restore(saved_at_start),
            [b'D', b'o'] => self.draw_object(operands, resources, depth),
            [b'g', b's'] => self.extended_state(operands, resources),
            [b'B', b'D', b'C'] => self.begin_marked_content(operands, resources),
            [b'B', b'M', b'C'] => self.begin_marked_content(operands, None),
            [b'E', b'M', b'C'] => self.end_marked_content(),
            [b'E', b'I'] => self.count_image(),
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
        if self.forms_drawn > limits.page_forms {
            self.content.is_truncated = true;
            return;
        }
        if id.is_some_and(|id| self.open_forms.contains(&id)) {
            return;
        }
        if depth >= limits.form_depth {
            self.has_left_out = true;
            return;
        }
        let Some(decoded) = self.objects.decode_within_limits(stream) else { return };
        let content = decoded.bytes;
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
        self.content.is_truncated |= decoded.reached_limit;
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

#[cfg(test)]
mod tests;
