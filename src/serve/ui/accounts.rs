//! Administrators' pages of accounts and of keys.

use crate::report::rfc3339;
use crate::serve::ui::admin::AdminFrame;
use crate::serve::ui::comments::moment;
use crate::serve::ui::form::{Choice, Field, Form};
use crate::serve::ui::format::{date, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{AccountRow, KeyRow, OpenTicket, Role, Scope, TicketPurpose};
use askama::Template;

/// A page of accounts.
pub struct AccountsPage<'p> {
    /// Every account.
    pub rows: &'p [AccountRow],
    /// Every link that is good once and was not used yet.
    pub tickets: &'p [OpenTicket],
    /// The one of who looks.
    pub own: Option<i64>,
    /// What forms must send along.
    pub token: String,
    /// A link that was made, and what it is for.
    pub secret: Option<(String, String)>,
    /// What was wrong.
    pub fault: Option<String>,
}

struct AccountEntry {
    action: String,
    name: String,
    state: &'static str,
    is_own: bool,
    is_disabled: bool,
    roles: Vec<Choice>,
    made: String,
    seen: String,
}

struct TicketEntry {
    number: i64,
    what: String,
    maker: String,
    made: String,
    expires: String,
}

impl TicketEntry {
    fn new(ticket: &OpenTicket) -> TicketEntry {
        TicketEntry {
            number: ticket.number,
            what: match &ticket.purpose {
                TicketPurpose::Invitation(role) => format!("Makes an account of role {role}"),
                TicketPurpose::Password(name) => format!("Sets the password of {}", plain(name)),
            },
            maker: ticket.maker.as_deref().map_or_else(|| "the operator".to_owned(), plain),
            made: moment(ticket.created),
            expires: moment(ticket.expires),
        }
    }
}

#[derive(Template)]
#[template(path = "admin_accounts.html", config = "src/serve/ui/askama.toml")]
struct AccountsTemplate<'p> {
    shell: Shell,
    frame: AdminFrame,
    page: AccountsPage<'p>,
    entries: Vec<AccountEntry>,
    tickets: Vec<TicketEntry>,
    revoke: String,
    form: Form,
}

/// The page.
pub fn accounts_page(visit: &Visit, page: AccountsPage<'_>) -> String {
    let links = &visit.links;
    let entry = |row: &AccountRow| AccountEntry {
        action: links.at(&format!("/admin/accounts/{}", row.account.id)),
        name: plain(&row.account.name),
        state: match row.state() {
            "disabled" => "disabled",
            "without_password" => "no password yet",
            _ => "active",
        },
        is_own: page.own == Some(row.account.id),
        is_disabled: row.disabled.is_some(),
        roles: roles(row.account.role),
        made: day(row.created),
        seen: row.seen.map_or_else(|| "never".to_owned(), day),
    };
    let entries = page.rows.iter().map(entry).collect();
    let form = Form {
        id: "invite",
        about: vec!["A link for somebody to make an account with, once, within a week.".to_owned()],
        action: links.at("/admin/accounts"),
        token: page.token.clone(),
        fields: vec![Field { choices: roles(Role::Reader), ..Field::new("role", "Role", "select", "off") }],
        submit: "Make an invitation",
        ..Form::default()
    };
    render(&AccountsTemplate {
        shell: Shell::new(visit, "Accounts", ""),
        frame: AdminFrame::new(visit, "/admin/accounts"),
        tickets: page.tickets.iter().map(TicketEntry::new).collect(),
        revoke: links.at("/admin/tickets/revoke"),
        page,
        entries,
        form,
    })
}

/// A page of keys.
pub struct KeysPage<'p> {
    /// Every key.
    pub rows: &'p [KeyRow],
    /// Seconds since 1970.
    pub now: i64,
    /// What forms must send along.
    pub token: String,
    /// A key that was made.
    pub secret: Option<String>,
    /// The name that was typed for one.
    pub typed: String,
    /// What was wrong with it.
    pub fault: Option<String>,
}

struct KeyEntry {
    name: String,
    sent_name: String,
    scope: &'static str,
    prefix: String,
    state: &'static str,
    made: String,
    expires: String,
    used: String,
}

#[derive(Template)]
#[template(path = "admin_keys.html", config = "src/serve/ui/askama.toml")]
struct KeysTemplate<'p> {
    shell: Shell,
    frame: AdminFrame,
    page: KeysPage<'p>,
    revoke: String,
    entries: Vec<KeyEntry>,
    form: Form,
}

/// The page.
pub fn keys_page(visit: &Visit, page: KeysPage<'_>) -> String {
    let links = &visit.links;
    let entry = |row: &KeyRow| KeyEntry {
        name: plain(&row.name),
        sent_name: row.name.clone(),
        scope: row.scope.code(),
        prefix: format!("{}…", row.prefix),
        state: match row.revoked {
            Some(_) => "revoked",
            None if row.is_valid(page.now) => "valid",
            None => "expired",
        },
        made: day(row.created),
        expires: row.expires.map_or_else(|| "never".to_owned(), day),
        used: row.used.map_or_else(|| "never".to_owned(), day),
    };
    let entries = page.rows.iter().rev().map(entry).collect();
    let scope = |scope: Scope| Choice {
        value: scope.code().to_owned(),
        label: match scope {
            Scope::Search => "search: search and read",
            Scope::Ingest => "ingest: also hand over reports and have them read",
            Scope::Admin => "admin: also correct and remove reports, look after accounts and keys",
        },
        is_chosen: scope == Scope::Search,
    };
    let days = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "no end")];
    let days = days.map(|(value, label)| Choice { value: value.to_owned(), label, is_chosen: value == "90" });
    let name = Field {
        hint: "Of the program that gets it, to tell keys apart.".to_owned(),
        value: page.typed.clone(),
        fault: page.fault.clone(),
        ..Field::new("name", "Name", "text", "off")
    };
    let form = Form {
        id: "key",
        action: links.at("/admin/keys"),
        token: page.token.clone(),
        fields: vec![
            name,
            Field { choices: Scope::ALL.map(scope).into(), ..Field::new("scope", "Scope", "select", "off") },
            Field { choices: days.into(), ..Field::new("days", "Accepted for", "select", "off") },
        ],
        submit: "Make a key",
        ..Form::default()
    };
    let (shell, revoke) = (Shell::new(visit, "Keys", ""), links.at("/admin/keys/revoke"));
    render(&KeysTemplate { shell, frame: AdminFrame::new(visit, "/admin/keys"), page, revoke, entries, form })
}

fn roles(chosen: Role) -> Vec<Choice> {
    let role = |role: Role| Choice {
        value: role.code().to_owned(),
        label: match role {
            Role::Reader => "reader",
            Role::Editor => "editor",
            Role::Admin => "admin",
        },
        is_chosen: role == chosen,
    };
    Role::ALL.map(role).into()
}

fn day(seconds: i64) -> String {
    date(rfc3339(seconds).get(..10).unwrap_or_default())
}
