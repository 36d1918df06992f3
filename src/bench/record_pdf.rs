//! A record (title and text) as a PDF of its own, the way a word processor would print it: the title in larger type and
//! in the document's information, the text wrapped below, as many pages as it takes.
//!
//! The type is Courier, whose letters are all equally wide, so that lines can be broken without tables of widths. What
//! WinAnsiEncoding lacks (ł, Greek, Chinese, …) is shown in a second font whose codes only ToUnicode explains, as in
//! many PDFs of the wild; its letters are not drawn, but they can be read. Lines with right-to-left letters are
//! written in the order they are seen in.

use encoding_rs::WINDOWS_1252;
use std::collections::BTreeMap;
use std::fmt::Write;
use unicode_bidi::BidiInfo;
use unicode_width::UnicodeWidthChar;

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// Empty on every side of the page, in points.
const MARGIN: f32 = 72.0;
/// Width of a column as a share of the size of the type: that of every letter of Courier.
const COLUMN: f32 = 0.6;
const TITLE: Style = Style { size: 16.0, leading: 20.0, after: 12.0 };
const TEXT: Style = Style { size: 10.0, leading: 13.0, after: 6.0 };
/// Objects before those of the pages: catalogue, page tree, two fonts with descendant and ToUnicode, information.
const FIRST_PAGE_OBJECT: usize = 8;

/// How a paragraph is set, in points.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    leading: f32,
    /// Room below the paragraph.
    after: f32,
}

/// The PDF of a record. Empty lines part paragraphs; other white space only parts words. `id` makes the file differ
/// from that of another record with the same words.
pub fn record_pdf(id: &str, title: &str, text: &str) -> Vec<u8> {
    let mut pages = Pages::default();
    pages.paragraph(title, TITLE);
    let lines: Vec<&str> = text.lines().collect();
    for paragraph in lines.split(|line| line.trim().is_empty()) {
        pages.paragraph(&paragraph.join(" "), TEXT);
    }
    pages.file(id, title)
}

/// Pages under construction.
struct Pages {
    /// Contents of the pages begun, the last of them open.
    contents: Vec<String>,
    /// Height of the next line's upper edge.
    y: f32,
    /// Codes of the characters that WinAnsiEncoding lacks, in the order they came.
    codes: BTreeMap<char, u16>,
}

impl Default for Pages {
    fn default() -> Pages {
        Pages { contents: vec![String::new()], y: PAGE.1 - MARGIN, codes: BTreeMap::new() }
    }
}

impl Pages {
    fn paragraph(&mut self, text: &str, style: Style) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some dozens")]
        let columns = ((PAGE.0 - 2.0 * MARGIN) / (COLUMN * style.size)) as usize;
        let lines = wrapped(text, columns);
        for line in &lines {
            if self.y - style.leading < MARGIN {
                self.contents.push(String::new());
                self.y = PAGE.1 - MARGIN;
            }
            self.y -= style.leading;
            let shown = self.shown(&as_seen(line), style.size);
            if let Some(content) = self.contents.last_mut() {
                // Writing to a string cannot fail.
                let _ = writeln!(content, "BT {MARGIN} {} Td {shown}ET", self.y);
            }
        }
        if !lines.is_empty() {
            self.y -= style.after;
        }
    }

    /// The operators that show a line.
    fn shown(&mut self, line: &str, size: f32) -> String {
        let encoded: Vec<(char, Option<u8>)> = line.chars().map(|it| (it, win_ansi(it))).collect();
        let mut shown = String::new();
        for run in encoded.chunk_by(|(_, left), (_, right)| left.is_some() == right.is_some()) {
            let is_plain = run.first().is_some_and(|(_, byte)| byte.is_some());
            let _ = write!(shown, "/F{} {size} Tf <", if is_plain { 1 } else { 2 });
            for (character, byte) in run {
                let _ = match byte {
                    Some(byte) => write!(shown, "{byte:02X}"),
                    None => write!(shown, "{:04X}", self.code(*character)),
                };
            }
            shown.push_str("> Tj ");
        }
        shown
    }

    /// The code of a character in the second font; 0, which means nothing, once there are too many.
    fn code(&mut self, character: char) -> u16 {
        let next = u16::try_from(self.codes.len() + 1).unwrap_or(0);
        *self.codes.entry(character).or_insert(next)
    }

    fn file(self, id: &str, title: &str) -> Vec<u8> {
        let page_objects = (0..self.contents.len()).map(|page| FIRST_PAGE_OBJECT + 2 * page);
        let kids: Vec<String> = page_objects.clone().map(|object| format!("{object} 0 R")).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" ")),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>".to_owned(),
            "<< /Type /Font /Subtype /Type0 /BaseFont /Unembedded /Encoding /Identity-H /DescendantFonts [5 0 R] \
             /ToUnicode 6 0 R >>"
                .to_owned(),
            descendant(&self.codes),
            stream(&to_unicode(&self.codes)),
            format!("<< /Title <FEFF{}> >>", utf_16(title)),
        ];
        for (object, content) in page_objects.zip(&self.contents) {
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
                PAGE.0,
                PAGE.1,
                object + 1
            ));
            objects.push(stream(content));
        }
        assembled(&objects, id)
    }
}

/// The byte that shows a character in WinAnsiEncoding, which is Windows-1252 but for controls.
fn win_ansi(character: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, has_errors) = WINDOWS_1252.encode(character.encode_utf8(&mut buffer));
    bytes.first().copied().filter(|_| !has_errors)
}

/// The text in lines of at most so many columns, broken at white space, longer words anywhere. Controls and soft
/// hyphens, which are not printed, are left out.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let printed: Vec<(char, usize)> = word
            .chars()
            .filter(|character| *character != '\u{ad}')
            .filter_map(|character| character.width().map(|width| (character, width)))
            .collect();
        let word_width: usize = printed.iter().map(|(_, width)| width).sum();
        if !line.is_empty() && width + 1 + word_width > columns {
            lines.push(std::mem::take(&mut line));
            width = 0;
        } else if !line.is_empty() {
            line.push(' ');
            width += 1;
        }
        for (character, character_width) in printed {
            if width + character_width > columns {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            line.push(character);
            width += character_width;
        }
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines
}

/// A line with its characters from left to right.
fn as_seen(line: &str) -> String {
    let info = BidiInfo::new(line, None);
    if !info.has_rtl() {
        return line.to_owned();
    }
    info.paragraphs.iter().map(|paragraph| info.reorder_line(paragraph, paragraph.range.clone())).collect()
}

/// The second font's descendant: a column for every letter, two for wide ones, none for accents that stand on others.
fn descendant(codes: &BTreeMap<char, u16>) -> String {
    let columns = codes.iter().map(|(character, code)| (code, character.width().unwrap_or(1)));
    let widths: String = columns
        .filter(|(_, columns)| *columns != 1)
        .map(|(code, columns)| format!("{code} [{}] ", 600 * columns))
        .collect();
    format!(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Unembedded /DW 600 /W [{widths}] \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    )
}

/// The table from the second font's codes to characters.
fn to_unicode(codes: &BTreeMap<char, u16>) -> String {
    let mut table = String::from(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n\
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n",
    );
    let entries: Vec<_> = codes.iter().collect();
    // The format allows a hundred entries a section.
    for section in entries.chunks(100) {
        let _ = writeln!(table, "{} beginbfchar", section.len());
        for (character, code) in section {
            let _ = writeln!(table, "<{code:04X}> <{}>", utf_16(character.encode_utf8(&mut [0; 4])));
        }
        table.push_str("endbfchar\n");
    }
    table.push_str("endcmap end end\n");
    table
}

/// Hex digits of UTF-16, most significant byte first.
fn utf_16(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("{unit:04X}")).collect()
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// Objects 1, 2, … as a file.
fn assembled(objects: &[String], id: &str) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::new();
    for (number, object) in (1..).zip(objects) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    let id: String = id.bytes().map(|byte| format!("{byte:02X}")).collect();
    let _ = write!(
        file,
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 7 0 R /ID [<{id}> <{id}>] >>\n\
         startxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{ExtractOptions, extract};
    use crate::report::Report;

    fn read(pdf: &[u8]) -> Report {
        extract(pdf, "record.pdf", &ExtractOptions::default()).expect("a readable PDF")
    }

    /// The words of all pages.
    fn words(report: &Report) -> Vec<String> {
        report.pages.iter().flat_map(|page| page.text.split_whitespace()).map(str::to_owned).collect()
    }

    #[test]
    fn every_word_comes_back_in_order() {
        let cases = [
            ("A title", "Plain words (with brackets), a \\ and 50 % – “quoted”."),
            ("", "A text without a title."),
            ("Łódź in 2021", "Zażółć gęślą jaźń; Ελληνικά, кириллица and naïve café 𝔘."),
            ("水資源報告", "用水 及 排水 的 報告 and some English"),
            ("Water", "דו״ח על מים and שלום again"),
        ];
        for (title, text) in cases {
            let report = read(&record_pdf("1", title, text));
            let expected: Vec<&str> = title.split_whitespace().chain(text.split_whitespace()).collect();
            assert_eq!(words(&report), expected);
        }
    }

    #[test]
    fn long_texts_take_several_pages_and_the_title_stays_the_title() {
        let text: Vec<String> = (0..2_000).map(|number| format!("word{number}")).collect();
        let report = read(&record_pdf("1", "The title of a long record that takes two lines or more", &text.join(" ")));
        assert!(report.pages.len() > 3, "{} pages", report.pages.len());
        assert_eq!(report.about.title, "The title of a long record that takes two lines or more");
        assert_eq!(words(&report).split_off(12), text);
        // As old collections have them.
        let title = "experimental investigation of a wing in a slipstream . Łódź";
        assert_eq!(read(&record_pdf("1", title, &text.join(" "))).about.title, title);
    }

    #[test]
    fn an_empty_record_is_one_empty_page() {
        let report = read(&record_pdf("1", "", "  \n\n "));
        assert_eq!(report.pages.len(), 1);
        assert_eq!(report.pages[0].text, "");
    }

    #[test]
    fn records_with_the_same_words_are_different_files() {
        assert_ne!(record_pdf("1", "a", "b"), record_pdf("2", "a", "b"));
    }

    #[test]
    fn lines_are_broken_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("中文字符", 5), ["中文", "字符"]);
        assert_eq!(wrapped(" a\u{ad}b\u{7}c \t d ", 9), ["abc d"]);
        assert!(wrapped(" ", 9).is_empty());
    }
}
