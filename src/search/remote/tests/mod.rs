//! The engine elsewhere against the engine within, on the same small libraries.

mod agreement;
mod changes;
mod faults;
mod ranking;
pub(in crate::search) mod shelf;
