//! Folders that hold what nobody put there with good intent: nothing blocks, nothing outside is read, all is told.

use crate::cli::sandbox::{Sandbox, pdf};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output};

/// Runs the program as somebody who may not read everything.
fn run_as_nobody(sandbox: &Sandbox, arguments: &str) -> Output {
    let plain = sandbox.command(arguments);
    if !rustix::process::geteuid().is_root() {
        return { plain }.output().expect("the program starts");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(sandbox.path("")).env("HOME", sandbox.path("")).output().expect("setpriv starts")
}

#[test]
#[cfg(target_os = "linux")]
fn odd_files_neither_block_nor_lead_outside() {
    let sandbox = Sandbox::new();
    let page = |text: &str| pdf(text, &[text]);
    let names: [&[u8]; 6] = [b"plain", b"\xff\xfe", b"new\nline", b"\x1b[31mred\x07", b"quote\"'`$(x)", &[b'n'; 251]];
    for (number, name) in names.iter().enumerate() {
        let path = sandbox.path("reports").join(OsStr::from_bytes(&[name, &b".pdf"[..]].concat()));
        sandbox.write(&format!("reports/{number}.tmp"), page(&format!("Inside {number}")));
        fs::rename(sandbox.path(&format!("reports/{number}.tmp")), path).expect("a name");
    }
    sandbox.write("outside/secret.pdf", page("Outside"));
    let inside = |name: &str| sandbox.path(&format!("reports/{name}"));
    symlink(sandbox.path("outside"), inside("folder")).expect("a link");
    symlink(sandbox.path("outside/secret.pdf"), inside("link.pdf")).expect("a link");
    symlink(sandbox.path("reports"), inside("loop")).expect("a link");
    symlink("/dev/zero", inside("endless.pdf")).expect("a link");
    let mkfifo = Command::new("mkfifo").arg(inside("pipe.pdf")).status().expect("mkfifo starts");
    assert!(mkfifo.success());
    let _listener = std::os::unix::net::UnixListener::bind(inside("socket.pdf")).expect("a socket");
    // A name in `/proc` that would answer for ever is a link; this is a file of a size that no disk holds.
    File::create(inside("sparse.pdf")).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
    sandbox.write("reports/closed.pdf", page("Closed"));
    sandbox.write("reports/shut/in.pdf", page("Shut"));
    sandbox.write(&format!("reports/{}deep.pdf", "d/".repeat(70)), page("Deep"));
    fs::set_permissions(inside("closed.pdf"), Permissions::from_mode(0o000)).expect("ours");
    fs::set_permissions(sandbox.path(""), Permissions::from_mode(0o777)).expect("ours");
    fs::set_permissions(inside("shut"), Permissions::from_mode(0o000)).expect("ours");
    let output = run_as_nobody(&sandbox, "ingest reports --json");
    fs::set_permissions(inside("shut"), Permissions::from_mode(0o755)).expect("ours");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no summary: {said}"));
    assert_eq!(output.status.code(), Some(3), "{summary}");
    assert_eq!(summary["indexed"], names.len(), "{summary}");
    // The closed file, the shut folder, and what lies too deep.
    assert_eq!(summary["failed"], serde_json::json!({"too_large": 1, "unreadable": 3}), "{summary}");
    assert!(!said.contains('\x1b') && !said.contains('\x07'), "{said:?}");
    let failures = run_as_nobody(&sandbox, "failures");
    let listed = String::from_utf8_lossy(&failures.stdout).into_owned();
    for name in ["closed.pdf", "shut", "sparse.pdf"] {
        assert!(listed.contains(name), "{listed}");
    }
    let found = run_as_nobody(&sandbox, "search inside OR outside --limit 20 --format json");
    let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(found["total"]["value"], names.len(), "{found}");
}
