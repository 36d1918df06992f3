//! Processor time and memory of processes and threads, as the system tells them; `None` where it does not.

use std::time::Duration;

/// Processor time that a process has used since it was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Its own.
    pub own: Duration,
    /// Of the processes that it started and whose end it has seen.
    pub children: Duration,
}

impl Usage {
    /// Of this process.
    pub fn now() -> Option<Usage> {
        Some(Usage { own: system::process_cpu()?, children: system::children_cpu()? })
    }

    /// What was used since an earlier moment.
    pub fn since(self, earlier: Usage) -> Usage {
        Usage { own: self.own.saturating_sub(earlier.own), children: self.children.saturating_sub(earlier.children) }
    }
}

/// Processor time that the calling thread has used.
pub fn thread_cpu() -> Option<Duration> {
    system::thread_cpu()
}

/// The most memory that a process has held at a time, in bytes; of this one without a number.
pub fn peak_memory(process: Option<u32>) -> Option<u64> {
    let process = process.map_or("self".to_owned(), |process| process.to_string());
    peak_of(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// Makes this process forget what it has held at most, so that [`peak_memory`] tells what it holds from now on; whether
/// that could be done.
pub fn forget_peak_memory() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// `VmHWM` of `/proc/…/status`, which counts in KiB.
fn peak_of(status: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

#[cfg(target_os = "linux")]
mod system {
    use std::mem::MaybeUninit;
    use std::time::Duration;

    pub(super) fn process_cpu() -> Option<Duration> {
        of_processes(libc::RUSAGE_SELF)
    }

    pub(super) fn children_cpu() -> Option<Duration> {
        of_processes(libc::RUSAGE_CHILDREN)
    }

    #[expect(unsafe_code, reason = "the standard library does not ask the system for this")]
    pub(super) fn thread_cpu() -> Option<Duration> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: the pointer is to room for a timespec, which is there if 0 is returned.
        let time = unsafe {
            if libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr()) != 0 {
                return None;
            }
            time.assume_init()
        };
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }

    #[expect(unsafe_code, reason = "the standard library does not ask the system for this")]
    fn of_processes(whose: libc::c_int) -> Option<Duration> {
        let mut usage = MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: the pointer is to room for a rusage, which is there if 0 is returned.
        let usage = unsafe {
            if libc::getrusage(whose, usage.as_mut_ptr()) != 0 {
                return None;
            }
            usage.assume_init()
        };
        let time = |time: libc::timeval| {
            let nanoseconds = u32::try_from(time.tv_usec).ok()?.checked_mul(1_000)?;
            Some(Duration::new(u64::try_from(time.tv_sec).ok()?, nanoseconds))
        };
        Some(time(usage.ru_utime)? + time(usage.ru_stime)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(super) fn process_cpu() -> Option<Duration> {
        None
    }

    pub(super) fn children_cpu() -> Option<Duration> {
        None
    }

    pub(super) fn thread_cpu() -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_most_memory_is_read() {
        assert_eq!(peak_of("Name:\trecto\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n"), Some(2 << 20));
        assert_eq!(peak_of("VmHWM:\tmuch\n"), None);
        assert_eq!(peak_of(""), None);
        assert_eq!(peak_memory(Some(u32::MAX)), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn work_of_this_process_and_of_its_children_is_told_apart() {
        let (before, thread) = (Usage::now().expect("told"), thread_cpu().expect("told"));
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(30) {}
        let count = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
        assert!(std::process::Command::new("sh").args(["-c", count]).status().expect("a shell").success());
        let used = Usage::now().expect("told").since(before);
        assert!(used.own > Duration::ZERO && used.children > Duration::ZERO, "{used:?}");
        assert!(thread_cpu().expect("told") > thread);
        assert!(peak_memory(None) > Some(1 << 20));
    }

    #[test]
    fn nothing_is_used_before_it_is() {
        let usage = |own, children| Usage { own: Duration::from_secs(own), children: Duration::from_secs(children) };
        assert_eq!(usage(5, 3).since(usage(2, 1)), usage(3, 2));
        assert_eq!(usage(1, 1).since(usage(2, 0)), usage(0, 1));
    }
}
