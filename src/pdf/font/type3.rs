//! Glyph procedures of Type 3 fonts (ISO 32000-2 §9.6.4) that show text in another font, which is then what they say.

use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object, ObjectId};
use memchr::memmem;
use std::collections::BTreeMap;

/// By code, the streams of procedures that show text.
pub(super) type TextProcedures = BTreeMap<u8, ObjectId>;

/// Finds the procedures of glyphs, given by code and name, that may show text.
pub(super) fn text_procedures<'n>(
    objects: &Objects,
    font: &Dictionary,
    names: impl Iterator<Item = (u8, &'n [u8])>,
) -> TextProcedures {
    let Some(procedures) = objects.dictionary(font, b"CharProcs") else { return TextProcedures::new() };
    let by_code: BTreeMap<u8, &[u8]> = names.collect();
    let of_name = |(code, name)| {
        let (id, procedure) = objects.resolve_with_id(procedures.get(name).ok()?)?;
        let Object::Stream(stream) = procedure else { return None };
        let content = objects.decode(stream)?;
        let shows_text = [&b"Tj"[..], b"TJ"].iter().any(|operator| memmem::find(&content, operator).is_some());
        Some((code, id.filter(|_| shows_text)?))
    };
    by_code.into_iter().filter_map(of_name).collect()
}
