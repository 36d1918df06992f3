//! Objects that the loader gave up on, read again token by token.
//!
//! The loader loses a whole object for one token it cannot read, and the data of a stream without a usable /Length.
//! Other readers skip the token and look for `endstream`; so does this. Only what the cross-reference table names and
//! the loader has not is looked at, so that a sound file costs one look at its table.

use crate::pdf::lexer::{Lexer, Operand, Operands, decode_name};
use lopdf::xref::XrefEntry;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat};
use memchr::memmem;

/// Nesting of arrays and dictionaries kept, as in the loader.
const MAX_NESTING: usize = 100;

/// Integers that the lexer's numbers hold exactly; larger ones stay real.
const MAX_EXACT_INTEGER: f32 = 16_777_216.0;

/// Adds the objects that the loader missed. `bytes` are those it read. Encrypted documents are left alone, as what is
/// found would have to be decrypted.
pub fn salvage(document: &mut Document, bytes: &[u8]) {
    if document.encryption_state.is_some() || document.trailer.has(b"Encrypt") {
        return;
    }
    let mut places: Vec<(usize, ObjectId)> = Vec::new();
    for (&number, entry) in &document.reference_table.entries {
        if let XrefEntry::Normal { offset, generation } = entry {
            places.push((*offset as usize, (number, *generation)));
        }
    }
    let is_whole = |id: &ObjectId| document.objects.get(id).is_some_and(|object| !lacks_data(object));
    if places.iter().all(|(_, id)| is_whole(id)) {
        return;
    }
    places.sort_unstable();
    let ends = places.iter().skip(1).map(|(start, _)| *start).chain([bytes.len()]);
    for ((start, id), end) in places.iter().zip(ends) {
        // An object ends where the next begins, so that all of them together cost one pass.
        let Some(own) = bytes.get(*start..end) else { continue };
        match document.objects.get_mut(id) {
            None => {
                if let Some(object) = read_object(own, *id) {
                    document.objects.insert(*id, object);
                }
            }
            Some(object) => {
                if lacks_data(object)
                    && let Some(Object::Stream(found)) = read_object(own, *id)
                {
                    *object = Object::Stream(found);
                }
            }
        }
    }
}

/// Whether it is a stream for which the loader found no length.
fn lacks_data(object: &Object) -> bool {
    matches!(object, Object::Stream(stream) if stream.content.is_empty() && stream.start_position.is_some())
}

/// Reads `number generation obj …`; `None` if another object stands there, or none.
fn read_object(bytes: &[u8], (number, generation): ObjectId) -> Option<Object> {
    let mut lexer = Lexer::new(bytes);
    let mut operands = Operands::default();
    let is_header = lexer.next_operator(&mut operands) == Some(b"obj")
        && operands.numbers() == Some([number as f32, f32::from(generation)]);
    if !is_header {
        return None;
    }
    let mut builder = Builder::default();
    loop {
        let operator = lexer.next_operator(&mut operands);
        builder.push_all(&operands);
        match operator {
            Some(b"R") => builder.close_reference(),
            Some(b"stream") => {
                let dictionary = builder.finish()?.as_dict().ok()?.clone();
                return Some(Object::Stream(read_stream(bytes.get(lexer.position()..)?, dictionary)));
            }
            None | Some(b"endobj" | b"obj") => return builder.finish(),
            // A stray word stands where a value was meant.
            Some(_) => builder.push(Object::Null),
        }
    }
}

/// The stream whose data begins after the end of this line.
fn read_stream(bytes: &[u8], dictionary: Dictionary) -> Stream {
    let bytes = bytes.strip_prefix(b"\r").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
    let stated =
        dictionary.get(b"Length").and_then(Object::as_i64).ok().and_then(|length| usize::try_from(length).ok());
    let ends_as_stated =
        |length: &usize| bytes.get(*length..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"endstream"));
    let length = stated.filter(ends_as_stated).unwrap_or_else(|| {
        let end = memmem::find(bytes, b"endstream").or_else(|| memmem::find(bytes, b"endobj")).unwrap_or(bytes.len());
        let data = bytes.get(..end).unwrap_or_default();
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        data.strip_suffix(b"\r").unwrap_or(data).len()
    });
    Stream::new(dictionary, bytes.get(..length).unwrap_or_default().to_vec())
}

/// Objects under construction.
#[derive(Default)]
struct Builder {
    /// Containers that are open, outermost first, each with what it holds so far.
    open: Vec<(bool, Vec<Object>)>,
    /// Containers within these that are too deep to be kept.
    too_deep: usize,
    /// What stands outside of any container.
    top: Vec<Object>,
}

impl Builder {
    fn push_all(&mut self, operands: &Operands<'_>) {
        for operand in operands.items() {
            match *operand {
                Operand::ArrayStart => self.begin(false),
                Operand::DictionaryStart => self.begin(true),
                Operand::ArrayEnd | Operand::DictionaryEnd => self.end(),
                Operand::Number(value) if value.fract() == 0.0 && value.abs() < MAX_EXACT_INTEGER => {
                    self.push(Object::Integer(value as i64));
                }
                Operand::Number(value) => self.push(Object::Real(value)),
                Operand::Name(name) => self.push(Object::Name(decode_name(name).into_owned())),
                Operand::Other => self.push(Object::Null),
                string @ (Operand::String(_) | Operand::Decoded(..)) => {
                    let bytes = operands.string(string).unwrap_or_default().to_vec();
                    self.push(Object::String(bytes, StringFormat::Literal));
                }
            }
        }
    }

    fn begin(&mut self, is_dictionary: bool) {
        if self.open.len() < MAX_NESTING {
            self.open.push((is_dictionary, Vec::new()));
        } else {
            self.too_deep += 1;
        }
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some((is_dictionary, items)) = self.open.pop() {
            self.push(if is_dictionary { Object::Dictionary(dictionary_of(items)) } else { Object::Array(items) });
        }
    }

    fn push(&mut self, object: Object) {
        if self.too_deep == 0 {
            self.items().push(object);
        }
    }

    fn items(&mut self) -> &mut Vec<Object> {
        self.open.last_mut().map_or(&mut self.top, |(_, items)| items)
    }

    /// Makes a reference of the two numbers before `R`.
    fn close_reference(&mut self) {
        let items = self.items();
        if let [.., Object::Integer(number), Object::Integer(generation)] = items.as_slice()
            && let (Ok(number), Ok(generation)) = (u32::try_from(*number), u16::try_from(*generation))
        {
            items.truncate(items.len() - 2);
            items.push(Object::Reference((number, generation)));
        }
    }

    /// The object, with whatever is still open closed.
    fn finish(mut self) -> Option<Object> {
        self.too_deep = 0;
        while !self.open.is_empty() {
            self.end();
        }
        self.top.into_iter().next()
    }
}

/// A dictionary of keys and values in turn; what stands in the place of a key and is no name is skipped.
fn dictionary_of(items: Vec<Object>) -> Dictionary {
    let mut dictionary = Dictionary::new();
    let mut items = items.into_iter();
    while let Some(key) = items.next() {
        if let Object::Name(key) = key
            && let Some(value) = items.next()
        {
            dictionary.set(key, value);
        }
    }
    dictionary
}
