//! What cannot be meant ends with exit code 2, a message on standard error and nothing on standard output.

use crate::cli::sandbox::{Sandbox, check};

#[test]
fn without_a_command_the_help_is_shown() {
    let output = Sandbox::new().run("");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("recto ingest ~/reports"));
}

#[test]
fn help_and_version_are_results() {
    let sandbox = Sandbox::new();
    for arguments in ["--help", "help", "search --help", "-h"] {
        let output = sandbox.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        assert!(output.stderr.is_empty() && !output.stdout.is_empty(), "{arguments}");
    }
    let version = sandbox.run("--version");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let short = String::from_utf8_lossy(&sandbox.run("-V").stdout).into_owned();
    assert_eq!(short, concat!("recto ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(version.starts_with(short.trim()), "{version}");
}

#[test]
fn misspelt_options_are_answered_with_the_nearest() {
    check!(Sandbox::new(), "search cash --limits 3", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: unexpected argument '--limits' found

      tip: a similar argument exists: '--limit'

    Usage: recto search --limit <N> <QUERY>...

    For more information, try '--help'.
    ");
}

#[test]
fn commands_that_do_not_exist_are_refused() {
    let sandbox = Sandbox::new();
    for command in ["verify", "rebuild", "export", "ingst"] {
        assert_eq!(sandbox.run(command).status.code(), Some(2), "{command}");
    }
}

#[test]
fn options_that_need_each_other_say_so() {
    let sandbox = Sandbox::new();
    check!(sandbox, "search cash --format trec", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--format trec` needs `--queries`
    ");
    check!(sandbox, "search --queries q.tsv", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--queries` needs `--format trec`
    ");
    check!(sandbox, "search cash --filter english", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--filter english` has no `=`; write it as `--filter language=en`
    ");
    check!(sandbox, "extract a.pdf --words", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--words` needs `--format json`
    ");
    check!(sandbox, "failures --reason broken", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `broken` is no reason a file fails for; these are: `needs_password`, `unsupported_encryption`, `not_a_pdf`, `damaged`, `empty`, `too_large`, `timeout`, `limit_reached`, `unreadable`, `changed`, `crashed`, `out_of_memory`, `text_lost`, `killed`, `ocr_missing`, `ocr_failed`, `withdrawn`
    ");
}

#[test]
fn a_service_for_other_machines_needs_authentication() {
    let sandbox = Sandbox::new();
    check!(sandbox, "serve --listen 0.0.0.0:0", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `0.0.0.0:0` can be reached from other machines, which needs authentication, and none is configured; make an account with `recto accounts create` or a key with `recto keys create` first, or listen on 127.0.0.1
    ");
    check!(sandbox, "serve --base-path /a?b", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `/a?b` is not a path to serve under; use letters, digits, `-`, `_`, `.` and `/`, as in `/recto`
    ");
}

#[test]
fn without_a_library_every_command_names_the_way_to_one() {
    let sandbox = Sandbox::new();
    for command in ["search cash", "status", "failures", "retry", "serve --listen 127.0.0.1:0", "bench search -q"] {
        let output = sandbox.run(command);
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(output.stdout.is_empty(), "{command}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr, "error: `index` holds no library yet; run `recto ingest PATH` first\n", "{command}");
        assert!(!sandbox.path("index").exists(), "{command}");
    }
}

#[test]
fn colour_is_for_those_who_ask() {
    let sandbox = Sandbox::new();
    let colours = |arguments: &str, variable: Option<&str>| {
        let mut command = sandbox.command(arguments);
        variable.iter().for_each(|name| {
            command.env(name, "1");
        });
        command.output().expect("the program starts").stderr.contains(&0x1b)
    };
    assert!(!colours("status", None));
    assert!(colours("status --color always", None));
    assert!(colours("status", Some("CLICOLOR_FORCE")));
    assert!(!colours("status --color never", Some("CLICOLOR_FORCE")));
    assert!(colours("status --color always", Some("NO_COLOR")));
}
