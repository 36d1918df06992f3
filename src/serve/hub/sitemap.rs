//! `/sitemap.xml` and `/robots.txt`: what search engines are told of.
//!
//! A part of the map has at most as many addresses as the protocol allows, the first added first: what was told before
//! stays where it was, and only the last parts change.

use crate::report::{ReportId, rfc3339};
use crate::search::Holdings;
use crate::serve::asked::Parameters;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, SitemapEntry};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Addresses of a part (sitemaps.org allows as many).
const PART_SIZE: usize = 50_000;

/// Pages that lead to reports, below the base path.
const HUBS: [&str; 6] = ["/", "/reports", "/years", "/contributors", "/languages", "/tags"];

/// What robots are to leave alone: answers to queries, which are without number, what is for programs, and what is for
/// people with an account.
const CLOSED: [&str; 13] = [
    "/?",
    "/search.",
    "/api/",
    "/opensearch",
    "/reports?*offset=",
    "/reports/*?q=",
    "/reports/*/pages?",
    "/reports/*/pages/*?",
    "/upload",
    "/login",
    "/register",
    "/account",
    "/admin",
];

/// `/sitemap.xml`: the parts of the map.
pub async fn index(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let site = client.site()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let body = service
        .read(move |service| {
            let lines = lines(&*service.holdings()?);
            let part = |(number, part): (usize, &[Line])| SitemapEntry {
                address: format!("{site}{}", service.links.at(&format!("/sitemaps/{number}.xml"))),
                changed: part.iter().map(Line::changed).max().map(rfc3339),
            };
            Ok(ui::sitemap_index(&(1..).zip(lines.chunks(PART_SIZE)).map(part).collect::<Vec<_>>()))
        })
        .await?;
    Ok(tag.mark(xml(body)))
}

/// `/sitemaps/{part}`: a part of the map.
pub async fn part(
    State(service): State<Arc<Service>>,
    Path(part): Path<String>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let unknown = || Problem::new(Code::NotFound, "`/sitemap.xml` lists the parts of the map");
    let number = part.strip_suffix(".xml").and_then(|number| number.parse::<usize>().ok()?.checked_sub(1));
    let number = number.ok_or_else(unknown)?;
    let site = client.site()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let body = service
        .read(move |service| {
            let lines = lines(&*service.holdings()?);
            let part = lines.chunks(PART_SIZE).nth(number).ok_or_else(unknown)?;
            let entry = |line: &Line| SitemapEntry {
                address: match line {
                    Line::Hub(path, _) => format!("{site}{}", service.links.at(path)),
                    Line::Report(id, _) => format!("{site}{}", service.links.report(*id)),
                },
                changed: Some(rfc3339(line.changed())),
            };
            Ok(ui::sitemap(&part.iter().map(entry).collect::<Vec<_>>()))
        })
        .await?;
    Ok(tag.mark(xml(body)))
}

/// `/robots.txt`.
pub async fn robots(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let mut text = String::from("User-agent: *\n");
    if service.guard.public {
        for path in CLOSED {
            text.push_str(&format!("Disallow: {}\n", service.links.at(path)));
        }
        text.push_str(&format!("\nSitemap: {}{}\n", client.site()?, service.links.at("/sitemap.xml")));
    } else {
        text.push_str("Disallow: /\n");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// An address of the map, and when what is there changed in seconds since 1970.
enum Line {
    Hub(&'static str, i64),
    Report(ReportId, i64),
}

impl Line {
    fn changed(&self) -> i64 {
        match self {
            Line::Hub(_, changed) | Line::Report(_, changed) => *changed,
        }
    }
}

/// Every address of the map.
fn lines(holdings: &Holdings) -> Vec<Line> {
    let latest = holdings.additions().map(|(_, changed)| changed).max().unwrap_or(0);
    let hubs = HUBS.iter().map(|path| Line::Hub(path, latest));
    hubs.chain(holdings.additions().map(|(id, changed)| Line::Report(id, changed))).collect()
}

fn xml(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::HeldReport;

    #[test]
    fn a_map_is_parted_where_the_protocol_wants_it() {
        let report = |number: u32| HeldReport {
            id: ReportId::of_bytes(&number.to_le_bytes()),
            title: String::new(),
            added: i64::from(number),
            changed: i64::from(60_000 - number),
            date: 0,
            contributors: Vec::new(),
            languages: Vec::new(),
            tags: Vec::new(),
        };
        let holdings = Holdings::new((0..60_000).map(report).collect());
        let lines = lines(&holdings);
        let sizes: Vec<usize> = lines.chunks(PART_SIZE).map(<[Line]>::len).collect();
        assert_eq!(sizes, [PART_SIZE, 60_000 + HUBS.len() - PART_SIZE]);
        assert_eq!(lines.last().map(Line::changed), Some(1), "the last added");
        assert_eq!(lines.first().map(Line::changed), Some(60_000), "the last changed");
    }
}
