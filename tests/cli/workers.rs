//! Readers that hang, bloat, die and lie: the file has a reason, what was read of it is kept, its neighbours are whole.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::PATIENCE;
use serde_json::Value;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PAGES: [&str; 4] = ["The first page.", "The second page.", "The third page.", "The fourth page."];

fn search(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let output = sandbox.run(&format!("search {query} --format json"));
    let response: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let hits = response["hits"].as_array().expect("hits").iter();
    let mut files: Vec<String> =
        hits.map(|hit| hit["file"].as_str().expect("a file").rsplit('/').next().expect("a name").to_owned()).collect();
    files.sort();
    files
}

#[test]
fn a_reader_may_die_in_any_way_on_a_page() {
    let sandbox = Sandbox::new();
    let kinds = ["abort", "exit", "garbage", "hang", "memory", "stack"];
    for kind in kinds {
        // Texts differ, so that none is another's copy.
        let pages = PAGES.map(|page| format!("{page} {kind}"));
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        sandbox.write(&format!("reports/fault-{kind}@2.pdf"), pdf(&format!("Report {kind}"), &pages));
        sandbox.write(
            &format!("reports/good-{kind}.pdf"),
            pdf(&format!("Good {kind}"), &[&format!("The third page of {kind}.")]),
        );
    }
    sandbox.write("recto.toml", "[limits]\nstall_milliseconds = 1500\nmemory_bytes = 400_000_000\n");
    let output = sandbox.run("ingest reports --json --jobs 2");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&summary["files"], &summary["indexed"], &summary["partial"]),
        (&12.into(), &6.into(), &6.into()),
        "{summary}"
    );
    let good: Vec<String> = kinds.map(|kind| format!("good-{kind}.pdf")).into();
    assert_eq!(search(&sandbox, "third"), good, "the page that costs a reader is left out");
    let all = |word: &str| search(&sandbox, word).len();
    // What stands before the page is kept, and what stands after it.
    assert_eq!((all("first"), all("second"), all("fourth")), (6, 6, 6));
    let status: Value = serde_json::from_slice(&sandbox.run("status --json").stdout).expect("JSON");
    assert_eq!(status["pages"]["failed"], 6, "{status}");
    for (reason, files) in [("timeout", 1), ("out_of_memory", 1), ("crashed", 4)] {
        let failures = sandbox.run(&format!("failures --reason {reason} --json"));
        assert_eq!(String::from_utf8_lossy(&failures.stdout).lines().count(), files, "{reason}");
    }
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}

#[test]
fn when_time_is_up_on_a_page_those_before_it_are_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/fault-hang@2.pdf", pdf("Report", &PAGES));
    let limits = "base_milliseconds = 1000\nmilliseconds_per_mebibyte = 0\nstall_milliseconds = 60_000\n";
    sandbox.write("recto.toml", format!("[limits]\n{limits}"));
    let output = sandbox.run("ingest reports --json");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&summary["partial"], &summary["failed"]), (&1.into(), &serde_json::json!({})), "{summary}");
    assert_eq!(summary["pages"], serde_json::json!({"text": 2, "truncated": 2}), "{summary}");
    assert_eq!(search(&sandbox, "second").len(), 1);
}

#[test]
fn a_reader_has_no_right_to_anything() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/fault-escape@1.pdf", pdf("Report", &PAGES));
    sandbox.write("recto.toml", "[ingest]\nsandbox = \"required\"\n");
    let output = sandbox.run("ingest reports --json");
    let said = String::from_utf8_lossy(&output.stderr);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no summary: {said}"));
    // A reader to whom something is allowed ends in disorder.
    assert_eq!((&summary["indexed"], &summary["partial"]), (&1.into(), &0.into()), "{summary} {said}");
}

#[test]
fn readers_lost_in_a_row_leave_nothing_behind() {
    let sandbox = Sandbox::new();
    let kinds = ["abort", "exit", "garbage", "memory", "signal", "stack"];
    for number in 0..100 {
        let kind = kinds[number % kinds.len()];
        let pages = [format!("First of {number}"), format!("Second of {number}")];
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        // Sorted by size, the good one is read last.
        sandbox.write(&format!("reports/fault-{kind}@0 {number}.pdf"), pdf(&format!("Report {number}"), &pages));
    }
    sandbox.write("reports/good.pdf", pdf("Good", &["The last."]));
    sandbox.write("recto.toml", "[limits]\nmemory_bytes = 200_000_000\n");
    let mut ingest = sandbox.command("ingest reports --json --jobs 2");
    let child = ingest.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    let (mut most_files, mut most_processes, mut most_dead) = (0, 0, 0);
    let entries = |path: String| std::fs::read_dir(path).map_or(0, Iterator::count);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let pid = child.id();
    let output = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                most_files = most_files.max(entries(format!("/proc/{pid}/fd")));
                let children = children_of(pid);
                most_processes = most_processes.max(children.len());
                most_dead = most_dead.max(children.iter().filter(|state| **state == 'Z').count());
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let output = child.wait_with_output().expect("its end");
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        watch.join().expect("no panic");
        output
    });
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&summary["indexed"], &summary["partial"]), (&1.into(), &100.into()), "{summary}");
    assert_eq!(search(&sandbox, "last"), ["good.pdf"]);
    // Two readers with three pipes each, and what the library itself holds; one more of each while it is replaced.
    assert!(most_files < 60 && most_processes <= 4 && most_dead <= 2, "{most_files} {most_processes} {most_dead}");
}

/// The states of the processes that this one has started.
fn children_of(parent: u32) -> Vec<char> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
    let facts = stats.filter_map(|stat| {
        let mut facts = stat.rsplit_once(')')?.1.split_whitespace();
        Some((facts.next()?.chars().next()?, facts.next()?.parse::<u32>().ok()?))
    });
    facts.filter(|(_, of)| *of == parent).map(|(state, _)| state).collect()
}

#[test]
fn a_reader_that_dies_after_the_last_page_costs_the_file_only() {
    let sandbox = Sandbox::new();
    for kind in ["abort", "memory"] {
        sandbox.write(&format!("reports/fault-{kind}@4.pdf"), pdf(&format!("Report {kind}"), &PAGES));
    }
    sandbox.write("reports/good.pdf", pdf("Good", &["The first page of all."]));
    sandbox.write("recto.toml", "[limits]\nmemory_bytes = 400_000_000\n");
    let started = Instant::now();
    let output = sandbox.run("ingest reports --json");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(3));
    // The two hold the same bytes, so what befalls the first is said of both.
    let failed: u64 = summary["failed"].as_object().expect("reasons").values().filter_map(Value::as_u64).sum();
    assert_eq!((&summary["indexed"], failed), (&1.into(), 2), "{summary}");
    assert_eq!(search(&sandbox, "first"), ["good.pdf"]);
    // It is not tried again by itself, but on request.
    let again: Value = serde_json::from_slice(&sandbox.run("ingest reports --json").stdout).expect("JSON");
    assert_eq!((&again["unchanged"], &again["pages"]), (&3.into(), &serde_json::json!({})), "{again}");
    let retried: Value = serde_json::from_slice(&sandbox.run("retry --json").stdout).expect("JSON");
    assert_eq!(retried["files"], 2, "{retried}");
    assert!(started.elapsed().as_secs() < 120);
}

#[test]
fn an_interrupt_from_the_terminal_does_not_reach_readers() {
    let sandbox = Sandbox::new();
    for number in 0..4 {
        let pages: Vec<String> = (0..600).map(|page| format!("Report {number} on page {page}")).collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        sandbox.write(&format!("reports/r{number}.pdf"), pdf(&format!("Report {number}"), &pages));
    }
    // As a terminal does, to all of the group.
    let mut ingest = sandbox.command("ingest reports --json");
    let child = ingest.process_group(0).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    // Interrupts are awaited before the index is there, and files are read after that.
    let started = Instant::now();
    while !sandbox.path("index/gen-000001/meta.json").exists() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    let group = format!("-{}", child.id());
    // It may be done already.
    let _ = Command::new("kill").args(["-INT", "--", &group]).status();
    let output = child.wait_with_output().expect("its end");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!((&summary["partial"], &summary["failed"]), (&0.into(), &serde_json::json!({})), "{summary}");
    let rest: Value = serde_json::from_slice(&sandbox.run("ingest reports --json").stdout).expect("JSON");
    assert_eq!((&rest["files"], &rest["partial"], &rest["failed"]), (&4.into(), &0.into(), &serde_json::json!({})));
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}

#[test]
fn files_are_read_alike_in_processes_and_without() {
    let sandbox = Sandbox::new();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let exported = |index: &str, mode: &str| {
        let mut command = sandbox.command(&format!("--index {index} ingest {fixtures} --ocr off"));
        assert_eq!(command.env("RECTO_INGEST__SANDBOX", mode).output().expect("runs").status.code(), Some(3));
        let words =
            "search energy OR water OR council --limit 100 --pages 50 --passages 10 --sort title --format ndjson";
        String::from_utf8(sandbox.run(&format!("--index {index} {words}")).stdout).expect("UTF-8")
    };
    let apart = exported("apart", "best-effort");
    assert!(!apart.is_empty());
    assert_eq!(apart, exported("within", "off"));
}
