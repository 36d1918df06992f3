//! Fonts whose codes are signs: Symbol, ZapfDingbats and Wingdings, by their private encodings.
//!
//! Office programs write their codes as private-use characters U+F020–U+F0FF; the common signs have real ones.

use super::encoding_tables::{SYMBOL, ZAPF_DINGBATS};

/// The characters of a symbol font by code; `None` for other fonts.
pub(super) fn table(name: &str) -> Option<fn(u8) -> Option<char>> {
    let name = name.to_ascii_lowercase();
    if name.starts_with("wingdings") && !name.starts_with("wingdings2") && !name.starts_with("wingdings3") {
        Some(wingdings)
    } else if name == "symbol" || name.starts_with("symbolmt") || name.starts_with("symbol,") {
        Some(symbol)
    } else if name.contains("dingbats") {
        Some(dingbats)
    } else {
        None
    }
}

/// The code that a private-use character of a symbol font stands for.
pub(super) fn code_of(character: char) -> Option<u8> {
    matches!(character, '\u{F020}'..='\u{F0FF}').then_some(character as u32 as u8)
}

fn symbol(code: u8) -> Option<char> {
    char::from_u32(u32::from(SYMBOL[usize::from(code)])).filter(|&character| character != '\0')
}

fn dingbats(code: u8) -> Option<char> {
    char::from_u32(u32::from(ZAPF_DINGBATS[usize::from(code)])).filter(|&character| character != '\0')
}

/// The signs of Wingdings that occur in running text: bullets, boxes, check marks and arrows.
fn wingdings(code: u8) -> Option<char> {
    Some(match code {
        0x20 => ' ',
        0x28 => '☎',
        0x2A => '✉',
        0x46 => '☞',
        0x4A => '☺',
        0x6C => '●',
        0x6D => '❍',
        0x6E => '■',
        0x6F | 0x71 | 0x72 | 0xA8 => '□',
        0x70 => '◻',
        0x73 => '⬧',
        0x74 => '⧫',
        0x75 => '◆',
        0x76 => '❖',
        0x77 => '⬥',
        0x80 => '⓪',
        0x81..=0x8A => return char::from_u32(0x2460 + u32::from(code) - 0x81),
        0x8B => '⓿',
        0x8C..=0x95 => return char::from_u32(0x2776 + u32::from(code) - 0x8C),
        0x9E => '·',
        0x9F => '•',
        0xA0 | 0xA7 => '▪',
        0xA1 => '○',
        0xAB => '★',
        0xD8 => '➢',
        0xDC => '➲',
        0xDF | 0xE7 | 0xEF => '←',
        0xE0 | 0xE8 | 0xF0 => '→',
        0xE1 | 0xE9 | 0xF1 => '↑',
        0xE2 | 0xEA | 0xF2 => '↓',
        0xFB => '✗',
        0xFC => '✓',
        0xFD => '☒',
        0xFE => '☑',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_by_code() {
        let cases = [
            ("Symbol", 0xB7, Some('•')),
            ("SymbolMT", 0x61, Some('α')),
            ("Wingdings", 0xA7, Some('▪')),
            ("Wingdings-Regular", 0x82, Some('②')),
            ("ZapfDingbats", 0x34, Some('✔')),
            ("Arial", 0x41, None),
            ("Wingdings3", 0x41, None),
        ];
        for (name, code, expected) in cases {
            assert_eq!(table(name).and_then(|table| table(code)), expected, "{name} {code:#x}");
        }
        assert_eq!(code_of('\u{F0B7}'), Some(0xB7));
        assert_eq!(code_of('A'), None);
    }
}
