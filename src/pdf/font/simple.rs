//! Simple fonts (ISO 32000-2 §9.6): one byte a code, so everything about a font is two tables of 256 entries.

use super::cmap_syntax::Code;
use super::descriptor::Descriptor;
use super::encoding::Encoding;
use super::encoding_tables::{EncodingTable, MAC_ROMAN, STANDARD, WIN_ANSI};
use super::glyph_text::{GlyphText, NOTHING, Texts, character_text};
use super::names::{self, NumberedGlyph, NumericNames};
use super::program::Program;
use super::standard14::Standard14;
use super::symbol_fonts;
use super::to_unicode::ToUnicode;
use super::type3::{self, TextProcedures};
use super::{ShownCode, widths};
use crate::pdf::objects::Objects;
use lopdf::Dictionary;

/// Width where nothing states one, in thousandths of an em.
const UNKNOWN_WIDTH: f32 = 500.0;

/// Text and advance of each code.
#[derive(Debug)]
pub(super) struct SimpleCodes {
    texts: Box<[GlyphText; 256]>,
    advances: Box<[f32; 256]>,
}

impl SimpleCodes {
    /// Reads a Type 1 or TrueType font dictionary.
    pub(super) fn load(
        objects: &Objects,
        font: &Dictionary,
        descriptor: &Descriptor<'_>,
        texts: &mut Texts,
    ) -> SimpleCodes {
        let stated = widths::simple(objects, font);
        let mut loader = Loader::new(objects, font, descriptor, stated.as_deref(), false);
        loader.read_texts(texts);
        let advances = loader.advances();
        SimpleCodes { texts: loader.codes, advances }
    }

    /// Reads a Type 3 font dictionary (§9.6.4): its widths are in a glyph space of its own.
    pub(super) fn load_type3(
        objects: &Objects,
        font: &Dictionary,
        descriptor: &Descriptor<'_>,
        texts: &mut Texts,
        procedures: &mut TextProcedures,
    ) -> SimpleCodes {
        let stated = widths::simple(objects, font);
        let mut loader = Loader::new(objects, font, descriptor, stated.as_deref(), true);
        loader.read_texts(texts);
        *procedures = type3::text_procedures(objects, font, loader.unknown_names());
        for code in procedures.keys() {
            loader.set(*code, GlyphText::SHOWN_BY_PROCEDURE);
        }
        let scale = type3_scale(objects, font);
        let mut advances = Box::new([0.0; 256]);
        if let Some(stated) = &stated {
            for (advance, width) in advances.iter_mut().zip(stated.iter()) {
                *advance = width.unwrap_or(0.0) * scale;
            }
        }
        SimpleCodes { texts: loader.codes, advances }
    }

    /// Gives each code of a shown string to `sink`.
    pub(super) fn decode(&self, string: &[u8], sink: &mut impl FnMut(ShownCode)) {
        for &byte in string {
            let index = usize::from(byte);
            sink(ShownCode { text: self.texts[index], advance: self.advances[index], is_word_space: byte == b' ' });
        }
    }
}

/// Text space units in a unit of a Type 3 font's glyph space, along the line.
fn type3_scale(objects: &Objects, font: &Dictionary) -> f32 {
    let [a, b, ..] = objects.numbers::<6>(font, b"FontMatrix").unwrap_or([0.001, 0.0, 0.0, 0.001, 0.0, 0.0]);
    let scale = if a == 0.0 { b } else { a };
    if scale.is_finite() && scale.abs() <= 1000.0 { scale } else { 0.001 }
}

/// The sources of a simple font's texts and widths, asked in order; each fills what is still unknown.
struct Loader<'a> {
    objects: &'a Objects,
    descriptor: &'a Descriptor<'a>,
    font: &'a Dictionary,
    stated: Option<&'a [Option<f32>; 256]>,
    is_type3: bool,
    encoding: Encoding<'a>,
    codes: Box<[GlyphText; 256]>,
    /// Codes with a glyph name that means nothing by itself: the base encoding would be wrong for them.
    is_named: Box<[bool; 256]>,
    program: Option<Program>,
}

impl<'a> Loader<'a> {
    fn new(
        objects: &'a Objects,
        font: &'a Dictionary,
        descriptor: &'a Descriptor<'a>,
        stated: Option<&'a [Option<f32>; 256]>,
        is_type3: bool,
    ) -> Loader<'a> {
        Loader {
            objects,
            descriptor,
            font,
            stated,
            is_type3,
            encoding: Encoding::load(objects, font, descriptor),
            codes: Box::new([GlyphText::UNKNOWN; 256]),
            is_named: Box::new([false; 256]),
            program: None,
        }
    }

    fn read_texts(&mut self, texts: &mut Texts) {
        let to_unicode = ToUnicode::load(self.objects, self.font, texts);
        for code in 0..=u8::MAX {
            self.set(code, to_unicode.text(Code { value: u32::from(code), length: 1 }));
        }
        self.read_differences(texts);
        let is_macintosh = self.encoding.base.is_some_and(|base| std::ptr::eq(base, &MAC_ROMAN));
        if !is_macintosh {
            self.read_symbol_font(&to_unicode);
        }
        if let Some(base) = self.encoding.base {
            self.fill_from_table(base);
        }
        if self.needs_program() {
            self.program = Program::load(self.objects, self.descriptor);
            self.read_program(texts);
        }
        self.read_numbered_names();
        self.read_blanks(&to_unicode);
        self.fill_from_table(&STANDARD);
        if !self.is_type3 {
            self.fill_from_table(&WIN_ANSI);
            self.read_controls();
        }
    }

    /// Codes without text that have a glyph name, in the order in which the last of a code counts.
    fn unknown_names(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let is_unknown = |(code, _): &(u8, &[u8])| !self.codes[usize::from(*code)].is_known();
        self.encoding.differences.iter().copied().filter(is_unknown)
    }

    /// Sets a code's text if it has none yet.
    fn set(&mut self, code: u8, text: GlyphText) {
        let slot = &mut self.codes[usize::from(code)];
        if !slot.is_known() {
            *slot = text;
        }
    }

    fn fill_from_table(&mut self, table: &EncodingTable) {
        for code in 0..=u8::MAX {
            let index = usize::from(code);
            if !self.is_named[index]
                && table[index] != 0
                && let Some(character) = char::from_u32(u32::from(table[index]))
            {
                self.set(code, character_text(character));
            }
        }
    }

    fn read_differences(&mut self, texts: &mut Texts) {
        let is_dingbats = self.descriptor.standard == Some(Standard14::ZapfDingbats);
        // The last name of a code counts, and the first text that is set stays.
        let differences: Vec<_> = self.encoding.differences.iter().rev().copied().collect();
        for (code, name) in differences {
            let text = if is_dingbats { names::dingbat(name) } else { None };
            let text = text.or_else(|| names::text_of_name(name, texts));
            if !std::mem::replace(&mut self.is_named[usize::from(code)], true) {
                self.set(code, text.unwrap_or(GlyphText::UNKNOWN));
            }
        }
    }

    /// Whether a code that is likely shown has no text: one with a width, if there are widths.
    fn needs_program(&self) -> bool {
        let is_open = self.codes.iter().enumerate().any(|(code, text)| {
            let has_width = self.stated.is_none_or(|stated| stated[code].is_some_and(|width| width != 0.0));
            has_width && !text.is_known()
        });
        is_open && self.descriptor.is_embedded(self.objects)
    }

    fn read_program(&mut self, texts: &mut Texts) {
        let Some(program) = self.program.take() else { return };
        if program.is_sfnt() {
            self.read_truetype(&program, texts);
        }
        let mut found: Vec<(u8, Option<GlyphText>)> = Vec::new();
        program.built_in_names(&mut |code, name| found.push((code, names::text_of_name(name, texts))));
        for (code, text) in found {
            // A name in /Differences replaces the program's.
            if !std::mem::replace(&mut self.is_named[usize::from(code)], true) {
                self.set(code, text.unwrap_or(GlyphText::UNKNOWN));
            }
        }
        self.program = Some(program);
    }

    fn read_truetype(&mut self, program: &Program, texts: &mut Texts) {
        let by_glyph = program.texts_by_glyph(texts);
        if by_glyph.is_empty() {
            return;
        }
        let numeric = self.numeric_names();
        for (code, name) in self.encoding.differences.clone() {
            if let Some(NumberedGlyph::Glyph(glyph)) = numeric.read(name) {
                self.set(code, by_glyph.text(glyph));
            }
        }
        for (code, glyph) in (0..=u8::MAX).zip(program.glyphs_by_code()) {
            if !self.is_named[usize::from(code)] && glyph != 0 {
                self.set(code, by_glyph.text(glyph));
            }
        }
    }

    fn numeric_names(&self) -> NumericNames {
        NumericNames::of(self.encoding.differences.iter().map(|&(_, name)| name))
    }

    /// Private-use characters of symbol fonts: their low byte is a code of the font's own encoding.
    fn read_symbol_font(&mut self, to_unicode: &ToUnicode) {
        let Some(table) = symbol_fonts::table(&self.descriptor.name) else { return };
        for code in 0..=u8::MAX {
            let mapped = to_unicode.character(Code { value: u32::from(code), length: 1 });
            let own = mapped.and_then(symbol_fonts::code_of).unwrap_or(code);
            if !self.is_named[usize::from(code)]
                && let Some(character) = table(own)
            {
                self.set(code, character_text(character));
            }
        }
    }

    /// Names that number codes: `c65`, `G41`.
    fn read_numbered_names(&mut self) {
        let numeric = self.numeric_names();
        for (code, name) in self.encoding.differences.clone() {
            let number = match numeric.read(name) {
                Some(NumberedGlyph::Code(number)) => number,
                Some(NumberedGlyph::Glyph(number)) if number == u32::from(code) => number,
                _ => continue,
            };
            if let Some(&value) = WIN_ANSI.get(number as usize).filter(|&&value| value != 0)
                && let Some(character) = char::from_u32(u32::from(value))
            {
                self.set(code, character_text(character));
            }
        }
    }

    /// A tab or line end, by the code itself or by ToUnicode, of which nothing else is known is drawn as a space.
    fn read_blanks(&mut self, to_unicode: &ToUnicode) {
        for code in [b'\t', b'\n', b'\r'] {
            if !self.is_named[usize::from(code)] && self.program.is_none() {
                self.set(code, character_text(' '));
            }
        }
        for code in 0..=u8::MAX {
            if let Some('\t' | '\n' | '\r') = to_unicode.character(Code { value: u32::from(code), length: 1 }) {
                self.set(code, character_text(' '));
            }
        }
    }

    /// Control codes of a font that is not embedded show nothing: no font that stands in for it has glyphs for them.
    fn read_controls(&mut self) {
        if self.descriptor.is_embedded(self.objects) {
            return;
        }
        for code in 0..b' ' {
            if !self.is_named[usize::from(code)] {
                self.set(code, NOTHING);
            }
        }
    }

    /// The advances in text space units.
    fn advances(&mut self) -> Box<[f32; 256]> {
        let missing = self.descriptor.missing_width(self.objects);
        let mut advances = Box::new([0.0; 256]);
        let own = if self.stated.is_none() { self.own_widths() } else { Box::new([None; 256]) };
        for code in 0..=u8::MAX {
            let index = usize::from(code);
            let width = match self.stated {
                Some(stated) => stated[index].or(missing).unwrap_or(0.0),
                None => own[index].or(missing.filter(|&width| width > 0.0)).unwrap_or(UNKNOWN_WIDTH),
            };
            advances[index] = width / 1000.0;
        }
        advances
    }

    /// Widths by the standard fonts' metrics or by the program, where the dictionary has none.
    fn own_widths(&mut self) -> Box<[Option<f32>; 256]> {
        let mut widths = Box::new([None; 256]);
        if self.program.is_none() && self.descriptor.is_embedded(self.objects) {
            self.program = Program::load(self.objects, self.descriptor);
        }
        if let Some(program) = &self.program {
            program.built_in_advances(&mut |code, width| widths[usize::from(code)] = Some(width));
            let by_glyph = program.advances();
            for (width, glyph) in widths.iter_mut().zip(program.glyphs_by_code()) {
                if glyph != 0 {
                    *width = width.or_else(|| by_glyph.get(glyph as usize).copied());
                }
            }
        }
        if let Some(standard) = self.descriptor.standard {
            for (code, width) in (0..=u8::MAX).zip(widths.iter_mut()) {
                let character = self.codes[usize::from(code)].as_char();
                *width = width.or_else(|| standard.width(code, character));
            }
        }
        widths
    }
}
