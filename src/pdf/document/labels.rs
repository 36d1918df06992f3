//! Page labels (ISO 32000-2 §12.4.2): the numbers printed on the pages, as the number tree in the catalog gives them.

use crate::pdf::decode_text_string;
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::text_string::one_line;
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::{BTreeMap, HashSet};

/// Longest label kept, in characters.
const MAX_LABEL: usize = 64;

/// The label of each of `count` pages; `None` for pages without one.
pub fn page_labels(objects: &Objects, catalog: Option<&Dictionary>, count: usize) -> Vec<Option<String>> {
    let ranges = catalog
        .and_then(|catalog| objects.dictionary(catalog, b"PageLabels"))
        .map(|root| ranges(objects, root, count))
        .unwrap_or_default();
    let mut labels = vec![None; count];
    let mut starts = ranges.iter().peekable();
    while let Some((&start, range)) = starts.next() {
        let end = starts.peek().map_or(count, |(next, _)| **next).min(count);
        for (offset, label) in labels.get_mut(start..end).unwrap_or_default().iter_mut().enumerate() {
            *label = range.label(offset);
        }
    }
    labels
}

/// How the pages of a range are labelled (table 161).
struct Range {
    prefix: String,
    style: Style,
    first: u64,
}

enum Style {
    PrefixOnly,
    Decimal,
    UpperRoman,
    LowerRoman,
    UpperLetters,
    LowerLetters,
}

impl Range {
    fn read(objects: &Objects, dictionary: &Dictionary) -> Range {
        Range {
            prefix: objects.string(dictionary, b"P").map(decode_text_string).unwrap_or_default(),
            style: match objects.name(dictionary, b"S") {
                Some(b"D") => Style::Decimal,
                Some(b"R") => Style::UpperRoman,
                Some(b"r") => Style::LowerRoman,
                Some(b"A") => Style::UpperLetters,
                Some(b"a") => Style::LowerLetters,
                _ => Style::PrefixOnly,
            },
            first: objects.integer(dictionary, b"St").and_then(|first| u64::try_from(first).ok()).unwrap_or(1),
        }
    }

    fn label(&self, offset: usize) -> Option<String> {
        let number = self.first.saturating_add(u64::try_from(offset).unwrap_or(u64::MAX));
        let numeral = match self.style {
            Style::PrefixOnly => String::new(),
            Style::Decimal => number.to_string(),
            Style::UpperRoman => roman(number),
            Style::LowerRoman => roman(number).to_lowercase(),
            Style::UpperLetters => letters(number),
            Style::LowerLetters => letters(number).to_lowercase(),
        };
        let label = one_line(&format!("{}{numeral}", self.prefix))?;
        Some(label.chars().take(MAX_LABEL).collect())
    }
}

/// The ranges by the 0-based page they start at: the leaves of the number tree (§7.9.7).
fn ranges(objects: &Objects, root: &Dictionary, count: usize) -> BTreeMap<usize, Range> {
    let mut ranges = BTreeMap::new();
    let mut visited: HashSet<ObjectId> = HashSet::new();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        for pair in objects.array(node, b"Nums").unwrap_or_default().chunks_exact(2) {
            let start = objects.as_number(&pair[0]).filter(|start| *start >= 0.0).map(|start| start as usize);
            let range = objects.resolve(&pair[1]).and_then(as_dictionary);
            if let (Some(start), Some(range)) = (start, range)
                && start < count
            {
                ranges.entry(start).or_insert_with(|| Range::read(objects, range));
            }
        }
        for kid in objects.array(node, b"Kids").unwrap_or_default() {
            if let Some((id, Object::Dictionary(kid))) = objects.resolve_with_id(kid)
                && id.is_none_or(|id| visited.insert(id))
            {
                stack.push(kid);
            }
        }
    }
    ranges
}

/// Roman numerals up to 3999, decimal beyond and for zero.
fn roman(number: u64) -> String {
    const NUMERALS: [(u64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let mut rest = number;
    let mut numeral = String::new();
    for (value, letters) in NUMERALS {
        while rest >= value {
            numeral.push_str(letters);
            rest -= value;
        }
    }
    numeral
}

/// A to Z, then AA to ZZ, AAA to ZZZ and so on; decimal for zero and beyond ten letters.
fn letters(number: u64) -> String {
    match number.checked_sub(1) {
        Some(index) if index < 260 => {
            let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
            std::iter::repeat_n(letter, usize::try_from(index / 26).unwrap_or(0) + 1).collect()
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::pdf::test_pdf::TestPdf;

    fn labels(page_labels: &str, extra: &[(u32, &str)], pages: u32) -> Vec<Option<String>> {
        let catalog = format!("<< /Type /Catalog /Pages 2 0 R /PageLabels {page_labels} >>");
        let pdf = TestPdf::with_pages(pages).object(1, catalog);
        extra.iter().fold(pdf, |pdf, (number, body)| pdf.object(*number, body)).open().page_labels()
    }

    fn some(labels: &[&str]) -> Vec<Option<String>> {
        labels.iter().map(|label| Some((*label).to_owned())).collect()
    }

    #[test]
    fn each_style_counts_its_own_way() {
        let cases = [
            ("<< /Nums [0 << /S /r >> 2 << /S /D >>] >>", ["i", "ii", "1", "2", "3"]),
            ("<< /Nums [0 << /S /R /St 3999 >> 2 << /S /D /St 7 >>] >>", ["MMMCMXCIX", "4000", "7", "8", "9"]),
            ("<< /Nums [0 << /S /a /St 25 >> 3 << /S /A >>] >>", ["y", "z", "aa", "A", "B"]),
            ("<< /Nums [0 << /P (A-) /S /D >> 4 << /P (Back) >>] >>", ["A-1", "A-2", "A-3", "A-4", "Back"]),
        ];
        for (tree, expected) in cases {
            assert_eq!(labels(tree, &[], 5), some(&expected), "{tree}");
        }
    }

    #[test]
    fn kids_are_followed_once() {
        let extra = [
            (200, "<< /Nums [2 << /S /D >>] /Limits [2 2] >>"),
            (201, "<< /Kids [201 0 R 202 0 R 200 0 R] >>"),
            (202, "<< /Nums [0 << /S /r >>] >>"),
        ];
        assert_eq!(labels("<< /Kids [200 0 R 201 0 R] >>", &extra, 3), some(&["i", "ii", "1"]));
    }

    #[test]
    fn pages_before_the_first_range_and_broken_trees_have_none() {
        assert_eq!(labels("<< /Nums [1 << /S /D >>] >>", &[], 2), [None, Some("1".to_owned())]);
        assert_eq!(labels("<< /Nums [-1 << /S /D >> 99 << /S /D >> (x) 5] >>", &[], 1), [None]);
        assert_eq!(TestPdf::with_pages(2).open().page_labels(), [None, None]);
    }
}
