//! The token that continues a search after its last hit, beyond any offset.
//!
//! It says where the search had come to in terms that hold whatever is committed meanwhile: the sort key of the last
//! hit, so that what comes after it neither moves nor repeats with new reports before it. Among the first reports, which
//! are ranked again by their pages, a new commit may move any; there the token knows which were shown.

use crate::report::ReportId;
use crate::search::{Operator, SearchError, SearchRequest};
use std::fmt::Write;

/// Longest title kept as a sort key, in bytes.
const MAX_TITLE: usize = 1_500;

/// Where a page of results starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// After so many hits of the same commit.
    At(usize),
    /// After so many hits of another commit, known by their marks.
    Past {
        /// How many.
        reached: usize,
        /// Which.
        shown: Vec<Mark>,
        /// Whether they are the first in the order of the commit that gave the last of them.
        is_start: bool,
    },
    /// After the report with this key.
    After {
        /// Hits up to it.
        reached: usize,
        /// Its key.
        key: SortKey,
    },
}

/// The key by which a report stands in its order, whatever the commit: the greater rank first or the title, then the
/// identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SortKey {
    /// Bits of the score, or the date; 0 for orders by title.
    pub(super) rank: u64,
    /// As the order compares it; empty for other orders.
    pub(super) title: Vec<u8>,
    /// Of equal ones the smaller first.
    pub(super) id: ReportId,
}

/// Enough of an identity to know a report among some hundred.
pub(super) type Mark = [u8; 3];

/// The mark of a report.
pub(super) fn mark(id: ReportId) -> Mark {
    let [first, second, third, ..] = id.0;
    [first, second, third]
}

impl Start {
    /// Hits before it.
    pub(super) fn reached(&self) -> usize {
        match self {
            Start::At(reached) | Start::Past { reached, .. } | Start::After { reached, .. } => *reached,
        }
    }
}

/// The token for continuing `request` there. `generation` is that of the commit that answered.
pub(super) fn encode(request: &SearchRequest, generation: &str, start: &Start) -> String {
    let mut bytes = fingerprint(request).to_vec();
    bytes.extend(u32::try_from(start.reached()).unwrap_or(u32::MAX).to_be_bytes());
    match start {
        Start::At(_) => bytes.push(0),
        Start::Past { shown, is_start, .. } => {
            bytes.push(1);
            bytes.extend(if *is_start { hash(generation) } else { [0; 8] });
            bytes.extend(shown.iter().flatten());
        }
        Start::After { key, .. } => {
            bytes.push(2);
            bytes.extend(key.rank.to_be_bytes());
            bytes.extend(key.id.0);
            bytes.extend(key.title.iter().take(MAX_TITLE));
        }
    }
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut token, byte| {
        // Writing to a string cannot fail.
        let _ = write!(token, "{byte:02x}");
        token
    })
}

/// Where the token continues on the commit of this generation; [`SearchError::Cursor`] if it was not made for this
/// search.
pub(super) fn decode(request: &SearchRequest, generation: &str, token: &str) -> Result<Start, SearchError> {
    let bytes = unhex(token).ok_or(SearchError::Cursor)?;
    let rest = bytes.strip_prefix(&fingerprint(request)).ok_or(SearchError::Cursor)?;
    let (reached, rest) = rest.split_first_chunk::<4>().ok_or(SearchError::Cursor)?;
    let reached = usize::try_from(u32::from_be_bytes(*reached)).map_err(|_| SearchError::Cursor)?;
    match rest {
        [0] => Ok(Start::At(reached)),
        [1, rest @ ..] => {
            let (made_by, marks) = rest.split_first_chunk::<8>().ok_or(SearchError::Cursor)?;
            let (marks, []) = marks.as_chunks::<3>() else { return Err(SearchError::Cursor) };
            let is_same = *made_by == hash(generation);
            Ok(if is_same {
                Start::At(reached)
            } else {
                Start::Past { reached, shown: marks.to_vec(), is_start: false }
            })
        }
        [2, rest @ ..] => {
            let (rank, rest) = rest.split_first_chunk::<8>().ok_or(SearchError::Cursor)?;
            let (id, title) = rest.split_first_chunk::<16>().ok_or(SearchError::Cursor)?;
            let key = SortKey { rank: u64::from_be_bytes(*rank), title: title.to_vec(), id: ReportId(*id) };
            Ok(Start::After { reached, key })
        }
        _ => Err(SearchError::Cursor),
    }
}

fn unhex(token: &str) -> Option<Vec<u8>> {
    let (pairs, []) = token.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// What the order of hits depends on.
fn fingerprint(request: &SearchRequest) -> [u8; 8] {
    hash(&format!("{:?}\n{:?}\n{:?}\n{}", request.sort, request.filters, request.q, request.operator == Operator::Or))
}

fn hash(text: &str) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(text.as_bytes()).as_bytes();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Sort;

    #[test]
    fn what_was_shown_counts_by_number_where_nothing_has_moved() {
        let request = SearchRequest::default();
        let start = Start::Past { reached: 1, shown: vec![[1, 2, 3]], is_start: true };
        let token = encode(&request, "gen-1.7", &start);
        assert_eq!(decode(&request, "gen-1.7", &token).ok(), Some(Start::At(1)));
        let past = Start::Past { reached: 1, shown: vec![[1, 2, 3]], is_start: false };
        assert_eq!(decode(&request, "gen-1.8", &token).ok(), Some(past));
    }

    #[test]
    fn a_token_holds_for_its_search_only() {
        let request = SearchRequest { q: "water".into(), ..SearchRequest::default() };
        let id = ReportId::of_bytes(b"a");
        let key = SortKey { rank: 7, title: "étude".into(), id };
        for start in [
            Start::At(123_456),
            Start::Past { reached: 2, shown: vec![mark(id), [0, 1, 2]], is_start: false },
            Start::After { reached: 70_000, key },
        ] {
            let token = encode(&request, "gen-1.7", &start);
            assert_eq!(decode(&request, "gen-1.8", &token).ok().as_ref(), Some(&start));
            let other_page = SearchRequest { limit: 50, pages: 1, ..request.clone() };
            assert_eq!(decode(&other_page, "gen-1.8", &token).ok().as_ref(), Some(&start));
            let same = decode(&request, "gen-1.7", &token).expect("valid");
            assert_eq!(same, start);
            let sorted = SearchRequest { sort: Sort::DateDescending, ..request.clone() };
            assert!(decode(&sorted, "gen-1.7", &token).is_err());
            for bad in ["", "zz", "é", "0123456789abcdef", "+1", &token[1..], &token[..token.len().min(26) - 2]] {
                assert!(decode(&request, "gen-1.7", bad).is_err(), "{bad}");
            }
        }
    }
}
