//! Tests of the whole program, from outside.

mod browser; // the pages in a real browser
mod cli; // the binary: arguments, output, exit codes
mod documents; // what README.md and docs/ tell people to type exists
mod reading; // the bundled reports: outcome, facts, words
mod tidy; // invariants of the source tree that the compiler does not check
