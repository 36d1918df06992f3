//! The document: what the macros gathered, completed with what holds everywhere.

use crate::serve::layers::access::Access;
use crate::serve::openapi::{CONTRACT_VERSION, EXAMPLE_ID, examples};
use crate::serve::problem::{Code, ProblemBody};
use crate::serve::routes::table;
use crate::serve::{accounts, api, citation, comments, corrections, file, forms, hub, monitor, pictures, uploads};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// What the macros gather.
#[derive(OpenApi)]
#[openapi(
    paths(
        api::search,
        api::search_json,
        api::suggest::suggest,
        api::list::reports,
        accounts::session_api::get,
        accounts::session_api::create,
        accounts::session_api::delete,
        accounts::api::list,
        accounts::api::invite,
        accounts::api::change,
        accounts::api::delete,
        accounts::api::reset,
        accounts::tickets_api::list,
        accounts::tickets_api::revoke,
        api::report,
        api::page,
        api::related::related,
        corrections::api::get,
        corrections::api::put,
        corrections::api::delete,
        citation::citation,
        hub::values::years,
        hub::values::tags,
        hub::values::languages,
        hub::feeds::atom,
        hub::feeds::json,
        hub::contributors::contributors,
        api::coverage,
        pictures::image,
        uploads::api::upload,
        api::remove,
        api::jobs::create,
        api::jobs::list,
        api::jobs::get,
        api::jobs::cancel,
        api::jobs::failures,
        api::failures::list,
        api::failures::retry,
        api::events::events,
        forms::rows::csv,
        forms::rows::ndjson,
        forms::feed::atom,
        forms::feed::json,
        file::original,
        comments::api::of_report,
        comments::api::write,
        comments::api::list,
        comments::api::get,
        comments::api::change,
        comments::api::delete,
        comments::verdicts::moderate,
        comments::verdicts::moderations,
        comments::verdicts::blocked,
        comments::verdicts::block,
        comments::verdicts::unblock,
        comments::feed::atom,
        monitor::health::healthz,
        monitor::health::readyz,
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "search", description = "Find reports, their pages and the passages on them"),
        (name = "reports", description = "Read what was found"),
        (name = "comments", description = "What people say about reports"),
        (name = "library", description = "What is in the library"),
        (name = "accounts", description = "Who may do what"),
        (name = "service", description = "How the service does"),
    )
)]
struct Gathered;

/// The document of a service under a base path.
pub fn document(base_path: &str) -> Value {
    let mut document = serde_json::to_value(Gathered::openapi()).unwrap_or_default();
    let info = json!({
        "title": "Recto",
        "version": CONTRACT_VERSION,
        "summary": "Search a library of report PDFs, down to the page and the words on it",
        "description": "Unknown and malformed parameters are refused with 422. Every error is a problem (RFC 9457) \
                        whose `code` is stable; `x-problems` lists them. Answers carry an entity tag that changes with \
                        the library: send it back as `If-None-Match`. Where searches have a rate, answers tell of it in \
                        `RateLimit-Policy` and `RateLimit`.",
        "license": { "name": "MIT", "identifier": "MIT" },
    });
    put(&mut document, &["info"], info);
    put(&mut document, &["servers"], json!([{ "url": if base_path.is_empty() { "/" } else { base_path } }]));
    let schemes = json!({
        "key": { "type": "http", "scheme": "bearer", "description": "A key of `recto keys create`" },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-recto",
            "description": "The cookie of somebody who is logged in; `recto` where this machine is asked without TLS. \
                            POST then needs a body of JSON, or the session's `form_token` as `X-Form-Token`",
        },
    });
    put(&mut document, &["components", "securitySchemes"], schemes);
    let problem = |code: &Code| json!({ "code": code.name(), "status": code.status().as_u16(), "title": code.title() });
    put(&mut document, &["x-problems"], Code::ALL.iter().map(problem).collect());
    let parameters = document.pointer("/paths/~1api~1v1~1search/get/parameters");
    let search = query_as_object(parameters.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default());
    let search = json!({
        "required": true,
        "content": { "application/json": { "schema": search, "example": { "q": "cash transfer", "limit": 5 } } },
    });
    put(&mut document, &["paths", "/api/v1/search", "post", "requestBody"], search);
    for (path, method, example) in [
        ("/api/v1/jobs", "post", json!({ "paths": ["2024/annual-report.pdf"], "retry": "none" })),
        ("/api/v1/reports/{id}/comments", "post", json!({ "text": "The table on this page is of 2019.", "page": 1 })),
        ("/api/v1/comments/{comment}", "patch", json!({ "text": "The table on this page is of 2018." })),
        (
            "/api/v1/reports/{id}/corrections",
            "put",
            json!({ "title": "Boreholes of the north", "date": "1987", "tags": ["drinking water"], "abstract": "" }),
        ),
        ("/api/v1/comments/{comment}/state", "put", json!({ "state": "shown" })),
        ("/api/v1/failures/retry", "post", json!({ "reason": "damaged" })),
        ("/api/v1/session", "post", json!({ "name": "ada", "password": "correct horse battery" })),
        ("/api/v1/accounts", "post", json!({ "role": "reader" })),
        ("/api/v1/accounts/{account}", "patch", json!({ "role": "editor" })),
    ] {
        put(&mut document, &["paths", path, method, "requestBody", "content", "application/json", "example"], example);
    }
    for (path, method, status, example) in examples::answers() {
        put(
            &mut document,
            &["paths", path, method, "responses", status, "content", "application/json", "example"],
            example,
        );
    }
    let routes = table();
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return document };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let route =
                routes.iter().find(|route| route.path == path && route.method.as_str().eq_ignore_ascii_case(method));
            complete(path, method, operation, route.map_or(Access::Read, |route| route.access));
        }
    }
    document
}

/// Puts a part where the path leads, and makes what is missing on the way; nothing becomes of it where something else
/// than an object stands in the way.
fn put(document: &mut Value, path: &[&str], part: Value) {
    let mut place = document;
    for name in path {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        let Some(object) = place.as_object_mut() else { return };
        place = object.entry(*name).or_insert(Value::Null);
    }
    *place = part;
}

/// Adds to an operation who may use it and what else it may answer.
fn complete(path: &str, method: &str, operation: &mut Value, access: Access) {
    let Some(operation) = operation.as_object_mut() else { return };
    // The handlers' comments are for those who read the code.
    operation.remove("description");
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if parameter.get("name").is_some_and(|name| name == "id") {
            put(parameter, &["example"], EXAMPLE_ID.into());
        }
    }
    let security = match access {
        Access::Open => json!([]),
        Access::Read => json!([{}, { "key": ["search"] }, { "session": ["reader"] }]),
        Access::Right(right) => {
            let key = right.scope().map(|scope| json!({ "key": [scope.code()] }));
            key.into_iter().chain([json!({ "session": [right.role().code()] })]).collect()
        }
    };
    operation.insert("security".to_owned(), security);
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let common = [
        ("401", "A key or an account is needed, or the key sent is not accepted", access != Access::Open),
        ("403", "The key or the account does not allow this, or another site sent it", access != Access::Open),
        ("410", "The report was removed from the library", path.contains("/reports/{id}") && method == "get"),
        ("422", "Parameters that are unknown or malformed, each named", access != Access::Open),
        ("429", "Too many requests; see `Retry-After`", access != Access::Open),
        ("500", "A defect, or a failing disk", true),
        ("503", "Too busy, or stopping; see `Retry-After`", true),
    ];
    for (status, description, _) in common.into_iter().filter(|(.., applies)| *applies) {
        responses.entry(status).or_insert_with(|| json!({ "description": description }));
    }
    for (status, response) in responses {
        if status.starts_with(['4', '5']) {
            let schema = json!({ "$ref": "#/components/schemas/ProblemBody" });
            // Outside the API errors are pages, as browsers come there.
            let content = if path.starts_with("/api/") {
                json!({ "application/problem+json": { "schema": schema } })
            } else {
                json!({ "text/html": { "schema": { "type": "string" } } })
            };
            put(response, &["content"], content);
        }
        // A schema would be taken for that of each event.
        let events = response.pointer_mut("/content/text~1event-stream").and_then(Value::as_object_mut);
        events.into_iter().for_each(|events| drop(events.remove("schema")));
    }
}

/// The parameters of a query as the properties of an object: filters of one field may stand in an array.
fn query_as_object(parameters: &[Value]) -> Value {
    let mut properties = Map::new();
    let mut filters = Map::new();
    for parameter in parameters {
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        let mut schema = parameter.get("schema").cloned().unwrap_or_default();
        put(&mut schema, &["description"], parameter.get("description").cloned().unwrap_or_default());
        if let Some(field) = name.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')) {
            filters.insert(
                field.to_owned(),
                json!({ "type": ["array", "string", "null"], "items": { "type": "string" } }),
            );
        } else {
            properties.insert(name.to_owned(), schema);
        }
    }
    let filter = json!({ "type": "object", "properties": filters, "additionalProperties": false });
    properties.insert("filter".to_owned(), filter);
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
