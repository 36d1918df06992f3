//! The recogniser's bounds. This program takes them upon itself and then becomes the recogniser: a program of others
//! cannot be asked to confine itself, and a process cannot safely be confined between fork and exec.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Open files that it may have.
const OPEN_FILES: u64 = 64;
/// Where programs, libraries and models are. It may read these and nothing else: what it reads could end up in a page's
/// text.
const READABLE: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/opt",
    "/nix",
    "/gnu",
    "/snap",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/alternatives",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
];
/// Names the folder of the models, if they are not where the program looks for them.
const MODELS: &str = "TESSDATA_PREFIX";

/// What a recogniser may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of memory.
    pub memory: u64,
    /// Seconds of processor time.
    pub seconds: u64,
}

impl Bounds {
    /// What to ask of this program so that it becomes the recogniser within these bounds; its own arguments follow.
    pub(super) fn arguments(&self, program: &Path) -> [OsString; 4] {
        ["recogniser".into(), self.memory.to_string().into(), self.seconds.to_string().into(), program.into()]
    }

    /// All that it is told of its surroundings.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        // All cores are at work already: one thread each.
        let mut environment = vec![("OMP_THREAD_LIMIT", OsString::from("1")), ("LC_ALL", OsString::from("C.UTF-8"))];
        environment.extend(std::env::var_os(MODELS).map(|folder| (MODELS, folder)));
        environment.extend(std::env::var_os("PATH").map(|paths| ("PATH", paths)));
        environment
    }
}

/// Confines this process for good and becomes the program; returns only if that cannot be.
pub fn become_program(bounds: Bounds, program: &Path, arguments: &[OsString]) -> io::Error {
    let to = |resource, limit: u64| {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        // Where it is refused the deadline still holds.
        let _ = setrlimit(resource, limit);
    };
    to(Resource::Core, 0);
    to(Resource::Fsize, 0);
    to(Resource::Nofile, OPEN_FILES);
    to(Resource::Cpu, bounds.seconds);
    #[cfg(target_os = "linux")]
    {
        // Whoever started it has ended: nobody would read what it has to say.
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        close_files(program);
        refuse_calls();
    }
    // Last, as this program may hold more than the other may have.
    to(Resource::Data, bounds.memory);
    Command::new(program).args(arguments.iter().map(OsStr::new)).exec()
}

/// Landlock: nothing is written, nothing is read but programs and models, nothing is connected to.
#[cfg(target_os = "linux")]
fn close_files(program: &Path) {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules};
    let models = std::env::var_os(MODELS);
    // A program that is a link has what it needs beside its target.
    let target = program.canonicalize().ok();
    let folders = [program.parent(), target.as_deref().and_then(Path::parent), models.as_deref().map(Path::new)];
    let readable = READABLE.iter().map(Path::new).chain(folders.into_iter().flatten());
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::from_all(ABI::V5))?
            .create()?
            .add_rules(path_beneath_rules(readable, AccessFs::from_read(ABI::V5)))?
            .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_all(ABI::V5)))?
            .restrict_self()
    };
    // As far as the kernel goes.
    let _ = restrict();
}

/// seccomp: no sockets, and no looking into other processes.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn refuse_calls() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
    const REFUSED: &[i64] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
    ];
    let arch = if cfg!(target_arch = "x86_64") { TargetArch::x86_64 } else { TargetArch::aarch64 };
    let rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(rustix::io::Errno::PERM.raw_os_error().unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch);
    if let Ok(program) = filter.and_then(BpfProgram::try_from) {
        // Where the kernel has none, Landlock and the limits hold.
        let _ = apply_filter(&program);
    }
}

#[cfg(all(target_os = "linux", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn refuse_calls() {}
