//! `/reports/{id}/citation.{bib,ris,json,jsonld,txt}` and `/api/v1/reports/{id}/citation`: a report as a reference, to be
//! taken over by programs that keep or print them.

use crate::export::cite::{CitationFormat, Places, Reference};
use crate::report::ReportId;
use crate::serve::asked::{Parameters, report_id};
use crate::serve::conditional::EntityTag;
use crate::serve::links::Links;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::{KnownReport, Service};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A report as a reference, its addresses those of a site: scheme and host.
pub fn reference(links: &Links, site: &str, known: &KnownReport) -> Reference {
    let KnownReport { row, stored } = known;
    let places =
        Places { url: format!("{site}{}", links.report(row.id)), pdf_url: format!("{site}{}", links.file(row.id)) };
    let reference =
        Reference::new(row.id, &stored.about, &stored.statements, row.tags(), (row.pages_total, row.size), places);
    match row.correction.as_ref().and_then(|correction| correction.publisher.clone()) {
        Some(publisher) => Reference { publisher: Some(publisher).filter(|name| !name.is_empty()), ..reference },
        None => reference,
    }
}

/// `GET /reports/{id}/citation.…`: the form is how the address ends.
pub async fn file(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    let extension = uri.path().rsplit('.').next().unwrap_or_default();
    let unknown = || Problem::new(Code::NotFound, "there is no such form of a reference");
    let format = CitationFormat::of_extension(extension).ok_or_else(unknown)?;
    answer(&service, id, format, &client, &headers).await
}

/// `GET /api/v1/reports/{id}/citation?format=`.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/citation", operation_id = "get_citation", summary = "Cite a report", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("format" = Option<String>, Query, description = "`bib` (BibTeX), `ris`, `json` (CSL-JSON), `jsonld` (schema.org) \
            or `txt` (a line in the style of the APA); `json` unless given", example = "bib"),
    ),
    responses(
        (status = 200, description = "The report as a reference", content(
            (String = "application/x-bibtex"),
            (String = "application/x-research-info-systems"),
            (serde_json::Value = "application/vnd.citationstyles.csl+json"),
            (serde_json::Value = "application/ld+json"),
            (String = "text/plain"),
        )),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report"),
    ),
)]
pub async fn citation(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let format = match parameters.text("format").as_deref() {
        None => CitationFormat::CslJson,
        Some(given) => CitationFormat::of_extension(given).unwrap_or_else(|| {
            let known = CitationFormat::ALL.map(CitationFormat::extension).join(", ");
            parameters.fault("format", &format!("must be one of {known}"));
            CitationFormat::CslJson
        }),
    };
    parameters.finish()?;
    answer(&service, id, format, &client, &headers).await
}

async fn answer(
    service: &Arc<Service>,
    id: ReportId,
    format: CitationFormat,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let site = client.site()?;
    let reference =
        service.read(move |service| Ok(reference(&service.links, &site, &service.known_report(id)?))).await?;
    let body = reference.to_text(format);
    // It depends on the address the client asked by as well.
    let tag = EntityTag::of_body(&body);
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let mut response = body.into_response();
    let content_type = match format {
        CitationFormat::CslJson | CitationFormat::SchemaOrg => format.media_type().to_owned(),
        text => format!("{}; charset=utf-8", text.media_type()),
    };
    // A key has nothing but ASCII letters and digits.
    let name = format!("attachment; filename=\"{}.{}\"", reference.key(), format.extension());
    for (header, value) in [(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, name)] {
        response.headers_mut().insert(header, HeaderValue::try_from(value).map_err(|_| Problem::internal())?);
    }
    Ok(tag.mark(response))
}
