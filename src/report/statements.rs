//! What a report says in its own words that a person asks for first: its abstract and what it recommends.

use serde::{Deserialize, Serialize};

/// The abstract and the recommendations of a report; both are left out where it is not certain that they are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Statements {
    /// The abstract, or the first paragraphs of the executive summary.
    #[serde(rename = "abstract")]
    pub summary: Option<Statement>,
    /// The items of the list of recommendations, in order.
    pub recommendations: Vec<Statement>,
}

/// A piece of a report in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Statement {
    /// Its words, those broken at line ends made whole; paragraphs are parted by `\n`.
    pub text: String,
    /// 1-based page it begins on; `None` if only the file's metadata has it.
    pub page: Option<u32>,
}
