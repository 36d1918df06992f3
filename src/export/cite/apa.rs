//! A reference as a line of text, in the style of the American Psychological Association (7th edition).
//!
//! The style wants no date of access for what does not change, as the bytes behind a permalink do not. Capitals of
//! titles are left as the report has them.

use super::Reference;
use crate::report::{Name, PartialDate, PersonName};

/// Names that are listed; of more the first nineteen and the last are.
const MOST_NAMES: usize = 20;

/// Months as people write them.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The line: `Holloway, M., & Osei, D. (2023, March). Spinning out. Centre for Services. https://…`.
pub fn apa(reference: &Reference) -> String {
    format!("{} {}", apa_source(reference, None), reference.url)
}

/// The line without an address, with a place in the report if one is given: `…, p. iv (page 6 of the PDF).`
pub fn apa_source(reference: &Reference, place: Option<&str>) -> String {
    let names = names(&reference.names);
    let date = format!("({}).", reference.date.map_or_else(|| "n.d.".to_owned(), dated));
    let title = closed(&reference.title);
    let is_own = |publisher: &&String| reference.names.iter().all(|name| !is_called(name, publisher));
    let publisher = reference.publisher.as_ref().filter(is_own).map(|publisher| closed(publisher));
    let opening = match names.is_empty() {
        true => [title, date],
        false => [format!("{} {date}", closed(&names)), title],
    };
    let line = opening.into_iter().chain(publisher).collect::<Vec<_>>().join(" ");
    match place {
        Some(place) => format!("{}, {place}.", line.strip_suffix('.').unwrap_or(&line)),
        None => line,
    }
}

fn is_called(name: &Name, publisher: &str) -> bool {
    matches!(name, Name::Organisation(text) | Name::Whole(text) if text == publisher)
}

/// With a full stop, unless it ends a sentence already.
fn closed(text: &str) -> String {
    if text.ends_with(['.', '?', '!', '…', '。', '؟']) { text.to_owned() } else { format!("{text}.") }
}

/// `2023, March 5`
fn dated(date: PartialDate) -> String {
    let month = date.month.and_then(|month| MONTHS.get(usize::from(month).checked_sub(1)?));
    match (month, date.day) {
        (Some(month), Some(day)) => format!("{}, {month} {day}", date.year),
        (Some(month), None) => format!("{}, {month}", date.year),
        _ => date.year.to_string(),
    }
}

/// `Holloway, M., Osei, D., & Pritchard, F.`
fn names(names: &[Name]) -> String {
    let listed: Vec<String> = names.iter().map(name).collect();
    match listed.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] if listed.len() <= MOST_NAMES => format!("{}, & {last}", others.join(", ")),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().take(MOST_NAMES - 1).map(String::as_str).collect();
            format!("{}, . . . {last}", first.join(", "))
        }
    }
}

fn name(name: &Name) -> String {
    match name {
        Name::Person(person) => {
            let PersonName { given, suffix, .. } = person;
            let family = person.family_with_particle();
            let given = initials(given);
            if suffix.is_empty() { format!("{family}, {given}") } else { format!("{family}, {given}, {suffix}") }
        }
        Name::Organisation(text) | Name::Whole(text) => text.clone(),
    }
}

/// `J.-P. S.` for `Jean-Paul S.`
fn initials(given: &str) -> String {
    let initial = |part: &str| part.chars().find(|c| c.is_alphanumeric()).map(|first| format!("{first}."));
    let word = |word: &str| word.split('-').filter_map(initial).collect::<Vec<_>>().join("-");
    let words = given.split([' ', '.']).map(word).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
