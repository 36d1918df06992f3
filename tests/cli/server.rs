//! `recto serve` as a process, for tests that talk to it.

use crate::cli::sandbox::Sandbox;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Far longer than anything here takes, so that a hang ends the test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running `recto serve`.
pub struct Server {
    child: Child,
    /// Host and port it listens on.
    pub address: String,
    messages: BufReader<std::process::ChildStderr>,
}

impl Server {
    /// Starts it in a sandbox, on a port of its own, and waits until it listens.
    pub fn start(sandbox: &Sandbox, arguments: &str) -> Server {
        Server::start_on(sandbox, "127.0.0.1:0", arguments)
    }

    /// The same, listening on an address.
    pub fn start_on(sandbox: &Sandbox, listen: &str, arguments: &str) -> Server {
        let mut child = sandbox
            .command(&format!("serve --listen {listen} {arguments}"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut messages = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            assert!(messages.read_line(&mut said).expect("a message") > 0, "it ended: {said}");
            if let Some(address) = said[start..].trim().strip_prefix("listening on http://") {
                break address;
            }
        };
        let address = address.split('/').next().expect("an address").to_owned();
        Server { child, address, messages }
    }

    /// The whole response to a GET, head and body.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).expect("sent");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("answered");
        String::from_utf8_lossy(&response).into_owned()
    }

    /// Status and body of the response to a request.
    pub fn request(&self, method: &str, path: &str, headers: &[String], body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut head =
            format!("{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\n", self.address, body.len());
        headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
        stream.write_all(format!("{head}\r\n").as_bytes()).expect("sent");
        // It may be refused before all of it was read.
        let _ = stream.write_all(body);
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("answered");
        let end = response.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let status = String::from_utf8_lossy(&response[..end]).split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), response[end + 4..].to_vec())
    }

    /// The body of the response to a GET, however long.
    pub fn body(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // To a client of HTTP/1.0 a body is not sent in chunks.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).expect("sent");
        let mut response = Vec::new();
        stream.read_to_end(&mut response).expect("answered");
        let response = String::from_utf8(response).expect("UTF-8");
        response.split_once("\r\n\r\n").expect("a head").1.to_owned()
    }

    /// Sends it what a service manager would.
    pub fn signal(&self) {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Ends it as a service manager would; exit code and what it said since it listened.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        let process = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &process]).status().expect("kill runs");
        let mut messages = String::new();
        self.messages.read_to_string(&mut messages).expect("messages");
        (self.child.wait().expect("it ends").code(), messages)
    }
}

impl Drop for Server {
    /// A test that fails leaves no service behind.
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
