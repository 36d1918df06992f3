//! What was measured on, on one line.

use crate::bench::Machine;
use crate::cli::output::{bytes, count};
use std::fmt::Write;

/// `recto 0.1.0, linux x86_64, 2 cores, 25.2 GB, name of the processor`
pub fn machine_line(machine: &Machine) -> String {
    let mut line = format!(
        "recto {}{}, {} {}, {}",
        machine.recto,
        if machine.debug_build { " (debug build)" } else { "" },
        machine.os,
        machine.architecture,
        count(machine.cores as u64, "core")
    );
    if let Some(memory) = machine.memory_bytes {
        // Writing to a string cannot fail.
        let _ = write!(line, ", {}", bytes(memory));
    }
    if let Some(processor) = &machine.processor {
        let _ = write!(line, ", {processor}");
    }
    line
}
