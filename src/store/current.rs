//! Which index generation is live: the file `CURRENT` and the directories it may name.

use crate::store::StoreError;
use crate::store::library::{io, sync_directory};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Names the live generation.
pub(super) const CURRENT: &str = "CURRENT";
/// First part of a generation's name; its number follows in six digits.
pub(super) const GENERATION: &str = "gen-";

/// The name of a generation.
pub(super) fn generation_name(number: u32) -> String {
    format!("{GENERATION}{number:06}")
}

/// Whether this is the name of a generation: nothing else is ever joined to the data directory.
pub(super) fn is_generation(name: &str) -> bool {
    name.strip_prefix(GENERATION)
        .is_some_and(|number| number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Numbers of the generations there are, rising.
pub(super) fn generation_numbers(directory: &Path) -> Result<Vec<u32>, StoreError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|source| io("list", directory, source))? {
        let name = entry.map_err(|source| io("list", directory, source))?.file_name();
        let number = name.to_str().filter(|name| is_generation(name)).and_then(|name| name.strip_prefix(GENERATION));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The number after the last one given.
pub(super) fn next_number(directory: &Path) -> Result<u32, StoreError> {
    Ok(generation_numbers(directory)?.last().map_or(1, |last| last.saturating_add(1)))
}

/// The live generation's name, if there is a library.
pub(super) fn read_current(directory: &Path) -> Result<Option<String>, StoreError> {
    let path = directory.join(CURRENT);
    let content = match std::fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io("read", &path, source)),
    };
    match std::str::from_utf8(&content).map(str::trim_end) {
        Ok(name) if is_generation(name) => Ok(Some(name.to_owned())),
        _ => Err(StoreError::Damaged { path, detail: "it names no generation".to_owned() }),
    }
}

/// Names the live generation so that it is either the old or the new one after a crash.
pub(super) fn write_current(directory: &Path, generation: &str) -> Result<(), StoreError> {
    let temporary = directory.join("CURRENT.new");
    let write = || {
        let mut file = File::create(&temporary)?;
        writeln!(file, "{generation}")?;
        file.sync_all()?;
        std::fs::rename(&temporary, directory.join(CURRENT))
    };
    write().map_err(|source| {
        let _ = std::fs::remove_file(&temporary);
        io("write", &temporary, source)
    })?;
    sync_directory(directory)
}

/// The live generation's name (writer only). Where none is named or it cannot be read which one, it is the only one there
/// is, or else a new one, which is filled from the stored texts like any that is lacking.
pub(super) fn live_generation(directory: &Path) -> Result<String, StoreError> {
    match read_current(directory) {
        Ok(Some(generation)) => return Ok(generation),
        Ok(None) => {}
        Err(StoreError::Damaged { path, detail }) => {
            tracing::warn!(path = %path.display(), detail, "the live index is looked for");
        }
        Err(error) => return Err(error),
    }
    let name = match generation_numbers(directory)?.as_slice() {
        [only] => generation_name(*only),
        _ => generation_name(next_number(directory)?),
    };
    let path = directory.join(&name);
    std::fs::create_dir_all(&path).map_err(|source| io("create", &path, source))?;
    write_current(directory, &name)?;
    Ok(name)
}
