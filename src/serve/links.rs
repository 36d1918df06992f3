//! Every address the service writes: one helper, so that it works under any base path.
//!
//! Paths are absolute (they begin with the base path), so they hold on every page and in every response.

use crate::report::ReportId;
use form_urlencoded::Serializer;

/// The path given to serve under cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path to serve under; use letters, digits, `-`, `_`, `.` and `/`, as in `/recto`")]
pub struct BasePathError(pub String);

/// Brings a base path into the form the service needs: `/recto` for `recto`, `/recto/`; empty for `/`.
pub fn parse_base_path(text: &str) -> Result<String, BasePathError> {
    let segments: Vec<&str> = text.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_plain = |segment: &&str| {
        segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
            && !matches!(*segment, "." | "..")
    };
    if !segments.iter().all(is_plain) {
        return Err(BasePathError(text.to_owned()));
    }
    Ok(segments.iter().map(|segment| format!("/{segment}")).collect())
}

/// Makes addresses under a base path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    base: String,
}

impl Links {
    /// Links under this base path, as [`parse_base_path`] gives it.
    pub fn new(base: &str) -> Links {
        Links { base: base.to_owned() }
    }

    /// The base path; empty at the root.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A path of the service, which begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The start and search page.
    pub fn home(&self) -> String {
        self.at("/")
    }

    /// The search page with these parameters; empty values are left out.
    pub fn search(&self, parameters: &[(&str, &str)]) -> String {
        with_query(self.home(), parameters)
    }

    /// A search with these parameters of the API in another form: `atom`, `jsonfeed`, `csv`, `ndjson`.
    pub fn search_as(&self, form: &str, parameters: &[(&str, &str)]) -> String {
        with_query(self.at(&format!("/search.{form}")), parameters)
    }

    /// A path of the service, and where to go from there: an address of the service itself.
    pub fn with_next(&self, path: &str, next: &str) -> String {
        let next = if next == self.home() { "" } else { next };
        with_query(self.at(path), &[("next", next)])
    }

    /// Where to log in, and where to go from there: an address of the service itself.
    pub fn login(&self, next: &str) -> String {
        self.with_next("/login", next)
    }

    /// Where to make an account, and where to go from there: an address of the service itself.
    pub fn register(&self, next: &str) -> String {
        self.with_next("/register", next)
    }

    /// The newest comments, or a part of them.
    pub fn comments(&self, parameters: &[(&str, &str)]) -> String {
        with_query(self.at("/comments"), parameters)
    }

    /// Comments with these words as a feed; all of them if there are none.
    pub fn comments_feed(&self, q: &str) -> String {
        with_query(self.at("/comments.atom"), &[("q", q)])
    }

    /// The comments on a report, or a part of them; also where new ones are posted.
    pub fn report_comments(&self, id: ReportId, parameters: &[(&str, &str)]) -> String {
        with_query(self.at(&format!("/reports/{id}/comments")), parameters)
    }

    /// To a comment, wherever it stands.
    pub fn comment(&self, number: i64) -> String {
        self.at(&format!("/comments/{number}"))
    }

    /// What can be done to a comment: `edit`, `delete`.
    pub fn comment_to(&self, number: i64, action: &str) -> String {
        self.at(&format!("/comments/{number}/{action}"))
    }

    /// The list of reports, from `offset`.
    pub fn reports(&self, offset: u64) -> String {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        with_query(self.at("/reports"), &[("offset", &offset)])
    }

    /// The list of reports with these parameters; empty values are left out.
    pub fn reports_where(&self, parameters: &[(&str, &str)]) -> String {
        with_query(self.at("/reports"), parameters)
    }

    /// A path of the service with these parameters; empty values are left out.
    pub fn with_parameters(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        with_query(self.at(path), parameters)
    }

    /// The library as a feed (`atom` or `json`) with the same parameters.
    pub fn feed(&self, form: &str, parameters: &[(&str, &str)]) -> String {
        with_query(self.at(&format!("/feed.{form}")), parameters)
    }

    /// A report's landing page.
    pub fn report(&self, id: ReportId) -> String {
        self.at(&format!("/reports/{id}"))
    }

    /// A report's landing page with its pages that match `q`.
    pub fn report_search(&self, id: ReportId, q: &str) -> String {
        with_query(self.report(id), &[("q", q)])
    }

    /// A page view, with the matches of `q` marked if it is not empty.
    pub fn page(&self, id: ReportId, page: u32, q: &str) -> String {
        with_query(self.at(&format!("/reports/{id}/pages/{page}")), &[("q", q)])
    }

    /// A page view that keeps these parameters of the search page.
    pub fn page_of(&self, id: ReportId, page: u32, parameters: &[(&str, &str)]) -> String {
        with_query(self.at(&format!("/reports/{id}/pages/{page}")), parameters)
    }

    /// Where a page is asked for by its number or by what is printed on it.
    pub fn jump(&self, id: ReportId) -> String {
        self.at(&format!("/reports/{id}/pages"))
    }

    /// The picture of a page, at least so many pixels wide.
    pub fn image(&self, id: ReportId, page: u32, width: u32) -> String {
        self.at(&format!("/api/v1/reports/{id}/pages/{page}/image?width={width}"))
    }

    /// The PDF itself.
    pub fn file(&self, id: ReportId) -> String {
        self.at(&format!("/reports/{id}/file.pdf"))
    }

    /// A report as a reference in a form, by how files of it end.
    pub fn citation(&self, id: ReportId, extension: &str) -> String {
        self.at(&format!("/reports/{id}/citation.{extension}"))
    }

    /// The list of contributors with such words in their names, from `offset`.
    pub fn contributors(&self, q: &str, offset: u64) -> String {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        with_query(self.at("/contributors"), &[("q", q), ("offset", &offset)])
    }

    /// The PDF itself, opened at a page (1-based index, never the label: RFC 8118).
    pub fn file_page(&self, id: ReportId, page: u32) -> String {
        format!("{}#page={page}", self.file(id))
    }
}

fn with_query(path: String, parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_paths_are_brought_into_form_or_refused() {
        for (given, wanted) in [("", ""), ("/", ""), ("recto", "/recto"), ("/recto/", "/recto"), ("/a//b", "/a/b")] {
            assert_eq!(parse_base_path(given).as_deref(), Ok(wanted), "{given}");
        }
        for given in ["/{x}", "/a b", "/..", "/é", "/a?b", "/*"] {
            assert!(parse_base_path(given).is_err(), "{given}");
        }
    }

    #[test]
    fn addresses_carry_the_base_path_and_encode_what_they_are_given() {
        let links = Links::new("/recto");
        let id = ReportId([0xab; 16]);
        assert_eq!(links.home(), "/recto/");
        assert_eq!(links.search(&[("q", "a&b=\"c\" ü"), ("sort", "")]), "/recto/?q=a%26b%3D%22c%22+%C3%BC");
        assert_eq!(links.page(id, 12, ""), format!("/recto/reports/{id}/pages/12"));
        assert_eq!(links.file_page(id, 12), format!("/recto/reports/{id}/file.pdf#page=12"));
        assert_eq!((links.reports(0), links.reports(50)), ("/recto/reports".into(), "/recto/reports?offset=50".into()));
    }
}
