//! What every command needs: the console, the global options and the configuration.

use crate::cli::args::{GlobalArguments, ProgressMode};
use crate::cli::config::{self, Config, Loaded, LogFormat, Override, Places, SandboxMode};
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::library;
use crate::cli::output::count;
use crate::cli::paths;
use crate::cli::progress::Reporter;
use crate::extract::ExtractOptions;
use crate::ingest::IngestOptions;
use crate::ocr::{Ocr, OcrMode};
use crate::store::{Library, Repaired};
use crate::upkeep;
use crate::worker::WorkerPool;
use figment::value::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The surroundings of one command.
pub struct Session {
    /// Where results and messages go.
    pub console: Console,
    loaded: Loaded,
    global: GlobalArguments,
}

impl Session {
    /// Loads the configuration; `overrides` are the settings given by options of the command.
    pub fn new(console: Console, global: GlobalArguments, overrides: Vec<Override>) -> Result<Session, CommandError> {
        let mut all = overrides;
        if let Some(index) = &global.index {
            all.push(("library.index", text(index), "--index"));
        }
        if let Some(format) = global.log_format {
            let name = if format == LogFormat::Json { "json" } else { "text" };
            all.push(("log.format", Value::from(name), "--log-format"));
        }
        let loaded = config::load(&Places::of_process(global.config.clone()), all)?;
        Ok(Session { console, loaded, global })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.loaded.config
    }

    /// The program that runs, to be started once more.
    pub fn program(&self) -> Result<PathBuf, CommandError> {
        this_program().map_err(service)
    }

    /// What is typed to have another process take its settings from where this one does.
    pub fn configuration_arguments(&self) -> Vec<OsString> {
        let file = self.global.config.iter();
        file.flat_map(|file| [OsString::from("--config"), OsString::from(file)]).collect()
    }

    /// The settings with their origins.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The data directory.
    pub fn library_directory(&self) -> &Path {
        &self.config().library.index
    }

    /// Shows the progress of an ingest as asked for.
    pub fn reporter(&self) -> Reporter {
        Reporter::new(self.global.progress, &self.console, self.global.verbose > 0)
    }

    /// Where files are read: in processes of this very program, or in this one where that was asked for.
    pub fn workers(&self) -> Result<Option<Arc<WorkerPool>>, CommandError> {
        let mode = self.config().ingest.sandbox;
        if mode == SandboxMode::Off {
            return Ok(None);
        }
        let pool = WorkerPool::new(&self.program()?);
        if mode == SandboxMode::Required {
            let enforcement = pool.enforcement().map_err(service)?;
            if !enforcement.is_full() {
                return Err(CommandError::Usage(format!(
                    "`ingest.sandbox` is `required`, and this system gives: {}",
                    enforcement.summary()
                )));
            }
        }
        Ok(Some(Arc::new(pool)))
    }

    /// How files are ingested by the settings; paths and what the command was told are still to be filled in.
    pub fn ingest_options(&self) -> Result<IngestOptions, CommandError> {
        let settings = &self.config().ingest;
        Ok(IngestOptions {
            jobs: settings.jobs,
            commit_pages: settings.commit_pages,
            minimum_free_bytes: settings.minimum_free_bytes,
            extract: self.extract_options()?,
            workers: self.workers()?,
            ocr: self.ocr()?,
            ..IngestOptions::default()
        })
    }

    /// Opens the library for a command that writes; not where it could come to harm, unless that was asked for.
    pub fn open_for_writing(&self) -> Result<Library, CommandError> {
        library::refuse_elsewhere(self, "writing", "its workers alone write it")?;
        let directory = self.library_directory();
        if !self.config().library.allow_network {
            Library::refuse_network(directory)?;
        }
        let (library, repaired) = upkeep::open(directory)?;
        if let Some(repaired) = repaired {
            self.tell_of_repair(&repaired);
        }
        Ok(library)
    }

    fn tell_of_repair(&self, repaired: &Repaired) {
        let Repaired { reason, kept, reports, files, unplaced } = repaired;
        let kept = kept.as_ref().map_or_else(String::new, |kept| format!(", kept as `{}`", kept.display()));
        let (reports, files) = (count(*reports, "report"), count(*files, "file"));
        self.console.warning(format!(
            "the catalogue was damaged ({reason}){kept}; it was made again with {reports} and {files}"
        ));
        if *unplaced > 0 {
            let reports = count(*unplaced, "report");
            self.console.warning(format!(
                "the files of {reports} are not known any more; `recto ingest` on their folders finds them again"
            ));
        }
    }

    /// What recognises text in pictures of pages; `None` where that is switched off.
    pub fn ocr(&self) -> Result<Option<Arc<Ocr>>, CommandError> {
        if self.config().ocr.mode == OcrMode::Off { Ok(None) } else { self.recogniser().map(Some) }
    }

    /// The same, whether it is switched off or not.
    pub fn recogniser(&self) -> Result<Arc<Ocr>, CommandError> {
        Ok(Arc::new(Ocr::new(self.config().ocr.clone(), self.program()?)))
    }

    /// How far reading is confined on this system, on one line.
    pub fn sandbox(&self) -> String {
        match self.workers() {
            Ok(Some(pool)) => match pool.enforcement() {
                Ok(enforcement) => enforcement.summary().to_owned(),
                Err(error) => format!("none: {error}"),
            },
            Ok(None) => "off".to_owned(),
            Err(error) => format!("none: {error}"),
        }
    }

    /// How progress is to be shown.
    pub fn progress_mode(&self) -> ProgressMode {
        self.global.progress
    }

    /// How files are read, with the passwords of the configured file.
    pub fn extract_options(&self) -> Result<ExtractOptions, CommandError> {
        let password_file = &self.config().ingest.password_file;
        let passwords =
            if password_file.as_os_str().is_empty() { Vec::new() } else { paths::read_passwords(password_file)? };
        Ok(ExtractOptions { limits: self.config().limits.clone(), passwords, ..ExtractOptions::default() })
    }
}

/// This very program. A file that is replaced while it runs, as in an upgrade, is still the one that is started.
fn this_program() -> std::io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

fn service(source: std::io::Error) -> CommandError {
    CommandError::Service { action: "start a process that reads".to_owned(), source }
}

/// A path as a setting. One that is not Unicode loses what cannot be written in a configuration file.
pub fn text(path: &Path) -> Value {
    Value::from(path.to_string_lossy().into_owned())
}
