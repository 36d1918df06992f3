//! Which of the files that were found stands beside which PDF: `X.toml` beside `X.pdf`, and `report.toml` beside the only
//! PDF of its folder.

use crate::ingest::walk::{Beside, Found, Walk, is_named};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What stands beside the only PDF of a folder.
const OF_THE_FOLDER: &str = "report.toml";

impl Walk {
    /// Finds what stands beside the files.
    pub(super) fn look_beside(&mut self) {
        self.look_beside_single_files();
        let mut notes: HashMap<PathBuf, Found> =
            std::mem::take(&mut self.notes).into_iter().map(|note| (note.path.clone(), note)).collect();
        if notes.is_empty() {
            return;
        }
        let mut of_folder: HashMap<&Path, u32> = HashMap::new();
        for file in &self.files {
            *of_folder.entry(folder_of(&file.path)).or_default() += 1;
        }
        let mut beside = HashMap::new();
        for file in &self.files {
            let folder = folder_of(&file.path);
            let note = notes.remove(&file.path.with_extension("toml")).or_else(|| {
                let is_only = of_folder.get(folder) == Some(&1) && !self.has_more(&file.path);
                if is_only { notes.remove(&folder.join(OF_THE_FOLDER)) } else { None }
            });
            if let Some(found) = note {
                beside.insert(file.path.clone(), Beside { found, is_settled: true });
            }
        }
        self.beside = beside;
        for note in notes.into_keys().filter(|note| note.ends_with(OF_THE_FOLDER)) {
            if of_folder.contains_key(folder_of(&note)) {
                tracing::warn!(file = %note.display(), "it says nothing of any PDF: its folder has several, or one with a file of its own");
            }
        }
    }

    /// Of a file that was given by itself, the folder has not been looked at.
    fn look_beside_single_files(&mut self) {
        for path in std::mem::take(&mut self.alone) {
            for note in [path.with_extension("toml"), folder_of(&path).join(OF_THE_FOLDER)] {
                if note != path
                    && let Ok(metadata) = std::fs::symlink_metadata(&note)
                    && metadata.is_file()
                {
                    self.notes.push(Found::new(&note, &metadata));
                    self.singles.insert(path.clone());
                }
            }
        }
    }

    /// Whether a file that was given by itself has other PDFs beside it.
    fn has_more(&self, path: &Path) -> bool {
        let is_other = |other: &Path| other != path && is_named(other, "pdf");
        self.singles.contains(path)
            && std::fs::read_dir(folder_of(path))
                .map_or(true, |mut entries| entries.any(|entry| entry.map_or(true, |entry| is_other(&entry.path()))))
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use crate::ingest::walk::walk;
    use std::path::Path;

    #[test]
    fn files_stand_beside_the_pdf_of_their_name_or_the_only_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("there");
        let names = [
            "a/x.pdf",
            "a/x.toml",
            "a/y.PDF",
            "a/y.toml",
            "a/z.pdf",
            "a/report.toml",
            "a/Cargo.toml",
            "b/only.pdf",
            "b/report.toml",
            "c/own.pdf",
            "c/own.toml",
            "c/report.toml",
            "d/report.toml",
            "e/one.pdf",
        ];
        for name in names {
            std::fs::create_dir_all(root.join(name).parent().expect("a folder")).expect("room");
            std::fs::write(root.join(name), "x").expect("room");
        }
        std::os::unix::fs::symlink(root.join("a/x.toml"), root.join("e/one.toml")).expect("room");
        let beside = |paths: &[&str]| {
            let paths: Vec<_> = paths.iter().map(|path| root.join(path)).collect();
            let walk = walk(&paths, Path::new("/nowhere")).expect("readable");
            let mut beside: Vec<(String, String)> = walk
                .beside
                .iter()
                .map(|(pdf, beside)| [pdf, &beside.found.path].map(|path| path.strip_prefix(&root).expect("below")))
                .map(|[pdf, file]| (pdf.display().to_string(), file.display().to_string()))
                .collect();
            beside.sort();
            beside
        };
        let pair = |pdf: &str, file: &str| (pdf.to_owned(), file.to_owned());
        let all = [
            pair("a/x.pdf", "a/x.toml"),
            pair("a/y.PDF", "a/y.toml"),
            pair("b/only.pdf", "b/report.toml"),
            pair("c/own.pdf", "c/own.toml"),
        ];
        assert_eq!(beside(&[""]), all);
        for (pdf, expected) in [("a/x.pdf", &all[..1]), ("b/only.pdf", &all[2..3]), ("c/own.pdf", &all[3..])] {
            assert_eq!(beside(&[pdf]), expected, "given by itself");
        }
        for none in ["a/z.pdf", "e/one.pdf", "d"] {
            assert_eq!(beside(&[none]), [], "{none}");
        }
    }
}
