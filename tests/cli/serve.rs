//! `recto serve` as a process: it listens, indexes, answers, and ends cleanly when asked to.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::{PATIENCE, Server};
use std::time::{Duration, Instant};

#[test]
fn reports_become_searchable_while_it_runs_and_it_ends_cleanly() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    let server = Server::start(&sandbox, "--ingest reports");
    let started = Instant::now();
    while !server.get("/api/v1/search?q=households").contains("Cash transfers") {
        assert!(started.elapsed() < PATIENCE, "{}", server.get("/api/v1/search?q=households"));
        std::thread::sleep(Duration::from_millis(50));
    }
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(0), "{messages}");
    assert!(messages.contains("shutting down"), "{messages}");
    assert_eq!(sandbox.run("search households").status.code(), Some(0));
}

#[test]
fn new_and_changed_files_are_found_while_it_watches() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.write("recto.toml", "[ingest]\nsettle_seconds = 1\n");
    let server = Server::start(&sandbox, "--ingest reports --watch");
    let wait_for = |query: &str, title: &str| {
        let started = Instant::now();
        let path = format!("/api/v1/search?q={query}");
        while !server.get(&path).contains(title) {
            assert!(started.elapsed() < PATIENCE, "{query}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    wait_for("households", "Cash transfers");
    sandbox.write("reports/food.pdf", pdf("Food aid", &["Food aid was late."]));
    wait_for("late", "Food aid");
    // A file that changed is another report; the place has moved to it.
    sandbox.write("reports/food.pdf", pdf("Food aid revised", &["Food aid was in time."]));
    wait_for("time", "Food aid revised");
    // A half-written file is read when it is whole.
    let whole = pdf("Late report", &["Written in two pieces."]);
    sandbox.write("reports/late.pdf", &whole[..whole.len() / 2]);
    sandbox.write("reports/late.pdf", &whole);
    wait_for("pieces", "Late report");
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(0), "{messages}");
    assert!(messages.contains("1 new report"), "{messages}");
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}

#[test]
fn another_process_cannot_write_meanwhile() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    let server = Server::start(&sandbox, "--ingest reports");
    let output = sandbox.run("ingest reports");
    assert_eq!(output.status.code(), Some(75), "{}", String::from_utf8_lossy(&output.stderr));
    server.terminate();
}

#[test]
fn commits_of_another_process_are_followed() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    let server = Server::start(&sandbox, "");
    assert!(server.get("/api/v1/search?q=households").contains("Cash transfers"));
    sandbox.write("reports/food.pdf", pdf("Food aid", &["Food aid was late."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let started = Instant::now();
    while !server.get("/api/v1/search?q=late").contains("Food aid") {
        assert!(started.elapsed() < PATIENCE, "the new report was not found");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn requests_are_logged_for_programs_without_what_was_searched_for() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    let server = Server::start(&sandbox, "-v --log-format json");
    server.get("/api/v1/search?q=private+matter");
    server.get("/%1b%5b31m%0d%0aforged%e2%80%ae");
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(0), "{messages}");
    let entries: Vec<serde_json::Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let requests: Vec<_> = entries.iter().filter(|entry| entry["target"] == "recto::request").collect();
    assert_eq!(requests.len(), 2, "{messages}");
    let search = requests.iter().find(|entry| entry["path"] == "/api/v1/search").expect("an entry");
    assert_eq!((&search["method"], &search["status"]), (&"GET".into(), &200.into()), "{search}");
    assert_eq!((&search["client"], &search["level"]), (&"127.0.0.1".into(), &"INFO".into()), "{search}");
    assert!(search["milliseconds"].is_number() && search["bytes"].as_u64() > Some(100), "{search}");
    assert!(search["id"].as_str().is_some_and(|id| id.len() > 16) && search["complete"] == true, "{search}");
    assert!(!messages.contains("private"), "{messages}");
    assert!(!messages.contains(['\u{1b}', '\r', '\u{202e}']), "{messages}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    use std::io::Write;
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    let server = Server::start(&sandbox, "");
    // A large body that does not come would be waited for.
    let mut upload = std::net::TcpStream::connect(&server.address).expect("it listens");
    let head =
        "POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n{";
    upload.write_all(head.as_bytes()).expect("sent");
    while !server.body("/metrics").contains("recto_http_requests_in_flight 2") {
        std::thread::sleep(Duration::from_millis(20));
    }
    let started = Instant::now();
    server.signal();
    std::thread::sleep(Duration::from_millis(500));
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(130), "{messages}");
    assert!(started.elapsed() < Duration::from_secs(8), "{messages}");
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}
