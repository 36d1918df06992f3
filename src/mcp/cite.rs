//! How to cite a page: who, what, when, and which page by its printed number and by that of the PDF.

/// `Jane Doe and John Roe, Cash transfers in Somalia (2023-05), p. iv (page 6 of the PDF)`.
pub fn citation(title: &str, authors: &[String], date: Option<&str>, page: Option<(u32, Option<&str>)>) -> String {
    let mut text = match authors {
        [] => String::new(),
        [one] => format!("{one}, "),
        [one, other] => format!("{one} and {other}, "),
        [first, ..] => format!("{first} et al., "),
    };
    text.push_str(title);
    if let Some(date) = date {
        text.push_str(&format!(" ({date})"));
    }
    match page {
        None => {}
        Some((number, label)) => match label.map(str::trim).filter(|label| !label.is_empty()) {
            Some(label) if label != number.to_string() => {
                text.push_str(&format!(", p. {label} (page {number} of the PDF)"));
            }
            _ => text.push_str(&format!(", p. {number}")),
        },
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_cited_by_what_is_printed_on_them() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (authors, date, page, wanted) in [
            (vec![], None, None, "T"),
            (vec!["A"], Some("2023"), Some((6, Some("iv"))), "A, T (2023), p. iv (page 6 of the PDF)"),
            (vec!["A", "B"], None, Some((6, Some("6"))), "A and B, T, p. 6"),
            (vec!["A", "B", "C"], None, Some((6, None)), "A et al., T, p. 6"),
        ] {
            assert_eq!(citation("T", &names(&authors), date, page), wanted);
        }
    }
}
