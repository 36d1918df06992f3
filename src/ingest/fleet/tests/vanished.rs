//! Files that are met again, gone, or unwanted.

use super::*;
use crate::objects::Place;
use crate::report::{Outcome, Reason};
use std::path::PathBuf;

impl Bench {
    fn outcome(&self, name: &str) -> Option<(Outcome, bool)> {
        let path = self.folder.path().canonicalize().expect("there").join(name);
        self.memory.content().files.get(&path).map(|file| (file.outcome, file.vanished.is_some()))
    }

    fn read_all(&self) -> Worked {
        self.work(&self.options(), &AtomicBool::new(false))
    }
}

#[test]
fn a_report_read_in_part_stays_that_whichever_of_its_files_is_met_again() {
    let bench = Bench::new(1);
    let mut options = bench.options();
    options.read.extract.lacking = Some(Reason::OcrMissing);
    let read = || bench.work(&options, &AtomicBool::new(false));
    bench.enqueue();
    assert_eq!(read().partial, 1);
    let partial = Some((Outcome::Partial(Reason::OcrMissing), false));
    assert_eq!(bench.outcome("0.pdf"), partial);
    std::thread::sleep(Duration::from_millis(5));
    bench.write("0.pdf", "report 0");
    bench.write("1.pdf", "report 0");
    assert_eq!(bench.enqueue().changed, 1);
    assert_eq!(read().known, 2);
    assert_eq!(bench.outcome("0.pdf"), partial, "met again");
    assert_eq!(bench.outcome("1.pdf"), Some((Outcome::Duplicate, false)));
    std::fs::remove_file(bench.folder.path().join("0.pdf")).expect("there");
    bench.offer(IngestOptions { prune: true, prune_many: true, ..IngestOptions::default() }).expect("offers");
    assert_eq!((bench.outcome("0.pdf"), bench.outcome("1.pdf")), (None, partial), "its copy takes its place");
}

#[test]
fn what_is_gone_is_marked_and_forgotten_only_when_that_is_asked_for_and_no_disk_may_be_missing() {
    let bench = Bench::new(12);
    let folder = bench.folder.path().to_owned();
    let prune = || bench.offer(IngestOptions { prune: true, ..IngestOptions::default() });
    bench.enqueue();
    bench.read_all();
    let kept = folder.with_extension("kept");
    std::fs::create_dir(&kept).expect("room");
    let park = |name: &str| std::fs::rename(folder.join(name), kept.join(name)).expect("there");
    let take_back = |name: &str| std::fs::rename(kept.join(name), folder.join(name)).expect("there");
    park("3.pdf");
    assert_eq!((bench.enqueue().vanished, bench.enqueue().pruned), (1, 0));
    assert_eq!(bench.outcome("3.pdf"), Some((Outcome::Indexed, true)));
    assert_eq!(bench.shown(), reports(12), "it can be found as long as it is known");
    take_back("3.pdf");
    assert_eq!((bench.enqueue().vanished, bench.enqueue().known), (0, 12));
    assert_eq!(bench.outcome("3.pdf"), Some((Outcome::Indexed, false)));
    park("3.pdf");
    let dry = IngestOptions { prune: true, dry_run: true, ..IngestOptions::default() };
    assert_eq!(bench.offer(dry).expect("looks").pruned, 1);
    assert_eq!(bench.shown().len(), 12);
    assert_eq!(prune().expect("forgets").pruned, 1);
    assert_eq!((bench.shown().len(), bench.outcome("3.pdf")), (11, None));
    // More than a fifth, all of a folder, and the folder itself.
    for name in ["4.pdf", "5.pdf", "6.pdf"] {
        park(name);
    }
    assert!(matches!(prune(), Err(EnqueueError::Walk(crate::ingest::IngestError::TooManyVanished { .. }))));
    for name in ["4.pdf", "5.pdf", "6.pdf"] {
        take_back(name);
    }
    std::fs::create_dir(folder.join("mount")).expect("room");
    bench.write("mount/a.pdf", "on a disk");
    bench.enqueue();
    bench.read_all();
    std::fs::remove_file(folder.join("mount/a.pdf")).expect("there");
    assert!(matches!(prune(), Err(EnqueueError::Walk(crate::ingest::IngestError::Emptied { .. }))));
    std::fs::rename(&folder, kept.join("all")).expect("renamed");
    assert!(matches!(prune(), Err(EnqueueError::Walk(crate::ingest::IngestError::NoSuchPath(_)))));
    std::fs::rename(kept.join("all"), &folder).expect("renamed");
    assert_eq!(bench.shown().len(), 12);
    std::fs::remove_dir_all(kept).expect("there");
}

#[test]
fn what_was_withdrawn_does_not_come_back_with_its_bytes_but_with_who_hands_it_over() {
    let bench = Bench::new(3);
    bench.enqueue();
    bench.read_all();
    let queue = bench.queue().expect("connects");
    let bytes = TestPdf::with_text("report 1").bytes();
    let (id, hash) = (ReportId::of_bytes(&bytes), blake3::hash(&bytes).to_hex().to_string());
    let place = Place::Folder(bench.folder.path().join("shared"));
    assert!(take_away(&queue, &place, id, None).expect("withdraws"));
    assert_eq!(bench.shown(), ["report 0", "report 2"]);
    bench.write("again.pdf", "report 1");
    std::thread::sleep(Duration::from_millis(5));
    bench.write("1.pdf", "report 1");
    bench.enqueue();
    assert_eq!(bench.read_all().failed, [("withdrawn".to_owned(), 2)].into());
    let withdrawn = Some((Outcome::Failed(Reason::Withdrawn), false));
    assert_eq!([bench.outcome("1.pdf"), bench.outcome("again.pdf")], [withdrawn; 2]);
    assert_eq!(bench.shown(), ["report 0", "report 2"]);
    assert_eq!(offer_again(&queue, None).expect("asks"), 0, "by name only");
    // Handed over, taken away with its file, handed over again.
    let file = bench.folder.path().join("upload");
    std::fs::write(&file, &bytes).expect("room");
    let kept: PathBuf = bench.folder.path().join(format!("shared/uploads/{hash}.pdf"));
    for _ in 0..2 {
        hand_over(&queue, &place, &file, &hash).expect("kept");
        assert!(bench.read_all().indexed == 1 && kept.exists());
        assert_eq!(bench.shown(), reports(3));
        assert!(take_away(&queue, &place, id, Some(&hash)).expect("withdraws"));
        assert!(!kept.exists());
        assert_eq!(bench.shown(), ["report 0", "report 2"]);
    }
    assert!(offer_again(&queue, Some(Reason::Withdrawn)).expect("asks") > 0);
    bench.read_all();
    assert_eq!(bench.shown(), reports(3));
}
