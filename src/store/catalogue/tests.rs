//! How a catalogue behaves, wherever it is kept.

use super::*;
use crate::report::{Correction, Outcome};
use crate::store::ReportFacts;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

pub(in crate::store) fn facts(seed: &str) -> ReportFacts {
    ReportFacts {
        id: ReportId::of_bytes(seed.as_bytes()),
        title: seed.to_owned(),
        authors: vec!["A".to_owned(), "B \"C\"".to_owned()],
        date: Some("2023-05".to_owned()),
        language: Some("en".to_owned()),
        size: 5,
        partial: None,
        pages: [(PageStatus::Text, 3), (PageStatus::NoText, 2)].into(),
        correction: None,
        sketch: None,
    }
}

pub(in crate::store) fn file(path: &Path, seed: &str, outcome: Outcome) -> FileRow {
    FileRow {
        path: path.to_owned(),
        size: 5,
        modified: -7,
        id: Some(ReportId::of_bytes(seed.as_bytes())),
        outcome,
        detail: String::new(),
        reader_version: 1,
        checked: 1,
        vanished: None,
        name: None,
    }
}

pub(in crate::store) const AT: Location = Location { segment: 1, offset: 64, length: 1000 };

fn files_and_reports_are_read_as_recorded(catalogue: &Catalogue) {
    let odd = PathBuf::from(OsStr::from_bytes(b"/r/\xff\n.pdf"));
    let rows = [
        file(Path::new("/r-other/a.pdf"), "a", Outcome::Duplicate),
        file(Path::new("/r/a.pdf"), "a", Outcome::Indexed),
        file(&odd, "b", Outcome::Failed(Reason::Damaged)),
    ];
    let mut changes = vec![Change::Report(facts("a"), AT)];
    changes.extend(rows.iter().cloned().map(Change::File));
    catalogue.record(&changes).expect("room");
    assert_eq!(catalogue.file(&odd).expect("readable"), Some(rows[2].clone()));
    assert_eq!(catalogue.files_under(Path::new("/r")).expect("readable"), rows[1..]);
    assert_eq!(catalogue.files_under(&odd).expect("readable"), rows[2..]);
    assert_eq!(catalogue.files_under(Path::new("/")).expect("readable").len(), 3);
    assert_eq!(catalogue.failures(Some(Reason::Empty)).expect("readable"), []);
    assert_eq!(catalogue.failures(None).expect("readable"), rows[2..]);
    let report = catalogue.report(rows[0].id.expect("set")).expect("readable").expect("there");
    assert_eq!((report.file.as_path(), report.location), (Path::new("/r-other/a.pdf"), AT));
    assert_eq!((report.pages_total, report.pages_searchable), (5, 3));
    assert_eq!(report.authors, facts("a").authors);
    let ids = [facts("none").id, report.id];
    assert_eq!(catalogue.reports_of(&ids).expect("readable"), [None, Some(report.clone())]);
    assert_eq!(catalogue.reports(0, 10).expect("readable"), [report]);
    assert_eq!(catalogue.reports(1, 10).expect("readable"), []);
}

fn coverage_counts_what_is_there(catalogue: &Catalogue) {
    catalogue
        .record(&[
            Change::Report(facts("a"), AT),
            Change::File(file(Path::new("/a"), "a", Outcome::Indexed)),
            Change::File(file(Path::new("/b"), "b", Outcome::Failed(Reason::Empty))),
            Change::File(file(Path::new("/c"), "c", Outcome::Failed(Reason::Empty))),
            Change::File(file(Path::new("/d"), "d", Outcome::Partial(Reason::OcrMissing))),
            Change::Vanished(PathBuf::from("/c"), 9),
        ])
        .expect("room");
    // Reading a report again counts its pages once.
    catalogue.record(&[Change::Report(facts("a"), AT)]).expect("room");
    let coverage = catalogue.coverage().expect("readable");
    assert_eq!((coverage.reports, coverage.files), (1, 3));
    assert_eq!(coverage.failures, [("empty".to_owned(), 1)].into());
    assert_eq!(coverage.partial, [("ocr_missing".to_owned(), 1)].into());
    assert_eq!(coverage.pages, [(PageStatus::Text, 3), (PageStatus::NoText, 2)].into());
}

fn a_report_goes_with_its_last_place(catalogue: &Catalogue) {
    let [first, copy] = ["/1.pdf", "/2.pdf"].map(PathBuf::from);
    catalogue
        .record(&[
            Change::Report(facts("a"), AT),
            Change::File(file(&first, "a", Outcome::Indexed)),
            Change::File(file(&copy, "a", Outcome::Duplicate)),
            Change::Forget(first),
        ])
        .expect("room");
    assert_eq!(catalogue.unplaced().expect("readable"), []);
    catalogue.remove_reports(&[]).expect("room");
    assert_eq!(catalogue.file(&copy).expect("readable").map(|row| row.outcome), Some(Outcome::Indexed));
    catalogue.record(&[Change::Forget(copy)]).expect("room");
    let unplaced = catalogue.unplaced().expect("readable");
    assert_eq!(unplaced, [facts("a").id]);
    catalogue.remove_reports(&unplaced).expect("room");
    assert_eq!(catalogue.coverage().expect("readable"), Coverage::default());
    assert_eq!(catalogue.verify().expect("readable"), Vec::<String>::new());
}

fn vanished_places_stand_last(catalogue: &Catalogue) {
    catalogue
        .record(&[
            Change::Report(facts("a"), AT),
            Change::File(file(Path::new("/1.pdf"), "a", Outcome::Indexed)),
            Change::File(file(Path::new("/2.pdf"), "a", Outcome::Duplicate)),
            Change::Vanished(PathBuf::from("/1.pdf"), 5),
            Change::Vanished(PathBuf::from("/1.pdf"), 6),
        ])
        .expect("room");
    let report = catalogue.report(facts("a").id).expect("readable").expect("there");
    assert_eq!(report.file, Path::new("/2.pdf"));
    assert_eq!(catalogue.file(Path::new("/1.pdf")).expect("readable").and_then(|row| row.vanished), Some(5));
}

fn what_is_lacking_is_listed(catalogue: &Catalogue) {
    let whole = ReportFacts { pages: [(PageStatus::Text, 2)].into(), ..facts("whole") };
    let worse = ReportFacts { pages: [(PageStatus::NoText, 9)].into(), ..facts("worse") };
    let failed = |name: &str, reason| file(Path::new(name), name, Outcome::Failed(reason));
    let rows = [failed("/1", Reason::Empty), failed("/2/a", Reason::Damaged), failed("/2/b", Reason::Empty)];
    let mut changes = vec![
        Change::Report(whole, AT),
        Change::Report(facts("a"), AT),
        Change::Report(worse.clone(), AT),
        Change::File(file(Path::new("/3"), "a", Outcome::Partial(Reason::OcrMissing))),
    ];
    changes.extend(rows.iter().cloned().map(Change::File));
    catalogue.record(&changes).expect("room");
    let [one, two, three] = &rows;
    let all = |rows: &[&FileRow]| rows.iter().map(|row| (*row).clone()).collect::<Vec<_>>();
    assert_eq!(catalogue.failed(None, 0, 2).expect("readable"), (all(&[one, two]), 3));
    assert_eq!(catalogue.failed(Some(Reason::Empty), 1, 2).expect("readable"), (all(&[three]), 2));
    assert_eq!(catalogue.failures(Some(Reason::OcrMissing)).expect("readable").len(), 1);
    assert_eq!(catalogue.failures_under(&["/2", "/none"], 1, 5).expect("readable"), (all(&[three]), 2));
    let gaps = |status| {
        let (rows, total) = catalogue.with_gaps(status, 0, 10).expect("readable");
        (rows.into_iter().map(|row| row.title).collect::<Vec<_>>(), total)
    };
    assert_eq!(gaps(None), (vec!["worse".to_owned(), "a".to_owned()], 2));
    assert_eq!(gaps(Some(PageStatus::Text)).1, 2);
    let statuses = catalogue.page_statuses(facts("a").id).expect("readable");
    assert_eq!(statuses, [(PageStatus::NoText, 2), (PageStatus::Text, 3)]);
    assert!(worse.fit(&catalogue.report(worse.id).expect("readable").expect("there"), &[(PageStatus::NoText, 9)]));
}

fn a_report_that_is_read_again_keeps_its_time_and_tells_of_changes(catalogue: &Catalogue) {
    let place = Change::File(file(Path::new("/a"), "a", Outcome::Indexed));
    catalogue.record(&[Change::Report(facts("a"), AT), place]).expect("room");
    let versions = [(); 2].map(|()| catalogue.version().expect("readable"));
    assert_eq!(versions[0], versions[1]);
    let first = catalogue.report(facts("a").id).expect("readable").expect("there");
    assert_eq!(first.changed, first.added);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let elsewhere = Location { segment: u64::MAX >> 1, ..AT };
    catalogue.record(&[Change::Report(facts("a"), elsewhere)]).expect("room");
    let same = catalogue.report(first.id).expect("readable").expect("there");
    assert_eq!(same, ReportRow { location: elsewhere, ..first.clone() }, "only its texts have moved");
    let date = Some("2024".to_owned());
    catalogue.record(&[Change::Report(ReportFacts { date: date.clone(), ..facts("a") }, elsewhere)]).expect("room");
    let other = catalogue.report(first.id).expect("readable").expect("there");
    assert_eq!((other.date, other.added), (date, first.added));
    assert!(other.changed > first.changed);
    assert_eq!(catalogue.additions().expect("readable"), [(first.id, first.added, other.changed)]);
    assert_eq!(catalogue.locations().expect("readable"), [(first.id, elsewhere)]);
    assert!(catalogue.version().expect("readable") > versions[1]);
}

fn reports_stand_in_the_order_of_their_titles_or_names(catalogue: &Catalogue) {
    let long = "x".repeat(5_000);
    let titles = ["Zebra", "ärger", "apple", "Banana", "", "Ärger", "apple 2", "_", &long];
    let changes: Vec<Change> = titles.iter().map(|title| Change::Report(facts(title), AT)).collect();
    catalogue.record(&changes).expect("room");
    let ordered: Vec<String> = catalogue.reports(0, 20).expect("readable").into_iter().map(|row| row.title).collect();
    let expected = ["", "_", "apple", "apple 2", "Banana", &long, "Zebra", "Ärger", "ärger"];
    assert_eq!(ordered, expected);
    assert_eq!(catalogue.reports(3, 2).expect("readable").len(), 2);
    let mut after = None;
    let mut walked = Vec::new();
    while let Some(last) = {
        let rows = catalogue.reports_after(after, 3).expect("readable");
        walked.extend(rows.iter().map(|row| row.id));
        rows.last().map(|row| row.id)
    } {
        after = Some(last);
    }
    let mut ids: Vec<ReportId> = titles.iter().map(|title| facts(title).id).collect();
    ids.sort_unstable();
    assert_eq!(walked, ids);
    assert!(
        catalogue.has_report(ids[0]).expect("readable") && !catalogue.has_report(facts("none").id).expect("readable")
    );
}

fn corrections_and_names_stay_with_what_they_belong_to(catalogue: &Catalogue) {
    let correction = Correction { title: Some("Better".to_owned()), ..Correction::default() };
    let corrected = ReportFacts { correction: Some(Arc::new(correction)), ..facts("a") };
    let named = FileRow { name: Some("My report.pdf".to_owned()), ..file(Path::new("/up.pdf"), "a", Outcome::Indexed) };
    catalogue.record(&[Change::Report(corrected.clone(), AT), Change::File(named.clone())]).expect("room");
    // A run that finds the file again does not know its name.
    catalogue.record(&[Change::File(FileRow { name: None, ..named.clone() })]).expect("room");
    let report = catalogue.report(corrected.id).expect("readable").expect("there");
    assert_eq!((report.file_name, report.correction), (named.name.clone(), corrected.correction));
    assert_eq!(catalogue.places(corrected.id).expect("readable"), [named]);
}

fn what_was_withdrawn_stays_away_until_it_is_let_in_again(catalogue: &Catalogue) {
    let id = facts("a").id;
    let [gone, kept] = ["/gone", "/kept"].map(PathBuf::from);
    let rows = [file(&gone, "a", Outcome::Indexed), file(&kept, "a", Outcome::Duplicate)];
    let changes = [Change::Report(facts("a"), AT), Change::File(rows[0].clone()), Change::File(rows[1].clone())];
    catalogue.record(&changes).expect("room");
    assert!(!catalogue.is_removed(id).expect("readable"));
    assert!(catalogue.withdraw(id, Some(&gone), 77).expect("room"));
    assert!(!catalogue.withdraw(id, None, 78).expect("room"), "there is none any more");
    assert_eq!(catalogue.report(id).expect("readable"), None);
    assert_eq!(catalogue.file(&gone).expect("readable"), None);
    let file = catalogue.file(&kept).expect("readable").expect("known");
    assert_eq!(file.outcome, Outcome::Failed(Reason::Withdrawn));
    assert!(catalogue.is_removed(id).expect("readable") && catalogue.is_withdrawn(id).expect("readable"));
    catalogue.readmit(id).expect("room");
    assert!(!catalogue.is_withdrawn(id).expect("readable"));
    assert_eq!(catalogue.forget_dangling_files().expect("room"), 1);
    catalogue.record(&changes).expect("room");
    assert!(!catalogue.is_removed(id).expect("readable"));
    assert_eq!(catalogue.coverage().expect("readable").reports, 1);
}

/// A short name and what is tried.
type Behaviour = (&'static str, fn(&Catalogue));

/// What is tried on each kind of catalogue.
const BEHAVIOURS: &[Behaviour] = &[
    ("files_and_reports_are_read_as_recorded", files_and_reports_are_read_as_recorded),
    ("coverage_counts_what_is_there", coverage_counts_what_is_there),
    ("a_report_goes_with_its_last_place", a_report_goes_with_its_last_place),
    ("vanished_places_stand_last", vanished_places_stand_last),
    ("what_is_lacking_is_listed", what_is_lacking_is_listed),
    ("a_report_that_is_read_again", a_report_that_is_read_again_keeps_its_time_and_tells_of_changes),
    ("the_order_of_reports", reports_stand_in_the_order_of_their_titles_or_names),
    ("corrections_and_names", corrections_and_names_stay_with_what_they_belong_to),
    ("what_was_withdrawn", what_was_withdrawn_stays_away_until_it_is_let_in_again),
];

#[test]
fn a_catalogue_in_sqlite_behaves() {
    for (_, behaves) in BEHAVIOURS {
        let directory = tempfile::tempdir().expect("a directory");
        let catalogue = SqliteCatalogue::open_for_writing(&directory.path().join("catalogue.sqlite"));
        behaves(&catalogue.expect("a new one").into());
    }
}

#[cfg(feature = "cluster")]
#[test]
fn a_catalogue_in_postgresql_behaves() {
    let Some(server) = crate::store::DatabaseServer::start() else { return };
    for (name, behaves) in BEHAVIOURS {
        behaves(&Catalogue::connect(&server.database(name), "recto test").expect("connects"));
    }
}

#[cfg(feature = "cluster")]
#[test]
fn many_write_to_a_catalogue_in_postgresql_at_once() {
    let Some(server) = crate::store::DatabaseServer::start() else { return };
    let url = server.database("many");
    let before = Catalogue::connect(&url, "recto test").expect("connects").version().expect("readable");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let url = &url;
            scope.spawn(move || {
                let catalogue = Catalogue::connect(url, "recto test").expect("connects");
                for number in 0..25 {
                    // Half of them are the same reports for all, in any order.
                    let seed = if number % 2 == 0 {
                        format!("{}", (number + writer) % 5)
                    } else {
                        format!("{writer}/{number}")
                    };
                    let path = PathBuf::from(format!("/{writer}/{number}"));
                    let changes =
                        [Change::Report(facts(&seed), AT), Change::File(file(&path, &seed, Outcome::Indexed))];
                    catalogue.record(&changes).expect("room");
                }
            });
        }
    });
    let catalogue = Catalogue::connect(&url, "recto test").expect("connects");
    let coverage = catalogue.coverage().expect("readable");
    assert_eq!((coverage.files, coverage.reports), (200, 96 + 5));
    assert_eq!(coverage.pages[&PageStatus::Text], 3 * 101);
    assert_eq!(catalogue.version().expect("readable") - before, 200, "each change is counted once");
    assert_eq!(catalogue.verify().expect("readable"), Vec::<String>::new());
    assert_eq!(catalogue.unplaced().expect("readable"), []);
}
