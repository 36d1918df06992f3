//! `recto keys`: made once, listed without the secret, refused once revoked.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::{PATIENCE, Server};
use std::time::{Duration, Instant};

#[test]
fn keys_are_shown_once_and_listed_by_how_they_begin() {
    let sandbox = Sandbox::new();
    let made = sandbox.run("keys create --name harvester --scope ingest --expires 90d");
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    assert!(key.starts_with("recto_") && key.len() == 70, "{key}");
    let listed = |arguments: &str| String::from_utf8(sandbox.run(arguments).stdout).expect("text");
    let line = listed("keys list");
    assert!(line.starts_with(&format!("harvester: ingest, {}… (valid), made 20", &key[..14])), "{line}");
    assert!(line.trim_end().ends_with("never used") && !line.contains(&key), "{line}");
    let second = sandbox.run("keys create --name harvester --scope admin");
    assert_eq!(second.status.code(), Some(2), "the name is taken");
    assert_eq!(sandbox.run("keys revoke harvester").status.code(), Some(0));
    assert!(listed("keys list --json").contains(r#""state":"revoked""#));
    assert_eq!(sandbox.run("keys create --name harvester --scope admin").status.code(), Some(0));
}

#[test]
fn what_cannot_be_is_refused() {
    let sandbox = Sandbox::new();
    for (arguments, message) in [
        ("keys revoke nobody", "error: no key is named `nobody`; `recto keys list` has the names\n"),
        (
            "keys create --name a --scope search --expires yesterday",
            "error: `yesterday` is no time to come; give a date such as 2027-01-31, or 12h, 90d, 4w\n",
        ),
    ] {
        let output = sandbox.run(arguments);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), b"".as_slice()), "{arguments}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
    }
}

#[test]
fn an_address_that_others_reach_needs_a_key_first() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    let refused = sandbox.run("serve --listen 0.0.0.0:0");
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(message.contains("`recto keys create`"), "{message}");
    sandbox.run("keys create --name a --scope admin");
    let server = Server::start_on(&sandbox, "0.0.0.0:0", "");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200 "));
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn keys_are_valid_at_once_in_a_service_that_runs() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    sandbox.write("recto.toml", "[serve]\npublic = false\n");
    let server = Server::start(&sandbox, "");
    let status = |key: &str| {
        let headers = [format!("Authorization: Bearer {key}")];
        let (status, _) = server.request("GET", "/api/v1/search?q=cash", &headers, b"");
        status
    };
    assert!(server.get("/api/v1/search?q=cash").starts_with("HTTP/1.1 401 "));
    let made = sandbox.run("keys create --name reader --scope search");
    let key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    assert_eq!(status(&key), 200);
    sandbox.run("keys revoke reader");
    assert_eq!(status(&key), 401);
}

#[test]
fn a_library_may_begin_with_an_upload() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("serve --listen 127.0.0.1:0").status.code(), Some(2), "nothing to serve, nobody to fill it");
    let made = sandbox.run("keys create --name desk --scope ingest");
    let key = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    let server = Server::start(&sandbox, "");
    assert!(server.body("/api/v1/search?q=cash").contains(r#""value":0"#));
    let headers = [format!("Authorization: Bearer {key}"), "Content-Type: application/pdf".to_owned()];
    let file = pdf("Cash transfers", &["Cash reached most households."]);
    assert_eq!(server.request("POST", "/api/v1/reports", &headers, &file).0, 201);
    let started = Instant::now();
    while !server.body("/api/v1/search?q=cash").contains(r#""value":1"#) {
        assert!(started.elapsed() < PATIENCE, "it never became searchable");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.terminate().0, Some(0));
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
}
