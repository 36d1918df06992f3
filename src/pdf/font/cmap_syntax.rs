//! The syntax of CMap files (Adobe Technical Note 5014), read item by item.
//!
//! One tolerant scanner for ToUnicode and for encoding CMaps: it never expands a range, skips what it cannot read,
//! and takes missing end operators, wrong counts and odd white space as real files have them.

/// Bytes of a CMap stream that are read.
pub(super) const MAX_CMAP_BYTES: usize = 1 << 20;
/// Mappings that are read from one CMap.
pub(super) const MAX_CMAP_ENTRIES: usize = 65_536;

/// A character code with its length in bytes (1–4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) value: u32,
    pub(super) length: u8,
}

/// What a `bfchar` or `bfrange` maps to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// UTF-16 code units.
    Units(Vec<u16>),
    /// A glyph name.
    Name(&'a [u8]),
}

/// One statement of a CMap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A range of valid codes, byte by byte, of `length` bytes.
    CodeSpace { low: Code, high: Code },
    /// Codes from `first` to `last` are characters from `cid` on.
    Cids { first: Code, last: u32, cid: u32 },
    /// Codes from `first` to `last` are Unicode text from `target` on.
    Unicode { first: Code, last: u32, target: Target<'a> },
    /// Another CMap whose statements hold where this one has none.
    Use(&'a [u8]),
    /// 0 for horizontal, 1 for vertical writing.
    WritingMode(i64),
    /// The collection's ordering, such as `Japan1`.
    Ordering(&'a [u8]),
}

/// Gives each statement of a CMap to `sink`, in order; false where a limit left some out.
pub(super) fn read<'a>(data: &'a [u8], sink: &mut impl FnMut(Item<'a>)) -> bool {
    let is_whole = data.len() <= MAX_CMAP_BYTES;
    let data = data.get(..MAX_CMAP_BYTES).unwrap_or(data);
    let mut reader = Reader { scanner: Scanner { data, position: 0 }, pushed: None, entries: 0 };
    reader.read(sink);
    is_whole && reader.entries <= MAX_CMAP_ENTRIES
}

/// A token; codes and targets are hexadecimal strings, kept as digits until it is known which of both they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// The bytes between `<` and `>`.
    Hex(&'a [u8]),
    /// The bytes between parentheses.
    Literal(&'a [u8]),
    Name(&'a [u8]),
    Integer(i64),
    ArrayStart,
    ArrayEnd,
    Operator(&'a [u8]),
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    pushed: Option<Token<'a>>,
    entries: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        self.pushed.take().or_else(|| self.scanner.token())
    }

    fn read(&mut self, sink: &mut impl FnMut(Item<'a>)) {
        let mut previous = None;
        while let Some(token) = self.next() {
            match token {
                Token::Operator(b"begincodespacerange") => self.code_spaces(sink),
                Token::Operator(b"begincidrange") => self.cids(true, sink),
                Token::Operator(b"begincidchar") => self.cids(false, sink),
                Token::Operator(b"beginbfrange") => self.ranges(sink),
                Token::Operator(b"beginbfchar") => self.characters(sink),
                Token::Operator(b"usecmap") => {
                    if let Some(Token::Name(name)) = previous {
                        sink(Item::Use(name));
                    }
                }
                Token::Integer(value) if previous == Some(Token::Name(b"WMode")) => sink(Item::WritingMode(value)),
                Token::Literal(value) | Token::Name(value) if previous == Some(Token::Name(b"Ordering")) => {
                    sink(Item::Ordering(value));
                }
                _ => {}
            }
            previous = Some(token);
        }
    }

    /// The next code of a section; `None` at its end. Stray tokens before it are skipped.
    fn code(&mut self) -> Option<Code> {
        loop {
            match self.next()? {
                Token::Hex(digits) => {
                    if let Some(code) = code_of(digits) {
                        return Some(code);
                    }
                }
                // A new section means that this one was not ended.
                token @ Token::Operator(operator) if operator.starts_with(b"begin") => {
                    self.pushed = Some(token);
                    return None;
                }
                Token::Operator(operator) if operator.starts_with(b"end") => return None,
                _ => {}
            }
        }
    }

    /// The next token of a mapping, unless it is an operator, which ends the section.
    fn operand(&mut self) -> Option<Token<'a>> {
        let token = self.next()?;
        if matches!(token, Token::Operator(_)) {
            self.pushed = Some(token);
            return None;
        }
        Some(token)
    }

    fn code_operand(&mut self) -> Option<Code> {
        match self.operand()? {
            Token::Hex(digits) => code_of(digits),
            _ => None,
        }
    }

    /// Counts a mapping; false when there are too many.
    fn admit(&mut self) -> bool {
        self.entries += 1;
        self.entries <= MAX_CMAP_ENTRIES
    }

    fn code_spaces(&mut self, sink: &mut impl FnMut(Item<'a>)) {
        while let Some(low) = self.code() {
            let Some(high) = self.code_operand() else { continue };
            if self.admit() {
                sink(Item::CodeSpace { low, high });
            }
        }
    }

    fn cids(&mut self, is_range: bool, sink: &mut impl FnMut(Item<'a>)) {
        while let Some(first) = self.code() {
            let last = if is_range { self.code_operand() } else { Some(first) };
            let Some(last) = last else { continue };
            let Some(Token::Integer(cid)) = self.operand() else { continue };
            let Ok(cid) = u32::try_from(cid) else { continue };
            if last.value >= first.value && self.admit() {
                sink(Item::Cids { first, last: last.value, cid });
            }
        }
    }

    fn characters(&mut self, sink: &mut impl FnMut(Item<'a>)) {
        while let Some(first) = self.code() {
            let Some(target) = self.operand().and_then(target_of) else { continue };
            if self.admit() {
                sink(Item::Unicode { first, last: first.value, target });
            }
        }
    }

    fn ranges(&mut self, sink: &mut impl FnMut(Item<'a>)) {
        while let Some(first) = self.code() {
            let Some(last) = self.code_operand() else { continue };
            match self.operand() {
                Some(Token::ArrayStart) => self.array(first, last.value, sink),
                Some(token) => {
                    let Some(target) = target_of(token) else { continue };
                    if last.value >= first.value && self.admit() {
                        sink(Item::Unicode { first, last: last.value, target });
                    }
                }
                None => {}
            }
        }
    }

    /// The array form of a range: a target for each code.
    fn array(&mut self, first: Code, last: u32, sink: &mut impl FnMut(Item<'a>)) {
        let mut value = Some(first.value);
        while let Some(token) = self.operand() {
            if token == Token::ArrayEnd {
                return;
            }
            if let (Some(code), Some(target)) = (value, target_of(token))
                && code <= last
                && self.admit()
            {
                sink(Item::Unicode { first: Code { value: code, ..first }, last: code, target });
            }
            value = value.and_then(|code| code.checked_add(1));
        }
    }
}

/// A code from hexadecimal digits: their value, and the bytes they take.
fn code_of(digits: &[u8]) -> Option<Code> {
    let mut value = 0u32;
    let mut count = 0u8;
    for digit in hex_digits(digits) {
        if count == 8 {
            return None;
        }
        value = value << 4 | u32::from(digit);
        count += 1;
    }
    (count > 0).then(|| Code { value, length: count.div_ceil(2) })
}

fn target_of(token: Token<'_>) -> Option<Target<'_>> {
    match token {
        Token::Hex(digits) => Some(Target::Units(units_of(digits))),
        Token::Name(name) => Some(Target::Name(name)),
        _ => None,
    }
}

/// UTF-16 code units from hexadecimal digits, four to a unit; a shorter last one counts by its value.
fn units_of(digits: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(digits.len().div_ceil(4));
    let mut unit = 0u16;
    let mut count = 0;
    for digit in hex_digits(digits) {
        unit = unit << 4 | u16::from(digit);
        count += 1;
        if count == 4 {
            units.push(unit);
            (unit, count) = (0, 0);
        }
    }
    if count > 0 {
        units.push(unit);
    }
    units
}

fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().filter_map(|&byte| (byte as char).to_digit(16).map(|digit| digit as u8))
}

struct Scanner<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    /// Consumes bytes while they satisfy `predicate`.
    fn take_while(&mut self, predicate: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.data.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !predicate(byte)).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    fn token(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            self.position += 1;
            match byte {
                b'%' => {
                    self.take_while(|byte| byte != b'\n' && byte != b'\r');
                }
                b'<' if self.peek() == Some(b'<') => self.position += 1,
                b'<' => {
                    let digits = self.take_while(|byte| byte != b'>');
                    self.position += 1;
                    return Some(Token::Hex(digits));
                }
                b'[' => return Some(Token::ArrayStart),
                b']' => return Some(Token::ArrayEnd),
                b'/' => return Some(Token::Name(self.take_while(is_regular))),
                b'(' => {
                    let text = self.take_while(|byte| byte != b')');
                    self.position += 1;
                    return Some(Token::Literal(text));
                }
                byte if is_regular(byte) => {
                    self.position -= 1;
                    let word = self.take_while(is_regular);
                    return Some(match integer_of(word) {
                        Some(value) => Token::Integer(value),
                        None => Token::Operator(word),
                    });
                }
                _ => {}
            }
        }
    }
}

fn integer_of(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Whether a byte is neither white space nor a delimiter (ISO 32000-2 §7.2.3).
fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(source: &str) -> Vec<Item<'_>> {
        let mut items = Vec::new();
        read(source.as_bytes(), &mut |item| items.push(item));
        items
    }

    fn unicode(value: u32, length: u8, last: u32, units: &[u16]) -> Item<'static> {
        Item::Unicode { first: Code { value, length }, last, target: Target::Units(units.to_vec()) }
    }

    #[test]
    fn mappings_are_read_from_loose_syntax() {
        let cases: [(&str, Vec<Item<'_>>); 9] = [
            ("1 beginbfchar <41> <03A9> endbfchar", vec![unicode(0x41, 1, 0x41, &[0x3A9])]),
            ("beginbfchar<0041><D8 3D\nDE00>", vec![unicode(0x41, 2, 0x41, &[0xD83D, 0xDE00])]),
            ("beginbfchar <41> <9> <42> <> endbfchar", vec![unicode(0x41, 1, 0x41, &[9]), unicode(0x42, 1, 0x42, &[])]),
            (
                "beginbfrange <01> <03> [<0041> <0042>] endbfrange",
                vec![unicode(1, 1, 1, &[0x41]), unicode(2, 1, 2, &[0x42])],
            ),
            (
                "beginbfrange <01> <01> [<0041> <0042>] <05> <06> <0061>",
                vec![unicode(1, 1, 1, &[0x41]), unicode(5, 1, 6, &[0x61])],
            ),
            (
                "beginbfchar <41> <0041> beginbfrange <42> <43> <0042>",
                vec![unicode(0x41, 1, 0x41, &[0x41]), unicode(0x42, 1, 0x43, &[0x42])],
            ),
            ("beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange", vec![unicode(0, 4, u32::MAX, &[0x41])]),
            ("beginbfrange <05> <03> <0041> endbfrange", vec![]),
            (
                "/WMode 1 def /Base usecmap begincidrange <00> <ff> 7",
                vec![
                    Item::WritingMode(1),
                    Item::Use(b"Base"),
                    Item::Cids { first: Code { value: 0, length: 1 }, last: 0xff, cid: 7 },
                ],
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(items(source), expected, "{source}");
        }
    }

    #[test]
    fn entries_are_capped() {
        let mut source = String::from("beginbfchar ");
        for code in 0..70_000 {
            source.push_str(&format!("<{code:05X}><0041>"));
        }
        assert_eq!(items(&source).len(), MAX_CMAP_ENTRIES);
    }
}
