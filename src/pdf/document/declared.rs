//! What a document declares about itself: information dictionary (ISO 32000-2 §14.3.3), XMP and the catalog's /Lang.

use super::dates;
use super::xmp::{self, Property, Value};
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::stream;
use crate::pdf::text_string::{decode_text_string, one_line};
use crate::report::Declared;
use lopdf::Dictionary;

/// Largest XMP packet read, in bytes.
const MAX_XMP: usize = 5 << 20;
/// Characters kept of a declared text.
const MAX_TEXT: usize = 4096;
const MAX_KEYWORDS: usize = 64;

/// Collects the declarations; none of them is judged here.
pub fn declared(objects: &Objects, catalog: Option<&Dictionary>) -> Declared {
    let info =
        objects.document().trailer.get(b"Info").ok().and_then(|info| objects.resolve(info)).and_then(as_dictionary);
    let info_text = |key: &[u8]| text(&decode_text_string(objects.string(info?, key)?));
    let values = catalog.map(|catalog| xmp_values(objects, catalog)).unwrap_or_default();
    let all = |property: Property| values.iter().filter(move |value| value.property == property);
    let first = |property: Property| all(property).find_map(|value| text(&value.text));
    let date = |property: Property| all(property).find_map(|value| dates::normalised(&value.text));
    let catalog_language = || text(&decode_text_string(objects.string(catalog?, b"Lang")?));

    let keywords: Vec<String> = match all(Property::Subject).next() {
        Some(_) => all(Property::Subject).flat_map(|value| split_keywords(&value.text)).collect(),
        None => {
            let line = info_text(b"Keywords").or_else(|| first(Property::Keywords)).unwrap_or_default();
            split_keywords(&line).collect()
        }
    };
    Declared {
        xmp_title: default_value(all(Property::Title)),
        xmp_authors: all(Property::Creator).filter_map(|value| text(&value.text)).collect(),
        xmp_date: date(Property::CreateDate).or_else(|| date(Property::Date)),
        language: first(Property::Language)
            .and_then(|language| language_code(&language))
            .or_else(|| language_code(&catalog_language()?)),
        info_title: info_text(b"Title"),
        info_author: info_text(b"Author"),
        info_date: info_text(b"CreationDate").and_then(|date| dates::normalised(&date)),
        subject: default_value(all(Property::Description)).or_else(|| info_text(b"Subject")),
        keywords: distinct(keywords),
        publisher: first(Property::Publisher),
        program: info_text(b"Creator").or_else(|| first(Property::CreatorTool)),
    }
}

fn xmp_values(objects: &Objects, catalog: &Dictionary) -> Vec<Value> {
    objects
        .stream(catalog, b"Metadata")
        .and_then(|stream| stream::decode(objects, stream, MAX_XMP))
        .map(|packet| xmp::parse(&packet))
        .unwrap_or_default()
}

/// The alternative for any language, else the first.
fn default_value<'v>(values: impl Iterator<Item = &'v Value> + Clone) -> Option<String> {
    values.clone().filter(|value| value.is_default).chain(values).find_map(|value| text(&value.text))
}

/// On one line, of bounded length, without what could not be decoded.
fn text(decoded: &str) -> Option<String> {
    let line = one_line(&decoded.replace(char::REPLACEMENT_CHARACTER, ""))?;
    Some(line.chars().take(MAX_TEXT).collect())
}

fn split_keywords(line: &str) -> impl Iterator<Item = String> + '_ {
    // Where semicolons separate, commas belong to the keyword.
    let separators: &[char] = if line.contains(';') { &[';', '\n'] } else { &[',', '\n'] };
    line.split(separators).filter_map(|keyword| text(keyword.trim_matches(|edge| matches!(edge, '"' | ' '))))
}

fn distinct(keywords: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for keyword in keywords {
        if kept.len() < MAX_KEYWORDS && !kept.iter().any(|known| known.eq_ignore_ascii_case(&keyword)) {
            kept.push(keyword);
        }
    }
    kept
}

/// ISO 639-1 for a language tag such as `en-GB`, `deu` or `pt_BR`.
fn language_code(tag: &str) -> Option<String> {
    const THREE_LETTERS: [(&str, &str); 33] = [
        ("ara", "ar"),
        ("bul", "bg"),
        ("ces", "cs"),
        ("chi", "zh"),
        ("cze", "cs"),
        ("dan", "da"),
        ("deu", "de"),
        ("dut", "nl"),
        ("ell", "el"),
        ("eng", "en"),
        ("fas", "fa"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("ger", "de"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hun", "hu"),
        ("ind", "id"),
        ("ita", "it"),
        ("jpn", "ja"),
        ("kor", "ko"),
        ("nld", "nl"),
        ("nor", "no"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rus", "ru"),
        ("spa", "es"),
        ("swe", "sv"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("zho", "zh"),
    ];
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    match primary.len() {
        2 if primary.bytes().all(|byte| byte.is_ascii_lowercase()) => Some(primary),
        3 => THREE_LETTERS.iter().find(|(three, _)| *three == primary).map(|(_, two)| (*two).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::test_pdf::TestPdf;

    #[test]
    fn info_xmp_and_catalog_are_read() {
        let packet = "<rdf:Description><dc:title><rdf:Alt><rdf:li xml:lang='fr'>Rapport</rdf:li>\
             <rdf:li xml:lang='x-default'>Report</rdf:li></rdf:Alt></dc:title>\
             <dc:creator><rdf:Seq><rdf:li>Ann Li</rdf:li></rdf:Seq></dc:creator>\
             <dc:publisher><rdf:Bag><rdf:li>Centre for Wells</rdf:li></rdf:Bag></dc:publisher>\
             <xmp:CreateDate>2021-03</xmp:CreateDate></rdf:Description>";
        let declared = TestPdf::with_text("x")
            .object(1, "<< /Type /Catalog /Pages 2 0 R /Metadata 8 0 R /Lang (en-GB) >>")
            .stream(8, "/Type /Metadata /Subtype /XML", packet)
            .object(
                9,
                "<< /Title <FEFF00520065> /Author (A\\tB) /CreationDate (D:20230517) /Subject ( ) \
                 /Keywords (one, Two,one;) /Creator (Writer) >>",
            )
            .trailer("/Info 9 0 R")
            .open()
            .declared();
        let expected = Declared {
            xmp_title: Some("Report".to_owned()),
            xmp_authors: vec!["Ann Li".to_owned()],
            xmp_date: Some("2021-03".to_owned()),
            language: Some("en".to_owned()),
            info_title: Some("Re".to_owned()),
            info_author: Some("A B".to_owned()),
            info_date: Some("2023-05-17".to_owned()),
            subject: None,
            keywords: vec!["one, Two,one".to_owned()],
            publisher: Some("Centre for Wells".to_owned()),
            program: Some("Writer".to_owned()),
        };
        assert_eq!(declared, expected);
    }

    #[test]
    fn nothing_declared_is_nothing() {
        assert_eq!(TestPdf::with_text("x").open().declared(), Declared::default());
    }

    #[test]
    fn keywords_are_split_and_distinct() {
        let split = |line: &str| distinct(split_keywords(line).collect());
        assert_eq!(split("a, b ,A,, \"c d\""), ["a", "b", "c d"]);
        assert_eq!(split("Smith, J.; other"), ["Smith, J.", "other"]);
    }

    #[test]
    fn language_tags_become_two_letters() {
        let cases =
            [("en-GB", Some("en")), ("DEU", Some("de")), ("pt_BR", Some("pt")), ("x-default", None), ("", None)];
        for (tag, expected) in cases {
            assert_eq!(language_code(tag).as_deref(), expected, "{tag}");
        }
    }
}
