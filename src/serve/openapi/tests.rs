//! Every example of the document is asked for, and what comes is what the document says.

use super::docs::example_target;
use super::{EXAMPLE_ID, document};
use crate::report::Reason;
use crate::serve::Limits;
use crate::serve::routes::table;
use crate::serve::tests::admin::fail;
use crate::serve::tests::{Answer, Site, log_in, site, site_working};
use crate::store::{Role, Scope, ServiceStore, hash_password};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What of `value` is not as `schema` says; nothing if all is. Knows what the document uses and refuses the rest.
fn breaches(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else { return };
    for (keyword, wanted) in schema {
        match keyword.as_str() {
            "$ref" => {
                let name = wanted.as_str().and_then(|name| name.strip_prefix('#')).expect("a local reference");
                let target = document.pointer(name).unwrap_or_else(|| panic!("{name} is not there"));
                breaches(document, target, value, at, found);
            }
            "type" => {
                let types = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                if !types.iter().any(|name| is_of_type(name.as_str().unwrap_or_default(), value)) {
                    found.push(format!("{at} is {value} and not {wanted}"));
                }
            }
            "properties" | "additionalProperties" | "propertyNames" | "required" => {}
            "allOf" => {
                for part in wanted.as_array().into_iter().flatten() {
                    breaches(document, part, value, at, found);
                }
            }
            "oneOf" | "anyOf" => {
                let fits = |part: &&Value| {
                    let mut trial = Vec::new();
                    breaches(document, part, value, at, &mut trial);
                    trial.is_empty()
                };
                if wanted.as_array().into_iter().flatten().filter(fits).count() == 0 {
                    found.push(format!("{at} is none of {wanted}"));
                }
            }
            "enum" if !wanted.as_array().is_some_and(|values| values.contains(value)) => {
                found.push(format!("{at} is {value} and none of {wanted}"));
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    breaches(document, wanted, item, &format!("{at}[{index}]"), found);
                }
            }
            "minimum" if value.as_f64().is_some_and(|number| number < wanted.as_f64().unwrap_or_default()) => {
                found.push(format!("{at} is {value}, below {wanted}"));
            }
            "maximum" if value.as_f64().is_some_and(|number| number > wanted.as_f64().unwrap_or_default()) => {
                found.push(format!("{at} is {value}, above {wanted}"));
            }
            "enum" | "minimum" | "maximum" | "minItems" | "maxItems" | "format" | "description" | "pattern"
            | "example" | "examples" | "title" | "default" => {}
            other => panic!("{at}: the test knows nothing of `{other}`"),
        }
    }
    if let Some(object) = value.as_object() {
        members(document, schema, object, at, found);
    }
}

fn members(
    document: &Value,
    schema: &Map<String, Value>,
    object: &Map<String, Value>,
    at: &str,
    found: &mut Vec<String>,
) {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            found.push(format!("{at}.{name} is missing"));
        }
    }
    for (name, member) in object {
        let known = schema.get("properties").and_then(|properties| properties.get(name));
        if let Some(schema) = known.or_else(|| schema.get("additionalProperties")) {
            breaches(document, schema, member, &format!("{at}.{name}"), found);
        }
    }
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type"),
    }
}

/// Checks an answer against what the document says of its operation.
fn check(document: &Value, operation: &Value, name: &str, answer: &Answer) {
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "{name}: {} is not described: {}", answer.status, answer.body);
    let Some(content) = response["content"].as_object() else { return };
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    let described = content.get(kind).unwrap_or_else(|| panic!("{name}: `{kind}` is not described"));
    if ["application/json", "application/problem+json"].contains(&kind) {
        let mut found = Vec::new();
        breaches(document, &described["schema"], &answer.json(), "$", &mut found);
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

/// A site where everything can be asked for, and a key for it.
fn open_site() -> (Site, Arc<ServiceStore>, String) {
    let limits = Limits { reading: Duration::from_secs(60), ..Limits::default() };
    let (site, store) = site_working(true, limits);
    let key = store.create_key("tests", Scope::Admin, None, 1_000).expect("room").expect("a free name");
    let path = site.write("2024/annual-report.pdf", b"%PDF-1.7 hardly one");
    fail(&site, &path, Reason::Damaged);
    (site, store, format!("Bearer {key}"))
}

#[tokio::test]
async fn every_example_is_answered_as_described() {
    let (site, store, key) = open_site();
    let person = log_in(&store, Role::Admin);
    log_in(&store, Role::Reader);
    let password = hash_password("correct horse battery").expect("memory");
    store.create_account("ada", Role::Reader, Some(&password), 1_000).expect("room").expect("a free name");
    let document = document("");
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        operations
            .extend(methods.as_object().expect("methods").iter().map(|(method, operation)| (method, path, operation)));
    }
    // What makes something comes before what reads it, and what removes it comes last.
    operations.sort_by_key(|(method, path, _)| {
        let place = ["post", "get", "patch", "put", "delete"].iter().position(|known| known == method);
        // Of what is removed, the part comes before the whole.
        (place, Reverse(if *method == "delete" { path.len() } else { 0 }))
    });
    for (method, path, operation) in operations {
        let name = format!("{} {path}", method.to_uppercase());
        let target = example_target(path, operation).replace(EXAMPLE_ID, &site.id.to_string());
        assert!(!target.contains('{'), "{name}: a part of the address has no example: {target}");
        let content = &operation["requestBody"]["content"];
        let (kind, body) = match content["application/json"].get("example") {
            Some(example) => ("application/json", example.to_string()),
            None => ("application/pdf", "%PDF-1.7 handed over".to_owned()),
        };
        assert!(content.is_null() || content.get(kind).is_some(), "{name}: the body has no example");
        // What is for people alone needs somebody who is logged in.
        // What is open to everybody gets a key as well: logging in or out with a session would end it.
        let ways = operation["security"].as_array().map(Vec::as_slice).unwrap_or_default();
        let has_key = ways.is_empty() || ways.iter().any(|way| way["key"].is_array());
        let who = if has_key { ("authorization", &key) } else { ("cookie", &person.cookie) };
        let headers = [("host", "localhost:8080"), ("content-type", kind), (who.0, who.1.as_str())];
        let answer = site.send(&method.to_uppercase(), &target, &headers, &body).await;
        assert!(answer.status.is_success(), "{name}: {} {}", answer.status, answer.body);
        check(&document, operation, &name, &answer);
    }
}

#[tokio::test]
async fn parameters_that_are_not_described_are_refused_with_those_that_are() {
    let (site, _, key) = open_site();
    let document = document("");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let operation = &methods["get"];
        if !operation.is_object() || operation["security"] == serde_json::json!([]) {
            continue;
        }
        let target = example_target(path, operation).replace(EXAMPLE_ID, &site.id.to_string());
        let (place, _) = target.split_once('?').unwrap_or((&target, ""));
        let headers = [("host", "localhost:8080"), ("authorization", &key)];
        let answer = site.get_with(&format!("{place}?nonsense=1"), &headers).await;
        assert_eq!(answer.status.as_u16(), 422, "{path}");
        if !path.starts_with("/api/") {
            continue;
        }
        check(&document, operation, path, &answer);
        let detail = answer.json()["errors"][0]["detail"].as_str().expect("a detail").to_owned();
        let known = detail.split_once("known are ").map_or("", |(_, names)| names);
        let known: BTreeSet<&str> = known.split(", ").filter(|name| !name.is_empty()).collect();
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let queried = parameters.iter().filter(|parameter| parameter["in"] == "query");
        let described: BTreeSet<&str> = queried.filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(known, described, "{path}");
    }
}

#[test]
fn every_route_of_the_api_is_described_and_nothing_else() {
    let document = document("/recto");
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routes: BTreeSet<String> = table().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let missing: Vec<&String> =
        routes.iter().filter(|name| name.contains(" /api/") && !described.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(described.is_subset(&routes), "{:?}", described.difference(&routes));
    assert!(!document.to_string().contains("\"content\":null"), "an answer without a body has no content");
    assert_eq!(document["servers"][0]["url"], "/recto");
    let text = document.to_string();
    for code in crate::serve::problem::Code::ALL {
        assert!(text.contains(code.name()), "{}", code.name());
    }
}

#[test]
fn examples_of_answers_are_what_the_schemas_say() {
    let document = document("");
    let mut examples = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                let described = &response["content"]["application/json"];
                let Some(example) = described.get("example") else { continue };
                let mut found = Vec::new();
                breaches(&document, &described["schema"], example, "$", &mut found);
                assert!(described["schema"].is_object() && found.is_empty(), "{method} {path} {status}: {found:#?}");
                examples += 1;
            }
        }
    }
    assert_eq!(examples, super::examples::answers().len());
}

#[tokio::test]
async fn the_page_tells_what_answers_and_bodies_are_like() {
    let site = site("");
    let body = site.get_with("/docs", &[("host", "localhost:8080")]).await.body;
    let card = |id: &str| {
        let from = body.find(&format!("<section class=\"card\" id=\"{id}\"")).expect("a card");
        body[from..].split_once("</section>").expect("an end").0
    };
    for (id, wanted) in [
        ("search", "<summary>Answer 200: <code>application/json</code></summary>"),
        ("search", "<span class=\"muted\">hits[].pages[].passages[].</span>ranges</code>"),
        ("search", "&#34;did_you_mean&#34;: &#34;cash transfer&#34;"),
        (
            "get_report",
            "<span class=\"muted\">about.</span>publisher</code> <span class=\"kind\">string or null, optional",
        ),
        ("upload_report", "<summary>Answer 200, 201: <code>application/json</code></summary>"),
        ("upload_report", "Body: <code>application/pdf</code>"),
        ("invite", "<summary>Body: <code>application/json</code></summary>"),
        ("invite", "role</code> <span class=\"kind\">&#34;reader&#34; or &#34;editor&#34; or &#34;admin&#34;</span>"),
        ("search_csv", "Answer 200: <code>text/csv</code>"),
    ] {
        assert!(card(id).contains(wanted), "{wanted} is not in {}", card(id));
    }
    assert!(body.contains("request_id</code> <span class=\"kind\">string</span>"), "what problems are like");
    let bare = body.lines().find(|line| line.contains('`'));
    assert_eq!(bare, None, "words of the API are set as code");
}

#[tokio::test]
async fn the_page_has_every_operation_and_every_code() {
    let site = site("/recto");
    let answer = site.get_with("/recto/docs", &[("host", "localhost:8080")]).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    for operation in document("")["paths"].as_object().expect("paths").values().flat_map(|path| path.as_object()) {
        for operation in operation.values() {
            let id = operation["operationId"].as_str().expect("a name");
            assert!(answer.body.contains(&format!("id=\"{id}\" aria-labelledby")), "{id}");
        }
    }
    let ids = || answer.body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert_eq!(ids().count(), ids().collect::<BTreeSet<_>>().len(), "a link would lead to another place");
    assert!(answer.body.contains("http://localhost:8080/recto/api/v1/search?q=cash+transfer"), "{}", answer.body);
    for code in crate::serve::problem::Code::ALL {
        assert!(answer.body.contains(&format!("<code>{}</code>", code.name())), "{}", code.name());
    }
}
