//! Simple fonts that are not: Chinese Windows programs named a system font by its GBK name and showed GBK codes with it.
//!
//! The dictionary says TrueType and WinAnsiEncoding, so nothing but the name tells that codes have two bytes.

use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object, dictionary};

/// The GBK names of the system fonts: Song, Kai, Hei, FangSong and New Song.
const NAMES: [[u8; 4]; 5] = [
    [0xCB, 0xCE, 0xCC, 0xE5],
    [0xBF, 0xAC, 0xCC, 0xE5],
    [0xBA, 0xDA, 0xCC, 0xE5],
    [0xB7, 0xC2, 0xCB, 0xCE],
    [0xD0, 0xC2, 0xCB, 0xCE],
];

/// Whether a simple font is one of them, not embedded, with no map of its own.
pub(super) fn is_gbk(objects: &Objects, font: &Dictionary) -> bool {
    let name = objects.name(font, b"BaseFont").unwrap_or_default();
    let is_named = NAMES.iter().any(|start| name.starts_with(start));
    let descriptor = objects.dictionary(font, b"FontDescriptor");
    let is_embedded = descriptor.is_some_and(|it| it.has(b"FontFile2") || it.has(b"FontFile3") || it.has(b"FontFile"));
    is_named && !is_embedded && !font.has(b"ToUnicode")
}

/// A composite font and its descendant in one, with these fonts' codes and widths: ASCII is half as wide as the rest.
pub(super) fn gbk_font() -> Dictionary {
    dictionary! {
        "Encoding" => Object::Name(b"GBK-EUC-H".to_vec()),
        "DW" => 1000,
        "W" => vec![814.into(), 907.into(), 500.into(), 7716.into(), 7716.into(), 500.into()],
    }
}
