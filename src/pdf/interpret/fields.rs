//! Form fields and free text whose appearance is left to the reader: their values as glyphs in their rectangle.
//! ISO 32000-2 §12.5.6.6 (free text), §12.7.3 (/NeedAppearances), §12.7.4 (inherited entries), §12.7.5 (field types).
//!
//! The glyphs' places are near enough to mark the field on the page; what an editor would draw is not known.

use crate::layout::glyph::{FontFace, Glyph, PageGlyphs, flags};
use crate::pdf::lexer::{Lexer, Operands};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::text_string::decode_text_string;
use lopdf::{Dictionary, Object};

/// Levels of /Parent followed.
const MAX_LEVELS: usize = 32;

/// Options of a list box that are shown.
const MAX_OPTIONS: usize = 200;

/// Characters shown of a value.
const MAX_CHARACTERS: usize = 20_000;

/// Font size where the field leaves it to the reader, in points.
const AUTOMATIC_SIZE: f32 = 12.0;

/// Flags of fields (§12.7.4, tables 227 and 231, bit positions from 1).
const PASSWORD: i64 = 1 << 13;
const COMBO: i64 = 1 << 17;

/// A value to be shown.
#[derive(Debug, PartialEq)]
pub(super) struct FieldValue {
    /// Its lines, not empty.
    lines: Vec<String>,
    /// Font size in points.
    size: f32,
    /// Whether a limit left lines out.
    is_cut: bool,
}

/// Whether the document leaves the appearances of its fields to the reader.
pub(super) fn needs_appearances(objects: &Objects) -> bool {
    let catalog = objects.document().trailer.get(b"Root").ok().and_then(|root| objects.resolve(root));
    let form = catalog.and_then(as_dictionary).and_then(|catalog| objects.dictionary(catalog, b"AcroForm"));
    form.and_then(|form| objects.get(form, b"NeedAppearances"))
        .is_some_and(|value| matches!(value, Object::Boolean(true)))
}

/// What a text field, a choice field or a free text shows; `None` for other annotations and empty ones.
pub(super) fn value(objects: &Objects, annotation: &Dictionary) -> Option<FieldValue> {
    let (shown, is_cut) = match objects.name(annotation, b"Subtype")? {
        b"Widget" => field_lines(objects, annotation)?,
        b"FreeText" => (lines(&decode_text_string(objects.string(annotation, b"Contents")?)), false),
        _ => return None,
    };
    let lines: Vec<String> = shown.into_iter().filter(|line| !line.trim().is_empty()).collect();
    let size = inherited(objects, annotation, b"DA").and_then(|object| object.as_str().ok()).and_then(font_size);
    (!lines.is_empty()).then(|| FieldValue { lines, size: size.unwrap_or(AUTOMATIC_SIZE), is_cut })
}

/// The lines of a text or choice field, and whether a limit left some out.
fn field_lines(objects: &Objects, widget: &Dictionary) -> Option<(Vec<String>, bool)> {
    let kind = inherited(objects, widget, b"FT")?;
    let field_flags = inherited(objects, widget, b"Ff").and_then(|object| object.as_i64().ok()).unwrap_or(0);
    let value = inherited(objects, widget, b"V");
    match kind.as_name().ok()? {
        b"Tx" if field_flags & PASSWORD == 0 => Some((lines(&text(objects, value?)?), false)),
        b"Ch" => {
            let all = inherited(objects, widget, b"Opt").and_then(|object| object.as_array().ok());
            let all = all.map_or(&[][..], Vec::as_slice);
            let mut options = all.iter().take(MAX_OPTIONS).filter_map(|item| option(objects, item));
            if field_flags & COMBO == 0 {
                return Some((options.map(|(_, shown)| shown).collect(), all.len() > MAX_OPTIONS));
            }
            let chosen = text(objects, value?)?;
            let shown = options.find(|(exported, _)| *exported == chosen);
            Some((vec![shown.map_or(chosen, |(_, shown)| shown)], false))
        }
        _ => None,
    }
}

/// An entry of the field or of the nearest ancestor that has it.
fn inherited<'d>(objects: &'d Objects, widget: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    std::iter::successors(Some(widget), |field| objects.dictionary(field, b"Parent"))
        .take(MAX_LEVELS)
        .find_map(|field| objects.get(field, key))
}

/// A value's text: a string, a stream of text, or the first of several choices.
fn text(objects: &Objects, value: &Object) -> Option<String> {
    match value {
        Object::String(bytes, _) => Some(decode_text_string(bytes)),
        Object::Stream(stream) => objects.decode(stream).map(|bytes| decode_text_string(&bytes)),
        Object::Array(chosen) => match objects.resolve(chosen.first()?)? {
            Object::String(bytes, _) => Some(decode_text_string(bytes)),
            _ => None,
        },
        _ => None,
    }
}

/// An option of a choice field: what is exported and what is shown.
fn option(objects: &Objects, item: &Object) -> Option<(String, String)> {
    match objects.resolve(item)? {
        Object::String(bytes, _) => {
            let shown = decode_text_string(bytes);
            Some((shown.clone(), shown))
        }
        Object::Array(pair) => match pair.as_slice() {
            [exported, shown] => {
                Some((text(objects, objects.resolve(exported)?)?, text(objects, objects.resolve(shown)?)?))
            }
            _ => None,
        },
        _ => None,
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split(['\r', '\n']).map(str::to_owned).collect()
}

/// The size a default appearance string sets, if it sets one.
fn font_size(appearance: &[u8]) -> Option<f32> {
    let mut lexer = Lexer::new(appearance);
    let mut operands = Operands::default();
    while let Some(operator) = lexer.next_operator(&mut operands) {
        if operator == b"Tf" {
            return operands.number().filter(|size| *size > 0.0);
        }
    }
    None
}

/// Writes a value into its rectangle: one line in its middle, several from its top. False if a limit left some out.
pub(super) fn write(value: &FieldValue, [x0, y0, x1, y1]: [f32; 4], matrix: &Matrix, page: &mut PageGlyphs) -> bool {
    let (left, right, bottom, top) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
    let (width, height) = (right - left, top - bottom);
    let Ok(font) = u16::try_from(page.fonts.len()) else { return false };
    if !(width > 0.0 && height > 0.0 && matrix.is_finite()) {
        return true;
    }
    page.fonts.push(FontFace { ascent: 0.75, descent: -0.25, is_bold: false, is_italic: false });
    let size = value.size.min(height);
    let leading = height / value.lines.len() as f32;
    let mut left_over = MAX_CHARACTERS;
    let mut is_whole = !value.is_cut;
    for (line, number) in value.lines.iter().zip(1_u16..) {
        let count = line.chars().count();
        // Lines that would wrap are set narrower instead: they stay one line of their field.
        let advance = (size / 2.0).min(width / count.max(1) as f32);
        let baseline = top - leading * (f32::from(number) - 0.5) - size * 0.25;
        let (dx, dy) = matrix.apply_vector(advance, 0.0);
        let em = matrix.determinant().abs().sqrt() * size.min(leading).min(advance * 2.0);
        for (index, character) in line.chars().take(left_over).enumerate() {
            let character = if character.is_control() { ' ' } else { character };
            let (x, y) = matrix.apply(left + advance * index as f32, baseline);
            let start_flag = if index == 0 { flags::RUN_START } else { 0 };
            let flags = flags::FORM | start_flag;
            page.glyphs.push(Glyph { text: u32::from(character), x, y, dx, dy, size: em, font, flags });
        }
        is_whole &= count <= left_over;
        left_over = left_over.saturating_sub(count);
    }
    is_whole
}
