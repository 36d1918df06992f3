//! Advance widths (ISO 32000-2 §9.2.4, §9.7.4.3) in thousandths of an em, as a font dictionary states them.
//!
//! Widths of CIDs stay the runs they are written as; a font of many runs is sorted once.

use crate::pdf::objects::Objects;
use lopdf::{Dictionary, Object};

/// Runs kept of /W or /W2; more than there are CIDs would say nothing new.
const MAX_RUNS: usize = 65_536;
/// Runs looked at for one CID where runs overlap.
const MAX_OVERLAP: usize = 8;
/// Widths beyond this, in thousandths of an em, are damage.
const MAX_WIDTH: f32 = 100_000.0;

/// /Widths of a simple font: `None` for codes outside it. Not in the dictionary at all, or nothing but zeros: `None`.
pub(super) fn simple(objects: &Objects, font: &Dictionary) -> Option<Box<[Option<f32>; 256]>> {
    let listed = objects.array(font, b"Widths")?;
    let first = objects.integer(font, b"FirstChar").unwrap_or(0);
    let mut widths = Box::new([None; 256]);
    for (offset, width) in listed.iter().take(256).enumerate() {
        let code = usize::try_from(first.saturating_add(offset as i64)).ok();
        if let Some(slot) = code.and_then(|code| widths.get_mut(code)) {
            *slot = objects.as_number(width).filter(|width| width.abs() <= MAX_WIDTH);
        }
    }
    widths.iter().flatten().any(|&width| width != 0.0).then_some(widths)
}

/// Something stated for the CIDs `first..=last`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run<T> {
    first: u32,
    last: u32,
    value: T,
}

/// Runs in order of their first CID.
#[derive(Debug)]
struct Runs<T>(Vec<Run<T>>);

impl<T: Copy> Runs<T> {
    /// Reads the array form `c [v …]` or `cfirst clast v`, where each `v` is `N` numbers.
    fn read<const N: usize>(objects: &Objects, items: &[Object], value: impl Fn([f32; N]) -> T) -> Runs<T> {
        let mut runs = Vec::new();
        let mut rest = items;
        while let [first, second, after @ ..] = rest {
            if runs.len() >= MAX_RUNS {
                break;
            }
            let Some(first) = cid(objects, first) else {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            if let Some(Object::Array(listed)) = objects.resolve(second) {
                for (offset, numbers) in listed.chunks_exact(N).take(MAX_RUNS - runs.len()).enumerate() {
                    if let Some(numbers) = finite(objects, numbers) {
                        let cid = first.saturating_add(offset as u32);
                        runs.push(Run { first: cid, last: cid, value: value(numbers) });
                    }
                }
                rest = after;
                continue;
            }
            let numbers = after.get(..N).and_then(|numbers| finite(objects, numbers));
            if let (Some(last), Some(numbers)) = (cid(objects, second), numbers)
                && last >= first
            {
                runs.push(Run { first, last, value: value(numbers) });
            }
            rest = after.get(N..).unwrap_or_default();
        }
        runs.sort_by_key(|run| run.first);
        Runs(runs)
    }

    fn get(&self, cid: u32) -> Option<T> {
        let end = self.0.partition_point(|run| run.first <= cid);
        let candidates = self.0.get(..end)?;
        candidates.iter().rev().take(MAX_OVERLAP).find(|run| run.last >= cid).map(|run| run.value)
    }
}

fn cid(objects: &Objects, object: &Object) -> Option<u32> {
    let number = objects.as_number(object)?;
    (0.0..=65_535.0).contains(&number).then_some(number as u32)
}

fn finite<const N: usize>(objects: &Objects, items: &[Object]) -> Option<[f32; N]> {
    let mut numbers = [0.0; N];
    for (number, item) in numbers.iter_mut().zip(items) {
        *number = objects.as_number(item).filter(|number| number.abs() <= MAX_WIDTH)?;
    }
    Some(numbers)
}

/// /W, /DW, /W2 and /DW2 of a CIDFont.
#[derive(Debug)]
pub(super) struct CidWidths {
    widths: Runs<f32>,
    default_width: f32,
    /// Displacements in vertical writing; the position vectors beside them only matter to those who draw outlines.
    vertical: Runs<f32>,
    default_vertical: f32,
    /// Whether the dictionary states any horizontal width.
    pub(super) is_stated: bool,
}

impl CidWidths {
    /// Reads a CIDFont dictionary.
    pub(super) fn load(objects: &Objects, cid_font: &Dictionary) -> CidWidths {
        let listed = objects.array(cid_font, b"W").unwrap_or_default();
        let vertical = objects.array(cid_font, b"W2").unwrap_or_default();
        let default_width = objects.number(cid_font, b"DW").filter(|width| width.abs() <= MAX_WIDTH);
        CidWidths {
            widths: Runs::read(objects, listed, |[width]| width),
            default_width: default_width.unwrap_or(1000.0),
            vertical: Runs::read(objects, vertical, |[advance, _, _]| advance),
            default_vertical: objects.numbers(cid_font, b"DW2").map_or(-1000.0, |[_, advance]| advance),
            is_stated: !listed.is_empty() || default_width.is_some(),
        }
    }

    /// The horizontal width of a CID.
    pub(super) fn width(&self, cid: u32) -> f32 {
        self.widths.get(cid).unwrap_or(self.default_width)
    }

    /// The displacement of a CID in vertical writing.
    pub(super) fn vertical(&self, cid: u32) -> f32 {
        self.vertical.get(cid).unwrap_or(self.default_vertical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Limits;
    use lopdf::{Document, dictionary};

    fn objects() -> Objects {
        Objects::new(Document::new(), Limits::default())
    }

    #[test]
    fn simple_widths_begin_at_the_first_code() {
        let font = dictionary! { "FirstChar" => 65, "Widths" => vec![500.into(), 0.into(), 250.5.into(), "x".into()] };
        let widths = simple(&objects(), &font).expect("has widths");
        let cases = [(64, None), (65, Some(500.0)), (66, Some(0.0)), (67, Some(250.5)), (68, None)];
        for (code, expected) in cases {
            assert_eq!(widths[code], expected, "{code}");
        }
        let zeros = dictionary! { "FirstChar" => 65, "Widths" => vec![0.into(), 0.into()] };
        assert!(simple(&objects(), &zeros).is_none());
        let outside = dictionary! { "FirstChar" => -3, "Widths" => vec![1.into(); 5] };
        assert_eq!(simple(&objects(), &outside).map(|widths| widths.iter().flatten().count()), Some(2));
    }

    #[test]
    fn cid_widths_are_runs() {
        let font = dictionary! {
            "DW" => 750,
            "W" => vec![
                1.into(), vec![100.into(), 200.into()].into(), 10.into(), 4_000_000.into(), 1.into(),
                20.into(), 60000.into(), 300.into(), 25.into(), vec![400.into()].into(), 7.into(),
            ],
            "W2" => vec![5.into(), 6.into(), (-900).into(), 400.into(), 880.into()],
        };
        let widths = CidWidths::load(&objects(), &font);
        for (cid, expected) in [(0, 750.0), (1, 100.0), (2, 200.0), (3, 750.0), (24, 300.0), (25, 400.0), (26, 300.0)] {
            assert_eq!(widths.width(cid), expected, "{cid}");
        }
        assert_eq!((widths.vertical(6), widths.vertical(1)), (-900.0, -1000.0));
    }
}
