//! Scanned pages become searchable; a recogniser that is missing, hangs, raves or dies costs its pages and nothing else.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::{PATIENCE, Server};
use crate::reading::recognition::has_tesseract;
use recto::worker::WorkerPool;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a recogniser prints before its words.
const HEADING: &str =
    r"level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

/// A library of a scanned report of two pages and one with text, and a recogniser that knows English and otherwise does
/// as told, in the shell's language.
fn scene(behaviour: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.copy_fixture("scanned-minutes.pdf", "reports/minutes.pdf");
    sandbox.write("reports/good.pdf", pdf("Good", &["A page about allotments."]));
    recogniser(&sandbox, behaviour);
    sandbox
}

fn recogniser(sandbox: &Sandbox, behaviour: &str) {
    let script =
        format!("#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo List:; echo eng; exit 0; fi\n{behaviour}\n");
    sandbox.write("bin/fake", script);
    let path = sandbox.path("bin/fake");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let program = path.display();
    sandbox.write("recto.toml", format!("[ocr]\nprogram = '{program}'\npage_seconds = 2\n"));
}

/// A recogniser's words, one after another.
fn saying(words: &[&str]) -> String {
    let rows: String = (1..)
        .zip(words)
        .map(|(number, word)| format!(r"5\t1\t1\t1\t1\t{number}\t{}\t100\t150\t40\t90\t{word}\n", 200 * number))
        .collect();
    format!("cat >/dev/null; printf '{HEADING}{rows}'")
}

fn summary(sandbox: &Sandbox, arguments: &str) -> Value {
    let output = sandbox.run(arguments);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn hits(sandbox: &Sandbox, query: &str) -> Value {
    summary(sandbox, &format!("search {query} --format json"))
}

#[test]
fn scanned_reports_are_found_by_what_is_printed_in_them() {
    if !has_tesseract() {
        return;
    }
    let sandbox = Sandbox::new();
    for file in ["scanned-minutes.pdf", "scanned-klimaschutz.pdf", "partly-scanned-schools.pdf"] {
        sandbox.copy_fixture(file, &format!("reports/{file}"));
    }
    let done = summary(&sandbox, "ingest reports --json");
    assert_eq!(done["pages"], json!({"ocr": 6, "text": 1, "no_text": 1}), "{done}");
    assert_eq!((&done["indexed"], &done["pages_unrecognised"]), (&json!(3), &json!(0)), "{done}");
    for (query, file, page) in [
        ("\"hedgehog seen near plot 19\"", "scanned-minutes.pdf", 2),
        ("Energieverbrauch lang:de", "scanned-klimaschutz.pdf", 1),
        ("schätzungsweise", "scanned-klimaschutz.pdf", 2),
        ("coke page:2", "partly-scanned-schools.pdf", 2),
        ("\"Begin with controls\"", "partly-scanned-schools.pdf", 4),
    ] {
        let output = sandbox.command("search --format json").arg(query).output().expect("runs");
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let hit = &found["hits"][0];
        assert!(hit["file"].as_str().is_some_and(|path| path.ends_with(file)), "{query}: {found}");
        let shown = hit["pages"].as_array().expect("pages").iter().find(|shown| shown["page"] == page);
        let shown = shown.unwrap_or_else(|| panic!("{query}: {hit}"));
        assert!(shown["quads"].as_array().is_some_and(|quads| !quads.is_empty()), "{query}: {shown}");
    }
    assert_eq!(summary(&sandbox, "ingest reports --json")["unchanged"], 3, "nothing is recognised twice");
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
    let printed = sandbox.run("extract --ocr auto --format text reports/scanned-minutes.pdf");
    assert!(String::from_utf8_lossy(&printed.stdout).contains("The annual show will take place"));
}

#[test]
fn what_could_not_be_recognised_is_when_it_can_be() {
    let sandbox = scene("exit 1");
    sandbox.write("recto.toml", "[ocr]\nprogram = 'no-such-recogniser'\n");
    let output = sandbox.run("ingest reports");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let advice =
        "2 pages have no text that can be read without OCR: install tesseract-ocr and run the same command again";
    assert!(text.contains(advice), "{text}");
    let status = summary(&sandbox, "status --json");
    assert_eq!(status["partial"], json!({"ocr_missing": 1}), "{status}");
    assert!(String::from_utf8_lossy(&sandbox.run("status").stdout).contains("install tesseract-ocr"));
    assert_eq!(summary(&sandbox, "ingest reports --json")["unchanged"], 2, "still missing: nothing to do");

    recogniser(&sandbox, &saying(&["Recognised", "hedgehog"]));
    let done = summary(&sandbox, "ingest reports --json");
    assert_eq!((&done["indexed"], &done["unchanged"]), (&json!(1), &json!(1)), "{done}");
    assert_eq!(done["pages"], json!({"ocr": 2}));
    assert_eq!(hits(&sandbox, "hedgehog")["total"]["value"], 1);
    assert_eq!(summary(&sandbox, "status --json")["partial"], json!({}));
    assert_eq!(summary(&sandbox, "ingest reports --json")["unchanged"], 2, "and done once");
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}

#[test]
fn a_recogniser_may_fail_in_any_way() {
    for (what, behaviour) in [
        ("hangs", "cat >/dev/null; sleep 98761"),
        ("takes nothing", "sleep 98761"),
        ("keeps its output open", "cat >/dev/null; sleep 98761 & exit 0"),
        ("fails", "cat >/dev/null; echo 'no model' >&2; exit 1"),
        ("dies", "kill -SEGV $$"),
        ("says nothing", "cat >/dev/null"),
        ("raves", "head -c 100000 /dev/urandom"),
        ("never ends", "while :; do echo 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5; done"),
        ("complains without end", "while :; do echo no >&2; done"),
    ] {
        let sandbox = scene(behaviour);
        let started = Instant::now();
        let done = summary(&sandbox, "ingest reports --json --jobs 2");
        assert!(started.elapsed() < Duration::from_secs(40), "{what}: {:?}", started.elapsed());
        assert_eq!((&done["indexed"], &done["partial"]), (&json!(1), &json!(1)), "{what}: {done}");
        assert_eq!(
            (&done["pages"], &done["pages_unrecognised"]),
            (&json!({"no_text": 2, "text": 1}), &json!(2)),
            "{what}"
        );
        assert_eq!(hits(&sandbox, "allotments")["total"]["value"], 1, "{what}: its neighbour is there");
        assert_eq!(summary(&sandbox, "status --json")["partial"], json!({"ocr_failed": 1}), "{what}");
        assert!(!is_running("sleep\u{0}98761"), "{what}: something was left behind");
    }
}

#[test]
fn what_failed_is_tried_again_on_request() {
    let sandbox = scene("exit 1");
    assert_eq!(summary(&sandbox, "ingest reports --json")["partial"], 1);
    recogniser(&sandbox, &saying(&["Recognised", "hedgehog"]));
    assert_eq!(summary(&sandbox, "ingest reports --json")["unchanged"], 2, "not by itself");
    let listed = sandbox.run("failures --reason ocr_failed");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("minutes.pdf"), "{listed:?}");
    let done = summary(&sandbox, "retry --reason ocr_failed --json");
    assert_eq!((&done["indexed"], &done["pages"]), (&json!(1), &json!({"ocr": 2})), "{done}");
    assert_eq!(hits(&sandbox, "hedgehog")["total"]["value"], 1);
}

#[test]
fn pages_with_text_are_recognised_only_by_force() {
    let words = saying(&["Recognised", "hedgehog"]);
    for (mode, pages) in [
        ("off", json!({"no_text": 2, "text": 1})),
        ("auto", json!({"ocr": 2, "text": 1})),
        ("force", json!({"ocr": 3})),
    ] {
        let sandbox = scene(&words);
        let done = summary(&sandbox, &format!("ingest reports --ocr {mode} --json"));
        assert_eq!((&done["pages"], &done["indexed"]), (&pages, &json!(2)), "{mode}");
    }
    // Of files read before as well.
    let sandbox = scene(&words);
    for (mode, pages) in [("off", json!({"no_text": 2, "text": 1})), ("auto", json!({})), ("force", json!({"ocr": 3}))]
    {
        assert_eq!(summary(&sandbox, &format!("ingest reports --ocr {mode} --json"))["pages"], pages, "{mode}");
    }
    assert_eq!(hits(&sandbox, "hedgehog")["total"]["value"], 2);
    // As a setting, and that the option is the stronger.
    let sandbox = scene(&words);
    let mut command = sandbox.command("ingest reports --json");
    let output = command.env("RECTO_OCR__MODE", "off").output().expect("runs");
    let done: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(done["pages"], json!({"no_text": 2, "text": 1}));
    let output = sandbox.run("extract reports/minutes.pdf");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_matches(['\u{c}', '\n']), "");
}

#[test]
fn blank_pages_are_no_work() {
    let sandbox = scene("cat >/dev/null; exit 1");
    std::fs::remove_file(sandbox.path("reports/minutes.pdf")).expect("there");
    sandbox.write("reports/blank.pdf", pdf("Blank", &["The first page.", "", "The third page."]));
    let done = summary(&sandbox, "ingest reports --json");
    assert_eq!((&done["indexed"], &done["partial"], &done["pages_unrecognised"]), (&json!(2), &json!(0), &json!(0)));
    sandbox.write("recto.toml", "[ocr]\nprogram = 'no-such-recogniser'\n");
    sandbox.write("reports/blank.pdf", pdf("Blank again", &["", "The second page."]));
    let done = summary(&sandbox, "ingest reports --json");
    assert_eq!((&done["indexed"], &done["partial"], &done["pages_unrecognised"]), (&json!(1), &json!(0), &json!(0)));
}

#[test]
fn a_recogniser_has_no_right_to_anything_but_itself() {
    let confined = WorkerPool::new(Path::new(env!("CARGO_BIN_EXE_recto"))).enforcement().expect("a worker");
    if !confined.is_full() {
        // A kernel that cannot confine readers cannot confine this either.
        return;
    }
    let sandbox = scene("exit 1");
    let secret = sandbox.path("secret.txt");
    sandbox.write("secret.txt", "hedgehog");
    let behaviour = format!(
        "read=refused; cat '{}' >/dev/null 2>&1 && read=allowed\n\
         write=refused; (echo x >'{}') 2>/dev/null && write=allowed\n\
         net=refused; python3 -c 'import socket; socket.socket()' 2>/dev/null && net=allowed\n\
         {}",
        secret.display(),
        sandbox.path("bin/written").display(),
        saying(&["read-$read", "write-$write", "net-$net"]).replace('\'', "\""),
    );
    recogniser(&sandbox, &behaviour);
    assert_eq!(summary(&sandbox, "ingest reports --json")["pages"], json!({"ocr": 2, "text": 1}));
    let output = sandbox.run("extract --ocr auto reports/minutes.pdf");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("read-refused write-refused net-refused"), "{text}");
    assert!(!sandbox.path("bin/written").exists());
}

/// Whether a process with these arguments, parted by NUL, is running.
fn is_running(arguments: &str) -> bool {
    std::fs::read_dir("/proc").expect("a proc file system").filter_map(Result::ok).any(|entry| {
        std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(arguments))
    })
}

#[test]
fn a_job_says_itself_which_pages_are_recognised() {
    let sandbox = scene(&saying(&["hedgehog", "seen"]));
    let program = sandbox.path("bin/fake");
    let settings =
        format!("[ocr]\nmode = 'off'\nprogram = '{}'\n[serve]\ningest_roots = ['reports']\n", program.display());
    sandbox.write("recto.toml", settings);
    let made = sandbox.run("keys create --name tests --scope ingest");
    let key = format!("Authorization: Bearer {}", String::from_utf8(made.stdout).expect("text").trim());
    let server = Server::start(&sandbox, "");
    let headers = [key.clone(), "Content-Type: application/json".to_owned()];
    for (order, pages) in [("{}", json!({"text": 1, "no_text": 2})), (r#"{"ocr":"force"}"#, json!({"ocr": 3}))] {
        let (status, body) = server.request("POST", "/api/v1/jobs", &headers, order.as_bytes());
        let mut job: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(status, 202, "{job}");
        let started = Instant::now();
        while job["state"] != "done" {
            assert!(started.elapsed() < PATIENCE, "{job}");
            let url = job["url"].as_str().expect("a place").to_owned();
            job =
                serde_json::from_slice(&server.request("GET", &url, std::slice::from_ref(&key), b"").1).expect("JSON");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(job["summary"]["pages"], pages, "{order}: {job}");
    }
    server.terminate();
}
