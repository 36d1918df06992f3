//! `recto search`: one query for people or programs, or a file of queries as a TREC run.
//!
//! More reports than one response may hold are fetched response by response, so `--limit` has no ceiling.

use crate::bench::document_name;
use crate::cli::args::{SearchArguments, SearchFormat};
use crate::cli::commands::asking::{found_code, open, request};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{SearchCsv, SearchText, remarks, summary, to_json, trec_line};
use crate::cli::session::Session;
use crate::search::{Engine, SearchRequest, SearchResponse};
use std::path::Path;

/// Reports in one response, at most.
const RESPONSE_LIMIT: usize = 100;

/// Answers the query or queries.
pub fn run(arguments: &SearchArguments, session: &Session) -> Result<ExitCode, CommandError> {
    match (&arguments.queries, arguments.format) {
        (Some(queries), SearchFormat::Trec) => run_queries(queries, arguments, session),
        (Some(_), _) => Err(CommandError::Usage("`--queries` needs `--format trec`".to_owned())),
        (None, SearchFormat::Trec) => Err(CommandError::Usage("`--format trec` needs `--queries`".to_owned())),
        (None, format) => run_query(format, arguments, session),
    }
}

fn run_query(format: SearchFormat, arguments: &SearchArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let request = request_of(&arguments.query.join(" "), arguments, session)?;
    let engine = open(session, "search")?;
    let console = session.console;
    let limit = session.config().search.limit;
    if format == SearchFormat::Json {
        let mut whole: Option<SearchResponse> = None;
        fetch(&engine, request, limit, |response| {
            match &mut whole {
                Some(whole) => {
                    whole.hits.extend(response.hits);
                    whole.next_cursor = response.next_cursor;
                    whole.took_ms = whole.took_ms.saturating_add(response.took_ms);
                }
                None => whole = Some(response),
            }
            Ok(())
        })?;
        let found = whole.as_ref().is_some_and(|whole| !whole.hits.is_empty());
        if let Some(whole) = whole {
            console.results(&to_json(&whole)?)?;
        }
        return Ok(found_code(found));
    }
    let text = SearchText::new(console.columns());
    let mut shown = 0;
    let mut closing = String::new();
    fetch(&engine, request, limit, |response| {
        let is_first = closing.is_empty();
        if is_first {
            remarks(&response).iter().for_each(|remark| console.note(remark));
        }
        match format {
            SearchFormat::Ndjson => {
                let lines: Vec<String> = response.hits.iter().map(to_json).collect::<Result<_, _>>()?;
                console.bytes(lines.concat().as_bytes())?;
            }
            SearchFormat::Csv => {
                let mut csv = if is_first { SearchCsv::new()? } else { SearchCsv::without_header() };
                response.hits.iter().try_for_each(|hit| csv.hit(hit))?;
                console.bytes(&csv.finish()?)?;
            }
            SearchFormat::Text | SearchFormat::Json | SearchFormat::Trec => {
                let gap = if is_first || response.hits.is_empty() { "" } else { "\n" };
                console.results(&format!("{gap}{}", text.hits(&response.hits)))?;
            }
        }
        shown += response.hits.len();
        closing = summary(shown, &response);
        Ok(())
    })?;
    console.note(&closing);
    Ok(found_code(shown > 0))
}

/// A TREC run: every line of the file is an identifier, a tab and a query.
fn run_queries(file: &Path, arguments: &SearchArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let queries = std::fs::read_to_string(file).map_err(CommandError::file("read", file))?;
    let engine = open(session, "search")?;
    let limit = session.config().search.limit;
    let mut found = false;
    for (line, query) in (1..).zip(queries.lines()).filter(|(_, query)| !query.trim().is_empty()) {
        let Some((id, query)) = query.split_once('\t') else {
            let place = format!("line {line} of `{}`", file.display());
            return Err(CommandError::Usage(format!("{place} is not an identifier, a tab and a query")));
        };
        // Only the ranking is printed: no page needs to be read for it.
        let request = SearchRequest { pages: 0, passages: 0, ..request_of(query, arguments, session)? };
        let mut rank = 0;
        let mut lines = String::new();
        fetch(&engine, request, limit, |response| {
            for hit in &response.hits {
                rank += 1;
                trec_line(&mut lines, id.trim(), &document_name(&hit.file), rank, hit.score);
            }
            Ok(())
        })?;
        found |= rank > 0;
        session.console.bytes(lines.as_bytes())?;
    }
    Ok(found_code(found))
}

/// Hands on response after response until `limit` reports were fetched or there are no more.
fn fetch(
    engine: &Engine,
    mut request: SearchRequest,
    limit: usize,
    mut each: impl FnMut(SearchResponse) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut left = limit;
    loop {
        request.limit = left.min(RESPONSE_LIMIT);
        let response = engine.search(&request)?;
        left = left.saturating_sub(response.hits.len());
        let next = response.next_cursor.clone().filter(|_| left > 0 && !response.hits.is_empty());
        each(response)?;
        let Some(cursor) = next else { return Ok(()) };
        request.cursor = Some(cursor);
        request.offset = 0;
    }
}

/// The request for a query.
fn request_of(query: &str, arguments: &SearchArguments, session: &Session) -> Result<SearchRequest, CommandError> {
    let limit = session.config().search.limit;
    // Its ceiling is that of one response only, so its floor is checked here.
    if limit == 0 {
        return Err(CommandError::Usage("`--limit`: must be at least 1".to_owned()));
    }
    let window = [("limit", limit.min(RESPONSE_LIMIT)), ("offset", arguments.offset)];
    let request = request(query, &arguments.wanted, &window, session)?;
    Ok(SearchRequest { explain: arguments.explain, ..request })
}
