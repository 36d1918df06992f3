//! What every form of a search can be asked, as the API's description tells it; how many reports differs by form.

use utoipa::IntoParams;

/// The parameters of a search without `limit`. Only described here: they are read one by one, to refuse the others.
#[expect(dead_code, reason = "describes parameters, which are read one by one")]
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchParameters {
    /// What to find, in the query language; any text is legal
    #[param(example = "cash transfer")]
    q: Option<String>,
    /// Reports to leave out first; beyond it use `cursor`
    #[param(minimum = 0, maximum = 10000)]
    offset: Option<u32>,
    /// `next_cursor` of the response before, instead of `offset`
    cursor: Option<String>,
    /// Pages shown of each report; 3 unless given
    #[param(minimum = 0, maximum = 50)]
    pages: Option<u32>,
    /// Passages shown of each page; 2 unless given
    #[param(minimum = 0, maximum = 10)]
    passages: Option<u32>,
    /// ISO 639-1 code; may be repeated: any of one field, each of several
    #[param(rename = "filter[language]", example = json!(["en"]))]
    language: Option<Vec<String>>,
    /// Whole name; accents and case do not count
    #[param(rename = "filter[author]")]
    author: Option<Vec<String>>,
    /// Whole tag; accents and case do not count
    #[param(rename = "filter[tag]")]
    tag: Option<Vec<String>>,
    /// Name of one of its outermost sections
    #[param(rename = "filter[section]")]
    section: Option<Vec<String>>,
    /// `2020`, `2019..2021`, `..2021` or `2019..`
    #[param(rename = "filter[year]", example = json!(["2019.."]))]
    year: Option<Vec<String>>,
    /// What to count, parted by commas: `language`, `author`, `section`, `tag`, `year`
    #[param(example = "language,year")]
    facets: Option<String>,
    /// Order of the reports: `relevance`, `date`, `-date`, `title` or `-title`
    #[param(example = "-date")]
    sort: Option<String>,
    /// How bare words combine: `and` or `or`
    #[param(example = "and")]
    op: Option<String>,
    /// Whether to say how every score came about
    explain: Option<bool>,
}
