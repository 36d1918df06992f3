//! One connection: its requests one after another until it ends, is displaced, or the service stops.

use crate::serve::asked::has_large_body;
use crate::serve::limits::Limits;
use crate::serve::net::activity::{Activity, UnderWay};
use crate::serve::net::client::Peer;
use crate::serve::net::connections::Admitted;
use crate::serve::net::lingering::Lingering;
use crate::serve::net::refusal::{Refusing, refused};
use crate::serve::net::timed::Timed;
use crate::serve::net::tls::Tls;
use crate::serve::problem::{Code, Problem};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::ServiceExt;

/// For the last answer on a connection.
const LAST_WORD: Duration = Duration::from_secs(1);

/// How a connection came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Its client, or the protocol.
    Itself,
    /// Nothing came in time.
    Silent,
    /// A head began and did not come to its end in time.
    InHead,
}

/// What all connections share.
pub struct Shared {
    /// Answers requests.
    pub app: Router,
    /// Bounds.
    pub limits: Arc<Limits>,
    /// Speaks TLS, if that is wanted.
    pub tls: Option<Arc<Tls>>,
    /// True once the service stops.
    pub stopping: watch::Receiver<bool>,
}

/// Serves a connection to its end.
pub async fn serve(stream: TcpStream, peer: Peer, admitted: Admitted, shared: Arc<Shared>) {
    // Small answers should not wait for acknowledgements; if the option cannot be set they merely do.
    stream.set_nodelay(true).ok();
    let Some(tls) = &shared.tls else { return converse(stream, peer, &admitted, &shared).await };
    let mut stopping = shared.stopping.clone();
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(shared.limits.first_byte, tls.acceptor().accept(stream)) => shaken,
        () = admitted.displaced.notified() => return,
        _ = stopping.wait_for(|stopping| *stopping) => return,
    };
    match shaken {
        Ok(Ok(stream)) => converse(stream, peer, &admitted, &shared).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS was agreed on"),
        Err(_) => tracing::debug!("no TLS was agreed on in time"),
    }
}

async fn converse<S>(stream: S, peer: Peer, admitted: &Admitted, shared: &Shared)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Shared { app, limits, stopping, .. } = shared;
    let timed = Timed::new(stream, Arc::clone(&admitted.activity), Arc::clone(limits));
    let lingering = Lingering::new(timed, Arc::clone(&admitted.activity));
    let io = TokioIo::new(Refusing::new(lingering, Arc::clone(&admitted.activity), peer.is_encrypted));
    let service = service_fn(|request: Request<Incoming>| answer(request, app.clone(), peer, admitted, limits));
    let mut connection = http1::Builder::new()
        // `drive` tells apart what this timer cannot.
        .header_read_timeout(None)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes)
        .serve_connection(io, service);
    let mut stopping = stopping.clone();
    let end = tokio::select! {
        end = drive(Pin::new(&mut connection), &admitted.activity, limits) => Some(end),
        () = admitted.displaced.notified() => None,
        _ = stopping.wait_for(|stopping| *stopping) => None,
    };
    match end {
        Some(End::InHead) => return give_up(connection.into_parts().io.into_inner(), peer).await,
        Some(End::Itself | End::Silent) => return,
        None => {}
    }
    // Between two requests, or in the head of one, there is nothing to finish.
    if admitted.activity.waits_since().is_some() {
        return;
    }
    Pin::new(&mut connection).graceful_shutdown();
    let patience = async {
        // It may be displaced long before the service stops.
        let _ = stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(limits.drain).await;
        if admitted.activity.has_upload() {
            tokio::time::sleep(limits.drain_uploads.saturating_sub(limits.drain)).await;
        }
    };
    tokio::select! {
        _ = drive(Pin::new(&mut connection), &admitted.activity, limits) => {}
        () = patience => tracing::warn!(client = %peer.address, "a request still under way was ended"),
    }
}

/// Serves until the connection ends, or no request comes in time. The time is looked at whenever the connection has done
/// something, since it begins and ends with what the connection does.
async fn drive(
    mut connection: Pin<&mut impl Future<Output = hyper::Result<()>>>,
    activity: &Activity,
    limits: &Limits,
) -> End {
    let mut sleep = pin!(tokio::time::sleep(limits.first_byte));
    let ended = poll_fn(|context| {
        if let Poll::Ready(result) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(result));
        }
        let Some(deadline) = activity.deadline(limits).map(Instant::from_std) else { return Poll::Pending };
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(context).map(|()| None)
    });
    match ended.await {
        Some(Ok(())) => End::Itself,
        Some(Err(error)) => {
            tracing::debug!(%error, "a connection ended");
            End::Itself
        }
        None => {
            tracing::debug!("no request came in time");
            if activity.is_in_head() { End::InHead } else { End::Silent }
        }
    }
}

/// Tells a client that began a request and did not go on, if it listens.
async fn give_up<S: AsyncWrite + Unpin>(mut stream: S, peer: Peer) {
    let problem = Problem::new(Code::RequestTimeout, "the head of the request did not come in time");
    let answer = refused(&problem, peer.is_encrypted);
    let told = async {
        stream.write_all(&answer).await?;
        stream.shutdown().await
    };
    if !matches!(tokio::time::timeout(LAST_WORD, told).await, Ok(Ok(()))) {
        tracing::debug!("a client was not told that its request did not come in time");
    }
}

async fn answer(
    mut request: Request<Incoming>,
    app: Router,
    peer: Peer,
    admitted: &Admitted,
    limits: &Limits,
) -> Result<Response<Sent>, Infallible> {
    let has_upload = has_large_body(request.headers(), limits);
    let under_way = admitted.activity.begin(has_upload);
    request.extensions_mut().insert(peer);
    let response = app.oneshot(request.map(|body| received(body, &admitted.activity))).await?;
    Ok(response.map(|body| Sent { body, _under_way: under_way }))
}

/// The body of a request. One that is read to its end by nobody is still coming when its answer is out.
fn received(body: Incoming, activity: &Arc<Activity>) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Received { body, activity: Arc::clone(activity), is_read: false })
}

struct Received {
    body: Incoming,
    activity: Arc<Activity>,
    is_read: bool,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.is_read |= matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if !self.is_read && !self.body.is_end_stream() {
            self.activity.leave_unread();
        }
    }
}

/// A body being sent: its request is under way until it is dropped.
struct Sent {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
