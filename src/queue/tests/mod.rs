//! The rules on memory and on a real PostgreSQL, a simulation, and processes that are killed.

mod agreement;
mod kills;
mod measured;
mod memory;
mod publishing;
mod rules;
mod server;
mod simulation;
