//! `recto keys`: made once, listed without the secret, refused once revoked.

use crate::cli::sandbox::Sandbox;

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
