//! Every record of the text store, found without the catalogue.

use super::record::{self, HEADER_LENGTH, MAGIC};
use crate::store::{Location, StoreError, StoredReport, TextStore};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Bytes looked through at once for the next record after damage.
const WINDOW: usize = 1 << 20;

impl TextStore {
    /// Calls `found` with every record whose header and head are whole, in the order they were written.
    pub(super) fn scan(&self, mut found: impl FnMut(Location, Arc<StoredReport>)) -> Result<(), StoreError> {
        let local = self.local()?;
        for segment in local.segment_numbers()? {
            let file = local.segment(segment)?;
            let io = |source| StoreError::Io { action: "read", path: local.segment_path(segment), source };
            let end = file.metadata().map_err(io)?.len();
            let mut offset = 0;
            while offset < end {
                match self.record_at(&file, segment, offset, end) {
                    Some((location, report)) => {
                        offset += location.length;
                        found(location, report);
                    }
                    None => offset = next_record(&file, offset + 1, end).map_err(io)?,
                }
            }
        }
        Ok(())
    }

    /// The record that begins here, if one does.
    fn record_at(&self, file: &File, segment: u64, offset: u64, end: u64) -> Option<(Location, Arc<StoredReport>)> {
        let mut header = [0; HEADER_LENGTH];
        file.read_exact_at(&mut header, offset).ok()?;
        let length = record::record_length(&header).ok().filter(|length| *length <= end - offset)?;
        let location = Location { segment, offset, length };
        Some((location, self.report(location).ok()?))
    }
}

/// Where the next record may begin, from `offset` on; `end` if none does.
fn next_record(file: &File, mut offset: u64, end: u64) -> std::io::Result<u64> {
    let mut window = vec![0; WINDOW];
    while offset < end {
        let length = WINDOW.min(usize::try_from(end - offset).unwrap_or(WINDOW));
        let Some(bytes) = window.get_mut(..length) else { break };
        file.read_exact_at(bytes, offset)?;
        if let Some(place) = bytes.windows(MAGIC.len()).position(|bytes| bytes == MAGIC) {
            return Ok(offset + place as u64);
        }
        // One may begin in the last bytes of the window.
        let step = length.saturating_sub(MAGIC.len() - 1);
        if step == 0 {
            break;
        }
        offset += step as u64;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::texts::tests::report;

    #[test]
    fn records_are_found_around_damage() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = TextStore::open(directory.path());
        let locations: Vec<Location> = ["a", "b", "c"]
            .iter()
            .map(|seed| store.append(&TextStore::encode(&report(seed, &["some words"]))).expect("room"))
            .collect();
        let found = |store: &TextStore| {
            let mut found = Vec::new();
            store.scan(|location, _| found.push(location)).expect("readable");
            found
        };
        assert_eq!(found(&store), locations);
        let path = directory.path().join("000001.pages");
        let mut bytes = std::fs::read(&path).expect("there");
        bytes[locations[1].offset as usize + 20] ^= 1;
        bytes.extend_from_slice(b"RTXR and no more");
        std::fs::write(&path, bytes).expect("room");
        assert_eq!(found(&TextStore::open(directory.path())), [locations[0], locations[2]]);
    }
}
