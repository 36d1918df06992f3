//! What is answered without a request that could be read: with the headers and the body of every other answer.
//!
//! hyper answers a head that is none by itself and has no place to say how; its answer is known by its form and replaced
//! on its way out.

use crate::serve::layers::headers::put_security_headers;
use crate::serve::net::activity::Activity;
use crate::serve::problem::{Code, Problem};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How hyper's own answers go on after the status, up to the date.
const AFTER_STATUS: &[u8] = b"\r\nconnection: close\r\ncontent-length: 0\r\ndate: ";
/// Longer than any of them.
const LONGEST: usize = 256;

/// An answer that ends the connection, head and body.
pub fn refused(problem: &Problem, is_encrypted: bool) -> Vec<u8> {
    let body = problem.to_json("", "").to_string();
    let status = problem.status();
    let mut headers = HeaderMap::new();
    put_security_headers(&mut headers, is_encrypted);
    let fixed = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(seconds) = problem.wait() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let mut answer = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in &headers {
        answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    answer.extend(b"\r\n");
    answer.extend(body.into_bytes());
    answer
}

/// The problem that an answer of hyper's own stands for; nothing if it is none.
fn problem_of(bytes: &[u8]) -> Option<Problem> {
    if bytes.len() > LONGEST || !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let status = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?.get(..3)?;
    let line_end = bytes.iter().position(|byte| *byte == b'\r')?;
    if !bytes.get(line_end..)?.starts_with(AFTER_STATUS) {
        return None;
    }
    Some(match StatusCode::from_bytes(status).ok()? {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Problem::new(Code::HeadersTooLarge, "send less of them"),
        StatusCode::URI_TOO_LONG => Problem::new(Code::UriTooLong, "send a shorter one"),
        status if status.is_client_error() => Problem::new(Code::Refused(status), "this is no request of HTTP/1.1"),
        _ => return None,
    })
}

/// A stream on whose way out hyper's own refusals become ours.
pub struct Refusing<S> {
    stream: S,
    activity: Arc<Activity>,
    is_encrypted: bool,
    /// Requests whose answers are out to their last byte.
    answered: u64,
    /// An answer of ours on its way, and how much of it is out.
    replacing: Option<(Vec<u8>, usize)>,
}

impl<S> Refusing<S> {
    /// Looks at what is written to `stream` that answers no request.
    pub fn new(stream: S, activity: Arc<Activity>, is_encrypted: bool) -> Refusing<S> {
        Refusing { stream, activity, is_encrypted, answered: 0, replacing: None }
    }

    /// Begins to replace what is to be written, if that is to be.
    fn look_at(&mut self, bytes: &[u8]) {
        // A body may look the same, but is an answer: its last bytes are written when its request is over already.
        if self.replacing.is_none()
            && let Some(problem) = problem_of(bytes)
            && self.activity.requests_over() == Some(self.answered)
        {
            self.activity.leave_unread();
            self.replacing = Some((refused(&problem, self.is_encrypted), 0));
        }
    }
}

impl<S: AsyncWrite + Unpin> Refusing<S> {
    /// Writes our answer, if one is on its way.
    fn poll_replace(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((answer, written)) = &mut self.replacing {
            let rest = answer.get(*written..).unwrap_or_default();
            if rest.is_empty() {
                self.replacing = None;
                break;
            }
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(more)) => *written += more,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Refusing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Refusing<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.look_at(bytes);
        if self.replacing.is_none() {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        // What it replaces is over with it.
        self.poll_replace(context).map_ok(|()| bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [part] = parts {
            return self.poll_write(context, part);
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        // hyper flushes when it has written all it has.
        if let (Poll::Ready(Ok(())), Some(requests)) = (&flushed, self.activity.requests_over()) {
            self.answered = requests;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    const DATE: &str = "Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";

    /// An answer as hyper makes it.
    fn own(status: &str) -> String {
        let rest = String::from_utf8_lossy(AFTER_STATUS);
        format!("HTTP/1.1 {status}{rest}{DATE}")
    }

    #[test]
    fn only_answers_of_hyper_itself_are_replaced() {
        for (bytes, code) in [
            (own("400 Bad Request"), Some("refused")),
            (own("414 URI Too Long"), Some("uri_too_long")),
            (own("431 Request Header Fields Too Large"), Some("headers_too_large")),
            (own("200 OK"), None),
            (own("400 Bad Request") + "more", None),
            (format!("HTTP/1.1 404 Not Found\r\nx-request-id: 1\r\ncontent-length: 0\r\ndate: {DATE}"), None),
            (String::new(), None),
        ] {
            let found = problem_of(bytes.as_bytes()).map(|problem| problem.code.name());
            assert_eq!(found, code, "{bytes}");
        }
    }
    #[tokio::test]
    async fn the_last_bytes_of_an_answer_are_sent_as_they_are() {
        let bytes = own("400 Bad Request").into_bytes();
        let activity = Activity::new();
        let mut stream = Refusing::new(Vec::new(), Arc::clone(&activity), false);
        // A request is over before its answer is out, and the next may come meanwhile.
        drop(activity.begin(false));
        activity.received();
        stream.write_all(&bytes).await.expect("memory");
        assert_eq!(stream.stream, bytes);
        stream.flush().await.expect("memory");
        stream.write_all(&bytes).await.expect("memory");
        let after = String::from_utf8_lossy(&stream.stream[bytes.len()..]).into_owned();
        assert!(after.contains("content-security-policy") && after.contains("\"refused\""), "{after}");
    }
}
