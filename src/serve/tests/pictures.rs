//! Pictures of pages: what is said where there is none.

use super::site;
use crate::render::{Picture, RenderError, Shades};
use crate::report::Reason;
use crate::serve::pictures::{Artist, Drawn};

/// Draws first pages, blank.
pub struct OnlyTheFirst;

impl Artist for OnlyTheFirst {
    fn draw(&self, _: Vec<u8>, _: &str, pages: &[u32], width: u32, drawn: &mut Drawn<'_>) {
        for page in pages {
            let picture = Picture::new(width, 2, Shades::Grey, vec![255; 2 * width as usize]);
            let failed = || RenderError { reason: Reason::Damaged, detail: "not the first page".to_owned() };
            drawn(*page, picture.filter(|_| *page == 1).ok_or_else(failed));
        }
    }

    fn rest(&self) {}
}

#[tokio::test]
async fn an_element_of_a_page_is_told_in_a_picture_why_there_is_none() {
    let site = site("");
    let path = format!("/api/v1/reports/{}/pages/2/image?width=900", site.id);
    let answer = site.get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("page_not_drawn")));
    let answer = site.get_with(&path, &[("sec-fetch-dest", "image")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (422, "image/svg+xml"));
    assert!(answer.body.starts_with("<svg ") && answer.body.contains("This page cannot be drawn"), "{}", answer.body);
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    std::fs::remove_file(&site.original).expect("there");
    let answer = site.get(&format!("/api/v1/reports/{}/pages/1/image?width=180", site.id)).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (410, Some("file_gone")));
}

#[tokio::test]
async fn a_page_view_shows_the_picture_and_leads_on_and_back() {
    let site = site("/recto");
    let at = format!("/recto/reports/{}", site.id);
    let page = site.get(&format!("{at}/pages/1?q=a&language=en&offset=20&match=2")).await.body;
    for wanted in [
        format!("src=\"/recto/api/v1/reports/{}/pages/1/image?width=900\"", site.id),
        "href=\"/recto/?q=a&#38;language=en&#38;offset=20\"".to_owned(),
        format!("id=\"previous-match\" href=\"{at}/pages/1?q=a&#38;language=en&#38;offset=20&#38;match=1#match\""),
        format!("id=\"next-match\" href=\"{at}/pages/1?q=a&#38;language=en&#38;offset=20&#38;match=3#match\""),
        "<span class=\"unseen\">3 matches</span>".to_owned(),
        "Match 2 of ".to_owned(),
    ] {
        assert!(page.contains(&wanted), "{wanted} is not in {page}");
    }
    let last = site.get(&format!("{at}/pages/1?q=worked&match=last")).await.body;
    assert!(last.contains(&format!("id=\"next-match\" href=\"{at}/pages/2?q=worked&#38;match=1#match\"")), "{last}");
    // A page that could not be drawn says so the next time.
    site.get(&format!("/recto/api/v1/reports/{}/pages/2/image", site.id)).await;
    let undrawn = site.get(&format!("{at}/pages/2")).await.body;
    assert!(undrawn.contains("There is no picture of this page: not the first page."), "{undrawn}");
    assert!(!undrawn.contains("id=\"picture\""));
}

#[tokio::test]
async fn pages_are_reached_by_their_number_and_by_what_is_printed_on_them() {
    let site = site("");
    let at = format!("/reports/{}/pages", site.id);
    for (query, wanted) in [("page=2&q=a", "/2?q=a"), ("page=IV", "/1"), ("page=+1+", "/1")] {
        let answer = site.get(&format!("{at}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("{at}{wanted}").as_str()));
    }
    for query in ["", "page=", "page=3", "page=x", "page=0"] {
        assert_eq!(site.get(&format!("{at}?{query}")).await.status.as_u16(), 404, "{query}");
    }
}
