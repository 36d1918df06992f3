//! What an operator chooses beside the limits.

use crate::serve::comments::CommentOptions;
use crate::serve::monitor::IngestCounts;
#[cfg(feature = "cluster")]
use crate::serve::monitor::Parts;
use crate::serve::net::client::Proxies;
use crate::serve::net::tls::Tls;
use crate::worker::WorkerPool;
use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The operator's choices, and what else the service tells of.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Proxies whose word on clients is believed.
    pub proxies: Proxies,
    /// Speaks TLS, if that is wanted.
    pub tls: Option<Arc<Tls>>,
    /// Scheme and host by which the world reaches the service, for whole addresses; see [`parse_public_url`]. `None`
    /// for those each client asks by.
    pub public_url: Option<String>,
    /// Origins whose scripts may read answers; see [`parse_origins`].
    pub cors_origins: Vec<HeaderValue>,
    /// Whether `/metrics` is shown to everyone instead of this machine alone.
    pub has_open_metrics: bool,
    /// Whether it is counted how often reports are read.
    pub counts_reads: bool,
    /// How far reading is confined, for `/healthz`.
    pub sandbox: String,
    /// The processes that read files, if there are any.
    pub workers: Option<Arc<WorkerPool>>,
    /// Comments.
    pub comments: CommentOptions,
    /// What ingests of this process do.
    pub ingest_counts: IngestCounts,
    /// The parts of a library on many machines, if it is one.
    #[cfg(feature = "cluster")]
    pub parts: Option<Arc<Parts>>,
    /// What hands files over to the workers of such a library, which read them instead of this process.
    #[cfg(feature = "cluster")]
    pub hand_over: Option<HandOver>,
    /// Who may make an account for themselves.
    pub registration: Registration,
    /// Whether passwords are taken from other machines without TLS.
    pub takes_plain_http: bool,
}

/// Hands a file with this hash (hexadecimal) over; when it is done, it is read whatever happens to this process.
#[cfg(feature = "cluster")]
#[derive(Clone)]
pub struct HandOver(pub Arc<Handing>);

/// See [`HandOver`].
#[cfg(feature = "cluster")]
pub type Handing = dyn Fn(&std::path::Path, &str) -> Result<(), String> + Send + Sync;

#[cfg(feature = "cluster")]
impl std::fmt::Debug for HandOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HandOver").finish()
    }
}

/// Who may make an account for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anybody.
    Open,
    /// Who was given a link for it.
    #[default]
    Invitation,
    /// Nobody.
    Closed,
}

/// Not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin such as `https://library.example`")]
pub struct OptionsError(String);

/// Reads origins: scheme, host and port, without a path.
pub fn parse_origins(texts: &[String]) -> Result<Vec<HeaderValue>, OptionsError> {
    texts.iter().map(|text| origin(text)).collect()
}

/// Reads the address of the service itself: an origin, as the base path says the rest; nothing if it is empty.
pub fn parse_public_url(text: &str) -> Result<Option<String>, OptionsError> {
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.is_empty() { Ok(None) } else { origin(text).map(|_| Some(text.to_owned())) }
}

fn origin(text: &str) -> Result<HeaderValue, OptionsError> {
    let is_plain = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    };
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let value = rest.filter(|rest| is_plain(rest)).and_then(|_| HeaderValue::from_str(text).ok());
    value.ok_or_else(|| OptionsError(text.to_owned()))
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
        for (text, wanted) in
            [("", None), ("https://a.example/", Some("https://a.example")), ("http://a:80", Some("http://a:80"))]
        {
            assert_eq!(parse_public_url(text), Ok(wanted.map(str::to_owned)));
        }
        assert!(parse_public_url("https://a.example/library").is_err() && parse_public_url("a.example").is_err());
    }
}
