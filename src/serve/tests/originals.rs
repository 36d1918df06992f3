//! The PDFs themselves: whole, in ranges, and never other bytes.

use super::{BYTES, site};
use axum::http::StatusCode;
use std::time::Duration;

#[tokio::test]
async fn originals_are_sent_whole_in_ranges_or_not_again() {
    let site = site("");
    let tag = format!("\"{}\"", site.id);
    let all = String::from_utf8_lossy(BYTES).into_owned();
    let size = BYTES.len();
    let answer = site.get_with(&site.file(), &[("accept-encoding", "gzip")]).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, all.as_str()));
    for (name, wanted) in [
        ("accept-ranges", "bytes"),
        ("content-length", &size.to_string()),
        ("etag", &tag),
        ("content-encoding", ""),
        ("content-security-policy", "frame-ancestors 'none'"),
        (
            "content-disposition",
            "inline; filename=\"Bericht f_r 2023.pdf\"; filename*=UTF-8''Bericht%20f%C3%BCr%202023.pdf",
        ),
    ] {
        assert_eq!(answer.header(name), wanted, "{name}");
    }
    for (headers, status, body, range) in [
        (vec![("range", "bytes=0-3")], 206, "%PDF", format!("bytes 0-3/{size}")),
        (vec![("range", "bytes=-3")], 206, "all", format!("bytes {}-{}/{size}", size - 3, size - 1)),
        (vec![("range", "bytes=0-3"), ("if-range", tag.as_str())], 206, "%PDF", format!("bytes 0-3/{size}")),
        (vec![("range", "bytes=0-3"), ("if-range", "\"other\"")], 200, all.as_str(), String::new()),
        (vec![("range", "bytes=0-1,4-5")], 200, all.as_str(), String::new()),
        (vec![("if-none-match", tag.as_str())], 304, "", String::new()),
    ] {
        let answer = site.get_with(&site.file(), &headers).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, body), "{headers:?}");
        assert_eq!(answer.header("content-range"), range, "{headers:?}");
    }
    let answer = site.get_with(&site.file(), &[("range", "bytes=9999-")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-range")), (416, format!("bytes */{size}").as_str()));
    let head = site.send("HEAD", &site.file(), &[], "").await;
    assert_eq!((head.header("content-length"), head.body.as_str()), (size.to_string().as_str(), ""));
    let download = site.get(&format!("{}?download", site.file())).await;
    assert!(download.header("content-disposition").starts_with("attachment;"));
    assert!(download.header("content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn other_bytes_are_gone_and_the_same_bytes_are_not() {
    let site = site("");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::OK);
    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    let touch = |bytes: &[u8]| {
        std::fs::write(&site.original, bytes).expect("written");
        let file = std::fs::File::options().write(true).open(&site.original).expect("there");
        file.set_modified(later).expect("touched");
    };
    touch(BYTES);
    assert_eq!(site.get(&site.file()).await.status, StatusCode::OK);
    touch(&BYTES.to_ascii_uppercase());
    std::fs::File::options()
        .write(true)
        .open(&site.original)
        .and_then(|file| file.set_modified(later + Duration::from_secs(1)))
        .expect("touched");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
    touch(b"short");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
    std::fs::remove_file(&site.original).expect("removed");
    let answer = site.get(&site.file()).await;
    assert!(answer.status == StatusCode::GONE && answer.body.contains("can still be searched"));
    std::fs::create_dir(&site.original).expect("made");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
}
