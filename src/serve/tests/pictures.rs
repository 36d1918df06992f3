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
