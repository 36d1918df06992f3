//! BibTeX: an entry that classic BibTeX, biber and reference managers read, in UTF-8.
//!
//! BibTeX counts braces whether or not a backslash stands before them, so those of a text are written as commands.

use super::Reference;
use crate::report::{Name, PersonName};

/// Months as BibTeX's styles name them.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The entry: a report of an institution, or something without one, which BibTeX has no reports of.
pub(super) fn bibtex(reference: &Reference) -> String {
    let kind = if reference.publisher.is_some() { "techreport" } else { "misc" };
    let mut entry = format!("@{kind}{{{},\n", reference.key());
    let mut field = |name: &str, value: &str| entry.push_str(&format!("  {name} = {value},\n"));
    if !reference.names.is_empty() {
        let names: Vec<String> = reference.names.iter().map(name).collect();
        field("author", &format!("{{{}}}", names.join(" and ")));
    }
    // Twice in braces: styles put the capitals of a title that is not down.
    field("title", &format!("{{{{{}}}}}", escaped(&reference.title)));
    if let Some(publisher) = &reference.publisher {
        field("institution", &format!("{{{}}}", escaped(publisher)));
    }
    if let Some(date) = reference.date {
        field("year", &format!("{{{}}}", date.year));
        if let Some(month) = date.month.and_then(|month| MONTHS.get(usize::from(month).checked_sub(1)?)) {
            field("month", month);
        }
        if let Some(day) = date.day {
            field("day", &format!("{{{day}}}"));
        }
    }
    field("type", "{Report}");
    if reference.pages > 0 {
        field("pagetotal", &format!("{{{}}}", reference.pages));
    }
    if let Some(language) = &reference.language {
        field("language", &format!("{{{}}}", escaped(language)));
    }
    if !reference.keywords.is_empty() {
        field("keywords", &format!("{{{}}}", escaped(&reference.keywords.join(", "))));
    }
    if let Some(summary) = &reference.summary {
        field("abstract", &format!("{{{}}}", escaped(summary)));
    }
    field("url", &format!("{{{}}}", verbatim(&reference.url)));
    entry.push_str("}\n");
    entry
}

/// `van Beethoven, Ludwig`; what is not to be parted stands in braces.
fn name(name: &Name) -> String {
    match name {
        Name::Person(person) => {
            let PersonName { given, particle, family, suffix } = person;
            let family = match particle.as_str() {
                "" => part(family),
                particle if particle.ends_with(['\'', '’']) => part(&format!("{particle}{family}")),
                particle => format!("{} {}", part(particle), part(family)),
            };
            match suffix.as_str() {
                "" => format!("{family}, {}", part(given)),
                suffix => format!("{family}, {}, {}", part(suffix), part(given)),
            }
        }
        Name::Organisation(text) | Name::Whole(text) => format!("{{{}}}", escaped(text)),
    }
}

/// A part of a name, in braces if a word of it would part the list.
fn part(text: &str) -> String {
    let parts_the_list = |word: &str| word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("others");
    let is_open = text.contains(',') || text.split_whitespace().any(parts_the_list);
    if is_open { format!("{{{}}}", escaped(text)) } else { escaped(text) }
}

/// A text with what LaTeX takes for commands written as commands.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("{\\textbackslash}"),
            '{' => escaped.push_str("{\\textbraceleft}"),
            '}' => escaped.push_str("{\\textbraceright}"),
            '~' => escaped.push_str("{\\textasciitilde}"),
            '^' => escaped.push_str("{\\textasciicircum}"),
            '<' => escaped.push_str("{\\textless}"),
            '>' => escaped.push_str("{\\textgreater}"),
            '|' => escaped.push_str("{\\textbar}"),
            '#' | '$' | '%' | '&' | '_' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// An address, which styles print as it is; braces, which no address has unencoded, are encoded.
fn verbatim(address: &str) -> String {
    address.replace('{', "%7B").replace('}', "%7D").replace('\\', "%5C")
}
