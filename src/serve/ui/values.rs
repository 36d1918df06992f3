//! The values of a field with their counts: years, languages, tags, each leading to its reports.

use crate::search::{Facet, HeldField};
use crate::serve::hub::values::{ValueOrder, link_to, name_of};
use crate::serve::links::Links;
use crate::serve::ui::format::{counted, number, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// The greatest count of values from which on their counts are drawn as well: below, all bars would look alike.
const LEAST_TOLD: u64 = 3;

/// What a page of values shows.
pub struct ValuesPage<'r> {
    /// Of this field.
    pub field: HeldField,
    /// In this order.
    pub order: ValueOrder,
    /// The order if none is asked for.
    pub usual: ValueOrder,
    /// These.
    pub values: &'r [Facet],
    /// Values in all.
    pub total: u64,
    /// Values before these.
    pub offset: u64,
    /// Values on a page.
    pub limit: u64,
}

#[derive(Template)]
#[template(path = "values.html", config = "src/serve/ui/askama.toml")]
struct ValuesView {
    shell: Shell,
    total: String,
    nothing: &'static str,
    /// Name and address of each order, and whether it is this one.
    orders: [(&'static str, String, bool); 2],
    values: Vec<ValueLine>,
    previous: Option<String>,
    next: Option<String>,
}

/// A value in a list.
pub struct ValueLine {
    /// For people.
    pub name: String,
    /// Its reports.
    pub url: String,
    /// How many they are.
    pub count: String,
    /// The same as a share of the most frequent value's, in percent; `None` where all are about as frequent.
    pub share: Option<u64>,
}

impl ValueLine {
    /// Values as lines.
    pub fn of(links: &Links, field: HeldField, values: &[Facet]) -> Vec<ValueLine> {
        let most = values.iter().map(|facet| facet.count).max().unwrap_or(1).max(1);
        let line = |facet: &Facet| ValueLine {
            name: plain(&name_of(field, &facet.value)),
            url: link_to(links, field, &facet.value),
            count: number(facet.count),
            share: (most >= LEAST_TOLD).then(|| (facet.count.saturating_mul(100) / most).max(1)),
        };
        values.iter().map(line).collect()
    }
}

/// The address of a field's page of values, below the base path.
pub fn values_path(field: HeldField) -> &'static str {
    match field {
        HeldField::Contributor => "/contributors",
        HeldField::Year => "/years",
        HeldField::Language => "/languages",
        HeldField::Tag => "/tags",
    }
}

/// `1 year`, `12 years`.
pub fn counted_values(field: HeldField, total: u64) -> String {
    let (one, many) = match field {
        HeldField::Contributor => ("contributor", "contributors"),
        HeldField::Year => ("year", "years"),
        HeldField::Language => ("language", "languages"),
        HeldField::Tag => ("tag", "tags"),
    };
    counted(total, one, many)
}

/// The page.
pub fn values_page(visit: &Visit, page: &ValuesPage<'_>) -> String {
    let links = &visit.links;
    let ValuesPage { field, order, usual, values, total, offset, limit } = *page;
    let at = |order: ValueOrder, offset: u64| {
        let mut parameters = Vec::new();
        let offset = offset.to_string();
        if order != usual {
            parameters.push(("sort", if order == ValueOrder::Name { "name" } else { "count" }));
        }
        if offset != "0" {
            parameters.push(("offset", offset.as_str()));
        }
        links.with_parameters(values_path(field), &parameters)
    };
    let by_name = if field == HeldField::Year { "Newest first" } else { "By name" };
    let orders = [(by_name, ValueOrder::Name), ("Most reports first", ValueOrder::Count)];
    let heading = counted_values(field, total);
    render(&ValuesView {
        shell: Shell::new(visit, &heading, ""),
        total: heading,
        nothing: match field {
            HeldField::Contributor => "No report names who made it.",
            HeldField::Year => "No report is dated.",
            HeldField::Language => "The language of no report is known.",
            HeldField::Tag => "No report has a tag. Editors give them on a report's page.",
        },
        orders: orders.map(|(name, one)| (name, at(one, 0), one == order)),
        values: ValueLine::of(links, field, values),
        previous: (offset > 0).then(|| at(order, offset.saturating_sub(limit))),
        next: (offset.saturating_add(limit) < total).then(|| at(order, offset.saturating_add(limit))),
    })
}
