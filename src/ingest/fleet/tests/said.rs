//! Reports as persons have corrected them, and files by the names that they were handed over under.

use super::*;
use crate::report::Correction;
use crate::store::UploadRow;

fn bench(reports: usize) -> (tempfile::TempDir, Bench) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut bench = Bench::new(reports);
    bench.shelf.service = Some(ServiceStore::open(directory.path()).expect("a new one"));
    (directory, bench)
}

fn titled(title: &str) -> Correction {
    Correction { title: Some(title.to_owned()), tags: Some(vec!["x".to_owned()]), ..Correction::default() }
}

fn id_of(text: &str) -> ReportId {
    ReportId::of_bytes(&TestPdf::with_text(text).bytes())
}

impl Bench {
    fn service(&self) -> &ServiceStore {
        self.shelf.service.as_ref().expect("there is one")
    }

    fn correct(&self, text: &str, correction: &Correction) {
        self.service().correct(id_of(text), correction, "Ann", None, 1).expect("room").expect("whatever was");
    }

    fn read_on(&self) -> Worked {
        self.work(&self.options(), &AtomicBool::new(false))
    }

    /// The documents of what is live that say what is said.
    fn said(&self) -> Vec<String> {
        self.shown().into_iter().filter(|document| document.contains(" [")).collect()
    }

    fn title(&self, text: &str) -> String {
        self.memory.content().reports[&id_of(text)].0.title.clone()
    }
}

#[test]
fn a_corrected_report_is_published_again_without_its_file() {
    let (_directory, bench) = bench(2);
    bench.enqueue();
    bench.read_on();
    std::fs::remove_file(bench.folder.path().join("0.pdf")).expect("there");
    bench.correct("report 0", &titled("Better"));
    let worked = bench.read_on();
    assert_eq!((worked.corrected, worked.indexed, worked.failed.len()), (1, 0, 0), "{worked:?}");
    assert!(bench.said().contains(&"Better [\"x\"] stored.pdf".to_owned()), "{:?}", bench.said());
    assert_eq!(bench.title("report 0"), "Better");
    assert!(!bench.service().has_marks().expect("readable"));
    assert_eq!(bench.read_on().corrected, 0, "once");
    // Taken back, and said again: the same edition as before.
    bench.correct("report 0", &Correction::default());
    bench.correct("report 0", &titled("Better"));
    assert_eq!(bench.read_on().corrected, 0);
    assert!(!bench.service().has_marks().expect("readable"));
    bench.correct("report 0", &Correction::default());
    assert_eq!(bench.read_on().corrected, 1);
    assert!(bench.said().iter().all(|document| document.contains(" [] ")), "{:?}", bench.said());
}

#[test]
fn a_report_that_is_read_for_the_first_time_carries_what_was_said_before() {
    let (_directory, bench) = bench(1);
    bench.correct("report 0", &titled("Known"));
    bench.read_on();
    assert!(bench.service().has_marks().expect("readable"), "whoever reads it has not asked yet");
    bench.enqueue();
    let worked = bench.read_on();
    assert_eq!((worked.indexed, worked.corrected), (1, 0));
    assert_eq!(bench.said(), ["Known [\"x\"] 0.pdf"]);
    assert_eq!(bench.title("report 0"), "Known");
    assert!(!bench.service().has_marks().expect("readable"));
    // A copy changes nothing.
    bench.write("copy.pdf", "report 0");
    bench.enqueue();
    assert_eq!(bench.read_on().known, 1);
    assert_eq!(bench.said(), ["Known [\"x\"] 0.pdf"]);
}

#[test]
fn what_cannot_be_read_of_the_storage_any_more_is_read_again() {
    let (_directory, bench) = bench(1);
    bench.enqueue();
    bench.read_on();
    bench.shelf.kept.lock().expect("whole").clear();
    bench.correct("report 0", &titled("Better"));
    assert_eq!(bench.read_on().corrected, 1);
    assert_eq!(bench.said(), ["Better [\"x\"] 0.pdf"]);
    assert_eq!(bench.shelf.kept.lock().expect("whole").len(), 1);
}

#[test]
fn files_beside_pdfs_are_followed_as_they_come_change_and_go() {
    let (_directory, bench) = bench(2);
    let beside = bench.folder.path().join("0.toml");
    let say = |text: &str| std::fs::write(&beside, text).expect("room");
    let said = || bench.said().iter().filter(|document| document.contains("0.pdf")).cloned().collect::<Vec<_>>();
    say("title = \"At first\"\nnothing = 1\n");
    assert_eq!(bench.enqueue().sidecar_problems, 1);
    bench.read_on();
    assert_eq!(said(), ["At first [] 0.pdf"]);
    assert_eq!(bench.service().sidecar_problems().expect("readable").len(), 1);
    say("title = \"Later\"\n");
    assert_eq!(bench.enqueue().sidecar_problems, 0);
    assert_eq!(bench.read_on().corrected, 1);
    assert!(bench.said().contains(&"Later [] stored.pdf".to_owned()), "{:?}", bench.said());
    // An editor wins, as far as they say something.
    bench.correct("report 0", &titled("Said"));
    bench.read_on();
    assert_eq!(bench.title("report 0"), "Said");
    bench.correct("report 0", &Correction::default());
    // With another PDF of the same name it speaks of that one.
    bench.write("0.pdf", "report new");
    bench.enqueue();
    bench.read_on();
    assert_eq!(bench.title("report new"), "Later");
    std::fs::remove_file(&beside).expect("there");
    bench.enqueue();
    assert_eq!(bench.read_on().corrected, 1);
    assert_ne!(bench.title("report new"), "Later");
    assert_eq!(bench.enqueue().changed, 0);
}

#[test]
fn what_stands_beside_a_pdf_that_is_read_at_this_moment_is_not_missed() {
    let (_directory, bench) = bench(1);
    bench.enqueue();
    let queue = bench.queue().expect("connects");
    let lease = Token::random().expect("random bytes");
    let item = queue.lease(&lease, "other", 1, Duration::from_secs(60)).expect("leases").pop().expect("a file");
    // Somebody reads the PDF; the file comes to stand beside it, and it is not known yet which report that is.
    std::fs::write(bench.folder.path().join("0.toml"), "title = \"In between\"\n").expect("room");
    bench.enqueue();
    let row = bench.service().sidecars_under(bench.folder.path()).expect("readable").pop();
    let row = row.or_else(|| {
        let path = bench.folder.path().canonicalize().expect("there");
        bench.service().sidecars_under(&path).expect("readable").pop()
    });
    assert_eq!(row.expect("kept").id, None);
    let held = crate::queue::Held { lease: &lease, place: &item.source.place };
    queue.give_back(held, Duration::ZERO).expect("gives back");
    bench.read_on();
    assert_eq!(bench.title("report 0"), "In between");
}

#[test]
fn files_that_were_handed_over_are_called_as_their_owners_call_them() {
    let (_directory, bench) = bench(0);
    let bytes = TestPdf::with_text("some words").bytes();
    let (id, hash) = (ReportId::of_bytes(&bytes), blake3::hash(&bytes).to_hex().to_string());
    let upload = UploadRow { id, hash: hash.clone(), name: "My report.pdf".to_owned(), size: bytes.len() as u64 };
    bench.service().add_upload(&upload, 1).expect("room");
    let file = bench.folder.path().join("upload");
    std::fs::write(&file, &bytes).expect("room");
    let place = crate::objects::Place::Folder(bench.folder.path().join("shared"));
    hand_over(&bench.queue().expect("connects"), &place, &file, &hash).expect("kept");
    assert_eq!(bench.read_on().indexed, 1);
    let said = bench.said();
    assert!(said.len() == 1 && said[0].ends_with(" My report.pdf") && !said[0].contains(&hash[..8]), "{said:?}");
    let names: Vec<_> = bench.memory.content().files.into_values().map(|file| file.name).collect();
    assert_eq!(names, [Some("My report.pdf".to_owned())]);
}
