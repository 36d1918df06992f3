//! The fields of the index and how each is kept.
//!
//! Nothing is kept in the engine's document store: texts, titles and places come from Recto's own store.

use crate::index::tokens::TOKENIZER;
use tantivy::TantivyError;
use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

/// Raised whenever fields or the meaning of what they hold change: an index made under another version is rebuilt.
pub const SCHEMA_VERSION: u32 = 4;

/// The fields by their handles. See [`crate::index`] for what each holds.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Report id, 32 hex digits; indexed and fast.
    pub key: Field,
    /// Words of all pages, furniture left out.
    pub body: Field,
    /// Words of the title.
    pub title: Field,
    /// Words of the authors' names, a gap between names.
    pub author: Field,
    /// Words of subject and keywords.
    pub subject: Field,
    /// Words of the path.
    pub file: Field,
    /// Words of headings; frequencies only.
    pub heading: Field,
    /// Words of the abstract and the recommendations; frequencies only.
    pub statement: Field,
    /// Distinct words of running heads and folios; no frequencies.
    pub furniture: Field,
    /// Distinct words of pages and title that folding changes, in lower case with their accents; no frequencies.
    pub accented: Field,
    /// Words of section paths, position = page.
    pub section: Field,
    /// ISO 639-1 codes of the pages, the report's own first; indexed and fast.
    pub language: Field,
    /// Authors' names as written; fast.
    pub author_name: Field,
    /// Authors' names folded, whole; indexed.
    pub author_key: Field,
    /// Words of the tags, a gap between tags.
    pub tag: Field,
    /// Tags as written; fast.
    pub tag_name: Field,
    /// Tags folded, whole; indexed.
    pub tag_key: Field,
    /// Year; indexed and fast.
    pub year: Field,
    /// `yyyymmdd`, unknown parts 0; fast.
    pub date: Field,
    /// Pages of the PDF; fast.
    pub pages: Field,
    /// Folded title; fast.
    pub title_sort: Field,
    /// Outermost headings as printed but without numbers, each once; fast.
    pub section_name: Field,
    /// The same folded, whole; indexed.
    pub section_key: Field,
    /// The report's text in a few bytes, alike for texts alike; fast.
    pub sketch: Field,
    /// [`crate::index::PageStarts`]; fast.
    pub page_starts: Field,
}

impl Fields {
    /// The schema and its fields.
    pub(super) fn schema() -> (Schema, Fields) {
        let mut builder = Schema::builder();
        let fields = Fields {
            key: exact(&mut builder, "key", true, true),
            body: words(&mut builder, "body", IndexRecordOption::WithFreqsAndPositions),
            title: words(&mut builder, "title", IndexRecordOption::WithFreqsAndPositions),
            author: words(&mut builder, "author", IndexRecordOption::WithFreqsAndPositions),
            subject: words(&mut builder, "subject", IndexRecordOption::WithFreqsAndPositions),
            file: words(&mut builder, "file", IndexRecordOption::WithFreqsAndPositions),
            heading: words(&mut builder, "heading", IndexRecordOption::WithFreqs),
            statement: words(&mut builder, "statement", IndexRecordOption::WithFreqs),
            furniture: words(&mut builder, "furniture", IndexRecordOption::Basic),
            accented: words(&mut builder, "accented", IndexRecordOption::Basic),
            section: words(&mut builder, "section", IndexRecordOption::WithFreqsAndPositions),
            language: exact(&mut builder, "language", true, true),
            author_name: exact(&mut builder, "author_name", false, true),
            author_key: exact(&mut builder, "author_key", true, false),
            tag: words(&mut builder, "tag", IndexRecordOption::WithFreqsAndPositions),
            tag_name: exact(&mut builder, "tag_name", false, true),
            tag_key: exact(&mut builder, "tag_key", true, false),
            year: builder.add_i64_field("year", NumericOptions::default().set_fast().set_indexed()),
            date: builder.add_i64_field("date", NumericOptions::default().set_fast()),
            pages: builder.add_u64_field("pages", NumericOptions::default().set_fast()),
            title_sort: exact(&mut builder, "title_sort", false, true),
            section_name: exact(&mut builder, "section_name", false, true),
            section_key: exact(&mut builder, "section_key", true, false),
            sketch: builder.add_bytes_field("sketch", BytesOptions::default().set_fast()),
            page_starts: builder.add_bytes_field("page_starts", BytesOptions::default().set_fast()),
        };
        (builder.build(), fields)
    }

    /// The fields of an opened index; an error if one is missing.
    pub(super) fn of(schema: &Schema) -> Result<Fields, TantivyError> {
        Ok(Fields {
            key: schema.get_field("key")?,
            body: schema.get_field("body")?,
            title: schema.get_field("title")?,
            author: schema.get_field("author")?,
            subject: schema.get_field("subject")?,
            file: schema.get_field("file")?,
            heading: schema.get_field("heading")?,
            statement: schema.get_field("statement")?,
            furniture: schema.get_field("furniture")?,
            accented: schema.get_field("accented")?,
            section: schema.get_field("section")?,
            language: schema.get_field("language")?,
            author_name: schema.get_field("author_name")?,
            author_key: schema.get_field("author_key")?,
            tag: schema.get_field("tag")?,
            tag_name: schema.get_field("tag_name")?,
            tag_key: schema.get_field("tag_key")?,
            year: schema.get_field("year")?,
            date: schema.get_field("date")?,
            pages: schema.get_field("pages")?,
            title_sort: schema.get_field("title_sort")?,
            section_name: schema.get_field("section_name")?,
            section_key: schema.get_field("section_key")?,
            sketch: schema.get_field("sketch")?,
            page_starts: schema.get_field("page_starts")?,
        })
    }
}

fn words(builder: &mut SchemaBuilder, name: &str, option: IndexRecordOption) -> Field {
    let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(option);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

fn exact(builder: &mut SchemaBuilder, name: &str, indexed: bool, fast: bool) -> Field {
    let mut options = TextOptions::default();
    if indexed {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        options = options.set_indexing_options(indexing);
    }
    if fast {
        options = options.set_fast("raw");
    }
    builder.add_text_field(name, options)
}
