//! The schemas of the document as lines for people: every member by its path, what it may be, what it means.

use crate::serve::openapi::at;
use crate::serve::ui::{DocsBody, DocsField};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Schemas within schemas that are followed.
const DEEPEST: usize = 12;

/// What is sent along with an operation, by media type.
pub fn request_bodies(document: &Value, operation: &Value) -> Vec<DocsBody> {
    bodies(document, at(operation, "/requestBody/content"), "")
}

/// What an operation answers if it does what was asked; statuses with the same answer stand together.
pub fn answers(document: &Value, operation: &Value) -> Vec<DocsBody> {
    let mut statuses: BTreeMap<String, (Vec<&str>, &Value)> = BTreeMap::new();
    let responses = at(operation, "/responses").as_object().into_iter().flatten();
    for (status, response) in responses.filter(|(status, _)| status.starts_with('2')) {
        let content = at(response, "/content");
        let same = statuses.entry(without_examples(content)).or_insert_with(|| (Vec::new(), content));
        same.0.push(status);
        if content.to_string().len() > same.1.to_string().len() {
            same.1 = content;
        }
    }
    let mut found: Vec<(Vec<&str>, &Value)> = statuses.into_values().collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.iter().flat_map(|(statuses, content)| bodies(document, content, &statuses.join(", "))).collect()
}

/// What the bodies by media type are like, to compare them.
fn without_examples(content: &Value) -> String {
    let described = content.as_object().into_iter().flatten();
    described.map(|(media, described)| format!("{media} {}\n", at(described, "/schema"))).collect()
}

fn bodies(document: &Value, content: &Value, statuses: &str) -> Vec<DocsBody> {
    let body = |(media, described): (&String, &Value)| DocsBody {
        statuses: statuses.to_owned(),
        media: media.clone(),
        fields: if media.contains("json") { fields(document, at(described, "/schema")) } else { Vec::new() },
        example: described.get("example").map(|example| serde_json::to_string_pretty(example).unwrap_or_default()),
    };
    content.as_object().into_iter().flatten().map(body).collect()
}

/// The members of a schema with those within them, each by its path.
pub fn fields(document: &Value, schema: &Value) -> Vec<DocsField> {
    let mut fields = Vec::new();
    add(&shape(document, schema, 0), "", &mut fields);
    fields
}

/// What a value may be.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shape {
    kind: String,
    description: String,
    members: Vec<Member>,
    /// What the items of an array, or the values of an object with any names, are like.
    items: Option<Box<Shape>>,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
struct Member {
    name: String,
    is_required: bool,
    shape: Shape,
}

fn add(shape: &Shape, path: &str, fields: &mut Vec<DocsField>) {
    for member in &shape.members {
        fields.push(DocsField {
            within: path.to_owned(),
            name: member.name.clone(),
            kind: member.shape.kind.clone(),
            is_optional: !member.is_required,
            description: member.shape.description.clone(),
        });
        add(&member.shape, &format!("{path}{}.", member.name), fields);
    }
    if let Some(items) = &shape.items {
        let place = path.strip_suffix('.').unwrap_or(path);
        let place = if shape.kind.starts_with("array") { format!("{place}[].") } else { format!("{place}.*.") };
        add(items, &place, fields);
    }
}

fn shape(document: &Value, schema: &Value, depth: usize) -> Shape {
    let Some(object) = schema.as_object().filter(|_| depth < DEEPEST) else { return Shape::default() };
    let inner = |schema: &Value| shape(document, schema, depth + 1);
    let description = at(schema, "/description").as_str().unwrap_or_default().to_owned();
    let found = if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix('#').and_then(|place| document.pointer(place));
        target.map(inner).unwrap_or_default()
    } else if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
        let members = parts.iter().map(inner).flat_map(|part| part.members).collect();
        Shape { kind: "object".to_owned(), members, ..Shape::default() }
    } else if let Some(parts) = object.get("oneOf").or_else(|| object.get("anyOf")).and_then(Value::as_array) {
        one_of(&parts.iter().map(inner).collect::<Vec<_>>())
    } else {
        plain_shape(object, &inner)
    };
    // What a member says of its value is more to the point than what the value's own type says.
    if description.is_empty() { found } else { Shape { description, ..found } }
}

/// A schema without references and alternatives.
fn plain_shape(schema: &Map<String, Value>, inner: &dyn Fn(&Value) -> Shape) -> Shape {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let member = |(name, schema): (&String, &Value)| Member {
        name: name.clone(),
        is_required: required.contains(&name.as_str()),
        shape: inner(schema),
    };
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(member).collect();
    let items = schema.get("items").or_else(|| schema.get("additionalProperties")).filter(|items| items.is_object());
    let items = items.map(inner);
    let kinds: Vec<String> = match (schema.get("enum").and_then(Value::as_array), schema.get("type")) {
        (Some(values), _) => values.iter().map(Value::to_string).collect(),
        (None, Some(Value::Array(types))) => types.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        (None, Some(Value::String(kind))) => vec![kind.clone()],
        _ => vec!["any value".to_owned()],
    };
    let kinds = kinds.into_iter().map(|kind| match (kind.as_str(), &items) {
        ("array", Some(items)) if !items.kind.is_empty() => format!("array of {}", items.kind),
        ("object", Some(items)) if !items.kind.is_empty() => format!("object with {} by name", items.kind),
        _ => kind,
    });
    let mut kind = kinds.collect::<Vec<_>>().join(" or ");
    if schema.get("format").is_some_and(|format| format == "date-time") {
        kind = kind.replacen("string", "string, date and time", 1);
    }
    Shape { kind, description: String::new(), members, items: items.map(Box::new) }
}

/// One of several shapes: members that not all of them have are optional.
fn one_of(shapes: &[Shape]) -> Shape {
    let mut whole = Shape::default();
    let mut kinds: Vec<&str> = Vec::new();
    let with_members = shapes.iter().filter(|shape| !shape.members.is_empty()).count();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for shape in shapes {
        if !kinds.contains(&shape.kind.as_str()) {
            kinds.push(&shape.kind);
        }
        whole.items = whole.items.or_else(|| shape.items.clone());
        if whole.description.is_empty() && with_members < 2 {
            whole.description.clone_from(&shape.description);
        }
        for member in &shape.members {
            *times.entry(&member.name).or_default() += 1;
            match whole.members.iter_mut().find(|known| known.name == member.name) {
                Some(known) if known.shape.kind != member.shape.kind => {
                    known.shape.kind = format!("{} or {}", known.shape.kind, member.shape.kind);
                }
                Some(_) => {}
                None => whole.members.push(member.clone()),
            }
        }
    }
    for member in &mut whole.members {
        member.is_required &= times.get(member.name.as_str()) == Some(&with_members);
    }
    whole.kind = kinds.join(" or ");
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `path: kind`, with a question mark where it is optional.
    fn lines(schema: &Value) -> Vec<String> {
        let document = json!({ "components": { "schemas": {
            "Role": { "type": "string", "enum": ["reader", "admin"], "description": "What it may do." },
            "Page": { "type": "object", "required": ["page"], "properties": {
                "page": { "type": "integer" }, "quads": { "type": "array", "items": { "type": "array", "items": { "type": "number" } } },
            } },
            "Loop": { "type": "object", "properties": { "next": { "$ref": "#/components/schemas/Loop" } } },
        } } });
        let line = |field: DocsField| {
            let optional = if field.is_optional { "?" } else { "" };
            format!("{}{}{optional}: {} ({})", field.within, field.name, field.kind, field.description)
        };
        fields(&document, schema).into_iter().map(line).collect()
    }

    #[test]
    fn every_member_is_told_by_its_path() {
        let role = json!({ "$ref": "#/components/schemas/Role" });
        let page = json!({ "$ref": "#/components/schemas/Page" });
        for (schema, wanted) in [
            (json!({}), vec![]),
            (json!({ "type": "string" }), vec![]),
            (
                json!({ "type": "object", "required": ["role"], "properties": { "role": role } }),
                vec!["role: \"reader\" or \"admin\" (What it may do.)"],
            ),
            (
                json!({ "type": "object", "properties": { "pages": { "type": "array", "items": page } } }),
                vec![
                    "pages?: array of object ()",
                    "pages[].page: integer ()",
                    "pages[].quads?: array of array of number ()",
                ],
            ),
            (
                json!({ "type": "object", "properties": {
                    "by": { "type": "object", "description": "Each.", "additionalProperties": page } } }),
                vec![
                    "by?: object with object by name (Each.)",
                    "by.*.page: integer ()",
                    "by.*.quads?: array of array of number ()",
                ],
            ),
            (
                json!({ "type": "object", "properties": { "it": { "oneOf": [
                    { "$ref": "#/components/schemas/Role", "description": "More to the point." }, { "type": "null" }] } } }),
                vec!["it?: \"reader\" or \"admin\" or null (More to the point.)"],
            ),
            (
                json!({ "oneOf": [
                    { "type": "object", "required": ["kind", "word"],
                      "properties": { "kind": { "type": "string", "enum": ["word"] }, "word": { "type": "string" } } },
                    { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string", "enum": ["title"] } } },
                ] }),
                vec!["kind: \"word\" or \"title\" ()", "word?: string ()"],
            ),
            (
                json!({ "allOf": [page, { "type": "object", "properties": {
                    "at": { "type": ["string", "null"], "format": "date-time" } } }] }),
                vec![
                    "page: integer ()",
                    "quads?: array of array of number ()",
                    "at?: string, date and time or null ()",
                ],
            ),
        ] {
            assert_eq!(lines(&schema), wanted, "{schema}");
        }
        assert!(lines(&json!({ "$ref": "#/components/schemas/Loop" })).len() <= DEEPEST, "what holds itself ends");
    }

    #[test]
    fn statuses_with_the_same_answer_stand_together() {
        let schema = json!({ "schema": { "type": "object", "properties": { "id": { "type": "string" } } } });
        let content = json!({ "application/json": schema });
        let operation = json!({ "responses": {
            "201": { "content": content }, "200": { "content": content }, "204": {}, "404": { "content": content },
        } });
        let answers = answers(&json!({}), &operation);
        let told = answers.iter().map(|body| (body.statuses.as_str(), body.media.as_str(), body.fields.len()));
        assert_eq!(told.collect::<Vec<_>>(), [("200, 201", "application/json", 1)]);
    }
}
