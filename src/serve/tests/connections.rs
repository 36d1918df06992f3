//! Over sockets: slow clients, too many of them, nonsense, and the end of the service.

use super::{Site, patient, site_with};
use crate::serve::Limits;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// A deadline of the service that is waited for.
const SHORT: Duration = Duration::from_millis(300);
/// A deadline of the service that must not be what ends something.
const LONG: Duration = Duration::from_secs(120);

const GET: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";

struct Running {
    site: Site,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    async fn start(limits: Limits) -> Running {
        let site = site_with("", limits);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            stopped.await.ok();
        };
        let server = crate::serve::net::accept::serve_service(listener, Arc::clone(&site.service), shutdown);
        Running { address, stop: Some(stop), server: tokio::spawn(server), site }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    async fn sending(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sent");
        stream
    }

    /// Whether a client that does as it should is answered.
    async fn is_well(&self) -> bool {
        answer(&mut self.sending(GET).await).await.starts_with("HTTP/1.1 200")
    }

    fn stop(&mut self) {
        self.stop.take().expect("it runs").send(()).expect("it runs");
    }

    /// How long it takes to end.
    async fn ended(self) -> Duration {
        let started = Instant::now();
        let result = tokio::time::timeout(PATIENCE, self.server).await.expect("it ends").expect("no panic");
        result.expect("no error");
        started.elapsed()
    }

    async fn open_connections_become(&self, wanted: usize) {
        let started = Instant::now();
        while self.site.service.connections.count() != wanted {
            assert!(started.elapsed() < PATIENCE, "{} are open", self.site.service.connections.count());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// One answer; empty if the connection was closed instead.
async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if let (Some((head, _)), Some(length)) = (text.split_once("\r\n\r\n"), length)
            && answer.len() >= head.len() + 4 + length
        {
            return text;
        }
        match tokio::time::timeout(PATIENCE, stream.read(&mut piece)).await.expect("answered or closed") {
            Ok(0) | Err(_) => return text,
            Ok(read) => answer.extend_from_slice(&piece[..read]),
        }
    }
}

/// Limits that nothing passes but what a test shortens.
fn long() -> Limits {
    Limits {
        first_byte: LONG,
        header_read: LONG,
        keep_alive: LONG,
        body_idle: LONG,
        write_stall: LONG,
        linger: LONG,
        request: LONG,
        export_stall: LONG,
        drain: LONG,
        ..patient()
    }
}

#[tokio::test]
async fn clients_that_do_not_come_to_the_point_are_let_go() {
    let post =
        b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n";
    for (name, limits, sent, wanted) in [
        ("nothing", Limits { first_byte: SHORT, ..long() }, &b""[..], ""),
        ("half a head", Limits { header_read: SHORT, ..long() }, b"GET / HTTP/1.1\r\nHost: ", "HTTP/1.1 408"),
        ("half a body", Limits { body_idle: SHORT, linger: SHORT, ..long() }, post, "HTTP/1.1 408"),
        ("half a body, at all", Limits { request: SHORT, linger: SHORT, ..long() }, post, "HTTP/1.1 503"),
    ] {
        let running = Running::start(limits).await;
        let mut slow = running.sending(sent).await;
        assert!(running.is_well().await, "{name}");
        let answer = answer(&mut slow).await;
        assert!(answer.starts_with(wanted) && (answer.is_empty() == wanted.is_empty()), "{name}: {answer}");
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, slow.read_to_end(&mut rest)).await;
        assert!(closed.is_ok() && rest.is_empty(), "{name}");
        running.open_connections_become(0).await;
    }
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_make_a_head() {
    let running = Running::start(Limits { header_read: SHORT, ..long() }).await;
    let mut dripping = running.sending(b"GET / HTTP/1.1\r\nHost: ").await;
    let started = Instant::now();
    while dripping.write_all(b"x").await.is_ok() {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(SHORT / 10).await;
    }
    running.open_connections_become(0).await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_a_large_answer_is_let_go() {
    let running = Running::start(Limits { write_stall: SHORT, ..long() }).await;
    let mut stalled = running.sending(b"GET /search.ndjson?q=many HTTP/1.1\r\nHost: x\r\n\r\n").await;
    running.open_connections_become(1).await;
    running.open_connections_become(0).await;
    assert!(running.is_well().await);
    let mut got = Vec::new();
    let _ = stalled.read_to_end(&mut got).await;
    assert!(!got.ends_with(b"0\r\n\r\n"), "what is cut does not look whole");
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_for_longer_than_a_head_may_take() {
    let running = Running::start(Limits { header_read: SHORT, first_byte: SHORT, ..long() }).await;
    let mut stream = running.connect().await;
    for _ in 0..2 {
        stream.write_all(GET).await.expect("sent");
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(2 * SHORT).await;
    }
    let running = Running::start(Limits { keep_alive: SHORT, ..long() }).await;
    let mut stream = running.sending(GET).await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert_eq!(answer(&mut stream).await, "", "closed after a while");
}

#[tokio::test]
async fn those_who_wait_make_way_for_those_who_ask() {
    for limits in [
        Limits { connections_per_address: 3, ..long() },
        Limits { connections: 3, connections_per_address: 100, ..long() },
    ] {
        let running = Running::start(limits).await;
        let mut idle = Vec::new();
        for number in 0..12 {
            idle.push(running.sending(if number % 2 == 0 { b"" } else { b"GET / HT" }).await);
            assert!(running.is_well().await, "after {number}");
        }
        assert!(running.site.service.connections.count() <= 3);
        assert_eq!(answer(&mut idle[0]).await, "", "the first of them was closed");
    }
}

#[tokio::test]
async fn nonsense_is_refused_and_harms_nobody() {
    let running = Running::start(Limits { header_read: SHORT, body_idle: SHORT, first_byte: SHORT, ..long() }).await;
    let long_head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    let many_fields = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: a\r\n".repeat(80));
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(600_000));
    let long_address = format!("GET /?q={} HTTP/1.1\r\nHost: x\r\n\r\n", "%28".repeat(20_000));
    let very_long_address = format!("GET /?q={} HTTP/1.1\r\nHost: x\r\n\r\n", "%28".repeat(65_000));
    let rows: Vec<(&[u8], &[u16])> = vec![
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", &[400]),
        (b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &[400, 415]),
        (b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", &[400, 415]),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", &[400]),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -4\r\n\r\nabcd", &[400]),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", &[400]),
        (b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", &[400]),
        (b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", &[400]),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX : b\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", &[400]),
        (b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", &[400]),
        (b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", &[404]),
        (b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", &[404]),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", &[404]),
        (b"GET /reports/%ff HTTP/1.1\r\nHost: x\r\n\r\n", &[400, 404]),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", &[400]),
        (b"GET  /  HTTP/1.1\r\n\r\n", &[400]),
        (b"\r\n\r\n\r\n\r\n", &[408]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", &[400]),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", &[404, 405]),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", &[404, 405]),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", &[405]),
        (b"GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", &[200]),
        (long_head.as_bytes(), &[431]),
        (many_fields.as_bytes(), &[431]),
        (huge.as_bytes(), &[431]),
        (long_address.as_bytes(), &[414]),
        (very_long_address.as_bytes(), &[414]),
    ];
    for (sent, wanted) in rows {
        let mut stream = running.connect().await;
        // It may be refused before all of it is sent.
        let _ = stream.write_all(sent).await;
        let answer = answer(&mut stream).await;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        let shown = String::from_utf8_lossy(&sent[..sent.len().min(120)]).into_owned();
        assert!(status.map_or(wanted.is_empty(), |status| wanted.contains(&status)), "{shown:?}: {answer}");
        if let Some(status) = status {
            check_refusal(&shown, &answer, status);
        }
        // Where a request's end is in doubt, nothing after it may be taken for another.
        if shown.contains("Transfer-Encoding") {
            let _ = stream.write_all(GET).await;
            let mut rest = Vec::new();
            let closed = tokio::time::timeout(SHORT, stream.read_to_end(&mut rest)).await;
            assert!(closed.is_ok() && rest.is_empty(), "{shown:?}");
        }
    }
    assert!(running.is_well().await);
}

#[tokio::test]
async fn nonsense_right_after_a_good_request_is_refused_like_any_other() {
    let running = Running::start(Limits { header_read: SHORT, ..long() }).await;
    let page = b"GET /reports HTTP/1.1\r\nHost: x\r\n\r\n";
    for (first, nonsense) in
        [(GET, &b"GET /\0 HTTP/1.1\r\n\r\n"[..]), (page, b"\x16\x03\x01"), (GET, b"GET / HTTP/9.9\r\n\r\n")]
    {
        let mut stream = running.sending(&[first, nonsense].concat()).await;
        let mut both = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut both)).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "it is closed");
        let both = String::from_utf8_lossy(&both);
        let refusal =
            both.rsplit_once("HTTP/1.1 ").map(|(_, refusal)| format!("HTTP/1.1 {refusal}")).expect("an answer");
        assert!(both.starts_with("HTTP/1.1 200") && refusal.starts_with("HTTP/1.1 400"), "{both}");
        check_refusal("nonsense after a request", &refusal, 400);
    }
}

/// Every answer has the security headers, and a problem or a page says what is wrong.
fn check_refusal(sent: &str, answer: &str, status: u16) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "content-length: "]
    {
        assert!(head.contains(header), "{sent:?}: {header}: {answer}");
    }
    if status >= 400 && !sent.starts_with("HEAD") {
        assert!(body.contains("\"status\":") || body.contains("<html"), "{sent:?}: {answer}");
    }
}

#[tokio::test]
async fn who_does_not_finish_a_head_is_told_so() {
    let running = Running::start(Limits { header_read: SHORT, ..long() }).await;
    let mut stream = running.sending(b"GET / HTTP/1.1\r\nHost: ").await;
    let told = answer(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("\"request_timeout\""), "{told}");
    check_refusal("half a head", &told, 408);
    let silent = Running::start(Limits { first_byte: SHORT, ..long() }).await;
    assert_eq!(answer(&mut silent.connect().await).await, "", "who says nothing is told nothing");
}

#[tokio::test]
async fn a_shutdown_closes_what_waits_at_once_and_lets_requests_finish() {
    let mut running = Running::start(long()).await;
    let fresh = running.connect().await;
    let half = running.sending(b"GET / HT").await;
    let mut kept = running.sending(GET).await;
    assert!(answer(&mut kept).await.starts_with("HTTP/1.1 200"));
    let mut under_way = running.sending(b"GET /?q=slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    running.open_connections_become(4).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.stop();
    for mut waiting in [fresh, half, kept] {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(5), waiting.read_to_end(&mut rest)).await;
        assert!(closed.is_ok() && rest.is_empty());
    }
    assert!(TcpStream::connect(running.address).await.is_err());
    assert_eq!(running.site.get("/readyz").await.status.as_u16(), 503);
    let finished = answer(&mut under_way).await;
    assert!(finished.starts_with("HTTP/1.1 200") && finished.contains("connection: close"), "{finished}");
    assert!(running.ended().await < Duration::from_secs(10));
}

#[tokio::test]
async fn a_shutdown_ends_even_if_a_request_does_not() {
    let mut running = Running::start(Limits { drain: SHORT, drain_uploads: 3 * SHORT, ..long() }).await;
    let stalled = running.sending(b"GET /search.ndjson?q=many HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let upload = running.sending(b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n").await;
    running.open_connections_become(2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.stop();
    let time = running.ended().await;
    assert!(time >= SHORT && time < Duration::from_secs(10), "{time:?}");
    drop((stalled, upload));
}

#[tokio::test]
async fn before_the_library_is_open_the_service_is_alive_and_not_ready() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (open, opened) = oneshot::channel::<u8>();
    let awaited = crate::serve::Awaited::default();
    let told = awaited.clone();
    let starting = tokio::spawn(async move { crate::serve::answer_until(&listener, "/x", None, &told, opened).await });
    let silent = TcpStream::connect(address).await.expect("connected");
    for (path, wanted) in [("/x/healthz", "200"), ("/x/readyz", "503"), ("/x/?q=cash", "503")] {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")) && answer.contains("starting"), "{answer}");
    }
    awaited.set("database", "10.1.2.3: refused".to_owned());
    for (path, wanted, told) in [
        ("/x/healthz", "200", "starting"),
        ("/x/readyz", "503", "\"troubles\":[\"database: 10.1.2.3: refused\"]"),
        ("/x/api/v1/search?q=cash", "503", "the database of the library does not answer"),
        ("/x/", "503", "the database of the library does not answer"),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.expect("sent");
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")) && answer.contains(told), "{path}: {answer}");
        // Where a part is, is told where operators ask.
        assert_eq!(answer.contains("10.1.2.3"), path == "/x/readyz", "{path}: {answer}");
    }
    open.send(7).expect("it waits");
    assert_eq!(starting.await.expect("no panic"), Ok(7));
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_while_sending_still_reads_why() {
    let running = Running::start(long()).await;
    let head = b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = running.sending(head).await;
    let piece = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    // More than the socket's buffers hold: the client does not look at the answer before all of it is sent.
    for number in 0..256 {
        stream.write_all(&piece).await.unwrap_or_else(|error| panic!("cut off after {number} pieces: {error}"));
    }
    let text = answer(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 413") && text.contains("body_too_large"), "{text}");
    drop(stream);
    running.open_connections_become(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_sending_after_a_refusal_is_cut_off() {
    let running = Running::start(Limits { linger: SHORT, ..long() }).await;
    let mut stream = running.sending(b"no request at all\r\n\r\n").await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 400"));
    let mut rest = [0; 1];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut rest)).await.expect("the answer is ended");
    assert_eq!(read.expect("and not cut"), 0);
    let started = Instant::now();
    while stream.write_all(b"more").await.is_ok() {
        assert!(started.elapsed() < PATIENCE, "it goes on for ever");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.open_connections_become(0).await;
}
