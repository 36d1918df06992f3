//! Where many machines reach the same bytes: a shared folder, or a bucket of a store that speaks S3.
//!
//! A bucket is spoken to by HTTP, each request signed for a minute (Signature Version 4, in the query) and tried again
//! where another try may help. What it would let pass silently is an error here:
//!
//! * An answer that is shorter or longer than what was asked for, or of another part of the object, is asked for again and
//!   never given.
//! * An object is created, never replaced: two that draw the same name do not overwrite each other where the store knows
//!   `If-None-Match`, and an answer that was lost is told from a name that is taken by reading what is there.
//! * An object that is read in a version is given in this version or not at all.
//!
//! Neither the environment nor an answer sends a request anywhere else: no proxies, no redirects. Keys of access come from
//! the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), not from configuration.

mod bucket;
mod error;
mod http;
mod whole;

#[cfg(test)]
pub(crate) mod tests;

pub use bucket::{Bucket, Listed};
pub use error::ObjectError;

use std::path::PathBuf;
use std::time::Duration;

/// How a place is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// A folder, or `s3://bucket/prefix`.
    pub address: String,
    /// Where the store is, as `https://host:9000`; Amazon's for the region if it is not given.
    pub endpoint: Option<String>,
    /// The region that requests are signed for; what a store of one's own calls itself if that matters to it.
    pub region: String,
    /// Certificates (PEM) of who vouches for the store, instead of the public ones.
    pub ca_file: Option<PathBuf>,
    /// Longest time for a request, all tries together.
    pub time: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            address: String::new(),
            endpoint: None,
            region: "us-east-1".to_owned(),
            ca_file: None,
            time: Duration::from_secs(60),
        }
    }
}

/// Where objects are.
#[derive(Debug)]
pub enum Place {
    /// A folder that is mounted on every machine.
    Folder(PathBuf),
    /// A part of a bucket.
    Bucket(Box<Bucket>),
}

impl Place {
    /// The place given; nothing is spoken to yet.
    pub fn open(options: &Options) -> Result<Place, ObjectError> {
        let wrong = |detail| ObjectError::Address { address: options.address.clone(), detail };
        if let Some(bucket) = options.address.strip_prefix("s3://") {
            let credentials = rusty_s3::Credentials::from_env()
                .ok_or_else(|| wrong("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".to_owned()))?;
            return Ok(Place::Bucket(Box::new(Bucket::new(bucket, options, credentials)?)));
        }
        let folder = PathBuf::from(&options.address);
        if options.address.contains("://") {
            return Err(wrong("it is neither a folder nor `s3://bucket/prefix`".to_owned()));
        }
        if !folder.is_absolute() {
            return Err(wrong("it is to be the same on every machine: an absolute path".to_owned()));
        }
        Ok(Place::Folder(folder))
    }
}
