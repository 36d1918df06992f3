//! A worker as its owner sees it: started, asked, watched, ended.

use crate::clock::peak_memory;
use crate::extract::{ExtractError, Step};
use crate::report::Reason;
use crate::worker::failure::Loss;
use crate::worker::frame::{Decoder, Frame, Tag};
use crate::worker::request::{self, Request};
use crate::worker::sandbox::Enforcement;
use crate::worker::shared::Shared;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

/// The end of what a worker writes to standard error that is kept, in bytes.
const KEPT_SAYINGS: usize = 4 << 10;
/// Reads of what a worker has said before it ended; what fits into a pipe needs no more.
const LAST_READS: usize = 16;
/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// How much of a worker is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Longest time between two signs of life.
    pub(super) stall: Duration,
    /// Longest time for the whole file.
    pub(super) whole: Duration,
    /// Pages it may begin.
    pub(super) pages: u32,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// The record of the report.
    Record(Vec<u8>),
    /// The reader's own verdict.
    Failure(ExtractError),
    /// The worker is lost, and was on this page (from 0) last, if on any.
    Lost(Loss, Option<u32>),
}

/// A running worker.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Over which it is asked and answers.
    socket: UnixStream,
    /// Where it is shown the bytes of files.
    shared: Shared,
    /// Until it closes them.
    errors: Option<ChildStderr>,
    decoder: Decoder,
    sayings: Vec<u8>,
    buffer: Vec<u8>,
    /// How far it is confined.
    pub(super) enforcement: Enforcement,
    /// Files it was given.
    pub(super) files: u32,
}

impl Process {
    /// Starts a worker and waits until it is confined, for at most this long. [`io::ErrorKind::Interrupted`] if
    /// somebody else ended it before.
    pub(super) fn start(program: &Path, within: Duration) -> io::Result<Process> {
        let (shared, shown) = Shared::new()?;
        let (socket, theirs) = UnixStream::pair()?;
        let mut child = Command::new(program)
            .arg("reader")
            .env_clear()
            // An interrupt from the terminal is for the one who finishes the work, not for those who do it.
            .process_group(0)
            // Memory is asked for as it is needed, so that the limit on it counts what is used.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::from(shown))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::piped())
            .spawn()?;
        let errors = child.stderr.take().ok_or_else(|| io::Error::other("no pipe from the reading process"))?;
        socket.set_nonblocking(true)?;
        let flags = rustix::fs::fcntl_getfl(&errors)?;
        rustix::fs::fcntl_setfl(&errors, flags | rustix::fs::OFlags::NONBLOCK)?;
        let mut process = Process {
            child,
            socket,
            shared,
            errors: Some(errors),
            decoder: Decoder::default(),
            sayings: Vec::new(),
            buffer: vec![0; CHUNK],
            enforcement: Enforcement::default(),
            files: 0,
        };
        let patience = Patience { stall: within, whole: within, pages: 0 };
        match process.converse(&mut Outgoing::default(), patience, &mut |_| false) {
            Ok(Frame { tag: Tag::Ready, payload }) => {
                process.enforcement = postcard::from_bytes(&payload).map_err(io::Error::other)?;
                Ok(process)
            }
            Ok(_) => Err(io::Error::other("the reading process did not say that it is ready")),
            Err(loss) => {
                let kind = if loss.is_from_outside() { io::ErrorKind::Interrupted } else { io::ErrorKind::Other };
                Err(io::Error::new(kind, loss.error().detail))
            }
        }
    }

    /// Whether it waits for work: it is still there and has said nothing that it was not asked.
    pub(super) fn is_waiting(&mut self) -> bool {
        let is_running = matches!(self.child.try_wait(), Ok(None));
        let mut output = [PollFd::new(&self.socket, PollFlags::IN)];
        is_running && self.decoder.is_empty() && matches!(poll(&mut output, Some(&Timespec::default())), Ok(0))
    }

    /// The most memory that it has held at a time, in bytes, what it was shown included; `None` once it has ended.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        peak_memory(Some(self.child.id()))
    }

    /// Bytes of memory held to show it files.
    pub(super) fn shared_bytes(&self) -> u64 {
        self.shared.length()
    }

    /// Shows it a file. Returns the shared memory's length, for the request.
    pub(super) fn show(&mut self, bytes: &[u8]) -> io::Result<u64> {
        self.shared.put(bytes)
    }

    /// Has the file that it is shown read. `begun` is told of every step.
    pub(super) fn ask(&mut self, request: &Request, patience: Patience, begun: &mut dyn FnMut(Step)) -> Answer {
        self.files += 1;
        let encoded = request::encode(request);
        let mut outgoing = Outgoing::new(&encoded);
        let (mut pages, mut page) = (None, None);
        let answer = self.converse(&mut outgoing, patience, &mut |step| {
            let is_next = match step {
                Step::Opened(number) => pages.replace(number).is_none() && number <= patience.pages,
                // After the last page comes one more number.
                Step::Page(number) => {
                    page.is_none_or(|page| number > page) && pages.is_some_and(|pages| number <= pages)
                }
            };
            if is_next {
                if let Step::Page(number) = step {
                    page = Some(number);
                }
                begun(step);
            }
            is_next
        });
        let knows_all = outgoing.is_done() && !outgoing.was_given_up;
        match answer {
            Ok(_) if !knows_all => Answer::Lost(self.kill(Loss::Early), page),
            Ok(_) if !self.decoder.is_empty() => {
                Answer::Lost(self.kill(Loss::Nonsense("said more than it was asked")), page)
            }
            Ok(Frame { tag: Tag::Record, payload }) => Answer::Record(payload),
            Ok(Frame { tag: Tag::Failure, payload }) => match postcard::from_bytes::<(Reason, String)>(&payload) {
                Ok((reason, detail)) => Answer::Failure(ExtractError { reason, detail }),
                Err(_) => Answer::Lost(self.kill(Loss::Nonsense("sent a failure that cannot be read")), page),
            },
            Ok(_) => Answer::Lost(self.kill(Loss::Nonsense("said that it is ready once more")), page),
            Err(loss) => Answer::Lost(loss, page),
        }
    }

    /// Writes what is to be written and reads frames, to the first that is no step. `begun` says whether a step may
    /// be taken now.
    pub(super) fn converse(
        &mut self,
        outgoing: &mut Outgoing<'_>,
        patience: Patience,
        begun: &mut dyn FnMut(Step) -> bool,
    ) -> Result<Frame, Loss> {
        let start = Instant::now();
        let mut alive = start;
        loop {
            match self.decoder.next() {
                Ok(Some(Frame { tag: tag @ (Tag::Opened | Tag::Page), payload })) => {
                    let Ok(number) = <[u8; 4]>::try_from(payload.as_slice()).map(u32::from_le_bytes) else {
                        return Err(self.kill(Loss::Nonsense("sent a page without a number")));
                    };
                    if !begun(if tag == Tag::Page { Step::Page(number) } else { Step::Opened(number) }) {
                        return Err(self.kill(Loss::Nonsense("sent a page out of order")));
                    }
                    alive = Instant::now();
                    continue;
                }
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => {}
                Err(_) => return Err(self.kill(Loss::Nonsense("sent garbage"))),
            }
            let now = Instant::now();
            if now.duration_since(start) >= patience.whole {
                return Err(self.give_up(Loss::Late(patience.whole)));
            }
            if now.duration_since(alive) >= patience.stall {
                return Err(self.give_up(Loss::Stalled(patience.stall)));
            }
            let left = (patience.whole - now.duration_since(start)).min(patience.stall - now.duration_since(alive));
            if self.step(outgoing, left, &mut alive).is_err() {
                return Err(self.lost());
            }
        }
    }

    /// Waits for the socket or the pipe and moves what can be moved.
    fn step(&mut self, outgoing: &mut Outgoing<'_>, left: Duration, alive: &mut Instant) -> io::Result<()> {
        let wanted = if outgoing.is_done() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let [socket, errors] = {
            let own = PollFd::new(&self.socket, wanted);
            let mut fds = match &self.errors {
                Some(errors) => vec![own, PollFd::new(errors, PollFlags::IN)],
                None => vec![own],
            };
            let timeout = Timespec::try_from(left).map_err(io::Error::other)?;
            match poll(&mut fds, Some(&timeout)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            [0, 1].map(|index| fds.get(index).map_or(PollFlags::empty(), PollFd::revents))
        };
        let can_write = socket.contains(PollFlags::OUT);
        let can_read = !(socket - PollFlags::OUT).is_empty();
        let has_said = !errors.is_empty();
        if has_said {
            self.listen();
        }
        if can_read {
            match self.socket.read(&mut self.buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.decoder.push(self.buffer.get(..read).unwrap_or_default()),
                Err(error) if is_for_later(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if can_write {
            match self.socket.write(outgoing.rest) {
                // Taking bytes is a sign of life.
                Ok(written) => {
                    outgoing.advance(written);
                    *alive = Instant::now();
                }
                Err(error) if is_for_later(&error) => {}
                // What it says before it ends may tell why, so its output is read to the end first.
                Err(_) => outgoing.give_up(),
            }
        }
        Ok(())
    }

    /// Reads some of what it says on standard error, and keeps the end of it; whether there may be more.
    fn listen(&mut self) -> bool {
        let Some(errors) = &mut self.errors else { return false };
        match errors.read(&mut self.buffer) {
            Ok(read) if read > 0 => {
                self.sayings.extend_from_slice(self.buffer.get(..read).unwrap_or_default());
                let surplus = self.sayings.len().saturating_sub(KEPT_SAYINGS);
                self.sayings.drain(..surplus);
                true
            }
            Err(error) if is_for_later(&error) => false,
            _ => {
                self.errors = None;
                false
            }
        }
    }

    /// It has closed its output: how it ended.
    fn lost(&mut self) -> Loss {
        // It may still be ending; nobody waits long for that.
        let deadline = Instant::now() + Duration::from_secs(2);
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
                _ => break None,
            }
        };
        let Some(status) = status else {
            return self.kill(Loss::Nonsense("closed its output and did not end"));
        };
        for _ in 0..LAST_READS {
            if !self.listen() {
                break;
            }
        }
        Loss::Ended(status, String::from_utf8_lossy(&self.sayings).into_owned())
    }

    /// It was not done in time: kills it, and says so if somebody had halted it.
    fn give_up(&mut self, loss: Loss) -> Loss {
        // Does not take the news from who waits for its end.
        let asked = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let is_halted = matches!(waitid(WaitId::Pid(Pid::from_child(&self.child)), asked), Ok(Some(_)));
        self.kill(if is_halted { Loss::Halted } else { loss })
    }

    /// Ends it.
    pub(super) fn kill(&mut self, loss: Loss) -> Loss {
        self.end();
        loss
    }

    /// Ends it and whatever it started, if it is still there.
    fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // Its group is its own, and cannot be another's before its end has been waited for.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// Bytes still to be written.
#[derive(Debug, Default)]
pub(super) struct Outgoing<'b> {
    rest: &'b [u8],
    /// Whether the other side closed its end before it had all.
    was_given_up: bool,
}

impl<'b> Outgoing<'b> {
    pub(super) fn new(rest: &'b [u8]) -> Outgoing<'b> {
        Outgoing { rest, was_given_up: false }
    }

    fn advance(&mut self, written: usize) {
        self.rest = self.rest.get(written..).unwrap_or_default();
    }

    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn give_up(&mut self) {
        self.rest = &[];
        self.was_given_up = true;
    }
}
