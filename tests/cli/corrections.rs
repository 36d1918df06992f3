//! What persons say about reports, beside the PDF or as editors: it wins, is found, and outlives whatever happens.

use crate::cli::sandbox::{Sandbox, check};
use crate::cli::server::{PATIENCE, Server};
use crate::cli::upkeep::{code, with_library};
use recto::store::{Library, SidecarChange};
use std::fs;
use std::time::{Duration, Instant, SystemTime};

/// Titles of what a search finds, by title.
fn titles(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let mut command = sandbox.command("search --sort title --limit 100 --format ndjson");
    let output = command.arg(query).output().expect("the program starts");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let title = |line: &str| {
        let hit: serde_json::Value = serde_json::from_str(line).expect("JSON");
        hit["title"].as_str().expect("a title").to_owned()
    };
    lines.lines().map(title).collect()
}

/// Whether the report is found by everything that was said about it.
fn is_corrected(sandbox: &Sandbox) -> bool {
    let queries =
        ["title:boreholes", "author:Okafor", "tag:\"drinking water\"", "year:1987", "drinking water boreholes okafor"];
    let found: Vec<Vec<String>> = queries.iter().map(|query| titles(sandbox, query)).collect();
    let is_found = found.iter().all(|titles| *titles == ["Boreholes of the north"]);
    assert!(is_found || found.iter().all(Vec::is_empty), "{found:?}");
    is_found
}

const SIDECAR: &str = "title = \"Boreholes of the north\"\nauthors = [\"Ada Okafor\"]\ndate = 1987\n\
                       tags = [\"drinking water\"]\n";

#[test]
fn what_stands_beside_a_pdf_is_found_and_outlives_everything() {
    let sandbox = with_library();
    assert!(!is_corrected(&sandbox));
    sandbox.write("reports/r03.toml", SIDECAR);
    check!(sandbox, "ingest reports", @r"
    exit code: 0
    ----- stdout -----
    12 files: 12 unchanged
    0 pages in [TIME]
    1 report corrected from what stands beside the file or an editor said

    ----- stderr -----
    ");
    assert!(is_corrected(&sandbox));
    assert_eq!(titles(&sandbox, "title:\"Wells number 3\""), [""; 0]);
    let mut filtered = sandbox.command("search wells --limit 100 --format ndjson --filter");
    let hits = filtered.arg("tag=Drinking  WATER").output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&hits.stdout).lines().count(), 1);
    let shown = sandbox.run("search title:boreholes");
    assert!(String::from_utf8_lossy(&shown.stdout).contains(" · tagged drinking water · "), "{shown:?}");
    let extracted = sandbox.run("extract reports/r03.pdf --format json");
    assert!(String::from_utf8_lossy(&extracted.stdout).contains("Wells number 3"), "what the PDF says");
    for (what, arguments) in [
        ("an unchanged run", "ingest reports"),
        ("a rebuild", "rebuild"),
        ("going back to the index before", "rebuild --rollback"),
        ("a catalogue that is gone", "ingest reports"),
        ("another index", "ingest reports"),
    ] {
        match what {
            "a catalogue that is gone" => fs::remove_file(sandbox.path("index/catalogue.sqlite")).expect("there"),
            "another index" => fs::remove_dir_all(crate::cli::upkeep::generation(&sandbox)).expect("there"),
            _ => {}
        }
        assert_eq!(code(&sandbox, arguments), 0, "{what}");
        assert!(is_corrected(&sandbox), "{what}");
        assert_eq!(code(&sandbox, "verify"), 0, "{what}");
    }
    // The catalogue is made again where the files are not at hand.
    fs::rename(sandbox.path("reports"), sandbox.path("elsewhere")).expect("moved");
    fs::write(sandbox.path("index/catalogue.sqlite"), [0x5a; 9000]).expect("room");
    assert_eq!(code(&sandbox, "rebuild"), 0);
    assert!(is_corrected(&sandbox), "without the files");
    fs::rename(sandbox.path("elsewhere"), sandbox.path("reports")).expect("moved");
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert!(is_corrected(&sandbox));
    fs::remove_file(sandbox.path("reports/r03.toml")).expect("there");
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert!(!is_corrected(&sandbox));
    assert_eq!(titles(&sandbox, "title:\"Wells number 3\""), ["Wells number 3"]);
    assert_eq!(code(&sandbox, "verify"), 0);
}

/// Notes what stands beside a PDF as an ingest does that is killed before it made anything follow.
fn note_and_be_killed(sandbox: &Sandbox, change: SidecarChange) {
    let library = Library::open_for_writing(&sandbox.path("index")).expect("free");
    library.service_or_new().and_then(|service| service.record_sidecars(&[change])).expect("room");
}

/// An index that was live before knows nothing of what was said since, or taken back since.
#[test]
fn going_back_to_an_earlier_index_forgets_nothing_that_was_said_since() {
    let sandbox = with_library();
    let report = sandbox.path("reports/r03.pdf").canonicalize().expect("there");
    let known = || {
        let library = Library::open_for_writing(&sandbox.path("index")).expect("free");
        library.service_or_new().and_then(|service| service.sidecars_under(&report)).expect("readable")
    };
    sandbox.write("reports/r03.toml", SIDECAR);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    let beside = known();
    for is_there in [false, true] {
        assert_eq!(code(&sandbox, "rebuild"), 0);
        if is_there {
            sandbox.write("reports/r03.toml", SIDECAR);
            let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(beside[0].modified.unsigned_abs());
            let file = fs::File::options().write(true).open(sandbox.path("reports/r03.toml")).expect("there");
            file.set_modified(modified).expect("a file of ours");
            note_and_be_killed(&sandbox, SidecarChange::Put(Box::new(beside[0].clone())));
        } else {
            fs::remove_file(sandbox.path("reports/r03.toml")).expect("there");
            note_and_be_killed(&sandbox, SidecarChange::Forget(report.clone()));
        }
        for (what, arguments) in [
            ("the next one goes on", "ingest reports"),
            ("the index before says the same", "rebuild --rollback"),
            ("and the next one leaves it so", "ingest reports"),
        ] {
            assert_eq!(code(&sandbox, arguments), 0, "{what}");
            assert_eq!(is_corrected(&sandbox), is_there, "{what}, {is_there}");
            let uncorrected = titles(&sandbox, "title:\"Wells number 3\"").len();
            assert_eq!(uncorrected, usize::from(!is_there), "{what}, {is_there}");
        }
    }
}

#[test]
fn what_cannot_be_understood_is_told_until_it_is_put_right() {
    let sandbox = Sandbox::new();
    sandbox.write("a/only.pdf", crate::cli::sandbox::pdf("Wells", &["Wells."]));
    sandbox.write("a/report.toml", "titel = \"Boreholes\"\ntags = [\"water\"]\n");
    let output = sandbox.run("ingest a");
    let (summary, messages) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{messages}");
    let told = "1 file beside PDFs cannot be understood whole: recto failures says where";
    assert!(summary.contains("1 file: 1 indexed") && summary.contains(told), "{summary}");
    assert!(messages.contains("report.toml") && messages.contains("line 1: `titel`"), "{messages}");
    check!(sandbox, "failures", @r"
    exit code: 0
    ----- stdout -----
    [DIR]/a/report.toml: sidecar: line 1: `titel` is no field of a correction; did you mean `title`?
        put it right; the next ingest reads it again, the PDF need not be

    ----- stderr -----
    ");
    assert_eq!(titles(&sandbox, "tag:water"), ["Wells"], "what can be understood counts");
    sandbox.write("a/report.toml", "title = \"Boreholes\"\n");
    assert_eq!(code(&sandbox, "ingest a"), 0);
    assert_eq!((titles(&sandbox, "wells"), titles(&sandbox, "tag:water").len()), (vec!["Boreholes".to_owned()], 0));
    check!(sandbox, "failures", @r"
    exit code: 0
    ----- stdout -----

    ----- stderr -----
    no file failed
    ");
}

/// Asks until the answer has it, and says how long that took.
fn wait_for(server: &Server, path: &str, text: &str) -> Duration {
    let begun = Instant::now();
    while !server.get(path).contains(text) {
        assert!(begun.elapsed() < PATIENCE, "{path} never has {text}: {}", server.get(path));
        std::thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}

#[test]
fn an_acknowledged_correction_survives_a_kill_and_is_found() {
    let sandbox = with_library();
    let made = sandbox.run("keys create --name tests --scope admin");
    let key = format!("Authorization: Bearer {}", String::from_utf8(made.stdout).expect("text").trim());
    let headers = [key, "Content-Type: application/json".to_owned()];
    let bytes = fs::read(sandbox.path("reports/r03.pdf")).expect("there");
    let id = &blake3::hash(&bytes).to_hex()[..32];
    let path = format!("/api/v1/reports/{id}/corrections");
    let correct = |server: &Server, body: &str| {
        let (status, answer) = server.request("PUT", &path, &headers, body.as_bytes());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    };
    let mut server = Server::start(&sandbox, "");
    correct(&server, r#"{"title":"Boreholes","tags":["drinking water"]}"#);
    assert!(server.get(&format!("/reports/{id}")).contains("Boreholes"), "shown at once");
    let waited = wait_for(&server, "/api/v1/search?q=tag:drinking", "Boreholes");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
    wait_for(&server, "/tags", "drinking water");
    for number in 0..5 {
        let title = format!("Killed{number}");
        correct(&server, &format!(r#"{{"title":"{title}","tags":["drinking water"]}}"#));
        // At another moment of what follows each time.
        std::thread::sleep(Duration::from_millis(number * 40));
        server.kill();
        server = Server::start(&sandbox, "");
        assert!(server.get(&format!("/reports/{id}")).contains(&title), "shown at once after the kill");
        wait_for(&server, &format!("/api/v1/search?q=title:{title}"), &format!("\"title\":\"{title}\""));
    }
    assert_eq!(server.terminate().0, Some(0));
    assert_eq!(code(&sandbox, "verify"), 0);
    assert_eq!(titles(&sandbox, "title:killed4 tag:water"), ["Killed4"]);
    // Killed before anybody followed it, and the next writer is another program.
    let mut server = Server::start(&sandbox, "");
    correct(&server, r#"{"title":"Followed by an ingest"}"#);
    server.kill();
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    assert_eq!(titles(&sandbox, "title:followed"), ["Followed by an ingest"]);
    assert_eq!(titles(&sandbox, "tag:water"), [""; 0]);
    assert_eq!(code(&sandbox, "verify"), 0);
}

/// The latest instant in a text, and how often it stands there.
fn latest(text: &str) -> (String, usize) {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-:".contains(character);
    let instants: Vec<&str> = text
        .split(|character: char| !is_part(character))
        .filter(|part| part.len() == 20 && part.get(10..11) == Some("T") && part.ends_with('Z'))
        .collect();
    let latest = instants.iter().max().unwrap_or_else(|| panic!("no instant in {text}"));
    ((*latest).to_owned(), instants.iter().filter(|instant| *instant == latest).count())
}

fn header<'t>(response: &'t str, name: &str) -> &'t str {
    let line = response.lines().find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name));
    line.unwrap_or_else(|| panic!("no {name} in {response}")).1
}

/// Who follows the library asks again when a report in it is shown as another one.
#[test]
fn feeds_and_the_map_move_with_what_is_shown() {
    let sandbox = with_library();
    let made = sandbox.run("keys create --name tests --scope admin");
    let key = format!("Authorization: Bearer {}", String::from_utf8(made.stdout).expect("text").trim());
    let headers = [key, "Content-Type: application/json".to_owned()];
    let bytes = fs::read(sandbox.path("reports/r03.pdf")).expect("there");
    let path = format!("/api/v1/reports/{}/corrections", &blake3::hash(&bytes).to_hex()[..32]);
    let server = Server::start(&sandbox, "");
    let feeds = ["/feed.atom?limit=100", "/feed.json?limit=100", "/search.atom?q=wells&limit=100"];
    let places = [&feeds[..], &["/sitemap.xml", "/sitemaps/1.xml"]].concat();
    let look = || places.iter().map(|place| server.get(place)).collect::<Vec<_>>();
    let before = look();
    // Instants are told by the second.
    std::thread::sleep(Duration::from_millis(1_100));
    let body = r#"{"title":"Boreholes","tags":["drinking water"]}"#;
    assert_eq!(server.request("PUT", &path, &headers, body.as_bytes()).0, 200);
    wait_for(&server, "/api/v1/search?q=tag:drinking", "\"tags\":[\"drinking water\"]");
    let wanted = Instant::now() + PATIENCE;
    while look().iter().zip(&before).any(|(now, then)| latest(now).0 <= latest(then).0) {
        assert!(Instant::now() < wanted, "{:?}", look());
        std::thread::sleep(Duration::from_millis(50));
    }
    let after = look();
    for ((place, then), now) in places.iter().zip(&before).zip(&after) {
        let tags = [header(then, "etag"), header(now, "etag")];
        assert_ne!(tags[0], tags[1], "{place}");
        let known = |header: &str, value: &str| server.request("GET", place, &[format!("{header}: {value}")], b"").0;
        assert_eq!(tags.map(|tag| known("If-None-Match", tag)), [200, 304], "{place}");
        if feeds.contains(place) {
            let times = [header(then, "last-modified"), header(now, "last-modified")];
            assert_eq!(times.map(|time| known("If-Modified-Since", time)), [200, 304], "{place}");
        }
    }
    assert!(after[0].contains("<category term=\"drinking water\"/>"), "{}", after[0]);
    // The lists of reports, and of the reports only the one that was corrected.
    assert_eq!(latest(&after[4]).1, 6 + 1, "{}", after[4]);
    let item = after[1].split("\"id\"").find(|item| item.contains("Boreholes")).expect("there");
    let times = ["date_published", "date_modified"].map(|name| item.split_once(name).expect("told").1.get(3..23));
    assert!(times[0] < times[1], "{times:?}");
    // Read again, but shown as it was.
    assert_eq!(server.terminate().0, Some(0));
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(code(&sandbox, "rebuild"), 0);
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    let server = Server::start(&sandbox, "");
    assert_eq!(latest(&server.get(places[4])), latest(&after[4]));
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn a_look_at_watched_folders_notices_what_stands_beside() {
    let sandbox = with_library();
    sandbox.write("recto.toml", "[ingest]\nsettle_seconds = 1\n");
    let server = Server::start(&sandbox, "--ingest reports --watch");
    wait_for(&server, "/api/v1/search?q=wells", "\"value\":12");
    sandbox.write("reports/r05.toml", "title = \"Springs\"\n");
    wait_for(&server, "/api/v1/search?q=title:springs", "\"title\":\"Springs\"");
    fs::remove_file(sandbox.path("reports/r05.toml")).expect("there");
    wait_for(&server, "/api/v1/search?q=title:%22number%205%22", "\"title\":\"Wells number 5\"");
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn the_command_line_corrects_as_an_editor_does() {
    let sandbox = with_library();
    sandbox.write("reports/r03.toml", "title = \"Beside\"\ntags = [\"beside\"]\n");
    assert_eq!(code(&sandbox, "ingest reports"), 0);
    let correct = |arguments: &[&str]| {
        let output = sandbox.command("correct reports/r03.pdf").args(arguments).output().expect("the program starts");
        let (said, messages) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), format!("{said}{messages}"))
    };
    let (ended, said) =
        correct(&["--title", "Boreholes", "--author", "Ada Okafor", "--date", "1987", "--abstract", ""]);
    assert_eq!(ended, Some(0), "{said}");
    let (_, lines) = said.split_once('\n').expect("the id first");
    insta::assert_snapshot!(lines, @r#"
    said here:
      abstract: none
      authors: ["Ada Okafor"]
      date: 1987
      title: Boreholes
    said beside the file:
      tags: ["beside"]
      title: Beside
    "#);
    assert_eq!(titles(&sandbox, "author:okafor tag:beside year:1987"), ["Boreholes"], "found as soon as it returns");
    let (ended, said) = correct(&["--date", "soon", "--tag", "a,b"]);
    assert_eq!(ended, Some(2));
    assert!(said.contains("`date` must be") && said.contains("`tags` must have no commas"), "{said}");
    let (_, said) = correct(&["--unset", "title", "--tag", "one", "--tag", "two", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&said["version"], &said["correction"]["tags"]), (&2.into(), &serde_json::json!(["one", "two"])));
    assert_eq!(titles(&sandbox, "tag:two"), ["Beside"]);
    assert_eq!(correct(&["--clear"]).0, Some(0));
    assert_eq!(
        (titles(&sandbox, "author:okafor").len(), titles(&sandbox, "tag:beside")),
        (0, vec!["Beside".to_owned()])
    );
    assert_eq!(code(&sandbox, "correct reports/r04.toml"), 2);
    assert_eq!(code(&sandbox, "correct 00000000000000000000000000000000 --title x"), 2);
    assert_eq!(code(&sandbox, "verify"), 0);
}
