//! `/api/v1/tickets`: links that are good once and were not used yet, for programs.

use super::session_api::fresh;
use crate::report::rfc3339;
use crate::serve::asked::Parameters;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{OpenTicket, Role, TicketPurpose};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;

/// A link that is good once and was not used yet. What makes it good is not told again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TicketBody {
    /// Its number.
    id: i64,
    /// `invitation` to make an account, or `password` to set the one of an account.
    purpose: &'static str,
    /// What the account may do that an invitation makes.
    role: Option<Role>,
    /// The name of the account whose password is set.
    account: Option<String>,
    /// The name of who made it; nothing if it was made on the command line or with a key.
    made_by: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created: String,
    /// Until when it is good.
    #[schema(format = DateTime)]
    expires: String,
}

/// Every link that is good still.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TicketList {
    /// The oldest first.
    tickets: Vec<TicketBody>,
}

impl TicketBody {
    fn of(ticket: OpenTicket) -> TicketBody {
        let (role, account) = match ticket.purpose {
            TicketPurpose::Invitation(role) => (Some(role), None),
            TicketPurpose::Password(name) => (None, Some(name)),
        };
        TicketBody {
            id: ticket.number,
            purpose: if role.is_some() { "invitation" } else { "password" },
            role,
            account,
            made_by: ticket.maker,
            created: rfc3339(ticket.created),
            expires: rfc3339(ticket.expires),
        }
    }
}

/// `GET /api/v1/tickets`.
#[utoipa::path(
    get, path = "/api/v1/tickets", operation_id = "list_tickets",
    summary = "List the invitations and links for passwords that were not used yet", tag = "accounts",
    responses((status = 200, description = "The oldest first, without what makes them good", body = TicketList)),
)]
pub async fn list(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let open = service.read(|service| Ok(service.guard.store()?.open_tickets(service.guard.clock.now())?)).await?;
    Ok(fresh(Json(TicketList { tickets: open.into_iter().map(TicketBody::of).collect() })))
}

/// `DELETE /api/v1/tickets/{ticket}`.
#[utoipa::path(
    delete, path = "/api/v1/tickets/{ticket}", operation_id = "revoke_ticket",
    summary = "Revoke an invitation or a link for a password", tag = "accounts",
    params(("ticket" = String, Path, description = "Its number", example = "1")),
    responses(
        (status = 204, description = "It is good for nothing from now on"),
        (status = 404, description = "There is no such link, or it was used or has expired"),
    ),
)]
pub async fn revoke(
    State(service): State<Arc<Service>>,
    Path(ticket): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let unknown = || Problem::new(Code::UnknownTicket, "it may have been used, or has expired");
    let number = ticket.parse::<i64>().map_err(|_| unknown())?;
    let was_open = service
        .write(move |service| Ok(service.guard.store()?.revoke_ticket(number, service.guard.clock.now())?))
        .await?;
    if was_open { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}
