//! Against a store of the tests' own that checks signatures, answers as S3 does, and does so wrongly on demand.

mod signature;
pub(crate) mod store;

use super::*;
use rusty_s3::Credentials;
use store::{BUCKET, Fault, KEY, SECRET, Store, version};

fn options(store: &Store) -> Options {
    Options { endpoint: Some(store.endpoint()), time: Duration::from_secs(10), ..Options::default() }
}

/// A part of the store's bucket.
pub(crate) fn bucket(store: &Store) -> Bucket {
    Bucket::new(&format!("{BUCKET}/library/1"), &options(store), Credentials::new(KEY, SECRET)).expect("an address")
}

#[test]
fn what_is_created_is_read_whole_and_in_parts() {
    let store = Store::start();
    let bucket = bucket(&store);
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for key in ["text/0f/a.pages", "Ein Bericht (1) + ü%20&=?.pdf", "~/a b"] {
        bucket.create(key, &bytes).expect("room");
        assert_eq!(store.objects().get(&format!("library/1/{key}")), Some(&bytes), "{key}");
        assert_eq!(bucket.read_whole(key, None, 100_000).expect("there"), bytes);
        for range in [0..1, 0..100_000, 99_999..100_000, 10..77, 5..5] {
            let part = &bytes[range.start as usize..range.end as usize];
            assert_eq!(bucket.read(key, range.clone()).expect("there"), part, "{key} {range:?}");
        }
        assert_eq!(bucket.key_of(&bucket.shown(key)), Some(key));
    }
    let key = "text/0f/a.pages";
    let object = bucket.shown(key);
    let short = || ObjectError::Short { object: object.clone() };
    assert_eq!(bucket.read(key, 99_999..100_001), Err(short()));
    assert_eq!(bucket.read(key, 100_000..100_001), Err(short()));
    assert_eq!(
        bucket.read_whole(key, None, 99_999),
        Err(ObjectError::TooLarge { object: object.clone(), most: 99_999 })
    );
    assert_eq!(bucket.read_whole(key, Some(&version(&bytes)), 100_000).expect("the same"), bytes);
    store.objects().insert(format!("library/1/{key}"), b"other".to_vec());
    assert_eq!(bucket.read_whole(key, Some(&version(&bytes)), 100_000), Err(ObjectError::Changed { object }));
    assert_eq!(bucket.read("none", 0..1), Err(ObjectError::Absent { object: bucket.shown("none") }));
}

#[test]
fn nothing_is_replaced() {
    let store = Store::start();
    let bucket = bucket(&store);
    bucket.create("a", b"one").expect("room");
    let exists = || ObjectError::Exists { object: bucket.shown("a") };
    for other in [&b"two"[..], b"longer", b"1"] {
        assert_eq!(bucket.create("a", other), Err(exists()));
    }
    bucket.create("a", b"one").expect("it is there");
    assert_eq!(store.objects().get("library/1/a").map(Vec::as_slice), Some(&b"one"[..]));
    // An answer that is lost leaves the object behind, which is told from that of another.
    store.fail(&[Fault::DroppedAfterwards]);
    bucket.create("b", b"three").expect("room");
    store.fail(&[Fault::Unconditional]);
    bucket.create("c", b"four").expect("room, though the store knows no conditions");
    assert_eq!((store.faults_left(), store.objects().len()), (0, 3));
}

#[test]
fn what_passes_is_tried_again_and_nothing_wrong_is_given() {
    let store = Store::start();
    let bucket = bucket(&store);
    let bytes: Vec<u8> = (0..100).collect();
    let passing = [
        Fault::Status(500, "InternalError"),
        Fault::Status(503, "SlowDown"),
        Fault::Status(429, "TooManyRequests"),
        Fault::Status(409, "ConditionalRequestConflict"),
        Fault::Dropped,
        Fault::DroppedAfterwards,
    ];
    let of_parts = [Fault::Truncated, Fault::Shortened, Fault::Shifted, Fault::Whole];
    for (number, fault) in passing.into_iter().enumerate() {
        store.fail(&[fault, fault]);
        bucket.create(&number.to_string(), &bytes).expect("the third time");
        assert_eq!(store.faults_left(), 0, "{fault:?}");
    }
    for fault in passing.into_iter().chain(of_parts) {
        store.fail(&[fault, fault]);
        assert_eq!(bucket.read("0", 10..90).expect("the third time"), &bytes[10..90], "{fault:?}");
        assert_eq!(store.faults_left(), 0, "{fault:?}");
    }
    for fault in passing.into_iter().chain([Fault::Truncated]) {
        store.fail(&[fault, fault]);
        assert_eq!(bucket.read_whole("0", None, 100).expect("the third time"), bytes, "{fault:?}");
        assert_eq!(store.faults_left(), 0, "{fault:?}");
    }
    store.fail(&[Fault::Status(503, "SlowDown"); 6]);
    let object = bucket.shown("0");
    let gone = ObjectError::Unavailable { object, detail: "503 SlowDown".to_owned() };
    assert_eq!(bucket.read("0", 10..90), Err(gone));
    assert_eq!(store.faults_left(), 0);
}

#[test]
fn what_is_refused_is_not_tried_again() {
    let store = Store::start();
    let strangers = [Credentials::new(KEY, "guessed"), Credentials::new("AKIDOTHER", SECRET)];
    for credentials in strangers {
        let bucket = Bucket::new(BUCKET, &options(&store), credentials).expect("an address");
        let before = store.requests();
        let object = bucket.shown("a");
        let refused = ObjectError::Refused { object, detail: "403 SignatureDoesNotMatch".to_owned() };
        assert_eq!(bucket.read("a", 0..1), Err(refused.clone()));
        assert_eq!(bucket.create("a", b"1"), Err(refused));
        assert_eq!(store.requests() - before, 2);
    }
    let bucket = bucket(&store);
    let before = store.requests();
    for key in ["", ".", "..", "a/../../b", "a//b", "/a", "a/./b"] {
        assert!(matches!(bucket.read(key, 0..1), Err(ObjectError::Refused { .. })), "{key}");
    }
    assert_eq!(store.requests(), before, "nothing of it is sent");
}

#[test]
fn a_listing_is_whole_or_an_error() {
    let store = Store::start();
    let bucket = bucket(&store);
    let keys = ["a.pdf", "b c+ü.pdf", "d/1.pdf", "d/2.pdf", "d/3.pdf", "d/4.pdf", "e&<.pdf"];
    for key in keys {
        bucket.create(key, key.as_bytes()).expect("room");
    }
    store.objects().insert("library/10.pdf".to_owned(), Vec::new());
    let listed = |beginning: &str| {
        let mut listed = Vec::new();
        bucket.list(beginning, |objects| listed.extend(objects)).map(|()| listed)
    };
    let expected = |keys: &[&str]| -> Vec<Listed> {
        let listed =
            |key: &&str| Listed { key: (*key).to_owned(), version: version(key.as_bytes()), bytes: key.len() as u64 };
        keys.iter().map(listed).collect()
    };
    assert_eq!(listed("").expect("whole"), expected(&keys));
    assert_eq!(listed("d/").expect("whole"), expected(&keys[2..6]));
    store.fail(&[Fault::Status(503, "SlowDown"), Fault::Truncated, Fault::Dropped]);
    assert_eq!(listed("").expect("whole"), expected(&keys));
    assert_eq!(store.faults_left(), 0);
    store.fail(&[Fault::Status(403, "AccessDenied")]);
    assert!(matches!(listed(""), Err(ObjectError::Refused { .. })));
}

#[test]
fn addresses_are_checked_before_anything_is_sent() {
    let bucket = |address: &str, endpoint: Option<&str>| {
        let options = Options { endpoint: endpoint.map(str::to_owned), ..Options::default() };
        Bucket::new(address, &options, Credentials::new(KEY, SECRET)).map(|bucket| bucket.shown("k"))
    };
    assert_eq!(bucket("a", None).as_deref(), Ok("s3://a/k"));
    assert_eq!(bucket("a.b/c/d/", Some("https://store.example:9000")).as_deref(), Ok("s3://a.b/c/d/k"));
    for (address, endpoint) in [
        ("", None),
        ("a b", None),
        ("..", None),
        ("a/../b", None),
        ("a//b", None),
        ("a", Some("store")),
        ("a", Some("ftp://s")),
    ] {
        assert!(matches!(bucket(address, endpoint), Err(ObjectError::Address { .. })), "{address} {endpoint:?}");
    }
    for address in ["library", "ftp://a", ""] {
        let options = Options { address: address.to_owned(), ..Options::default() };
        assert!(matches!(Place::open(&options), Err(ObjectError::Address { .. })), "{address}");
    }
    let options = Options { address: "/srv/library".to_owned(), ..Options::default() };
    assert!(
        matches!(Place::open(&options), Ok(Place::Folder(folder)) if folder == std::path::Path::new("/srv/library"))
    );
    let options = Options { ca_file: Some("/dev/null".into()), ..Options::default() };
    assert!(Bucket::new("a", &options, Credentials::new(KEY, SECRET)).is_err());
}
