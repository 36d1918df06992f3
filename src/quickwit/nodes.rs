//! The nodes of one kind, in turn; one that was of no use is asked last for a while, longer each time.

use crate::quickwit::QuickwitError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::http::Uri;

/// How long a node rests that was of no use; twice as long each time that it still is not.
const REST: Duration = Duration::from_secs(5);
/// At most so many times as long.
const LONGEST_REST: u64 = 8;

/// Nodes that can be asked for the same.
#[derive(Debug)]
pub(super) struct Nodes {
    nodes: Vec<Node>,
    next: AtomicUsize,
    start: Instant,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    /// Its address without a slash at the end.
    pub(super) url: String,
    /// Milliseconds since the start until which it rests.
    rests_until: AtomicU64,
    /// How many times as long as at first it rests the next time.
    lengths: AtomicU64,
}

impl Nodes {
    pub(super) fn new(urls: &[String]) -> Result<Nodes, QuickwitError> {
        if urls.is_empty() {
            return Err(QuickwitError::Address { address: String::new(), detail: "none is given" });
        }
        let node = |url: &String| {
            checked(url).map(|url| Node { url, rests_until: AtomicU64::new(0), lengths: AtomicU64::new(1) })
        };
        let nodes = urls.iter().map(node).collect::<Result<_, _>>()?;
        Ok(Nodes { nodes, next: AtomicUsize::new(0), start: Instant::now() })
    }

    /// All nodes, each time beginning with another one; those that rest come last.
    pub(super) fn in_turn(&self) -> Vec<&Node> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len();
        let (before, from) = self.nodes.split_at(first);
        let now = self.now();
        let (mut nodes, resting): (Vec<&Node>, Vec<&Node>) =
            from.iter().chain(before).partition(|node| node.rests_until.load(Ordering::Relaxed) <= now);
        nodes.extend(resting);
        nodes
    }

    /// All nodes, in the order given.
    pub(super) fn all(&self) -> &[Node] {
        &self.nodes
    }

    /// Notes what became of a question.
    pub(super) fn note(&self, node: &Node, is_of_use: bool) {
        if is_of_use {
            node.rests_until.store(0, Ordering::Relaxed);
            node.lengths.store(1, Ordering::Relaxed);
            return;
        }
        let now = self.now();
        // Those who asked it at the same time have learned the same.
        if node.rests_until.load(Ordering::Relaxed) > now {
            return;
        }
        let lengths = node.lengths.load(Ordering::Relaxed);
        node.rests_until.store(now.saturating_add(lengths * milliseconds(REST)), Ordering::Relaxed);
        node.lengths.store((2 * lengths).min(LONGEST_REST), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        milliseconds(self.start.elapsed())
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// An address as it is used.
fn checked(address: &str) -> Result<String, QuickwitError> {
    let wrong = |detail| QuickwitError::Address { address: address.to_owned(), detail };
    let uri: Uri = address.parse().map_err(|_| wrong("it is no URL"))?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => return Err(wrong("Recto speaks HTTP to Quickwit; put both on a private network")),
        _ => return Err(wrong("it does not begin with `http://`")),
    }
    if uri.host().is_none_or(str::is_empty) {
        return Err(wrong("it names no host"));
    }
    if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("it holds more than host, port and path"));
    }
    Ok(address.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_before_anything_is_sent() {
        for address in ["http://search-1:7280", "http://10.0.0.7:7280/", "http://[::1]:7280/quickwit"] {
            assert!(checked(address).is_ok(), "{address}");
        }
        for address in ["", "search-1:7280", "https://search-1", "ftp://a", "http://", "http://u:p@a", "http://a/?x"] {
            assert!(matches!(checked(address), Err(QuickwitError::Address { .. })), "{address}");
        }
        assert!(Nodes::new(&[]).is_err());
    }

    #[test]
    fn nodes_take_turns_and_those_of_no_use_come_last() {
        let nodes = Nodes::new(&["http://a".to_owned(), "http://b".to_owned(), "http://c".to_owned()]).expect("nodes");
        let order = || nodes.in_turn().iter().map(|node| node.url.as_str()).collect::<Vec<_>>();
        assert_eq!(order(), ["http://a", "http://b", "http://c"]);
        assert_eq!(order(), ["http://b", "http://c", "http://a"]);
        nodes.note(&nodes.all()[2], false);
        assert_eq!(order(), ["http://a", "http://b", "http://c"]);
        assert_eq!(order(), ["http://a", "http://b", "http://c"]);
        nodes.note(&nodes.all()[2], true);
        assert_eq!(order(), ["http://b", "http://c", "http://a"]);
    }
}
