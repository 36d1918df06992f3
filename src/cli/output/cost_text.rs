//! What an ingest costs, for people.

use crate::bench::cost::Cost;
use crate::bench::{Machine, Statistic};
use crate::cli::output::{corpus_line, count, disk_rows, machine_line};
use std::fmt::{self, Display, Formatter};

/// The figures as tables.
pub struct CostText<'c> {
    /// The figures.
    pub cost: &'c Cost,
    /// What they were measured on.
    pub machine: &'c Machine,
}

impl Display for CostText<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let cost = self.cost;
        writeln!(formatter, "{}", machine_line(self.machine))?;
        write!(formatter, "{}", corpus_line(&cost.corpus))?;
        let failed: u64 = cost.failed.values().sum();
        if failed > 0 {
            write!(formatter, ", {} failed", count(failed, "file"))?;
        }
        write!(formatter, "\n{} after {} to warm up, ", count(cost.runs as u64, "run"), cost.warmup)?;
        let place = if cost.in_process { "in the ingesting process" } else { "in processes of their own" };
        writeln!(formatter, "{}, files read {place}\n", count(cost.jobs as u64, "job"))?;
        write_statistics(cost, formatter)?;
        write_ratios(cost, formatter)?;
        write!(formatter, "\n{}", disk_rows(&cost.library))?;
        write_stages(cost, formatter)
    }
}

fn write_statistics(cost: &Cost, formatter: &mut Formatter<'_>) -> fmt::Result {
    writeln!(formatter, "{:28}{:>10}{:>10}{:>10}{:>11}", "", "median", "min", "max", "deviation")?;
    let megabytes = |statistic: &Option<Statistic>| statistic.as_ref().map(|statistic| statistic.scaled(1e-6));
    let rows = [
        ("seconds", Some(cost.seconds.clone()), 3),
        ("pages a second", Some(cost.pages_per_second.clone()), 0),
        ("MB a second", Some(cost.megabytes_per_second.clone()), 1),
        ("CPU seconds", Some(cost.cpu_seconds.clone()), 3),
        ("  ingesting process", Some(cost.own_cpu_seconds.clone()), 3),
        ("  processes that read", Some(cost.reader_cpu_seconds.clone()), 3),
        ("peak memory, MB", megabytes(&cost.peak_memory_bytes), 1),
        ("  of a process that reads", megabytes(&cost.reader_peak_memory_bytes), 1),
        ("seconds, one job", cost.one_job_seconds.clone(), 3),
        ("seconds, two jobs", cost.two_jobs_seconds.clone(), 3),
        ("seconds, nothing changed", Some(cost.unchanged_seconds.clone()), 4),
        ("CPU seconds, reading alone", Some(cost.extraction_cpu_seconds.clone()), 3),
    ];
    for (name, statistic, digits) in rows {
        let Some(Statistic { median, min, max, deviation, .. }) = statistic else {
            writeln!(formatter, "{name:28}{:>10}", "unknown")?;
            continue;
        };
        writeln!(formatter, "{name:28}{median:>10.digits$}{min:>10.digits$}{max:>10.digits$}{deviation:>11.digits$}")?;
    }
    Ok(())
}

fn write_ratios(cost: &Cost, formatter: &mut Formatter<'_>) -> fmt::Result {
    let ratios = cost.ratios;
    writeln!(formatter, "\n{:28}{:>10.2}", "CPU ÷ reading alone", ratios.ingest_to_extraction_cpu)?;
    writeln!(formatter, "{:28}{:>10.2}", "reading ÷ read and decode", ratios.extraction_to_floor_cpu)?;
    match ratios.one_job_to_two {
        Some(ratio) => writeln!(formatter, "{:28}{ratio:>10.2}", "one job ÷ two jobs")?,
        None => writeln!(formatter, "{:28}{:>10}", "one job ÷ two jobs", "one core")?,
    }
    writeln!(formatter, "{:28}{:>10.4}", "nothing changed ÷ first", ratios.unchanged_to_first)
}

fn write_stages(cost: &Cost, formatter: &mut Formatter<'_>) -> fmt::Result {
    let all = cost.stages_cpu_seconds;
    writeln!(formatter, "\nstages of one more run in one process, summed over its threads")?;
    writeln!(formatter, "{:18}{:>12}{:>8}{:>12}", "", "CPU seconds", "share", "elapsed")?;
    let share = |seconds: f64| if all > 0.0 { 100.0 * seconds / all } else { 0.0 };
    let mut counted = 0.0;
    for time in &cost.stages {
        let cpu = time.cpu_seconds;
        counted += cpu;
        writeln!(formatter, "{:18}{cpu:>12.3}{:>6.1} %{:>12.3}", time.stage.name(), share(cpu), time.seconds)?;
    }
    let rest = (all - counted).max(0.0);
    writeln!(formatter, "{:18}{rest:>12.3}{:>6.1} %", "engine, and rest", share(rest))?;
    writeln!(formatter, "{:18}{all:>12.3}", "all")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::cost::Ratios;
    use crate::bench::cost::tests::cost;
    use crate::cli::output::machine_line::tests::machine;

    #[test]
    fn the_tables_have_every_figure() {
        insta::assert_snapshot!(CostText { cost: &cost(), machine: &machine() }, @r"
        recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU
        1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455, 1 file failed
        3 runs after 1 to warm up, 2 jobs, files read in processes of their own

                                        median       min       max  deviation
        seconds                          0.560     0.504     0.672      0.086
        pages a second                    3695      3325      4434        564
        MB a second                      112.7     101.4     135.2       17.2
        CPU seconds                      1.020     0.918     1.224      0.156
          ingesting process              0.320     0.288     0.384      0.049
          processes that read            0.700     0.630     0.840      0.107
        peak memory, MB                   81.0      72.9      97.2       12.4
          of a process that reads         64.0      57.6      76.8        9.8
        seconds, one job                 1.040     0.936     1.248      0.159
        seconds, two jobs                0.560     0.504     0.672      0.086
        seconds, nothing changed        0.0043    0.0039    0.0052     0.0007
        CPU seconds, reading alone       0.750     0.675     0.900      0.115

        CPU ÷ reading alone               1.36
        reading ÷ read and decode         4.20
        one job ÷ two jobs                1.86
        nothing changed ÷ first         0.0077

        bytes a page on disk, beside 2948 of text
        text                 1073    0.36
        word boxes            470    0.16
        index                1010    0.34
        catalogue              14    0.00
        all                  2567    0.87

        stages of one more run in one process, summed over its threads
                           CPU seconds   share     elapsed
        read                     0.090   9.0 %       0.100
        parse                    0.090   9.0 %       0.100
        decode                   0.090   9.0 %       0.100
        fonts                    0.090   9.0 %       0.100
        interpret                0.090   9.0 %       0.100
        layout                   0.090   9.0 %       0.100
        text                     0.090   9.0 %       0.100
        recognition              0.090   9.0 %       0.100
        store                    0.090   9.0 %       0.100
        index                    0.090   9.0 %       0.100
        engine, and rest         0.100  10.0 %
        all                      1.000
        ");
    }

    #[test]
    fn what_the_system_does_not_tell_is_unknown() {
        let silent = Cost {
            in_process: true,
            jobs: 1,
            failed: Default::default(),
            peak_memory_bytes: None,
            reader_peak_memory_bytes: None,
            one_job_seconds: None,
            two_jobs_seconds: None,
            ratios: Ratios { one_job_to_two: None, ..cost().ratios },
            stages_cpu_seconds: 0.0,
            ..cost()
        };
        let text = CostText { cost: &silent, machine: &machine() }.to_string();
        for expected in [
            "\n3 runs after 1 to warm up, 1 job, files read in the ingesting process\n",
            "\npeak memory, MB                unknown\n",
            "\none job ÷ two jobs            one core\n",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!text.contains("failed") && !text.contains("NaN"), "{text}");
    }
}
