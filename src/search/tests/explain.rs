//! What explanations say adds up to the scores they explain.

use super::library::{Made, Shelf, asked, made};
use crate::search::{Hit, Operator, SearchRequest, Sort};

fn reports() -> Vec<Made> {
    let contents: String = (1..=6).map(|number| format!("{number} Water prices ........ {number}\n")).collect();
    vec![
        Made {
            title: "Water prices in Kenya",
            authors: &["Amina Water"],
            language: Some("en"),
            sections: &["Introduction", "Prices of water", "Recommendations"],
            recommendations: &["Lower the prices of water."],
            ..made(
                "kenya",
                &["water was paid for", "the price of water rose and e-mail was sent", "pay for water twice"],
            )
        },
        Made {
            language: Some("en"),
            ..made("contents", &[&contents, "water prices", "", "", "", "", "", "the résumé of prices"])
        },
        Made { language: Some("en"), footer: "Water Trust", ..made("furniture", &["nothing of note Water Trust"]) },
        made("resume", &["they resume to pay for water and email"]),
    ]
}

/// The sum of what a report's explanation says.
fn sum(hit: &Hit) -> f32 {
    let explanation = hit.explanation.as_ref().expect("asked for");
    let clauses: f32 = explanation.clauses.iter().map(|clause| clause.contribution).sum();
    clauses + explanation.sections + explanation.best_page + explanation.opening
}

fn is_near(left: f32, right: f32) -> bool {
    (left - right).abs() <= 1e-4 * left.abs().max(right.abs()).max(1.0)
}

#[test]
fn contributions_add_up_to_scores() {
    let queries = [
        "water",
        "water prices",
        "water OR zebra OR prices",
        "\"water prices\"",
        "\"prices water\"~3 pay",
        "e-mail water",
        "résumé",
        "pri* watr~1",
        "water -twice",
        "(water OR email) pay",
        "water section:recommendations",
        "section:prices",
        "title:water prices",
        "author:amina",
        "what is the price of water and zebras",
        "water NOT (zebra OR section:introduction)",
        "",
    ];
    for (shelf, which) in Shelf::three(&reports()) {
        for q in queries {
            for (operator, sort) in [
                (Operator::And, Sort::Relevance),
                (Operator::Or, Sort::Relevance),
                (Operator::And, Sort::TitleAscending),
            ] {
                let request = SearchRequest { explain: true, operator, sort, ..asked(q) };
                let response = shelf.search(&request);
                for hit in &response.hits {
                    let name = shelf.name(hit.id);
                    assert!(is_near(sum(hit), hit.score), "{q} {operator:?} on {which}: {name} {hit:#?}");
                    for page in hit.pages.iter().filter(|page| page.score > 0.0) {
                        let explanation = page.explanation.as_ref().expect("asked for");
                        let clauses: f32 =
                            explanation.clauses.iter().map(|clause| clause.occurrences + clause.closeness).sum();
                        let score = clauses * explanation.coverage * explanation.kind;
                        assert!(is_near(score, page.score), "{q} on {which}: {name} p. {} {page:#?}", page.page);
                    }
                    for clause in &hit.explanation.as_ref().expect("asked for").clauses {
                        let fields: f32 = clause.fields.iter().map(|field| field.contribution).sum();
                        assert!(is_near(fields, clause.contribution), "{q} on {which}: {name} {clause:#?}");
                    }
                }
                let plain = shelf.search(&SearchRequest { explain: false, ..request });
                assert!(plain.hits.iter().all(|hit| hit.explanation.is_none()), "{q}");
                let scores = |hits: &[Hit]| hits.iter().map(|hit| (hit.id, hit.score)).collect::<Vec<_>>();
                assert_eq!(scores(&plain.hits), scores(&response.hits), "{q} on {which}");
            }
        }
    }
}

#[test]
fn an_explanation_names_fields_and_frequencies() {
    let shelf = Shelf::of(&[&reports()]);
    let response = shelf.search(&SearchRequest { explain: true, ..asked("water") });
    let kenya = response.hits.iter().find(|hit| shelf.name(hit.id) == "kenya").expect("found");
    let clauses = &kenya.explanation.as_ref().expect("asked for").clauses;
    assert_eq!(clauses.len(), 1);
    let fields: Vec<(&str, f32)> =
        clauses[0].fields.iter().map(|field| (field.field.as_str(), field.frequency)).collect();
    assert_eq!(fields, [("body", 3.0), ("title", 1.0), ("author", 1.0), ("statement", 1.0)]);
    let contents = response.hits.iter().find(|hit| shelf.name(hit.id) == "contents").expect("found");
    let kinds: Vec<(u32, f32)> =
        contents.pages.iter().filter_map(|page| Some((page.page, page.explanation.as_ref()?.kind))).collect();
    assert!(kinds.contains(&(1, 0.5)) && kinds.contains(&(2, 1.0)), "{kinds:?}");
}
