//! The figures that Recto is to keep to, each beside what was measured.

use crate::bench::cost::Cost;
use crate::bench::growth::{Growth, Point};
use crate::bench::quality::Quality;
use crate::pdf::Limits;
use serde::Serialize;

/// Pages of the library that times of searches and memory are judged on.
pub const JUDGED_PAGES: u64 = 100_000;
/// Pages of the libraries that growth is judged on.
pub const GROWTH_PAGES: [u64; 5] = [10_000, 30_000, JUDGED_PAGES, 300_000, 1_000_000];
/// The same where there is little time; what depends on size is not judged then.
pub const QUICK_PAGES: [u64; 2] = [1_000, 3_000];

/// Memory that an ingest may take beside that of the processes that read, in bytes.
const INGEST_MEMORY: f64 = (512_u64 << 20) as f64;
/// Where what cannot be measured by the program alone is.
const BY_SCRIPT: &str = "`benches/bars.py` measures it, with all others";
/// What was left out by whoever asked.
const NOT_ASKED: &str = "not asked for";
const NO_COLLECTION: &str = "name a collection with --judged";

/// On which side of the bar a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The bar or less.
    AtMost,
    /// The bar or more.
    AtLeast,
    /// Less than the bar.
    Below,
}

/// What came of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is on the right side.
    Pass,
    /// It is on the wrong side.
    Fail,
    /// It was not measured, or not under the conditions of the bar.
    NotMeasured,
}

/// A figure and its bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// Stable, for programs.
    pub name: &'static str,
    /// For people.
    pub what: &'static str,
    /// What was measured, if anything was.
    pub figure: Option<f64>,
    /// On which side of `bar` it has to be.
    pub side: Side,
    /// The bar.
    pub bar: f64,
    /// Of both: `ms`, `MB`, or empty for a ratio.
    pub unit: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it was not measured.
    pub why: Option<String>,
}

/// What the bars are held against; what is `None` was not asked for.
#[derive(Debug)]
pub struct Figures<'f> {
    /// Of an ingest of real files.
    pub cost: Option<&'f Cost>,
    /// Of libraries made of their text.
    pub growth: Option<&'f Growth>,
    /// Of a judged collection, every question asked with the words combined by `or`.
    pub quality: Option<&'f Quality>,
    /// What a file may cost.
    pub limits: &'f Limits,
}

/// A figure, or why there is none.
type Measured = Result<f64, String>;

/// Every bar, in the order of the contract.
pub fn bars(figures: &Figures<'_>) -> Vec<Bar> {
    let Figures { cost, growth, quality, .. } = figures;
    let of_cost = |figure: fn(&Cost) -> Measured| cost.ok_or_else(|| NOT_ASKED.to_owned()).and_then(figure);
    let judged = growth.ok_or_else(|| NOT_ASKED.to_owned()).and_then(judged_point);
    let of_judged = |figure: fn(&Point) -> f64| judged.clone().map(figure);
    let by_script = || Err(BY_SCRIPT.to_owned());
    let ranking = quality.map(|quality| quality.scores.ndcg_at_10).ok_or_else(|| NO_COLLECTION.to_owned());
    let ingest_cpu = of_cost(|cost| known(cost.ratios.ingest_to_extraction_cpu));
    let two_jobs = of_cost(|cost| cost.ratios.one_job_to_two.ok_or_else(|| "this machine has one core".to_owned()));
    let unchanged = of_cost(|cost| Ok(cost.ratios.unchanged_to_first));
    let disk = of_cost(|cost| Ok(cost.library.disk_bytes_per_text_byte));
    let spread = growth.ok_or_else(|| NOT_ASKED.to_owned()).and_then(growth_spread);
    let (memory, memory_bar) = ingest_memory(figures);
    let at_most = |name, what, figure, bar, unit| Bar::of(name, what, figure, Side::AtMost, bar, unit);
    let at_least = |name, what, figure, bar| Bar::of(name, what, figure, Side::AtLeast, bar, "");
    let below = |name, what, figure, bar, unit| Bar::of(name, what, figure, Side::Below, bar, unit);
    vec![
        at_least("text_quality", "text: F1 beside the best of three others", by_script(), 0.0),
        at_least("extraction_cpu", "CPU of PDFium ÷ CPU of extraction", by_script(), 4.0),
        at_most("ingest_cpu", "CPU of an ingest ÷ CPU of extraction", ingest_cpu, 1.5, ""),
        at_least("two_jobs", "ingest: one job ÷ two jobs", two_jobs, 1.8),
        below("unchanged", "ingest: nothing changed ÷ first", unchanged, 0.01, ""),
        at_most("ingest_memory", "ingest: memory of all processes", memory, memory_bar, "MB"),
        below("idle_memory", "server, idle, 100,000 pages: memory", by_script(), mebibytes(150), "MB"),
        at_most("disk", "on disk ÷ text, these files", disk, 0.9, ""),
        at_most(
            "disk_large",
            "on disk ÷ text, 100,000 pages",
            of_judged(|point| point.library.disk_bytes_per_text_byte),
            0.9,
            "",
        ),
        at_most("search_p50", "search, 100,000 pages: p50", of_judged(|point| point.search.answer.p50_ms), 5.0, "ms"),
        at_most("search_p99", "search, 100,000 pages: p99", of_judged(|point| point.search.answer.p99_ms), 50.0, "ms"),
        at_most("search_bare", "search: p50 ÷ p50 of the bare query", of_judged(|point| point.search.ratio), 2.0, ""),
        at_most("growth", "ingest CPU a page: most beside least, less 1", spread, 0.2, ""),
        at_least("ranking", "ranking: nDCG@10, words combined by or", ranking, 0.4),
        at_least("damage", "damaged files: without crash, hang or loss", by_script(), 1.0),
        at_least("kills", "killed ingests: without loss or repetition", by_script(), 1.0),
    ]
}

impl Bar {
    fn of(name: &'static str, what: &'static str, figure: Measured, side: Side, bar: f64, unit: &'static str) -> Bar {
        let (figure, why) = match figure {
            Ok(figure) => (Some(figure), None),
            Err(why) => (None, Some(why)),
        };
        let verdict = match figure {
            None => Verdict::NotMeasured,
            Some(figure) if side.holds(figure, bar) => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        Bar { name, what, figure, side, bar, unit, verdict, why }
    }
}

impl Side {
    fn holds(self, figure: f64, bar: f64) -> bool {
        match self {
            Side::AtMost => figure <= bar,
            Side::AtLeast => figure >= bar,
            Side::Below => figure < bar,
        }
    }

    /// For people.
    pub fn sign(self) -> &'static str {
        match self {
            Side::AtMost => "≤",
            Side::AtLeast => "≥",
            Side::Below => "<",
        }
    }
}

/// In MB.
fn mebibytes(number: u64) -> f64 {
    (number << 20) as f64 / 1e6
}

/// The library that searches are judged on.
fn judged_point(growth: &Growth) -> Result<&Point, String> {
    let largest = growth.points.iter().map(|point| point.library.pages).max().unwrap_or(0);
    let close = |point: &&Point| (JUDGED_PAGES..JUDGED_PAGES + JUDGED_PAGES / 10).contains(&point.library.pages);
    growth.points.iter().find(close).ok_or_else(|| format!("there is no library of 100,000 pages, only of {largest}"))
}

/// From the smallest library that counts to the largest.
fn growth_spread(growth: &Growth) -> Measured {
    let [least, .., most] = GROWTH_PAGES;
    let has = |pages: u64| growth.points.iter().any(|point| point.library.pages >= pages);
    if !has(most) || growth.points.iter().all(|point| point.library.pages > least + least / 10) {
        return Err("it takes libraries of 10,000 to 1,000,000 pages".to_owned());
    }
    known(growth.ingest_spread)
}

/// Processor time, which some systems do not tell; it is 0 then.
fn known(figure: f64) -> Measured {
    if figure > 0.0 { Ok(figure) } else { Err("the system does not tell".to_owned()) }
}

/// The most that all processes of an ingest may have held together, and what they may, in MB.
fn ingest_memory(figures: &Figures<'_>) -> (Measured, f64) {
    let bar = |jobs: f64| (jobs * figures.limits.memory_bytes as f64 + INGEST_MEMORY) / 1e6;
    let Some(cost) = figures.cost else { return (Err(NOT_ASKED.to_owned()), bar(1.0)) };
    let jobs = cost.jobs as f64;
    let readers = cost.reader_peak_memory_bytes.as_ref().map_or(0.0, |statistic| statistic.max * jobs);
    let all = cost.peak_memory_bytes.as_ref().map(|statistic| (statistic.max + readers) / 1e6);
    (all.ok_or_else(|| "the system does not tell".to_owned()), bar(jobs))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bench::cost::tests::cost;
    use crate::bench::growth::tests::growth;

    fn measured(cost: &Cost, growth: &Growth) -> Vec<Bar> {
        bars(&Figures { cost: Some(cost), growth: Some(growth), quality: None, limits: &Limits::default() })
    }

    /// Bars for tables.
    pub(crate) fn examples() -> Vec<Bar> {
        measured(&cost(), &growth(&GROWTH_PAGES))
    }

    fn at_judged(growth: &mut Growth) -> &mut Point {
        growth.points.iter_mut().find(|point| point.library.pages >= JUDGED_PAGES).expect("the library judged")
    }

    fn verdict(bars: &[Bar], name: &str) -> Verdict {
        bars.iter().find(|bar| bar.name == name).expect(name).verdict
    }

    #[test]
    fn a_figure_is_on_one_side_of_its_bar() {
        for (side, figure, holds) in [
            (Side::AtMost, 1.5, true),
            (Side::AtMost, 1.5001, false),
            (Side::AtLeast, 1.5, true),
            (Side::AtLeast, 1.4999, false),
            (Side::Below, 1.5, false),
            (Side::Below, 1.4999, true),
            (Side::AtLeast, f64::NAN, false),
        ] {
            let bar = Bar::of("a", "a", Ok(figure), side, 1.5, "");
            assert_eq!(bar.verdict == Verdict::Pass, holds, "{figure} {} 1.5", side.sign());
            assert_eq!(side.holds(figure, 1.5), holds);
        }
    }

    #[test]
    fn bars_are_judged_by_the_figures_that_belong_to_them() {
        let (good_cost, good_growth) = (cost(), growth(&GROWTH_PAGES));
        let all = measured(&good_cost, &good_growth);
        let judged = ["ingest_cpu", "two_jobs", "unchanged", "ingest_memory", "disk", "disk_large", "search_p50"];
        for name in judged.iter().chain(&["search_p99", "search_bare", "growth"]) {
            assert_eq!(verdict(&all, name), Verdict::Pass, "{name}: {all:?}");
        }
        type Spoil = fn(&mut Cost, &mut Growth);
        let cases: [(&str, Spoil); 10] = [
            ("ingest_cpu", |cost, _| cost.ratios.ingest_to_extraction_cpu = 1.51),
            ("two_jobs", |cost, _| cost.ratios.one_job_to_two = Some(1.79)),
            ("unchanged", |cost, _| cost.ratios.unchanged_to_first = 0.01),
            ("ingest_memory", |cost, _| cost.peak_memory_bytes.iter_mut().for_each(|memory| memory.max = 9e12)),
            ("disk", |cost, _| cost.library.disk_bytes_per_text_byte = 0.91),
            ("disk_large", |_, growth| at_judged(growth).library.disk_bytes_per_text_byte = 0.91),
            ("search_p50", |_, growth| at_judged(growth).search.answer.p50_ms = 5.1),
            ("search_p99", |_, growth| at_judged(growth).search.answer.p99_ms = 50.1),
            ("search_bare", |_, growth| at_judged(growth).search.ratio = 2.1),
            ("growth", |_, growth| growth.ingest_spread = 0.21),
        ];
        for (name, spoil) in cases {
            let (mut cost, mut growth) = (good_cost.clone(), good_growth.clone());
            spoil(&mut cost, &mut growth);
            let all = measured(&cost, &growth);
            let failed: Vec<&str> = all.iter().filter(|bar| bar.verdict == Verdict::Fail).map(|bar| bar.name).collect();
            assert_eq!(failed, [name]);
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_judged() {
        let (cost, growth, limits) = (cost(), growth(&GROWTH_PAGES), Limits::default());
        for (is_cost, is_growth) in [(true, false), (false, true), (false, false)] {
            let (cost, growth) = (is_cost.then_some(&cost), is_growth.then_some(&growth));
            let all = bars(&Figures { cost, growth, quality: None, limits: &limits });
            let judged = |name: &str| verdict(&all, name) != Verdict::NotMeasured;
            assert_eq!(["ingest_cpu", "unchanged", "disk", "ingest_memory"].map(judged), [is_cost; 4]);
            assert_eq!(["search_p50", "disk_large", "growth"].map(judged), [is_growth; 3]);
            assert!(all.iter().all(|bar| bar.figure.is_some() != bar.why.is_some()), "{all:?}");
        }
    }

    #[test]
    fn what_depends_on_size_is_not_judged_at_another_size() {
        for (pages, judged, whole) in [
            (&QUICK_PAGES[..], false, false),
            (&[10_000, 100_000], true, false),
            (&[100_000, 1_000_000], true, false),
            (&[9_000, 1_000_000], false, true),
            (&GROWTH_PAGES, true, true),
        ] {
            let all = measured(&cost(), &growth(pages));
            for name in ["disk_large", "search_p50", "search_p99", "search_bare"] {
                assert_eq!(verdict(&all, name) == Verdict::Pass, judged, "{name} at {pages:?}");
            }
            assert_eq!(verdict(&all, "growth") == Verdict::Pass, whole, "{pages:?}");
        }
        let mut one_core = cost();
        (one_core.ratios.one_job_to_two, one_core.peak_memory_bytes) = (None, None);
        let all = measured(&one_core, &growth(&GROWTH_PAGES));
        assert!(all.iter().filter(|bar| bar.verdict == Verdict::NotMeasured).all(|bar| bar.why.is_some()));
        assert_eq!(verdict(&all, "two_jobs"), Verdict::NotMeasured);
        assert_eq!(verdict(&all, "ingest_memory"), Verdict::NotMeasured);
    }
}
