//! What a job is asked to do.

use crate::ocr::OcrMode;
use crate::report::Reason;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// The command line, when the service was started.
    Start,
    /// A look at watched folders that found something.
    Watch,
    /// A client.
    Request,
    /// A file that was handed over.
    Upload,
    /// Whoever wants files that failed read again: those of the paths, or all if there are none.
    Retry,
}

/// Which files that failed are read again although they are unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// None.
    #[default]
    None,
    /// All, but for those that were withdrawn.
    All,
    /// Those that failed for this reason.
    #[serde(untagged)]
    Reason(Reason),
}

impl Retry {
    /// As an ingest wants it.
    pub fn option(self) -> Option<Option<Reason>> {
        match self {
            Retry::None => None,
            Retry::All => Some(None),
            Retry::Reason(reason) => Some(Some(reason)),
        }
    }
}

/// What a job is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRequest {
    /// Who asked.
    pub kind: JobKind,
    /// Files and folders, absolute.
    pub paths: Vec<PathBuf>,
    /// Which failed files are read again.
    pub retry: Retry,
    /// Whether files that have vanished are forgotten.
    pub prune: bool,
    /// Which pages are recognised, if that is not to be as configured.
    #[serde(default)]
    pub ocr: Option<OcrMode>,
}
