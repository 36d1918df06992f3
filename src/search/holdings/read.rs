//! What an engine and the catalogue know of all reports → holdings.

use crate::report::ReportId;
use crate::search::holdings::Holdings;
use crate::search::{Engine, SearchError};
use std::collections::HashMap;

impl Engine {
    /// What the library holds: the reports of the commit that answers, but for those removed since. Reads the columns of
    /// every report: to be kept by whoever asks.
    pub fn holdings(&self) -> Result<Holdings, SearchError> {
        let Some(state) = self.state() else { return Ok(Holdings::default()) };
        let additions = self.library().catalogue().additions()?.into_iter();
        let times: HashMap<ReportId, (i64, i64)> =
            additions.map(|(id, added, changed)| (id, (added, changed))).collect();
        let mut reports = state.backend.held()?;
        reports.retain_mut(|report| {
            let known = times.get(&report.id);
            (report.added, report.changed) = known.copied().unwrap_or_default();
            known.is_some()
        });
        Ok(Holdings::new(reports))
    }
}
