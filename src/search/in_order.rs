//! Words in order: where several words stand as a phrase, given where each of them stands.
//!
//! The one rule for membership, pages and marks. A word is out of place by its distance from where the phrase wants it,
//! and all distances together span at most the slop (as Lucene counts): with slop 0 the words follow each other; one
//! word between costs one, two words exchanged cost two. No word of the text fills two places. From each place in the
//! text where a match can begin the nearest words are taken.

/// Offsets at which a phrase can stand: a match at offset `m` has its place `i` filled from positions
/// `m + i..=m + i + slop`. Narrowed place by place, so that whoever has to fetch positions can stop early.
#[derive(Debug, Default)]
pub(super) struct Offsets {
    /// Both ends included, rising, apart.
    ranges: Vec<(i64, i64)>,
    is_narrowed: bool,
    spare: Vec<(i64, i64)>,
}

impl Offsets {
    /// Begins anew: any offset.
    pub(super) fn clear(&mut self) {
        self.ranges.clear();
        self.is_narrowed = false;
    }

    /// Keeps the offsets at which `places` (rising, at least one), all of the same word, may be filled from the rising
    /// positions of the word, each by another one; false if none is left.
    pub(super) fn narrow(&mut self, places: &[usize], positions: &[u32], slop: u32) -> bool {
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return true };
        // Between the first and the last of them stand at least the others.
        let offsets = |&[start, end]: &[u32; 2]| {
            let range = (i64::from(end) - *last as i64 - i64::from(slop), i64::from(start) - *first as i64);
            (range.0 <= range.1).then_some(range)
        };
        let ends = positions.get(places.len() - 1..).unwrap_or(&[]);
        let mut runs = positions.iter().zip(ends).map(|(start, end)| [*start, *end]);
        self.spare.clear();
        if !self.is_narrowed {
            runs.filter_map(|run| offsets(&run)).for_each(|range| add(&mut self.spare, range));
        } else {
            let mut run = runs.next();
            let mut kept = self.ranges.iter().copied();
            let mut range = kept.next();
            while let (Some(here), Some((low, high))) = (&run, range) {
                match offsets(here) {
                    Some((least, most)) if least <= high && low <= most => {
                        add(&mut self.spare, (least.max(low), most.min(high)));
                        // Whichever ends first can meet no other.
                        if most <= high { run = runs.next() } else { range = kept.next() }
                    }
                    Some((least, _)) if least > high => range = kept.next(),
                    _ => run = runs.next(),
                }
            }
        }
        self.is_narrowed = true;
        std::mem::swap(&mut self.ranges, &mut self.spare);
        !self.ranges.is_empty()
    }

    /// Calls `sink` with each match, in order of offsets: for each place the index of the position that fills it.
    /// `places` are all those the offsets were narrowed by.
    pub(super) fn each_match(&self, places: &[&[u32]], slop: u32, mut sink: impl FnMut(&[usize])) {
        let shift = |place: usize, index: usize| {
            let position = places.get(place).and_then(|positions| positions.get(index));
            position.map(|position| i64::from(*position) - place as i64)
        };
        // The first index of each place that stands at the offset or after.
        let mut first = vec![0usize; places.len()];
        let mut chosen: Vec<usize> = Vec::with_capacity(places.len());
        for &(low, high) in &self.ranges {
            let mut offset = low;
            while offset <= high {
                let (mut least, mut most) = (i64::MAX, i64::MIN);
                for (place, index) in first.iter_mut().enumerate() {
                    let is_before = |position: &u32| i64::from(*position) - (place as i64) < offset;
                    let rest = places.get(place).and_then(|positions| positions.get(*index..)).unwrap_or(&[]);
                    *index += skip_while(rest, is_before);
                    let Some(shift) = shift(place, *index) else { return };
                    (least, most) = (least.min(shift), most.max(shift));
                }
                // A match is found from the word of it that is furthest to the front, and only from there.
                let next = least.max(most - i64::from(slop));
                if next > offset {
                    offset = next;
                    continue;
                }
                chosen.clear();
                for (place, &start) in first.iter().enumerate() {
                    let mut index = start;
                    while slop > 0 && is_taken(places, &chosen, place, index) {
                        index += 1;
                    }
                    if shift(place, index).is_none_or(|shift| shift > offset + i64::from(slop)) {
                        break;
                    }
                    chosen.push(index);
                }
                let is_whole = chosen.len() == places.len();
                if is_whole && chosen.iter().enumerate().any(|(place, index)| shift(place, *index) == Some(offset)) {
                    sink(&chosen);
                }
                offset += 1;
            }
        }
    }
}

/// How many at the start of a list fulfil a condition that those after them do not; quick if they are few.
fn skip_while(list: &[u32], condition: impl Fn(&u32) -> bool) -> usize {
    let mut step = 1;
    while list.get(step - 1).is_some_and(&condition) {
        step *= 2;
    }
    let (start, end) = (step / 2, (step - 1).min(list.len()));
    start + list[start..end].partition_point(condition)
}

/// Whether a place before has taken the position that `index` of `place` stands at.
fn is_taken(places: &[&[u32]], chosen: &[usize], place: usize, index: usize) -> bool {
    let position = places.get(place).and_then(|positions| positions.get(index));
    position.is_some() && places.iter().zip(chosen).any(|(positions, taken)| positions.get(*taken) == position)
}

/// Appends a range that begins no earlier than the last one; ranges that touch become one.
fn add(ranges: &mut Vec<(i64, i64)>, range: (i64, i64)) {
    match ranges.last_mut() {
        Some(last) if range.0 <= last.1 + 1 => last.1 = last.1.max(range.1),
        _ => ranges.push(range),
    }
}

/// Calls `sink` with each match of a phrase whose places are filled from these rising positions, as indices.
pub(super) fn each_match(places: &[&[u32]], slop: u32, sink: impl FnMut(&[usize])) {
    let mut offsets = Offsets::default();
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|place| places[*place].len());
    if !order.is_empty() && order.iter().all(|place| offsets.narrow(&[*place], places[*place], slop)) {
        offsets.each_match(places, slop, sink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// First and last positions of the matches.
    fn matches(places: &[Vec<u32>], slop: u32) -> Vec<(u32, u32)> {
        let places: Vec<&[u32]> = places.iter().map(Vec::as_slice).collect();
        let mut found = Vec::new();
        each_match(&places, slop, |chosen| {
            let positions: Vec<u32> = places.iter().zip(chosen).map(|(list, index)| list[*index]).collect();
            found.push((*positions.iter().min().expect("a place"), *positions.iter().max().expect("a place")));
        });
        found
    }

    #[test]
    fn phrases_are_found_where_they_stand() {
        for (places, slop, expected) in [
            (vec![vec![1, 5, 9], vec![2, 7, 10]], 0, vec![(1, 2), (9, 10)]),
            (vec![vec![1, 5], vec![3, 5]], 0, vec![]),
            (vec![vec![1, 5], vec![3, 8]], 1, vec![(1, 3)]),
            (vec![vec![1, 5], vec![3, 8]], 2, vec![(1, 3), (5, 8)]),
            // One word cannot fill two places.
            (vec![vec![4], vec![4]], 5, vec![]),
            (vec![vec![4, 6], vec![4, 6]], 5, vec![(4, 6)]),
            (vec![vec![1, 3], vec![2], vec![1, 3]], 0, vec![(1, 3)]),
            (vec![vec![0, 2, 4], vec![0, 2, 4], vec![3]], 2, vec![(0, 3), (2, 4)]),
            // Out of order costs two.
            (vec![vec![2], vec![1]], 1, vec![]),
            (vec![vec![2], vec![1]], 2, vec![(1, 2)]),
            (vec![vec![1], vec![]], 3, vec![]),
            (vec![], 0, vec![]),
            (vec![vec![u32::MAX], vec![0]], 0, vec![]),
            (vec![vec![7, 8]], 0, vec![(7, 7), (8, 8)]),
        ] {
            assert_eq!(matches(&places, slop), expected, "{places:?}~{slop}");
        }
    }

    /// Whether some way to fill the places stands as a phrase, by trying all.
    fn can_stand(places: &[Vec<u32>], slop: u32, taken: &mut Vec<u32>) -> bool {
        let Some(list) = places.get(taken.len()) else {
            let shifts = taken.iter().enumerate().map(|(place, position)| i64::from(*position) - place as i64);
            let (least, most) =
                shifts.fold((i64::MAX, i64::MIN), |(least, most), shift| (least.min(shift), most.max(shift)));
            return most - least <= i64::from(slop);
        };
        list.iter().any(|position| {
            if taken.contains(position) {
                return false;
            }
            taken.push(*position);
            let stands = can_stand(places, slop, taken);
            taken.pop();
            stands
        })
    }

    #[test]
    fn lists_are_skipped_as_far_as_the_condition_holds() {
        let list: Vec<u32> = (0..40).collect();
        for length in 0..=list.len() {
            for until in 0..=45 {
                assert_eq!(skip_while(&list[..length], |number| *number < until), length.min(until as usize));
            }
        }
    }

    /// Matches found by narrowing word by word, as the index is read.
    fn by_words(lists: &[Vec<u32>], order: &[usize], slop: u32) -> Vec<Vec<usize>> {
        let mut offsets = Offsets::default();
        for (word, positions) in lists.iter().enumerate() {
            let places: Vec<usize> = (0..order.len()).filter(|place| order[*place] == word).collect();
            if !offsets.narrow(&places, positions, slop) {
                return Vec::new();
            }
        }
        let places: Vec<&[u32]> = order.iter().map(|word| lists[*word].as_slice()).collect();
        let mut found = Vec::new();
        offsets.each_match(&places, slop, |chosen| found.push(chosen.to_vec()));
        found
    }

    proptest! {
        #[test]
        fn a_phrase_is_found_if_there_is_a_way(
            lists in prop::collection::vec(prop::collection::btree_set(0u32..12, 0..5), 1..3),
            order in prop::collection::vec(0usize..3, 1..5),
            slop in 0u32..6,
        ) {
            // Places with the same list are the same word.
            let list = |place: &usize| lists[place % lists.len()].iter().copied().collect::<Vec<u32>>();
            let places: Vec<Vec<u32>> = order.iter().map(list).collect();
            let found = matches(&places, slop);
            let mut words: Vec<_> = lists.iter().collect();
            words.dedup();
            let are_apart = words.len() < 2 || words[0].is_disjoint(words[1]);
            if are_apart {
                prop_assert_eq!(!found.is_empty(), can_stand(&places, slop, &mut Vec::new()));
            }
            prop_assert!(found.iter().all(|(first, last)| last - first < places.len() as u32 + slop));
            let order: Vec<usize> = order.iter().map(|place| place % lists.len()).collect();
            let lists: Vec<Vec<u32>> = lists.iter().map(|list| list.iter().copied().collect()).collect();
            prop_assert_eq!(by_words(&lists, &order, slop).len(), found.len());
        }
    }
}
