//! XMP metadata (ISO 32000-2 §14.3.2): a small, tolerant reader of the few properties a library asks for.
//!
//! Packets are often cut or not quite XML, which strict parsers refuse; properties are known by their customary
//! prefixes here, and whatever precedes the damage counts.

use encoding_rs::{UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Elements open at once; deeper ones are passed over.
const MAX_DEPTH: usize = 64;
/// Values kept of one property.
const MAX_VALUES: usize = 256;
/// Characters kept of one value.
const MAX_VALUE: usize = 4096;

/// The properties read, by their qualified names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Property {
    /// `dc:title`
    Title,
    /// `dc:creator`
    Creator,
    /// `dc:description`
    Description,
    /// `dc:subject`
    Subject,
    /// `dc:language`
    Language,
    /// `dc:date`
    Date,
    /// `xmp:CreateDate`
    CreateDate,
    /// `pdf:Keywords`
    Keywords,
    /// `dc:publisher`
    Publisher,
    /// `xmp:CreatorTool`
    CreatorTool,
}

impl Property {
    fn named(name: &str) -> Option<Property> {
        Some(match name {
            "dc:title" => Property::Title,
            "dc:creator" => Property::Creator,
            "dc:description" => Property::Description,
            "dc:subject" => Property::Subject,
            "dc:language" => Property::Language,
            "dc:date" => Property::Date,
            "xmp:CreateDate" | "xap:CreateDate" => Property::CreateDate,
            "pdf:Keywords" => Property::Keywords,
            "dc:publisher" => Property::Publisher,
            "xmp:CreatorTool" | "xap:CreatorTool" => Property::CreatorTool,
            _ => return None,
        })
    }
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What it is a value of.
    pub property: Property,
    /// Whether it is the alternative for any language (`xml:lang="x-default"`).
    pub is_default: bool,
    /// Its text, entities replaced.
    pub text: String,
}

/// The values in a packet, in order, empty ones left out.
pub fn parse(packet: &[u8]) -> Vec<Value> {
    let text = decode(packet);
    let mut parser = Parser { rest: &text, open: Vec::new(), value: None, values: Vec::new() };
    parser.run();
    parser.values
}

/// The packet as text: UTF-16 by its mark, else UTF-8 with damage replaced.
fn decode(packet: &[u8]) -> Cow<'_, str> {
    match packet {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => UTF_16BE.decode(packet).0,
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => UTF_16LE.decode(packet).0,
        _ => String::from_utf8_lossy(packet),
    }
}

struct Parser<'t> {
    rest: &'t str,
    /// Names of the open elements.
    open: Vec<&'t str>,
    /// The value being collected.
    value: Option<Collected>,
    values: Vec<Value>,
}

/// A property's element, or an item of it, between its tags.
struct Collected {
    property: Property,
    /// Open elements when the property's own element had been opened.
    depth: usize,
    is_default: bool,
    text: String,
}

impl<'t> Parser<'t> {
    fn run(&mut self) {
        while let Some(start) = self.rest.find('<') {
            let (text, markup) = self.rest.split_at(start);
            self.text(&unescape(text));
            if let Some(section) = markup.strip_prefix("<![CDATA[") {
                let (text, rest) = section.split_once("]]>").unwrap_or((section, ""));
                self.text(text);
                self.rest = rest;
            } else if let Some(comment) = markup.strip_prefix("<!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            } else {
                let end = tag_end(markup);
                let tag = markup.get(1..end).unwrap_or_default();
                self.rest = markup.get(end + 1..).unwrap_or_default();
                self.tag(tag);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(value) = &mut self.value
            && value.text.len() < MAX_VALUE * 4
        {
            value.text.push_str(text);
        }
    }

    /// A tag without its angle brackets.
    fn tag(&mut self, tag: &'t str) {
        if tag.starts_with(['?', '!']) {
            return;
        }
        if let Some(name) = tag.strip_prefix('/') {
            self.close(name.trim());
            return;
        }
        let is_empty = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let name_end = tag.find(char::is_whitespace).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        if name == "rdf:Description" && self.value.is_none() {
            self.attributes_as_properties(attributes);
        }
        if is_empty {
            return;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(name);
        }
        self.begin(name, attributes);
    }

    /// Starts collecting at a property's element, and anew at each of its items.
    fn begin(&mut self, name: &str, attributes: &str) {
        let is_default = || attributes_of(attributes).any(|(name, value)| name == "xml:lang" && value == "x-default");
        match &mut self.value {
            Some(value) if name == "rdf:li" => {
                value.text.clear();
                value.is_default = is_default();
            }
            Some(_) => {}
            None => {
                let depth = self.open.len();
                self.value = Property::named(name).map(|property| Collected {
                    property,
                    depth,
                    is_default: is_default(),
                    text: String::new(),
                });
            }
        }
    }

    fn close(&mut self, name: &str) {
        // An end tag closes the innermost element of its name; one that was never opened closes nothing.
        let Some(depth) = self.open.iter().rposition(|open| *open == name) else { return };
        self.open.truncate(depth);
        let Some(value) = &mut self.value else { return };
        let ends_property = depth < value.depth;
        if name == "rdf:li" || ends_property {
            let (property, is_default, text) = (value.property, value.is_default, std::mem::take(&mut value.text));
            self.keep(property, is_default, &text);
        }
        if ends_property {
            self.value = None;
        }
    }

    /// The short form: properties as attributes of the description.
    fn attributes_as_properties(&mut self, attributes: &str) {
        for (name, text) in attributes_of(attributes) {
            if let Some(property) = Property::named(name) {
                self.keep(property, false, &unescape(text));
            }
        }
    }

    fn keep(&mut self, property: Property, is_default: bool, text: &str) {
        let text: String = text.trim().chars().take(MAX_VALUE).collect();
        let kept = self.values.iter().filter(|value| value.property == property).count();
        if !text.is_empty() && kept < MAX_VALUES {
            self.values.push(Value { property, is_default, text });
        }
    }
}

/// Where the tag at the start of `markup` ends: at the first `>` outside quotes, or at the end.
fn tag_end(markup: &str) -> usize {
    let mut quote = None;
    for (index, byte) in markup.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return index,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    // A quote that never ends: the first bracket it is.
    markup.find('>').unwrap_or(markup.len())
}

/// Name and raw value of each attribute.
fn attributes_of(attributes: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        rest = after;
        Some((name.trim(), value))
    })
}

/// Replaces character and predefined entity references; unknown ones stay as written.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        replaced.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((character, after)) => {
                replaced.push(character);
                rest = after;
            }
            None => {
                replaced.push('&');
                rest = after;
            }
        }
    }
    replaced.push_str(rest);
    Cow::Owned(replaced)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(packet: &str, property: Property) -> Vec<String> {
        let values = parse(packet.as_bytes()).into_iter();
        values.filter(|value| value.property == property).map(|value| value.text).collect()
    }

    #[test]
    fn properties_are_read_from_elements_items_and_attributes() {
        let packet = r#"<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
            <rdf:Description rdf:about="" xmp:CreateDate="2023-05-17T10:00:00Z" pdf:Keywords='a, b &amp; c'>
            <dc:title><rdf:Alt><rdf:li xml:lang="de">Bericht</rdf:li>
              <rdf:li xml:lang="x-default">A &lt;Report&gt; &#x2014; &#169;</rdf:li></rdf:Alt></dc:title>
            <dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li/><rdf:li> Bo </rdf:li></rdf:Seq></dc:creator>
            <!-- <dc:creator>no</dc:creator> --><dc:description><![CDATA[x < y]]></dc:description>
            </rdf:Description></rdf:RDF></x:xmpmeta>"#;
        assert_eq!(texts(packet, Property::Title), ["Bericht", "A <Report> — ©"]);
        assert!(parse(packet.as_bytes()).iter().any(|value| value.is_default && value.text.starts_with("A <")));
        assert_eq!(texts(packet, Property::Creator), ["Ann", "Bo"]);
        assert_eq!(texts(packet, Property::Description), ["x < y"]);
        assert_eq!(texts(packet, Property::CreateDate), ["2023-05-17T10:00:00Z"]);
        assert_eq!(texts(packet, Property::Keywords), ["a, b & c"]);
    }

    #[test]
    fn damage_costs_only_what_follows() {
        assert_eq!(texts("<dc:title><rdf:li>Whole</rdf:li><rdf:li>Cu", Property::Title), ["Whole"]);
        assert_eq!(texts("</rdf:li><dc:title>Plain</dc:title>", Property::Title), ["Plain"]);
        assert_eq!(texts("<a b=\"unended><dc:title>T</dc:title>", Property::Title), ["T"]);
        assert_eq!(texts("<dc:title>A &bogus; B & C</dc:title>", Property::Title), ["A &bogus; B & C"]);
    }

    #[test]
    fn utf_16_packets_are_read() {
        let packet: Vec<u8> = "<dc:title>Ω</dc:title>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(parse(&packet), [Value { property: Property::Title, is_default: false, text: "Ω".to_owned() }]);
    }

    proptest! {
        #[test]
        fn any_markup_is_survived(packet in "(<|>|/|\"|=|&|;|#|!|dc:title|rdf:li|rdf:Description| |é|\\]\\]>|<!\\[CDATA\\[){0,40}") {
            parse(packet.as_bytes());
        }
    }
}
