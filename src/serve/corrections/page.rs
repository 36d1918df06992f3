//! `/reports/{id}/edit`: the form in which an editor corrects a report.

use super::form::{Form, label_of};
use super::{Said, correct};
use crate::report::ReportId;
use crate::serve::asked::report_id;
use crate::serve::layers::access::{Access, Identity, Right, allowed};
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::posted::checked_and_sent;
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, EditView, Noticed};
use crate::serve::visit::Visit;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
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
        Ok(page(service, &visit, &said, &Form::of(&said), &Noticed::default()))
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
    request: Request,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let (posted, sent) = checked_and_sent::<Vec<(String, String)>>(request).await?;
    let sent = Form::read(sent.unwrap_or_default());
    let report = service.links.report(id);
    let refused = service
        .write(move |service| {
            let allowed = allowed(service, Access::Right(Right::Edit), &identity);
            match (allowed.and(posted.map(drop)), sent) {
                (Ok(()), sent) => keep(service, &visit, &identity, id, sent?),
                // The session is over, or another one: what was typed comes back.
                (Err(problem), Ok(form)) if !form.is_empty() && is_of_another_session(&identity, &problem) => {
                    again(service, &visit, id, &form, &problem)
                }
                (Err(problem), _) => Err(problem),
            }
        })
        .await?;
    let Some((status, page)) = refused else { return Ok(Redirect::to(&report).into_response()) };
    let mut response = (status, [(header::CACHE_CONTROL, "private, no-store")], Html(page)).into_response();
    response.extensions_mut().insert(HasBody);
    Ok(response)
}

/// Whether a form is refused only because whoever sends it has to log in again, or has done so meanwhile.
fn is_of_another_session(identity: &Identity, problem: &Problem) -> bool {
    match identity {
        Identity::Anonymous => true,
        Identity::Account(_) => problem.code == Code::FormExpired,
        Identity::Key(_) => false,
    }
}

/// The form once more, with what was typed; blocks. To whoever is not logged in it shows nothing else.
fn again(
    service: &Service,
    visit: &Visit,
    id: ReportId,
    form: &Form,
    problem: &Problem,
) -> Result<Option<(StatusCode, String)>, Problem> {
    if visit.signed_in.is_none() {
        let row = service.row(id)?;
        let login = service.links.login(&format!("{}/edit", service.links.report(id)));
        return Ok(Some((problem.status(), ui::edit_kept_page(visit, &row, form, &login))));
    }
    let said = Said::of(service, id)?;
    let notice = "this form was made for another session: look it over, then save again";
    Ok(Some((
        problem.status(),
        page(service, visit, &said, form, &Noticed { lost: Some(notice), ..Noticed::default() }),
    )))
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
            let gone = || Problem::new(Code::NotFound, format!("version {version} is not kept any more"));
            (said.at(version).ok_or_else(gone)?, Vec::new())
        }
        None => form.correction(&said),
    };
    if !errors.is_empty() {
        let noticed = Noticed { errors: &errors, ..Noticed::default() };
        return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, page(service, visit, &said, &form, &noticed))));
    }
    match correct(service, id, &correction, identity, Some(form.version)) {
        Ok(_) => Ok(None),
        Err(problem) if problem.code == Code::Outdated => {
            let said = Said::of(service, id)?;
            // Sent once more, it counts: whoever sends it has been told.
            let conflict = changed_since(&said, form.version);
            let form_was_sent = form.restore.take().is_none();
            let contested = if form_was_sent { form.take_up(&said) } else { BTreeMap::new() };
            let form = if form_was_sent { form } else { Form::of(&said) };
            let noticed = Noticed { conflict: Some(&conflict), contested, ..Noticed::default() };
            Ok(Some((StatusCode::CONFLICT, page(service, visit, &said, &form, &noticed))))
        }
        Err(problem) => Err(problem),
    }
}

/// `Ann and Ben changed title, tags`.
fn changed_since(said: &Said, seen: i64) -> String {
    let mut editors: Vec<&str> = Vec::new();
    for edit in said.edits.iter().rev().filter(|edit| edit.version > seen) {
        if !editors.contains(&edit.editor.as_str()) {
            editors.push(&edit.editor);
        }
    }
    let changed = said.edit().differences(&said.at(seen).unwrap_or_default());
    let changed: Vec<String> = changed.into_iter().map(label_of).collect();
    let changed = if changed.is_empty() { "nothing that is left".to_owned() } else { changed.join(", ") };
    format!("{} changed {changed}", editors.join(" and "))
}

/// The page; blocks.
fn page(service: &Service, visit: &Visit, said: &Said, form: &Form, noticed: &Noticed<'_>) -> String {
    let shown = service.related(said.known.row.id).into_iter().map(|related| (related.id, related.title, true));
    let edit = said.edit().over(said.beside());
    let hidden = edit.hidden_related.iter().flatten().filter_map(|id| {
        let row = service.row(*id).ok()?;
        Some((row.id, row.title, false))
    });
    let related: Vec<(ReportId, String, bool)> = shown.chain(hidden).collect();
    ui::edit_page(visit, &EditView { said, form, related: &related, noticed })
}
