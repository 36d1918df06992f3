//! What holds for every request whatever it asks: limits, rates, who asks, metrics, origins.

use super::{Answer, Site, patient, site, site_with, site_with_options};
use crate::serve::{Limits, Options, Proxies, parse_origins};
use axum::body::Body;
use axum::http::Request;

/// A site behind a proxy on this machine.
fn proxied(limits: Limits) -> Site {
    let proxies = Proxies(vec!["127.0.0.1".parse().expect("an address")]);
    site_with_options("/x", limits, Options { proxies, ..Options::default() })
}

#[tokio::test]
async fn searches_have_a_rate_for_each_client_and_nothing_else_has() {
    let limits = Limits { search_rate: 1, search_burst: 3, ..patient() };
    let site = proxied(limits.clone());
    let ask =
        async |path: &str, client: &str| site.get_with(&format!("/x{path}"), &[("x-forwarded-for", client)]).await;
    let told = |answer: &Answer| [answer.header("ratelimit-policy"), answer.header("ratelimit")].map(str::to_owned);
    for left in ["r=2;t=1", "r=1;t=2", "r=0;t=3"] {
        let answer = ask("/api/v1/search?q=cash", "192.0.2.1").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(told(&answer), ["\"search\";q=3;w=3".to_owned(), format!("\"search\";{left}")]);
    }
    for path in ["/api/v1/search?q=cash", "/?q=cash", "/search.csv?q=cash", "/api/v1/suggest?q=ca", "/search.atom?q=a"]
    {
        let answer = ask(path, "192.0.2.1").await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"), "{path}");
        assert!(!answer.header("content-security-policy").is_empty());
        assert_eq!(told(&answer), ["\"search\";q=3;w=3", "\"search\";r=0;t=3"], "{path}");
    }
    assert_eq!(ask("/api/v1/search?q=cash", "192.0.2.1").await.json()["code"], "too_many_requests");
    for path in ["/", "/reports", "/readyz", "/assets/recto.css"] {
        let answer = ask(path, "192.0.2.1").await;
        assert_eq!((answer.status.as_u16(), told(&answer)), (200, [String::new(), String::new()]), "{path}");
    }
    assert_eq!(ask("/api/v1/search?q=cash", "192.0.2.2").await.status.as_u16(), 200);
    // Whoever works on the machine itself is not held back, unless that is wanted.
    let local = site_with("", limits.clone());
    let counted = site_with("", Limits { counts_local: true, ..limits });
    for (site, last) in [(local, 200), (counted, 429)] {
        let mut status = 0;
        for _ in 0..10 {
            status = site.get("/api/v1/search?q=cash").await.status.as_u16();
        }
        assert_eq!(status, last);
    }
}

#[tokio::test]
async fn requests_at_once_are_bounded_for_each_client_behind_a_proxy() {
    let site = proxied(Limits { requests_per_address: 0, ..patient() });
    assert_eq!(site.get_with("/x/", &[("x-forwarded-for", "192.0.2.1")]).await.status.as_u16(), 429);
    let direct = site_with("", Limits { requests_per_address: 0, ..patient() });
    assert_eq!(direct.get("/").await.status.as_u16(), 200);
}

#[tokio::test]
async fn proxies_tell_scheme_host_and_request_id_and_nobody_else_does() {
    let told = [
        ("host", "inside:8080"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "library.example"),
        ("x-request-id", "from-the-proxy"),
    ];
    let path = "/x/opensearch.xml";
    let believed = proxied(patient()).get_with(path, &told).await;
    assert!(believed.body.contains("https://library.example/x/"), "{}", believed.body);
    assert_eq!(believed.header("x-request-id"), "from-the-proxy");
    assert_eq!(believed.header("strict-transport-security"), "max-age=31536000");
    let not_believed = site("/x").get_with(path, &told).await;
    assert!(not_believed.body.contains("http://inside:8080/x/"), "{}", not_believed.body);
    assert_ne!(not_believed.header("x-request-id"), "from-the-proxy");
    assert_eq!(not_believed.header("strict-transport-security"), "");
    for odd in ["a b", "<x>", "", &"a".repeat(65)] {
        let answer = proxied(patient()).get_with("/x/", &[("x-request-id", odd)]).await;
        assert_ne!(answer.header("x-request-id"), odd);
    }
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_are_for_this_machine() {
    let site = proxied(patient());
    let id = site.id;
    for _ in 0..3 {
        site.get("/x/api/v1/search?q=cash").await;
        site.get(&format!("/x/reports/{id}")).await;
    }
    for number in 0..50 {
        site.get(&format!("/x/nonsense/{number}")).await;
        site.send(&format!("M{number}"), "/x/", &[], "").await;
    }
    site.get("/x/api/v1/search?q=deep").await;
    let answer = site.get("/x/metrics").await;
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let value = |line: &str| {
        let found = answer.body.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        found.unwrap_or_else(|| panic!("{line} is not in {}", answer.body)).to_owned()
    };
    for (line, wanted) in [
        ("recto_http_requests_total{route=\"/api/v1/search\",method=\"GET\",status=\"200\"}", "3"),
        ("recto_http_requests_total{route=\"/api/v1/search\",method=\"GET\",status=\"400\"}", "1"),
        ("recto_http_requests_total{route=\"/reports/{id}\",method=\"GET\",status=\"200\"}", "3"),
        ("recto_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"}", "50"),
        ("recto_http_requests_total{route=\"/\",method=\"other\",status=\"405\"}", "50"),
        ("recto_http_request_duration_seconds_count{route=\"/api/v1/search\"}", "4"),
        ("recto_http_requests_in_flight", "1"),
        ("recto_searches_total{kind=\"search\",outcome=\"ok\"}", "3"),
        ("recto_searches_total{kind=\"search\",outcome=\"rejected\"}", "1"),
        ("recto_searches_total{kind=\"within\",outcome=\"ok\"}", "3"),
        ("recto_search_duration_seconds_count{kind=\"search\"}", "4"),
        ("recto_searches_running", "0"),
        ("recto_searches_queued", "0"),
        ("recto_reports", "1"),
        ("recto_pages{status=\"no_text\"}", "1"),
        ("recto_index_generation{generation=\"gen-000001.7\"}", "1"),
        ("recto_index_incomplete", "0"),
        ("recto_ingest_running", "0"),
    ] {
        assert_eq!(value(line), wanted, "{line}");
    }
    for line in ["process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"] {
        assert!(value(line).parse::<f64>().is_ok_and(|number| number > 0.0), "{line}");
    }
    assert!(answer.body.contains("recto_build_info{version="));
    assert!(answer.body.ends_with("# EOF\n"));
    let elsewhere = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(site.get_with("/x/metrics", &elsewhere).await.status.as_u16(), 404);
    let open = site_with_options("", patient(), Options { has_open_metrics: true, ..Options::default() });
    assert_eq!(open.get_with("/metrics", &elsewhere).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_panic_is_one_failed_request_that_is_counted_and_shown() {
    let site = site("");
    let health = async || site.get("/healthz").await.json();
    assert_eq!(health().await["status"], "ok");
    for _ in 0..100 {
        let answer = site.get("/api/v1/search?q=panic").await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (500, "internal".into()));
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
    assert_eq!(site.get("/api/v1/search?q=cash").await.status.as_u16(), 200);
    let metrics = site.get("/metrics").await.body;
    for line in ["recto_searches_panicked_total 100", "recto_searches_running 0", "recto_index_suspect 1"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in {metrics}");
    }
    let health = health().await;
    assert_eq!((&health["status"], &health["index_suspect"]), (&"degraded".into(), &true.into()));
}

#[tokio::test]
async fn a_handler_that_panics_is_one_failed_request() {
    use crate::serve::layers::observe;
    use tower::ServiceExt;
    let site = site("");
    let panicking = axum::routing::get(async || -> &'static str { panic!("on purpose") });
    let layer = axum::middleware::from_fn_with_state(std::sync::Arc::clone(&site.service), observe::contain);
    let app = axum::Router::new().route("/panic", panicking).layer(layer);
    for _ in 0..100 {
        let request = Request::builder().uri("/panic").body(Body::empty()).expect("a good request");
        let answer = app.clone().oneshot(request).await.expect("infallible");
        assert_eq!(answer.status().as_u16(), 500);
    }
    assert_eq!(site.service.metrics.panics.get(), 100);
}

#[tokio::test]
async fn scripts_of_chosen_origins_may_read_and_no_others_may() {
    let cors_origins = parse_origins(&["https://a.example".to_owned()]).expect("an origin");
    let site = site_with_options("", patient(), Options { cors_origins, ..Options::default() });
    for (origin, wanted) in [("https://a.example", "https://a.example"), ("https://b.example", ""), ("null", "")] {
        let answer = site.get_with("/api/v1/search?q=cash", &[("origin", origin)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, wanted));
    }
    let asked = [("origin", "https://a.example"), ("access-control-request-method", "DELETE")];
    let preflight = site.send("OPTIONS", "/api/v1/reports", &asked, "").await;
    assert!(!preflight.header("access-control-allow-methods").contains("DELETE"));
    assert_eq!(site.get("/").await.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn every_answer_has_an_id_a_time_and_the_security_headers() {
    let site = site("");
    let long = format!("/?q={}", "a".repeat(9_000));
    let wide = "a".repeat(17_000);
    for (path, headers, status) in [
        ("/", vec![], 200),
        (long.as_str(), vec![], 414),
        ("/", vec![("x-wide", wide.as_str())], 431),
        ("/", vec![("x-many", "a"); 65], 431),
        ("/", vec![("host", "a"), ("host", "b")], 400),
        ("/nonsense", vec![], 404),
        ("/?q=panic", vec![], 500),
    ] {
        let answer = site.get_with(path, &headers).await;
        assert_eq!(answer.status.as_u16(), status);
        for name in ["x-request-id", "server-timing", "content-security-policy", "x-content-type-options"] {
            assert!(!answer.header(name).is_empty(), "{status} has no {name}");
        }
        for (name, wanted) in [
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), wanted, "{status}");
        }
    }
}

#[cfg(feature = "cluster")]
#[tokio::test]
async fn a_service_that_lacks_a_part_says_which_and_is_alive() {
    use crate::serve::Parts;
    use crate::upkeep::ClusterStatus;
    let down = || Some("10.1.2.3: refused".to_owned());
    let look =
        move || ClusterStatus { database: down(), storage: None, nodes: Vec::new(), documents: None, queue: None };
    let options = Options { parts: Some(std::sync::Arc::new(Parts::new(look))), ..Options::default() };
    let site = site_with_options("/x", patient(), options);
    let answer = site.get("/x/readyz").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (503, "application/json"), "{}", answer.body);
    assert_eq!(answer.json()["status"], "down");
    assert_eq!(answer.json()["troubles"], serde_json::json!(["database: 10.1.2.3: refused"]));
    assert_eq!(site.get("/x/healthz").await.status.as_u16(), 200);
}
