//! PDFs handed over: what is kept, what is refused, and that nothing is left of the latter.

use super::{Answer, BYTES, Site, site_working};
use crate::report::ReportId;
use crate::serve::Limits;
use crate::store::{Scope, ServiceStore};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures_util::stream;
use std::sync::Arc;
use std::time::Duration;

const PDF: &[u8] = b"%PDF-1.7 one that was handed over";

fn site() -> (Arc<Site>, Arc<ServiceStore>, String) {
    let limits = Limits {
        reading: Duration::from_secs(60),
        search: Duration::from_secs(60),
        upload_bytes: 100_000,
        body_idle: Duration::from_millis(300),
        ..Limits::default()
    };
    let (site, store) = site_working(true, limits);
    let key = store.create_key("tests", Scope::Ingest, None, 1_000).expect("room").expect("a free name");
    (Arc::new(site), store, format!("Bearer {key}"))
}

async fn upload(site: &Site, key: &str, kind: &str, body: &[u8]) -> Answer {
    let headers = [("authorization", key), ("content-type", kind)];
    site.send_bytes("POST", "/api/v1/reports", &headers, body.to_vec()).await
}

/// A form of parts, each a name, a file name and its bytes.
fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, bytes) in parts {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

const FORM: &str = "multipart/form-data; boundary=b";

#[tokio::test]
async fn the_same_bytes_are_one_report_however_they_come() {
    let (site, store, key) = site();
    let first = upload(&site, &key, "application/pdf", PDF).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let id = ReportId::of_bytes(PDF).to_string();
    assert_eq!(
        (first.json()["id"].as_str(), first.header("location")),
        (Some(&*id), &*format!("/api/v1/reports/{id}"))
    );
    assert!(first.json()["job_url"].as_str().is_some_and(|url| url.starts_with("/api/v1/jobs/")));
    let again = upload(&site, &key, FORM, &form(&[("file", "../../x.pdf", PDF)])).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (StatusCode::OK, Some(&*id)), "{}", again.body);
    let known = upload(&site, &key, "application/pdf", BYTES).await;
    assert_eq!((known.status, known.json()["state"].as_str()), (StatusCode::OK, Some("searchable")), "{}", known.body);
    assert_eq!(site.uploads(), [format!("{}.pdf", blake3::hash(PDF).to_hex())]);
    assert_eq!(store.uploads().expect("readable").len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_when_it_is_handed_over_again() {
    let (site, _store, key) = site();
    let first = upload(&site, &key, "application/pdf", PDF).await;
    let events = format!("{}/events", first.json()["job_url"].as_str().expect("a job"));
    site.get_with(&events, &[("authorization", &key)]).await;
    let again = upload(&site, &key, "application/pdf", PDF).await;
    assert_eq!((again.status, again.json()["state"].as_str()), (StatusCode::OK, Some("failed")), "{}", again.body);
    assert_eq!(again.json()["reason"], "damaged");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_make_one_file_and_one_report() {
    let (site, store, key) = site();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (site, key) = (Arc::clone(&site), key.clone());
            tokio::spawn(async move { upload(&site, &key, "application/pdf", PDF).await.status })
        })
        .collect();
    let mut created = 0;
    for task in tasks {
        match task.await.expect("answered") {
            StatusCode::CREATED => created += 1,
            status => assert_eq!(status, StatusCode::OK),
        }
    }
    assert_eq!((created, site.uploads().len(), store.uploads().expect("readable").len()), (1, 1, 1));
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let (site, store, key) = site();
    let large = [PDF, &vec![b' '; 100_000]].concat();
    let late = [&[b' '; 1_024], PDF].concat();
    let many: Vec<(&str, &str, &[u8])> = vec![("file", "a.pdf", PDF); 1_000];
    for (what, kind, body, status, code) in [
        ("too large", "application/pdf", large.clone(), 413, "body_too_large"),
        ("too large in a form", FORM, form(&[("file", "a.pdf", &large)]), 413, "body_too_large"),
        ("no PDF", "application/pdf", b"<html>".to_vec(), 422, "not_a_pdf"),
        ("a mark too late", "application/pdf", late, 422, "not_a_pdf"),
        ("nothing", "application/pdf", Vec::new(), 422, "not_a_pdf"),
        ("another kind", "text/html", PDF.to_vec(), 415, "unsupported_media_type"),
        ("no kind", "", PDF.to_vec(), 415, "unsupported_media_type"),
        ("a form without boundary", "multipart/form-data", PDF.to_vec(), 400, "malformed_upload"),
        ("an empty form", FORM, b"--b--\r\n".to_vec(), 400, "malformed_upload"),
        ("a form that ends early", FORM, form(&[("file", "a.pdf", PDF)])[..80].to_vec(), 400, "malformed_upload"),
        ("another part", FORM, form(&[("title", "", b"x"), ("file", "a.pdf", PDF)]), 400, "malformed_upload"),
        ("a thousand parts", FORM, form(&many), 400, "malformed_upload"),
    ] {
        let answer = upload(&site, &key, kind, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].as_str()),
            (status, Some(code)),
            "{what}: {}",
            answer.body
        );
        assert_eq!(site.uploads(), Vec::<String>::new(), "{what}");
    }
    assert_eq!(store.uploads().expect("readable").len(), 0);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_not_waited_for() {
    let (site, _store, key) = site();
    let chunks = stream::unfold(0, |count| async move {
        if count > 0 {
            std::future::pending::<()>().await;
        }
        Some((Ok::<_, std::io::Error>(Bytes::from_static(PDF)), count + 1))
    });
    let request =
        Request::post("/api/v1/reports").header("authorization", &key).header("content-type", "application/pdf");
    let answer = site.ask(request.body(Body::from_stream(chunks)).expect("a good request")).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
    let broken = stream::iter([Ok(Bytes::from_static(PDF)), Err(std::io::Error::other("the client has gone"))]);
    let request =
        Request::post("/api/v1/reports").header("authorization", &key).header("content-type", "application/pdf");
    let answer = site.ask(request.body(Body::from_stream(broken)).expect("a good request")).await;
    assert_eq!(answer.json()["code"], "malformed_upload");
    assert_eq!(site.uploads(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_client_calls_a_file_never_becomes_a_path() {
    let (site, store, key) = site();
    let long = "x".repeat(10_000);
    let names = ["../../x.pdf", "..\\x.pdf", "C:\\x.pdf", "a\u{0}b.pdf", "CON", &long, "\u{202E}fdp.exe", ""];
    for (number, name) in (0..).zip(names) {
        let body = format!("%PDF-1.7 {number}");
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let path = if number == 5 { "/api/v1/reports".to_owned() } else { format!("/api/v1/reports?name={name}") };
        let headers = [("authorization", key.as_str()), ("content-type", "application/pdf")];
        let answer = site.send("POST", &path, &headers, &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{name}: {}", answer.body);
        let id = ReportId::of_bytes(body.as_bytes());
        let kept = store.upload(id).expect("readable").expect("kept").name;
        assert!(!kept.contains(['/', '\\', '\0', '\u{202E}']), "{kept}");
    }
    for name in site.uploads() {
        assert_eq!((name.len(), name.ends_with(".pdf")), (68, true), "{name}");
    }
    assert_eq!(site.uploads().len(), names.len());
}
