//! Content streams → operators with their operands, borrowed from the stream's bytes.
//!
//! Content in the wild is damaged more often than objects are, so nothing stops the lexer: what cannot be read is
//! skipped. Strings without escapes and all names are borrowed; the rest is decoded into one reused buffer.
//! ISO 32000-2 §7.2, §7.3, §7.8.2, §8.9.7.

use memchr::memmem;
use std::borrow::Cow;

/// Operands kept for one operator, arrays flattened; more are dropped (the longest honest TJ arrays have thousands).
const MAX_OPERANDS: usize = 200_000;

/// Bytes after `EI` that must look like content for it to end an inline image; as other readers do.
const INLINE_IMAGE_LOOK_AHEAD: usize = 10;

/// Digits of numbers are exact below this; further ones do not show in what is drawn.
const MAX_DIGITS: u64 = 1_000_000_000_000_000;

/// 10⁻ⁿ by n, as far as digits after the point are read.
const INVERSE_POWERS: [f64; 17] =
    [1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16];

/// An operand. Arrays and dictionaries are flattened between their delimiters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operand<'c> {
    /// A number, always finite.
    Number(f32),
    /// A name without its slash, `#xx` not yet decoded: see [`decode_name`].
    Name(&'c [u8]),
    /// A string without escapes.
    String(&'c [u8]),
    /// A decoded string: a range of the bytes that [`Operands`] holds.
    Decoded(u32, u32),
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// `<<`
    DictionaryStart,
    /// `>>`
    DictionaryEnd,
    /// `true`, `false` or `null`.
    Other,
}

/// The operands of the operator last read.
#[derive(Debug, Default)]
pub struct Operands<'c> {
    items: Vec<Operand<'c>>,
    decoded: Vec<u8>,
}

impl<'c> Operands<'c> {
    /// All operands in order.
    pub fn items(&self) -> &[Operand<'c>] {
        &self.items
    }

    /// Whether there are as many as are kept; further ones were dropped.
    pub fn is_full(&self) -> bool {
        self.items.len() >= MAX_OPERANDS
    }

    /// The last `N` operands as numbers: operators take their operands from the end, so surplus ones do no harm.
    pub fn numbers<const N: usize>(&self) -> Option<[f32; N]> {
        let start = self.items.len().checked_sub(N)?;
        let mut numbers = [0.0; N];
        for (number, item) in numbers.iter_mut().zip(self.items.get(start..)?) {
            match item {
                Operand::Number(value) => *number = *value,
                _ => return None,
            }
        }
        Some(numbers)
    }

    /// The last operand as a number.
    pub fn number(&self) -> Option<f32> {
        self.numbers::<1>().map(|[number]| number)
    }

    /// The last operand that is a name, not decoded.
    pub fn name(&self) -> Option<&'c [u8]> {
        self.items.iter().rev().find_map(|item| match item {
            Operand::Name(name) => Some(*name),
            _ => None,
        })
    }

    /// An operand's bytes if it is a string.
    pub fn string(&self, operand: Operand<'c>) -> Option<&[u8]> {
        match operand {
            Operand::String(bytes) => Some(bytes),
            Operand::Decoded(start, end) => self.decoded.get(start as usize..end as usize),
            _ => None,
        }
    }

    fn clear(&mut self) {
        self.items.clear();
        self.decoded.clear();
    }

    fn push(&mut self, operand: Operand<'c>) {
        if self.items.len() < MAX_OPERANDS {
            self.items.push(operand);
        }
    }

    /// The value after a name among the operands, for inline image dictionaries.
    fn value_of(&self, long: &[u8], short: &[u8]) -> Option<Operand<'c>> {
        let at = self
            .items
            .iter()
            .position(|item| matches!(item, Operand::Name(name) if *name == long || *name == short))?;
        self.items.get(at + 1).copied()
    }
}

/// A name with its `#xx` escapes decoded (§7.3.5).
pub fn decode_name(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'#') {
        return Cow::Borrowed(raw);
    }
    let mut name = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'#', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match escaped {
            Some(byte) => {
                name.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                name.push(first);
                rest = tail;
            }
        }
    }
    Cow::Owned(name)
}

/// Reads operators one after another.
#[derive(Debug)]
pub struct Lexer<'c> {
    bytes: &'c [u8],
    position: usize,
    /// No inline image ends at or after this position, so that each of many without an end is not looked for in all
    /// that follows.
    no_image_ends_from: usize,
}

/// Byte classes of §7.2.3.
const REGULAR: u8 = 0;
const WHITE_SPACE: u8 = 1;
const DELIMITER: u8 = 2;

const CLASS: [u8; 256] = {
    let mut class = [REGULAR; 256];
    let mut index = 0;
    let white_space = b"\0\t\n\x0c\r ";
    while index < white_space.len() {
        class[white_space[index] as usize] = WHITE_SPACE;
        index += 1;
    }
    let delimiters = b"()<>[]{}/%";
    index = 0;
    while index < delimiters.len() {
        class[delimiters[index] as usize] = DELIMITER;
        index += 1;
    }
    class
};

fn is_white_space(byte: u8) -> bool {
    CLASS[byte as usize] == WHITE_SPACE
}

fn is_regular(byte: u8) -> bool {
    CLASS[byte as usize] == REGULAR
}

/// No digit in [`HEX_DIGITS`].
const NO_DIGIT: u8 = 0xFF;

/// Values of hexadecimal digits.
const HEX_DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

fn hex_digit(byte: u8) -> Option<u8> {
    Some(HEX_DIGITS[usize::from(byte)]).filter(|digit| *digit != NO_DIGIT)
}

impl<'c> Lexer<'c> {
    /// Starts at the beginning of a decoded content stream.
    pub fn new(bytes: &'c [u8]) -> Lexer<'c> {
        Lexer { bytes, position: 0, no_image_ends_from: usize::MAX }
    }

    /// Where the next token begins, in bytes.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next operator, its operands in `operands`; `None` at the end. An inline image comes as one `EI` with its
    /// dictionary's entries as operands and its data skipped.
    pub fn next_operator(&mut self, operands: &mut Operands<'c>) -> Option<&'c [u8]> {
        operands.clear();
        loop {
            let mut byte = *self.bytes.get(self.position)?;
            while is_white_space(byte) {
                self.position += 1;
                byte = *self.bytes.get(self.position)?;
            }
            match byte {
                b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(operands),
                b'(' => self.literal_string(operands),
                b'/' => {
                    self.position += 1;
                    let name = self.regular_run();
                    operands.push(Operand::Name(name));
                }
                b'<' if self.bytes.get(self.position + 1) == Some(&b'<') => {
                    self.position += 2;
                    operands.push(Operand::DictionaryStart);
                }
                b'<' => self.hexadecimal_string(operands),
                b'>' if self.bytes.get(self.position + 1) == Some(&b'>') => {
                    self.position += 2;
                    operands.push(Operand::DictionaryEnd);
                }
                b'[' => {
                    self.position += 1;
                    operands.push(Operand::ArrayStart);
                }
                b']' => {
                    self.position += 1;
                    operands.push(Operand::ArrayEnd);
                }
                b'%' => self.comment(),
                // Stray delimiters are skipped, as every reader does.
                b')' | b'>' | b'{' | b'}' => self.position += 1,
                _ => {
                    let word = self.regular_run();
                    match word {
                        b"true" | b"false" | b"null" => operands.push(Operand::Other),
                        b"BI" => operands.clear(),
                        b"ID" => {
                            self.inline_image_data(operands);
                            return Some(b"EI");
                        }
                        operator => return Some(operator),
                    }
                }
            }
        }
    }

    fn regular_run(&mut self) -> &'c [u8] {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.position += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    /// Numbers as found in the wild: `--5` is −5, `4.` and `+.5` are read, a second point ends the number, a minus
    /// inside is ignored with what follows it (`12-34` is 12). A lone sign or point is 0.
    fn number(&mut self, operands: &mut Operands<'c>) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let mut at = 0;
        let mut negative = false;
        while let Some(&sign @ (b'+' | b'-')) = rest.get(at) {
            negative |= sign == b'-';
            at += 1;
        }
        // Exact in an integer as long as it fits, which is always in honest files.
        let mut digits: u64 = 0;
        while let Some(&byte @ b'0'..=b'9') = rest.get(at) {
            digits = if digits < MAX_DIGITS { digits * 10 + u64::from(byte - b'0') } else { digits.saturating_mul(10) };
            at += 1;
        }
        let mut scale = 0;
        if rest.get(at) == Some(&b'.') {
            at += 1;
            while let Some(&byte @ b'0'..=b'9') = rest.get(at) {
                if digits < MAX_DIGITS {
                    digits = digits * 10 + u64::from(byte - b'0');
                    scale += 1;
                }
                at += 1;
            }
        }
        if rest.get(at) == Some(&b'-') {
            while let Some(b'-' | b'0'..=b'9' | b'.') = rest.get(at) {
                at += 1;
            }
        }
        self.position += at.max(1);
        // Processors convert signed integers in one step, unsigned ones in several.
        let whole = i64::try_from(digits).map_or(digits as f64, |digits| digits as f64);
        let value = (whole * INVERSE_POWERS.get(scale).copied().unwrap_or_default()) as f32;
        operands.push(Operand::Number(if negative { -value } else { value }));
    }

    fn literal_string(&mut self, operands: &mut Operands<'c>) {
        let start = self.position + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        // Most strings have no escape, no nested parenthesis and no line end: borrow them.
        match rest.iter().position(|byte| matches!(byte, b'(' | b')' | b'\\' | b'\r')) {
            Some(end) if rest.get(end) == Some(&b')') => {
                self.position = start + end + 1;
                operands.push(Operand::String(rest.get(..end).unwrap_or_default()));
            }
            _ => self.escaped_string(start, operands),
        }
    }

    fn escaped_string(&mut self, start: usize, operands: &mut Operands<'c>) {
        let decoded_start = operands.decoded.len();
        let mut depth = 1_u32;
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    at = self.escape(at, &mut operands.decoded);
                    continue;
                }
                b'\r' => {
                    // An end of line of any kind within a string is one line feed.
                    at += usize::from(self.bytes.get(at) == Some(&b'\n'));
                    operands.decoded.push(b'\n');
                    continue;
                }
                _ => {}
            }
            operands.decoded.push(byte);
        }
        self.position = at;
        push_decoded(operands, decoded_start);
    }

    /// Decodes what follows a backslash at `at`; returns where to go on.
    fn escape(&self, at: usize, decoded: &mut Vec<u8>) -> usize {
        let Some(&byte) = self.bytes.get(at) else { return at };
        let simple = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return at + 1,
            b'\r' => return at + 1 + usize::from(self.bytes.get(at + 1) == Some(&b'\n')),
            b'0'..=b'7' => {
                let mut value = 0_u32;
                let mut end = at;
                while let (Some(digit @ b'0'..=b'7'), true) = (self.bytes.get(end), end < at + 3) {
                    value = value * 8 + u32::from(digit - b'0');
                    end += 1;
                }
                decoded.push((value & 0xFF) as u8);
                return end;
            }
            other => other,
        };
        decoded.push(simple);
        at + 1
    }

    fn hexadecimal_string(&mut self, operands: &mut Operands<'c>) {
        let decoded_start = operands.decoded.len();
        let mut rest = self.bytes.get(self.position + 1..).unwrap_or_default();
        let mut high: Option<u8> = None;
        while let Some((&byte, after)) = rest.split_first() {
            // Pairs of digits, as nearly all strings are written.
            if high.is_none()
                && let Some(&low) = after.first()
            {
                let (first, second) = (HEX_DIGITS[usize::from(byte)], HEX_DIGITS[usize::from(low)]);
                if first != NO_DIGIT && second != NO_DIGIT {
                    operands.decoded.push(first << 4 | second);
                    rest = after.get(1..).unwrap_or_default();
                    continue;
                }
            }
            rest = after;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hex_digit(byte) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(first) => operands.decoded.push(first << 4 | digit),
            }
        }
        self.position = self.bytes.len() - rest.len();
        // A missing last digit counts as 0.
        if let Some(first) = high {
            operands.decoded.push(first << 4);
        }
        push_decoded(operands, decoded_start);
    }

    /// Skips the data after `ID` and its `EI`. If no end can be found, only the operator is skipped, so that text
    /// after an unterminated image is still read.
    fn inline_image_data(&mut self, operands: &Operands<'c>) {
        // One white-space character belongs to `ID`.
        let start = self.position + 1;
        let skip = unfiltered_length(operands).unwrap_or(0);
        let from = start.saturating_add(skip);
        if let Some(end) = self.image_end(from).or_else(|| self.image_end(start)) {
            self.position = end;
        }
    }

    fn image_end(&mut self, from: usize) -> Option<usize> {
        if from >= self.no_image_ends_from {
            return ends_image(self.bytes, from, true);
        }
        let end = find_image_end(self.bytes, from);
        if end.is_none() {
            self.no_image_ends_from = from;
        }
        end
    }
}

fn push_decoded(operands: &mut Operands<'_>, start: usize) {
    let bounds = (u32::try_from(start), u32::try_from(operands.decoded.len()));
    if let (Ok(start), Ok(end)) = bounds {
        operands.push(Operand::Decoded(start, end));
    }
}

/// Bytes of an inline image without filters; `None` if it has a filter or its size is not clear.
fn unfiltered_length(operands: &Operands<'_>) -> Option<usize> {
    if operands.value_of(b"Filter", b"F").is_some() {
        return None;
    }
    let number = |long: &[u8], short: &[u8]| match operands.value_of(long, short) {
        Some(Operand::Number(value)) if value >= 0.0 => Some(value as usize),
        _ => None,
    };
    let width = number(b"Width", b"W")?;
    let height = number(b"Height", b"H")?;
    let bits = number(b"BitsPerComponent", b"BPC").unwrap_or(1);
    let components = match operands.value_of(b"ColorSpace", b"CS") {
        Some(Operand::Name(b"DeviceRGB" | b"RGB")) => 3,
        Some(Operand::Name(b"DeviceCMYK" | b"CMYK")) => 4,
        _ => 1,
    };
    let row_bits = width.checked_mul(bits)?.checked_mul(components)?;
    row_bits.div_ceil(8).checked_mul(height)
}

/// The position after an `EI` at or after `from` that stands alone and is followed by what looks like content.
fn find_image_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let operator = at + memmem::find(bytes.get(at..)?, b"EI")?;
        // Data of a known length may run straight into `EI`.
        let end = ends_image(bytes, operator, operator == from);
        if end.is_some() {
            return end;
        }
        at = operator + 1;
    }
}

/// The position after an `EI` at `operator`, if it is followed by what looks like content and stands alone or need not.
fn ends_image(bytes: &[u8], operator: usize, need_not_stand_alone: bool) -> Option<usize> {
    if !bytes.get(operator..)?.starts_with(b"EI") {
        return None;
    }
    let after = operator + 2;
    let stands_alone =
        operator.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|byte| is_white_space(*byte))
            && bytes.get(after).is_none_or(|byte| !is_regular(*byte));
    let following = bytes.get(after..(after + INLINE_IMAGE_LOOK_AHEAD).min(bytes.len())).unwrap_or_default();
    let looks_like_content =
        following.iter().all(|byte| (0x20..0x7F).contains(byte) || matches!(byte, b'\t' | b'\n' | b'\r' | 0));
    ((stands_alone || need_not_stand_alone) && looks_like_content).then_some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes what the lexer reads as `operand operand operator; …`.
    fn read(content: &[u8]) -> String {
        let mut lexer = Lexer::new(content);
        let mut operands = Operands::default();
        let mut lines = Vec::new();
        while let Some(operator) = lexer.next_operator(&mut operands) {
            let mut words: Vec<String> = operands
                .items()
                .iter()
                .map(|item| match item {
                    Operand::Number(value) => value.to_string(),
                    Operand::Name(name) => format!("/{}", String::from_utf8_lossy(&decode_name(name))),
                    Operand::ArrayStart => "[".to_owned(),
                    Operand::ArrayEnd => "]".to_owned(),
                    Operand::DictionaryStart => "<<".to_owned(),
                    Operand::DictionaryEnd => ">>".to_owned(),
                    Operand::Other => "other".to_owned(),
                    string => format!("({})", String::from_utf8_lossy(operands.string(*string).unwrap_or(b"?"))),
                })
                .collect();
            words.push(String::from_utf8_lossy(operator).into_owned());
            lines.push(words.join(" "));
        }
        lines.join("; ")
    }

    #[test]
    fn content_is_read_as_readers_do() {
        let cases: &[(&[u8], &str)] = &[
            (b"BT /F1 12 Tf (Hi) Tj ET", "BT; /F1 12 Tf; (Hi) Tj; ET"),
            (b"[(A)-120(B)]TJ", "[ (A) -120 (B) ] TJ"),
            (b"--5 1.2.3 4. +.5 - 12-34 Td", "-5 1.2 0.3 4 0.5 -0 12 Td"),
            (b"/A#20B#zz gs", "/A B#zz gs"),
            (br"(a\(b\)\\\101\53\0053\n(nested)) Tj", "(a(b)\\A+\u{5}3\n(nested)) Tj"),
            (b"(a\\\r\nb\r\nc) Tj", "(ab\nc) Tj"),
            (b"<48 65 6C6c 6F2> Tj", "(Hello ) Tj"),
            (b"/Span <</ActualText (x) /MCID 3>> BDC", "/Span << /ActualText (x) /MCID 3 >> BDC"),
            (b"(Before) Tj ET } ) > BT (After) Tj", "(Before) Tj; ET; BT; (After) Tj"),
            (b"% comment (x) Tj\n1 w", "1 w"),
            (b"(unterminated", ""),
            (b"true false null sc", "other other other sc"),
            (b"1e5 w", "1 e5; w"),
        ];
        for (content, expected) in cases {
            assert_eq!(read(content), *expected, "{}", String::from_utf8_lossy(content));
        }
    }

    #[test]
    fn images_without_end_cost_one_look_at_what_follows() {
        for image in [&b"BI ID "[..], b"BI /W 9 /H 9 ID EI\xFF EI ", b"BI /W 1 /H 99 ID a EI\xFF "] {
            let content = image.repeat(200_000);
            let started = std::time::Instant::now();
            let mut lexer = Lexer::new(&content);
            let mut operands = Operands::default();
            while lexer.next_operator(&mut operands).is_some() {}
            assert!(started.elapsed() < std::time::Duration::from_secs(5), "{image:?}: {:?}", started.elapsed());
        }
    }

    #[test]
    fn inline_images_are_skipped_by_length_or_end() {
        let cases: &[(&[u8], &str)] = &[
            (b"BI /W 2 /H 2 /BPC 8 /CS /G ID \x01EI EI (After) Tj", "/W 2 /H 2 /BPC 8 /CS /G EI; (After) Tj"),
            (b"BI /W 4 /F /Fl ID \x01\x02 EI \xFF\xFE EI\n(After) Tj", "/W 4 /F /Fl EI; (After) Tj"),
            // Without an end the text after the image is still read.
            (b"BI /W 4 /F /Fl ID abc (After) Tj", "/W 4 /F /Fl EI; abc; (After) Tj"),
        ];
        for (content, expected) in cases {
            assert_eq!(read(content), *expected, "{}", String::from_utf8_lossy(content));
        }
    }

    #[test]
    fn operands_come_from_the_end() {
        let mut lexer = Lexer::new(b"9 9 1 0 0 1 5 6 cm");
        let mut operands = Operands::default();
        assert_eq!(lexer.next_operator(&mut operands), Some(&b"cm"[..]));
        assert_eq!(operands.numbers::<6>(), Some([1.0, 0.0, 0.0, 1.0, 5.0, 6.0]));
        assert_eq!(operands.numbers::<9>(), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end_and_give_finite_numbers(content in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut lexer = Lexer::new(&content);
            let mut operands = Operands::default();
            let mut operators = 0;
            while lexer.next_operator(&mut operands).is_some() {
                operators += 1;
                proptest::prop_assert!(operators <= content.len());
                for item in operands.items() {
                    if let Operand::Number(value) = item {
                        proptest::prop_assert!(value.is_finite());
                    }
                }
            }
        }
    }
}
