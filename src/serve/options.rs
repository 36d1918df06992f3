//! What an operator chooses beside the limits.

use crate::serve::monitor::IngestCounts;
use crate::serve::net::client::Proxies;
use crate::serve::net::tls::Tls;
use crate::worker::WorkerPool;
use axum::http::HeaderValue;
use std::sync::Arc;

/// The operator's choices, and what else the service tells of.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Proxies whose word on clients is believed.
    pub proxies: Proxies,
    /// Speaks TLS, if that is wanted.
    pub tls: Option<Arc<Tls>>,
    /// Origins whose scripts may read answers; see [`parse_origins`].
    pub cors_origins: Vec<HeaderValue>,
    /// Whether `/metrics` is shown to everyone instead of this machine alone.
    pub has_open_metrics: bool,
    /// How far reading is confined, for `/healthz`.
    pub sandbox: String,
    /// The processes that read files, if there are any.
    pub workers: Option<Arc<WorkerPool>>,
    /// What ingests of this process do.
    pub ingest_counts: IngestCounts,
}

/// Not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin such as `https://library.example`")]
pub struct OptionsError(String);

/// Reads origins: scheme, host and port, without a path.
pub fn parse_origins(texts: &[String]) -> Result<Vec<HeaderValue>, OptionsError> {
    let origin = |text: &String| {
        let is_plain = |rest: &str| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        };
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let value = rest.filter(|rest| is_plain(rest)).and_then(|_| HeaderValue::from_str(text).ok());
        value.ok_or_else(|| OptionsError(text.clone()))
    };
    texts.iter().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_no_path_and_are_never_everyone() {
        assert!(parse_origins(&["https://a.example".to_owned(), "http://localhost:3000".to_owned()]).is_ok());
        for text in ["*", "null", "https://a.example/", "a.example", "https://", "https://a b"] {
            assert_eq!(parse_origins(&[text.to_owned()]), Err(OptionsError(text.to_owned())));
        }
    }
}
