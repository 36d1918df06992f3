//! TLS: spoken with the configured certificate, read again when it changes. Certificates and keys are made for these tests alone.

use super::{patient, site_with_options};
use crate::serve::{Limits, Options, Tls, TlsFiles};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// The answer to a request by a client that trusts this certificate alone.
async fn ask(address: SocketAddr, trusted: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    let certificate = std::fs::read(file(trusted)).expect("there");
    roots.add(CertificateDer::from_pem_slice(&certificate).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let request = b"GET /opensearch.xml HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn https_is_spoken_and_a_renewed_certificate_taken() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
    let install = |name: &str| {
        std::fs::copy(file(&format!("{name}.pem")), &files.certificate).expect("copied");
        std::fs::copy(file(&format!("{name}-key.pem")), &files.key).expect("copied");
    };
    install("first");
    let tls = Arc::new(Tls::load(files.clone()).expect("a good pair"));
    assert!(!format!("{tls:?}").contains("PRIVATE"));
    let limits = Limits { first_byte: Duration::from_millis(500), ..patient() };
    let site = site_with_options("", limits, Options { tls: Some(Arc::clone(&tls)), ..Options::default() });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let service = Arc::clone(&site.service);
    tokio::spawn(crate::serve::net::accept::serve_service(listener, service, std::future::pending()));
    let answer = ask(address, "first.pem").await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("https://localhost/"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    assert!(ask(address, "second.pem").await.is_err(), "another certificate is not trusted");
    // Who never shakes hands is let go.
    let mut silent = TcpStream::connect(address).await.expect("connected");
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), silent.read_to_end(&mut rest)).await;
    assert!(closed.is_ok_and(|read| read.is_ok()) && rest.is_empty());
    // Half of a new pair is no pair: the one before is kept.
    std::fs::copy(file("second.pem"), &files.certificate).expect("copied");
    tls.refresh();
    assert!(ask(address, "first.pem").await.is_ok());
    install("second");
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(&files.key).and_then(|key| key.set_modified(later)).expect("touched");
    tls.refresh();
    assert!(ask(address, "second.pem").await.is_ok());
    assert!(ask(address, "first.pem").await.is_err());
}

#[test]
fn what_is_no_pair_is_told() {
    let wrong = |certificate: &str, key: &str| {
        let files = TlsFiles { certificate: file(certificate), key: file(key) };
        Tls::load(files).expect_err("no pair").to_string()
    };
    for (certificate, key, wanted) in [
        ("absent.pem", "first-key.pem", "cannot be read"),
        ("first.pem", "second-key.pem", "cannot be used"),
        ("first-key.pem", "first-key.pem", "holds no certificate"),
        ("first.pem", "first.pem", "does not hold what it should"),
    ] {
        let error = wrong(certificate, key);
        assert!(error.contains(wanted) && !error.contains("PRIVATE"), "{error}");
    }
}
