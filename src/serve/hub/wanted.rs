//! Which reports of the library are asked for, in which order: the parameters of lists and feeds.
//!
//! A page's address calls things as people do (`contributor`), the API's as the API of searches does
//! (`filter[author]`); both mean the same.

use crate::search::{Filter, HeldField, HeldOrder};
use crate::serve::asked::Parameters;
use crate::serve::links::Links;
use crate::serve::problem::Problem;

/// Most filters of a request, as of a search.
const MOST_FILTERS: usize = 64;

/// What a list can be narrowed by: the field, as a page's address calls it, as the API does.
pub const FIELDS: [(HeldField, &str, &str); 4] = [
    (HeldField::Contributor, "contributor", "filter[author]"),
    (HeldField::Tag, "tag", "filter[tag]"),
    (HeldField::Year, "year", "filter[year]"),
    (HeldField::Language, "language", "filter[language]"),
];

/// Orders as addresses call them, and for people.
pub const ORDERS: [(&str, HeldOrder, &str); 6] = [
    ("title", HeldOrder::Title, "Title"),
    ("-title", HeldOrder::TitleDescending, "Title, reversed"),
    ("-date", HeldOrder::DateDescending, "Newest first"),
    ("date", HeldOrder::Date, "Oldest first"),
    ("-added", HeldOrder::AddedDescending, "Last added first"),
    ("added", HeldOrder::Added, "First added first"),
];

/// The reports that are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// What narrows the list.
    pub filters: Vec<Filter>,
    /// How it is ordered.
    pub order: HeldOrder,
    /// Reports left out first.
    pub offset: u64,
    /// Reports wanted at most, if the client says.
    pub limit: Option<u64>,
}

impl Wanted {
    /// Reads the parameters of a page.
    pub fn of_page(query: Option<&str>) -> Result<Wanted, Problem> {
        let mut parameters = Parameters::of(query);
        let filters = filters(&mut parameters, |(_, page, _)| page);
        let (order, offset) = (order(&mut parameters), offset(&mut parameters));
        parameters.finish()?;
        Ok(Wanted { filters, order, offset, limit: None })
    }

    /// Reads the parameters of a feed, which has one order: what is new comes first.
    pub fn of_feed(query: Option<&str>) -> Result<Wanted, Problem> {
        let mut parameters = Parameters::of(query);
        let filters = filters(&mut parameters, |(_, page, _)| page);
        let offset = offset(&mut parameters);
        let limit = parameters.number("limit", 1..=100);
        parameters.finish()?;
        Ok(Wanted { filters, order: HeldOrder::AddedDescending, offset, limit })
    }

    /// Reads the parameters of the API.
    pub fn of_api(query: Option<&str>) -> Result<Wanted, Problem> {
        let mut parameters = Parameters::of(query);
        let filters = filters(&mut parameters, |(_, _, api)| api);
        let (order, offset) = (order(&mut parameters), offset(&mut parameters));
        let limit = parameters.number("limit", 1..=100);
        parameters.finish()?;
        Ok(Wanted { filters, order, offset, limit })
    }

    /// What a page's address says of the filters.
    pub fn filter_pairs(&self) -> Vec<(&'static str, String)> {
        self.filters.iter().filter_map(|filter| Some((page_name(filter)?, value(filter)))).collect()
    }

    /// Everything that a page's address says but for where the list begins.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.filter_pairs();
        if self.order != HeldOrder::default() {
            pairs.push(("sort", self.sort().to_owned()));
        }
        pairs
    }

    /// The order as addresses call it.
    pub fn sort(&self) -> &'static str {
        ORDERS.iter().find(|(_, order, _)| *order == self.order).map_or("", |(name, ..)| name)
    }

    /// The address of the page that begins at `offset`.
    pub fn page_at(&self, links: &Links, offset: u64) -> String {
        let mut pairs = self.pairs();
        if offset > 0 {
            pairs.push(("offset", offset.to_string()));
        }
        links.reports_where(&borrowed(&pairs))
    }

    /// The address of the feed (`atom` or `json`) that begins at `offset`.
    pub fn feed_at(&self, links: &Links, form: &str, offset: u64) -> String {
        let mut pairs = self.filter_pairs();
        pairs.extend(self.limit.map(|limit| ("limit", limit.to_string())));
        if offset > 0 {
            pairs.push(("offset", offset.to_string()));
        }
        links.feed(form, &borrowed(&pairs))
    }

    /// The values chosen of a field.
    pub fn chosen(&self, field: HeldField) -> Vec<String> {
        self.filters.iter().filter(|filter| filter.field() == field.name()).map(value).collect()
    }
}

fn borrowed<'p>(pairs: &'p [(&'static str, String)]) -> Vec<(&'static str, &'p str)> {
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// How a page's address calls the field of a filter.
fn page_name(filter: &Filter) -> Option<&'static str> {
    FIELDS.iter().find(|(field, ..)| field.name() == filter.field()).map(|(_, page, _)| *page)
}

/// A filter's value as addresses have it.
fn value(filter: &Filter) -> String {
    match filter {
        Filter::Language(value) | Filter::Author(value) | Filter::Tag(value) | Filter::Section(value) => value.clone(),
        Filter::Year(Some(first), Some(last)) if first == last => first.to_string(),
        Filter::Year(first, last) => {
            let year = |year: &Option<i32>| year.map(|year| year.to_string()).unwrap_or_default();
            format!("{}..{}", year(first), year(last))
        }
    }
}

fn filters(
    parameters: &mut Parameters,
    called: impl Fn((HeldField, &'static str, &'static str)) -> &'static str,
) -> Vec<Filter> {
    let mut filters = Vec::new();
    for field in FIELDS {
        let name = called(field);
        for value in parameters.all(name) {
            match Filter::read(field.0.name(), &value) {
                Ok(filter) if filters.contains(&filter) => {}
                Ok(_) if filters.len() == MOST_FILTERS => {
                    parameters.fault(name, &format!("is one of more than {MOST_FILTERS} filters"));
                    return filters;
                }
                Ok(filter) => filters.push(filter),
                Err(detail) => parameters.fault(name, &detail),
            }
        }
    }
    filters
}

fn order(parameters: &mut Parameters) -> HeldOrder {
    let Some(value) = parameters.text("sort").filter(|value| !value.is_empty()) else { return HeldOrder::default() };
    match ORDERS.iter().find(|(name, ..)| *name == value) {
        Some((_, order, _)) => *order,
        None => {
            let names: Vec<&str> = ORDERS.iter().map(|(name, ..)| *name).collect();
            parameters.fault("sort", &format!("must be one of {}", names.join(", ")));
            HeldOrder::default()
        }
    }
}

fn offset(parameters: &mut Parameters) -> u64 {
    parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_the_same() {
        for (given, written) in [
            ("", "/reports"),
            ("sort=title&offset=0", "/reports"),
            ("contributor=Jane+Doe&contributor=&year=2019", "/reports?contributor=Jane+Doe&year=2019"),
            ("year=2019..2021&year=2019..2019", "/reports?year=2019..2021&year=2019"),
            ("year=..2021&year=2025..", "/reports?year=..2021&year=2025.."),
            ("language=EN&language=en&sort=-added", "/reports?language=en&sort=-added"),
            ("tag=water+law&contributor=x", "/reports?contributor=x&tag=water+law"),
        ] {
            let wanted = Wanted::of_page(Some(given)).expect(given);
            assert_eq!(wanted.page_at(&Links::new(""), 0), written, "{given}");
        }
        let wanted = Wanted::of_page(Some("year=2019&sort=-date&offset=50")).expect("good");
        assert_eq!(wanted.page_at(&Links::new("/x"), 100), "/x/reports?year=2019&sort=-date&offset=100");
        assert_eq!(wanted.feed_at(&Links::new("/x"), "atom", 0), "/x/feed.atom?year=2019");
        let api = Wanted::of_api(Some("filter%5Byear%5D=2019&sort=-date&limit=7")).expect("good");
        assert_eq!((api.filters, api.limit), (wanted.filters, Some(7)));
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let faults = |problem: Problem| problem.faults.into_iter().map(|fault| fault.parameter).collect::<Vec<_>>();
        let page = Wanted::of_page(Some("year=x&language=english&sort=size&offset=-1&limit=5&author=x&utm=1"));
        let expected = ["year", "language", "sort", "offset", "limit", "author", "utm"];
        assert_eq!(page.err().map(faults), Some(expected.map(str::to_owned).to_vec()));
        let api = Wanted::of_api(Some("filter%5Bsection%5D=x&year=2019&limit=0"));
        assert_eq!(api.err().map(faults), Some(["limit", "filter[section]", "year"].map(str::to_owned).to_vec()));
        let many: Vec<String> = (0..=MOST_FILTERS).map(|number| format!("contributor={number}")).collect();
        assert!(Wanted::of_page(Some(&many.join("&"))).is_err());
    }
}
