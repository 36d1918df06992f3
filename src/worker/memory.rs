//! Whether the machine has the memory that its workers may take between them.

use std::path::Path;

/// What a worker takes with a file that needs much, and its owner beside it, in bytes.
const NEED_PER_WORKER: u64 = 5 << 28;

/// Less memory than workers may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Bytes that they may need.
    pub needed: u64,
    /// Bytes that there are.
    pub available: u64,
}

/// What may be short for so many workers at once; `None` if nothing is, or the kernel does not say.
pub fn shortage(workers: usize) -> Option<Shortage> {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).unwrap_or_default();
    let of_machine = available(&read("/proc/meminfo"));
    let of_group = left(&read("/sys/fs/cgroup/memory.max"), &read("/sys/fs/cgroup/memory.current"));
    let available = of_machine.into_iter().chain(of_group).min()?;
    let needed = NEED_PER_WORKER.saturating_mul(workers as u64);
    (needed > available).then_some(Shortage { needed, available })
}

/// `MemAvailable` of `/proc/meminfo`, which counts in KiB.
fn available(meminfo: &str) -> Option<u64> {
    let value = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

/// What a control group may still take; `None` if it has no limit.
fn left(most: &str, current: &str) -> Option<u64> {
    let most: u64 = most.trim().parse().ok()?;
    Some(most.saturating_sub(current.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:    2048 kB\n"), Some(2 << 20));
        assert_eq!(available("MemAvailable: much\n"), None);
        assert_eq!(available(""), None);
        assert_eq!(left("1000\n", "400\n"), Some(600));
        assert_eq!(left("1000\n", "1400\n"), Some(0));
        assert_eq!(left("max\n", "400\n"), None);
        assert_eq!(left("", ""), None);
    }

    #[test]
    fn a_million_workers_are_too_many() {
        if cfg!(target_os = "linux") {
            let shortage = shortage(1_000_000).expect("no such machine");
            assert!(shortage.needed > shortage.available);
        }
        assert_eq!(shortage(0), None);
    }
}
