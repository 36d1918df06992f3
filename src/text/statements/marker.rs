//! What stands before an item of a list: a bullet, a number or a label with a number.

use super::announcements;

/// What marks an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A bullet; two kinds of them are two levels.
    Bullet(char),
    /// `1.`, `(1)`, `1)`: its value, and the character after it.
    Number(u32, char),
    /// `a)`, `(a)`, `a.`: its place in the alphabet, and the character after it.
    Letter(u32, char),
    /// `Recommendation 1`, `R1`.
    Label(u32),
}

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
            Marker::Number(number, _) | Marker::Letter(number, _) | Marker::Label(number) => Some(number),
        }
    }

    /// Whether an item with this marker can stand in one list with one marked `other`, whatever their numbers.
    pub fn is_like(self, other: Marker) -> bool {
        match (self, other) {
            (Marker::Bullet(one), Marker::Bullet(other)) => one == other,
            (Marker::Number(_, one), Marker::Number(_, other)) | (Marker::Letter(_, one), Marker::Letter(_, other)) => {
                one == other
            }
            (Marker::Label(_), Marker::Label(_)) => true,
            _ => false,
        }
    }
}

/// The marker at the start of a line and the text after it, which is empty if the marker stands alone.
pub fn marker(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim();
    if let Some((number, text)) = announcements::labelled(line) {
        return Some((Marker::Label(number), text));
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

fn numbered(word: &str) -> Option<Marker> {
    let (bare, after) = match word.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (inner, '('),
        None => {
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
    // Longer numbers are years, and such lines go on with a sentence.
    let is_number = (1..=3).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| bare.parse().ok()).flatten().map(|number| Marker::Number(number, after))
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
            ("3.1 Training", None),
            ("Train.", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(marker(line), expected, "{line}");
        }
    }
}
