//! A PostgreSQL of the tests' own: made under a temporary directory, reached through a socket in it, gone afterwards.
//!
//! Skipped with a message where PostgreSQL is not installed, unless `RECTO_REQUIRE_ALL` is set: then that is a failure.

#![expect(clippy::print_stderr, reason = "what is not tried is told")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Where packages put its programs.
const PROGRAMS: &str = "/usr/lib/postgresql";
/// Whom PostgreSQL runs as where the tests run as root, whom it refuses.
const NOBODY: &str = "nobody";

/// A server that ends with this value.
pub(crate) struct Server {
    programs: PathBuf,
    directory: TempDir,
}

impl Server {
    /// Starts one; `None` if PostgreSQL is not installed and need not be.
    pub(crate) fn start() -> Option<Server> {
        let Some(programs) = programs() else {
            let message = "PostgreSQL is not installed";
            assert!(std::env::var_os("RECTO_REQUIRE_ALL").is_none(), "{message}");
            eprintln!("skipped: {message}");
            return None;
        };
        let server = Server { programs, directory: tempfile::tempdir().expect("a temporary directory") };
        server.give_away();
        server.run("initdb", &["--pgdata", "data", "--username", "recto", "--auth", "trust", "--no-sync"]);
        // No TCP: nobody else reaches it, and no port has to be found.
        let options = "-c listen_addresses= -c unix_socket_directories=. -c fsync=off -c max_connections=60";
        server.run("pg_ctl", &["--pgdata", "data", "--log", "log", "--wait", "--options", options, "start"]);
        Some(server)
    }

    /// How to reach it.
    pub(crate) fn url(&self) -> String {
        let socket = self.directory.path().join("data");
        format!("host={} user=recto dbname=postgres", socket.display())
    }

    /// A database of its own.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut client = ::postgres::Client::connect(&self.url(), ::postgres::NoTls).expect("connects");
        client.batch_execute(&format!("CREATE DATABASE {name}")).expect("creates");
        self.url().replace("dbname=postgres", &format!("dbname={name}"))
    }

    /// The only number that a question to a database gives.
    pub(crate) fn number(&self, database: &str, question: &str) -> i64 {
        let url = self.url().replace("dbname=postgres", &format!("dbname={database}"));
        let mut client = ::postgres::Client::connect(&url, ::postgres::NoTls).expect("connects");
        client.query_one(question, &[]).expect("answers").get(0)
    }

    fn give_away(&self) {
        if rustix::process::geteuid().is_root() {
            let status = Command::new("chown").arg(NOBODY).arg(self.directory.path()).status();
            assert!(status.expect("chown").success(), "chown");
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("runuser");
            command.args(["--user", NOBODY, "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.args(arguments).current_dir(self.directory.path()).env("LC_ALL", "C").stdin(Stdio::null());
        // The server would hold a pipe open for as long as it runs.
        let log = std::fs::File::create(self.directory.path().join("said")).expect("a file");
        let status =
            command.stdout(log.try_clone().expect("a file")).stderr(log).status().expect("PostgreSQL's program");
        let said = || std::fs::read_to_string(self.directory.path().join("said")).unwrap_or_default();
        assert!(status.success(), "{}: {}", program.display(), said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run("pg_ctl", &["--pgdata", "data", "--mode", "immediate", "--wait", "stop"]);
    }
}

/// The newest version installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(PROGRAMS).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter(|path| path.join("bin/initdb").exists()).max_by_key(|path| number(path))?;
    Some(newest.join("bin"))
}
