//! Files of the library that a disk has changed or lost: what starts next makes it whole again and says so.

use crate::cli::sandbox::{Sandbox, check, pdf};
use crate::cli::server::Server;
use crate::cli::upkeep::{answers, code, damage, files_of, generation, with_library};
use std::fs;
use std::path::{Path, PathBuf};

fn said(sandbox: &Sandbox, arguments: &str) -> (i32, String) {
    let output = sandbox.run(arguments);
    (output.status.code().expect("no signal"), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn replace(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).expect("there");
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..=bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty(), "nothing to replace");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    fs::write(path, bytes).expect("room");
}

fn kept_catalogues(sandbox: &Sandbox) -> usize {
    // Its log is kept with it.
    let is_kept = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.contains("catalogue.sqlite.damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    files_of(&sandbox.path("index")).iter().filter(|path| is_kept(path)).count()
}

#[test]
fn a_damaged_catalogue_is_made_again_without_the_files() {
    for way in ["garbage", "half", "middle", "empty", "gone"] {
        let sandbox = with_library();
        let before = answers(&sandbox);
        let path = sandbox.path("index/catalogue.sqlite");
        let bytes = fs::read(&path).expect("there");
        match way {
            "garbage" => fs::write(&path, [0x5a; 9000]).expect("room"),
            "half" => fs::write(&path, &bytes[..bytes.len() / 2]).expect("room"),
            "middle" => {
                let mut bytes = bytes.clone();
                let (from, to) = (bytes.len() / 3, bytes.len() / 2);
                bytes[from..to].fill(0xee);
                fs::write(&path, bytes).expect("room");
            }
            "empty" => fs::write(&path, b"").expect("room"),
            _ => fs::remove_file(&path).expect("there"),
        }
        fs::rename(sandbox.path("reports"), sandbox.path("elsewhere")).expect("moved");
        let server = Server::start(&sandbox, "");
        let response = server.get("/api/v1/search?q=wells");
        assert!(response.contains(r#""total":{"value":12,"#), "{way}: {response}");
        assert_eq!(server.terminate().0, Some(0), "{way}");
        assert_eq!(kept_catalogues(&sandbox), usize::from(way != "gone"), "{way}");
        assert_eq!(code(&sandbox, "verify"), 0, "{way}");
        fs::rename(sandbox.path("elsewhere"), sandbox.path("reports")).expect("moved");
        assert_eq!(code(&sandbox, "ingest reports"), 0, "{way}");
        assert_eq!(answers(&sandbox), before, "{way}");
        assert_eq!(code(&sandbox, "verify"), 0, "{way}");
    }
}

#[test]
fn what_was_removed_does_not_come_back_with_a_damaged_catalogue() {
    let sandbox = with_library();
    fs::remove_file(sandbox.path("reports/r03.pdf")).expect("there");
    assert_eq!(code(&sandbox, "ingest reports --prune"), 0);
    let before = answers(&sandbox);
    fs::remove_file(sandbox.path("index/catalogue.sqlite")).expect("there");
    assert_eq!(code(&sandbox, "rebuild"), 0);
    assert_eq!(answers(&sandbox).lines().count(), 11);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert_eq!(answers(&sandbox), before);
}

#[test]
fn a_row_that_says_otherwise_than_the_record_is_put_right() {
    let sandbox = with_library();
    let before = answers(&sandbox);
    let path = sandbox.path("index/catalogue.sqlite");
    replace(&path, b"Wells number 7", b"Wells number 9");
    assert_eq!(code(&sandbox, "verify"), 3);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert_eq!(answers(&sandbox), before);
    assert_eq!(code(&sandbox, "verify"), 0);
    // A value that the program never writes, which SQLite does not mind.
    replace(&path, b"indexed", b"indixed");
    let (ended, messages) = said(&sandbox, "ingest reports");
    assert_eq!(ended, 0, "{messages}");
    assert!(messages.contains("the catalogue was damaged"), "{messages}");
    assert_eq!(answers(&sandbox), before);
    assert_eq!(code(&sandbox, "verify"), 0);
}

#[test]
fn a_damaged_or_lost_text_is_read_again_at_once() {
    for is_lost in [false, true] {
        let sandbox = with_library();
        let before = answers(&sandbox);
        let segment = files_of(&sandbox.path("index/text")).pop().expect("a segment");
        if is_lost {
            fs::remove_file(&segment).expect("there");
        } else {
            damage(&segment);
        }
        let (ended, messages) = said(&sandbox, "ingest reports");
        assert_eq!(ended, 0, "{messages}");
        assert!(messages.contains("damaged"), "{messages}");
        assert_eq!(answers(&sandbox), before);
        assert_eq!(code(&sandbox, "verify"), 0);
    }
}

#[test]
fn files_of_the_index_that_changed_places_are_noticed() {
    let sandbox = with_library();
    sandbox.write("reports/more.pdf", pdf("Wells, more of them", &["More wells."]));
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    let before = answers(&sandbox);
    for extension in ["term", "idx", "fast"] {
        let of_kind = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
        let paths: Vec<PathBuf> = files_of(&generation(&sandbox)).into_iter().filter(of_kind).collect();
        let [first, second] = paths.as_slice() else { panic!("two segments: {paths:?}") };
        let aside = sandbox.path("aside");
        fs::rename(first, &aside).expect("moved");
        fs::rename(second, first).expect("moved");
        fs::rename(&aside, second).expect("moved");
        assert_eq!(code(&sandbox, "verify"), 3, "{extension}");
        // Both are sound in themselves; put back, all is well.
        fs::rename(first, &aside).expect("moved");
        fs::rename(second, first).expect("moved");
        fs::rename(&aside, second).expect("moved");
        assert_eq!(code(&sandbox, "verify"), 0, "{extension}");
    }
    let positions = |path: &PathBuf| path.extension().is_some_and(|found| found == "pos");
    fs::remove_file(files_of(&generation(&sandbox)).into_iter().find(positions).expect("positions")).expect("there");
    assert_eq!(code(&sandbox, "verify"), 3);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert_eq!(answers(&sandbox), before);
}

#[test]
fn a_lost_name_of_the_live_index_is_found_again() {
    for content in [None, Some(""), Some("gen-0x"), Some("gen-000007\n"), Some("\u{fffd}\u{0}")] {
        let sandbox = with_library();
        let before = answers(&sandbox);
        let path = sandbox.path("index/CURRENT");
        match content {
            None => fs::remove_file(&path).expect("there"),
            Some(content) => fs::write(&path, content).expect("room"),
        }
        let server = Server::start(&sandbox, "");
        assert!(server.get("/api/v1/search?q=wells").contains(r#""total":{"value":12,"#), "{content:?}");
        assert_eq!(server.terminate().0, Some(0));
        assert_eq!(answers(&sandbox), before, "{content:?}");
        assert_eq!(code(&sandbox, "verify"), 0, "{content:?}");
    }
}

#[test]
fn what_an_interrupted_replacement_left_is_cleared_away() {
    let sandbox = with_library();
    let left = [sandbox.path("index/CURRENT.new"), generation(&sandbox).join("meta.json.new")];
    for path in &left {
        fs::write(path, "half of it").expect("room");
    }
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert!(left.iter().all(|path| !path.exists()));
}

#[test]
fn an_emptied_folder_is_taken_for_a_mount_that_is_gone() {
    let sandbox = with_library();
    sandbox.write("reports/mount/alone.pdf", pdf("Wells on a disk of their own", &["More wells."]));
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    let before = answers(&sandbox);
    fs::rename(sandbox.path("reports/mount/alone.pdf"), sandbox.path("alone.pdf")).expect("moved");
    check!(sandbox, "ingest reports --prune", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `[DIR]/reports/mount` is empty, and 1 of the known files were below it; is a disk unmounted? Use --yes to forget them all the same
    ");
    assert_eq!(answers(&sandbox), before);
    assert_eq!(code(&sandbox, "ingest reports --prune --yes"), 0);
    assert_eq!(answers(&sandbox).lines().count(), 12);
}
