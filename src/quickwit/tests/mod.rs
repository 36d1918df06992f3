//! The client against a stub that answers as Quickwit did, against one that misbehaves, and against a small engine.

pub(crate) mod engine;
mod exchanges;
mod faults;
mod publishing;
pub(crate) mod stub;
mod traps;
