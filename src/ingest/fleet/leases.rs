//! The leases that a worker holds, and the files under each that it is not done with.

use crate::queue::{Item, Token};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Leases by their names.
#[derive(Debug, Default)]
pub(super) struct Leases(Mutex<BTreeMap<Token, BTreeSet<Vec<u8>>>>);

impl Leases {
    /// A lease was taken.
    pub(super) fn took(&self, lease: &Token, items: &[Item]) {
        let places = items.iter().map(|item| item.source.place.clone()).collect();
        self.lock().insert(lease.clone(), places);
    }

    /// A file of a lease is done with, however; a lease without files needs no renewal.
    pub(super) fn done(&self, lease: &Token, place: &[u8]) {
        let mut leases = self.lock();
        if let Some(places) = leases.get_mut(lease) {
            places.remove(place);
            if places.is_empty() {
                leases.remove(lease);
            }
        }
    }

    /// The queue says which files a lease still holds.
    pub(super) fn keep(&self, lease: &Token, held: &[Vec<u8>]) {
        let mut leases = self.lock();
        if let Some(places) = leases.get_mut(lease) {
            places.retain(|place| held.contains(place));
            if places.is_empty() {
                leases.remove(lease);
            }
        }
    }

    /// Whether a file is still the worker's, as far as it knows.
    pub(super) fn has(&self, lease: &Token, place: &[u8]) -> bool {
        self.lock().get(lease).is_some_and(|places| places.contains(place))
    }

    /// The names of all.
    pub(super) fn all(&self) -> Vec<Token> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Token, BTreeSet<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
