//! Pages → pictures: as the page view shows them, and as text is recognised in them.
//!
//! A picture shows what is displayed of a page, turned as it is displayed, and nothing beside it: a word's quad times
//! the picture's sides is the word's place in pixels. The places come from [`crate::pdf`], the drawing from hayro.
//!
//! **Invariant:** only this folder names hayro. What it draws is bounded before anything is allocated as far as the
//! file declares it; the rest is bounded by the limits on a worker, so pages of others are drawn nowhere else.

mod declared;
mod draw;
mod picture;
mod place;

pub use draw::{Document, Renderer};
pub use picture::{Picture, Shades};

use crate::extract::ExtractError;
use crate::pdf::Limits;
use crate::report::Reason;
use serde::{Deserialize, Serialize};

/// Longest side of the picture of a page, in pixels.
pub const PAGE_SIDE: u32 = 4_000;
/// Longest side of a picture that text is recognised in, in pixels.
pub const RASTER_SIDE: u32 = 10_000;
/// Most pixels of any picture, drawn or within a file.
pub const MOST_PIXELS: u64 = 40_000_000;
/// Longest side of a page that is drawn, in points: 200 inches.
const LONGEST_PAGE: f32 = 14_400.0;
/// Most bytes that a picture's pixels take.
pub const PICTURE_BYTES: u64 = MOST_PIXELS * 3;

/// How large a picture is to be; less where a limit is reached, its shape kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Size {
    /// Pixels from left to right.
    Width(u32),
    /// Pixels an inch.
    Resolution(u32),
}

/// How pages are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderOptions {
    /// How large.
    pub size: Size,
    /// Longest side, in pixels.
    pub longest_side: u32,
    /// Whether colours are wanted; without them a picture takes a third of the room.
    pub in_colour: bool,
    /// Tried in order after the empty password.
    pub passwords: Vec<String>,
    /// What opening the file may cost.
    pub limits: Limits,
}

impl RenderOptions {
    /// A page for the eye, `width` pixels wide.
    pub fn page(width: u32) -> RenderOptions {
        RenderOptions {
            size: Size::Width(width),
            longest_side: PAGE_SIDE,
            in_colour: true,
            passwords: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// A page to recognise text in, with so many pixels an inch.
    pub fn raster(resolution: u32) -> RenderOptions {
        RenderOptions {
            size: Size::Resolution(resolution),
            longest_side: RASTER_SIDE,
            in_colour: false,
            ..RenderOptions::page(0)
        }
    }

    /// Width and height in pixels of a page of this width and height in points.
    fn pixels(&self, width: f32, height: f32) -> (u16, u16) {
        let (width, height) = (f64::from(width), f64::from(height));
        let wished = match self.size {
            Size::Width(pixels) => f64::from(pixels) / width,
            Size::Resolution(resolution) => f64::from(resolution) / 72.0,
        };
        let longest_side = f64::from(self.longest_side.clamp(1, RASTER_SIDE));
        #[expect(clippy::cast_precision_loss, reason = "a limit of eight digits")]
        let by_area = (MOST_PIXELS as f64 / (width * height)).sqrt();
        let scale = wished.min(longest_side / width.max(height)).min(by_area);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let side = |points: f64| (points * scale).round().clamp(1.0, longest_side) as u16;
        (side(width), side(height))
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct RenderError {
    /// The stable code.
    pub reason: Reason,
    /// What exactly was wrong, lower case.
    pub detail: String,
}

impl RenderError {
    fn new(reason: Reason, detail: impl Into<String>) -> RenderError {
        RenderError { reason, detail: detail.into() }
    }
}

impl From<ExtractError> for RenderError {
    fn from(error: ExtractError) -> RenderError {
        RenderError { reason: error.reason, detail: error.detail }
    }
}
