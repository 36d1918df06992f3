//! Who draws: workers, or this process where they were switched off.

use crate::render::{Document, Picture, RenderError, RenderOptions};
use crate::worker::WorkerPool;
use std::sync::Arc;

/// Told of every page, and what came of it.
pub type Drawn<'d> = dyn FnMut(u32, Result<Picture, RenderError>) + 'd;

/// Draws pages; the seam at which tests put one of their own.
pub trait Artist: Send + Sync {
    /// Draws pages of a file called `name`, numbered from 1, each `width` pixels wide; blocks.
    fn draw(&self, bytes: Vec<u8>, name: &str, pages: &[u32], width: u32, drawn: &mut Drawn<'_>);

    /// There will be nothing to draw for a while.
    fn rest(&self);
}

/// How pages are drawn.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Processes that draw. They are not to be shared with threads that end before the service does, since a process
    /// ends with the thread that started it.
    pub workers: Option<Arc<WorkerPool>>,
    /// Tried in order on encrypted files after the empty password.
    pub passwords: Vec<String>,
}

impl Artist for Drawing {
    fn draw(&self, bytes: Vec<u8>, name: &str, pages: &[u32], width: u32, drawn: &mut Drawn<'_>) {
        let options = RenderOptions { passwords: self.passwords.clone(), ..RenderOptions::page(width) };
        if let Some(workers) = &self.workers {
            workers.render(&bytes, name, pages, &options, &mut |page, result| {
                drawn(page, result);
                true
            });
            return;
        }
        let document = Document::open(bytes, options);
        let renderer = document.as_ref().map(Document::renderer);
        for page in pages {
            let result = match &renderer {
                Ok(renderer) => renderer.render(*page),
                Err(error) => Err((*error).clone()),
            };
            drawn(*page, result);
        }
    }

    fn rest(&self) {
        if let Some(workers) = &self.workers {
            workers.dismiss();
        }
    }
}
