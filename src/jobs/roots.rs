//! Where clients may have files read.
//!
//! A path is looked up without its links before it is compared, so that neither `..` nor a link leads out; and the walk
//! below it follows no link.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots(Vec<PathBuf>);

/// Why a path is not taken; what lies outside the roots is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// No folder is configured.
    #[error("no folder may be read; set `serve.ingest_roots`")]
    NoRoots,
    /// It steps upwards.
    #[error("has a `..` in it")]
    Upwards,
    /// Outside, or not there.
    #[error("is not there, or not under a folder of `serve.ingest_roots`")]
    Outside,
}

impl Roots {
    /// These folders, which must be there.
    pub fn new(paths: &[PathBuf]) -> io::Result<Roots> {
        let named = |path: &PathBuf| {
            path.canonicalize().map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
        };
        Ok(Roots(paths.iter().map(named).collect::<Result<_, _>>()?))
    }

    /// The folders themselves.
    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// The place of a path, absolute or below one of the folders, without links.
    pub fn resolve(&self, path: &Path) -> Result<PathBuf, RootError> {
        if self.0.is_empty() {
            return Err(RootError::NoRoots);
        }
        if path.components().any(|component| component == Component::ParentDir) {
            return Err(RootError::Upwards);
        }
        // An absolute path replaces the folder it is joined to.
        let places = self.0.iter().filter_map(|root| root.join(path).canonicalize().ok());
        let mut inside = places.filter(|place| self.0.iter().any(|root| place.starts_with(root)));
        inside.next().ok_or(RootError::Outside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_leads_out_of_the_roots() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().canonicalize().expect("there").join(name);
        for folder in ["in/deep", "in-side", "out"] {
            std::fs::create_dir_all(at(folder)).expect("room");
        }
        std::fs::write(at("out/secret.pdf"), "%PDF-").expect("room");
        std::fs::write(at("in/deep/a.pdf"), "%PDF-").expect("room");
        symlink(at("out"), at("in/way-out")).expect("room");
        symlink(at("in/deep"), at("in/way-in")).expect("room");
        let roots = Roots::new(&[at("in")]).expect("there");
        let resolve = |path: &str| roots.resolve(Path::new(path));
        assert_eq!(resolve("deep/a.pdf"), Ok(at("in/deep/a.pdf")));
        assert_eq!(resolve("way-in/a.pdf"), Ok(at("in/deep/a.pdf")));
        assert_eq!(resolve(""), Ok(at("in")));
        assert_eq!(resolve(&at("in/deep").to_string_lossy()), Ok(at("in/deep")));
        for path in ["../out", "deep/../../out/secret.pdf", "deep/.."] {
            assert_eq!(resolve(path), Err(RootError::Upwards), "{path}");
        }
        let absolute = [at("out/secret.pdf"), at("in-side"), PathBuf::from("/"), PathBuf::from("/etc/passwd")];
        let absolute = absolute.iter().map(|path| path.to_string_lossy().into_owned());
        for path in absolute.chain(["way-out", "way-out/secret.pdf", "nowhere", "a\0b"].map(str::to_owned)) {
            assert_eq!(resolve(&path), Err(RootError::Outside), "{path}");
        }
        assert_eq!(Roots::default().resolve(Path::new("a")), Err(RootError::NoRoots));
        assert!(Roots::new(&[at("nowhere")]).is_err());
    }
}
