//! `fixtures/MANIFEST.toml`, as described in `fixtures/README.md`.

use serde::Deserialize;
use std::path::{Path, PathBuf};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// One bundled report.
#[derive(Debug, Clone, Deserialize)]
pub struct Fixture {
    pub file: String,
    #[serde(rename = "bytes")]
    pub size: u64,
    pub outcome: String,
    pub reason: Option<String>,
    pub pages: usize,
    #[serde(default)]
    pub page_status: Vec<String>,
    #[serde(default)]
    pub page_labels: Vec<String>,
    pub title: Option<String>,
    #[serde(default)]
    pub authors: Vec<String>,
    pub publisher: Option<String>,
    pub date: Option<String>,
    pub language: Option<String>,
    /// Page and text.
    #[serde(rename = "abstract")]
    pub summary: Option<(u32, String)>,
    #[serde(default)]
    pub recommendations: Vec<(u32, String)>,
    pub password: Option<String>,
    #[serde(default)]
    pub must_contain: Vec<(usize, String)>,
    #[serde(default)]
    pub must_not_contain: Vec<String>,
    #[serde(default)]
    pub only_hyphenated: Vec<(usize, String)>,
    /// Least F1 of the words read against the words typeset.
    #[serde(default = "nearly_all")]
    pub least_word_f1: f64,
    /// Least F1 of pairs of neighbouring words.
    #[serde(default = "most")]
    pub least_pair_f1: f64,
}

fn nearly_all() -> f64 {
    0.99
}

fn most() -> f64 {
    0.97
}

impl Fixture {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(Path::new(FIXTURES).join(&self.file)).expect("a bundled file")
    }

    /// What was typeset, if the file was.
    pub fn expected_text(&self) -> Option<String> {
        let stem = Path::new(&self.file).with_extension("txt");
        std::fs::read_to_string(PathBuf::from(FIXTURES).join("expected").join(stem)).ok()
    }
}

/// Every bundled report.
pub fn all() -> Vec<Fixture> {
    #[derive(Deserialize)]
    struct Manifest {
        fixture: Vec<Fixture>,
    }
    let text = std::fs::read_to_string(Path::new(FIXTURES).join("MANIFEST.toml")).expect("the manifest");
    toml::from_str::<Manifest>(&text).expect("a manifest in its own format").fixture
}
