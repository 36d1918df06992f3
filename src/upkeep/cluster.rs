//! How a library on many machines is: which of its parts is down, what waits, and what the engine still has to hide.

use crate::queue::{Counts, Queue, QueueError};
use crate::quickwit::{IndexName, MOST_HIDDEN, NodeHealth, Quickwit, QuickwitError};
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Hidden revisions from which there is reason to look why they are not deleted; searches refuse from
/// [`MOST_HIDDEN`] on.
pub const MANY_HIDDEN: u64 = 4_000;

/// How the parts are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClusterStatus {
    /// Why the database cannot be asked, if so; then nothing is known of queue and revisions.
    pub database: Option<String>,
    /// Why the storage cannot be used, if so.
    pub storage: Option<String>,
    /// The nodes of the engine.
    pub nodes: Vec<NodeStatus>,
    /// Reports that the engine has, those included that are hidden; `None` if it cannot be asked.
    pub documents: Option<u64>,
    /// The queue.
    pub queue: Option<QueueStatus>,
}

/// How a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeStatus {
    /// Its address.
    pub url: String,
    /// Whether searches are sent to it.
    pub searches: bool,
    /// Why it cannot be used, if so.
    pub trouble: Option<String>,
}

/// What is known by the database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueStatus {
    /// Files to be read.
    pub waiting: u64,
    /// Files being read.
    pub leased: u64,
    /// Files read.
    pub done: u64,
    /// Files that cannot be read.
    pub failed: u64,
    /// For how long the file could have been read that waits longest.
    #[serde(rename = "oldest_waiting_seconds", serialize_with = "seconds")]
    pub oldest_waiting: Option<Duration>,
    /// Reports that searches show.
    pub reports: u64,
    /// Revisions that searches must not show: being written, or to be deleted.
    pub hidden: u64,
}

fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

impl ClusterStatus {
    /// Asks every part, each once; `reports` is the index of reports, `search_urls` are the nodes that searches are sent to, and `storage` is told whether
    /// it is to hold reports already.
    pub fn look(
        queue: Result<&Queue, QueueError>,
        quickwit: &Quickwit,
        reports: &IndexName,
        search_urls: &[String],
        storage: impl FnOnce(bool) -> Result<(), String>,
    ) -> ClusterStatus {
        let queue = queue.and_then(QueueStatus::look);
        let has_reports = queue.as_ref().is_ok_and(|queue| queue.reports > 0);
        let searches = |url: &str| search_urls.iter().any(|known| known.trim_end_matches('/') == url);
        let node = |NodeHealth { url, trouble }| NodeStatus { searches: searches(&url), url, trouble };
        let nodes: Vec<NodeStatus> = quickwit.health().into_iter().map(node).collect();
        let can_ask = nodes.iter().any(|node| node.searches && node.trouble.is_none());
        // Asked after the queue: reports that have become live since are only more.
        let documents = can_ask.then(|| match quickwit.describe(reports) {
            Ok(described) => Some(described.documents),
            Err(QuickwitError::Refused { status: 404, .. }) => Some(0),
            Err(_) => None,
        });
        ClusterStatus {
            database: queue.as_ref().err().map(ToString::to_string),
            storage: storage(has_reports).err(),
            nodes,
            documents: documents.flatten(),
            queue: queue.ok(),
        }
    }

    /// Whether searches can be answered: for that the indexers need not be there, and one node that searches is enough.
    pub fn can_search(&self) -> bool {
        let has_searcher = self.nodes.iter().any(|node| node.searches && node.trouble.is_none());
        has_searcher && self.database.is_none() && self.storage.is_none() && self.lacks().is_none()
    }

    /// That the engine has fewer reports than are to be found, if so. A report is shown only once the engine has it: some
    /// were lost, or its indexes are new.
    fn lacks(&self) -> Option<String> {
        let (documents, reports) = (self.documents?, self.queue.as_ref()?.reports);
        (documents < reports)
            .then(|| format!("the engine has {documents} of {reports} reports; `recto rebuild` sends what it lacks"))
    }

    /// What is wrong, each with the part it is wrong with; nothing if all is well.
    pub fn troubles(&self) -> Vec<String> {
        let part = |name: &str, trouble: &Option<String>| trouble.as_ref().map(|trouble| format!("{name}: {trouble}"));
        let nodes = self.nodes.iter().filter_map(|node| part(&node.url, &node.trouble));
        let parts = [("database", &self.database), ("storage", &self.storage), ("index", &self.lacks())];
        parts.into_iter().filter_map(|(name, trouble)| part(name, trouble)).chain(nodes).collect()
    }

    /// What is not wrong yet.
    pub fn warning(&self) -> Option<String> {
        let hidden = self.queue.as_ref().map_or(0, |queue| queue.hidden);
        (hidden >= MANY_HIDDEN).then(|| {
            format!(
                "{hidden} revisions are hidden from searches, which refuse from {MOST_HIDDEN} on; is the engine \
                 deleting, and does a worker run?"
            )
        })
    }
}

impl QueueStatus {
    fn look(queue: &Queue) -> Result<QueueStatus, QueueError> {
        let Counts { waiting, leased, done, failed, writing, live, retired } = queue.counts()?;
        let (oldest_waiting, hidden) = (queue.oldest_waiting()?, writing + retired);
        Ok(QueueStatus { waiting, leased, done, failed, oldest_waiting, reports: live, hidden })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::tests::memory::Memory;
    use crate::quickwit::Options;

    fn nowhere() -> Quickwit {
        let url = || vec!["http://127.0.0.1:9".to_owned()];
        Quickwit::new(Options { search_urls: url(), ingest_urls: url(), ..Options::default() }).expect("addresses")
    }

    fn index() -> IndexName {
        "recto-reports-g1".parse().expect("a name")
    }

    #[test]
    fn an_engine_that_lacks_reports_is_in_trouble() {
        let queue =
            QueueStatus { waiting: 0, leased: 0, done: 9, failed: 0, oldest_waiting: None, reports: 9, hidden: 2 };
        let nodes = vec![NodeStatus { url: "a".to_owned(), searches: true, trouble: None }];
        let status = |documents| ClusterStatus {
            database: None,
            storage: None,
            nodes: nodes.clone(),
            documents,
            queue: Some(queue.clone()),
        };
        for documents in [None, Some(9), Some(11)] {
            assert!(status(documents).can_search() && status(documents).troubles().is_empty());
        }
        assert!(!status(Some(8)).can_search());
        assert!(status(Some(8)).troubles()[0].starts_with("index: the engine has 8 of 9 reports"));
    }

    #[test]
    fn the_part_that_is_down_is_named() {
        let queue = Memory::default().queue();
        let status = ClusterStatus::look(Ok(&queue), &nowhere(), &index(), &[], |_| Ok(()));
        assert_eq!(status.troubles().len(), 1, "{status:?}");
        assert!(status.troubles()[0].starts_with("http://127.0.0.1:9: "), "{status:?}");
        assert_eq!(status.queue.as_ref().map(|queue| (queue.waiting, queue.hidden)), Some((0, 0)));
        let lost = Err(QueueError::Unreachable("connection refused".to_owned()));
        let status =
            ClusterStatus::look(lost, &nowhere(), &index(), &[], |_| Err("`/mnt/texts` is not there".to_owned()));
        let troubles = status.troubles();
        assert!(troubles[0].starts_with("database: ") && troubles[0].ends_with("connection refused"), "{troubles:?}");
        assert_eq!(troubles[1], "storage: `/mnt/texts` is not there");
        assert_eq!(status.queue, None);
    }

    #[test]
    fn searches_need_database_storage_and_one_searcher() {
        let node = |url: &str, searches, is_well: bool| {
            let trouble = (!is_well).then(|| "down".to_owned());
            NodeStatus { url: url.to_owned(), searches, trouble }
        };
        let well = ClusterStatus {
            database: None,
            storage: None,
            nodes: vec![node("a", true, false), node("b", true, true), node("c", false, false)],
            documents: None,
            queue: None,
        };
        let down = || Some("down".to_owned());
        assert!(well.can_search());
        assert!(!ClusterStatus { database: down(), ..well.clone() }.can_search());
        assert!(!ClusterStatus { storage: down(), ..well.clone() }.can_search());
        let nodes = vec![node("a", true, false), node("c", false, true)];
        assert!(!ClusterStatus { nodes, ..well }.can_search());
    }

    #[test]
    fn many_hidden_revisions_are_warned_of_before_searches_refuse() {
        let status = |hidden| ClusterStatus {
            database: None,
            storage: None,
            nodes: Vec::new(),
            documents: None,
            queue: Some(QueueStatus {
                waiting: 0,
                leased: 0,
                done: 0,
                failed: 0,
                oldest_waiting: Some(Duration::from_millis(1_500)),
                reports: 1,
                hidden,
            }),
        };
        assert_eq!(status(3_999).warning(), None);
        assert!(status(4_000).warning().expect("a warning").contains("4000 revisions"));
        assert!(MANY_HIDDEN < MOST_HIDDEN as u64);
        let json = serde_json::to_value(status(7)).expect("plain");
        assert_eq!(json["queue"]["oldest_waiting_seconds"], 1.5);
        assert_eq!(json["queue"]["hidden"], 7);
    }
}
