//! The recogniser's program: found, asked, watched, ended.

use crate::ocr::confine::Bounds;
use crate::ocr::{OcrOptions, languages};
use crate::render::Picture;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Most that is read of what it prints: the words of the fullest page are a tenth of it.
const MOST_OUTPUT: usize = 8 << 20;
/// Of what it complains about, this much is kept, in bytes.
const KEPT_SAYINGS: usize = 2 << 10;
/// How long it may take to name its languages.
const LISTING: Duration = Duration::from_secs(10);
/// Bytes moved at once.
const CHUNK: usize = 64 << 10;

/// A recogniser that is there and has a language.
#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    launcher: PathBuf,
    languages: Vec<String>,
    configured: String,
    resolution: u32,
    time: Duration,
    memory: u64,
}

/// Why a page was not recognised.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It could not be started or spoken to.
    #[error("the recogniser cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It was not done in time.
    #[error("the recogniser took more than {} seconds", .0.as_secs())]
    Late(Duration),
    /// It printed more than any page has.
    #[error("the recogniser printed without end")]
    Endless,
    /// It ended without success.
    #[error("the recogniser ended with {0}: {1}")]
    Ended(ExitStatus, String),
    /// What it printed is no table of words.
    #[error("the recogniser printed something else than words")]
    Nonsense,
}

impl Program {
    /// The configured program, if it is there and knows a language.
    pub(super) fn find(options: &OcrOptions, launcher: &Path) -> Option<Program> {
        let path = which(&options.program)?;
        let mut program = Program {
            path,
            launcher: launcher.to_owned(),
            languages: Vec::new(),
            configured: options.languages.clone(),
            resolution: options.resolution,
            time: LISTING,
            memory: options.memory_bytes,
        };
        match program.run(&["--list-langs".as_ref()], &[]) {
            Ok(listing) => program.languages = languages::installed(&listing),
            Err(error) => {
                tracing::warn!(program = %program.path.display(), %error, "the recogniser does not name its languages");
                return None;
            }
        }
        program.time = Duration::from_secs(options.page_seconds.clamp(1, 3_600));
        (!program.choose(None).is_empty()).then_some(program)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The languages that it knows.
    pub(super) fn languages(&self) -> &[String] {
        &self.languages
    }

    /// What to recognise a report in that language with.
    pub(super) fn choose(&self, language: Option<&str>) -> String {
        languages::choose(language, &self.configured, &self.languages)
    }

    /// What it prints about a picture: a table of words.
    pub(super) fn recognise(&self, picture: &Picture, languages: &str) -> Result<String, Failure> {
        let can_turn = self.languages.iter().any(|model| model == languages::ORIENTATION);
        let resolution = self.resolution.to_string();
        let arguments = [
            "stdin",
            "stdout",
            "-l",
            languages,
            "--dpi",
            &resolution,
            // Pages that lie on their side are read, too, where it can tell.
            "--psm",
            if can_turn { "1" } else { "3" },
            "-c",
            "tessedit_create_tsv=1",
        ];
        self.run(&arguments.map(OsStr::new), &[picture.pnm_header().as_bytes(), picture.pixels()])
    }

    /// Runs it, confined, and gives what it printed if it succeeded.
    fn run(&self, arguments: &[&OsStr], input: &[&[u8]]) -> Result<String, Failure> {
        let bounds = Bounds { memory: self.memory, seconds: self.time.as_secs() + 5 };
        let mut command = Command::new(&self.launcher);
        command.env_clear().envs(bounds.environment()).args(bounds.arguments(&self.path)).args(arguments);
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Running { child: command.spawn()?, is_reaped: false };
        let printed = running.converse(input, self.time)?;
        let status = running.ended(self.time)?;
        if status.success() {
            // Words are checked one by one; a byte that is no text spoils its word only.
            Ok(String::from_utf8_lossy(&printed.output).into_owned())
        } else {
            let said = String::from_utf8_lossy(&printed.errors).trim().escape_debug().to_string();
            Err(Failure::Ended(status, said))
        }
    }
}

/// The program with this name, as a shell would find it.
fn which(name: &str) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    if name.contains('/') {
        return std::path::absolute(name).ok().filter(is_program);
    }
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(is_program)
}

/// What it printed, and the end of what it complained about.
#[derive(Debug, Default)]
struct Printed {
    output: Vec<u8>,
    errors: Vec<u8>,
}

/// A running program, which ends when nobody waits for it any more, with all that it has started.
struct Running {
    child: Child,
    /// Its number may be another's by now.
    is_reaped: bool,
}

impl Running {
    /// Writes the input and reads what is printed until it closes its output.
    fn converse(&mut self, input: &[&[u8]], time: Duration) -> Result<Printed, Failure> {
        let start = Instant::now();
        let mut stdin = self.child.stdin.take();
        let (Some(mut stdout), Some(mut stderr)) = (self.child.stdout.take(), self.child.stderr.take()) else {
            return Err(Failure::Io(io::ErrorKind::BrokenPipe.into()));
        };
        for fd in [stdin.as_ref().map(AsFd::as_fd), Some(stdout.as_fd()), Some(stderr.as_fd())].into_iter().flatten() {
            let flags = rustix::fs::fcntl_getfl(fd).map_err(io::Error::from)?;
            rustix::fs::fcntl_setfl(fd, flags | rustix::fs::OFlags::NONBLOCK).map_err(io::Error::from)?;
        }
        let mut parts = input.iter().copied().filter(|part| !part.is_empty());
        let mut rest = parts.next().unwrap_or_default();
        let mut printed = Printed::default();
        let mut buffer = vec![0; CHUNK];
        loop {
            if rest.is_empty() {
                // Closed when all is written, so that it knows.
                stdin = None;
            }
            let left = time.checked_sub(start.elapsed()).filter(|left| !left.is_zero()).ok_or(Failure::Late(time))?;
            let [can_read, has_said, can_write] = wait(&stdout, &stderr, stdin.as_ref(), left)?;
            if has_said && let Some(said) = received(&mut stderr, &mut buffer)? {
                printed.errors.extend_from_slice(said);
                let surplus = printed.errors.len().saturating_sub(KEPT_SAYINGS);
                printed.errors.drain(..surplus);
            }
            if can_read && let Some(output) = received(&mut stdout, &mut buffer)? {
                if output.is_empty() {
                    return Ok(printed);
                }
                printed.output.extend_from_slice(output);
                if printed.output.len() > MOST_OUTPUT {
                    return Err(Failure::Endless);
                }
            }
            if can_write && let Some(pipe) = &mut stdin {
                match pipe.write(rest) {
                    Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                    Err(error) if is_for_later(&error) => {}
                    // It may have seen enough, or be about to say what is wrong.
                    Err(_) => stdin = None,
                }
                if rest.is_empty() {
                    rest = parts.next().unwrap_or_default();
                }
            }
        }
    }

    /// How it ended, which it does soon after it has closed its output.
    fn ended(&mut self, time: Duration) -> Result<ExitStatus, Failure> {
        let deadline = Instant::now() + Duration::from_secs(5);
        // Only looked at, so that its number stays its own until what it has started is ended as well.
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let id = Pid::from_child(&self.child);
        while waitid(WaitId::Pid(id), look).map_err(io::Error::from)?.is_none() {
            if Instant::now() >= deadline {
                return Err(Failure::Late(time));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(self.reap()?)
    }

    fn reap(&mut self) -> io::Result<ExitStatus> {
        if !self.is_reaped {
            // There may be nobody left.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            self.is_reaped = true;
        }
        self.child.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.reap();
    }
}

/// Waits until one of the pipes can be used: output, errors, input.
fn wait(output: &impl AsFd, errors: &impl AsFd, input: Option<&impl AsFd>, left: Duration) -> io::Result<[bool; 3]> {
    let mut fds = vec![PollFd::new(output, PollFlags::IN), PollFd::new(errors, PollFlags::IN)];
    fds.extend(input.map(|input| PollFd::new(input, PollFlags::OUT)));
    let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_ready = |index: usize| fds.get(index).is_some_and(|fd| !fd.revents().is_empty());
    Ok([is_ready(0), is_ready(1), is_ready(2)])
}

/// What there is to read: empty at the end, `None` if there is nothing yet.
fn received<'b>(pipe: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<Option<&'b [u8]>> {
    match pipe.read(buffer) {
        Ok(read) => Ok(buffer.get(..read)),
        Err(error) if is_for_later(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
