//! The contents of a report as nested lists, long branches folded.

use crate::report::OutlineEntry;
use crate::serve::ui::format::counted;

/// Entries of the contents shown.
const MAX_CONTENTS: usize = 500;

/// Deepest level of the contents that is set in.
const MAX_LEVEL: u8 = 4;

/// Contents of more entries have their branches folded.
const LONG: usize = 40;

/// Contents.
#[derive(Default)]
pub struct Contents {
    /// What the template writes one after the other.
    pub steps: Vec<Step>,
    /// Entries that are not shown.
    pub more: usize,
}

/// A piece of nested lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An item begins, with its text, its page and the page's address.
    Entry(String, String, String),
    /// The list of what is below the item begins.
    Open,
    /// The same, folded under this line.
    Fold(String),
    /// That list ends.
    Close,
    /// That list ends, which was folded.
    CloseFold,
    /// The item ends.
    End,
}

/// An entry with those below it.
struct Branch<'o> {
    entry: &'o OutlineEntry,
    below: Vec<Branch<'o>>,
}

impl Contents {
    /// Of an outline; `shown` gives an entry's text, page and address.
    pub fn new(outline: &[OutlineEntry], shown: impl Fn(&OutlineEntry) -> (String, String, String)) -> Contents {
        let kept = outline.get(..MAX_CONTENTS.min(outline.len())).unwrap_or_default();
        let mut entries = kept.iter().peekable();
        let mut branches = Vec::new();
        while let Some(entry) = entries.next() {
            branches.push(Branch { entry, below: below(entry.level.min(MAX_LEVEL), &mut entries) });
        }
        let mut steps = Vec::new();
        write(&branches, kept.len() > LONG, &shown, &mut steps);
        Contents { steps, more: outline.len() - kept.len() }
    }
}

/// Takes the entries that are deeper than `level`; a level that is left out is none.
fn below<'o>(level: u8, entries: &mut std::iter::Peekable<std::slice::Iter<'o, OutlineEntry>>) -> Vec<Branch<'o>> {
    let mut branches = Vec::new();
    while let Some(entry) = entries.next_if(|entry| entry.level.min(MAX_LEVEL) > level) {
        branches.push(Branch { entry, below: below(entry.level.min(MAX_LEVEL), entries) });
    }
    branches
}

fn write(
    branches: &[Branch<'_>],
    is_folded: bool,
    shown: &impl Fn(&OutlineEntry) -> (String, String, String),
    steps: &mut Vec<Step>,
) {
    for branch in branches {
        let (text, page, url) = shown(branch.entry);
        steps.push(Step::Entry(text, page, url));
        if !branch.below.is_empty() {
            let count = branch.below.len() as u64;
            steps.push(if is_folded { Step::Fold(counted(count, "section", "sections")) } else { Step::Open });
            // What was unfolded is shown whole.
            write(&branch.below, false, shown, steps);
            steps.push(if is_folded { Step::CloseFold } else { Step::Close });
        }
        steps.push(Step::End);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1(2 3)` for an entry with two below it; folded ones in brackets.
    fn shown(levels: &[u8]) -> String {
        let entry = |(page, level): (u32, &u8)| OutlineEntry { title: String::new(), level: *level, page };
        let outline: Vec<OutlineEntry> = (1..).zip(levels).map(entry).collect();
        let contents = Contents::new(&outline, |entry| (entry.page.to_string(), String::new(), String::new()));
        let text = |step: &Step| match step {
            Step::Entry(text, ..) => format!(" {text}"),
            Step::Open => "(".to_owned(),
            Step::Fold(line) => format!("[{line}:"),
            Step::Close => ")".to_owned(),
            Step::CloseFold => "]".to_owned(),
            Step::End => String::new(),
        };
        contents.steps.iter().map(text).collect()
    }

    #[test]
    fn entries_stand_below_those_before_them_whatever_their_levels() {
        for (levels, wanted) in [
            (&[][..], ""),
            (&[0, 0], " 1 2"),
            (&[0, 1, 1, 0], " 1( 2 3) 4"),
            (&[0, 2, 1, 9, 0], " 1( 2 3( 4)) 5"),
            (&[2, 1, 0], " 1 2 3"),
            (&[200, 200], " 1 2"),
        ] {
            assert_eq!(shown(levels), wanted, "{levels:?}");
        }
    }

    #[test]
    fn long_contents_are_folded_and_cut() {
        let levels: Vec<u8> = std::iter::repeat_n([0, 1, 2], 20).flatten().collect();
        assert!(shown(&levels).starts_with(" 1[1 section: 2( 3)] 4["), "{}", shown(&levels));
        let many: Vec<OutlineEntry> =
            (0..600).map(|page| OutlineEntry { title: String::new(), level: 0, page }).collect();
        assert_eq!(Contents::new(&many, |_| Default::default()).more, 100);
    }
}
