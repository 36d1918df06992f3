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
        #[cfg(target_os = "linux")]
        "escape" => escape(),
        #[cfg(target_os = "linux")]
        "signal" => raise(),
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

/// Tries what a worker has no right to, and ends in disorder if anything of it is allowed.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "nothing safe asks for what is to be refused")]
fn escape() {
    use std::fs::{File, read_dir, remove_file};
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::{net::UnixDatagram, process::CommandExt};
    use std::process::Command;
    let own = std::env::temp_dir().join("recto-escape");
    // SAFETY: plain numbers; whatever these calls do if they are allowed, they do to this process and to no other.
    let call =
        |number, [a, b, c]: [i64; 3]| unsafe { libc::syscall(number, a, b, c, 0i64) } != -1 || last_error() != libc::EPERM;
    let itself = i64::from(std::process::id());
    // Who started this one has a number not far below; signal 0 is sent to nobody, and tells whether one could be.
    let others = itself - 32..itself;
    let any_other = |attempt: &dyn Fn(i64) -> bool| others.clone().any(attempt);
    let attempts: [(&str, &dyn Fn() -> bool); 17] = [
        ("open a file", &|| File::open("/etc/hostname").is_ok()),
        ("open what it is made of", &|| File::open("/proc/self/maps").is_ok()),
        ("list a folder", &|| read_dir("/").is_ok()),
        ("create a file", &|| File::create(&own).is_ok()),
        ("remove a file", &|| remove_file(&own).is_ok()),
        ("connect", &|| TcpStream::connect("127.0.0.1:9").is_ok()),
        ("listen", &|| TcpListener::bind("127.0.0.1:0").is_ok()),
        ("make a socket", &|| UnixDatagram::unbound().is_ok()),
        ("start a program", &|| Command::new("/bin/true").spawn().is_ok()),
        // Comes back only if it is refused.
        ("become a program", &|| Command::new("/bin/true").exec().raw_os_error() != Some(libc::EPERM)),
        ("fork", &|| call(libc::SYS_clone, [i64::from(libc::SIGCHLD), 0, 0])),
        ("be traced", &|| call(libc::SYS_ptrace, [i64::from(libc::PTRACE_TRACEME), 0, 0])),
        ("read memory", &|| call(libc::SYS_process_vm_readv, [itself, 0, 0])),
        ("signal itself by kill", &|| call(libc::SYS_kill, [itself, 0, 0])),
        ("signal another", &|| any_other(&|other| call(libc::SYS_kill, [other, 0, 0]))),
        ("signal another's thread", &|| any_other(&|other| call(libc::SYS_tgkill, [other, other, 0]))),
        ("ask for another's limits", &|| any_other(&|other| call(libc::SYS_prlimit64, [other, 7, 0]))),
    ];
    let allowed: Vec<&str> = attempts.iter().filter(|(_, attempt)| attempt()).map(|(what, _)| *what).collect();
    if !allowed.is_empty() {
        // Whether it can be written is the other side's concern.
        let _ = writeln!(std::io::stderr(), "it could {}", allowed.join(", "));
        std::process::abort();
    }
}

/// Ends by a signal, as a defect would have it.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "nothing safe does it where kill is refused")]
fn raise() {
    // SAFETY: a plain number.
    unsafe { libc::raise(libc::SIGILL) };
}

#[cfg(target_os = "linux")]
fn last_error() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or_default()
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
