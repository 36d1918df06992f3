//! Results as text: for people on a terminal, and as JSON, CSV and TREC lines for programs.
//!
//! **Invariant:** makes strings, prints nothing.

mod bars_text;
mod cost_text;
mod explanation_text;
mod growth_svg;
mod growth_text;
mod machine_line;
mod number;
mod quality_text;
mod report_json;
mod report_text;
mod search_text;
mod speed_text;
mod summary_text;
mod trec;
mod wrap;

pub use crate::export::{MarkedText, SearchCsv, is_control, printable, to_json};
pub use bars_text::BarsText;
pub use cost_text::CostText;
pub use growth_svg::GrowthSvg;
pub use growth_text::GrowthText;
pub use machine_line::{corpus_line, disk_rows, machine_line};
pub use number::{bytes, count, duration, grouped};
pub use quality_text::QualityText;
pub use report_json::ReportJson;
pub use report_text::report_text;
pub use search_text::{SearchText, remarks, summary};
pub use speed_text::SpeedText;
pub use summary_text::SummaryText;
pub use trec::trec_line;
pub use wrap::wrap;
