//! Objects in object streams (ISO 32000-2 §7.5.7), parsed one by one when somebody asks for them.
//!
//! A tagged or linked report holds tens of thousands of them, structure elements and links mostly, that no page's text
//! needs; parsing them all takes longer than reading the pages.

use lopdf::xref::XrefEntry;
use lopdf::{DecompressError, Dictionary, Document, Error, Object, ObjectId, ObjectStream, Stream};
use memchr::memmem;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The /Type that object streams are given while loading, so that the loader does not unpack them.
const PACKED: &[u8] = b"PackedObjectStream";

/// The objects of a document that are still packed.
#[derive(Debug, Default)]
pub struct PackedObjects {
    streams: Vec<Unpacked>,
    /// By number; their generation is always 0.
    objects: BTreeMap<u32, PackedObject>,
}

/// A decoded object stream.
#[derive(Debug)]
struct Unpacked {
    content: Vec<u8>,
    /// Where its objects begin, rising.
    starts: Vec<usize>,
}

#[derive(Debug)]
struct PackedObject {
    /// Index into [`PackedObjects::streams`].
    stream: usize,
    /// Where it begins in the stream's content.
    start: usize,
    parsed: OnceLock<Option<Box<Object>>>,
}

/// Keeps the loader from unpacking object streams and from holding what is never looked at: the pictures' data, most of
/// many a file, and the elements of the structure tree, most objects of a tagged one (§14.7.2). A filter for
/// [`lopdf::LoadOptions`]; encrypted documents are loaded without asking it.
pub fn keep_packed(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Object::Stream(stream) = object {
        if stream.dict.has_type(b"ObjStm") {
            stream.dict.set("Type", Object::Name(PACKED.to_vec()));
        } else if matches!(stream.dict.get(b"Subtype"), Ok(Object::Name(subtype)) if subtype == b"Image") {
            stream.content = Vec::new();
            // Without it the loader does not read an empty stream again.
            stream.start_position = None;
        }
    } else if matches!(object, Object::Dictionary(dictionary) if dictionary.has_type(b"StructElem")) {
        *object = Object::Null;
    }
    // The loader looks only at whether there is an answer, for objects that are not packed.
    Some((id, Object::Null))
}

impl PackedObjects {
    /// Takes the object streams out of a document loaded with [`keep_packed`]; each may have at most `limit` bytes.
    /// `None` if one has more, or where the file is not clear about which copy of an object counts: the loader has
    /// rules for that.
    pub fn take_from(document: &mut Document, limit: usize) -> Option<PackedObjects> {
        let is_packed = |object: &Object| matches!(object, Object::Stream(stream) if stream.dict.has_type(PACKED));
        let ids: Vec<ObjectId> =
            document.objects.iter().filter(|(_, object)| is_packed(object)).map(|(id, _)| *id).collect();
        let mut packed = PackedObjects::default();
        for id in ids {
            let Some(Object::Stream(stream)) = document.objects.get_mut(&id) else { continue };
            let content = match stream.get_plain_content_with_limit(limit) {
                Ok(content) => content,
                Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => return None,
                Err(_) => continue,
            };
            stream.content = Vec::new();
            let Some(index) = index_of(&stream.dict, &content) else { continue };
            packed.add(document, id, content, &index)?;
        }
        if let Some(highest) = packed.objects.keys().next_back() {
            document.max_id = document.max_id.max(*highest);
        }
        Some(packed)
    }

    /// Adds the objects of a stream that count by the cross-reference table.
    fn add(
        &mut self,
        document: &Document,
        container: ObjectId,
        content: Vec<u8>,
        index: &[(u32, usize)],
    ) -> Option<()> {
        for &(number, start) in index {
            match document.reference_table.entries.get(&number)? {
                XrefEntry::Compressed { container: stated, .. } if *stated != container.0 => continue,
                XrefEntry::Normal { .. } if document.objects.contains_key(&(number, 0)) => continue,
                XrefEntry::Compressed { .. } if !document.objects.contains_key(&(number, 0)) => {}
                _ => return None,
            }
            let object = PackedObject { stream: self.streams.len(), start, parsed: OnceLock::new() };
            if self.objects.insert(number, object).is_some() {
                return None;
            }
        }
        let mut starts: Vec<usize> = index.iter().map(|(_, start)| *start).collect();
        starts.sort_unstable();
        self.streams.push(Unpacked { content, starts });
        Some(())
    }

    /// The object with this id, parsed on first use.
    pub fn get(&self, id: ObjectId) -> Option<&Object> {
        let object = self.objects.get(&id.0).filter(|_| id.1 == 0)?;
        object.parsed.get_or_init(|| self.parse(id.0, object).map(Box::new)).as_deref()
    }

    /// Puts an object, and those it refers to if it is a reference, among the document's own.
    pub fn unpack_into(&self, document: &mut Document, mut id: ObjectId) {
        while !document.objects.contains_key(&id)
            && let Some(object) = self.get(id)
        {
            document.objects.insert(id, object.clone());
            let Object::Reference(next) = object else { break };
            id = *next;
        }
    }

    /// Whether the object is a dictionary in whose bytes the name `/key` does not occur. Tells without parsing it.
    pub fn lacks_name(&self, id: ObjectId, key: &[u8]) -> bool {
        let Some(object) = self.objects.get(&id.0).filter(|object| id.1 == 0 && object.parsed.get().is_none()) else {
            return false;
        };
        let bytes = self.bytes(object);
        // `#` may spell a letter of the name.
        bytes.trim_ascii_start().starts_with(b"<<")
            && memchr::memchr(b'#', bytes).is_none()
            && memmem::find(bytes, key).is_none()
    }

    /// From the object's beginning to that of the next.
    fn bytes(&self, object: &PackedObject) -> &[u8] {
        let Some(stream) = self.streams.get(object.stream) else { return &[] };
        let next = stream.starts.partition_point(|start| *start <= object.start);
        let end = stream.starts.get(next).copied().unwrap_or(stream.content.len());
        stream.content.get(object.start..end).unwrap_or_default()
    }

    fn parse(&self, number: u32, object: &PackedObject) -> Option<Object> {
        parse_alone(number, self.bytes(object)).or_else(|| {
            // An object that goes on over the beginning of another: the index is wrong, but the loader reads it.
            parse_alone(number, self.streams.get(object.stream)?.content.get(object.start..)?)
        })
    }
}

/// Parses one object, by way of an object stream that has only this one.
fn parse_alone(number: u32, bytes: &[u8]) -> Option<Object> {
    let mut content = format!("{number} 0 ").into_bytes();
    let mut dictionary = Dictionary::new();
    dictionary.set("N", 1);
    dictionary.set("First", i64::try_from(content.len()).ok()?);
    content.extend_from_slice(bytes);
    let stream = ObjectStream::new(&Stream::new(dictionary, content)).ok()?;
    stream.objects.into_values().next()
}

/// The index at the beginning of an object stream: numbers of its objects and where they begin in its content.
fn index_of(dictionary: &Dictionary, content: &[u8]) -> Option<Vec<(u32, usize)>> {
    let first = usize::try_from(dictionary.get(b"First").and_then(Object::as_i64).ok()?).ok()?;
    dictionary.get(b"N").and_then(Object::as_i64).ok()?;
    let text = std::str::from_utf8(content.get(..first)?).ok()?;
    let numbers: Vec<Option<u32>> = text
        .split(['\r', '\n'])
        .flat_map(|line| line.split('%').next().unwrap_or_default().split_whitespace())
        .map(|number| number.parse().ok())
        .collect();
    let entry = |pair: &[Option<u32>]| match pair {
        [Some(number), Some(offset)] => {
            let start = first.checked_add(usize::try_from(*offset).ok()?)?;
            (start < content.len()).then_some((*number, start))
        }
        _ => None,
    };
    Some(numbers.chunks_exact(2).filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use crate::pdf::{Limits, Pdf};
    use lopdf::Object;

    /// A file with one page; `packed` objects are in object stream 50, `others` are not. `hidden` objects are packed as
    /// well but the table does not know of them.
    fn file(packed: &[(u32, &str)], others: &[(u32, &str)], hidden: &[(u32, &str)]) -> Vec<u8> {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut rows = vec![[0_u8; 6]; 52];
        let place = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a small file").to_be_bytes();
        let row = |kind: u8, value: [u8; 4], last: u8| [kind, value[0], value[1], value[2], value[3], last];
        for (number, body) in others {
            rows[*number as usize] = row(1, place(&bytes), 0);
            bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let (mut index, mut content) = (String::new(), String::new());
        for (at, (number, body)) in packed.iter().chain(hidden).enumerate() {
            index.push_str(&format!("{number} {} ", content.len()));
            content.push_str(&format!("{body}\n"));
            if at < packed.len() {
                rows[*number as usize] = row(2, 50_u32.to_be_bytes(), u8::try_from(at).expect("few objects"));
            }
        }
        rows[50] = row(1, place(&bytes), 0);
        let (first, length) = (index.len(), index.len() + content.len());
        bytes.extend_from_slice(
            format!(
                "50 0 obj\n<< /Type /ObjStm /N {} /First {first} /Length {length} >>\nstream\n{index}{content}\n\
                 endstream\nendobj\n",
                packed.len() + hidden.len()
            )
            .as_bytes(),
        );
        let start = bytes.len();
        rows[51] = row(1, place(&bytes), 0);
        let rows = rows.concat();
        bytes.extend_from_slice(
            format!("51 0 obj\n<< /Type /XRef /Size 52 /W [1 4 1] /Root 1 0 R /Length {} >>\nstream\n", rows.len())
                .as_bytes(),
        );
        bytes.extend_from_slice(&rows);
        bytes.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
        bytes
    }

    const CATALOG: (u32, &str) = (1, "<< /Type /Catalog /Pages 2 0 R >>");
    const TREE: (u32, &str) = (2, "<< /Kids 6 0 R /MediaBox [0 0 7 0 R 7 0 R] /Rotate 90 >>");
    const KIDS: (u32, &str) = (6, "[3 0 R]");
    const SIDE: (u32, &str) = (7, "300");
    const PAGE: (u32, &str) = (3, "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [8 0 R 9 0 R 10 0 R] >>");
    const CONTENT: (u32, &str) = (4, "<< /Length 3 >>\nstream\nBT \nendstream");

    fn open(packed: &[(u32, &str)], others: &[(u32, &str)], hidden: &[(u32, &str)]) -> Pdf {
        Pdf::open(&file(packed, others, hidden), &Limits::default(), &[]).expect("a readable file")
    }

    #[test]
    fn packed_objects_are_found_when_asked_for() {
        let link = (8, "<< /Subtype /Link >>");
        let stamp = (9, "<< /Subtype /Stamp /AP 4 0 R >>");
        let escaped = (10, "<< /Subtype /Stamp /#41P 4 0 R >>");
        let pdf = open(&[CATALOG, TREE, KIDS, SIDE, PAGE, link, stamp, escaped], &[CONTENT], &[]);
        assert!(!pdf.objects().document().objects.contains_key(&(8, 0)), "nobody asked for it yet");
        let page = pdf.page(0).expect("a page");
        assert_eq!((page.crop_box, page.rotate), ([0.0, 0.0, 300.0, 300.0], 90));
        let objects = pdf.objects();
        let annotations = objects.array(page.dictionary, b"Annots").expect("annotations");
        let lack = |key| annotations.iter().map(|annotation| objects.lacks_name(annotation, key)).collect::<Vec<_>>();
        assert_eq!(lack(b"/AP"), [true, false, false]);
        let subtype = |object| objects.resolve(object).and_then(|object| object.as_dict().ok()?.get(b"Subtype").ok());
        assert_eq!(annotations.first().and_then(subtype), Some(&Object::Name(b"Link".to_vec())));
        assert_eq!(lack(b"/AP"), [false; 3], "parsed objects are asked themselves");
    }

    #[test]
    fn structure_elements_are_not_kept() {
        let element = (8, "<< /Type /StructElem /S /P /P 9 0 R /K 0 >>");
        let pdf = open(&[], &[CATALOG, TREE, KIDS, SIDE, PAGE, CONTENT, element], &[]);
        assert_eq!(pdf.objects().document().objects.get(&(8, 0)), Some(&Object::Null));
    }

    #[test]
    fn the_loader_decides_where_objects_are_hidden_or_doubled() {
        let all = [CATALOG, TREE, SIDE, PAGE];
        assert_eq!(open(&all, &[CONTENT], &[KIDS]).page_count(), 1, "kids that the table does not know of");
        let stale = (3, "<< /Type /Page /Parent 2 0 R /Rotate 180 /Contents 4 0 R >>");
        let pdf = open(&[CATALOG, TREE, KIDS, SIDE], &[CONTENT, PAGE], &[stale]);
        assert_eq!(pdf.page(0).expect("a page").rotate, 90, "the copy outside counts");
    }
}
