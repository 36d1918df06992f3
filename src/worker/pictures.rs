//! Pictures of pages from a worker: the file is shown once, its pages come back one by one.
//!
//! A worker draws ahead by what fits into the socket and no more, so whoever takes long over a picture holds one of them.

use crate::extract::{ExtractError, Step};
use crate::render::{Document, Picture, RenderError, RenderOptions, Shades};
use crate::report::Reason;
use crate::worker::failure::Loss;
use crate::worker::faults;
use crate::worker::frame::{Frame, Tag};
use crate::worker::process::{Outgoing, Patience, Process};
use crate::worker::request::{self, Request};
use std::io;

/// Told of every page asked for, by its number, and what came of it; whether to go on.
pub(super) type Drawn<'d> = dyn FnMut(u32, Result<Picture, RenderError>) -> bool + 'd;

/// What came of drawing pages.
pub(super) enum Drawing {
    /// All of them have been told of.
    Done,
    /// Nobody wanted more; the worker is busy with pages that nobody waits for.
    Stopped,
    /// The worker is lost; so many pages were told of.
    Lost(Loss, usize),
}

impl Process {
    /// Has pages of the file that it is shown drawn.
    pub(super) fn draw(
        &mut self,
        request: &Request,
        (pages, options): (&[u32], &RenderOptions),
        patience: Patience,
        drawn: &mut Drawn<'_>,
    ) -> Drawing {
        self.files += 1;
        let encoded = request::encode(request);
        let mut outgoing = Outgoing::new(&encoded);
        for (told, page) in pages.iter().enumerate() {
            let mut has_begun = false;
            let mut begins = |step| step == Step::Page(*page) && !std::mem::replace(&mut has_begun, true);
            let result = match self.converse(&mut outgoing, patience, &mut begins) {
                Ok(frame) => match told_of(*page, options, &frame) {
                    Ok(result) => result,
                    Err(what) => return Drawing::Lost(self.kill(Loss::Nonsense(what)), told),
                },
                Err(loss) => return Drawing::Lost(loss, told),
            };
            if !drawn(*page, result) {
                return Drawing::Stopped;
            }
        }
        Drawing::Done
    }
}

/// What a frame says of a page, or what is wrong with it.
fn told_of(page: u32, options: &RenderOptions, frame: &Frame) -> Result<Result<Picture, RenderError>, &'static str> {
    match frame.tag {
        Tag::Picture => match decode(page, options, &frame.payload) {
            Some(picture) => Ok(Ok(picture)),
            None => Err("sent a picture that is not what was asked for"),
        },
        Tag::Undrawn => match postcard::from_bytes::<(u32, RenderError)>(&frame.payload) {
            Ok((number, error)) if number == page => Ok(Err(error)),
            _ => Err("sent a failure that cannot be read"),
        },
        _ => Err("sent something else than pictures"),
    }
}

/// A picture as it was sent, if it is of this page and within what was asked for.
fn decode(page: u32, options: &RenderOptions, payload: &[u8]) -> Option<Picture> {
    let ((number, width, height, shades), pixels) =
        postcard::take_from_bytes::<(u32, u32, u32, Shades)>(payload).ok()?;
    let is_expected = number == page
        && width.max(height) <= options.longest_side.max(1)
        && (options.in_colour || shades == Shades::Grey);
    if is_expected { Picture::new(width, height, shades, pixels.to_vec()) } else { None }
}

/// A picture as it is sent.
fn encode(page: u32, picture: &Picture) -> io::Result<Vec<u8>> {
    let mut payload = Vec::with_capacity(picture.pixels().len() + 32);
    let head = (page, picture.width(), picture.height(), picture.shades());
    payload.extend_from_slice(&postcard::to_stdvec(&head).map_err(io::Error::other)?);
    payload.extend_from_slice(picture.pixels());
    Ok(payload)
}

/// Draws pages in this process, which is a worker, and says what came of each.
pub(super) fn serve(
    name: &str,
    bytes: &[u8],
    pages: &[u32],
    options: RenderOptions,
    say: &dyn Fn(Tag, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let document = Document::open(bytes.to_vec(), options);
    let renderer = document.as_ref().map(Document::renderer);
    for page in pages {
        say(Tag::Page, &page.to_le_bytes())?;
        faults::meet(name, page.saturating_sub(1));
        let result = match &renderer {
            Ok(renderer) => renderer.render(*page),
            Err(error) => Err((*error).clone()),
        };
        match result {
            Ok(picture) => say(Tag::Picture, &encode(*page, &picture)?)?,
            Err(error) => say(Tag::Undrawn, &postcard::to_stdvec(&(*page, error)).map_err(io::Error::other)?)?,
        }
    }
    Ok(())
}

/// What is said of a page on which a worker was lost, or for which there was none.
pub(super) fn undrawn(error: ExtractError) -> RenderError {
    match error.reason {
        Reason::Timeout => RenderError { detail: "not drawn in time".to_owned(), ..error.into() },
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_that_were_asked_for_are_taken() {
        let of = |page: u32, width: u32, height: u32, shades: Shades, bytes: usize| {
            let mut payload = postcard::to_stdvec(&(page, width, height, shades)).expect("plain");
            payload.resize(payload.len() + bytes, 0);
            payload
        };
        let (grey, colour) = (RenderOptions::raster(300), RenderOptions::page(100));
        for (options, payload, is_taken) in [
            (&grey, of(3, 4, 2, Shades::Grey, 8), true),
            (&colour, of(3, 4, 2, Shades::Colour, 24), true),
            (&colour, of(3, 4, 2, Shades::Grey, 8), true),
            (&grey, of(3, 4, 2, Shades::Colour, 24), false),
            (&grey, of(2, 4, 2, Shades::Grey, 8), false),
            (&grey, of(3, 4, 2, Shades::Grey, 7), false),
            (&grey, of(3, 4, 2, Shades::Grey, 9), false),
            (&grey, of(3, 0, 2, Shades::Grey, 0), false),
            (&grey, of(3, u32::MAX, u32::MAX, Shades::Grey, 1), false),
            (&colour, of(3, 4_001, 1, Shades::Grey, 4_001), false),
            (&grey, vec![3], false),
        ] {
            assert_eq!(decode(3, options, &payload).is_some(), is_taken, "{payload:?}");
        }
    }
}
