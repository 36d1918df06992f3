//! How good one ranking is, by the formulas of `trec_eval`, whose figures others publish.
//!
//! A document counts as relevant if it was judged 1 or more. A negative judgement and none at all count as not
//! relevant; the document keeps its rank.

use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Ranks that count for nDCG.
const NDCG_DEPTH: usize = 10;
/// Ranks that count for recall.
const RECALL_DEPTH: usize = 100;

/// Scores of one question, or their means over several; each within 0..=1, higher is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Scores {
    /// `ndcg_cut_10`: the judgement is the gain, discounted by the logarithm of the rank to base 2, as a share of the
    /// best order there could be.
    pub ndcg_at_10: f64,
    /// `recall_100`: share of the relevant documents among the first hundred.
    pub recall_at_100: f64,
    /// `recip_rank`: 1 ÷ the rank of the first relevant document.
    pub mrr: f64,
    /// `map`: precision at the rank of each relevant document, averaged over all relevant documents.
    pub map: f64,
}

impl Scores {
    /// Scores a ranking, best first. A document that comes twice counts where it comes first. Without a relevant
    /// document there is nothing to find, and all is 0.
    pub fn of<S: AsRef<str>>(ranking: &[S], judgements: &BTreeMap<String, i64>) -> Scores {
        let mut gains: Vec<i64> = judgements.values().copied().filter(|judgement| *judgement > 0).collect();
        gains.sort_unstable_by(|a, b| b.cmp(a));
        if gains.is_empty() {
            return Scores::default();
        }
        let relevant = as_f64(gains.len());
        let ideal: f64 = gains.iter().zip(1..=NDCG_DEPTH).map(|(gain, rank)| discounted(*gain, rank)).sum();
        let mut scores = Scores::default();
        let mut found = 0;
        let mut seen = HashSet::new();
        let documents = ranking.iter().map(AsRef::as_ref).filter(|document| seen.insert(*document));
        for (rank, document) in (1..).zip(documents) {
            let Some(gain) = judgements.get(document).copied().filter(|judgement| *judgement > 0) else { continue };
            found += 1;
            if found == 1 {
                scores.mrr = 1.0 / as_f64(rank);
            }
            if rank <= NDCG_DEPTH {
                scores.ndcg_at_10 += discounted(gain, rank) / ideal;
            }
            if rank <= RECALL_DEPTH {
                scores.recall_at_100 += 1.0 / relevant;
            }
            scores.map += as_f64(found) / as_f64(rank) / relevant;
        }
        scores
    }

    /// The mean of each score; all 0 for no question.
    pub fn mean(of: &[Scores]) -> Scores {
        let mean = |score: fn(&Scores) -> f64| mean(of.iter().map(score));
        Scores {
            ndcg_at_10: mean(|scores| scores.ndcg_at_10),
            recall_at_100: mean(|scores| scores.recall_at_100),
            mrr: mean(|scores| scores.mrr),
            map: mean(|scores| scores.map),
        }
    }
}

/// The mean; 0 of nothing.
pub(super) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let number = values.len();
    if number == 0 { 0.0 } else { values.sum::<f64>() / as_f64(number) }
}

#[expect(clippy::cast_precision_loss, reason = "judgements are small")]
fn discounted(gain: i64, rank: usize) -> f64 {
    gain as f64 / as_f64(rank + 1).log2()
}

#[expect(clippy::cast_precision_loss, reason = "ranks and counts are small")]
pub(super) fn as_f64(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(judgements: &[(&str, i64)]) -> BTreeMap<String, i64> {
        judgements.iter().map(|(document, judgement)| ((*document).to_owned(), *judgement)).collect()
    }

    fn check(ranking: &str, judgements: &[(&str, i64)], expected: [f64; 4]) {
        let ranking: Vec<&str> = ranking.split_whitespace().collect();
        let Scores { ndcg_at_10, recall_at_100, mrr, map } = Scores::of(&ranking, &judged(judgements));
        for (score, expected) in [ndcg_at_10, recall_at_100, mrr, map].into_iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6, "{ranking:?}: {score} is not {expected}");
        }
    }

    #[test]
    fn rankings_are_scored_as_by_hand() {
        check("a b", &[("a", 1), ("b", 1)], [1.0, 1.0, 1.0, 1.0]);
        check("x a", &[("a", 1)], [1.0 / 3_f64.log2(), 1.0, 0.5, 0.5]);
        // One of two, at the third place: 1/log2(4) over 1 + 1/log2(3).
        check("x y a", &[("a", 1), ("b", 1)], [0.5 / (1.0 + 1.0 / 3_f64.log2()), 0.5, 1.0 / 3.0, 1.0 / 6.0]);
        check("", &[("a", 1)], [0.0; 4]);
        check("a b", &[], [0.0; 4]);
        check("a b", &[("a", 0), ("b", -1)], [0.0; 4]);
        // Twice the same is once found.
        check("a a", &[("a", 1), ("b", 1)], [1.0 / (1.0 + 1.0 / 3_f64.log2()), 0.5, 1.0, 0.5]);
    }

    /// What trec_eval 9.0 says of the same: `ndcg_cut_10 recall_100 recip_rank map`.
    #[test]
    fn rankings_are_scored_as_by_trec_eval() {
        let graded = [("a", 3), ("b", 2), ("c", 1), ("d", 0), ("e", -1), ("f", 2), ("g", 1)];
        check("e b x a d y c", &graded, [0.474_919_860, 0.6, 0.5, 0.285_714_286]);
        check("d x y z u v w p q r b a", &graded, [0.0, 0.4, 0.090_909_091, 0.051_515_152]);
        check("a b f c g", &graded, [1.0; 4]);
    }

    #[test]
    fn only_the_first_hundred_count_for_recall() {
        let mut ranking: Vec<String> = (0..99).map(|number| format!("n{number}")).collect();
        ranking.extend(["a".to_owned(), "b".to_owned()]);
        let scores = Scores::of(&ranking, &judged(&[("a", 1), ("b", 1)]));
        assert!((scores.recall_at_100 - 0.5).abs() < 1e-9);
        assert!((scores.map - (0.01 + 2.0 / 101.0) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn means_are_over_questions() {
        let one = Scores { ndcg_at_10: 1.0, recall_at_100: 1.0, mrr: 1.0, map: 0.5 };
        let means = Scores::mean(&[one, Scores::default()]);
        assert_eq!(means, Scores { ndcg_at_10: 0.5, recall_at_100: 0.5, mrr: 0.5, map: 0.25 });
        assert_eq!(Scores::mean(&[]), Scores::default());
    }
}
