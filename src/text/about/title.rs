//! The title: what is declared, the largest type of the first pages, or the file's name.

use super::software::{EMPTY_TITLES, EXTENSIONS, INSTITUTIONS, PROGRAMS, TITLE_PREFIXES};
use super::{FrontLine, date, folded_words};
use crate::report::{Declared, TitleSource};
use std::collections::HashSet;
use std::path::Path;

/// Longest title, in characters; longer ones are text.
const MAX_CHARACTERS: usize = 300;
/// Most words of a title read off a page.
const MAX_WORDS: usize = 40;
/// Pages on which a title is looked for.
const TITLE_PAGES: u32 = 3;
/// Type this much larger than the text stands out. × the median size.
const STANDS_OUT: f32 = 1.25;
/// Most words of the name of a state or an office.
const MAX_INSTITUTION_WORDS: usize = 7;
/// Most words of a banner over the title.
const MAX_BANNER_WORDS: usize = 3;
/// Least size of the title below a banner. × the banner's.
const BELOW_BANNER: f32 = 0.4;
/// Sizes that differ by less than this fraction are the same type.
const SAME_SIZE: f32 = 0.06;

/// The title chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its text on one line.
    pub text: String,
    /// Where it was found.
    pub source: TitleSource,
}

struct Candidate {
    title: Title,
    score: f32,
}

/// The candidate that the others bear out best.
pub fn choose(declared: &Declared, lines: &[FrontLine], file_name: &str) -> Title {
    let stem = Path::new(file_name).file_stem().map_or(file_name.into(), |stem| stem.to_string_lossy());
    let front = Front::of(lines);
    let declared_candidate = |text: &Option<String>, source| {
        let (text, was_prefixed) = without_prefix(text.as_deref()?);
        let score = front.support(text) - if was_prefixed { 20.0 } else { 0.0 };
        is_plausible(text, &stem).then(|| Candidate { title: Title { text: clean(text), source }, score })
    };
    let candidates = [
        declared_candidate(&declared.xmp_title, TitleSource::Xmp),
        declared_candidate(&declared.info_title, TitleSource::Info),
        front.largest_type(&stem),
    ];
    let by_file_name = Candidate {
        title: Title { text: stem.clone().into_owned(), source: TitleSource::FileName },
        // A name made of words is a title someone gave; it still yields to most others.
        score: if stem.split([' ', '_', '-']).filter(|word| is_word(word)).count() >= 3 { 22.0 } else { 10.0 },
    };
    // Of equals the first, which is the stronger source.
    candidates
        .into_iter()
        .flatten()
        .fold(None, |best: Option<Candidate>, candidate| match best {
            Some(best) if best.score >= candidate.score => Some(best),
            _ => Some(candidate),
        })
        .filter(|best| best.score >= by_file_name.score)
        .unwrap_or(by_file_name)
        .title
}

fn is_word(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(char::is_alphabetic)
}

/// The text without the name of the program that wrote it, and whether there was one.
fn without_prefix(text: &str) -> (&str, bool) {
    let found = TITLE_PREFIXES
        .iter()
        .find_map(|prefix| text.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix)));
    match found {
        Some(prefix) => (text[prefix.len()..].trim(), true),
        None => (text, false),
    }
}

/// On one line, without control characters, enclosing quotes and a colon nothing follows.
fn clean(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    let quoted = [('"', '"'), ('“', '”'), ('«', '»')]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    let line = quoted.unwrap_or(&line).trim();
    // "… | August 2015": the date is told apart from the title.
    let undated = line.rsplit_once(" | ").filter(|(_, after)| date::is_bare(after)).map_or(line, |(before, _)| before);
    undated.trim_end_matches(':').trim_end().to_owned()
}

/// Whether a text can be the title of a report at all.
fn is_plausible(text: &str, stem: &str) -> bool {
    let text = text.trim();
    let characters = text.chars().count();
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let is_ideographic = text.chars().any(|character| character >= '\u{2E80}');
    let folded = text.to_lowercase();
    // Numbering aside: "Slide 1", "Layout 1", "Document1", "untitled-2".
    let bare =
        folded.trim_end_matches(|end: char| end.is_numeric() || matches!(end, ' ' | '-' | '.' | '_' | '#' | ':'));
    let has_enough = characters <= MAX_CHARACTERS && letters >= if is_ideographic { 2 } else { 4 };
    let has_mostly_letters = letters * 2 >= text.chars().filter(|character| !character.is_whitespace()).count();
    let is_empty = EMPTY_TITLES.contains(&folded.as_str()) || EMPTY_TITLES.contains(&bare);
    let is_program = characters < 60 && PROGRAMS.iter().any(|program| folded.contains(program));
    let is_item = text.starts_with(['•', '●', '▪', '■', '–', '*']);
    // The head of a letter.
    let is_address = text.contains('@') || folded.contains("tel.") || folded.contains("fax");
    let is_item = is_item || is_address;
    let is_label = is_empty || is_item || is_program || is_file_name(text, stem, is_ideographic) || date::is_bare(text);
    has_enough && has_mostly_letters && !is_label
}

/// Whether it looks like the name of a file or a path.
fn is_file_name(text: &str, stem: &str, is_ideographic: bool) -> bool {
    let folded = text.to_lowercase();
    let has_extension = folded.rsplit_once('.').is_some_and(|(before, extension)| {
        !before.ends_with(char::is_whitespace) && EXTENSIONS.contains(&extension.trim_end_matches(')'))
    });
    let is_path = text.contains('\\') || text.starts_with('/') || folded.contains("://") || folded.starts_with("www.");
    let is_one_word = !text.contains(char::is_whitespace);
    let is_code = is_one_word
        && !is_ideographic
        && (text.contains('_') || text.chars().any(char::is_numeric) || text.matches('-').count() > 1);
    let is_stem = is_one_word && folded == stem.to_lowercase();
    // "LV-03-06-EU INDC": a code with two numbers in it, whatever stands beside it.
    let has_numbers = |word: &str| {
        let numbers = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        word.contains(|character: char| character.is_alphabetic()) && word.split('-').filter(numbers).count() >= 2
    };
    let is_code = is_code || text.split_whitespace().any(has_numbers);
    has_extension || is_path || is_code || is_stem
}

/// What the first pages show.
struct Front<'l> {
    lines: Vec<&'l FrontLine>,
    /// Words in lines of about the largest type, and all words.
    large_words: HashSet<String>,
    words: HashSet<String>,
    /// Median size.
    body_size: f32,
}

/// Consecutive lines in type of the same size.
struct Group<'l> {
    lines: Vec<&'l FrontLine>,
    size: f32,
}

impl<'l> Front<'l> {
    fn of(lines: &'l [FrontLine]) -> Front<'l> {
        let lines: Vec<&FrontLine> =
            lines.iter().filter(|line| line.page <= TITLE_PAGES && line.size.is_finite() && line.size > 0.0).collect();
        let mut sizes: Vec<f32> = lines.iter().map(|line| line.size).collect();
        sizes.sort_by(f32::total_cmp);
        let body_size = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
        let largest = lines.iter().filter(|line| has_words(&line.text)).map(|line| line.size).fold(0.0, f32::max);
        let words_of = |smallest: f32| {
            lines.iter().filter(|line| line.size >= smallest).flat_map(|line| folded_words(&line.text)).collect()
        };
        Front { large_words: words_of((largest * 0.75).max(body_size * 1.05)), words: words_of(0.0), lines, body_size }
    }

    /// How well the pages bear out a declared title.
    fn support(&self, title: &str) -> f32 {
        const DECLARED: f32 = 60.0;
        let words: Vec<String> = folded_words(title).filter(|word| word.chars().count() > 2).collect();
        let brevity = if title.split_whitespace().nth(1).is_none() && title.is_ascii() { 15.0 } else { 0.0 };
        if self.words.is_empty() || words.is_empty() {
            return DECLARED - brevity;
        }
        let share = |known: &HashSet<String>| {
            words.iter().filter(|word| known.contains(*word)).count() as f32 / words.len() as f32
        };
        let printed = share(&self.words);
        // A title none of whose words is printed belongs to another report or to a template.
        let doubt = if printed < 0.34 { 35.0 } else { 0.0 };
        // A day that is not printed with the title was put into the name of a file: "Submission - 5 june 2015".
        let unprinted_day = date::names_unprinted_month(title, &self.large_words);
        let doubt = doubt + if unprinted_day { 25.0 } else { 0.0 };
        DECLARED + 30.0 * share(&self.large_words) + 10.0 * printed - doubt - brevity
    }

    /// The title in the largest type, its lines joined.
    fn largest_type(&self, stem: &str) -> Option<Candidate> {
        let groups = self.groups();
        let largest = groups.iter().map(|group| group.size).fold(0.0, f32::max);
        let mut best: Option<(f32, bool, String)> = None;
        // The page on which running text has begun: a title stands before it.
        let mut body_page = 0;
        for (index, group) in groups.iter().enumerate() {
            let stands_out = group.size >= self.body_size * STANDS_OUT;
            let text = with_subtitle(group, groups.get(index + 1));
            let words = text.split_whitespace().count();
            let is_long = group.lines.len() > if group.is_bold() { 6 } else { 3 };
            let is_paragraph = words > MAX_WORDS || (!stands_out && (is_long || text.ends_with('.')));
            if is_paragraph {
                body_page = group.page();
            }
            // In small letters it goes on with what stands before it, unless nothing does.
            let is_first = index
                .checked_sub(1)
                .and_then(|before| groups.get(before))
                .is_none_or(|before| before.page() < group.page());
            let goes_on = text.starts_with(char::is_lowercase) && !(is_first && stands_out);
            if is_paragraph || goes_on || !is_plausible(&text, stem) {
                continue;
            }
            let is_name = group.lines.iter().all(|line| is_institution(&line.text)) || (words < 2 && text.is_ascii());
            let is_in_body = group.page() == body_page;
            let weight = group.weight(largest) - if is_name || is_in_body { 0.3 } else { 0.0 };
            if best.as_ref().is_none_or(|(known, ..)| weight > *known) {
                best = Some((weight, stands_out, text));
            }
        }
        let (_, stands_out, text) = best?;
        // A numbered heading opens a section, not a report.
        let is_section = text.starts_with(|first: char| first.is_ascii_digit()) && !text.starts_with("20");
        let score = 50.0 + if stands_out { 15.0 } else { -15.0 } - if is_section { 42.0 } else { 0.0 };
        Some(Candidate { title: Title { text: clean(&text), source: TitleSource::FirstPage }, score })
    }

    /// Whether a line goes on with a group: the same type, and no label or heading of its own.
    fn continues(&self, group: &Group<'_>, line: &FrontLine) -> bool {
        let Some(last) = group.lines.last() else { return false };
        let stands_out = group.size >= self.body_size * STANDS_OUT;
        last.page == line.page
            && (group.size - line.size).abs() <= group.size * SAME_SIZE
            // In the size of the text, weight alone tells a title from it.
            && (stands_out || last.is_bold == line.is_bold)
            && !stands_alone(&line.text)
            && !stands_alone(&last.text)
    }

    fn groups(&self) -> Vec<Group<'l>> {
        let mut groups: Vec<Group<'l>> = Vec::new();
        for line in self.lines.iter().filter(|line| !line.text.trim().is_empty()) {
            match groups.last_mut() {
                Some(group) if self.continues(group, line) => group.lines.push(line),
                _ => groups.push(Group { lines: vec![line], size: line.size }),
            }
        }
        groups.retain(|group| group.lines.iter().any(|line| has_words(&line.text)));
        groups
    }
}

/// Whether a line opens a section or is a label, so that no title goes on with it.
fn stands_alone(text: &str) -> bool {
    let text = text.trim();
    let folded = text.to_lowercase();
    let number = text.split_whitespace().next().unwrap_or_default();
    let is_roman = number.len() > 1 && number.trim_end_matches('.').chars().all(|character| "IVX".contains(character));
    let is_numbered = number.ends_with('.')
        && (is_roman || number.chars().all(|character| character.is_ascii_digit() || character == '.'));
    is_numbered || EMPTY_TITLES.contains(&folded.trim_end_matches(':')) || date::is_dateline(text)
}

/// Whether a text is the name of a state or of one of its offices and nothing more.
fn is_institution(text: &str) -> bool {
    let folded = text.trim().to_lowercase();
    let is_possessive = folded.contains("’s ") || folded.contains("'s ");
    !is_possessive
        && text.split_whitespace().count() <= MAX_INSTITUTION_WORDS
        && INSTITUTIONS.iter().any(|start| {
            folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(|next: char| !next.is_alphabetic()))
        })
}

/// Whether a text is a word or two in capitals: a country, an agency, a label over the title proper.
fn is_banner(text: &str) -> bool {
    text.split_whitespace().count() <= MAX_BANNER_WORDS
        && !text.chars().any(char::is_lowercase)
        && text.chars().any(char::is_uppercase)
}

fn has_words(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphabetic()).count() >= 2
}

/// The group's text, with that of the next one if it announces it by a colon.
fn with_subtitle(group: &Group<'_>, next: Option<&Group<'_>>) -> String {
    let text = group.text();
    let Some(next) = next.filter(|next| next.page() == group.page() && next.lines.len() <= 3) else { return text };
    let below = next.text();
    if text.ends_with(':') {
        return format!("{text} {below}");
    }
    // A country or an agency in capitals over what the report is called.
    // A larger one is weighed against the banner.
    let is_smaller = next.size < group.size * 0.7 || below.starts_with(char::is_lowercase);
    let is_title = is_smaller
        && below.split_whitespace().count() > MAX_BANNER_WORDS
        && below.split_whitespace().count() <= MAX_WORDS
        && next.size >= group.size * BELOW_BANNER
        && !below.ends_with('.')
        && !group.lines.iter().chain(&next.lines).any(|line| stands_alone(&line.text) || is_institution(&line.text));
    match is_title && is_banner(&text) {
        true if below.starts_with(char::is_lowercase) => format!("{text} {below}"),
        true => format!("{text}: {below}"),
        false => text,
    }
}

impl Group<'_> {
    fn page(&self) -> u32 {
        self.lines.first().map_or(1, |line| line.page)
    }

    fn is_bold(&self) -> bool {
        self.lines.iter().all(|line| line.is_bold)
    }

    /// How much its type speaks for it, against the largest type: about 1 at most.
    fn weight(&self, largest: f32) -> f32 {
        let bold = if self.is_bold() { 0.05 } else { 0.0 };
        self.size / largest - 0.15 * self.page().saturating_sub(1) as f32 + bold
    }

    /// Its lines joined, a word broken at a line end made whole.
    fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let line = line.text.trim().trim_matches('\u{AD}');
            let goes_on = text.ends_with('-') && line.starts_with(char::is_lowercase);
            if goes_on {
                text.pop();
            } else if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, size: f32) -> FrontLine {
        FrontLine { text: text.to_owned(), size, is_bold: false, page: 1, y: 0.3 }
    }

    fn chosen(xmp: Option<&str>, info: Option<&str>, lines: &[FrontLine], file: &str) -> (String, TitleSource) {
        let declared =
            Declared { xmp_title: xmp.map(str::to_owned), info_title: info.map(str::to_owned), ..Declared::default() };
        let title = choose(&declared, lines, file);
        (title.text, title.source)
    }

    #[test]
    fn titles_that_are_none_are_rejected() {
        let rejected = [
            "Microsoft Word - draft3.doc",
            "untitled",
            "Untitled-2",
            "Slide 1",
            "PowerPoint Presentation",
            "Layout 1",
            "annual_report_2020",
            "AR2020",
            "rpt-final-2",
            "C:\\reports\\x",
            "/home/a/report",
            "https://example.org/x",
            "Cover spread.indd",
            "Adobe InDesign CS3",
            "Acrobat Distiller 4.0",
            "17 May 2023",
            "2019-2020",
            "12345",
            "x",
            "---",
            "Document1",
            "budget",
        ];
        for title in rejected {
            let (text, source) = chosen(None, Some(title), &[], "budget.pdf");
            assert_eq!((text.as_str(), source), ("budget", TitleSource::FileName), "{title}");
        }
        let long = "word ".repeat(100);
        assert_eq!(chosen(Some(&long), None, &[], "b.pdf").1, TitleSource::FileName);
    }

    #[test]
    fn declared_titles_that_are_printed_win() {
        let lines =
            [line("GAO", 30.0), line("Annual Report", 24.0), line("to the Congress", 24.0), line("Body text", 10.0)];
        let title = "Annual Report to the Congress";
        assert_eq!(chosen(Some(title), Some("x.doc"), &lines, "a.pdf"), (title.to_owned(), TitleSource::Xmp));
        assert_eq!(chosen(Some("a.indd"), Some(title), &lines, "a.pdf"), (title.to_owned(), TitleSource::Info));
        let prefixed = "Microsoft Word - Annual Report to the Congress";
        assert_eq!(chosen(None, Some(prefixed), &lines, "a.pdf"), (title.to_owned(), TitleSource::Info));
    }

    #[test]
    fn declared_titles_of_other_reports_lose_to_the_page() {
        let lines =
            [line("Safe Wells for", 24.0), line("Every Vil-", 24.0), line("lage", 24.0), line("Body text", 10.0)];
        let lines: Vec<FrontLine> = lines.into_iter().chain((0..5).map(|_| line("more body text", 10.0))).collect();
        let expected = ("Safe Wells for Every Village".to_owned(), TitleSource::FirstPage);
        assert_eq!(chosen(None, Some("Quarterly Newsletter Template"), &lines, "a.pdf"), expected);
        assert_eq!(chosen(None, Some("wells_v3.docx"), &lines, "a.pdf"), expected);
        assert_eq!(chosen(None, None, &lines, "wells in every village.pdf"), expected);
    }

    #[test]
    fn headings_and_paragraphs_are_told_from_titles() {
        let section =
            [line("1 Exercise one", 20.0), line("Body text", 10.0), line("more of it", 10.0), line("and", 10.0)];
        let title = chosen(None, Some("Solutions"), &section, "a.pdf");
        assert_eq!(title.1, TitleSource::FirstPage, "a declaration of one word that is not printed weighs least");
        assert_eq!(chosen(None, Some("Databases: solutions"), &section, "a.pdf").1, TitleSource::Info);
        let paragraph: Vec<FrontLine> = (0..8).map(|_| line("a paragraph that goes on", 10.0)).collect();
        assert_eq!(chosen(None, None, &paragraph, "a.pdf").1, TitleSource::FileName);
        let announced =
            [line("Rivers and Wells:", 24.0), line("A Study", 18.0), line("Body", 10.0), line("text", 10.0)];
        assert_eq!(chosen(None, None, &announced, "a.pdf").0, "Rivers and Wells: A Study");
    }

    fn bold(text: &str, size: f32) -> FrontLine {
        FrontLine { is_bold: true, ..line(text, size) }
    }

    #[test]
    fn titles_are_told_from_what_stands_around_them() {
        let body = || (0..8).map(|_| line("a paragraph of the text that goes on", 10.0));
        let cases: [(Vec<FrontLine>, &str); 9] = [
            // In the size of the text, weight tells them apart.
            (vec![bold("A Study of Rivers", 10.0), bold("and Wells", 10.0)], "A Study of Rivers and Wells"),
            (vec![line("DRAFT", 20.0), line("A Study of Rivers", 20.0), line("May 2015", 20.0)], "A Study of Rivers"),
            (vec![line("A Study of Rivers", 20.0), line("1. Introduction", 20.0)], "A Study of Rivers"),
            (vec![bold("Republic of Ruritania", 22.0), bold("A Study of Rivers", 18.0)], "A Study of Rivers"),
            (vec![line("RURITANIA", 24.0), line("A Study of Its Rivers", 14.0)], "RURITANIA: A Study of Its Rivers"),
            (vec![bold("A Study of Rivers", 11.0), bold("and Wells | May 2015", 11.0)], "A Study of Rivers and Wells"),
            (vec![bold("A Study of Rivers", 10.0), line("• Wells and more", 14.0)], "A Study of Rivers"),
            // All in small letters, as designers like it; below another line it goes on with that.
            (vec![line("a study of rivers", 18.0), line("and wells .", 18.0)], "a study of rivers and wells ."),
            (vec![line("A Study of Rivers", 14.0), line("in small letters", 15.0)], "A Study of Rivers"),
        ];
        for (front, expected) in cases {
            let lines: Vec<FrontLine> = front.into_iter().chain(body()).collect();
            assert_eq!(chosen(None, None, &lines, "a.pdf").0, expected);
        }
        let lines: Vec<FrontLine> =
            std::iter::once(line("A Study of Rivers", 20.0)).chain(body()).chain([line("Wells", 22.0)]).collect();
        assert_eq!(chosen(None, None, &lines, "a.pdf").0, "A Study of Rivers", "a title stands before the text");
        assert_eq!(chosen(None, Some("Rivers - 5 june 2015"), &lines, "a.pdf").1, TitleSource::FirstPage);
        assert_eq!(chosen(None, Some("RU-03-06-EU Study"), &lines, "a.pdf").1, TitleSource::FirstPage);
    }

    #[test]
    fn declared_titles_stand_where_the_pages_have_no_text() {
        assert_eq!(chosen(None, Some("Safe Wells"), &[], "a.pdf"), ("Safe Wells".to_owned(), TitleSource::Info));
        assert_eq!(chosen(None, Some("年度报告"), &[], "a.pdf"), ("年度报告".to_owned(), TitleSource::Info));
    }

    #[test]
    fn dates_logos_and_later_pages_do_not_become_titles() {
        let mut lines =
            vec![line("2023", 60.0), line("ACME", 40.0), line("A Study of Rivers", 36.0), line("text", 10.0)];
        lines.push(FrontLine { page: 3, ..line("Executive Summary", 38.0) });
        assert_eq!(chosen(None, None, &lines, "a.pdf").0, "A Study of Rivers");
    }
}
