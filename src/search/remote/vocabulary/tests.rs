//! A vocabulary counts the words that the engine is sent, survives bytes and adds up.

use super::*;
use crate::quickwit::{Document, documents};
use crate::search::tests::library::{Made, Shelf, made};
use proptest::prelude::*;

fn shelf() -> Vec<Made> {
    vec![
        Made { language: Some("en"), ..made("wells", &["The well and an e-mail", "two wells; the well"]) },
        Made { language: Some("en"), authors: &["Wella O'Brien"], ..made("pumps", &["welds in March"]) },
        Made { language: Some("fr"), ..made("puits", &["Étude des puits", ""]) },
    ]
}

fn sent(made: &Made) -> Vec<Document> {
    documents(&made.report(), &format!("/library/{}.pdf", made.name), &[], 1)
}

fn vocabulary(reports: &[Made]) -> Vocabulary {
    let mut builder = VocabularyBuilder::default();
    reports.iter().for_each(|report| builder.add(&sent(report)));
    builder.finish().expect("counts")
}

#[test]
fn words_are_counted_by_report_place_and_page() {
    let vocabulary = vocabulary(&shelf());
    for (term, places, reports, pages) in [
        ("well", &["body"][..], 1, 2),
        ("email", &["body"], 1, 1),
        ("mail", &["body"], 1, 1),
        ("wells", &["body"], 1, 1),
        ("wells", &["title", "body"], 1, 1),
        ("wella", &["body"], 0, 0),
        ("wella", &["author", "body"], 1, 0),
        ("obrien", &["author"], 1, 0),
        ("library", &["file"], 3, 0),
        ("étude", &["accented"], 1, 0),
        ("etude", &["body"], 1, 1),
        ("no", &["body"], 0, 0),
    ] {
        assert_eq!((vocabulary.reports(term, places), vocabulary.pages(term)), (reports, pages), "{term} {places:?}");
    }
    assert!(vocabulary.knows("wella") && !vocabulary.knows("no"));
    let facts = vocabulary.facts();
    assert_eq!((facts.reports, facts.pages, vocabulary.languages()), (3, 5, vec!["en", "fr"]));
    assert!((vocabulary.mean_length("title") - 1.0).abs() < f32::EPSILON);
}

#[test]
fn beginnings_and_typos_are_found_in_their_places() {
    let vocabulary = vocabulary(&shelf());
    let beginning = |start: &str, most, places: &[&str]| {
        let found = vocabulary.scan(start, most, places, |term| term.starts_with(start), |term| term != "welds");
        found.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(beginning("wel", 100, &["body"]), ["well", "wells"]);
    assert_eq!(beginning("wel", 100, &["author", "body"]), ["well", "wella", "wells"]);
    assert_eq!(beginning("wel", 2, &["body"]), ["well"], "no more is looked at");
    let near = |word, typos, first| {
        let found = vocabulary.near(word, typos, first, &["body"]).expect("looks");
        found.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(near("wel", 1, ""), ["well"]);
    assert_eq!(near("wels", 1, ""), ["welds", "well", "wells"]);
    assert_eq!(near("xell", 1, "x"), Vec::<String>::new());
    assert_eq!(near("wfllx", 2, "w"), ["well", "wells"]);
}

#[test]
fn bytes_survive_and_others_are_refused() {
    let vocabulary = vocabulary(&shelf());
    let bytes = vocabulary.to_bytes();
    let again = Vocabulary::from_bytes(&bytes).expect("its own bytes");
    assert_eq!((again.facts(), again.to_bytes() == bytes), (vocabulary.facts(), true));
    assert_eq!(again.reports("well", &["body"]), 1);
    for place in [MARK.len() + 3, bytes.len() / 2, bytes.len() - 1] {
        let mut other = bytes.clone();
        other[place] ^= 1;
        assert!(matches!(Vocabulary::from_bytes(&other), Err(VocabularyError::Damaged)), "{place}");
    }
    assert!(matches!(Vocabulary::from_bytes(&bytes[..40]), Err(VocabularyError::Damaged)));
    assert!(matches!(Vocabulary::from_bytes(b"recto vocabulary 2\n"), Err(VocabularyError::OtherVersion)));
    assert!(matches!(Vocabulary::from_bytes(b""), Err(VocabularyError::OtherVersion)));
    assert!(matches!(Vocabulary::from_bytes(MARK), Err(VocabularyError::Damaged)));
}

#[test]
fn parts_add_up_to_the_whole() {
    let reports = shelf();
    let parts: Vec<Vocabulary> = reports.chunks(1).map(vocabulary).collect();
    let merged = Vocabulary::merged(&parts).expect("adds up");
    assert!(merged.to_bytes() == vocabulary(&reports).to_bytes());
    assert_eq!(Vocabulary::merged(&[]).expect("adds up").facts(), &Facts::default());
}

#[test]
fn the_texts_of_a_library_give_what_was_sent_of_it() {
    let reports = shelf();
    let shelf = Shelf::of(&[&reports]);
    let of_texts = Vocabulary::of_library(&shelf.library).expect("reads");
    assert!(of_texts.to_bytes() == vocabulary(&reports).to_bytes());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), is_marked in any::<bool>()) {
        let mut all = if is_marked { MARK.to_vec() } else { Vec::new() };
        all.extend(bytes);
        if is_marked {
            let checksum = blake3::hash(&all);
            all.extend(checksum.as_bytes());
        }
        if let Ok(vocabulary) = Vocabulary::from_bytes(&all) {
            vocabulary.scan("", 10, &["body"], |_| true, |_| true);
        }
    }
}
