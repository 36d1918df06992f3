//! Drawing: a file is opened once, its pages are drawn one by one.

use crate::extract::ExtractError;
use crate::pdf::Pdf;
use crate::render::declared::largest_picture;
use crate::render::place::Place;
use crate::render::{LONGEST_PAGE, MOST_PIXELS, Picture, RenderError, RenderOptions};
use crate::report::Reason;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf as Drawable};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A shorter side leaves nothing of a page, in units of user space.
const EMPTY: f64 = 0.5;

/// A file whose pages can be drawn.
pub struct Document {
    places: Vec<Option<Place>>,
    drawable: Drawable,
    options: RenderOptions,
}

/// Draws the pages of a document.
pub struct Renderer<'d> {
    document: &'d Document,
    cache: RenderCache<'d>,
}

impl Document {
    /// Opens a file. Call it, and what draws, on a thread with [`crate::extract::READER_STACK_BYTES`] of stack.
    pub fn open(bytes: Vec<u8>, options: RenderOptions) -> Result<Document, RenderError> {
        contained(|| {
            let pdf = Pdf::open(&bytes, &options.limits, &options.passwords).map_err(ExtractError::from)?;
            let places = Place::of_all(&pdf);
            // Two readings of the file at once would be one too many.
            drop(pdf);
            let drawable = open(&Arc::new(bytes), &options.passwords)?;
            Ok(Document { places, drawable, options })
        })
    }

    /// Draws its pages, keeping fonts from one to the next.
    pub fn renderer(&self) -> Renderer<'_> {
        Renderer { document: self, cache: RenderCache::new() }
    }

    /// The page with this 0-based index and its place.
    fn page(&self, index: u32) -> Option<(&Page<'_>, &Place)> {
        let index = usize::try_from(index).ok()?;
        let place = self.places.get(index)?.as_ref()?;
        let pages = self.drawable.pages();
        let is_it = |page: &&Page<'_>| {
            page.raw()
                .obj_id()
                .is_some_and(|id| id.obj_number == place.object.0 && id.gen_number == i32::from(place.object.1))
        };
        // Two readers of a damaged tree may count its pages differently: the object is what tells.
        let page = pages.get(index).filter(is_it).or_else(|| pages.iter().find(is_it));
        let page = page.or_else(|| pages.get(index).filter(|_| pages.len() == self.places.len()));
        Some((page?, place))
    }
}

impl<'d> Renderer<'d> {
    /// Draws the page with this 1-based number.
    pub fn render(&self, number: u32) -> Result<Picture, RenderError> {
        contained(|| self.draw(number))
    }

    fn draw(&self, number: u32) -> Result<Picture, RenderError> {
        let document: &'d Document = self.document;
        let found = number.checked_sub(1).and_then(|index| document.page(index));
        let (page, place) =
            found.ok_or_else(|| RenderError::new(Reason::Damaged, format!("page {number} cannot be found")))?;
        let (width, height) = place.size();
        if width.max(height) > LONGEST_PAGE {
            let detail = format!("the page is {width:.0} × {height:.0} points; the limit is {LONGEST_PAGE:.0}");
            return Err(RenderError::new(Reason::LimitReached, detail));
        }
        let visible = page.intersected_crop_box();
        if visible.width() < EMPTY || visible.height() < EMPTY {
            // The reader of text takes the next larger box; the renderer would draw nothing at all.
            return Err(RenderError::new(Reason::Damaged, "the page's boxes leave nothing of it to draw"));
        }
        let pixels = largest_picture(page);
        if pixels > MOST_PIXELS {
            let detail = format!("a picture on the page has {pixels} pixels; the limit is {MOST_PIXELS}");
            return Err(RenderError::new(Reason::LimitReached, detail));
        }
        let (width, height) = document.options.pixels(width, height);
        let mut context = RenderContext::new(width, height);
        let settings = InterpreterSettings::default();
        render_into(page, &self.cache, &settings, &RenderSettings::default(), &mut context, place.onto(width, height));
        context.flush();
        let mut pixmap = Pixmap::new(width, height);
        let onto_white = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), onto_white);
        Picture::of_rgba(width, height, pixmap.data_as_u8_slice(), document.options.in_colour)
            .ok_or_else(|| RenderError::new(Reason::Crashed, "the renderer gave no picture"))
    }
}

/// Opens a file for drawing with the empty password, then the others.
fn open(bytes: &Arc<Vec<u8>>, passwords: &[String]) -> Result<Drawable, RenderError> {
    let mut failure = LoadPdfError::Invalid;
    for password in std::iter::once("").chain(passwords.iter().map(String::as_str)) {
        match Drawable::new_with_password(Arc::clone(bytes), password) {
            Ok(drawable) => return Ok(drawable),
            Err(error) => failure = error,
        }
        if !matches!(failure, LoadPdfError::Decryption(DecryptionError::PasswordProtected)) {
            break;
        }
    }
    Err(match failure {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            RenderError::new(Reason::NeedsPassword, "encrypted, and no password given opens it for drawing")
        }
        LoadPdfError::Decryption(_) => {
            RenderError::new(Reason::UnsupportedEncryption, "encrypted in a way that the renderer does not know")
        }
        LoadPdfError::Invalid => RenderError::new(Reason::Damaged, "the renderer cannot open the file"),
    })
}

/// A panic of the renderer costs what it was asked for only.
fn contained<T>(work: impl FnOnce() -> Result<T, RenderError>) -> Result<T, RenderError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(RenderError::new(Reason::Crashed, "the renderer panicked")))
}
