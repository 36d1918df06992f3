//! Small numbers of whole files in a place, written once under names of their own: what is renewed by writing another one.

use super::{ObjectError, Place};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

impl Place {
    /// Creates a file of this name, such as `folder/name`; nobody sees half of it, and it is durable when this returns.
    /// [`ObjectError::Exists`] if there is another one of this name.
    pub fn create(&self, name: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        match self {
            Place::Bucket(bucket) => bucket.create(name, bytes),
            Place::Folder(folder) => {
                let path = folder.join(name);
                create(&path, bytes).map_err(|error| match error.kind() {
                    ErrorKind::AlreadyExists => ObjectError::Exists { object: path.display().to_string() },
                    _ => unavailable(&path, &error),
                })
            }
        }
    }

    /// Reads a file that was created here; [`ObjectError::TooLarge`] if it has more than `most` bytes.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, ObjectError> {
        match self {
            Place::Bucket(bucket) => bucket.read_whole(name, None, most),
            Place::Folder(folder) => {
                let path = folder.join(name);
                let object = || path.display().to_string();
                let failed = |error: std::io::Error| match error.kind() {
                    ErrorKind::NotFound => ObjectError::Absent { object: object() },
                    _ => unavailable(&path, &error),
                };
                if std::fs::metadata(&path).map_err(failed)?.len() > most {
                    return Err(ObjectError::TooLarge { object: object(), most });
                }
                std::fs::read(&path).map_err(failed)
            }
        }
    }

    /// The names that were created in a folder of this place, `folder/name`, in order.
    pub fn names(&self, within: &str) -> Result<Vec<String>, ObjectError> {
        let mut names = Vec::new();
        match self {
            Place::Bucket(bucket) => {
                bucket.list(&format!("{within}/"), |listed| names.extend(listed.into_iter().map(|one| one.key)))?;
            }
            Place::Folder(folder) => {
                let path = folder.join(within);
                let entries = match std::fs::read_dir(&path) {
                    // Nothing was created there yet, unless all of the place is missing.
                    Err(error) if error.kind() == ErrorKind::NotFound && folder.is_dir() => return Ok(names),
                    entries => entries.map_err(|error| unavailable(&path, &error))?,
                };
                for entry in entries {
                    let name = entry.map_err(|error| unavailable(&path, &error))?.file_name();
                    if let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) {
                        names.push(format!("{within}/{name}"));
                    }
                }
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Removes a file that was created here, if it is there.
    pub fn remove(&self, name: &str) -> Result<(), ObjectError> {
        match self {
            Place::Bucket(bucket) => bucket.remove(name),
            Place::Folder(folder) => {
                let path = folder.join(name);
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => Err(unavailable(&path, &error)),
                    _ => Ok(()),
                }
            }
        }
    }
}

fn create(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().ok_or_else(|| std::io::Error::other("it has no folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut part = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    part.persist_noclobber(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

fn unavailable(path: &Path, error: &std::io::Error) -> ObjectError {
    ObjectError::Unavailable { object: path.display().to_string(), detail: error.to_string() }
}
