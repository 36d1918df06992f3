//! The form beside the results that narrows a search: values with their counts, years, order.

use crate::search::{Facet, SearchResponse};
use crate::serve::links::Links;
use crate::serve::ui::format::{number, plain};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::query_state::QueryState;

/// Values of a facet that are offered at once; chosen ones are shown whatever their number.
const OFFERED: usize = 6;

/// Values of a facet that can be unfolded after those.
const FOLDED: usize = 24;

/// The form that narrows a search.
pub struct Filters {
    /// What can be chosen from, without those that have nothing to choose.
    pub facets: Vec<Choices>,
    /// Orders.
    pub sorts: Vec<Choice>,
    /// First year.
    pub from: String,
    /// Last year.
    pub to: String,
    /// `or`, to be kept.
    pub op: String,
    /// The same search without filters, if it has any.
    pub clear: Option<String>,
}

/// The values of a facet.
pub struct Choices {
    /// In addresses.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// The most frequent first, and those that were chosen.
    pub choices: Vec<Choice>,
    /// Less frequent ones, folded away.
    pub folded: Vec<Choice>,
}

/// A value to choose.
pub struct Choice {
    /// In addresses.
    pub value: String,
    /// For people.
    pub name: String,
    /// Reports with it among the results.
    pub count: String,
    /// Whether it was chosen.
    pub is_chosen: bool,
}

impl Filters {
    /// The form for a search and its answer.
    pub fn new(links: &Links, state: &QueryState, response: &SearchResponse) -> Filters {
        let counted = |name: &str| response.facets.get(name).map(Vec::as_slice).unwrap_or_default();
        let facets = [("language", "Language"), ("author", "Author"), ("tag", "Tag"), ("section", "Has section")];
        let facets = facets.map(|(name, title)| Choices::new(name, title, counted(name), state.chosen(name)));
        let sorts = [("", "Best match"), ("-date", "Newest first"), ("date", "Oldest first"), ("title", "Title")];
        let sort = |(value, name): (&str, &str)| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            count: String::new(),
            is_chosen: value == state.sort,
        };
        Filters {
            facets: facets.into_iter().filter(|facet| !facet.choices.is_empty()).collect(),
            sorts: sorts.map(sort).into(),
            from: state.from.clone(),
            to: state.to.clone(),
            op: state.op.clone(),
            clear: state.has_filters().then(|| state.without_filters().link(links)),
        }
    }
}

impl Choices {
    /// The values counted, the first of them, and those chosen.
    pub fn new(name: &'static str, title: &'static str, counted: &[Facet], chosen: &[String]) -> Choices {
        let shown = |value: &str| if name == "language" { plain(language_name(value)) } else { plain(value) };
        // What disguises a value to the eye is no part of what it is compared by.
        let is_same = |one: &str, other: &str| plain(one) == plain(other);
        let choice = |value: &str, count: Option<u64>| Choice {
            value: plain(value),
            name: shown(value),
            count: count.map(number).unwrap_or_default(),
            is_chosen: chosen.iter().any(|chosen| is_same(chosen, value)),
        };
        let mut choices = Vec::new();
        let mut folded = Vec::new();
        for (place, facet) in counted.iter().enumerate() {
            let choice = choice(&facet.value, Some(facet.count));
            if place < OFFERED || choice.is_chosen {
                choices.push(choice);
            } else if folded.len() < FOLDED {
                folded.push(choice);
            }
        }
        // A fold with a single value in it would take more room than the value.
        if folded.len() == 1 {
            choices.append(&mut folded);
        }
        let missing = chosen.iter().filter(|value| !counted.iter().any(|facet| is_same(&facet.value, value)));
        choices.extend(missing.map(|value| choice(value, None)));
        Choices { name, title, choices, folded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_values_stay_to_be_given_up() {
        let facet = |number: u64| Facet { value: format!("v{number}"), count: 100 - number };
        let counted: Vec<Facet> = (0..20).map(facet).collect();
        let chosen = ["v15".to_owned(), "gone".to_owned()];
        let Choices { choices, folded, .. } = Choices::new("section", "Has section", &counted, &chosen);
        let shown: Vec<(&str, &str, bool)> =
            choices.iter().map(|choice| (choice.value.as_str(), choice.count.as_str(), choice.is_chosen)).collect();
        assert_eq!(shown.len(), OFFERED + 2);
        assert_eq!(shown[0], ("v0", "100", false));
        assert_eq!(shown[OFFERED..], [("v15", "85", true), ("gone", "", true)]);
        assert_eq!((folded.len(), folded[0].value.as_str()), (20 - OFFERED - 1, "v6"));
    }

    #[test]
    fn a_single_value_is_not_folded() {
        let counted: Vec<Facet> = (0..7).map(|number| Facet { value: format!("v{number}"), count: 1 }).collect();
        let Choices { choices, folded, .. } = Choices::new("author", "Author", &counted, &[]);
        assert_eq!((choices.len(), folded.len()), (7, 0));
    }
}
