//! One request and its answer, within its time, with failures told apart by whether the request may have arrived.

use crate::quickwit::QuickwitError;
use crate::quickwit::calls::CALLS;
use crate::quickwit::nodes::{Node, Nodes};
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use ureq::{Agent, Timeout};

/// Largest answer taken.
const LARGEST_ANSWER: u64 = 64 << 20;
/// Connections kept to each node.
const KEPT_CONNECTIONS: usize = 16;

/// The way to nodes.
#[derive(Debug)]
pub(super) struct Http {
    agent: Agent,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    pub(super) method: Method<'r>,
    /// With its query, beginning with a slash.
    pub(super) path: &'r str,
}

/// How it is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method<'r> {
    Get,
    Delete,
    /// JSON.
    Post(&'r [u8]),
    /// JSON objects, one a line.
    PostLines(&'r [u8]),
}

/// The body of an answer with status 2xx.
pub(super) type Body = Vec<u8>;

impl Http {
    /// Closes each connection after its answer.
    pub(super) fn new(connect_time: Duration) -> Http {
        Http::with(connect_time, 0)
    }

    pub(super) fn keeping_connections(connect_time: Duration) -> Http {
        Http::with(connect_time, KEPT_CONNECTIONS)
    }

    fn with(connect_time: Duration, kept: usize) -> Http {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Neither the environment nor an answer sends it elsewhere.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(connect_time))
            .max_idle_connections(kept * 16)
            .max_idle_connections_per_host(kept)
            .user_agent(concat!("recto/", env!("CARGO_PKG_VERSION")))
            .build();
        Http { agent: config.new_agent() }
    }

    /// Asks one of the nodes, and another one if the first is of no use: what is asked may be asked twice.
    pub(super) fn ask(&self, nodes: &Nodes, request: Request<'_>, time: Duration) -> Result<Body, QuickwitError> {
        let deadline = Instant::now() + time;
        self.until_answered(nodes, 2, |node| self.send(node, request, deadline, time), QuickwitError::is_of_the_node)
    }

    /// Asks one of the nodes, and others only as long as none could be reached: what is asked must not be asked twice.
    pub(super) fn ask_once(&self, nodes: &Nodes, request: Request<'_>, time: Duration) -> Result<Body, QuickwitError> {
        let deadline = Instant::now() + time;
        let is_unsent = |error: &QuickwitError| matches!(error, QuickwitError::Unreachable { .. });
        self.until_answered(nodes, usize::MAX, |node| self.send(node, request, deadline, time), is_unsent)
    }

    /// Asks this node.
    pub(super) fn ask_node(&self, node: &Node, request: Request<'_>, time: Duration) -> Result<Body, QuickwitError> {
        self.send(node, request, Instant::now() + time, time)
    }

    fn until_answered(
        &self,
        nodes: &Nodes,
        most: usize,
        send: impl Fn(&Node) -> Result<Body, QuickwitError>,
        is_for_another: impl Fn(&QuickwitError) -> bool,
    ) -> Result<Body, QuickwitError> {
        let mut first = None;
        for node in nodes.in_turn().into_iter().take(most) {
            let answer = send(node);
            let is_of_use = !matches!(&answer, Err(error) if error.is_of_the_node() || error.is_late());
            nodes.note(node, is_of_use);
            match answer {
                Err(error) if is_for_another(&error) => {
                    tracing::warn!(%error, "another node is asked, if there is one");
                    first.get_or_insert(error);
                }
                // The time went by with the first, which is what whoever looks into it has to know.
                Err(QuickwitError::Late { .. }) if first.is_some() => break,
                answer => return answer,
            }
        }
        Err(first.unwrap_or_else(|| QuickwitError::Malformed("no node was asked".to_owned())))
    }

    fn send(
        &self,
        node: &Node,
        request: Request<'_>,
        deadline: Instant,
        time: Duration,
    ) -> Result<Body, QuickwitError> {
        let start = Instant::now();
        let answer = self.answer(node, request, deadline, time);
        CALLS.count(&node.url, request.path, start.elapsed(), &answer);
        answer
    }

    fn answer(
        &self,
        node: &Node,
        request: Request<'_>,
        deadline: Instant,
        time: Duration,
    ) -> Result<Body, QuickwitError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let late = || QuickwitError::Late { node: node.url.clone(), time };
        if left.is_zero() {
            return Err(late());
        }
        let failure = |error: ureq::Error| match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => unreachable(node, "no connection in time"),
            ureq::Error::Timeout(_) => late(),
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => unreachable(node, &error.to_string()),
            ureq::Error::Io(error) if is_before_connection(error.kind()) => unreachable(node, &error.to_string()),
            error => QuickwitError::Broken { node: node.url.clone(), detail: error.to_string() },
        };
        let url = format!("{}{}", node.url, request.path);
        let left = Some(left);
        let answer = match request.method {
            Method::Get => self.agent.get(url).config().timeout_global(left).build().call(),
            Method::Delete => self.agent.delete(url).config().timeout_global(left).build().call(),
            Method::Post(body) => {
                let request = self.agent.post(url).config().timeout_global(left).build();
                request.content_type("application/json").send(body)
            }
            Method::PostLines(body) => {
                let request = self.agent.post(url).config().timeout_global(left).build();
                request.content_type("application/x-ndjson").send(body)
            }
        };
        let mut answer = answer.map_err(failure)?;
        let body = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec().map_err(failure)?;
        match answer.status().as_u16() {
            200..=299 => Ok(body),
            status => Err(QuickwitError::of_answer(status, &body)),
        }
    }
}

fn unreachable(node: &Node, detail: &str) -> QuickwitError {
    QuickwitError::Unreachable { node: node.url.clone(), detail: detail.to_owned() }
}

/// Whether the operating system refused before there was a connection to send anything on.
fn is_before_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable
            | ErrorKind::NetworkDown
    )
}
