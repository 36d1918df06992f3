//! Titles told from what stands around them, and from declarations of other reports.

use super::*;

fn line(text: &str, size: f32) -> FrontLine {
    FrontLine { text: text.to_owned(), size, is_bold: false, page: 1, y: 0.3 }
}

fn chosen(xmp: Option<&str>, info: Option<&str>, lines: &[FrontLine], file: &str) -> (String, TitleSource) {
    let declared =
        Declared { xmp_title: xmp.map(str::to_owned), info_title: info.map(str::to_owned), ..Declared::default() };
    let title = choose(&declared, lines, file);
    (title.text, title.source)
}

#[test]
fn titles_that_are_none_are_rejected() {
    let rejected = [
        "Microsoft Word - draft3.doc",
        "untitled",
        "Untitled-2",
        "Slide 1",
        "PowerPoint Presentation",
        "Layout 1",
        "annual_report_2020",
        "AR2020",
        "rpt-final-2",
        "C:\\reports\\x",
        "/home/a/report",
        "https://example.org/x",
        "Cover spread.indd",
        "Adobe InDesign CS3",
        "Acrobat Distiller 4.0",
        "17 May 2023",
        "2019-2020",
        "12345",
        "x",
        "---",
        "Document1",
        "budget",
    ];
    for title in rejected {
        let (text, source) = chosen(None, Some(title), &[], "budget.pdf");
        assert_eq!((text.as_str(), source), ("budget", TitleSource::FileName), "{title}");
    }
    let long = "word ".repeat(100);
    assert_eq!(chosen(Some(&long), None, &[], "b.pdf").1, TitleSource::FileName);
}

#[test]
fn declared_titles_that_are_printed_win() {
    let lines =
        [line("GAO", 30.0), line("Annual Report", 24.0), line("to the Congress", 24.0), line("Body text", 10.0)];
    let title = "Annual Report to the Congress";
    assert_eq!(chosen(Some(title), Some("x.doc"), &lines, "a.pdf"), (title.to_owned(), TitleSource::Xmp));
    assert_eq!(chosen(Some("a.indd"), Some(title), &lines, "a.pdf"), (title.to_owned(), TitleSource::Info));
    let prefixed = "Microsoft Word - Annual Report to the Congress";
    assert_eq!(chosen(None, Some(prefixed), &lines, "a.pdf"), (title.to_owned(), TitleSource::Info));
}

#[test]
fn declared_titles_of_other_reports_lose_to_the_page() {
    let lines = [line("Safe Wells for", 24.0), line("Every Vil-", 24.0), line("lage", 24.0), line("Body text", 10.0)];
    let lines: Vec<FrontLine> = lines.into_iter().chain((0..5).map(|_| line("more body text", 10.0))).collect();
    let expected = ("Safe Wells for Every Village".to_owned(), TitleSource::FirstPage);
    assert_eq!(chosen(None, Some("Quarterly Newsletter Template"), &lines, "a.pdf"), expected);
    assert_eq!(chosen(None, Some("wells_v3.docx"), &lines, "a.pdf"), expected);
    assert_eq!(chosen(None, None, &lines, "wells in every village.pdf"), expected);
}

#[test]
fn headings_and_paragraphs_are_told_from_titles() {
    let section = [line("1 Exercise one", 20.0), line("Body text", 10.0), line("more of it", 10.0), line("and", 10.0)];
    let title = chosen(None, Some("Solutions"), &section, "a.pdf");
    assert_eq!(title.1, TitleSource::FirstPage, "a declaration of one word that is not printed weighs least");
    assert_eq!(chosen(None, Some("Databases: solutions"), &section, "a.pdf").1, TitleSource::Info);
    let paragraph: Vec<FrontLine> = (0..8).map(|_| line("a paragraph that goes on", 10.0)).collect();
    assert_eq!(chosen(None, None, &paragraph, "a.pdf").1, TitleSource::FileName);
    let announced = [line("Rivers and Wells:", 24.0), line("A Study", 18.0), line("Body", 10.0), line("text", 10.0)];
    assert_eq!(chosen(None, None, &announced, "a.pdf").0, "Rivers and Wells: A Study");
}

fn bold(text: &str, size: f32) -> FrontLine {
    FrontLine { is_bold: true, ..line(text, size) }
}

#[test]
fn titles_are_told_from_what_stands_around_them() {
    let body = || (0..8).map(|_| line("a paragraph of the text that goes on", 10.0));
    let cases: [(Vec<FrontLine>, &str); 9] = [
        // In the size of the text, weight tells them apart.
        (vec![bold("A Study of Rivers", 10.0), bold("and Wells", 10.0)], "A Study of Rivers and Wells"),
        (vec![line("DRAFT", 20.0), line("A Study of Rivers", 20.0), line("May 2015", 20.0)], "A Study of Rivers"),
        (vec![line("A Study of Rivers", 20.0), line("1. Introduction", 20.0)], "A Study of Rivers"),
        (vec![bold("Republic of Ruritania", 22.0), bold("A Study of Rivers", 18.0)], "A Study of Rivers"),
        (vec![line("RURITANIA", 24.0), line("A Study of Its Rivers", 14.0)], "RURITANIA: A Study of Its Rivers"),
        (vec![bold("A Study of Rivers", 11.0), bold("and Wells | May 2015", 11.0)], "A Study of Rivers and Wells"),
        (vec![bold("A Study of Rivers", 10.0), line("• Wells and more", 14.0)], "A Study of Rivers"),
        // All in small letters, as designers like it; below another line it goes on with that.
        (vec![line("a study of rivers", 18.0), line("and wells .", 18.0)], "a study of rivers and wells ."),
        (vec![line("A Study of Rivers", 14.0), line("in small letters", 15.0)], "A Study of Rivers"),
    ];
    for (front, expected) in cases {
        let lines: Vec<FrontLine> = front.into_iter().chain(body()).collect();
        assert_eq!(chosen(None, None, &lines, "a.pdf").0, expected);
    }
    let lines: Vec<FrontLine> =
        std::iter::once(line("A Study of Rivers", 20.0)).chain(body()).chain([line("Wells", 22.0)]).collect();
    assert_eq!(chosen(None, None, &lines, "a.pdf").0, "A Study of Rivers", "a title stands before the text");
    assert_eq!(chosen(None, Some("Rivers - 5 june 2015"), &lines, "a.pdf").1, TitleSource::FirstPage);
    assert_eq!(chosen(None, Some("RU-03-06-EU Study"), &lines, "a.pdf").1, TitleSource::FirstPage);
}

fn at(y: f32, line: FrontLine) -> FrontLine {
    FrontLine { y, ..line }
}

#[test]
fn titles_are_told_from_names_and_read_from_top_to_bottom() {
    let body = || (0..8).map(|_| at(0.6, line("a paragraph of the text that goes on", 10.0)));
    let cases: [(Vec<FrontLine>, &str); 10] = [
        (
            vec![at(0.2, line("National Rivers Board", 18.0)), at(0.23, line("River Accidents", 18.0))],
            "River Accidents",
        ),
        (
            vec![at(0.2, line("Joint Plan of the Department of", 18.0)), at(0.23, line("State Rivers Agency", 18.0))],
            "Joint Plan of the Department of State Rivers Agency",
        ),
        // A text box that comes last in the file.
        (
            vec![
                at(0.2, line("REPUBLIC OF RURITANIA", 18.0)),
                at(0.5, line("text", 10.0)),
                at(0.3, line("A Study of Rivers", 18.0)),
                at(0.33, line("and Wells", 18.0)),
            ],
            "A Study of Rivers and Wells",
        ),
        // Far apart in the same type.
        (
            vec![at(0.1, line("Government of Ruritania", 26.0)), at(0.6, line("A Study of Rivers", 26.0))],
            "A Study of Rivers",
        ),
        (
            vec![at(0.1, line("THE RIVERS AGENCY OF RURITANIA", 26.0)), at(0.6, line("Report on Wells", 20.0))],
            "Report on Wells",
        ),
        (
            vec![
                at(0.1, line("MÉXICO", 23.0)),
                at(0.1, line("SEMARNAT", 16.0)),
                at(0.3, line("Report on Its Many Wells", 14.0)),
            ],
            "Report on Its Many Wells",
        ),
        (
            vec![at(0.1, line("RURITANIA’s", 24.0)), at(0.14, line("Rivers and Its Many Wells", 14.0))],
            "RURITANIA’s: Rivers and Its Many Wells",
        ),
        // However small, if it says what the document is.
        (
            vec![at(0.1, line("NIUE", 36.0)), at(0.14, line("Report on All of Its Wells", 13.0))],
            "NIUE: Report on All of Its Wells",
        ),
        (
            vec![at(0.1, line("The Many Wells of", 14.0)), at(0.14, line("RURITANIA", 24.0))],
            "The Many Wells of RURITANIA",
        ),
        (
            vec![
                at(0.05, line("The Wells of Ruritania, a study", 10.0)),
                at(0.2, bold("Wells of Ruritania", 10.0)),
                at(0.3, line("National context", 20.0)),
                FrontLine { page: 2, ..at(0.05, line("The Wells of Ruritania, a study", 10.0)) },
            ],
            "Wells of Ruritania",
        ),
    ];
    for (front, expected) in cases {
        let lines: Vec<FrontLine> = front.into_iter().chain(body()).collect();
        assert_eq!(chosen(None, None, &lines, "a.pdf").0, expected);
    }
}

#[test]
fn declared_titles_are_completed_and_doubted_by_what_is_printed() {
    let body = || (0..8).map(|_| at(0.6, line("a paragraph of the text that goes on", 10.0)));
    let front = |lines: Vec<FrontLine>| -> Vec<FrontLine> { lines.into_iter().chain(body()).collect() };
    let two_lines = front(vec![bold("INFORMATION", 10.0), bold("on the Wells of Ruritania", 10.0)]);
    let title = chosen(None, Some("INFORMATION"), &two_lines, "a.pdf");
    assert_eq!(title, ("INFORMATION on the Wells of Ruritania".to_owned(), TitleSource::Info));
    let headed = front(vec![
        at(0.05, line("The Wells of Ruritania - 2015", 10.0)),
        at(0.3, line("WELLS OF RURITANIA", 29.0)),
        FrontLine { page: 2, ..at(0.05, line("The Wells of Ruritania - 2015", 10.0)) },
        FrontLine { page: 2, ..at(0.2, line("National Context", 14.0)) },
    ]);
    assert_eq!(chosen(Some("National Context"), None, &headed, "a.pdf").0, "WELLS OF RURITANIA");
    let letter = front(vec![line("Dear Madam,", 10.0), bold("Submission of the Plan", 10.0)]);
    assert_eq!(chosen(None, None, &letter, "a.pdf").0, "Submission of the Plan");
    // A drawn cover says nothing against the title declared.
    let drawn = [bold("United Rivers Office", 14.0), bold("May 2014", 14.0)];
    assert_eq!(chosen(Some("Annual Report of Wells"), None, &drawn, "a.pdf").0, "Annual Report of Wells");
    let untitled = front(vec![]);
    assert_eq!(chosen(None, Some("Microsoft Word - Wells Ruritania.docx"), &untitled, "a.pdf").0, "Wells Ruritania");
}

#[test]
fn declared_titles_stand_where_the_pages_have_no_text() {
    assert_eq!(chosen(None, Some("Safe Wells"), &[], "a.pdf"), ("Safe Wells".to_owned(), TitleSource::Info));
    assert_eq!(chosen(None, Some("年度报告"), &[], "a.pdf"), ("年度报告".to_owned(), TitleSource::Info));
}

#[test]
fn dates_logos_and_later_pages_do_not_become_titles() {
    let mut lines = vec![line("2023", 60.0), line("ACME", 40.0), line("A Study of Rivers", 36.0), line("text", 10.0)];
    lines.push(FrontLine { page: 3, ..line("Executive Summary", 38.0) });
    assert_eq!(chosen(None, None, &lines, "a.pdf").0, "A Study of Rivers");
}
