//! What clients may ask of the service, and for how long.
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
    /// All header fields of a request in bytes; beyond it 431.
    pub header_bytes: usize,
    /// Header fields of a request; beyond it 431.
    pub header_fields: usize,
    /// Request line and header fields in bytes that are read at all: more than both may have, so that who is over a
    /// limit can be told which; beyond it 431 without a body.
    pub head_bytes: usize,
    /// Time from a connection's beginning to its first byte, or its TLS handshake's end.
    pub first_byte: Duration,
    /// Time from the first byte of a request's head to its last.
    pub header_read: Duration,
    /// Time a connection is kept between two requests.
    pub keep_alive: Duration,
    /// Time between two pieces of a request's body; beyond it 408.
    pub body_idle: Duration,
    /// Time a client may take to accept the next bytes of an answer.
    pub write_stall: Duration,
    /// Time a client that is still sending has to take its last answer before the connection is cut.
    pub linger: Duration,
    /// Time from a request's head to its response's head; beyond it 503.
    pub request: Duration,
    /// The same for a request with a body larger than [`Limits::json_bytes`].
    pub upload: Duration,
    /// Time for a search to begin, and then for it to end; beyond it 503.
    pub search: Duration,
    /// The same for a reading of the store or of an original.
    pub reading: Duration,
    /// Searches at once, and readings at once.
    pub running: usize,
    /// Searches waiting, and readings waiting; beyond it 503 with `Retry-After`.
    pub queued: usize,
    /// Answers of every hit at once; beyond it 503 with `Retry-After`.
    pub exports: usize,
    /// Time a client may take to accept the next rows of such an answer.
    pub export_stall: Duration,
    /// Pages drawn at once.
    pub drawing: usize,
    /// Pages waiting to be drawn; beyond it 503 with `Retry-After`.
    pub drawings_queued: usize,
    /// Pictures of pages kept on disk, in bytes.
    pub picture_bytes: u64,
    /// Largest PDF handed over, in bytes; beyond it 413.
    pub upload_bytes: u64,
    /// PDFs being handed over at once; beyond it 503 with `Retry-After`.
    pub uploads: usize,
    /// Clients that follow jobs at once; beyond it 503 with `Retry-After`.
    pub streams: usize,
    /// Connections at once; beyond it a new one displaces one that waits, or waits itself.
    pub connections: usize,
    /// Connections at once from one address; beyond it a new one displaces one of them that waits, or is closed.
    pub connections_per_address: usize,
    /// Requests under way at once for one address behind a trusted proxy; beyond it 429.
    pub requests_per_address: usize,
    /// Attempts a minute to log in to one account, to register one name, and so on; beyond it 429. 0 = any number.
    pub logins_per_account: u32,
    /// The same from one address; beyond it 429. 0 = any number.
    pub logins_per_address: u32,
    /// Searches a second for one address, from this machine itself or not; beyond it 429. 0 = any number.
    pub search_rate: u32,
    /// Searches at once that are let through by [`Limits::search_rate`].
    pub search_burst: u32,
    /// Whether requests from this machine itself are counted by [`Limits::search_rate`], too.
    pub counts_local: bool,
    /// Time for requests under way after the service was told to stop.
    pub drain: Duration,
    /// The same for those with a large body.
    pub drain_uploads: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Limits {
            uri_bytes: 8 << 10,
            json_bytes: 64 << 10,
            header_bytes: 16 << 10,
            header_fields: 64,
            head_bytes: 256 << 10,
            first_byte: Duration::from_secs(10),
            header_read: Duration::from_secs(10),
            keep_alive: Duration::from_secs(60),
            body_idle: Duration::from_secs(30),
            write_stall: Duration::from_secs(30),
            linger: Duration::from_secs(5),
            request: Duration::from_secs(30),
            upload: Duration::from_secs(15 * 60),
            search: Duration::from_secs(2),
            reading: Duration::from_secs(10),
            running: 2 * cores,
            queued: 64,
            exports: 2 * cores,
            export_stall: Duration::from_secs(30),
            drawing: cores.min(4),
            drawings_queued: 64,
            picture_bytes: 256 << 20,
            upload_bytes: 200 << 20,
            uploads: 64,
            streams: 64,
            connections: 1024,
            connections_per_address: 64,
            requests_per_address: 64,
            logins_per_account: 5,
            logins_per_address: 20,
            search_rate: 20,
            search_burst: 40,
            counts_local: false,
            drain: Duration::from_secs(10),
            drain_uploads: Duration::from_secs(20),
        }
    }
}
