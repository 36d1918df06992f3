//! How often one client may ask: searches a second, and requests at once behind a proxy.
//!
//! Addresses are kept only while they matter, and in a bounded number.

use crate::serve::limits::Limits;
use crate::serve::net::client::Client;
use crate::serve::net::connections::client_network;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use arc_swap::ArcSwapOption;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Addresses remembered. With more, those that have not asked lately are forgotten, or all if that is not enough: then
/// a flood from everywhere is under way, which a rate for each address does not stop anyway.
const MOST_ADDRESSES: usize = 20_000;

/// Requests between two looks at how many addresses are remembered.
const LOOK_EVERY: u32 = 1_000;

/// Routes that search, below the base path.
const SEARCHES: [&str; 7] = [
    "/api/v1/search",
    "/api/v1/suggest",
    "/opensearch/suggest",
    "/search.atom",
    "/search.csv",
    "/search.ndjson",
    "/api/v1/reports/{id}/related",
];

/// Routes that search if they have a query.
const SEARCHES_IF_ASKED: [&str; 3] = ["/", "/reports/{id}", "/reports/{id}/pages/{page}"];

/// How many searches are left to each address.
type Searches = DefaultKeyedRateLimiter<IpAddr, StateInformationMiddleware>;

/// The header fields that tell a client of its rate, as draft-ietf-httpapi-ratelimit-headers-10 has them: what holds, and
/// what is left of it.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// See [`POLICY`].
pub const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Who has asked how often.
#[derive(Debug)]
pub struct Rates {
    quota: Option<Quota>,
    searches: ArcSwapOption<Searches>,
    until_look: AtomicU32,
    under_way: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A request under way; counted until it is dropped.
struct Counted {
    under_way: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Rates {
    /// Counts nobody yet.
    pub fn new(limits: &Limits) -> Rates {
        let burst = NonZeroU32::new(limits.search_burst).unwrap_or(NonZeroU32::MIN);
        let quota = NonZeroU32::new(limits.search_rate).map(|rate| Quota::per_second(rate).allow_burst(burst));
        Rates {
            quota,
            searches: ArcSwapOption::from(quota.map(|quota| Arc::new(counted_by(quota)))),
            until_look: AtomicU32::new(0),
            under_way: Arc::default(),
        }
    }

    /// Counts a search; gives how many more there may be at once, if not any number, or how long to wait for the next.
    fn search(&self, address: IpAddr) -> Result<Option<u32>, Duration> {
        let searches = self.searches.load();
        let (Some(searches), Some(quota)) = (searches.as_ref(), self.quota) else { return Ok(None) };
        if self.until_look.fetch_add(1, Ordering::Relaxed) % LOOK_EVERY == LOOK_EVERY - 1
            && searches.len() > MOST_ADDRESSES
        {
            searches.retain_recent();
            if searches.len() > MOST_ADDRESSES {
                self.searches.store(Some(Arc::new(counted_by(quota))));
            }
        }
        let result = searches.check_key(&client_network(address));
        result
            .map(|state| Some(state.remaining_burst_capacity()))
            .map_err(|wait| wait.wait_time_from(DefaultClock::default().now()))
    }

    /// Counts a request under way; `None` if there are too many.
    fn begin(&self, address: IpAddr, most: usize) -> Option<Counted> {
        let address = client_network(address);
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted { under_way: Arc::clone(&self.under_way), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.address);
            }
        }
    }
}

fn counted_by(quota: Quota) -> Searches {
    RateLimiter::keyed(quota).with_middleware()
}

/// Tells a client of its rate: `left` searches at once, all of them again after a while.
fn tell(limits: &Limits, left: u32, response: &mut Response) {
    let (rate, burst) = (limits.search_rate.max(1), limits.search_burst.max(1));
    let fields = [
        (POLICY, format!("\"search\";q={burst};w={}", burst.div_ceil(rate))),
        (LEFT, format!("\"search\";r={left};t={}", burst.saturating_sub(left).div_ceil(rate))),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Refuses clients that ask too often.
pub async fn bound(State(service): State<Arc<Service>>, client: Client, request: Request, next: Next) -> Response {
    let limits = &service.limits;
    let is_counted = !client.is_local || limits.counts_local;
    let counted = (is_counted && is_search(&service, &request)).then(|| service.rates.search(client.address));
    let left = match counted.transpose() {
        Ok(left) => left.flatten(),
        Err(wait) => {
            let rate = limits.search_rate;
            let detail = format!("at most {rate} searches a second are answered; try again in a moment");
            let mut response = Problem::new(Code::TooManyRequests, detail).after(wait).into_response();
            tell(limits, 0, &mut response);
            return response;
        }
    };
    // Connections count their own requests; behind a proxy there are many clients to one connection.
    let _counted = match client.is_proxied.then(|| service.rates.begin(client.address, limits.requests_per_address)) {
        Some(None) => {
            let detail = "too many requests at once; try again in a moment";
            return Problem::new(Code::TooManyRequests, detail).into_response();
        }
        Some(counted) => counted,
        None => None,
    };
    let mut response = next.run(request).await;
    if let Some(left) = left {
        tell(limits, left, &mut response);
    }
    response
}

fn is_search(service: &Service, request: &Request) -> bool {
    let Some(path) = request.extensions().get::<MatchedPath>() else { return false };
    let path = path.as_str().strip_prefix(service.links.base()).unwrap_or_default();
    SEARCHES.contains(&path) || (SEARCHES_IF_ASKED.contains(&path) && request.uri().query().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_a_rate_of_its_own_and_is_forgotten() {
        let rates = Rates::new(&Limits { search_rate: 1, search_burst: 3, ..Limits::default() });
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert!((0..3).all(|_| rates.search(here).is_ok()));
        let wait = rates.search(here).expect_err("three were let through");
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(rates.search(there).is_ok());
        for number in 0..50_000_u32 {
            let _ = rates.search(IpAddr::from((number << 8).to_be_bytes()));
            let kept = rates.searches.load().as_ref().map_or(0, |searches| searches.len());
            assert!(kept <= MOST_ADDRESSES + LOOK_EVERY as usize, "{kept}");
        }
        let unlimited = Rates::new(&Limits { search_rate: 0, ..Limits::default() });
        assert!((0..1_000).all(|_| unlimited.search(here).is_ok()));
    }

    #[test]
    fn requests_at_once_are_counted_until_they_are_over() {
        let rates = Rates::new(&Limits::default());
        let address = IpAddr::from([192, 0, 2, 1]);
        let first = rates.begin(address, 1);
        assert!(first.is_some() && rates.begin(address, 1).is_none());
        drop(first);
        assert!(rates.begin(address, 1).is_some());
        assert!(rates.under_way.lock().expect("no panic").is_empty());
    }
}
