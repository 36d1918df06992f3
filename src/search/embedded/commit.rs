//! One commit of the index, with what is kept of it in memory and shared by all that looks something up in it.

use super::known_starts::KnownStarts;
use super::languages::Languages;
use crate::index::Snapshot;
use crate::search::found::Seat;
use crate::search::place::Place;
use std::fmt;
use std::sync::Arc;
use tantivy::schema::Field;
use tantivy::{DocAddress, Searcher, SegmentReader};

/// One commit of the index.
pub(super) struct Commit {
    pub(super) snapshot: Arc<Snapshot>,
    /// The languages of its reports.
    pub(super) languages: Languages,
    /// Where their pages begin.
    pub(super) starts: KnownStarts,
}

impl Commit {
    pub(super) fn of(snapshot: Arc<Snapshot>) -> tantivy::Result<Commit> {
        let (languages, starts) = (Languages::of(&snapshot)?, KnownStarts::none_of(&snapshot));
        Ok(Commit { snapshot, languages, starts })
    }

    pub(super) fn searcher(&self) -> &Searcher {
        &self.snapshot.searcher
    }

    pub(super) fn segments(&self) -> &[SegmentReader] {
        self.snapshot.searcher.segment_readers()
    }

    /// The segment that a report is in; `None` for a seat of another commit.
    pub(super) fn segment_of(&self, seat: Seat) -> Option<&SegmentReader> {
        self.segments().get(address_of(seat).segment_ord as usize)
    }

    /// The field that holds a place.
    pub(super) fn field(&self, place: Place) -> Field {
        let fields = &self.snapshot.fields;
        match place {
            Place::Body => fields.body,
            Place::Title => fields.title,
            Place::Author => fields.author,
            Place::Subject => fields.subject,
            Place::File => fields.file,
            Place::Heading => fields.heading,
            Place::Statement => fields.statement,
            Place::Furniture => fields.furniture,
            Place::Accented => fields.accented,
            Place::Section => fields.section,
            Place::Tag => fields.tag,
        }
    }
}

/// Queries hold a commit, and the engine wants to print queries.
impl fmt::Debug for Commit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Commit").field("opstamp", &self.snapshot.opstamp).finish_non_exhaustive()
    }
}

/// Where the engine has the report with this seat.
pub(super) fn address_of(seat: Seat) -> DocAddress {
    DocAddress { segment_ord: (seat.0 >> u32::BITS) as u32, doc_id: seat.0 as u32 }
}

/// The seat of a report; seats rise as addresses do.
pub(super) fn seat_at(address: DocAddress) -> Seat {
    Seat(u64::from(address.segment_ord) << u32::BITS | u64::from(address.doc_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_addresses_and_rise_with_them() {
        let addresses = [(0, 0), (0, u32::MAX), (1, 0), (1, 7), (u32::MAX, 3)];
        let addresses = addresses.map(|(segment, doc)| DocAddress::new(segment, doc));
        let seats = addresses.map(seat_at);
        assert!(seats.is_sorted_by(|a, b| a < b), "{seats:?}");
        assert_eq!(seats.map(address_of), addresses);
    }
}
