//! What a font descriptor (ISO 32000-2 §9.8) says about a font as a whole: extent, style, default width, program.
//!
//! Descriptors are often wrong, so every value is taken only where it is plausible.

use super::standard14::Standard14;
use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Stream};

/// Flags (table 121).
const ITALIC: i64 = 1 << 6;
const FORCE_BOLD: i64 = 1 << 18;

/// Stems as wide as this, in thousandths of an em, are those of a bold face.
const BOLD_STEM: f32 = 136.0;

/// A font's name and descriptor.
pub(super) struct Descriptor<'a> {
    /// /BaseFont without the subset prefix.
    pub(super) name: String,
    /// The standard font it is or has the metrics of.
    pub(super) standard: Option<Standard14>,
    dictionary: Option<&'a Dictionary>,
    flags: i64,
}

impl<'a> Descriptor<'a> {
    /// Of a simple font, or of the descendant of a composite one.
    pub(super) fn load(objects: &'a Objects, font: &'a Dictionary) -> Descriptor<'a> {
        let dictionary = objects.dictionary(font, b"FontDescriptor");
        let base_font = objects.name(font, b"BaseFont");
        let stated =
            base_font.or_else(|| objects.name(dictionary?, b"FontName")).or_else(|| objects.name(font, b"Name"));
        let name = without_subset_prefix(&String::from_utf8_lossy(stated.unwrap_or_default())).to_owned();
        let flags = dictionary.and_then(|it| objects.integer(it, b"Flags")).unwrap_or(0);
        Descriptor { standard: Standard14::by_name(&name), name, dictionary, flags }
    }

    /// The embedded program's stream.
    pub(super) fn program(&self, objects: &'a Objects) -> Option<&'a Stream> {
        let dictionary = self.dictionary?;
        [b"FontFile2".as_slice(), b"FontFile3", b"FontFile"].iter().find_map(|key| objects.stream(dictionary, key))
    }

    /// Whether a program is embedded.
    pub(super) fn is_embedded(&self, objects: &'a Objects) -> bool {
        self.program(objects).is_some()
    }

    /// /MissingWidth, in thousandths of an em.
    pub(super) fn missing_width(&self, objects: &Objects) -> Option<f32> {
        objects.number(self.dictionary?, b"MissingWidth").filter(|width| (0.0..=10_000.0).contains(width))
    }

    /// Height above the baseline and depth below it (negative) for a font size of 1.
    pub(super) fn extent(&self, objects: &Objects) -> (f32, f32) {
        let (default_ascent, default_descent) = self.standard.map_or((0.75, -0.25), Standard14::extent);
        let number = |key: &[u8]| self.dictionary.and_then(|it| objects.number(it, key)).map(|value| value / 1000.0);
        let ascent = number(b"Ascent").filter(|ascent| (0.3..=1.5).contains(ascent));
        // A depth is often written without its sign.
        let descent =
            number(b"Descent").map(|descent| -descent.abs()).filter(|descent| (-0.8..-0.01).contains(descent));
        (ascent.unwrap_or(default_ascent), descent.unwrap_or(default_descent))
    }

    /// Whether the face is bold.
    pub(super) fn is_bold(&self, objects: &Objects) -> bool {
        let name = self.name.to_ascii_lowercase();
        let words = ["bold", "black", "heavy", "demi", "-bd", "cmbx", "sfbx", "ecbx"];
        let number = |key: &[u8]| self.dictionary.and_then(|it| objects.number(it, key)).unwrap_or(0.0);
        words.iter().any(|word| name.contains(word))
            || self.flags & FORCE_BOLD != 0
            || number(b"FontWeight") >= 600.0
            || (BOLD_STEM..1000.0).contains(&number(b"StemV"))
    }

    /// Whether the face is italic or oblique.
    pub(super) fn is_italic(&self, objects: &Objects) -> bool {
        let name = self.name.to_ascii_lowercase();
        let words = ["italic", "oblique", "slanted", "kursiv", "cmti", "cmsl", "cmmi", "sfti"];
        let angle = self.dictionary.and_then(|it| objects.number(it, b"ItalicAngle")).unwrap_or(0.0);
        words.iter().any(|word| name.contains(word)) || self.flags & ITALIC != 0 || (3.0..45.0).contains(&angle.abs())
    }
}

/// Height and depth of a Type 3 font for a font size of 1, by its /FontBBox and /FontMatrix (§9.6.4), whose y axis may
/// point down (Skia writes outlines of other formats so, with a descriptor that says neither). `None` where the box says
/// nothing, as a bitmap font's that is scaled by something else.
pub(super) fn type3_extent(objects: &Objects, font: &Dictionary) -> Option<(f32, f32)> {
    let [_, below, _, above] = objects.numbers::<4>(font, b"FontBBox")?;
    let [.., scale, _, _] = objects.numbers::<6>(font, b"FontMatrix")?;
    let (below, above) = (below * scale, above * scale);
    let (descent, ascent) = (below.min(above), below.max(above));
    ((0.3..=1.5).contains(&ascent) && (-0.8..-0.01).contains(&descent)).then_some((ascent, descent))
}

/// The name after the six capitals and the plus sign of a subset (§9.9.2).
fn without_subset_prefix(name: &str) -> &str {
    match name.split_once('+') {
        Some((prefix, rest)) if prefix.len() == 6 && prefix.bytes().all(|byte| byte.is_ascii_uppercase()) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Limits;
    use lopdf::{Document, dictionary};

    #[test]
    fn extents_of_type_3_fonts() {
        let objects = Objects::new(Document::new(), Limits::default());
        let cases = [
            ([30, -120, 980, 880], 0.001, Some((880.0, -120.0))),
            ([30, 120, 980, -880], -0.001, Some((880.0, -120.0))),
            ([0, 0, 0, 0], 0.001, None),
            ([2, -22, 76, 81], 0.12, None),
        ];
        for (bounds, scale, expected) in cases {
            let bounds: Vec<lopdf::Object> = bounds.into_iter().map(Into::into).collect();
            let matrix: Vec<lopdf::Object> = [0.001, 0.0, 0.0, scale, 0.0, 0.0].into_iter().map(Into::into).collect();
            let font = dictionary! { "FontBBox" => bounds.clone(), "FontMatrix" => matrix };
            let extent = type3_extent(&objects, &font).map(|(ascent, descent)| (ascent * 1000.0, descent * 1000.0));
            let rounded = extent.map(|(ascent, descent)| (ascent.round(), descent.round()));
            assert_eq!(rounded, expected, "{bounds:?}");
        }
    }

    #[test]
    fn styles_and_extents() {
        let objects = Objects::new(Document::new(), Limits::default());
        let cases = [
            ("ABCDEF+Arial-BoldMT", dictionary! {}, true, false, (0.718, -0.207)),
            ("Foo", dictionary! { "Flags" => 64, "Ascent" => 900, "Descent" => 210 }, false, true, (0.9, -0.21)),
            ("Foo", dictionary! { "StemV" => 140, "Ascent" => 0, "Descent" => -5000 }, true, false, (0.75, -0.25)),
            ("Foo", dictionary! { "FontWeight" => 700, "ItalicAngle" => -12 }, true, true, (0.75, -0.25)),
            ("CMBX10", dictionary! { "Ascent" => 694, "Descent" => -194 }, true, false, (0.694, -0.194)),
        ];
        for (name, descriptor, is_bold, is_italic, extent) in cases {
            let font = dictionary! { "BaseFont" => name, "FontDescriptor" => descriptor };
            let descriptor = Descriptor::load(&objects, &font);
            assert_eq!(descriptor.is_bold(&objects), is_bold, "{name}");
            assert_eq!(descriptor.is_italic(&objects), is_italic, "{name}");
            assert_eq!(descriptor.extent(&objects), extent, "{name}");
            assert!(!descriptor.name.contains('+'));
        }
    }
}
