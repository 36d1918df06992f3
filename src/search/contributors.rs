//! Everybody who contributed to a report, in alphabetical order, with the number of their reports.
//!
//! Put in order once for what a library holds, when somebody first asks; a look at the list then goes through the names
//! once, which a hundred thousand reports have some tens of megabytes of.

use crate::index::folded;
use crate::report::Name;
use crate::search::Facet;
use serde::Serialize;

/// Somebody who contributed to reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contributor {
    /// As most of the reports have it.
    pub name: String,
    /// The same with the family name first.
    pub listed_as: String,
    /// Reports.
    pub reports: u64,
}

/// A part of the alphabetical list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContributorList {
    /// Contributors in all.
    pub total: usize,
    /// These.
    pub contributors: Vec<Contributor>,
    /// Where each letter begins among all, with how many contributors are before it.
    pub letters: Vec<(Letter, usize)>,
}

/// What names begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// A letter of an alphabet with capitals, as a capital.
    Capital(char),
    /// A digit or a sign.
    Digit,
    /// A letter of any other script.
    Other,
}

impl Letter {
    /// Of a folded name.
    fn of(key: &str) -> Letter {
        match key.chars().next() {
            Some(first) if first.is_lowercase() => first.to_uppercase().next().map_or(Letter::Other, Letter::Capital),
            Some(first) if first.is_alphabetic() => Letter::Other,
            _ => Letter::Digit,
        }
    }
}

impl Contributor {
    /// What its name begins with in the list.
    pub fn letter(&self) -> Letter {
        Letter::of(&folded(&Name::parse(&self.name).sorted_by()))
    }
}

/// The contributors of a library, in order.
#[derive(Debug, Default)]
pub struct Contributors {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Folded, the family name first.
    key: Box<str>,
    name: Box<str>,
    reports: u64,
}

impl Contributors {
    /// Those with these names.
    pub(super) fn of(names: &[Facet]) -> Contributors {
        let entry = |facet: &Facet| Entry {
            key: folded(&Name::parse(&facet.value).sorted_by()).into(),
            name: facet.value.as_str().into(),
            reports: facet.count,
        };
        let mut entries: Vec<Entry> = names.iter().map(entry).collect();
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key).then(a.name.cmp(&b.name)));
        Contributors { entries }
    }

    /// Those whose names have words that begin as those of `q` do, all of them if it has none: from `offset`, at most
    /// `limit`.
    pub fn list(&self, q: &str, offset: usize, limit: usize) -> ContributorList {
        let wanted = folded(q);
        let is_wanted = |entry: &&Entry| {
            let mut words = wanted.split(' ').filter(|word| !word.is_empty());
            words.all(|word| entry.key.split(' ').any(|own| own.starts_with(word)))
        };
        let mut list = ContributorList::default();
        for entry in self.entries.iter().filter(is_wanted) {
            let letter = Letter::of(&entry.key);
            if list.letters.last().is_none_or(|(last, _)| *last != letter) {
                list.letters.push((letter, list.total));
            }
            if list.total >= offset && list.contributors.len() < limit {
                list.contributors.push(Contributor {
                    name: entry.name.to_string(),
                    listed_as: Name::parse(&entry.name).inverted(),
                    reports: entry.reports,
                });
            }
            list.total += 1;
        }
        list
    }
}
