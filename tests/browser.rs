//! The pages in headless Chromium: what a person sees, and that nothing on them is refused by their own policy.
//!
//! Skipped with a message where Chromium is not installed, unless `RECTO_REQUIRE_ALL` is set: then that is a failure.

use crate::cli::sandbox::Sandbox;
use crate::cli::server::Server;
use std::process::{Command, Output};

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The name of an installed Chromium.
#[expect(clippy::print_stderr, reason = "a skipped test must say what it lacks")]
fn chromium() -> Option<&'static str> {
    let found = PROGRAMS
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        let message = "no Chromium found: install `chromium` to run the tests of the pages in a browser";
        assert!(std::env::var_os("RECTO_REQUIRE_ALL").is_none(), "{message}");
        eprintln!("skipped: {message}");
    }
    found
}

/// Opens a page and returns its document after loading, and the browser's log.
fn open(program: &str, sandbox: &Sandbox, address: &str) -> Output {
    let profile = sandbox.path("profile");
    Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(address)
        .output()
        .expect("the browser starts")
}

#[test]
fn pages_show_the_matches_and_keep_to_their_policy() {
    let Some(program) = chromium() else { return };
    let sandbox = Sandbox::new();
    sandbox.copy_fixture("spin-out-study.pdf", "reports/spin-out.pdf");
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let server = Server::start(&sandbox, "");
    let id = "00063b21c320c3facba9f90099fab9ea";
    let query = "q=%22energy+efficiency%22";
    let pages = [
        (format!("/?{query}"), "<mark>energy efficiency</mark>"),
        (format!("/reports/{id}/pages/11?{query}"), "<mark>energy efficiency</mark>"),
        (format!("/reports/{id}"), "274.4 KB"),
        ("/".to_owned(), "1 report"),
    ];
    for (path, expected) in pages {
        let output = open(program, &sandbox, &format!("http://{}{path}", server.address));
        let document = String::from_utf8_lossy(&output.stdout);
        assert!(document.contains(expected), "{path}: {expected} is not in\n{document}");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!log.contains("Content Security Policy"), "{path}: {log}");
    }
    server.terminate();
}
