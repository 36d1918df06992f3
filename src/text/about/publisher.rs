//! The publisher: who is declared, else whom an imprint, a claim to the rights, or a line with the date or the number of
//! a series names. Only organisations are taken from lines that do not say "published by".

use super::names::{MAX_NAME, is_somebody};
use super::organisation_words::SERIES_WORDS;
use super::organisations::{is_company, is_organisation};
use super::{FrontLine, date, folded_words};
use crate::report::Declared;

/// What stands before the name of a publisher, folded to lower case; those with a colon only with it.
#[rustfmt::skip]
const LABELS: &[&str] = &[
    "published by", "publisher:", "published for", "a publication of",
    "herausgeber:", "herausgeberin:", "herausgegeben von", "herausgegeben vom", "hrsg.:", "verlag:",
    "éditeur :", "éditeur:", "publié par", "édité par", "une publication de",
    "editora:", "publicado por", "editado por", "pubblicato da", "editore:",
    "издатель:", "издательство:", "издано",
    "الناشر:", "الناشر :", "نشر بواسطة", "発行:", "発行者:", "出版者:",
];
/// Articles before a publisher's name.
const ARTICLES: [&str; 15] =
    ["the ", "der ", "die ", "das ", "dem ", "le ", "la ", "les ", "l’", "l'", "el ", "los ", "o ", "a ", "il "];
/// Words of what a line says of a publisher beside its name, at most.
const MAX_WORDS: usize = 14;
/// Words of a place after a publisher's name, at most.
const MAX_PLACE_WORDS: usize = 2;

/// The report's publisher. `lines` are those of the first pages, `imprint` those of others that may name it.
pub fn choose(declared: &Declared, lines: &[FrontLine], imprint: &[FrontLine]) -> Option<String> {
    let declared = declared.publisher.as_ref().map(|name| name.trim().to_owned()).filter(|name| is_somebody(name));
    let all = || lines.iter().chain(imprint);
    declared
        .or_else(|| {
            let next = all().skip(1).map(Some).chain([None]);
            all().zip(next).find_map(|(line, next)| labelled(&line.text, next))
        })
        .or_else(|| all().find_map(|line| with_rights(&line.text)))
        .or_else(|| title_page(lines).find_map(|line| with_date_or_series(&line.text)))
}

/// The lines of the first page to the end of its first line of running text, which may be a note at its foot.
fn title_page(lines: &[FrontLine]) -> impl Iterator<Item = &FrontLine> {
    let mut is_over = false;
    lines.iter().filter(|line| line.page == 1).take_while(move |line| {
        let is_running = line.text.split_whitespace().count() > MAX_WORDS;
        let was_over = is_over;
        is_over |= is_running;
        !was_over
    })
}

/// Who is named after "Published by"; a label alone on its line names whoever stands below it.
fn labelled(line: &str, next: Option<&FrontLine>) -> Option<String> {
    // Hardly any line is labelled: the first letters tell most from them.
    let start: String = line.trim().chars().take(24).flat_map(char::to_lowercase).collect();
    let label = LABELS.iter().find(|label| start.starts_with(**label))?;
    let rest = line.trim().char_indices().nth(label.chars().count()).map_or("", |(at, _)| line.trim()[at..].trim());
    let listed = if rest.is_empty() { next.map_or("", |next| next.text.trim()) } else { rest };
    let listed = ARTICLES.iter().find_map(|article| listed.strip_prefix(article)).unwrap_or(listed);
    // "Centre for Wells, Working Report 14."
    let name = with_date_or_series(listed).unwrap_or_else(|| bare(listed.split(". ").next().unwrap_or(listed)));
    let is_name = name.split_whitespace().count() <= MAX_WORDS && name.starts_with(|first: char| !first.is_lowercase());
    Some(name).filter(|name| is_name && is_somebody(name))
}

/// Who claims the rights since a year: "© 2023 Centre for Wells".
fn with_rights(line: &str) -> Option<String> {
    let starts_like = |label: &str| line.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label));
    let is_claim = starts_like("copyright") || starts_like("(c) ") || line.contains('©');
    if !is_claim || !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let line = line.split('©').next_back().unwrap_or(line);
    let line = line.split(". ").next().unwrap_or(line);
    let words = line.split_whitespace().filter(|word| {
        let folded = word.to_lowercase();
        let is_year = word.chars().all(|character| character.is_ascii_digit() || ",.-–".contains(character));
        !is_year && !matches!(folded.as_str(), "copyright" | "(c)" | "by" | "the")
    });
    let name = bare(&words.collect::<Vec<_>>().join(" "));
    // "Society, Stuttgart": the line before has the rest of the name.
    let is_rest = |name: &str| name.split_once(',').is_some_and(|(first, _)| !first.contains(' '));
    Some(name).filter(|name| is_company(name) || (is_organisation(name) && !is_rest(name)))
}

/// The organisation of a line such as "Centre for Wells, June 2022" or "Centre for Wells, Working Report 14".
fn with_date_or_series(line: &str) -> Option<String> {
    let sentence = line.split(". ").next().unwrap_or(line);
    // Names without spaces are parted from what follows by one.
    let (name, rest) = sentence.rsplit_once([',', '،', '\u{3000}']).or_else(|| sentence.split_once(' '))?;
    let has_figure = rest.chars().any(char::is_numeric);
    let is_series = has_figure && folded_words(rest).any(|word| SERIES_WORDS.contains(&word.as_str()));
    let name = name.trim();
    (is_organisation(name) && (date::is_bare(rest) || is_series)).then(|| bare(name))
}

/// A name without what stands around it in an imprint: the year, the place, a person, the full stop.
fn bare(text: &str) -> String {
    let mut name = text.split(['|', ';']).next().unwrap_or(text).trim().trim_end_matches('.');
    // "Centre for Wells, Leeds, 2023"; but "Department for Environment, Food and Rural Affairs".
    let is_list = |rest: &str| {
        rest.trim_start().starts_with(char::is_lowercase)
            || [" and ", " & ", " et ", " und ", " y ", " e "].iter().any(|link| rest.contains(link))
    };
    if let Some((before, rest)) = name.split_once(',')
        && is_organisation(before)
        && !is_list(rest)
    {
        name = before;
    }
    while let Some((before, after)) = name.rsplit_once(',') {
        let words = || after.split_whitespace();
        let is_place = words().count() <= MAX_PLACE_WORDS
            && words().all(|word| word.starts_with(|first: char| first.is_uppercase() || first.is_numeric()))
            && is_organisation(before);
        if !date::is_bare(after) && !is_place {
            break;
        }
        name = before.trim();
    }
    name.trim_end_matches([',', ':']).trim().chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> FrontLine {
        FrontLine { text: text.to_owned(), size: 12.0, is_bold: false, page: 1, y: 0.8 }
    }

    fn chosen(texts: &[&str]) -> Option<String> {
        let lines: Vec<FrontLine> = texts.iter().map(|text| line(text)).collect();
        choose(&Declared::default(), &lines, &[])
    }

    #[test]
    fn publishers_are_named_in_imprints_claims_and_lines_with_the_date() {
        let cases: [(&[&str], Option<&str>); 25] = [
            (&["Published by the Centre for Wells, Leeds, 2023."], Some("Centre for Wells")),
            (
                &["Published by Department for Environment, Food and Rural Affairs"],
                Some("Department for Environment, Food and Rural Affairs"),
            ),
            (&["Published by", "Harbour Press"], Some("Harbour Press")),
            (&["Herausgeber: Institut für Brunnen"], Some("Institut für Brunnen")),
            (&["Éditeur : Observatoire des puits"], Some("Observatoire des puits")),
            (&["Publicado por el Instituto del Agua"], Some("Instituto del Agua")),
            (&["Editora: Fundação das Águas"], Some("Fundação das Águas")),
            (&["Издатель: Институт воды"], Some("Институт воды")),
            (&["الناشر: مركز الدراسات"], Some("مركز الدراسات")),
            (&["© 2023 Centre for Wells. All rights reserved."], Some("Centre for Wells")),
            (&["Copyright © Acme Wells Ltd 2019–2021"], Some("Acme Wells Ltd")),
            (&["Institut für Brunnen, Juni 2022"], Some("Institut für Brunnen")),
            (&["Centre for Wells, Working Report 14. It may be copied."], Some("Centre for Wells")),
            (&["Published by the Centre for Wells, Working Report 14. It may be copied."], Some("Centre for Wells")),
            (&["地域行政研究所　二〇二二年十月"], Some("地域行政研究所")),
            (&["地域行政研究所 二〇二二年十月"], Some("地域行政研究所")),
            (
                &["Ministère de l’Eau, de la Terre et du Climat, juin 2022"],
                Some("Ministère de l’Eau, de la Terre et du Climat"),
            ),
            (&["© 2014 The Authors"], None),
            (&["© 2014 Wells Association, Ann Li, Chief Scientist"], Some("Wells Association")),
            (&["© 2014 Society, Stuttgart-Hohenheim"], None),
            (
                &["Published by Department for Environment, Food and Rural Affairs, London, 2023"],
                Some("Department for Environment, Food and Rural Affairs"),
            ),
            (&["Riga, June 2022"], None),
            (&["Published by 2030, the plan will be late."], None),
            (&["The Centre for Wells, which was founded in 2014, moved."], None),
            (
                &[
                    "It was found by all of those who came to the town in that year at last",
                    "Water Studies Institute, First Report 1 of the country",
                ],
                None,
            ),
        ];
        for (texts, expected) in cases {
            assert_eq!(chosen(texts).as_deref(), expected, "{texts:?}");
        }
    }

    #[test]
    fn declared_publishers_win() {
        let declared = Declared { publisher: Some("Harbour Press".to_owned()), ..Declared::default() };
        assert_eq!(choose(&declared, &[line("Published by Centre for Wells")], &[]).as_deref(), Some("Harbour Press"));
        let declared = Declared { publisher: Some("admin".to_owned()), ..Declared::default() };
        assert_eq!(choose(&declared, &[], &[line("© 2023 Centre for Wells")]).as_deref(), Some("Centre for Wells"));
    }
}
