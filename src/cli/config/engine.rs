//! `[engine]`: what finds reports, and where a library lies that outgrows one machine.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `[engine]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineConfig {
    /// `embedded`: an index in the data directory; `quickwit`: nodes of Quickwit, PostgreSQL and a shared storage.
    pub kind: EngineKind,
    /// Nodes that search, such as `http://search-1:7280`.
    pub search_urls: Vec<String>,
    /// Nodes that index.
    pub ingest_urls: Vec<String>,
    /// What the names of the library's indexes begin with; several libraries can share the nodes.
    pub index: String,
    /// Longest time for a search, in milliseconds.
    pub search_ms: u64,
    /// Longest time for a request that stores, in milliseconds.
    pub ingest_ms: u64,
    /// The database of queue and catalogue, such as `postgres://recto@db/recto`.
    pub database_url: DatabaseUrl,
    /// Where texts, boxes and files that were handed over lie: a folder that all machines see under this path, or
    /// `s3://bucket/prefix`.
    pub storage: String,
    /// Address of the storage of objects; empty for the one of Amazon in the region.
    pub storage_endpoint: String,
    /// Its region.
    pub storage_region: String,
    /// Seconds after which the files of a worker that says nothing are taken by others.
    pub lease_seconds: u64,
    /// Seconds for which a revision is kept that searches do not show any more, and between two looks for such.
    pub purge_seconds: u64,
}

/// Which engine finds reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// The index in the data directory.
    #[default]
    Embedded,
    /// Nodes of Quickwit.
    Quickwit,
}

impl EngineKind {
    /// Whether this build of the program has it.
    pub(super) fn is_built(self) -> bool {
        self == EngineKind::Embedded || cfg!(feature = "cluster")
    }
}

/// How to reach a database; shown to people and logs without its password.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole of it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As it may be shown.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is said where this build lacks the engine.
pub const NO_QUICKWIT: &str = "this build has no engine `quickwit`";

/// What stands for what is not shown.
const HIDDEN: &str = "…";

/// An address without its password; one that may hold a password elsewhere than after the name of the user is not shown
/// at all.
pub fn without_password(url: &str) -> String {
    let shown = match url.split_once("://") {
        Some((scheme, rest)) => {
            // A password may hold any sign that somebody forgot to escape, but the part before the host ends with the
            // last `@`.
            match rest.rsplit_once('@') {
                Some((user, host)) => {
                    let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:{HIDDEN}"));
                    format!("{scheme}://{user}@{host}")
                }
                None => url.to_owned(),
            }
        }
        None => url.to_owned(),
    };
    if shown.to_lowercase().contains("pass") { HIDDEN.to_owned() } else { shown }
}

impl Default for EngineConfig {
    fn default() -> EngineConfig {
        EngineConfig {
            kind: EngineKind::default(),
            search_urls: Vec::new(),
            ingest_urls: Vec::new(),
            index: "recto".to_owned(),
            search_ms: 2_000,
            ingest_ms: 60_000,
            database_url: DatabaseUrl::default(),
            storage: String::new(),
            storage_endpoint: String::new(),
            storage_region: "us-east-1".to_owned(),
            lease_seconds: 60,
            purge_seconds: 3_600,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("", ""),
            ("postgres://db/recto", "postgres://db/recto"),
            ("postgres://recto@db:5432/recto", "postgres://recto@db:5432/recto"),
            ("postgres://recto:s3cret@db/recto", "postgres://recto:…@db/recto"),
            ("postgres://recto:a@b:c/@db/recto", "postgres://recto:…@db/recto"),
            ("postgres://db/recto?password=s3cret", HIDDEN),
            ("host=db user=recto dbname=recto", "host=db user=recto dbname=recto"),
            ("host=db user=recto PassWord = 's3cret'", HIDDEN),
        ] {
            let database = DatabaseUrl(url.to_owned());
            assert_eq!((database.to_string().as_str(), format!("{database:?}").as_str()), (shown, shown), "{url}");
            assert_eq!(database.expose(), url);
        }
    }
}
