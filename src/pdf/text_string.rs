//! Text strings outside content (ISO 32000-2 §7.9.2.2): titles, labels, bookmarks, /ActualText.
//!
//! Own code because lopdf's refuses a whole string for one bad unit and knows no UTF-16LE, which writers do produce.

/// Codes 0x18–0x1F of PDFDocEncoding (annex D.2).
const ACCENTS: [char; 8] =
    ['\u{02D8}', '\u{02C7}', '\u{02C6}', '\u{02D9}', '\u{02DD}', '\u{02DB}', '\u{02DA}', '\u{02DC}'];

/// Codes 0x80–0xA0 of PDFDocEncoding; 0x9F is undefined.
const PUNCTUATION: [char; 33] = [
    '\u{2022}', '\u{2020}', '\u{2021}', '\u{2026}', '\u{2014}', '\u{2013}', '\u{0192}', '\u{2044}', '\u{2039}',
    '\u{203A}', '\u{2212}', '\u{2030}', '\u{201E}', '\u{201C}', '\u{201D}', '\u{2018}', '\u{2019}', '\u{201A}',
    '\u{2122}', '\u{FB01}', '\u{FB02}', '\u{0141}', '\u{0152}', '\u{0160}', '\u{0178}', '\u{017D}', '\u{0131}',
    '\u{0142}', '\u{0153}', '\u{0161}', '\u{017E}', '\u{FFFD}', '\u{20AC}',
];

/// Decodes a text string: UTF-16 or UTF-8 by its byte order mark, else PDFDocEncoding. What cannot be decoded becomes
/// U+FFFD; language escapes (§7.9.2.2.2) and NULs are left out.
pub fn decode_text_string(bytes: &[u8]) -> String {
    let decoded = match bytes {
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // Without a mark UTF-8 is against the rules but common; by chance other text hardly ever is valid UTF-8.
        _ => match std::str::from_utf8(bytes) {
            Ok(text) if !bytes.is_ascii() => text.to_owned(),
            _ => bytes.iter().map(|byte| pdf_doc_character(*byte)).collect(),
        },
    };
    without_escapes(decoded)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn pdf_doc_character(byte: u8) -> char {
    match byte {
        0x18..=0x1F => ACCENTS[usize::from(byte - 0x18)],
        0x80..=0xA0 => PUNCTUATION[usize::from(byte - 0x80)],
        0x7F | 0xAD => char::REPLACEMENT_CHARACTER,
        other => char::from(other),
    }
}

/// Removes what stands between two U+001B (a language code), and NULs, which some writers end strings with.
fn without_escapes(text: String) -> String {
    if !text.contains(['\u{1B}', '\0']) {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('\u{1B}') {
        kept.push_str(before);
        // An escape that never ends, or is too long for a language code, is only a stray character.
        rest = match after.split_once('\u{1B}') {
            Some((code, after)) if code.len() <= 8 => after,
            _ => after,
        };
    }
    kept.push_str(rest);
    kept.retain(|character| character != '\0');
    kept
}

/// The string on one line: runs of white space and control characters become one space, ends trimmed; `None` if
/// nothing is left.
pub fn one_line(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_encoding_is_known_by_its_mark() {
        let cases: [(&[u8], &str); 12] = [
            (b"plain", "plain"),
            (b"\xFE\xFF\x03\xA9\x00!", "Ω!"),
            (b"\xFF\xFE\xA9\x03!\x00", "Ω!"),
            (b"\xEF\xBB\xBF\xCE\xA9!", "Ω!"),
            (b"\x84 \x93 \xA0 \xE9", "— ﬁ € é"),
            (b"na\xC3\xAFve", "naïve"),
            (b"\xFE\xFF\xD8\x3D\xDE\x00", "😀"),
            (b"\xFE\xFF\xD8\x3D\x00A", "\u{FFFD}A"),
            (b"\xFE\xFF\x00A\x00", "A"),
            (b"\xFE\xFF\x00\x1B\x00e\x00n\x00\x1B\x00H\x00i", "Hi"),
            (b"Title\0", "Title"),
            (b"", ""),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode_text_string(bytes), expected, "{bytes:x?}");
        }
    }

    #[test]
    fn lines_become_one() {
        assert_eq!(one_line(" A \r\n\ttitle\u{0}"), Some("A title".to_owned()));
        assert_eq!(one_line(" \n"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = decode_text_string(&bytes);
            prop_assert!(!text.contains('\0'));
        }
    }
}
