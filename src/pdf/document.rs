//! An opened PDF: its objects, its pages and what it says about itself. ISO 32000-2 §7.5, §7.7.
//!
//! Opening is the only step that can fail; everything after it answers with what could be read.

mod dates;
mod declared;
mod destinations;
mod encryption;
mod labels;
mod load;
mod outline;
mod page_tree;
mod salvage;
mod xmp;

use crate::pdf::Limits;
use crate::pdf::objects::Objects;
use crate::report::{Declared, OutlineEntry, Reason};
use lopdf::Dictionary;

/// An opened PDF.
pub struct Pdf {
    objects: Objects,
    pages: page_tree::Pages,
}

/// Why a file could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct OpenError {
    /// Stable code for the ledger.
    pub reason: Reason,
    /// What exactly was wrong, lower case.
    pub detail: String,
}

/// A page with its inherited attributes (§7.7.3.4).
#[derive(Clone, Copy)]
pub struct PageAttributes<'p> {
    /// The page dictionary.
    pub dictionary: &'p Dictionary,
    /// Its resources, own or inherited; `None` if there are none.
    pub resources: Option<&'p Dictionary>,
    /// The crop box within the media box in default user space, normalised `[x0, y0, x1, y1]`, never empty.
    pub crop_box: [f32; 4],
    /// Clockwise rotation for display: 0, 90, 180 or 270.
    pub rotate: u16,
    /// Points in a unit of user space, usually 1.
    pub user_unit: f32,
}

impl Pdf {
    /// Opens a PDF: repairs what can be repaired, tries the empty password, then `passwords`.
    pub fn open(bytes: &[u8], limits: &Limits, passwords: &[String]) -> Result<Pdf, OpenError> {
        let (loaded, pages) = load::load(bytes, limits, passwords)?;
        Ok(Pdf { objects: Objects::with_packed(loaded.document, loaded.packed, limits.clone()), pages })
    }

    /// The document's objects.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Pages that could be found, at most the limit on pages.
    pub fn page_count(&self) -> u32 {
        u32::try_from(self.pages.pages.len()).unwrap_or(u32::MAX)
    }

    /// Whether there are more pages than the limit allows.
    pub fn has_more_pages(&self) -> bool {
        self.pages.has_more
    }

    /// The page with this 0-based index.
    pub fn page(&self, index: u32) -> Option<PageAttributes<'_>> {
        self.pages.pages.get(usize::try_from(index).ok()?)?.attributes(&self.objects)
    }

    /// Number and generation of the object of the page with this 0-based index.
    pub fn page_object(&self, index: u32) -> Option<(u32, u16)> {
        self.pages.pages.get(usize::try_from(index).ok()?).map(|page| page.id)
    }

    /// The label of every page by the page label tree (§12.4.2); `None` where the document has none.
    pub fn page_labels(&self) -> Vec<Option<String>> {
        labels::page_labels(&self.objects, self.catalog(), self.pages.pages.len())
    }

    /// Bookmarks with the page they point to (§12.3.3), in reading order.
    pub fn outline(&self) -> Vec<OutlineEntry> {
        let Some(catalog) = self.catalog() else { return Vec::new() };
        let destinations = destinations::Destinations::new(&self.objects, catalog, &self.pages.pages);
        outline::outline(&self.objects, catalog, &destinations)
    }

    /// What the information dictionary, XMP and catalog declare.
    pub fn declared(&self) -> Declared {
        declared::declared(&self.objects, self.catalog())
    }

    /// The document catalog (§7.7.2).
    pub fn catalog(&self) -> Option<&Dictionary> {
        self.objects.dictionary(&self.objects.document().trailer, b"Root")
    }
}

#[cfg(test)]
mod tests;
