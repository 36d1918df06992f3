//! The token that continues a search after its last hit, beyond any offset.
//!
//! It says how far the search had come and for which search it holds; results that change meanwhile may shift.

use crate::search::{Operator, SearchError, SearchRequest};
use std::fmt::Write;

/// The token for continuing `request` at this many reports.
pub(super) fn encode(request: &SearchRequest, offset: usize) -> String {
    format!("{:016x}{offset:x}", fingerprint(request))
}

/// Where the token continues; [`SearchError::Cursor`] if it was not made for this search.
pub(super) fn decode(request: &SearchRequest, token: &str) -> Result<usize, SearchError> {
    let is_hex = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (fingerprint_digits, offset) = token.split_at_checked(16).filter(|_| is_hex).ok_or(SearchError::Cursor)?;
    if u64::from_str_radix(fingerprint_digits, 16) != Ok(fingerprint(request)) {
        return Err(SearchError::Cursor);
    }
    usize::from_str_radix(offset, 16).map_err(|_| SearchError::Cursor)
}

/// What the order of hits depends on.
fn fingerprint(request: &SearchRequest) -> u64 {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{:?}\n{:?}\n{:?}\n{}",
        request.sort,
        request.filters,
        request.q,
        request.operator == Operator::Or
    );
    let hash = blake3::hash(text.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Sort;

    #[test]
    fn a_token_holds_for_its_search_only() {
        let request = SearchRequest { q: "water".into(), ..SearchRequest::default() };
        let token = encode(&request, 123_456);
        assert_eq!(decode(&request, &token).ok(), Some(123_456));
        let other_page = SearchRequest { limit: 50, pages: 1, ..request.clone() };
        assert_eq!(decode(&other_page, &token).ok(), Some(123_456));
        let sorted = SearchRequest { sort: Sort::DateDescending, ..request.clone() };
        assert!(decode(&sorted, &token).is_err());
        for bad in
            ["", "zz", "é", "0123456789abcdef", "+123456789abcdef1", &token[1..], &format!("{token}ffffffffffffffff")]
        {
            assert!(decode(&request, bad).is_err(), "{bad}");
        }
    }
}
