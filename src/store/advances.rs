//! The width a printed word is likely to have, from generic widths of its letters and the words before it.
//!
//! They need not be those of the font: the coder learns the scale, only the proportions matter. Changing a number
//! changes the meaning of stored boxes, so it takes a new record version.

/// The advance of a text in thousandths of an em.
pub(super) fn advance(text: &str) -> u32 {
    let mut sum = 0u32;
    for byte in text.bytes() {
        // A byte beyond the table begins a character that is not ASCII.
        let Some(width) = ADVANCES.get(usize::from(byte)) else { return advance_by_characters(text) };
        sum = sum.saturating_add(u32::from(*width));
    }
    sum
}

fn advance_by_characters(text: &str) -> u32 {
    text.chars().fold(0u32, |sum, character| {
        let code = character as usize;
        let width = match ADVANCES.get(code) {
            Some(width) => *width,
            None if is_wide(code) => 1000,
            None => 520,
        };
        sum.saturating_add(u32::from(width))
    })
}

/// Han, kana, hangul and full-width forms.
fn is_wide(code: usize) -> bool {
    matches!(code, 0x1100..=0x115f | 0x2e80..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x20000..=0x3fffd)
}

/// ASCII: between the common text serif and sans-serif, rounded; controls have none.
#[rustfmt::skip]
const ADVANCES: [u16; 128] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    //    !    "    #    $    %    &    '    (    )    *    +    ,    -    .    /
    260, 300, 380, 530, 530, 860, 720, 190, 330, 330, 440, 570, 260, 330, 260, 280,
    // 0..9                                          :    ;    <    =    >    ?
    530, 530, 530, 530, 530, 530, 530, 530, 530, 530, 280, 280, 570, 570, 570, 500,
    // @  A    B    C    D    E    F    G    H    I    J    K    L    M    N    O
    970, 690, 670, 690, 720, 640, 580, 750, 720, 300, 440, 690, 580, 860, 720, 750,
    // P  Q    R    S    T    U    V    W    X    Y    Z    [    \    ]    ^    _
    610, 750, 690, 610, 610, 720, 690, 940, 690, 690, 610, 300, 280, 300, 470, 520,
    // `  a    b    c    d    e    f    g    h    i    j    k    l    m    n    o
    330, 500, 530, 470, 530, 500, 290, 520, 520, 240, 240, 500, 240, 800, 520, 530,
    // p  q    r    s    t    u    v    w    x    y    z    {    |    }    ~
    530, 530, 340, 440, 280, 520, 500, 720, 500, 500, 460, 400, 240, 400, 560, 0,
];

/// Classes of line heights that the width model tells apart.
const HEIGHT_CLASSES: usize = 16;
/// When a class has seen this much advance, old words begin to count less.
const MEMORY: i64 = 1 << 16;

/// Learns how wide letters are set, for each height of line: two sums a class, whole numbers only, so that writer and
/// reader predict the same on every machine.
#[derive(Debug, Default)]
pub(super) struct WidthModel {
    classes: [WidthClass; HEIGHT_CLASSES],
}

/// What was seen of lines of one class of heights.
#[derive(Debug, Default, Clone, Copy)]
struct WidthClass {
    advance: i64,
    width: i64,
}

impl WidthModel {
    /// The width of letters with this advance.
    pub(super) fn predict(&self, height: i32, advance: u32) -> i32 {
        let class = self.classes[class_of(height)];
        let advance = i64::from(advance);
        let width = if class.advance == 0 {
            // Nothing seen: an em is the line's height, on a page of the proportions of A4.
            advance.saturating_mul(i64::from(height)).saturating_mul(5) / 8_000
        } else {
            advance.saturating_mul(class.width) / class.advance
        };
        width.clamp(-(1 << 20), 1 << 20) as i32
    }

    /// Takes note of a word.
    pub(super) fn learn(&mut self, height: i32, advance: u32, width: i32) {
        let class = &mut self.classes[class_of(height)];
        if class.advance > MEMORY {
            class.advance /= 2;
            class.width /= 2;
        }
        class.advance = class.advance.saturating_add(i64::from(advance));
        class.width = class.width.saturating_add(i64::from(width));
    }
}

/// Heights differ by a step within one font size, so neighbours share a class.
fn class_of(height: i32) -> usize {
    (height.unsigned_abs() as usize / 2) % HEIGHT_CLASSES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_are_wider() {
        assert!(advance("W") > advance("l"));
        assert!(advance("日") > advance("é"));
        assert_eq!(advance("ab"), advance("a") + advance("b"));
        assert_eq!(advance(""), 0);
    }
}
