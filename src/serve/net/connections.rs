//! The open connections, bounded in number as a whole and by address.
//!
//! At a bound a new connection takes the place of the one that has waited longest without a whole request: whoever
//! opens many and says nothing loses them, and whoever asks is answered.

use crate::serve::limits::Limits;
use crate::serve::net::activity::Activity;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The open connections.
#[derive(Debug, Default)]
pub struct Connections {
    open: Mutex<Open>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_number: HashMap<u64, Entry>,
    by_address: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Entry {
    address: Option<IpAddr>,
    activity: Arc<Activity>,
    displaced: Arc<Notify>,
}

/// A counted connection; leaves the count when dropped.
#[derive(Debug)]
pub struct Admitted {
    connections: Arc<Connections>,
    number: u64,
    /// What it does.
    pub activity: Arc<Activity>,
    /// Told when another takes its place.
    pub displaced: Arc<Notify>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Every connection has a request under way.
    Full,
    /// Every connection of the address has.
    Address,
}

impl Connections {
    /// Counts a connection. `address` is `None` for those that are not bounded by it.
    pub fn admit(self: &Arc<Self>, address: Option<IpAddr>, limits: &Limits) -> Result<Admitted, Refusal> {
        let address = address.map(client_network);
        let mut open = self.lock();
        if let Some(address) = address
            && open.by_address.get(&address).is_some_and(|count| *count >= limits.connections_per_address)
            && !open.displace(Some(address))
        {
            return Err(Refusal::Address);
        }
        if open.by_number.len() >= limits.connections && !open.displace(None) {
            return Err(Refusal::Full);
        }
        let number = open.next;
        open.next += 1;
        let (activity, displaced) = (Activity::new(), Arc::new(Notify::new()));
        let entry = Entry { address, activity: Arc::clone(&activity), displaced: Arc::clone(&displaced) };
        open.by_number.insert(number, entry);
        if let Some(address) = address {
            *open.by_address.entry(address).or_default() += 1;
        }
        drop(open);
        Ok(Admitted { connections: Arc::clone(self), number, activity, displaced })
    }

    /// Ends the connection that has waited longest without a whole request, for want of what every connection needs;
    /// false if there is none.
    pub fn make_room(&self) -> bool {
        self.lock().displace(None)
    }

    /// Connections open now.
    pub fn count(&self) -> usize {
        self.lock().by_number.len()
    }

    /// Waits until one ends.
    pub async fn freed(&self) {
        self.freed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Gives up the connection, of this address or of any, that has waited longest for a whole request.
    fn displace(&mut self, address: Option<IpAddr>) -> bool {
        let candidates = self.by_number.iter().filter(|(_, entry)| address.is_none() || entry.address == address);
        let waiting = candidates.filter_map(|(number, entry)| Some((entry.activity.waits_since()?, *number)));
        let Some((_, number)) = waiting.min() else { return false };
        if let Some(entry) = self.remove(number) {
            entry.displaced.notify_one();
        }
        true
    }

    fn remove(&mut self, number: u64) -> Option<Entry> {
        let entry = self.by_number.remove(&number)?;
        if let Some(address) = entry.address
            && let Some(count) = self.by_address.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
        Some(entry)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.connections.lock().remove(self.number);
        self.connections.freed.notify_one();
    }
}

/// What counts as one client: an IPv4 address, or the /64 that a single IPv6 user is given.
pub fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_a_bound_the_one_that_waits_longest_makes_way_and_none_with_a_request_does() {
        let connections = Arc::new(Connections::default());
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let limits = Limits { connections: 4, connections_per_address: 2, ..Limits::default() };
        let admit = |address| connections.admit(Some(address), &limits);
        let is_displaced = |admitted: &Admitted| futures_util::FutureExt::now_or_never(admitted.displaced.notified());
        let first = admit(here).expect("room");
        let second = admit(here).expect("room");
        let request = first.activity.begin(false);
        let third = admit(here).expect("the second makes way");
        assert!(is_displaced(&second).is_some() && is_displaced(&first).is_none());
        let other_request = third.activity.begin(false);
        assert_eq!(admit(here).expect_err("both have requests"), Refusal::Address);
        let unbounded: Vec<Admitted> = (0..2).map(|_| connections.admit(None, &limits).expect("room")).collect();
        let requests: Vec<_> = unbounded.iter().map(|admitted| admitted.activity.begin(false)).collect();
        assert_eq!(admit(there).expect_err("all have requests"), Refusal::Full);
        drop((request, requests));
        let after = admit(there).expect("one makes way");
        assert_eq!(connections.count(), 4);
        assert!(connections.make_room());
        assert_eq!(connections.count(), 3);
        drop((first, second, third, unbounded, after, other_request));
        assert_eq!(connections.count(), 0);
        assert!(connections.lock().by_address.is_empty());
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        for (address, wanted) in
            [("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7")]
        {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(client_network(address).to_string(), wanted);
        }
    }
}
