//! What a worker is asked: to read a file or to draw pages of it, the file's name, and how many bytes it is shown.

use crate::extract::ExtractOptions;
use crate::render::RenderOptions;
use crate::report::ReportId;
use crate::worker::frame::read_exactly;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// Longest request believed, in bytes: a name, a list of passwords, and what was recognised on thousands of pages.
const MAX_LENGTH: u32 = 256 << 20;

/// A request; the bytes of the file stand in the shared memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Request {
    /// The file's name, for the title of a report that has none better.
    pub(super) name: String,
    /// What to do with it.
    pub(super) task: Task,
    /// Bytes of the file, which are shown.
    pub(super) length: u64,
    /// Bytes of shared memory, those of the file first.
    pub(super) room: u64,
    /// Bytes of memory the worker may have.
    pub(super) memory: u64,
}

/// What a worker can do with a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Task {
    /// Read it; this is its identity.
    Read(ReportId, ExtractOptions),
    /// Draw these pages, numbered from 1.
    Render(Vec<u32>, RenderOptions),
}

/// The request as it is sent.
pub(super) fn encode(request: &Request) -> Vec<u8> {
    // Plain data into memory.
    let body = postcard::to_stdvec(request).unwrap_or_default();
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

/// The next request; `None` when there will be no more.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Request>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_LENGTH {
        return Err(io::Error::other("a request that long is none"));
    }
    postcard::from_bytes(&read_exactly(input, u64::from(length))?).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::RecognisedPage;
    use crate::layout::recognised::RecognisedWord;
    use crate::report::{Quad, Reason};

    #[test]
    fn requests_survive() {
        let word = RecognisedWord { text: "Ümit".to_owned(), quad: Quad { x0: 0.1, y0: 0.2, x1: 0.3, y1: 0.4 } };
        let options = ExtractOptions {
            passwords: vec!["geheim".to_owned()],
            without_pages: vec![(3, Reason::Timeout), (9, Reason::Crashed)],
            recognised: vec![RecognisedPage { index: 4, lines: vec![vec![word]] }],
            lacking: Some(Reason::OcrFailed),
            ..ExtractOptions::default()
        };
        let id = ReportId::of_bytes(b"abc");
        for task in [Task::Read(id, options), Task::Render(vec![1, 7], RenderOptions::page(900))] {
            let request = Request { name: "é.pdf".to_owned(), task, length: 3, room: 4_096, memory: 7 };
            let bytes = encode(&request);
            let mut input = bytes.as_slice();
            assert_eq!(read(&mut input).expect("whole"), Some(request));
            assert_eq!(read(&mut input).expect("the end"), None);
            assert!(read(&mut &bytes[..bytes.len() - 1]).is_err());
        }
        assert!(read(&mut &[255u8, 255, 255, 255][..]).is_err());
    }
}
