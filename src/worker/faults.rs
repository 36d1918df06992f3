//! Faults that tests ask for by the name of a file, in programs built for development only.
//!
//! What kills or hangs a reader is mended as soon as it is known, so no file would do it for long; but that a reader may
//! die in any way, and what becomes of the file then, has to be tested all the same.

use std::io::Write;
use std::time::Duration;

/// Before a page is read: a file called `fault-KIND@PAGE…` (page from 0) has its reader meet the fault there.
pub(super) fn meet(name: &str, page: u32) {
    if !cfg!(debug_assertions) {
        return;
    }
    let Some((kind, place)) = name.strip_prefix("fault-").and_then(|rest| rest.split_once('@')) else { return };
    let digits = place.find(|character: char| !character.is_ascii_digit()).unwrap_or(place.len());
    if place.get(..digits).and_then(|digits| digits.parse().ok()) == Some(page) {
        befall(kind);
    }
}

#[expect(clippy::exit, reason = "ending early is one of the faults")]
fn befall(kind: &str) {
    match kind {
        "hang" => std::thread::sleep(Duration::from_secs(600)),
        "abort" => std::process::abort(),
        "exit" => std::process::exit(0),
        "memory" => drop(hoard()),
        "stack" => {
            let _ = descend(u64::MAX);
        }
        "garbage" => {
            let mut output = std::io::stdout();
            // Whether it can be written is the other side's concern.
            let _ = output.write_all(&[7; 64]).and_then(|()| output.flush());
        }
        _ => {}
    }
}

/// Takes memory until there is no more.
fn hoard() -> Vec<Vec<u8>> {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1; 64 << 20]);
    }
}

/// Goes down further than any stack reaches.
#[inline(never)]
fn descend(levels: u64) -> u64 {
    let room = std::hint::black_box([levels; 64]);
    if levels == 0 { 0 } else { descend(levels - 1) + room[3] }
}
