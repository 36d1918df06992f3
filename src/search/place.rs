//! Where words of a report are looked for, whatever engine keeps them.

/// A place of a report that the index keeps apart. See [`crate::index`] for what each holds.
///
/// The order decides in which order scores of several places are added up, on every engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// Words of all pages.
    Body,
    /// Words of the title.
    Title,
    /// Words of the contributors' names.
    Author,
    /// Words of subject and keywords.
    Subject,
    /// Words of the path.
    File,
    /// Words of headings within pages; no positions.
    Heading,
    /// Words of the abstract and the recommendations; no positions.
    Statement,
    /// Words of running heads and folios; neither positions nor frequencies.
    Furniture,
    /// Words that folding changes, with their accents; neither positions nor frequencies.
    Accented,
    /// Words of the section path of each page; positions are pages.
    Section,
    /// Words of the tags.
    Tag,
}

impl Place {
    /// What the index calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Place::Body => "body",
            Place::Title => "title",
            Place::Author => "author",
            Place::Subject => "subject",
            Place::File => "file",
            Place::Heading => "heading",
            Place::Statement => "statement",
            Place::Furniture => "furniture",
            Place::Accented => "accented",
            Place::Section => "section",
            Place::Tag => "tag",
        }
    }

    /// Whether how often a word occurs there is known, or only whether it does.
    pub(super) fn has_frequencies(self) -> bool {
        !matches!(self, Place::Furniture | Place::Accented)
    }
}
