//! `recto accounts`: made, listed and changed on the command line, and used in a service.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::Server;

/// What a command printed on standard output, without the end of the line.
fn printed(sandbox: &Sandbox, arguments: &str) -> String {
    let output = sandbox.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// What a service has said once it serves and is told to end.
fn messages(server: Server) -> String {
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200 "));
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(0), "{messages}");
    messages
}

#[test]
fn accounts_are_made_listed_and_changed() {
    let sandbox = Sandbox::new();
    sandbox.write("password.txt", "correct horse battery\n").write("short.txt", "short\n").write("empty.txt", "");
    sandbox.write("public.toml", "[serve]\npublic_url = 'https://library.example'\nbase_path = '/reports'\n");
    let mut said = String::new();
    for arguments in [
        "accounts list",
        "accounts create Ada --role admin --password-file password.txt",
        "accounts create ada --role reader",
        "accounts create Al --role reader",
        "accounts create Eve --role reader --password-file short.txt",
        "accounts create Eve --role reader --password-file empty.txt",
        "accounts create Grace --role editor",
        "accounts create Linus --role editor --json",
        "accounts list",
        "accounts role GRACE reader",
        "accounts disable Grace",
        "accounts delete Linus",
        "accounts list --json",
        "accounts enable Grace",
        "accounts reset Grace",
        "accounts reset nobody",
        "accounts invite",
        "accounts invite --role editor --json",
        "accounts invite --quiet --config public.toml",
    ] {
        let transcript = sandbox.transcript(&sandbox.run(arguments));
        said.push_str(&format!("$ recto {arguments}\n{transcript}\n"));
    }
    insta::with_settings!({
        filters => vec![("[0-9a-f]{64}", "[SECRET]"), (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[WHEN]")]
    }, { insta::assert_snapshot!(said, @r#"
    $ recto accounts list
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    nobody has an account yet; `recto accounts create` makes one

    $ recto accounts create Ada --role admin --password-file password.txt
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    `Ada` is an account of role admin

    $ recto accounts create ada --role reader
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: there is an account named `ada` already, or much like it

    $ recto accounts create Al --role reader
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: a name is 3 to 32 characters long

    $ recto accounts create Eve --role reader --password-file short.txt
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: a password has at least 12 characters

    $ recto accounts create Eve --role reader --password-file empty.txt
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: there is no password in `empty.txt`

    $ recto accounts create Grace --role editor
    exit code: 0
    ----- stdout -----
    /reset?ticket=[SECRET]

    ----- stderr -----
    `Grace` is an account of role editor
    the link sets the password, below the address of the service; it is good once, until [WHEN]

    $ recto accounts create Linus --role editor --json
    exit code: 0
    ----- stdout -----
    {"name":"Linus","role":"editor","url":"/reset?ticket=[SECRET]","expires":"[WHEN]"}

    ----- stderr -----
    `Linus` is an account of role editor
    the link sets the password, below the address of the service; it is good once, until [WHEN]

    $ recto accounts list
    exit code: 0
    ----- stdout -----
    Ada: admin (active), made [WHEN], never logged in
    Grace: editor (no password yet), made [WHEN], never logged in
    Linus: editor (no password yet), made [WHEN], never logged in

    ----- stderr -----

    $ recto accounts role GRACE reader
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    `Grace` has role reader from now on

    $ recto accounts disable Grace
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    `Grace` is locked out, and logged out everywhere

    $ recto accounts delete Linus
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    `Linus` is no account any more

    $ recto accounts list --json
    exit code: 0
    ----- stdout -----
    {"name":"Ada","role":"admin","state":"active","created":"[WHEN]","seen":null}
    {"name":"Grace","role":"reader","state":"disabled","created":"[WHEN]","seen":null}

    ----- stderr -----

    $ recto accounts enable Grace
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    `Grace` can log in again

    $ recto accounts reset Grace
    exit code: 0
    ----- stdout -----
    /reset?ticket=[SECRET]

    ----- stderr -----
    the link sets the password, below the address of the service; it is good once, until [WHEN]

    $ recto accounts reset nobody
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: no account is named `nobody`; `recto accounts list` has the names

    $ recto accounts invite
    exit code: 0
    ----- stdout -----
    /register?invitation=[SECRET]

    ----- stderr -----
    the link makes an account, below the address of the service; it is good once, until [WHEN]

    $ recto accounts invite --role editor --json
    exit code: 0
    ----- stdout -----
    {"role":"editor","url":"/register?invitation=[SECRET]","expires":"[WHEN]"}

    ----- stderr -----
    the link makes an account, below the address of the service; it is good once, until [WHEN]

    $ recto accounts invite --quiet --config public.toml
    exit code: 0
    ----- stdout -----
    https://library.example/reports/register?invitation=[SECRET]

    ----- stderr -----
    "#); });
}

#[test]
fn a_service_that_others_reach_begins_with_an_account() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    sandbox.write("password.txt", "correct horse battery\n");
    printed(&sandbox, "accounts create Rhea --role reader --password-file password.txt");
    assert_eq!(sandbox.run("serve --listen 0.0.0.0:0").status.code(), Some(2), "a reader cannot write");
    let link = printed(&sandbox, "accounts create Edda --role editor");
    assert!(link.starts_with("/reset?ticket=") && link.len() == 14 + 64, "{link}");
    assert_eq!(sandbox.run("serve --listen 0.0.0.0:0").status.code(), Some(2), "nobody can log in as her yet");
    printed(&sandbox, "accounts create Edgar --role editor --password-file password.txt");
    let server = Server::start_on(&sandbox, "0.0.0.0:0", "");
    assert!(server.body(&link).contains("For the account of Edda."));
    let said = messages(server);
    assert!(said.contains("nobody has an administrator's account yet"), "{said}");
}

#[test]
fn the_first_administrator_comes_by_a_link_that_the_service_prints() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    sandbox.run("ingest reports");
    let link = |messages: &str| {
        let (_, rest) = messages.split_once("to make yours, open http://").expect(messages);
        let (_, path) = rest.split_once('/').expect("a path");
        format!("/{}", path.split(' ').next().expect("an address"))
    };
    let first = messages(Server::start(&sandbox, ""));
    let server = Server::start(&sandbox, "");
    assert!(server.body(&link(&first)).contains("was used, has expired"), "the one before holds no more");
    sandbox.write("password.txt", "correct horse battery\n");
    printed(&sandbox, "accounts create Ada --role admin --password-file password.txt");
    let credentials = br#"{"name":"Ada","password":"correct horse battery"}"#;
    let json = ["Content-Type: application/json".to_owned()];
    let (status, body) = server.request("POST", "/api/v1/session", &json, credentials);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    server.terminate();
    let said = messages(Server::start(&sandbox, ""));
    assert!(!said.contains("register"), "{said}");
    printed(&sandbox, "accounts delete Ada");
    sandbox.write("recto.toml", "[accounts]\nregistration = 'closed'\n");
    let said = messages(Server::start(&sandbox, ""));
    assert!(!said.contains("register"), "{said}");
}

#[test]
fn links_are_listed_without_their_secrets_and_revoked() {
    let sandbox = Sandbox::new();
    let mut said = String::new();
    for arguments in [
        "accounts links",
        "accounts invite --role editor --quiet",
        "accounts create Grace --role reader --quiet",
        "accounts links",
        "accounts links --json",
        "accounts revoke 1",
        "accounts revoke 1",
        "accounts revoke first",
        "accounts links",
    ] {
        let transcript = sandbox.transcript(&sandbox.run(arguments));
        said.push_str(&format!("$ recto {arguments}\n{transcript}\n"));
    }
    insta::with_settings!({
        filters => vec![("[0-9a-f]{64}", "[SECRET]"), (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[WHEN]")]
    }, { insta::assert_snapshot!(said, @r#"
    $ recto accounts links
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    no link waits to be used

    $ recto accounts invite --role editor --quiet
    exit code: 0
    ----- stdout -----
    /register?invitation=[SECRET]

    ----- stderr -----

    $ recto accounts create Grace --role reader --quiet
    exit code: 0
    ----- stdout -----
    /reset?ticket=[SECRET]

    ----- stderr -----

    $ recto accounts links
    exit code: 0
    ----- stdout -----
    1: makes an account of role editor, made [WHEN], good until [WHEN]
    2: sets the password of `Grace`, made [WHEN], good until [WHEN]

    ----- stderr -----

    $ recto accounts links --json
    exit code: 0
    ----- stdout -----
    {"number":1,"purpose":"invitation","role":"editor","account":null,"made_by":null,"created":"[WHEN]","expires":"[WHEN]"}
    {"number":2,"purpose":"password","role":null,"account":"Grace","made_by":null,"created":"[WHEN]","expires":"[WHEN]"}

    ----- stderr -----

    $ recto accounts revoke 1
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    link 1 is good for nothing any more

    $ recto accounts revoke 1
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: no link has number 1; `recto accounts links` has those not used yet

    $ recto accounts revoke first
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: invalid value 'first' for '<NUMBER>': invalid digit found in string

    For more information, try '--help'.

    $ recto accounts links
    exit code: 0
    ----- stdout -----
    2: sets the password of `Grace`, made [WHEN], good until [WHEN]

    ----- stderr -----
    "#); });
}
