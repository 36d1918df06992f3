//! A document's page layouts → its pages' texts: hyphens joined, furniture marked, right-to-left text in logical
//! order, language and quality judged over the whole document.
//!
//! **Invariant:** knows nothing of PDF, does no I/O and cannot fail.

pub mod about;
