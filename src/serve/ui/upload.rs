//! The page to hand reports over, and the one that tells what became of them. For an editor the first is a plain form;
//! with a key it needs the script, which sends the key in a header, as a form alone would put it where it stays.

use crate::report::Reason;
use crate::serve::layers::access::Right;
use crate::serve::ui::format::{counted, plain, size};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// What the page to hand reports over shows.
pub struct UploadView<'r> {
    /// `http://` and the host that the client asked; empty if that is not known.
    pub site: &'r str,
    /// Files in one form.
    pub most_files: usize,
    /// Bytes of one file at most.
    pub file_bytes: u64,
    /// Bytes of one form at most.
    pub form_bytes: u64,
    /// What was wrong with what was sent.
    pub fault: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "upload.html", config = "src/serve/ui/askama.toml")]
struct UploadPage {
    shell: Shell,
    /// Where the form goes.
    action: String,
    /// Where the script sends each file.
    address: String,
    /// What is sent along for an editor; nobody else has one.
    form_token: Option<String>,
    site: String,
    limits: String,
    fault: Option<&'static str>,
}

/// The page.
pub fn upload_page(visit: &Visit, view: &UploadView<'_>) -> String {
    let links = &visit.links;
    let editor = visit.signed_in.as_ref().filter(|signed_in| signed_in.account.role >= Right::Ingest.role());
    let [file, form] = [view.file_bytes, view.form_bytes].map(size);
    render(&UploadPage {
        shell: Shell::new(visit, "Add reports", ""),
        action: links.at("/upload"),
        address: links.at("/api/v1/reports"),
        form_token: editor.map(|signed_in| signed_in.form_token.clone()),
        site: plain(view.site),
        limits: format!("At most {} files at once, each of {file} at most, all together of {form}.", view.most_files),
        fault: view.fault,
    })
}

/// A file that was handed over.
pub struct HandedLine {
    /// What its owner calls it.
    pub name: String,
    /// What has become of it by now.
    pub fate: Fate,
}

/// What has become of a file that was handed over.
pub enum Fate {
    /// It can be found.
    Found {
        /// The report's title.
        title: String,
        /// Its page.
        url: String,
    },
    /// It waits to be read, or is being read.
    Waits,
    /// It could not be read.
    Failed(Reason),
    /// It was not taken, and why.
    Refused(String),
    /// The report was removed since.
    Removed,
}

struct Line {
    name: String,
    /// The report's page and title, if it can be found.
    report: Option<(String, String)>,
    told: String,
    is_lack: bool,
}

#[derive(Template)]
#[template(path = "handed.html", config = "src/serve/ui/askama.toml")]
struct HandedPage {
    shell: Shell,
    heading: String,
    summary: String,
    lines: Vec<Line>,
    /// Files that are not read yet.
    waiting: usize,
    itself: String,
}

/// The page of what was handed over under this number.
pub fn handed_page(visit: &Visit, number: i64, files: &[HandedLine]) -> String {
    let heading = counted(files.len() as u64, "file handed over", "files handed over");
    let waiting = files.iter().filter(|file| matches!(file.fate, Fate::Waits)).count();
    render(&HandedPage {
        shell: Shell::new(visit, &heading, ""),
        summary: summary(files),
        lines: files.iter().map(Line::new).collect(),
        waiting,
        itself: visit.links.at(&format!("/upload/{number}")),
        heading,
    })
}

/// `2 can be found, 1 is being read.`
fn summary(files: &[HandedLine]) -> String {
    let count = |is_so: fn(&Fate) -> bool| files.iter().filter(|file| is_so(&file.fate)).count() as u64;
    let parts = [
        (count(|fate| matches!(fate, Fate::Found { .. })), "can be found", "can be found"),
        (count(|fate| matches!(fate, Fate::Waits)), "is being read", "are being read"),
        (count(|fate| matches!(fate, Fate::Failed(_))), "could not be read", "could not be read"),
        (count(|fate| matches!(fate, Fate::Refused(_))), "was not taken", "were not taken"),
        (count(|fate| matches!(fate, Fate::Removed)), "was removed since", "were removed since"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    format!("{}.", parts.join(", "))
}

impl Line {
    fn new(file: &HandedLine) -> Line {
        let (told, is_lack) = match &file.fate {
            Fate::Found { .. } => (String::new(), false),
            Fate::Waits => ("is being read".to_owned(), false),
            Fate::Failed(reason) => (format!("could not be read. {}: {}.", reason.label(), reason.advice()), true),
            Fate::Refused(why) => (format!("was not taken. {}.", plain(why)), true),
            Fate::Removed => ("was removed from the library since".to_owned(), true),
        };
        let report = match &file.fate {
            Fate::Found { title, url } => Some((url.clone(), plain(title))),
            _ => None,
        };
        Line { name: plain(&file.name), report, told, is_lack }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_files_is_told_in_a_line() {
        let line = |fate| HandedLine { name: "a.pdf".to_owned(), fate };
        let found = || Fate::Found { title: "A".to_owned(), url: "/".to_owned() };
        for (fates, wanted) in [
            (vec![found()], "1 can be found."),
            (vec![found(), found(), Fate::Waits], "2 can be found, 1 is being read."),
            (
                vec![Fate::Refused(String::new()), Fate::Failed(Reason::Damaged)],
                "1 could not be read, 1 was not taken.",
            ),
        ] {
            assert_eq!(summary(&fates.into_iter().map(line).collect::<Vec<_>>()), wanted);
        }
    }
}
