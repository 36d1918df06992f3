//! A report analyzed into the fields of the index: the dear part of indexing, done by the extracting threads.

use crate::index::analyzer::{Token, WholeWords, accented, analyze};
use crate::index::page_starts::PageStarts;
use crate::index::schema::Fields;
use crate::index::sections::section_names;
use crate::index::sketch::Sketcher;
use crate::index::tokens::TokenWriter;
use crate::report::{Page, Report, ReportId, Statements};
use crate::text::contents::is_list_of_places;
use std::collections::BTreeSet;
use tantivy::TantivyDocument;

/// Positions left free between names, keywords and the like, so that no phrase runs over their ends.
const GAP: u32 = 8;

/// A language on fewer than one in so many of a report's pages is taken for a slip of the guess.
const LANGUAGE_SHARE: usize = 5;

/// A report analyzed into the fields of the index; made by the extracting threads.
#[derive(Debug)]
pub struct ReportDocument {
    pub(super) id: ReportId,
    pub(super) document: TantivyDocument,
    /// Bytes of the encoded fields, which is what waiting for the engine costs.
    pub(super) encoded_bytes: usize,
}

impl ReportDocument {
    /// Analyzes a report, which has been corrected. `file` is the path shown and searched by `file:`, `tags` are what
    /// persons say that it is about.
    pub fn new(report: &Report, file: &str, tags: &[String]) -> ReportDocument {
        let (_, fields) = Fields::schema();
        let about = &report.about;
        let mut filler =
            Filler { document: ReportDocument { id: report.id, document: TantivyDocument::new(), encoded_bytes: 0 } };
        filler.exact(fields.key, &report.id.to_string());
        filler.body(&fields, &report.pages, &about.title);
        filler.statements(&fields, &report.statements);
        filler.document.document.add_u64(fields.pages, report.pages.len() as u64);
        filler.words(fields.title, [about.title.as_str()]);
        filler.words(fields.author, about.authors.iter().map(String::as_str));
        filler.words(fields.subject, about.subject.iter().chain(&about.keywords).map(String::as_str));
        filler.words(fields.tag, tags.iter().map(String::as_str));
        filler.words(fields.file, file.split(['/', '\\']));
        for language in languages(report) {
            filler.exact(fields.language, language);
        }
        for author in &about.authors {
            filler.exact(fields.author_name, author);
            filler.exact(fields.author_key, &folded(author));
        }
        for tag in tags {
            filler.exact(fields.tag_name, tag);
            filler.exact(fields.tag_key, &folded(tag));
        }
        for (name, key) in section_names(&report.outline, &about.title) {
            filler.exact(fields.section_name, &name);
            filler.exact(fields.section_key, &key);
        }
        filler.exact(fields.title_sort, &folded(&about.title));
        if let Some((year, date)) = about.date.as_deref().and_then(date_numbers) {
            filler.document.document.add_i64(fields.year, year);
            filler.document.document.add_i64(fields.date, date);
        }
        filler.document
    }
}

/// Fills the fields of one document.
struct Filler {
    document: ReportDocument,
}

impl Filler {
    fn exact(&mut self, field: tantivy::schema::Field, value: &str) {
        self.document.document.add_text(field, value);
    }

    fn encoded(&mut self, field: tantivy::schema::Field, writer: TokenWriter) {
        let encoded = writer.finish();
        if !encoded.is_empty() {
            self.document.encoded_bytes += encoded.len();
            self.document.document.add_text(field, encoded);
        }
    }

    /// Texts one after the other with a [`GAP`] between them.
    fn words<'a>(&mut self, field: tantivy::schema::Field, texts: impl IntoIterator<Item = &'a str>) {
        let mut writer = TokenWriter::default();
        let mut position = 0;
        for text in texts {
            let end = analyze(text, &[], position, &mut |token| writer.push(token.term, token.position));
            position = end.saturating_add(GAP);
        }
        self.encoded(field, writer);
    }

    /// Distinct words in any order, where only their presence counts.
    fn distinct(&mut self, field: tantivy::schema::Field, words: &BTreeSet<String>) {
        let mut writer = TokenWriter::default();
        (0..).zip(words).for_each(|(place, word)| writer.push(word, place));
        self.encoded(field, writer);
    }

    /// What the report says in brief.
    fn statements(&mut self, fields: &Fields, statements: &Statements) {
        let texts = statements.summary.iter().chain(&statements.recommendations);
        self.words(fields.statement, texts.map(|statement| statement.text.as_str()));
    }

    /// The fields made from pages: body, headings, furniture, accented words (those of the title too), section, sketch
    /// and page starts.
    fn body(&mut self, fields: &Fields, pages: &[Page], title: &str) {
        let mut body = TokenWriter::default();
        let mut heading = TokenWriter::default();
        let mut furniture = BTreeSet::new();
        let mut with_accents = BTreeSet::new();
        let mut note_accents = |text: &str, token: Token<'_>| {
            if let Some(word) = accented(token.span.of(text), token.term)
                && !with_accents.contains(&word)
            {
                with_accents.insert(word);
            }
        };
        analyze(title, &[], 0, &mut |token| note_accents(title, token));
        let mut section = TokenWriter::default();
        let mut sketcher = Sketcher::default();
        let mut starts = PageStarts::default();
        let (mut position, mut heading_position) = (0, 0);
        for (index, page) in pages.iter().enumerate() {
            let start = position;
            if page.status.is_searchable() {
                let mut whole_words = WholeWords::default();
                position = analyze(&page.text, &page.furniture, position, &mut |token| {
                    body.push(token.term, token.position);
                    if whole_words.has(&token) {
                        sketcher.push(token.term);
                    }
                    note_accents(&page.text, token);
                });
                for span in &page.headings {
                    heading_position = analyze(span.of(&page.text), &[], heading_position, &mut |token| {
                        heading.push(token.term, token.position);
                    });
                }
                for span in &page.furniture {
                    analyze(span.of(&page.text), &[], 0, &mut |token| {
                        if !furniture.contains(token.term) {
                            furniture.insert(token.term.to_owned());
                        }
                    });
                }
            }
            if let Some(path) = &page.section {
                let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                let mut words = BTreeSet::new();
                analyze(path, &[], 0, &mut |token| {
                    words.insert(token.term.to_owned());
                });
                words.iter().for_each(|word| section.push(word, number));
            }
            let pages = u32::try_from(pages.len()).unwrap_or(u32::MAX);
            starts.push(position.saturating_sub(start), is_list_of_places(&page.text, pages));
        }
        self.encoded(fields.body, body);
        self.encoded(fields.heading, heading);
        self.distinct(fields.furniture, &furniture);
        self.distinct(fields.accented, &with_accents);
        self.encoded(fields.section, section);
        if let Some(sketch) = sketcher.finish() {
            self.document.document.add_bytes(fields.sketch, sketch.encode());
        }
        self.document.document.add_bytes(fields.page_starts, &starts.encode());
    }
}

/// The languages a report can be filtered by: its own, and those of a fair share of its pages.
pub(crate) fn languages(report: &Report) -> Vec<&str> {
    let own = report.about.language.as_deref();
    let of_pages: Vec<&str> = report.pages.iter().filter_map(|page| page.language.as_deref()).collect();
    let frequent = of_pages.iter().collect::<BTreeSet<_>>().into_iter().copied().filter(|language| {
        let pages = of_pages.iter().filter(|other| *other == language).count();
        pages * LANGUAGE_SHARE >= of_pages.len() && Some(*language) != own
    });
    own.into_iter().chain(frequent).collect()
}

/// A name or title folded as the analyzer folds words, its words joined by single spaces: for comparing and sorting.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut last = None;
    analyze(text, &[], 0, &mut |token| {
        // Variants of a word stand at its position; the first is the whole word.
        if last != Some(token.position) {
            if last.is_some() {
                folded.push(' ');
            }
            folded.push_str(token.term);
            last = Some(token.position);
        }
    });
    folded
}

/// `2023`, `2023-05` or `2023-05-17` as the year and `yyyymmdd` with 0 for what is not known.
pub(crate) fn date_numbers(date: &str) -> Option<(i64, i64)> {
    let mut parts = date.split('-').map(str::parse::<u16>);
    let year = i64::from(parts.next()?.ok().filter(|year| *year <= 9999)?);
    let month = parts.next().and_then(Result::ok).filter(|month| (1..=12).contains(month)).map_or(0, i64::from);
    let day = parts.next().and_then(Result::ok).filter(|day| (1..=31).contains(day)).map_or(0, i64::from);
    Some((year, year * 10_000 + month * 100 + day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_precise_as_known() {
        for (date, expected) in [
            ("2023", Some((2023, 20_230_000))),
            ("2023-05", Some((2023, 20_230_500))),
            ("2023-05-17", Some((2023, 20_230_517))),
            ("2023-13-40", Some((2023, 20_230_000))),
            ("99999", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(date_numbers(date), expected, "{date}");
        }
    }
}
