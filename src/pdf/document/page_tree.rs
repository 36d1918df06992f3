//! The page tree (ISO 32000-2 §7.7.3), walked without trusting /Type, /Count, /Parent or the absence of cycles.
//!
//! lopdf's own walk misses direct kids and loses pages to cycles. Direct nodes are given an object of their own here,
//! so that a page is always named by an object id.

use super::PageAttributes;
use crate::pdf::object_streams::PackedObjects;
use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::HashSet;

/// US Letter, which readers assume where /MediaBox is missing.
const DEFAULT_MEDIA_BOX: [f32; 4] = [0.0, 0.0, 612.0, 792.0];
/// Sides shorter than this, in units of user space, make a box degenerate.
const MIN_SIDE: f32 = 0.5;
/// Coordinates beyond this make a box degenerate: pages end at 200 inches times /UserUnit.
const MAX_COORDINATE: f32 = 1.0e7;
/// References followed before giving up (a chain this long is a loop).
const MAX_REFERENCES: usize = 32;
/// Ancestors asked for inherited attributes by pages that were found outside the tree.
const MAX_ANCESTORS: usize = 64;

/// The pages found.
pub struct Pages {
    /// In reading order.
    pub pages: Vec<PageEntry>,
    /// Whether the limit left some out.
    pub has_more: bool,
}

/// A page and where its inherited attributes stand.
pub struct PageEntry {
    /// The page dictionary's object.
    pub id: ObjectId,
    inherited: Inherited,
}

/// Inheritable attributes (table 31) as seen from a node: the boxes themselves, and which node holds the resources.
#[derive(Clone, Copy, Default)]
struct Inherited {
    resources_holder: Option<ObjectId>,
    media_box: Option<[f32; 4]>,
    crop_box: Option<[f32; 4]>,
    rotate: Option<i64>,
}

impl PageEntry {
    /// The page's attributes, its boxes made sane.
    pub fn attributes<'p>(&self, objects: &'p Objects) -> Option<PageAttributes<'p>> {
        let dictionary = as_dictionary(objects.document().objects.get(&self.id)?)?;
        let holder = self.inherited.resources_holder.and_then(|id| objects.document().objects.get(&id));
        let resources = holder.and_then(as_dictionary).and_then(|holder| objects.dictionary(holder, b"Resources"));
        let user_unit = objects.number(dictionary, b"UserUnit").filter(|unit| (0.01..=1_000.0).contains(unit));
        Some(PageAttributes {
            dictionary,
            resources,
            crop_box: visible_box(self.inherited.media_box, self.inherited.crop_box),
            rotate: normalised_rotation(self.inherited.rotate.unwrap_or(0)),
            user_unit: user_unit.unwrap_or(1.0),
        })
    }
}

/// The crop box within the media box; a degenerate box gives way to the next larger one.
fn visible_box(media_box: Option<[f32; 4]>, crop_box: Option<[f32; 4]>) -> [f32; 4] {
    let media_box = media_box.and_then(sane_box).unwrap_or(DEFAULT_MEDIA_BOX);
    crop_box
        .and_then(sane_box)
        .and_then(|crop| {
            sane_box([
                crop[0].max(media_box[0]),
                crop[1].max(media_box[1]),
                crop[2].min(media_box[2]).max(crop[0].max(media_box[0])),
                crop[3].min(media_box[3]).max(crop[1].max(media_box[1])),
            ])
        })
        .unwrap_or(media_box)
}

/// The box with its corners in order, unless it is degenerate.
fn sane_box([x0, y0, x1, y1]: [f32; 4]) -> Option<[f32; 4]> {
    let sane = [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)];
    let is_degenerate = sane[2] - sane[0] < MIN_SIDE || sane[3] - sane[1] < MIN_SIDE;
    let is_wild = sane.iter().any(|edge| !edge.is_finite() || edge.abs() > MAX_COORDINATE);
    (!is_degenerate && !is_wild).then_some(sane)
}

/// Rounds to a quarter turn, 0..360.
fn normalised_rotation(degrees: i64) -> u16 {
    let quarters = (degrees.rem_euclid(360) + 45) / 90 % 4;
    u16::try_from(quarters * 90).unwrap_or(0)
}

/// Finds the pages, at most `limit`. Without a usable tree all page objects are taken in the order of their ids.
pub fn walk(document: &mut Document, limit: u32) -> Pages {
    walk_tree(document, limit).unwrap_or_else(|| page_objects(document, usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// Finds the pages of a usable tree, at most `limit`.
fn walk_tree(document: &mut Document, limit: u32) -> Option<Pages> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let root = tree_root(document)?;
    let pages = Walk { limit, visited: HashSet::new() }.run(document, root);
    (!pages.pages.is_empty()).then_some(pages)
}

/// As [`walk`], in a document with packed objects: those that make up the tree are unpacked. `None` without a sound
/// tree, as all objects must be looked at then.
pub fn walk_packed(document: &mut Document, packed: &PackedObjects, limit: u32) -> Option<Pages> {
    unpack_tree(document, packed)?;
    walk_tree(document, limit)
}

/// Unpacks the catalog, the nodes of the page tree and the attributes that are asked for along the way.
fn unpack_tree(document: &mut Document, packed: &PackedObjects) -> Option<()> {
    let root = document.trailer.get(b"Root").and_then(Object::as_reference).ok()?;
    packed.unpack_into(document, root);
    let catalog = document.objects.get(&root).and_then(as_dictionary)?;
    let top = catalog.get(b"Pages").and_then(Object::as_reference).ok()?;
    packed.unpack_into(document, top);
    kids(document, as_dictionary(document.objects.get(&top)?)?).or_else(|| {
        // Kids that are packed themselves.
        matches!(as_dictionary(document.objects.get(&top)?)?.get(b"Kids"), Ok(Object::Reference(_))).then_some(&[])
    })?;
    let mut visited = HashSet::new();
    let mut stack = vec![top];
    while let Some(id) = stack.pop() {
        if !visited.insert(id) {
            continue;
        }
        packed.unpack_into(document, id);
        let Some(object) = document.objects.get(&id) else { continue };
        let mut references = Vec::new();
        match object {
            Object::Reference(next) => references.push(*next),
            Object::Array(items) => references.extend(items.iter().filter_map(|item| item.as_reference().ok())),
            Object::Dictionary(node) => attribute_references(node, &mut references),
            _ => {}
        }
        stack.extend(references);
    }
    Some(())
}

/// Objects that a node of the page tree refers to, directly or from its arrays, and that the walk resolves.
fn attribute_references(node: &Dictionary, references: &mut Vec<ObjectId>) {
    for key in [&b"Type"[..], b"Kids", b"MediaBox", b"CropBox", b"Rotate", b"Resources"] {
        match node.get(key) {
            Ok(Object::Reference(id)) => references.push(*id),
            Ok(Object::Array(items)) => {
                references.extend(items.iter().filter_map(|item| item.as_reference().ok()));
                for kid in items.iter().filter_map(|item| item.as_dict().ok()) {
                    attribute_references(kid, references);
                }
            }
            _ => {}
        }
    }
}

/// The root of the page tree, if the catalog leads to a node with kids.
fn tree_root(document: &mut Document) -> Option<ObjectId> {
    let catalog = match resolve(document, document.trailer.get(b"Root").ok()?).and_then(as_dictionary) {
        Some(catalog) if catalog.has(b"Pages") => catalog,
        _ => document
            .objects
            .values()
            .rev()
            .filter_map(as_dictionary)
            .find(|dictionary| dictionary.has(b"Pages") && has_type(document, dictionary, b"Catalog"))?,
    };
    let root = catalog.get(b"Pages").ok()?.clone();
    let id = node_id(document, root)?;
    let node = document.objects.get(&id).and_then(as_dictionary)?;
    kids(document, node).is_some().then_some(id)
}

/// The walk's bounds.
struct Walk {
    limit: usize,
    visited: HashSet<ObjectId>,
}

impl Walk {
    /// Depth first, with a stack of the nodes still to visit.
    fn run(mut self, document: &mut Document, root: ObjectId) -> Pages {
        let mut pages = Vec::new();
        let mut stack = vec![(root, Inherited::default())];
        while let Some((id, inherited)) = stack.pop() {
            let Some(node) = document.objects.get(&id).and_then(as_dictionary) else { continue };
            let inherited = inherited.within(document, id, node);
            if let Some(kids) = kids(document, node).filter(|_| !has_type(document, node, b"Page")) {
                // A page may be listed twice and is shown twice then; a node above pages may not.
                if !self.visited.insert(id) {
                    continue;
                }
                let kids = kids.to_vec();
                // The stack is popped from its end: the first kid goes on last.
                for kid in kids.into_iter().rev() {
                    if let Some(kid) = node_id(document, kid) {
                        stack.push((kid, inherited));
                    }
                }
            } else if is_page(document, node) {
                if pages.len() == self.limit {
                    return Pages { pages, has_more: true };
                }
                pages.push(PageEntry { id, inherited });
            }
        }
        Pages { pages, has_more: false }
    }
}

impl Inherited {
    /// What holds below `node`: its own attributes, else those from above.
    fn within(self, document: &Document, id: ObjectId, node: &Dictionary) -> Inherited {
        let has_resources =
            node.get(b"Resources").ok().and_then(|value| resolve(document, value)).and_then(as_dictionary).is_some();
        Inherited {
            resources_holder: if has_resources { Some(id) } else { self.resources_holder },
            media_box: rectangle(document, node, b"MediaBox").or(self.media_box),
            crop_box: rectangle(document, node, b"CropBox").or(self.crop_box),
            rotate: number(document, node, b"Rotate").map(|degrees| degrees as i64).or(self.rotate),
        }
    }
}

/// All objects of type page in the order of their ids, which is mostly the order they were written in.
fn page_objects(document: &Document, limit: usize) -> Pages {
    let is_page_object =
        |object: &Object| matches!(object, Object::Dictionary(dictionary) if has_type(document, dictionary, b"Page"));
    let mut ids = document.objects.iter().filter(|(_, object)| is_page_object(object)).map(|(id, _)| *id);
    let pages: Vec<PageEntry> =
        ids.by_ref().take(limit).map(|id| PageEntry { id, inherited: inherited_from_parents(document, id) }).collect();
    Pages { has_more: ids.next().is_some(), pages }
}

/// The attributes of a page found outside the tree, by way of /Parent.
fn inherited_from_parents(document: &Document, id: ObjectId) -> Inherited {
    let mut chain = Vec::new();
    let mut current = Some(id);
    while let Some(id) = current.take()
        && chain.len() < MAX_ANCESTORS
        && !chain.contains(&id)
        && let Some(node) = document.objects.get(&id).and_then(as_dictionary)
    {
        chain.push(id);
        if let Ok(Object::Reference(parent)) = node.get(b"Parent") {
            current = Some(*parent);
        }
    }
    chain.into_iter().rev().fold(Inherited::default(), |inherited, id| {
        match document.objects.get(&id).and_then(as_dictionary) {
            Some(node) => inherited.within(document, id, node),
            None => inherited,
        }
    })
}

/// Whether a leaf is a page: by its type, or by keys that only pages have.
fn is_page(document: &Document, node: &Dictionary) -> bool {
    has_type(document, node, b"Page") || [&b"Contents"[..], b"MediaBox", b"Resources"].iter().any(|key| node.has(key))
}

fn has_type(document: &Document, dictionary: &Dictionary, name: &[u8]) -> bool {
    let kind = dictionary.get(b"Type").ok().and_then(|kind| resolve(document, kind));
    matches!(kind, Some(Object::Name(kind)) if kind == name)
}

fn kids<'d>(document: &'d Document, node: &'d Dictionary) -> Option<&'d [Object]> {
    match resolve(document, node.get(b"Kids").ok()?)? {
        Object::Array(kids) => Some(kids),
        _ => None,
    }
}

/// The id of a node; a direct node becomes an object of its own.
fn node_id(document: &mut Document, node: Object) -> Option<ObjectId> {
    match node {
        Object::Reference(id) => match document.objects.get(&id)? {
            Object::Reference(_) => last_reference(document, id),
            _ => Some(id),
        },
        Object::Dictionary(_) => {
            let highest = document.objects.keys().next_back().map_or(0, |id| id.0);
            let id = (document.max_id.max(highest).checked_add(1)?, 0);
            document.max_id = id.0;
            document.objects.insert(id, node);
            Some(id)
        }
        _ => None,
    }
}

/// The last id in a chain of references.
fn last_reference(document: &Document, mut id: ObjectId) -> Option<ObjectId> {
    for _ in 0..MAX_REFERENCES {
        match document.objects.get(&id)? {
            Object::Reference(next) => id = *next,
            _ => return Some(id),
        }
    }
    None
}

fn resolve<'d>(document: &'d Document, object: &'d Object) -> Option<&'d Object> {
    match object {
        Object::Reference(id) => document.objects.get(&last_reference(document, *id)?),
        Object::Null => None,
        other => Some(other),
    }
}

fn number(document: &Document, node: &Dictionary, key: &[u8]) -> Option<f32> {
    as_number(document, node.get(key).ok()?)
}

fn as_number(document: &Document, object: &Object) -> Option<f32> {
    let value = match resolve(document, object)? {
        Object::Integer(value) => *value as f32,
        Object::Real(value) => *value,
        _ => return None,
    };
    value.is_finite().then_some(value)
}

fn rectangle(document: &Document, node: &Dictionary, key: &[u8]) -> Option<[f32; 4]> {
    let Object::Array(corners) = resolve(document, node.get(key).ok()?)? else { return None };
    let mut corners = corners.iter().map(|corner| as_number(document, corner));
    let mut next = || corners.next().flatten();
    Some([next()?, next()?, next()?, next()?])
}
