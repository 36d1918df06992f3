//! The first page of a report as the picture that stands for it.

use crate::serve::links::Links;
use crate::serve::pictures::WIDTHS;
use crate::serve::service::KnownReport;

/// Width on wide screens, in CSS pixels; a very long page is less wide.
const WIDTH: f32 = 190.0;

/// Height at most.
const HIGHEST: f32 = 300.0;

/// A picture with its place on the page, so that nothing moves when it comes.
pub struct Cover {
    /// Where it is to be had.
    pub source: String,
    /// The widths it is to be had in.
    pub sources: String,
    /// CSS pixels from left to right.
    pub width: u32,
    /// CSS pixels from top to bottom.
    pub height: u32,
}

impl Cover {
    /// Of a report; none without pages of any size.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub fn new(links: &Links, known: &KnownReport) -> Option<Cover> {
        let first = known.stored.pages.first()?;
        let (across, down) = (first.width, first.height);
        if !(across >= 1.0 && down >= 1.0) {
            return None;
        }
        let scale = (WIDTH / across).min(HIGHEST / down);
        let pixels = |points: f32| (points * scale).round().clamp(1.0, HIGHEST) as u32;
        let picture = |width: u32| links.image(known.row.id, 1, width);
        let [_, usual, large, ..] = WIDTHS;
        Some(Cover {
            source: picture(usual),
            sources: [usual, large].map(|width| format!("{} {width}w", picture(width))).join(", "),
            width: pixels(across),
            height: pixels(down),
        })
    }
}
