//! The built-in measurements, as a user starts them.

use crate::cli::sandbox::{Sandbox, check, pdf};
use serde_json::Value;

fn with_collection() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "judged/docs.jsonl",
        "{\"id\": \"a\", \"title\": \"Cash transfers\", \"text\": \"Cash was paid.\"}\n\
         {\"id\": \"b\", \"title\": \"Food aid\", \"text\": \"Cash would have been faster.\"}\n",
    );
    sandbox.write("judged/queries.tsv", "1\tcash\n2\tzebra\n").write("judged/qrels.txt", "1 0 b 1\n2 0 a 1\n");
    sandbox
}

fn json(sandbox: &Sandbox, arguments: &str) -> Value {
    let output = sandbox.run(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", sandbox.transcript(&output)))
}

#[test]
fn a_judged_collection_is_scored_and_leaves_no_trace() {
    let sandbox = with_collection();
    let output = sandbox.run("bench quality judged -q");
    assert_eq!(output.status.code(), Some(0));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for expected in
        ["2 documents, 2 pages", "2 judged questions, words combined by and", "MRR                     0.2500"]
    {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    assert!(table.contains("\nwithout a hit           1\n"), "{table}");
    assert!(!sandbox.path("index").exists());
    let figures = json(&sandbox, "bench quality judged --json --op or --per-query");
    assert_eq!((&figures["bench"], &figures["corpus"]["op"]), (&"quality".into(), &"or".into()));
    assert_eq!((&figures["corpus"]["documents"], &figures["ingest"]["indexed"]), (&"records".into(), &2.into()));
    assert!(figures["machine"]["cores"].as_u64() > Some(0), "{figures}");
    assert_eq!(figures["answers"][0]["mrr"], 0.5);
}

#[test]
fn reports_are_scored_by_page_and_the_library_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/my report.pdf", pdf("Cash", &["Nothing.", "Vouchers were late.", "Cash and vouchers."]));
    sandbox.write("judged/queries.tsv", "1\tvouchers\n").write("judged/pages.tsv", "1\tmy report.pdf\t2\n");
    let figures = json(&sandbox, "bench quality judged --pdfs reports --keep kept --json");
    assert_eq!((&figures["scores"]["mrr"], &figures["pages"]["within_report"]), (&1.0.into(), &1.0.into()));
    assert_eq!(sandbox.run("search vouchers --index kept/index").status.code(), Some(0));
}

#[test]
fn what_is_no_collection_is_refused() {
    let sandbox = with_collection();
    sandbox.write("empty/queries.tsv", "1\tcash\n");
    check!(sandbox, "bench quality empty -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `empty` has neither `docs.jsonl` nor a folder `pdf`; name a folder of PDFs with --pdfs
    ");
    check!(sandbox, "bench quality empty --pdfs judged -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `empty` has neither `qrels.txt` nor `pages.tsv`: nothing tells what is relevant
    ");
    check!(sandbox, "bench quality judged --keep judged -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `judged` is not empty; name a new folder to keep the library in
    ");
}

#[test]
fn searches_are_timed_on_the_library_or_on_a_larger_one() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "reports/a.pdf",
        pdf("Cash", &["Cash transfers reach farmers.", "Vouchers were late.", "Water is scarce."]),
    );
    sandbox.write("reports/b.pdf", pdf("Food", &["Food was late but farmers reached markets.", "Transfers of water."]));
    sandbox.run("ingest reports");
    let figures = json(&sandbox, "bench search --queries 40 --warmup 0 --runs 1 --json");
    assert_eq!((&figures["bench"], &figures["library"]["pages"]), (&"search".into(), &5.into()));
    assert!(figures["all"]["answer"]["p50_ms"].as_f64() > Some(0.0), "{figures}");
    assert!(figures["all"]["bare"]["p50_ms"].as_f64() > Some(0.0), "{figures}");
    assert!(figures["throughput"]["queries_per_second"].as_f64() > Some(0.0), "{figures}");
    let arguments = "bench search --pages 60 --keep made --queries 40 --warmup 0 --runs 1 -q";
    let output = sandbox.run(arguments);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", sandbox.transcript(&output));
    for expected in ["made of paragraphs of real reports", "word, common", "bytes a page on disk", "answers a second"] {
        assert!(table.contains(expected), "{expected}: {table}");
    }
    assert_eq!(sandbox.run("search water --index made/index").status.code(), Some(0));
    check!(sandbox, arguments, @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `made` is not empty; name a new folder to keep the library in
    ");
}

#[test]
fn a_library_without_text_cannot_be_timed() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/a.pdf", pdf("", &[""]));
    sandbox.run("ingest reports");
    check!(sandbox, "bench search -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: no page of `index` has text to search
    ");
    check!(sandbox, "bench search --runs 0", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: invalid value '0' for '--runs <N>': 0 is not in 1..=1000

    For more information, try '--help'.
    ");
}
