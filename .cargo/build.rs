//! Links the program at a fixed address, and tells it what it was built from.
//!
//! One that can be moved has some 34,000 addresses patched each time it starts, which touches 800 kB: more time than
//! reading two pages takes, and spent again for every file where the program is run once a file. Heap, stacks and
//! libraries still lie elsewhere at every start.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.cargo/build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
    // Only where figures are meant to be compared: else every commit would have everything compiled again.
    if variable("PROFILE") == "release" {
        tell_commit();
    }
}

/// Nothing if there is no repository, or no git.
fn tell_commit() {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
    };
    if let Some(commit) = git(&["describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]) {
        println!("cargo:rustc-env=RECTO_COMMIT={commit}");
    }
    // What a commit, and a change beside it, are known by.
    let head = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    for path in head.iter().map(String::as_str).chain(["src", "Cargo.toml", "Cargo.lock"]) {
        println!("cargo:rerun-if-changed={path}");
    }
}
