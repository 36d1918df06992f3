//! The words that announce an abstract, as tables, folded to lower case.

use foldhash::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Headings that can stand over nothing but an abstract or a summary of the whole report.
#[rustfmt::skip]
const SUMMARIES: &[&str] = &[
    "abstract", "executive summary", "management summary", "report summary", "summary of the report",
    "summary for policymakers", "plain language summary", "executive overview", "executive abstract",
    "kurzfassung", "kurzzusammenfassung", "abstrakt", "résumé", "résumé exécutif", "résumé analytique",
    "sommaire exécutif", "note de synthèse", "résumé non technique", "resumen", "resumen ejecutivo", "resum",
    "resumo", "resumo executivo", "sumário executivo", "riassunto", "sommario esecutivo", "sintesi esecutiva",
    "sammanfattning", "sammendrag", "resumé", "samenvatting", "managementsamenvatting", "tiivistelmä", "streszczenie",
    "abstrakt", "shrnutí", "souhrn", "zhrnutie", "összefoglaló", "kivonat", "rezumat", "sažetak", "аннотация", "резюме",
    "реферат", "краткое содержание", "анотація", "περίληψη", "özet", "yönetici özeti", "ملخص", "الملخص", "ملخص تنفيذي",
    "الملخص التنفيذي", "תקציר", "چکیده", "要旨", "要約", "抄録", "摘要", "内容摘要", "执行摘要", "초록", "요약", "abstrak",
    "ringkasan eksekutif", "tóm tắt", "บทคัดย่อ", "सारांश",
];

/// Headings that stand over a summary at the front, but over a conclusion, a chapter's summary or a table of contents
/// elsewhere.
#[rustfmt::skip]
const SUMMARIES_AT_THE_FRONT: &[&str] = &[
    "summary", "synopsis", "key messages", "zusammenfassung",
    "das wichtigste in kürze", "synthèse", "sommaire", "síntesis", "sumário", "síntese", "sommario", "sintesi",
    "sammenfatning", "yhteenveto", "podsumowanie", "сводка", "خلاصة", "الخلاصة", "خلاصه", "概要", "提要", "개요", "ringkasan",
];

/// What lines begin with that give keywords, after an abstract.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "keywords", "key words", "index terms", "schlüsselwörter", "schlagwörter", "stichwörter", "mots-clés", "mots clés",
    "palabras clave", "palavras-chave", "parole chiave", "nyckelord", "trefwoorden", "ключевые слова", "関键词", "关键词",
    "キーワード", "jel classification", "jel codes", "general terms", "categories and subject descriptors",
    "ccs concepts",
];

/// Lines that end an abstract without being set as headings.
#[rustfmt::skip]
const AFTER_SUMMARIES: &[&str] = &[
    "contents", "table of contents", "inhaltsverzeichnis", "inhalt",
    "table des matières", "índice", "indice", "acknowledgements", "acknowledgments", "introduction", "einleitung",
];

/// Longest heading that is looked up, in bytes; the scripts with the longest encodings need three a letter.
const MAX_HEADING: usize = 90;

/// What a heading announces a summary of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// The report, wherever it stands.
    Sure,
    /// The report if it stands at the front.
    AtTheFront,
}

/// Whether a line is a heading over an abstract.
pub fn summary(line: &str) -> Option<Summary> {
    match announced(&folded_heading(line)?)? {
        Announced::Summary(summary) => Some(summary),
        Announced::AfterSummary => None,
    }
}

/// The text after "Abstract:", "Abstract—" or "Zusammenfassung." on the same line.
pub fn run_in_summary(line: &str) -> Option<&str> {
    let at = line.find([':', '.', '—', '–', '：', '-']).filter(|at| *at <= MAX_HEADING)?;
    let (label, rest) = line.split_at(at);
    let rest = rest.trim_start_matches([':', '.', '—', '–', '：', '-', ' ']);
    (summary(label).is_some() && !rest.is_empty()).then_some(rest)
}

/// Whether a line ends an abstract.
pub fn ends_summary(line: &str) -> bool {
    let label = line.split([':', '—', '：']).next().unwrap_or(line);
    let folded: String = line.chars().take(MAX_HEADING).flat_map(char::to_lowercase).collect();
    if KEYWORDS.iter().any(|start| folded.starts_with(start)) {
        return true;
    }
    let announced = folded_heading(label).and_then(|heading| announced(&heading));
    matches!(announced, Some(Announced::AfterSummary | Announced::Summary(_)))
}

/// What stands under a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    Summary(Summary),
    AfterSummary,
}

/// The tables of headings as one, with the forms that French and Spanish capitals often take, without their accents.
static HEADINGS: LazyLock<HashMap<String, Announced>> = LazyLock::new(|| {
    let tables = [
        (SUMMARIES, Announced::Summary(Summary::Sure)),
        (SUMMARIES_AT_THE_FRONT, Announced::Summary(Summary::AtTheFront)),
        (AFTER_SUMMARIES, Announced::AfterSummary),
    ];
    let mut headings = HashMap::default();
    for (entries, announced) in tables {
        for entry in entries {
            headings.entry((*entry).to_owned()).or_insert(announced);
            let unaccented: String = entry.nfd().filter(|character| !is_accent(*character)).collect();
            if unaccented.is_ascii() {
                headings.entry(unaccented).or_insert(announced);
            }
        }
    }
    headings
});

fn announced(heading: &str) -> Option<Announced> {
    HEADINGS.get(heading).copied()
}

fn is_accent(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}')
}

/// A heading folded for the tables: lower case, without its number, its full stop and the space between its letters.
pub fn folded_heading(line: &str) -> Option<String> {
    let line = line.trim();
    if line.is_empty() || line.len() > MAX_HEADING {
        return None;
    }
    let unnumbered = match line.split_once(char::is_whitespace) {
        Some((number, rest)) if is_section_number(number) => rest.trim(),
        _ => line,
    };
    // No heading of the tables has a figure in it, but most rows of tables have.
    if unnumbered.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bare = unnumbered.trim_matches(|character: char| !character.is_alphanumeric() && !is_mark(character));
    let parts = || bare.split_whitespace();
    let is_spaced = parts().all(|part| part.chars().nth(1).is_none()) && parts().nth(3).is_some();
    // As nearly all lines are.
    let is_plain =
        bare.is_ascii() && !bare.contains("  ") && bare.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if is_plain && !is_spaced {
        return Some(bare.to_ascii_lowercase());
    }
    let joined = parts().collect::<Vec<_>>().join(if is_spaced { "" } else { " " });
    Some(joined.to_lowercase())
}

/// Combining marks of Thai, Devanagari and Arabic, which belong to the word's end.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}' | '\u{064B}'..='\u{0652}' | '\u{0900}'..='\u{0DFF}' | '\u{0E30}'..='\u{0E4E}')
}

/// `1`, `2.`, `3.1`, `IV.`, `A)`.
fn is_section_number(word: &str) -> bool {
    let bare = word.trim_matches(['.', ')', '(', ':']);
    let is_numeric = !bare.is_empty() && bare.chars().all(|character| character.is_numeric() || character == '.');
    let is_roman = bare.len() <= 5 && !bare.is_empty() && bare.chars().all(|character| "IVXivx".contains(character));
    let is_letter = bare.len() == 1 && word.len() > 1 && bare.chars().all(|character| character.is_ascii_alphabetic());
    is_numeric || is_roman || is_letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_over_summaries_are_known_in_many_dresses() {
        let cases = [
            ("Abstract", Some(Summary::Sure)),
            ("EXECUTIVE SUMMARY", Some(Summary::Sure)),
            ("1. Executive Summary:", Some(Summary::Sure)),
            ("A B S T R A C T", Some(Summary::Sure)),
            ("II Résumé", Some(Summary::Sure)),
            ("RESUME  EXECUTIF", Some(Summary::Sure)),
            ("1　要旨", Some(Summary::Sure)),
            ("Summary", Some(Summary::AtTheFront)),
            ("Zusammenfassung", Some(Summary::AtTheFront)),
            ("Abstract . . . . . . . . . . . . ii", None),
            ("Executive Summary 7", None),
            ("Summary of costs", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(summary(line), expected, "{line}");
        }
        assert_eq!(run_in_summary("Abstract—We show that"), Some("We show that"));
        assert_eq!(run_in_summary("Abstract: a word"), Some("a word"));
        assert_eq!(run_in_summary("Abstract art is dear."), None);
        assert!(ends_summary("Keywords: water, wells") && ends_summary("1 Introduction") && !ends_summary("Water"));
        assert!(ends_summary("Categories and Subject Descriptors D.3.4 [Languages]"));
    }
}
