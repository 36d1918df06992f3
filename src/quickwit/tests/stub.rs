//! An HTTP server of a few lines that answers as it is told, or does not.

use crate::quickwit::{Options, Quickwit};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// Method and path with its query.
    pub(crate) line: String,
    pub(crate) body: String,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status and body.
    Json(u16, Value),
    /// Status and text.
    Text(u16, &'static str),
    /// Nothing, for longer than anybody waits.
    Hang,
    /// The connection is closed without an answer.
    Close,
    /// The connection is closed within the answer.
    CloseWithin,
}

type Answer = dyn FnMut(&Asked) -> Reply + Send;

/// A server that ends with this value.
pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_ended: Arc<AtomicBool>,
}

impl Stub {
    /// Answers these one after the other, the last of them for ever.
    pub(crate) fn replies(replies: impl IntoIterator<Item = Reply>) -> Stub {
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        Stub::answering(move |_| if replies.len() > 1 { replies.remove(0) } else { replies[0].clone() })
    }

    pub(crate) fn answering(answer: impl FnMut(&Asked) -> Reply + Send + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let is_ended = Arc::new(AtomicBool::new(false));
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(answer));
        let (log, ended) = (Arc::clone(&asked), Arc::clone(&is_ended));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (log, answer, ended) = (Arc::clone(&log), Arc::clone(&answer), Arc::clone(&ended));
                std::thread::spawn(move || serve(&stream, &log, &answer, &ended));
            }
        });
        Stub { url, asked, is_ended }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("the log").clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::Relaxed);
        // Wakes the one that waits for connections.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<Asked>>, answer: &Mutex<Answer>, ended: &AtomicBool) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        log.lock().expect("the log").push(asked.clone());
        let reply = (answer.lock().expect("the answers"))(&asked);
        match reply {
            Reply::Json(status, body) => write(stream, status, &body.to_string()),
            Reply::Text(status, body) => write(stream, status, body),
            Reply::Hang => {
                while !ended.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return;
            }
            Reply::Close => return,
            Reply::CloseWithin => {
                let _ = (&*stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"took\":");
                return;
            }
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line, body: String::from_utf8(body).expect("UTF-8") })
}

fn write(mut stream: &TcpStream, status: u16, body: &str) {
    let head =
        format!("HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// A client of stubs, with little patience.
pub(crate) fn client(searchers: &[&Stub], indexers: &[&Stub]) -> Quickwit {
    let urls = |stubs: &[&Stub]| stubs.iter().map(|stub| stub.url.clone()).collect();
    client_of(urls(searchers), urls(indexers))
}

pub(crate) fn client_of(search_urls: Vec<String>, ingest_urls: Vec<String>) -> Quickwit {
    let options = Options {
        search_urls,
        ingest_urls,
        search_time: Duration::from_millis(400),
        ingest_time: Duration::from_millis(400),
        ..Options::default()
    };
    Quickwit::new(options).expect("a client")
}

/// The address of a node that is not there.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}
