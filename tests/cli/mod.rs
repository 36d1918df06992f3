//! Drives the binary and compares everything it says: exit code, standard output, standard error.

pub mod sandbox;
pub mod server;

mod accounts; // accounts of people
mod backup; // a data directory in one file and back, and kills meanwhile
mod bench; // the built-in measurements
mod configuration; // where settings come from, and misspelt ones
mod corrections; // what persons say about reports, and what it outlives
mod damage; // files of the library that a disk has changed, and what is done about them
mod drawing; // pictures of pages, and drawers that die
mod export; // rows for other programs
mod extract; // text of PDFs without a library
mod generated; // completions and manual pages
mod keys; // keys of the service
mod library; // ingest, search, status, failures, retry
mod many_machines; // shares of a listing, and workers that are told of no queue
mod mcp; // the library as a language model asks for it
mod ocr; // scanned pages, and recognisers that fail
mod odd_files; // links, pipes, and names that nobody would give
mod pictures; // pages drawn by the service
mod serve; // the service as a process
mod upkeep; // verify, rebuild, and what heals by itself
mod uploads; // reports handed over, jobs of clients
mod usage; // what cannot be meant
mod workers; // readers that die, and what becomes of the files
