//! Where a page of results ended, in the numbers of one segment.

use super::collect::Ranking;
use crate::search::cursor::SortKey;
use tantivy::columnar::StrColumn;

/// Parts the reports of a segment into those up to a sort key and those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Boundary {
    rank: u64,
    /// Of the reports of this rank those from this key on come after.
    first_key: u64,
}

impl Boundary {
    /// The boundary at a key, which a report of any segment may have.
    pub(super) fn new(key: &SortKey, ranking: &Ranking, keys: &StrColumn) -> tantivy::Result<Boundary> {
        let (place, is_there) = place_of(keys, key.id.to_string().as_bytes())?;
        let with_ties = |rank| Boundary { rank, first_key: if is_there { place + 1 } else { place } };
        let without_ties = |rank| Boundary { rank, first_key: u64::MAX };
        let with_all_of = |rank| Boundary { rank, first_key: 0 };
        Ok(match ranking {
            Ranking::Title(None, _) => without_ties(1),
            Ranking::Title(Some(titles), last_first) => {
                let (title, is_there) = place_of(titles, &key.title)?;
                match (last_first, is_there) {
                    (true, true) => with_ties(title + 1),
                    (true, false) => without_ties(title + 1),
                    (false, true) => with_ties(u64::MAX - title),
                    (false, false) => with_all_of(u64::MAX - title),
                }
            }
            Ranking::Score | Ranking::Date(..) => with_ties(key.rank),
        })
    }

    /// Whether a report comes after.
    pub(super) fn is_before(&self, rank: u64, key: u64) -> bool {
        rank < self.rank || (rank == self.rank && key >= self.first_key)
    }
}

/// The number of the first value not before `wanted`, and whether it is that one.
fn place_of(column: &StrColumn, wanted: &[u8]) -> tantivy::Result<(u64, bool)> {
    let (mut low, mut high) = (0, column.num_terms() as u64);
    let mut value = Vec::new();
    let mut is_there = false;
    while low < high {
        let middle = low + (high - low) / 2;
        value.clear();
        column.dictionary().ord_to_term(middle, &mut value)?;
        if value.as_slice() < wanted {
            low = middle + 1;
        } else {
            is_there = value == wanted;
            high = middle;
        }
    }
    Ok((low, is_there))
}
