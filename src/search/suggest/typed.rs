//! How the word being typed can go on: with letters after its beginning, after a hyphen, or with the next character of
//! a script without spaces.

use crate::index::analyzer::{Word, last_unspaced, words};
use crate::query::Unfinished;
use crate::report::Span;

/// Shortest beginning that is completed, in characters; one is enough in a script without spaces.
const SHORTEST: usize = 2;

/// Ways to go on, the best first: a later one counts only if the earlier ones find nothing. Empty if nothing is being
/// typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) ways: Vec<Way>,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// The words of the index looked for begin so.
    pub(super) beginning: String,
    /// They follow directly on these, in order.
    pub(super) after: Vec<String>,
    /// Whether what was typed stays and only what is missing is added; else the word is replaced.
    pub(super) keeps_typed: bool,
    /// The bytes of the unfinished word that the completed word stands for.
    pub(super) span: Span,
}

impl Typed {
    /// Reads the word that is being typed.
    pub(super) fn new(unfinished: &Unfinished<'_>) -> Typed {
        let text = unfinished.word;
        let all = words(text);
        let Some(last) = all.last().filter(|last| last.span.end as usize == text.len()) else {
            return Typed::default();
        };
        if let Some(way) = unspaced(text, &all, &unfinished.phrase) {
            return Typed { ways: vec![way] };
        }
        let way = |beginning: &String, after: Vec<String>, keeps_typed| {
            let is_long = beginning.chars().count() >= SHORTEST;
            is_long.then(|| Way { beginning: beginning.clone(), after, keeps_typed, span: last.span })
        };
        let phrase = |parts: &[String]| [&unfinished.phrase, parts].concat();
        let Some((part, before)) = last.parts.split_last() else { return Typed::default() };
        let mut ways = Vec::new();
        // A compound goes on as one word if it is printed so anywhere, else as its last part.
        ways.extend(last.variants.first().and_then(|joined| way(joined, phrase(&[]), true)));
        let is_compound = !last.variants.is_empty() || !before.is_empty();
        ways.extend(way(part, phrase(before), is_compound));
        Typed { ways }
    }
}

/// The last character of a run without spaces begins the pair that goes on from it.
fn unspaced(text: &str, all: &[Word], phrase: &[String]) -> Option<Way> {
    let start = last_unspaced(text)?;
    let beginning = words(text.get(start..)?).pop()?.parts.pop()?;
    let end = u32::try_from(text.len()).ok()?;
    // Pairs of one run overlap.
    let last = all.last()?;
    let mut run_start = last.span.start;
    let mut run: Vec<String> = last.parts.iter().rev().cloned().collect();
    for word in all.iter().rev().skip(1) {
        if word.span.end <= run_start {
            break;
        }
        run_start = word.span.start;
        run.extend(word.parts.iter().rev().cloned());
    }
    run.reverse();
    // One character alone is no pair yet.
    let pairs = if run_start as usize == start { Vec::new() } else { run };
    let after = [phrase, &pairs].concat();
    Some(Way { beginning, after, keeps_typed: true, span: Span { start: run_start, end } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::unfinished;

    #[test]
    fn words_go_on_as_their_script_does() {
        type Expected<'a> = (&'a str, &'a [&'a str], bool);
        let cases: [(&str, &[Expected<'_>]); 12] = [
            ("cash tra", &[("tra", &[], false)]),
            ("Élè", &[("ele", &[], false)]),
            ("t", &[]),
            ("tra ", &[]),
            ("tra*", &[]),
            ("e-mai", &[("emai", &[], true), ("mai", &["e"], true)]),
            ("long-", &[]),
            ("\"cash tra", &[("tra", &["cash"], false)]),
            ("東", &[("東", &[], true)]),
            ("東京", &[("京", &["東京"], true)]),
            ("東京都", &[("都", &["東京", "京都"], true)]),
            ("l'ea", &[("ea", &[], false)]),
        ];
        for (query, expected) in cases {
            let typed = Typed::new(&unfinished(query));
            let ways: Vec<(&str, Vec<&str>, bool)> = typed
                .ways
                .iter()
                .map(|way| (way.beginning.as_str(), way.after.iter().map(String::as_str).collect(), way.keeps_typed))
                .collect();
            let expected: Vec<(&str, Vec<&str>, bool)> =
                expected.iter().map(|(beginning, after, keeps)| (*beginning, after.to_vec(), *keeps)).collect();
            assert_eq!(ways, expected, "{query}");
        }
    }
}
