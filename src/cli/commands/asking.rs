//! What commands that ask the library share: the searcher, the request, the exit code.

use crate::cli::args::WantedArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library;
use crate::cli::session::Session;
use crate::search::{Engine, RequestError, SearchRequest};

/// What `--filter` knows.
const FILTER_FIELDS: [&str; 5] = ["language", "author", "section", "tag", "year"];

/// The searcher on the library, for the command of this name.
pub fn open(session: &Session, command: &str) -> Result<Engine, CommandError> {
    Ok(library::open(session, command)?.engine)
}

/// How a search ends.
pub fn found_code(found: bool) -> ExitCode {
    if found { ExitCode::Success } else { ExitCode::NothingFound }
}

/// The request for a query, checked by the same rules as one over HTTP. `window` has `limit` and `offset`, if any.
pub fn request(
    query: &str,
    wanted: &WantedArguments,
    window: &[(&str, usize)],
    session: &Session,
) -> Result<SearchRequest, CommandError> {
    let settings = &session.config().search;
    let mut pairs = vec![
        ("q".to_owned(), query.to_owned()),
        ("pages".to_owned(), settings.pages.to_string()),
        ("passages".to_owned(), settings.passages.to_string()),
        ("op".to_owned(), settings.op.clone()),
    ];
    pairs.extend(window.iter().map(|(name, number)| ((*name).to_owned(), number.to_string())));
    if wanted.sort != "relevance" {
        pairs.push(("sort".to_owned(), wanted.sort.clone()));
    }
    for filter in &wanted.filter {
        let Some((field, value)) = filter.split_once('=') else {
            let message = format!("`--filter {filter}` has no `=`; write it as `--filter language=en`");
            return Err(CommandError::Usage(message));
        };
        if !FILTER_FIELDS.contains(&field) {
            let known = FILTER_FIELDS.join("`, `");
            return Err(CommandError::Usage(format!("there is no filter `{field}`; there are `{known}`")));
        }
        pairs.push((format!("filter[{field}]"), value.to_owned()));
    }
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    SearchRequest::from_pairs(pairs)
        .map_err(|errors| CommandError::Usage(errors.iter().map(named_as_typed).collect::<Vec<_>>().join("; ")))
}

/// The complaint about a parameter in the words of the command line.
fn named_as_typed(error: &RequestError) -> String {
    let name = match error.parameter.as_str() {
        "q" => "QUERY".to_owned(),
        parameter => match parameter.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')) {
            Some(field) => format!("--filter {field}"),
            None => format!("--{parameter}"),
        },
    };
    format!("`{name}`: {}", error.detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_use_the_names_of_options() {
        let cases = [("q", "`QUERY`: no"), ("limit", "`--limit`: no"), ("filter[year]", "`--filter year`: no")];
        for (parameter, expected) in cases {
            let error = RequestError { parameter: parameter.to_owned(), detail: "no".to_owned() };
            assert_eq!(named_as_typed(&error), expected);
        }
    }
}
