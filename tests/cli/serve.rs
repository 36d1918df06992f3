//! `recto serve` as a process: it listens, indexes, answers, and ends cleanly when asked to.

use crate::cli::sandbox::{Sandbox, pdf};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Far longer than anything here takes, so that a hang ends the test.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    child: Child,
    address: String,
    messages: BufReader<std::process::ChildStderr>,
}

impl Server {
    fn start(sandbox: &Sandbox, arguments: &str) -> Server {
        let mut child = sandbox
            .command(&format!("serve --listen 127.0.0.1:0 {arguments}"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut messages = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        messages.read_line(&mut line).expect("a message");
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
        let address = address.split('/').next().expect("an address").to_owned();
        Server { child, address, messages }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).expect("sent");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("answered");
        String::from_utf8_lossy(&response).into_owned()
    }

    /// Ends it as a service manager would; exit code and what it said since it listened.
    fn terminate(mut self) -> (Option<i32>, String) {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &process]).status().expect("kill runs");
        let mut messages = String::new();
        self.messages.read_to_string(&mut messages).expect("messages");
        (self.child.wait().expect("it ends").code(), messages)
    }
}

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
