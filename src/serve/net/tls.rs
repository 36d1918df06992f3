//! TLS with a certificate and key from files, which are read again when they change, as when they are renewed.

use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where certificate and key are, both as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The service's certificate, then those that vouch for it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("`{}` cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file holds nothing of the kind.
    #[error("`{}` does not hold what it should: {error}", path.display())]
    Nonsense {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: pem::Error,
    },
    /// There is no certificate in the file.
    #[error("`{}` holds no certificate", .0.display())]
    Empty(PathBuf),
    /// Certificate and key do not belong together, or are of no known kind.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] tokio_rustls::rustls::Error),
}

/// Speaks TLS.
pub struct Tls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    /// When the files were changed last, as far as they were looked at.
    seen: Mutex<[Option<SystemTime>; 2]>,
}

impl std::fmt::Debug for Tls {
    /// Without the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    pub fn load(files: TlsFiles) -> Result<Tls, TlsError> {
        let seen = Mutex::new(changed(&files));
        let config = ArcSwap::from(read(&files)?);
        Ok(Tls { files, config, seen })
    }

    /// For a connection from now on.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }

    /// Reads the files again if they were changed; what cannot be used leaves what was. Blocks.
    pub fn refresh(&self) {
        let now = changed(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        match read(&self.files) {
            Ok(config) => {
                self.config.store(config);
                tracing::info!("the certificate was read again");
            }
            // The two may be replaced one after the other; the second is a change again.
            Err(error) => tracing::warn!(%error, "the certificate was changed, and the one before is kept"),
        }
    }
}

fn changed(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|file| std::fs::metadata(file).and_then(|facts| facts.modified()).ok())
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let bytes =
        |file: &PathBuf| std::fs::read(file).map_err(|error| TlsError::Unreadable { path: file.clone(), error });
    let (certificate, key) = (bytes(&files.certificate)?, bytes(&files.key)?);
    let nonsense = |file: &PathBuf, error| TlsError::Nonsense { path: file.clone(), error };
    let chain = CertificateDer::pem_slice_iter(&certificate).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| nonsense(&files.certificate, error))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(files.certificate.clone()));
    }
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| nonsense(&files.key, error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
