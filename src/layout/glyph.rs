//! What the interpreter emits and layout consumes: one positioned glyph.

/// A glyph on the displayed page: points, origin top left, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its text: a `char`, or an index into [`PageGlyphs::strings`]; see [`PageGlyphs::push_text`].
    pub text: u32,
    /// Baseline origin.
    pub x: f32,
    /// Baseline origin.
    pub y: f32,
    /// Advance vector, without character and word spacing.
    pub dx: f32,
    /// Advance vector, without character and word spacing.
    pub dy: f32,
    /// Length of one em perpendicular to the baseline, in points: the font size as displayed.
    pub size: f32,
    /// Index into [`PageGlyphs::fonts`].
    pub font: u16,
    /// Bits of `flags`.
    pub flags: u16,
}

impl Glyph {
    /// Length of its advance. Nearly all text is upright, where that is plain to see.
    pub fn length(&self) -> f32 {
        if self.dy == 0.0 { self.dx.abs() } else { self.dx.hypot(self.dy) }
    }
}

/// Bits of [`Glyph::flags`].
pub mod flags {
    /// Text rendering mode 3 or 7: drawn for searching only, as in OCR layers.
    pub const INVISIBLE: u16 = 1;
    /// Inside marked content tagged /Artifact.
    pub const ARTIFACT: u16 = 2;
    /// From an annotation's appearance or a form field.
    pub const FORM: u16 = 4;
    /// The font writes vertically.
    pub const VERTICAL: u16 = 8;
    /// The code's text is unknown; `text` is U+FFFD.
    pub const UNKNOWN: u16 = 16;
    /// First glyph of a text-showing operator: a gap before it may come from positioning.
    pub const RUN_START: u16 = 32;
}

/// What layout needs to know of a font.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FontFace {
    /// Height above the baseline / size.
    pub ascent: f32,
    /// Depth below the baseline / size, negative.
    pub descent: f32,
    /// Bold by name, flags or weight.
    pub is_bold: bool,
    /// Italic by name or flags.
    pub is_italic: bool,
}

/// All glyphs of a page in the order they were shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageGlyphs {
    /// Width of the displayed page in points.
    pub width: f32,
    /// Height of the displayed page in points.
    pub height: f32,
    /// The glyphs.
    pub glyphs: Vec<Glyph>,
    /// Texts that are not one character; index = `text` − `STRING_BASE`.
    pub strings: Vec<Box<str>>,
    /// The fonts used.
    pub fonts: Vec<FontFace>,
}

/// Added to an index into [`PageGlyphs::strings`] to make a [`Glyph::text`].
pub const STRING_BASE: u32 = 0x0011_0000;

impl PageGlyphs {
    /// Appends a glyph's text to `out`.
    pub fn push_text(&self, glyph: &Glyph, out: &mut String) {
        match char::from_u32(glyph.text) {
            Some(character) => out.push(character),
            None => out.push_str(self.string(glyph)),
        }
    }

    /// A glyph's text if that is not one character; else nothing.
    pub fn string(&self, glyph: &Glyph) -> &str {
        let index = glyph.text.checked_sub(STRING_BASE);
        index.and_then(|index| self.strings.get(index as usize)).map_or("", |text| text)
    }

    /// Whether a glyph's text has a character like this.
    pub fn says(&self, glyph: &Glyph, mut is_like_this: impl FnMut(char) -> bool) -> bool {
        match char::from_u32(glyph.text) {
            Some(character) => is_like_this(character),
            None => self.string(glyph).chars().any(is_like_this),
        }
    }
}
