//! What stands before an item of a list: a bullet, a number or a label with a number.

use super::recommending;

/// What marks an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A bullet; two kinds of them are two levels.
    Bullet(char),
    /// `1.`, `(1)`, `1)`: its value, and the character after it.
    Number(u32, char),
    /// `a)`, `(a)`, `a.`: its place in the alphabet, and the character after it.
    Letter(u32, char),
    /// `(ii)`, `iv.`: its value, and the character after it. Those of one letter are read as [`Marker::Letter`].
    Roman(u32, char),
    /// `5.2`: the number of the section and that of the item.
    Paragraph(u32, u32),
    /// `Recommendation 1`, `R1`; numbers of several parts, as in `Recommendation 2020-012`, count beyond [`CODED`].
    Label(u32),
}

/// Labels from here on bear a number of several parts, and rise without a step of one.
pub const CODED: u32 = 1_000;

/// Characters printed as bullets. A dash or asterisk counts if a space follows it.
const BULLETS: [char; 30] = [
    '•', '●', '○', '◦', '∙', '·', '⋅', '‣', '⁃', '▪', '▫', '■', '□', '◆', '◇', '►', '▶', '▸', '➢', '➤', '➔', '→', '✓',
    '✔', '❖', '–', '—', '-', '*', '・',
];

impl Marker {
    /// The number it counts with, if it does.
    pub fn number(self) -> Option<u32> {
        match self {
            Marker::Bullet(_) => None,
            Marker::Number(number, _)
            | Marker::Letter(number, _)
            | Marker::Roman(number, _)
            | Marker::Paragraph(_, number)
            | Marker::Label(number) => Some(number),
        }
    }

    /// Whether an item with this marker can stand in one list with one marked `other`, whatever their numbers.
    pub fn is_like(self, other: Marker) -> bool {
        match (self, other) {
            (Marker::Bullet(one), Marker::Bullet(other)) => one == other,
            (Marker::Number(_, one), Marker::Number(_, other))
            | (Marker::Letter(_, one), Marker::Letter(_, other))
            | (Marker::Roman(_, one), Marker::Roman(_, other)) => one == other,
            (Marker::Paragraph(one, _), Marker::Paragraph(other, _)) => one == other,
            (Marker::Label(_), Marker::Label(_)) => true,
            _ => false,
        }
    }

    /// Whether it begins a list.
    pub fn is_first(self) -> bool {
        match self {
            Marker::Label(number) => number == 1 || number >= CODED,
            _ => self.number().is_none_or(|number| number == 1),
        }
    }

    /// Whether it counts on from `last`.
    pub fn follows(self, last: Marker) -> bool {
        match (last, self) {
            (Marker::Label(last), Marker::Label(number)) if last >= CODED => number > last,
            // One of them may be set in another way.
            (Marker::Label(last), Marker::Label(number)) => number == last + 1 || number == last + 2,
            (last, marker) => last.number().map(|number| number + 1) == marker.number(),
        }
    }

    /// The marker read as a Roman number, if it is one of a single letter: `i`, `v`, `x`.
    pub fn as_roman(self) -> Marker {
        match self {
            Marker::Letter(9, after) => Marker::Roman(1, after),
            Marker::Letter(22, after) => Marker::Roman(5, after),
            Marker::Letter(24, after) => Marker::Roman(10, after),
            other => other,
        }
    }
}

/// The marker at the start of a line and the text after it, which is empty if the marker stands alone.
pub fn marker(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim();
    if let Some((numbers, text)) = recommending::labelled(line) {
        return Some((Marker::Label(label_number(&numbers)), text));
    }
    let first = line.chars().next()?;
    let after_first = line.get(first.len_utf8()..).unwrap_or_default();
    if BULLETS.contains(&first) {
        let is_dash = matches!(first, '–' | '—' | '-' | '*' | '→' | '・');
        let is_marker =
            after_first.is_empty() || after_first.starts_with(char::is_whitespace) || !is_dash || first == '・';
        return is_marker.then(|| (Marker::Bullet(first), after_first.trim()));
    }
    let (word, text) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    numbered(word).map(|marker| (marker, text.trim()))
}

/// The marker of a line whose first word stands apart from the others, in a margin of its own, without a mark after it.
pub fn hanging(line: &str) -> Option<(Marker, &str)> {
    let (word, text) = line.trim().split_once(char::is_whitespace)?;
    let is_marker = word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    let marker = if is_marker { numbered(&format!("{word}.")) } else { None };
    marker.map(|marker| (marker, text.trim()))
}

/// The numbers of a label as one: those of several parts beyond [`CODED`].
pub fn label_number(numbers: &[u32]) -> u32 {
    numbers.iter().fold(0_u32, |all, number| all.saturating_mul(CODED).saturating_add(*number))
}

fn numbered(word: &str) -> Option<Marker> {
    let (bare, after) = match word.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (inner, '('),
        None => {
            if let Some(marker) = unmarked(word) {
                return Some(marker);
            }
            let last = word.chars().next_back().filter(|last| matches!(last, '.' | ')' | ':' | '．' | '）'))?;
            (word.strip_suffix(last)?, last)
        }
    };
    if let Some(digits) = bare.strip_prefix(['R', 'E']) {
        return digits.parse().ok().filter(|number| *number < 1_000).map(Marker::Label);
    }
    let mut characters = bare.chars();
    if let (Some(letter @ 'a'..='z'), None) = (characters.next(), characters.next()) {
        return Some(Marker::Letter(u32::from(letter) - u32::from('a') + 1, after));
    }
    if let Some(number) = roman(bare) {
        return Some(Marker::Roman(number, after));
    }
    // Longer numbers are years, and such lines go on with a sentence.
    let is_number = (1..=3).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| bare.parse().ok()).flatten().map(|number| Marker::Number(number, after))
}

/// Numbers that need no mark after them: `5.2`, `5.2.`, `R3`, `R2023-001`.
fn unmarked(word: &str) -> Option<Marker> {
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    if let Some(code) = word.strip_prefix('R') {
        let numbers: Option<Vec<u32>> = code.split(['-', '.', '/']).map(number).collect();
        return numbers.filter(|numbers| numbers.len() <= 2).map(|numbers| Marker::Label(label_number(&numbers)));
    }
    let (section, item) = word.strip_suffix('.').unwrap_or(word).split_once('.')?;
    let is_short = section.len() <= 2 && item.len() <= 2;
    is_short.then(|| Some(Marker::Paragraph(number(section)?, number(item)?))).flatten()
}

/// A Roman number of two to five small letters.
fn roman(word: &str) -> Option<u32> {
    const NUMBERS: [&str; 20] = [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
        "xviii", "xix", "xx",
    ];
    NUMBERS.iter().position(|number| *number == word).and_then(|place| u32::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_parted_from_their_text() {
        let cases = [
            ("• Train everybody", Some((Marker::Bullet('•'), "Train everybody"))),
            ("▪Train", Some((Marker::Bullet('▪'), "Train"))),
            ("– Train", Some((Marker::Bullet('–'), "Train"))),
            ("-5 degrees", None),
            ("•", Some((Marker::Bullet('•'), ""))),
            ("1. Train", Some((Marker::Number(1, '.'), "Train"))),
            ("(12) Train", Some((Marker::Number(12, '('), "Train"))),
            ("b) Train", Some((Marker::Letter(2, ')'), "Train"))),
            ("R3: Train", Some((Marker::Label(3), "Train"))),
            ("Recommendation 4: Train", Some((Marker::Label(4), "Train"))),
            ("2019. Train", None),
            ("3.1 Training", Some((Marker::Paragraph(3, 1), "Training"))),
            ("3.1. Training", Some((Marker::Paragraph(3, 1), "Training"))),
            ("(iii) Train", Some((Marker::Roman(3, '('), "Train"))),
            ("R2023-001 Train", Some((Marker::Label(2_023_001), "Train"))),
            ("1.25 million were trained", Some((Marker::Paragraph(1, 25), "million were trained"))),
            ("3.141 radians", None),
            ("I trained", None),
            ("Train.", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(marker(line), expected, "{line}");
        }
        assert_eq!(hanging("a Train everybody"), Some((Marker::Letter(1, '.'), "Train everybody")));
        assert_eq!(hanging("12 Train everybody"), Some((Marker::Number(12, '.'), "Train everybody")));
        assert_eq!(hanging("Train everybody"), None);
    }

    #[test]
    fn numbers_count_on() {
        for (last, next, expected) in [
            (Marker::Number(1, '.'), Marker::Number(2, '.'), true),
            (Marker::Number(1, '.'), Marker::Number(3, '.'), false),
            (Marker::Label(2), Marker::Label(3), true),
            (Marker::Label(2), Marker::Label(9), false),
            (Marker::Label(2_023_001), Marker::Label(2_023_014), true),
            (Marker::Roman(4, '('), Marker::Letter(22, '(').as_roman(), true),
        ] {
            assert_eq!(next.follows(last), expected, "{last:?} {next:?}");
        }
    }
}
