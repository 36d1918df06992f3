//! What work takes: time by stage, where somebody listens, and what a process has used.
//!
//! Stages are counted on the threads that were told to ([`Stages::listen`]); on any other, entering a stage costs one look
//! at a variable of the thread.

mod stages;
mod usage;

pub use stages::{Entered, Listening, Stage, StageTime, Stages, enter, within};
pub use usage::{Usage, forget_peak_memory, peak_memory, thread_cpu};
