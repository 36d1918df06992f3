//! Scores of a judged collection for people.

use crate::bench::Machine;
use crate::bench::quality::{Answer, Quality};
use crate::cli::output::{corpus_line, count, machine_line, printable};
use std::fmt::{self, Display, Formatter};

/// The figures as a table, below the lines of the questions if they were kept.
pub struct QualityText<'q> {
    /// The figures.
    pub quality: &'q Quality,
    /// What they were measured on.
    pub machine: &'q Machine,
    /// How bare words combined.
    pub op: &'q str,
}

impl Display for QualityText<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Quality { corpus, ingest, scores, pages, questions, unjudged, without_hit, refused, .. } = self.quality;
        for answer in &self.quality.answers {
            write_answer(answer, formatter)?;
        }
        writeln!(formatter, "{}", machine_line(self.machine))?;
        let failed: u64 = ingest.failed.values().sum();
        write!(formatter, "{}", corpus_line(corpus))?;
        if failed > 0 {
            write!(formatter, ", {} failed", count(failed, "file"))?;
        }
        writeln!(formatter, ", ingest {:.1} s, searches {:.1} s", ingest.seconds, self.quality.search_seconds)?;
        write!(formatter, "{}, words combined by {}", count(*questions as u64, "judged question"), self.op)?;
        for (number, what) in [(*unjudged, "without judgements left out"), (*refused, "refused as too long")] {
            if number > 0 {
                write!(formatter, ", {number} {what}")?;
            }
        }
        writeln!(formatter, "\n")?;
        let rows = [
            ("nDCG@10", scores.ndcg_at_10),
            ("recall@100", scores.recall_at_100),
            ("MRR", scores.mrr),
            ("MAP", scores.map),
        ];
        for (name, score) in rows {
            writeln!(formatter, "{name:<24}{score:.4}")?;
        }
        writeln!(formatter, "{:<24}{without_hit}", "without a hit")?;
        if let Some(pages) = pages {
            writeln!(formatter, "\npages, {}", count(pages.questions as u64, "question"))?;
            writeln!(formatter, "{:<24}{:.4}", "first page right", pages.first_page)?;
            writeln!(formatter, "{:<24}{:.4}", "page MRR", pages.mrr)?;
            writeln!(formatter, "{:<24}{:.4}", "among 3 of its report", pages.within_report)?;
        }
        Ok(())
    }
}

/// The scores of a question on one line, what was typed last.
fn write_answer(answer: &Answer, formatter: &mut Formatter<'_>) -> fmt::Result {
    let scores = answer.scores;
    write!(
        formatter,
        "{}\tnDCG@10 {:.4}\trecall@100 {:.4}\tRR {:.4}\tAP {:.4}\t",
        printable(&answer.question),
        scores.ndcg_at_10,
        scores.recall_at_100,
        scores.mrr,
        scores.map
    )?;
    if let Some(pages) = answer.pages {
        let rank = pages.rank.map_or("none".to_owned(), |rank| rank.to_string());
        write!(formatter, "right page at {rank}{}\t", if pages.is_within_report { "" } else { ", not in its report" })?;
    }
    let refused = answer.refused.as_ref().map(|reason| format!(" refused: {reason}")).unwrap_or_default();
    writeln!(formatter, "{} found{refused}\t{}", answer.found, printable(&answer.query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{PageAnswer, PageScores, Scores, Statistic};
    use crate::cli::output::machine_line::tests::{corpus, machine};
    use crate::ingest::Summary;

    #[test]
    fn the_table_has_every_figure() {
        let scores = Scores { ndcg_at_10: 0.4011, recall_at_100: 0.75, mrr: 0.5, map: 0.3 };
        let answer = Answer {
            question: "12".to_owned(),
            query: "cash\u{1b}[1m transfer".to_owned(),
            found: 30,
            refused: None,
            scores,
            pages: Some(PageAnswer { is_first_right: false, rank: Some(4), is_within_report: true }),
        };
        let quality = Quality {
            corpus: corpus(),
            ingest: Summary {
                indexed: 1_398,
                partial: 1,
                failed: [("damaged".to_owned(), 1)].into(),
                pages: [("text".to_owned(), 1_404)].into(),
                seconds: 0.84,
                ..Summary::default()
            },
            scores,
            pages: Some(PageScores { questions: 20, first_page: 0.5, mrr: 0.625, within_report: 0.9 }),
            questions: 225,
            unjudged: 1,
            without_hit: 2,
            refused: 1,
            search_seconds: 1.26,
            search_runs: Statistic::of(vec![1.26]),
            answers: vec![answer],
        };
        let machine = machine();
        insta::assert_snapshot!(QualityText { quality: &quality, machine: &machine, op: "or" }, @"
        12\tnDCG@10 0.4011\trecall@100 0.7500\tRR 0.5000\tAP 0.3000\tright page at 4\t30 found\tcash[1m transfer
        recto 0.1.0 (1a2b3c4d5e6f, debug build), linux x86_64, 2 cores, 25.2 GB, Fast CPU
        1,400 files, 1,399 reports, 100,004 pages, 63.1 MB, list 001122334455, 1 file failed, ingest 0.8 s, searches 1.3 s
        225 judged questions, words combined by or, 1 without judgements left out, 1 refused as too long

        nDCG@10                 0.4011
        recall@100              0.7500
        MRR                     0.5000
        MAP                     0.3000
        without a hit           2

        pages, 20 questions
        first page right        0.5000
        page MRR                0.6250
        among 3 of its report   0.9000
        ");
    }
}
