//! What all reports have, out of the columns of a commit: for holdings and near-copies.

use super::{Embedded, living};
use crate::index::Sketch;
use crate::report::ReportId;
use crate::search::holdings::HeldReport;
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

impl Embedded {
    /// Every report, its times left out.
    pub(in crate::search) fn held(&self) -> tantivy::Result<Vec<HeldReport>> {
        let mut reports = Vec::new();
        for segment in self.commit.segments() {
            reports.append(&mut held_in(segment)?);
        }
        Ok(reports)
    }

    /// The sketches of the reports that have one.
    pub(in crate::search) fn sketches(&self) -> tantivy::Result<Vec<(ReportId, Sketch)>> {
        let mut reports = Vec::new();
        for segment in self.commit.segments() {
            add_sketches(segment, &mut reports)?;
        }
        Ok(reports)
    }
}

/// The reports of a segment that were not deleted, their times left out.
fn held_in(segment: &SegmentReader) -> tantivy::Result<Vec<HeldReport>> {
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

/// Appends the sketches of the reports of a segment that were not deleted, dictionary by dictionary, as each is compressed.
fn add_sketches(segment: &SegmentReader, reports: &mut Vec<(ReportId, Sketch)>) -> tantivy::Result<()> {
    let columns = segment.fast_fields();
    let (Some(keys), Some(column)) = (columns.str("key")?, columns.bytes("sketch")?) else { return Ok(()) };
    let with_sketch =
        living::reports(segment).filter_map(|doc| Some((column.ords().first(doc)?, keys.ords().first(doc)?)));
    let mut found: Vec<(u64, u64)> = with_sketch.collect();
    found.sort_unstable();
    let mut sketches = Vec::with_capacity(found.len());
    let ords: Vec<u64> = found.iter().map(|(sketch, _)| *sketch).collect();
    column.dictionary().sorted_ords_to_term_cb(&ords, |bytes| sketches.push(Sketch::decode(bytes)))?;
    let mut by_key: Vec<(u64, Option<Sketch>)> = found.iter().map(|(_, key)| *key).zip(sketches).collect();
    by_key.sort_unstable_by_key(|(key, _)| *key);
    let ords: Vec<u64> = by_key.iter().map(|(key, _)| *key).collect();
    let mut ids: Vec<Option<ReportId>> = Vec::with_capacity(ords.len());
    keys.dictionary().sorted_ords_to_term_cb(&ords, |key| {
        ids.push(std::str::from_utf8(key).ok().and_then(|key| key.parse().ok()));
    })?;
    reports.extend(ids.into_iter().zip(by_key).filter_map(|(id, (_, sketch))| Some((id?, sketch?))));
    Ok(())
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
