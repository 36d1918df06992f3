//! Bytes → positioned glyphs, and what the file says about itself.
//!
//! lopdf loads objects, cross-references and decrypts; streams, content, fonts and everything else about text are read
//! here. [`Pdf::open`] may fail with a typed error; after that every page yields what could be read of it.
//!
//! **Invariant:** only this folder names lopdf.

mod document;
mod interpret;
mod limits;
mod matrix;
mod object_streams;
mod objects;
mod stream;
mod structure;
#[cfg(test)]
pub(crate) mod test_pdf;
mod text_string;

pub mod font;
pub mod lexer;

pub use document::{OpenError, PageAttributes, Pdf};
pub use interpret::{DocumentFonts, PageContent, read_page};
pub use limits::Limits;
pub use text_string::decode_text_string;
