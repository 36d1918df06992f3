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

use crate::clock::{Stage, enter};
use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Object, Stream};
use std::borrow::Cow;

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
    let _decoding = enter(Stage::Decode);
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
        Some(Object::Array(filters)) if filters.len() > objects.limits().filters => {
            objects.note_cut();
            None
        }
        Some(Object::Array(filters)) => {
            filters.iter().enumerate().map(|(index, filter)| layer(index, filter)).collect()
        }
        Some(name) => layer(0, name).map(|layer| vec![layer]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Limits;
    use crate::pdf::test_pdf::TestPdf;
    use flate2::{Compression, write::ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).expect("memory");
        encoder.finish().expect("memory")
    }

    /// Decodes the stream of object 4 of a test file.
    fn content_of(pdf: &TestPdf, limit: usize) -> Option<Decoded> {
        let pdf = pdf.open();
        let stream = pdf.objects().stream(pdf.page(0)?.dictionary, b"Contents")?.clone();
        decode_within(pdf.objects(), &stream, limit)
    }

    fn decoded(entries: &str, content: &[u8]) -> Option<String> {
        let pdf = TestPdf::with_text("x")
            .stream(4, entries, content)
            .object(6, "/ASCIIHexDecode")
            .object(7, "<< /Predictor 12 /Columns 3 >>");
        content_of(&pdf, 1 << 20).map(|decoded| String::from_utf8_lossy(&decoded.bytes).into_owned())
    }

    #[test]
    fn filters_are_found_however_they_are_named() {
        let flate = zlib(b"Abc");
        let hex_of_flate: String = flate.iter().map(|byte| format!("{byte:02x}")).collect();
        let rows = zlib(b"\x02Abc\x02\x01\x01\x01");
        let cases: [(&str, &[u8], Option<&str>); 14] = [
            ("", b"Abc", Some("Abc")),
            ("/Filter 6 0 R", b"416263>", Some("Abc")),
            ("/Filter [6 0 R]", b"41 62 6", Some("Ab`")),
            ("/Filter /AHx", b"416263", Some("Abc")),
            ("/Filter /FlateDecode", &flate, Some("Abc")),
            ("/Filter [/AHx /Fl]", hex_of_flate.as_bytes(), Some("Abc")),
            ("/Filter /Fl /DecodeParms 7 0 R", &rows, Some("AbcBcd")),
            ("/Filter [/Crypt /Fl] /DecodeParms [null 7 0 R]", &rows, Some("AbcBcd")),
            ("/Filter /A85", b"<~87cUR D]j\n7BEbk~>", Some("Hello worl")),
            ("/Filter /ASCII85Decode", b"87cURDZ", Some("Hello")),
            ("/Filter /RL", b"\x01Ab\xFEc\x80x", Some("Abccc")),
            ("/Filter /LZWDecode", b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", Some("-----A---B")),
            ("/Filter /DCTDecode", b"Abc", None),
            ("/Filter [/FlateDecode /Unknown]", &flate, None),
        ];
        for (entries, content, expected) in cases {
            assert_eq!(decoded(entries, content).as_deref(), expected, "{entries}");
        }
    }

    #[test]
    fn flate_damage_keeps_what_precedes_it() {
        let text = "The quick brown fox jumps over the lazy dog. ".repeat(200);
        let whole = zlib(text.as_bytes());
        let without_checksum = &whole[..whole.len() - 4];
        assert_eq!(flate::decode(without_checksum, 1 << 20).bytes, text.as_bytes());
        assert_eq!(flate::decode(&whole[2..], 1 << 20).bytes, text.as_bytes(), "raw deflate");
        assert_eq!(
            flate::decode(&[b"\r\n", &whole[..]].concat(), 1 << 20).bytes,
            text.as_bytes(),
            "line end counted in"
        );
        let mut damaged_header = whole.clone();
        damaged_header[0] = 0xFF;
        assert_eq!(flate::decode(&damaged_header, 1 << 20).bytes, text.as_bytes());
        let cut = flate::decode(&whole[..whole.len() / 2], 1 << 20).bytes;
        assert!(!cut.is_empty() && text.as_bytes().starts_with(&cut), "{} bytes", cut.len());
    }

    #[test]
    fn every_layer_is_bounded_and_says_so() {
        let bomb = zlib(&zlib(&vec![b' '; 20 << 20]));
        let pdf = TestPdf::with_text("x").stream(4, "/Filter [/FlateDecode /FlateDecode]", &bomb);
        let within = content_of(&pdf, 1 << 20).expect("Flate");
        assert_eq!((within.bytes.len(), within.reached_limit), (1 << 20, true));
        let whole = content_of(&pdf, 20 << 20).expect("Flate");
        assert_eq!((whole.bytes.len(), whole.reached_limit), (20 << 20, false));
        let plain = content_of(&TestPdf::with_content("0123456789"), 4).expect("plain");
        assert_eq!((plain.bytes.as_slice(), plain.reached_limit), (&b"0123"[..], true));
    }

    #[test]
    fn lzw_round_trips_in_both_code_growths() {
        // Growth of codes to 12 bits and a cleared table need more than 4096 different sequences.
        let data: Vec<u8> = (0..40_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 27) as u8).collect();
        for early_change in [true, false] {
            assert!(
                lzw::decode(&lzw_encoded(&data, early_change), early_change, 1 << 20).bytes == data,
                "{early_change}"
            );
        }
        assert_eq!(lzw::decode(&lzw_encoded(&data, true), true, 100).bytes, data[..100]);
    }

    /// A plain LZW encoder after the standard's description.
    fn lzw_encoded(data: &[u8], early_change: bool) -> Vec<u8> {
        let mut output = Vec::new();
        let (mut bits, mut bit_count) = (0_u64, 0);
        let mut put = |code: usize, width: u32| {
            bits = bits << width | code as u64;
            bit_count += width;
            while bit_count >= 8 {
                bit_count -= 8;
                output.push((bits >> bit_count) as u8);
            }
        };
        let mut table: std::collections::HashMap<Vec<u8>, usize> = std::collections::HashMap::new();
        let code_of = |table: &std::collections::HashMap<Vec<u8>, usize>, sequence: &[u8]| match sequence {
            [byte] => usize::from(*byte),
            longer => table[longer],
        };
        let width_at = |next: usize| match next + usize::from(early_change) {
            0..=511 => 9,
            512..=1023 => 10,
            1024..=2047 => 11,
            _ => 12,
        };
        // The encoder is one table entry ahead of the decoder.
        let mut next = 258;
        put(256, 9);
        let mut sequence: Vec<u8> = Vec::new();
        for byte in data {
            let mut longer = sequence.clone();
            longer.push(*byte);
            if longer.len() == 1 || table.contains_key(&longer) {
                sequence = longer;
                continue;
            }
            put(code_of(&table, &sequence), width_at(next.max(259) - 1));
            table.insert(longer, next);
            next += 1;
            sequence = vec![*byte];
            if next == 4094 {
                put(code_of(&table, &sequence), width_at(next - 1));
                put(256, width_at(next));
                table.clear();
                next = 258;
                sequence.clear();
            }
        }
        if !sequence.is_empty() {
            put(code_of(&table, &sequence), width_at(next - 1));
        }
        put(257, width_at(next));
        put(0, 7);
        output
    }

    #[test]
    fn predictors_are_undone() {
        let rows = |columns, colors, bits| predictor::Rows::new(columns, colors, bits).expect("valid");
        let png = |data: &[u8]| rows(4, 1, 8).undo_png(data.to_vec());
        assert_eq!(png(&[0, 1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(png(&[1, 1, 1, 1, 1]), [1, 2, 3, 4]);
        assert_eq!(png(&[0, 1, 2, 3, 4, 2, 1, 1, 1, 1]), [1, 2, 3, 4, 2, 3, 4, 5]);
        assert_eq!(png(&[0, 2, 4, 6, 8, 3, 1, 1, 1, 1]), [2, 4, 6, 8, 2, 4, 6, 8]);
        assert_eq!(png(&[0, 1, 2, 3, 4, 4, 1, 1, 1, 1]), [1, 2, 3, 4, 2, 3, 4, 5]);
        assert_eq!(png(&[0, 1, 2, 3, 4, 2, 1, 1]), [1, 2, 3, 4, 2, 3], "a cut row is kept");
        assert_eq!(png(&[99, 1, 2, 3, 4]), [1, 2, 3, 4], "an unknown row type changes nothing");
        assert_eq!(rows(2, 2, 8).undo_tiff(vec![1, 2, 1, 1]), [1, 2, 2, 3]);
        assert_eq!(rows(2, 1, 16).undo_tiff(vec![0, 255, 0, 1]), [0, 255, 1, 0]);
        assert_eq!(rows(4, 1, 4).undo_tiff(vec![0x11, 0x1F]), [0x12, 0x32]);
        assert!(predictor::Rows::new(i64::MAX, 256, 16).is_none());
        assert!(predictor::Rows::new(0, 1, 8).is_none());
    }

    #[test]
    fn the_document_budget_bounds_all_streams_together() {
        let pdf = TestPdf::with_content(vec![b' '; 600]);
        let limits = Limits { document_bytes: 1000, ..Limits::default() };
        let pdf = crate::pdf::Pdf::open(&pdf.bytes(), &limits, &[]).expect("readable");
        let stream = pdf.objects().stream(pdf.page(0).expect("a page").dictionary, b"Contents").expect("content");
        let lengths: Vec<usize> =
            (0..3).filter_map(|_| pdf.objects().decode(stream)).map(|bytes| bytes.len()).collect();
        assert_eq!(lengths, [600, 400, 0]);
        assert!(pdf.objects().budget_spent() && pdf.objects().was_cut());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_within_the_limit(
            data in proptest::collection::vec(any::<u8>(), 0..300),
            limit in 0_usize..200,
            columns in -1_i64..40, colors in 0_i64..5, bits in 0_i64..17,
        ) {
            for bytes in [
                flate::decode(&data, limit).bytes,
                lzw::decode(&data, true, limit).bytes,
                lzw::decode(&data, false, limit).bytes,
                ascii::decode_85(&data, limit).bytes,
                ascii::decode_hex(&data, limit).bytes,
                run_length::decode(&data, limit).bytes,
            ] {
                prop_assert!(bytes.len() <= limit);
            }
            if let Some(rows) = predictor::Rows::new(columns, colors, bits) {
                prop_assert!(rows.undo_png(data.clone()).len() <= data.len());
                prop_assert_eq!(rows.undo_tiff(data.clone()).len(), data.len());
            }
        }

        #[test]
        fn flate_round_trips(data in proptest::collection::vec(any::<u8>(), 0..5000)) {
            prop_assert_eq!(flate::decode(&zlib(&data), 1 << 20).bytes, data);
        }
    }
}
