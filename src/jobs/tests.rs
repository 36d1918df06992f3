//! The queue with real ingests of small PDFs, read in this process.

use super::{Ended, Job, JobError, JobKind, JobRequest, Jobs, JobsConfig, Retry, Roots};
use crate::ingest::IngestOptions;
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{JobState, Library, ServiceStore, StoreError, UploadRow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Place {
    folder: tempfile::TempDir,
    jobs: Option<Jobs>,
}

impl Place {
    fn new() -> Place {
        let mut place = Place { folder: tempfile::tempdir().expect("a folder"), jobs: None };
        std::fs::create_dir(place.reports()).expect("room");
        place.start();
        place
    }

    fn start(&mut self) {
        let directory = self.index();
        if let Some(jobs) = self.jobs.take() {
            assert_eq!(jobs.join(Instant::now() + PATIENCE), Ended::Regularly);
        }
        self.jobs = Some(Jobs::start(self.config(directory, false)).expect("started"));
    }

    fn config(&self, directory: PathBuf, is_elsewhere: bool) -> JobsConfig {
        JobsConfig {
            store: Arc::new(ServiceStore::open(&directory).expect("room")),
            directory,
            roots: Roots::new(&[self.reports()]).expect("there"),
            options: IngestOptions { jobs: 1, ..IngestOptions::default() },
            recogniser: None,
            library: None,
            is_elsewhere,
            take_away: None,
            watch: None,
            counted: None,
            changed: Box::new(|| {}),
        }
    }

    fn jobs(&self) -> &Jobs {
        self.jobs.as_ref().expect("started")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn reports(&self) -> PathBuf {
        self.folder.path().join("reports")
    }

    fn write(&self, name: &str, words: &str) -> ReportId {
        let bytes = pdf(words);
        std::fs::write(self.reports().join(name), &bytes).expect("room");
        ReportId::of_bytes(&bytes)
    }

    fn request(&self) -> JobRequest {
        JobRequest { kind: JobKind::Request, paths: vec![self.reports()], retry: Retry::None, prune: false, ocr: None }
    }

    fn read_all(&self, retry: Retry) -> Job {
        let job = self.jobs().submit(JobRequest { retry, ..self.request() }).expect("a place");
        self.wait(job.id)
    }

    fn wait(&self, id: i64) -> Job {
        let start = Instant::now();
        loop {
            let job = self.jobs().job(id).expect("readable").expect("there");
            if job.state.is_final() {
                return job;
            }
            assert!(start.elapsed() < PATIENCE, "{job:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn library(&self) -> Library {
        Library::open_for_reading(&self.index()).expect("a library")
    }

    fn has(&self, id: ReportId) -> bool {
        self.library().catalogue().has_report(id).expect("readable")
    }

    /// Takes a lock as another process would, once the queue has let go of it.
    fn lock(&self) -> Library {
        let start = Instant::now();
        loop {
            match Library::open_for_writing(&self.index()) {
                Ok(library) => return library,
                Err(StoreError::Locked { .. }) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// A PDF of one page with these words.
fn pdf(words: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.7\n");
    for (number, object) in (1..).zip(&objects) {
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    file.push_str("trailer\n<< /Size 6 /Root 1 0 R >>\n%%EOF\n");
    file.into_bytes()
}

#[test]
fn on_many_machines_the_jobs_of_another_service_are_left_to_it() {
    let place = Place::new();
    let config = place.config(place.index(), true);
    let store = Arc::clone(&config.store);
    let id = store.add_job("{}", 1).expect("room");
    let state = || store.job(id).expect("readable").map(|job| job.state);
    let jobs = Jobs::start(config).expect("started");
    assert_eq!(state(), Some(JobState::Queued), "at the start");
    jobs.stop();
    assert_eq!(jobs.join(Instant::now() + PATIENCE), Ended::Regularly);
    assert_eq!(state(), Some(JobState::Queued), "at the end");
}

#[test]
fn a_job_is_done_counted_and_remembered() {
    let mut place = Place::new();
    let id = place.write("a.pdf", "cash transfers");
    std::fs::write(place.reports().join("b.pdf"), "%PDF-1.7 nothing").expect("room");
    let job = place.read_all(Retry::None);
    assert_eq!((job.state, job.detail.as_deref()), (JobState::Done, None));
    let progress = &job.progress;
    assert_eq!((progress.files_done, progress.files_total, progress.pages_done), (2, 2, 1));
    assert_eq!((progress.failures, progress.reports_committed, progress.seconds_left), (1, 1, Some(0)));
    assert!(job.started.is_some() && job.ended.is_some());
    assert!(place.has(id));
    let (failures, total) = place.library().catalogue().failures_under(&job.request.paths, 0, 10).expect("readable");
    assert_eq!((failures[0].path.clone(), total), (place.reports().join("b.pdf"), 1));
    let again = place.read_all(Retry::None);
    assert_eq!(again.summary.expect("done").unchanged, 2);
    place.start();
    let remembered = place.jobs().job(job.id).expect("readable").expect("remembered");
    assert_eq!((remembered.state, remembered.summary), (JobState::Done, job.summary));
    assert_eq!(place.jobs().jobs(0, 10).expect("readable").1, 2);
}

#[test]
fn jobs_wait_while_another_process_writes_and_the_same_is_not_taken_twice() {
    let place = Place::new();
    place.write("a.pdf", "cash transfers");
    let other = place.lock();
    let job = place.jobs().submit(place.request()).expect("a place");
    match place.jobs().submit(place.request()) {
        Err(JobError::Exists(id)) => assert_eq!(id, job.id),
        other => panic!("{:?}", other.map(|job| job.id)),
    }
    let start = Instant::now();
    let waits = loop {
        let now = place.jobs().job(job.id).expect("readable").expect("there");
        if now.detail.is_some() || start.elapsed() > PATIENCE {
            break now;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let holder = std::process::id().to_string();
    assert!(waits.detail.is_some_and(|detail| detail.contains(&holder)), "it says for whom it waits");
    assert!(!waits.state.is_final());
    drop(other);
    assert_eq!(place.wait(job.id).state, JobState::Done);
}

#[test]
fn too_many_jobs_are_refused_and_those_that_wait_can_be_cancelled() {
    let place = Place::new();
    let _other = place.lock();
    let request = |number: usize| JobRequest { paths: vec![PathBuf::from(format!("/{number}"))], ..place.request() };
    let mut last = None;
    let full = (0..200).find_map(|number| match place.jobs().submit(request(number)) {
        Ok(job) => {
            last = Some(job.id);
            None
        }
        Err(error) => Some(error),
    });
    assert!(matches!(full, Some(JobError::Full(100))), "{full:?}");
    let last = last.expect("some were taken");
    let cancelled = place.jobs().cancel(last).expect("room").expect("there");
    assert_eq!(cancelled.state, JobState::Cancelled);
    assert_eq!(place.jobs().cancel(last).expect("room").map(|job| job.state), Some(JobState::Cancelled), "again");
    assert!(place.jobs().cancel(9_999).expect("room").is_none());
    place.jobs().submit(request(500)).expect("there is a place again");
}

#[test]
fn a_restart_tells_what_was_interrupted_and_reads_what_was_handed_over() {
    let mut place = Place::new();
    let other = place.lock();
    let job = place.jobs().submit(place.request()).expect("a place");
    let bytes = pdf("handed over");
    let hash = blake3::hash(&bytes);
    let (id, hex) = (ReportId::of_hash(&hash), hash.to_hex().to_string());
    std::fs::create_dir_all(place.jobs().uploads_directory()).expect("room");
    std::fs::write(place.jobs().upload_path(&hex), &bytes).expect("room");
    let upload = UploadRow { id, hash: hex, name: "Annual report.pdf".to_owned(), size: bytes.len() as u64 };
    place.jobs().shared.config.store.add_upload(&upload, 1).expect("room");
    assert_eq!(place.jobs().join(Instant::now() + PATIENCE), Ended::Regularly, "it ends although it waits");
    drop(other);
    place.start();
    let remembered = place.jobs().job(job.id).expect("readable").expect("remembered");
    assert_eq!(remembered.state, JobState::Interrupted);
    let (jobs, _) = place.jobs().jobs(0, 1).expect("readable");
    assert_eq!(jobs[0].request.kind, JobKind::Upload);
    place.wait(jobs[0].id);
    let row = place.library().catalogue().report(id).expect("readable").expect("read");
    assert_eq!(row.title, "Annual report", "what it was called is its title of last resort");
}

#[test]
fn a_removed_report_stays_away_until_somebody_wants_it_back() {
    let place = Place::new();
    let id = place.write("a.pdf", "cash transfers");
    let other = place.write("b.pdf", "food aid");
    place.read_all(Retry::None);
    assert!(place.jobs().withdraw(id).expect("room"));
    assert!(!place.jobs().withdraw(id).expect("room"), "it is gone already");
    assert!(!place.has(id) && place.has(other));
    // A copy elsewhere does not bring it back, nor does a general retry.
    std::fs::copy(place.reports().join("a.pdf"), place.reports().join("copy.pdf")).expect("room");
    for retry in [Retry::None, Retry::All] {
        place.read_all(retry);
        assert!(!place.has(id), "{retry:?}");
    }
    let copy = place.library().catalogue().file(&place.reports().join("copy.pdf")).expect("readable").expect("seen");
    assert_eq!(copy.outcome, Outcome::Failed(Reason::Withdrawn));
    assert!(indexed(&place).eq(&[other]), "its words have left the index");
    place.read_all(Retry::Reason(Reason::Withdrawn));
    assert!(place.has(id) && indexed(&place).contains(&id));
}

#[test]
fn what_was_handed_over_is_removed_with_its_file_and_can_be_handed_over_again() {
    let place = Place::new();
    let withdrawn = place.write("a.pdf", "cash transfers");
    place.read_all(Retry::None);
    place.jobs().withdraw(withdrawn).expect("room");
    for _ in 0..2 {
        let bytes = pdf("cash transfers");
        let hex = blake3::hash(&bytes).to_hex().to_string();
        std::fs::create_dir_all(place.jobs().uploads_directory()).expect("room");
        let path = place.jobs().upload_path(&hex);
        std::fs::write(&path, &bytes).expect("room");
        let upload = UploadRow { id: withdrawn, hash: hex, name: "a.pdf".to_owned(), size: bytes.len() as u64 };
        assert!(place.jobs().shared.config.store.add_upload(&upload, 1).expect("room"));
        let job = place.jobs().submit_upload(path.clone()).expect("a place");
        place.wait(job.id);
        assert!(place.has(withdrawn), "whoever hands it over wants it");
        assert!(place.jobs().withdraw(withdrawn).expect("room"));
        assert!(!path.exists() && !place.has(withdrawn));
        assert!(place.reports().join("a.pdf").exists(), "files of others stay where they are");
    }
}

/// The reports in the index, once it has settled.
fn indexed(place: &Place) -> Vec<ReportId> {
    let known = |directory: &Path| {
        let reports = crate::index::check(directory).expect("sound");
        reports.into_iter().map(|report| report.id).collect::<Vec<_>>()
    };
    let library = place.lock();
    known(&library.generation_directory())
}

#[test]
fn an_upload_taken_back_before_it_is_read_costs_the_others_nothing() {
    let mut place = Place::new();
    // Nothing is read while another process writes.
    let held = Library::open_for_writing(&place.index()).expect("free");
    let mut ids = Vec::new();
    let store = Arc::clone(&place.jobs().shared.config.store);
    let folder = place.jobs().uploads_directory();
    std::fs::create_dir_all(&folder).expect("room");
    for words in ["first", "second"] {
        let bytes = pdf(words);
        let (id, hash) = (ReportId::of_bytes(&bytes), blake3::hash(&bytes).to_hex().to_string());
        std::fs::write(place.jobs().upload_path(&hash), &bytes).expect("room");
        let size = bytes.len() as u64;
        store.add_upload(&UploadRow { id, hash: hash.clone(), name: format!("{words}.pdf"), size }, 1).expect("room");
        let job = place.jobs().submit_upload(place.jobs().upload_path(&hash)).expect("a place");
        ids.push((id, hash, job.id));
    }
    std::fs::remove_file(place.jobs().upload_path(&ids[0].1)).expect("there");
    drop(held);
    let job = place.wait(ids[1].2);
    assert_eq!(job.state, JobState::Done, "{job:?}");
    assert!(place.library().catalogue().has_report(ids[1].0).expect("readable"));
    place.start();
}
