//! Words of a text without their other readings: for what counts words instead of finding them.

use crate::index::analyzer::Token;

/// Tells whole words from the parts and variants that stand within them (`e-mail`: `email`, but neither `e` nor
/// `mail`), so that a word counts once however its hyphen was printed. One for each text.
#[derive(Debug, Clone, Copy, Default)]
pub struct WholeWords {
    /// Byte after the last whole word.
    end: u32,
}

impl WholeWords {
    /// Whether this token, the next that [`analyze`](crate::index::analyzer::analyze) gave, is a whole word.
    pub fn has(&mut self, token: &Token<'_>) -> bool {
        let is_whole = token.span.end > self.end;
        self.end = self.end.max(token.span.end);
        is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::analyzer::analyze;

    #[test]
    fn parts_and_variants_are_left_out() {
        for (text, expected) in [
            ("send an e-mail", &["send", "an", "email"][..]),
            ("send an e-\nmail", &["send", "an", "email"]),
            ("O'Brien on 12.05.2023", &["obrien", "on", "12.05.2023"]),
            ("l'eau", &["l", "eau"]),
            ("東京都", &["東京", "京都"]),
            ("", &[]),
        ] {
            let mut whole = WholeWords::default();
            let mut words = Vec::new();
            analyze(text, &[], 0, &mut |token| {
                if whole.has(&token) {
                    words.push(token.term.to_owned());
                }
            });
            assert_eq!(words, expected, "{text}");
        }
    }
}
