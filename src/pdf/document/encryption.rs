//! Encryption dictionaries (ISO 32000-2 §7.6.2) that lopdf cannot read as written, rewritten so that it can.
//!
//! lopdf wants the dictionary in an object of its own, no references inside, the key length the version implies, and a
//! file identifier. Other readers do not. What is missing is appended as an incremental update.

use super::load::load_once;
use crate::pdf::objects::as_dictionary;
use lopdf::{Dictionary, Document, Object, StringFormat, Writer};
use memchr::memmem;

/// Keys of a cross-reference stream that a plain trailer must not repeat.
const STREAM_KEYS: [&[u8]; 7] = [b"Type", b"W", b"Index", b"Filter", b"DecodeParms", b"Length", b"XRefStm"];

/// What the key /Encrypt is made so that a document is loaded as it is.
const BLANKED_KEY: &[u8] = b"Encrypx";

/// Bytes after /CF in which its first references stand, if it has any.
const FILTERS_WITHIN: usize = 64;

/// Whether the standard, password-based security handler encrypted the document.
pub fn is_by_password(locked: &Document) -> bool {
    match dictionary(locked).and_then(|dictionary| dictionary.get(b"Filter").ok()) {
        Some(Object::Name(handler)) => handler == b"Standard",
        _ => true,
    }
}

/// The bytes with an update that makes the encryption dictionary readable; `None` if nothing needs repair.
pub fn repaired(bytes: &[u8], locked: &Document) -> Option<Vec<u8>> {
    let written = dictionary(locked)?;
    let mut encrypt = written.clone();
    if has_references(&encrypt)
        && let Some(objects) = loaded_without_encryption(bytes)
    {
        resolve_values(&mut encrypt, &objects);
    }
    normalise_key_length(&mut encrypt);
    let is_direct = !matches!(locked.trailer.get(b"Encrypt"), Ok(Object::Reference(_)));
    let has_id = has_file_id(locked);
    if !is_direct && has_id && encrypt == *written {
        return None;
    }
    let mut trailer = locked.trailer.clone();
    if !has_id {
        let empty = Object::String(Vec::new(), StringFormat::Hexadecimal);
        trailer.set("ID", Object::Array(vec![empty.clone(), empty]));
    }
    append_update(bytes, locked, trailer, &encrypt)
}

/// The bytes with an update that makes the crypt filters direct, where some are not: lopdf opens such a document, but
/// decrypts its streams with no filter at all.
pub fn with_direct_filters(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_indirect = |at: usize| {
        let value = bytes.get(at..).unwrap_or_default();
        memmem::find(value.get(..FILTERS_WITHIN).unwrap_or(value), b" R").is_some()
    };
    if !memmem::find_iter(bytes, b"/CF").any(is_indirect) {
        return None;
    }
    let mut locked = loaded_without_encryption(bytes)?;
    let encrypt = locked.trailer.remove(BLANKED_KEY)?;
    locked.trailer.set("Encrypt", encrypt);
    repaired(bytes, &locked)
}

/// The encryption dictionary, if it is one.
pub fn dictionary(locked: &Document) -> Option<&Dictionary> {
    let encrypt = locked.trailer.get(b"Encrypt").ok()?;
    match encrypt {
        Object::Reference(id) => locked.objects.get(id).and_then(as_dictionary),
        other => as_dictionary(other),
    }
}

/// Whether the trailer holds the identifier that goes into the key.
fn has_file_id(locked: &Document) -> bool {
    match locked.trailer.get(b"ID") {
        Ok(Object::Array(parts)) => matches!(parts.first(), Some(Object::String(..))),
        _ => false,
    }
}

/// Whether a value, or one of a crypt filter, is a reference.
fn has_references(dictionary: &Dictionary) -> bool {
    dictionary.iter().any(|(_, value)| match value {
        Object::Reference(_) => true,
        Object::Dictionary(inner) => has_references(inner),
        _ => false,
    })
}

/// The document's objects, still encrypted. lopdf loads none of a locked document, so the key /Encrypt is blanked
/// wherever it stands: a new trailer alone would inherit it from the older ones.
fn loaded_without_encryption(bytes: &[u8]) -> Option<Document> {
    const KEY: &[u8] = b"/Encrypt";
    let blanked = BLANKED_KEY.last().copied()?;
    let mut plain = bytes.to_vec();
    for start in 0..plain.len().saturating_sub(KEY.len()) {
        let is_key = plain[start..].starts_with(KEY) && !plain[start + KEY.len()].is_ascii_alphanumeric();
        if is_key {
            plain[start + KEY.len() - 1] = blanked;
        }
    }
    load_once(&plain, None, false).ok()
}

/// Puts the objects meant in the place of references, two levels deep: values, and those of each crypt filter.
fn resolve_values(dictionary: &mut Dictionary, objects: &Document) {
    for (_, value) in dictionary.iter_mut() {
        resolve_value(value, objects);
        let Object::Dictionary(filters) = value else { continue };
        for (_, filter) in filters.iter_mut() {
            resolve_value(filter, objects);
            if let Object::Dictionary(filter) = filter {
                filter.iter_mut().for_each(|(_, value)| resolve_value(value, objects));
            }
        }
    }
}

fn resolve_value(value: &mut Object, objects: &Document) {
    if let Object::Reference(id) = value
        && let Some(meant) = objects.objects.get(id)
    {
        *value = meant.clone();
    }
}

/// Gives /Length the value that /V implies; version 4 with a shorter RC4 key becomes version 2, which is the same
/// cipher with a key length of its own.
fn normalise_key_length(encrypt: &mut Dictionary) {
    let integer = |dictionary: &Dictionary, key: &[u8]| dictionary.get(key).and_then(Object::as_i64).ok();
    let length = integer(encrypt, b"Length");
    match integer(encrypt, b"V") {
        Some(1) if length.is_some_and(|bits| bits != 40) => encrypt.set("Length", 40),
        Some(4) => match short_rc4_key(encrypt) {
            Some(bits) => {
                encrypt.set("V", 2);
                encrypt.set("Length", bits);
            }
            None if length.is_some_and(|bits| bits != 128) => encrypt.set("Length", 128),
            None => {}
        },
        Some(5) if length.is_some_and(|bits| bits != 256) => encrypt.set("Length", 256),
        _ => {}
    }
}

/// The key length in bits where one RC4 crypt filter, for strings and streams alike, has a key under 128 bits.
fn short_rc4_key(encrypt: &Dictionary) -> Option<i64> {
    let stream_filter = encrypt.get(b"StmF").and_then(Object::as_name).ok()?;
    let string_filter = encrypt.get(b"StrF").and_then(Object::as_name).ok()?;
    let filters = encrypt.get(b"CF").and_then(Object::as_dict).ok()?;
    let filter = filters.get(stream_filter).and_then(Object::as_dict).ok()?;
    let method = filter.get(b"CFM").and_then(Object::as_name).ok()?;
    if stream_filter != string_filter || method != b"V2" {
        return None;
    }
    let length = filter.get(b"Length").or_else(|_| encrypt.get(b"Length")).and_then(Object::as_i64).ok()?;
    // Some writers count bytes, some bits.
    let bits = if length < 40 { length.checked_mul(8)? } else { length };
    (40..128).contains(&bits).then_some(bits)
}

/// Appends the dictionary as a new object, a cross-reference section for it and the trailer.
fn append_update(bytes: &[u8], locked: &Document, mut trailer: Dictionary, encrypt: &Dictionary) -> Option<Vec<u8>> {
    let number = locked.max_id.max(locked.reference_table.size).checked_add(1)?;
    for key in STREAM_KEYS {
        trailer.remove(key);
    }
    trailer.set("Encrypt", Object::Reference((number, 0)));
    trailer.set("Size", i64::from(number) + 1);
    trailer.set("Prev", i64::try_from(locked.xref_start).ok()?);

    let mut updated = bytes.to_vec();
    updated.push(b'\n');
    let object_start = updated.len();
    updated.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    Writer::write_object(&mut updated, &Object::Dictionary(encrypt.clone())).ok()?;
    updated.extend_from_slice(b"\nendobj\n");
    let table_start = updated.len();
    updated.extend_from_slice(format!("xref\n{number} 1\n{object_start:010} 00000 n \ntrailer\n").as_bytes());
    Writer::write_object(&mut updated, &Object::Dictionary(trailer)).ok()?;
    updated.extend_from_slice(format!("\nstartxref\n{table_start}\n%%EOF\n").as_bytes());
    Some(updated)
}
