//! A part of a bucket: the objects whose keys begin with a prefix.

use super::http::{Answer, Failure, Http, Method};
use crate::objects::{ObjectError, Options};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Credentials, S3Action, UrlStyle};
use std::ops::Range;
use std::time::Duration;

/// How long a signed request is valid.
const SIGNED_FOR: Duration = Duration::from_secs(60);
/// Largest answer to a listing.
const LARGEST_LISTING: u64 = 16 << 20;

/// A part of a bucket; can be shared between threads.
#[derive(Debug)]
pub struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    /// What all keys begin with: empty, or ending with a slash.
    prefix: String,
    http: Http,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key after the prefix.
    pub key: String,
    /// Its version as the store names it: another one has other bytes.
    pub version: String,
    /// Its size.
    pub bytes: u64,
}

impl Bucket {
    /// `address` is what stands after `s3://`.
    pub(super) fn new(address: &str, options: &Options, credentials: Credentials) -> Result<Bucket, ObjectError> {
        let wrong =
            |detail: &str| ObjectError::Address { address: format!("s3://{address}"), detail: detail.to_owned() };
        let (name, prefix) = address.split_once('/').unwrap_or((address, ""));
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
            && !matches!(name, "." | "..");
        if !is_name {
            return Err(wrong("it names no bucket"));
        }
        let prefix = prefix.trim_end_matches('/');
        if !prefix.is_empty() && !is_key(prefix) {
            return Err(wrong("its prefix is no part of a key"));
        }
        // A store of one's own seldom has a name for each bucket.
        let (endpoint, style) = match &options.endpoint {
            Some(endpoint) => (endpoint.clone(), UrlStyle::Path),
            None if name.contains('.') => (format!("https://s3.{}.amazonaws.com", options.region), UrlStyle::Path),
            None => (format!("https://s3.{}.amazonaws.com", options.region), UrlStyle::VirtualHost),
        };
        let endpoint = endpoint.parse().map_err(|_| wrong("its endpoint is no URL"))?;
        let bucket = rusty_s3::Bucket::new(endpoint, style, name.to_owned(), options.region.clone())
            .map_err(|error| wrong(&error.to_string()))?;
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Bucket { bucket, credentials, prefix, http: Http::new(options)? })
    }

    /// The address of an object, as people know it.
    pub fn shown(&self, key: &str) -> String {
        format!("s3://{}/{}{key}", self.bucket.name(), self.prefix)
    }

    /// The key of the object at an address that [`Bucket::shown`] gave.
    pub fn key_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let key = address.strip_prefix("s3://")?.strip_prefix(self.bucket.name())?.strip_prefix('/')?;
        key.strip_prefix(self.prefix.as_str())
    }

    /// Creates an object. It is durable when this returns; [`ObjectError::Exists`] if there is another one of this name.
    pub fn create(&self, key: &str, bytes: &[u8]) -> Result<(), ObjectError> {
        match self.put(key, bytes, &[("if-none-match", "*")]) {
            // There may be an object of an earlier try whose answer was lost.
            Err(ObjectError::Changed { object }) => match self.read_whole(key, None, bytes.len() as u64) {
                Ok(there) if there == bytes => Ok(()),
                Ok(_) | Err(ObjectError::TooLarge { .. }) => Err(ObjectError::Exists { object }),
                Err(error) => Err(error),
            },
            // Some stores know no conditions.
            Err(ObjectError::Refused { detail, .. }) if detail.starts_with("501") => self.put(key, bytes, &[]),
            other => other,
        }
    }

    fn put(&self, key: &str, bytes: &[u8], headers: &[(&str, &str)]) -> Result<(), ObjectError> {
        let (object, name) = self.object(key)?;
        self.http.again(&object, |time| {
            let url = self.bucket.put_object(Some(&self.credentials), &name).sign(SIGNED_FOR);
            let answer = self.http.send(Method::Put(bytes), url.as_str(), headers, time)?;
            if answer.status == 200 { Ok(()) } else { Err(answer.refusal(&object)) }
        })
    }

    /// Removes an object, if it is there.
    pub fn remove(&self, key: &str) -> Result<(), ObjectError> {
        let (object, name) = self.object(key)?;
        self.http.again(&object, |time| {
            let url = self.bucket.delete_object(Some(&self.credentials), &name).sign(SIGNED_FOR);
            let answer = self.http.send(Method::Delete, url.as_str(), &[], time)?;
            if matches!(answer.status, 200 | 204 | 404) { Ok(()) } else { Err(answer.refusal(&object)) }
        })
    }

    /// Reads a range of an object; [`ObjectError::Short`] if it ends before.
    pub fn read(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, ObjectError> {
        let (object, name) = self.object(key)?;
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else { return Ok(Vec::new()) };
        let wanted = range.end - range.start;
        let bytes = format!("bytes={}-{last}", range.start);
        self.http.again(&object, |time| {
            let url = self.bucket.get_object(Some(&self.credentials), &name).sign(SIGNED_FOR);
            let answer = self.http.send(Method::Get, url.as_str(), &[("range", &bytes)], time)?;
            if answer.status != 206 {
                return match answer.status {
                    200 => Err(Failure::Passing("the whole object was sent for a part of it".to_owned())),
                    _ => Err(answer.refusal(&object)),
                };
            }
            match part(&answer) {
                Some((start, end)) if (start, end) == (range.start, last) => {}
                Some((start, end)) if start == range.start && end < last => {
                    return Err(Failure::Final(ObjectError::Short { object: object.clone() }));
                }
                _ => return Err(Failure::Passing("another part of the object was sent".to_owned())),
            }
            let body = answer.body(wanted)?;
            if body.len() as u64 == wanted { Ok(body) } else { Err(wrong_length(body.len(), wanted)) }
        })
    }

    /// Reads an object in a version, if one is given; [`ObjectError::Changed`] if it is in another one.
    pub fn read_whole(&self, key: &str, version: Option<&str>, most: u64) -> Result<Vec<u8>, ObjectError> {
        let (object, name) = self.object(key)?;
        let quoted = version.map(|version| format!("\"{version}\""));
        let headers: Vec<(&str, &str)> = quoted.iter().map(|version| ("if-match", version.as_str())).collect();
        self.http.again(&object, |time| {
            let url = self.bucket.get_object(Some(&self.credentials), &name).sign(SIGNED_FOR);
            let answer = self.http.send(Method::Get, url.as_str(), &headers, time)?;
            if answer.status != 200 {
                return Err(answer.refusal(&object));
            }
            if version.is_some_and(|version| answer.header("etag").is_some_and(|tag| unquoted(tag) != version)) {
                return Err(Failure::Final(ObjectError::Changed { object: object.clone() }));
            }
            // One that is sent without its length could be cut off and nobody would know.
            let length = answer.header("content-length").and_then(|length| length.parse::<u64>().ok());
            let Some(length) = length else { return Err(Failure::Passing("its length was not sent".to_owned())) };
            if length > most {
                return Err(Failure::Final(ObjectError::TooLarge { object: object.clone(), most }));
            }
            let body = answer.body(length)?;
            if body.len() as u64 == length { Ok(body) } else { Err(wrong_length(body.len(), length)) }
        })
    }

    /// Calls `found` with the objects whose keys begin with `beginning`, in order of their keys, as many at a time as the
    /// store sends.
    pub fn list(&self, beginning: &str, mut found: impl FnMut(Vec<Listed>)) -> Result<(), ObjectError> {
        let prefix = format!("{}{beginning}", self.prefix);
        let object = self.shown(beginning);
        let mut token: Option<String> = None;
        loop {
            let listing = self.http.again(&object, |time| {
                let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
                action.with_prefix(prefix.as_str());
                if let Some(token) = &token {
                    action.with_continuation_token(token.as_str());
                }
                let answer = self.http.send(Method::Get, action.sign(SIGNED_FOR).as_str(), &[], time)?;
                if answer.status != 200 {
                    return Err(answer.refusal(&object));
                }
                let unreadable = || Failure::Passing("its listing cannot be read".to_owned());
                let body = String::from_utf8(answer.body(LARGEST_LISTING)?).map_err(|_| unreadable())?;
                ListObjectsV2::parse_response(&body).map_err(|_| unreadable())
            })?;
            let listed = listing.contents.into_iter().filter_map(|object| {
                Some(Listed {
                    key: object.key.strip_prefix(&self.prefix)?.to_owned(),
                    version: unquoted(&object.etag?).to_owned(),
                    bytes: object.size?,
                })
            });
            found(listed.collect());
            match listing.next_continuation_token {
                // The same again would never end.
                Some(next) if token.as_ref() == Some(&next) => {
                    let detail = "its listing does not go on".to_owned();
                    return Err(ObjectError::Unavailable { object, detail });
                }
                Some(next) => token = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// The address and the whole key of an object.
    fn object(&self, key: &str) -> Result<(String, String), ObjectError> {
        if is_key(key) {
            return Ok((self.shown(key), format!("{}{key}", self.prefix)));
        }
        // It would be the URL of another object, or of none.
        let detail = "its key cannot stand in a URL".to_owned();
        Err(ObjectError::Refused { object: self.shown(key), detail })
    }
}

/// Whether a URL of this key is a URL of nothing else.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= 1024 && key.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The first and the last byte that an answer says it holds.
fn part(answer: &Answer) -> Option<(u64, u64)> {
    let (range, _) = answer.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn wrong_length(found: usize, wanted: u64) -> Failure {
    Failure::Passing(format!("{found} bytes were sent instead of {wanted}"))
}

/// A version without what HTTP puts around it.
fn unquoted(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/").trim_matches('"')
}
