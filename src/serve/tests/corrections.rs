//! Correcting reports: in the API and in the editor's form.

use super::{Answer, Person, Site, log_in, site_guarded};
use crate::store::{Role, Scope, ServiceStore};
use axum::http::StatusCode;
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn ask(site: &Site, key: &str, method: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let path = format!("/api/v1/reports/{}/corrections", site.id);
    let mut all = vec![("authorization", key), ("content-type", "application/json")];
    all.extend(headers);
    site.send(method, &path, &all, body).await
}

/// Waits until catalogue and index follow.
async fn followed(site: &Site, store: &ServiceStore) {
    let begun = Instant::now();
    while store.is_marked(site.id).expect("readable") {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody follows");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn key(store: &ServiceStore) -> String {
    format!("Bearer {}", store.create_key("editors", Scope::Admin, None, 1_000).expect("room").expect("a free name"))
}

#[tokio::test]
async fn a_correction_is_shown_at_once_everywhere_a_moment_later_and_can_be_taken_back() {
    let (site, store) = site_guarded(true);
    let key = key(&store);
    let before = ask(&site, &key, "GET", &[], "").await;
    let body = before.json();
    assert_eq!((&body["version"], before.header("etag"), &body["correction"]), (&json!(0), "\"0\"", &json!({})));
    let detected = body["detected"]["about"]["title"].as_str().expect("a title").to_owned();
    let page_before = site.get(&format!("/reports/{}", site.id)).await;
    let tag = page_before.header("etag").to_owned();
    let correction = json!({
        "title": "Boreholes <of> the north", "authors": ["Ada Okafor"], "date": "1987", "language": "fr",
        "publisher": "Water Board", "abstract": "", "tags": ["Drinking water"],
        "hidden_recommendations": [body["detected"]["recommendations"][0]["text"]],
        "added_recommendations": [{"text": "Dig.", "page": 2}],
    });
    let answer = ask(&site, &key, "PUT", &[("if-match", "\"0\"")], &correction.to_string()).await;
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"1\""), "{}", answer.body);
    let said = answer.json();
    // But for marks in it that only turn the direction of what follows.
    let correction: Value = serde_json::from_str(&correction.to_string().replace('\u{202e}', "")).expect("JSON");
    assert_eq!((&said["correction"], &said["history"][0]["editor"]), (&correction, &json!("key editors")));
    assert_eq!((&said["detected"]["about"]["title"], &said["sidecar"]), (&json!(detected), &Value::Null));
    // At once, whatever the browser has kept.
    let page = site.get_with(&format!("/reports/{}", site.id), &[("if-none-match", &tag)]).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in ["Boreholes &#60;of&#62; the north", "Ada Okafor", "Water Board", "?tag=Drinking+water", "Dig."] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(!page.body.contains("id=\"abstract\"") && !page.body.contains("/edit\""), "{}", page.body);
    let report = site.get(&format!("/api/v1/reports/{}", site.id)).await.json();
    assert_eq!((&report["title"], &report["tags"]), (&json!("Boreholes <of> the north"), &json!(["Drinking water"])));
    assert_eq!(report["recommendations"], json!([{"text": "Dig.", "page": 2}]));
    assert_eq!((&report["abstract"], &report["about"]["title_source"]), (&Value::Null, &json!("correction")));
    followed(&site, &store).await;
    let row = site.service.library().catalogue().report(site.id).expect("readable").expect("there");
    assert_eq!(
        (row.title.as_str(), row.date.as_deref(), row.tags().len()),
        ("Boreholes <of> the north", Some("1987"), 1)
    );
    // Who has not seen it is told what it was.
    for (method, body) in [("PUT", r#"{"title":"Mine"}"#), ("DELETE", "")] {
        let answer = ask(&site, &key, method, &[("if-match", "\"0\"")], body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (412, &json!("outdated")), "{}", answer.body);
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.starts_with("key editors changed title, authors, date"), "{detail}");
    }
    assert_eq!(ask(&site, &key, "PUT", &[("if-match", "x")], "{}").await.status.as_u16(), 412);
    let answer = ask(&site, &key, "DELETE", &[("if-match", "\"1\"")], "").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
    let after = ask(&site, &key, "GET", &[], "").await.json();
    assert_eq!((&after["version"], &after["effective"]["about"]), (&json!(2), &body["effective"]["about"]));
    assert_eq!(after["history"][1]["correction"], correction, "to go back to");
    followed(&site, &store).await;
    let row = site.service.library().catalogue().report(site.id).expect("readable").expect("there");
    assert_eq!((row.title, row.correction), (detected, None));
    assert_eq!(ask(&site, &key, "DELETE", &[], "").await.status, StatusCode::NO_CONTENT, "nothing to take back");
    assert_eq!(store.edit(site.id).expect("readable").map(|edit| edit.version), Some(2));
}

#[tokio::test]
async fn what_cannot_be_accepted_is_named_by_its_field() {
    let (site, store) = site_guarded(true);
    let key = key(&store);
    let answer = ask(&site, &key, "PUT", &[], r#"{"titel":"x","date":"May","title":"","tags":["a"]}"#).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    let errors = answer.json()["errors"].as_array().expect("errors").clone();
    let mut names: Vec<&str> = errors.iter().map(|error| error["parameter"].as_str().expect("a name")).collect();
    names.sort_unstable();
    assert_eq!(names, ["date", "titel", "title"], "{}", answer.body);
    assert!(answer.body.contains("did you mean `title`?"), "{}", answer.body);
    assert_eq!(store.edit(site.id).expect("readable"), None, "all of it or nothing");
    assert_eq!(ask(&site, &key, "PUT", &[], "[]").await.status, StatusCode::BAD_REQUEST);
    let other = format!("/api/v1/reports/{}/corrections", "0".repeat(32));
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(site.send(method, &other, &headers, "{}").await.status, StatusCode::NOT_FOUND, "{method}");
    }
}

/// The fields of a form as a browser would send them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let form = page.split("<form action=").find(|form| form.contains("name=\"version\"")).expect("the editor's form");
    let form = form.split("</form>").next().expect("its end");
    let unescaped = |text: &str| {
        let mut text = text.to_owned();
        for (escaped, character) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
            text = text.replace(escaped, character);
        }
        text
    };
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| unescaped(value))
    };
    let mut fields = Vec::new();
    for tag in form.split('<').filter(|tag| tag.starts_with("input ") || tag.starts_with("textarea ")) {
        let (head, text) = tag.split_once('>').expect("its end");
        let name = attribute(head, "name").expect("a name");
        if head.contains("type=\"checkbox\"") && !head.contains(" checked") {
            continue;
        }
        let value = attribute(head, "value").unwrap_or_else(|| unescaped(text.strip_prefix('\n').unwrap_or(text)));
        fields.push((name, value.replace('\n', "\r\n")));
    }
    fields
}

struct Desk<'s> {
    site: &'s Site,
    person: Person,
}

impl Desk<'_> {
    fn path(&self) -> String {
        format!("/reports/{}/edit", self.site.id)
    }

    async fn open(&self) -> String {
        let answer = self.site.get_with(&self.path(), &[("cookie", &self.person.cookie)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    async fn send(&self, fields: &[(String, String)]) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("cookie", &*self.person.cookie), ("content-type", "application/x-www-form-urlencoded")];
        self.site.send("POST", &self.path(), &headers, &body).await
    }
}

fn set(fields: &mut [(String, String)], name: &str, value: &str) {
    let field = fields.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
    value.clone_into(&mut field.1);
}

#[tokio::test]
async fn an_editor_corrects_in_a_form() {
    let (site, store) = site_guarded(true);
    let desk = Desk { site: &site, person: log_in(&store, Role::Editor) };
    let landing = site.get_with(&format!("/reports/{}", site.id), &[("cookie", &desk.person.cookie)]).await;
    assert!(landing.body.contains(&format!("href=\"{}\"", desk.path())), "{}", landing.body);
    let untouched = fields_of(&desk.open().await);
    let edit = || store.edit(site.id).expect("readable").map(|edit| edit.correction).unwrap_or_default();
    // Sent as it was shown, it says nothing, however odd the texts are.
    let answer = desk.send(&untouched).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, &*format!("/reports/{}", site.id)));
    assert!(edit().is_empty(), "{:?}", edit());

    let mut fields = untouched.clone();
    let version = store.edit(site.id).expect("readable").map_or(0, |edit| edit.version);
    set(&mut fields, "version", &version.to_string());
    set(&mut fields, "title", "Boreholes");
    set(&mut fields, "tags", "water, north,, ");
    set(&mut fields, "added_recommendations", "p. 2: Dig.\r\n\r\nPump.");
    fields.retain(|(name, _)| name != "show_recommendation");
    assert_eq!(desk.send(&fields).await.status.as_u16(), 303);
    let said = edit();
    assert_eq!(
        said.differences(&Default::default()),
        ["title", "tags", "hidden_recommendations", "added_recommendations"]
    );
    assert_eq!(
        (said.title.as_deref(), said.tags()),
        (Some("Boreholes"), &["water".to_owned(), "north".to_owned()][..])
    );
    let page = desk.open().await;
    assert!(page.contains("Use what was detected") && page.contains("p. 2: Dig."), "{page}");
    assert_eq!(fields_of(&page).iter().filter(|(name, _)| name == "show_recommendation").count(), 0);

    // What is wrong is shown at its field, with what was typed.
    let mut wrong = fields_of(&page);
    set(&mut wrong, "date", "last <May>");
    let answer = desk.send(&wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("id=\"error-date\"") && answer.body.contains("last &#60;May&#62;"), "{}", answer.body);
    assert_eq!(edit(), said);

    // Somebody else was faster: told, and not overwritten until sent once more.
    let mut late = fields_of(&page);
    set(&mut late, "version", "0");
    set(&mut late, "title", "Late");
    let answer = desk.send(&late).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("While you were writing, editor changed title"), "{}", answer.body);
    assert_eq!(edit(), said);
    let again = fields_of(&answer.body);
    assert!(again.contains(&("title".to_owned(), "Late".to_owned())), "{again:?}");
    assert_eq!(desk.send(&again).await.status.as_u16(), 303);
    assert_eq!(edit().title.as_deref(), Some("Late"));

    // Back to what was detected, field by field, and to an earlier version.
    let mut fields = fields_of(&desk.open().await);
    fields.extend(["title", "tags"].map(|field| ("unsaid".to_owned(), field.to_owned())));
    assert_eq!(desk.send(&fields).await.status.as_u16(), 303);
    assert_eq!(edit().differences(&Default::default()), ["hidden_recommendations", "added_recommendations"]);
    let version = store.edit(site.id).expect("readable").expect("there").version.to_string();
    let earlier = store.edits(site.id).expect("readable").into_iter().find(|edit| edit.correction == said);
    let restore = earlier.expect("kept").version.to_string();
    let token = desk.person.form_token.clone();
    let fields = [("token", token), ("version", version), ("restore", restore)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(desk.send(&fields).await.status.as_u16(), 303);
    assert_eq!(edit(), said);
    let mut nonsense = untouched;
    nonsense.push(("nonsense".to_owned(), String::new()));
    assert_eq!(desk.send(&nonsense).await.status.as_u16(), 422);
}

#[tokio::test]
async fn what_two_editors_did_apart_comes_together_and_where_both_wrote_both_stand() {
    let (site, store) = site_guarded(true);
    let desk = Desk { site: &site, person: log_in(&store, Role::Editor) };
    let key = key(&store);
    let mut fields = fields_of(&desk.open().await);
    let hidden = fields.iter().position(|(name, _)| name == "show_recommendation").expect("one to hide");
    let theirs = json!({"title": "Theirs", "tags": ["theirs"], "date": "1987"}).to_string();
    assert_eq!(ask(&site, &key, "PUT", &[("if-match", "\"0\"")], &theirs).await.status, StatusCode::OK);
    set(&mut fields, "title", "Mine");
    set(&mut fields, "publisher", "Mine, too");
    fields.remove(hidden);
    let answer = desk.send(&fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert!(answer.body.contains("key editors changed title, date, tags."), "{}", answer.body);
    assert!(answer.body.contains("On the report’s page now: <span dir=\"auto\">Theirs</span>"), "{}", answer.body);
    assert_eq!(answer.body.matches("On the report’s page now").count(), 1, "{}", answer.body);
    assert_eq!(desk.send(&fields_of(&answer.body)).await.status.as_u16(), 303);
    let said = store.edit(site.id).expect("readable").expect("there").correction;
    let said = serde_json::to_value(said).expect("JSON");
    assert_eq!(said["hidden_recommendations"].as_array().map(Vec::len), Some(1), "{said}");
    let of = |field: &str| said[field].clone();
    assert_eq!(
        [of("title"), of("tags"), of("date"), of("publisher")],
        ["Mine".into(), json!(["theirs"]), "1987".into(), "Mine, too".into()]
    );
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let (site, store) = site_guarded(true);
    let desk = Desk { site: &site, person: log_in(&store, Role::Editor) };
    let mut fields = fields_of(&desk.open().await);
    set(&mut fields, "title", "Typed <slowly>");
    let nobody = Desk { site: &site, person: Person { cookie: String::new(), ..log_in(&store, Role::Editor) } };
    let answer = nobody.send(&fields).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("Log in in another window"), "{}", answer.body);
    assert!(!answer.body.contains("Detected:") && !answer.body.contains("type=\"checkbox\""), "{}", answer.body);
    let later = Desk { site: &site, person: log_in(&store, Role::Editor) };
    let answer = later.send(&fields_of(&answer.body)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "it has no token of this session");
    assert!(answer.body.contains("made for another session"), "{}", answer.body);
    assert_eq!(store.edit(site.id).expect("readable"), None);
    assert_eq!(later.send(&fields_of(&answer.body)).await.status.as_u16(), 303);
    let said = store.edit(site.id).expect("readable").expect("there").correction;
    assert_eq!((said.title.as_deref(), said.differences(&Default::default())), (Some("Typed <slowly>"), vec!["title"]));
    // Who may not correct is refused, whatever was typed.
    let reader = Desk { site: &site, person: log_in(&store, Role::Reader) };
    let answer = reader.send(&fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.body.contains("slowly"), "{}", answer.body);
}

#[tokio::test]
async fn a_related_report_is_hidden_and_can_be_shown_again() {
    let (site, store) = site_guarded(true);
    let desk = Desk { site: &site, person: log_in(&store, Role::Admin) };
    let mut fields = fields_of(&desk.open().await);
    let offered: Vec<String> =
        fields.iter().filter(|(name, _)| name == "related").map(|(_, value)| value.clone()).collect();
    assert!(!offered.is_empty(), "{fields:?}");
    fields.retain(|(name, _)| name != "show_related");
    assert_eq!(desk.send(&fields).await.status.as_u16(), 303);
    for path in [format!("/reports/{}", site.id), format!("/api/v1/reports/{}/related", site.id)] {
        let shown = site.get(&path).await.body;
        assert!(!offered.iter().any(|other| shown.contains(other)), "hidden at once: {shown}");
    }
    let hidden = store.edit(site.id).expect("readable").and_then(|edit| edit.correction.hidden_related);
    let hidden: Vec<String> = hidden.expect("hidden").iter().map(ToString::to_string).collect();
    assert_eq!(hidden.len(), offered.len());
    let mut fields = fields_of(&desk.open().await);
    fields.retain(|(name, _)| name != "show_related");
    // Those that only the searcher of this site knows are not offered once they are hidden.
    for name in ["related", "show_related"] {
        fields.extend(offered.iter().map(|id| (name.to_owned(), id.clone())));
    }
    assert_eq!(desk.send(&fields).await.status.as_u16(), 303);
    assert!(store.edit(site.id).expect("readable").expect("there").correction.is_empty());
}
