//! Shares of a listing: each file belongs to one of so many, whoever looks and whenever.

use crate::ingest::walk::Walk;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Most shares.
const MOST: u32 = 10_000;

/// One share of so many, written `2/8`: the second of eight.
///
/// A file's share is decided by its path below the path that was given, so machines that have the same folder in other
/// places agree, and a file stays in its share as long as it keeps its name. Copies under other names may fall into
/// other shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    number: u32,
    of: u32,
}

impl Shard {
    /// Whether a file belongs to this share, by its path below the one given.
    pub fn has(self, relative: &Path) -> bool {
        let hash = blake3::hash(relative.as_os_str().as_bytes());
        let (first, _) = hash.as_bytes().split_at(8);
        let number = first.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of) == u64::from(self.number)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number @ 1.., of @ ..=MOST)) if number <= of => Ok(Shard { number: number - 1, of }),
            _ => Err(format!("a share is written as 2/8, from 1/N to N/N, with at most {MOST} for N")),
        }
    }
}

impl Walk {
    /// Leaves out the files of other shares, and what stands beside them. What could not be looked at stays: whose it is
    /// cannot be told.
    pub(super) fn leave_others(&mut self, shard: Shard) {
        let Walk { roots, files, beside, .. } = self;
        files.retain(|file| shard.has(below(roots, &file.path)));
        beside.retain(|pdf, _| shard.has(below(roots, pdf)));
    }
}

/// A path below the first of these that it lies under; a file that was given by itself has its name alone.
fn below<'p>(roots: &[PathBuf], path: &'p Path) -> &'p Path {
    let relative = roots.iter().find_map(|root| path.strip_prefix(root).ok()).unwrap_or(path);
    if relative.as_os_str().is_empty() { path.file_name().map_or(path, Path::new) } else { relative }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::walk::Found;

    fn shard(text: &str) -> Shard {
        text.parse().expect("a share")
    }

    #[test]
    fn shares_are_written_from_one() {
        assert_eq!(shard("2/8"), Shard { number: 1, of: 8 });
        assert_eq!(shard("1/1"), Shard { number: 0, of: 1 });
        for text in ["", "2", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/10001", "4294967296/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_file_is_in_one_share_and_none_is_much_larger() {
        let mut sizes = [0; 8];
        for number in 0..8_000 {
            let path = PathBuf::from(format!("reports/{number}.pdf"));
            let of = (1..=8).filter(|share| shard(&format!("{share}/8")).has(&path)).collect::<Vec<_>>();
            let [share] = of[..] else { panic!("{path:?} is in {of:?}") };
            sizes[share - 1] += 1;
        }
        assert!(sizes.iter().all(|size| (900..1_100).contains(size)), "{sizes:?}");
    }

    /// Other versions of the program share the same work.
    #[test]
    fn shares_never_change() {
        let share_of = |path: &str| (1..=8).find(|share| shard(&format!("{share}/8")).has(Path::new(path)));
        let shares = ["a.pdf", "2020/annual report.pdf", "b/c/d.PDF"].map(share_of);
        assert_eq!(shares, [Some(1), Some(7), Some(1)]);
    }

    #[test]
    fn the_folder_that_was_given_does_not_count() {
        let share = shard("1/2");
        let kept = |root: &str| {
            let files = (0..50).map(|number| PathBuf::from(format!("{root}/{number}.pdf")));
            let files = files.map(|path| Found { path, size: 1, modified: 1 }).collect();
            let mut walk = Walk { roots: vec![root.into()], files, ..Walk::default() };
            walk.leave_others(share);
            let name = |file: Found| file.path.file_name().map(ToOwned::to_owned);
            walk.files.into_iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(kept("/mnt/a"), kept("/srv/library/reports"));
        assert!((10..40).contains(&kept("/mnt/a").len()));
        let alone = PathBuf::from("/mnt/a/7.pdf");
        assert_eq!(below(std::slice::from_ref(&alone), &alone), Path::new("7.pdf"));
    }
}
