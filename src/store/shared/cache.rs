//! What was read lately, within a bound.
//!
//! Two generations: what is asked for moves to the younger one, and when that has grown to half of the bound it becomes
//! the older one, whose content goes. Cheaper than a list in order of use, and nearly as good.

use std::collections::HashMap;
use std::hash::Hash;

/// Values by key, whose weights come to no more than the bound.
#[derive(Debug)]
pub(super) struct Cache<K, V> {
    half: u64,
    weight: u64,
    young: HashMap<K, (V, u64)>,
    old: HashMap<K, (V, u64)>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    pub(super) fn new(bound: u64) -> Cache<K, V> {
        Cache { half: bound / 2, weight: 0, young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.remove(key)?;
        self.insert(key.clone(), value.clone(), weight);
        Some(value)
    }

    /// Keeps a value, unless it alone would take the room of all others.
    pub(super) fn insert(&mut self, key: K, value: V, weight: u64) {
        self.remove(&key);
        if weight > self.half {
            return;
        }
        if self.weight + weight > self.half {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += weight;
        self.young.insert(key, (value, weight));
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.old.remove(key);
        if let Some((_, weight)) = self.young.remove(key) {
            self.weight -= weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_more_is_kept_than_the_bound_and_nothing_else_is_given(
            questions in prop::collection::vec((0u8..20, 0u64..60, any::<bool>()), 1..200),
        ) {
            let mut cache = Cache::new(100);
            let mut known = HashMap::new();
            for (key, weight, is_asked) in questions {
                if is_asked {
                    if let Some(value) = cache.get(&key) {
                        prop_assert_eq!(Some(&value), known.get(&key));
                    }
                } else {
                    cache.insert(key, weight, weight);
                    known.insert(key, weight);
                    prop_assert_eq!(cache.get(&key), (weight <= 50).then_some(weight));
                }
                let kept: u64 = cache.young.values().chain(cache.old.values()).map(|(_, weight)| weight).sum();
                prop_assert!(kept <= 100, "{} kept", kept);
            }
        }
    }

    #[test]
    fn what_is_asked_for_stays() {
        let mut cache = Cache::new(10);
        for number in 0..100 {
            cache.insert(number, (), 1);
            assert_eq!(cache.get(&0), Some(()), "after {number}");
        }
        assert_eq!(cache.get(&1), None);
    }
}
