//! `/api/v1/reports/{id}/pages/{n}/image?width=`: pages as pictures, drawn when they are first asked for and then kept.
//!
//! ```text
//! image → shelf (kept on disk?) ──yes──────────────▶ PNG
//!            └─no→ desk (queue, few threads) → workers → shelf
//! ```
//!
//! The address says all that a picture depends on, since a report's id is the hash of its bytes: so its entity tag is
//! made without looking at it, and clients may keep it.
//!
//! **Invariants:** nothing is drawn on the async threads; what is asked for by several is drawn once; the file that is
//! drawn has the bytes that were read.

mod artist;
mod desk;
mod image;
mod placeholder;
mod shelf;

#[cfg(test)]
pub use artist::Drawn;
pub use artist::{Artist, Drawing};
pub use image::{__path_image, image};

use crate::render::RenderError;
use crate::report::ReportId;
use crate::serve::limits::Limits;
use crate::serve::pictures::desk::{Desk, Order};
use crate::serve::pictures::shelf::Shelf;
use crate::serve::problem::Problem;
use crate::store::Library;
use axum::body::Bytes;
use std::fs::File;
use std::sync::Arc;

/// The widths that pages are drawn in, in pixels, rising: few, so that the same picture serves many screens.
pub const WIDTHS: [u32; 6] = [180, 360, 900, 1350, 1800, 2700];

/// The smallest picture: for overviews.
pub const THUMBNAIL: u32 = WIDTHS[0];

/// Changes when pages are drawn otherwise than before, so that what was kept is drawn again.
const DRAWN_AS: u32 = 1;

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The report.
    pub id: ReportId,
    /// 1-based index of the page.
    pub page: u32,
    /// One of [`WIDTHS`].
    pub width: u32,
}

impl Key {
    /// A page at least so wide, or as wide as pages are drawn.
    pub fn new(id: ReportId, page: u32, width: u32) -> Key {
        let [.., widest] = WIDTHS;
        let width = WIDTHS.into_iter().find(|offered| *offered >= width).unwrap_or(widest);
        Key { id, page, width }
    }

    /// Its strong entity tag.
    fn tag(&self) -> String {
        format!("\"{}-{}-{}-{DRAWN_AS}\"", self.id, self.page, self.width)
    }
}

/// An original, proven to be the bytes that were read.
#[derive(Debug)]
pub struct Source {
    /// It, open.
    pub file: File,
    /// Its name.
    pub name: String,
}

/// The pictures of pages: those that are kept, and those being drawn.
pub struct Pictures {
    shelf: Arc<Shelf>,
    desk: Desk,
}

impl Pictures {
    /// Pictures of a library's pages, kept in its directory.
    pub fn new(library: &Library, artist: impl Artist + 'static, limits: &Limits) -> Pictures {
        let folder = library.directory().join("pictures").join(DRAWN_AS.to_string());
        let shelf = Arc::new(Shelf::new(folder, limits.picture_bytes));
        let desk = Desk::new(Box::new(artist), Arc::clone(&shelf), limits.drawing, limits.drawings_queued);
        Pictures { shelf, desk }
    }

    /// A picture that is kept; blocks.
    fn kept(&self, key: &Key) -> Option<Bytes> {
        self.shelf.get(key)
    }

    /// Why a page could not be drawn a short while ago.
    pub fn failure(&self, id: ReportId, page: u32) -> Option<RenderError> {
        self.desk.failure(id, page)
    }

    /// Has a picture drawn, with others who want it.
    fn order(&self, key: Key, source: Source) -> Result<Order, Problem> {
        self.desk.order(key, source)
    }
}
