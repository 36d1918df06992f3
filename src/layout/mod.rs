//! Glyphs → words, lines and blocks in reading order.
//!
//! **Invariant:** pure: no I/O, no PDF types, cannot fail, and costs O(n log n) in the glyphs of a page.

pub mod glyph;
