//! Tests of the whole program, from outside.

mod cli; // the binary: arguments, output, exit codes
