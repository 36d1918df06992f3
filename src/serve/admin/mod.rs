//! `/admin`: for whoever looks after the library. Everything is a plain page or form; scripts only keep numbers fresh.

pub mod failures;
pub mod gaps;
pub mod overview;
