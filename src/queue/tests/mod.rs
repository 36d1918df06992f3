//! The rules on memory and on a real PostgreSQL, a simulation, and processes that are killed.

mod kills;
mod memory;
mod rules;
mod server;
mod simulation;
