//! A small builder of PDF files for tests: objects as text, the cross-reference table made by itself.
//!
//! The base is one page of 200 × 200 points: 1 catalog, 2 page tree, 3 page, 4 content, 5 Helvetica in WinAnsiEncoding
//! named /F1. Tests replace or add objects, so that each shows only what it is about.

use std::collections::BTreeMap;

/// A file under construction.
#[derive(Debug, Clone)]
pub(crate) struct TestPdf {
    objects: BTreeMap<u32, Vec<u8>>,
    trailer: String,
    header: &'static str,
}

impl TestPdf {
    /// The base with this page content.
    pub(crate) fn with_content(content: impl AsRef<[u8]>) -> TestPdf {
        TestPdf { objects: BTreeMap::new(), trailer: String::new(), header: "%PDF-1.7\n" }
            .object(1, "<< /Type /Catalog /Pages 2 0 R >>")
            .object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
            .object(
                3,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                 /Resources << /Font << /F1 5 0 R >> >> >>",
            )
            .stream(4, "", content)
            .object(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    }

    /// The base showing this text, whose characters must not need escapes, at 20, 100 in 12 points.
    pub(crate) fn with_text(text: &str) -> TestPdf {
        TestPdf::with_content(format!("BT /F1 12 Tf 20 100 Td ({text}) Tj ET"))
    }

    /// The base with this many pages, 3 and then 100, 101, …, all with the same content.
    pub(crate) fn with_pages(count: u32) -> TestPdf {
        let ids: Vec<u32> = std::iter::once(3).chain((0..).map(|index| 100 + index)).take(count as usize).collect();
        let kids: Vec<String> = ids.iter().map(|id| format!("{id} 0 R")).collect();
        let tree = format!("<< /Type /Pages /Kids [{}] /Count {count} >>", kids.join(" "));
        ids.iter().skip(1).fold(TestPdf::with_text("Page").object(2, tree), |pdf, id| {
            pdf.object(*id, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>")
        })
    }

    /// Sets an object.
    pub(crate) fn object(mut self, number: u32, body: impl AsRef<[u8]>) -> TestPdf {
        self.objects.insert(number, body.as_ref().to_vec());
        self
    }

    /// Leaves an object out.
    pub(crate) fn without(mut self, number: u32) -> TestPdf {
        self.objects.remove(&number);
        self
    }

    /// Sets a stream object; `entries` are added to its dictionary beside /Length.
    pub(crate) fn stream(self, number: u32, entries: &str, content: impl AsRef<[u8]>) -> TestPdf {
        let content = content.as_ref();
        let mut body = format!("<< {entries} /Length {} >>\nstream\n", content.len()).into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\nendstream");
        self.object(number, body)
    }

    /// Adds entries to the trailer.
    pub(crate) fn trailer(mut self, entries: &str) -> TestPdf {
        self.trailer.push_str(entries);
        self
    }

    /// Replaces the header line.
    pub(crate) fn header(mut self, header: &'static str) -> TestPdf {
        self.header = header;
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.as_bytes().to_vec();
        let mut table = String::new();
        for (number, body) in &self.objects {
            table.push_str(&format!("{number} 1\n{:010} 00000 n \n", bytes.len()));
            bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\nendobj\n");
        }
        let table_start = bytes.len();
        let size = self.objects.keys().next_back().map_or(1, |last| last + 1);
        bytes.extend_from_slice(
            format!(
                "xref\n0 1\n0000000000 65535 f \n{table}trailer\n<< /Root 1 0 R /Size {size} {} >>\n\
                 startxref\n{table_start}\n%%EOF\n",
                self.trailer
            )
            .as_bytes(),
        );
        bytes
    }

    /// The file, opened with the default limits.
    pub(crate) fn open(&self) -> crate::pdf::Pdf {
        crate::pdf::Pdf::open(&self.bytes(), &crate::pdf::Limits::default(), &[]).expect("a readable test file")
    }
}
