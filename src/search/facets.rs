//! The values of a facet as they are returned: spellings that differ in case and accents alone are one.

use crate::index::{folded, section_key};
use crate::search::Facet;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Values of a facet returned.
const MOST_VALUES: usize = 100;

/// The most frequent values of a facet, the greatest count first. Values of one key count as one and are called as most
/// are.
pub(super) fn most_frequent(name: &str, counts: HashMap<String, u64>) -> Vec<Facet> {
    let key_of: fn(&str) -> String = match name {
        "author" | "tag" => folded,
        "section" => section_key,
        _ => str::to_owned,
    };
    let mut groups: HashMap<String, (u64, Facet)> = HashMap::new();
    for (value, count) in counts {
        let facet = Facet { value, count };
        match groups.entry(key_of(&facet.value)) {
            Entry::Vacant(place) => {
                place.insert((count, facet));
            }
            Entry::Occupied(mut group) => {
                let (sum, name) = group.get_mut();
                *sum += count;
                if preference(&facet) > preference(name) {
                    *name = facet;
                }
            }
        }
    }
    let mut values: Vec<Facet> =
        groups.into_values().map(|(count, facet)| Facet { count, value: facet.value }).collect();
    values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    values.truncate(MOST_VALUES);
    values
}

/// The greater of two spellings names their value: the more frequent, else the one with fewer capitals, else the first.
pub(super) fn preference(facet: &Facet) -> (u64, Reverse<usize>, Reverse<&str>) {
    let capitals = facet.value.chars().filter(|character| character.is_uppercase()).count();
    (facet.count, Reverse(capitals), Reverse(&facet.value))
}
