//! What handlers read out of a request: parameters, ids, page numbers, the kind of body.

use crate::report::ReportId;
use crate::search::RequestError;
use crate::serve::limits::Limits;
use crate::serve::problem::{Code, Problem};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::ops::RangeInclusive;

/// A report's id in an address; anything else is no address of ours.
pub fn report_id(text: &str) -> Result<ReportId, Problem> {
    text.parse().map_err(|_| Problem::new(Code::UnknownReport, "a report id is 32 hexadecimal digits"))
}

/// A page's number in an address.
pub fn page_number(text: &str, pages: usize) -> Result<u32, Problem> {
    let number = text.parse().ok().filter(|number: &u32| *number >= 1 && *number as usize <= pages);
    number.ok_or_else(|| Problem::new(Code::UnknownPage, format!("its pages are 1 to {pages}")))
}

/// Whether the client sent JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// A body of JSON as what it must be.
pub fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    let body: Value =
        serde_json::from_slice(body).map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    let fault = |detail: String| vec![RequestError { parameter: "body".to_owned(), detail }];
    if !body.is_object() {
        return Err(fault("must be a JSON object".to_owned()).into());
    }
    serde_json::from_value(body).map_err(|error| fault(error.to_string()).into())
}

/// Whether the body is larger than JSON may be, or does not say how large it is.
pub fn has_large_body(headers: &HeaderMap, limits: &Limits) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.map_or(headers.contains_key(header::TRANSFER_ENCODING), |length| length > limits.json_bytes as u64)
}

/// The pairs of a query string, decoded; what is not UTF-8 comes with replacement characters.
pub fn pairs_of(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The parameters of a query string, taken one by one; what is left over at the end is not known.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Vec<RequestError>,
}

impl Parameters {
    /// Those of a query string.
    pub fn of(query: Option<&str>) -> Parameters {
        Parameters { pairs: pairs_of(query), known: Vec::new(), faults: Vec::new() }
    }

    /// The value of a parameter that may be given once.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let (mut values, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pairs).into_iter().partition(|(given, _)| given == name);
        self.pairs = others;
        if values.len() > 1 {
            self.fault(name, "is given more than once; give it once");
            return None;
        }
        values.pop().map(|(_, value)| value)
    }

    /// The values of a parameter that may be repeated; empty ones, as forms send them, are as good as none.
    pub fn all(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        let (values, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pairs).into_iter().partition(|(given, _)| given == name);
        self.pairs = others;
        let values = values.into_iter().map(|(_, value)| value.trim().to_owned());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// A whole number of this range.
    pub fn number(&mut self, name: &'static str, accepted: RangeInclusive<u64>) -> Option<u64> {
        let value = self.text(name)?;
        let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().ok().filter(|number| is_plain && accepted.contains(number));
        if number.is_none() {
            let (first, last) = (accepted.start(), accepted.end());
            self.fault(name, &format!("must be a whole number from {first} to {last}"));
        }
        number
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.text(name)?;
        let flag = match value.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.fault(name, "must be `true` or `false`");
        }
        flag
    }

    /// One more thing that is wrong.
    pub fn fault(&mut self, name: &str, detail: &str) {
        let parameter = name.chars().take(64).collect();
        self.faults.push(RequestError { parameter, detail: detail.to_owned() });
    }

    /// Refuses the request if anything was wrong or is not known, naming all of it.
    pub fn finish(mut self) -> Result<(), Problem> {
        let known = match self.known.as_slice() {
            [] => "is not known; no parameter is".to_owned(),
            known => format!("is not known; known are {}", known.join(", ")),
        };
        for (name, _) in std::mem::take(&mut self.pairs) {
            self.fault(&name, &known);
        }
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(query: &str) -> Result<(Option<u64>, Option<bool>), Vec<String>> {
        let mut parameters = Parameters::of(Some(query));
        let read = (parameters.number("limit", 1..=100), parameters.flag("words"));
        let names = |problem: Problem| problem.faults.into_iter().map(|fault| fault.parameter).collect();
        parameters.finish().map(|()| read).map_err(names)
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        assert_eq!(limit(""), Ok((None, None)));
        assert_eq!(limit("words=false&limit=100"), Ok((Some(100), Some(false))));
        for value in ["0", "101", "-1", "1e3", "", "%2B5", "9223372036854775808", "18446744073709551616", "1.0", "%201"]
        {
            assert_eq!(limit(&format!("limit={value}")), Err(vec!["limit".to_owned()]), "{value}");
        }
        assert_eq!(
            limit("limit=1&x=1&limit=2&words=perhaps"),
            Err(vec!["limit".to_owned(), "words".to_owned(), "x".to_owned()])
        );
    }
}
