//! Encoding CMaps of composite fonts (ISO 32000-2 §9.7.5): character code → CID, predefined or embedded.
//!
//! Predefined CMaps are inflated once in a process and shared; embedded ones are kept as their ranges.

use super::cid_collection::Collection;
use super::cmap_syntax::{self, Code, Item, Target};
use super::code_space::{self, CodeSpace};
use super::glyph_text::{GlyphText, character_text};
use crate::pdf::objects::Objects;
use hayro_cmap::{CMap as PredefinedCMap, CMapName, CidFamily, WritingMode};
use lopdf::{Dictionary, Object};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// CMaps that may use one another in a chain.
const MAX_DEPTH: u32 = 5;
/// Ranges looked at for one code where ranges overlap.
const MAX_OVERLAP: usize = 32;

/// The Unicode encoding form a predefined CMap's codes are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UnicodeForm {
    Utf8,
    Utf16,
    Utf32,
}

/// Codes `first..=last` are the CIDs from `cid` on.
#[derive(Debug, Clone, Copy)]
struct CidRange {
    first: u32,
    last: u32,
    cid: u32,
}

#[derive(Debug)]
enum Cids {
    /// The code is the CID.
    Identity,
    Predefined(Arc<PredefinedCMap>),
    /// By the length of the code in bytes, less one; in order of the first code.
    Ranges(Box<[Vec<CidRange>; 4]>),
    Unknown,
}

/// A CMap made ready.
#[derive(Debug)]
pub(super) struct CMap {
    /// Where codes end.
    pub(super) code_space: CodeSpace,
    /// Whether it is for vertical writing.
    pub(super) is_vertical: bool,
    /// The collection its CIDs are of, if it is one with known characters.
    pub(super) collection: Option<Collection>,
    cids: Cids,
    unicode_form: Option<UnicodeForm>,
    base: Option<Box<CMap>>,
    /// Whether a limit left mappings out.
    is_cut: bool,
}

impl CMap {
    /// Reads the CMap under /Encoding of a composite font; two-byte identity if there is none.
    pub(super) fn load(objects: &Objects, font: &Dictionary) -> CMap {
        match objects.get(font, b"Encoding") {
            Some(object) => CMap::from_object(objects, object, 0),
            None => CMap::predefined(b"Identity-H"),
        }
    }

    fn from_object(objects: &Objects, object: &Object, depth: u32) -> CMap {
        match object {
            Object::Name(name) => CMap::predefined(name),
            Object::Stream(stream) if depth < MAX_DEPTH => {
                let data = objects.decode(stream).unwrap_or_default();
                let mut cmap = CMap::parse(&data);
                if cmap.is_cut {
                    objects.note_cut();
                }
                if cmap.base.is_none()
                    && let Some(used) = objects.get(&stream.dict, b"UseCMap")
                {
                    cmap.set_base(CMap::from_object(objects, used, depth + 1));
                }
                if objects.integer(&stream.dict, b"WMode") == Some(1) {
                    cmap.is_vertical = true;
                }
                cmap.finish();
                cmap
            }
            Object::Stream(_) => {
                objects.note_cut();
                CMap::predefined(b"Identity-H")
            }
            _ => CMap::predefined(b"Identity-H"),
        }
    }

    /// The predefined CMap of this name; identity for an unknown one.
    pub(super) fn predefined(name: &[u8]) -> CMap {
        let is_vertical = name.ends_with(b"-V") || name == b"V";
        let unicode_form = unicode_form(name);
        let mut cmap = CMap {
            code_space: code_space::predefined(name),
            is_vertical,
            collection: None,
            cids: Cids::Identity,
            unicode_form,
            base: None,
            is_cut: false,
        };
        if name.starts_with(b"Identity") {
            return cmap;
        }
        if let Some(predefined) = shared(name) {
            cmap.collection =
                predefined.metadata().character_collection.as_ref().and_then(|it| known_collection(&it.family));
            cmap.is_vertical |= predefined.metadata().writing_mode == Some(WritingMode::Vertical);
            cmap.cids = Cids::Predefined(predefined);
        } else if unicode_form.is_some() {
            // A newer CMap in Unicode: its text is known even if its CIDs are not.
            cmap.cids = Cids::Unknown;
        }
        cmap
    }

    /// Reads a CMap file; [`CMap::finish`] must follow.
    fn parse(data: &[u8]) -> CMap {
        let mut ranges: Box<[Vec<CidRange>; 4]> = Box::default();
        let mut unicode: Vec<(Code, u32, u32)> = Vec::new();
        let mut code_space = CodeSpace::default();
        let mut is_vertical = false;
        let mut collection = None;
        let mut used = None;
        let is_whole = cmap_syntax::read(data, &mut |item| match item {
            Item::CodeSpace { low, high } => code_space.push(low, high),
            Item::Cids { first, last, cid } => push(&mut ranges, first, last, cid),
            // Some producers write CIDs as the targets of a map to Unicode.
            Item::Unicode { first, last, target: Target::Units(units) } => {
                if let Some(&unit) = units.last() {
                    unicode.push((first, last, u32::from(unit)));
                }
            }
            Item::Use(name) => used = Some(name),
            Item::WritingMode(mode) => is_vertical = mode == 1,
            Item::Ordering(ordering) => collection = Collection::by_ordering(ordering),
            Item::Unicode { .. } => {}
        });
        if ranges.iter().all(Vec::is_empty) {
            for (first, last, cid) in unicode {
                push(&mut ranges, first, last, cid);
            }
        }
        let cids = Cids::Ranges(ranges);
        let mut cmap =
            CMap { code_space, is_vertical, collection, cids, unicode_form: None, base: None, is_cut: !is_whole };
        if let Some(name) = used {
            cmap.set_base(CMap::predefined(name));
        }
        cmap
    }

    fn set_base(&mut self, base: CMap) {
        self.code_space.extend(&base.code_space);
        self.collection = self.collection.or(base.collection);
        self.base = Some(Box::new(base));
    }

    /// Sorts what was read, and infers the code space where none was declared.
    fn finish(&mut self) {
        if let Cids::Ranges(ranges) = &mut self.cids {
            for ranges in ranges.iter_mut() {
                ranges.sort_by_key(|range| range.first);
            }
            if self.code_space.is_empty() {
                let only_single = !ranges[0].is_empty() && ranges[1..].iter().all(Vec::is_empty);
                self.code_space = CodeSpace::fixed(if only_single { 1 } else { 2 });
            }
        }
        self.code_space.finish();
    }

    /// The CID of a code, if the CMap has one.
    pub(super) fn cid(&self, code: Code) -> Option<u32> {
        let own = match &self.cids {
            Cids::Identity => Some(code.value),
            Cids::Predefined(predefined) => predefined.lookup_cid_code(code.value, code.length),
            Cids::Ranges(ranges) => {
                ranges.get(usize::from(code.length).checked_sub(1)?).and_then(|ranges| find(ranges, code.value))
            }
            Cids::Unknown => None,
        };
        own.or_else(|| self.base.as_ref()?.cid(code))
    }

    /// The text of a code, if codes of this CMap are Unicode.
    pub(super) fn text(&self, code: Code) -> GlyphText {
        let character = match self.unicode_form {
            None => return self.base.as_ref().map_or(GlyphText::UNKNOWN, |base| base.text(code)),
            Some(UnicodeForm::Utf32) => char::from_u32(code.value),
            Some(UnicodeForm::Utf16) => {
                let units = [(code.value >> 16) as u16, code.value as u16];
                let units = if code.length == 4 { &units[..] } else { &units[1..] };
                char::decode_utf16(units.iter().copied()).next().and_then(Result::ok)
            }
            Some(UnicodeForm::Utf8) => {
                let bytes = code.value.to_be_bytes();
                let own = bytes.get(4usize.saturating_sub(usize::from(code.length))..).unwrap_or_default();
                std::str::from_utf8(own).ok().and_then(|text| text.chars().next())
            }
        };
        character.map_or(GlyphText::UNKNOWN, character_text)
    }

    /// Whether every code is two bytes long and its own CID.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self.cids, Cids::Identity)
    }
}

fn push(ranges: &mut [Vec<CidRange>; 4], first: Code, last: u32, cid: u32) {
    if let Some(ranges) = ranges.get_mut(usize::from(first.length).saturating_sub(1)) {
        ranges.push(CidRange { first: first.value, last, cid });
    }
}

fn find(ranges: &[CidRange], value: u32) -> Option<u32> {
    let end = ranges.partition_point(|range| range.first <= value);
    let range = ranges.get(..end)?.iter().rev().take(MAX_OVERLAP).find(|range| range.last >= value)?;
    range.cid.checked_add(value - range.first)
}

fn unicode_form(name: &[u8]) -> Option<UnicodeForm> {
    if !name.starts_with(b"Uni") {
        return None;
    }
    let has = |part: &str| name.windows(part.len()).any(|window| window == part.as_bytes());
    if has("UTF16") || has("UCS2") {
        Some(UnicodeForm::Utf16)
    } else if has("UTF32") {
        Some(UnicodeForm::Utf32)
    } else {
        has("UTF8").then_some(UnicodeForm::Utf8)
    }
}

fn known_collection(family: &CidFamily) -> Option<Collection> {
    match family {
        CidFamily::AdobeGB1 => Some(Collection::Gb1),
        CidFamily::AdobeCNS1 => Some(Collection::Cns1),
        CidFamily::AdobeJapan1 => Some(Collection::Japan1),
        CidFamily::AdobeKorea1 => Some(Collection::Korea1),
        CidFamily::AdobeIdentity | CidFamily::Custom { .. } => None,
    }
}

/// Predefined CMaps by name.
type ParsedCMaps = HashMap<Box<[u8]>, Arc<PredefinedCMap>>;

/// A predefined CMap, parsed at most once in the process.
fn shared(name: &[u8]) -> Option<Arc<PredefinedCMap>> {
    static PARSED: OnceLock<Mutex<ParsedCMaps>> = OnceLock::new();
    let known = CMapName::from_bytes(name);
    if matches!(known, CMapName::Custom(_)) {
        return None;
    }
    let parsed = PARSED.get_or_init(Mutex::default);
    if let Some(cmap) = parsed.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
        return Some(Arc::clone(cmap));
    }
    let data = hayro_cmap::load_embedded(known)?;
    let cmap = Arc::new(PredefinedCMap::parse(data, hayro_cmap::load_embedded)?);
    parsed.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Arc::clone(&cmap));
    Some(cmap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(source: &str) -> CMap {
        let mut cmap = CMap::parse(source.as_bytes());
        cmap.finish();
        cmap
    }

    #[test]
    fn predefined_cmaps_map_codes() {
        let cases = [
            (b"Identity-H".as_slice(), 0x1234, 2, Some(0x1234), None),
            (b"90ms-RKSJ-H", 0x8140, 2, Some(633), None),
            (b"GBK-EUC-V", 0x20, 1, Some(7716), None),
            (b"UniJIS-UTF16-H", 0x5C, 2, Some(97), Some('\\')),
            (b"UniGB-UCS2-H", 0x4E00, 2, Some(4162), Some('一')),
            (b"UniJISX0213-UTF32-H", 0x4E00, 4, None, Some('一')),
        ];
        for (name, value, length, cid, character) in cases {
            let cmap = CMap::predefined(name);
            let code = Code { value, length };
            let label = String::from_utf8_lossy(name);
            assert_eq!(cmap.cid(code), cid, "{label}");
            assert_eq!(cmap.text(code).as_char(), character, "{label}");
        }
        assert!(CMap::predefined(b"V").is_vertical);
        assert_eq!(CMap::predefined(b"ETen-B5-H").collection, Some(Collection::Cns1));
    }

    #[test]
    fn embedded_cmaps_map_codes() {
        let cmap = parsed(
            "/WMode 1 def /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) >> def
             2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange
             begincidrange <20> <7E> 1 <8000> <8100> 500 endcidrange begincidchar <8005> 9 endcidchar",
        );
        assert!(cmap.is_vertical);
        assert_eq!(cmap.collection, Some(Collection::Japan1));
        let cases = [(0x21, 1, Some(2)), (0x8001, 2, Some(501)), (0x8005, 2, Some(9)), (0x21, 2, None)];
        for (value, length, expected) in cases {
            assert_eq!(cmap.cid(Code { value, length }), expected, "{value:#x}");
        }
        assert_eq!(cmap.code_space.next_code(b"\x21"), Some(Code { value: 0x21, length: 1 }));
    }

    #[test]
    fn used_cmaps_answer_for_the_rest() {
        let cmap = parsed("/90ms-RKSJ-H usecmap begincidchar <8140> 5 endcidchar");
        assert_eq!(cmap.cid(Code { value: 0x8140, length: 2 }), Some(5));
        assert_eq!(cmap.cid(Code { value: 0x20, length: 1 }), Some(231));
        assert_eq!(cmap.code_space.next_code(b"\x81\x40"), Some(Code { value: 0x8140, length: 2 }));
    }
}
