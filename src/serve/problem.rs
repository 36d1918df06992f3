//! Everything that can be answered but success: one table of stable codes, told as RFC 9457 JSON or as a web page.
//!
//! Handlers return a [`Problem`]; it travels in the response's extensions to [`render`], which knows whether the
//! client asked the API or a page. Errors made elsewhere (405, a panic, a timeout) get the same form there.

use crate::jobs::JobError;
use crate::query::QueryError;
use crate::search::{RequestError, SearchError};
use crate::serve::layers::access::Identity;
use crate::serve::service::Service;
use crate::serve::ui;
use crate::serve::visit::Visit;
use crate::store::StoreError;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

/// What went wrong; the codes are stable, clients may depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The query is over one of its limits.
    Query(&'static str),
    /// Parameters that are unknown or malformed.
    InvalidParameters,
    /// A body that is not JSON.
    MalformedJson,
    /// A key is needed and none was sent.
    KeyRequired,
    /// A key was sent that is not accepted.
    InvalidKey,
    /// The key does not allow this.
    InsufficientScope,
    /// Somebody must log in, which no key does.
    LoginRequired,
    /// The account does not allow this.
    InsufficientRole,
    /// A form that is not from a page of ours for this session.
    FormExpired,
    /// A browser sent it on behalf of another site.
    CrossSite,
    /// This library takes and shows no comments.
    CommentsClosed,
    /// No such comment.
    UnknownComment,
    /// Only who wrote it may do this.
    NotYours,
    /// Comments of this author are not taken.
    AuthorBlocked,
    /// The same was written already.
    CommentRepeated,
    /// A comment that a program seems to have written.
    CommentRefused,
    /// Somebody else has changed it since the client looked.
    Outdated,
    /// A password would be sent for everybody to read.
    EncryptionRequired,
    /// No such account.
    UnknownAccount,
    /// No such link that is good once.
    UnknownTicket,
    /// Name or password is not right.
    InvalidCredentials,
    /// Nobody would be left who administers.
    LastAdmin,
    /// Its owner is locked out.
    AccountDisabled,
    /// No such job.
    UnknownJob,
    /// The same job was asked for and is not done yet.
    JobExists,
    /// Too many jobs wait.
    QueueFull,
    /// Another process writes the library.
    LibraryLocked,
    /// The library may only be read.
    ReadOnly,
    /// A body that ended early or is no form.
    MalformedUpload,
    /// A file that is no PDF.
    NotAPdf,
    /// The disk is full.
    StorageFull,
    /// A body of another type.
    UnsupportedMediaType,
    /// A body over the limit.
    BodyTooLarge,
    /// An address over the limit.
    UriTooLong,
    /// Header fields over the limit.
    HeadersTooLarge,
    /// The body did not come.
    RequestTimeout,
    /// The client asks too often.
    TooManyRequests,
    /// The method is not for this address.
    MethodNotAllowed,
    /// No such address.
    NotFound,
    /// No such report.
    UnknownReport,
    /// There was such a report, which was removed.
    ReportRemoved,
    /// No such page in the report.
    UnknownPage,
    /// The original was changed or moved since it was read.
    FileGone,
    /// The page cannot be drawn.
    PageNotDrawn,
    /// The range is outside the file.
    RangeNotSatisfiable,
    /// The cursor does not belong to the search.
    InvalidCursor,
    /// Too many searches wait.
    Overloaded,
    /// A search passed its deadline.
    SearchTimeout,
    /// The service cannot answer now.
    Unavailable,
    /// A defect or a failing disk; the log tells more.
    Internal,
    /// Anything else the HTTP machinery refuses.
    Refused(StatusCode),
}

impl Code {
    /// Every code, but for those of the HTTP machinery.
    pub const ALL: &[Code] = &[
        Code::Query("query_too_long"),
        Code::Query("query_too_many_clauses"),
        Code::Query("query_too_deep"),
        Code::Query("query_too_wide"),
        Code::InvalidCursor,
        Code::MalformedJson,
        Code::KeyRequired,
        Code::InvalidKey,
        Code::InsufficientScope,
        Code::LoginRequired,
        Code::InsufficientRole,
        Code::FormExpired,
        Code::CrossSite,
        Code::CommentsClosed,
        Code::UnknownComment,
        Code::NotYours,
        Code::AuthorBlocked,
        Code::CommentRepeated,
        Code::CommentRefused,
        Code::Outdated,
        Code::EncryptionRequired,
        Code::UnknownAccount,
        Code::UnknownTicket,
        Code::InvalidCredentials,
        Code::LastAdmin,
        Code::AccountDisabled,
        Code::UnknownJob,
        Code::JobExists,
        Code::QueueFull,
        Code::LibraryLocked,
        Code::ReadOnly,
        Code::MalformedUpload,
        Code::NotAPdf,
        Code::StorageFull,
        Code::NotFound,
        Code::UnknownReport,
        Code::UnknownPage,
        Code::ReportRemoved,
        Code::MethodNotAllowed,
        Code::RequestTimeout,
        Code::FileGone,
        Code::BodyTooLarge,
        Code::UriTooLong,
        Code::HeadersTooLarge,
        Code::TooManyRequests,
        Code::UnsupportedMediaType,
        Code::PageNotDrawn,
        Code::RangeNotSatisfiable,
        Code::InvalidParameters,
        Code::Internal,
        Code::Overloaded,
        Code::SearchTimeout,
        Code::Unavailable,
        Code::Refused(StatusCode::BAD_REQUEST),
    ];

    /// The code as sent.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The status it is sent with.
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// What it means.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// The code as sent, its status and its title: the table.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Code::Query(code) => (code, StatusCode::BAD_REQUEST, "The query is over a limit"),
            Code::InvalidParameters => {
                ("invalid_parameters", StatusCode::UNPROCESSABLE_ENTITY, "Parameters could not be accepted")
            }
            Code::MalformedJson => ("malformed_json", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Code::KeyRequired => ("key_required", StatusCode::UNAUTHORIZED, "This needs a key or an account"),
            Code::InvalidKey => ("invalid_key", StatusCode::UNAUTHORIZED, "The key is not accepted"),
            Code::InsufficientScope => ("insufficient_scope", StatusCode::FORBIDDEN, "The key does not allow this"),
            Code::LoginRequired => ("login_required", StatusCode::UNAUTHORIZED, "This needs an account"),
            Code::InsufficientRole => ("insufficient_role", StatusCode::FORBIDDEN, "The account does not allow this"),
            Code::FormExpired => ("form_expired", StatusCode::FORBIDDEN, "The form cannot be accepted any more"),
            Code::CrossSite => ("cross_site", StatusCode::FORBIDDEN, "The request came from another site"),
            Code::CommentsClosed => ("comments_closed", StatusCode::NOT_FOUND, "There are no comments here"),
            Code::UnknownComment => ("unknown_comment", StatusCode::NOT_FOUND, "There is no such comment"),
            Code::NotYours => ("not_yours", StatusCode::FORBIDDEN, "This is somebody else's comment"),
            Code::AuthorBlocked => ("author_blocked", StatusCode::FORBIDDEN, "Your comments are not taken any more"),
            Code::CommentRepeated => ("comment_repeated", StatusCode::CONFLICT, "The same was written already"),
            Code::CommentRefused => ("comment_refused", StatusCode::UNPROCESSABLE_ENTITY, "The comment is not taken"),
            Code::Outdated => ("outdated", StatusCode::PRECONDITION_FAILED, "It was changed meanwhile"),
            Code::EncryptionRequired => {
                ("encryption_required", StatusCode::FORBIDDEN, "This needs an encrypted connection")
            }
            Code::UnknownAccount => ("unknown_account", StatusCode::NOT_FOUND, "There is no such account"),
            Code::UnknownTicket => ("unknown_ticket", StatusCode::NOT_FOUND, "There is no such link"),
            Code::InvalidCredentials => ("invalid_credentials", StatusCode::UNAUTHORIZED, "Nobody was logged in"),
            Code::LastAdmin => ("last_admin", StatusCode::CONFLICT, "Somebody must administer"),
            Code::AccountDisabled => ("account_disabled", StatusCode::CONFLICT, "The account is disabled"),
            Code::UnknownJob => ("unknown_job", StatusCode::NOT_FOUND, "There is no such job"),
            Code::JobExists => ("job_exists", StatusCode::CONFLICT, "The same is being done already"),
            Code::QueueFull => ("queue_full", StatusCode::SERVICE_UNAVAILABLE, "Too many jobs wait"),
            Code::LibraryLocked => {
                ("library_locked", StatusCode::SERVICE_UNAVAILABLE, "Another process writes the library")
            }
            Code::ReadOnly => ("read_only", StatusCode::SERVICE_UNAVAILABLE, "Nothing can be written"),
            Code::MalformedUpload => ("malformed_upload", StatusCode::BAD_REQUEST, "The upload could not be read"),
            Code::NotAPdf => ("not_a_pdf", StatusCode::UNPROCESSABLE_ENTITY, "The file is no PDF"),
            Code::StorageFull => ("storage_full", StatusCode::INSUFFICIENT_STORAGE, "The disk is full"),
            Code::UnsupportedMediaType => {
                ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another type")
            }
            Code::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Code::UriTooLong => ("uri_too_long", StatusCode::URI_TOO_LONG, "The address is too long"),
            Code::HeadersTooLarge => {
                ("headers_too_large", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The header fields are too large")
            }
            Code::RequestTimeout => {
                ("request_timeout", StatusCode::REQUEST_TIMEOUT, "The request did not come in time")
            }
            Code::TooManyRequests => ("too_many_requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Code::MethodNotAllowed => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method")
            }
            Code::NotFound => ("not_found", StatusCode::NOT_FOUND, "There is nothing at this address"),
            Code::UnknownReport => ("unknown_report", StatusCode::NOT_FOUND, "There is no such report"),
            Code::ReportRemoved => ("report_removed", StatusCode::GONE, "This report was removed"),
            Code::UnknownPage => ("unknown_page", StatusCode::NOT_FOUND, "The report has no such page"),
            Code::FileGone => ("file_gone", StatusCode::GONE, "The original is no longer there"),
            Code::PageNotDrawn => ("page_not_drawn", StatusCode::UNPROCESSABLE_ENTITY, "This page cannot be drawn"),
            Code::RangeNotSatisfiable => {
                ("range_not_satisfiable", StatusCode::RANGE_NOT_SATISFIABLE, "The range is outside the file")
            }
            Code::InvalidCursor => ("invalid_cursor", StatusCode::BAD_REQUEST, "The cursor is not valid"),
            Code::Overloaded => ("overloaded", StatusCode::SERVICE_UNAVAILABLE, "The service is busy"),
            Code::SearchTimeout => ("search_timeout", StatusCode::SERVICE_UNAVAILABLE, "The search took too long"),
            Code::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "The service cannot answer now"),
            Code::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side"),
            Code::Refused(status) => {
                ("refused", status, status.canonical_reason().unwrap_or("The request was refused"))
            }
        }
    }
}

/// One of several faults in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// The parameter's name.
    pub parameter: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What went wrong.
    pub code: Code,
    /// This time; a sentence without full stop.
    pub detail: String,
    /// Byte of the query where a limit was passed.
    pub position: Option<usize>,
    /// Every parameter that was not accepted.
    pub faults: Vec<Fault>,
    /// Seconds after which to try again, if that may help.
    retry_after: u64,
}

/// Seconds after which to try again unless something else is known.
const RETRY_AFTER: u64 = 2;
/// When to try again where a part of the library was down.
const PART_DOWN: Duration = Duration::from_secs(5);
/// The same where much was to be purged.
const TIDYING: Duration = Duration::from_secs(120);

impl Problem {
    /// A problem with its explanation.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem { code, detail: detail.into(), position: None, faults: Vec::new(), retry_after: RETRY_AFTER }
    }

    /// The same, to be tried again after `wait` at the earliest.
    pub fn after(self, wait: Duration) -> Problem {
        Problem { retry_after: wait.as_secs_f64().ceil().max(1.0) as u64, ..self }
    }

    /// The one for defects: says nothing of the inside, the log does.
    pub fn internal() -> Problem {
        Problem::new(Code::Internal, "the request could not be answered; the log has more under the request id")
    }

    /// The one for a part of a library on many machines that does not answer now.
    pub fn down(part: &str) -> Problem {
        let detail = format!("the {part} of the library does not answer; try again in a moment");
        Problem::new(Code::Unavailable, detail).after(PART_DOWN)
    }

    /// The status to send.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The title of its kind.
    pub fn title(&self) -> &'static str {
        self.code.title()
    }

    /// The best guess for a status made by the HTTP machinery.
    pub fn of_status(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::new(Code::NotFound, "check the address"),
            StatusCode::METHOD_NOT_ALLOWED => Problem::new(Code::MethodNotAllowed, "see the `Allow` header"),
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::BodyTooLarge, "send less than the limit"),
            StatusCode::SERVICE_UNAVAILABLE => Problem::new(Code::Unavailable, "try again in a moment"),
            status if status.is_server_error() => Problem::internal(),
            status => Problem::new(Code::Refused(status), "the request could not be read"),
        }
    }

    /// Seconds after which to try again, where that may help.
    pub fn wait(&self) -> Option<u64> {
        let may_help = matches!(self.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        may_help.then_some(self.retry_after)
    }

    /// The body to send, for an address and the id of the request.
    pub fn to_json(&self, path: &str, request_id: &str) -> serde_json::Value {
        let (code, status, title) = self.code.row();
        let body = ProblemBody {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: &self.detail,
            instance: path,
            code,
            request_id,
            position: self.position,
            errors: &self.faults,
        };
        serde_json::to_value(body).unwrap_or_default()
    }
}

/// A problem as RFC 9457 has it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemBody<'p> {
    /// Always `about:blank`: the code tells more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What went wrong.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// This time; a sentence without full stop.
    detail: &'p str,
    /// The address that was asked.
    instance: &'p str,
    /// Stable code.
    code: &'static str,
    /// The request in the log.
    request_id: &'p str,
    /// Byte of the query where a limit was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    /// Everything in the request that was not accepted.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'p [Fault],
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        Problem { position: Some(error.position), ..Problem::new(Code::Query(error.code), error.detail) }
    }
}

impl From<Vec<RequestError>> for Problem {
    fn from(errors: Vec<RequestError>) -> Problem {
        let fault = |error: RequestError| Fault {
            parameter: error.parameter,
            code: if error.detail.starts_with("is not known") { "unknown_parameter" } else { "invalid_value" },
            detail: error.detail,
        };
        let faults: Vec<Fault> = errors.into_iter().map(fault).collect();
        let names: Vec<String> = faults.iter().map(|fault| format!("`{}`", fault.parameter)).collect();
        Problem { faults, ..Problem::new(Code::InvalidParameters, format!("see {}", names.join(", "))) }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Problem {
        match error {
            SearchError::Query(error) => error.into(),
            SearchError::Cursor => Problem::new(Code::InvalidCursor, error.to_string()),
            error if error.is_too_wide() => Problem::new(Code::Query("query_too_wide"), error.to_string()),
            error if error.is_behind() => {
                tracing::error!(%error, "search failed");
                Problem::new(Code::Unavailable, "the library is being tidied up; try again in some minutes")
                    .after(TIDYING)
            }
            SearchError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "search failed");
                error.part_down().map_or_else(Problem::internal, Problem::down)
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match &error {
            StoreError::Locked { holder, .. } => {
                let detail = format!("process {holder} writes it; try again when it has ended");
                return Problem::new(Code::LibraryLocked, detail);
            }
            StoreError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
                return Problem::new(Code::StorageFull, "the disk is full; nothing was changed");
            }
            _ => {}
        }
        tracing::error!(%error, "the store failed");
        error.part_down().map_or_else(Problem::internal, Problem::down)
    }
}

impl From<JobError> for Problem {
    fn from(error: JobError) -> Problem {
        match error {
            JobError::Exists(id) => Problem::new(Code::JobExists, format!("see job {id}")),
            JobError::Full(unfinished) => {
                Problem::new(Code::QueueFull, format!("{unfinished} wait or run; try again later"))
            }
            JobError::Store(error) => error.into(),
            JobError::Unreachable(_) => {
                tracing::error!(%error, "a change was not made");
                Problem::new(Code::Overloaded, "the library cannot be changed now; try again in a moment")
            }
            JobError::Elsewhere => Problem::new(Code::Refused(StatusCode::CONFLICT), error.to_string()),
            error => {
                tracing::error!(%error, "a job could not be had");
                Problem::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    /// The status with the problem in the extensions; [`render`] gives it a body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.wait() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let challenge = match self.code {
            Code::KeyRequired => Some("Bearer realm=\"recto\""),
            Code::LoginRequired | Code::InvalidCredentials => Some("Session realm=\"recto\""),
            Code::InvalidKey => Some("Bearer realm=\"recto\", error=\"invalid_token\""),
            Code::InsufficientScope => Some("Bearer realm=\"recto\", error=\"insufficient_scope\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// In the extensions of an error that has its page already.
#[derive(Debug, Clone, Copy)]
pub struct HasBody;

/// The header that carries the id of a request through log and answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives every error its body: problem JSON under `/api`, a page elsewhere.
pub async fn render(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (method, address) = (request.method().clone(), request.uri().clone());
    let request_id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<HasBody>().is_some() {
        return response;
    }
    let problem = match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => Arc::clone(problem),
        None => Arc::new(Problem::of_status(status)),
    };
    let (mut parts, _) = response.into_parts();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_DISPOSITION] {
        parts.headers.remove(name);
    }
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let (content_type, body) = if path.starts_with(&service.links.at("/api/")) {
        ("application/problem+json", problem.to_json(&path, &request_id).to_string())
    } else {
        let identity = parts.extensions.get::<Identity>().unwrap_or(&Identity::Anonymous);
        let visit = Visit::new(&service, identity, &method, &address);
        ("text/html; charset=utf-8", ui::error_page(&visit, &problem, &request_id))
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Response::from_parts(parts, body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_have_the_members_of_rfc_9457_and_ours() {
        let error = QueryError { code: "query_too_deep", detail: "more than 16 levels".into(), position: 17 };
        let json = Problem::from(error).to_json("/api/v1/search", "id-1");
        assert_eq!(json["status"], 400);
        assert_eq!((&json["code"], &json["position"]), (&"query_too_deep".into(), &17.into()));
        assert_eq!((&json["instance"], &json["request_id"]), (&"/api/v1/search".into(), &"id-1".into()));
        let faults = vec![RequestError { parameter: "limit".into(), detail: "must be 1 to 100".into() }];
        let json = Problem::from(faults).to_json("/", "");
        assert_eq!(json["status"], 422);
        assert_eq!(json["errors"][0]["parameter"], "limit");
        assert_eq!(json["errors"][0]["code"], "invalid_value");
    }

    #[cfg(feature = "cluster")]
    #[test]
    fn a_part_that_is_down_is_named_and_asked_again_later() {
        use crate::objects::ObjectError;
        use crate::queue::QueueError;
        use crate::quickwit::QuickwitError;
        let gone = || "10.1.2.3: refused".to_owned();
        let object = ObjectError::Unavailable { object: gone(), detail: gone() };
        let cases: [(SearchError, u16, Option<&str>, &str); 8] = [
            (
                QuickwitError::Unreachable { node: gone(), detail: gone() }.into(),
                503,
                Some("5"),
                "the search engine of",
            ),
            (QuickwitError::Partial { detail: gone() }.into(), 503, Some("5"), "the search engine of"),
            (QuickwitError::Refused { status: 429, reason: gone() }.into(), 503, Some("5"), "the search engine of"),
            (QuickwitError::Refused { status: 400, reason: gone() }.into(), 500, None, "the log has more"),
            (QueueError::Unreachable(gone()).into(), 503, Some("5"), "the database of"),
            (StoreError::from(object).into(), 503, Some("5"), "the shared storage of"),
            (SearchError::Hidden { count: 9, most: 5 }, 503, Some("120"), "being tidied up"),
            (SearchError::TooWide { most: 5 }, 400, None, "add words or filters"),
        ];
        for (error, status, wait, expected) in cases {
            let problem = Problem::from(error);
            assert!(problem.detail.contains(expected) && !problem.detail.contains("10.1.2.3"), "{problem:?}");
            let response = problem.into_response();
            let after = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap_or_default());
            assert_eq!((response.status().as_u16(), after), (status, wait), "{expected}");
        }
    }
}
