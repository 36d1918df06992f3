//! Reports as they are shown and found: what was read, with what persons say laid over it.
//!
//! The text store has reports as they were read, the service's database what persons say, and the catalogue's rows carry
//! the one corrected by the other. This is the only place where a stored report is corrected: whoever shows a report
//! asks here, and [`TextStore`](crate::store::TextStore) only for what the PDF says.

use super::service::FILE as SERVICE;
use crate::report::{Correction, Report, ReportId};
use crate::store::{Library, ReportFacts, ReportRow, ServiceStore, StoreError, StoredReport};
use std::sync::Arc;

impl Library {
    /// A report without its page texts, corrected.
    pub fn report(&self, row: &ReportRow) -> Result<Arc<StoredReport>, StoreError> {
        let stored = self.texts().report(row.location)?;
        let Some(correction) = &row.correction else { return Ok(stored) };
        let mut corrected = StoredReport::clone(&stored);
        correction.apply(&mut corrected.about, &mut corrected.statements);
        Ok(Arc::new(corrected))
    }

    /// A whole report, corrected; every byte of its record is read and verified.
    pub fn load(&self, row: &ReportRow) -> Result<Report, StoreError> {
        let mut report = self.texts().load(row.location)?;
        if let Some(correction) = &row.correction {
            correction.apply(&mut report.about, &mut report.statements);
        }
        Ok(report)
    }

    /// A report's row as it will be when the catalogue follows what persons say about it.
    pub fn corrected(&self, row: ReportRow, correction: Option<Correction>) -> Result<ReportRow, StoreError> {
        let stored = self.texts().report(row.location)?;
        let facts = ReportFacts::of_stored(&stored, correction.map(Arc::new));
        let ReportFacts { title, authors, date, language, correction, .. } = facts;
        Ok(ReportRow { title, authors, date, language, correction, ..row })
    }

    /// What a service keeps beside this library, or in its database, opened when first asked for (writer only); `None` if
    /// there is nothing.
    pub fn service(&self) -> Result<Option<&ServiceStore>, StoreError> {
        if self.opened_service().is_none() && !self.directory().join(SERVICE).exists() {
            return Ok(None);
        }
        self.service_or_new().map(Some)
    }

    /// What a service keeps beside this library, made if there is nothing yet (writer only).
    pub fn service_or_new(&self) -> Result<&ServiceStore, StoreError> {
        if self.opened_service().is_none() {
            self.open_service(ServiceStore::open(self.directory())?);
        }
        match self.opened_service() {
            Some(service) => Ok(service),
            None => unreachable!("it was opened above"),
        }
    }

    /// What persons say about a report, if anything (writer only).
    pub fn correction(&self, id: ReportId) -> Result<Option<Arc<Correction>>, StoreError> {
        match self.service()? {
            Some(service) => Ok(service.correction(id)?.map(Arc::new)),
            None => Ok(None),
        }
    }
}
