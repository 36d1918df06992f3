//! A contributor's name in its parts, as references and alphabetical lists need them.
//!
//! Names are told from those of organisations by their words, and parted only where European ways of writing them apply;
//! any other stays whole, which no reader of references takes amiss.

use crate::report::name_words::{
    DEGREES, ENDINGS_OF_ORGANISATIONS, HONORIFICS, OF_ORGANISATIONS, PARTICLES, SHORT_FORMS, SUFFIXES,
    WITHIN_ORGANISATIONS,
};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of the longest name that is taken for a person's.
const MOST_WORDS: usize = 6;

/// A contributor's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A person's, parted.
    Person(PersonName),
    /// An organisation's.
    Organisation(String),
    /// One that is not parted: a single word, or written in a script without capitals.
    Whole(String),
}

/// The parts of a person's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// `Ludwig`; never empty.
    pub given: String,
    /// `van`, or empty.
    pub particle: String,
    /// `Beethoven`; never empty.
    pub family: String,
    /// `Jr.`, or empty.
    pub suffix: String,
}

impl Name {
    /// Reads a name as a report gives it: `Ludwig van Beethoven`, `Beethoven, Ludwig van`, `World Bank`.
    pub fn parse(text: &str) -> Name {
        let text = one_line(text);
        if is_of_organisation(&text) {
            return Name::Organisation(text);
        }
        person(&text).map_or(Name::Whole(text), Name::Person)
    }

    /// As an alphabetical list has it: `van Beethoven, Ludwig`.
    pub fn inverted(&self) -> String {
        match self {
            Name::Person(person) => {
                let parts = [person.family_with_particle(), person.given.clone(), person.suffix.clone()];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                parts.join(", ")
            }
            Name::Organisation(text) | Name::Whole(text) => text.clone(),
        }
    }

    /// What it stands under in an alphabetical list: the family name without particle first.
    pub fn sorted_by(&self) -> String {
        match self {
            Name::Person(person) => format!("{}, {} {}", person.family, person.given, person.particle),
            Name::Organisation(text) | Name::Whole(text) => {
                let rest = text.strip_prefix("The ").or_else(|| text.strip_prefix("the "));
                rest.unwrap_or(text).to_owned()
            }
        }
    }
}

impl PersonName {
    /// `van Beethoven`.
    pub fn family_with_particle(&self) -> String {
        let between = if self.particle.is_empty() || self.particle.ends_with(['\'', '’']) { "" } else { " " };
        format!("{}{between}{}", self.particle, self.family)
    }
}

/// A text on one line, without characters that are not seen: each run of white space and controls is one space.
pub fn one_line(text: &str) -> String {
    let is_unseen = |c: char| matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let seen = text.chars().filter(|c| !is_unseen(*c)).map(|c| if c.is_control() { ' ' } else { c });
    seen.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text in lower case without accents.
pub fn bare(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

fn is_of_organisation(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', '-', '/', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
    let says_so = |word: &&str| {
        let plain = bare(word.trim_matches(|c: char| !c.is_alphanumeric()));
        // `In` may be a given name, `in` is none.
        let is_small = word.chars().next().is_some_and(char::is_lowercase) || plain == "the";
        OF_ORGANISATIONS.contains(&plain.as_str())
            || (is_small && WITHIN_ORGANISATIONS.contains(&plain.as_str()) && !PARTICLES.contains(&plain.as_str()))
            || SHORT_FORMS.contains(word)
            || ENDINGS_OF_ORGANISATIONS.iter().any(|ending| plain.len() > ending.len() && plain.ends_with(ending))
    };
    text.contains(['&', '@']) || text.chars().any(|c| c.is_ascii_digit()) || words.iter().any(says_so)
}

/// The parts of a person's name; `None` if it has none.
fn person(text: &str) -> Option<PersonName> {
    if !has_capitals(text) {
        return None;
    }
    let mut suffix = String::new();
    let mut parts = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match &dotless(part) {
            _ if parts.is_empty() => parts.push(part),
            plain if SUFFIXES.contains(&plain.as_str()) => suffix = part.to_owned(),
            plain if plain.split(' ').all(|word| DEGREES.contains(&word)) => {}
            _ => parts.push(part),
        }
    }
    let mut name = match parts.as_slice() {
        [straight] => straight_person(straight),
        [family, given] => inverted_person(family, given),
        _ => None,
    }?;
    if name.suffix.is_empty() {
        name.suffix = suffix;
    }
    let has_letters = |part: &str| part.chars().any(char::is_alphabetic);
    (has_letters(&name.given) && has_letters(&name.family)).then_some(name)
}

fn has_capitals(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

/// In lower case without full stops: `Ph.D.` as `phd`.
fn dotless(text: &str) -> String {
    bare(text).replace('.', "")
}

fn is_particle(word: &str) -> bool {
    word.chars().next().is_some_and(|first| first.is_lowercase() || first == '\'')
        && (PARTICLES.contains(&bare(word).as_str()) || matches!(word, "d'" | "d’"))
}

/// `Dr Ludwig van Beethoven Jr.`
fn straight_person(text: &str) -> Option<PersonName> {
    let mut words: Vec<&str> = text.split(' ').collect();
    while words.len() > 2 && words.first().is_some_and(|word| HONORIFICS.contains(&dotless(word).as_str())) {
        words.remove(0);
    }
    let mut suffix = "";
    while let [.., _, _, last] = words.as_slice() {
        let plain = dotless(last);
        // `MA` is a degree, `Ma` is a family.
        let is_degree = DEGREES.contains(&plain.as_str()) && (plain.len() > 2 || *last == last.to_uppercase());
        if SUFFIXES.contains(&plain.as_str()) {
            suffix = last;
        } else if !is_degree {
            break;
        }
        words.pop();
    }
    if words.len() < 2 || words.len() > MOST_WORDS {
        return None;
    }
    let family = start_of_family(&words);
    let (given, rest) = words.split_at_checked(family)?;
    let particles = rest.iter().take(rest.len().saturating_sub(1)).take_while(|word| is_particle(word)).count();
    let (particle, family) = rest.split_at_checked(particles)?;
    let name = PersonName {
        given: given.join(" "),
        particle: particle.join(" "),
        family: family.join(" "),
        suffix: suffix.to_owned(),
    };
    Some(name)
}

/// Where the family name begins, with its particles: after at least one given name.
fn start_of_family(words: &[&str]) -> usize {
    let last = words.len() - 1;
    if let Some(and) = words.iter().position(|word| *word == "y").filter(|and| (2..last).contains(and)) {
        return and - 1;
    }
    let belongs = |word: &&str| PARTICLES.contains(&bare(word).as_str()) && word.chars().count() > 1;
    let between = words.get(1..last).unwrap_or_default();
    last - between.iter().rev().take_while(|word| belongs(word)).count()
}

/// `van Beethoven` and `Ludwig`, or `Beethoven` and `Ludwig van`.
fn inverted_person(family: &str, given: &str) -> Option<PersonName> {
    let family: Vec<&str> = family.split(' ').collect();
    let given: Vec<&str> = given.split(' ').collect();
    if family.len() + given.len() > MOST_WORDS {
        return None;
    }
    let before = family.iter().take(family.len() - 1).take_while(|word| is_particle(word)).count();
    let after = given.iter().skip(1).rev().take_while(|word| is_particle(word)).count();
    let (particle, family) = family.split_at_checked(before)?;
    let (given, dropped) = given.split_at_checked(given.len() - after)?;
    let particle: Vec<&str> = dropped.iter().chain(particle).copied().collect();
    Some(PersonName {
        given: given.join(" "),
        particle: particle.join(" "),
        family: family.join(" "),
        suffix: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `given|particle|family|suffix`, `=` before an organisation's, `~` before any other.
    fn shown(text: &str) -> String {
        match Name::parse(text) {
            Name::Person(PersonName { given, particle, family, suffix }) => {
                format!("{given}|{particle}|{family}|{suffix}")
            }
            Name::Organisation(text) => format!("={text}"),
            Name::Whole(text) => format!("~{text}"),
        }
    }

    #[test]
    fn names_are_parted_where_their_parts_are_plain() {
        for (text, wanted) in [
            ("Margaret Holloway", "Margaret||Holloway|"),
            ("Holloway, Margaret", "Margaret||Holloway|"),
            ("Ludwig van Beethoven", "Ludwig|van|Beethoven|"),
            ("van Beethoven, Ludwig", "Ludwig|van|Beethoven|"),
            ("Beethoven, Ludwig van", "Ludwig|van|Beethoven|"),
            ("Charles De Gaulle", "Charles||De Gaulle|"),
            ("Maria de la Cruz", "Maria|de la|Cruz|"),
            ("José Ortega y Gasset", "José||Ortega y Gasset|"),
            ("García Márquez, Gabriel", "Gabriel||García Márquez|"),
            ("J.R.R. Tolkien", "J.R.R.||Tolkien|"),
            ("Dr. Jane Q. Doe, Ph.D.", "Jane Q.||Doe|"),
            ("Prof Dr Jane Doe MSc", "Jane||Doe|"),
            ("Martin Luther King, Jr.", "Martin Luther||King|Jr."),
            ("Martin Luther King Jr.", "Martin Luther||King|Jr."),
            ("King, Martin Luther, Jr.", "Martin Luther||King|Jr."),
            ("Yo-Yo Ma", "Yo-Yo||Ma|"),
            ("Jane Doe MA", "Jane||Doe|"),
            ("Иван Петров", "Иван||Петров|"),
            ("Jean-Paul Sartre", "Jean-Paul||Sartre|"),
            ("  Ada\n Love\u{AD}lace\u{202E} ", "Ada||Lovelace|"),
            ("In Mok", "In||Mok|"),
            ("山田太郎", "~山田太郎"),
            ("محمد أحمد", "~محمد أحمد"),
            ("Plato", "~Plato"),
            ("UNICEF", "=UNICEF"),
            ("UN Women", "=UN Women"),
            ("World Bank", "=World Bank"),
            ("Department of Health, Social Care", "=Department of Health, Social Care"),
            ("Save the Children", "=Save the Children"),
            ("Umweltbundesamt", "=Umweltbundesamt"),
            ("Bundesministerium der Finanzen", "=Bundesministerium der Finanzen"),
            ("Smith & Jones", "=Smith & Jones"),
            ("Team 7", "=Team 7"),
            ("A, B, C", "~A, B, C"),
            ("A Name That Has Far Too Many Words", "~A Name That Has Far Too Many Words"),
            ("", "~"),
            (",", "~,"),
            (", Ada", "~, Ada"),
            ("van", "~van"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn alphabetical_lists_have_families_first_and_sort_them_without_particles() {
        for (text, inverted, sorted) in [
            ("Ludwig van Beethoven", "van Beethoven, Ludwig", "Beethoven, Ludwig van"),
            ("Martin Luther King Jr.", "King, Martin Luther, Jr.", "King, Martin Luther "),
            ("The World Bank", "The World Bank", "World Bank"),
            ("Plato", "Plato", "Plato"),
        ] {
            let name = Name::parse(text);
            assert_eq!((name.inverted().as_str(), name.sorted_by().as_str()), (inverted, sorted));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_letter_of_a_family_or_given_name_is_lost(text in "[A-Z]x[a-z]{1,5}( (van|de|la|[A-Z][a-z]{0,5})){1,4} [A-Z][a-z]{3,8}") {
            let name = Name::parse(&text);
            if let Name::Person(person) = &name {
                proptest::prop_assert!(!person.given.is_empty() && !person.family.is_empty());
                proptest::prop_assert_eq!(format!("{} {}", person.given, person.family_with_particle()), text);
            }
        }

        #[test]
        fn any_text_is_a_name(text in "\\PC{0,30}") {
            Name::parse(&text).inverted();
        }
    }
}
