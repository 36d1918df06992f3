//! The headings, sentences and labels that announce recommendations.

use super::announcements::folded_heading;
use super::recommending_words::{
    ADDRESSING, ANNOUNCING, ANSWERS, BEFORE_LABELS, BODIES, COMPANIONS, HEADINGS, LABELS, LABELS_WITH_NUMERO, MIXING,
    NOUNS, NUMERALS, OF_OTHERS, PARTS, SHORTENING,
};

/// What a heading over recommendations says of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heading {
    /// Findings stand under it, too.
    pub is_mixed: bool,
    /// It gives in short what may stand at length elsewhere.
    pub is_short: bool,
}

/// What a line says of the recommendations under it; `None` if it is no heading over a report's own. More words than
/// the usual ones need to be set as a heading.
pub fn heading(line: &str, is_heading: bool) -> Option<Heading> {
    // Most lines hold no such noun, and are spared the folding.
    let is_likely = line.len() <= MAX_HEADING && (is_heading || !line.ends_with(['.', ',', ';']));
    // In scripts without capitals only quotes and bullets tell words from headings.
    let first = line.trim().chars().next();
    let is_capital = || {
        let letter = line.chars().find(|character| character.is_alphabetic());
        letter.is_some_and(|letter| !letter.is_lowercase()) && first.is_some_and(char::is_alphanumeric)
    };
    if !is_likely || (!is_heading && !is_capital()) {
        return None;
    }
    let folded = folded_heading(without_part(line))?;
    let words: Vec<&str> =
        folded.split([' ', ',', '&', '/', ':', '’', '\'', '-', '–']).filter(|word| !word.is_empty()).collect();
    let found = Heading {
        is_mixed: words.iter().any(|word| MIXING.contains(word)),
        is_short: words.iter().any(|word| SHORTENING.contains(word)),
    };
    if HEADINGS.contains(&folded.as_str()) {
        return Some(found);
    }
    let noun = words.iter().position(|word| NOUNS.contains(word))?;
    let (before, after) = (words.get(..noun)?, words.get(noun + 1..)?);
    let are_companions = |words: &[&str]| words.iter().all(|word| COMPANIONS.contains(word) || NOUNS.contains(word));
    let is_addressed =
        || is_heading && after.first().is_some_and(|word| ADDRESSING.contains(word)) && !is_of_others(&folded);
    (are_companions(before) && (are_companions(after) || is_addressed())).then_some(found)
}

/// Longest heading that is looked up, in bytes; the scripts with the longest encodings need three a letter.
const MAX_HEADING: usize = 100;

/// A heading without "Box 1.2." before it.
fn without_part(line: &str) -> &str {
    let line = line.trim();
    let Some((part, rest)) = line.split_once(' ') else { return line };
    if !PARTS.contains(&part.to_lowercase().as_str()) {
        return line;
    }
    let (number, rest) = rest.trim_start().split_once([' ', ':']).unwrap_or(("", rest));
    let is_number =
        number.len() <= 5 && number.chars().all(|character| character.is_alphanumeric() || character == '.');
    if is_number { rest.trim_start_matches([' ', ':', '.', '–', '—', '-']) } else { line }
}

/// Whether a heading stands over recommendations of others, over old ones, or over what became of them.
pub fn is_of_others(heading: &str) -> bool {
    let folded = heading.to_lowercase();
    folded.split([' ', ':', ',', '’', '\'']).any(|word| OF_OTHERS.contains(&word))
}

/// Whether a heading over other text names recommendations of others, or old ones.
pub fn names_others(heading: &str) -> bool {
    let folded = heading.to_lowercase();
    let names_them = NOUNS.iter().any(|noun| folded.contains(noun));
    names_them && is_of_others(heading)
}

/// Whether the words between a heading and a list say that it is others' or old.
pub fn introduces_others(introduction: &str) -> bool {
    let folded = introduction.to_lowercase();
    let names_them = NOUNS.iter().any(|noun| folded.contains(noun));
    let is_old = [
        "previous",
        "prior ",
        "earlier",
        "status of",
        "outstanding",
        "follow-up",
        "followed up",
        "made in 1",
        "made in 2",
    ];
    names_them && is_old.iter().any(|words| folded.contains(words))
}

/// Whether a title says that the document answers or follows up what others recommended.
pub fn is_answering(title: &str) -> bool {
    let folded = title.to_lowercase();
    [
        "response to",
        "responses to",
        "reply to",
        "follow-up of",
        "follow-up on",
        "follow-up to",
        "status of",
        "réponse au",
    ]
    .iter()
    .any(|words| folded.contains(words))
}

/// Whether a line after a recommendation is what others answered to it, or what became of it.
pub fn is_answer(line: &str) -> bool {
    let folded = line.trim().to_lowercase();
    ANSWERS.iter().any(|start| folded.starts_with(start))
}

/// Whether a sentence that ends in a colon announces recommendations of the report's own.
pub fn sentence(sentence: &str) -> bool {
    let folded = sentence.to_lowercase();
    let is_old = folded
        .split(|character: char| !character.is_ascii_digit())
        .any(|digits| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")));
    let speaks_of_others = || is_of_others(&folded) || folded.contains("guideline") || folded.contains(" who ");
    let recommends_to = || {
        ["recommend that", "recommends that", "recommend the", "recommends the", "recommend:", "recommends:"]
            .iter()
            .any(|verb| speaks_itself(&folded, verb))
            || folded.contains("is recommended that")
            || folded.contains("is recommended to")
    };
    (ANNOUNCING.iter().any(|words| folded.contains(words)) && !(is_old && folded.contains("recommended"))
        || recommends_to())
        && !speaks_of_others()
}

/// Whether the words before a verb are one's own body's.
fn speaks_itself(folded: &str, verb: &str) -> bool {
    folded.find(verb).is_some_and(|at| {
        let before = folded.get(..at).unwrap_or_default();
        before.split_whitespace().next_back().is_some_and(|word| BODIES.contains(&word.trim_matches([',', '"'])))
    })
}

/// Longest label, in bytes.
const MAX_LABEL: usize = 24;

/// The number of a labelled recommendation: `[3]` of "Recommendation 3", `[2020, 12]` of "Recommendation 2020-012".
pub type Numbers = Vec<u32>;

/// The number and the text of a line such as "Recommendation 3: Train everybody."
pub fn labelled(line: &str) -> Option<(Numbers, &str)> {
    let line = line.trim();
    // Most lines end here: in running text "recommendation 3" speaks of one.
    if line.starts_with(char::is_lowercase) {
        return None;
    }
    let (mut label, mut rest) = line.split_once(' ').filter(|(label, _)| (3..=MAX_LABEL).contains(&label.len()))?;
    let mut folded = label.to_lowercase();
    if BEFORE_LABELS.contains(&folded.as_str()) {
        (label, rest) = rest.split_once(' ')?;
        folded = label.to_lowercase();
    }
    let folded = folded.trim_end_matches('.');
    let unnumbered = rest.trim_start_matches(['n', 'N', 'o', 'r', 'u', 'm', '.', '°', 'º', '№', '#', ' ']);
    let has_numero = rest.starts_with("n°") || rest.starts_with("N°") || rest.starts_with("n º");
    if !(LABELS.contains(&folded) || (has_numero && LABELS_WITH_NUMERO.contains(&folded))) {
        return None;
    }
    let is_numeral = !rest.starts_with(['n', 'N']);
    let (numbers, text) = is_numeral.then(|| numbers(rest)).flatten().or_else(|| numbers(unnumbered))?;
    let bare = text.trim_start_matches([' ', ':', '.', ')', '–', '—', '-', '：', '|']);
    // "Recommendation 3 was not taken up" speaks of one.
    let is_parted = text.starts_with([':', '.', ')', '：']) || text.trim_start().starts_with(['–', '—', '-', ':', '|']);
    (is_parted || bare.is_empty()).then_some((numbers, bare))
}

/// The number at the start of a text: `3`, `1.2`, `2020-012`, `Three`, `B`; and what comes after it.
fn numbers(text: &str) -> Option<(Numbers, &str)> {
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '.' | '-' | '/')))
        .unwrap_or(text.len());
    let word = text.get(..end)?.trim_end_matches(['.', '-']);
    let rest = text.get(word.len()..)?;
    let numbers: Option<Numbers> = word.split(['.', '-', '/']).map(|part| part.parse().ok()).collect();
    if let Some(numbers) = numbers {
        return (numbers.len() <= 3).then_some((numbers, rest));
    }
    if let [letter @ b'A'..=b'Z'] = word.as_bytes() {
        return Some((vec![u32::from(letter - b'A') + 1], rest));
    }
    let folded = word.to_lowercase();
    let place = NUMERALS.iter().position(|numeral| *numeral == folded)?;
    Some((vec![u32::try_from(place).ok()? + 1], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_over_a_reports_own_recommendations() {
        let (plain, mixed, short) = (
            Heading::default(),
            Heading { is_mixed: true, is_short: false },
            Heading { is_mixed: false, is_short: true },
        );
        for (line, expected) in [
            ("Recommendations", plain),
            ("9. RECOMMENDATIONS", plain),
            ("3　提言", plain),
            ("التوصيات", plain),
            ("Recommendations for councils", plain),
            ("Recommendations for Executive Action", plain),
            ("Chapter 7: Recommendations", plain),
            ("Box 1.2. Key recommendations", short),
            ("Summary of recommendations", short),
            ("Liste des recommandations", short),
            ("Conclusions and recommendations", mixed),
            ("Schlussfolgerungen und Empfehlungen", mixed),
            ("Unsere Empfehlungen an die Politik", plain),
            ("Safety recommendations", plain),
        ] {
            assert_eq!(heading(line, true), Some(expected), "{line}");
        }
        for line in [
            "Recommendations . . . . iii",
            "Status of recommendations",
            "Recommendation letter",
            "Recommended settings",
            "WHO recommendations",
            "Recommendations of others",
            "Existing recommendations",
            "Recommendations made in the previous report",
            "Progress against recommendations",
            "Government response to the recommendations",
            "Recommendations for follow-up of earlier reports",
        ] {
            assert_eq!(heading(line, true), None, "{line}");
        }
        for line in ["recommendations for improvement to goal", "recommendations", "Recommendations.", "” 建议”"]
        {
            assert_eq!(heading(line, false), None, "{line}");
        }
    }

    #[test]
    fn sentences_announce_a_reports_own_recommendations() {
        for line in [
            "This report recommends the following:",
            "Wir empfehlen den Ländern:",
            "Nous recommandons :",
            "It is recommended that Cabinet:",
            "We recommend that the Chief Financial Officer:",
            "As a result of its investigation, the Board makes the following new safety recommendations:",
        ] {
            assert!(sentence(line), "{line}");
        }
        for line in [
            "Recommended citation:",
            "In 1999 the council recommended:",
            "The following costs:",
            "The European guideline of 2011 recommends that utilities:",
            "The status of the recommendations made in 2017:",
            "The following are recommended:",
            "Users recommend the following:",
        ] {
            assert!(!sentence(line), "{line}");
        }
    }

    #[test]
    fn introductions_tell_whose_recommendations_follow() {
        for text in ["The status of the recommendations made in 2017:", "Previous recommendations were these:"] {
            assert!(introduces_others(text), "{text}");
        }
        for text in ["We make these recommendations in response to what we found:", "The status of wells differs."] {
            assert!(!introduces_others(text), "{text}");
        }
    }

    #[test]
    fn labels_number_recommendations() {
        type Case = (&'static str, Option<(&'static [u32], &'static str)>);
        let cases: &[Case] = &[
            ("Recommendation 3: Train everybody.", Some((&[3], "Train everybody."))),
            ("Recommandation n° 2 – Publier", Some((&[2], "Publier"))),
            ("Proposition n° 2 : Publier", Some((&[2], "Publier"))),
            ("RECOMMENDATION 1", Some((&[1], ""))),
            ("Safety Recommendation 2020-012", Some((&[2020, 12], ""))),
            ("Key recommendation 2: Train", Some((&[2], "Train"))),
            ("Recommendation 1.2. Train", Some((&[1, 2], "Train"))),
            ("Recommendation Three: Train", Some((&[3], "Train"))),
            ("Recommendation B – Train", Some((&[2], "Train"))),
            ("Recommendation No. 4: Train", Some((&[4], "Train"))),
            ("Recommendation 3 was not taken up.", None),
            ("Recommendation letters 3: x", None),
            ("Proposition 2. Let x be", None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|(numbers, text)| (numbers.to_vec(), text));
            assert_eq!(labelled(line), expected, "{line}");
        }
    }
}
