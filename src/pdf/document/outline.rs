//! Bookmarks (ISO 32000-2 §12.3.3) in reading order, safe against cycles and of bounded number and depth.

use super::destinations::Destinations;
use crate::pdf::decode_text_string;
use crate::pdf::objects::{Objects, as_dictionary};
use crate::pdf::text_string::one_line;
use crate::report::OutlineEntry;
use lopdf::{Dictionary, ObjectId};
use std::collections::HashSet;

const MAX_ENTRIES: usize = 10_000;
const MAX_DEPTH: u8 = 32;
/// Longest title kept, in characters.
const MAX_TITLE: usize = 512;

/// An item as read, before it is known to lead anywhere.
struct Item {
    title: Option<String>,
    level: u8,
    page: Option<u32>,
}

/// The bookmarks that lead to a page of the document.
pub fn outline<'d>(
    objects: &'d Objects,
    catalog: &'d Dictionary,
    destinations: &Destinations<'d>,
) -> Vec<OutlineEntry> {
    let Some(root) = objects.dictionary(catalog, b"Outlines") else { return Vec::new() };
    let mut items = read_items(objects, root, destinations);
    lend_pages(&mut items);
    items
        .into_iter()
        .filter_map(|item| Some(OutlineEntry { title: item.title?, level: item.level, page: item.page? }))
        .collect()
}

fn read_items<'d>(objects: &'d Objects, root: &'d Dictionary, destinations: &Destinations<'d>) -> Vec<Item> {
    let linked = |dictionary: &'d Dictionary, key: &[u8]| {
        let (id, object) = objects.resolve_with_id(dictionary.get(key).ok()?)?;
        Some((id, as_dictionary(object)?))
    };
    let mut items = Vec::new();
    let mut visited: HashSet<ObjectId> = HashSet::new();
    let mut stack: Vec<(Option<ObjectId>, &Dictionary, u8)> = Vec::new();
    stack.extend(linked(root, b"First").map(|(id, item)| (id, item, 0)));
    while let Some((id, item, level)) = stack.pop() {
        if items.len() == MAX_ENTRIES {
            break;
        }
        if id.is_some_and(|id| !visited.insert(id)) {
            continue;
        }
        items.push(Item { title: title(objects, item), level, page: destinations.page_of_item(item) });
        // The stack is popped from its end: what is below the item comes before what follows it.
        stack.extend(linked(item, b"Next").map(|(id, next)| (id, next, level)));
        if level + 1 < MAX_DEPTH {
            stack.extend(linked(item, b"First").map(|(id, first)| (id, first, level + 1)));
        }
    }
    items
}

fn title(objects: &Objects, item: &Dictionary) -> Option<String> {
    let title = one_line(&decode_text_string(objects.string(item, b"Title")?))?;
    Some(title.chars().take(MAX_TITLE).collect())
}

/// An item that leads nowhere itself stands for the page of the first item below it.
fn lend_pages(items: &mut [Item]) {
    // From the end, so that the item right below has its page already.
    let mut following: Option<(u8, Option<u32>)> = None;
    for item in items.iter_mut().rev() {
        if item.page.is_none()
            && let Some((level, page)) = following
            && level > item.level
        {
            item.page = page;
        }
        following = Some((item.level, item.page));
    }
}

#[cfg(test)]
mod tests {
    use crate::pdf::test_pdf::TestPdf;
    use crate::report::OutlineEntry;

    fn entry(title: &str, level: u8, page: u32) -> OutlineEntry {
        OutlineEntry { title: title.to_owned(), level, page }
    }

    fn with_outline(items: &[(u32, &str)]) -> TestPdf {
        let catalog = "<< /Type /Catalog /Pages 2 0 R /Outlines 20 0 R /Names << /Dests 30 0 R >> \
                       /Dests << /old [100 0 R /Fit] >> >>";
        let pdf = TestPdf::with_pages(3)
            .object(1, catalog)
            .object(20, "<< /First 21 0 R >>")
            .object(30, "<< /Kids [30 0 R 31 0 R] >>")
            .object(31, "<< /Names [(chapter.2) << /D [101 0 R /XYZ 0 0 0] >>] >>");
        items.iter().fold(pdf, |pdf, (number, body)| pdf.object(*number, body))
    }

    #[test]
    fn every_kind_of_destination_leads_to_its_page() {
        let pdf = with_outline(&[
            (21, "<< /Title (Array\\n  one) /Dest [3 0 R /Fit] /Next 22 0 R >>"),
            (22, "<< /Title (Name) /Dest /old /Next 23 0 R >>"),
            (23, "<< /Title (String) /A << /S /GoTo /D (chapter.2) >> /Next 24 0 R >>"),
            (24, "<< /Title (Index) /Dest [1 /Fit] /Next 25 0 R >>"),
            (25, "<< /Title (Elsewhere) /A << /S /GoToR /D [0 /Fit] >> /Next 26 0 R >>"),
            (26, "<< /Title ( ) /Dest [3 0 R /Fit] >>"),
        ]);
        let expected = [entry("Array one", 0, 1), entry("Name", 0, 2), entry("String", 0, 3), entry("Index", 0, 2)];
        assert_eq!(pdf.open().outline(), expected);
    }

    #[test]
    fn nesting_is_kept_and_headings_without_page_borrow_one() {
        let pdf = with_outline(&[
            (21, "<< /Title (Part) /First 22 0 R /Next 24 0 R >>"),
            (22, "<< /Title (Chapter) /First 23 0 R >>"),
            (23, "<< /Title (Section) /Dest [100 0 R /Fit] >>"),
            (24, "<< /Title (Lost) >>"),
        ]);
        assert_eq!(pdf.open().outline(), [entry("Part", 0, 2), entry("Chapter", 1, 2), entry("Section", 2, 2)]);
    }

    #[test]
    fn cycles_end() {
        let pdf = with_outline(&[
            (21, "<< /Title (A) /Dest [3 0 R] /First 22 0 R /Next 21 0 R >>"),
            (22, "<< /Title (B) /Dest [3 0 R] /First 21 0 R /Next 20 0 R >>"),
        ]);
        assert_eq!(pdf.open().outline(), [entry("A", 0, 1), entry("B", 1, 1)]);
    }
}
