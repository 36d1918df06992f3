//! What a comment may say: plain text of a bounded length, without characters that could disguise others.

use unicode_normalization::UnicodeNormalization;

/// Longest text in characters.
pub const MOST_CHARACTERS: usize = 4_000;

/// What links begin with, in lower case.
const LINK_BEGINNINGS: [&str; 3] = ["http://", "https://", "www."];

/// A text as it is kept: composed (NFC), lines ended by a line feed, no more than one empty line on end, no control
/// character, and none that turns the direction of what follows. An error says what to do, to follow `the text`.
pub fn clean(text: &str, most_links: usize) -> Result<String, String> {
    let ended = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{B}', '\u{C}'], "\n");
    let plain: String = ended.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| is_kept(*c)).nfc().collect();
    let mut lines: Vec<&str> = Vec::new();
    for line in plain.lines().map(str::trim_end) {
        let is_gap = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !is_gap {
            lines.push(line);
        }
    }
    let clean = lines.join("\n").trim().to_owned();
    let length = clean.chars().count();
    let links = links(&clean);
    if !clean.contains(|c: char| !c.is_whitespace() && !is_invisible(c)) {
        return Err("is empty; write something".to_owned());
    }
    if length > MOST_CHARACTERS {
        return Err(format!("has {length} characters; shorten it to {MOST_CHARACTERS}, or write two comments"));
    }
    if links > most_links {
        return Err(format!("has {links} links; leave out all but {most_links}"));
    }
    Ok(clean)
}

/// Whether a character is text: neither a control nor one that turns the direction of others.
fn is_kept(c: char) -> bool {
    let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}');
    c == '\n' || !(c.is_control() || turns || c == '\u{FEFF}')
}

/// Characters that show nothing by themselves and join or part others.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{AD}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
}

fn links(text: &str) -> usize {
    let lower = text.to_lowercase();
    let beginnings: usize = LINK_BEGINNINGS.iter().map(|beginning| lower.matches(beginning).count()).sum();
    // `https://www.` is one.
    beginnings - lower.matches("://www.").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_brought_into_form() {
        for (given, kept) in [
            ("  a\tb \r\n\r\n\r\n\r\nc\r", "a b\n\nc"),
            ("e\u{301}te", "\u{e9}te"),
            ("a\u{202E}fdp.exe\u{2066}\u{200F}\u{FEFF}b\u{0}\u{1b}[31m", "afdp.exeb[31m"),
            ("one\u{2028}two\u{85}three", "one\ntwo\nthree"),
            ("<script>alert(1)</script> & \"quotes\"", "<script>alert(1)</script> & \"quotes\""),
            ("می\u{200C}خواهم 👩\u{200D}🔬", "می\u{200C}خواهم 👩\u{200D}🔬"),
            ("see https://www.example.org/a and www.example.org", "see https://www.example.org/a and www.example.org"),
        ] {
            assert_eq!(clean(given, 2).as_deref(), Ok(kept), "{given:?}");
        }
    }

    #[test]
    fn what_is_refused_says_what_to_do() {
        let long = "x".repeat(MOST_CHARACTERS);
        assert_eq!(clean(&long, 0).as_deref(), Ok(long.as_str()));
        let too_long = format!("{long}y");
        for (given, wanted) in [
            ("", "is empty"),
            (" \r\n\t\u{200B}\u{202E}\u{2060} ", "is empty"),
            (&too_long, "has 4001 characters; shorten it to 4000"),
            ("HTTP://a http://b WWW.c", "has 3 links; leave out all but 2"),
        ] {
            let refused = clean(given, 2).expect_err(given);
            assert!(refused.starts_with(wanted), "{given}: {refused}");
        }
    }
}
