//! Requests to a bucket: sent, looked at, and sent again where another try may help.

use crate::objects::{ObjectError, Options};
use std::time::{Duration, Instant};
use ureq::http::{Response, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// Times that a request is sent before whoever asked is told.
const TRIES: u32 = 6;
/// Time before the second try; twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// Time to make a connection in.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Connections kept.
const KEPT_CONNECTIONS: usize = 64;
/// Bytes of an answer's body that are looked at for why it refuses.
const REFUSAL: u64 = 16 << 10;

/// The way to a store.
#[derive(Debug)]
pub(super) struct Http {
    agent: Agent,
    /// Longest time for a request, all tries together.
    time: Duration,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method<'m> {
    Get,
    Put(&'m [u8]),
    Delete,
}

/// Why a try has not done it.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another one may.
    Passing(String),
    /// None will.
    Final(ObjectError),
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    response: Response<Body>,
}

impl Http {
    pub(super) fn new(options: &Options) -> Result<Http, ObjectError> {
        let mut tls = TlsConfig::builder();
        if let Some(file) = &options.ca_file {
            let wrong = |detail: String| ObjectError::Address { address: file.display().to_string(), detail };
            let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
            let certificates: Vec<_> = parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(wrong("it holds no certificate".to_owned()));
            }
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT_TIME))
            .max_idle_connections(KEPT_CONNECTIONS)
            .max_idle_connections_per_host(KEPT_CONNECTIONS)
            .tls_config(tls.build())
            .user_agent(concat!("recto/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Http { agent: config.new_agent(), time: options.time })
    }

    /// Has something done, and again as long as that may help and there is time. Each try is told how long it may take.
    pub(super) fn again<R>(
        &self,
        object: &str,
        mut once: impl FnMut(Duration) -> Result<R, Failure>,
    ) -> Result<R, ObjectError> {
        let deadline = Instant::now() + self.time;
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            tries += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            let detail = match once(left.max(Duration::from_millis(1))) {
                Ok(done) => return Ok(done),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(detail)) => detail,
            };
            // Those who were sent away together are not to come back together.
            let pause = wait.mul_f64(0.5 + fastrand::f64());
            if tries == TRIES || Instant::now() + pause >= deadline {
                return Err(ObjectError::Unavailable { object: object.to_owned(), detail });
            }
            tracing::debug!(object, tries, detail, "the store is asked again");
            std::thread::sleep(pause);
            wait *= 2;
        }
    }

    /// Sends a request; an answer has any status.
    pub(super) fn send(
        &self,
        method: Method<'_>,
        url: &str,
        headers: &[(&str, &str)],
        time: Duration,
    ) -> Result<Answer, Failure> {
        let passing = |error: ureq::Error| Failure::Passing(error.to_string());
        // One of a URL that was just made of checked parts.
        let uri: Uri = url.parse().map_err(|_| Failure::Passing("no URL can be made of its name".to_owned()))?;
        let response = match method {
            Method::Get => {
                let request =
                    headers.iter().fold(self.agent.get(uri), |request, (name, value)| request.header(*name, *value));
                request.config().timeout_global(Some(time)).build().call()
            }
            Method::Delete => self.agent.delete(uri).config().timeout_global(Some(time)).build().call(),
            Method::Put(bytes) => {
                let request =
                    headers.iter().fold(self.agent.put(uri), |request, (name, value)| request.header(*name, *value));
                request.config().timeout_global(Some(time)).build().send(bytes)
            }
        };
        let response = response.map_err(passing)?;
        Ok(Answer { status: response.status().as_u16(), response })
    }
}

impl Answer {
    /// A header, if it can be read.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The body, of which there may be as many bytes; one that is cut off is no body.
    pub(super) fn body(mut self, most: u64) -> Result<Vec<u8>, Failure> {
        // At the limit, it would be an error whether there are more or not.
        let body = self.response.body_mut().with_config().limit(most.saturating_add(1)).read_to_vec();
        body.map_err(|error| Failure::Passing(error.to_string()))
    }

    /// What an answer that does not do what was asked means.
    pub(super) fn refusal(mut self, object: &str) -> Failure {
        let status = self.status;
        let body = self.response.body_mut().with_config().limit(REFUSAL).read_to_vec().unwrap_or_default();
        let detail = match code(&body) {
            Some(code) => format!("{status} {code}"),
            None => status.to_string(),
        };
        let object = object.to_owned();
        match status {
            404 => Failure::Final(ObjectError::Absent { object }),
            412 => Failure::Final(ObjectError::Changed { object }),
            416 => Failure::Final(ObjectError::Short { object }),
            // Too many requests, or another one in the way.
            408 | 409 | 425 | 429 => Failure::Passing(detail),
            501 => Failure::Final(ObjectError::Refused { object, detail }),
            500.. => Failure::Passing(detail),
            _ => Failure::Final(ObjectError::Refused { object, detail }),
        }
    }
}

/// The code in the body of a refusal, as far as it is one.
fn code(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_code = !code.is_empty() && code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_code.then(|| code.to_owned())
}
