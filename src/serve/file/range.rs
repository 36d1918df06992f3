//! Byte ranges of a file: one range is honoured, a list of several is answered with the whole file.
//!
//! RFC 9110 section 14 lets a server ignore a range request; PDF viewers ask for one range at a time.

/// What part of a file to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: 200.
    Whole,
    /// From `first` to `last`, both included: 206.
    Range {
        /// First byte.
        first: u64,
        /// Last byte.
        last: u64,
    },
    /// No byte of it: 416.
    Unsatisfiable,
}

/// Reads a `Range` header for a file of `size` bytes.
pub fn parse(header: &str, size: u64) -> Part {
    let Some((unit, ranges)) = header.split_once('=') else { return Part::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || ranges.contains(',') {
        return Part::Whole;
    }
    let Some((first, last)) = ranges.trim().split_once('-') else { return Part::Whole };
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than fit mean "beyond the end".
        is_number.then(|| digits.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => Part::Whole,
        (Some(first), last) if last.is_some() || ranges.trim().ends_with('-') => match size.checked_sub(1) {
            Some(end) if first <= end => Part::Range { first, last: last.unwrap_or(end).min(end) },
            _ => Part::Unsatisfiable,
        },
        (None, Some(0)) if first.is_empty() => Part::Unsatisfiable,
        (None, Some(length)) if first.is_empty() => match size.checked_sub(1) {
            Some(end) => Part::Range { first: size.saturating_sub(length), last: end },
            None => Part::Unsatisfiable,
        },
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        let range = |first, last| Part::Range { first, last };
        for (header, size, wanted) in [
            ("bytes=0-99", 1000, range(0, 99)),
            ("bytes=0-", 1000, range(0, 999)),
            ("bytes=990-2000", 1000, range(990, 999)),
            ("bytes=-100", 1000, range(900, 999)),
            ("bytes=-2000", 1000, range(0, 999)),
            ("Bytes= 5-5", 1000, range(5, 5)),
            ("bytes=1000-", 1000, Part::Unsatisfiable),
            ("bytes=99999999999999999999999-", 1000, Part::Unsatisfiable),
            ("bytes=-0", 1000, Part::Unsatisfiable),
            ("bytes=0-", 0, Part::Unsatisfiable),
            ("bytes=5-2", 1000, Part::Whole),
            ("bytes=0-1,5-9", 1000, Part::Whole),
            ("lines=0-1", 1000, Part::Whole),
            ("bytes=a-b", 1000, Part::Whole),
            ("bytes=1-b", 1000, Part::Whole),
            ("bytes=", 1000, Part::Whole),
            ("bytes=-", 1000, Part::Whole),
            ("bytes=+1-5", 1000, Part::Whole),
        ] {
            assert_eq!(parse(header, size), wanted, "{header} of {size}");
        }
    }
}
