//! A report's text in 128 bytes that are the more alike the more of their text two reports share.
//!
//! MinHash over the set of runs of [`SHINGLE`] words (Broder, *On the resemblance and containment of documents*, 1997):
//! of two sets, the least hash agrees with the probability of their resemblance, the share of common runs among all
//! runs of both. All minima come from one hash a run, each from its own part of the hash's range (one-permutation
//! hashing; Li, Owen and Zhang, 2012); a part that no run fell into borrows from the next one (Shrivastava and Li,
//! *Densifying one permutation hashing via rotation*, 2014). Of each minimum the lowest 8 bits are kept, and what
//! agrees by chance is taken off (Li and König, *b-bit minwise hashing*, 2010): in the same room, many short minima
//! estimate better than few long ones.
//!
//! The standard error of an estimate is about √(r (1 − r) / 128): 0.04 at a resemblance of 0.5, 0.03 at 0.9. With a
//! quarter of the minima, forms filled in differently, whose resemblance is 0.3 to 0.4, are often taken for editions.

#[cfg(feature = "cluster")]
use crate::index::analyzer::{WholeWords, analyze};
#[cfg(feature = "cluster")]
use crate::report::Report;

/// Minima of a sketch.
const MINIMA: usize = 128;

/// Words of a run: fewer make reports of one subject alike, more make a changed word cost more.
const SHINGLE: usize = 4;

/// Parts of the range that some run must have fallen into: below, which takes some 90 different runs to pass, a text
/// is too short to be told from the stamps, forms and legal notices that many reports consist of.
const LEAST_FILLED: usize = 64;

/// A part of the range into which no run has fallen yet.
const EMPTY: u64 = u64::MAX;

/// Added to a borrowed minimum for every step it was borrowed over, so that it agrees only with one borrowed as far.
const STEP: u8 = 0x9d;

/// A report's text in brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sketch([u8; MINIMA]);

impl Sketch {
    /// The minima; each agrees with another sketch's with the probability of the resemblance of their texts.
    pub fn minima(&self) -> &[u8; MINIMA] {
        &self.0
    }

    /// Estimates the share of runs of words that two texts have in common, 0 to 1.
    pub fn resemblance(&self, other: &Sketch) -> f32 {
        const CHANCE: f32 = 1.0 / 256.0;
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        let share = equal as f32 / MINIMA as f32;
        ((share - CHANCE) / (1.0 - CHANCE)).max(0.0)
    }

    /// That of the words on the pages of a report; `None` if they are too few to tell it from others. The index makes it
    /// of the same words while it writes them.
    #[cfg(feature = "cluster")]
    pub fn of(report: &Report) -> Option<Sketch> {
        let mut sketcher = Sketcher::default();
        let mut position = 0;
        for page in report.pages.iter().filter(|page| page.status.is_searchable()) {
            let mut whole_words = WholeWords::default();
            position = analyze(&page.text, &page.furniture, position, &mut |token| {
                if whole_words.has(&token) {
                    sketcher.push(token.term);
                }
            });
        }
        sketcher.finish()
    }

    /// The form that is kept.
    pub fn encode(&self) -> &[u8] {
        &self.0
    }

    /// Reads the form that is kept; `None` if it is none.
    pub fn decode(bytes: &[u8]) -> Option<Sketch> {
        bytes.try_into().ok().map(Sketch)
    }
}

/// Makes a sketch of words given in order.
#[derive(Debug, Clone)]
pub(super) struct Sketcher {
    minima: [u64; MINIMA],
    /// Hashes of the last words, the latest at the end.
    run: [u64; SHINGLE],
    /// Words given, counted up to a whole run.
    words: usize,
}

impl Default for Sketcher {
    fn default() -> Sketcher {
        Sketcher { minima: [EMPTY; MINIMA], run: [0; SHINGLE], words: 0 }
    }
}

impl Sketcher {
    /// Adds the next word.
    pub(super) fn push(&mut self, term: &str) {
        self.run.rotate_left(1);
        self.run[SHINGLE - 1] = hash(term);
        self.words = (self.words + 1).min(SHINGLE);
        if self.words < SHINGLE {
            return;
        }
        let joined = self.run.iter().fold(0, |joined, word| mix(joined ^ word));
        // The highest bits choose the part, the others the place within it.
        let (part, place) =
            ((joined >> (u64::BITS - MINIMA.ilog2())) as usize, joined << MINIMA.ilog2() >> MINIMA.ilog2());
        if let Some(minimum) = self.minima.get_mut(part) {
            *minimum = (*minimum).min(place);
        }
    }

    /// The sketch; `None` if there was too little text to tell it from others.
    pub(super) fn finish(self) -> Option<Sketch> {
        let filled = self.minima.iter().filter(|minimum| **minimum != EMPTY).count();
        (filled >= LEAST_FILLED).then(|| Sketch(std::array::from_fn(|part| self.densified(part))))
    }

    /// The minimum of a part, or that of the next part that has one.
    fn densified(&self, part: usize) -> u8 {
        let following = self.minima.iter().cycle().skip(part).zip(0..MINIMA as u8);
        let lender = following.into_iter().find(|(minimum, _)| **minimum != EMPTY);
        lender.map_or(0, |(minimum, steps)| (*minimum as u8).wrapping_add(steps.wrapping_mul(STEP)))
    }
}

/// FNV-1a, then mixed: sketches are kept, so the hash must stay the same in every version and on every machine.
fn hash(term: &str) -> u64 {
    let fnv = term
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mix(fnv)
}

/// The finalizer of MurmurHash3: every bit of the input bears on every bit of the output.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ bits >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ bits >> 33
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn sketch(words: &[String]) -> Option<Sketch> {
        let mut sketcher = Sketcher::default();
        words.iter().for_each(|word| sketcher.push(word));
        sketcher.finish()
    }

    /// The resemblance that a sketch estimates.
    fn truth(a: &[String], b: &[String]) -> f64 {
        let [a, b] = [a, b].map(|words| words.windows(SHINGLE).collect::<HashSet<_>>());
        a.intersection(&b).count() as f64 / a.union(&b).count() as f64
    }

    /// A text of so many words, and a later edition of it in which about one word in `every` is another.
    fn editions(length: u64, every: u64, seed: u64) -> (Vec<String>, Vec<String>) {
        let random = |place: u64, salt: u64| mix(mix(seed ^ salt << 48) ^ place);
        let first: Vec<String> = (0..length).map(|place| format!("w{}", random(place, 1) % 5_000)).collect();
        let changed = |place: u64| random(place, 2).is_multiple_of(every);
        let second = (0..length)
            .zip(&first)
            .map(|(place, word)| if changed(place) { format!("n{}", random(place, 3) % 5_000) } else { word.clone() });
        let second = second.collect();
        (first, second)
    }

    #[test]
    fn estimates_are_as_good_as_promised() {
        const TRIALS: u64 = 200;
        // From barely enough text to a long report; from other texts to the same one.
        for length in [150, 400, 3_000] {
            for every in [2, 5, 12, 40, 1_000_000] {
                let (mut error, mut squares, mut variance) = (0.0, 0.0, 0.0);
                for seed in 0..TRIALS {
                    let (a, b) = editions(length, every, seed * 977 + length);
                    let (Some(left), Some(right)) = (sketch(&a), sketch(&b)) else { continue };
                    let truth = truth(&a, &b);
                    let off = f64::from(left.resemblance(&right)) - truth;
                    error += off / TRIALS as f64;
                    squares += off * off / TRIALS as f64;
                    variance += truth * (1.0 - truth) / MINIMA as f64 / TRIALS as f64;
                }
                assert!(error.abs() < 0.02, "{length} words, one in {every} changed: off by {error:.3}");
                let (found, promised) = (squares.sqrt(), variance.sqrt());
                assert!(found < 1.3 * promised + 0.005, "{length}, {every}: error {found:.3}, promised {promised:.3}");
            }
        }
    }

    #[test]
    fn long_texts_do_not_agree_by_their_length() {
        let sketches: Vec<Sketch> = (0..8).filter_map(|seed| sketch(&editions(100_000, 2, seed).0)).collect();
        for (index, one) in sketches.iter().enumerate() {
            assert!(sketches[..index].iter().all(|other| one.resemblance(other) < 0.05), "{index}");
        }
    }

    #[test]
    fn too_little_text_has_no_sketch() {
        let words = |count: u64| editions(count, 1_000_000, 7).0;
        for (text, expected) in [
            (words(0), false),
            (words(60), false),
            (words(150), true),
            // A stamp on every page is no more text than one.
            (std::iter::repeat_n(words(20), 500).flatten().collect(), false),
        ] {
            assert_eq!(sketch(&text).is_some(), expected, "{} words", text.len());
        }
    }

    #[test]
    fn sketches_stay_the_same_in_every_version() {
        let text: Vec<String> = (0..200).map(|place| format!("word{place}")).collect();
        let sketch = sketch(&text).expect("enough text");
        assert_eq!(sketch.minima()[..4], [239, 41, 140, 32]);
    }

    proptest! {
        #[test]
        fn any_texts_are_compared(
            a in prop::collection::vec("[a-d]", 0..300),
            b in prop::collection::vec("[a-d]", 0..300),
        ) {
            if let (Some(left), Some(right)) = (sketch(&a), sketch(&b)) {
                prop_assert_eq!(left.resemblance(&left), 1.0);
                prop_assert_eq!(left.resemblance(&right), right.resemblance(&left));
                let truth = truth(&a, &b);
                // Six standard errors, and one minimum for what rotation adds.
                let allowed = 6.0 * (truth * (1.0 - truth) / MINIMA as f64).sqrt() + 1.0 / MINIMA as f64;
                prop_assert!((f64::from(left.resemblance(&right)) - truth).abs() <= allowed, "{} {}", truth, allowed);
            }
        }

        #[test]
        fn bytes_survive_and_others_are_none(words in prop::collection::vec("[a-z]{1,5}", 200..300), bytes in prop::collection::vec(any::<u8>(), 120..136)) {
            let sketch = sketch(&words).expect("enough text");
            prop_assert_eq!(Sketch::decode(sketch.encode()), Some(sketch));
            prop_assert_eq!(Sketch::decode(&bytes).is_some(), bytes.len() == MINIMA);
        }
    }
}
