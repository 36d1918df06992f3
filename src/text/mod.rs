//! A document's page layouts → its pages' texts: hyphens joined, furniture and headings marked, language judged over
//! the whole document.
//!
//! **Invariant:** knows nothing of PDF, does no I/O and cannot fail.

pub mod about;
mod compose;
pub mod contents;
mod furniture;
mod headings;
mod hyphens;
mod language;
mod normalize;
mod statements;

pub use compose::ComposedPage;
pub use statements::declared_summary;

use crate::layout::PageLayout;
use crate::report::{About, OutlineEntry, Statements};
use about::FrontLine;

/// The texts of a document and what was judged over all of its pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentText {
    /// One entry a page, in order.
    pub pages: Vec<ComposedPage>,
    /// ISO 639-1 code of each page.
    pub languages: Vec<Option<&'static str>>,
    /// ISO 639-1 code of most of the text.
    pub language: Option<&'static str>,
    /// Headings as an outline, for documents without bookmarks.
    pub outline: Vec<OutlineEntry>,
    /// Abstract and recommendations.
    pub statements: Statements,
}

/// Composes the texts of a document's pages.
pub fn compose(layouts: &[&PageLayout]) -> DocumentText {
    let furniture = furniture::find(layouts);
    let body_size = headings::body_size(layouts.iter().copied());
    let headings: Vec<Vec<usize>> =
        layouts.iter().zip(&furniture).map(|(layout, lines)| headings::find(layout, body_size, lines)).collect();
    let hyphens = hyphens::Hyphens::learn(layouts.iter().copied());
    let pages: Vec<ComposedPage> = layouts
        .iter()
        .zip(furniture.iter().zip(&headings))
        .map(|(layout, (furniture, headings))| compose::compose(layout, &hyphens, furniture, headings))
        .collect();
    let mut judge = language::Judge::default();
    let verdicts: Vec<_> = pages.iter().map(|page| judge.detect(&page.text)).collect();
    let language = language::of_report(&verdicts);
    let languages = verdicts.into_iter().map(|verdict| language::of_page(verdict, language)).collect();
    let outline = headings::outline(layouts, &headings, body_size);
    let printed = statements::Document { layouts, furniture: &furniture, headings: &headings, hyphens: &hyphens };
    DocumentText { pages, languages, language, outline, statements: statements::find(printed, language) }
}

/// The outline to keep: the file's bookmarks if they say anything, else headings but those that are what `about` says.
pub fn choose_outline(bookmarks: Vec<OutlineEntry>, headings: Vec<OutlineEntry>, about: &About) -> Vec<OutlineEntry> {
    headings::choose_outline(bookmarks, headings::without_front_matter(headings, about))
}

/// For each page the path of bookmarks or headings it stands under.
pub fn section_paths(outline: &[OutlineEntry], pages: usize) -> Vec<Option<String>> {
    headings::section_paths(outline, pages)
}

/// Lines of a page as candidates for a title. `number` is the page's, from 1.
pub fn front_lines(layout: &PageLayout, number: u32) -> impl Iterator<Item = FrontLine> + '_ {
    layout.lines.iter().map(move |line| FrontLine {
        text: line.span.of(&layout.text).to_owned(),
        size: line.size,
        is_bold: line.is_bold,
        page: number,
        y: (line.bounds.y1 / layout.height.max(1.0)).clamp(0.0, 1.0),
    })
}

#[cfg(test)]
mod tests;
