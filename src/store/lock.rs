//! The writer's lock: held by the operating system for as long as the process lives, with the holder's name in the file.

use super::library::io;
use crate::store::StoreError;
use crate::store::seconds_now;
use rustix::process::{Pid, test_kill_process};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Error;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// The lock file.
pub(super) const LOCK: &str = "LOCK";
/// How long a holder that has just taken the lock is given to write its name.
const NAMING: Duration = Duration::from_secs(1);
/// Between two looks for it.
const LOOK: Duration = Duration::from_millis(5);

/// Takes the writer's lock and writes who holds it since when into the file.
pub(super) fn take_lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join(LOCK);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| io("open", &path, source))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(io("lock", &path, source)),
        }
        let named = holder(&file);
        // The name may still be that of the holder before, or half of one; and in a container processes outside have none.
        let is_over = named.as_deref().is_some_and(is_alive) || start.elapsed() > NAMING;
        if is_over {
            let holder = named.unwrap_or_else(|| "unknown".to_owned());
            return Err(StoreError::Locked { directory: directory.to_owned(), holder });
        }
        std::thread::sleep(LOOK);
    }
    // In the place of the name before and as long as it, so that no room is needed where the disk is full.
    let name = format!("{:>10} {:>12}\n", std::process::id(), seconds_now());
    let write = || {
        file.write_all_at(name.as_bytes(), 0)?;
        file.set_len(name.len() as u64)
    };
    write().map_err(|source: Error| io("write", &path, source))?;
    Ok(file)
}

/// The process that the file names.
fn holder(file: &File) -> Option<String> {
    let mut bytes = [0; 100];
    let length = file.read_at(&mut bytes, 0).ok()?;
    let content = std::str::from_utf8(bytes.get(..length)?).ok()?;
    content.split_whitespace().next().map(str::to_owned)
}

/// Whether there is a process of this number.
fn is_alive(holder: &str) -> bool {
    let Some(process) = holder.parse().ok().and_then(Pid::from_raw) else { return false };
    // Another user's process refuses to be asked, which is an answer.
    !matches!(test_kill_process(process), Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_left_by_a_process_that_is_gone_is_not_given() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(LOCK);
        let held = File::create(&path).expect("room");
        held.lock().expect("free");
        // Linux gives no process a number this high.
        std::fs::write(&path, "2000000000 1\n").expect("room");
        let naming = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            std::fs::write(&path, format!("{} 1\n", std::process::id())).expect("room");
            held
        });
        match take_lock(directory.path()) {
            Err(StoreError::Locked { holder, .. }) => assert_eq!(holder, std::process::id().to_string()),
            other => panic!("{other:?}"),
        }
        drop(naming.join().expect("ends"));
        take_lock(directory.path()).expect("free again");
    }

    #[test]
    fn a_holder_that_names_itself_not_is_waited_for_in_vain() {
        let directory = tempfile::tempdir().expect("a directory");
        let held = File::create(directory.path().join(LOCK)).expect("room");
        held.lock().expect("free");
        match take_lock(directory.path()) {
            Err(StoreError::Locked { holder, .. }) => assert_eq!(holder, "unknown"),
            other => panic!("{other:?}"),
        }
    }
}
