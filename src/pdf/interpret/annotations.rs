//! Appearances of annotations: form fields, stamps, free text. ISO 32000-2 §12.5.5.

use crate::layout::glyph::flags;
use crate::pdf::document::PageAttributes;
use crate::pdf::interpret::{Interpreter, display_matrix, fields};
use crate::pdf::matrix::Matrix;
use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Object, ObjectId, Stream};

/// Annotations of one page that are looked at; indexes have some thousands of links on a page.
const MAX_ANNOTATIONS: usize = 20_000;

/// What an annotation that shows text has in its dictionary: an appearance, or a value that stands for one.
const SIGNS_OF_TEXT: [&[u8]; 3] = [b"/AP", b"/Widget", b"/FreeText"];

impl<'d> Interpreter<'d> {
    /// Appearances of annotations that show (§12.5.5): form fields, stamps, free text.
    pub(super) fn annotations(&mut self, page: &PageAttributes<'d>) {
        let objects = self.objects;
        let page_state = display_matrix(page).0;
        self.base_flags = flags::FORM;
        self.marked_content.clear();
        let annotations = objects.array(page.dictionary, b"Annots").unwrap_or_default();
        self.has_left_out |= annotations.len() > MAX_ANNOTATIONS;
        for annotation in annotations.iter().take(MAX_ANNOTATIONS) {
            // Most are links, thousands in some reports: they need not be parsed to know that they show nothing.
            if SIGNS_OF_TEXT.iter().all(|sign| objects.lacks_name(annotation, sign)) {
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
                self.has_left_out |= !fields::write(&value, rectangle, &page_state, &mut self.content.glyphs);
                // Values have no operators by which they would be counted.
                if self.is_over_limit() {
                    return;
                }
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
