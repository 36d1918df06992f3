//! Evidence, facets, orders and related reports are those of the engine within.

use super::shelf::Elsewhere;
use crate::query;
use crate::search::engine::State;
use crate::search::evidence::Evidence;
use crate::search::found::Seated;
use crate::search::tests::library::{Made, asked, made};
use crate::search::{Engine, Filter, SearchRequest, Sort};

/// Reports in which words stand alone, together, over the ends of pages, in headings and in two languages.
fn reports() -> Vec<Made> {
    vec![
        Made {
            title: "Markets of the north",
            authors: &["Ada O'Brien", "Bo Li"],
            date: Some("2019-05"),
            language: Some("en"),
            sections: &["Summary", "Findings › Prices", "Findings › Traders", "Recommendations", "Annex"],
            ..made(
                "markets",
                &[
                    "Grain prices rose while traders waited for the rain. E-mail reports came daily.",
                    "Prices fell and later the traders left",
                    "traders sold grain for cash while the price of grain",
                    "prices of grain were stable for traders and the trader's grain prices stayed",
                    "",
                ],
            )
        },
        Made {
            title: "Wells",
            authors: &["Bo Li"],
            date: Some("1965"),
            language: Some("fr"),
            ..made("wells", &["Les prix des puits", "le grain et la trader's note: grain prices"])
        },
        Made { title: "Undated", ..made("undated", &["grain", "grain grain prices", "traders"]) },
        Made {
            title: "Rains",
            date: Some("2020"),
            language: Some("en"),
            footer: "Grain board 7",
            ..made("rains", &["the rain was short Grain board 7", "no price of water Grain board 7"])
        },
    ]
}

const QUERIES: [&str; 14] = [
    "grain",
    "grain prices",
    "price traders",
    "\"grain prices\"",
    "\"prices grain\"~3",
    "\"left traders sold\"",
    "\"price of grain prices of grain\"",
    "pric*",
    "email",
    "grain page:2..4",
    "prices section:findings",
    "traders -water",
    "grain OR water",
    "trader~1",
];

fn state(engine: &Engine) -> std::sync::Arc<State> {
    engine.state().expect("an index")
}

fn evidence(state: &State, q: &str, made: &Made) -> Option<Evidence> {
    let root = query::parse(q, false).expect("in bounds").root;
    let plan = state.planner().plan(root.as_ref()).expect("plans");
    let seat = state.backend.seat(made.id()).expect("looks")?;
    state.backend.evidence(&plan, &[Seated { id: made.id(), seat }]).expect("reads").pop()
}

#[test]
fn evidence_from_texts_is_that_from_postings() {
    let reports = reports();
    let elsewhere = Elsewhere::of(&reports);
    let (within, without) = (state(&elsewhere.within.engine), state(&elsewhere.engine));
    let mut compared = 0;
    for q in QUERIES {
        for made in &reports {
            let expected = evidence(&within, q, made).expect("is there");
            let found = evidence(&without, q, made).expect("is there");
            let numbers = |evidence: &Evidence| evidence.pages.iter().map(|page| page.page).collect::<Vec<_>>();
            assert_eq!(numbers(&found), numbers(&expected), "{q} in {}", made.name);
            assert_eq!(found.starts(), expected.starts(), "{q} in {}", made.name);
            // How telling a word is of a page is estimated within, and counted elsewhere.
            for (page, other) in found.pages.iter().zip(&expected.pages) {
                assert!(
                    (page.score - other.score).abs() < 0.35 * other.score.max(0.1),
                    "{q} in {}: {page:?} {other:?}",
                    made.name
                );
                compared += 1;
            }
            let close = (found.opening_lift() - expected.opening_lift()).abs();
            assert!(close < 0.35 * expected.opening_lift().max(0.1), "{q} in {}", made.name);
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn facets_filters_and_totals_are_the_same() {
    let elsewhere = Elsewhere::of(&reports());
    let facets = ["language", "author", "section", "year", "tag"].map(str::to_owned).to_vec();
    for q in ["", "grain", "prices -water", "grain lang:en", "year:1960..2019"] {
        for filters in [
            vec![],
            vec![Filter::Author("bo li".to_owned())],
            vec![Filter::Year(Some(1960), Some(2019)), Filter::Language("FR".to_owned())],
            vec![Filter::Section("findings".to_owned())],
        ] {
            let request = SearchRequest { facets: facets.clone(), filters: filters.clone(), ..asked(q) };
            let [within, without] =
                [&elsewhere.within.engine, &elsewhere.engine].map(|engine| engine.search(&request).expect("answers"));
            assert_eq!(without.total.value, within.total.value, "{q} {filters:?}");
            assert_eq!(without.facets, within.facets, "{q} {filters:?}");
        }
    }
}

#[test]
fn orders_are_the_same_and_pages_of_results_go_on() {
    let elsewhere = Elsewhere::of(&reports());
    for sort in [Sort::DateAscending, Sort::DateDescending, Sort::TitleAscending, Sort::TitleDescending] {
        let request = SearchRequest { sort, limit: 1, ..asked("grain OR rain OR prix") };
        let walk = |engine: &Engine| {
            let (mut walked, mut cursor) = (Vec::new(), None);
            loop {
                let response =
                    engine.search(&SearchRequest { cursor: cursor.take(), ..request.clone() }).expect("answers");
                walked.extend(response.hits.iter().map(|hit| hit.id));
                cursor = response.next_cursor;
                if cursor.is_none() || walked.len() > 10 {
                    return walked;
                }
            }
        };
        let walked = walk(&elsewhere.engine);
        assert_eq!(walked, walk(&elsewhere.within.engine), "{sort:?}");
        assert_eq!(walked.len(), 4, "{sort:?}");
    }
    let request = SearchRequest { limit: 1, ..asked("grain") };
    let first = elsewhere.engine.search(&request).expect("answers");
    let second = SearchRequest { cursor: first.next_cursor.clone(), ..request };
    let second = elsewhere.engine.search(&second).expect("answers");
    assert_ne!(first.hits[0].id, second.hits[0].id);
}

#[test]
fn a_real_engine_answers_as_the_one_in_memory() {
    let Some(real) = Elsewhere::real(&reports()) else { return };
    let memory = Elsewhere::of(&reports());
    for q in QUERIES {
        let [real, memory] = [&real.engine, &memory.engine].map(|engine| {
            let response = engine.search(&asked(q)).expect("answers");
            let mut ids: Vec<_> = response.hits.iter().map(|hit| hit.id).collect();
            ids.sort();
            (response.total.value, ids)
        });
        assert_eq!(real, memory, "{q}");
    }
}
