//! A report's title, authors, date and language, weighed from what the file declares and what its pages show.

use crate::report::{About, Declared};

/// A line of one of the first pages, as layout saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontLine {
    /// Its text.
    pub text: String,
    /// Font size as displayed, in points.
    pub size: f32,
    /// Whether most of it is bold.
    pub is_bold: bool,
    /// 1-based page.
    pub page: u32,
    /// Baseline as a fraction of the page's height from the top.
    pub y: f32,
}

/// Weighs the candidates. `lines` are those of the first pages in reading order; `language` is the one most of the
/// text is in; `file_name` the file's name.
pub fn about(declared: &Declared, lines: &[FrontLine], language: Option<&str>, file_name: &str) -> About {
    let _ = (declared, lines, language, file_name);
    unimplemented!()
}
