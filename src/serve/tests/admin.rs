//! The pages of whoever looks after the library, and failures over the API.

use super::{Person, Site, log_in, site_guarded};
use crate::report::{Outcome, Reason};
use crate::store::{Change, FileRow, Role, ServiceStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A site with a file that failed, and its administrator.
fn site() -> (Site, Arc<ServiceStore>, Person, String) {
    let (site, store) = site_guarded(true);
    let path = site.write("odd <b>.pdf", b"no PDF at all");
    fail(&site, &path, Reason::NotAPdf);
    fail(&site, Path::new("/elsewhere/locked.pdf"), Reason::NeedsPassword);
    let person = log_in(&store, Role::Admin);
    (site, store, person, path.to_string_lossy().into_owned())
}

/// Has the catalogue know of a file that failed.
pub fn fail(site: &Site, path: &Path, reason: Reason) {
    site.service.library().catalogue().record(&[Change::File(failed(path.to_owned(), reason))]).expect("recorded");
}

/// The row of a file that failed.
fn failed(path: PathBuf, reason: Reason) -> FileRow {
    FileRow {
        path,
        size: 13,
        modified: 0,
        id: None,
        outcome: Outcome::Failed(reason),
        detail: "<script>no header</script>".to_owned(),
        reader_version: 1,
        checked: 1_700_000_000,
        vanished: None,
        name: None,
    }
}

impl Site {
    async fn page(&self, person: &Person, path: &str) -> String {
        self.get_with(path, &[("cookie", &person.cookie)]).await.body
    }

    async fn post(&self, person: &Person, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", &person.form_token)
            .extend_pairs(fields)
            .finish();
        let answer = self.send("POST", path, &[("cookie", &person.cookie), FORM], &body).await;
        (answer.status.as_u16(), answer.header("location").to_owned())
    }

    /// What the job of this number was asked and how it ended.
    async fn ended(&self, person: &Person, number: u64) -> serde_json::Value {
        for _ in 0..600 {
            let answer = self.get_with(&format!("/api/v1/jobs/{number}"), &[("cookie", &person.cookie)]).await.json();
            if !matches!(answer["state"].as_str(), Some("queued" | "running")) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("job {number} does not end");
    }
}

#[tokio::test]
async fn the_overview_tells_how_the_service_does_and_leads_on() {
    let (site, _store, admin, _) = site();
    let body = site.page(&admin, "/admin").await;
    for wanted in [
        "There was no job yet",
        "href=\"/admin/failures?reason=not_a_pdf\">Not a PDF</a>",
        "href=\"/admin/coverage?status=no_text\" class=\"lack\"",
        "On disk",
        "Reading is confined",
        "name=\"root\"",
        "name=\"prune\"",
        "<a href=\"/admin\" aria-current=\"page\">Overview</a>",
        "<a href=\"/admin\">Administration</a>",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    let body = site.page(&admin, "/admin/coverage").await;
    assert!(body.contains("1 report with pages that cannot be found") && body.contains("#gaps\""), "{body}");
    let body = site.page(&admin, "/admin/coverage?status=garbled").await;
    assert!(body.contains("No reports with pages garbled"), "{body}");
    assert_eq!(site.get_with("/admin/coverage?status=odd", &[("cookie", &admin.cookie)]).await.status.as_u16(), 422);
}

#[tokio::test]
async fn failures_tell_why_and_what_to_do_and_can_be_tried_again() {
    let (site, _store, admin, path) = site();
    let kept = FileRow { name: Some("locked <i>.pdf".to_owned()), ..failed("/kept/0123.pdf".into(), Reason::Timeout) };
    site.service.library().catalogue().record(&[Change::File(kept)]).expect("recorded");
    let body = site.page(&admin, "/admin/failures?reason=timeout").await;
    for wanted in ["locked &#60;i&#62;.pdf", "Handed over, kept as <span class=\"file\">/kept/0123.pdf</span>"] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    site.service.library().catalogue().record(&[Change::Forget("/kept/0123.pdf".into())]).expect("recorded");
    let body = site.page(&admin, "/admin/failures").await;
    for wanted in
        ["2 failed files", "Not a PDF", "check that it really is a PDF", "Protected by a password", "Try all again"]
    {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    assert!(!body.contains("<script>no") && !body.contains("odd <b>"), "{body}");
    let body = site.page(&admin, "/admin/failures?reason=not_a_pdf").await;
    assert!(body.contains("Not a PDF: 1 file</h1>") && !body.contains("locked.pdf"), "{body}");
    for (fields, number, paths, retry) in [
        (vec![("path", path.as_str())], 1, vec![path.as_str()], "not_a_pdf"),
        (vec![("reason", "not_a_pdf"), ("path", "")], 2, vec![], "not_a_pdf"),
        (vec![], 3, vec![], "all"),
    ] {
        let answer = site.post(&admin, "/admin/failures/retry", &fields).await;
        assert_eq!(answer, (303, "/admin#jobs".to_owned()), "{fields:?}");
        let job = site.ended(&admin, number).await;
        assert_eq!((&job["kind"], &job["retry"]), (&"retry".into(), &retry.into()));
        assert_eq!(job["paths"], serde_json::json!(paths));
        assert_eq!(job["state"], "done", "{job}");
        assert_eq!(job["summary"]["failed"]["not_a_pdf"], 1, "it was read again: {job}");
    }
    for fields in [
        vec![("path", "/etc/passwd")],
        vec![("path", site.original.to_str().expect("UTF-8"))],
        vec![("reason", "timeout")],
        vec![("reason", "odd")],
        vec![("reason", "not_a_pdf"), ("path", path.as_str())],
        vec![("other", "x")],
    ] {
        let (status, _) = site.post(&admin, "/admin/failures/retry", &fields).await;
        assert_eq!(status, 422, "{fields:?}");
    }
    let body = site.page(&admin, "/admin").await;
    assert!(body.contains("Try again what failed: Not a PDF") && body.contains("Try again all that failed"), "{body}");
}

#[tokio::test]
async fn folders_are_read_and_jobs_stopped_by_plain_forms() {
    let (site, _store, admin, _) = site();
    let root = site.service.jobs().expect("jobs").roots().paths()[0].to_string_lossy().into_owned();
    for (path, fields, expected) in [
        ("/admin/jobs", vec![("root", root.as_str()), ("prune", "on")], 303),
        ("/admin/jobs", vec![("root", "/etc")], 422),
        ("/admin/jobs/1/cancel", vec![], 303),
        ("/admin/jobs/9/cancel", vec![], 404),
        ("/admin/jobs/x/cancel", vec![], 404),
    ] {
        let (status, location) = site.post(&admin, path, &fields).await;
        assert_eq!(status, expected, "{path} {fields:?}");
        assert!(expected != 303 || location == "/admin#jobs");
    }
    let job = site.ended(&admin, 1).await;
    assert_eq!((&job["paths"], &job["prune"]), (&serde_json::json!([root]), &true.into()));
    let unsigned = site.send("POST", "/admin/jobs", &[("cookie", &admin.cookie), FORM], "root=").await;
    assert_eq!(unsigned.status.as_u16(), 403, "a page of another site does not know the token");
}

#[tokio::test]
async fn failures_are_told_and_tried_again_over_the_api() {
    let (site, store, _, path) = site();
    let editor = log_in(&store, Role::Editor);
    let headers = [("cookie", editor.cookie.as_str()), ("content-type", "application/json")];
    let json = site.get_with("/api/v1/failures?limit=1", &headers).await.json();
    assert_eq!((&json["total"], &json["limit"]), (&2.into(), &1.into()));
    assert_eq!(json["reasons"], serde_json::json!({ "not_a_pdf": 1, "needs_password": 1 }));
    assert_eq!(json["failures"][0]["path"], "/elsewhere/locked.pdf");
    let json = site.get_with("/api/v1/failures?reason=not_a_pdf", &headers).await.json();
    assert_eq!((&json["total"], &json["failures"][0]["advice"]), (&1.into(), &Reason::NotAPdf.advice().into()));
    assert_eq!(site.get_with("/api/v1/failures?reason=odd&x=1", &headers).await.status.as_u16(), 422);
    for (body, status) in [
        (serde_json::json!({ "path": path }), 202),
        (serde_json::json!({ "path": "/etc/passwd" }), 422),
        (serde_json::json!({ "reason": "odd" }), 422),
        (serde_json::json!({ "reason": "timeout" }), 422),
        (serde_json::json!({ "x": 1 }), 422),
        (serde_json::json!([]), 422),
    ] {
        let answer = site.send("POST", "/api/v1/failures/retry", &headers, &body.to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
        if status == 202 {
            assert_eq!((answer.header("location"), &answer.json()["kind"]), ("/api/v1/jobs/1", &"retry".into()));
        }
    }
}
