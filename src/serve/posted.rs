//! Forms as browsers post them, checked: only a page of our own knows the token they must send along.

use crate::serve::cookies::{self, Kind};
use crate::serve::layers::access::Identity;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use form_urlencoded::Serializer;
use serde::de::DeserializeOwned;

/// The name of the field with the token.
pub const TOKEN_FIELD: &str = "token";

/// The fields of a form that was posted from a page of our own, without its token.
#[derive(Debug)]
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Posted<T>, Problem> {
        if !is_form(request.headers()) {
            let detail = "send a form as `application/x-www-form-urlencoded`";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        let wanted = expected_token(&request);
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Problem::of_status(rejection.status()))?;
        let (tokens, fields): (Vec<_>, Vec<_>) =
            form_urlencoded::parse(&body).partition(|(name, _)| name == TOKEN_FIELD);
        let given = match tokens.as_slice() {
            [(_, given)] => Some(&**given),
            _ => None,
        };
        if !is_ours(given, wanted.as_deref()) {
            return Err(expired());
        }
        let fields = Serializer::new(String::new()).extend_pairs(fields).finish();
        read(fields, state).await
    }
}

/// A form, checked, and once more as it was sent: that it is refused must not lose what was typed.
pub async fn checked_and_sent<T: DeserializeOwned>(
    request: Request,
) -> Result<(Result<T, Problem>, Option<T>), Problem> {
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(whole, &()).await;
    let body = body.map_err(|rejection| Problem::of_status(rejection.status()))?;
    let fields = form_urlencoded::parse(&body).filter(|(name, _)| name != TOKEN_FIELD);
    let fields = Serializer::new(String::new()).extend_pairs(fields).finish();
    let sent = read(fields, &()).await.ok().map(|Posted(form)| form);
    let posted = Posted::<T>::from_request(Request::from_parts(parts, Body::from(body)), &()).await;
    Ok((posted.map(|Posted(form)| form), sent))
}

/// Reads fields without a token.
async fn read<T: DeserializeOwned, S: Send + Sync>(fields: String, state: &S) -> Result<Posted<T>, Problem> {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields));
    let request = request.map_err(|_| Problem::internal())?;
    match Form::<T>::from_request(request, state).await {
        Ok(Form(form)) => Ok(Posted(form)),
        Err(rejection) => Err(Problem::new(Code::InvalidParameters, rejection.body_text())),
    }
}

/// Whether this is the token that was wanted; never if none was.
pub fn is_ours(given: Option<&str>, wanted: Option<&str>) -> bool {
    given.zip(wanted).is_some_and(|(given, wanted)| cookies::is_same_token(given, wanted))
}

/// The answer to a form that is not from a page of our own for this session.
pub fn expired() -> Problem {
    let detail = "it was made for another session, or your browser keeps no cookies; go back, load the page again, and \
                  send the form once more";
    Problem::new(Code::FormExpired, detail)
}

/// The token that a form of this client must have; `None` if no form was ever given out to it.
pub fn expected_token(request: &Request) -> Option<String> {
    if let Some(signed_in) = request.extensions().get::<Identity>().and_then(Identity::signed_in) {
        return Some(signed_in.form_token.clone());
    }
    let client = request.extensions().get::<Client>()?;
    Some(cookies::form_token(&Kind::Form.read(client, request.headers())?))
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
