//! The configuration: flags, environment and files merged into one typed value, and where each setting came from.
//!
//! Strongest first: flags, `RECTO_SECTION__KEY`, `--config`, `./recto.toml`, the user's file, `/etc/recto/config.toml`,
//! defaults. A key that does not exist is an error that names the nearest one: a misspelt limit that is silently
//! ignored is worse than a program that does not start.

mod engine;

pub use engine::{DatabaseUrl, EngineConfig, EngineKind, NO_QUICKWIT};

use crate::cli::settings::{self, Layer};
use crate::ingest;
use crate::ocr::OcrOptions;
use crate::pdf::Limits;
use crate::serve;
use crate::store::Moderation;
use figment::providers::{Format, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Metadata};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The file for all users of a machine.
const SYSTEM_FILE: &str = "/etc/recto/config.toml";
/// The file in the working directory.
const DIRECTORY_FILE: &str = "recto.toml";
/// What the environment variables of Recto begin with.
const ENVIRONMENT_PREFIX: &str = "RECTO_";
/// What parts section and key in the name of an environment variable.
const ENVIRONMENT_SEPARATOR: &str = "__";

/// Every setting.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The data directory.
    pub library: LibraryConfig,
    /// What finds reports.
    pub engine: EngineConfig,
    /// Reading files.
    pub ingest: IngestConfig,
    /// What one file may cost.
    pub limits: Limits,
    /// Recognising text in pictures of pages.
    pub ocr: OcrOptions,
    /// How much a search shows.
    pub search: SearchConfig,
    /// The service.
    pub serve: ServeConfig,
    /// What people say about reports.
    pub comments: CommentsConfig,
    /// The accounts of people.
    pub accounts: AccountsConfig,
    /// What is told of the program's doings.
    pub log: LogConfig,
}

/// `[library]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryConfig {
    /// The data directory.
    pub index: PathBuf,
    /// Whether it may be written on a network file system or one that a program provides, whose locks and syncs are not
    /// to be relied on.
    pub allow_network: bool,
}

/// `[ingest]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IngestConfig {
    /// Files read at the same time; 0 = one a core.
    pub jobs: usize,
    /// A file of passwords to try, one a line; empty for none.
    pub password_file: PathBuf,
    /// Where files are read: in processes of their own, confined as far as the system can (`best-effort`) or wholly
    /// (`required`), or in this one (`off`).
    pub sandbox: SandboxMode,
    /// Seconds for which a file must not have changed before a service that watches reads it, and between its looks.
    pub settle_seconds: u64,
    /// Pages read after which they are made searchable; a commit comes after 30 seconds in any case.
    pub commit_pages: u64,
    /// Bytes that are left free on the disk, but never more than a twentieth of it; 0 for none.
    pub minimum_free_bytes: u64,
}

/// How far reading is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxMode {
    /// Processes that are not wholly confined are refused.
    Required,
    /// As far as the system can.
    #[default]
    BestEffort,
    /// In the process that ingests.
    Off,
}

/// `[search]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchConfig {
    /// Reports shown.
    pub limit: usize,
    /// Pages shown of each report.
    pub pages: usize,
    /// Passages shown of each page.
    pub passages: usize,
    /// How bare words combine: `and` or `or`.
    pub op: String,
}

/// `[serve]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServeConfig {
    /// Address and port.
    pub listen: String,
    /// Path the service lies under, empty for the root.
    pub base_path: String,
    /// Scheme and host by which the world reaches the service, such as `https://library.example`, for permalinks, feeds
    /// and references; empty for those each client asks by.
    pub public_url: String,
    /// Whether searching and reading need no key.
    pub public: bool,
    /// The certificate and those that vouch for it, as PEM, to be reached by HTTPS; empty for HTTP. Read again when it
    /// changes.
    pub tls_certificate: PathBuf,
    /// The certificate's key, as PEM.
    pub tls_key: PathBuf,
    /// Folders below which clients with a key may have files read.
    pub ingest_roots: Vec<PathBuf>,
    /// Addresses of proxies whose `X-Forwarded-*` and `Forwarded` are believed, or ranges such as `10.0.0.0/8`.
    pub trusted_proxies: Vec<String>,
    /// Origins whose scripts may read answers, such as `https://library.example`.
    pub cors_origins: Vec<String>,
    /// Whether `/metrics` is shown to everyone instead of this machine alone.
    pub open_metrics: bool,
    /// Whether it is counted how often reports are read; nothing of who reads them is kept.
    pub count_reads: bool,
    /// Searches a second for one address; 0 = any number.
    pub search_rate: u32,
    /// Searches at once for one address before the rate holds.
    pub search_burst: u32,
    /// Whether searches from this machine itself are counted, too.
    pub search_rate_local: bool,
    /// Connections at once; at least one.
    pub connections: usize,
    /// Connections at once from one address; at least one.
    pub connections_per_address: usize,
    /// Largest PDF that can be handed over, in bytes.
    pub upload_bytes: u64,
    /// Pictures of pages kept on disk, in bytes.
    pub picture_bytes: u64,
}

/// `[comments]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommentsConfig {
    /// Whether comments are taken and shown at all.
    pub enabled: bool,
    /// Which wait until an administrator has approved them: `none`, `first` (of those of whom none is shown yet) or
    /// `all`.
    pub moderation: Moderation,
    /// Comments of one account within `rate_seconds`; 0 = any number.
    pub rate: u32,
    /// See `rate`.
    pub rate_seconds: u32,
    /// Links in a comment.
    pub links: usize,
}

/// `[accounts]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountsConfig {
    /// Who may make an account for themselves: anybody (`open`), who was given a link for it (`invitation`), or nobody
    /// (`closed`).
    pub registration: serve::Registration,
    /// Whether passwords are taken from other machines without TLS.
    pub plain_http: bool,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogConfig {
    /// `text` for people, `json` for programs: one object a line.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for LibraryConfig {
    fn default() -> LibraryConfig {
        LibraryConfig { index: PathBuf::from("index"), allow_network: false }
    }
}

impl Default for IngestConfig {
    fn default() -> IngestConfig {
        IngestConfig {
            jobs: 0,
            password_file: PathBuf::new(),
            sandbox: SandboxMode::default(),
            settle_seconds: 5,
            commit_pages: ingest::COMMIT_PAGES,
            minimum_free_bytes: 256 << 20,
        }
    }
}

impl Default for SearchConfig {
    fn default() -> SearchConfig {
        SearchConfig { limit: 10, pages: 3, passages: 2, op: "and".to_owned() }
    }
}

impl Default for ServeConfig {
    fn default() -> ServeConfig {
        let limits = serve::Limits::default();
        ServeConfig {
            listen: "127.0.0.1:8080".to_owned(),
            base_path: String::new(),
            public_url: String::new(),
            public: true,
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            open_metrics: false,
            count_reads: true,
            search_rate: limits.search_rate,
            search_burst: limits.search_burst,
            search_rate_local: limits.counts_local,
            connections: limits.connections,
            connections_per_address: limits.connections_per_address,
            upload_bytes: limits.upload_bytes,
            picture_bytes: limits.picture_bytes,
            ingest_roots: Vec::new(),
        }
    }
}

impl Default for CommentsConfig {
    fn default() -> CommentsConfig {
        let options = serve::CommentOptions::default();
        CommentsConfig {
            enabled: options.is_enabled,
            moderation: options.moderation,
            rate: options.rate,
            rate_seconds: options.rate_seconds,
            links: options.most_links,
        }
    }
}

/// Why a configuration cannot be used; messages are lower case and name the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file given with `--config` is not there.
    #[error("cannot read the configuration file `{}`", .0.display())]
    Missing(PathBuf),
    /// A key that does not exist.
    #[error("unknown setting `{key}` in {origin}; did you mean `{nearest}`?")]
    Unknown {
        /// As written.
        key: String,
        /// File, variable or option.
        origin: String,
        /// The known key most like it.
        nearest: String,
    },
    /// A value of the wrong kind, or a file that is not TOML.
    #[error("{detail}{} in {origin}", key.as_ref().map(|key| format!(" for `{key}`")).unwrap_or_default())]
    Invalid {
        /// The setting, if it is known which.
        key: Option<String>,
        /// File, variable or option.
        origin: String,
        /// What is wrong.
        detail: String,
    },
}

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Files, weakest first; those that do not exist are passed over.
    pub files: Vec<PathBuf>,
    /// The file given with `--config`; it must exist.
    pub explicit: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
}

impl Places {
    /// The places of this process.
    pub fn of_process(explicit: Option<PathBuf>) -> Places {
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX))
            .collect();
        let user_directory = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|directory| directory.is_absolute())
            .or_else(|| std::env::home_dir().map(|home| home.join(".config")));
        let mut files = vec![PathBuf::from(SYSTEM_FILE)];
        files.extend(user_directory.map(|directory| directory.join("recto").join("config.toml")));
        files.push(PathBuf::from(DIRECTORY_FILE));
        Places { files, explicit, environment }
    }
}

/// A setting given by an option of the command line: dotted key, value, name of the option.
pub type Override = (&'static str, Value, &'static str);

/// The merged configuration, with the origin of every value.
#[derive(Debug)]
pub struct Loaded {
    /// The typed values.
    pub config: Config,
    figment: Figment,
}

/// The one setting that may hold a secret.
const DATABASE_URL: &str = "engine.database_url";

impl Loaded {
    /// Every setting as (dotted key, value, origin), by key; passwords are left out.
    pub fn settings(&self) -> Vec<(String, Value, String)> {
        let merged = merged(&self.figment);
        let shown = |key: &str, value: &Value| match value.as_str() {
            Some(url) if key == DATABASE_URL => Value::from(engine::without_password(url)),
            _ => value.clone(),
        };
        let setting = |(key, value): (String, &Value)| {
            let (shown, origin) = (shown(&key, value), origin(&self.figment, value));
            (key, shown, origin)
        };
        settings::leaves(&merged).into_iter().map(setting).collect()
    }
}

/// Merges and checks all settings.
pub fn load(places: &Places, overrides: Vec<Override>) -> Result<Loaded, ConfigError> {
    let defaults = Figment::from(Serialized::defaults(Config::default()));
    let known = merged(&defaults);
    let mut figment = defaults;
    for file in places.files.iter().filter(|file| file.is_file()) {
        figment = figment.merge(Toml::file_exact(file));
    }
    if let Some(file) = &places.explicit {
        if !file.is_file() {
            return Err(ConfigError::Missing(file.clone()));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    for (name, value) in &places.environment {
        if let Some(layer) = environment_layer(name, value, &known)? {
            figment = figment.merge(layer);
        }
    }
    for (key, value, option) in overrides {
        figment = figment.merge(Layer::new(format!("option {option}"), key, value));
    }
    let config = checked(&figment, &known)?;
    Ok(Loaded { config, figment })
}

/// The typed configuration, if there is no unknown key in it.
fn checked(figment: &Figment, known: &Value) -> Result<Config, ConfigError> {
    let all = figment.find_value("").map_err(|error| invalid(&error))?;
    if let Some((key, value)) = settings::unknown(&all, known) {
        return Err(ConfigError::Unknown {
            nearest: settings::nearest(&key, known),
            origin: origin(figment, value),
            key,
        });
    }
    let config: Config = figment.extract().map_err(|error| invalid(&error))?;
    if !config.engine.kind.is_built() {
        let value = all.find_ref("engine.kind").unwrap_or(&all);
        let (key, detail) = (None, NO_QUICKWIT.to_owned());
        return Err(ConfigError::Invalid { key, origin: origin(figment, value), detail });
    }
    Ok(config)
}

/// The layer of one environment variable. One without `__` cannot be a setting and is passed over, unless it is so
/// near to one that it must be meant.
fn environment_layer(name: &str, value: &str, known: &Value) -> Result<Option<Layer>, ConfigError> {
    let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) else { return Ok(None) };
    let origin = format!("environment variable {name}");
    let key = rest.to_lowercase().replace(ENVIRONMENT_SEPARATOR, ".");
    if !rest.contains(ENVIRONMENT_SEPARATOR) {
        let meant =
            settings::leaves(known).into_iter().map(|(key, _)| key).find(|known| known.replace('.', "_") == key);
        return match meant {
            Some(meant) => {
                let nearest = meant.replace('.', ENVIRONMENT_SEPARATOR).to_uppercase();
                let nearest = format!("{ENVIRONMENT_PREFIX}{nearest}");
                Err(ConfigError::Unknown { key: name.to_owned(), origin: "the environment".to_owned(), nearest })
            }
            None => Ok(None),
        };
    }
    // A value of text stays text, so that a folder can be called `2024`; others are read as TOML would.
    let is_text = known.find_ref(&key).is_some_and(|default| default.as_str().is_some());
    let value = if is_text { Value::from(value) } else { value.parse().unwrap_or_else(|_| Value::from(value)) };
    Ok(Some(Layer::new(origin, &key, value)))
}

/// All values of a figment that is known to be sound.
fn merged(figment: &Figment) -> Value {
    figment.find_value("").unwrap_or_else(|_| Value::from(figment::value::Dict::new()))
}

/// Where a value came from, for people.
fn origin(figment: &Figment, value: &Value) -> String {
    figment.get_metadata(value.tag()).map_or_else(|| "default".to_owned(), origin_name)
}

fn origin_name(metadata: &Metadata) -> String {
    match metadata.source.as_ref() {
        Some(source) => match source.file_path() {
            Some(path) => relative_to_working_directory(path),
            None => "default".to_owned(),
        },
        None => metadata.name.clone().into_owned(),
    }
}

/// Files in the working directory are shown as the user knows them.
fn relative_to_working_directory(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn invalid(error: &figment::Error) -> ConfigError {
    ConfigError::Invalid {
        key: Some(error.path.join(".")).filter(|key| !key.is_empty()),
        origin: error.metadata.as_ref().map_or_else(|| "the configuration".to_owned(), origin_name),
        detail: error.kind.to_string().trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn places(directory: &Path, system: &str, local: &str, environment: &[(&str, &str)]) -> Places {
        let files = vec![directory.join("system.toml"), directory.join("local.toml"), directory.join("absent.toml")];
        fs::write(&files[0], system).expect("temporary file");
        fs::write(&files[1], local).expect("temporary file");
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Places { files, explicit: None, environment }
    }

    fn origin_of(loaded: &Loaded, key: &str) -> String {
        let settings = loaded.settings();
        let (_, _, origin) = settings.iter().find(|(known, _, _)| known == key).expect("a known key");
        origin.clone()
    }

    #[test]
    fn without_any_source_the_defaults_hold() {
        let loaded = load(&Places::default(), Vec::new()).expect("sound");
        assert_eq!(loaded.config, Config::default());
        assert!(loaded.settings().iter().all(|(_, _, origin)| origin == "default"));
    }

    #[test]
    fn stronger_sources_win() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let system = "[library]\nindex='a'\n[ingest]\njobs=1\n[limits]\npages=7\n[search]\nlimit=20";
        let mut places = places(
            directory.path(),
            system,
            "[library]\nindex='b'\n[ingest]\njobs=2",
            &[("RECTO_LIBRARY__INDEX", "2024")],
        );
        let explicit = directory.path().join("explicit.toml");
        fs::write(&explicit, "[ingest]\njobs=3\n[limits]\nform_depth=9").expect("temporary file");
        places.explicit = Some(explicit.clone());
        let overrides = vec![("search.limit", Value::from(5_u64), "--limit")];
        let loaded = load(&places, overrides).expect("sound");
        assert_eq!(loaded.config.library.index, Path::new("2024"));
        assert_eq!(loaded.config.ingest.jobs, 3);
        assert_eq!((loaded.config.limits.pages, loaded.config.limits.form_depth), (7, 9));
        assert_eq!(loaded.config.search.limit, 5);
        assert_eq!(origin_of(&loaded, "library.index"), "environment variable RECTO_LIBRARY__INDEX");
        assert_eq!(origin_of(&loaded, "ingest.jobs"), explicit.display().to_string());
        assert_eq!(origin_of(&loaded, "limits.pages"), directory.path().join("system.toml").display().to_string());
        assert_eq!(origin_of(&loaded, "search.limit"), "option --limit");
        assert_eq!(origin_of(&loaded, "serve.listen"), "default");
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let cases = [
            ("[limits]\npage=7", "limits.page", "limits.pages"),
            ("[libary]\nindex='a'", "libary", "library"),
            ("listen='127.0.0.1:1'", "listen", "serve.listen"),
            ("[serve]\nbasepath='x'", "serve.basepath", "serve.base_path"),
        ];
        for (text, expected_key, expected_nearest) in cases {
            let places = places(directory.path(), "", text, &[]);
            match load(&places, Vec::new()).expect_err(text) {
                ConfigError::Unknown { key, origin, nearest } => {
                    assert_eq!((key.as_str(), nearest.as_str()), (expected_key, expected_nearest));
                    assert!(origin.ends_with("local.toml"), "{origin}");
                }
                other => panic!("{text}: {other}"),
            }
        }
    }

    #[test]
    fn the_environment_is_checked_as_well() {
        let cases = [
            (
                ("RECTO_LIMITS__PAGS", "7"),
                Some(
                    "unknown setting `limits.pags` in environment variable \
              RECTO_LIMITS__PAGS; did you mean `limits.pages`?",
                ),
            ),
            (
                ("RECTO_LIMITS_PAGES", "7"),
                Some(
                    "unknown setting `RECTO_LIMITS_PAGES` in the environment; did you mean \
              `RECTO_LIMITS__PAGES`?",
                ),
            ),
            (
                ("RECTO_INGEST__JOBS", "many"),
                Some(
                    "invalid type: found string \"many\", expected usize for \
              `ingest.jobs` in environment variable RECTO_INGEST__JOBS",
                ),
            ),
            (("RECTO_BINARY", "/usr/bin/recto"), None),
            (("RECTO_INGEST__JOBS", "4"), None),
        ];
        for ((name, value), expected) in cases {
            let environment = vec![(name.to_owned(), value.to_owned())];
            let error = load(&Places { environment, ..Places::default() }, Vec::new()).err();
            assert_eq!(error.map(|error| error.to_string()).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_password_of_the_database_is_used_and_not_shown() {
        let url = "postgres://recto:s3cret@db/recto";
        let environment = vec![("RECTO_ENGINE__DATABASE_URL".to_owned(), url.to_owned())];
        let loaded = load(&Places { environment, ..Places::default() }, Vec::new()).expect("sound");
        assert_eq!(loaded.config.engine.database_url.expose(), url);
        let said = format!("{:?} {:?}", loaded.config, loaded.settings());
        assert!(!said.contains("s3cret") && said.contains("recto:…@db"), "{said}");
    }

    #[test]
    fn engines_are_those_of_the_build() {
        let environment = |kind: &str| vec![("RECTO_ENGINE__KIND".to_owned(), kind.to_owned())];
        let kind = |kind| {
            let loaded = load(&Places { environment: environment(kind), ..Places::default() }, Vec::new());
            loaded.map(|loaded| loaded.config.engine.kind).map_err(|error| error.to_string())
        };
        assert_eq!(kind("embedded"), Ok(EngineKind::Embedded));
        let missing = "this build has no engine `quickwit` in environment variable RECTO_ENGINE__KIND";
        let expected = if cfg!(feature = "cluster") { Ok(EngineKind::Quickwit) } else { Err(missing.to_owned()) };
        assert_eq!(kind("quickwit"), expected);
        assert!(kind("lucene").expect_err("no engine").contains("`embedded` or `quickwit`"));
    }

    #[test]
    fn files_that_are_named_must_exist_and_all_must_be_toml() {
        let missing = Places { explicit: Some("no/such.toml".into()), ..Places::default() };
        assert_eq!(load(&missing, Vec::new()).err(), Some(ConfigError::Missing("no/such.toml".into())));
        let directory = tempfile::tempdir().expect("temporary directory");
        let error = load(&places(directory.path(), "", "[limits\n", &[]), Vec::new()).expect_err("not TOML");
        assert!(matches!(&error, ConfigError::Invalid { origin, .. } if origin.ends_with("local.toml")), "{error}");
    }
}
