//! The places where a service's own can be, for tests of what holds in all of them.

use crate::store::service::ServiceStore;
use std::path::PathBuf;

/// A place with nothing in it.
pub(super) enum Place {
    Directory(tempfile::TempDir),
    #[cfg(feature = "cluster")]
    Database(String),
}

impl Place {
    /// Opens what is there, once more if it is open.
    pub(super) fn open(&self) -> ServiceStore {
        match self {
            Place::Directory(directory) => ServiceStore::open(directory.path()).expect("opened"),
            #[cfg(feature = "cluster")]
            Place::Database(url) => ServiceStore::connect(url, "test").expect("connects"),
        }
    }

    /// The files of a place on the disk.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        match self {
            Place::Directory(directory) => {
                let entries = std::fs::read_dir(directory.path()).expect("listed");
                entries.map(|entry| entry.expect("listed").path()).collect()
            }
            #[cfg(feature = "cluster")]
            Place::Database(_) => Vec::new(),
        }
    }
}

/// Runs a test in each of them.
pub(super) fn everywhere(test: impl Fn(&Place)) {
    test(&Place::Directory(tempfile::tempdir().expect("a directory")));
    #[cfg(feature = "cluster")]
    database::with(|url| test(&Place::Database(url)));
}

#[cfg(feature = "cluster")]
pub(super) mod database {
    use crate::store::DatabaseServer;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex, PoisonError, Weak};

    /// Runs a test on a database of its own, if there can be one; tests that run at the same time share a server.
    pub(in crate::store::service) fn with(test: impl FnOnce(String)) {
        static SERVER: Mutex<Weak<DatabaseServer>> = Mutex::new(Weak::new());
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = {
            let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
            let running = shared.upgrade().or_else(|| DatabaseServer::start().map(Arc::new));
            *shared = running.as_ref().map_or_else(Weak::new, Arc::downgrade);
            running
        };
        let Some(server) = server else { return };
        test(server.database(&format!("service_{}", NEXT.fetch_add(1, Ordering::Relaxed))));
    }
}
