//! The disk under the data directory: how much room it has, and whether it is one.

use crate::store::StoreError;
use std::path::Path;

/// Fails with [`StoreError::LittleRoom`] if fewer than `minimum` bytes are free, or fewer than a twentieth of the disk if
/// that is less: a small disk can be used to its end.
pub(super) fn check_room(directory: &Path, minimum: u64) -> Result<(), StoreError> {
    if minimum == 0 {
        return Ok(());
    }
    let disk = rustix::fs::statvfs(directory).map_err(|error| StoreError::Io {
        action: "ask for the room of",
        path: directory.to_owned(),
        source: error.into(),
    })?;
    let (free, all) = (disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize));
    match lacking(free, all, minimum) {
        Some(wanted) => Err(StoreError::LittleRoom { directory: directory.to_owned(), free, wanted }),
        None => Ok(()),
    }
}

/// How many bytes should be free, if fewer are.
fn lacking(free: u64, all: u64, minimum: u64) -> Option<u64> {
    let wanted = minimum.min(all / 20);
    (free < wanted).then_some(wanted)
}

/// Why nothing can be written into the directory, if that is so; asked by writing.
pub(super) fn refused(directory: &Path) -> Option<std::io::Error> {
    let path = directory.join(".room.new");
    let tried = std::fs::write(&path, [0; 4096]);
    let _ = std::fs::remove_file(&path);
    tried.err()
}

/// Fails with [`StoreError::Network`] if the directory, or the nearest one above it that exists, is not on a disk of this
/// machine.
pub(super) fn refuse_network(directory: &Path) -> Result<(), StoreError> {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    // Where nothing can be told, nothing is refused: what cannot be written says so itself.
    let kind =
        absolute.ancestors().find_map(|path| rustix::fs::statfs(path).ok()).and_then(|disk| kind(disk.f_type as u64));
    match kind {
        Some(kind) => Err(StoreError::Network { directory: directory.to_owned(), kind }),
        None => Ok(()),
    }
}

/// What a file system with this magic number is, if not one on a disk (see statfs(2)).
fn kind(magic: u64) -> Option<&'static str> {
    // The number is 32 bits wide, and sign-extended on some systems.
    match magic & 0xffff_ffff {
        0x6969 => Some("a network file system (NFS)"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("a network file system (SMB)"),
        0x6573_5546 => Some("a file system that a program provides (FUSE)"),
        0x0102_1997 => Some("a network file system (9P)"),
        0x5346_414f => Some("a network file system (AFS)"),
        0x00c3_6400 => Some("a network file system (Ceph)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_their_numbers() {
        for (magic, refused) in [
            (0x6969, true),
            (0xff53_4d42, true),
            (0xffff_ffff_ff53_4d42, true),
            (0x6573_5546, true),
            (0xef53, false),
            (0x0102_1994, false),
            (0x794c_7630, false),
            (0x9123_683e, false),
        ] {
            assert_eq!(kind(magic).is_some(), refused, "{magic:#x}");
        }
    }

    #[test]
    fn a_directory_that_does_not_exist_is_judged_by_what_is_above_it() {
        let directory = tempfile::tempdir().expect("a directory");
        refuse_network(&directory.path().join("not/yet")).expect("a local disk");
    }

    #[test]
    fn a_small_disk_can_be_used_to_a_twentieth() {
        for (free, all, minimum, wanted) in [
            (200, 100_000, 256, Some(256)),
            (256, 100_000, 256, None),
            (49, 1_000, 256, Some(50)),
            (50, 1_000, 256, None),
            (0, 1_000, 0, None),
        ] {
            assert_eq!(lacking(free, all, minimum), wanted, "{free} of {all}, {minimum}");
        }
    }

    #[test]
    fn room_is_asked_for_where_there_is_any() {
        let directory = tempfile::tempdir().expect("a directory");
        check_room(directory.path(), 0).expect("none is asked for");
        check_room(directory.path(), 1).expect("there is a byte");
        assert!(matches!(check_room(&directory.path().join("gone"), 1), Err(StoreError::Io { .. })));
    }
}
