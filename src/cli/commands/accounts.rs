//! `recto accounts`: the accounts of people who comment, correct and administer.
//!
//! Passwords are typed, read from a file, or chosen by the account's owner behind a link that is good once.

use crate::cli::args::{AccountsCommand, AccountsCreateArguments};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library;
use crate::cli::output::{printable, to_json};
use crate::cli::paths;
use crate::cli::session::Session;
use crate::report::rfc3339;
use crate::serve::{parse_base_path, parse_public_url};
use crate::store::{
    Account, AccountRow, INVITATION_TIME, RESET_TIME, Role, ServiceStore, TicketPurpose, account_name, hash_password,
    seconds_now,
};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::Path;

/// Makes, lists and changes accounts.
pub fn run(command: &AccountsCommand, session: &Session) -> Result<ExitCode, CommandError> {
    let store = library::open_service(session, "accounts")?;
    let done = |name: &str, what: &str| {
        session.console.note(format!("`{name}` {what}"));
        Ok(ExitCode::Success)
    };
    match command {
        AccountsCommand::Create(arguments) => create(&store, arguments, session),
        AccountsCommand::List { json } => list(&store, *json, session),
        AccountsCommand::Role { name, role } => {
            let account = named(&store, name)?;
            store.set_role(account.id, parse_role(role)?)?;
            done(&account.name, &format!("has role {role} from now on"))
        }
        AccountsCommand::Disable { name } => {
            let account = named(&store, name)?;
            store.set_disabled(account.id, true, seconds_now())?;
            done(&account.name, "is locked out, and logged out everywhere")
        }
        AccountsCommand::Enable { name } => {
            let account = named(&store, name)?;
            store.set_disabled(account.id, false, seconds_now())?;
            done(&account.name, "can log in again")
        }
        AccountsCommand::Delete { name } => {
            let account = named(&store, name)?;
            store.delete_account(account.id)?;
            done(&account.name, "is no account any more")
        }
        AccountsCommand::Reset { name, json } => {
            let account = named(&store, name)?;
            let link = Link::reset(&store, &account, session)?;
            link.print(*json, session)
        }
        AccountsCommand::Invite { role, json } => {
            let now = seconds_now();
            let ticket = store.create_invitation(parse_role(role)?, None, now)?;
            let url = address(session, "/register?invitation=", &ticket.token)?;
            let link =
                Link { name: None, role: parse_role(role)?, url: Some(url), expires: Some(now + INVITATION_TIME) };
            link.print(*json, session)
        }
        AccountsCommand::Links { json } => links(&store, *json, session),
        AccountsCommand::Revoke { number } => {
            if !store.revoke_ticket(*number, seconds_now())? {
                let none = format!("no link has number {number}; `recto accounts links` has those not used yet");
                return Err(CommandError::Usage(none));
            }
            session.console.note(format!("link {number} is good for nothing any more"));
            Ok(ExitCode::Success)
        }
    }
}

/// What an account's owner, or whoever is to be one, must open; none if a password was set.
struct Link {
    name: Option<String>,
    role: Role,
    url: Option<String>,
    expires: Option<i64>,
}

/// A link with `--json`.
#[derive(Serialize)]
struct LinkLine<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'l str>,
    role: Role,
    url: Option<&'l str>,
    expires: Option<String>,
}

impl Link {
    /// One that sets the password of an account.
    fn reset(store: &ServiceStore, account: &Account, session: &Session) -> Result<Link, CommandError> {
        let now = seconds_now();
        let url = address(session, "/reset?ticket=", &store.create_reset(account.id, None, now)?.token)?;
        let name = Some(account.name.clone());
        Ok(Link { name, role: account.role, url: Some(url), expires: Some(now + RESET_TIME) })
    }

    fn print(&self, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
        if json {
            let line = LinkLine {
                name: self.name.as_deref(),
                role: self.role,
                url: self.url.as_deref(),
                expires: self.expires.map(rfc3339),
            };
            session.console.results(&to_json(&line)?)?;
        } else if let Some(url) = &self.url {
            session.console.results(&format!("{url}\n"))?;
        }
        if let (Some(url), Some(expires)) = (&self.url, self.expires) {
            let whole = if url.starts_with('/') { ", below the address of the service" } else { "" };
            let what = if self.name.is_some() { "sets the password" } else { "makes an account" };
            session.console.note(format!("the link {what}{whole}; it is good once, until {}", rfc3339(expires)));
        }
        Ok(ExitCode::Success)
    }
}

/// The address of a page of the service: whole if it is known how the world reaches it.
fn address(session: &Session, page: &str, token: &str) -> Result<String, CommandError> {
    let settings = &session.config().serve;
    let usage = |error: &dyn std::fmt::Display| CommandError::Usage(error.to_string());
    let base_path = parse_base_path(&settings.base_path).map_err(|error| usage(&error))?;
    let site = parse_public_url(&settings.public_url).map_err(|error| usage(&error))?.unwrap_or_default();
    Ok(format!("{site}{base_path}{page}{token}"))
}

fn create(
    store: &ServiceStore,
    arguments: &AccountsCreateArguments,
    session: &Session,
) -> Result<ExitCode, CommandError> {
    let name = account_name(&arguments.name).map_err(|error| CommandError::Usage(error.to_string()))?;
    let role = parse_role(&arguments.role)?;
    let taken = || CommandError::Usage(format!("there is an account named `{name}` already, or much like it"));
    if store.account_named(&name)?.is_some() {
        return Err(taken());
    }
    let password = password(arguments.password_file.as_deref(), &name)?;
    let hash = password.as_deref().map(hash_password).transpose();
    let hash = hash.map_err(|error| CommandError::Usage(error.to_string()))?;
    let account = store.create_account(&name, role, hash.as_deref(), seconds_now())?.ok_or_else(taken)?;
    session.console.note(format!("`{name}` is an account of role {role}"));
    if hash.is_none() {
        return Link::reset(store, &account, session)?.print(arguments.json, session);
    }
    Link { name: Some(name), role, url: None, expires: None }.print(arguments.json, session)
}

/// The password for a new account: from a file, or typed twice on a terminal; `None` if its owner is to choose it.
fn password(file: Option<&Path>, name: &str) -> Result<Option<String>, CommandError> {
    if let Some(file) = file {
        let first = paths::read_passwords(file)?.into_iter().next();
        let none = || CommandError::Usage(format!("there is no password in `{}`", file.display()));
        return first.ok_or_else(none).map(Some);
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let terminal = console::Term::stderr();
    let ask = |question: &str| {
        terminal.write_str(question)?;
        terminal.read_secure_line()
    };
    let failed = |source| CommandError::Service { action: "read a password".to_owned(), source };
    let name = printable(name).into_owned();
    let password = ask(&format!("Password of `{name}` (nothing: a link to set it): ")).map_err(failed)?;
    if password.is_empty() {
        return Ok(None);
    }
    if ask("Again: ").map_err(failed)? != password {
        return Err(CommandError::Usage("these are two passwords".to_owned()));
    }
    Ok(Some(password))
}

fn parse_role(code: &str) -> Result<Role, CommandError> {
    Role::from_code(code).ok_or_else(|| CommandError::Usage(format!("`{code}` is no role")))
}

fn named(store: &ServiceStore, name: &str) -> Result<Account, CommandError> {
    let row = store.account_named(name.trim())?;
    let none = || CommandError::Usage(format!("no account is named `{name}`; `recto accounts list` has the names"));
    row.map(|row| row.account).ok_or_else(none)
}

/// One line of `--json`.
#[derive(Serialize)]
struct AccountLine<'a> {
    name: &'a str,
    role: Role,
    state: &'static str,
    created: String,
    seen: Option<String>,
}

fn list(store: &ServiceStore, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let rows = store.accounts()?;
    let mut text = String::new();
    for row in &rows {
        let AccountRow { account, created, seen, .. } = row;
        let line = AccountLine {
            name: &account.name,
            role: account.role,
            state: row.state(),
            created: rfc3339(*created),
            seen: seen.map(rfc3339),
        };
        if json {
            text.push_str(&to_json(&line)?);
        } else {
            let seen = line.seen.map_or_else(|| "never logged in".to_owned(), |seen| format!("last logged in {seen}"));
            let state = if line.state == "without_password" { "no password yet" } else { line.state };
            let (name, role, created) = (printable(line.name), line.role, line.created);
            text.push_str(&format!("{name}: {role} ({state}), made {created}, {seen}\n"));
        }
    }
    session.console.results(&text)?;
    if rows.is_empty() {
        session.console.note("nobody has an account yet; `recto accounts create` makes one");
    }
    Ok(ExitCode::Success)
}

/// One line of `--json`.
#[derive(Serialize)]
struct TicketLine<'t> {
    number: i64,
    purpose: &'static str,
    role: Option<Role>,
    account: Option<&'t str>,
    made_by: Option<&'t str>,
    created: String,
    expires: String,
}

/// Links that are good once and were not used yet, without what makes them good.
fn links(store: &ServiceStore, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let open = store.open_tickets(seconds_now())?;
    let mut text = String::new();
    for ticket in &open {
        let (role, account) = match &ticket.purpose {
            TicketPurpose::Invitation(role) => (Some(*role), None),
            TicketPurpose::Password(name) => (None, Some(name.as_str())),
        };
        let line = TicketLine {
            number: ticket.number,
            purpose: if role.is_some() { "invitation" } else { "password" },
            role,
            account,
            made_by: ticket.maker.as_deref(),
            created: rfc3339(ticket.created),
            expires: rfc3339(ticket.expires),
        };
        if json {
            text.push_str(&to_json(&line)?);
            continue;
        }
        let what = match (role, account) {
            (Some(role), _) => format!("makes an account of role {role}"),
            (None, account) => format!("sets the password of `{}`", printable(account.unwrap_or_default())),
        };
        let maker = line.made_by.map_or_else(String::new, |name| format!(" by {}", printable(name)));
        text.push_str(&format!("{}: {what}, made {}{maker}, good until {}\n", line.number, line.created, line.expires));
    }
    session.console.results(&text)?;
    if open.is_empty() {
        session.console.note("no link waits to be used");
    }
    Ok(ExitCode::Success)
}
