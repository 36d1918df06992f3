//! Secrets that are shown once and kept as hashes: 256 random bits, so a plain hash is enough. There is nothing to
//! guess that a slow one would protect.

use crate::store::StoreError;

/// A new secret in hexadecimal digits.
pub(super) fn random() -> Result<String, StoreError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(StoreError::Random)?;
    Ok(blake3::Hash::from_bytes(secret).to_hex().to_string())
}

/// The hash that stands for a secret on disk.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}
