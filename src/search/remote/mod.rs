//! Searches on a library whose index outgrows one machine: what the engine there does not do is done here.

mod vocabulary;

pub use vocabulary::{Facts, Vocabulary, VocabularyBuilder, VocabularyError};
