//! Reports handed over as a plain form: every file is told of, and nothing is kept of what is refused.

use super::{Answer, BYTES, HOSTILE, Person, Site, log_in, patient, site_working};
use crate::report::{Reason, ReportId};
use crate::serve::Limits;
use crate::store::{Role, Scope, ServiceStore};
use std::sync::Arc;
use std::time::Duration;

const PDF: &[u8] = b"%PDF-1.7 one that was handed over";
const KIND: &str = "multipart/form-data; boundary=b";

fn site() -> (Site, Arc<ServiceStore>, Person) {
    let (site, store) = site_working(true, Limits { upload_bytes: 1_000, ..patient() });
    let person = log_in(&store, Role::Editor);
    (site, store, person)
}

/// The parts of a form: name, file name, bytes.
fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, bytes) in parts {
        let file_name = file_name.map_or_else(String::new, |file_name| format!("; filename=\"{file_name}\""));
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n").as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

async fn post(site: &Site, person: &Person, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let token = [("token", None, person.form_token.as_bytes())];
    let body = form(&[&token[..], parts].concat());
    site.send_bytes("POST", "/upload", &[("cookie", &person.cookie), ("content-type", KIND)], body).await
}

async fn page(site: &Site, person: &Person, path: &str) -> String {
    let answer = site.get_with(path, &[("cookie", &person.cookie)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    answer.body
}

#[tokio::test]
async fn each_file_of_a_form_is_told_of_until_it_is_read() {
    let (site, store, person) = site();
    let large = [PDF, &vec![b' '; 1_000]].concat();
    let answer = post(
        &site,
        &person,
        &[
            ("files", Some("../<b>odd.pdf"), PDF),
            ("files", Some("known.pdf"), BYTES),
            ("files", Some("notes.txt"), b"no PDF at all"),
            ("files", Some("large.pdf"), &large),
            ("files", Some(""), b""),
        ],
    )
    .await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/upload/1"), "{}", answer.body);
    assert_eq!(site.uploads(), [format!("{}.pdf", blake3::hash(PDF).to_hex())], "nothing of what was refused");
    assert_eq!(store.upload(ReportId::of_bytes(PDF)).expect("readable").expect("kept").name, "<b>odd.pdf");
    for _ in 0..600 {
        let body = page(&site, &person, "/upload/1").await;
        if !body.contains("data-waiting") {
            break;
        }
        assert!(body.contains("data-waiting=\"1\"") && body.contains("href=\"/upload/1\">Look again"), "{body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let body = page(&site, &person, "/upload/1").await;
    for wanted in [
        "4 files handed over",
        "1 can be found, 1 could not be read, 2 were not taken.",
        &format!("can be found: <a href=\"/reports/{}\"", site.id),
        &format!("could not be read. {}: {}.", Reason::Damaged.label(), Reason::Damaged.advice()),
        "was not taken. Not a PDF: check that it really is a PDF.",
        "was not taken. Larger than the limit for a file: at most 1.0 KB is taken.",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    assert!(!body.contains("<b>") && !body.contains(HOSTILE) && !body.contains("Look again"), "{body}");
    assert!(site.service.jobs().expect("jobs").withdraw(site.id).expect("room"), "it was there");
    assert!(page(&site, &person, "/upload/1").await.contains("was removed from the library since"));
    let gone = site.get_with("/upload/2", &[("cookie", &person.cookie)]).await;
    assert_eq!(gone.status.as_u16(), 404);
    for person in [None, Some(log_in(&store, Role::Reader))] {
        let cookie = person.map(|person| person.cookie).unwrap_or_default();
        let answer = site.get_with("/upload/1", &[("cookie", &cookie)]).await;
        assert!([401, 403].contains(&answer.status.as_u16()), "what others handed over is not for everybody");
    }
}

#[tokio::test]
async fn a_form_that_is_not_ours_or_has_too_much_stores_nothing() {
    let (site, store, person) = site();
    let key = store.create_key("tests", Scope::Ingest, None, 1_000).expect("room").expect("a free name");
    let key = format!("Bearer {key}");
    let own = person.form_token.as_bytes();
    let long = vec![b'x'; 100_000];
    let file: (&str, Option<&str>, &[u8]) = ("files", Some("a.pdf"), PDF);
    let many = vec![("files", Some("a.pdf"), b"x".as_slice()); 101];
    let flood = vec![b' '; 10_001];
    let cookie = ("cookie", person.cookie.as_str());
    for (what, headers, body, status) in [
        ("no token", vec![cookie], form(&[file]), 403),
        ("another token", vec![cookie], form(&[("token", None, b"x"), file]), 403),
        ("a long token", vec![cookie], form(&[("token", None, &long[..9_000]), file]), 403),
        ("a token too late", vec![cookie], form(&[file, ("token", None, own)]), 403),
        ("nobody", vec![], form(&[("token", None, own), file]), 401),
        ("a key without a form", vec![("authorization", key.as_str())], form(&[("token", None, own), file]), 403),
        ("another site", vec![cookie, ("sec-fetch-site", "cross-site")], form(&[("token", None, own), file]), 403),
        ("another part", vec![cookie], form(&[("token", None, own), ("title", None, b"x"), file]), 400),
        ("no file", vec![cookie], form(&[("token", None, own), ("files", Some(""), b"")]), 422),
        ("an end too early", vec![cookie], form(&[("token", None, own), file])[..210].to_vec(), 400),
        ("nothing", vec![cookie], Vec::new(), 400),
        ("too many files", vec![cookie], form(&[&[("token", None, own)][..], many.as_slice()].concat()), 400),
        ("too much in all", vec![cookie], form(&[("token", None, own), ("files", Some("a.pdf"), &flood)]), 413),
    ] {
        let headers = [headers, vec![("content-type", KIND)]].concat();
        let answer = site.send_bytes("POST", "/upload", &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
        assert_eq!(site.uploads(), Vec::<String>::new(), "{what}");
        assert_eq!(store.handed(1).expect("readable"), None, "{what}");
    }
    let urlencoded = [cookie, ("content-type", "application/x-www-form-urlencoded")];
    let answer = site.send("POST", "/upload", &urlencoded, "token=x").await;
    assert_eq!(answer.status.as_u16(), 415);
    let body = page(&site, &person, "/upload").await;
    assert!(body.contains("enctype=\"multipart/form-data\"") && body.contains(&person.form_token), "{body}");
    assert!(body.contains("At most 100 files at once, each of 1.0 KB at most, all together of 10.0 KB."), "{body}");
}
