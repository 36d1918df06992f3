//! Contributors: who they are, in which order, and how many reports they have.

use super::library::{Made, Shelf, made};
use crate::search::Letter;

fn reports() -> Vec<Made> {
    vec![
        Made { authors: &["Jörg Müller", "World Bank", "Ludwig van Beethoven"], ..made("a", &["text"]) },
        Made { authors: &["Jorg Muller", "Müller, Jörg", "—"], ..made("b", &["text"]) },
        Made { authors: &["Jörg Müller", "Jörg Müller", "Ada Müller", "7 Councils"], ..made("c", &["text"]) },
        Made { authors: &["山田太郎", "Ελένη Παππά", "Álvaro Ñandú"], ..made("d", &["text"]) },
        made("e", &["nobody's"]),
    ]
}

#[test]
fn everybody_is_listed_by_family_whatever_was_deleted_and_however_it_is_spelt() {
    for (shelf, kind) in Shelf::three(&reports()) {
        let list = shelf.engine.holdings().expect("readable").contributors().list("", 0, 100);
        let listed: Vec<(&str, u64)> =
            list.contributors.iter().map(|who| (who.listed_as.as_str(), who.reports)).collect();
        let wanted = [
            ("7 Councils", 1),
            ("van Beethoven, Ludwig", 1),
            ("Müller, Ada", 1),
            ("Müller, Jörg", 3),
            ("Müller, Jörg", 1),
            ("Ñandú, Álvaro", 1),
            ("World Bank", 1),
            ("Παππά, Ελένη", 1),
            ("山田太郎", 1),
        ];
        assert_eq!(listed, wanted, "{kind}");
        let letters: Vec<(Letter, usize)> = list.letters;
        let capital = Letter::Capital;
        let wanted = [
            (Letter::Digit, 0),
            (capital('B'), 1),
            (capital('M'), 2),
            (capital('N'), 5),
            (capital('W'), 6),
            (capital('Π'), 7),
            (Letter::Other, 8),
        ];
        assert_eq!((letters, list.total), (wanted.to_vec(), 9), "{kind}");
        let names: Vec<&str> = list.contributors.iter().map(|who| who.name.as_str()).collect();
        assert!(names.contains(&"Jörg Müller") && !names.contains(&"Jorg Muller"), "{kind}: {names:?}");
    }
}

#[test]
fn a_part_of_the_list_is_that_part_and_knows_the_whole() {
    let shelf = Shelf::of(&[&reports()]);
    for (q, offset, limit, total, wanted) in [
        ("", 2, 2, 9, &["Ada Müller", "Jörg Müller"][..]),
        ("mull", 0, 10, 3, &["Ada Müller", "Jörg Müller", "Müller, Jörg"]),
        ("JÖRG m", 1, 10, 2, &["Müller, Jörg"]),
        ("ller", 0, 10, 0, &[]),
        ("beet", 0, 10, 1, &["Ludwig van Beethoven"]),
        ("", 50, 10, 9, &[]),
        ("\"(*", 0, 0, 9, &[]),
    ] {
        let list = shelf.engine.holdings().expect("readable").contributors().list(q, offset, limit);
        let names: Vec<&str> = list.contributors.iter().map(|who| who.name.as_str()).collect();
        assert_eq!((names.as_slice(), list.total), (wanted, total), "{q} from {offset}");
    }
    let empty = Shelf::empty().engine.holdings().expect("readable").contributors().list("", 0, 10);
    assert_eq!(empty.total, 0);
}
