//! Stems hold in their language, accents that were typed count.

use super::library::{Made, Shelf, asked, made};
use crate::search::SearchRequest;

fn in_language(language: &'static str, name: &'static str, page: &str) -> Made {
    Made { language: Some(language), ..made(name, &[page]) }
}

#[test]
fn words_share_a_stem_in_the_language_of_the_report_only() {
    let shelf = Shelf::of(&[&[
        in_language("en", "english", "the plane was late and prices rose"),
        in_language("fr", "french", "une surface plane, et des prix"),
        Made { language: None, ..made("unknown", &["plane"]) },
        in_language("en", "english-plans", "plans for prices"),
    ]]);
    assert_eq!(shelf.names("plan"), ["english-plans", "french", "unknown"]);
    // On pages, too: only what the report was found by is marked.
    let response = shelf.search(&asked("plan OR price"));
    let marked = |name: &str| -> Vec<String> {
        let hits = response.hits.iter().filter(|hit| shelf.name(hit.id) == name);
        let passages = hits.flat_map(|hit| &hit.pages).flat_map(|page| &page.passages);
        let texts = passages.flat_map(|passage| {
            let characters: Vec<char> = passage.text.chars().collect();
            let text = move |range: &[u32; 2]| characters[range[0] as usize..range[1] as usize].iter().collect();
            passage.ranges.iter().map(text).collect::<Vec<String>>()
        });
        texts.collect()
    };
    assert_eq!(marked("english"), ["prices"]);
    assert_eq!(marked("french"), ["plane"]);
    assert_eq!(marked("english-plans"), ["plans", "prices"]);
}

#[test]
fn accents_that_were_typed_come_first() {
    let shelf = Shelf::of(&[&[
        in_language("en", "verb", "they resume work and resume pay and resume talks"),
        in_language("en", "noun", "a résumé of the work that was paid for in the talks"),
    ]]);
    let order = |q: &str| -> Vec<&str> { shelf.hits(&asked(q)).into_iter().map(|(name, _)| name).collect() };
    assert_eq!(order("résumé"), ["noun", "verb"]);
    assert_eq!(order("re\u{301}sume\u{301}"), ["noun", "verb"]);
    assert_eq!(order("\"résumé\""), ["noun", "verb"]);
    assert_eq!(order("resume"), ["verb", "noun"]);
    assert_eq!(order("title:résumé"), Vec::<&str>::new());
}

#[test]
fn umlauts_may_be_typed_as_two_letters() {
    let shelf = Shelf::of(&[&[
        in_language("de", "munich", "Lärm in München, Straßen und Öfen"),
        in_language("de", "blue", "blue and blu"),
    ]]);
    for (query, expected) in
        [("muenchen", "munich"), ("Muenchen laerm", "munich"), ("\"laerm in muenchen\"", "munich"), ("blue", "blue")]
    {
        let response = shelf.search(&SearchRequest { pages: 1, ..asked(query) });
        let names: Vec<&str> = response.hits.iter().map(|hit| shelf.name(hit.id)).collect();
        assert_eq!((names, response.query.did_you_mean), (vec![expected], None), "{query}");
    }
}

#[test]
fn words_whose_beginning_a_stemmer_cuts_are_found_behind_any_number_of_others() {
    let letters = |number: u32| -> String {
        (0..4).map(|place| char::from(b'a' + u8::try_from(number / 26_u32.pow(place) % 26).unwrap_or(0))).collect()
    };
    let many: String = (0..60_000).map(|number| letters(number) + " ").collect();
    let shelf = Shelf::of(&[&[
        in_language("en", "english", &many),
        in_language("ar", "with-article", "الكتاب جديد"),
        in_language("ar", "without", "كتاب قديم"),
    ]]);
    assert_eq!(shelf.names("الكتاب"), ["with-article", "without"]);
}
