//! Conditional requests: entity tags made from the library's generation, and `If-None-Match`.
//!
//! Every answer depends on the generation and the catalogue's version, on whether an ingest is running and on the program's own version, and on
//! nothing else but its address: so one tag serves all of them, and a repeated request costs no search.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A weak entity tag: answers of the same tag mean the same, though the time they took may differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of everything answered from this generation.
    pub fn new(generation: &str, is_ingesting: bool, assets: &str) -> EntityTag {
        let visible: String = generation.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        let suffix = if is_ingesting { "+" } else { "" };
        EntityTag(format!("W/\"{visible}-{assets}{suffix}\""))
    }

    /// The tag of what depends on this as well: something made of letters, digits and `-`.
    pub fn with(&self, part: &str) -> EntityTag {
        EntityTag(format!("{}.{part}\"", self.0.trim_end_matches('"')))
    }

    /// The tag of an answer that changes without a new generation.
    pub fn of_body(body: &str) -> EntityTag {
        let hash: String = blake3::hash(body.as_bytes()).to_hex().chars().take(32).collect();
        EntityTag(format!("\"{hash}\""))
    }

    /// The answer 304 if the client has this version already.
    pub fn not_modified(&self, request: &HeaderMap) -> Option<Response> {
        matches_any(request, &self.0).then(|| self.mark(StatusCode::NOT_MODIFIED.into_response()))
    }

    /// Puts the tag on a response. Clients must ask again each time, since the library may have grown.
    pub fn mark(&self, mut response: Response) -> Response {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110 section 8.8.3.2) or any.
pub fn matches_any(request: &HeaderMap, tag: &str) -> bool {
    let opaque = tag.trim_start_matches("W/");
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == opaque)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_is_compared_weakly() {
        let tag = EntityTag::new("gen-000001.42", false, "ab12");
        for (sent, wanted) in [
            ("W/\"gen-000001.42-ab12\"", true),
            ("\"x\", \"gen-000001.42-ab12\"", true),
            ("*", true),
            ("\"gen-000001.43-ab12\"", false),
            ("gen-000001.42-ab12", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(sent));
            assert_eq!(tag.not_modified(&headers).is_some(), wanted, "{sent}");
        }
        assert_ne!(tag, EntityTag::new("gen-000001.42", true, "ab12"));
        assert_eq!(tag.with("7"), EntityTag("W/\"gen-000001.42-ab12.7\"".to_owned()));
    }
}
