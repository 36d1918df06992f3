//! The 14 standard fonts (ISO 32000-2 §9.6.2.2) and fonts as wide as them: widths where a dictionary has none.
//!
//! Old files leave /Widths out, and others name a metric-compatible font instead.

use super::standard14_tables::{LATIN, SYMBOL, ZAPF_DINGBATS};

/// A standard font, or one with its metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standard14 {
    /// A Latin font: the column of its widths.
    Latin(usize),
    /// All advances are 600.
    Courier,
    Symbol,
    ZapfDingbats,
}

impl Standard14 {
    /// By /BaseFont without the subset prefix.
    pub(super) fn by_name(name: &str) -> Option<Standard14> {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let is_bold = name.contains("bold");
        let is_italic = name.contains("italic") || name.contains("oblique");
        if name.starts_with("helvetica") || name.starts_with("arial") || name.starts_with("liberationsans") {
            let is_other = ["narrow", "black", "condensed", "neue", "unicode", "rounded", "light"];
            let is_same = !is_other.iter().any(|word| name.contains(word));
            return is_same.then_some(Standard14::Latin(usize::from(is_bold)));
        }
        let times = ["timesroman", "timesnewroman", "timesbold", "timesitalic", "liberationserif"];
        if name == "times" || times.iter().any(|start| name.starts_with(start)) {
            return Some(Standard14::Latin(2 + usize::from(is_bold) + 2 * usize::from(is_italic)));
        }
        if name.starts_with("courier") || name.starts_with("liberationmono") {
            return Some(Standard14::Courier);
        }
        if name == "symbol" || name == "symbolmt" {
            return Some(Standard14::Symbol);
        }
        name.starts_with("zapfdingbats").then_some(Standard14::ZapfDingbats)
    }

    /// The width of a code that says this character, in thousandths of an em.
    pub(super) fn width(self, code: u8, character: Option<char>) -> Option<f32> {
        let width = match self {
            Standard14::Courier => 600,
            Standard14::Symbol => SYMBOL[usize::from(code)],
            Standard14::ZapfDingbats => ZAPF_DINGBATS[usize::from(code)],
            Standard14::Latin(column) => {
                let character = u16::try_from(character? as u32).ok()?;
                let row = LATIN.binary_search_by_key(&character, |row| row.0).ok()?;
                *LATIN.get(row)?.1.get(column)?
            }
        };
        (width > 0).then_some(f32::from(width))
    }

    /// Height above and depth below the baseline for a font size of 1, as the fonts' own metrics give them.
    pub(super) fn extent(self) -> (f32, f32) {
        match self {
            Standard14::Latin(0 | 1) => (0.718, -0.207),
            Standard14::Latin(_) => (0.683, -0.217),
            Standard14::Courier => (0.629, -0.157),
            Standard14::Symbol => (0.7, -0.2),
            Standard14::ZapfDingbats => (0.75, -0.14),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_have_widths() {
        let cases = [
            ("Helvetica", 'A', Some(667.0)),
            ("Helvetica-BoldOblique", 'A', Some(722.0)),
            ("Arial,Bold", 'A', Some(722.0)),
            ("ArialMT", ' ', Some(278.0)),
            ("TimesNewRomanPS-BoldItalicMT", 'A', Some(667.0)),
            ("TimesNewRoman,Italic", 'A', Some(611.0)),
            ("Times-Roman", 'é', Some(444.0)),
            ("Times-Bold", '—', Some(1000.0)),
            ("CourierNewPSMT", 'W', Some(600.0)),
            ("Symbol", 'α', Some(631.0)),
            ("ZapfDingbats", '✁', Some(974.0)),
            ("ArialNarrow", 'A', None),
            ("Helvetica", '中', None),
            ("Garamond", 'A', None),
        ];
        for (name, character, expected) in cases {
            let code = if name == "ZapfDingbats" { b'!' } else { b'a' };
            let width = Standard14::by_name(name).and_then(|font| font.width(code, Some(character)));
            assert_eq!(width, expected, "{name} {character}");
        }
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(LATIN.is_sorted_by(|one, other| one.0 < other.0));
    }
}
