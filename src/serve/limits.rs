//! What a client may ask of the service, and for how long.
//!
//! One table, so that tests can tighten it and an operator can read it in one place.

use std::time::Duration;

/// Bounds on requests and connections.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest request target in bytes; beyond it 414.
    pub uri_bytes: usize,
    /// Largest JSON body in bytes; beyond it 413.
    pub json_bytes: usize,
    /// Whole request head in bytes; beyond it the connection is answered 431 and closed.
    pub header_bytes: usize,
    /// Header fields of a request.
    pub header_fields: usize,
    /// Time to send a request head; also how long an idle connection is kept.
    pub header_read: Duration,
    /// Time from a request's head to its response's head; beyond it 503.
    pub request: Duration,
    /// Time for one search or reading of the store; beyond it 503.
    pub reading: Duration,
    /// Searches and readings at once.
    pub running: usize,
    /// Searches and readings waiting; beyond it 503 with `Retry-After`.
    pub queued: usize,
    /// Answers of every hit at once; beyond it 503 with `Retry-After`.
    pub exports: usize,
    /// Time a client may take to accept the next rows of such an answer.
    pub export_stall: Duration,
    /// Connections at once; beyond it new ones wait to be accepted.
    pub connections: usize,
    /// Connections at once from one address; beyond it new ones are closed.
    pub connections_per_address: usize,
    /// Time for requests under way after the service was told to stop.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Limits {
            uri_bytes: 8 << 10,
            json_bytes: 64 << 10,
            header_bytes: 16 << 10,
            header_fields: 64,
            header_read: Duration::from_secs(10),
            request: Duration::from_secs(30),
            reading: Duration::from_secs(2),
            running: 2 * cores,
            queued: 64,
            exports: 2 * cores,
            export_stall: Duration::from_secs(30),
            connections: 1024,
            connections_per_address: 64,
            shutdown: Duration::from_secs(25),
        }
    }
}
