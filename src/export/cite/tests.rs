//! Every form with names, dates and texts that are unlike what the form expects.

use super::*;
use crate::report::Statement;
use proptest::prelude::*;

fn about(title: &str, authors: &[&str], date: Option<&str>) -> About {
    About {
        title: title.to_owned(),
        authors: authors.iter().map(|name| (*name).to_owned()).collect(),
        date: date.map(str::to_owned),
        language: Some("en".to_owned()),
        ..About::default()
    }
}

fn of(about: &About, summary: Option<&str>) -> Reference {
    let summary = summary.map(|text| Statement { text: text.to_owned(), page: Some(2) });
    let id = ReportId([0xab; 16]);
    let places = Places {
        url: format!("https://library.example/reports/{id}"),
        pdf_url: format!("https://library.example/reports/{id}/file.pdf"),
    };
    Reference::new(id, about, &Statements { summary, ..Statements::default() }, &[], (38, 274_400), places)
}

/// A reference, published by somebody if a name is given.
fn reference(title: &str, authors: &[&str], date: Option<&str>, publisher: &str) -> Reference {
    let publisher = (!publisher.is_empty()).then(|| publisher.to_owned());
    of(&About { publisher, ..about(title, authors, date) }, None)
}

const URL: &str = "https://library.example/reports/abababababababababababababababab";

#[test]
fn text_is_as_the_style_has_it() {
    let holloway = ["Margaret Holloway", "Daniel Osei", "Ffion Pritchard"];
    for (title, authors, date, publisher, wanted) in [
        (
            "Spinning out: what councils learned",
            &holloway[..],
            Some("2023-03"),
            "Centre for Local Public Services",
            "Holloway, M., Osei, D., & Pritchard, F. (2023, March). Spinning out: what councils learned. Centre for \
             Local Public Services.",
        ),
        ("Why?", &["Jean-Paul de la Cruz"], Some("2023-03-05"), "", "de la Cruz, J.-P. (2023, March 5). Why?"),
        ("Titled", &[], Some("2023"), "Nobody Ltd.", "Titled. (2023). Nobody Ltd."),
        ("Titled", &["World Bank"], None, "World Bank", "World Bank. (n.d.). Titled."),
        ("Two", &["J.R.R. Tolkien", "Plato"], Some("nonsense"), "", "Tolkien, J. R. R., & Plato. (n.d.). Two."),
        ("水", &["山田太郎"], Some("2020"), "", "山田太郎. (2020). 水."),
        ("Dream", &["Martin Luther King, Jr."], Some("1963"), "", "King, M. L., Jr. (1963). Dream."),
        ("A\nb\u{202E}c", &["Eve\r\nER  - "], Some("1999"), "", "Eve ER -. (1999). A bc."),
    ] {
        let reference = reference(title, authors, date, publisher);
        assert_eq!(apa(&reference), format!("{wanted} {URL}"), "{title}");
    }
    let many: Vec<String> = (0..25).map(|n| format!("Ada Number{}", char::from(b'a' + n))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let line = apa(&reference("Many", &many, Some("2000"), ""));
    assert!(line.contains("Numbers, A., . . . Numbery, A. (2000)") && !line.contains("Numbert"), "{line}");
    let one = reference("Spinning out", &["Ann Lee"], Some("2023"), "Press");
    let place = "p. iv (page 6 of the PDF)";
    assert_eq!(apa_source(&one, Some(place)), format!("Lee, A. (2023). Spinning out. Press, {place}."));
}

#[test]
fn bibtex_has_its_fields_and_escapes() {
    let whole = Reference {
        keywords: vec!["councils".to_owned(), "R&D".to_owned()],
        summary: Some("Savings of 6% {and} more_or_less\\.".to_owned()),
        ..reference("Spinning out", &["Ludwig van Beethoven", "World Bank"], Some("2023-03-05"), "Bank & Sons")
    };
    let wanted = "@techreport{beethoven2023spinning,
  author = {van Beethoven, Ludwig and {World Bank}},
  title = {{Spinning out}},
  institution = {Bank \\& Sons},
  year = {2023},
  month = mar,
  day = {5},
  type = {Report},
  pagetotal = {38},
  language = {en},
  keywords = {councils, R\\&D},
  abstract = {Savings of 6\\% {\\textbraceleft}and{\\textbraceright} more\\_or\\_less{\\textbackslash}.},
  url = {https://library.example/reports/abababababababababababababababab},
}
";
    assert_eq!(whole.to_text(CitationFormat::BibTex), wanted);
    for (title, authors, date, wanted) in [
        ("T", &["King, Martin Luther, Jr."][..], None, "author = {King, Jr., Martin Luther},"),
        ("T", &["Smith and Jones"], None, "author = {{Smith and Jones}},"),
        ("T", &["And Others"], None, "author = {{Others}, {And}},"),
        ("T", &["山田太郎"], None, "author = {{山田太郎}},"),
        ("T", &["a}, {b"], None, "author = {{a{\\textbraceright}, {\\textbraceleft}b}},"),
        (
            "100% $5 #1 ~x^2 <b>|",
            &[],
            None,
            "title = {{100\\% \\$5 \\#1 {\\textasciitilde}x{\\textasciicircum}2 {\\textless}b{\\textgreater}{\\textbar}}},",
        ),
        ("Wasser für alle", &["Élodie Ñandú"], Some("2020"), "@misc{nandu2020wasser,"),
        ("水", &["山田太郎"], Some("2020"), "@misc{reportabababab,"),
        ("T", &[], Some("2020-13"), "year = {2020},\n  type"),
    ] {
        let entry = reference(title, authors, date, "").to_text(CitationFormat::BibTex);
        assert!(entry.contains(wanted), "{wanted} is not in {entry}");
    }
}

#[test]
fn ris_has_its_tags_one_a_line() {
    let whole = Reference {
        keywords: vec!["a*b".to_owned()],
        summary: Some("First. Second.".to_owned()),
        ..reference("Spinning out", &["Ludwig van Beethoven", "FAO, Rome", "King, M., Jr."], Some("2023-03"), "Press")
    };
    let wanted = "TY  - RPRT
ID  - beethoven2023spinning
AU  - van Beethoven, Ludwig
AU  - FAO – Rome
AU  - King, M., Jr.
TI  - Spinning out
PY  - 2023
DA  - 2023/03//
PB  - Press
LA  - en
SP  - 1
EP  - 38
AB  - First. Second.
KW  - a∗b
UR  - https://library.example/reports/abababababababababababababababab
L1  - https://library.example/reports/abababababababababababababababab/file.pdf
ER  - 
";
    assert_eq!(whole.to_text(CitationFormat::Ris), wanted.replace('\n', "\r\n"));
    let bare = reference("T", &[], None, "").to_text(CitationFormat::Ris);
    assert!(!bare.contains("PY  -") && !bare.contains("AU  -"), "{bare}");
}

#[test]
fn csl_json_and_schema_org_tell_people_from_organisations() {
    let authors = ["Ludwig van Beethoven", "World Bank", "Plato", "King, Martin, Jr."];
    let whole = reference("Spinning \"out\"", &authors, Some("2023-03-05"), "Press");
    let json: serde_json::Value = serde_json::from_str(&whole.to_text(CitationFormat::CslJson)).expect("JSON");
    let wanted = serde_json::json!([{
        "id": "beethoven2023spinning", "type": "report", "title": "Spinning \"out\"",
        "author": [
            { "family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van" },
            { "literal": "World Bank" },
            { "literal": "Plato" },
            { "family": "King", "given": "Martin", "suffix": "Jr." },
        ],
        "issued": { "date-parts": [[2023, 3, 5]] },
        "publisher": "Press", "language": "en", "number-of-pages": "38", "URL": URL,
    }]);
    assert_eq!(json, wanted);
    let json: serde_json::Value = serde_json::from_str(&whole.to_text(CitationFormat::SchemaOrg)).expect("JSON");
    assert_eq!(
        (&json["@type"], &json["name"], &json["datePublished"]),
        (&"Report".into(), &"Spinning \"out\"".into(), &"2023-03-05".into())
    );
    assert_eq!(json["author"][0]["familyName"], "van Beethoven");
    let kinds: Vec<&str> =
        json["author"].as_array().into_iter().flatten().filter_map(|author| author["@type"].as_str()).collect();
    assert_eq!(kinds, ["Person", "Organization", "Person", "Person"]);
    assert_eq!(json["encoding"]["contentUrl"], format!("{URL}/file.pdf"));
    let bare: serde_json::Value =
        serde_json::from_str(&reference("T", &[], None, "").to_text(CitationFormat::CslJson)).expect("JSON");
    assert!(bare[0].get("issued").is_none() && bare[0].get("author").is_none(), "{bare}");
}

#[test]
fn forms_are_known_by_how_their_files_end() {
    for format in CitationFormat::ALL {
        assert_eq!(CitationFormat::of_extension(format.extension()), Some(format));
    }
    assert_eq!(CitationFormat::of_extension("exe"), None);
}

/// Depth of braces as BibTeX counts them, and whether it was ever below none.
fn braces(text: &str) -> (i64, bool) {
    let mut depth = 0;
    let mut fell = false;
    for c in text.chars() {
        depth += i64::from(c == '{') - i64::from(c == '}');
        fell |= depth < 0;
    }
    (depth, fell)
}

/// Texts with everything the forms give a meaning to, and anything else.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "\\",
        "\"",
        "@",
        ",",
        " and ",
        "\r\n",
        "\n",
        "\u{85}",
        "\u{2028}",
        "\u{B}",
        "ER  - ",
        "TY  - RPRT",
        "*",
        "%",
        "é",
        "水",
        "\u{202E}",
        "van ",
        "Jr.",
        " ",
        "x",
    ];
    let piece = prop::sample::select(pieces.to_vec()).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![3 => piece, 1 => any::<char>().prop_map(String::from)], 0..12)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_field(
        title in nasty(), authors in prop::collection::vec(nasty(), 0..4), date in nasty(), keyword in nasty(), summary in nasty(),
    ) {
        let mut about = about(&title, &[], Some(&date));
        about.authors = authors;
        about.keywords = vec![keyword];
        let reference = of(&about, Some(&summary));
        let entry = reference.to_text(CitationFormat::BibTex);
        prop_assert_eq!(braces(&entry), (0, false), "{}", entry);
        let (_, body) = entry.split_once('{').unwrap_or_default();
        let key = body.split(',').next().unwrap_or_default();
        prop_assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", key);
        let record = reference.to_text(CitationFormat::Ris);
        let breaks = ['\r', '\n', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}', '\u{1C}', '\u{1D}', '\u{1E}'];
        for line in record.split_terminator("\r\n") {
            prop_assert!(line.len() >= 6 && line.get(2..6) == Some("  - ") && !line.contains(breaks), "{:?}", line);
            prop_assert!(line.bytes().take(2).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()), "{:?}", line);
        }
        prop_assert_eq!(record.matches("\r\nER  - \r\n").count(), 1);
        prop_assert!(!apa(&reference).contains(breaks));
        for format in [CitationFormat::CslJson, CitationFormat::SchemaOrg] {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&reference.to_text(format)).is_ok());
        }
    }
}
