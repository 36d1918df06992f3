//! The overview beside a page: the pages around it and the nearest that match, small, with their number of matches.

use crate::search::PageMarks;
use crate::serve::links::Links;
use crate::serve::pictures::THUMBNAIL;
use crate::serve::service::KnownReport;
use crate::serve::ui::format::{counted, plain};

/// Pages shown before and after the one that is read.
const AROUND: u32 = 3;

/// A page in the overview.
pub struct Thumbnail {
    /// Its view.
    pub url: String,
    /// Its picture.
    pub image: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// What people call it.
    pub label: String,
    /// How many matches it has, in figures; nothing if none is known.
    pub count: Option<u32>,
    /// The same for those who cannot see where the figure stands.
    pub told: Option<String>,
    /// Whether it is the one that is read.
    pub is_current: bool,
    /// Whether pages are left out before it.
    pub is_after_gap: bool,
}

/// The overview of a page; `link` gives the view of another.
pub fn strip(
    links: &Links,
    known: &KnownReport,
    number: u32,
    marks: &PageMarks,
    link: &dyn Fn(u32) -> String,
) -> Vec<Thumbnail> {
    let last = u32::try_from(known.stored.pages.len()).unwrap_or(u32::MAX);
    let mut pages: Vec<u32> =
        (number.saturating_sub(AROUND).max(1)..=number.saturating_add(AROUND).min(last)).collect();
    pages.extend(marks.counts.iter().map(|(page, _)| *page));
    pages.sort_unstable();
    pages.dedup();
    let mut before = None;
    let thumbnail = |page: u32| {
        let summary = known.stored.pages.get((page as usize).checked_sub(1)?)?;
        let count = marks.counts.iter().find(|(counted, _)| *counted == page).map(|(_, count)| *count);
        let is_after_gap = before.is_some_and(|before| page > before + 1);
        before = Some(page);
        Some(Thumbnail {
            url: link(page),
            image: links.image(known.row.id, page, THUMBNAIL),
            width: THUMBNAIL,
            height: height(summary.width, summary.height),
            label: summary.label.as_deref().map_or_else(|| page.to_string(), plain),
            count,
            told: count.map(|count| counted(u64::from(count), "match", "matches")),
            is_current: page == number,
            is_after_gap,
        })
    };
    pages.into_iter().filter_map(thumbnail).collect()
}

/// Of a small picture of a page with these sides.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "clamped")]
fn height(across: f32, down: f32) -> u32 {
    (THUMBNAIL as f32 * down / across.max(1.0)).round().clamp(1.0, 3.0 * THUMBNAIL as f32) as u32
}
