//! How large the pictures of a page say they are, before any is decoded.

use hayro::hayro_syntax::object::dict::keys::{HEIGHT, RESOURCES, SMASK, SUBTYPE, WIDTH, XOBJECT};
use hayro::hayro_syntax::object::{Dict, Name, Stream};
use hayro::hayro_syntax::page::Page;
use std::collections::HashSet;

/// Pictures and forms looked at; a page with more is drawn under the other limits alone.
const MOST_OBJECTS: usize = 10_000;

/// Pixels of the largest picture that the page, or a form on it, may draw.
pub(super) fn largest_picture(page: &Page<'_>) -> u64 {
    let mut largest = 0;
    let mut seen = HashSet::new();
    let mut waiting = vec![page.resources().x_objects.clone()];
    while let Some(objects) = waiting.pop() {
        for name in objects.keys() {
            let Some(object) = objects.get::<Stream<'_>>(name) else { continue };
            let id = object.obj_id();
            if seen.len() >= MOST_OBJECTS || !seen.insert((id.obj_number, id.gen_number)) {
                continue;
            }
            let dictionary = object.dict();
            match dictionary.get::<Name<'_>>(SUBTYPE) {
                Some(kind) if &*kind == b"Image" => largest = largest.max(pixels(dictionary)),
                Some(kind) if &*kind == b"Form" => {
                    let resources = dictionary.get::<Dict<'_>>(RESOURCES);
                    waiting.extend(resources.and_then(|resources| resources.get::<Dict<'_>>(XOBJECT)));
                }
                _ => {}
            }
        }
    }
    largest
}

/// Pixels of a picture, or of its mask if that is larger.
fn pixels(picture: &Dict<'_>) -> u64 {
    let area = |picture: &Dict<'_>| {
        let side = |key: &[u8]| u64::from(picture.get::<u32>(key).unwrap_or(0));
        side(WIDTH).saturating_mul(side(HEIGHT))
    };
    let mask = picture.get::<Stream<'_>>(SMASK).map_or(0, |mask| area(mask.dict()));
    area(picture).max(mask)
}
