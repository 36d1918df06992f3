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
        ("rebuild --rollback", "version"),
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
    for arguments in ["search water", "export", "failures", "mcp", "retry", "rebuild", "correct 0123 --title x"] {
        let output = sandbox.run(&format!("--config recto.toml {arguments}"));
        let said = String::from_utf8_lossy(&output.stderr);
        let command = arguments.split(' ').next().unwrap_or_default();
        assert!(
            said.contains(&format!("`recto {command}` needs the setting `engine.search_urls`")),
            "{arguments}: {said}"
        );
    }
}

#[cfg(feature = "cluster")]
#[test]
fn a_service_starts_while_a_part_is_down_and_names_it() {
    let sandbox = Sandbox::new();
    let storage = sandbox.path("storage");
    std::fs::create_dir(&storage).expect("room");
    let settings = |database: &str, search: &str| {
        format!(
            "[engine]\nkind = \"quickwit\"\nsearch_urls = [\"{search}\"]\ningest_urls = [\"{search}\"]\n\
             database_url = \"{database}\"\nstorage = \"{}\"\n",
            storage.display()
        )
    };
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let (socket, node) = (storage.display(), format!("http://{nobody}"));
    sandbox.write("recto.toml", settings(&format!("host={socket} user=nobody"), &node));
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let mut service = sandbox
        .command(&format!("--config recto.toml serve --listen 127.0.0.1:{port}"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let started = std::time::Instant::now();
    let mut answers = Vec::new();
    for (path, status, told) in [
        ("/readyz", "503", "\"troubles\":[\""),
        ("/healthz", "200", "starting"),
        ("/api/v1/search?q=water", "503", " of the library does not answer"),
    ] {
        let answer = loop {
            let answer = get(port, path);
            if answer.contains(told) || started.elapsed() > crate::cli::server::PATIENCE {
                break answer;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        };
        answers.push((path, status, told, answer));
    }
    let is_alive = service.try_wait().expect("it can be asked").is_none();
    service.kill().expect("it runs");
    let said = service.wait_with_output().expect("it ends").stderr;
    let said = String::from_utf8_lossy(&said);
    for (path, status, told, answer) in answers {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(told), "{path}: {answer} {said}");
    }
    assert!(is_alive && said.contains("waiting for the database of the library"), "{said}");

    // What the settings say wrongly no time mends.
    for (settings, message) in [
        (settings("host=/nowhere user=nobody", "https://node"), "Recto speaks HTTP to Quickwit"),
        (settings("host=/nowhere frogs=7", "http://127.0.0.1:9"), "the database refuses"),
        (settings("host=/nowhere user=nobody", &node).replace(&*storage.to_string_lossy(), "here"), "an absolute path"),
    ] {
        sandbox.write("wrong.toml", settings);
        let output = sandbox.run("--config wrong.toml serve --listen 127.0.0.1:0");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(message), "{said}");
    }
}

/// What is answered at a path; nothing while nobody listens.
#[cfg(feature = "cluster")]
fn get(port: u16, path: &str) -> String {
    use std::io::{Read, Write};
    let mut answer = String::new();
    if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
        let asked = write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let _ = asked.and_then(|()| stream.read_to_string(&mut answer));
    }
    answer
}
