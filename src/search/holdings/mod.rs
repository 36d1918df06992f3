//! What a library holds, for looking through it: every report by title, date and time of addition, and the values of
//! contributor, year, language and tag with the reports that have them.
//!
//! Made in one pass over the columns of a commit and kept in memory: some bytes a report, so that any part of any list
//! is exact and costs one walk over numbers, however far down the list it lies.

mod read;

use crate::index::folded;
use crate::report::ReportId;
use crate::search::facets::preference;
use crate::search::{Contributors, Facet, Filter};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A report as holdings are made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldReport {
    /// Its identity.
    pub id: ReportId,
    /// Its title folded; it decides the order by title.
    pub title: String,
    /// Seconds since 1970 when it was added.
    pub added: i64,
    /// Seconds since 1970 when it last changed.
    pub changed: i64,
    /// `yyyymmdd`, unknown parts 0; 0 if undated.
    pub date: u32,
    /// Names as written.
    pub contributors: Vec<String>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// Tags as written.
    pub tags: Vec<String>,
}

/// What a library can be looked through by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldField {
    /// People and organisations.
    Contributor,
    /// Years of publication.
    Year,
    /// Languages, by ISO 639-1 code.
    Language,
    /// Tags.
    Tag,
}

impl HeldField {
    /// The field of [`Filter::field`].
    pub fn name(self) -> &'static str {
        match self {
            HeldField::Contributor => "author",
            HeldField::Year => "year",
            HeldField::Language => "language",
            HeldField::Tag => "tag",
        }
    }
}

/// The order of a list of reports; equal ones stand by title, then by identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeldOrder {
    /// `title`.
    #[default]
    Title,
    /// `-title`.
    TitleDescending,
    /// `date`: the oldest first, undated last.
    Date,
    /// `-date`: the newest first, undated last.
    DateDescending,
    /// `added`: the first added first.
    Added,
    /// `-added`: the last added first.
    AddedDescending,
}

/// A part of a list of reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldList {
    /// Reports that the filters leave.
    pub total: u64,
    /// Those of the part, in order.
    pub ids: Vec<ReportId>,
}

/// What a library holds; see the module.
#[derive(Debug, Default)]
pub struct Holdings {
    /// By title.
    ids: Vec<ReportId>,
    /// When each last changed.
    changed: Vec<i64>,
    /// Places in `ids`; the newest first, undated last.
    by_date: Vec<u32>,
    /// How many of these are dated.
    dated: usize,
    /// Places in `ids`; the last added first.
    by_added: Vec<u32>,
    contributors: Values,
    /// The same in alphabetical order, when somebody has asked for it.
    by_family: OnceLock<Contributors>,
    years: Values,
    languages: Values,
    tags: Values,
}

/// The values of one field.
#[derive(Debug, Default)]
struct Values {
    /// The most frequent first.
    facets: Vec<Facet>,
    /// For each of them the places of the reports that have it, rising.
    reports: Vec<Vec<u32>>,
    by_key: HashMap<String, usize>,
}

impl Holdings {
    /// The holdings of these reports.
    pub fn new(mut reports: Vec<HeldReport>) -> Holdings {
        reports.sort_by(|a, b| a.title.cmp(&b.title).then(a.id.cmp(&b.id)));
        let places = || (0..).zip(&reports).map(|(place, _): (u32, _)| place);
        let at = |place: &u32| reports.get(*place as usize);
        let mut by_date: Vec<u32> = places().collect();
        by_date.sort_by_key(|place| Reverse(at(place).map_or(0, |report| report.date)));
        let mut by_added: Vec<u32> = places().collect();
        by_added.sort_by_key(|place| Reverse(at(place).map_or(0, |report| report.added)));
        let year = |report: &HeldReport| (report.date > 0).then(|| (report.date / 10_000).to_string());
        Holdings {
            contributors: Values::of(&reports, |report| report.contributors.clone(), folded),
            years: Values::of(&reports, |report| year(report).into_iter().collect(), str::to_owned),
            languages: Values::of(&reports, |report| report.languages.clone(), str::to_owned),
            tags: Values::of(&reports, |report| report.tags.clone(), folded),
            by_family: OnceLock::new(),
            dated: reports.iter().filter(|report| report.date > 0).count(),
            ids: reports.iter().map(|report| report.id).collect(),
            changed: reports.iter().map(|report| report.changed).collect(),
            by_date,
            by_added,
        }
    }

    /// How many reports there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The values of a field with the reports that have them, the most frequent first. Spellings that differ in case and
    /// accents alone are one.
    pub fn values(&self, field: HeldField) -> &[Facet] {
        &self.field(field).facets
    }

    /// The contributors in alphabetical order, put so when first asked for.
    pub fn contributors(&self) -> &Contributors {
        self.by_family.get_or_init(|| Contributors::of(&self.contributors.facets))
    }

    /// How a value is called here, if any report has it.
    pub fn name_of(&self, field: HeldField, value: &str) -> Option<&str> {
        let values = self.field(field);
        let facet = values.by_key.get(&key(field, value)).and_then(|place| values.facets.get(*place));
        facet.map(|facet| facet.value.as_str())
    }

    /// The reports that the filters leave (any of those on one field, each of several), from `offset`, at most `limit`.
    pub fn list(&self, filters: &[Filter], order: HeldOrder, offset: u64, limit: usize) -> HeldList {
        let kept = self.kept(filters);
        let is_kept = |place: &u32| kept.as_ref().is_none_or(|kept| kept.get(*place as usize).copied() == Some(true));
        let total = kept.as_ref().map_or(self.ids.len(), |kept| kept.iter().filter(|kept| **kept).count());
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let ids = self.ordered(order).filter(is_kept).skip(offset).take(limit);
        HeldList { total: total as u64, ids: ids.filter_map(|place| self.ids.get(place as usize).copied()).collect() }
    }

    /// The values of a field among the reports that the filters on other fields leave, the most frequent first, at most
    /// `most`: what else could be chosen.
    pub fn choices(&self, field: HeldField, filters: &[Filter], most: usize) -> Vec<Facet> {
        let others: Vec<Filter> = filters.iter().filter(|filter| filter.field() != field.name()).cloned().collect();
        let values = self.field(field);
        let Some(kept) = self.kept(&others) else { return values.facets.iter().take(most).cloned().collect() };
        let is_kept = |place: &&u32| kept.get(**place as usize).copied() == Some(true);
        let counted = values.facets.iter().zip(&values.reports).filter_map(|(facet, reports)| {
            let count = reports.iter().filter(is_kept).count() as u64;
            (count > 0).then_some((Reverse(count), facet.value.as_str()))
        });
        let mut choices: Vec<(Reverse<u64>, &str)> = counted.collect();
        choices.sort_unstable();
        let facet = |(Reverse(count), value): (Reverse<u64>, &str)| Facet { value: value.to_owned(), count };
        choices.into_iter().take(most).map(facet).collect()
    }

    /// Every report with the seconds since 1970 when it last changed, the first added first.
    pub fn additions(&self) -> impl Iterator<Item = (ReportId, i64)> + '_ {
        let report = |place: &u32| Some((*self.ids.get(*place as usize)?, *self.changed.get(*place as usize)?));
        self.by_added.iter().rev().filter_map(report)
    }

    fn ordered(&self, order: HeldOrder) -> Box<dyn Iterator<Item = u32> + '_> {
        let by_title = (0..).take(self.ids.len());
        let (dated, undated) = self.by_date.split_at(self.dated.min(self.by_date.len()));
        match order {
            HeldOrder::Title => Box::new(by_title),
            HeldOrder::TitleDescending => {
                let last = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
                Box::new((0..last).rev())
            }
            HeldOrder::Date => Box::new(dated.iter().rev().chain(undated).copied()),
            HeldOrder::DateDescending => Box::new(self.by_date.iter().copied()),
            HeldOrder::Added => Box::new(self.by_added.iter().rev().copied()),
            HeldOrder::AddedDescending => Box::new(self.by_added.iter().copied()),
        }
    }

    /// For each report whether the filters leave it; `None` if there are none.
    fn kept(&self, filters: &[Filter]) -> Option<Vec<bool>> {
        let mut fields: Vec<&str> = filters.iter().map(Filter::field).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut kept: Option<Vec<bool>> = None;
        for name in fields {
            let mut of_field = vec![false; self.ids.len()];
            for filter in filters.iter().filter(|filter| filter.field() == name) {
                for place in self.having(filter) {
                    if let Some(kept) = of_field.get_mut(place as usize) {
                        *kept = true;
                    }
                }
            }
            match &mut kept {
                None => kept = Some(of_field),
                Some(kept) => kept.iter_mut().zip(of_field).for_each(|(kept, of_field)| *kept &= of_field),
            }
        }
        kept
    }

    /// The reports that a filter leaves.
    fn having(&self, filter: &Filter) -> Vec<u32> {
        match filter {
            Filter::Author(name) => self.contributors.having(&key(HeldField::Contributor, name)),
            Filter::Tag(tag) => self.tags.having(&key(HeldField::Tag, tag)),
            Filter::Language(code) => self.languages.having(&key(HeldField::Language, code)),
            Filter::Year(first, last) => {
                let is_within = |facet: &Facet| {
                    let year: i32 = facet.value.parse().unwrap_or(i32::MIN);
                    first.is_none_or(|first| year >= first) && last.is_none_or(|last| year <= last)
                };
                let years = self.years.facets.iter().zip(&self.years.reports);
                years.filter(|(facet, _)| is_within(facet)).flat_map(|(_, reports)| reports).copied().collect()
            }
            // Sections are for searching: most reports have as many as they have readers.
            Filter::Section(_) => Vec::new(),
        }
    }

    fn field(&self, field: HeldField) -> &Values {
        match field {
            HeldField::Contributor => &self.contributors,
            HeldField::Year => &self.years,
            HeldField::Language => &self.languages,
            HeldField::Tag => &self.tags,
        }
    }
}

/// What values of a field are compared by.
fn key(field: HeldField, value: &str) -> String {
    match field {
        HeldField::Contributor | HeldField::Tag => folded(value),
        HeldField::Language => value.to_ascii_lowercase(),
        HeldField::Year => value.to_owned(),
    }
}

impl Values {
    /// The values that `values_of` gives for each report, one for all of one key.
    fn of(
        reports: &[HeldReport],
        values_of: impl Fn(&HeldReport) -> Vec<String>,
        key_of: fn(&str) -> String,
    ) -> Values {
        let mut groups: HashMap<String, Group> = HashMap::new();
        let mut keys: HashMap<String, String> = HashMap::new();
        for (place, report) in (0..).zip(reports) {
            for name in values_of(report) {
                let key = keys.entry(name.clone()).or_insert_with(|| key_of(&name)).clone();
                if !key.is_empty() {
                    groups.entry(key).or_default().add(name, place);
                }
            }
        }
        let mut values: Vec<(String, Facet, Vec<u32>)> =
            groups.into_iter().map(|(key, group)| (key, group.facet(), group.reports)).collect();
        values.sort_by(|(_, a, _), (_, b, _)| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        let mut sorted = Values::default();
        for (place, (key, facet, reports)) in values.into_iter().enumerate() {
            sorted.by_key.insert(key, place);
            sorted.facets.push(facet);
            sorted.reports.push(reports);
        }
        sorted
    }

    fn having(&self, key: &str) -> Vec<u32> {
        self.by_key.get(key).and_then(|place| self.reports.get(*place)).cloned().unwrap_or_default()
    }
}

/// The spellings of a value, and the reports that have it.
#[derive(Default)]
struct Group {
    spellings: HashMap<String, u64>,
    reports: Vec<u32>,
}

impl Group {
    fn add(&mut self, spelling: String, place: u32) {
        *self.spellings.entry(spelling).or_default() += 1;
        if self.reports.last() != Some(&place) {
            self.reports.push(place);
        }
    }

    /// The value as most write it.
    fn facet(&self) -> Facet {
        let spellings = self.spellings.iter().map(|(value, count)| Facet { value: value.clone(), count: *count });
        let best = spellings.max_by(|a, b| preference(a).cmp(&preference(b)));
        Facet { value: best.map(|facet| facet.value).unwrap_or_default(), count: self.reports.len() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(number: u8, title: &str, added: i64, date: u32, contributors: &[&str], languages: &[&str]) -> HeldReport {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        HeldReport {
            id: ReportId([number; 16]),
            title: title.to_owned(),
            added,
            changed: added + 1,
            date,
            contributors: owned(contributors),
            languages: owned(languages),
            tags: if added == 20 { owned(&["Water", "aid"]) } else { Vec::new() },
        }
    }

    fn holdings() -> Holdings {
        Holdings::new(vec![
            held(1, "water", 30, 20_190_500, &["Jane Doe"], &["en"]),
            held(2, "aid", 10, 0, &["JANE DOE", "Li Wei"], &["en", "fr"]),
            held(3, "cash", 20, 20_210_000, &["Jane Doe", "Jane doe"], &["fr"]),
            held(4, "cash", 20, 20_190_000, &[], &[]),
        ])
    }

    fn numbers(list: &HeldList) -> Vec<u8> {
        list.ids.iter().map(|id| id.0[0]).collect()
    }

    #[test]
    fn every_order_is_exact_and_whole_in_parts() {
        let holdings = holdings();
        for (order, expected) in [
            (HeldOrder::Title, [2, 3, 4, 1]),
            (HeldOrder::TitleDescending, [1, 4, 3, 2]),
            (HeldOrder::Date, [4, 1, 3, 2]),
            (HeldOrder::DateDescending, [3, 1, 4, 2]),
            (HeldOrder::Added, [2, 4, 3, 1]),
            (HeldOrder::AddedDescending, [1, 3, 4, 2]),
        ] {
            assert_eq!(numbers(&holdings.list(&[], order, 0, 10)), expected, "{order:?}");
            let parts = (0..5).flat_map(|offset| numbers(&holdings.list(&[], order, offset, 1)));
            assert_eq!(parts.collect::<Vec<_>>(), expected, "{order:?}, one by one");
        }
        assert_eq!(holdings.list(&[], HeldOrder::Title, u64::MAX, 10), HeldList { total: 4, ids: Vec::new() });
        let changes: Vec<i64> = holdings.additions().map(|(_, changed)| changed).collect();
        assert_eq!(changes, [11, 21, 21, 31], "the first added first");
    }

    #[test]
    fn values_of_one_field_are_alternatives_and_fields_narrow_each_other() {
        let (author, language) =
            (|name: &str| Filter::Author(name.to_owned()), |code: &str| Filter::Language(code.to_owned()));
        let holdings = holdings();
        for (filters, expected) in [
            (vec![author("jane  doé")], vec![2, 3, 1]),
            (vec![author("Li Wei"), author("Jane Doe")], vec![2, 3, 1]),
            (vec![author("Jane Doe"), language("fr")], vec![2, 3]),
            (vec![language("fr"), author("Jane Doe"), language("en")], vec![2, 3, 1]),
            (vec![Filter::Year(Some(2019), None)], vec![3, 4, 1]),
            (vec![Filter::Year(Some(2019), Some(2019))], vec![4, 1]),
            (vec![Filter::Year(None, Some(2000))], vec![]),
            (vec![Filter::Tag("WATER".to_owned())], vec![3, 4]),
            (vec![author("Nobody")], vec![]),
            (vec![author("")], vec![]),
        ] {
            let list = holdings.list(&filters, HeldOrder::Title, 0, 10);
            assert_eq!((numbers(&list), list.total as usize), (expected.clone(), expected.len()), "{filters:?}");
        }
    }

    #[test]
    fn choices_are_counted_as_if_their_own_field_was_not_chosen() {
        let holdings = holdings();
        let filters = [Filter::Language("fr".to_owned()), Filter::Author("Jane Doe".to_owned())];
        let counts = |field, most| {
            let choices = holdings.choices(field, &filters, most);
            choices.into_iter().map(|facet| (facet.value, facet.count)).collect::<Vec<_>>()
        };
        let pair = |value: &str, count| (value.to_owned(), count);
        assert_eq!(counts(HeldField::Language, 9), [pair("en", 2), pair("fr", 2)]);
        assert_eq!(counts(HeldField::Contributor, 9), [pair("Jane Doe", 2), pair("Li Wei", 1)]);
        assert_eq!(counts(HeldField::Contributor, 1), [pair("Jane Doe", 2)]);
        assert_eq!(counts(HeldField::Year, 9), [pair("2021", 1)]);
    }

    #[test]
    fn spellings_of_a_value_are_one_and_called_as_most_write_it() {
        let holdings = holdings();
        let counts = |field| holdings.values(field).iter().map(|it| (it.value.as_str(), it.count)).collect::<Vec<_>>();
        assert_eq!(counts(HeldField::Contributor), [("Jane Doe", 3), ("Li Wei", 1)]);
        assert_eq!(counts(HeldField::Year), [("2019", 2), ("2021", 1)]);
        assert_eq!(counts(HeldField::Language), [("en", 2), ("fr", 2)]);
        assert_eq!(holdings.name_of(HeldField::Contributor, "JANE  doe"), Some("Jane Doe"));
        assert_eq!(counts(HeldField::Tag), [("Water", 2), ("aid", 2)]);
        assert_eq!(holdings.name_of(HeldField::Tag, "fire"), None);
    }
}
