//! Times of searches for people.

use crate::bench::Machine;
use crate::bench::speed::{KindSpeed, Speed};
use crate::cli::output::{corpus_line, count, disk_rows, machine_line, printable};
use std::fmt::{self, Display, Formatter};

/// The figures as tables.
pub struct SpeedText<'s> {
    /// The figures.
    pub speed: &'s Speed,
    /// What they were measured on.
    pub machine: &'s Machine,
    /// Runs that counted.
    pub runs: u64,
}

impl Display for SpeedText<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Speed { corpus, library, all, kinds, by_run, throughput, queries } = self.speed;
        writeln!(formatter, "{}", machine_line(self.machine))?;
        write!(formatter, "{}", corpus_line(corpus))?;
        if let Some(seconds) = library.made_seconds {
            write!(formatter, ", made of paragraphs of real reports in {seconds:.0} s")?;
        }
        writeln!(formatter, "\n{} of {} different queries\n", count(self.runs, "run"), all.queries)?;
        writeln!(formatter, "{:18}{:>7}{:>8}   {:>34}   {:>16}", "", "", "", "whole answer, ms", "bare engine, ms")?;
        writeln!(
            formatter,
            "{:18}{:>7}{:>8}   {:>7}{:>9}{:>9}{:>9}   {:>7}{:>9}{:>8}",
            "query", "number", "found", "p50", "p90", "p99", "max", "p50", "p99", "ratio"
        )?;
        for kind in kinds.iter().chain([all]) {
            write_kind(kind, formatter)?;
        }
        writeln!(
            formatter,
            "\nfrom run to run: p50 {:.2} ± {:.2} ms, p99 {:.2} ± {:.2} ms",
            by_run.p50_ms.mean, by_run.p50_ms.deviation, by_run.p99_ms.mean, by_run.p99_ms.deviation
        )?;
        writeln!(
            formatter,
            "{} at the same time: {:.0} answers a second",
            count(throughput.clients as u64, "client"),
            throughput.queries_per_second
        )?;
        write!(formatter, "\n{}", disk_rows(library))?;
        writeln!(formatter, "\nslowest")?;
        for slow in queries {
            let kind = slow.kind.name();
            writeln!(formatter, "{kind:18}{:>7}{:>8.2} ms   {}", slow.found, slow.p50_ms, printable(&slow.query))?;
        }
        Ok(())
    }
}

fn write_kind(speed: &KindSpeed, formatter: &mut Formatter<'_>) -> fmt::Result {
    let (answer, bare) = (speed.answer, speed.bare);
    writeln!(
        formatter,
        "{:18}{:>7}{:>8}   {:>7.2}{:>9.2}{:>9.2}{:>9.2}   {:>7.3}{:>9.3}{:>8.1}",
        speed.kind.map_or("all", |kind| kind.name()),
        speed.queries,
        speed.found,
        answer.p50_ms,
        answer.p90_ms,
        answer.p99_ms,
        answer.max_ms,
        bare.p50_ms,
        bare.p99_ms,
        speed.ratio
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Kind;
    use crate::bench::speed::{ByRun, Latency, QuerySpeed, Throughput};
    use crate::bench::{DiskPerPage, LibrarySize, Statistic};
    use crate::cli::output::machine_line::tests::{corpus, machine};

    #[test]
    fn the_tables_have_every_figure() {
        let kind = |kind| KindSpeed {
            kind,
            queries: 40,
            found: 1_167,
            answer: Latency { p50_ms: 1.234, p90_ms: 13.64, p99_ms: 23.93, max_ms: 124.86 },
            bare: Latency { p50_ms: 0.0246, p90_ms: 0.05, p99_ms: 0.111, max_ms: 0.2 },
            ratio: 50.2,
        };
        let disk = DiskPerPage { total: 2_567.0, text: 1_073.0, geometry: 470.0, index: 1_010.0, catalogue: 14.0 };
        let statistic = |values: &[f64]| Statistic::of(values.to_vec());
        let speed = Speed {
            corpus: corpus(),
            library: LibrarySize {
                is_made: true,
                made_seconds: Some(22.6),
                reports: 3_058,
                pages: 100_004,
                text_bytes_per_page: 2_948.0,
                disk_bytes_per_text_byte: 0.87,
                disk_bytes_per_page: disk,
            },
            all: kind(None),
            kinds: vec![kind(Some(Kind::WordCommon)), kind(Some(Kind::PhraseSlop))],
            by_run: ByRun { p50_ms: statistic(&[1.2, 1.25, 1.3]), p99_ms: statistic(&[20.0, 23.0, 26.0]) },
            throughput: Throughput { clients: 2, queries_per_second: 414.4 },
            queries: vec![QuerySpeed { kind: Kind::Typo, query: "carwon~1".to_owned(), found: 1_615, p50_ms: 30.0 }],
        };
        let machine = machine();
        insta::assert_snapshot!(SpeedText { speed: &speed, machine: &machine, runs: 3 }, @r"
        recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU
        1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455, made of paragraphs of real reports in 23 s
        3 runs of 40 different queries

                                                              whole answer, ms    bare engine, ms
        query              number   found       p50      p90      p99      max       p50      p99   ratio
        word, common           40    1167      1.23    13.64    23.93   124.86     0.025    0.111    50.2
        phrase with slop       40    1167      1.23    13.64    23.93   124.86     0.025    0.111    50.2
        all                    40    1167      1.23    13.64    23.93   124.86     0.025    0.111    50.2

        from run to run: p50 1.25 ± 0.05 ms, p99 23.00 ± 3.00 ms
        2 clients at the same time: 414 answers a second

        bytes a page on disk, beside 2948 of text
        text                 1073    0.36
        word boxes            470    0.16
        index                1010    0.34
        catalogue              14    0.00
        all                  2567    0.87

        slowest
        typo                 1615   30.00 ms   carwon~1
        ");
    }
}
