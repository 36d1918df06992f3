//! The pages in headless Chromium: what a person sees, and that nothing on them is refused by their own policy.
//!
//! Skipped with a message where Chromium is not installed, unless `RECTO_REQUIRE_ALL` is set: then that is a failure.

mod devtools;

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::Server;
use devtools::Tab;
use serde_json::json;
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

#[test]
fn suggestions_are_chosen_with_the_keyboard_and_told_to_screen_readers() {
    let Some(program) = chromium() else { return };
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash transfers reached most households."]));
    sandbox.write("reports/rail.pdf", pdf("Transport", &["The transport of transfers by rail."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let server = Server::start(&sandbox, "");
    let mut tab = Tab::open(program, &sandbox);
    let home = format!("http://{}/", server.address);
    let offered = "[...document.querySelectorAll('[role=option] bdi')].map((option) => option.textContent)";
    let state = "(() => { const box = document.activeElement; const option = document.getElementById(\
        box.getAttribute('aria-activedescendant')); return [box.value, box.getAttribute('aria-expanded'), \
        option && option.getAttribute('aria-selected'), option && option.querySelector('bdi').textContent]; })()";
    let all = json!(["transfers", "transport", "Transport", "Cash transfers"]);

    tab.go(&home);
    tab.wait("document.activeElement.getAttribute('role')", &json!("combobox"));
    assert_eq!(tab.value(state), json!(["", "false", null, null]));
    tab.enter("tra");
    tab.wait(offered, &all);
    assert_eq!(tab.value(state), json!(["tra", "true", null, null]));
    assert_eq!(tab.value("document.querySelector('form [role=status]').textContent"), "4 suggestions");
    for (key, expected) in [
        ("ArrowDown", json!(["transfers", "true", "true", "transfers"])),
        ("ArrowDown", json!(["transport", "true", "true", "transport"])),
        // A title is opened, not searched for.
        ("ArrowDown", json!(["tra", "true", "true", "Transport"])),
        ("ArrowDown", json!(["tra", "true", "true", "Cash transfers"])),
        ("ArrowDown", json!(["tra", "true", null, null])),
        ("ArrowUp", json!(["tra", "true", "true", "Cash transfers"])),
        ("Escape", json!(["tra", "false", null, null])),
    ] {
        tab.press(key);
        assert_eq!(tab.value(state), expected, "{key}");
    }
    tab.press("ArrowDown");
    tab.wait(offered, &all);
    tab.press("ArrowDown");
    tab.press("Enter");
    tab.wait("location.search", &json!("?q=transfers"));
    tab.go(&home);
    tab.wait("document.activeElement.getAttribute('role')", &json!("combobox"));
    tab.enter("cash tra");
    tab.wait(offered, &json!(["cash transfers", "Cash transfers"]));
    tab.press("ArrowUp");
    tab.press("Enter");
    tab.wait("location.pathname.startsWith('/reports/')", &json!(true));
    drop(tab);
    server.terminate();
}
