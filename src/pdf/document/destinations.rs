//! Destinations (ISO 32000-2 §12.3.2): which page a bookmark's array, name or string means.

use super::page_tree::PageEntry;
use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Object, ObjectId};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// Named destinations read at most.
const MAX_NAMES: usize = 200_000;
/// Names that mean names, followed before giving up.
const MAX_INDIRECTIONS: usize = 4;

/// Resolves destinations of one document.
pub struct Destinations<'d> {
    objects: &'d Objects,
    catalog: &'d Dictionary,
    /// 1-based page numbers; of a page listed twice the first.
    numbers: HashMap<ObjectId, u32>,
    page_count: u32,
    /// The name tree under /Names /Dests, read when the first string asks for it.
    names: OnceCell<HashMap<&'d [u8], &'d Object>>,
}

impl<'d> Destinations<'d> {
    /// For a document with these pages.
    pub fn new(objects: &'d Objects, catalog: &'d Dictionary, pages: &[PageEntry]) -> Destinations<'d> {
        let mut numbers = HashMap::with_capacity(pages.len());
        for (number, page) in (1..).zip(pages) {
            numbers.entry(page.id).or_insert(number);
        }
        let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        Destinations { objects, catalog, numbers, page_count, names: OnceCell::new() }
    }

    /// The 1-based page an outline item leads to, by /Dest or a go-to action.
    pub fn page_of_item(&self, item: &'d Dictionary) -> Option<u32> {
        if let Some(destination) = self.objects.get(item, b"Dest") {
            return self.page(destination);
        }
        let action = self.objects.dictionary(item, b"A")?;
        match self.objects.name(action, b"S") {
            Some(b"GoTo") | None => self.page(self.objects.get(action, b"D")?),
            _ => None,
        }
    }

    /// The 1-based page of a destination.
    fn page(&self, destination: &'d Object) -> Option<u32> {
        let mut current = destination;
        for _ in 0..MAX_INDIRECTIONS {
            current = match current {
                Object::Array(parts) => return self.page_named_by(parts.first()?),
                Object::Dictionary(dictionary) => self.objects.get(dictionary, b"D")?,
                Object::Name(name) => self.named(name).or_else(|| self.in_name_tree(name))?,
                Object::String(name, _) => self.in_name_tree(name).or_else(|| self.named(name))?,
                _ => return None,
            };
        }
        None
    }

    /// The first part of a destination array: the page, or in spite of the standard its 0-based index.
    fn page_named_by(&self, page: &Object) -> Option<u32> {
        match page {
            Object::Integer(index) => {
                u32::try_from(*index).ok()?.checked_add(1).filter(|number| *number <= self.page_count)
            }
            reference => self.numbers.get(&self.objects.resolve_with_id(reference)?.0?).copied(),
        }
    }

    /// A name in the catalog's /Dests.
    fn named(&self, name: &[u8]) -> Option<&'d Object> {
        self.objects.get(self.objects.dictionary(self.catalog, b"Dests")?, name)
    }

    fn in_name_tree(&self, name: &[u8]) -> Option<&'d Object> {
        self.objects.resolve(self.names.get_or_init(|| self.read_name_tree()).get(name)?)
    }

    /// All leaves of the name tree (§7.9.6), in whatever order they stand.
    fn read_name_tree(&self) -> HashMap<&'d [u8], &'d Object> {
        let mut names = HashMap::new();
        let mut visited = HashSet::new();
        let root =
            self.objects.dictionary(self.catalog, b"Names").and_then(|names| self.objects.dictionary(names, b"Dests"));
        let mut stack: Vec<&'d Dictionary> = root.into_iter().collect();
        while let Some(node) = stack.pop() {
            for pair in self.objects.array(node, b"Names").unwrap_or_default().chunks_exact(2) {
                if names.len() == MAX_NAMES {
                    return names;
                }
                if let Some(Object::String(name, _) | Object::Name(name)) = self.objects.resolve(&pair[0]) {
                    names.entry(name.as_slice()).or_insert(&pair[1]);
                }
            }
            for kid in self.objects.array(node, b"Kids").unwrap_or_default() {
                let Some((id, kid)) = self.objects.resolve_with_id(kid) else { continue };
                if id.is_none_or(|id| visited.insert(id)) {
                    stack.extend(as_dictionary(kid));
                }
            }
        }
        names
    }
}
