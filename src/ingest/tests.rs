//! Ingest as its users see it, with a reader of plain text and an index in a file.

use super::pipeline::Index;
use super::*;
use crate::extract::{ExtractError, Step};
use crate::report::{About, Page, PageStatus, Report, ReportId, Statements};
use crate::store::{FileRow, ReportRow};
use crate::worker::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// `FAIL` fails, `PANIC` panics, `PART` is read in part; else each form feed begins a page.
fn read_text(bytes: &[u8], id: ReportId, name: &str, _begun: &mut dyn FnMut(Step)) -> Read {
    read_pages(bytes, name).map(|report| Reading::of(Report { id, ..report }))
}

fn read_pages(bytes: &[u8], name: &str) -> Result<Report, ExtractError> {
    let text = String::from_utf8_lossy(bytes);
    if text.starts_with("FAIL") {
        return Err(ExtractError { reason: Reason::Damaged, detail: "no objects".to_owned() });
    }
    assert!(!text.starts_with("PANIC"), "index out of bounds");
    let pages = text.split('\u{c}').zip(1..).map(|(text, number)| Page {
        number,
        label: None,
        width: 595.0,
        height: 842.0,
        status: if text.is_empty() { PageStatus::NoText } else { PageStatus::Text },
        language: None,
        section: None,
        text: text.to_owned(),
        words: Vec::new(),
        furniture: Vec::new(),
        headings: Vec::new(),
    });
    Ok(Report {
        id: ReportId::of_bytes(bytes),
        size: bytes.len() as u64,
        about: About { title: name.to_owned(), ..About::default() },
        statements: Statements::default(),
        outline: Vec::new(),
        pages: pages.collect(),
        partial: text.starts_with("PART").then_some(Reason::LimitReached),
    })
}

/// Documents by id in a file that only a commit writes.
struct FileIndex {
    path: PathBuf,
    documents: Mutex<BTreeMap<String, String>>,
}

impl Index for FileIndex {
    type Document = (String, String);

    fn open(directory: &Path, _jobs: usize) -> Result<Self, IndexError> {
        let path = directory.join("documents.json");
        let documents = std::fs::read(&path)
            .map_or_else(|_| BTreeMap::new(), |bytes| serde_json::from_slice(&bytes).expect("written by a commit"));
        Ok(FileIndex { path, documents: Mutex::new(documents) })
    }

    fn document(report: &Report, file: &str, _tags: &[String]) -> (String, String) {
        (report.id.to_string(), Path::new(file).file_name().expect("a name").to_string_lossy().into_owned())
    }

    fn upsert(&self, (id, file): (String, String)) -> Result<(), IndexError> {
        self.documents.lock().expect("whole").insert(id, file);
        Ok(())
    }

    fn delete(&self, id: ReportId) -> Result<(), IndexError> {
        self.documents.lock().expect("whole").remove(&id.to_string());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), IndexError> {
        let documents = self.documents.lock().expect("whole");
        Ok(std::fs::write(&self.path, serde_json::to_vec(&*documents).expect("plain"))?)
    }

    fn finish(mut self) -> Result<(), IndexError> {
        self.commit()
    }
}

/// An index on a full disk.
struct FullIndex(FileIndex);

impl Index for FullIndex {
    type Document = (String, String);

    fn open(directory: &Path, jobs: usize) -> Result<Self, IndexError> {
        FileIndex::open(directory, jobs).map(FullIndex)
    }

    fn document(report: &Report, file: &str, tags: &[String]) -> (String, String) {
        FileIndex::document(report, file, tags)
    }

    fn upsert(&self, document: (String, String)) -> Result<(), IndexError> {
        self.0.upsert(document)
    }

    fn delete(&self, id: ReportId) -> Result<(), IndexError> {
        self.0.delete(id)
    }

    fn commit(&mut self) -> Result<(), IndexError> {
        Err(IndexError::Io(std::io::Error::other("no space left on device")))
    }

    fn finish(mut self) -> Result<(), IndexError> {
        self.commit()
    }
}

/// Counts what it is told.
#[derive(Default)]
struct Counts {
    planned: Mutex<(u64, u64, u64)>,
    pages: AtomicU64,
    files: AtomicU64,
    failures: AtomicU64,
    committed: AtomicU64,
}

impl Progress for Counts {
    fn planned(&self, files: u64, unchanged: u64, bytes: u64) {
        *self.planned.lock().expect("whole") = (files, unchanged, bytes);
    }

    fn pages_found(&self, _pages: u64) {}

    fn pages_done(&self, pages: u64) {
        self.pages.fetch_add(pages, Ordering::Relaxed);
    }

    fn file_done(&self, file: &FileDone<'_>) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.failures.fetch_add(u64::from(file.failure.is_some()), Ordering::Relaxed);
    }

    fn committed(&self, reports: u64) {
        self.committed.fetch_add(reports, Ordering::Relaxed);
    }
}

/// A folder of files and a library.
struct Scene {
    root: tempfile::TempDir,
    data: tempfile::TempDir,
    options: IngestOptions,
    progress: Counts,
}

impl Scene {
    fn new(files: &[(&str, &str)]) -> Scene {
        let root = tempfile::tempdir().expect("a directory");
        let data = tempfile::tempdir().expect("a directory");
        let options = IngestOptions { paths: vec![root.path().to_owned()], jobs: 2, ..IngestOptions::default() };
        let scene = Scene { root, data, options, progress: Counts::default() };
        for (name, content) in files {
            scene.write(name, content);
        }
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().expect("there").join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("below the root")).expect("room");
        std::fs::write(path, content).expect("room");
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("there");
    }

    fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).expect("there");
    }

    fn library(&self) -> Library {
        Library::open_for_writing(&self.data.path().join("index")).expect("free")
    }

    fn try_run<I: Index>(&self, stop: &AtomicBool) -> Result<Summary, IngestError> {
        run::<I>(&self.library(), &self.options, &self.progress, &read_text, stop)
    }

    fn run(&self) -> Summary {
        self.try_run::<FileIndex>(&AtomicBool::new(false)).expect("a run")
    }

    /// File names by id as the index has them; checked against the catalogue and the text store.
    fn documents(&self) -> BTreeMap<String, String> {
        let library = self.library();
        let bytes = std::fs::read(library.generation_directory().join("documents.json")).expect("committed");
        let documents: BTreeMap<String, String> = serde_json::from_slice(&bytes).expect("whole");
        let reports = library.catalogue().reports(0, 1000).expect("readable");
        let ids: Vec<String> = reports.iter().map(|report| report.id.to_string()).collect();
        assert!(ids.iter().all(|id| documents.contains_key(id)) && ids.len() == documents.len(), "index ≠ catalogue");
        for ReportRow { id, location, pages_total, .. } in reports {
            let report = library.texts().load(location).expect("whole");
            assert_eq!((report.id, report.pages.len()), (id, pages_total as usize));
        }
        documents
    }

    fn outcome(&self, name: &str) -> Option<Outcome> {
        self.library().catalogue().file(&self.path(name)).expect("readable").map(|row| row.outcome)
    }
}

/// indexed, partial, duplicates, unchanged, failed, vanished, pruned.
fn counts(summary: &Summary) -> [u64; 7] {
    let failed = summary.failed.values().sum();
    let counted = [summary.indexed, summary.partial, summary.duplicates, summary.unchanged, failed];
    assert_eq!(counted.iter().sum::<u64>(), summary.files, "every file counts once: {summary:?}");
    [counted[0], counted[1], counted[2], counted[3], counted[4], summary.vanished, summary.pruned]
}

#[test]
fn every_file_has_its_outcome_and_a_bad_one_costs_only_itself() {
    let scene = Scene::new(&[
        ("a.pdf", "one\u{c}two\u{c}"),
        ("b/c.PDF", "PART of it"),
        ("copy.pdf", "one\u{c}two\u{c}"),
        ("bad.pdf", "FAIL"),
        ("bad-copy.pdf", "FAIL"),
        ("worse.pdf", "PANIC"),
        ("empty.pdf", ""),
        ("notes.txt", "no"),
    ]);
    let summary = scene.run();
    assert_eq!(counts(&summary), [1, 1, 1, 0, 4, 0, 0]);
    let failed = [("crashed", 1), ("damaged", 2), ("empty", 1)].map(|(code, count)| (code.to_owned(), count));
    assert_eq!(summary.failed, failed.into());
    assert_eq!(summary.pages, [("no_text".to_owned(), 1), ("text".to_owned(), 3)].into());
    assert_eq!((summary.bytes, summary.text_bytes, summary.interrupted), (27, 16, false));
    assert_eq!(scene.documents().len(), 2);
    assert_eq!(scene.outcome("copy.pdf"), Some(Outcome::Duplicate));
    assert_eq!(scene.outcome("b/c.PDF"), Some(Outcome::Partial(Reason::LimitReached)));
    let library = scene.library();
    let failures = library.catalogue().failures(Some(Reason::Crashed)).expect("readable");
    assert_eq!(failures[0].detail, "index out of bounds");
    assert_eq!(scene.progress.files.load(Ordering::Relaxed), 7);
    assert_eq!(scene.progress.failures.load(Ordering::Relaxed), 4);
    assert_eq!(scene.progress.pages.load(Ordering::Relaxed), 4);
    assert_eq!(scene.progress.committed.load(Ordering::Relaxed), 2);
    assert_eq!(*scene.progress.planned.lock().expect("whole"), (7, 0, 39));
}

#[test]
fn a_second_run_reads_nothing() {
    let scene = Scene::new(&[("a.pdf", "one"), ("bad.pdf", "FAIL"), ("copy.pdf", "one")]);
    scene.run();
    let before = scene.documents();
    let summary = scene.run();
    assert_eq!(counts(&summary), [0, 0, 0, 3, 0, 0, 0]);
    assert_eq!((summary.bytes, summary.files), (0, 3));
    assert_eq!(scene.documents(), before);
}

#[test]
fn a_new_time_on_the_same_bytes_is_no_change() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two")]);
    scene.run();
    let touch = |name| {
        let file = std::fs::File::options().append(true).open(scene.path(name)).expect("there");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("ours");
    };
    touch("a.pdf");
    assert_eq!(counts(&scene.run()), [0, 0, 0, 2, 0, 0, 0]);
    let row = scene.library().catalogue().file(&scene.path("a.pdf")).expect("readable").expect("there");
    assert_eq!((row.modified, row.outcome), (0, Outcome::Indexed));
}

#[test]
fn a_changed_file_replaces_its_report() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two")]);
    scene.run();
    scene.write("a.pdf", "another");
    assert_eq!(counts(&scene.run()), [1, 0, 0, 1, 0, 0, 0]);
    let documents = scene.documents();
    assert_eq!(documents.len(), 2);
    assert!(!documents.contains_key(&ReportId::of_bytes(b"one").to_string()));
}

#[test]
fn a_changed_original_leaves_the_report_to_its_copy() {
    let scene = Scene::new(&[("a.pdf", "one"), ("copy.pdf", "one")]);
    scene.run();
    scene.write("a.pdf", "another");
    scene.run();
    assert_eq!(scene.documents().len(), 2);
    assert_eq!(scene.outcome("copy.pdf"), Some(Outcome::Indexed));
}

#[test]
fn files_that_swap_names_keep_their_reports() {
    let scene = Scene::new(&[("a.pdf", "first"), ("b.pdf", "second")]);
    scene.run();
    let before = scene.documents();
    scene.rename("a.pdf", "c.pdf");
    scene.rename("b.pdf", "a.pdf");
    scene.rename("c.pdf", "b.pdf");
    let summary = scene.run();
    assert_eq!(counts(&summary), [0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(scene.documents(), before);
    assert_eq!(scene.outcome("a.pdf"), Some(Outcome::Indexed));
}

#[test]
fn a_moved_file_keeps_its_identity() {
    let mut scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "2"), ("c.pdf", "3"), ("d.pdf", "4"), ("e.pdf", "5")]);
    scene.run();
    let before = scene.documents();
    scene.rename("a.pdf", "moved.pdf");
    assert_eq!(counts(&scene.run()), [0, 0, 1, 4, 0, 1, 0]);
    let id = ReportId::of_bytes(b"one");
    let report = scene.library().catalogue().report(id).expect("readable").expect("there");
    assert_eq!(report.file, scene.path("moved.pdf"));
    scene.options.prune = true;
    assert_eq!(counts(&scene.run()), [0, 0, 0, 5, 0, 1, 1]);
    assert_eq!(scene.outcome("moved.pdf"), Some(Outcome::Indexed));
    assert_eq!(scene.documents(), before);
}

#[test]
fn vanished_files_stay_until_pruned_and_many_at_once_are_refused() {
    let mut scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two!"), ("c.pdf", "three"), ("s/d.pdf", "four..")]);
    scene.run();
    scene.remove("a.pdf");
    assert_eq!(counts(&scene.run()), [0, 0, 0, 3, 0, 1, 0]);
    assert_eq!(scene.documents().len(), 4);
    scene.options.prune = true;
    let refused = scene.try_run::<FileIndex>(&AtomicBool::new(false));
    assert!(matches!(refused, Err(IngestError::TooManyVanished { vanished: 1, known: 4 })), "{refused:?}");
    scene.options.prune_many = true;
    assert_eq!(counts(&scene.run()), [0, 0, 0, 3, 0, 1, 1]);
    assert_eq!((scene.documents().len(), scene.outcome("a.pdf")), (3, None));
    // Exactly a fifth is not more than a fifth.
    scene.write("a.pdf", "one");
    scene.write("e.pdf", "five...");
    scene.options.prune_many = false;
    scene.run();
    scene.remove("e.pdf");
    assert_eq!(counts(&scene.run())[6], 1);
    // Only what lies under the paths given can have vanished.
    scene.remove("a.pdf");
    scene.options.paths = vec![scene.path("s")];
    assert_eq!(counts(&scene.run()), [0, 0, 0, 1, 0, 0, 0]);
}

#[test]
fn a_file_that_comes_back_is_there_again() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two")]);
    scene.run();
    let aside = tempfile::tempdir_in(scene.data.path()).expect("room");
    std::fs::rename(scene.path("a.pdf"), aside.path().join("a")).expect("same disk");
    scene.run();
    assert!(
        scene.library().catalogue().file(&scene.path("a.pdf")).expect("readable").expect("kept").vanished.is_some()
    );
    std::fs::rename(aside.path().join("a"), scene.path("a.pdf")).expect("same disk");
    assert_eq!(counts(&scene.run()), [0, 0, 0, 2, 0, 0, 0]);
    assert!(
        scene.library().catalogue().file(&scene.path("a.pdf")).expect("readable").expect("kept").vanished.is_none()
    );
}

#[test]
fn failures_are_retried_when_asked() {
    let mut scene = Scene::new(&[("a.pdf", "one"), ("bad.pdf", "FAIL"), ("part.pdf", "PART")]);
    scene.run();
    for (retry, expected) in [
        (Some(None), [0, 0, 0, 2, 1, 0, 0]),
        (Some(Some(Reason::Timeout)), [0, 0, 0, 3, 0, 0, 0]),
        (Some(Some(Reason::Damaged)), [0, 0, 0, 2, 1, 0, 0]),
        (Some(Some(Reason::LimitReached)), [0, 1, 0, 2, 0, 0, 0]),
    ] {
        scene.options.retry = retry;
        assert_eq!(counts(&scene.run()), expected, "{retry:?}");
    }
    assert_eq!(scene.documents().len(), 2);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let contents: Vec<(String, String)> = (0..120)
        .map(|index| {
            let content = match index % 10 {
                3 => "the same everywhere".to_owned(),
                5 => "FAIL".to_owned(),
                7 => "PANIC".to_owned(),
                _ => format!("report {index}\u{c}{}", "words ".repeat(index * 7 % 50)),
            };
            (format!("{}/{index}.pdf", index % 6), content)
        })
        .collect();
    let files: Vec<(&str, &str)> = contents.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    let results = [1, 4].map(|jobs| {
        let mut scene = Scene::new(&files);
        scene.options.jobs = jobs;
        let summary = Summary { seconds: 0.0, ..scene.run() };
        let library = scene.library();
        let rows = library.catalogue().files_under(&scene.path("")).expect("readable");
        let name = |row: &FileRow| row.path.strip_prefix(scene.path("")).expect("below").to_owned();
        let outcomes: Vec<(PathBuf, Outcome)> = rows.iter().map(|row| (name(row), row.outcome)).collect();
        let coverage = library.catalogue().coverage().expect("readable");
        drop(library);
        (summary, scene.documents(), outcomes, coverage)
    });
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0].0.duplicates, 11);
}

#[test]
fn an_interrupted_run_is_resumed() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "three"), ("c.pdf", "fourteen"), ("d.pdf", "fifteen..")]);
    let stop = AtomicBool::new(false);
    let read = AtomicU64::new(0);
    let stopping = |bytes: &[u8], id: ReportId, name: &str, begun: &mut dyn FnMut(Step)| {
        stop.store(read.fetch_add(1, Ordering::Relaxed) == 1, Ordering::Relaxed);
        read_text(bytes, id, name, begun)
    };
    let mut options = scene.options.clone();
    options.jobs = 1;
    let summary = run::<FileIndex>(&scene.library(), &options, &scene.progress, &stopping, &stop).expect("a run");
    assert_eq!((summary.indexed, summary.interrupted, summary.files), (2, true, 4));
    assert_eq!(scene.documents().len(), 2);
    assert_eq!(counts(&scene.run()), [2, 0, 0, 2, 0, 0, 0]);
    assert_eq!(scene.documents().len(), 4);
}

#[test]
fn a_failing_index_ends_the_run_and_the_next_one_makes_up_for_it() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two"), ("c.pdf", "three")]);
    // The index of a new library exists, so that the failure is that of a commit with reports.
    drop(FileIndex::open(&scene.library().generation_directory(), 1).expect("room").finish());
    let result = scene.try_run::<FullIndex>(&AtomicBool::new(false));
    assert!(matches!(result, Err(IngestError::Index(_))), "{result:?}");
    assert_eq!(scene.library().catalogue().coverage().expect("readable").files, 0);
    assert_eq!(counts(&scene.run()), [3, 0, 0, 0, 0, 0, 0]);
    assert_eq!(scene.documents().len(), 3);
}

#[test]
fn an_index_that_is_gone_is_not_replaced_by_an_empty_one() {
    let scene = Scene::new(&[("a.pdf", "one")]);
    scene.run();
    std::fs::remove_file(scene.library().generation_directory().join("documents.json")).expect("there");
    let result = scene.try_run::<FileIndex>(&AtomicBool::new(false));
    assert!(matches!(result, Err(IngestError::Store(StoreError::Damaged { .. }))), "{result:?}");
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two"), ("copy.pdf", "one"), ("empty.pdf", "")]);
    scene.options.dry_run = true;
    let directory = scene.data.path().join("index");
    let library = Library::open_for_planning(&directory).expect("an empty one");
    let plan = |library: &Library| {
        let stop = AtomicBool::new(false);
        run::<FileIndex>(library, &scene.options, &scene.progress, &read_text, &stop).expect("a plan")
    };
    let summary = plan(&library);
    assert_eq!((counts(&summary), summary.dry_run), ([2, 0, 1, 0, 1, 0, 0], true));
    assert!(!directory.exists());
    let options = IngestOptions { dry_run: false, ..scene.options.clone() };
    let stop = AtomicBool::new(false);
    run::<FileIndex>(&scene.library(), &options, &scene.progress, &read_text, &stop).expect("a run");
    scene.write("new.pdf", "two");
    scene.write("newer.pdf", "twenty");
    let library = Library::open_for_planning(&directory).expect("a library");
    assert_eq!(counts(&plan(&library)), [1, 0, 1, 4, 0, 0, 0]);
    assert_eq!(library.catalogue().coverage().expect("readable").files, 4);
}

#[test]
fn folders_that_cannot_be_listed_hide_their_files_without_losing_them() {
    use std::os::unix::fs::PermissionsExt;
    let mut scene = Scene::new(&[("a.pdf", "one"), ("s/b.pdf", "two"), ("s/c.pdf", "three")]);
    scene.run();
    let folder = scene.path("s");
    let allow = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).expect("ours");
    allow(0o000);
    if std::fs::read_dir(&folder).is_ok() {
        // The superuser lists everything.
        allow(0o755);
        return;
    }
    scene.options.prune = true;
    assert_eq!(counts(&scene.run()), [0, 0, 0, 1, 1, 0, 0]);
    assert_eq!(scene.documents().len(), 3);
    allow(0o755);
    assert_eq!(counts(&scene.run()), [0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(scene.outcome("s"), None);
}

#[test]
fn a_second_writer_is_told_who_holds_the_library() {
    let scene = Scene::new(&[]);
    let _library = scene.library();
    match Library::open_for_writing(&scene.data.path().join("index")) {
        Err(StoreError::Locked { holder, .. }) => assert_eq!(holder, std::process::id().to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_report_withdrawn_while_its_file_is_read_does_not_come_back() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two"), ("copy-of-a.pdf", "one"), ("gone.pdf", "three")]);
    let withdrawing = |library: &Library| {
        let extract = |bytes: &[u8], id: ReportId, name: &str, begun: &mut dyn FnMut(Step)| {
            let gone = (name == "gone.pdf").then(|| scene.path(name));
            if name != "b.pdf" {
                library.catalogue().withdraw(id, gone.as_deref(), 7).expect("room");
            }
            read_text(bytes, id, name, begun)
        };
        let stop = AtomicBool::new(false);
        run::<FileIndex>(library, &scene.options, &scene.progress, &extract, &stop).expect("a run")
    };
    withdrawing(&scene.library());
    assert_eq!(scene.documents().into_values().collect::<Vec<_>>(), ["b.pdf"]);
    let withdrawn = Some(Outcome::Failed(Reason::Withdrawn));
    for (name, outcome) in
        [("a.pdf", withdrawn), ("copy-of-a.pdf", withdrawn), ("b.pdf", Some(Outcome::Indexed)), ("gone.pdf", None)]
    {
        assert_eq!(scene.outcome(name), outcome, "{name}");
    }
    // Nor with the next run, but when it is asked for.
    scene.remove("gone.pdf");
    scene.run();
    assert_eq!(scene.documents().len(), 1);
    let retry = Some(Some(Reason::Withdrawn));
    let scene = Scene { options: IngestOptions { retry, ..scene.options.clone() }, ..scene };
    scene.run();
    assert_eq!(scene.documents().len(), 2);
    // A withdrawal before the run is not one during it.
    let library = scene.library();
    let id = ReportId::of_bytes(b"one");
    library.catalogue().withdraw(id, None, 8).expect("room");
    let stop = AtomicBool::new(false);
    run::<FileIndex>(&library, &scene.options, &scene.progress, &read_text, &stop).expect("a run");
    assert!(library.catalogue().has_report(id).expect("readable"));
}

/// Title and tags of the report of a text, as the catalogue has them.
fn said(scene: &Scene, text: &str) -> (String, Vec<String>) {
    let row =
        scene.library().catalogue().report(ReportId::of_bytes(text.as_bytes())).expect("readable").expect("there");
    (row.title.clone(), row.tags().to_vec())
}

fn titled(title: &str) -> (String, Vec<String>) {
    (title.to_owned(), Vec::new())
}

#[test]
fn what_stands_beside_a_pdf_wins_and_is_followed_without_reading_the_pdf() {
    let scene = Scene::new(&[("a.pdf", "one"), ("a.toml", "title = \"A\"\ntags = [\"x\"]"), ("b.pdf", "two")]);
    let summary = scene.run();
    assert_eq!((counts(&summary), summary.corrected), ([2, 0, 0, 0, 0, 0, 0], 0), "at once with the report");
    assert_eq!(said(&scene, "one"), ("A".to_owned(), vec!["x".to_owned()]));
    assert_eq!(said(&scene, "two"), titled("b.pdf"));
    let again = scene.run();
    assert_eq!((counts(&again), again.corrected), ([0, 0, 0, 2, 0, 0, 0], 0));
    for (step, corrected, expected) in [
        ("changed", 1, ("Another".to_owned(), Vec::new())),
        ("unknown field", 1, titled("a.pdf")),
        ("gone", 1, titled("a.pdf")),
        ("there again", 1, titled("Back")),
        ("new bytes", 0, titled("Back")),
        ("vanished with its PDF", 0, titled("Back")),
    ] {
        let mut text = "one";
        match step {
            "changed" => scene.write("a.toml", "title = \"Another\""),
            "unknown field" => scene.write("a.toml", "titel = \"Another\""),
            "gone" => scene.remove("a.toml"),
            "there again" => scene.write("a.toml", "title = \"Back\""),
            "new bytes" => scene.write("a.pdf", "three"),
            _ => ["a.toml", "a.pdf"].iter().for_each(|name| scene.remove(name)),
        }
        if corrected == 0 {
            text = "three";
        }
        let summary = scene.run();
        assert_eq!((said(&scene, text), summary.corrected), (expected, corrected), "{step}");
        assert_eq!(summary.bytes, if step == "new bytes" { 5 } else { 0 }, "{step}");
        assert_eq!(summary.sidecar_problems, u64::from(step == "unknown field"), "{step}");
        scene.documents();
    }
    let mut scene = scene;
    (scene.options.prune, scene.options.prune_many) = (true, true);
    scene.run();
    let library = scene.library();
    let service = library.service().expect("readable").expect("there");
    assert_eq!(service.sidecars_under(&scene.path("")).expect("readable"), [], "forgotten with its PDF");
    assert!(!service.has_marks().expect("readable"));
}

#[test]
fn of_several_places_the_first_says_what_a_report_is() {
    let scene = Scene::new(&[("b.pdf", "one"), ("b.toml", "title = \"B\"")]);
    scene.run();
    scene.write("c.pdf", "one");
    scene.write("c.toml", "title = \"C\"");
    assert_eq!(counts(&scene.run()), [0, 0, 1, 1, 0, 0, 0]);
    assert_eq!(said(&scene, "one"), titled("B"));
    scene.write("a/a.pdf", "one");
    scene.write("a/report.toml", "title = \"A\"");
    let summary = scene.run();
    assert_eq!((said(&scene, "one"), summary.corrected), (titled("A"), 1));
    std::fs::remove_dir_all(scene.path("a")).expect("there");
    scene.run();
    assert_eq!(said(&scene, "one"), titled("B"), "one that is there wins over one that is gone");
    scene.rename("b.pdf", "z.pdf");
    scene.rename("b.toml", "z.toml");
    scene.run();
    assert_eq!(said(&scene, "one"), titled("C"));
}

#[test]
fn editors_win_and_an_ingest_follows_them() {
    let scene = Scene::new(&[("a.pdf", "one"), ("a.toml", "title = \"A\"\ntags = [\"x\"]"), ("b.pdf", "two")]);
    scene.run();
    let id = ReportId::of_bytes(b"one");
    let correct = |title: &str| {
        let service = crate::store::ServiceStore::open(&scene.data.path().join("index")).expect("there");
        let correction = crate::report::Correction { title: Some(title.to_owned()), ..Default::default() };
        service.correct(id, &correction, "Ann", None, 1).expect("room").expect("whatever was");
    };
    correct("Edited");
    let summary = scene.run();
    assert_eq!((said(&scene, "one"), summary.corrected), (("Edited".to_owned(), vec!["x".to_owned()]), 1));
    let stored = {
        let library = scene.library();
        let row = library.catalogue().report(id).expect("readable").expect("there");
        (library.texts().report(row.location).expect("whole"), library.report(&row).expect("whole"))
    };
    assert_eq!((stored.0.about.title.as_str(), stored.1.about.title.as_str()), ("a.pdf", "Edited"), "kept as read");
    // One who had it before it was read for the first time.
    let later = ReportId::of_bytes(b"later");
    {
        let library = scene.library();
        let correction = crate::report::Correction { title: Some("Later".to_owned()), ..Default::default() };
        let service = library.service_or_new().expect("there");
        service.correct(later, &correction, "Ann", None, 1).expect("room").expect("whatever was");
    }
    scene.write("later.pdf", "later");
    let summary = scene.run();
    assert_eq!((said(&scene, "later"), summary.indexed), (titled("Later"), 1));
}

#[test]
fn what_cannot_be_read_beside_a_pdf_is_told_and_kept() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two"), ("b.toml", "title = \"B\"\ntags = 3\n")]);
    std::fs::write(scene.path("a.toml"), vec![b'#'; 65 << 10]).expect("room");
    let summary = scene.run();
    assert_eq!((counts(&summary), summary.sidecar_problems), ([2, 0, 0, 0, 0, 0, 0], 2));
    assert_eq!((said(&scene, "one"), said(&scene, "two")), (titled("a.pdf"), titled("B")));
    let problems = || {
        let library = scene.library();
        let rows = library.service().expect("readable").expect("there").sidecar_problems().expect("readable");
        rows.into_iter().flat_map(|row| row.problems).collect::<Vec<_>>()
    };
    let told = problems();
    assert!(told[0].starts_with("cannot be read: ") && told[0].contains("the limit is 65536"), "{told:?}");
    assert_eq!(told[1], "line 2: `tags` must be a list of texts");
    let again = scene.run();
    assert_eq!((again.sidecar_problems, again.corrected, problems()), (2, 0, told), "and told again");
    scene.write("a.toml", "");
    scene.remove("b.toml");
    assert_eq!(scene.run().sidecar_problems, 0);
    assert_eq!(problems(), [""; 0]);
}

#[test]
fn what_is_just_being_written_beside_a_pdf_waits() {
    let mut scene = Scene::new(&[("a.pdf", "one")]);
    scene.run();
    scene.options.settle = std::time::Duration::from_secs(60);
    let file = std::fs::File::options().append(true).open(scene.path("a.pdf")).expect("there");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("ours");
    scene.write("a.toml", "title = \"A\"");
    assert_eq!((scene.run().corrected, said(&scene, "one")), (0, titled("a.pdf")));
    scene.options.settle = std::time::Duration::ZERO;
    assert_eq!((scene.run().corrected, said(&scene, "one")), (1, titled("A")));
}

#[test]
fn a_run_that_finds_nothing_new_writes_nothing() {
    let scene = Scene::new(&[("a.pdf", "one"), ("b.pdf", "two"), ("c.pdf", "one")]);
    scene.run();
    let version = || scene.library().catalogue().version().expect("readable");
    let before = version();
    assert_eq!(scene.run().unchanged, 3);
    assert_eq!(version(), before);
    scene.write("d.pdf", "three");
    scene.run();
    assert!(version() > before);
}
