//! `recto export`: rows for other programs, the same as the service sends.

use crate::cli::sandbox::{Sandbox, check, pdf};
use crate::cli::server::Server;
use serde_json::Value;

fn with_reports() -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, title, text) in [
        ("somalia", "Cash transfers in Somalia", "Cash transfers reached most households."),
        ("kenya", "Food aid in Kenya", "Food aid was late. Cash would have been faster."),
        ("mali", "Water in Mali", "Wells were dug."),
    ] {
        sandbox.write(&format!("reports/{name}.pdf"), pdf(title, &[text, "Nothing of note."]));
    }
    sandbox
}

fn stdout(sandbox: &Sandbox, arguments: &str) -> String {
    String::from_utf8(sandbox.run(arguments).stdout).expect("UTF-8")
}

#[test]
fn every_hit_or_every_report_is_a_row() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    let lines = stdout(&sandbox, "export cash");
    assert_eq!(lines, stdout(&sandbox, "search cash --format ndjson"));
    let all: Vec<Value> =
        stdout(&sandbox, "export").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(all.len(), 3);
    let csv = stdout(&sandbox, "export cash --format csv --base-url https://reports.example.org/x/ --pages 1");
    assert_eq!(
        csv,
        stdout(&sandbox, "search cash --format csv --pages 1")
            .replace(",/reports", ",https://reports.example.org/x/reports")
    );
    let sorted = stdout(&sandbox, "export --sort title --pages 0 --filter author=doe");
    assert!(sorted.is_empty(), "whole names: {sorted}");
    let sorted = stdout(&sandbox, "export --sort -title --pages 0");
    let titles: Vec<Value> = sorted.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect();
    assert_eq!(titles[0]["title"], "Water in Mali");
    check!(sandbox, "export zebra", @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    0 reports
    ");
    check!(sandbox, "export cash --base-url example.org", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--base-url example.org` is not the address of a service, such as https://reports.example.org/recto
    ");
}

#[test]
fn a_file_is_put_in_place_whole_or_not_at_all() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    assert_eq!(sandbox.run("export cash --output cash.ndjson").status.code(), Some(0));
    let written = std::fs::read_to_string(sandbox.path("cash.ndjson")).expect("written");
    assert_eq!(written, stdout(&sandbox, "export cash"));
    assert_eq!(sandbox.run("export -o absent/cash.ndjson").status.code(), Some(2));
    std::fs::create_dir(sandbox.path("folder")).expect("a folder");
    assert_eq!(sandbox.run("export -o folder").status.code(), Some(2));
    let names: Vec<_> =
        std::fs::read_dir(sandbox.path("")).expect("the folder").flatten().map(|it| it.file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".folder")), "{names:?}");
}

#[test]
fn rows_are_the_same_over_http_and_however_many_jobs_read_the_files() {
    let one = Sandbox::new();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    one.run(&format!("ingest {fixtures} --ocr off --jobs 1"));
    let rows = |sandbox: &Sandbox, form: &str| stdout(sandbox, &format!("export the --format {form} --pages 5"));
    let all = stdout(&one, "export");
    let (ndjson, csv) = (rows(&one, "ndjson"), rows(&one, "csv"));
    assert!(ndjson.lines().count() > 5, "{ndjson}");
    let server = Server::start(&one, "");
    for (form, expected) in [("ndjson", &ndjson), ("csv", &csv)] {
        let response = server.body(&format!("/search.{form}?q=the&pages=5"));
        assert_eq!(response, *expected, "{form}");
    }
    server.terminate();
    std::fs::remove_dir_all(one.path("index")).expect("a library");
    one.run(&format!("ingest {fixtures} --ocr off --jobs 4"));
    assert_eq!((rows(&one, "ndjson"), rows(&one, "csv"), stdout(&one, "export")), (ndjson, csv, all));
}
