//! `/reports/{id}/file.pdf`: the original, whole or in ranges, and only if it still is the bytes that were read.
//!
//! PDF viewers need `Accept-Ranges`, `Content-Length` and an unencoded body to open a page of a large file at once.
//! The id is the hash of the bytes and so the strong entity tag; other bytes must never go out under it.

mod range;

use crate::report::ReportId;
use crate::serve::asked::{Parameters, report_id};
use crate::serve::conditional::matches_any;
use crate::serve::file::range::Part;
use crate::serve::layers::headers::{DOWNLOAD_POLICY, PDF_POLICY};
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// How much is read from disk at a time.
const CHUNK: usize = 64 << 10;

/// How many proofs are kept; then all are made anew.
const MAX_PROOFS: usize = 10_000;

/// Originals whose bytes were compared with their id, with the size and time they had then.
#[derive(Debug, Default)]
pub struct Originals {
    proven: Mutex<HashMap<ReportId, (u64, SystemTime)>>,
}

/// An original opened and proven.
struct Original {
    file: File,
    size: u64,
    modified: SystemTime,
    name: String,
}

/// Serves the original. `?download` asks the browser to save it instead of showing it.
#[utoipa::path(
    get, path = "/reports/{id}/file.pdf", operation_id = "get_file", summary = "Fetch the original", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("download" = Option<String>, Query, description = "Given, with or without a value: to be saved instead of shown"),
    ),
    responses(
        (status = 200, description = "The original PDF; ranges are honoured", body = Vec<u8>, content_type = "application/pdf"),
        (status = 206, description = "The part asked for", body = Vec<u8>, content_type = "application/pdf"),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report"),
        (status = 410, description = "The original was changed or moved since it was read"),
        (status = 416, description = "The range is outside the file"),
    ),
)]
pub async fn original(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let is_download = parameters.text("download").is_some();
    parameters.finish()?;
    let original = service.read(move |service| open(service, id)).await?;
    let tag = format!("\"{id}\"");
    if matches_any(&headers, &tag) {
        return Ok(describe(StatusCode::NOT_MODIFIED.into_response(), &original, &tag, is_download));
    }
    let part = match wanted_range(&headers, &tag, original.modified) {
        Some(wanted) => range::parse(wanted, original.size),
        None => Part::Whole,
    };
    let (status, first, length) = match part {
        Part::Whole => (StatusCode::OK, 0, original.size),
        Part::Range { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Part::Unsatisfiable => return Ok(unsatisfiable(original.size)),
    };
    let body = if method == Method::HEAD { Body::empty() } else { stream(&original, first, length)? };
    let mut response = describe((status, body).into_response(), &original, &tag, is_download);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Part::Range { first, last } = part
        && let Ok(value) = HeaderValue::from_str(&format!("bytes {first}-{last}/{}", original.size))
    {
        headers.insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// The `Range` header, unless `If-Range` names another version.
fn wanted_range<'h>(headers: &'h HeaderMap, tag: &str, modified: SystemTime) -> Option<&'h str> {
    let wanted = headers.get(header::RANGE)?.to_str().ok()?;
    let Some(condition) = headers.get(header::IF_RANGE) else { return Some(wanted) };
    let condition = condition.to_str().ok()?;
    let is_same = condition == tag || condition == httpdate::fmt_http_date(modified);
    is_same.then_some(wanted)
}

fn unsatisfiable(size: u64) -> Response {
    let problem = Problem::new(Code::RangeNotSatisfiable, format!("the file has {size} bytes"));
    let mut response = problem.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

fn stream(original: &Original, first: u64, length: u64) -> Result<Body, Problem> {
    let copy = original.file.try_clone().and_then(|mut file| file.seek(SeekFrom::Start(first)).map(|_| file));
    let file = copy.map_err(|error| {
        tracing::error!(%error, "cannot read an original");
        Problem::internal()
    })?;
    let reader = tokio::fs::File::from_std(file).take(length);
    Ok(Body::from_stream(ReaderStream::with_capacity(reader, CHUNK)))
}

/// The headers that all answers about an original share.
fn describe(mut response: Response, original: &Original, tag: &str, is_download: bool) -> Response {
    let kind = if is_download { "attachment" } else { "inline" };
    let policy = if is_download { DOWNLOAD_POLICY } else { PDF_POLICY };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    let values = [
        (header::ETAG, tag.to_owned()),
        (header::LAST_MODIFIED, httpdate::fmt_http_date(original.modified)),
        (header::CONTENT_DISPOSITION, disposition(kind, &original.name)),
    ];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

/// RFC 6266 with the name in UTF-8 (RFC 8187), and in ASCII for those who read only that.
fn disposition(kind: &str, name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

/// The original of a report, open, and its name; blocks.
pub fn opened(service: &Service, id: ReportId) -> Result<(File, String), Problem> {
    open(service, id).map(|original| (original.file, original.name))
}

/// Opens the original of a report; gone if it is not the bytes that were read any more.
fn open(service: &Service, id: ReportId) -> Result<Original, Problem> {
    let row = service.row(id)?;
    let mut places: Vec<(PathBuf, Option<String>)> = vec![(row.file.clone(), row.file_name.clone())];
    places.extend(service.library().catalogue().places(id)?.into_iter().map(|place| (place.path, place.name)));
    let mut why = "the file was moved or cannot be opened";
    let mut down = None;
    for (path, name) in places {
        match open_place(service, id, row.size, &path, name) {
            Ok(Some(original)) => return Ok(original),
            Ok(None) => why = "the file was changed since it was read",
            Err(error) => {
                tracing::info!(path = %path.display(), %error, "an original cannot be opened");
                down = down.or(service.library().down_for(&path, &error));
            }
        }
    }
    if let Some(part) = down {
        return Err(Problem::down(part));
    }
    Err(Problem::new(Code::FileGone, format!("{why}; its text can still be searched and read")))
}

/// Opens one of the places of a report, called by its name if it has one; nothing if other bytes lie there now.
fn open_place(
    service: &Service,
    id: ReportId,
    size: u64,
    path: &std::path::Path,
    name: Option<String>,
) -> std::io::Result<Option<Original>> {
    let file = service.library().fetched(path, size).unwrap_or_else(|| open_regular(path))?;
    let facts = file.metadata()?;
    let modified = facts.modified()?;
    if facts.len() != size || !service.originals.prove(id, &file, size, modified) {
        return Ok(None);
    }
    let own_name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.or_else(own_name).unwrap_or_else(|| format!("{id}.pdf"));
    Ok(Some(Original { file, size, modified, name }))
}

/// Opens a regular file and nothing else: a pipe or device would block or never end.
fn open_regular(path: &std::path::Path) -> std::io::Result<File> {
    let not_regular = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file");
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    let file = File::open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

impl Originals {
    /// Whether the file's bytes are those of the id. Hashed once for each size and time the file is seen with.
    fn prove(&self, id: ReportId, file: &File, size: u64, modified: SystemTime) -> bool {
        let lock = || self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if lock().get(&id) == Some(&(size, modified)) {
            return true;
        }
        let Some(found) = hash(file) else { return false };
        if found != id {
            return false;
        }
        let mut proven = lock();
        if proven.len() >= MAX_PROOFS {
            proven.clear();
        }
        proven.insert(id, (size, modified));
        true
    }
}

fn hash(mut file: &File) -> Option<ReportId> {
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK];
    file.seek(SeekFrom::Start(0)).ok()?;
    loop {
        match file.read(&mut chunk).ok()? {
            0 => return Some(ReportId::of_hash(&hasher.finalize())),
            read => hasher.update(chunk.get(..read)?),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_told_in_utf_8_and_ascii_and_break_no_header() {
        for (name, wanted) in [
            ("a b.pdf", "inline; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
            ("é\"\r\nX: y.pdf", "inline; filename=\"____X: y.pdf\"; filename*=UTF-8''%C3%A9%22%0D%0AX%3A%20y.pdf"),
        ] {
            assert_eq!(disposition("inline", name), wanted);
        }
    }

    #[test]
    fn other_bytes_are_never_proven() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.pdf");
        std::fs::write(&path, b"one").expect("written");
        let originals = Originals::default();
        let id = ReportId::of_bytes(b"one");
        let modified = SystemTime::UNIX_EPOCH;
        let file = open_regular(&path).expect("a file");
        assert!(originals.prove(id, &file, 3, modified));
        std::fs::write(&path, b"two").expect("written");
        let file = open_regular(&path).expect("a file");
        let later = modified + std::time::Duration::from_nanos(1);
        assert!(!originals.prove(id, &file, 3, later));
        assert!(open_regular(folder.path()).is_err());
    }
}
