//! A store that speaks S3, as far as it is needed: objects in memory, signatures checked, faults on demand.

use super::signature::is_signed;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// The bucket that there is.
pub(super) const BUCKET: &str = "reports";
/// Who may do anything.
pub(super) const KEY: &str = "AKIDEXAMPLE";
/// Their secret.
pub(super) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// Keys in one answer to a listing.
const LISTED_AT_ONCE: usize = 3;

/// What the store does wrong, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Answers with a status and a code.
    Status(u16, &'static str),
    /// Closes the connection without an answer.
    Dropped,
    /// Does what was asked and closes the connection without an answer.
    DroppedAfterwards,
    /// Sends half of the body that it said it would send.
    Truncated,
    /// Sends a body that ends early, and says so in its length.
    Shortened,
    /// Sends another part than the one asked for.
    Shifted,
    /// Sends the whole object for a part of it.
    Whole,
    /// Sends a body with a wrong byte.
    Flipped,
    /// Knows no conditions.
    Unconditional,
}

/// The store; it ends with the process.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    content: Arc<Content>,
    address: SocketAddr,
}

#[derive(Debug, Default)]
struct Content {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    faults: Mutex<VecDeque<Fault>>,
    requests: AtomicUsize,
}

struct Request {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Store {
    pub(crate) fn start() -> Store {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let content = Arc::new(Content::default());
        let store = Store { content: Arc::clone(&content), address };
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let content = Arc::clone(&content);
                std::thread::spawn(move || serve(&connection, &content, address));
            }
        });
        store
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has these requests go wrong, one after the other.
    pub(crate) fn fail(&self, faults: &[Fault]) {
        self.content.faults.lock().expect("whole").extend(faults);
    }

    /// Faults that nobody has met yet.
    pub(crate) fn faults_left(&self) -> usize {
        self.content.faults.lock().expect("whole").len()
    }

    pub(crate) fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.content.objects.lock().expect("whole")
    }

    pub(crate) fn requests(&self) -> usize {
        self.content.requests.load(Ordering::SeqCst)
    }
}

fn serve(connection: &TcpStream, content: &Content, address: SocketAddr) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read_request(&mut reader) {
        content.requests.fetch_add(1, Ordering::SeqCst);
        let fault = content.faults.lock().expect("whole").pop_front();
        if fault == Some(Fault::Dropped) {
            return;
        }
        let host = request.headers.get("host").map(String::as_str);
        let mut answer = match fault {
            Some(Fault::Status(status, code)) => refusal(status, code),
            _ if host != Some(&address.to_string()) => refusal(400, "WrongHost"),
            _ if !is_signed(&request.method, &request.path, &request.query, &request.headers) => {
                refusal(403, "SignatureDoesNotMatch")
            }
            Some(Fault::Unconditional) if request.headers.contains_key("if-none-match") => {
                refusal(501, "NotImplemented")
            }
            _ => answer(&request, content, fault),
        };
        match fault {
            Some(Fault::DroppedAfterwards) => return,
            Some(Fault::Shortened) => drop(answer.body.pop()),
            Some(Fault::Flipped) => {
                let middle = answer.body.len() / 2;
                answer.body[middle] ^= 1;
            }
            _ => {}
        }
        let length = answer.body.len();
        let mut head = format!("HTTP/1.1 {} So\r\ncontent-length: {length}\r\n", answer.status);
        for (name, value) in &answer.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let sent = if fault == Some(Fault::Truncated) { length / 2 } else { length };
        let mut writer = connection;
        let done = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&answer.body[..sent]));
        if done.is_err() || sent < length {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}

fn answer(request: &Request, content: &Content, fault: Option<Fault>) -> Answer {
    let path: String = decoded(&request.path);
    let Some(key) = path.strip_prefix(&format!("/{BUCKET}/")) else { return refusal(404, "NoSuchBucket") };
    let mut objects = content.objects.lock().expect("whole");
    match (request.method.as_str(), key) {
        ("GET", "") => listing(&request.query, &objects),
        ("PUT", key) => {
            if request.headers.get("if-none-match").is_some_and(|tag| tag == "*") && objects.contains_key(key) {
                return refusal(412, "PreconditionFailed");
            }
            objects.insert(key.to_owned(), request.body.clone());
            Answer { status: 200, headers: Vec::new(), body: Vec::new() }
        }
        ("DELETE", key) => {
            objects.remove(key);
            Answer { status: 204, headers: Vec::new(), body: Vec::new() }
        }
        ("GET", key) => match objects.get(key) {
            Some(bytes) => object(bytes, request, fault),
            None => refusal(404, "NoSuchKey"),
        },
        _ => refusal(405, "MethodNotAllowed"),
    }
}

fn object(bytes: &[u8], request: &Request, fault: Option<Fault>) -> Answer {
    let tag = format!("\"{}\"", version(bytes));
    if request.headers.get("if-match").is_some_and(|wanted| *wanted != tag) {
        return refusal(412, "PreconditionFailed");
    }
    let range = request.headers.get("range").and_then(|range| range.strip_prefix("bytes="));
    let whole = || Answer { status: 200, headers: vec![("etag", tag.clone())], body: bytes.to_vec() };
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return whole() };
    if fault == Some(Fault::Whole) {
        return whole();
    }
    let (first, last): (usize, usize) = (first.parse().expect("a number"), last.parse().expect("a number"));
    if first >= bytes.len() {
        return refusal(416, "InvalidRange");
    }
    let shift = usize::from(fault == Some(Fault::Shifted) && first > 0);
    let (first, last) = (first - shift, last.min(bytes.len() - 1) - shift);
    let range = format!("bytes {first}-{last}/{}", bytes.len());
    Answer { status: 206, headers: vec![("etag", tag), ("content-range", range)], body: bytes[first..=last].to_vec() }
}

fn listing(query: &str, objects: &BTreeMap<String, Vec<u8>>) -> Answer {
    let asked: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let prefix = asked.get("prefix").cloned().unwrap_or_default();
    let after = asked.get("continuation-token").and_then(|token| token.strip_prefix("after+")).unwrap_or_default();
    let mut found = objects.iter().filter(|(key, _)| key.starts_with(&prefix) && key.as_str() > after);
    let mut body = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                    <EncodingType>url</EncodingType>"
        .to_owned();
    let mut last = "";
    for (key, bytes) in found.by_ref().take(LISTED_AT_ONCE) {
        let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        body += &format!(
            "<Contents><Key>{encoded}</Key><ETag>&quot;{}&quot;</ETag><Size>{}</Size></Contents>",
            version(bytes),
            bytes.len()
        );
        last = key;
    }
    match found.next() {
        Some(_) => {
            body +=
                &format!("<IsTruncated>true</IsTruncated><NextContinuationToken>after+{last}</NextContinuationToken>");
        }
        None => body += "<IsTruncated>false</IsTruncated>",
    }
    body += "</ListBucketResult>";
    Answer { status: 200, headers: Vec::new(), body: body.into_bytes() }
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    Answer { status, headers: Vec::new(), body: body.into_bytes() }
}

/// The version of an object with these bytes.
pub(super) fn version(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

fn decoded(path: &str) -> String {
    // Forms alone have a plus for a space.
    let pairs = form_urlencoded::parse(path.replace('+', "%2B").as_bytes()).into_owned().collect::<Vec<_>>();
    pairs.into_iter().map(|(name, _)| name).collect()
}
