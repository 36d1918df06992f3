//! Near-copies: reports with much the same text, as another export of a file or another edition of a report has.
//!
//! The sketches of all reports of a commit are held together with bands of their minima: two texts that resemble each
//! other have all minima of some band in common, so only reports found there are compared, and a look-up costs sixteen
//! binary searches. With sixteen bands of two minima, texts of a resemblance of 0.5 meet in one of them 99 times of
//! 100, and of 100,000 reports some 24 are compared in vain.
//!
//! Near-copies stay reports of their own: they are told, never merged or left out.

use crate::index::Sketch;
use crate::report::ReportId;
use crate::search::engine::State;
use crate::search::kept::Kept;
use crate::search::{Engine, Hit, SearchError};
use crate::store::{Library, ReportRow};
use serde::Serialize;
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

/// Minima of a band.
const BAND: usize = 2;
/// Bands of a sketch, made of its first minima.
const BANDS: usize = 16;

/// From this resemblance on a text is the same but for traces of its making: other line breaks, a cover, a stamp.
const COPY: f32 = 0.9;
/// From this resemblance on it is another edition; below are reports of a series, which share forms and notices.
const EDITION: f32 = 0.5;

/// Near-copies told of one report; a form letter has thousands. Those among the hits of the same response are told
/// whatever their number.
const MOST_COPIES: usize = 20;

/// The near-copies of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Copies {
    /// The most alike first.
    pub copies: Vec<NearCopy>,
    /// Those beyond the ones told.
    pub more_copies: u32,
}

/// A report with much the same text as another.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NearCopy {
    /// Its identity.
    pub id: ReportId,
    /// Its title.
    pub title: String,
    /// As precise as known.
    pub date: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// Pages of the PDF.
    pub pages_total: u32,
    /// Landing page, relative to the site's base path.
    pub url: String,
    /// What the resemblance makes of it.
    pub kind: CopyKind,
    /// Estimated share of runs of four words that both texts have, 0 to 1.
    pub resemblance: f32,
}

/// What a near-copy is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CopyKind {
    /// The same text in another file.
    Copy,
    /// Another edition, version or draft of the text.
    Edition,
}

impl CopyKind {
    fn of(resemblance: f32) -> Option<CopyKind> {
        match resemblance {
            copy if copy >= COPY => Some(CopyKind::Copy),
            edition if edition >= EDITION => Some(CopyKind::Edition),
            _ => None,
        }
    }
}

/// The near-copies of a report with their resemblance, the most alike first.
pub(super) type Near = Vec<(ReportId, f32)>;

/// The sketches of one commit.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    /// By identity.
    reports: Vec<(ReportId, Sketch)>,
    /// For each band, its minima and the places of the reports in `reports`, sorted.
    bands: Vec<Vec<(u16, u32)>>,
    near: Kept<ReportId, Near>,
}

impl Sketches {
    /// Of these reports.
    pub(super) fn of(mut reports: Vec<(ReportId, Sketch)>) -> Sketches {
        reports.sort_unstable_by_key(|(id, _)| *id);
        let band = |band: usize| {
            let keys = (0..).zip(&reports).map(|(place, (_, sketch))| (band_key(sketch, band), place));
            let mut keys: Vec<(u16, u32)> = keys.collect();
            keys.sort_unstable();
            keys
        };
        let bands = (0..BANDS).map(band).collect();
        Sketches { reports, bands, near: Kept::default() }
    }

    /// The near-copies of a report with their resemblance, the most alike first; kept, as the same reports are found
    /// again and again.
    pub(super) fn near(&self, id: ReportId) -> Arc<Near> {
        let Ok(near) = self.near.answer(id, |id| Ok::<_, Infallible>(self.compare(*id)));
        near
    }

    fn compare(&self, id: ReportId) -> Near {
        let Ok(own) = self.reports.binary_search_by_key(&id, |(id, _)| *id) else { return Vec::new() };
        let Some((_, sketch)) = self.reports.get(own) else { return Vec::new() };
        let mut places: Vec<u32> = Vec::new();
        for (number, band) in self.bands.iter().enumerate() {
            let key = band_key(sketch, number);
            let rest = band.get(band.partition_point(|(other, _)| *other < key)..).unwrap_or(&[]);
            places.extend(rest.iter().take_while(|(other, _)| *other == key).map(|(_, place)| *place));
        }
        places.sort_unstable();
        places.dedup();
        let others = places.into_iter().filter_map(|place| self.reports.get(place as usize));
        alike(sketch, others.filter(|(other, _)| *other != id).copied())
    }
}

/// Those of other reports that resemble one, the most alike first.
pub(super) fn alike(sketch: &Sketch, others: impl Iterator<Item = (ReportId, Sketch)>) -> Near {
    let mut near: Near = others
        .map(|(other, others)| (other, sketch.resemblance(&others)))
        .filter(|(_, resemblance)| CopyKind::of(*resemblance).is_some())
        .collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    near
}

/// The minima of a band as one number.
fn band_key(sketch: &Sketch, band: usize) -> u16 {
    let minima = sketch.minima().iter().skip(band * BAND).take(BAND);
    minima.fold(0, |key, minimum| key << u8::BITS | u16::from(*minimum))
}

impl Engine {
    /// The near-copies of a report; none if it is not in the index or has too little text to tell.
    pub fn copies(&self, id: ReportId) -> Result<Copies, SearchError> {
        match self.state() {
            Some(state) => {
                let told = told(self.library(), &state.near(&[id]), &HashSet::new())?;
                Ok(told.into_iter().next().unwrap_or_default())
            }
            None => Ok(Copies::default()),
        }
    }
}

/// Tells each hit's near-copies.
pub(super) fn tell(library: &Library, state: &State, hits: &mut [Hit]) -> Result<(), SearchError> {
    let shown: HashSet<ReportId> = hits.iter().map(|hit| hit.id).collect();
    let ids: Vec<ReportId> = hits.iter().map(|hit| hit.id).collect();
    let near = state.near(&ids);
    for (hit, told) in hits.iter_mut().zip(told(library, &near, &shown)?) {
        (hit.copies, hit.more_copies) = (told.copies, told.more_copies);
    }
    Ok(())
}

/// What is told of the near-copies of each of some reports; those in `shown` whatever their number. One that was removed
/// since the index was committed is left out.
fn told(library: &Library, near: &[Arc<Near>], shown: &HashSet<ReportId>) -> Result<Vec<Copies>, SearchError> {
    let is_told = |(place, (id, _)): &(usize, &(ReportId, f32))| *place < MOST_COPIES || shown.contains(id);
    let kept_of =
        |near: &Arc<Near>| -> Near { near.iter().enumerate().filter(is_told).map(|(_, near)| *near).collect() };
    let kept: Vec<Near> = near.iter().map(kept_of).collect();
    let ids: Vec<ReportId> = kept.iter().flatten().map(|(id, _)| *id).collect();
    let mut rows = if ids.is_empty() { Vec::new() } else { library.catalogue().reports_of(&ids)? }.into_iter();
    let told = near.iter().zip(&kept).map(|(near, kept)| {
        let rows = rows.by_ref().take(kept.len()).zip(kept);
        let copies = rows.filter_map(|(row, (_, resemblance))| NearCopy::new(row?, *resemblance)).collect();
        Copies { copies, more_copies: u32::try_from(near.len() - kept.len()).unwrap_or(u32::MAX) }
    });
    Ok(told.collect())
}

impl NearCopy {
    fn new(row: ReportRow, resemblance: f32) -> Option<NearCopy> {
        let kind = CopyKind::of(resemblance)?;
        let ReportRow { id, title, date, language, pages_total, .. } = row;
        Some(NearCopy { id, title, date, language, pages_total, url: format!("/reports/{id}"), kind, resemblance })
    }
}
