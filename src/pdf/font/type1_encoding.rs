//! The /Encoding array of a Type 1 program, read from its clear text.
//!
//! The encrypted part is not needed for it, so a program that is damaged or large costs nothing here.

/// Bytes of the clear text that are searched.
const MAX_CLEAR_TEXT: usize = 256 << 10;

/// Gives each code with its glyph name, in order of appearance; nothing for `StandardEncoding`, which applies anyway.
pub(super) fn read(program: &[u8], sink: &mut impl FnMut(u8, &[u8])) {
    let clear = program.get(..MAX_CLEAR_TEXT).unwrap_or(program);
    let clear = find(clear, b"eexec").and_then(|end| clear.get(..end)).unwrap_or(clear);
    let Some(start) = find(clear, b"/Encoding") else { return };
    let text = clear.get(start + b"/Encoding".len()..).unwrap_or_default();
    let mut tokens = Tokens(text);
    let Some(first) = tokens.next() else { return };
    if first == b"[" {
        read_literal(&mut tokens, sink);
        return;
    }
    read_assignments(&mut tokens, sink);
}

/// `[/space /exclam …]`
fn read_literal(tokens: &mut Tokens<'_>, sink: &mut impl FnMut(u8, &[u8])) {
    for code in 0..=u8::MAX {
        match tokens.next().and_then(|token| token.strip_prefix(b"/")) {
            Some(b".notdef") => {}
            Some(name) => sink(code, name),
            None => return,
        }
    }
}

/// `dup 65 /A put` until `def` or `readonly`; codes may be written in another base: `8#101`.
fn read_assignments(tokens: &mut Tokens<'_>, sink: &mut impl FnMut(u8, &[u8])) {
    while let Some(token) = tokens.next() {
        match token {
            b"dup" => {
                let code = tokens.next().and_then(code_of);
                let name = tokens.next().and_then(|token| token.strip_prefix(b"/"));
                if let (Some(code), Some(name)) = (code, name)
                    && name != b".notdef"
                {
                    sink(code, name);
                }
            }
            b"def" | b"readonly" => return,
            _ => {}
        }
    }
}

fn code_of(token: &[u8]) -> Option<u8> {
    let token = std::str::from_utf8(token).ok()?;
    match token.split_once('#') {
        Some((base, digits)) => {
            let base = base.parse().ok().filter(|base| (2..=36).contains(base))?;
            u8::from_str_radix(digits, base).ok()
        }
        None => token.parse().ok(),
    }
}

fn find(data: &[u8], needle: &[u8]) -> Option<usize> {
    data.windows(needle.len()).position(|window| window == needle)
}

/// PostScript tokens, names with their slash, brackets by themselves, comments left out.
struct Tokens<'a>(&'a [u8]);

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
            self.0 = self.0.get(start..)?;
            if self.0.first() != Some(&b'%') {
                break;
            }
            let end = self.0.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
            self.0 = self.0.get(end..)?;
        }
        let is_end = |byte: &u8| {
            byte.is_ascii_whitespace() || matches!(byte, 0 | b'/' | b'[' | b']' | b'{' | b'}' | b'(' | b'%')
        };
        let rest = self.0.get(1..)?;
        let length = match self.0.first()? {
            b'[' | b']' | b'{' | b'}' | b'(' => 1,
            _ => 1 + rest.iter().position(is_end).unwrap_or(rest.len()),
        };
        let (token, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(program: &str) -> Vec<(u8, String)> {
        let mut names = Vec::new();
        read(program.as_bytes(), &mut |code, name| names.push((code, String::from_utf8_lossy(name).into_owned())));
        names
    }

    #[test]
    fn encodings_are_read_from_clear_text() {
        let cases = [
            (
                "/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\ndup 65 /A put dup 8#102/B put % dup 1 /x put\n\
                 dup 67/.notdef put readonly def dup 68 /D put",
                vec![(65, "A"), (66, "B")],
            ),
            ("/Encoding [/a /.notdef /c] def", vec![(0, "a"), (2, "c")]),
            ("currentfile eexec /Encoding 256 array dup 65 /A put def", vec![]),
            ("/Encoding StandardEncoding def", vec![]),
            ("/Encoding", vec![]),
            ("/Encoding 256 array dup", vec![]),
        ];
        for (program, expected) in cases {
            let expected: Vec<(u8, String)> =
                expected.into_iter().map(|(code, name)| (code, name.to_owned())).collect();
            assert_eq!(names(program), expected, "{program}");
        }
    }
}
