//! What crashes and disks do to a library, and how it is whole again.

use crate::cli::sandbox::{Sandbox, check, pdf};
use crate::cli::server::Server;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// A library of twelve reports.
pub(super) fn with_library() -> Sandbox {
    let sandbox = Sandbox::new();
    for number in 0..12 {
        let pages: Vec<String> =
            (0..=number).map(|page| format!("Report {number} speaks of wells on page {page}.")).collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        sandbox.write(&format!("reports/r{number:02}.pdf"), pdf(&format!("Wells number {number}"), &pages));
    }
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    sandbox
}

pub(super) fn code(sandbox: &Sandbox, arguments: &str) -> i32 {
    sandbox.run(arguments).status.code().expect("no signal")
}

/// All hits of everything, in a stable order, without what may differ from run to run.
pub(super) fn answers(sandbox: &Sandbox) -> String {
    let output = sandbox.run("search wells --sort title --limit 100 --format ndjson");
    String::from_utf8(output.stdout).expect("UTF-8")
}

pub(super) fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

pub(super) fn generation(sandbox: &Sandbox) -> PathBuf {
    let current = fs::read_to_string(sandbox.path("index/CURRENT")).expect("a library");
    sandbox.path("index").join(current.trim())
}

/// Flips a bit in the middle of a file.
pub(super) fn damage(path: &Path) {
    let mut bytes = fs::read(path).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).expect("room");
}

#[test]
fn a_whole_library_is_verified_and_rebuilt_as_it_was() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    check!(sandbox, "verify", @r"
    exit code: 0
    ----- stdout -----
    12 reports of 78 pages verified in [TIME]: all is well

    ----- stderr -----
    ");
    let output = sandbox.run("rebuild --json");
    assert_eq!(output.status.code(), Some(0));
    let rebuilt: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&rebuilt["generation"], &rebuilt["reports"], &rebuilt["pages"]),
        (&"gen-000002".into(), &12.into(), &78.into())
    );
    assert_eq!(answers(&sandbox), before);
    assert_eq!(code(&sandbox, "rebuild --rollback"), 0);
    assert!(generation(&sandbox).ends_with("gen-000001"));
    assert_eq!(answers(&sandbox), before);
    // What has fewer reports than the library is no index to go back to.
    assert_eq!(code(&sandbox, "rebuild"), 0);
    sandbox.write("more/r99.pdf", pdf("Wells number 99", &["More wells."]));
    assert_eq!(code(&sandbox, "ingest more"), 0);
    check!(sandbox, "rebuild --rollback", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: there is no earlier index to go back to: none was kept
    ");
}

#[test]
fn damage_anywhere_in_the_index_is_found_and_heals() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    let files: Vec<PathBuf> = files_of(&generation(&sandbox));
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    for file in files.iter().map(|path| name(path)).filter(|name| !name.starts_with(".tantivy")) {
        for way in ["flip", "remove", "cut"] {
            let path = generation(&sandbox).join(&file);
            if !path.exists() {
                // Made again under another name by the healing before.
                continue;
            }
            match way {
                "flip" => damage(&path),
                "remove" => fs::remove_file(&path).expect("there"),
                _ => fs::write(&path, b"").expect("room"),
            }
            // Without these nothing is amiss but the lists of what to clean up and of what to compare with.
            let is_list = [".managed.json", "files.json"].contains(&&*file);
            let expected = if is_list { vec![0, 3] } else { vec![3] };
            assert!(expected.contains(&code(&sandbox, "verify")), "{file} {way}");
            assert_eq!(code(&sandbox, "ingest reports"), 0, "{file} {way}");
            assert_eq!(code(&sandbox, "verify"), 0, "{file} {way}");
            assert_eq!(answers(&sandbox), before, "{file} {way}");
        }
    }
}

#[test]
fn every_segment_file_is_checked() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    for extension in ["fast", "fieldnorm", "idx", "pos", "store", "term"] {
        let of_kind = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
        let path = files_of(&generation(&sandbox)).into_iter().find(of_kind).expect(extension);
        damage(&path);
        assert_eq!(code(&sandbox, "verify"), 3, "{extension}");
        assert_eq!(code(&sandbox, "rebuild"), 0, "{extension}");
        assert_eq!(code(&sandbox, "verify"), 0, "{extension}");
        assert_eq!(answers(&sandbox), before, "{extension}");
    }
}

#[test]
fn a_service_heals_before_it_answers() {
    let sandbox = with_library();
    let path =
        files_of(&generation(&sandbox)).into_iter().find(|path| path.extension().is_some_and(|found| found == "term"));
    damage(&path.expect("a dictionary"));
    let server = Server::start(&sandbox, "");
    let response = server.get("/api/v1/search?q=wells");
    assert!(response.contains(r#""total":{"value":12,"#), "{response}");
    assert_eq!(server.terminate().0, Some(0));
    assert_eq!(code(&sandbox, "verify"), 0);
}

#[test]
fn an_index_of_another_version_is_made_again_without_the_files() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    fs::write(generation(&sandbox).join("generation.json"), r#"{"schema":0,"analyzer":0}"#).expect("room");
    fs::rename(sandbox.path("reports"), sandbox.path("elsewhere")).expect("moved");
    check!(sandbox, "search wells", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: the index was made by another version of Recto; `recto rebuild` makes it again from the stored text
    ");
    assert_eq!(code(&sandbox, "rebuild"), 0);
    assert_eq!(answers(&sandbox), before);
}

#[test]
fn a_damaged_text_is_named_and_read_again() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    let segment = files_of(&sandbox.path("index/text")).pop().expect("a segment");
    damage(&segment);
    let verified = sandbox.run("verify");
    assert_eq!(verified.status.code(), Some(3));
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("text of ") && said.contains("1 fault"), "{said}");
    assert_eq!(code(&sandbox, "rebuild"), 3);
    let failures = String::from_utf8(sandbox.run("failures").stdout).expect("UTF-8");
    assert!(failures.contains("text_lost"), "{failures}");
    assert_eq!(answers(&sandbox).lines().count(), before.lines().count() - 1);
    assert_eq!(code(&sandbox, "verify"), 0);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert_eq!(answers(&sandbox), before);
    assert_eq!(code(&sandbox, "verify"), 0);
}

#[test]
fn a_library_that_was_killed_at_any_moment_is_whole_after_the_next_run() {
    let whole = with_library();
    let expected = answers(&whole);
    let sandbox = Sandbox::new();
    for file in files_of(&whole.path("reports")) {
        let name = format!("reports/{}", file.file_name().expect("a name").to_string_lossy());
        sandbox.write(&name, fs::read(&file).expect("there"));
    }
    // The files' places differ between the two folders.
    let answers = |sandbox: &Sandbox| answers(sandbox).replace(&*sandbox.path("").to_string_lossy(), "");
    let expected = expected.replace(&*whole.path("").to_string_lossy(), "");
    for round in 0..12u64 {
        let mut child =
            sandbox.command("ingest reports").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(3 + 11 * round));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().expect("its end");
        if round % 4 == 3 {
            assert_eq!(code(&sandbox, "ingest reports"), 0);
            assert_eq!(code(&sandbox, "verify"), 0);
            assert_eq!(answers(&sandbox), expected);
            fs::remove_dir_all(sandbox.path("index")).expect("there");
        }
    }
}
