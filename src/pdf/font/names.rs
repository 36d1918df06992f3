//! Glyph names → text: the Adobe Glyph List and what real fonts use beside it.
//!
//! Names that only number a glyph (`g36`, `c65`) say nothing by themselves; [`NumericNames`] reads them where the
//! names of a whole font show what is counted.

use super::glyph_text::{GlyphText, NOTHING, Texts, character_text};
use super::name_table::NAMES;
use read_fonts::ps::agl;

/// Longest name looked at; no listed name is half as long.
const MAX_NAME: usize = 128;

/// The text of a glyph name; `None` if the name is not known to mean anything.
pub(super) fn text_of_name(name: &[u8], texts: &mut Texts) -> Option<GlyphText> {
    let name = std::str::from_utf8(name).ok()?;
    if name.len() > MAX_NAME {
        return None;
    }
    // A suffix names a variant of the glyph: `A.swash`.
    let base = name.split('.').next().filter(|base| !base.is_empty())?;
    let mut said = String::new();
    if component(base, &mut said).is_none() {
        said.clear();
        // A name such as `f_i` is a ligature of its components.
        let mut parts = base.split('_').filter(|part| !part.is_empty()).peekable();
        parts.peek()?;
        for part in parts {
            component(part, &mut said)?;
        }
    }
    if said.is_empty() {
        return Some(NOTHING);
    }
    let text = texts.string(&said);
    text.is_known().then_some(text)
}

/// The text of a name as the ZapfDingbats font uses it (`a1`–`a206`).
pub(super) fn dingbat(name: &[u8]) -> Option<GlyphText> {
    let character = agl::name_to_char(std::str::from_utf8(name).ok()?)?;
    let text = character_text(character);
    text.is_known().then_some(text)
}

/// Appends what one component of a name says.
fn component(name: &str, said: &mut String) -> Option<()> {
    // The list that is searched has the names of ZapfDingbats, too, which elsewhere only number glyphs.
    let is_dingbat = name.len() > 1 && name.starts_with('a') && name[1..].bytes().all(|byte| byte.is_ascii_digit());
    if is_dingbat {
        return None;
    }
    if let Ok(index) = NAMES.binary_search_by_key(&name, |row| row.0) {
        said.push_str(NAMES.get(index)?.1);
        return Some(());
    }
    if name.contains('_') {
        return None;
    }
    let before = said.len();
    said.extend(agl::name_to_chars(name).filter(|&character| character != '\0'));
    if said.len() > before {
        return Some(());
    }
    if let Some(text) = hexadecimal(name) {
        said.push_str(&text);
        return Some(());
    }
    if let Some(negated) = name.strip_prefix("not") {
        component(negated, said)?;
        said.push('\u{338}');
        return Some(());
    }
    without_form(name).and_then(|plain| component(plain, said))
}

/// `uniXXXX…` and `uXXXX` with digits in either case.
fn hexadecimal(name: &str) -> Option<String> {
    let of = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let are_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = name.strip_prefix("uni").or_else(|| name.strip_prefix("Uni"))
        && digits.len() >= 4
        && digits.len() % 4 == 0
        && are_digits(digits)
    {
        let units: Option<Vec<u16>> = digits
            .as_bytes()
            .chunks(4)
            .map(|unit| u16::from_str_radix(std::str::from_utf8(unit).ok()?, 16).ok())
            .collect();
        return String::from_utf16(&units?).ok();
    }
    let digits = name.strip_prefix("u+").or_else(|| name.strip_prefix("U+")).or_else(|| name.strip_prefix('u'))?;
    if !(4..=6).contains(&digits.len()) || !are_digits(digits) {
        return None;
    }
    char::from_u32(of(digits)?).map(String::from)
}

/// The name without the ending that says which form of the character is drawn: its size in mathematics, or old-style,
/// small, superior and inferior forms.
fn without_form(name: &str) -> Option<&str> {
    const FORMS: [&str; 18] = [
        "oldstyle", "superior", "inferior", "small", "display", "text", "bigg", "Bigg", "big", "Big", "fitted", "sc",
        "swash", "medium", "wide", "wider", "widest", "alt",
    ];
    FORMS.iter().find_map(|form| name.strip_suffix(form).filter(|plain| !plain.is_empty()))
}

/// What the numbers in a font's numbered glyph names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumericNames {
    is_hexadecimal: bool,
}

/// A number in a glyph name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberedGlyph {
    /// The index of a glyph in the font program.
    Glyph(u32),
    /// A character code.
    Code(u32),
}

impl NumericNames {
    /// From all the unknown names of a font: one hexadecimal digit among them makes all numbers hexadecimal.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a [u8]>) -> NumericNames {
        let is_hexadecimal = names.filter_map(split_number).any(|(prefix, digits)| {
            prefix.len() == 1 && digits.len() == 2 && digits.bytes().any(|byte| byte.is_ascii_alphabetic())
        });
        NumericNames { is_hexadecimal }
    }

    /// The number in a name.
    pub(super) fn read(self, name: &[u8]) -> Option<NumberedGlyph> {
        let (prefix, digits) = split_number(name)?;
        match prefix {
            "g" | "gid" | "glyph" | "index" | "glyph0" | "cid" | "gl" | "glyf" => {
                digits.parse().ok().map(NumberedGlyph::Glyph)
            }
            _ if self.is_hexadecimal && digits.len() == 2 => {
                u32::from_str_radix(digits, 16).ok().map(NumberedGlyph::Code)
            }
            _ => digits.parse().ok().map(NumberedGlyph::Code),
        }
    }
}

/// A name such as `c65` or `G4A`, as its letters and its digits.
fn split_number(name: &[u8]) -> Option<(&str, &str)> {
    let name = std::str::from_utf8(name).ok()?;
    let start = name.find(|character: char| character.is_ascii_digit());
    // Two hexadecimal digits may begin with a letter: `GA1`.
    if name.len() == 3
        && name.starts_with(['G', 'C', 'c'])
        && let Some((prefix, digits)) = name.split_at_checked(1)
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase())
        && digits.bytes().any(|byte| byte.is_ascii_digit())
    {
        return Some((prefix, digits));
    }
    let (prefix, digits) = name.split_at_checked(start?)?;
    let prefix = prefix.trim_end_matches(['_', '-']);
    let is_plausible = prefix.len() <= 6
        && (1..=5).contains(&digits.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphabetic())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_plausible.then_some((prefix, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> Option<String> {
        let mut texts = Texts::default();
        let text = text_of_name(name.as_bytes(), &mut texts)?;
        Some(match text.as_char() {
            Some(character) => character.to_string(),
            None => texts.into_strings()[(text.0 - GlyphText::STRING_BASE) as usize].to_string(),
        })
    }

    #[test]
    fn names_have_their_text() {
        let cases = [
            ("A", Some("A")),
            ("Aacute", Some("Á")),
            ("fi", Some("fi")),
            ("ffl", Some("ffl")),
            ("f_i", Some("fi")),
            ("f_f_i.alt", Some("ffi")),
            ("T_h", Some("Th")),
            ("uni0041.alt", Some("A")),
            ("uni00e9", Some("é")),
            ("uni00410301", Some("A\u{301}")),
            ("uniD83DDE00", Some("😀")),
            ("u1F600", Some("😀")),
            ("u+0041", Some("A")),
            ("oneoldstyle", Some("1")),
            ("Asmall", Some("A")),
            ("parenleftbigg", Some("(")),
            ("summationdisplay", Some("∑")),
            ("negationslash", Some("\u{338}")),
            ("notsimilar", Some("≁")),
            ("notequivalence", Some("≡\u{338}")),
            ("notelement", Some("∉")),
            ("compwordmark", Some("")),
            ("sfthyphen", Some("-")),
            ("nbspace", Some(" ")),
            ("dotlessj", Some("ȷ")),
            ("arrowright", Some("→")),
            (".notdef", None),
            ("g36", None),
            ("a65", None),
            ("c12", None),
            ("", None),
            ("_", None),
            ("f_nonsense", None),
        ];
        for (name, expected) in cases {
            assert_eq!(said(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(NAMES.is_sorted_by(|one, other| one.0 < other.0));
    }

    #[test]
    fn numbered_names_are_read_by_their_kind() {
        let cases: [(&[&str], &str, Option<NumberedGlyph>); 7] = [
            (&["c65", "c66"], "c65", Some(NumberedGlyph::Code(65))),
            (&["G41", "G4A"], "G41", Some(NumberedGlyph::Code(0x41))),
            (&["G41", "G42"], "G41", Some(NumberedGlyph::Code(41))),
            (&["g3"], "g36", Some(NumberedGlyph::Glyph(36))),
            (&["glyph12"], "glyph12", Some(NumberedGlyph::Glyph(12))),
            (&["a65"], "a65", Some(NumberedGlyph::Code(65))),
            (&["alpha"], "alpha", None),
        ];
        for (names, name, expected) in cases {
            let numeric = NumericNames::of(names.iter().map(|name| name.as_bytes()));
            assert_eq!(numeric.read(name.as_bytes()), expected, "{name}");
        }
        assert_eq!(dingbat(b"a1"), Some(character_text('✁')));
    }
}
