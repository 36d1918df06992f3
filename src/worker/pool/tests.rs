//! Workers that are silent, lie, hang or flood, played by shell scripts: each costs its file at most, in bounded time, and
//! the next file is read well.

use super::*;
use crate::extract::extract;
use crate::pdf::Limits;
use crate::pdf::test_pdf::TestPdf;
use crate::report::Reason;
use crate::worker::frame::{self, Tag};
use crate::worker::sandbox::Confinement;
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

/// What a script does on its first file, the reason of the file or `None` if it is read, a part of what is said of it,
/// and the pages that were begun.
type Case = (&'static str, &'static str, Option<Reason>, &'static str, &'static [u32]);

/// Frames as `printf` writes them: `READY`, pages, and bytes that only look like frames.
const CASES: &[Case] = &[
    ("silent", "exec sleep 600", Some(Reason::Killed), "within 8 seconds", &[]),
    ("garbage before it is ready", "printf hello; exec sleep 600", Some(Reason::Killed), "garbage", &[]),
    ("ends before it is ready", "exit 7", Some(Reason::Killed), "exit code 7", &[]),
    ("page before it is ready", "page 0; ready; well", Some(Reason::Killed), "out of order", &[]),
    ("record before it is ready", "answer; well", Some(Reason::Killed), "did not say that it is ready", &[]),
    ("ready twice", "ready frame; exec sleep 600", None, "", &[]),
    ("never reads", "ready; exec sleep 600", Some(Reason::Timeout), "no page was finished", &[]),
    ("answers unasked", "ready answer; serve", None, "", &[]),
    ("ready once more", "ready; take; ready; exec sleep 600", Some(Reason::Crashed), "ready once more", &[]),
    ("garbage", "ready; take; printf hello; exec sleep 600", Some(Reason::Crashed), "garbage", &[]),
    (
        "huge length",
        r"ready; take; printf '\003\377\377\377\377'; exec sleep 600",
        Some(Reason::Crashed),
        "garbage",
        &[],
    ),
    ("long page", r"ready; take; printf '\002\005\000\000\000'; exec sleep 600", Some(Reason::Crashed), "garbage", &[]),
    (
        "half a frame",
        r"ready; take; printf '\003\100\000\000\000abc'; exec sleep 600",
        Some(Reason::Timeout),
        "no page was finished",
        &[],
    ),
    (
        "half a frame and an end",
        r"ready; take; printf '\003\100\000\000\000abc'; exit 0",
        Some(Reason::Crashed),
        "exit code 0",
        &[],
    ),
    ("ends well too early", "ready; take; exit 0", Some(Reason::Crashed), "exit code 0", &[]),
    (
        "failure without sense",
        r"ready; take; printf '\004\001\000\000\000\377'; exec sleep 600",
        Some(Reason::Crashed),
        "cannot be read",
        &[],
    ),
    ("another file's record", r#"ready; take; cat "$0.2"; serve"#, Some(Reason::Crashed), "not of this file", &[]),
    ("damaged record", r#"ready; take; cat "$0.damaged"; serve"#, Some(Reason::Crashed), "not of this file", &[]),
    ("answers twice", r#"ready; take; answer; sleep 0.2; answer; serve"#, None, "", &[]),
    (
        "page out of range",
        "ready; take; opened 10; page 377; answer; serve",
        Some(Reason::Crashed),
        "out of order",
        &[],
    ),
    ("page of a closed file", "ready; take; page 1; answer; serve", Some(Reason::Crashed), "out of order", &[]),
    ("opened twice", "ready; take; opened 2; opened 2; answer; serve", Some(Reason::Crashed), "out of order", &[]),
    ("more pages than may be", "ready; take; opened 11; answer; serve", Some(Reason::Crashed), "out of order", &[]),
    (
        "a page after the last",
        "ready; take; opened 1; page 2; answer; serve",
        Some(Reason::Crashed),
        "out of order",
        &[],
    ),
    // What stood before is known then, so the file is read again without the page.
    ("page repeated", "ready; take; opened 10; page 3; page 3; answer; serve", None, "", &[3]),
    ("pages falling", "ready; take; opened 10; page 3; page 2; answer; serve", None, "", &[3]),
    (
        "pages without end",
        r#"ready; take; opened 10; while :; do cat "$0.pages"; done"#,
        None,
        "",
        &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    ),
    (
        "a page now and then",
        "ready; take; opened 10; for number in 0 1 2 3 4 5 6 7; do page $number; sleep 1; done; exec sleep 600",
        // What stood before is read again.
        None,
        "",
        &[0, 1, 2, 3, 4, 5],
    ),
    ("output closed", "ready; take; exec >&-; exec sleep 600", Some(Reason::Crashed), "did not end", &[]),
    (
        "output closed, errors without end",
        r#"ready; take; exec >&-; while :; do cat "$0.pages" >&2; done"#,
        Some(Reason::Crashed),
        "did not end",
        &[],
    ),
    (
        "errors without end",
        r#"ready; take; while :; do cat "$0.pages" >&2; done"#,
        Some(Reason::Timeout),
        "no page was finished",
        &[],
    ),
    ("errors closed", "ready; take; exec 2>&-; answer; serve", None, "", &[]),
    (
        "out of memory",
        "ready; take; echo memory allocation of 9 bytes failed >&2; kill -ABRT $$",
        Some(Reason::OutOfMemory),
        "",
        &[],
    ),
    (
        "out of memory with another file before",
        "ready; take; answer; take; echo memory allocation of 9 bytes failed >&2; kill -ABRT $$",
        None,
        "",
        &[],
    ),
    ("no more time", "ready; take; kill -XCPU $$", Some(Reason::Timeout), "processor time", &[]),
    ("killed once", "ready; take; opened 10; page 1; kill -KILL $$", None, "", &[1]),
    ("killed before it is ready", "kill -KILL $$", None, "", &[]),
    ("halted once", "ready; take; opened 10; page 1; kill -STOP $$", None, "", &[1]),
];

/// Does `$MISDEED` once, and is a good worker after that. It knows two files by their names.
const SCRIPT: &str = r#"#!/bin/sh
echo $$ >> "$0.pids"
# And at once, if it is to be seen before anything is asked, what is named.
ready() {
    : > "$0.said"
    for what in frame "$@"; do "$what" >> "$0.said"; done
    cat "$0.said"
}
frame() { printf '\001\003\000\000\000\001\000\001'; }
page() { printf "\\002\\004\\000\\000\\000\\$1\\000\\000\\000"; }
opened() { printf "\\007\\004\\000\\000\\000\\$1\\000\\000\\000"; }
take() { head -c LENGTH <&1 > "$0.request"; }
answer() { if grep -aqF other.pdf "$0.request"; then cat "$0.2"; else cat "$0.1"; fi; }
serve() { while :; do take; test -s "$0.request" || exit 0; answer; done; }
well() { ready; serve; }
: > "$0.request"
if mkdir "$0.once" 2>/dev/null; then
    MISDEED
fi
well
"#;

struct File {
    name: &'static str,
    bytes: Vec<u8>,
    id: ReportId,
    /// The answer as it goes through the pipe.
    answer: Vec<u8>,
}

fn file(name: &'static str) -> File {
    let mut bytes = TestPdf::with_text("Abc").bytes();
    bytes.extend_from_slice(format!("%{name}").as_bytes());
    let report = extract(&bytes, "a.pdf", &ExtractOptions::default()).expect("a readable file");
    let mut answer = Vec::new();
    frame::write(&mut answer, Tag::Record, &TextStore::encode(&report)).expect("memory");
    File { name, id: ReportId::of_bytes(&bytes), bytes, answer }
}

fn options() -> ExtractOptions {
    let limits = Limits {
        stall_milliseconds: 1_500,
        base_milliseconds: 0,
        milliseconds_per_mebibyte: 0,
        pages: 8,
        ..Limits::default()
    };
    ExtractOptions { limits, ..ExtractOptions::default() }
}

/// Writes the script of a case with what it needs beside it.
fn write_script(program: &Path, misdeed: &str, files: &[File; 2]) {
    let beside = |extension: &str, bytes: &[u8]| {
        let path = format!("{}.{extension}", program.display());
        std::fs::write(path, bytes).expect("room");
    };
    let (length, id) = (files[0].bytes.len() as u64, files[0].id);
    let memory = MEMORY + length * MEMORY_PER_BYTE;
    let room = length.next_multiple_of(4 << 20);
    let request = Request { name: files[0].name.to_owned(), task: Task::Read(id, options()), length, room, memory };
    let request = crate::worker::request::encode(&request).len();
    let mut damaged = files[0].answer.clone();
    *damaged.last_mut().expect("a record") ^= 1;
    let pages: Vec<u8> =
        (0..30_000u32).flat_map(|page| [[2, 4, 0, 0, 0].as_slice(), &page.to_le_bytes()].concat()).collect();
    beside("1", &files[0].answer);
    beside("2", &files[1].answer);
    beside("damaged", &damaged);
    beside("pages", &pages);
    std::fs::write(program, SCRIPT.replace("LENGTH", &request.to_string()).replace("MISDEED", misdeed)).expect("room");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).expect("ours");
}

#[test]
fn whatever_a_worker_does_costs_one_file_at_most() {
    let directory = tempfile::tempdir().expect("a directory");
    let files = [file("first.pdf"), file("other.pdf")];
    assert_eq!(files[0].bytes.len(), files[1].bytes.len());
    let program = |index: usize| directory.path().join(format!("worker-{index}"));
    // All before the first is started: a file that is open for writing cannot be run.
    for (index, (_, misdeed, ..)) in CASES.iter().enumerate() {
        write_script(&program(index), misdeed, &files);
    }
    std::thread::scope(|scope| {
        for (index, case) in CASES.iter().enumerate() {
            let (program, files) = (program(index), &files);
            scope.spawn(move || check(&program, case, files));
        }
    });
}

fn check(program: &Path, &(name, _, expected, detail, pages): &Case, [first, second]: &[File; 2]) {
    let started = Instant::now();
    let mut pool = WorkerPool::new(program);
    pool.start = Duration::from_secs(8);
    let mut begun = Vec::new();
    let read = pool.read(&first.bytes, first.id, first.name, &options(), &mut |step| {
        if let Step::Page(page) = step {
            begun.push(page);
        }
    });
    match (&read, expected) {
        (Ok(reading), None) => assert_eq!(reading.report.id, first.id, "{name}"),
        (Err(error), Some(reason)) => {
            assert_eq!(error.reason, reason, "{name}: {error}");
            assert!(error.detail.contains(detail), "{name}: {error}");
        }
        _ => panic!("{name}: {read:?}"),
    }
    assert!(begun.starts_with(&pages[..pages.len().min(4)]) && begun.len() <= pages.len(), "{name}: {begun:?}");
    assert!(started.elapsed() < Duration::from_secs(20), "{name}: {:?}", started.elapsed());
    let next = pool.read(&second.bytes, second.id, second.name, &options(), &mut |_| {});
    assert_eq!(next.map(|reading| reading.report.id), Ok(second.id), "{name}");
    let enforcement = pool.enforcement().expect("a good worker");
    assert_eq!((enforcement.limits, enforcement.files), (true, Confinement::Full), "{name}");
    pool.dismiss();
    let pids = std::fs::read_to_string(format!("{}.pids", program.display())).expect("those that were started");
    for pid in pids.lines().filter(|_| cfg!(target_os = "linux")) {
        assert!(!Path::new("/proc").join(pid).exists(), "{name}: {pid} is still there");
    }
}
