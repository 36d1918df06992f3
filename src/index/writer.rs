//! Reports → the tantivy index: one engine writer fed by the extracting threads, commits by volume and time.

use crate::index::document::ReportDocument;
use crate::index::schema::Fields;
use crate::index::tokens::{EncodedTokenizer, Gate, TOKENIZER};
use crate::index::writing_directory::{Refusal, WritingDirectory};
use crate::index::{IndexError, generation, seals};
use crate::report::ReportId;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, UserOperation};
use tantivy::schema::Term;
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings};

/// Memory each engine thread fills before it writes a segment; it takes up to twice as much while it writes.
const MEMORY_PER_THREAD: usize = 32 << 20;

/// The one writer of a generation.
pub struct IndexWriter {
    directory: PathBuf,
    fields: Fields,
    engine: tantivy::IndexWriter,
    gate: Arc<Gate>,
    /// What the operating system refused the engine.
    refusal: Refusal,
}

impl std::fmt::Debug for IndexWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexWriter").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl IndexWriter {
    /// Opens or creates the index of a generation. `jobs` is the number of extracting threads, to size the engine's.
    pub fn open(directory: &Path, jobs: usize) -> Result<IndexWriter, IndexError> {
        if !directory.is_dir() {
            std::fs::create_dir_all(directory)?;
            directory.parent().map_or(Ok(()), generation::sync_directory)?;
        }
        if !generation::check(directory)? {
            generation::write(directory)?;
        }
        let tokenizer = EncodedTokenizer::default();
        let gate = Arc::clone(&tokenizer.gate);
        let refusal = Refusal::default();
        let index = open_or_create(directory, &refusal)?;
        index.tokenizers().register(TOKENIZER, tokenizer);
        let fields = Fields::of(&index.schema())?;
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(MEMORY_PER_THREAD)
            .num_worker_threads((jobs / 4).clamp(1, 4))
            .num_merge_threads((jobs / 4).clamp(1, 2))
            .build();
        let engine = index.writer_with_options(options)?;
        engine.set_merge_policy(Box::new(merge_policy()));
        // What a commit that was cut off has left goes first: lists of deletions are called after the number of the
        // operation, which the next commit arrives at again, and a file that is there is never written over.
        engine.garbage_collect_files().wait().map_err(|error| failure(&refusal, error))?;
        Ok(IndexWriter { directory: directory.to_owned(), fields, engine, gate, refusal })
    }

    /// Adds a report, replacing one with the same id, atomically. Searchable after [`IndexWriter::commit`]. Waits
    /// while too many bytes stand before the engine.
    pub fn upsert(&self, document: ReportDocument) -> Result<(), IndexError> {
        let ReportDocument { id, document, encoded_bytes } = document;
        self.gate.enter(encoded_bytes);
        let operations = [UserOperation::Delete(self.key(id)), UserOperation::Add(document)];
        self.engine.run(operations).map_err(|error| failure(&self.refusal, error))?;
        Ok(())
    }

    /// Removes a report.
    pub fn delete(&self, id: ReportId) -> Result<(), IndexError> {
        let operations = [UserOperation::Delete(self.key(id))];
        self.engine.run(operations).map_err(|error| failure(&self.refusal, error))?;
        Ok(())
    }

    /// Makes everything since the last commit searchable and durable (the directory is synced as well).
    pub fn commit(&mut self) -> Result<(), IndexError> {
        self.engine.commit().map_err(|error| failure(&self.refusal, error))?;
        seals::note(&self.directory, self.engine.index())
    }

    /// Commits and waits for merges.
    pub fn finish(mut self) -> Result<(), IndexError> {
        self.commit()?;
        let IndexWriter { directory, engine, refusal, .. } = self;
        let index = engine.index().clone();
        engine.wait_merging_threads().map_err(|error| failure(&refusal, error))?;
        seals::note(&directory, &index)
    }

    fn key(&self, id: ReportId) -> Term {
        Term::from_field_text(self.fields.key, &id.to_string())
    }
}

/// What the operating system refused is the reason, if there is one: the engine's threads only say that they ended.
fn failure(refusal: &Refusal, error: tantivy::TantivyError) -> IndexError {
    refusal.take().map_or(IndexError::Engine(error), IndexError::Io)
}

/// The engine's index in a directory; nothing is kept in its document store, so that is not compressed.
fn open_or_create(directory: &Path, refusal: &Refusal) -> Result<Index, IndexError> {
    let engine_directory = WritingDirectory::open(directory, refusal).map_err(tantivy::TantivyError::from)?;
    if Index::exists(&engine_directory).map_err(tantivy::TantivyError::from)? {
        return Ok(Index::open(engine_directory)?);
    }
    let (schema, _) = Fields::schema();
    let settings = IndexSettings { docstore_compression: Compressor::None, ..IndexSettings::default() };
    Ok(Index::builder().schema(schema).settings(settings).open_or_create(engine_directory)?)
}

/// Documents are whole reports, so levels begin low: with the engine's own floor of 10,000 documents every merge
/// would rewrite the whole library. Deletions cause merges from a quarter on.
fn merge_policy() -> LogMergePolicy {
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(6);
    policy.set_min_layer_size(100);
    policy.set_max_docs_before_merge(100_000);
    policy.set_del_docs_ratio_before_merge(0.25);
    policy
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::IndexReader;
    use crate::report::{About, Page, PageStatus, Report, Statements};

    fn report(name: &str, words: &str) -> Report {
        let page = Page {
            number: 1,
            label: None,
            width: 595.0,
            height: 842.0,
            status: PageStatus::Text,
            language: None,
            section: None,
            text: words.to_owned(),
            words: Vec::new(),
            furniture: Vec::new(),
            headings: Vec::new(),
        };
        Report {
            id: ReportId::of_bytes(name.as_bytes()),
            size: 1,
            about: About { title: name.to_owned(), ..About::default() },
            statements: Statements::default(),
            outline: Vec::new(),
            pages: vec![page],
            partial: None,
        }
    }

    fn reports(reader: &IndexReader) -> u64 {
        reader.snapshot().map_or(0, |snapshot| snapshot.searcher.num_docs())
    }

    #[test]
    fn who_may_read_the_generation_may_read_the_lists_of_its_files() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mode = |name: &str| {
            let metadata = std::fs::metadata(directory.path().join(name)).expect(name);
            metadata.permissions().mode() & 0o777
        };
        let mut writer = IndexWriter::open(directory.path(), 1).expect("creates");
        for name in ["a", "b"] {
            writer.upsert(ReportDocument::new(&report(name, "some words"), "a.pdf", &[])).expect("adds");
            writer.commit().expect("commits");
            assert_eq!((mode("meta.json"), mode(".managed.json")), (mode("generation.json"), mode("generation.json")));
        }
        writer.finish().expect("merges");
        assert_eq!((mode("meta.json"), mode(".managed.json")), (mode("generation.json"), mode("generation.json")));
    }

    #[test]
    fn a_commit_that_was_cut_off_can_be_made_again() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path();
        let corrected = || {
            let mut writer = IndexWriter::open(path, 1)?;
            writer.upsert(ReportDocument::new(&report("a", "other words"), "a.pdf", &[]))?;
            writer.commit()
        };
        let writer = IndexWriter::open(path, 1).expect("creates");
        // So many that the deletion of one causes no merge, which would take away what the older list names.
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            writer.upsert(ReportDocument::new(&report(name, "some words"), "a.pdf", &[])).expect("adds");
        }
        writer.finish().expect("one segment");
        let before = std::fs::read(path.join("meta.json")).expect("there");
        corrected().expect("commits");
        // All files were written, but the list of those that count was not replaced.
        std::fs::write(path.join("meta.json"), before).expect("room");
        corrected().expect("commits again");
        let reader = IndexReader::open(path).expect("readable");
        assert_eq!(reports(&reader), 8);
    }

    #[test]
    fn a_generation_lives_through_its_commits() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let generation = directory.path().join("gen-000001");
        let reader = IndexReader::open(&generation).expect("no index is an empty one");
        assert!(!reader.reload().expect("still none"));
        let mut writer = IndexWriter::open(&generation, 2).expect("creates");
        for name in ["a", "b", "a"] {
            writer.upsert(ReportDocument::new(&report(name, "some words"), "a.pdf", &[])).expect("adds");
        }
        assert_eq!(reports(&reader), 0, "nothing before the commit");
        writer.commit().expect("commits");
        assert!(reader.reload().expect("reads"), "a commit is news");
        assert_eq!(reports(&reader), 2, "the same report once");
        assert!(!reader.reload().expect("reads"), "and only once");
        writer.delete(ReportId::of_bytes(b"a")).expect("deletes");
        writer.finish().expect("finishes");
        assert!(reader.reload().expect("reads"));
        assert_eq!(reports(&reader), 1);
        let again = IndexWriter::open(&generation, 8).expect("reopens");
        again.finish().expect("an empty commit");
    }
}
