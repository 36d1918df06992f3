//! What administrators do to accounts, from pages and by the API alike.

use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{Account, AccountRow, INVITATION_TIME, LastAdmin, NewTicket, RESET_TIME, Role};

pub use crate::store::AccountChange as Change;

/// A link that is good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The number it is listed under until it is used.
    pub number: i64,
    /// Its path, with the base path.
    pub path: String,
    /// Until when it is good, in seconds since 1970.
    pub expires: i64,
}

/// Changes an account and gives what it was before; blocks. Somebody must always be left who administers.
pub fn change(service: &Service, id: i64, change: Change) -> Result<AccountRow, Problem> {
    let store = service.guard.store()?;
    let row = known(service, id)?;
    if store.change_account(id, change, service.guard.clock.now())? == Err(LastAdmin) {
        let detail = "it is the only administrator's account; make somebody else one first";
        return Err(Problem::new(Code::LastAdmin, detail));
    }
    tracing::info!(account = id, ?change, "an account was changed by an administrator");
    Ok(row)
}

/// The account of this number; blocks.
pub fn known(service: &Service, id: i64) -> Result<AccountRow, Problem> {
    let row = service.guard.store()?.account(id)?;
    row.ok_or_else(|| Problem::new(Code::UnknownAccount, "it may have been deleted"))
}

/// A link that makes an account of this role, made by whoever has the account `maker`; blocks.
pub fn invite(service: &Service, role: Role, maker: Option<&Account>) -> Result<Link, Problem> {
    let now = service.guard.clock.now();
    let maker = maker.map(|account| account.name.as_str());
    let NewTicket { number, token } = service.guard.store()?.create_invitation(role, maker, now)?;
    let path = service.links.at(&format!("/register?invitation={token}"));
    Ok(Link { number, path, expires: now + INVITATION_TIME })
}

/// A link that sets the password of an account, made by whoever has the account `maker`; blocks.
pub fn reset(service: &Service, id: i64, maker: Option<&Account>) -> Result<(AccountRow, Link), Problem> {
    let row = known(service, id)?;
    if row.disabled.is_some() {
        return Err(Problem::new(Code::AccountDisabled, "enable it first"));
    }
    let now = service.guard.clock.now();
    let maker = maker.map(|account| account.name.as_str());
    let NewTicket { number, token } = service.guard.store()?.create_reset(id, maker, now)?;
    Ok((row, Link { number, path: service.links.at(&format!("/reset?ticket={token}")), expires: now + RESET_TIME }))
}
