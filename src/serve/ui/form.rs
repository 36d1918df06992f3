//! Forms, and the pages that are little more than one: what is needed stands before it is typed, what is wrong stands at
//! its field, and what was typed is kept, but for passwords.

use crate::serve::ui::format::plain;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{PASSWORD_LONGEST, PASSWORD_SHORTEST};
use askama::Template;

/// A field to type in.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name when it is sent.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What is wanted; may be empty.
    pub hint: String,
    /// What was wrong with what was typed.
    pub fault: Option<String>,
    /// What was typed.
    pub value: String,
    /// `text` or `password`.
    pub kind: &'static str,
    /// What browsers may fill in.
    pub autocomplete: &'static str,
    /// What there is to choose from, if nothing is to be typed.
    pub choices: Vec<Choice>,
}

/// One of several values.
#[derive(Debug, Clone)]
pub struct Choice {
    /// As it is sent.
    pub value: String,
    /// As it is shown.
    pub label: &'static str,
    /// Whether it is chosen already.
    pub is_chosen: bool,
}

impl Field {
    /// An empty field.
    pub fn new(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> Field {
        let (hint, value, choices) = (String::new(), String::new(), Vec::new());
        Field { name, label, hint, fault: None, value, kind, autocomplete, choices }
    }
}

/// The two fields for a new password.
pub fn new_password_fields(fault: Option<String>, repeat_fault: Option<String>) -> Vec<Field> {
    let hint = format!(
        "At least {PASSWORD_SHORTEST} characters, of whatever kind; several words are good. At most {PASSWORD_LONGEST} bytes."
    );
    vec![
        Field { hint, fault, ..Field::new("password", "New password", "password", "new-password") },
        Field { fault: repeat_fault, ..Field::new("repeat", "New password, again", "password", "new-password") },
    ]
}

/// A form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// What sets it apart from others on the page.
    pub id: &'static str,
    /// Above it, if the page has more than one.
    pub heading: Option<&'static str>,
    /// What it does.
    pub about: Vec<String>,
    /// Where it is sent.
    pub action: String,
    /// What shows that it came from this page.
    pub token: String,
    /// What is sent along unseen.
    pub hidden: Vec<(&'static str, String)>,
    /// What was wrong with all of it.
    pub fault: Option<String>,
    /// What is typed.
    pub fields: Vec<Field>,
    /// On its button.
    pub submit: &'static str,
    /// Whether what it does cannot be undone.
    pub is_dangerous: bool,
}

/// A line under a form, with a link at its end or not.
pub struct Line {
    text: String,
    link: Option<(&'static str, String)>,
}

impl Line {
    /// Only text.
    pub fn text(text: &str) -> Line {
        Line { text: text.to_owned(), link: None }
    }

    /// Text, and a link with its address.
    pub fn linked(text: &str, link: &'static str, address: String) -> Line {
        Line { text: text.to_owned(), link: Some((link, address)) }
    }
}

/// A page with one form, or with the reason why there is none.
pub struct FormPage {
    /// What it is for.
    pub heading: &'static str,
    /// Something to know first.
    pub notice: Option<String>,
    /// The form.
    pub form: Option<Form>,
    /// What else may help.
    pub foot: Vec<Line>,
}

#[derive(Template)]
#[template(path = "form_page.html", config = "src/serve/ui/askama.toml")]
struct FormTemplate<'p> {
    shell: Shell,
    page: &'p FormPage,
}

/// The page.
pub fn form_page(visit: &Visit, page: &FormPage) -> String {
    render(&FormTemplate { shell: Shell::new(visit, page.heading, ""), page })
}

/// The page of somebody's account.
pub struct AccountPage<'p> {
    /// Whose it is.
    pub name: &'p str,
    /// What they may do.
    pub role: &'static str,
    /// When it was made.
    pub since: String,
    /// What was done.
    pub notice: Option<&'p str>,
    /// What can be done.
    pub forms: Vec<Form>,
}

#[derive(Template)]
#[template(path = "account.html", config = "src/serve/ui/askama.toml")]
struct AccountTemplate<'p> {
    shell: Shell,
    name: String,
    page: &'p AccountPage<'p>,
}

/// The page.
pub fn account_page(visit: &Visit, page: &AccountPage<'_>) -> String {
    render(&AccountTemplate { shell: Shell::new(visit, "Your account", ""), name: plain(page.name), page })
}
