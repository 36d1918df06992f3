//! The same of a folder and of a bucket.

use super::*;
use crate::objects::tests::bucket;
use crate::objects::tests::store::{Fault, Store};

fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(path, content).expect("room");
    }
    directory
}

const FILES: [(&str, &str); 5] =
    [("a.pdf", "one"), ("b/c d ü.PDF", "two"), ("b/notes.txt", "no"), ("b/pdf", "no"), ("z.pdf", "")];

fn listed(sources: &Sources) -> Vec<Original> {
    let mut listed = Vec::new();
    assert_eq!(sources.list(|originals| listed.extend(originals)), []);
    listed.sort();
    listed
}

#[test]
fn pdfs_are_listed_and_read_in_the_version_that_was_listed() {
    let directory = folder_of(&FILES);
    let store = Store::start();
    let bucket = bucket(&store);
    for (name, content) in FILES {
        bucket.create(name, content.as_bytes()).expect("room");
    }
    let folder = Sources::new(vec![Place::Folder(directory.path().to_owned())]);
    let bucket = Sources::new(vec![Place::Bucket(Box::new(bucket))]);
    for sources in [&folder, &bucket] {
        let originals = listed(sources);
        let sizes: Vec<u64> = originals.iter().map(|original| original.bytes).collect();
        assert_eq!(sizes, [3, 3, 0]);
        for (original, content) in originals.iter().zip(["one", "two", ""]) {
            let read = sources.read(&original.place, Some(&original.version), 3).expect("there");
            assert_eq!(read, content.as_bytes());
            assert_eq!(sources.read(&original.place, None, 3).expect("there"), content.as_bytes());
        }
        let first = &originals[0];
        assert_eq!(sources.read(&first.place, Some(&first.version), 2), Err(SourceError::TooLarge(2)));
        assert_eq!(sources.read(&first.place, Some("another"), 3), Err(SourceError::Changed));
    }
    let before = [listed(&folder), listed(&bucket)];
    std::fs::write(directory.path().join("a.pdf"), "other").expect("room");
    store.objects().insert("library/1/a.pdf".to_owned(), b"other".to_vec());
    for (sources, before) in [&folder, &bucket].into_iter().zip(before) {
        let changed = sources.read(&before[0].place, Some(&before[0].version), 10);
        assert_eq!(changed, Err(SourceError::Changed));
        let after = listed(sources);
        assert_ne!(after[0].version, before[0].version);
        assert_eq!(after[1..], before[1..]);
    }
    assert!(bucket.is_object(&listed(&bucket)[0].place) && !folder.is_object(&listed(&folder)[0].place));
}

#[test]
fn nothing_outside_is_read() {
    let directory = folder_of(&FILES);
    let inside = directory.path().join("b");
    std::os::unix::fs::symlink(directory.path().join("a.pdf"), inside.join("link.pdf")).expect("a link");
    let store = Store::start();
    bucket(&store).create("a.pdf", b"one").expect("room");
    store.objects().insert("secret.pdf".to_owned(), b"two".to_vec());
    let places = vec![Place::Folder(inside.clone()), Place::Bucket(Box::new(bucket(&store)))];
    let sources = Sources::new(places);
    let path = |name: &str| inside.join(name).into_os_string().into_encoded_bytes();
    let strangers = [
        path("../a.pdf"),
        path("link.pdf"),
        path("none.pdf"),
        b"/etc/passwd".to_vec(),
        b"a.pdf".to_vec(),
        b"s3://reports/secret.pdf".to_vec(),
        b"s3://other/library/1/a.pdf".to_vec(),
        b"s3://reports/library/1/../../secret.pdf".to_vec(),
        b"\xff".to_vec(),
    ];
    for place in strangers {
        let read = sources.read(&place, None, 100);
        assert!(read.is_err(), "{} was read", String::from_utf8_lossy(&place));
    }
    assert_eq!(sources.read(b"s3://reports/library/1/a.pdf", None, 100).expect("there"), b"one");
    assert_eq!(listed(&sources).len(), 2, "links are not followed");
}

#[test]
fn what_cannot_be_listed_or_reached_is_told_from_what_is_gone() {
    let store = Store::start();
    let missing = Place::Folder("/nowhere/at/all".into());
    let sources = Sources::new(vec![missing, Place::Bucket(Box::new(bucket(&store)))]);
    store.fail(&[Fault::Status(403, "AccessDenied")]);
    let missed = sources.list(|found| assert_eq!(found, []));
    let places: Vec<&[u8]> = missed.iter().map(|missed| &missed.place[..]).collect();
    assert_eq!(places, [&b"/nowhere/at/all"[..], b"s3://reports/library/1/"]);
    let gone = sources.read(b"s3://reports/library/1/a.pdf", None, 1).expect_err("gone");
    assert_eq!(gone.reason(), Some(Reason::Unreadable));
    store.fail(&[Fault::Status(403, "AccessDenied")]);
    let refused = sources.read(b"s3://reports/library/1/a.pdf", None, 1).expect_err("refused");
    assert_eq!(refused.reason(), None, "{refused}");
    assert_eq!(sources.read(b"/nowhere/at/all/a.pdf", None, 1).expect_err("gone").reason(), Some(Reason::Unreadable));
}
