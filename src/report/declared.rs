//! What a PDF declares about itself, before it is weighed against what its pages say.

/// Declared metadata, decoded to Unicode, trimmed, empty strings left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// XMP `dc:title` (the `x-default` or first alternative).
    pub xmp_title: Option<String>,
    /// XMP `dc:creator`, in order.
    pub xmp_authors: Vec<String>,
    /// XMP `xmp:CreateDate`, `dc:date` or `pdf:…`, as `2023-05-17`.
    pub xmp_date: Option<String>,
    /// XMP `dc:language` or the catalog's /Lang, as ISO 639-1.
    pub language: Option<String>,
    /// Information dictionary /Title.
    pub info_title: Option<String>,
    /// Information dictionary /Author, as written.
    pub info_author: Option<String>,
    /// Information dictionary /CreationDate as `2023-05-17`.
    pub info_date: Option<String>,
    /// XMP `dc:description` or /Subject.
    pub subject: Option<String>,
    /// XMP `dc:subject` or /Keywords, split.
    pub keywords: Vec<String>,
    /// XMP `dc:publisher`.
    pub publisher: Option<String>,
    /// The program it was written with: /Creator or XMP `xmp:CreatorTool`.
    pub program: Option<String>,
}
