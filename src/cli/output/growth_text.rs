//! How cost grows with the library, for people.

use crate::bench::Machine;
use crate::bench::growth::Growth;
use crate::cli::output::{corpus_line, machine_line};
use std::fmt::{self, Display, Formatter};

/// The figures as a table, a row for each library.
pub struct GrowthText<'g> {
    /// The figures.
    pub growth: &'g Growth,
    /// What they were measured on.
    pub machine: &'g Machine,
}

impl Display for GrowthText<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Growth { corpus, points, ingest_spread } = self.growth;
        writeln!(formatter, "{}", machine_line(self.machine))?;
        writeln!(formatter, "made of paragraphs of {}\n", corpus_line(corpus))?;
        writeln!(
            formatter,
            "{:>9}{:>9}{:>10}{:>9}{:>9}{:>9}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>10}",
            "", "", "ingest", "CPU ms", "peak", "bytes", "on disk", "open", "p50", "p90", "p99", "bare", "unchanged"
        )?;
        writeln!(
            formatter,
            "{:>9}{:>9}{:>10}{:>9}{:>9}{:>9}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>10}",
            "pages", "reports", "s", "a page", "MB", "a page", "÷ text", "ms", "ms", "ms", "ms", "p50", "s"
        )?;
        for point in points {
            let (library, answer) = (&point.library, point.search.answer);
            let memory = point.peak_memory_bytes.map_or("–".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6));
            writeln!(
                formatter,
                "{:>9}{:>9}{:>10.1}{:>9.3}{memory:>9}{:>9.0}{:>8.2}{:>8.1}{:>8.2}{:>8.2}{:>8.2}{:>8.3}{:>10.3}",
                library.pages,
                library.reports,
                point.ingest_seconds,
                point.ingest_cpu_ms_per_page,
                library.disk_bytes_per_page.total,
                library.disk_bytes_per_text_byte,
                point.open_ms,
                answer.p50_ms,
                answer.p90_ms,
                answer.p99_ms,
                point.search.bare.p50_ms,
                point.unchanged_seconds
            )?;
        }
        writeln!(
            formatter,
            "\na page takes at most {:.0} % more CPU in one library than in another",
            100.0 * ingest_spread
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::growth::tests::growth;
    use crate::cli::output::machine_line::tests::machine;

    #[test]
    fn the_table_has_a_row_for_each_library() {
        let mut growth = growth(&[10_000, 100_000, 1_000_000]);
        growth.points[0].peak_memory_bytes = None;
        insta::assert_snapshot!(GrowthText { growth: &growth, machine: &machine() }, @r"
        recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU
        made of paragraphs of 1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455

                              ingest   CPU ms     peak    bytes on disk    open     p50     p90     p99    bare unchanged
            pages  reports         s   a page       MB   a page  ÷ text      ms      ms      ms      ms     p50         s
            10004      333       2.2    0.300        –     2567    0.87     4.1    3.10    6.20   15.50   2.100     0.005
           100004     3333      22.0    0.304      104     2567    0.87     5.0    4.00    8.00   20.00   3.000     0.050
          1000004    33333     220.0    0.340      140     2567    0.87    14.0   13.00   26.00   65.00  12.000     0.500

        a page takes at most 13 % more CPU in one library than in another
        ");
    }
}
