//! Pictures of pages as the service gives them.

use crate::cli::sandbox::Sandbox;
use crate::cli::server::Server;

const SPIN_OUT: &str = "/api/v1/reports/00063b21c320c3facba9f90099fab9ea";

/// Width and height that a PNG states.
fn sides(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG"), "{}", String::from_utf8_lossy(png));
    let side = |at: usize| png[at..at + 4].iter().fold(0, |side, byte| side << 8 | u32::from(*byte));
    (side(16), side(20))
}

#[test]
fn pages_are_drawn_once_and_kept() {
    let sandbox = Sandbox::new();
    sandbox.copy_fixture("spin-out-study.pdf", "reports/spin-out.pdf");
    assert_eq!(sandbox.run("ingest reports").status.code(), Some(0));
    let server = Server::start(&sandbox, "");
    let path = format!("{SPIN_OUT}/pages/11/image?width=700");
    let (status, drawn) = server.request("GET", &path, &[], &[]);
    let (width, height) = sides(&drawn);
    assert_eq!((status, width), (200, 900));
    assert!(height > width, "{height}");
    let kept = sandbox.path("index/pictures/1/00063b21c320c3facba9f90099fab9ea-11-900.png");
    assert_eq!(std::fs::read(&kept).expect("kept"), drawn);
    // What is kept is what is sent.
    let mut other = drawn.clone();
    other[40] ^= 1;
    std::fs::write(&kept, &other).expect("written");
    assert_eq!(server.request("GET", &path, &[], &[]), (200, other));
    let head = server.get(&path);
    assert!(head.contains("immutable") && head.contains("content-type: image/png"), "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
    assert_eq!(server.request("GET", &path, &[format!("If-None-Match: {tag}")], &[]), (304, Vec::new()));
    // Other bytes under the report's name are not drawn.
    std::fs::write(sandbox.path("reports/spin-out.pdf"), b"%PDF-1.4 other").expect("written");
    let (status, problem) = server.request("GET", &format!("{SPIN_OUT}/pages/12/image"), &[], &[]);
    assert_eq!(status, 410, "{}", String::from_utf8_lossy(&problem));
    server.terminate();
}
