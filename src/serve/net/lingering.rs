//! A stream that is not cut while its client still sends.
//!
//! A socket closed with bytes unread resets the connection, and a client that was refused in the middle of its body loses
//! the answer that says why. So the answer is ended first, and what still comes is thrown away until the client closes,
//! too, or its time is over (RFC 9112, section 9.6).

use crate::serve::net::activity::Activity;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes thrown away at once.
const PIECE: usize = 16 << 10;
/// Pieces thrown away before others have their turn.
const PIECES: usize = 16;

/// A stream whose end waits for that of a client that is still sending; [`Activity::deadline`] says how long.
pub struct Lingering<S> {
    stream: S,
    activity: Arc<Activity>,
    is_shut: bool,
}

impl<S> Lingering<S> {
    /// Lingers at the end of `stream`.
    pub fn new(stream: S, activity: Arc<Activity>) -> Lingering<S> {
        Lingering { stream, activity, is_shut: false }
    }
}

impl<S: AsyncRead + Unpin> Lingering<S> {
    /// Throws away what comes, until nothing will.
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut piece = [0; PIECE];
        for _ in 0..PIECES {
            let mut buffer = ReadBuf::new(&mut piece);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            match Pin::new(&mut self.stream).poll_shutdown(context) {
                Poll::Ready(Ok(())) => self.is_shut = true,
                other => return other,
            }
            if !self.activity.end() {
                return Poll::Ready(Ok(()));
            }
        }
        self.poll_discard(context).map(Ok)
    }
}
