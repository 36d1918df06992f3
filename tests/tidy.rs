//! The invariants that `src/lib.rs` states, checked on the source text.

use std::path::{Path, PathBuf};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Paths below `src/` of files with a line of code that holds `needle`; comments do not count.
fn files_with(needle: &str) -> Vec<String> {
    let mut files = Vec::new();
    sources(Path::new(SOURCES), &mut files);
    let names = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("UTF-8 sources");
        text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(needle))
    };
    let below = |path: &PathBuf| path.strip_prefix(SOURCES).expect("below src").to_string_lossy().into_owned();
    let mut with: Vec<String> = files.iter().filter(|path| names(path)).map(below).collect();
    with.sort();
    with
}

fn assert_only_in(needle: &str, rooms: &[&str]) {
    let outside: Vec<String> =
        files_with(needle).into_iter().filter(|file| !rooms.iter().any(|room| file.starts_with(room))).collect();
    assert!(outside.is_empty(), "`{needle}` outside {rooms:?}: {outside:?}");
    assert!(!files_with(needle).is_empty(), "`{needle}` is nowhere: the check has lost its object");
}

#[test]
fn engines_and_formats_stay_in_their_rooms() {
    assert_only_in("lopdf::", &["pdf/"]);
    assert_only_in("hayro::", &["render/"]);
    // The vocabulary's words are looked through by the automata of the engine within, so that typos are the same.
    assert_only_in("tantivy::", &["index/", "search/embedded/", "search/remote/vocabulary/"]);
    assert_only_in("tantivy_fst::", &["search/embedded/", "search/remote/vocabulary/"]);
    assert_only_in("rusqlite::", &["store/"]);
    assert_only_in("axum::", &["serve/"]);
    assert_only_in("clap::", &["cli/"]);
    assert_only_in("rmcp::", &["mcp/"]);
    assert_only_in("postgres::", &["queue/", "store/"]);
    assert_only_in("ureq::", &["objects/", "quickwit/"]);
    assert_only_in("rusty_s3::", &["objects/"]);
}

#[test]
fn later_stages_are_unknown_to_earlier_ones() {
    let order = [
        "clock", "report", "layout", "pdf", "text", "extract", "render", "objects", "sources", "store", "worker",
        "ocr", "index", "queue", "quickwit", "ingest", "upkeep", "jobs", "query", "search", "bench", "export", "serve",
        "mcp", "cli",
    ];
    let allowed_backwards = [
        // The catalogue counts what the reader's version produced.
        ("store", "extract"),
    ];
    for (place, stage) in order.iter().enumerate() {
        for (later_place, later) in order.iter().enumerate() {
            if later_place <= place || allowed_backwards.contains(&(stage, later)) {
                continue;
            }
            let room = format!("{stage}/");
            let offenders: Vec<String> =
                files_with(&format!("crate::{later}")).into_iter().filter(|file| file.starts_with(&room)).collect();
            assert!(offenders.is_empty(), "`{stage}` uses `{later}`: {offenders:?}");
        }
    }
}

#[test]
fn texts_never_become_markup_in_templates_or_scripts() {
    let mut looked_at = 0;
    let pages = Path::new(SOURCES).join("serve/ui");
    for entry in walkdir::WalkDir::new(pages).into_iter().flatten() {
        let extension = entry.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let forbidden: &[&str] = match extension {
            "html" | "xml" | "svg" => &["|safe", "| safe", "|escape(\"none", " style=", " onclick=", "<script>"],
            "js" => &["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"],
            _ => continue,
        };
        let text = std::fs::read_to_string(entry.path()).expect("UTF-8 sources");
        looked_at += 1;
        for needle in forbidden {
            assert!(!text.contains(needle), "`{needle}` in {}", entry.path().display());
        }
    }
    assert!(looked_at > 10, "{looked_at} files: the check has lost its object");
}
