//! The built-in measurements, as a user starts them.

use crate::cli::sandbox::{Sandbox, check, pdf};
use serde_json::Value;

/// Compares all that a measurement says with an inline snapshot: machine, numbers and verdicts blanked, as they differ from
/// run to run. Counts at the beginning of a line stay.
macro_rules! check_figures {
    ($sandbox:expr, $output:expr, @$expected:literal) => {
        insta::with_settings!({
            filters => vec![
                (r"recto \d.*", "recto [MACHINE]"),
                (r"list [0-9a-f]{12}", "list [HASH]"),
                (r" +[\d,]+(\.\d+)?( %)?", " [N]$2"),
                (r" +–", " [N]"),
                (r"   (pass|FAIL)", "   [VERDICT]"),
            ]
        }, { insta::assert_snapshot!($sandbox.transcript(&$output), @$expected) })
    };
}

/// Where there is a value in JSON, sorted: `a.b`, `a[].c`.
fn shape(value: &Value) -> Vec<String> {
    fn gather(value: &Value, place: &str, places: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                let dot = if place.is_empty() { "" } else { "." };
                gather(value, &format!("{place}{dot}{name}"), places);
            }),
            Value::Array(items) if !items.is_empty() => {
                items.iter().for_each(|item| gather(item, &format!("{place}[]"), places));
            }
            _ => {
                places.insert(place.to_owned());
            }
        }
    }
    let mut places = std::collections::BTreeSet::new();
    gather(value, "", &mut places);
    places.into_iter().collect()
}

/// The places directly under a value, with `*` for all below those that hold more.
fn fields(value: &Value) -> String {
    let mut names: Vec<String> = shape(value)
        .iter()
        .map(|place| match place.split_once(['.', '[']) {
            Some((name, _)) => format!("{name}.*"),
            None => place.clone(),
        })
        .collect();
    names.dedup();
    names.join(" ")
}

fn with_reports() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "reports/a.pdf",
        pdf("Cash", &["Cash transfers reach farmers.", "Vouchers were late.", "Water is scarce."]),
    );
    sandbox.write("reports/b.pdf", pdf("Food", &["Food was late but farmers reached markets.", "Transfers of water."]));
    sandbox
}

fn with_collection() -> Sandbox {
    let sandbox = Sandbox::new();
    with_collection_in(&sandbox);
    sandbox
}

fn with_collection_in(sandbox: &Sandbox) {
    sandbox.write(
        "judged/docs.jsonl",
        "{\"id\": \"a\", \"title\": \"Cash transfers\", \"text\": \"Cash was paid.\"}\n\
         {\"id\": \"b\", \"title\": \"Food aid\", \"text\": \"Cash would have been faster.\"}\n",
    );
    sandbox.write("judged/queries.tsv", "1\tcash\n2\tzebra\n").write("judged/qrels.txt", "1 0 b 1\n2 0 a 1\n");
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
        ["2 files, 2 reports, 2 pages", "2 judged questions, words combined by and", "MRR                     0.2500"]
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
    assert_eq!((&figures["corpus"]["files"], &figures["corpus"]["runs"]), (&2.into(), &1.into()));
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
    let sandbox = with_reports();
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

#[test]
fn an_ingest_is_timed_and_leaves_no_trace() {
    let sandbox = with_reports();
    sandbox.write("reports/c.pdf", "no PDF");
    let output = sandbox.run("bench ingest reports --warmup 0 --runs 1 --jobs 1 -q");
    assert_eq!(output.status.code(), Some(0));
    check_figures!(sandbox, output, @r"
    exit code: [N]
    ----- stdout -----
    recto [MACHINE]
    3 files, [N] reports, [N] pages, [N] kB, list [HASH], [N] file failed
    1 run after [N] to warm up, [N] job, files read in processes of their own

                                    median       min       max  deviation
    seconds [N] [N] [N] [N]
    pages a second [N] [N] [N] [N]
    MB a second [N] [N] [N] [N]
    CPU seconds [N] [N] [N] [N]
      ingesting process [N] [N] [N] [N]
      processes that read [N] [N] [N] [N]
    peak memory, MB [N] [N] [N] [N]
      of a process that reads [N] [N] [N] [N]
    seconds, one job [N] [N] [N] [N]
    seconds, two jobs [N] [N] [N] [N]
    seconds, nothing changed [N] [N] [N] [N]
    CPU seconds, reading alone [N] [N] [N] [N]

    CPU ÷ reading alone [N]
    reading ÷ read and decode [N]
    one job ÷ two jobs [N]
    nothing changed ÷ first [N]

    bytes a page on disk, beside [N] of text
    text [N] [N]
    word boxes [N] [N]
    index [N] [N]
    catalogue [N] [N]
    all [N] [N]

    stages of one more run in one process, summed over its threads
                       CPU seconds   share     elapsed
    read [N] [N] % [N]
    parse [N] [N] % [N]
    decode [N] [N] % [N]
    fonts [N] [N] % [N]
    interpret [N] [N] % [N]
    layout [N] [N] % [N]
    text [N] [N] % [N]
    recognition [N] [N] % [N]
    store [N] [N] % [N]
    index [N] [N] % [N]
    engine, and rest [N] [N] %
    all [N]

    ----- stderr -----
    ");
    assert!(!sandbox.path("index").exists());
    let figures = json(&sandbox, "bench ingest reports --warmup 0 --runs 2 --jobs 1 --in-process --json");
    insta::assert_snapshot!(fields(&figures), @"bench corpus.* cpu_seconds.* extraction_cpu_seconds.* failed.* in_process jobs library.* machine.* megabytes_per_second.* one_job_seconds.* own_cpu_seconds.* pages_per_second.* peak_memory_bytes.* ratios.* reader_cpu_seconds.* reader_peak_memory_bytes runs seconds.* stages.* stages_cpu_seconds two_jobs_seconds.* unchanged_seconds.* warmup");
    insta::assert_snapshot!(fields(&figures["corpus"]), @"bytes files list_hash pages reports");
    insta::assert_snapshot!(fields(&figures["machine"]), @"architecture build commit cores debug_build memory_bytes os processor recto");
    insta::assert_snapshot!(fields(&figures["seconds"]), @"deviation max mean median min values.*");
    insta::assert_snapshot!(fields(&figures["ratios"]), @"extraction_to_floor_cpu ingest_to_extraction_cpu one_job_to_two unchanged_to_first");
    insta::assert_snapshot!(fields(&figures["stages"][0]), @"cpu_seconds seconds stage");
    let corpus = &figures["corpus"];
    assert_eq!((&corpus["files"], &corpus["reports"], &corpus["pages"]), (&3.into(), &2.into(), &5.into()));
    assert_eq!(figures["failed"]["not_a_pdf"], 1);
    assert_eq!(figures["seconds"]["values"].as_array().map(Vec::len), Some(2));
    assert_eq!(figures["machine"]["build"], if cfg!(debug_assertions) { "debug" } else { "release" });
    assert_eq!(figures["reader_cpu_seconds"]["max"], 0.0, "nothing is read elsewhere");
    let moved = sandbox.path("moved");
    std::fs::rename(sandbox.path("reports"), &moved).expect("renamed");
    let again = json(&sandbox, "bench ingest moved --warmup 0 --runs 4 --jobs 1 --json");
    assert_eq!(again["corpus"], figures["corpus"], "the same files elsewhere");
    if cfg!(target_os = "linux") {
        assert!(again["reader_cpu_seconds"]["min"].as_f64() > Some(0.0), "{again}");
        assert!(again["reader_peak_memory_bytes"]["min"].as_f64() > Some(1e6), "{again}");
    }
}

#[test]
fn what_cannot_be_ingested_cannot_be_timed() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/a.txt", "");
    check!(sandbox, "bench ingest empty -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: no PDF under the paths has a page that can be read
    ");
    check!(sandbox, "bench ingest absent -q", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: a run failed: error: `absent` does not exist
    ");
}

#[test]
fn growth_is_a_table_and_a_picture() {
    let sandbox = with_reports();
    sandbox.run("ingest reports");
    let arguments = "bench growth --pages 80,40 --queries 20 --warmup 0 --runs 1";
    let output = sandbox.run(&format!("{arguments} --svg curves.svg -q"));
    assert_eq!(output.status.code(), Some(0));
    check_figures!(sandbox, output, @r"
    exit code: [N]
    ----- stdout -----
    recto [MACHINE]
    made of paragraphs of [N] files, [N] reports, [N] pages, [N] kB, list [HASH]

                          ingest   CPU ms     peak    bytes on disk    open     p50     p90     p99    bare unchanged
        pages  reports         s   a page       MB   a page  ÷ text      ms      ms      ms      ms     p50         s
     [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N]
     [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N] [N]

    a page takes at most [N] % more CPU in one library than in another

    ----- stderr -----
    ");
    let picture = std::fs::read_to_string(sandbox.path("curves.svg")).expect("a picture");
    assert!(picture.starts_with("<svg ") && picture.contains("</svg>"), "{picture}");
    let figures = json(&sandbox, &format!("{arguments} --json"));
    insta::assert_snapshot!(fields(&figures), @"bench corpus.* ingest_spread machine.* points.*");
    insta::assert_snapshot!(fields(&figures["corpus"]), @"bytes files library list_hash pages queries reports runs seed warmup");
    insta::assert_snapshot!(fields(&figures["points"][0]), @"ingest_cpu_ms_per_page ingest_seconds kinds.* library.* open_ms peak_memory_bytes search.* throughput.* unchanged_seconds");
    assert_eq!(figures["points"].as_array().map(Vec::len), Some(2));
    assert!(figures["points"][0]["library"]["pages"].as_u64() < figures["points"][1]["library"]["pages"].as_u64());
}

#[test]
fn bars_are_printed_with_what_was_measured() {
    let sandbox = with_reports();
    with_collection_in(&sandbox);
    let arguments = "bench bars reports --pages 40,80 --judged judged --quick";
    let output = sandbox.run(&format!("{arguments} -q"));
    let has_failed = String::from_utf8_lossy(&output.stdout).contains("FAIL");
    assert_eq!(output.status.code(), Some(i32::from(has_failed)), "{}", sandbox.transcript(&output));
    check_figures!(sandbox, std::process::Output { status: Default::default(), ..output }, @r"
    exit code: [N]
    ----- stdout -----
    recto [MACHINE]
    2 files, [N] reports, [N] pages, [N] kB, list [HASH]

                                                      figure          bar
    text: F1 beside the best of three others [N]         ≥ [N]      not measured: `benches/bars.py` measures it, with all others
    CPU of PDFium ÷ CPU of extraction [N]         ≥ [N]      not measured: `benches/bars.py` measures it, with all others
    CPU of an ingest ÷ CPU of extraction [N]       ≤ [N]      [VERDICT]
    ingest: one job ÷ two jobs [N]       ≥ [N]      [VERDICT]
    ingest: nothing changed ÷ first [N]      < [N]      [VERDICT]
    ingest: memory of all processes [N]      ≤ [N] MB   [VERDICT]
    server, idle, [N] pages: memory [N]       < [N] MB   not measured: `benches/bars.py` measures it, with all others
    on disk ÷ text, these files [N]       ≤ [N]      [VERDICT]
    on disk ÷ text, [N] pages [N]       ≤ [N]      not measured: there is no library of [N] pages, only of [N]
    search, [N] pages: p50 [N]         ≤ [N] ms   not measured: there is no library of [N] pages, only of [N]
    search, [N] pages: p99 [N]        ≤ [N] ms   not measured: there is no library of [N] pages, only of [N]
    search: p50 ÷ p50 of the bare query [N]         ≤ [N]      not measured: there is no library of [N] pages, only of [N]
    ingest CPU a page: most beside least, less [N] [N]       ≤ [N]      not measured: it takes libraries of [N] to [N] pages
    ranking: nDCG@10, words combined by or [N]       ≥ [N]      [VERDICT]
    damaged files: without crash, hang or loss [N]         ≥ [N]      not measured: `benches/bars.py` measures it, with all others
    killed ingests: without loss or repetition [N]         ≥ [N]      not measured: `benches/bars.py` measures it, with all others

    ----- stderr -----
    ");
    let figures = json(&sandbox, &format!("{arguments} --json"));
    insta::assert_snapshot!(fields(&figures), @"bars.* bench corpus.* growth.* ingest.* machine.* quality.*");
    insta::assert_snapshot!(fields(&figures["bars"][0]), @"bar figure name side unit verdict what why");
    let ranking = figures["bars"].as_array().expect("bars").iter().find(|bar| bar["name"] == "ranking");
    assert_eq!(ranking.expect("judged")["figure"], figures["quality"]["scores"]["ndcg_at_10"]);
    assert!(!sandbox.path("index").exists());
}

#[test]
fn bars_are_measured_in_parts() {
    let sandbox = with_reports();
    with_collection_in(&sandbox);
    let arguments = "bench bars reports --pages 40,80 --judged judged --quick --json --svg curves.svg --only";
    for (only, measured) in [("ingest", "ingest"), ("growth", "growth"), ("ranking", "quality")] {
        let figures = json(&sandbox, &format!("{arguments} {only}"));
        for part in ["ingest", "growth", "quality"] {
            assert_eq!(figures[part].is_object(), part == measured, "{only}: {part}");
        }
        assert!(figures["corpus"]["files"].as_u64() > Some(0), "{only}: {}", figures["corpus"]);
        let reasons: Vec<&str> =
            figures["bars"].as_array().expect("bars").iter().filter_map(|bar| bar["why"].as_str()).collect();
        assert!(reasons.contains(&"not asked for"), "{only}: {reasons:?}");
        assert_eq!(std::fs::remove_file(sandbox.path("curves.svg")).is_ok(), only == "growth", "{only}");
    }
    assert_eq!(sandbox.run("bench bars reports --only speed").status.code(), Some(2));
}
