//! `recto serve`: the HTTP service, with an ingest beside it if paths are given.
//!
//! The address is taken before anything is read, so that a wrong one is known at once. Commits become searchable while
//! the ingest runs, its own as well as those of another process.

use crate::cli::args::ServeArguments;
use crate::cli::config::{AccountsConfig, CommentsConfig, Config, ServeConfig};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library::{self, Opened};
use crate::cli::session::Session;
use crate::cli::{interrupt, service_jobs, upkeep};
use crate::index;
use crate::jobs::{Ended, Jobs, Roots};
use crate::serve::{
    Awaited, CommentOptions, Drawing, Guard, IngestCounts, Limits, NetworkError, Options, Proxies, Registration, State,
    Tls, TlsFiles, answer_until, parse_base_path, parse_origins, parse_public_url, serve,
};
use crate::store::{Library, Role, ServiceStore, StoreError, seconds_now};
use crate::upkeep::UpkeepError;
use crate::worker::WorkerPool;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};

/// From being told to end to the end, whatever still runs.
const SHUTDOWN: Duration = Duration::from_secs(28);

/// Serves until interrupted, which is its regular end.
pub fn run(arguments: &ServeArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let settings = &session.config().serve;
    let address = address(&settings.listen)?;
    let base_path = parse_base_path(&settings.base_path).map_err(|error| CommandError::Usage(error.to_string()))?;
    let ingest_counts = IngestCounts::default();
    let ingest_options = session.ingest_options()?;
    let options = options(session.config(), session.sandbox(), ingest_options.workers.clone(), ingest_counts.clone())?;
    #[cfg(feature = "cluster")]
    let options = on_many_machines(session, options)?;
    let roots = Roots::new(&settings.ingest_roots)
        .map_err(|error| CommandError::Usage(format!("`serve.ingest_roots` cannot be used: {error}")))?;
    let limits = limits(settings)?;
    let ingests = !arguments.ingest.is_empty();
    // Who may write a library on many machines is known there, and may be known only later.
    let guarded = (!library::is_elsewhere(session)).then(|| guard(session, address, ingests)).transpose()?;
    allow_open_files();
    let runtime = runtime()?;
    let listener = listen(address, &runtime)?;
    let awaited = Awaited::default();
    let opened = while_starting(&runtime, &listener, &base_path, &options, &awaited, || match guarded {
        Some((guard, has_writer)) => {
            Ok((guard, Opened::within(Arc::new(open_library(session, ingests, has_writer)?))?))
        }
        None => library::when_up(session.console, &awaited, || {
            let (guard, _) = guard(session, address, ingests)?;
            Ok((guard, library::open(session, "serve")?))
        }),
    });
    let (guard, opened) = opened?;
    let (library, engine) = opened.follow()?;
    let engine = Arc::new(engine);
    let bound = listener.local_addr().unwrap_or(address);
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    session.console.note(format!("listening on {scheme}://{bound}{base_path}/"));
    let site = options.public_url.clone().unwrap_or_else(|| format!("{scheme}://{bound}"));
    // A disk that is full keeps nobody from searching.
    if let Err(error) = invite_first_admin(&guard, &format!("{site}{base_path}"), session) {
        tracing::warn!(%error, "no link for a first administrator could be made");
    }

    let jobs = match &guard.store {
        Some(store) => {
            let setting = service_jobs::Setting {
                roots,
                store: Arc::clone(store),
                library: ingests.then(|| Arc::clone(&library)),
                engine: Arc::clone(&engine),
                options: ingest_options,
                recogniser: session.recogniser()?,
                counts: ingest_counts,
            };
            Some(service_jobs::start(arguments, session, setting)?)
        }
        None => None,
    };
    let console = session.console;
    let (shut_down, wait_for_shutdown) = watch::channel(None);
    let stopped_jobs = jobs.clone();
    // Its flag need not be looked at: jobs and service are told.
    interrupt::stop_flag(move || {
        console.note("shutting down: requests are being finished; interrupt again to stop at once");
        stopped_jobs.iter().for_each(|jobs| jobs.stop());
        let _ = shut_down.send(Some(Instant::now()));
    });
    let ingesting = jobs.as_ref().map_or_else(Arc::default, |jobs| jobs.busy());
    // Not those of the ingest: they end with the threads that read.
    let drawing = Drawing { workers: session.workers()?, passwords: session.extract_options()?.passwords };
    let state = State { library, engine, ingesting, base_path, guard, jobs: jobs.clone(), drawing, limits, options };
    let served = serve_until(runtime, listener, state, wait_for_shutdown.clone());
    let end = wait_for_shutdown.borrow().unwrap_or_else(Instant::now) + SHUTDOWN;
    jobs.iter().for_each(|jobs| wait_for(jobs, end, session));
    served?;
    Ok(ExitCode::Success)
}

/// What a library on many machines adds: its parts are watched, and uploads are for its workers.
#[cfg(feature = "cluster")]
fn on_many_machines(session: &Session, options: Options) -> Result<Options, CommandError> {
    use crate::cli::cluster::{Cluster, process_name};
    use crate::serve::{HandOver, Parts};
    let config = &session.config().engine;
    if config.kind == crate::cli::config::EngineKind::Embedded {
        return Ok(options);
    }
    let cluster = Arc::new(Cluster::new(config, "`recto serve`")?);
    let watched = Arc::clone(&cluster);
    let parts = Parts::new(move || watched.status(&process_name("serve")));
    let hand_over = HandOver(Arc::new(move |file: &std::path::Path, hash: &str| {
        cluster.hand_over(&process_name("upload"), file, hash).map_err(|error| error.to_string())
    }));
    Ok(Options { parts: Some(Arc::new(parts)), hand_over: Some(hand_over), ..options })
}

/// What clients may ask under these settings.
fn limits(settings: &ServeConfig) -> Result<Limits, CommandError> {
    let connections =
        [("connections", settings.connections), ("connections_per_address", settings.connections_per_address)];
    if let Some((name, _)) = connections.iter().find(|(_, most)| *most == 0) {
        return Err(CommandError::Usage(format!("`serve.{name}` is 0, which would let nobody in")));
    }
    Ok(Limits {
        search_rate: settings.search_rate,
        search_burst: settings.search_burst,
        counts_local: settings.search_rate_local,
        connections: settings.connections,
        connections_per_address: settings.connections_per_address,
        upload_bytes: settings.upload_bytes,
        picture_bytes: settings.picture_bytes,
        ..Limits::default()
    })
}

/// TLS, if certificate and key are given.
fn tls(settings: &ServeConfig) -> Result<Option<Arc<Tls>>, CommandError> {
    let (certificate, key) = (settings.tls_certificate.clone(), settings.tls_key.clone());
    match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => Ok(None),
        (false, false) => {
            let tls = Tls::load(TlsFiles { certificate, key });
            Ok(Some(Arc::new(tls.map_err(|error| CommandError::Usage(format!("TLS: {error}")))?)))
        }
        _ => {
            let both = "`serve.tls_certificate` and `serve.tls_key` belong together; give both or neither";
            Err(CommandError::Usage(both.to_owned()))
        }
    }
}

/// The operator's other choices.
fn options(
    config: &Config,
    sandbox: String,
    workers: Option<Arc<WorkerPool>>,
    ingest_counts: IngestCounts,
) -> Result<Options, CommandError> {
    let settings = &config.serve;
    let AccountsConfig { registration, plain_http: takes_plain_http } = config.accounts;
    let networks = settings.trusted_proxies.iter().map(|text| text.parse());
    let networks = networks.collect::<Result<_, NetworkError>>();
    let networks = networks.map_err(|error| CommandError::Usage(format!("`serve.trusted_proxies`: {error}")))?;
    let cors_origins = parse_origins(&settings.cors_origins)
        .map_err(|error| CommandError::Usage(format!("`serve.cors_origins`: {error}")))?;
    let public_url = parse_public_url(&settings.public_url)
        .map_err(|error| CommandError::Usage(format!("`serve.public_url`: {error}")))?;
    let (proxies, has_open_metrics) = (Proxies(networks), settings.open_metrics);
    let tls = tls(settings)?;
    let counts_reads = settings.count_reads;
    Ok(Options {
        tls,
        proxies,
        public_url,
        cors_origins,
        has_open_metrics,
        counts_reads,
        sandbox,
        workers,
        comments: comments(&config.comments),
        ingest_counts,
        #[cfg(feature = "cluster")]
        parts: None,
        #[cfg(feature = "cluster")]
        hand_over: None,
        registration,
        takes_plain_http,
    })
}

/// The operator's choices about comments.
fn comments(settings: &CommentsConfig) -> CommentOptions {
    CommentOptions {
        is_enabled: settings.enabled,
        moderation: settings.moderation,
        rate: settings.rate,
        rate_seconds: settings.rate_seconds,
        most_links: settings.links,
    }
}

/// The address to listen on.
fn address(listen: &str) -> Result<SocketAddr, CommandError> {
    let service = |source| CommandError::Service { action: format!("listen on `{listen}`"), source };
    let first = listen.to_socket_addrs().map_err(service)?.next();
    first.ok_or_else(|| CommandError::Usage(format!("`{listen}` is no address and port such as `127.0.0.1:8080`")))
}

/// Who is let in. An address that other machines reach is refused while nobody has a key, or an account that may write:
/// whoever set the service up so could not have meant to be the only one who cannot write to it. Nothing is made where
/// there is no library to serve. Tells as well whether anybody can write.
fn guard(session: &Session, address: SocketAddr, ingests: bool) -> Result<(Guard, bool), CommandError> {
    let directory = session.library_directory();
    let is_there = ingests || directory.is_dir() || library::is_elsewhere(session);
    let store = match is_there.then(|| library::open_service(session, "serve")).transpose() {
        Ok(store) => store.map(Arc::new),
        Err(CommandError::Store(error @ (StoreError::Io { .. } | StoreError::Catalogue(_)))) => {
            session.console.warning(format!("nobody can write, as there is no place for keys: {error}"));
            None
        }
        Err(error) => return Err(error),
    };
    let can_write = |store: &Arc<ServiceStore>| {
        Ok::<_, StoreError>(store.has_valid_key(seconds_now())? || store.has_active_account(Role::Editor)?)
    };
    let has_writer = store.as_ref().map_or(Ok(false), can_write)?;
    if !address.ip().is_loopback() && !has_writer {
        return Err(CommandError::Usage(format!(
            "`{address}` can be reached from other machines, which needs authentication, and none is configured; make \
             an account with `recto accounts create` or a key with `recto keys create` first, or listen on 127.0.0.1"
        )));
    }
    Ok((Guard { store, public: session.config().serve.public, ..Guard::default() }, has_writer))
}

/// Says how the first administrator makes their account, while there is none. The link is for the one who reads this:
/// it goes to standard error, never to the log.
fn invite_first_admin(guard: &Guard, site: &str, session: &Session) -> Result<(), StoreError> {
    let Some(store) = &guard.store else { return Ok(()) };
    if session.config().accounts.registration == Registration::Closed || store.has_active_account(Role::Admin)? {
        return Ok(());
    }
    let token = store.create_first_invitation(seconds_now())?;
    session.console.note(format!(
        "nobody has an administrator's account yet; to make yours, open {site}/register?invitation={token} within a \
         day, or run `recto accounts create NAME --role admin`"
    ));
    Ok(())
}

/// Takes as many file descriptors as the system would give: every connection needs one, and so do the files of the
/// index. What is given unasked is made for programs that know no others.
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "no more files can be open at once than usual");
    }
}

fn runtime() -> Result<Runtime, CommandError> {
    let service = |source| CommandError::Service { action: "serve".to_owned(), source };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(service)
}

fn listen(address: SocketAddr, runtime: &Runtime) -> Result<TcpListener, CommandError> {
    let service = |source| CommandError::Service { action: format!("listen on `{address}`"), source };
    runtime.block_on(TcpListener::bind(address)).map_err(service)
}

/// Does `work`; whoever asks meanwhile is told that the service is starting.
fn while_starting<T>(
    runtime: &Runtime,
    listener: &TcpListener,
    base_path: &str,
    options: &Options,
    awaited: &Awaited,
    work: impl FnOnce() -> T,
) -> T {
    let (done, is_done) = oneshot::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| runtime.block_on(answer_until(listener, base_path, options.tls.as_ref(), awaited, is_done)));
        let result = work();
        drop(done);
        result
    })
}

/// The library; one that is to be filled is made if need be, and can be searched while it is still empty, and so is one
/// that is awaited, as somebody has a key to fill it with. What a crash
/// or a disk has done to its index is mended before anything is answered from it, unless another process writes, which
/// then does so itself.
fn open_library(session: &Session, ingests: bool, is_awaited: bool) -> Result<Library, CommandError> {
    let directory = session.library_directory();
    let never = AtomicBool::new(false);
    if ingests {
        let library = session.open_for_writing()?;
        upkeep::heal(&library, session, &never)?;
        return Ok(library);
    }
    if !Library::exists(directory) && is_awaited {
        drop(session.open_for_writing()?);
    } else if !Library::exists(directory) {
        return Err(StoreError::NoLibrary { directory: directory.to_owned() }.into());
    }
    match session.open_for_writing() {
        Ok(writer) => upkeep::heal(&writer, session, &never)?,
        Err(CommandError::Upkeep(UpkeepError::Store(StoreError::Locked { .. }))) => {}
        // A library that may only be read is served as it is, if it is whole.
        Err(
            CommandError::Store(StoreError::Network { .. })
            | CommandError::Upkeep(UpkeepError::Store(StoreError::Io { .. } | StoreError::Catalogue(_))),
        ) => {
            index::check(&Library::open_for_reading(directory)?.generation_directory())?;
        }
        Err(error) => return Err(error),
    }
    Ok(Library::open_for_reading(directory)?)
}

/// Waits until the ingest has saved what it read, but for no longer than until `end`: what it has committed is safe.
fn wait_for(jobs: &Jobs, end: Instant, session: &Session) {
    match jobs.join(end) {
        Ended::Regularly => {}
        Ended::NotInTime => {
            session.console.warning("the ingest did not end in time; run it again to go on after its last commit");
        }
        Ended::Abnormally => {
            session.console.error("the ingest ended abnormally; run `recto ingest` to go on");
        }
    }
}

fn serve_until(
    runtime: Runtime,
    listener: TcpListener,
    state: State,
    mut wait_for_shutdown: watch::Receiver<Option<Instant>>,
) -> Result<(), CommandError> {
    let service = |source| CommandError::Service { action: "serve".to_owned(), source };
    let served = runtime.block_on(async move {
        let shutdown = async move {
            // The sender lives in the interrupt handler; if that is gone, no shutdown can be asked for.
            if wait_for_shutdown.wait_for(Option::is_some).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        serve(listener, state, shutdown).await.map_err(service)
    });
    // What still blocks has had its time.
    runtime.shutdown_background();
    served
}
