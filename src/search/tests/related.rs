//! Which reports are related to which, and why.

use super::library::{Made, Shelf, made};
use crate::search::Related;

/// Pages that say the sentences in turn, so many times over, with words of their own in between.
fn pages(name: &'static str, sentences: &[&str], times: usize) -> Vec<String> {
    let page = |turn: usize| {
        let said: Vec<String> = sentences.iter().map(|said| format!("{said} {name}{turn}.")).collect();
        said.join(" ")
    };
    (0..times).map(page).collect()
}

const CASH: [&str; 4] = [
    "Cash transfers reached poor households in the villages",
    "The transfer was paid to mothers by mobile phone",
    "Food prices in the markets did not rise after the cash transfers",
    "School attendance of the children improved in poor households",
];
const CASH_AGAIN: [&str; 4] = [
    "Every household got a cash transfer by phone",
    "Mothers spent the transferred money on food and school fees",
    "Attendance at school rose and prices did not",
    "Poor villages had no market of their own",
];
const WATER: [&str; 4] = [
    "Boreholes were drilled and hand pumps repaired",
    "Groundwater levels fell in the dry season",
    "Committees collect fees from the users of the pumps",
    "Water from boreholes was tested for arsenic",
];
const WATER_AGAIN: [&str; 4] = [
    "The pump at the borehole was broken",
    "Arsenic in groundwater is a risk to the users",
    "Repairs are paid by a committee in the dry season",
    "Drilling a new borehole costs more than repairing pumps",
];
const CHESS: [&str; 3] = [
    "The bishop pins the knight to the queen",
    "Castling kingside protects the rook",
    "A pawn that reaches the last rank is promoted",
];

fn made_of(name: &'static str, sentences: &[&str], times: usize) -> Made {
    Made { language: Some("en"), pages: pages(name, sentences, times), ..made(name, &[]) }
}

fn reports() -> Vec<Made> {
    let mut yearbook =
        pages("yearbook", &["Members met in the hall and heard the treasurer and minutes were read"], 400);
    yearbook.extend(pages("yearbook", &[CASH[0], WATER[0], CHESS[0]], 2));
    vec![
        made_of("kenya", &CASH, 12),
        Made {
            summary: "We study cash in Peru. It worked.\nMore follows.",
            authors: &["Amina Otieno"],
            date: Some("2021"),
            ..made_of("peru", &CASH_AGAIN, 9)
        },
        made_of("wells", &WATER, 12),
        made_of("pumps", &WATER_AGAIN, 7),
        made_of("chess", &CHESS, 10),
        Made { pages: yearbook, ..made_of("yearbook", &[], 0) },
        made("blank", &[""]),
        made("number", &["2019 2020 2021"]),
    ]
}

fn related(shelf: &Shelf, name: &'static str) -> Vec<Related> {
    shelf.engine.related(made(name, &[]).id(), 10).expect("answers")
}

fn names(shelf: &Shelf, name: &'static str) -> Vec<&'static str> {
    related(shelf, name).iter().map(|related| shelf.name(related.id)).collect()
}

#[test]
fn reports_on_the_same_subject_are_related() {
    let all = reports();
    for (shelf, how) in Shelf::three(&all) {
        for (name, expected) in [
            ("kenya", &["peru"][..]),
            ("peru", &["kenya"]),
            ("wells", &["pumps"]),
            ("pumps", &["wells"]),
            // The yearbook mentions chess, cash and boreholes, and is about none of them.
            ("chess", &[]),
            ("yearbook", &[]),
            ("blank", &[]),
            ("number", &[]),
            ("unknown", &[]),
        ] {
            assert_eq!(names(&shelf, name), expected, "{name} {how}");
        }
    }
}

#[test]
fn the_reason_is_told_in_the_words_of_the_report() {
    let shelf = Shelf::of(&[&reports()]);
    let peru = related(&shelf, "kenya").pop().expect("related");
    assert_eq!(peru.shared.len(), 5, "{:?}", peru.shared);
    // One term in both, though each report prints other forms of it.
    assert!(peru.shared.iter().any(|term| term.eq_ignore_ascii_case("cash transfers")), "{:?}", peru.shared);
    assert!(!peru.shared.iter().any(|term| term.starts_with("transfer")), "{:?}", peru.shared);
    assert_eq!(peru.description.as_deref(), Some("We study cash in Peru."));
    assert_eq!(
        (peru.title.as_str(), peru.date.as_deref(), peru.language.as_deref()),
        ("peru", Some("2021"), Some("en"))
    );
    assert_eq!(
        (peru.authors.as_slice(), peru.url),
        (&["Amina Otieno".to_owned()][..], format!("/reports/{}", peru.id))
    );
    assert!(peru.score > 0.14 && peru.score <= 1.0, "{}", peru.score);
    let kenya = related(&shelf, "peru").pop().expect("related");
    assert_eq!(kenya.description, None);
}

#[test]
fn deletions_leave_the_rest_related() {
    let all = reports();
    let mut shelf = Shelf::of(&[&all[..3], &all[3..]]);
    let before = related(&shelf, "wells");
    for gone in ["peru", "chess", "yearbook", "blank"] {
        let gone = all.iter().find(|made| made.name == gone).expect("one of them");
        shelf.delete(gone);
    }
    assert_eq!(names(&shelf, "kenya"), [] as [&str; 0]);
    assert_eq!(names(&shelf, "peru"), [] as [&str; 0]);
    assert_eq!(names(&shelf, "wells"), ["pumps"]);
    let rest: Vec<Made> =
        all.iter().filter(|made| !["peru", "chess", "yearbook", "blank"].contains(&made.name)).cloned().collect();
    assert_eq!(related(&shelf, "wells"), related(&Shelf::of(&[&rest]), "wells"));
    assert_ne!(related(&shelf, "wells"), before);
}

#[test]
fn near_copies_are_shown_once_and_a_lone_report_has_no_relations() {
    let kenya = made_of("kenya", &CASH, 12);
    assert_eq!(names(&Shelf::of(&[std::slice::from_ref(&kenya)]), "kenya"), [] as [&str; 0]);
    let copy = Made { name: "copy", ..kenya.clone() };
    let shelf = Shelf::of(&[&[kenya, copy, made_of("peru", &CASH_AGAIN, 9), made_of("chess", &CHESS, 10)]]);
    assert_eq!(shelf.engine.copies(made("kenya", &[]).id()).expect("answers").copies.len(), 1);
    assert_eq!(names(&shelf, "kenya"), ["peru"]);
    // Both copies are related to it.
    assert_eq!(names(&shelf, "peru").len(), 1);
    let mut all = reports();
    all.push(made_of("mali", &[CASH[0], CASH_AGAIN[0], CASH_AGAIN[2]], 9));
    let other = Shelf::of(&[&all]);
    let limited = |limit| other.engine.related(made("kenya", &[]).id(), limit).expect("answers").len();
    assert_eq!((limited(1), limited(10)), (1, 2));
}

#[test]
fn a_common_author_lifts() {
    let by = |name, author: &'static [&'static str]| Made { authors: author, ..made_of(name, &CASH_AGAIN, 9) };
    let of = |author| {
        let kenya = Made { authors: &["Amina Otieno", "J. Doe"], ..made_of("kenya", &CASH, 12) };
        let shelf = Shelf::of(&[&[kenya, by("peru", author), made_of("chess", &CHESS, 10)]]);
        related(&shelf, "kenya").pop().expect("related").score
    };
    let (same, other) = (of(&["amina OTIENO"]), of(&["John Roe"]));
    assert!((same / other - 1.1).abs() < 0.001, "{same} {other}");
}

#[test]
fn common_words_of_a_rare_language_relate_nothing() {
    let french = |name, sentences: &[&str]| Made { language: Some("fr"), ..made_of(name, sentences, 8) };
    let mut all = reports();
    all.push(french(
        "puits",
        &["Nous avons creusé notre puits, vous étiez avec eux à la même pompe et leurs voisins étaient là"],
    ));
    all.push(french(
        "échecs",
        &["Notre fou était à la même diagonale, nous avons joué avec eux, vous étiez leurs témoins"],
    ));
    let shelf = Shelf::of(&[&all]);
    assert_eq!(names(&shelf, "puits"), [] as [&str; 0]);
    assert_eq!(names(&shelf, "échecs"), [] as [&str; 0]);
}
