//! The command line: arguments, configuration, commands, printing.
//!
//! **Invariant:** nothing else prints.
