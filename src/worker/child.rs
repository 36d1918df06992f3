//! The worker's side: confines itself, then reads one file after another until its input ends.

use crate::extract::{self, READER_STACK_BYTES};
use crate::report::Reason;
use crate::store::TextStore;
use crate::worker::faults;
use crate::worker::frame::{self, Tag};
use crate::worker::request;
use crate::worker::sandbox;
use std::io::{self, BufWriter, Read, Write};
use std::sync::Mutex;

/// Serves requests on standard input until it ends. Never returns results in any other way.
pub fn run() -> io::Result<()> {
    let enforcement = sandbox::confine();
    let mut output = io::stdout().lock();
    let ready = postcard::to_stdvec(&enforcement).map_err(io::Error::other)?;
    frame::write(&mut output, Tag::Ready, &ready)?;
    output.flush()?;
    drop(output);
    let reader = std::thread::Builder::new().name("reader".to_owned()).stack_size(READER_STACK_BYTES);
    let reading = reader.spawn(|| serve(&mut io::stdin().lock()))?;
    reading.join().unwrap_or_else(|_| Err(io::Error::other("the reader panicked")))
}

fn serve(input: &mut impl Read) -> io::Result<()> {
    let output = Mutex::new(BufWriter::with_capacity(1 << 20, io::stdout()));
    let say = |tag, payload: &[u8]| -> io::Result<()> {
        let mut output = output.lock().map_err(|_| io::Error::other("poisoned"))?;
        frame::write(&mut *output, tag, payload)?;
        output.flush()
    };
    while let Some((head, bytes)) = request::read(input)? {
        sandbox::limit_memory(head.memory);
        // A page that cannot be announced is read all the same; the answer will fail to be written, too.
        let begin = |page: u32| {
            drop(say(Tag::Page, &page.to_le_bytes()));
            faults::meet(&head.name, page);
        };
        match extract::extract_with(&bytes, &head.name, &head.options, &begin) {
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
