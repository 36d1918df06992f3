//! Libraries on many machines: shares of a listing, and what is said where the program is not told of one.

use crate::cli::sandbox::{Sandbox, pdf};

#[test]
fn shares_hold_every_file_once_wherever_the_folder_lies() {
    let sandbox = Sandbox::new();
    for number in 0..12 {
        let bytes = pdf("Shares", &[&format!("report number {number}")]);
        sandbox.write(&format!("here/{number}.pdf"), &bytes).write(&format!("mounted/there/{number}.pdf"), &bytes);
    }
    let mut files = 0;
    for share in 1..=3 {
        for folder in ["here", "mounted/there"] {
            let output = sandbox.run(&format!("ingest --shard {share}/3 --index {share} --json {folder}"));
            let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a summary");
            let counts = ["files", "indexed", "duplicates"].map(|name| summary[name].as_u64().expect("a count"));
            let [found, indexed, duplicates] = counts;
            // The same files belong to a share wherever they lie.
            let expected = if folder == "here" { [found, found, 0] } else { [found, 0, found] };
            assert_eq!([found, indexed, duplicates], expected, "{folder}");
            files += found;
        }
    }
    assert_eq!(files, 24);
    let wrong = sandbox.run("ingest --shard 4/3 here");
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn workers_need_an_engine_that_many_machines_share() {
    let sandbox = Sandbox::new();
    for (arguments, purpose) in [("worker", "`recto worker`"), ("ingest --enqueue .", "`--enqueue`")] {
        let output = sandbox.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = if cfg!(feature = "cluster") {
            format!("error: {purpose} needs `engine.kind = \"quickwit\"`\n")
        } else {
            "error: this build has no engine `quickwit`\n".to_owned()
        };
        assert_eq!((output.status.code(), &*said), (Some(2), &*expected), "{arguments}");
    }
}

#[cfg(feature = "cluster")]
#[test]
fn what_a_data_directory_alone_can_do_is_refused_with_what_to_do_instead() {
    let sandbox = Sandbox::new();
    sandbox.write("recto.toml", b"[engine]\nkind = \"quickwit\"\n");
    for (arguments, instead) in [
        ("ingest .", "`recto ingest --enqueue`"),
        ("ingest --dry-run .", "`recto ingest --enqueue`"),
        ("retry", "`recto ingest --enqueue`"),
        ("rebuild", "`recto worker`"),
        ("verify", "`recto status`"),
        ("backup backup.tar", "`pg_dump`"),
        ("restore backup.tar", "`pg_dump`"),
        ("serve --listen 127.0.0.1:0 --ingest .", "`recto ingest --enqueue`"),
    ] {
        let output = sandbox.run(&format!("--config recto.toml {arguments}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.contains("is on many machines") && said.contains(instead), "{arguments}: {said}");
    }
    for arguments in ["search water", "export", "failures", "mcp"] {
        let output = sandbox.run(&format!("--config recto.toml {arguments}"));
        let said = String::from_utf8_lossy(&output.stderr);
        let command = arguments.split(' ').next().unwrap_or_default();
        assert!(
            said.contains(&format!("`recto {command}` needs the setting `engine.search_urls`")),
            "{arguments}: {said}"
        );
    }
}
