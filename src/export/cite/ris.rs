//! RIS: tagged lines that every reference manager reads, in UTF-8 with the line ends the format wants.

use super::Reference;
use crate::report::{Name, PersonName};

/// Characters of a name or keyword: what the format allows.
const LONGEST_NAME: usize = 255;

/// The record.
pub(super) fn ris(reference: &Reference) -> String {
    let mut lines = vec![line("TY", "RPRT"), line("ID", &reference.key())];
    lines.extend(reference.names.iter().map(|contributor| line("AU", &short(&name(contributor)))));
    lines.push(line("TI", &reference.title));
    if let Some(date) = reference.date {
        let part = |part: Option<u8>| part.map_or_else(String::new, |part| format!("{part:02}"));
        lines.push(line("PY", &format!("{:04}", date.year)));
        lines.push(line("DA", &format!("{:04}/{}/{}/", date.year, part(date.month), part(date.day))));
    }
    lines.extend(reference.publisher.iter().map(|publisher| line("PB", publisher)));
    lines.extend(reference.language.iter().map(|language| line("LA", language)));
    if reference.pages > 0 {
        lines.push(line("SP", "1"));
        lines.push(line("EP", &reference.pages.to_string()));
    }
    lines.extend(reference.summary.iter().map(|summary| line("AB", summary)));
    lines.extend(reference.keywords.iter().map(|keyword| line("KW", &short(keyword))));
    lines.push(line("UR", &reference.url));
    lines.push(line("L1", &reference.pdf_url));
    lines.push(line("ER", ""));
    lines.concat()
}

/// `UR  - https://library.example/reports/…`.
fn line(tag: &str, value: &str) -> String {
    format!("{tag}  - {value}\r\n")
}

/// `Beethoven,Ludwig van,Jr.`: the first comma parts a person's name, so an organisation's has none.
fn name(name: &Name) -> String {
    match name {
        Name::Person(person) => {
            let PersonName { given, suffix, .. } = person;
            let family = person.family_with_particle();
            if suffix.is_empty() { format!("{family}, {given}") } else { format!("{family}, {given}, {suffix}") }
        }
        Name::Organisation(text) | Name::Whole(text) => text.replace(", ", " – ").replace(',', " – "),
    }
}

/// What fits where asterisks mean something else and the length is bounded.
fn short(text: &str) -> String {
    text.replace('*', "∗").chars().take(LONGEST_NAME).collect()
}
