//! The rules on memory and on a real PostgreSQL, a simulation, and processes that are killed.

#![expect(clippy::print_stdout, reason = "what happened at random is told")]

mod agreement;
mod kills;
mod library;
mod measured;
pub(crate) mod memory;
mod publishing;
mod rules;
mod simulation;
