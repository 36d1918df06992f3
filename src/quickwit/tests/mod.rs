//! The client against a stub that answers as Quickwit did, and against one that misbehaves.

mod exchanges;
mod faults;
mod publishing;
mod stub;
