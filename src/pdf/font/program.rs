//! Embedded font programs (ISO 32000-2 §9.9): what they know of characters and widths, asked only where dictionaries
//! leave a question open.
//!
//! Nothing is parsed that is not asked for: each question reads the tables it needs.

use super::descriptor::Descriptor;
use super::glyph_text::{GlyphText, NOTHING, Texts, character_text};
use super::names;
use super::type1_encoding;
use crate::pdf::objects::Objects;
use read_fonts::ps::cff::CffFontRef;
use read_fonts::ps::type1::Type1Font;
use read_fonts::tables::cmap::{CmapIterLimits, CmapSubtable, PlatformId};
use read_fonts::types::{GlyphId, Tag};
use read_fonts::{FontRef, TableProvider};

/// Pairs of a cmap that are looked at.
const MAX_PAIRS: usize = 200_000;
/// Glyphs of a program.
const MAX_GLYPHS: usize = 65_536;

/// A font program by its format.
pub(super) enum Program {
    /// TrueType or OpenType, the latter perhaps with CFF outlines.
    Sfnt(Vec<u8>),
    /// A bare CFF font.
    Cff(Vec<u8>),
    /// A Type 1 program.
    Type1(Vec<u8>),
}

impl Program {
    /// Decodes the program a descriptor names; its first bytes say the format, as the keys are not reliable.
    pub(super) fn load(objects: &Objects, descriptor: &Descriptor<'_>) -> Option<Program> {
        let data = objects.decode(descriptor.program(objects)?)?;
        match data.get(..4)? {
            [0, 1 | 2, 0, 0] | b"true" | b"ttcf" | b"OTTO" => Some(Program::Sfnt(data)),
            [b'%', b'!', ..] | [0x80, 1, ..] => Some(Program::Type1(data)),
            [1, _, 4..=u8::MAX, 1..=4] => Some(Program::Cff(data)),
            _ => Some(Program::Type1(data)),
        }
    }

    fn sfnt(&self) -> Option<FontRef<'_>> {
        match self {
            Program::Sfnt(data) => FontRef::from_index(data, 0).ok(),
            Program::Cff(_) | Program::Type1(_) => None,
        }
    }

    fn cff(&self) -> Option<CffFontRef<'_>> {
        match self {
            Program::Cff(data) => CffFontRef::new(data, 0, None).ok(),
            Program::Sfnt(_) => {
                let font = self.sfnt()?;
                CffFontRef::new(font.table_data(Tag::new(b"CFF "))?.as_bytes(), 0, None).ok()
            }
            Program::Type1(_) => None,
        }
    }

    /// Whether glyphs are chosen by a TrueType `cmap` table.
    pub(super) fn is_sfnt(&self) -> bool {
        matches!(self, Program::Sfnt(_))
    }

    /// Gives each code with the glyph name that the program's own encoding has for it (Type 1 and CFF).
    pub(super) fn built_in_names(&self, sink: &mut impl FnMut(u8, &[u8])) {
        if let Program::Type1(data) = self {
            type1_encoding::read(data, sink);
            return;
        }
        let Some(cff) = self.cff() else { return };
        let Some(encoding) = cff.encoding() else { return };
        for code in 0..=u8::MAX {
            let glyph = encoding.map(code).filter(|glyph| glyph.to_u32() != 0);
            let string = glyph.and_then(|glyph| encoding.charset().string_id(glyph));
            if let Some(name) = string.and_then(|string| cff.string(string)) {
                sink(code, name);
            }
        }
    }

    /// The glyph for each code of a simple TrueType font (§9.6.5.4): by the symbol or Macintosh subtable; 0 for none.
    pub(super) fn glyphs_by_code(&self) -> [u32; 256] {
        let mut glyphs = [0; 256];
        let Some(font) = self.sfnt() else { return glyphs };
        let symbol = subtable(&font, |platform, encoding| platform == PlatformId::Windows && encoding == 0);
        let macintosh = subtable(&font, |platform, encoding| platform == PlatformId::Macintosh && encoding == 0);
        for (code, slot) in (0u32..).zip(&mut glyphs) {
            let in_symbol = symbol.as_ref().and_then(|table| {
                let bases = [0xF000, 0, 0xF100, 0xF200];
                bases.iter().find_map(|base| table.map_codepoint(base + code).filter(|glyph| glyph.to_u32() != 0))
            });
            let glyph = in_symbol.or_else(|| macintosh.as_ref()?.map_codepoint(code));
            *slot = glyph.map_or(0, GlyphId::to_u32);
        }
        glyphs
    }

    /// The text of each glyph: its `cmap` reversed, else by the names in `post` or a CFF charset.
    pub(super) fn texts_by_glyph(&self, texts: &mut Texts) -> GlyphTexts {
        let mut by_glyph = GlyphTexts::default();
        if let Some(font) = self.sfnt() {
            by_glyph.read_cmap(&font);
            by_glyph.read_post(&font, texts);
        }
        if let Some(cff) = self.cff() {
            by_glyph.read_charset(&cff, texts);
        }
        by_glyph
    }

    /// The glyph of each CID of a CID-keyed CFF program; `None` if its CIDs are its glyphs.
    pub(super) fn glyphs_by_cid(&self) -> Option<Vec<u16>> {
        let cff = self.cff().filter(CffFontRef::is_cid)?;
        let mut glyphs = Vec::new();
        for (glyph, cid) in cff.charset()?.iter().take(MAX_GLYPHS) {
            let cid = usize::from(cid.to_u16());
            if glyphs.len() <= cid {
                glyphs.resize(cid + 1, 0);
            }
            if let (Some(slot), Ok(glyph)) = (glyphs.get_mut(cid), u16::try_from(glyph.to_u32())) {
                *slot = glyph;
            }
        }
        Some(glyphs)
    }

    /// The advances of all glyphs of a TrueType program, in thousandths of an em.
    pub(super) fn advances(&self) -> Vec<f32> {
        let read = || {
            let font = self.sfnt()?;
            let units = f32::from(font.head().ok()?.units_per_em()).max(1.0);
            let metrics = font.hmtx().ok()?;
            let count = u32::from(font.maxp().ok()?.num_glyphs());
            let advance = |glyph| metrics.advance(GlyphId::new(glyph)).map_or(0.0, |it| f32::from(it) * 1000.0 / units);
            Some((0..count).map(advance).collect())
        };
        read().unwrap_or_default()
    }

    /// Gives each code with its advance by the program's own encoding, in thousandths of an em (Type 1 and CFF).
    pub(super) fn built_in_advances(&self, sink: &mut impl FnMut(u8, f32)) {
        if let Program::Type1(data) = self {
            let Ok(font) = Type1Font::new(data) else { return };
            let Some(encoding) = font.encoding() else { return };
            for code in 0..=u8::MAX {
                let width = encoding.map(code).and_then(|glyph| font.advance(glyph, None).ok().flatten());
                if let Some(width) = width {
                    sink(code, width * 1000.0 / font.upem().max(1) as f32);
                }
            }
            return;
        }
        let Some(cff) = self.cff() else { return };
        let (Some(encoding), Ok(subfont)) = (cff.encoding(), cff.subfont(0, &[])) else { return };
        for code in 0..=u8::MAX {
            let glyph = encoding.map(code).filter(|glyph| glyph.to_u32() != 0);
            if let Some(width) = glyph.and_then(|glyph| cff.advance(&subfont, glyph, &[], None).ok().flatten()) {
                sink(code, width * 1000.0 / cff.upem().max(1) as f32);
            }
        }
    }
}

/// The first subtable of a `cmap` whose platform and encoding are wanted.
fn subtable<'a>(font: &FontRef<'a>, is_wanted: impl Fn(PlatformId, u16) -> bool) -> Option<CmapSubtable<'a>> {
    let cmap = font.cmap().ok()?;
    let mut records = cmap.encoding_records().iter();
    let record = records.find(|record| is_wanted(record.platform_id(), record.encoding_id()))?;
    record.subtable(cmap.offset_data()).ok()
}

/// Texts of glyphs by their index.
#[derive(Debug, Default)]
pub(super) struct GlyphTexts(Vec<GlyphText>);

impl GlyphTexts {
    /// The 258 glyphs of the Macintosh order, which fonts of Microsoft's core set begin with, for files that name such
    /// a font and embed no program, or one without its tables.
    pub(super) fn macintosh_order(name: &str, texts: &mut Texts) -> GlyphTexts {
        let name = name.to_ascii_lowercase().replace([' ', '-'], "");
        let families =
            ["arial", "timesnewroman", "couriernew", "verdana", "georgia", "tahoma", "trebuchet", "comicsans"];
        let mut by_glyph = GlyphTexts::default();
        if families.iter().any(|family| name.starts_with(family)) {
            for (glyph, name) in (0u32..).zip(read_fonts::tables::post::DEFAULT_GLYPH_NAMES) {
                let text = names::text_of_name(name.as_bytes(), texts).filter(|text| *text != NOTHING);
                by_glyph.set(glyph, text.unwrap_or(GlyphText::UNKNOWN));
            }
        }
        by_glyph
    }

    /// The text of a glyph.
    pub(super) fn text(&self, glyph: u32) -> GlyphText {
        self.0.get(glyph as usize).copied().unwrap_or(GlyphText::UNKNOWN)
    }

    /// Whether no glyph has text.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set(&mut self, glyph: u32, text: GlyphText) {
        let glyph = glyph as usize;
        if glyph == 0 || glyph >= MAX_GLYPHS || !text.is_known() {
            return;
        }
        if self.0.len() <= glyph {
            self.0.resize(glyph + 1, GlyphText::UNKNOWN);
        }
        // The lowest code point stands: a space before a no-break space, a letter before its compatibility forms.
        if let Some(slot) = self.0.get_mut(glyph)
            && !slot.is_known()
        {
            *slot = text;
        }
    }

    fn read_cmap(&mut self, font: &FontRef<'_>) {
        let full = subtable(font, |platform, encoding| {
            platform == PlatformId::Windows && encoding == 10
                || platform == PlatformId::Unicode && matches!(encoding, 4 | 6)
        });
        let basic = || {
            subtable(font, |platform, encoding| {
                platform == PlatformId::Windows && encoding == 1 || platform == PlatformId::Unicode && encoding != 5
            })
        };
        let Some(table) = full.or_else(basic) else { return };
        let limits = CmapIterLimits { max_char: char::MAX as u32, glyph_count: MAX_GLYPHS as u32 };
        for (code, glyph) in table.iter_with_limits(limits).take(MAX_PAIRS) {
            if let Some(character) = char::from_u32(code) {
                self.set(glyph.to_u32(), character_text(character));
            }
        }
    }

    fn read_post(&mut self, font: &FontRef<'_>, texts: &mut Texts) {
        let Ok(post) = font.post() else { return };
        let Some(indices) = post.glyph_name_index() else { return };
        let own: Vec<&str> = post.string_data().map_or(Vec::new(), |strings| {
            strings.iter().take(MAX_GLYPHS).map(|string| string.map_or("", |string| string.as_str())).collect()
        });
        for (glyph, index) in (0u32..).zip(indices.iter().take(MAX_GLYPHS)) {
            if self.text(glyph).is_known() {
                continue;
            }
            let index = usize::from(index.get());
            let standard = read_fonts::tables::post::DEFAULT_GLYPH_NAMES;
            let name = standard.get(index).or_else(|| own.get(index.checked_sub(standard.len())?));
            if let Some(text) = name.and_then(|name| names::text_of_name(name.as_bytes(), texts)) {
                self.set(glyph, text);
            }
        }
    }

    fn read_charset(&mut self, cff: &CffFontRef<'_>, texts: &mut Texts) {
        let Some(charset) = cff.charset().filter(|_| !cff.is_cid()) else { return };
        for (glyph, string) in charset.iter().take(MAX_GLYPHS) {
            let text = cff.string(string).and_then(|name| names::text_of_name(name, texts));
            self.set(glyph.to_u32(), text.unwrap_or(GlyphText::UNKNOWN));
        }
    }
}
