//! `recto keys`: the keys that programs use the service with.

use crate::cli::args::{KeysCommand, KeysCreateArguments};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library;
use crate::cli::output::{printable, to_json};
use crate::cli::session::Session;
use crate::report::{rfc3339, seconds_of_day};
use crate::store::{KeyRow, MAX_KEY_NAME, Scope, ServiceStore, key_name, seconds_now};
use serde::Serialize;

/// Makes, lists or revokes keys.
pub fn run(command: &KeysCommand, session: &Session) -> Result<ExitCode, CommandError> {
    let store = library::open_service(session, "keys")?;
    match command {
        KeysCommand::Create(arguments) => create(&store, arguments, session),
        KeysCommand::List { json } => list(&store, *json, session),
        KeysCommand::Revoke { name } => revoke(&store, name, session),
    }
}

fn create(store: &ServiceStore, arguments: &KeysCreateArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let name = key_name(&arguments.name).ok_or_else(|| {
        let detail = format!("a key's name is 1 to {MAX_KEY_NAME} characters, none of them a control character");
        CommandError::Usage(detail)
    })?;
    let scope = Scope::from_code(&arguments.scope);
    let scope = scope.ok_or_else(|| CommandError::Usage(format!("`{}` is no scope", arguments.scope)))?;
    let now = seconds_now();
    let expires = arguments.expires.as_deref().map(|text| expiry(text, now)).transpose()?;
    let key = store.create_key(name, scope, expires, now)?;
    let key = key.ok_or_else(|| {
        CommandError::Usage(format!("there is a key named `{name}`; choose another name, or revoke that one first"))
    })?;
    session.console.results(&format!("{key}\n"))?;
    session.console.note("this is the only time the key is shown; a service that runs accepts it already");
    Ok(ExitCode::Success)
}

fn revoke(store: &ServiceStore, name: &str, session: &Session) -> Result<ExitCode, CommandError> {
    if !store.revoke_key(name, seconds_now())? {
        return Err(CommandError::Usage(format!("no key is named `{name}`; `recto keys list` has the names")));
    }
    session.console.note(format!("`{name}` is refused from now on"));
    Ok(ExitCode::Success)
}

/// One line of `--json`.
#[derive(Serialize)]
struct KeyLine<'k> {
    name: &'k str,
    scope: Scope,
    prefix: &'k str,
    state: &'static str,
    created: String,
    expires: Option<String>,
    used: Option<String>,
}

fn list(store: &ServiceStore, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let keys = store.keys()?;
    let now = seconds_now();
    let mut text = String::new();
    for key in &keys {
        let line = KeyLine {
            name: &key.name,
            scope: key.scope,
            prefix: &key.prefix,
            state: state(key, now),
            created: rfc3339(key.created),
            expires: key.expires.map(rfc3339),
            used: key.used.map(rfc3339),
        };
        if json {
            text.push_str(&to_json(&line)?);
        } else {
            let used = line.used.map_or_else(|| "never used".to_owned(), |used| format!("last used {used}"));
            let expires = line.expires.map_or_else(String::new, |expires| format!(", expires {expires}"));
            text.push_str(&format!(
                "{}: {}, {}… ({}), made {}{expires}, {used}\n",
                printable(line.name),
                line.scope,
                line.prefix,
                line.state,
                line.created
            ));
        }
    }
    session.console.results(&text)?;
    if keys.is_empty() {
        session.console.note("no key was made yet; `recto keys create` makes one");
    }
    Ok(ExitCode::Success)
}

fn state(key: &KeyRow, now: i64) -> &'static str {
    match key.revoked {
        Some(_) => "revoked",
        None if !key.is_valid(now) => "expired",
        None => "valid",
    }
}

/// A time given as a day (its first second in UTC) or as so many hours, days or weeks from now; it must be to come.
fn expiry(text: &str, now: i64) -> Result<i64, CommandError> {
    let from_now = || {
        let unit = match text.bytes().last()? {
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 7 * 86_400,
            _ => return None,
        };
        let number = text.get(..text.len() - 1).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        now.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)
    };
    let time = seconds_of_day(text).or_else(from_now).filter(|time| *time > now);
    time.ok_or_else(|| {
        CommandError::Usage(format!("`{text}` is no time to come; give a date such as 2027-01-31, or 12h, 90d, 4w"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries_are_days_or_times_from_now() {
        for (text, wanted) in [
            ("1970-01-03", Some(2 * 86_400)),
            ("12h", Some(86_400 + 12 * 3_600)),
            ("90d", Some(91 * 86_400)),
            ("1w", Some(8 * 86_400)),
            ("1970-01-01", None),
            ("0d", None),
            ("-1d", None),
            ("d", None),
            ("", None),
            ("ä", None),
            ("9223372036854775807w", None),
        ] {
            assert_eq!(expiry(text, 86_400).ok(), wanted, "{text}");
        }
    }
}
