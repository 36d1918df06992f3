//! Administrators' pages of accounts and keys: what is done there holds at once, and secrets are shown once.

use super::{Answer, Person, Site, log_in, site_guarded};
use crate::store::{Role, ServiceStore};
use form_urlencoded::Serializer;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn site() -> (Site, Arc<ServiceStore>, Person) {
    let (site, store) = site_guarded(true);
    let admin = log_in(&store, Role::Admin);
    (site, store, admin)
}

async fn send(site: &Site, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    site.send("POST", path, &[("cookie", cookie), FORM], &body).await
}

async fn post(site: &Site, person: &Person, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = [("token", person.form_token.as_str())];
    send(site, &person.cookie, path, &[&token[..], fields].concat()).await
}

async fn page(site: &Site, person: &Person, path: &str) -> String {
    let answer = site.get_with(path, &[("cookie", &person.cookie)]).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    assert!(answer.header("cache-control").contains("no-store"), "{path}");
    answer.body
}

/// Whether a person, or the holder of a key, may have files read.
async fn may_ingest(site: &Site, header: (&str, &str)) -> bool {
    site.get_with("/api/v1/failures", &[header]).await.status.as_u16() == 200
}

#[tokio::test]
async fn a_role_holds_at_once_and_who_is_locked_out_is_out_at_once() {
    let (site, store, admin) = site();
    let reader = log_in(&store, Role::Reader);
    let (id, cookie) = (reader.account.id, ("cookie", reader.cookie.as_str()));
    let path = format!("/admin/accounts/{id}");
    for (fields, may) in [
        (vec![("action", "role"), ("role", "editor")], true),
        (vec![("action", "role"), ("role", "reader")], false),
        (vec![("action", "role"), ("role", "editor")], true),
        (vec![("action", "disable"), ("role", "editor")], false),
    ] {
        let answer = post(&site, &admin, &path, &fields).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin/accounts"), "{fields:?}");
        assert_eq!(may_ingest(&site, cookie).await, may, "{fields:?}");
    }
    assert_eq!(site.get_with("/account", &[cookie]).await.status.as_u16(), 401, "every session is over");
    let body = page(&site, &admin, "/admin/accounts").await;
    assert!(body.contains(">disabled</td>") && body.contains("Let in again"), "{body}");
    assert_eq!(post(&site, &admin, &path, &[("action", "enable")]).await.status.as_u16(), 303);
    assert_eq!(site.get_with("/account", &[cookie]).await.status.as_u16(), 401, "a session does not come back");
    assert_eq!(post(&site, &admin, &path, &[("action", "delete")]).await.status.as_u16(), 303);
    assert_eq!(store.account(id).expect("readable"), None);
    for (path, fields, status) in [
        (path.as_str(), vec![("action", "enable")], 404),
        ("/admin/accounts/x", vec![("action", "enable")], 404),
        ("/admin/accounts/1", vec![("action", "role")], 422),
        ("/admin/accounts/1", vec![("action", "role"), ("role", "king")], 422),
        ("/admin/accounts/1", vec![("action", "burn")], 422),
    ] {
        assert_eq!(post(&site, &admin, path, &fields).await.status.as_u16(), status, "{path} {fields:?}");
    }
}

#[tokio::test]
async fn somebody_is_always_left_who_administers() {
    let (site, store, admin) = site();
    let path = format!("/admin/accounts/{}", admin.account.id);
    let ends = [vec![("action", "role"), ("role", "editor")], vec![("action", "disable")], vec![("action", "delete")]];
    for fields in &ends {
        let answer = post(&site, &admin, &path, fields).await;
        assert_eq!(answer.status.as_u16(), 409, "{fields:?}");
        assert!(answer.body.contains("Not done: it is the only administrator"), "{}", answer.body);
        let row = store.account(admin.account.id).expect("readable").expect("there");
        assert!(row.is_active() && row.account.role == Role::Admin, "{fields:?}");
    }
    let other = store.create_account("other", Role::Admin, None, 1).expect("room").expect("a free name");
    let answer = post(&site, &admin, &path, &ends[0]).await;
    assert_eq!(answer.status.as_u16(), 409, "who has no password yet cannot administer");
    store.set_password(other.id, "$argon2id$").expect("room");
    assert_eq!(post(&site, &admin, &path, &ends[0]).await.status.as_u16(), 303);
    let answer = site.get_with("/admin/accounts", &[("cookie", &admin.cookie)]).await;
    assert_eq!(answer.status.as_u16(), 403, "an editor from now on");
}

#[tokio::test]
async fn links_are_shown_once_listed_and_revoked() {
    let (site, store, admin) = site();
    let reader = log_in(&store, Role::Reader);
    let invited = post(&site, &admin, "/admin/accounts", &[("role", "editor")]).await;
    let path = format!("/admin/accounts/{}", reader.account.id);
    let reset = post(&site, &admin, &path, &[("action", "reset")]).await;
    for (answer, page_of, number) in [(&invited, "/register?invitation=", 1), (&reset, "/reset?ticket=", 2)] {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        let (_, rest) = answer.body.split_once(page_of).expect("the link");
        let link = format!("{page_of}{}", rest.split('<').next().expect("its end"));
        let secret = link.rsplit('=').next().expect("a token");
        assert!(secret.len() == 64 && site.get(&link).await.body.contains("type=\"password\""), "{link}");
        let body = page(&site, &admin, "/admin/accounts").await;
        assert!(!body.contains(secret), "shown a second time");
        assert!(body.contains(&format!("name=\"ticket\" value=\"{number}\"")), "{body}");
        let json = site.get_with("/api/v1/tickets", &[("cookie", &admin.cookie)]).await;
        assert!(json.body.contains(&format!("\"id\":{number},")) && !json.body.contains(secret), "{}", json.body);
        let number = number.to_string();
        let revoked = post(&site, &admin, "/admin/tickets/revoke", &[("ticket", &number)]).await;
        assert_eq!((revoked.status.as_u16(), revoked.header("location")), (303, "/admin/accounts#links"));
        assert!(!site.get(&link).await.body.contains("type=\"password\""), "{link} is good still");
    }
    let body = page(&site, &admin, "/admin/accounts").await;
    assert!(body.contains("None: neither an invitation"), "{body}");
    post(&site, &admin, "/admin/accounts", &[("role", "reader")]).await;
    let key = ("cookie", admin.cookie.as_str());
    let json = site.get_with("/api/v1/tickets", &[key]).await.json();
    let ticket = &json["tickets"][0];
    assert_eq!(
        (&ticket["id"], &ticket["purpose"], &ticket["role"]),
        (&3.into(), &"invitation".into(), &"reader".into())
    );
    assert_eq!((&ticket["made_by"], &ticket["expires"]), (&"admin".into(), &"2023-11-21T22:13:20Z".into()));
    let body = page(&site, &admin, "/admin/accounts").await;
    for wanted in ["Makes an account of role reader", "<bdi>admin</bdi>", "21 November 2023, 22:13 UTC"] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    for (path, status) in [("/api/v1/tickets/3", 204), ("/api/v1/tickets/3", 404), ("/api/v1/tickets/x", 404)] {
        let answer = site.send("DELETE", path, &[key], "").await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
        assert!(status != 404 || answer.json()["code"] == "unknown_ticket");
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_revoked_at_once() {
    let (site, _store, admin) = site();
    let made = post(&site, &admin, "/admin/keys", &[("name", "harvester"), ("scope", "ingest"), ("days", "30")]).await;
    assert_eq!(made.status.as_u16(), 200, "{}", made.body);
    let (_, rest) = made.body.split_once("<code class=\"secret\">").expect("the key");
    let key = rest.split('<').next().expect("its end").to_owned();
    let bearer = format!("Bearer {key}");
    let header = ("authorization", bearer.as_str());
    assert!(may_ingest(&site, header).await, "{key}");
    let body = page(&site, &admin, "/admin/keys").await;
    assert!(!body.contains(&key) && body.contains("harvester") && body.contains(">valid</td>"), "{body}");
    for (fields, fault) in [
        ([("name", "harvester"), ("scope", "search"), ("days", "0")], "There is a key of this name"),
        ([("name", " "), ("scope", "search"), ("days", "0")], "A name is 1 to 100 characters"),
    ] {
        let answer = post(&site, &admin, "/admin/keys", &fields).await;
        assert!(answer.status.as_u16() == 422 && answer.body.contains(fault), "{fields:?}: {}", answer.body);
        assert!(!answer.body.contains("class=\"secret\""), "{fields:?}");
    }
    for fields in [
        [("name", "x"), ("scope", "root"), ("days", "0")],
        [("name", "x"), ("scope", "search"), ("days", "-1")],
        [("name", "x"), ("scope", "search"), ("other", "0")],
    ] {
        assert_eq!(post(&site, &admin, "/admin/keys", &fields).await.status.as_u16(), 422, "{fields:?}");
    }
    let answer = post(&site, &admin, "/admin/keys/revoke", &[("name", "harvester")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/admin/keys"));
    assert!(!may_ingest(&site, header).await, "revoked");
    assert!(page(&site, &admin, "/admin/keys").await.contains(">revoked</td>"));
    let made = post(&site, &admin, "/admin/keys", &[("name", "harvester"), ("scope", "ingest"), ("days", "30")]).await;
    let (_, rest) = made.body.split_once("<code class=\"secret\">").expect("its name is free again");
    let bearer = format!("Bearer {}", rest.split('<').next().expect("its end"));
    assert!(may_ingest(&site, ("authorization", &bearer)).await);
    site.clock.fetch_add(30 * 86_400, Ordering::Relaxed);
    assert!(!may_ingest(&site, ("authorization", &bearer)).await, "after thirty days");
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let (site, store, admin) = site();
    let reader = log_in(&store, Role::Reader);
    let ticket = store.create_invitation(Role::Reader, None, super::NOW).expect("room");
    store.create_key("kept", crate::store::Scope::Search, None, 1).expect("room").expect("a free name");
    let account = format!("/admin/accounts/{}", reader.account.id);
    let number = ticket.number.to_string();
    let state = || {
        let tickets = store.open_tickets(super::NOW).expect("readable");
        (store.accounts().expect("readable"), store.keys().expect("readable"), tickets)
    };
    let before = state();
    for (path, fields) in [
        ("/admin/accounts", vec![("role", "admin")]),
        (account.as_str(), vec![("action", "role"), ("role", "admin")]),
        (account.as_str(), vec![("action", "delete")]),
        (account.as_str(), vec![("action", "disable")]),
        (account.as_str(), vec![("action", "reset")]),
        ("/admin/tickets/revoke", vec![("ticket", number.as_str())]),
        ("/admin/keys", vec![("name", "x"), ("scope", "admin"), ("days", "0")]),
        ("/admin/keys/revoke", vec![("name", "kept")]),
    ] {
        for token in [None, Some("x"), Some(reader.form_token.as_str())] {
            let token: Vec<(&str, &str)> = token.map(|token| ("token", token)).into_iter().collect();
            let answer = send(&site, &admin.cookie, path, &[token, fields.clone()].concat()).await;
            assert_eq!(answer.status.as_u16(), 403, "{path} {fields:?}");
            assert!(answer.body.contains("The form cannot be accepted any more"), "{path}: {}", answer.body);
        }
        assert_eq!(state(), before, "{path} {fields:?}");
    }
}
