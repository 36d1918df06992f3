//! Figures beside their bars, for people.

use crate::bench::bars::{Bar, Verdict};
use crate::bench::{Corpus, Machine};
use crate::cli::output::{corpus_line, machine_line};
use std::fmt::{self, Display, Formatter};

/// A row for each bar.
pub struct BarsText<'b> {
    /// The bars.
    pub bars: &'b [Bar],
    /// What was measured on.
    pub machine: &'b Machine,
    /// And of what, if anything was.
    pub corpus: Option<&'b Corpus>,
}

impl Display for BarsText<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", machine_line(self.machine))?;
        writeln!(formatter, "{}\n", self.corpus.map_or_else(|| "no files".to_owned(), corpus_line))?;
        writeln!(formatter, "{:46}{:>10}{:>13}", "", "figure", "bar")?;
        for Bar { what, figure, side, bar, unit, verdict, why, .. } in self.bars {
            let number = |value: f64| if value >= 100.0 { format!("{value:.0}") } else { digits(value) };
            let figure = figure.map_or("–".to_owned(), number);
            let bar = format!("{} {} {unit:2}", side.sign(), number(*bar));
            let verdict = match verdict {
                Verdict::Pass => "pass".to_owned(),
                Verdict::Fail => "FAIL".to_owned(),
                Verdict::NotMeasured => format!("not measured: {}", why.as_deref().unwrap_or_default()),
            };
            writeln!(formatter, "{what:46}{figure:>10}{bar:>15}   {verdict}")?;
        }
        Ok(())
    }
}

/// With as many digits as are worth reading.
fn digits(value: f64) -> String {
    let digits = if value >= 10.0 { 1 } else { 4 };
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0');
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::bars::tests::examples;
    use crate::cli::output::machine_line::tests::{corpus, machine};

    #[test]
    fn the_table_has_every_bar() {
        let mut bars = examples();
        bars.iter_mut().filter(|bar| bar.name == "search_p99").for_each(|bar| bar.verdict = Verdict::Fail);
        insta::assert_snapshot!(BarsText { bars: &bars, machine: &machine(), corpus: Some(&corpus()) }, @r"
        recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU
        1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455

                                                          figure          bar
        text: F1 beside the best of three others               –         ≥ 0      not measured: `benches/bars.py` measures it, with all others
        CPU of PDFium ÷ CPU of extraction                      –         ≥ 4      not measured: `benches/bars.py` measures it, with all others
        CPU of an ingest ÷ CPU of extraction                1.36       ≤ 1.5      pass
        ingest: one job ÷ two jobs                         1.857       ≥ 1.8      pass
        ingest: nothing changed ÷ first                   0.0077      < 0.01      pass
        ingest: memory of all processes                      251      ≤ 4832 MB   pass
        server, idle, 100,000 pages: memory                    –       < 157 MB   not measured: `benches/bars.py` measures it, with all others
        on disk ÷ text, these files                         0.87       ≤ 0.9      pass
        on disk ÷ text, 100,000 pages                       0.87       ≤ 0.9      pass
        search, 100,000 pages: p50                             4         ≤ 5 ms   pass
        search, 100,000 pages: p99                            20        ≤ 50 ms   FAIL
        search: p50 ÷ p50 of the bare query                 1.33         ≤ 2      pass
        ingest CPU a page: most beside least, less 1      0.1318       ≤ 0.2      pass
        ranking: nDCG@10, words combined by or                 –       ≥ 0.4      not measured: name a collection with --judged
        damaged files: without crash, hang or loss             –         ≥ 1      not measured: `benches/bars.py` measures it, with all others
        killed ingests: without loss or repetition             –         ≥ 1      not measured: `benches/bars.py` measures it, with all others
        ");
    }

    #[test]
    fn digits_that_say_nothing_are_left_out() {
        for (value, expected) in [(0.0, "0"), (0.4, "0.4"), (1.36, "1.36"), (0.00768, "0.0077"), (52.43, "52.4")] {
            assert_eq!(digits(value), expected);
        }
    }
}
