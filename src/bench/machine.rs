//! What figures were measured on: without it they say nothing.

use serde::Serialize;

/// The machine and the program measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Version of Recto.
    pub recto: &'static str,
    /// The commit that it was built from, with `-dirty` if there were changes beside it; `None` if it was not built from a
    /// repository, or not for release.
    pub commit: Option<&'static str>,
    /// `release` or `debug`.
    pub build: &'static str,
    /// Whether the program was built without optimisation, whose times mean nothing.
    pub debug_build: bool,
    /// `linux`, `macos`, …
    pub os: &'static str,
    /// `x86_64`, `aarch64`, …
    pub architecture: &'static str,
    /// Name of the processor; `None` where the system does not tell.
    pub processor: Option<String>,
    /// Threads that can run at the same time.
    pub cores: usize,
    /// Memory in bytes; `None` where the system does not tell.
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// This one.
    pub fn current() -> Machine {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Machine {
            recto: env!("CARGO_PKG_VERSION"),
            commit: option_env!("RECTO_COMMIT"),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            debug_build: cfg!(debug_assertions),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            processor: processor(&read("/proc/cpuinfo")),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: memory_bytes(&read("/proc/meminfo")),
        }
    }
}

/// The first `model name` of `/proc/cpuinfo`; many ARM kernels give none.
fn processor(cpuinfo: &str) -> Option<String> {
    field(cpuinfo, "model name").map(str::to_owned)
}

/// `MemTotal` of `/proc/meminfo`, which counts in KiB.
fn memory_bytes(meminfo: &str) -> Option<u64> {
    let kibibytes: u64 = field(meminfo, "MemTotal")?.split_whitespace().next()?.parse().ok()?;
    kibibytes.checked_mul(1_024)
}

fn field<'t>(table: &'t str, name: &str) -> Option<&'t str> {
    let mut pairs = table.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_kernel_are_read() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Fast CPU @ 2.5GHz\n\nprocessor\t: 1\nmodel name\t: other\n";
        assert_eq!(processor(cpuinfo).as_deref(), Some("Fast CPU @ 2.5GHz"));
        assert_eq!(processor("model name :\n"), None);
        assert_eq!(memory_bytes("MemTotal:       1024 kB\nMemFree: 1 kB\n"), Some(1_048_576));
        assert_eq!(memory_bytes("MemTotal: lots\n"), None);
        assert!(Machine::current().cores > 0);
    }
}
