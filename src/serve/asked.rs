//! What handlers read out of a request: parameters, ids, page numbers, the kind of body.

use crate::report::ReportId;
use crate::serve::problem::{Code, Problem};
use axum::http::{HeaderMap, header};

/// A report's id in an address; anything else is no address of ours.
pub fn report_id(text: &str) -> Result<ReportId, Problem> {
    text.parse().map_err(|_| Problem::new(Code::UnknownReport, "a report id is 32 hexadecimal digits"))
}

/// A page's number in an address.
pub fn page_number(text: &str, pages: usize) -> Result<u32, Problem> {
    let number = text.parse().ok().filter(|number: &u32| *number >= 1 && *number as usize <= pages);
    number.ok_or_else(|| Problem::new(Code::UnknownPage, format!("its pages are 1 to {pages}")))
}

/// Whether the client sent JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// The pairs of a query string, decoded; what is not UTF-8 comes with replacement characters.
pub fn pairs_of(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}
