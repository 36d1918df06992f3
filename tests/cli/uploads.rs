//! Reports handed over to a service that runs: here to stay once it says so, found a moment later, removed for good.

use crate::cli::sandbox::{Sandbox, pdf};
use crate::cli::server::{PATIENCE, Server};
use std::time::{Duration, Instant};

fn key(sandbox: &Sandbox) -> String {
    let made = sandbox.run("keys create --name tests --scope admin");
    format!("Authorization: Bearer {}", String::from_utf8(made.stdout).expect("text").trim())
}

fn wait_for(server: &Server, query: &str, title: &str) -> Duration {
    let started = Instant::now();
    let path = format!("/api/v1/search?q={query}");
    while !server.get(&path).contains(title) {
        assert!(started.elapsed() < PATIENCE, "{query} does not find {title}");
        std::thread::sleep(Duration::from_millis(20));
    }
    started.elapsed()
}

#[test]
fn what_was_handed_over_is_found_survives_a_kill_and_can_be_removed() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let key = key(&sandbox);
    let headers = [key.clone(), "Content-Type: application/pdf".to_owned()];
    let mut server = Server::start(&sandbox, "");
    let food = pdf("Food aid", &["Food aid was late."]);
    let (status, body) = server.request("POST", "/api/v1/reports", &headers, &food);
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    wait_for(&server, "late", "Food aid");
    // Another one, and the service is killed as soon as it has said that it is here.
    let water = pdf("Clean water", &["Water was clean."]);
    let (status, body) = server.request("POST", "/api/v1/reports", &headers, &water);
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    server.kill();
    let server = Server::start(&sandbox, "");
    wait_for(&server, "clean", "Clean water");
    let report: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let path = format!("/api/v1/reports/{}", report["id"].as_str().expect("an id"));
    assert_eq!(server.request("DELETE", &path, &[key], b"").0, 204);
    assert!(!server.get("/api/v1/search?q=clean").contains("Clean water"), "gone at once");
    let (code, messages) = server.terminate();
    assert_eq!(code, Some(0), "{messages}");
    assert_eq!(sandbox.run("verify").status.code(), Some(0));
    let kept = std::fs::read_dir(sandbox.path("index/uploads")).expect("there").count();
    assert_eq!(kept, 1, "the file went with its report");
}

#[test]
fn a_job_reads_what_lies_under_the_roots_and_another_process_may_write_between() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    sandbox.write("recto.toml", "[serve]\ningest_roots = [\"reports\"]\n");
    let headers = [key(&sandbox), "Content-Type: application/json".to_owned()];
    let server = Server::start(&sandbox, "");
    sandbox.write("reports/food.pdf", pdf("Food aid", &["Food aid was late."]));
    let (status, body) = server.request("POST", "/api/v1/jobs", &headers, br#"{"paths":["food.pdf"]}"#);
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    wait_for(&server, "late", "Food aid");
    sandbox.write("reports/water.pdf", pdf("Clean water", &["Water was clean."]));
    let started = Instant::now();
    loop {
        match sandbox.run("ingest reports").status.code() {
            Some(0) => break,
            code => assert_eq!(code, Some(75), "the service lets go of the library in a moment"),
        }
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    wait_for(&server, "clean", "Clean water");
    server.terminate();
}

#[test]
fn what_is_handed_over_does_not_wait_for_a_long_ingest() {
    let sandbox = Sandbox::new();
    let words = "word ".repeat(40);
    for number in 0..400 {
        let pages: Vec<String> = (0..12).map(|page| format!("Report {number}, page {page}. {words}")).collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        sandbox.write(&format!("reports/{number}.pdf"), pdf(&format!("Report {number}"), &pages));
    }
    let key = key(&sandbox);
    let server = Server::start(&sandbox, "--ingest reports");
    let headers = [key.clone(), "Content-Type: application/pdf".to_owned()];
    let food = pdf("Food aid", &["Food aid was late."]);
    assert_eq!(server.request("POST", "/api/v1/reports", &headers, &food).0, 201);
    wait_for(&server, "late", "Food aid");
    let started = Instant::now();
    loop {
        let (_, body) = server.request("GET", "/api/v1/jobs/1", std::slice::from_ref(&key), b"");
        let job: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        if job["state"] == "done" {
            assert_eq!((&job["summary"]["indexed"], &job["summary"]["interrupted"]), (&400.into(), &false.into()));
            break;
        }
        assert!(job["state"] == "running" && started.elapsed() < PATIENCE, "{job}");
        std::thread::sleep(Duration::from_millis(100));
    }
    server.terminate();
}

#[test]
fn what_was_handed_over_is_shown_and_found_under_the_name_it_had() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let key = key(&sandbox);
    let headers = [key.clone(), "Content-Type: application/pdf".to_owned()];
    let server = Server::start(&sandbox, "");
    let water = pdf("", &["Water was clean."]);
    let name = "Wasser%20%26%20Land%202024.pdf";
    let (status, body) = server.request("POST", &format!("/api/v1/reports?name={name}"), &headers, &water);
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    let id = blake3::hash(&water).to_hex()[..32].to_owned();
    wait_for(&server, "clean", &id);
    let broken = "/api/v1/reports?name=broken.pdf";
    let (_, body) = server.request("POST", broken, &headers, b"%PDF-1.7 and no more");
    let upload: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let failures = format!("{}/failures", upload["job_url"].as_str().expect("a job"));
    let started = Instant::now();
    loop {
        let (_, body) = server.request("GET", &failures, std::slice::from_ref(&key), b"");
        let list: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        if list["failures"][0]["name"] == "broken.pdf" {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "{list}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let json = |path: &str| serde_json::from_str::<serde_json::Value>(&server.body(path)).expect("JSON");
    let shown = "Wasser & Land 2024.pdf";
    let everywhere = || {
        for query in ["clean", "file%3AWasser", "file%3A%22wasser%20land%22"] {
            let found = json(&format!("/api/v1/search?q={query}"));
            assert_eq!((&found["total"]["value"], &found["hits"][0]["file"]), (&1.into(), &shown.into()), "{query}");
        }
        let hash = blake3::hash(&water).to_hex();
        for path in [
            "/api/v1/search?q=clean".to_owned(),
            "/?q=clean".to_owned(),
            "/search.csv?q=clean".to_owned(),
            "/search.ndjson?q=clean".to_owned(),
            format!("/reports/{id}"),
            format!("/reports/{id}/pages/1"),
            format!("/api/v1/reports/{id}"),
        ] {
            let body = server.body(&path);
            let is_there = body.contains(shown)
                || body.contains("Wasser &#38; Land 2024")
                || body.contains("Wasser &amp; Land 2024");
            assert!((is_there || path.contains("/pages/")) && !body.contains(&*hash), "{path}: {body}");
        }
        let head = server.get(&format!("/reports/{id}/file.pdf"));
        assert!(head.contains("filename*=UTF-8''Wasser%20&%20Land%202024.pdf"), "{}", &head[..600.min(head.len())]);
    };
    everywhere();
    let started = Instant::now();
    while sandbox.run("rebuild").status.code() != Some(0) {
        assert!(started.elapsed() < PATIENCE, "the service lets go of the library in a moment");
        std::thread::sleep(Duration::from_millis(50));
    }
    wait_for(&server, "file%3Awasser", &id);
    everywhere();
    let found = sandbox.run("search file:wasser");
    assert!(String::from_utf8_lossy(&found.stdout).contains(shown), "{}", sandbox.transcript(&found));
    server.terminate();
}

#[test]
fn the_largest_upload_is_for_the_operator_to_say() {
    let sandbox = Sandbox::new();
    sandbox.write("recto.toml", "[serve]\nupload_bytes = 1000\nconnections_per_address = 0\n");
    let key = key(&sandbox);
    let refused = sandbox.run("serve --listen 127.0.0.1:0");
    assert_eq!(refused.status.code(), Some(2));
    let message = "`serve.connections_per_address` is 0, which would let nobody in";
    assert!(String::from_utf8_lossy(&refused.stderr).contains(message), "{}", sandbox.transcript(&refused));
    sandbox.write("recto.toml", "[serve]\nupload_bytes = 1000\n");
    let headers = [key, "Content-Type: application/pdf".to_owned()];
    let server = Server::start(&sandbox, "");
    let mut file = b"%PDF-1.7\n".to_vec();
    for (size, wanted) in [(1_001, 413), (1_000, 201)] {
        file.resize(size, b' ');
        let (status, body) = server.request("POST", "/api/v1/reports", &headers, &file);
        assert_eq!(status, wanted, "{size}: {}", String::from_utf8_lossy(&body));
    }
    server.terminate();
}

/// The answer to a search, if it is another than that of a tag.
fn search_unless(server: &Server, query: &str, tag: &str) -> Option<(serde_json::Value, String)> {
    let path = format!("/api/v1/search?q={query}");
    let (status, _) = server.request("GET", &path, &[format!("If-None-Match: {tag}")], b"");
    let answer = server.get(&path);
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").trim().to_owned();
    let body = server.body(&path);
    (status == 200).then(|| (serde_json::from_str(&body).expect("JSON"), tag))
}

#[test]
fn a_service_tells_of_what_another_process_has_changed() {
    let sandbox = Sandbox::new();
    sandbox.write("reports/cash.pdf", pdf("Cash transfers", &["Cash reached most households."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let server = Server::start(&sandbox, "");
    let (_, mut tag) = search_unless(&server, "cash", "none").expect("an answer");
    let mut wait_for_change = |what: &str, is_seen: &dyn Fn(&serde_json::Value) -> bool| {
        let started = Instant::now();
        loop {
            if let Some((answer, new)) = search_unless(&server, "cash", &tag)
                && is_seen(&answer)
            {
                tag = new;
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    // Known to the catalogue alone.
    std::fs::rename(sandbox.path("reports/cash.pdf"), sandbox.path("reports/money.pdf")).expect("there");
    assert_eq!(sandbox.run("ingest reports --prune --yes").status.code(), Some(0));
    wait_for_change("a file that was moved", &|answer| {
        answer["hits"][0]["file"].as_str().is_some_and(|file| file.ends_with("money.pdf"))
    });
    sandbox.write("reports/more.pdf", pdf("More cash", &["More cash than before."]));
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    wait_for_change("a new report", &|answer| answer["total"]["value"] == 2);
    assert_eq!(sandbox.run("rebuild").status.code(), Some(0));
    wait_for_change("another generation", &|answer| {
        answer["index"]["generation"].as_str().is_some_and(|generation| generation.starts_with("gen-000002"))
    });
    std::fs::remove_file(sandbox.path("reports/more.pdf")).expect("there");
    assert_eq!(sandbox.run("ingest reports --prune --yes").status.code(), Some(0));
    wait_for_change("a report that is gone", &|answer| answer["total"]["value"] == 1);
    server.terminate();
}
