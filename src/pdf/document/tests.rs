//! Opening damaged, encrypted and odd files, and their page trees.

use super::*;
use crate::pdf::test_pdf::TestPdf;
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, CryptFilter};
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions};
use proptest::prelude::*;
use std::sync::Arc;

fn open(bytes: &[u8]) -> Result<Pdf, OpenError> {
    Pdf::open(bytes, &Limits::default(), &[])
}

fn reason(bytes: &[u8]) -> Reason {
    open(bytes).err().expect("a file that cannot be opened").reason
}

/// The decoded content of the first page.
fn content(pdf: &Pdf) -> String {
    let page = pdf.page(0).expect("a page");
    let stream = pdf.objects().stream(page.dictionary, b"Contents").expect("content");
    String::from_utf8_lossy(&pdf.objects().decode(stream).expect("decodable")).into_owned()
}

#[test]
fn what_cannot_be_opened_has_its_reason() {
    assert_eq!(reason(b""), Reason::Empty);
    assert_eq!(reason(b"<html><body>404 Not Found</body></html>"), Reason::NotAPdf);
    assert_eq!(reason(b"%PDF-1.7\nand nothing more\n%%EOF"), Reason::Damaged);
    assert_eq!(reason(&TestPdf::with_text("x").without(3).bytes()), Reason::Damaged);
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let too_large = Pdf::open(&TestPdf::with_text("x").bytes(), &limits, &[]);
    assert_eq!(too_large.err().map(|error| error.reason), Some(Reason::TooLarge));
}

#[test]
fn a_missing_or_late_header_is_repaired() {
    assert!(content(&TestPdf::with_text("Abc").header("").open()).contains("Abc"));
    let late = [&[b'\n'; 500][..], &TestPdf::with_text("Abc").bytes()].concat();
    assert!(content(&open(&late).expect("header within the first kilobyte")).contains("Abc"));
}

#[test]
fn files_cut_short_keep_the_pages_before_the_cut() {
    let bytes = TestPdf::with_pages(3).bytes();
    let table = bytes.windows(5).rposition(|window| window == b"\nxref").expect("a table");
    assert_eq!(open(&bytes[..table]).expect("objects without a table").page_count(), 3);
    let last = bytes.windows(9).rposition(|window| window == b"\n101 0 ob").unwrap_or(table - 80);
    assert_eq!(open(&bytes[..last]).expect("without the last page").page_count(), 2);
}

#[test]
fn odd_page_trees_are_walked() {
    let base = || TestPdf::with_text("Abc");
    let page = "<< /Type /Page /MediaBox [0 0 9 9] /Contents 4 0 R >>";
    let cases = [
        ("page_direct_in_kids", base().object(2, format!("<< /Kids [{page}] /Count 1 >>")), 1),
        ("kids_cycle", base().object(2, "<< /Kids [2 0 R 2 0 R 3 0 R] /Count 99999999 >>"), 1),
        ("page_without_type", base().object(3, "<< /Parent 2 0 R /Contents 4 0 R >>"), 1),
        ("nested", base().object(2, "<< /Kids [6 0 R 3 0 R] >>").object(6, "<< /Kids [7 0 R] >>").object(7, page), 2),
        ("root_is_wrong", base().object(1, "<< /Type /Catalog /Pages 5 0 R >>"), 1),
        ("root_is_a_page", base().object(1, "<< /Type /Catalog /Pages 3 0 R >>"), 1),
        ("direct_root", base().object(1, "<< /Type /Catalog /Pages << /Kids [3 0 R] >> >>"), 1),
        ("missing_kid", base().object(2, "<< /Kids [99 0 R 3 0 R null 5] >>"), 1),
        ("font_among_kids", base().object(2, "<< /Kids [5 0 R 3 0 R] >>"), 1),
        ("listed_twice", base().object(2, "<< /Kids [3 0 R 3 0 R] >>"), 2),
        ("kids_is_reference", base().object(2, "<< /Kids 6 0 R >>").object(6, "[3 0 R]"), 1),
        ("page_is_a_stream", base().stream(3, "/Type /Page /Contents 4 0 R", ""), 1),
    ];
    for (name, pdf, expected) in cases {
        let pdf = pdf.open();
        assert_eq!(pdf.page_count(), expected, "{name}");
        assert!(content(&pdf).contains("Abc"), "{name}");
    }
}

#[test]
fn objects_the_loader_gives_up_on_are_read_again() {
    let base = || TestPdf::with_text("Abc");
    let data = "(Abc) Tj";
    let page = "/Type /Page /Parent 2 0 R /Contents 4 0 R";
    let deep = format!("<< {page} /Deep {}{} >>", "[".repeat(5000), "]".repeat(5000));
    let cases = [
        ("no length", base().object(4, format!("<< >>\nstream\n{data}\nendstream"))),
        ("length is missing elsewhere", base().object(4, format!("<< /Length 99 0 R >>\nstream\n{data}\nendstream"))),
        ("length is negative", base().object(4, format!("<< /Length -1 >>\nstream\n{data}\nendstream"))),
        ("length is no number", base().object(4, format!("<< /Length (9) >>\nstream\r\n{data}\r\nendstream"))),
        ("no endstream", base().object(4, format!("<< /Length 900 >>\nstream\n{data}\n"))),
        ("stray word", base().object(3, format!("<< {page} /Rotate none /Foo 1 >>"))),
        ("stray delimiters", base().object(3, format!("<< {page} }} ) /Foo 1 >>"))),
        ("odd numbers", base().object(3, format!("<< {page} /Foo --5 /Bar 1.2.3 /Baz 1e5 >>"))),
        ("value without key", base().object(3, format!("<< 7 {page} (x) >>"))),
        ("key without value", base().object(3, format!("<< {page} /Foo >>"))),
        ("dictionary that never ends", base().object(3, format!("<< {page}"))),
        ("array that never ends", base().object(3, format!("<< {page} /Foo [1 2 >>"))),
        ("nested beyond measure", base().object(3, deep)),
    ];
    for (name, pdf) in cases {
        let pdf = pdf.open();
        assert_eq!(pdf.page_count(), 1, "{name}");
        assert!(content(&pdf).contains("(Abc) Tj"), "{name}: {}", content(&pdf));
    }
}

#[test]
fn attributes_are_inherited_and_made_sane() {
    let page = |tree: &str, page: &str| {
        let pdf = TestPdf::with_text("x")
            .object(2, format!("<< /Type /Pages /Kids [3 0 R] {tree} >>"))
            .object(3, format!("<< /Type /Page /Parent 2 0 R {page} >>"))
            .object(6, "[0 0 50 50]")
            .open();
        let attributes = pdf.page(0).expect("a page");
        (attributes.crop_box, attributes.rotate, attributes.user_unit, attributes.resources.is_some())
    };
    let letter = [0.0, 0.0, 612.0, 792.0];
    let cases = [
        ("", "", (letter, 0, 1.0, false)),
        ("/MediaBox 6 0 R /Rotate 90 /Resources << >>", "", ([0.0, 0.0, 50.0, 50.0], 90, 1.0, true)),
        ("/MediaBox 6 0 R /Rotate 90", "/MediaBox [9 9 0 0] /Rotate -90", ([0.0, 0.0, 9.0, 9.0], 270, 1.0, false)),
        ("/CropBox [10 10 900 20]", "/MediaBox 6 0 R", ([10.0, 10.0, 50.0, 20.0], 0, 1.0, false)),
        ("", "/MediaBox 6 0 R /CropBox [60 60 70 70]", ([0.0, 0.0, 50.0, 50.0], 0, 1.0, false)),
        ("", "/MediaBox [0 0 0 0] /Rotate 450 /UserUnit 2", (letter, 90, 2.0, false)),
        ("", "/MediaBox [0 0 1000000000 10] /Rotate 44 /UserUnit -1", (letter, 0, 1.0, false)),
    ];
    for (tree, own, expected) in cases {
        assert_eq!(page(tree, own), expected, "{tree} | {own}");
    }
}

#[test]
fn the_limit_on_pages_holds() {
    let limits = Limits { pages: 2, ..Limits::default() };
    let bytes = TestPdf::with_pages(3).bytes();
    let pdf = Pdf::open(&bytes, &limits, &[]).expect("readable");
    assert_eq!((pdf.page_count(), pdf.has_more_pages(), pdf.page(2).is_some()), (2, true, false));
    assert!(!open(&bytes).expect("readable").has_more_pages());
}

/// A file encrypted with a 128-bit key; with /Encrypt in its trailer if `direct`.
fn encrypted(user_password: &str, direct: bool) -> Vec<u8> {
    let id = "/ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]";
    let bytes = TestPdf::with_text("Abc").trailer(id).bytes();
    let mut document = Document::load_mem(&bytes).expect("a plain file");
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password,
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a supported version");
    document.encrypt(&state).expect("a plain file");
    if direct {
        let id = document.trailer.get(b"Encrypt").and_then(Object::as_reference).expect("just encrypted");
        let dictionary = document.objects.remove(&id).expect("just encrypted");
        document.trailer.set("Encrypt", dictionary);
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    bytes
}

#[test]
fn encrypted_files_open_with_the_right_password() {
    assert!(content(&open(&encrypted("", false)).expect("no password")).contains("Abc"));
    assert_eq!(reason(&encrypted("secret", false)), Reason::NeedsPassword);
    let passwords = ["wrong".to_owned(), "secret".to_owned()];
    for direct in [false, true] {
        let bytes = encrypted("secret", direct);
        let pdf = Pdf::open(&bytes, &Limits::default(), &passwords).expect("the second password");
        assert!(content(&pdf).contains("Abc"), "direct: {direct}");
        let wrong = Pdf::open(&bytes, &Limits::default(), &passwords[..1]);
        assert_eq!(wrong.err().map(|error| error.reason), Some(Reason::NeedsPassword), "direct: {direct}");
    }
}

#[test]
fn a_direct_encryption_dictionary_is_found() {
    let bytes = encrypted("", true);
    assert!(content(&open(&bytes).expect("the empty password")).contains("Abc"));
}

/// A file encrypted with a 40-bit key, its encryption dictionary and trailer changed as asked.
fn with_encryption_changed(change: impl Fn(&mut Document, &mut lopdf::Dictionary)) -> Vec<u8> {
    let id = "/ID [<> <>]";
    let mut document = Document::load_mem(&TestPdf::with_text("Abc").trailer(id).bytes()).expect("a plain file");
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "",
        key_length: 40,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a supported version");
    document.encrypt(&state).expect("a plain file");
    let id = document.trailer.get(b"Encrypt").and_then(Object::as_reference).expect("just encrypted");
    let mut dictionary = document.objects[&id].as_dict().expect("a dictionary").clone();
    change(&mut document, &mut dictionary);
    document.objects.insert(id, Object::Dictionary(dictionary));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    bytes
}

#[test]
fn odd_encryption_dictionaries_are_repaired() {
    let crypt_filter = |length: i64| {
        let mut filter = lopdf::Dictionary::new();
        filter.set("CFM", Object::Name(b"V2".to_vec()));
        filter.set("Length", length);
        filter
    };
    let make_version_4 = |dictionary: &mut lopdf::Dictionary, filter: Object| {
        let mut filters = lopdf::Dictionary::new();
        filters.set("StdCF", filter);
        dictionary.set("V", 4);
        dictionary.set("CF", filters);
        dictionary.set("StmF", Object::Name(b"StdCF".to_vec()));
        dictionary.set("StrF", Object::Name(b"StdCF".to_vec()));
    };
    let cases = [
        ("no identifier", with_encryption_changed(|document, _| drop(document.trailer.remove(b"ID")))),
        (
            "key length in bytes",
            with_encryption_changed(|_, dictionary| make_version_4(dictionary, crypt_filter(5).into())),
        ),
        (
            "key length in bits",
            with_encryption_changed(|_, dictionary| make_version_4(dictionary, crypt_filter(40).into())),
        ),
        (
            "references inside",
            with_encryption_changed(|document, dictionary| {
                let filter = document.add_object(crypt_filter(5));
                make_version_4(dictionary, filter.into());
                let owner = dictionary.get(b"O").expect("a value").clone();
                let owner = document.add_object(owner);
                dictionary.set("O", owner);
            }),
        ),
    ];
    for (name, bytes) in cases {
        let pdf = open(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(content(&pdf).contains("Abc"), "{name}");
    }
}

#[test]
fn crypt_filters_may_stand_elsewhere() {
    let id = "/ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]";
    let mut document = Document::load_mem(&TestPdf::with_text("Abc").trailer(id).bytes()).expect("a plain file");
    let filter: Arc<dyn CryptFilter> = Arc::new(Aes128CryptFilter);
    let version = EncryptionVersion::V4 {
        document: &document,
        encrypt_metadata: true,
        crypt_filters: [(b"StdCF".to_vec(), filter)].into(),
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password: "owner",
        user_password: "",
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a supported version");
    document.encrypt(&state).expect("a plain file");
    let id = document.trailer.get(b"Encrypt").and_then(Object::as_reference).expect("just encrypted");
    let filters = document.objects[&id].as_dict().and_then(|encrypt| encrypt.get(b"CF")).expect("filters").clone();
    let elsewhere = document.add_object(filters);
    document.objects.get_mut(&id).and_then(|it| it.as_dict_mut().ok()).expect("a dictionary").set("CF", elsewhere);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    assert!(content(&open(&bytes).expect("the empty password")).contains("Abc"));
}

#[test]
fn object_stream_bombs_reach_a_limit() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &vec![b' '; 60 << 20]).expect("memory");
    let bomb = encoder.finish().expect("memory");
    // Without a table the object streams are found by scanning.
    let pdf = (10..50).fold(TestPdf::with_text("x"), |pdf, number| {
        pdf.stream(number, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &bomb)
    });
    let bytes = pdf.bytes();
    let table = bytes.windows(5).rposition(|window| window == b"\nxref").expect("a table");
    match open(&bytes[..table]) {
        Ok(pdf) => assert_eq!(pdf.page_count(), 1),
        Err(error) => assert_eq!(error.reason, Reason::LimitReached),
    }
}

#[test]
fn foreign_security_handlers_are_named() {
    let pdf = TestPdf::with_text("x").object(9, "<< /Filter /Adobe.PubSec /V 4 >>").trailer("/Encrypt 9 0 R");
    assert_eq!(reason(&pdf.bytes()), Reason::UnsupportedEncryption);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn changed_bytes_are_survived(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let mut bytes = TestPdf::with_pages(2)
            .object(1, "<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /r >>] >> /Outlines 20 0 R >>")
            .object(20, "<< /First 21 0 R >>")
            .object(21, "<< /Title (A) /Dest [3 0 R /Fit] >>")
            .bytes();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Ok(pdf) = open(&bytes) {
            prop_assert!(pdf.page_count() > 0);
            for index in 0..pdf.page_count() {
                prop_assert!(pdf.page(index).is_some());
            }
            prop_assert_eq!(pdf.page_labels().len(), pdf.page_count() as usize);
            pdf.outline();
            pdf.declared();
        }
    }
}
