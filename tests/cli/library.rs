//! The life of a library: ingest, search, status, failures, retry.

use crate::cli::sandbox::{Sandbox, check, pdf};
use serde_json::Value;
use std::fs;

/// Two reports, a copy and a file that is no PDF.
fn with_reports() -> Sandbox {
    let sandbox = Sandbox::new();
    let cash = pdf(
        "Cash transfers in Somalia",
        &["Cash transfers reached most households.", "The cash was spent on food.", "Nothing of note."],
    );
    sandbox.write("reports/somalia.pdf", &cash).write("reports/copy.pdf", &cash);
    sandbox.write("reports/kenya.pdf", pdf("Food aid in Kenya", &["Food aid was late. Cash would have been faster."]));
    sandbox.write("reports/notes.pdf", "these are only notes");
    sandbox
}

#[test]
fn an_ingest_says_what_became_of_every_file() {
    let sandbox = with_reports();
    check!(sandbox, "ingest reports", @r"
    exit code: 3
    ----- stdout -----
    4 files: 2 indexed, 1 the same as another, 1 failed (1 not_a_pdf)
    4 pages in [TIME] ([SPEED] a second): 4 text
      [DIR]/reports/notes.pdf: not_a_pdf: no PDF header and no PDF objects
        check that it really is a PDF

    ----- stderr -----
    ");
    check!(sandbox, "ingest reports", @r"
    exit code: 0
    ----- stdout -----
    4 files: 4 unchanged
    0 pages in [TIME]

    ----- stderr -----
    ");
    check!(sandbox, "failures", @r"
    exit code: 0
    ----- stdout -----
    [DIR]/reports/notes.pdf: not_a_pdf: no PDF header and no PDF objects
        check that it really is a PDF

    ----- stderr -----
    ");
}

#[test]
fn a_dry_run_makes_no_library() {
    let sandbox = with_reports();
    check!(sandbox, "ingest reports --dry-run", @r"
    exit code: 0
    ----- stdout -----
    4 files: 3 to index, 1 the same as another
    nothing was changed (--dry-run)

    ----- stderr -----
    ");
    assert!(!sandbox.path("index").exists());
}

#[test]
fn searches_show_pages_and_passages() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    check!(sandbox, "search cash", @r"
    exit code: 0
    ----- stdout -----
    Cash transfers in Somalia
    Jane Doe · 2023-05-17 · 3 pages · [DIR]/reports/copy.pdf
      p. i (1 of 3)
        Cash transfers reached most households.
      p. ii (2 of 3)
        The cash was spent on food.

    Food aid in Kenya
    Jane Doe · 2023-05-17 · 1 page · [DIR]/reports/kenya.pdf
      p. i (1 of 1)
        Food aid was late. Cash would have been faster.

    ----- stderr -----
    2 reports in [TIME]
    ");
    check!(sandbox, "search cash food --limit 1 --pages 1", @r"
    exit code: 0
    ----- stdout -----
    Food aid in Kenya
    Jane Doe · 2023-05-17 · 1 page · [DIR]/reports/kenya.pdf
      p. i (1 of 1)
        Food aid was late. Cash would have been faster.

    ----- stderr -----
    1 of 2 reports in [TIME]
    ");
    check!(sandbox, "search zebra", @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    nothing found
    ");
    check!(sandbox, "search cash --limit 0", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--limit`: must be at least 1
    ");
    check!(sandbox, "search cash --filter colour=red", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: there is no filter `colour`; there are `language`, `author`, `section`, `tag`, `year`
    ");
}

#[test]
fn search_results_can_be_read_by_programs() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    let json: Value = serde_json::from_slice(&sandbox.run("search cash --format json").stdout).expect("JSON");
    assert_eq!(json["total"]["value"], 2);
    assert_eq!(json["hits"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["hits"][0]["id"].as_str().map(str::len), Some(32));
    let lines = String::from_utf8(sandbox.run("search cash --format ndjson").stdout).expect("UTF-8");
    let hits: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(Some(&hits), json["hits"].as_array());
    let rows = String::from_utf8(sandbox.run("search cash --format csv").stdout).expect("UTF-8");
    assert_eq!(rows.lines().next().map(|header| header.split(',').count()), Some(12));
    assert!(rows.lines().count() > 2, "{rows}");
    sandbox.write("queries.tsv", "7\tcash\n8\tfood aid\n9\tzebra\n");
    let run = String::from_utf8(sandbox.run("search --queries queries.tsv --format trec").stdout).expect("UTF-8");
    let columns: Vec<Vec<&str>> = run.lines().map(|line| line.split(' ').collect()).collect();
    assert!(columns.iter().all(|line| line.len() == 6 && line[1] == "Q0" && line[5] == "recto"), "{run}");
    assert_eq!(columns.last().map(|line| (line[0], line[2], line[3])), Some(("8", "kenya", "1")), "{run}");
}

#[test]
fn the_status_covers_pages_files_and_disk() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    let status: Value = serde_json::from_slice(&sandbox.run("status --json").stdout).expect("JSON");
    assert_eq!((&status["reports"], &status["files"]), (&2.into(), &4.into()));
    assert_eq!(status["pages"]["text"], 4);
    assert_eq!(status["failures"]["not_a_pdf"], 1);
    for part in ["text_store", "index", "catalogue"] {
        assert!(status["disk_bytes"][part].as_u64() > Some(0), "{part}: {status}");
    }
    let table = String::from_utf8(sandbox.run("status").stdout).expect("UTF-8");
    assert!(table.contains("searchable"), "{table}");
}

#[test]
fn a_retry_reads_only_what_failed() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    sandbox.write("reports/notes.pdf", pdf("Notes", &["now a report"]));
    check!(sandbox, "retry --reason needs_password", @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    no failed file to read again
    ");
    check!(sandbox, "retry", @r"
    exit code: 0
    ----- stdout -----
    1 file: 1 indexed
    1 page in [TIME] ([SPEED] a second): 1 text

    ----- stderr -----
    ");
    check!(sandbox, "failures", @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    no file failed
    ");
}

#[test]
fn paths_can_be_listed_in_a_file() {
    let sandbox = with_reports();
    sandbox.write("list.txt", "reports/kenya.pdf\nreports/somalia.pdf\n");
    let output = sandbox.run("ingest --files-from list.txt --json");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&summary["files"], &summary["indexed"]), (&2.into(), &2.into()));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn paths_that_do_not_exist_stop_the_ingest() {
    check!(Sandbox::new(), "ingest absent", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `absent` does not exist
    ");
}

#[test]
fn progress_can_be_read_by_programs() {
    let sandbox = with_reports();
    let output = sandbox.run("ingest reports --progress json");
    let events: Vec<Value> = String::from_utf8_lossy(&output.stderr)
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object a line"))
        .collect();
    assert_eq!(events[0]["event"], "planned");
    assert_eq!(events[0]["files"], 4);
    assert!(events.iter().any(|event| event["event"] == "failed" && event["reason"] == "not_a_pdf"));
    let last = events.iter().rfind(|event| event["event"] == "progress").expect("a progress event");
    assert_eq!(last["pages_done"], last["pages_estimated"]);
}

#[test]
fn vanished_files_are_forgotten_only_on_request() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    fs::remove_file(sandbox.path("reports/kenya.pdf")).expect("it is there");
    check!(sandbox, "ingest reports --prune", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: 1 of 4 files have vanished; is a disk unmounted? Use --yes to forget them all the same
    ");
    assert_eq!(sandbox.run("search kenya").status.code(), Some(0));
    check!(sandbox, "ingest reports --prune --yes", @r"
    exit code: 0
    ----- stdout -----
    3 files: 3 unchanged
    0 pages in [TIME]
    1 file of an earlier run vanished, 1 forgotten

    ----- stderr -----
    ");
    assert_eq!(sandbox.run("search kenya").status.code(), Some(1));
}
