//! The worker's side: confines itself, then reads or draws one file after another until its owner lets go of it.
//!
//! Its standard output is a socket, over which it is asked and answers; its standard input is the memory in which it is
//! shown the bytes of files.

use crate::extract::{self, READER_STACK_BYTES, Step};
use crate::report::Reason;
use crate::store::TextStore;
use crate::worker::faults;
use crate::worker::frame::{self, Tag};
use crate::worker::pictures;
use crate::worker::request::{self, Task};
use crate::worker::sandbox;
use crate::worker::shared::Seen;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::sync::Mutex;

/// Serves requests until there are no more. Never returns results in any other way.
pub fn run() -> io::Result<()> {
    // Files, as these are read from and written to in the plainest way that there is.
    let seen = Seen::new(File::from(io::stdin().as_fd().try_clone_to_owned()?));
    let mut socket = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let enforcement = sandbox::confine();
    let ready = postcard::to_stdvec(&enforcement).map_err(io::Error::other)?;
    frame::write(&mut socket, Tag::Ready, &ready)?;
    let reader = std::thread::Builder::new().name("reader".to_owned()).stack_size(READER_STACK_BYTES);
    let reading = reader.spawn(move || serve(&socket, seen))?;
    reading.join().unwrap_or_else(|_| Err(io::Error::other("the reader panicked")))
}

fn serve(mut socket: &File, mut seen: Seen) -> io::Result<()> {
    let output = Mutex::new(BufWriter::with_capacity(1 << 20, socket));
    let say = |tag, payload: &[u8]| -> io::Result<()> {
        let mut output = output.lock().map_err(|_| io::Error::other("poisoned"))?;
        frame::write(&mut *output, tag, payload)?;
        output.flush()
    };
    while let Some(request) = request::read(&mut socket)? {
        sandbox::limit_memory(request.memory);
        let bytes = seen.bytes(request.length, request.room)?;
        let (id, options) = match request.task {
            Task::Read(id, options) => (id, options),
            Task::Render(pages, options) => {
                pictures::serve(&request.name, bytes, &pages, options, &say)?;
                continue;
            }
        };
        // A page that cannot be announced is read all the same; the answer will fail to be written, too.
        let begin = |step| match step {
            Step::Opened(pages) => drop(say(Tag::Opened, &pages.to_le_bytes())),
            Step::Page(page) => {
                drop(say(Tag::Page, &page.to_le_bytes()));
                faults::meet(&request.name, page);
            }
        };
        match extract::extract_known(bytes, id, &request.name, &options, &begin) {
            Ok(report) => say(Tag::Record, &TextStore::encode(&report))?,
            Err(error) => say(Tag::Failure, &failure(error.reason, &error.detail)?)?,
        }
    }
    Ok(())
}

/// A failure as it is sent.
fn failure(reason: Reason, detail: &str) -> io::Result<Vec<u8>> {
    let detail: String = detail.chars().take(4_096).collect();
    postcard::to_stdvec(&(reason, detail)).map_err(io::Error::other)
}
