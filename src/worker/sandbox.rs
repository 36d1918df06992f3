//! What a worker takes from itself before it reads anything: rights, files, network, processes, memory, time.
//!
//! Each step is taken as far as the kernel goes; how far is reported, and reading goes on with what there is.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Open files a worker may have: its socket, its memory, its pipe, and what the libraries hold.
const OPEN_FILES: u64 = 16;

/// How far a worker is confined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcement {
    /// Limits on files, memory and core dumps.
    pub limits: bool,
    /// Landlock: no file can be opened.
    pub files: Confinement,
    /// seccomp: only the system calls that reading needs.
    pub system_calls: bool,
}

/// How much of a step was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// All of it.
    Full,
    /// What the kernel knows of it.
    Partial,
    /// Nothing.
    #[default]
    None,
}

impl Enforcement {
    /// Whether nothing was left out.
    pub fn is_full(&self) -> bool {
        self.limits && self.files == Confinement::Full && self.system_calls
    }

    /// On one line, for people.
    pub fn summary(&self) -> &'static str {
        match (self.limits, self.files, self.system_calls) {
            (true, Confinement::Full, true) => "full",
            (true, Confinement::Partial, true) => "full, but for what this kernel's Landlock does not know",
            (true, Confinement::None, true) => "limits and system calls, but files are not closed off: no Landlock",
            (true, _, false) => "limits only: this kernel has no seccomp",
            (false, ..) => "none",
        }
    }
}

/// Confines this process for good.
pub(super) fn confine() -> Enforcement {
    let limits = limit();
    // Whoever started it has ended: nobody would read what it has to say.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    Enforcement { limits, files: close_files(), system_calls: restrict_system_calls() }
}

fn limit() -> bool {
    let to = |resource, limit: u64| {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, limit).is_ok()
    };
    to(Resource::Core, 0) & to(Resource::Fsize, 0) & to(Resource::Nofile, OPEN_FILES)
}

/// Bounds the memory for the next file.
pub(super) fn limit_memory(bytes: u64) {
    let before = getrlimit(Resource::Data);
    let limit = Rlimit { current: Some(bytes), maximum: before.maximum };
    // Where it is refused the deadline still holds.
    let _ = setrlimit(Resource::Data, limit);
}

#[cfg(target_os = "linux")]
fn close_files() -> Confinement {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::from_all(ABI::V5))?
            .create()?
            .restrict_self()
    };
    match restrict() {
        Ok(status) => match status.ruleset {
            RulesetStatus::FullyEnforced => Confinement::Full,
            RulesetStatus::PartiallyEnforced => Confinement::Partial,
            RulesetStatus::NotEnforced => Confinement::None,
        },
        Err(_) => Confinement::None,
    }
}

#[cfg(not(target_os = "linux"))]
fn close_files() -> Confinement {
    Confinement::None
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn restrict_system_calls() -> bool {
    use rustix::io::Errno;
    use seccompiler::SeccompCmpArgLen::{Dword, Qword};
    use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    };
    use std::collections::BTreeMap;
    let arch = if cfg!(target_arch = "x86_64") { TargetArch::x86_64 } else { TargetArch::aarch64 };
    let refuse = |with: Errno| SeccompAction::Errno(with.raw_os_error().unsigned_abs());
    let filters = || -> Result<[BpfProgram; 2], BackendError> {
        let only_if = |condition| SeccompRule::new(vec![condition?]).map(|rule| vec![rule]);
        let itself = u64::from(std::process::id());
        let mut allowed: BTreeMap<i64, Vec<SeccompRule>> =
            system_calls::ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        let thread = system_calls::CLONE_THREAD;
        allowed.insert(libc::SYS_clone, only_if(SeccompCondition::new(0, Qword, MaskedEq(thread), thread))?);
        allowed.insert(libc::SYS_tgkill, only_if(SeccompCondition::new(0, Dword, Eq, itself))?);
        allowed.insert(libc::SYS_prlimit64, only_if(SeccompCondition::new(0, Dword, Eq, 0))?);
        // Refused, not killed: libraries ask for this and that and go on without.
        let allow = SeccompFilter::new(allowed, refuse(Errno::PERM), SeccompAction::Allow, arch)?;
        // What clone3 is to make stands in memory, where no filter looks; without it threads are made by clone.
        let unknown = [(libc::SYS_clone3, Vec::new())].into();
        let unknown = SeccompFilter::new(unknown, SeccompAction::Allow, refuse(Errno::NOSYS), arch)?;
        // The last one leaves no way to add another; of two the stricter answer counts.
        Ok([unknown.try_into()?, allow.try_into()?])
    };
    filters().is_ok_and(|filters| filters.iter().all(|filter| seccompiler::apply_filter_all_threads(filter).is_ok()))
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn restrict_system_calls() -> bool {
    false
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod system_calls {
    //! What seeing shared memory, computing, and talking over a socket asks of the kernel.

    /// Numbers of the system calls that are allowed.
    pub(super) const ALLOWED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_mprotect,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigaction,
        libc::SYS_sigaltstack,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        // Answered as unknown by a filter of its own.
        libc::SYS_clone3,
        libc::SYS_rseq,
        libc::SYS_set_robust_list,
        libc::SYS_gettid,
        libc::SYS_getpid,
    ];
    // Some more are allowed with certain arguments only: clone to make threads, tgkill to end itself when it panics
    // while panicking, prlimit64 for its own limits.

    /// The flag of clone for a thread of the same process (`linux/sched.h`).
    pub(super) const CLONE_THREAD: u64 = 0x0001_0000;
}
