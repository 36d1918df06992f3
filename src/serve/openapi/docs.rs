//! `/docs`: the document as a page, whole without scripts.

use crate::serve::asked::Parameters;
use crate::serve::net::client::Client;
use crate::serve::openapi::{at, document, shapes};
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{DocsGroup, DocsOperation, DocsPage, DocsParameter, DocsProblem, DocsResponse, docs_page};
use crate::serve::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Html;
use form_urlencoded::Serializer;
use serde_json::Value;
use std::sync::Arc;

/// `GET /docs`.
pub async fn docs(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    visit: Visit,
) -> Result<Html<String>, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let site = format!("{}{}", client.site()?, service.links.base());
    let document = document(service.links.base());
    let groups = at(&document, "/tags").as_array().into_iter().flatten().map(|tag| DocsGroup {
        name: text(at(tag, "/name")),
        description: text(at(tag, "/description")),
        operations: operations_about(&site, &document, at(tag, "/name")),
    });
    let problems = Code::ALL.iter().map(|code| DocsProblem {
        code: code.name(),
        status: code.status().as_u16(),
        title: code.title(),
    });
    let page = DocsPage {
        version: text(at(&document, "/info/version")),
        description: text(at(&document, "/info/description")),
        openapi: service.links.at("/openapi.json"),
        groups: groups.collect(),
        problems: problems.collect(),
        problem_fields: shapes::fields(&document, at(&document, "/components/schemas/ProblemBody")),
    };
    Ok(Html(docs_page(&visit, &page)))
}

/// The operations with this tag, in the order of their paths.
fn operations_about(site: &str, document: &Value, tag: &Value) -> Vec<DocsOperation> {
    let mut operations = Vec::new();
    for (path, methods) in at(document, "/paths").as_object().into_iter().flatten() {
        let methods = methods.as_object().into_iter().flatten();
        for (method, operation) in methods.filter(|(_, operation)| at(operation, "/tags/0") == tag) {
            operations.push(operation_of(site, document, path, method, operation));
        }
    }
    operations
}

fn operation_of(site: &str, document: &Value, path: &str, method: &str, operation: &Value) -> DocsOperation {
    let parameters = at(operation, "/parameters").as_array().into_iter().flatten();
    let responses = at(operation, "/responses").as_object().into_iter().flatten();
    let ways = at(operation, "/security").as_array().map(Vec::as_slice).unwrap_or_default();
    let way = |name: &str| ways.iter().map(|way| text(at(way, &format!("/{name}/0")))).find(|least| !least.is_empty());
    DocsOperation {
        id: text(at(operation, "/operationId")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(at(operation, "/summary")),
        scope: way("key").unwrap_or_default(),
        role: way("session").unwrap_or_default(),
        is_public: ways.first().is_some_and(|way| way.as_object().is_some_and(serde_json::Map::is_empty)),
        parameters: parameters.map(parameter_of).collect(),
        responses: responses
            .map(|(status, response)| DocsResponse {
                status: status.clone(),
                description: text(at(response, "/description")),
            })
            .collect(),
        request: shapes::request_bodies(document, operation),
        answers: shapes::answers(document, operation),
        curl: curl(site, path, method, operation),
    }
}

fn parameter_of(parameter: &Value) -> DocsParameter {
    let schema = at(parameter, "/schema");
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64).map(|number| number.to_string());
    let range = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!("{least}–{most}"),
        (Some(least), None) => format!("{least} or more"),
        _ => String::new(),
    };
    DocsParameter {
        name: text(at(parameter, "/name")),
        place: text(at(parameter, "/in")),
        range,
        description: text(at(parameter, "/description")),
    }
}

/// A command that asks for the example.
fn curl(site: &str, path: &str, method: &str, operation: &Value) -> String {
    let address = format!("{site}{}", example_target(path, operation));
    let mut command = String::from("curl");
    if method != "get" {
        command.push_str(&format!(" -X {}", method.to_uppercase()));
    }
    let ways = at(operation, "/security").as_array();
    if ways.is_some_and(|ways| ways.first().is_some_and(|way| way.get("key").is_some())) {
        command.push_str(" -H \"Authorization: Bearer $KEY\"");
    }
    let content = at(operation, "/requestBody/content");
    if let Some(example) = content.pointer("/application~1json/example") {
        command.push_str(&format!(" -H 'Content-Type: application/json' -d '{example}'"));
    } else if content.get("application/pdf").is_some() {
        command.push_str(" -H 'Content-Type: application/pdf' --data-binary @report.pdf");
    }
    command.push_str(&format!(" '{address}'"));
    command
}

/// The address of an operation with the examples of its parameters.
pub fn example_target(path: &str, operation: &Value) -> String {
    let mut target = path.to_owned();
    let mut query = Serializer::new(String::new());
    for parameter in at(operation, "/parameters").as_array().into_iter().flatten() {
        let name = text(at(parameter, "/name"));
        let examples = match parameter.get("example") {
            Some(Value::Array(examples)) => examples.iter().map(text).collect(),
            Some(example) => vec![text(example)],
            None => Vec::new(),
        };
        for example in examples {
            if at(parameter, "/in") == "path" {
                target = target.replace(&format!("{{{name}}}"), &example);
            } else {
                query.append_pair(&name, &example);
            }
        }
    }
    let query = query.finish();
    if query.is_empty() { target } else { format!("{target}?{query}") }
}

/// A string as it is, anything else as JSON, nothing as nothing.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
