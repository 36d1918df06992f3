//! Registering, logging in and out, and looking after one's account, as a browser does it without scripts.

use super::{Answer, NOW, Site, patient, site_guarded_with};
use crate::serve::accounts::passwords::HASHES_AT_ONCE;
use crate::serve::cookies::form_token;
use crate::serve::net::client::Peer;
use crate::serve::options::Registration;
use crate::serve::{Limits, Options};
use crate::store::{Role, SESSION_IDLE, SESSION_LONGEST, ServiceStore, hash_password};
use axum::body::Body;
use axum::http::Request;
use form_urlencoded::Serializer;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Mutex};

const PASSWORD: &str = "correct horse battery";

/// Hashing takes a while; once is enough for most tests.
static HASH: LazyLock<String> = LazyLock::new(|| hash_password(PASSWORD).expect("memory"));

/// A browser: it keeps cookies, and finds the token in the page before it posts.
struct Browser<'s> {
    site: &'s Site,
    cookies: BTreeMap<String, String>,
    token: String,
}

impl<'s> Browser<'s> {
    fn new(site: &'s Site) -> Browser<'s> {
        Browser { site, cookies: BTreeMap::new(), token: String::new() }
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("plain");
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().expect("a value");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some((_, rest)) = answer.body.rsplit_once("name=\"token\" value=\"") {
            self.token = rest.split('"').next().expect("a value").to_owned();
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        let answer = self.site.get_with(path, &[("cookie", &self.cookie()), ("accept", "text/html")]).await;
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = ("token", self.token.clone());
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).chain([token]);
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let answer = self.site.send("POST", path, &[("cookie", &self.cookie()), form], &body).await;
        self.keep(&answer);
        answer
    }

    async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/login").await;
        self.post("/login", &[("name", name), ("password", password)]).await
    }

    async fn is_in(&self) -> bool {
        self.site.get_with("/account", &[("cookie", &self.cookie())]).await.status.as_u16() == 200
    }
}

fn unbounded() -> Limits {
    Limits { logins_per_account: 0, logins_per_address: 0, ..patient() }
}

fn site_where(registration: Registration) -> (Site, Arc<ServiceStore>) {
    site_guarded_with(unbounded(), Options { registration, ..Options::default() })
}

fn account(store: &ServiceStore, name: &str, role: Role) -> i64 {
    store.create_account(name, role, Some(&HASH), NOW).expect("room").expect("a free name").id
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.header("location").to_owned())
}

#[tokio::test]
async fn from_registration_to_the_end_of_the_account() {
    let (site, store) = site_where(Registration::Open);
    let mut browser = Browser::new(&site);
    let page = browser.get("/register?next=%2Freports").await;
    assert!(page.body.contains("At least 12 characters") && page.body.contains("3 to 32 characters"), "{}", page.body);
    let typed = [("name", "Ada <b>"), ("password", "short"), ("repeat", "other"), ("next", "/reports")];
    let again = browser.post("/register", &typed).await;
    assert_eq!(again.status.as_u16(), 422);
    for wanted in [
        "value=\"Ada &#60;b&#62;\"",
        "A name is made of letters and digits",
        "A password has at least 12 characters.",
        "This is not the same password.",
        "value=\"/reports\"",
        "aria-invalid=\"true\" aria-describedby=\"name-fault name-hint\"",
    ] {
        assert!(again.body.contains(wanted), "{wanted} is not in {}", again.body);
    }
    assert!(!again.body.contains("short") && !again.body.contains("\"other\""), "no password is sent back");
    let typed = [("name", "Ada"), ("password", PASSWORD), ("repeat", PASSWORD), ("next", "/reports")];
    let answer = browser.post("/register", &typed).await;
    assert_eq!(told(&answer), (303, "/reports".to_owned()), "{}", answer.body);
    assert!(!browser.cookies.contains_key("recto-form"), "the visitor's cookie has done its work");
    let page = browser.get("/account").await;
    assert!(page.body.contains("<h1 dir=\"auto\">Ada</h1>") && page.body.contains("you may comment"), "{}", page.body);
    assert!(page.body.contains("Since 14 November 2023."), "{}", page.body);
    assert_eq!(told(&browser.post("/logout", &[]).await), (303, "/".to_owned()));
    assert!(!browser.is_in().await);
    let page = browser.get("/account").await;
    assert_eq!(told(&page), (303, "/login?next=%2Faccount".to_owned()));
    browser.get("/login?next=%2Faccount").await;
    let wrong =
        browser.post("/login", &[("name", "Ada"), ("password", "wrong horse battery"), ("next", "/account")]).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(
        wrong.body.contains("Name or password is not right.") && wrong.body.contains("value=\"Ada\""),
        "{}",
        wrong.body
    );
    let right = browser.post("/login", &[("name", "ada"), ("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!(told(&right), (303, "/account".to_owned()));
    browser.get("/account").await;
    let before = browser.cookie();
    let fresh = [("current", "wrong"), ("password", "another good one"), ("repeat", "another good one")];
    let wrong = browser.post("/account/password", &fresh).await;
    assert!(wrong.status.as_u16() == 422 && wrong.body.contains("This is not your password."), "{}", wrong.body);
    let fresh = [("current", PASSWORD), ("password", "another good one"), ("repeat", "another good one")];
    let answer = browser.post("/account/password", &fresh).await;
    assert_eq!(told(&answer), (303, "/account?done=password".to_owned()));
    assert!(browser.get("/account?done=password").await.body.contains("The password was set."));
    assert_eq!(
        site.get_with("/account", &[("cookie", &before)]).await.status.as_u16(),
        401,
        "the session before is over"
    );
    assert!(Browser::new(&site).log_in("Ada", PASSWORD).await.status.as_u16() == 422, "the password before is none");
    let wrong = browser.post("/account/delete", &[("current", "wrong")]).await;
    assert!(wrong.status.as_u16() == 422 && wrong.body.contains("This is not your password."), "{}", wrong.body);
    assert_eq!(told(&browser.post("/account/delete", &[("current", "another good one")]).await), (303, "/".to_owned()));
    assert!(!browser.is_in().await && store.accounts().expect("readable").is_empty());
}

#[tokio::test]
async fn a_session_is_never_one_that_was_sent_and_ends_everywhere_when_told_to() {
    let (site, store) = site_where(Registration::Closed);
    let id = account(&store, "Ada", Role::Reader);
    let mut browser = Browser::new(&site);
    browser.cookies.insert("recto".to_owned(), "5e".repeat(32));
    browser.get("/login").await;
    assert_eq!(told(&browser.log_in("Ada", PASSWORD).await).0, 303);
    let first = browser.cookies["recto"].clone();
    assert_ne!(first, "5e".repeat(32), "fixed beforehand");
    // Logged in again without logging out, as from a page left open: the session before is over.
    browser.get("/account").await;
    browser.post("/login", &[("name", "Ada"), ("password", PASSWORD)]).await;
    assert!(browser.cookies["recto"] != first && browser.is_in().await);
    assert_eq!(store.session_account(&first, NOW).expect("readable"), None);
    let mut elsewhere = Browser::new(&site);
    elsewhere.log_in("Ada", PASSWORD).await;
    browser.get("/account").await;
    assert_eq!(told(&browser.post("/account/sessions", &[]).await), (303, "/account?done=sessions".to_owned()));
    assert!(browser.is_in().await && !elsewhere.is_in().await);
    // By the clock: half an hour without use, twelve hours with.
    for minutes in 1..=SESSION_LONGEST / 60 / 20 {
        assert!(browser.is_in().await, "after {} minutes", (minutes - 1) * 20);
        site.clock.fetch_add(20 * 60, Ordering::Relaxed);
    }
    assert!(!browser.is_in().await, "after twelve hours");
    browser.log_in("Ada", PASSWORD).await;
    assert!(browser.is_in().await);
    site.clock.fetch_add(SESSION_IDLE, Ordering::Relaxed);
    assert!(!browser.is_in().await, "after half an hour");
    browser.log_in("Ada", PASSWORD).await;
    store.set_disabled(id, true, NOW).expect("room");
    assert!(!browser.is_in().await, "locked out at once");
    let answer = browser.log_in("Ada", PASSWORD).await;
    assert!(answer.status.as_u16() == 422 && answer.body.contains("Name or password is not right."), "{}", answer.body);
}

#[tokio::test]
async fn nothing_tells_which_accounts_there_are() {
    let (site, store) = site_where(Registration::Open);
    account(&store, "Ada", Role::Reader);
    let disabled = account(&store, "Grace", Role::Reader);
    store.set_disabled(disabled, true, NOW).expect("room");
    store.create_account("Linus", Role::Reader, None, NOW).expect("room");
    let hashed = || site.service.passwords.hashed();
    let mut pages = Vec::new();
    for name in ["Ada", "Grace", "Linus", "nobody", "", &"x".repeat(10_000), "' OR 1=1 --"] {
        let mut browser = Browser::new(&site);
        let before = hashed();
        let answer = browser.log_in(name, "wrong horse battery").await;
        assert_eq!(hashed() - before, 1, "{name}: as much work for all");
        let form = browser.token;
        pages.push((
            answer.status,
            answer
                .body
                .replace(&form, "")
                .replace(&format!("name=\"name\" value=\"{}\"", name.replace('\'', "&#39;")), ""),
        ));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    let mut pages = Vec::new();
    for name in ["Ada", "ADA", "admin", "root"] {
        let mut browser = Browser::new(&site);
        browser.get("/register").await;
        let before = hashed();
        let answer = browser.post("/register", &[("name", name), ("password", PASSWORD), ("repeat", PASSWORD)]).await;
        assert_eq!(hashed() - before, 1, "{name}: as much work for all");
        pages.push((answer.status, answer.body.replace(&browser.token, "").replace(&format!("value=\"{name}\""), "")));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    assert!(pages[0].1.contains("This name cannot be had; choose another one."));
}

#[tokio::test]
async fn who_may_register_is_for_the_operator_to_say() {
    let (site, store) = site_where(Registration::Invitation);
    let mut browser = Browser::new(&site);
    assert!(browser.get("/register").await.body.contains("Accounts are by invitation"));
    assert!(browser.get("/login").await.body.contains("Accounts are by invitation"));
    let typed = [("name", "Ada"), ("password", PASSWORD), ("repeat", PASSWORD)];
    assert_eq!(browser.post("/register", &typed).await.status.as_u16(), 422);
    let token = store.create_invitation(Role::Editor, None, NOW).expect("room").token;
    assert!(browser.get(&format!("/register?invitation={token}")).await.body.contains(&token));
    let typed = [&typed[..], &[("invitation", token.as_str())]].concat();
    assert_eq!(told(&browser.post("/register", &typed).await), (303, "/".to_owned()));
    assert!(browser.get("/account").await.body.contains("Editor"));
    let mut other = Browser::new(&site);
    assert!(other.get(&format!("/register?invitation={token}")).await.body.contains("was used"));
    other.get("/login").await;
    assert_eq!(other.post("/register", &typed).await.status.as_u16(), 422, "used");
    let (closed, store) = site_where(Registration::Closed);
    let token = store.create_invitation(Role::Editor, None, NOW).expect("room").token;
    let mut browser = Browser::new(&closed);
    browser.get("/login").await;
    let typed = [("name", "Ada"), ("password", PASSWORD), ("repeat", PASSWORD), ("invitation", token.as_str())];
    let answer = browser.post("/register", &typed).await;
    assert!(answer.status.as_u16() == 422 && answer.body.contains("made by whoever runs"), "{}", answer.body);
    assert!(store.accounts().expect("readable").is_empty());
}

#[tokio::test]
async fn a_link_sets_a_password_once() {
    let (site, store) = site_where(Registration::Closed);
    let id = store.create_account("Ada", Role::Admin, None, NOW).expect("room").expect("free").id;
    let ticket = store.create_reset(id, None, NOW).expect("room").token;
    let mut browser = Browser::new(&site);
    let page = browser.get(&format!("/reset?ticket={ticket}")).await;
    assert!(page.body.contains("For the account of Ada."), "{}", page.body);
    let short = browser.post("/reset", &[("ticket", &ticket), ("password", "short"), ("repeat", "short")]).await;
    assert!(short.status.as_u16() == 422 && short.body.contains("at least 12 characters"), "{}", short.body);
    let good = [("ticket", ticket.as_str()), ("password", PASSWORD), ("repeat", PASSWORD)];
    assert_eq!(told(&browser.post("/reset", &good).await), (303, "/account?done=password".to_owned()));
    assert!(browser.is_in().await);
    let mut other = Browser::new(&site);
    assert!(other.get(&format!("/reset?ticket={ticket}")).await.body.contains("This link was used"));
    other.get("/login").await;
    assert_eq!(other.post("/reset", &good).await.status.as_u16(), 422);
    assert_eq!(told(&other.log_in("Ada", PASSWORD).await).0, 303);
    browser.get("/account").await;
    let last = browser.post("/account/delete", &[("current", PASSWORD)]).await;
    assert!(last.status.as_u16() == 422 && last.body.contains("the only administrator"), "{}", last.body);
}

#[tokio::test]
async fn passwords_are_tried_so_often_and_no_more() {
    let limits = Limits { logins_per_account: 5, logins_per_address: 8, ..patient() };
    let options = Options { registration: Registration::Open, ..Options::default() };
    let (site, store) = site_guarded_with(limits, options);
    account(&store, "Ada", Role::Reader);
    let mut browser = Browser::new(&site);
    browser.get("/login").await;
    let mut statuses = Vec::new();
    for number in 0..7 {
        statuses.push(
            browser.post("/login", &[("name", "Ada"), ("password", &format!("wrong {number}"))]).await.status.as_u16(),
        );
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
    let right = browser.post("/login", &[("name", "ada"), ("password", PASSWORD)]).await;
    assert!(right.body.contains("Too many attempts; wait a minute") && !right.header("retry-after").is_empty());
    assert_eq!(
        browser.post("/login", &[("name", "Grace"), ("password", "x")]).await.status.as_u16(),
        429,
        "the address"
    );
    let before = site.service.passwords.hashed();
    browser.post("/login", &[("name", "Grace"), ("password", "x")]).await;
    assert_eq!(site.service.passwords.hashed(), before, "what is refused costs nothing");
    browser.get("/register").await;
    let typed = [("name", "Eve"), ("password", PASSWORD), ("repeat", PASSWORD)];
    assert_eq!(browser.post("/register", &typed).await.status.as_u16(), 303, "counted by itself");
}

#[tokio::test]
async fn two_hundred_logins_at_once_share_a_few_places() {
    let (site, store) = site_where(Registration::Closed);
    account(&store, "Ada", Role::Reader);
    let mut browser = Browser::new(&site);
    browser.get("/login").await;
    let body = format!("name=Ada&password=correct+horse+battery&token={}", browser.token);
    let cookie = browser.cookie();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [("cookie", cookie.as_str()), form];
    let logins = (0..200).map(|_| site.send("POST", "/login", &headers, &body));
    let all = futures_util::future::join_all(logins).await;
    assert!(all.iter().all(|answer| answer.status.as_u16() == 303));
    let passwords = &site.service.passwords;
    assert_eq!(passwords.hashed(), 200);
    assert!(passwords.most_at_once() <= HASHES_AT_ONCE, "{}", passwords.most_at_once());
}

#[tokio::test]
async fn forms_come_from_our_own_pages_for_this_very_visitor() {
    let (site, store) = site_where(Registration::Open);
    account(&store, "Ada", Role::Reader);
    let secret = "ab".repeat(32);
    let (cookie, token) = (format!("recto-form={secret}"), form_token(&secret));
    let right = format!("name=Ada&password=correct+horse+battery&token={token}");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let host = ("host", "localhost");
    let cookie = ("cookie", cookie.as_str());
    for (headers, body, wanted) in [
        (vec![host, cookie, form], right.as_str(), 303),
        (vec![host, cookie, form, ("sec-fetch-site", "same-origin")], &right, 303),
        (vec![host, cookie, form, ("origin", "http://localhost")], &right, 303),
        (vec![host, cookie, form, ("sec-fetch-site", "cross-site")], &right, 403),
        (vec![host, cookie, form, ("sec-fetch-site", "same-site")], &right, 403),
        (vec![host, cookie, form, ("origin", "https://evil.example")], &right, 403),
        (vec![host, cookie, form, ("origin", "http://localhost:8080")], &right, 403),
        (vec![host, cookie, form, ("origin", "null")], &right, 403),
        (vec![host, form], &right, 403),
        (vec![host, cookie, form], "name=Ada&password=correct+horse+battery", 403),
        (vec![host, cookie, form], "name=Ada&password=correct+horse+battery&token=x", 403),
        (vec![host, cookie, ("content-type", "text/plain")], &right, 415),
        (vec![host, cookie, ("content-type", "multipart/form-data; boundary=x")], &right, 415),
        (vec![host, cookie], &right, 415),
        (vec![host, cookie, form], "name=Ada&nonsense=1&token=TOKEN", 422),
    ] {
        let body = body.replace("TOKEN", &token);
        for path in ["/login", "/register", "/reset"] {
            let answer = site.send("POST", path, &headers, &body).await;
            // The others refuse these fields, once they have let the form in.
            let wanted = if wanted == 303 && path != "/login" { 422 } else { wanted };
            assert_eq!(answer.status.as_u16(), wanted, "{path} {headers:?} {body}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn asking_changes_nothing() {
    let (site, store) = site_where(Registration::Open);
    account(&store, "Ada", Role::Admin);
    let mut browser = Browser::new(&site);
    browser.log_in("Ada", PASSWORD).await;
    let ticket = store.create_invitation(Role::Reader, None, NOW).expect("room").token;
    let kept = || {
        let mut files = Vec::new();
        for name in ["service.sqlite", "service.sqlite-wal", "catalogue.sqlite", "catalogue.sqlite-wal"] {
            files.push(std::fs::read(site.folder.path().join("index").join(name)).unwrap_or_default());
        }
        files
    };
    let before = kept();
    for route in crate::serve::routes::table().iter().filter(|route| route.method == "GET") {
        let path = route.path.replace("{id}", &site.id.to_string()).replace("{page}", "1").replace("{job}", "1");
        for _ in 0..2 {
            browser.get(&path).await;
            Browser::new(&site).get(&path).await;
        }
    }
    for _ in 0..2 {
        browser.get(&format!("/register?invitation={ticket}")).await;
        browser.get(&format!("/reset?ticket={ticket}")).await;
        browser.get("/account?done=password").await;
    }
    assert!(kept() == before, "a database was written to");
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn passwords_come_encrypted_or_from_this_machine() {
    let ask = async |options: Options, address: [u8; 4], headers: &[(&str, &str)]| {
        let (site, store) = site_guarded_with(unbounded(), options);
        account(&store, "Ada", Role::Reader);
        let mut request = Request::builder().uri("/login").header("host", "library.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a good request");
        request.extensions_mut().insert(Peer { address: IpAddr::from(address), is_encrypted: false });
        let answer = site.ask(request).await;
        (answer.status.as_u16(), answer.header("set-cookie").split('=').next().unwrap_or_default().to_owned())
    };
    let proxied = || {
        let proxies = crate::serve::Proxies(vec!["10.0.0.0/8".parse().expect("a network")]);
        Options { proxies, ..Options::default() }
    };
    let https = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")];
    let http = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "http")];
    for (options, address, headers, wanted) in [
        (Options::default(), [127, 0, 0, 1], &[][..], (200, "recto-form")),
        (Options::default(), [192, 0, 2, 1], &[], (403, "")),
        (Options::default(), [127, 0, 0, 1], &https, (403, "")),
        (Options::default(), [192, 0, 2, 1], &https, (403, "")),
        (proxied(), [10, 0, 0, 1], &https, (200, "__Host-recto-form")),
        (proxied(), [10, 0, 0, 1], &http, (403, "")),
        (Options { takes_plain_http: true, ..Options::default() }, [192, 0, 2, 1], &[], (200, "recto-form")),
    ] {
        let (status, cookie) = ask(options, address, headers).await;
        assert_eq!((status, cookie.as_str()), wanted, "{address:?} {headers:?}");
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic")).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_kept_or_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    // While there is one subscriber alone, what another test's thread meets first is taken to interest nobody.
    let _other = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    let logged = tracing::subscriber::set_default(subscriber);
    let (site, store) = site_where(Registration::Open);
    let mut browser = Browser::new(&site);
    browser.get("/register").await;
    let form = browser.token.clone();
    browser.post("/register", &[("name", "Ada"), ("password", PASSWORD), ("repeat", PASSWORD)]).await;
    let session = browser.cookies["recto"].clone();
    browser.get("/account").await;
    browser.post("/login", &[("name", "my-secret-typed-as-name"), ("password", PASSWORD)]).await;
    browser.get(&format!("/?q=x&token={}", browser.token)).await;
    drop(logged);
    drop(store);
    let log = log.text();
    assert!(log.contains("somebody logged in") && log.contains("somebody could not log in"), "{log}");
    let secrets = [PASSWORD, &session, &form_token(&session), &form, "my-secret-typed-as-name"];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
    for entry in std::fs::read_dir(site.folder.path().join("index")).expect("listed") {
        let path = entry.expect("listed").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", path.display());
        }
    }
}
