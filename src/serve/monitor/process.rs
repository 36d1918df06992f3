//! What this process takes of the machine, as the system tells it.

use crate::serve::monitor::metrics::Registration;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::atomic::AtomicU64;

/// Kernel ticks of processor time in a second, which Linux has fixed for programs.
#[cfg(target_os = "linux")]
const TICKS: f64 = 100.0;

/// Under the names that every Prometheus client uses.
#[derive(Debug, Default)]
pub struct Process {
    resident_bytes: Gauge,
    virtual_bytes: Gauge,
    open_files: Gauge,
    most_files: Gauge,
    threads: Gauge,
    processor_seconds: Gauge<f64, AtomicU64>,
    start_seconds: Gauge<f64, AtomicU64>,
}

impl Process {
    /// Registers what is told.
    pub fn register(to: &mut Registration<'_>) -> Process {
        let process = Process::default();
        to.add("process_resident_memory_bytes", "Memory in use", process.resident_bytes.clone());
        to.add("process_virtual_memory_bytes", "Addresses in use", process.virtual_bytes.clone());
        to.add("process_open_fds", "Open file descriptors", process.open_files.clone());
        to.add("process_max_fds", "File descriptors allowed", process.most_files.clone());
        to.add("process_threads", "Threads", process.threads.clone());
        to.add("process_cpu_seconds", "Processor time taken", process.processor_seconds.clone());
        to.add("process_start_time_seconds", "When the process began", process.start_seconds.clone());
        process
    }

    /// Asks the system; what it does not tell stays as it was.
    #[cfg(target_os = "linux")]
    pub fn refresh(&self) {
        if let Ok(text) = std::fs::read_to_string("/proc/self/status") {
            let kibibytes = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name))?;
                line.split_whitespace().next()?.parse::<i64>().ok()
            };
            self.virtual_bytes.set(kibibytes("VmSize:").unwrap_or(0) << 10);
            self.resident_bytes.set(kibibytes("VmRSS:").unwrap_or(0) << 10);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            // One of them is the folder itself.
            self.open_files.set(files.count() as i64 - 1);
        }
        let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        self.most_files.set(most.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX));
        if let Some(fields) = stat() {
            // Counted from the field after the name: 11 and 12 are processor time, 17 threads, 19 the start.
            let number = |field: usize| fields.get(field).copied().unwrap_or(0.0);
            self.processor_seconds.set((number(11) + number(12)) / TICKS);
            self.threads.set(number(17) as i64);
            let uptime = std::fs::read_to_string("/proc/uptime").ok();
            let uptime = uptime.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            if let (Some(uptime), Ok(now)) = (uptime, now)
                && self.start_seconds.get() == 0.0
            {
                self.start_seconds.set(now.as_secs_f64() - uptime + number(19) / TICKS);
            }
        }
    }

    /// Other systems are not asked.
    #[cfg(not(target_os = "linux"))]
    pub fn refresh(&self) {}
}

/// The numbers of `/proc/self/stat` after the program's name, which may hold anything.
#[cfg(target_os = "linux")]
fn stat() -> Option<Vec<f64>> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect())
}
