//! Damaged copies of the bundled reports: whatever the bytes, reading ends, in time, without a panic.
//!
//! The mutations are the same on every run; `tests/fuzz` looks for what they do not find.

use super::{carriers, manifest};
use recto::extract::{ExtractOptions, READER_STACK_BYTES, extract};
use recto::pdf::Limits;
use recto::report::{Reason, WordBox};
use std::time::{Duration, Instant};

/// Copies of each fixture.
const COPIES: u64 = 24;

/// Copies of what one parser reads.
const PART_COPIES: u64 = 300;

/// Longest time for one copy, unoptimised, on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(20);

/// A small generator of numbers (xorshift), so that every run sees the same damage.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

/// Changes a few places: bits, bytes, numbers, names, whole pieces left out, doubled or moved.
fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    const WORDS: [&[u8]; 12] = [
        b"endstream",
        b"endobj",
        b"obj",
        b"<<",
        b">>",
        b"[",
        b"99999999999999999999",
        b"-1",
        b"0 0 R",
        b"/Kids",
        b"/Length 0",
        b"1e38",
    ];
    for _ in 0..1 + numbers.below(8) {
        if bytes.is_empty() {
            return;
        }
        let at = numbers.below(bytes.len());
        let end = (at + 1 + numbers.below(200)).min(bytes.len());
        match numbers.below(7) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = u8::try_from(numbers.below(256)).unwrap_or(0),
            2 => bytes.splice(at..at, WORDS[numbers.below(WORDS.len())].iter().copied()).for_each(drop),
            3 => bytes.drain(at..end).for_each(drop),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, piece).for_each(drop);
            }
            5 => {
                for digit in bytes[at..end].iter_mut().filter(|byte| byte.is_ascii_digit()) {
                    *digit = b'0' + u8::try_from(numbers.below(10)).unwrap_or(0);
                }
            }
            _ if numbers.below(8) == 0 => bytes.truncate(at.max(1)),
            _ => bytes[at..end].reverse(),
        }
    }
}

/// What is wrong with how bytes are read, if anything.
fn fault(bytes: &[u8]) -> Option<String> {
    let limits = Limits { pages: 50, page_operators: 200_000, document_bytes: 32 << 20, ..Limits::default() };
    let options = ExtractOptions { limits, ..ExtractOptions::default() };
    let began = Instant::now();
    let read = extract(bytes, "damaged.pdf", &options);
    let took = began.elapsed();
    if took > LONGEST {
        return Some(format!("took {took:?}"));
    }
    match read {
        Err(error) if error.reason == Reason::Crashed => Some(error.detail),
        Ok(report) if report.partial == Some(Reason::Crashed) => Some("a panic on a page".to_owned()),
        Ok(report) => report.pages.iter().find_map(|page| {
            let is_inside = |edge: f32| (0.0..=1.0).contains(&edge);
            let is_off = |word: &&WordBox| {
                let [x0, y0, x1, y1] = word.quad.into();
                word.span.of(&page.text).is_empty() || ![x0, y0, x1, y1].into_iter().all(is_inside)
            };
            page.words.iter().find(is_off).map(|word| format!("page {}: {word:?}", page.number))
        }),
        Err(_) => None,
    }
}

/// Reads damaged copies on threads with the stack the reader asks for; `carry` puts the damaged bytes into a file.
fn survives(name: &str, seed: &[u8], copies: u64, carry: fn(&[u8]) -> Vec<u8>) {
    let reader = std::thread::Builder::new().stack_size(READER_STACK_BYTES);
    let (label, seed) = (name.to_owned(), seed.to_vec());
    let read = reader.spawn(move || {
        for copy in 1..=copies {
            let mut numbers = Numbers(copy.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut bytes = seed.clone();
            damage(&mut bytes, &mut numbers);
            assert_eq!(fault(&carry(&bytes)), None, "{label}, copy {copy}");
        }
    });
    read.expect("a thread").join().expect("every copy is read");
}

#[test]
fn damaged_reports_are_read() {
    for fixture in manifest::all() {
        survives(&fixture.file, &fixture.bytes(), COPIES, <[u8]>::to_vec);
    }
}

#[test]
fn damaged_parts_are_read() {
    let content =
        b"q 1 0 0 1 50 700 cm BT /F1 12 Tf 14 TL (Cash transfers) Tj T* [(reach) -250 (most)] TJ ET Q /X1 Do \
                    /Span << /ActualText (whole) >> BDC BT /F2 9 Tf <82A082A2> Tj ET EMC BT /F3 10 Tf (AB) ' ET \
                    BI /W 1 /H 1 /BPC 8 ID x EI";
    let cmap = b"/CIDInit /ProcSet findresource begin 1 begincodespacerange <00> <FFFF> endcodespacerange \
                 2 beginbfchar <01> <0041> <02> /fi endbfchar 1 beginbfrange <03> <09> <0061> endbfrange \
                 1 beginbfrange <20> <22> [<00660069> <D83DDE00> <0062>] endbfrange \
                 1 begincidrange <0030> <0040> 5 endcidrange /Ordering (Japan1) def /WMode 1 def endcmap";
    let program = b"%!PS-AdobeFont-1.0: A /FontMatrix [0.001 0 0 0.001 0 0] def /Encoding 256 array 0 1 255 {1 index \
                    exch /.notdef put} for dup 65 /A put dup 8#102 /B put readonly def currentfile eexec";
    let packet = b"<?xpacket begin='' id=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description \
                   dc:format='a'><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>A &amp; B</rdf:li></rdf:Alt></dc:title>\
                   <dc:creator><rdf:Seq><rdf:li>C</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>";
    let encoded = b"\0\x02<~87cURD]i,\"Ebo80~>";
    survives("content", content, PART_COPIES, carriers::content);
    survives("cmap", cmap, PART_COPIES, carriers::cmap);
    survives("font program", program, PART_COPIES, carriers::font_program);
    survives("metadata", packet, PART_COPIES, carriers::metadata);
    survives("filters", encoded, PART_COPIES, carriers::filters);
}
