//! A stream that tells when bytes come, and ends by itself when its client does not take what is sent.

use crate::serve::limits::Limits;
use crate::serve::net::activity::Activity;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A stream whose client must take something within [`Limits::write_stall`].
pub struct Timed<S> {
    stream: S,
    activity: Arc<Activity>,
    limits: Arc<Limits>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    /// Times `stream`.
    pub fn new(stream: S, activity: Arc<Activity>, limits: Arc<Limits>) -> Timed<S> {
        Timed { stream, activity, limits, writing: None }
    }

    /// What became of writing, or an error if the client has not taken anything for too long.
    fn watch_writing<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.writing.take().is_some() {
                self.activity.set_writing(false);
            }
            return written;
        }
        let patience = self.limits.write_stall;
        let activity = &self.activity;
        let sleep = self.writing.get_or_insert_with(|| {
            activity.set_writing(true);
            Box::pin(tokio::time::sleep(patience))
        });
        sleep.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch_writing(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch_writing(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        // A plain stream has nothing to flush: that says nothing of what its client takes.
        if flushed.is_ready() { flushed } else { self.watch_writing(context, flushed) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch_writing(context, ended)
    }
}
