//! Ranked reports → the hits of the contract: titles, passages and quads from the store, for the hits shown only.

use crate::report::ReportId;
use crate::search::evidence::{Evidence, PageEvidence};
use crate::search::passages::{Marker, PageMatches, PageText, PageToMark};
use crate::search::plan::Plan;
use crate::search::surroundings::Surroundings;
use crate::search::{Hit, PageHit, SearchError, SearchRequest, Stop};
use crate::store::{Library, PageList, ReportRow, StoreError};
use std::fmt::Write;

/// A report to be shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RankedReport {
    pub(super) id: ReportId,
    pub(super) score: f32,
    /// What its evidence has added to the score; nothing if it was not ranked again.
    pub(super) lift: f32,
    pub(super) evidence: Evidence,
}

/// What is the same for all hits of a response.
pub(super) struct Hydrator<'a> {
    pub(super) library: &'a Library,
    pub(super) request: &'a SearchRequest,
    pub(super) marker: Marker<'a>,
    /// `None` if the query has no words, or there is no index.
    pub(super) plan: Option<&'a Plan>,
}

impl Hydrator<'_> {
    /// The hits of these reports, in order; those removed since the index was committed are left out.
    pub(super) fn hits(&self, ranked: &[RankedReport]) -> Result<Vec<Hit>, SearchError> {
        let ids: Vec<ReportId> = ranked.iter().map(|report| report.id).collect();
        let mut hits = Vec::with_capacity(ranked.len());
        for (report, row) in ranked.iter().zip(self.library.catalogue().reports_of(&ids)?) {
            Stop::look();
            match row {
                Some(row) => hits.push(self.hit(report, &row)?),
                None => tracing::debug!(id = %report.id, "report is in the index but no longer in the catalogue"),
            }
        }
        Ok(hits)
    }

    fn hit(&self, ranked: &RankedReport, row: &ReportRow) -> Result<Hit, SearchError> {
        let shown = self.library.texts().page_list(row.location).map_err(SearchError::from);
        let (pages, more_pages) = match shown.and_then(|list| self.pages(row, &list, &ranked.evidence)) {
            // What happened to one report keeps nobody from the others; of its own, what the catalogue knows is left.
            Err(SearchError::Store(error @ StoreError::Damaged { .. })) => {
                tracing::error!(%error, id = %ranked.id, "the pages of a report that was found cannot be shown");
                (Vec::new(), u32::try_from(ranked.evidence.pages.len()).unwrap_or(u32::MAX))
            }
            shown => shown?,
        };
        // Who wrote it and when, the row says, corrected.
        Ok(Hit {
            id: ranked.id,
            score: ranked.score,
            title: row.title.clone(),
            authors: row.authors.clone(),
            date: row.date.clone(),
            language: row.language.clone(),
            tags: row.tags().to_vec(),
            file: row.shown_file().into_owned(),
            size: row.size,
            pages_total: row.pages_total,
            pages_searchable: row.pages_searchable,
            url: format!("/reports/{}", ranked.id),
            pages,
            more_pages,
            copies: Vec::new(),
            more_copies: 0,
            explanation: None,
        })
    }

    /// The best pages, and how many more have matches. A report found by its title alone shows how it begins.
    fn pages(&self, row: &ReportRow, list: &PageList, evidence: &Evidence) -> Result<(Vec<PageHit>, u32), SearchError> {
        let wanted = self.request.pages;
        let beginning = [PageEvidence { page: list.first_searchable(), score: 0.0 }];
        let all = if evidence.pages.is_empty() && !list.is_empty() { &beginning[..] } else { &evidence.pages };
        let shown = all.get(..wanted).unwrap_or(all);
        let more = u32::try_from(all.len() - shown.len()).unwrap_or(u32::MAX);
        if shown.is_empty() {
            return Ok((Vec::new(), more));
        }
        let around = |page: u32| self.plan.map_or(page..=page, |plan| evidence.around(plan, page));
        let ranges = shown.iter().map(|page| around(page.page));
        let texts = Surroundings::read(self.library, row.location, list, ranges)?;
        let hits = shown.iter().filter_map(|page| self.page_hit(row, list, evidence, *page, &texts).transpose());
        Ok((hits.collect::<Result<_, _>>()?, more))
    }

    /// A page as a hit; `None` if it was not read.
    fn page_hit(
        &self,
        row: &ReportRow,
        list: &PageList,
        evidence: &Evidence,
        page: PageEvidence,
        texts: &Surroundings<'_>,
    ) -> Result<Option<PageHit>, SearchError> {
        let PageEvidence { page: number, score } = page;
        let ReportRow { id, location, .. } = *row;
        let Some(page) = texts.page(number) else { return Ok(None) };
        let found = mark(&self.marker, self.plan, evidence, number, page.into(), texts, self.request.passages);
        let mut url = format!("/reports/{id}/pages/{number}");
        if !self.request.q.trim().is_empty() {
            url.push_str("?q=");
            percent_encode(&self.request.q, &mut url);
        }
        Ok(Some(PageHit {
            page: number,
            label: list.label(number).map(str::to_owned),
            score,
            url,
            pdf_url: format!("/reports/{id}/file.pdf#page={number}"),
            passages: found.passages,
            quads: self.library.texts().quads(location, page, &found.spans)?,
            explanation: None,
        }))
    }
}

/// Marks a page with what stands on the pages around it in view.
pub(super) fn mark(
    marker: &Marker<'_>,
    plan: Option<&Plan>,
    evidence: &Evidence,
    number: u32,
    page: PageText<'_>,
    texts: &Surroundings<'_>,
    passages: usize,
) -> PageMatches {
    let around = plan.map_or(number..=number, |plan| evidence.around(plan, number));
    let before = texts.texts(*around.start()..number);
    let after = texts.texts(number.saturating_add(1)..around.end().saturating_add(1));
    let hidden = plan.map_or(0, |plan| evidence.hidden(plan, number));
    let page = PageToMark { languages: evidence.languages, page, before: &before, after: &after, hidden };
    marker.find(&page, passages)
}

/// Appends `text` with everything but RFC 3986's unreserved characters as `%XX`.
pub(super) fn percent_encode(text: &str, output: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            output.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(output, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_safe_in_links() {
        let mut output = String::new();
        percent_encode("a b&\"é\"~5", &mut output);
        assert_eq!(output, "a%20b%26%22%C3%A9%22~5");
    }
}
