//! A folder of its own for each test, with the program run in it as in a fresh account.
//!
//! What differs from run to run (the folder's path, times, speeds) is blanked before comparing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary working directory that is also the home directory.
pub struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox { directory: tempfile::tempdir().expect("temporary directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, with its folders.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Sandbox {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("temporary directory");
        fs::write(path, bytes).expect("temporary file");
        self
    }

    /// Puts a file of `fixtures/` here, under another name.
    pub fn copy_fixture(&self, fixture: &str, name: &str) -> &Sandbox {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
        self.write(name, fs::read(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display())))
    }

    /// The program with these arguments (parted by spaces), to be started.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recto"));
        command.args(arguments.split_whitespace()).current_dir(self.directory.path()).env_clear();
        command.env("HOME", self.directory.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Exit code, standard output and standard error as one text to compare.
    pub fn transcript(&self, output: &Output) -> String {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
        let text = format!("exit code: {code}\n----- stdout -----\n{stdout}\n----- stderr -----\n{stderr}");
        let directory = self.directory.path();
        let canonical = directory.canonicalize().expect("temporary directory");
        text.replace(&*canonical.to_string_lossy(), "[DIR]").replace(&*directory.to_string_lossy(), "[DIR]")
    }
}

/// Runs the program in a sandbox and compares all it says with an inline snapshot.
macro_rules! check {
    ($sandbox:expr, $arguments:expr, @$expected:literal) => {{
        let transcript = $sandbox.transcript(&$sandbox.run($arguments));
        $crate::cli::sandbox::compare!(transcript, @$expected);
    }};
}

/// Compares a transcript with an inline snapshot, times and speeds blanked.
macro_rules! compare {
    ($transcript:expr, @$expected:literal) => {
        insta::with_settings!({
            filters => vec![
                (r"in \d+ ms", "in [TIME]"),
                (r"in \d+(\.\d)? s\b", "in [TIME]"),
                (r"\(\d+ a second\)", "([SPEED] a second)"),
                (r#""(took_ms|seconds)":[\d.]+"#, r#""$1":0"#),
                (r"process \d+", "process [PID]"),
            ]
        }, { insta::assert_snapshot!($transcript, @$expected) })
    };
}

pub(crate) use {check, compare};

/// A PDF of pages of lines in Helvetica, with the title and optionally a label for every page.
pub fn pdf(title: &str, pages: &[&str]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /r >>] >> >>".to_owned(),
        {
            let kids: Vec<String> = (0..pages.len()).map(|index| format!("{} 0 R", 5 + 2 * index)).collect();
            format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" "))
        },
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Title ({title}) /Author (Jane Doe) /CreationDate (D:20230517) >>"),
    ];
    for (index, page) in pages.iter().enumerate() {
        let lines: String = page.lines().map(|line| format!("({line}) Tj T*\n")).collect();
        let content = format!("BT /F1 12 Tf 14 TL 72 720 Td\n{lines}ET");
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            6 + 2 * index
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut file = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        offsets.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    offsets.iter().for_each(|offset| file.push_str(&format!("{offset:010} 00000 n \n")));
    let size = objects.len() + 1;
    file.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}
