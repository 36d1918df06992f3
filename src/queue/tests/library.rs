//! What a worker finishes is in the library of every reader: in the catalogue, with its texts, and with its PDF.

use super::rules::{LEASE, held, read, source};
use crate::objects::Place;
use crate::objects::tests::bucket;
use crate::objects::tests::store::Store;
use crate::queue::{Begun, Finished, Queue, Revision, RevisionId, RevisionState, Token};
use crate::report::ReportId;
use crate::sources::Sources;
use crate::store::DatabaseServer;
use crate::store::shared::{Segments, SharedParts};
use crate::store::{Library, ReportFacts, report_of_texts};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

const PDF: &[u8] = b"%PDF or nearly";
const KEPT: u64 = 1 << 20;

/// A name, where the texts are, how the originals are reached, and the place of one of them.
type Shared<'s> = (&'s str, Arc<Place>, &'s dyn Fn() -> Place, &'s str);

#[test]
fn what_is_finished_is_in_the_library_of_every_reader() {
    let Some(server) = DatabaseServer::start() else { return };
    let store = Store::start();
    let directory = tempfile::tempdir().expect("a directory");
    let (shared, pdfs) = (directory.path().join("shared"), directory.path().join("pdfs"));
    std::fs::create_dir(&pdfs).expect("room");
    std::fs::write(pdfs.join("a.pdf"), PDF).expect("room");
    bucket(&store).create("pdfs/a.pdf", PDF).expect("room");
    let in_bucket = || Place::Bucket(Box::new(bucket(&store)));
    let path = pdfs.join("a.pdf").display().to_string();
    let places: [Shared<'_>; 2] = [
        ("folder", Arc::new(Place::Folder(shared)), &|| Place::Folder(pdfs.clone()), &path),
        ("bucket", Arc::new(in_bucket()), &in_bucket, "s3://reports/library/1/pdfs/a.pdf"),
    ];
    for (name, texts, originals, place) in places {
        let url = server.database(name);
        let open = || {
            let parts = SharedParts {
                database_url: &url,
                name: "recto test",
                texts: Arc::clone(&texts),
                originals: Sources::new(vec![originals()]),
                kept_bytes: KEPT,
            };
            Library::open_shared(&directory.path().join("own"), parts).expect("opens")
        };
        let early = open();
        assert!(!early.catalogue().has_reports().expect("readable"));
        let queue = Queue::connect(&url, "recto test").expect("connects");
        queue.offer(&[source(place, "1")]).expect("offers");
        let lease = Token::random().expect("random bytes");
        assert_eq!(queue.lease(&lease, "one", 1, LEASE).expect("leases").len(), 1);
        let report = report_of_texts(name, &["Words of the first page", "Words of the second"]);
        let report = crate::report::Report { id: ReportId::of_bytes(PDF), size: PDF.len() as u64, ..report };
        let location = Segments::new(Arc::clone(&texts)).append(&report).expect("room");
        let revision = Revision {
            id: RevisionId::random().expect("random bytes"),
            report: report.id,
            place: Vec::new(),
            edition: "1".to_owned(),
            pages: 2,
            state: RevisionState::Writing,
            since: 0,
        };
        assert_eq!(queue.begin(held(&lease, place), &revision).expect("begins"), Begun::Write);
        let was_read =
            crate::queue::Read { facts: ReportFacts::of(&report, None), texts: location, ..read("its file") };
        queue.finish(held(&lease, place), &Finished::Written(revision.id), &was_read).expect("finishes");
        for library in [early, open()] {
            let row = library.catalogue().report(report.id).expect("readable").expect("known");
            assert_eq!((row.file.as_path(), row.pages_total), (Path::new(place), 2));
            assert_eq!(library.load(&row).expect("sound").pages[1].text, "Words of the second");
            assert_eq!(library.report(&row).expect("sound").about.title, name);
            assert_eq!(library.catalogue().coverage().expect("readable").files, 1);
            match library.fetched(&row.file, row.size) {
                None => assert_eq!(name, "folder", "it is to be opened by its path"),
                Some(file) => {
                    let mut bytes = Vec::new();
                    file.expect("there").read_to_end(&mut bytes).expect("readable");
                    assert_eq!((bytes.as_slice(), name), (PDF, "bucket"));
                    let before = store.requests();
                    library.fetched(&row.file, row.size).expect("an object").expect("there");
                    assert_eq!(store.requests(), before, "a viewer asks for parts of it again and again");
                }
            }
            assert!(!library.refresh().expect("nothing to look for"));
        }
    }
}
