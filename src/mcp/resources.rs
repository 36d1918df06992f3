//! Reports and their pages as resources: listed in parts, read by their addresses, with what the tools say of them.
//!
//! Only reports are listed, since their pages are without number; a page is read by the address that the template gives.

use crate::mcp::answers;
use crate::mcp::cite::citation;
use crate::mcp::library::{Complaint, Served};
use crate::mcp::tools::{self, DATA};
use crate::report::ReportId;
use crate::store::ReportRow;
use rmcp::ErrorData;
use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::Value;

/// Reports in a part of the list.
const PART: u64 = 50;
/// How every address begins.
const REPORTS: &str = "recto://reports/";
/// What is in a resource.
const JSON: &str = "application/json";

/// A part of the list of reports, by id, from after the one that the cursor names; blocks.
pub fn list(served: &Served, cursor: Option<&str>) -> Result<ListResourcesResult, ErrorData> {
    let after: Option<ReportId> = cursor.map(str::parse).transpose().map_err(|_| {
        ErrorData::invalid_params("the cursor is none of this list; take `nextCursor` of the part before", None)
    })?;
    let mut rows = served.library().catalogue().reports_after(after, PART + 1).map_err(|error| failed(error.into()))?;
    let has_more = rows.len() as u64 > PART;
    rows.truncate(PART as usize);
    let next_cursor = rows.last().filter(|_| has_more).map(|row| row.id.to_string());
    let mut part = ListResourcesResult::with_all_items(rows.iter().map(resource).collect());
    part.next_cursor = next_cursor;
    Ok(part)
}

/// A report as a client sees it before it is read.
fn resource(row: &ReportRow) -> Resource {
    let (title, authors) = (answers::heading(&row.title), answers::names(&row.authors));
    let cited = citation(&title, &authors, row.date.as_deref(), None);
    Resource::new(format!("{REPORTS}{}", row.id), row.id.to_string())
        .with_title(title)
        .with_description(format!("{cited}; {} pages. {DATA}", row.pages_total))
        .with_mime_type(JSON)
}

/// How the addresses are made.
pub fn templates() -> Vec<ResourceTemplate> {
    let template = |path: &str, name: &str, title: &str, description: &str| {
        ResourceTemplate::new(format!("{REPORTS}{path}"), name)
            .with_title(title)
            .with_description(format!("{description} {DATA}"))
            .with_mime_type(JSON)
    };
    vec![
        template(
            "{id}",
            "report",
            "A report",
            "What a report is, as `get_report` tells it; `id` as `search_reports` gives it.",
        ),
        template(
            "{id}/pages/{n}",
            "page",
            "A page of a report",
            "The text of a page and how to cite it, as `read_page` gives it; `n` counts the pages of the PDF from 1.",
        ),
    ]
}

/// What a resource holds; blocks.
pub fn read(served: &Served, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown = || {
        let uri = answers::heading(uri);
        let message =
            format!("there is no resource `{uri}`; there are {REPORTS}{{id}} and {REPORTS}{{id}}/pages/{{n}}");
        ErrorData::resource_not_found(message, None)
    };
    let (id, page) = parts(uri).ok_or_else(unknown)?;
    let row = served.library().catalogue().report(id).map_err(|error| failed(error.into()))?.ok_or_else(unknown)?;
    let told = match page {
        None => tools::about(served, &id.to_string()),
        Some(page) if (1..=row.pages_total).contains(&page) => tools::page_of(served, &id.to_string(), page, 0),
        Some(_) => return Err(unknown()),
    };
    Ok(ReadResourceResult::new(vec![contents(uri, &told.map_err(failed)?)]))
}

fn contents(uri: &str, told: &Value) -> ResourceContents {
    let text = crate::export::to_json(told).unwrap_or_default();
    ResourceContents::text(text.trim_end(), uri).with_mime_type(JSON)
}

/// The report and the page of an address; nothing but the one way to write it is one.
fn parts(uri: &str) -> Option<(ReportId, Option<u32>)> {
    let rest = uri.strip_prefix(REPORTS)?;
    let (id, page) = match rest.split_once("/pages/") {
        None => (rest, None),
        Some((id, page)) => (id, Some(page.parse::<u32>().ok().filter(|number| number.to_string() == page)?)),
    };
    Some((id.parse().ok()?, page))
}

fn failed(complaint: Complaint) -> ErrorData {
    ErrorData::internal_error(complaint.0, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_in_one_way() {
        let id = "0123456789abcdef0123456789abcdef";
        let known: ReportId = id.parse().expect("an id");
        for (rest, wanted) in [
            (id.to_owned(), Some((known, None))),
            (format!("{id}/pages/12"), Some((known, Some(12)))),
            (format!("{id}/pages/012"), None),
            (format!("{id}/pages/+1"), None),
            (format!("{id}/pages/"), None),
            (format!("{id}/pages/1/"), None),
            (format!("{id}/"), None),
            ("../../etc/passwd".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(parts(&format!("recto://reports/{rest}")), wanted, "{rest}");
        }
        assert_eq!(parts(&format!("file:///reports/{id}")), None);
    }
}
