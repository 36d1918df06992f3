//! Stream decoding: filters and their parameters resolved through references, abbreviated names, output bounded.
//! ISO 32000-2 §7.4.
//!
//! Written apart from lopdf's decoder because that one ignores indirect filters and parameters, knows no abbreviated
//! names, throws away what precedes damage in most filters, and fails where a bound is reached.

mod ascii;
mod flate;
mod lzw;
mod predictor;
mod run_length;

use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Object, Stream};
use std::borrow::Cow;

/// Filters one stream may name; files use one or two.
const MAX_FILTERS: usize = 16;

/// A stream's decoded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What could be decoded.
    pub bytes: Vec<u8>,
    /// Whether some layer held more than the limit allowed.
    pub reached_limit: bool,
}

/// The stream's decoded bytes, at most `limit`; partial output where the data is damaged, `None` for image codecs
/// and unknown filters.
pub fn decode(objects: &Objects, stream: &Stream, limit: usize) -> Option<Vec<u8>> {
    decode_within(objects, stream, limit).map(|decoded| decoded.bytes)
}

/// As [`decode`], telling whether the limit cut something off.
pub fn decode_within(objects: &Objects, stream: &Stream, limit: usize) -> Option<Decoded> {
    let layers = layers(objects, &stream.dict)?;
    let mut bytes = Cow::Borrowed(stream.content.as_slice());
    let mut reached_limit = false;
    for layer in layers {
        let decoded = layer.decode(objects, &bytes, limit);
        reached_limit |= decoded.reached_limit;
        bytes = Cow::Owned(decoded.bytes);
    }
    if bytes.len() > limit {
        reached_limit = true;
        bytes = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..limit]),
            Cow::Owned(mut bytes) => {
                bytes.truncate(limit);
                Cow::Owned(bytes)
            }
        };
    }
    Some(Decoded { bytes: bytes.into_owned(), reached_limit })
}

/// One filter of a stream with its parameters.
struct Layer<'a> {
    filter: Filter,
    parameters: Option<&'a Dictionary>,
}

/// The filters that yield bytes (table 6); image codecs are not among them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    Flate,
    Lzw,
    Ascii85,
    AsciiHex,
    RunLength,
    /// `Crypt`: lopdf has decrypted already what was not `Identity`.
    Identity,
}

impl Filter {
    /// The filter with this name or abbreviation (tables 6 and 92).
    fn named(name: &[u8]) -> Option<Filter> {
        Some(match name {
            b"FlateDecode" | b"Fl" => Filter::Flate,
            b"LZWDecode" | b"LZW" => Filter::Lzw,
            b"ASCII85Decode" | b"A85" => Filter::Ascii85,
            b"ASCIIHexDecode" | b"AHx" => Filter::AsciiHex,
            b"RunLengthDecode" | b"RL" => Filter::RunLength,
            b"Crypt" => Filter::Identity,
            _ => return None,
        })
    }
}

impl Layer<'_> {
    fn decode(&self, objects: &Objects, input: &[u8], limit: usize) -> Decoded {
        match self.filter {
            Filter::Flate => self.undo_predictor(objects, flate::decode(input, limit)),
            Filter::Lzw => {
                let early_change = self.integer(objects, b"EarlyChange").is_none_or(|value| value != 0);
                self.undo_predictor(objects, lzw::decode(input, early_change, limit))
            }
            Filter::Ascii85 => ascii::decode_85(input, limit),
            Filter::AsciiHex => ascii::decode_hex(input, limit),
            Filter::RunLength => run_length::decode(input, limit),
            Filter::Identity => Decoded { bytes: input.to_vec(), reached_limit: false },
        }
    }

    fn integer(&self, objects: &Objects, key: &[u8]) -> Option<i64> {
        objects.integer(self.parameters?, key)
    }

    fn undo_predictor(&self, objects: &Objects, mut decoded: Decoded) -> Decoded {
        let predictor = self.integer(objects, b"Predictor").unwrap_or(1);
        if predictor < 2 {
            return decoded;
        }
        let rows = predictor::Rows::new(
            self.integer(objects, b"Columns").unwrap_or(1),
            self.integer(objects, b"Colors").unwrap_or(1),
            self.integer(objects, b"BitsPerComponent").unwrap_or(8),
        );
        if let Some(rows) = rows {
            decoded.bytes = if predictor == 2 { rows.undo_tiff(decoded.bytes) } else { rows.undo_png(decoded.bytes) };
        }
        decoded
    }
}

/// The stream's filters in decoding order; `None` if one of them cannot be undone here.
fn layers<'a>(objects: &'a Objects, dictionary: &'a Dictionary) -> Option<Vec<Layer<'a>>> {
    let parameters = objects.get(dictionary, b"DecodeParms").or_else(|| objects.get(dictionary, b"DP"));
    let parameters_of = |index: usize| match parameters? {
        Object::Array(items) => objects.resolve(items.get(index)?).and_then(as_dictionary),
        // A lone dictionary belongs to the only filter; beside several it means the first.
        other if index == 0 => as_dictionary(other),
        _ => None,
    };
    let layer = |index: usize, object: &Object| {
        let Object::Name(name) = objects.resolve(object)? else { return None };
        Some(Layer { filter: Filter::named(name)?, parameters: parameters_of(index) })
    };
    match objects.get(dictionary, b"Filter") {
        None => Some(Vec::new()),
        Some(Object::Array(filters)) if filters.len() > MAX_FILTERS => None,
        Some(Object::Array(filters)) => {
            filters.iter().enumerate().map(|(index, filter)| layer(index, filter)).collect()
        }
        Some(name) => layer(0, name).map(|layer| vec![layer]),
    }
}
