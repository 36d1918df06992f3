//! A whole data directory in one file and back, whatever else goes on, and however it is cut off.

use crate::cli::sandbox::{Sandbox, compare, pdf};
use crate::cli::server::{PATIENCE, Server};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

fn json(sandbox: &Sandbox, arguments: &str) -> Value {
    let output = sandbox.run(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", sandbox.transcript(&output)))
}

fn code(sandbox: &Sandbox, arguments: &str) -> Option<i32> {
    sandbox.run(arguments).status.code()
}

/// What a search answers, but for what it took and the name of the index.
fn answer(sandbox: &Sandbox, arguments: &str) -> Value {
    let mut answer = json(sandbox, &format!("search --format json {arguments}"));
    answer["took_ms"] = Value::Null;
    answer["index"] = Value::Null;
    answer["next_cursor"] = Value::Null;
    answer
}

fn library(reports: usize) -> Sandbox {
    let sandbox = Sandbox::new();
    for number in 0..reports {
        let pages = [format!("Report {number} on cash and water."), format!("Its second page, number {number}.")];
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        sandbox.write(&format!("reports/{number:03}.pdf"), pdf(&format!("Report {number}"), &pages));
    }
    sandbox
}

#[test]
fn a_library_comes_back_as_it_was() {
    let sandbox = library(5);
    assert_eq!(code(&sandbox, "ingest reports"), Some(0));
    let backed_up = sandbox.transcript(&sandbox.run("backup recto.tar.zst --json"));
    insta::with_settings!({filters => vec![(r"\d+(\.\d+)?", "N")]}, {
        insta::assert_snapshot!(backed_up, @r#"
        exit code: N
        ----- stdout -----
        {"reports":N,"uploads":N,"files":N,"bytes":N,"archive_bytes":N,"damaged":[],"dry_run":false,"seconds":N}

        ----- stderr -----
        "#);
    });
    assert_eq!(
        sandbox
            .transcript(&sandbox.run("restore recto.tar.zst --index copy --dry-run --json"))
            .matches("\"reports\":5")
            .count(),
        1
    );
    assert!(!sandbox.path("copy").exists());
    assert_eq!(code(&sandbox, "restore recto.tar.zst --index copy"), Some(0));
    assert_eq!(code(&sandbox, "verify --index copy"), Some(0));
    for query in ["cash", "\"second page\"", "title:report", "3"] {
        assert_eq!(answer(&sandbox, &format!("{query} --index copy")), answer(&sandbox, query), "{query}");
    }
    assert_eq!(code(&sandbox, "ingest reports --index copy"), Some(0));
    compare!(sandbox.transcript(&sandbox.run("restore recto.tar.zst --index copy")), @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `copy` is not empty (it holds `CURRENT`); restore into a directory that is
    ");
    // The file that is there stays until the new one is whole; nothing is left beside it.
    assert_eq!(code(&sandbox, "backup recto.tar.zst"), Some(0));
    let beside = std::fs::read_dir(sandbox.path(".")).expect("there").flatten();
    let mut names: Vec<String> = beside.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["copy", "index", "recto.tar.zst", "reports"]);
    assert_eq!(code(&sandbox, "backup nowhere/recto.tar.zst"), Some(2));
    assert_eq!(code(&sandbox, "backup x.tar.zst --index nothing"), Some(2));
}

#[test]
fn what_a_service_does_meanwhile_is_in_it_or_not_but_never_half() {
    let sandbox = library(150);
    sandbox.write("recto.toml", "[ingest]\ncommit_pages = 10\n");
    let made = sandbox.run("keys create --name tests --scope admin");
    let key = format!("Authorization: Bearer {}", String::from_utf8(made.stdout).expect("text").trim());
    let headers = [key.clone(), "Content-Type: application/pdf".to_owned()];
    let server = Server::start(&sandbox, "--ingest reports");
    let food = pdf("", &["Food aid was late."]);
    assert_eq!(server.request("POST", "/api/v1/reports?name=food.pdf", &headers, &food).0, 201);
    let mut reports = Vec::new();
    for number in 0.. {
        assert_eq!(code(&sandbox, "backup recto.tar.zst"), Some(0));
        let copy = format!("copy{number}");
        let restored = json(&sandbox, &format!("restore recto.tar.zst --index {copy} --json"));
        assert_eq!(code(&sandbox, &format!("verify --index {copy}")), Some(0), "{copy}");
        reports.push(restored["reports"].as_u64().expect("a number"));
        let (_, body) = server.request("GET", "/api/v1/jobs", std::slice::from_ref(&key), b"");
        let jobs: Value = serde_json::from_slice(&body).expect("JSON");
        if jobs["jobs"].as_array().expect("jobs").iter().all(|job| job["state"] == "done") {
            break;
        }
    }
    assert!(reports.is_sorted() && reports.len() > 1 && reports[0] < 151, "{reports:?}");
    assert_eq!(code(&sandbox, "backup recto.tar.zst"), Some(0));
    let wanted = answer(&sandbox, "food OR cash --sort title");
    server.terminate();
    // The original of what was handed over is in it, and is known where it is now.
    std::fs::rename(sandbox.path("index"), sandbox.path("moved")).expect("there");
    assert_eq!(code(&sandbox, "restore recto.tar.zst --index copy"), Some(0));
    assert_eq!(answer(&sandbox, "food OR cash --sort title --index copy"), wanted);
    let server = Server::start(&sandbox, "--index copy");
    let id = blake3::hash(&food).to_hex()[..32].to_owned();
    let (status, original) = server.request("GET", &format!("/reports/{id}/file.pdf"), &[], b"");
    assert_eq!((status, original), (200, food));
    assert_eq!(server.request("GET", "/api/v1/jobs", &[key], b"").0, 200, "keys and jobs are in it, too");
    server.terminate();
}

/// An archive of these entries: a name, what it is, and its bytes.
fn archive(path: &Path, entries: &[(&str, tar::EntryType, &[u8])]) {
    let file = std::fs::File::create(path).expect("room");
    let mut tar = tar::Builder::new(zstd::Encoder::new(file, 1).expect("an encoder"));
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(*kind);
        // Not by the way that refuses what is to be tried.
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        if *kind != tar::EntryType::Regular {
            header.set_link_name("/etc/passwd").expect("short");
        }
        header.set_cksum();
        tar.append(&header, *bytes).expect("room");
    }
    tar.into_inner().and_then(zstd::Encoder::finish).expect("room");
}

#[test]
fn archives_that_are_not_whole_are_refused_and_leave_nothing() {
    let sandbox = library(3);
    assert_eq!(code(&sandbox, "ingest reports"), Some(0));
    assert_eq!(code(&sandbox, "backup whole.tar.zst"), Some(0));
    let whole = std::fs::read(sandbox.path("whole.tar.zst")).expect("there");
    let refused = |what: &str| {
        for options in ["--index copy", "--index copy --dry-run"] {
            let output = sandbox.run(&format!("restore bad.tar.zst {options}"));
            assert_eq!(output.status.code(), Some(2), "{what} {options}: {}", sandbox.transcript(&output));
            let left = std::fs::read_dir(sandbox.path("copy"))
                .map_or(0, |entries| entries.flatten().filter(|entry| entry.file_name() != "LOCK").count());
            assert_eq!(left, 0, "{what}");
        }
        assert!(!sandbox.path("out.pages").exists() && !sandbox.path("copy/out.pages").exists(), "{what}");
    };
    for cut in [0, 1, 100, whole.len() / 3, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
        sandbox.write("bad.tar.zst", &whole[..cut]);
        refused(&format!("cut to {cut}"));
    }
    let content = zstd::decode_all(&whole[..]).expect("whole");
    for place in (0..whole.len()).step_by(whole.len() / 23) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        // Some bits of a compressed stream mean nothing; what comes out is checked to be the same.
        if zstd::decode_all(&bytes[..]).is_ok_and(|decoded| decoded == content) {
            continue;
        }
        sandbox.write("bad.tar.zst", bytes);
        refused(&format!("changed at {place}"));
    }
    let plain = tar::EntryType::Regular;
    for entries in [
        vec![("../out.pages", plain, &b"x"[..])],
        vec![("/tmp/out.pages", plain, b"x")],
        vec![("text/../out.pages", plain, b"x")],
        vec![("text/000001.pages", tar::EntryType::Symlink, b"")],
        vec![("catalogue.sqlite", tar::EntryType::Link, b"")],
        vec![("CURRENT", plain, b"gen-000001\n"), ("CURRENT", plain, b"gen-000001\n")],
        vec![("CURRENT", plain, b"gen-000001\n"), ("MANIFEST.json", plain, b"{}")],
        vec![("CURRENT", plain, b"gen-000001\n")],
        vec![],
    ] {
        archive(&sandbox.path("bad.tar.zst"), &entries);
        refused(&format!("{entries:?}"));
    }
    sandbox.write("bad.tar.zst", "no archive");
    refused("no archive");
    assert_eq!(code(&sandbox, "restore whole.tar.zst --index copy"), Some(0), "and a good one goes there at last");
}

/// Starts the program and kills it after a while, as a power cut would; whether it had ended by itself.
fn killed(sandbox: &Sandbox, arguments: &str, after: Duration) -> bool {
    let mut child = sandbox.command(arguments).stdout(std::process::Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(after);
    let has_ended = child.try_wait().expect("it is ours").is_some();
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().expect("it ends");
    has_ended
}

#[test]
fn a_kill_leaves_nothing_half() {
    let sandbox = library(40);
    assert_eq!(code(&sandbox, "ingest reports"), Some(0));
    let started = Instant::now();
    assert_eq!(code(&sandbox, "backup whole.tar.zst"), Some(0));
    let backup_takes = started.elapsed();
    let started = Instant::now();
    assert_eq!(code(&sandbox, "restore whole.tar.zst --index measured"), Some(0));
    let restore_takes = started.elapsed();
    for part in 1..=8 {
        std::fs::remove_file(sandbox.path("new.tar.zst")).ok();
        killed(&sandbox, "backup new.tar.zst", backup_takes * part / 8);
        if sandbox.path("new.tar.zst").exists() {
            assert_eq!(
                code(&sandbox, "restore new.tar.zst --index copy --dry-run"),
                Some(0),
                "backup killed at {part}/8"
            );
        }
        assert_eq!(code(&sandbox, "backup new.tar.zst"), Some(0));
        let copy = format!("copy{part}");
        killed(&sandbox, &format!("restore new.tar.zst --index {copy}"), restore_takes * part / 8);
        let is_whole = code(&sandbox, &format!("verify --index {copy}")) == Some(0);
        if is_whole {
            assert_eq!(
                answer(&sandbox, &format!("cash --index {copy}")),
                answer(&sandbox, "cash"),
                "killed at {part}/8"
            );
        } else {
            assert_eq!(code(&sandbox, &format!("search cash --index {copy}")), Some(2), "killed at {part}/8");
            assert_eq!(code(&sandbox, &format!("restore new.tar.zst --index {copy}")), Some(0), "killed at {part}/8");
            assert_eq!(code(&sandbox, &format!("verify --index {copy}")), Some(0), "killed at {part}/8");
        }
        assert!(started.elapsed() < 4 * PATIENCE);
    }
    let mut left: Vec<String> = std::fs::read_dir(sandbox.path("."))
        .expect("there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    left.sort();
    assert_eq!(left, Vec::<String>::new(), "the next backup takes away what was left");
}
