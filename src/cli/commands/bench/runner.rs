//! Starts this program once more for every run of a measurement, and hears from it what the run took.

use crate::bench::cost::Runner;
use crate::bench::{BenchError, Once, Task};
use crate::cli::error::CommandError;
use crate::cli::session::Session;
use crate::ocr::OcrMode;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Does tasks in processes of their own, by the settings of this one.
pub fn runner(session: &Session) -> Result<Box<Runner<'_>>, CommandError> {
    let program = session.program()?;
    Ok(Box::new(move |task| run(&program, task, session)))
}

fn run(program: &Path, task: &Task, session: &Session) -> Result<Once, BenchError> {
    let failed = |error: std::io::Error| BenchError::Run(error.to_string());
    let mut command = Command::new(program);
    command.args(session.configuration_arguments()).arg("--quiet").args(arguments(task, session));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    if let (Task::Extract { files }, Some(mut list)) = (task, child.stdin.take()) {
        let names: Vec<u8> = files.iter().flat_map(|file| [file.as_os_str().as_bytes(), b"\0"].concat()).collect();
        // One that has ended says why.
        let _ = list.write_all(&names);
    }
    let output = child.wait_with_output().map_err(failed)?;
    let seconds = start.elapsed().as_secs_f64();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BenchError::Run(if said.is_empty() { output.status.to_string() } else { said }));
    }
    let once: Once = serde_json::from_slice(&output.stdout)
        .map_err(|error| BenchError::Run(format!("it said nonsense: {error}")))?;
    Ok(Once { seconds, ..once })
}

/// What is typed for a task.
fn arguments(task: &Task, session: &Session) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["bench".into(), "once".into()];
    let ocr = match session.config().ocr.mode {
        OcrMode::Auto => "auto",
        OcrMode::Off => "off",
        OcrMode::Force => "force",
    };
    match task {
        Task::Ingest { library, paths, jobs, is_in_process, counts_stages } => {
            words.extend(["--index".into(), library.into(), "--jobs".into(), jobs.to_string().into()]);
            words.extend(["--ocr".into(), ocr.into()]);
            words.extend(is_in_process.then(|| "--in-process".into()));
            words.extend(counts_stages.then(|| "--stages".into()));
            words.push("--".into());
            words.extend(paths.iter().map(OsString::from));
        }
        Task::Extract { .. } => words.extend(["--extract".into(), "-".into()]),
    }
    words
}
