//! A judged collection on disk: documents, questions, and what people judged to answer them.
//!
//! ```text
//! docs.jsonl    {"id": "12", "title": "…", "text": "…"}, one object a line; or PDFs in pdf/ or another folder
//! queries.tsv   question TAB query
//! qrels.txt     question 0 document judgement (as TREC has them)
//! pages.tsv     question TAB document TAB page[,page…]: the pages that answer it; may be missing
//! ```
//!
//! Without `qrels.txt` the documents named in `pages.tsv` are the relevant ones.

use crate::bench::page_scores::RightPages;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Documents {
    /// A file of records, each of which becomes a PDF of its own.
    Records(PathBuf),
    /// A folder of PDFs; a document's name is its file's stem.
    Pdfs(PathBuf),
}

/// A question with its judgements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its name in the judgements.
    pub id: String,
    /// What is typed.
    pub query: String,
    /// Judgement by document; 1 or more is relevant. `None` if nobody judged anything for it.
    pub judgements: Option<BTreeMap<String, i64>>,
    /// The pages that answer it, if they are known.
    pub pages: Option<RightPages>,
}

/// A judged collection; its documents are only named, not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// What is searched.
    pub documents: Documents,
    /// In the order of the file.
    pub questions: Vec<Question>,
}

/// Why a collection cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectionError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("line {line} of `{}` {detail}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// There is nothing to search.
    #[error("`{}` has neither `docs.jsonl` nor a folder `pdf`; name a folder of PDFs with --pdfs", .0.display())]
    NoDocuments(PathBuf),
    /// There is nothing to score against.
    #[error("`{}` has neither `qrels.txt` nor `pages.tsv`: nothing tells what is relevant", .0.display())]
    NoJudgements(PathBuf),
    /// There is nothing to ask.
    #[error("`{}` holds no question that was judged", .0.display())]
    NoQuestions(PathBuf),
}

impl Collection {
    /// Reads questions and judgements of a folder. PDFs in `pdfs` are searched instead of the folder's own documents.
    pub fn open(directory: &Path, pdfs: Option<&Path>) -> Result<Collection, CollectionError> {
        let documents = documents(directory, pdfs)?;
        let (qrels, pages) = (directory.join("qrels.txt"), directory.join("pages.tsv"));
        let right_pages = if pages.exists() { Some(read_pages(&pages)?) } else { None };
        let judgements = match &right_pages {
            _ if qrels.exists() => read_qrels(&qrels)?,
            Some(right_pages) => relevant_by_pages(right_pages),
            None => return Err(CollectionError::NoJudgements(directory.to_owned())),
        };
        let queries = directory.join("queries.tsv");
        let questions: Vec<Question> = read_queries(&queries)?
            .into_iter()
            .map(|(id, query)| Question {
                judgements: judgements.get(&id).cloned(),
                pages: right_pages.as_ref().and_then(|pages| pages.get(&id)).cloned(),
                id,
                query,
            })
            .collect();
        if questions.iter().all(|question| question.judgements.is_none()) {
            return Err(CollectionError::NoQuestions(queries));
        }
        Ok(Collection { documents, questions })
    }
}

/// A document's name in judgements and runs: the file's stem, without the white space that would part columns.
pub fn document_name(file: &str) -> String {
    let stem = Path::new(file).file_stem().map_or_else(|| file.into(), |stem| stem.to_string_lossy());
    without_spaces(&stem)
}

/// A name that fits a column.
pub(super) fn without_spaces(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

fn documents(directory: &Path, pdfs: Option<&Path>) -> Result<Documents, CollectionError> {
    let (records, folder) = (directory.join("docs.jsonl"), directory.join("pdf"));
    match pdfs {
        Some(pdfs) => Ok(Documents::Pdfs(pdfs.to_owned())),
        None if records.is_file() => Ok(Documents::Records(records)),
        None if folder.is_dir() => Ok(Documents::Pdfs(folder)),
        None => Err(CollectionError::NoDocuments(directory.to_owned())),
    }
}

fn read_queries(path: &Path) -> Result<Vec<(String, String)>, CollectionError> {
    let mut seen = HashSet::new();
    each_line(path, |line| {
        let (id, query) = line.split_once('\t').ok_or("is not a question's name, a tab and a query")?;
        let id = id.trim().to_owned();
        if !seen.insert(id.clone()) {
            return Err(format!("names question `{id}` a second time"));
        }
        Ok((id, query.trim().to_owned()))
    })
}

fn read_qrels(path: &Path) -> Result<BTreeMap<String, BTreeMap<String, i64>>, CollectionError> {
    let mut judgements: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    each_line(path, |line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [question, _, document, judgement] = columns[..] else {
            return Err("is not a question, 0, a document and a judgement".to_owned());
        };
        let judgement = judgement.parse().map_err(|_| format!("has a judgement that is no number: `{judgement}`"))?;
        let of_question = judgements.entry(question.to_owned()).or_default();
        match of_question.insert(document.to_owned(), judgement) {
            Some(_) => Err(format!("judges document `{document}` a second time")),
            None => Ok(()),
        }
    })?;
    Ok(judgements)
}

fn read_pages(path: &Path) -> Result<BTreeMap<String, RightPages>, CollectionError> {
    let mut right_pages: BTreeMap<String, RightPages> = BTreeMap::new();
    each_line(path, |line| {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [question, document, pages] = columns[..] else {
            return Err("is not a question, a tab, a document, a tab and its pages".to_owned());
        };
        let pages: Result<Vec<u32>, _> = pages.split(',').map(|page| page.trim().parse()).collect();
        let pages = pages.map_err(|_| "has pages that are not numbers with commas between".to_owned())?;
        let name = document.strip_suffix(".pdf").unwrap_or(document);
        right_pages.entry(question.to_owned()).or_default().entry(without_spaces(name)).or_default().extend(pages);
        Ok(())
    })?;
    Ok(right_pages)
}

fn relevant_by_pages(right_pages: &BTreeMap<String, RightPages>) -> BTreeMap<String, BTreeMap<String, i64>> {
    let relevant = |pages: &RightPages| pages.keys().map(|document| (document.clone(), 1)).collect();
    right_pages.iter().map(|(question, pages)| (question.clone(), relevant(pages))).collect()
}

/// What `read` makes of every line that is not empty, or the first complaint with its place.
pub(super) fn each_line<T>(
    path: &Path,
    mut read: impl FnMut(&str) -> Result<T, String>,
) -> Result<Vec<T>, CollectionError> {
    let unreadable = |source| CollectionError::Unreadable { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, content)| {
            read(content).map_err(|detail| CollectionError::Line { path: path.to_owned(), line, detail })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary directory");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("room");
        }
        folder
    }

    #[test]
    fn questions_come_with_their_judgements() {
        let folder = folder(&[
            ("docs.jsonl", ""),
            ("queries.tsv", "\u{feff}1\tcash transfer\r\n\n 2 \t water \n3\tnobody judged\n"),
            ("qrels.txt", "1 0 a 2\n1\t0\tb\t-1\n2 0 a 0\n9 0 a 1\n"),
            ("pages.tsv", "1\tmy report.pdf\t3, 5\n1\tmy report\t7\n"),
        ]);
        let collection = Collection::open(folder.path(), None).expect("a collection");
        assert_eq!(collection.documents, Documents::Records(folder.path().join("docs.jsonl")));
        let [first, second, third] = &collection.questions[..] else { panic!("{:?}", collection.questions) };
        assert_eq!((first.id.as_str(), first.query.as_str()), ("1", "cash transfer"));
        assert_eq!(first.judgements, Some([("a".to_owned(), 2), ("b".to_owned(), -1)].into()));
        assert_eq!(first.pages, Some([("my_report".to_owned(), [3, 5, 7].into())].into()));
        assert_eq!((second.id.as_str(), second.query.as_str()), ("2", "water"));
        assert_eq!(second.judgements, Some([("a".to_owned(), 0)].into()));
        assert_eq!((&third.judgements, &third.pages), (&None, &None));
    }

    #[test]
    fn right_pages_alone_tell_what_is_relevant() {
        let folder = folder(&[("queries.tsv", "1\tcash"), ("pages.tsv", "1\ta\t3\n1\tb\t1\n")]);
        let collection = Collection::open(folder.path(), Some(Path::new("reports"))).expect("a collection");
        assert_eq!(collection.documents, Documents::Pdfs("reports".into()));
        assert_eq!(collection.questions[0].judgements, Some([("a".to_owned(), 1), ("b".to_owned(), 1)].into()));
    }

    #[test]
    fn complaints_name_the_file_and_line() {
        let good = [("docs.jsonl", ""), ("queries.tsv", "1\tcash"), ("qrels.txt", "1 0 a 1")];
        let cases = [
            ("queries.tsv", "1 cash", "line 1 of `queries.tsv` is not a question's name"),
            ("queries.tsv", "1\ta\n\n1\tb", "line 3 of `queries.tsv` names question `1` a second time"),
            ("queries.tsv", "", "`queries.tsv` holds no question that was judged"),
            ("queries.tsv", "2\tcash", "`queries.tsv` holds no question that was judged"),
            ("qrels.txt", "1 0 a", "line 1 of `qrels.txt` is not a question, 0, a document"),
            ("qrels.txt", "1 0 a yes", "line 1 of `qrels.txt` has a judgement that is no number: `yes`"),
            ("qrels.txt", "1 0 a 1\n1 0 a 2", "line 2 of `qrels.txt` judges document `a` a second time"),
            ("pages.tsv", "1\ta", "line 1 of `pages.tsv` is not a question, a tab"),
            ("pages.tsv", "1\ta\t3-5", "line 1 of `pages.tsv` has pages that are not numbers"),
        ];
        for (name, content, expected) in cases {
            let folder = folder(&good);
            std::fs::write(folder.path().join(name), content).expect("room");
            let error = Collection::open(folder.path(), None).expect_err(content).to_string();
            let error = error.replace(&format!("{}/", folder.path().display()), "");
            assert!(error.starts_with(expected), "{error}");
        }
        for missing in ["docs.jsonl", "queries.tsv", "qrels.txt"] {
            let folder = folder(&good);
            std::fs::remove_file(folder.path().join(missing)).expect("it is there");
            assert!(Collection::open(folder.path(), None).is_err(), "{missing}");
        }
    }

    #[test]
    fn names_fit_a_column() {
        assert_eq!(document_name("/data/cran/0 184.pdf"), "0_184");
        assert_eq!(document_name("noextension"), "noextension");
    }
}
