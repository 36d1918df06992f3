//! How often a password may be tried: for one account, wherever from, and from one address, for whatever account.
//! Requests from this machine itself count like any other: behind a proxy that is not configured all seem to be.

use crate::serve::limits::Limits;
use crate::serve::net::connections::client_network;
use crate::serve::problem::{Code, Problem};
use crate::store::folded_name;
use arc_swap::ArcSwap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Keys remembered at once. With more, those that have not tried lately are forgotten, or all if that is not enough.
const MOST_KEYS: usize = 20_000;

/// What is tried; each is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// To log in.
    Login,
    /// To make an account, or to set a password with a ticket.
    Registration,
    /// To prove with a password that a session is still its owner's.
    Confirmation,
}

/// Who has tried how often.
#[derive(Debug)]
pub struct Attempts {
    by_name: Option<Counted<[u8; 32]>>,
    by_address: Option<Counted<IpAddr>>,
}

impl Attempts {
    /// Counts nobody yet.
    pub fn new(limits: &Limits) -> Attempts {
        Attempts {
            by_name: Counted::new(limits.logins_per_account),
            by_address: Counted::new(limits.logins_per_address),
        }
    }

    /// Counts an attempt; refuses one too many. The address comes first, so that nobody can use up others' attempts
    /// faster than their own.
    pub fn count(&self, attempt: Attempt, address: IpAddr, name: &str) -> Result<(), Problem> {
        let name = *blake3::hash(folded_name(name.trim()).as_bytes()).as_bytes();
        let counted = match &self.by_address {
            Some(counted) => counted.count(attempt, client_network(address)),
            None => Ok(()),
        };
        let counted =
            counted.and_then(|()| self.by_name.as_ref().map_or(Ok(()), |counted| counted.count(attempt, name)));
        counted.map_err(|wait| {
            let detail = "too many attempts; wait a minute, then try again";
            Problem::new(Code::TooManyRequests, detail).after(wait)
        })
    }
}

/// So many attempts a minute for each key.
#[derive(Debug)]
struct Counted<K: Hash + Eq + Clone> {
    quota: Quota,
    keys: ArcSwap<DefaultKeyedRateLimiter<(Attempt, K)>>,
}

impl<K: Hash + Eq + Clone> Counted<K> {
    /// `None` if there may be any number.
    fn new(a_minute: u32) -> Option<Counted<K>> {
        let quota = Quota::per_minute(NonZeroU32::new(a_minute)?);
        Some(Counted { quota, keys: ArcSwap::from_pointee(RateLimiter::keyed(quota)) })
    }

    /// An error says how long to wait.
    fn count(&self, attempt: Attempt, key: K) -> Result<(), Duration> {
        let keys = self.keys.load();
        if keys.len() > MOST_KEYS {
            keys.retain_recent();
            if keys.len() > MOST_KEYS {
                self.keys.store(Arc::new(RateLimiter::keyed(self.quota)));
            }
        }
        keys.check_key(&(attempt, key)).map_err(|wait| wait.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_addresses_have_a_rate_each() {
        let attempts = Attempts::new(&Limits { logins_per_account: 5, logins_per_address: 20, ..Limits::default() });
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let is_let = |last, name: &str| attempts.count(Attempt::Login, address(last), name).is_ok();
        assert!((0..5).all(|place| is_let(place, "Zoë")));
        for name in ["Zoë", "zoe\u{308}", " ZOË "] {
            assert!(!is_let(100, name), "{name} from another address");
        }
        assert!(is_let(0, "Ada"));
        assert!(attempts.count(Attempt::Registration, address(0), "Zoë").is_ok(), "counted by itself");
        assert!((0..20).all(|number| is_let(200, &format!("name {number}"))));
        assert!(!is_let(200, "another name") && is_let(201, "another name"));
        let any = Attempts::new(&Limits { logins_per_account: 0, logins_per_address: 0, ..Limits::default() });
        assert!((0..100).all(|_| any.count(Attempt::Login, address(0), "Zoë").is_ok()));
    }
}
