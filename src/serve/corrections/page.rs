//! `/reports/{id}/edit`: the form in which an editor corrects a report.

use super::form::Form;
use super::{Said, correct};
use crate::report::{FieldError, ReportId};
use crate::serve::asked::report_id;
use crate::serve::layers::access::Identity;
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, EditView};
use crate::serve::visit::Visit;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Largest form that is read, in bytes: every letter of an abstract may take six.
pub const MAX_FORM_BYTES: usize = 512 << 10;

/// `GET /reports/{id}/edit`.
pub async fn edit(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let shown = move |service: &Service| {
        let said = Said::of(service, id)?;
        Ok(page(service, &visit, &said, &Form::of(&said), &[], None))
    };
    let page = service.find(SearchKind::Related, shown).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Html(page)).into_response())
}

/// `POST /reports/{id}/edit`: keeps what the form says, or shows it again with what is wrong.
pub async fn save(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    visit: Visit,
    identity: Identity,
    Posted(pairs): Posted<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let form = Form::read(pairs)?;
    let report = service.links.report(id);
    let refused = service.write(move |service| keep(service, &visit, &identity, id, form)).await?;
    let Some((status, page)) = refused else { return Ok(Redirect::to(&report).into_response()) };
    let mut response = (status, [(header::CACHE_CONTROL, "private, no-store")], Html(page)).into_response();
    response.extensions_mut().insert(HasBody);
    Ok(response)
}

/// Keeps what the form says; or the form again, with the status to send it with. Blocks.
fn keep(
    service: &Service,
    visit: &Visit,
    identity: &Identity,
    id: ReportId,
    mut form: Form,
) -> Result<Option<(StatusCode, String)>, Problem> {
    let said = Said::of(service, id)?;
    let (correction, errors) = match form.restore {
        Some(version) => {
            let edit = said.edits.iter().find(|edit| edit.version == version);
            let gone = || Problem::new(Code::NotFound, format!("version {version} is not kept any more"));
            (edit.ok_or_else(gone)?.correction.clone(), Vec::new())
        }
        None => form.correction(&said),
    };
    if !errors.is_empty() {
        return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, page(service, visit, &said, &form, &errors, None))));
    }
    match correct(service, id, &correction, identity, Some(form.version)) {
        Ok(_) => Ok(None),
        Err(problem) if problem.code == Code::Outdated => {
            let said = Said::of(service, id)?;
            // Sent once more, it counts: whoever sends it has been told.
            form.version = said.version();
            let page = page(service, visit, &said, &form, &[], Some(&problem.detail));
            Ok(Some((StatusCode::CONFLICT, page)))
        }
        Err(problem) => Err(problem),
    }
}

/// The page; blocks.
fn page(
    service: &Service,
    visit: &Visit,
    said: &Said,
    form: &Form,
    errors: &[FieldError],
    conflict: Option<&str>,
) -> String {
    let shown = service.related(said.known.row.id).into_iter().map(|related| (related.id, related.title, true));
    let edit = said.edit().over(said.beside());
    let hidden = edit.hidden_related.iter().flatten().filter_map(|id| {
        let row = service.row(*id).ok()?;
        Some((row.id, row.title, false))
    });
    let related: Vec<(ReportId, String, bool)> = shown.chain(hidden).collect();
    ui::edit_page(visit, &EditView { said, form, related: &related, errors, conflict })
}
