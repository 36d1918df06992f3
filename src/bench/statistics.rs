//! Several runs of the same → a few numbers.

use serde::Serialize;

/// A figure over the runs that count.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Statistic {
    /// Half of the runs are below, half above.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Standard deviation of a sample; 0 of fewer than two runs.
    pub deviation: f64,
    /// Run by run.
    pub values: Vec<f64>,
}

impl Statistic {
    /// Of these runs; all 0 of none.
    pub fn of(values: Vec<f64>) -> Statistic {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let (Some(min), Some(max)) = (sorted.first().copied(), sorted.last().copied()) else {
            return Statistic::default();
        };
        let number = sorted.len();
        let middle = |index: usize| sorted.get(index).copied().unwrap_or(max);
        let mean = sorted.iter().sum::<f64>() / number as f64;
        let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
        Statistic {
            median: (middle((number - 1) / 2) + middle(number / 2)) / 2.0,
            min,
            max,
            mean,
            deviation: if number > 1 { (squares / (number - 1) as f64).sqrt() } else { 0.0 },
            values,
        }
    }

    /// The same in another unit.
    pub fn scaled(&self, by: f64) -> Statistic {
        Statistic::of(self.values.iter().map(|value| value * by).collect())
    }
}

/// The value that a share (0..=1) of the rising `values` does not exceed, by nearest rank; 0 of none.
pub fn nearest_rank(values: &[f64], share: f64) -> f64 {
    let rank = (values.len() as f64 * share).ceil().max(1.0) as usize;
    values.get(rank - 1).copied().unwrap_or(0.0)
}

/// One figure ÷ another; 0 if that is 0.
pub fn ratio(of: f64, to: f64) -> f64 {
    if to > 0.0 { of / to } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_summed_up_as_by_hand() {
        // values, median, min, max, mean, deviation
        let cases: [(&[f64], [f64; 5]); 5] = [
            (&[], [0.0; 5]),
            (&[3.0], [3.0, 3.0, 3.0, 3.0, 0.0]),
            (&[4.0, 2.0], [3.0, 2.0, 4.0, 3.0, 2.0_f64.sqrt()]),
            (&[9.0, 1.0, 2.0], [2.0, 1.0, 9.0, 4.0, 19.0_f64.sqrt()]),
            (&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], [4.5, 2.0, 9.0, 5.0, (32.0_f64 / 7.0).sqrt()]),
        ];
        for (values, expected) in cases {
            let Statistic { median, min, max, mean, deviation, values: kept } = Statistic::of(values.to_vec());
            for (figure, expected) in [median, min, max, mean, deviation].into_iter().zip(expected) {
                assert!((figure - expected).abs() < 1e-9, "{values:?}: {figure} is not {expected}");
            }
            assert_eq!(kept, values, "in the order of the runs");
        }
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        for (values, share, expected) in [
            (&hundred[..], 0.5, 50.0),
            (&hundred, 0.9, 90.0),
            (&hundred, 0.99, 99.0),
            (&hundred, 0.991, 100.0),
            (&hundred, 1.0, 100.0),
            (&hundred, 0.0, 1.0),
            (&hundred[..1], 0.99, 1.0),
            (&hundred[..2], 0.5, 1.0),
            (&[], 0.5, 0.0),
        ] {
            assert_eq!(nearest_rank(values, share), expected, "{share} of {}", values.len());
        }
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        assert_eq!([ratio(3.0, 2.0), ratio(3.0, 0.0), ratio(0.0, 0.0)], [1.5, 0.0, 0.0]);
    }
}
