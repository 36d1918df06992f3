//! Fonts as a whole: each source of text in its order, and fonts that are broken on purpose.

mod embedded;

use super::*;
use crate::pdf::Limits;
use lopdf::{Document, Object, Stream, dictionary};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// A document under construction and the font in it.
struct Fixture {
    document: Document,
}

impl Fixture {
    fn new() -> Fixture {
        Fixture { document: Document::new() }
    }

    fn stream(&mut self, content: &[u8]) -> Object {
        self.document.add_object(Stream::new(dictionary! {}, content.to_vec())).into()
    }

    fn load(self, font: &Dictionary) -> Font {
        Font::load(&Objects::new(self.document, Limits::default()), font, Programs::Read)
    }
}

fn load(font: &Dictionary) -> Font {
    Fixture::new().load(font)
}

/// The text of a string, unknown codes as `?`, a guess with `?` before it.
fn said(font: &Font, string: &[u8]) -> String {
    let mut text = String::new();
    font.decode(string, &mut |shown| {
        if shown.text == GlyphText::UNKNOWN {
            text.push('?');
        } else if let Some(guess) = shown.text.as_guess() {
            text.extend(['?', guess]);
        } else {
            text.push_str(font.text(shown.text, &mut [0; 4]));
        }
    });
    text
}

fn advances(font: &Font, string: &[u8]) -> Vec<f32> {
    let mut advances = Vec::new();
    font.decode(string, &mut |shown| advances.push(shown.advance));
    advances
}

fn set_all(font: &mut Dictionary, entries: &Dictionary) {
    for (key, value) in entries {
        font.set(key.clone(), value.clone());
    }
}

fn simple(entries: &Dictionary) -> Dictionary {
    let mut font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Foo" };
    set_all(&mut font, entries);
    font
}

fn composite(to_unicode: Option<Object>, encoding: &str, descendant: &Dictionary) -> Dictionary {
    let mut cid_font = dictionary! { "Subtype" => "CIDFontType2", "BaseFont" => "Foo", "DW" => 1000 };
    set_all(&mut cid_font, descendant);
    let mut font = dictionary! {
        "Subtype" => "Type0",
        "Encoding" => Object::Name(encoding.as_bytes().to_vec()),
        "DescendantFonts" => vec![cid_font.into()],
    };
    if let Some(map) = to_unicode {
        font.set("ToUnicode", map);
    }
    font
}

#[test]
fn to_unicode_wins_over_the_encoding() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(b"2 beginbfchar <41> <03A9> <42> <03B2> endbfchar");
    let font = fixture.load(&simple(&dictionary! { "Encoding" => "WinAnsiEncoding", "ToUnicode" => map }));
    assert_eq!(said(&font, b"ABC"), "ΩβC");
}

#[test]
fn to_unicode_entries_that_say_nothing_do_not_count() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(
        b"beginbfchar <41> <0000> <42> <FFFD> <43> <> <44> <0001> <45> <E000> <46> <FB01> <47> <00AD> <48> <00410000>
          <49> /beta <80> <0009> endbfchar",
    );
    let font = fixture.load(&simple(&dictionary! { "ToUnicode" => map }));
    assert_eq!(said(&font, b"ABCDEFGHI\x80"), "ABCDEfi-Aβ ");
}

#[test]
fn codes_beside_one_that_says_whole_words_say_nothing() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(b"beginbfchar <41> <00480069002000790061> <42> <> <43> <0043> endbfchar");
    let font = fixture.load(&simple(&dictionary! { "ToUnicode" => map }));
    assert_eq!(said(&font, b"ABC"), "Hi yaC");
}

#[test]
fn encodings_of_simple_fonts() {
    let differences = |names: Vec<Object>| Object::from(dictionary! { "Differences" => names });
    let cases: [(Dictionary, &[u8], &str); 9] = [
        (dictionary! {}, b"A'\xAE\n\x00", "A\u{2019}fi "),
        (dictionary! { "Encoding" => "WinAnsiEncoding" }, b"\x93A\x94\xAD\xA0\x81", "“A”- •"),
        (dictionary! { "Encoding" => "MacRomanEncoding" }, b"\x8A\xCA\xDE", "ä fi"),
        (dictionary! { "BaseFont" => "Symbol" }, b"abc", "αβχ"),
        (dictionary! { "BaseFont" => "ZapfDingbats", "Encoding" => "WinAnsiEncoding" }, b"4", "✔"),
        (
            dictionary! { "Encoding" => differences(vec![
                65.into(), "g3".into(), "c12".into(), "uni0041.alt".into(), "f_i".into(),
            ]) },
            b"ABCDE",
            "??AfiE",
        ),
        (
            dictionary! { "Encoding" => differences(vec![1.into(), "c65".into(), "c66".into(), "c32".into()]) },
            b"\x01\x02\x03",
            "AB ",
        ),
        (dictionary! { "Encoding" => differences(vec![1.into(), "G41".into(), "G4A".into()]) }, b"\x01\x02", "AJ"),
        (
            dictionary! { "BaseFont" => "ABCDEF+ZapfDingbats", "Encoding" => differences(vec![1.into(), "a20".into()]) },
            b"\x01",
            "✔",
        ),
    ];
    for (entries, string, expected) in cases {
        let font = load(&simple(&entries));
        assert_eq!(said(&font, string), expected, "{expected}");
    }
}

#[test]
fn unknown_names_leave_to_unicode_alone() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(b"beginbfrange <41> <44> <0061> endbfrange");
    let names = vec![65.into(), "g3".into(), "c12".into(), "uni0041.alt".into(), "f_i".into()];
    let encoding = dictionary! { "BaseEncoding" => "WinAnsiEncoding", "Differences" => names };
    let font = fixture.load(&simple(&dictionary! { "Encoding" => encoding, "ToUnicode" => map }));
    assert_eq!(said(&font, b"ABCDE"), "abcdE");
}

#[test]
fn the_program_encodes_where_the_dictionary_does_not() {
    let mut fixture = Fixture::new();
    let program = fixture
        .stream(b"%!PS-AdobeFont-1.0\n/Encoding 256 array dup 65 /beta put dup 66 /nonsense put readonly def eexec");
    let font = simple(&dictionary! {
        "FontDescriptor" => dictionary! { "FontFile" => program },
        "Encoding" => dictionary! { "Differences" => vec![67.into(), "gamma".into()] },
    });
    assert_eq!(said(&fixture.load(&font), b"ABCD"), "β?γD");
}

#[test]
fn fonts_without_type_or_subtype_are_known_by_what_they_hold() {
    let font = load(&dictionary! { "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" });
    assert_eq!(said(&font, b"Abc"), "Abc");
    assert_eq!(advances(&font, b"Ai"), [0.667, 0.222]);

    let mut without_subtype = composite(None, "UniJIS-UTF16-H", &dictionary! {});
    without_subtype.remove(b"Subtype");
    assert_eq!(said(&load(&without_subtype), b"\x4E\x00"), "一");

    let type3 = dictionary! {
        "CharProcs" => dictionary! {}, "FontMatrix" => vec![0.01.into(), 0.into(), 0.into(), 0.01.into(), 0.into(), 0.into()],
        "FirstChar" => 65, "Widths" => vec![50.into()],
        "Encoding" => dictionary! { "Differences" => vec![65.into(), "a".into()] },
    };
    let font = load(&type3);
    assert_eq!((said(&font, b"A").as_str(), advances(&font, b"AB")), ("a", vec![0.5, 0.0]));
    assert_eq!(said(&load(&dictionary! {}), b"A"), "A");
}

#[test]
fn composite_fonts_by_their_sources() {
    let japanese = || dictionary! { "CIDSystemInfo" => dictionary! { "Ordering" => Object::string_literal("Japan1") } };
    let cases: [(&str, Dictionary, &[u8], &str); 6] = [
        ("UniGB-UCS2-H", dictionary! {}, b"\x4E\x00\x00A", "一A"),
        ("90ms-RKSJ-H", dictionary! {}, b"A\x88\x9F", "A亜"),
        ("Identity-H", japanese(), b"\x00\x22\x04\x65", "A亜"),
        // Unicode under a map that says nothing, but a control is no character.
        ("Identity-H", dictionary! {}, b"\x01\x0C\x00\x03", "?Č?"),
        ("Identity-H", dictionary! { "BaseFont" => "ArialMT" }, b"\x00\x24\x00\x03\x00\x45\x00\xD0", "A bÓ"),
        ("UniJIS-UTF16-H", dictionary! {}, b"\xD8\x67\xDE\x3D", "𩸽"),
    ];
    for (encoding, descendant, string, expected) in cases {
        assert_eq!(said(&load(&composite(None, encoding, &descendant)), string), expected, "{encoding} {expected}");
    }
    let identity = Object::Name(b"Identity-H".to_vec());
    assert_eq!(said(&load(&composite(Some(identity), "Identity-H", &dictionary! {})), b"\x00A\x20\x14"), "A—");
}

#[test]
fn programs_are_put_off_until_a_code_asks_for_them() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(b"beginbfchar <0024> <0041> endbfchar");
    let font = composite(Some(map), "Identity-H", &dictionary! { "BaseFont" => "ArialMT", "DW" => 500 });
    let font = Font::load(&Objects::new(fixture.document, Limits::default()), &font, Programs::PutOff);
    assert_eq!(said(&font, b"\x00\x24\x00\x00"), "A?");
    assert!(!font.lacks_program());
    assert_eq!(said(&font, b"\x00\x45"), "?");
    assert!(font.lacks_program());
}

#[test]
fn chinese_system_fonts_are_shown_with_gbk_codes() {
    let name = Object::Name(vec![0xCB, 0xCE, 0xCC, 0xE5]);
    let entries = dictionary! { "Subtype" => "TrueType", "BaseFont" => name, "Encoding" => "WinAnsiEncoding" };
    let font = load(&simple(&entries));
    assert_eq!(said(&font, b"\xC8\xAB\xCA\xC0 A"), "全世 A");
    assert_eq!(advances(&font, b"\xC8\xAB A"), [1.0, 0.5, 0.5]);
}

#[test]
fn code_lengths_are_told_apart() {
    let mut fixture = Fixture::new();
    let encoding = fixture.stream(
        b"begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange begincidrange <00> <7F> 0 <8000> <80FF> 200 endcidrange",
    );
    let map = fixture.stream(b"beginbfchar <41> <0061> <8041> <0062> endbfchar");
    let mut font = composite(
        Some(map),
        "",
        &dictionary! { "W" => vec![65.into(), vec![300.into()].into(), 200.into(), 300.into(), 400.into()] },
    );
    font.set("Encoding", encoding);
    let font = fixture.load(&font);
    assert_eq!(said(&font, b"A\x80\x41A"), "aba");
    assert_eq!(advances(&font, b"A\x80\x41"), [0.3, 0.4]);
}

#[test]
fn widths_and_word_spaces() {
    let mut fixture = Fixture::new();
    let map = fixture.stream(b"beginbfrange <0003> <0004> <0020> endbfrange");
    let font = fixture.load(&composite(
        Some(map),
        "Identity-H",
        &dictionary! { "W" => vec![3.into(), vec![250.into()].into()] },
    ));
    assert_eq!(advances(&font, b"\x00\x03\x00\x04"), [0.25, 1.0]);

    let words = simple(
        &dictionary! { "FirstChar" => 32, "Widths" => vec![300.into(), 400.into()], "FontDescriptor" => dictionary! { "MissingWidth" => 123 } },
    );
    let font = load(&words);
    assert_eq!(advances(&font, b" !A"), [0.3, 0.4, 0.123]);
    let mut word_spaces = Vec::new();
    font.decode(b" A", &mut |shown| word_spaces.push(shown.is_word_space));
    assert_eq!(word_spaces, [true, false]);
}

#[test]
fn vertical_fonts_advance_downwards() {
    let font = load(&composite(None, "UniJIS-UTF16-V", &dictionary! {}));
    assert!(font.is_vertical);
    let mut shown = Vec::new();
    font.decode(b"\x4E\x00", &mut |code| shown.push(code));
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].advance, -1.0);
}

#[test]
fn a_range_over_all_codes_costs_what_it_says() {
    let started = Instant::now();
    for target in ["<0041>", "<00410042>", "[<0041>]"] {
        let mut fixture = Fixture::new();
        let map = fixture.stream(format!("1 beginbfrange <00000000> <FFFFFFFF> {target} endbfrange").as_bytes());
        let font = fixture.load(&composite(Some(map), "Identity-H", &dictionary! {}));
        assert!(said(&font, b"\x00\x00").starts_with('A'), "{target}");
        assert!(font.strings.len() < 300);
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_to_unicode_is_read(map in proptest::collection::vec(any::<u8>(), 0..600), string in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut fixture = Fixture::new();
        let stream = fixture.stream(&map);
        let font = fixture.load(&composite(Some(stream), "Identity-H", &dictionary! {}));
        said(&font, &string);
    }

    #[test]
    fn any_cmap_of_its_words_is_read(words in proptest::collection::vec(0usize..16, 0..80), string in proptest::collection::vec(any::<u8>(), 0..64)) {
        let vocabulary = ["beginbfchar", "endbfchar", "beginbfrange", "endbfrange", "<00>", "<FF>", "<0041>", "<FFFFFFFF>", "[", "]",
            "begincodespacerange", "begincidrange", "usecmap", "/Identity-H", "7", "<D83D"];
        let source = words.iter().map(|&word| vocabulary[word]).collect::<Vec<_>>().join(" ");
        let mut fixture = Fixture::new();
        let map = fixture.stream(source.as_bytes());
        let mut font = composite(Some(map.clone()), "", &dictionary! {});
        font.set("Encoding", map);
        said(&fixture.load(&font), &string);
    }

    #[test]
    fn any_program_is_read(start in 0usize..5, program in proptest::collection::vec(any::<u8>(), 0..400), string in proptest::collection::vec(any::<u8>(), 0..16)) {
        let starts: [&[u8]; 5] = [b"", b"\x00\x01\x00\x00", b"OTTO", b"\x01\x00\x04\x02", b"%!PS /Encoding "];
        let mut fixture = Fixture::new();
        let stream = fixture.stream(&[starts[start], &program].concat());
        let descriptor = dictionary! { "FontFile2" => stream };
        let simple = simple(&dictionary! { "FontDescriptor" => descriptor.clone() });
        said(&Font::load(&Objects::new(fixture.document.clone(), Limits::default()), &simple, Programs::Read), &string);
        said(&fixture.load(&composite(None, "Identity-H", &dictionary! { "FontDescriptor" => descriptor })), &string);
    }
}
