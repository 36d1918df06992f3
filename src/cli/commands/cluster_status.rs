//! `recto status` of a library on many machines: which part is down, what waits, what is hidden.

use crate::cli::cluster::{Cluster, process_name};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::to_json;
use crate::cli::session::Session;
use crate::upkeep::ClusterStatus;
use serde::Serialize;
use std::fmt::Write;

/// `--json`
#[derive(Serialize)]
struct Status<'s> {
    engine: &'s str,
    index: &'s str,
    #[serde(flatten)]
    status: &'s ClusterStatus,
    troubles: Vec<String>,
    warning: Option<String>,
}

/// Prints how the parts are; a part that is down is a failure.
pub fn run(json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let config = &session.config().engine;
    let status = Cluster::new(config, "`recto status`")?.status(&process_name("status"));
    let troubles = status.troubles();
    if let Some(warning) = status.warning() {
        session.console.warning(warning);
    }
    let is_well = troubles.is_empty();
    let database = config.database_url.to_string();
    let text = if json {
        let warning = status.warning();
        to_json(&Status { engine: "quickwit", index: &config.index, status: &status, troubles, warning })?
    } else {
        table(&status, &config.index, &database, &config.storage)
    };
    session.console.results(&text)?;
    Ok(if is_well { ExitCode::Success } else { ExitCode::Failure })
}

fn table(status: &ClusterStatus, index: &str, database: &str, storage: &str) -> String {
    let well = |trouble: &Option<String>| trouble.clone().unwrap_or_else(|| "ready".to_owned());
    let mut rows = vec![("index".to_owned(), index.to_owned())];
    if let Some(queue) = &status.queue {
        let oldest = queue.oldest_waiting.map_or_else(String::new, |time| format!(" (oldest {} s)", time.as_secs()));
        rows.push(("reports".to_owned(), queue.reports.to_string()));
        rows.push(("files".to_owned(), (queue.waiting + queue.leased + queue.done + queue.failed).to_string()));
        rows.push(("  read".to_owned(), queue.done.to_string()));
        rows.push(("  failed".to_owned(), queue.failed.to_string()));
        rows.push(("  being read".to_owned(), queue.leased.to_string()));
        rows.push(("  waiting".to_owned(), format!("{}{oldest}", queue.waiting)));
        rows.push(("hidden revisions".to_owned(), queue.hidden.to_string()));
    }
    rows.push((format!("database {database}"), well(&status.database)));
    rows.push((format!("storage {storage}"), well(&status.storage)));
    rows.push((
        "reports in the engine".to_owned(),
        status.documents.map_or("unknown".to_owned(), |count| count.to_string()),
    ));
    rows.extend(status.nodes.iter().map(|node| (format!("node {}", node.url), well(&node.trouble))));
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:width$}  {value}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upkeep::{NodeStatus, QueueStatus};
    use std::time::Duration;

    #[test]
    fn the_table_names_every_part() {
        let status = ClusterStatus {
            database: None,
            storage: None,
            nodes: vec![
                NodeStatus { url: "http://search-1:7280".to_owned(), searches: true, trouble: None },
                NodeStatus {
                    url: "http://index-1:7280".to_owned(),
                    searches: false,
                    trouble: Some("it is not ready".to_owned()),
                },
            ],
            documents: Some(81),
            queue: Some(QueueStatus {
                waiting: 12,
                leased: 4,
                done: 80,
                failed: 1,
                oldest_waiting: Some(Duration::from_secs(90)),
                reports: 79,
                hidden: 6,
            }),
        };
        let table = table(&status, "recto", "postgres://recto:…@db/recto", "/mnt/recto");
        insta::assert_snapshot!(table, @r"
        index                                 recto
        reports                               79
        files                                 97
          read                                80
          failed                              1
          being read                          4
          waiting                             12 (oldest 90 s)
        hidden revisions                      6
        database postgres://recto:…@db/recto  ready
        storage /mnt/recto                    ready
        reports in the engine                 81
        node http://search-1:7280             ready
        node http://index-1:7280              it is not ready
        ");
    }
}
