//! Which models to recognise a report with: its own language's, else those configured, else those installed.

use crate::ocr::language_codes::MODELS;

/// The model that tells how a page lies.
pub(super) const ORIENTATION: &str = "osd";
/// Models used at once where nobody chose: each costs time and mistakes.
const MOST_MODELS: usize = 4;

/// The models that `--list-langs` names.
pub(super) fn installed(listing: &str) -> Vec<String> {
    let is_model = |name: &&str| {
        !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || "_-/".contains(character))
    };
    // The first line is a heading.
    listing.lines().skip(1).map(str::trim).filter(is_model).map(str::to_owned).collect()
}

/// Models for a report whose language has this ISO 639-1 code, joined by `+`; empty if there are none.
pub(super) fn choose(language: Option<&str>, configured: &str, installed: &[String]) -> String {
    let is_there = |name: &&str| installed.iter().any(|model| model == name);
    let own = MODELS.iter().find(|(code, _)| Some(*code) == language).map(|(_, models)| *models);
    let own: Vec<&str> = own.unwrap_or_default().iter().copied().filter(is_there).take(1).collect();
    if !own.is_empty() {
        return own.join("+");
    }
    let configured: Vec<&str> = configured.split('+').map(str::trim).filter(is_there).collect();
    if !configured.is_empty() {
        return configured.join("+");
    }
    // Scripts without a language, and models that read no text, only get into the way.
    let is_language = |model: &&str| *model != ORIENTATION && *model != "equ" && !model.contains('/');
    let mut all: Vec<&str> = installed.iter().map(String::as_str).filter(is_language).collect();
    // The first one weighs most.
    all.sort_by_key(|model| *model != "eng");
    all.truncate(MOST_MODELS);
    all.join("+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_is_read_and_nothing_else() {
        let listing = "List of available languages in \"/usr/share\" (3):\ndeu\neng\nosd\nscript/Latin\n\n; rm -rf\n";
        assert_eq!(installed(listing), ["deu", "eng", "osd", "script/Latin"]);
        assert_eq!(installed(""), Vec::<String>::new());
    }

    #[test]
    fn a_report_is_recognised_in_its_own_language_if_that_can_be() {
        let installed = ["chi_tra", "deu", "eng", "osd", "equ", "script/Latin"].map(str::to_owned);
        for (language, configured, expected) in [
            (Some("de"), "", "deu"),
            (Some("de"), "eng", "deu"),
            (Some("zh"), "", "chi_tra"),
            (Some("fr"), "", "eng+chi_tra+deu"),
            (Some("fr"), "deu + fra", "deu"),
            (None, "", "eng+chi_tra+deu"),
            (None, "deu+eng", "deu+eng"),
            (None, "fra", "eng+chi_tra+deu"),
        ] {
            assert_eq!(choose(language, configured, &installed), expected, "{language:?} {configured}");
        }
        assert_eq!(choose(None, "", &[]), "");
    }
}
