//! Holdings → out of the columns of a commit.

use crate::report::ReportId;
use crate::search::holdings::{HeldReport, Holdings};
use crate::search::{Engine, SearchError, living};
use std::collections::HashMap;
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

impl Engine {
    /// What the library holds: the reports of the commit that answers, but for those removed since. Reads the columns of
    /// every report: to be kept by whoever asks.
    pub fn holdings(&self) -> Result<Holdings, SearchError> {
        let Some(state) = self.state() else { return Ok(Holdings::default()) };
        let additions = self.library().catalogue().additions()?.into_iter();
        let times: HashMap<ReportId, (i64, i64)> =
            additions.map(|(id, added, changed)| (id, (added, changed))).collect();
        let mut reports = Vec::with_capacity(times.len());
        for segment in state.snapshot.searcher.segment_readers() {
            for mut report in read_segment(segment)? {
                if let Some(times) = times.get(&report.id) {
                    (report.added, report.changed) = *times;
                    reports.push(report);
                }
            }
        }
        Ok(Holdings::new(reports))
    }
}

/// The reports of a segment that were not deleted, their times left out.
fn read_segment(segment: &SegmentReader) -> tantivy::Result<Vec<HeldReport>> {
    let columns = segment.fast_fields();
    let documents: Vec<DocId> = living::reports(segment).collect();
    let unknown = HeldReport {
        id: ReportId([0; 16]),
        title: String::new(),
        added: 0,
        changed: 0,
        date: 0,
        contributors: Vec::new(),
        languages: Vec::new(),
        tags: Vec::new(),
    };
    let mut reports = vec![unknown; documents.len()];
    each_text(columns.str("key")?, &documents, |place, key| {
        if let (Some(report), Ok(id)) = (reports.get_mut(place), key.parse()) {
            report.id = id;
        }
    })?;
    each_text(columns.str("title_sort")?, &documents, |place, title| {
        if let Some(report) = reports.get_mut(place) {
            title.clone_into(&mut report.title);
        }
    })?;
    each_text(columns.str("author_name")?, &documents, |place, name| {
        reports.get_mut(place).into_iter().for_each(|report| report.contributors.push(name.to_owned()));
    })?;
    each_text(columns.str("tag_name")?, &documents, |place, tag| {
        reports.get_mut(place).into_iter().for_each(|report| report.tags.push(tag.to_owned()));
    })?;
    each_text(columns.str("language")?, &documents, |place, code| {
        reports.get_mut(place).into_iter().for_each(|report| report.languages.push(code.to_owned()));
    })?;
    if let Some(dates) = columns.column_opt::<i64>("date")? {
        for (report, doc) in reports.iter_mut().zip(&documents) {
            report.date = dates.first(*doc).and_then(|date| u32::try_from(date).ok()).unwrap_or(0);
        }
    }
    Ok(reports)
}

/// Gives every text of a column with the place of its document, in the order of the dictionary, which is compressed.
fn each_text(column: Option<StrColumn>, documents: &[DocId], mut tell: impl FnMut(usize, &str)) -> tantivy::Result<()> {
    let Some(column) = column else { return Ok(()) };
    let ords = documents
        .iter()
        .enumerate()
        .flat_map(|(place, doc)| column.ords().values_for_doc(*doc).map(move |ord| (ord, place)));
    let mut ords: Vec<(u64, usize)> = ords.collect();
    ords.sort_unstable();
    let sorted: Vec<u64> = ords.iter().map(|(ord, _)| *ord).collect();
    let mut places = ords.iter().map(|(_, place)| *place);
    column.dictionary().sorted_ords_to_term_cb(&sorted, |bytes| {
        if let (Some(place), Ok(text)) = (places.next(), std::str::from_utf8(bytes)) {
            tell(place, text);
        }
    })?;
    Ok(())
}
