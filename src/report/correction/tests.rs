use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(value: Value) -> (Correction, Vec<String>) {
    let Value::Object(object) = value else { panic!("an object") };
    let (correction, errors) = Correction::read(&object);
    (correction, errors.iter().map(ToString::to_string).collect())
}

#[test]
fn fields_are_cleaned_and_what_is_wrong_is_named() {
    let (correction, errors) = read(json!({
        "title": "  Wells\u{202E} of\n the \u{0}North ",
        "authors": ["Jane Roe", "", "Jane  Roe", "Jose\u{301}"],
        "date": 2023,
        "language": "EN",
        "abstract": "One.\r\n\r\n  Two\tthree. ",
        "tags": ["Water", "water", "Health"],
        "hidden_recommendations": "Do nothing.",
        "added_recommendations": ["Dig.", {"text": "Pump.", "page": 3}],
        "publisher": null,
    }));
    assert_eq!(errors, [""; 0]);
    let expected = Correction {
        title: Some("Wells of the North".to_owned()),
        authors: Some(vec!["Jane Roe".to_owned(), "José".to_owned()]),
        date: Some("2023".to_owned()),
        language: Some("en".to_owned()),
        summary: Some("One.\nTwo three.".to_owned()),
        tags: Some(vec!["Water".to_owned(), "Health".to_owned()]),
        hidden_recommendations: Some(vec!["Do nothing.".to_owned()]),
        added_recommendations: Some(vec![
            Statement { text: "Dig.".to_owned(), page: None },
            Statement { text: "Pump.".to_owned(), page: Some(3) },
        ]),
        ..Correction::default()
    };
    assert_eq!(correction, expected);

    for (value, error) in [
        (json!({"titel": "x"}), "`titel` is no field of a correction; did you mean `title`?"),
        (json!({"title": " "}), "`title` must not be empty: every report has a title"),
        (json!({"title": ["x"]}), "`title` must be text"),
        (json!({"authors": [1]}), "`authors` must be a list of texts"),
        (json!({"authors": 1}), "`authors` must be a list of texts"),
        (json!({"date": "May 2023"}), "`date` must be `2023`, `2023-05` or `2023-05-17`"),
        (json!({"date": "2023-02-30"}), "`date` must be `2023`, `2023-05` or `2023-05-17`"),
        (json!({"date": "2023-13"}), "`date` must be `2023`, `2023-05` or `2023-05-17`"),
        (json!({"date": 99_999}), "`date` must be `2023`, `2023-05` or `2023-05-17`"),
        (json!({"language": "english"}), "`language` must be a code of two letters, such as `en`"),
        (json!({"tags": ["a, b"]}), "`tags` must have no commas, which stand between tags"),
        (json!({"tags": ["x".repeat(101)]}), "`tags` must have at most 100 characters an entry"),
        (json!({"tags": vec!["x"; 201]}), "`tags` must have at most 200 entries"),
        (
            json!({"hidden_related": ["12"]}),
            "`hidden_related` must be a list of report ids, 32 hexadecimal digits each",
        ),
        (
            json!({"added_recommendations": [{"text": "x", "pages": 1}]}),
            "`added_recommendations` must be a list of texts, or of objects with `text` and `page`",
        ),
        (
            json!({"added_recommendations": [{"text": "x", "page": 0}]}),
            "`added_recommendations` must name pages by their number",
        ),
    ] {
        let (correction, errors) = read(value.clone());
        assert_eq!((correction, errors), (Correction::default(), vec![error.to_owned()]), "{value}");
    }
    // What is right beside it counts.
    let (correction, errors) = read(json!({"titel": "x", "date": "2023-05-17"}));
    assert_eq!((correction.date.as_deref(), errors.len()), (Some("2023-05-17"), 1));
    let many = vec!["é".repeat(4_000); 40].iter().enumerate().map(|(n, x)| format!("{n}{x}")).collect::<Vec<_>>();
    assert_eq!(read(json!({"hidden_recommendations": many})).1.len(), 1, "too much together");
}

#[test]
fn a_recommendation_is_hidden_however_it_is_read_next_time() {
    let statement = |text: &str, page| Statement { text: text.to_owned(), page };
    let detected = Statements {
        summary: Some(statement("Short.", Some(2))),
        recommendations: vec![statement("1. Co-ordinate the\nwork, now", Some(4)), statement("Dig wells.", Some(5))],
    };
    let correct = |value: Value| {
        let (mut about, mut statements) = (About::default(), detected.clone());
        read(value).0.apply(&mut about, &mut statements);
        statements
    };
    let shown = correct(json!({
        "hidden_recommendations": ["1 coordinate the work now."], "added_recommendations": ["Dig wells.", "Pump."]
    }));
    let expected = [statement("Dig wells.", Some(5)), statement("Pump.", None)];
    assert_eq!(shown.recommendations, expected);
    assert_eq!(correct(json!({"abstract": ""})).summary, None);
    assert_eq!(correct(json!({"abstract": "Short."})).summary, Some(statement("Short.", Some(2))), "it stands there");
    assert_eq!(correct(json!({"abstract": "Long."})).summary, Some(statement("Long.", None)));
}

#[test]
fn layers_lie_over_each_other_field_by_field() {
    let editor = read(json!({"title": "Editor", "tags": []})).0;
    let sidecar = read(json!({"title": "Sidecar", "tags": ["x"], "date": ""})).0;
    let both = editor.clone().over(sidecar.clone());
    assert_eq!((both.title.as_deref(), both.tags(), both.date.as_deref()), (Some("Editor"), &[][..], Some("")));
    assert_eq!(editor.differences(&sidecar), ["title", "date", "tags"]);
    let mut about = About { date: Some("2020".to_owned()), ..About::default() };
    both.apply(&mut about, &mut Statements::default());
    assert_eq!((about.title.as_str(), about.title_source, about.date), ("Editor", TitleSource::Correction, None));
    let mut about = About { publisher: Some("Detected".to_owned()), ..About::default() };
    read(json!({"publisher": "Water Board"})).0.apply(&mut about, &mut Statements::default());
    assert_eq!(about.publisher.as_deref(), Some("Water Board"));
    read(json!({"publisher": ""})).0.apply(&mut about, &mut Statements::default());
    assert_eq!(about.publisher, None);
}

/// Any correction that can be read.
pub(crate) fn any_correction() -> impl Strategy<Value = Correction> {
    let text = || proptest::option::of("\\PC{0,12}");
    let list = || proptest::option::of(proptest::collection::vec("[\\PC&&[^,]]{0,8}", 0..4));
    let date = proptest::option::of("|[1-9][0-9]{3}(-0[1-9](-[12][0-9])?)?");
    let first = (text(), list(), date, proptest::option::of("|[a-z]{2}"), text());
    (first, text(), list(), list(), list(), any::<bool>()).prop_map(
        |((title, authors, date, language, publisher), summary, tags, hidden, added, has_related)| {
            let related = has_related.then(|| vec![ReportId([7; 16])]);
            let object = json!({
                "title": title, "authors": authors, "date": date, "language": language, "publisher": publisher,
                "abstract": summary, "tags": tags, "hidden_recommendations": hidden, "added_recommendations": added,
                "hidden_related": related,
            });
            read(object).0
        },
    )
}

proptest! {
    #[test]
    fn once_more_changes_nothing(correction in any_correction(), texts in proptest::collection::vec("[a-c]{0,2}", 0..6)) {
        let recommendations = texts.into_iter().map(|text| Statement { text, page: Some(1) }).collect();
        let mut once = (About::default(), Statements { summary: None, recommendations });
        correction.apply(&mut once.0, &mut once.1);
        let mut twice = once.clone();
        correction.apply(&mut twice.0, &mut twice.1);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn what_was_read_reads_the_same_again(correction in any_correction()) {
        let value = serde_json::to_value(&correction).expect("plain data");
        prop_assert_eq!(read(value), (correction, Vec::new()));
    }

    #[test]
    fn anything_is_read_without_harm(field in "\\PC{0,20}|title|date|tags|authors|abstract", text in any::<String>()) {
        let (correction, _) = read(json!({ field: [text.clone(), {"text": text}], "title": text, "date": text }));
        let json = serde_json::to_string(&correction).expect("plain data");
        prop_assert!(json.len() <= MAX_BYTES);
    }
}
