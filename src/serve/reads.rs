//! How often reports are read: told on pages, and kept as a number a report and day.
//!
//! Nobody is followed: an address is put through a hash with a salt that is made anew each day and never leaves the
//! memory, only so that one reader counts once a day and report. Programs are not counted, nor is who only asks whether
//! something has changed. Counting costs a request a lock and a hash; what was counted is written by
//! [`Reads::save`] some time later, and where it cannot be written, nothing but the count is lost.

use crate::report::ReportId;
use crate::serve::net::client::Client;
use crate::serve::service::Service;
use crate::store::{ServiceStore, seconds_now};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Days that "this month" has, today among them.
const MONTH: i64 = 30;
/// Readers of a report that are told apart in a day; beyond it nothing is counted until the next.
const MOST_READERS: usize = 1_000_000;
/// Counts that wait to be written; beyond it new ones are lost.
const MOST_WAITING: usize = 100_000;

/// What names of programs have in them that are no readers.
const PROGRAMS: [&str; 22] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http-client",
    "libwww",
    "httpclient",
    "okhttp",
    "scrapy",
    "fetch",
    "monitor",
    "preview",
    "feed",
    "facebookexternalhit",
    "lighthouse",
    "pingdom",
    "uptime",
    "archive.org",
];

/// Counts readings.
#[derive(Debug, Default)]
pub struct Reads {
    store: Option<Arc<ServiceStore>>,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    /// Days since 1970 of the salt.
    day: i64,
    salt: [u8; 32],
    /// Hashes of reader and report.
    seen: HashSet<u64>,
    /// Not written yet.
    waiting: HashMap<(i64, ReportId), u32>,
    /// Written, of this month.
    kept: HashMap<ReportId, u64>,
    /// The day as of which it is this month's.
    kept_day: i64,
}

/// Today in days since 1970.
fn today() -> i64 {
    seconds_now().div_euclid(86_400)
}

impl Reads {
    /// Goes on from what the store has.
    pub fn new(store: Option<Arc<ServiceStore>>) -> Reads {
        let reads = Reads { store, counted: Mutex::default() };
        reads.look_up(today());
        reads
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody at this address reads a report.
    pub fn count(&self, reader: IpAddr, id: ReportId) {
        self.count_on(today(), reader, id);
    }

    fn count_on(&self, day: i64, reader: IpAddr, id: ReportId) {
        let mut counted = self.counted();
        if counted.day != day {
            let mut salt = [0; 32];
            if getrandom::fill(&mut salt).is_err() {
                return;
            }
            counted.day = day;
            counted.salt = salt;
            counted.seen = HashSet::new();
        }
        let mut hasher = blake3::Hasher::new_keyed(&counted.salt);
        match reader.to_canonical() {
            IpAddr::V4(address) => hasher.update(&address.octets()),
            // Whoever has a network of this kind has as many addresses in it as he likes.
            IpAddr::V6(address) => hasher.update(address.octets().get(..8).unwrap_or_default()),
        };
        hasher.update(&id.0);
        let hash = hasher.finalize();
        let hash = hash.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let has_room = counted.waiting.len() < MOST_WAITING || counted.waiting.contains_key(&(day, id));
        if has_room && counted.seen.len() < MOST_READERS && counted.seen.insert(hash) {
            *counted.waiting.entry((day, id)).or_default() += 1;
        }
    }

    /// How often a report was read this month.
    pub fn of(&self, id: ReportId) -> u64 {
        let (counted, day) = (self.counted(), today());
        let waiting = (0..MONTH).filter_map(|ago| counted.waiting.get(&(day - ago, id))).map(|count| u64::from(*count));
        counted.kept.get(&id).copied().unwrap_or(0) + waiting.sum::<u64>()
    }

    /// The reports read most this month, the most read first.
    pub fn most(&self, limit: usize) -> Vec<(ReportId, u64)> {
        let mut sums = {
            let (counted, since) = (self.counted(), today() - MONTH);
            let mut sums = counted.kept.clone();
            for ((day, id), count) in &counted.waiting {
                if *day > since {
                    *sums.entry(*id).or_default() += u64::from(*count);
                }
            }
            sums
        }
        .into_iter()
        .collect::<Vec<_>>();
        sums.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        sums.truncate(limit);
        sums
    }

    /// Writes what was counted; blocks. What cannot be written now is kept for the next time.
    pub fn save(&self) {
        self.save_on(today());
    }

    fn save_on(&self, day: i64) {
        let Some(store) = &self.store else {
            return self.counted().waiting.retain(|(of, _), _| *of > day - MONTH);
        };
        let taken = std::mem::take(&mut self.counted().waiting);
        let reads: Vec<(i64, ReportId, u32)> = taken.iter().map(|((day, id), count)| (*day, *id, *count)).collect();
        if !reads.is_empty() {
            let saved = store.add_reads(&reads);
            let mut counted = self.counted();
            match saved {
                Ok(()) => taken.iter().for_each(|((_, id), count)| {
                    *counted.kept.entry(*id).or_default() += u64::from(*count);
                }),
                Err(error) => {
                    tracing::warn!(%error, "how often reports were read cannot be written");
                    for (key, count) in taken {
                        *counted.waiting.entry(key).or_default() += count;
                    }
                    counted.waiting.retain(|(of, _), _| *of > day - MONTH);
                }
            }
        }
        if self.counted().kept_day != day {
            self.look_up(day);
        }
    }

    /// Reads what was kept of this month.
    fn look_up(&self, day: i64) {
        let Some(store) = &self.store else { return };
        match store.reads_since(day - MONTH + 1) {
            Ok(kept) => {
                let mut counted = self.counted();
                counted.kept = kept.into_iter().collect();
                counted.kept_day = day;
            }
            Err(error) => tracing::warn!(%error, "how often reports were read cannot be told"),
        }
    }
}

/// Whether whoever asks is, by its own word, a program or only prepares for a reader.
fn is_program(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent = agent.to_ascii_lowercase();
    let is_ahead = ["sec-purpose", "purpose"].iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    agent.is_empty()
        || PROGRAMS.iter().any(|program| agent.contains(program))
        || is_ahead.into_iter().any(|purpose| purpose.contains("prefetch") || purpose.contains("prerender"))
}

/// Counts an answer that shows a report to a reader.
pub async fn count(
    State(service): State<Arc<Service>>,
    client: Client,
    parameters: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let id = parameters.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse::<ReportId>().ok());
    let is_reader = *request.method() == Method::GET && !is_program(request.headers());
    let response = next.run(request).await;
    let is_shown = matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT);
    if let Some(id) = id.filter(|_| is_reader && is_shown && service.options.counts_reads) {
        service.reads.count(client.address, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const ID: ReportId = ReportId([7; 16]);

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_reader_counts_once_a_day_and_report() {
        let (reads, day) = (Reads::default(), today());
        for (reader, expected) in [
            ("192.0.2.1", 1),
            ("192.0.2.1", 1),
            ("::ffff:192.0.2.1", 1),
            ("192.0.2.2", 2),
            ("2001:db8::1", 3),
            ("2001:db8::2", 3),
            ("2001:db8:1::2", 4),
        ] {
            reads.count_on(day, address(reader), ID);
            assert_eq!(reads.of(ID), expected, "{reader}");
        }
        reads.count_on(day - 1, address("192.0.2.1"), ID);
        reads.count_on(day, address("192.0.2.1"), ReportId([8; 16]));
        reads.count_on(day - MONTH, address("192.0.2.1"), ReportId([9; 16]));
        assert_eq!(reads.most(10), [(ID, 5), (ReportId([8; 16]), 1)]);
        assert_eq!(reads.most(1), [(ID, 5)]);
        reads.save_on(day + MONTH);
        assert_eq!(reads.most(10), [], "without a store a month is remembered");
    }

    #[test]
    fn what_was_counted_survives_and_leaves_the_month() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Arc::new(ServiceStore::open(directory.path()).expect("a new one"));
        let (reads, day) = (Reads::new(Some(Arc::clone(&store))), today());
        reads.count_on(day - MONTH + 1, address("192.0.2.1"), ID);
        reads.count_on(day, address("192.0.2.1"), ID);
        reads.save();
        reads.count_on(day, address("192.0.2.2"), ID);
        assert_eq!((reads.of(ID), reads.most(1)), (3, vec![(ID, 3)]), "written or not");
        reads.save();
        let again = Reads::new(Some(store));
        assert_eq!(again.of(ID), 3);
        again.save_on(day + 1);
        assert_eq!(again.of(ID), 2, "the first is no more of this month");
    }

    #[test]
    fn programs_and_preparations_are_not_readers() {
        for (name, value, expected) in [
            ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", false),
            ("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
            ("user-agent", "curl/8.5.0", true),
            ("user-agent", "", true),
            ("accept", "text/html", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(is_program(&headers), expected, "{name}: {value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static("Mozilla/5.0 Firefox/128.0"));
        headers.insert("sec-purpose", HeaderValue::from_static("prefetch;prerender"));
        assert!(is_program(&headers));
    }
}
