//! What every command needs: the console, the global options and the configuration.

use crate::cli::args::{GlobalArguments, ProgressMode};
use crate::cli::config::{self, Config, Loaded, Override, Places, SandboxMode};
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::paths;
use crate::cli::progress::Reporter;
use crate::extract::ExtractOptions;
use crate::worker::WorkerPool;
use figment::value::Value;
use std::path::Path;
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
        let loaded = config::load(&Places::of_process(global.config.clone()), all)?;
        Ok(Session { console, loaded, global })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.loaded.config
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

    /// Where files are read: in processes of this very program, or in this one where that was asked for. A file that
    /// is replaced while it runs, as in an upgrade, is still the one that is started.
    pub fn workers(&self) -> Result<Option<Arc<WorkerPool>>, CommandError> {
        let mode = self.config().ingest.sandbox;
        if mode == SandboxMode::Off {
            return Ok(None);
        }
        let running = Path::new("/proc/self/exe");
        let program = if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() };
        let service = |source| CommandError::Service { action: "start a process that reads".to_owned(), source };
        let pool = WorkerPool::new(&program.map_err(service)?);
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

/// A path as a setting. One that is not Unicode loses what cannot be written in a configuration file.
pub fn text(path: &Path) -> Value {
    Value::from(path.to_string_lossy().into_owned())
}
