//! A tolerant view of lopdf's objects: references followed, wrong types answered with `None`, streams decoded under a budget.

use crate::pdf::Limits;
use crate::pdf::object_streams::PackedObjects;
use crate::pdf::stream::{self, Decoded};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A loaded document with the budget for everything decoded from it.
pub struct Objects {
    document: Document,
    packed: PackedObjects,
    limits: Limits,
    /// Bytes that may still be decoded from this document.
    remaining_bytes: AtomicUsize,
    /// Whether some stream or table was cut short by a limit.
    was_cut: AtomicBool,
}

/// References followed before giving up (a chain this long is a loop).
const MAX_REFERENCES: usize = 32;

impl Objects {
    /// Wraps a loaded document.
    pub fn new(document: Document, limits: Limits) -> Objects {
        Objects::with_packed(document, PackedObjects::default(), limits)
    }

    /// Wraps a loaded document with those of its objects that are still packed.
    pub fn with_packed(document: Document, packed: PackedObjects, limits: Limits) -> Objects {
        let remaining_bytes = AtomicUsize::new(limits.document_bytes);
        Objects { document, packed, limits, remaining_bytes, was_cut: AtomicBool::new(false) }
    }

    /// The document itself.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The limits it is read under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Follows references to the object meant; `None` for a missing object, null or a loop.
    pub fn resolve<'a>(&'a self, object: &'a Object) -> Option<&'a Object> {
        self.resolve_with_id(object).map(|(_, resolved)| resolved)
    }

    /// As [`Objects::resolve`], with the id of the last reference followed: the key for caches.
    pub fn resolve_with_id<'a>(&'a self, object: &'a Object) -> Option<(Option<ObjectId>, &'a Object)> {
        let mut current = object;
        let mut id = None;
        for _ in 0..MAX_REFERENCES {
            match current {
                Object::Reference(reference) => {
                    id = Some(*reference);
                    current = self.document.objects.get(reference).or_else(|| self.packed.get(*reference))?;
                }
                Object::Null => return None,
                other => return Some((id, other)),
            }
        }
        None
    }

    /// Whether the object is surely a dictionary without this name (given with its slash) as a key or value. Tells
    /// cheaply; `false` says nothing.
    pub fn lacks_name(&self, object: &Object, name: &[u8]) -> bool {
        matches!(object, Object::Reference(id) if self.packed.lacks_name(*id, name))
    }

    /// The value of a key, references followed.
    pub fn get<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        self.resolve(dictionary.get(key).ok()?)
    }

    /// The dictionary under a key (a stream counts as its dictionary).
    pub fn dictionary<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        as_dictionary(self.get(dictionary, key)?)
    }

    /// The array under a key.
    pub fn array<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [Object]> {
        match self.get(dictionary, key)? {
            Object::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The stream under a key.
    pub fn stream<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Stream> {
        match self.get(dictionary, key)? {
            Object::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    /// The name under a key.
    pub fn name<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
        match self.get(dictionary, key)? {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The string under a key, as its bytes.
    pub fn string<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
        match self.get(dictionary, key)? {
            Object::String(bytes, _) => Some(bytes),
            _ => None,
        }
    }

    /// The finite number under a key.
    pub fn number(&self, dictionary: &Dictionary, key: &[u8]) -> Option<f32> {
        self.as_number(dictionary.get(key).ok()?)
    }

    /// The integer under a key.
    pub fn integer(&self, dictionary: &Dictionary, key: &[u8]) -> Option<i64> {
        match self.get(dictionary, key)? {
            Object::Integer(value) => Some(*value),
            Object::Real(value) if value.is_finite() => Some(*value as i64),
            _ => None,
        }
    }

    /// The object as a finite number, references followed.
    pub fn as_number(&self, object: &Object) -> Option<f32> {
        let value = match self.resolve(object)? {
            Object::Integer(value) => *value as f32,
            Object::Real(value) => *value,
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// `N` finite numbers under a key, such as a matrix or a rectangle.
    pub fn numbers<const N: usize>(&self, dictionary: &Dictionary, key: &[u8]) -> Option<[f32; N]> {
        let items = self.array(dictionary, key)?;
        let mut numbers = [0.0; N];
        if items.len() < N {
            return None;
        }
        for (number, item) in numbers.iter_mut().zip(items) {
            *number = self.as_number(item)?;
        }
        Some(numbers)
    }

    /// A stream's decoded bytes, under the stream limit and what is left of the document's budget. What was decoded
    /// before damage or a limit is returned; an image codec or an unknown filter gives `None`.
    pub fn decode(&self, stream: &Stream) -> Option<Vec<u8>> {
        self.decode_within_limits(stream).map(|decoded| decoded.bytes)
    }

    /// As [`Objects::decode`], telling whether a limit cut something off.
    pub fn decode_within_limits(&self, stream: &Stream) -> Option<Decoded> {
        let remaining = self.remaining_bytes.load(Ordering::Relaxed);
        let limit = self.limits.stream_bytes.min(remaining);
        let decoded = stream::decode_within(self, stream, limit)?;
        if decoded.reached_limit {
            self.note_cut();
        }
        // Never below zero, however many threads decode at once.
        let spend = |left: usize| Some(left.saturating_sub(decoded.bytes.len()));
        let _ = self.remaining_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
        Some(decoded)
    }

    /// Notes that a limit left something out.
    pub fn note_cut(&self) {
        self.was_cut.store(true, Ordering::Relaxed);
    }

    /// Whether something read so far held more than the limits allow.
    pub fn was_cut(&self) -> bool {
        self.was_cut.load(Ordering::Relaxed)
    }

    /// Whether the document's budget of decoded bytes is used up.
    pub fn budget_spent(&self) -> bool {
        self.remaining_bytes.load(Ordering::Relaxed) == 0
    }
}

/// The object as a dictionary; a stream counts as its dictionary.
pub fn as_dictionary(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}
