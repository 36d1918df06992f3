//! `recto extract`: text and JSON of PDFs without a library.

use crate::cli::sandbox::{Sandbox, check, pdf};
use std::process::Stdio;

#[test]
fn pages_and_files_are_separated_by_form_feeds() {
    let sandbox = Sandbox::new();
    sandbox.write("a.pdf", pdf("One", &["first page", "", "third page"]));
    sandbox.write("b.pdf", pdf("Two", &["another file"]));
    let text = sandbox.run("extract a.pdf b.pdf").stdout;
    let text = String::from_utf8(text).expect("UTF-8");
    let pages: Vec<&str> = text.split('\u{c}').map(str::trim).collect();
    assert_eq!(pages, ["first page", "", "third page", "another file"]);
    assert!(!sandbox.path("index").exists());
}

#[test]
fn json_is_one_object_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("a.pdf", pdf("One", &["first page"])).write("b.pdf", pdf("Two", &["another file"]));
    let json = String::from_utf8(sandbox.run("extract --format json --words a.pdf b.pdf").stdout).expect("UTF-8");
    let objects: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(objects.len(), 2);
    let page = &objects[0]["pages"][0];
    assert_eq!((&objects[0]["file"], &page["page"], &page["label"]), (&"a.pdf".into(), &1.into(), &"i".into()));
    assert_eq!((&page["width"], &page["status"]), (&595.0.into(), &"text".into()));
    let words: Vec<&str> =
        page["words"].as_array().expect("words").iter().filter_map(|word| word["text"].as_str()).collect();
    assert_eq!(words, ["first", "page"]);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let sandbox = Sandbox::new();
    sandbox.write("good.pdf", pdf("Good", &["good text"])).write("empty.pdf", "");
    check!(sandbox, "extract absent.pdf empty.pdf good.pdf", @r"
    exit code: 3
    ----- stdout -----
    good text

    ----- stderr -----
    error: `absent.pdf`: unreadable: No such file or directory (os error 2); check its permissions and that the disk is there
    error: `empty.pdf`: empty: the file has no bytes; fetch it again: the file has no bytes
    ");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::new();
    let page = "a line of text that fills the pipe\n".repeat(50);
    sandbox.write("long.pdf", pdf("Long", &vec![page.as_str(); 100]));
    let mut child = sandbox
        .command("extract long.pdf")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn passwords_come_from_a_file() {
    let sandbox = Sandbox::new();
    sandbox.copy_fixture("encrypted-secret.pdf", "secret.pdf");
    let refused = sandbox.run("extract secret.pdf");
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--password-file"));
}
