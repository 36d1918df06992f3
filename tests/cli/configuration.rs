//! Settings from files, environment and options, their origins, and keys that do not exist.

use crate::cli::sandbox::{Sandbox, check, compare};

#[test]
fn every_setting_is_shown_with_its_origin() {
    let sandbox = Sandbox::new();
    sandbox.write(".config/recto/config.toml", "[ingest]\njobs = 2\n[search]\nlimit = 5\n");
    sandbox.write("recto.toml", "[search]\nlimit = 7\npages = 1\n");
    sandbox.write("other.toml", "[search]\npages = 4\n");
    let mut command = sandbox.command("config show --origin --config other.toml --index here");
    let output = command.env("RECTO_SERVE__LISTEN", "127.0.0.1:9000").output().expect("the program starts");
    compare!(sandbox.transcript(&output), @"");
}

#[test]
fn what_is_shown_can_be_used_as_a_file() {
    let sandbox = Sandbox::new();
    let shown = sandbox.run("config show").stdout;
    sandbox.write("recto.toml", &shown);
    assert_eq!(sandbox.run("config show").stdout, shown);
}

#[test]
fn misspelt_settings_stop_the_program() {
    let sandbox = Sandbox::new();
    sandbox.write("recto.toml", "[serve]\nlistn = \"127.0.0.1:1\"\n");
    check!(sandbox, "status", @"");
    check!(sandbox, "status --config absent.toml", @"");
}
