//! Pages written as a few runs of text; what is read of them.

use super::bidi::is_mark;
use super::glyph::{FontFace, Glyph, PageGlyphs, STRING_BASE, flags};
use super::*;

/// A page to write on; each character is half an em wide.
struct Paper {
    page: PageGlyphs,
}

impl Paper {
    fn new() -> Paper {
        let face = FontFace { ascent: 0.8, descent: -0.2, is_bold: false, is_italic: false };
        Paper { page: PageGlyphs { width: 600.0, height: 800.0, fonts: vec![face], ..PageGlyphs::default() } }
    }

    /// Writes at a point; `^` makes a gap of a third of an em, `_` one of a sixth, `~` one of a twentieth, `<` steps back
    /// one character. Marks have no width.
    fn write(mut self, x: f32, y: f32, size: f32, text: &str) -> Paper {
        let mut along = x;
        let mut run_start = flags::RUN_START;
        for character in text.chars() {
            let advance = if is_mark(character) { 0.0 } else { size / 2.0 };
            match character {
                '_' => along += size / 6.0,
                '^' => along += size / 3.0,
                '~' => along += size / 20.0,
                '<' => along -= advance,
                _ => {
                    let text = u32::from(character);
                    self.page.glyphs.push(Glyph {
                        text,
                        x: along,
                        y,
                        dx: advance,
                        dy: 0.0,
                        size,
                        font: 0,
                        flags: run_start,
                    });
                    run_start = 0;
                    along += advance;
                }
            }
        }
        self
    }

    /// Writes one glyph, half an em wide, that says all of this.
    fn write_glyph(mut self, x: f32, y: f32, size: f32, text: &str) -> Paper {
        let index = self.page.strings.len() as u32;
        self.page.strings.push(text.into());
        self.page.glyphs.push(Glyph {
            text: STRING_BASE + index,
            x,
            y,
            dx: size / 2.0,
            dy: 0.0,
            size,
            font: 0,
            flags: 0,
        });
        self
    }

    fn read(&self) -> String {
        lay_out(&self.page).text
    }
}

#[test]
fn gaps_and_spaces_part_words() {
    let cases: &[(&str, &str)] = &[
        ("Hel~lo^World", "Hello World\n"),
        ("two words", "two words\n"),
        ("trailing ", "trailing\n"),
        ("  leading", "leading\n"),
        // A heading spaced out letter by letter keeps its words.
        ("S^U^M^M^A^R^Y", "SUMMARY\n"),
        ("O^U^R^^^W^O^R^K", "OUR WORK\n"),
        ("S_e_t u_p", "Set up\n"),
        // Spaces of a tightly justified line, some of which are characters.
        ("dans_le_fichier suivant", "dans le fichier suivant\n"),
        // Not words: the boxes of a form, a row of numbers, a function and its argument.
        ("a^^b^^c^^d^^e^^f", "a b c d e f\n"),
        ("a^_b^_c^_d^_e^_f", "a b c d e f\n"),
        ("1^2^3^4^5^6^7", "1 2 3 4 5 6 7\n"),
        ("sin_x_cos_y", "sin x cos y\n"),
    ];
    for (written, expected) in cases {
        assert_eq!(Paper::new().write(50.0, 100.0, 10.0, written).read(), *expected, "{written}");
    }
}

#[test]
fn runs_on_one_baseline_are_one_line() {
    // The next run starts where the last ended; the cell after it stands far away.
    let paper =
        Paper::new().write(50.0, 100.0, 10.0, "one").write(68.0, 100.0, 10.0, "line").write(300.0, 100.0, 10.0, "42");
    assert_eq!(paper.read(), "one line 42\n");
    // A label written after its value.
    let paper = Paper::new().write(300.0, 100.0, 10.0, "none").write(50.0, 100.0, 10.0, "Injuries:");
    assert_eq!(paper.read(), "Injuries: none\n");
    // A word left out at first and written at the end still stands in its place.
    let paper =
        Paper::new().write(50.0, 100.0, 10.0, "aa").write(50.0, 120.0, 10.0, "next").write(64.0, 100.0, 10.0, "bb");
    assert_eq!(paper.read(), "aa bb\nnext\n");
}

#[test]
fn columns_stay_in_stream_order() {
    let paper = Paper::new()
        .write(50.0, 100.0, 10.0, "left one")
        .write(50.0, 112.0, 10.0, "left two")
        .write(300.0, 100.0, 10.0, "right one")
        .write(300.0, 112.0, 10.0, "right two");
    let layout = lay_out(&paper.page);
    assert_eq!(layout.text, "left one\nleft two\nright one\nright two\n");
    assert_eq!(layout.blocks, vec![0..2, 2..4]);
}

#[test]
fn hidden_text_is_no_part_of_a_line() {
    let paper = Paper::new().write(50.0, 100.0, 0.7, "SLOT18").write(52.5, 100.0, 14.0, "6. Results");
    assert_eq!(paper.read(), "SLOT18\n6. Results\n");
    // An initial.
    let paper = Paper::new().write(50.0, 100.0, 40.0, "T").write(70.0, 100.0, 10.0, "he end");
    assert_eq!(paper.read(), "The end\n");
}

#[test]
fn narrow_columns_stay_in_stream_order() {
    let mut paper = Paper::new();
    for (column, letters) in [(0, "abc"), (1, "def")] {
        for (row, letter) in (0_u8..).zip(letters.chars()) {
            let (x, y) = (50.0 + 9.0 * column as f32, 100.0 + 12.0 * f32::from(row));
            paper = paper.write(x, y, 10.0, &letter.to_string());
        }
    }
    assert_eq!(paper.read(), "a\nb\nc\nd\ne\nf\n");
}

#[test]
fn columns_drawn_row_by_row_are_parted() {
    let rows = [
        ("the council considered", "officers will report to"),
        ("the report of the group", "members in the autumn and"),
        ("on libraries and agreed", "publish what they found,"),
        ("to consult the residents", "with the costs of each of"),
        ("before any closure begins", "the choices set out above"),
    ];
    let mut paper = Paper::new().write(50.0, 80.0, 10.0, "A heading over both columns of the page");
    for (row, (left, right)) in rows.iter().enumerate() {
        let y = 100.0 + 12.0 * row as f32;
        paper = paper.write(50.0, y, 10.0, left).write(200.0, y, 10.0, right);
    }
    let left: Vec<&str> = rows.iter().map(|(left, _)| *left).collect();
    let right: Vec<&str> = rows.iter().map(|(_, right)| *right).collect();
    let expected = format!("A heading over both columns of the page\n{}\n{}\n", left.join("\n"), right.join("\n"));
    assert_eq!(paper.read(), expected);
    // A form with labels and values, and a table with as many rows, stay row by row.
    let fields = [
        ("Aircraft manufacturer: Piper", "Registration number: N4391X"),
        ("Model/series: PA-28-140 of 1967", "Engines: 1 reciprocating"),
        ("Airworthiness certificate: normal and utility", "Total time of the airframe: 4,210 hours"),
        ("Landing gear: tricycle", "Certified maximum gross weight: 2,150 lbs"),
        ("Seats: four, all occupied", "Registered owner: private individual"),
    ];
    let mut form = Paper::new();
    let mut rows = String::new();
    for (row, (left, right)) in fields.iter().enumerate() {
        let y = 100.0 + 12.0 * row as f32;
        form = form.write(50.0, y, 10.0, left).write(320.0, y, 10.0, right);
        rows.push_str(&format!("{left} {right}\n"));
    }
    assert_eq!(form.read(), rows);
    let mut table = Paper::new();
    for row in 0..6 {
        let y = 100.0 + 12.0 * row as f32;
        table = table.write(50.0, y, 10.0, "Alderton").write(200.0, y, 10.0, "317").write(300.0, y, 10.0, "61");
    }
    assert_eq!(table.read(), "Alderton 317 61\n".repeat(6));
}

#[test]
fn labels_and_values_in_two_columns_stay_rows() {
    // As wide as prose on both sides, but in pieces.
    let mut form = Paper::new();
    let mut rows = String::new();
    for row in 0..5 {
        let y = 100.0 + 12.0 * row as f32;
        form = form.write(50.0, y, 10.0, "Departure point:").write(170.0, y, 10.0, "Chalon");
        form = form.write(320.0, y, 10.0, "Destination town:").write(440.0, y, 10.0, "Bourges");
        rows.push_str("Departure point: Chalon Destination town: Bourges\n");
    }
    assert_eq!(form.read(), rows);
}

#[test]
fn superscripts_stay_on_their_line() {
    let paper =
        Paper::new().write(50.0, 100.0, 10.0, "word").write(70.0, 96.0, 6.0, "1").write(76.0, 100.0, 10.0, "goes");
    assert_eq!(paper.read(), "word1 goes\n");
}

#[test]
fn numerators_and_denominators_are_words() {
    let fraction = Paper::new()
        .write(50.0, 100.0, 10.0, "f(")
        .write(60.0, 96.0, 7.0, "1")
        .write(60.0, 104.0, 7.0, "k")
        .write(64.0, 100.0, 10.0, ")");
    assert_eq!(fraction.read(), "f(1 k)\n");
    // Nothing steps back between a letter and its index.
    let index = Paper::new().write(50.0, 100.0, 10.0, "x").write(55.0, 104.0, 7.0, "k");
    assert_eq!(index.read(), "xk\n");
}

#[test]
fn marks_before_footnotes_are_words() {
    let read = |mark: Paper| mark.write(56.0, 100.0, 10.0, "See above").read();
    assert_eq!(read(Paper::new().write(50.0, 96.0, 6.0, "12")), "12 See above\n");
    // A raised shape of its own.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "1⁴See above").read(), "1⁴ See above\n");
    // Not raised, and not before a word.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "2nd part").read(), "2nd part\n");
    assert_eq!(read(Paper::new().write(50.0, 100.0, 6.0, "12")), "12See above\n");
}

#[test]
fn a_page_sent_in_strips_is_read_once() {
    // Each strip has the whole run of every line it cuts, and new runs beside them.
    let paper = Paper::new()
        .write(50.0, 100.0, 10.0, "It is committed to ")
        .write(145.0, 100.0, 10.0, "support")
        .write(50.0, 112.0, 10.0, "Nauru wishes")
        .write(145.0, 100.0, 10.0, "support")
        .write(180.0, 100.0, 10.0, " the outcome")
        .write(50.0, 112.0, 10.0, "Nauru wishes")
        .write(110.0, 112.0, 10.0, " to submit");
    assert_eq!(paper.read(), "It is committed to support the outcome\nNauru wishes to submit\n");
    // Other text over it, as in a form filled in, is kept.
    let filled = Paper::new()
        .write(50.0, 100.0, 10.0, "Name below")
        .write(50.0, 112.0, 10.0, "second")
        .write(50.0, 100.0, 10.0, "Nina");
    assert!(filled.read().contains("Nina"));
}

#[test]
fn text_printed_twice_is_read_once() {
    let shadow = Paper::new().write(50.0, 100.0, 10.0, "Bold text").write(50.3, 100.2, 10.0, "Bold text");
    assert_eq!(shadow.read(), "Bold text\n");
    let each_letter = Paper::new().write(50.0, 100.0, 10.0, "B<Bo<ol<ld<d");
    assert_eq!(each_letter.read(), "Bold\n");
    // Narrow letters, whose second printing steps back no further than kerning does; the third is another letter.
    let mut narrow = Paper::new();
    for (x, text) in [(50.0, "i"), (50.1, "i"), (51.5, "i"), (53.0, "t")] {
        narrow = narrow.write(x, 100.0, 10.0, text);
    }
    narrow.page.glyphs.iter_mut().for_each(|glyph| glyph.dx = 1.5);
    assert_eq!(narrow.read(), "iit\n");
    // A letter that really is double is kept.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "book").read(), "book\n");
}

#[test]
fn accents_printed_apart_make_one_letter() {
    let cases: &[(&str, &str)] = &[
        // The accent first, as TeX writes it, and the letter first.
        ("M¨<unchen", "München\n"),
        ("¨<Ol", "Öl\n"),
        ("cafe<´", "café\n"),
        ("na¨<ıve", "naïve\n"),
        // No such letter, and an accent that stands for itself.
        ("ˆ<f(x)", "f\u{302}(x)\n"),
        ("a^`^b", "a ` b\n"),
    ];
    for (written, expected) in cases {
        assert_eq!(Paper::new().write(50.0, 100.0, 10.0, written).read(), *expected, "{written}");
    }
}

#[test]
fn accents_raised_over_tall_letters_stay_on_their_line() {
    // Higher than a line's letters may stray, in its middle and at its beginning.
    let paper = Paper::new()
        .write(50.0, 97.0, 10.0, "ˆ")
        .write(50.0, 100.0, 10.0, "f =")
        .write(70.0, 97.0, 10.0, "¨")
        .write(70.0, 100.0, 10.0, "U");
    assert_eq!(paper.read(), "f\u{302} = Ü\n");
}

#[test]
fn marks_stay_with_the_letter_they_are_printed_over() {
    // Written from right to left; the mark's origin lies within its letter, left of the letter's middle.
    let paper = Paper::new()
        .write(55.0, 100.0, 10.0, "ש")
        .write(50.0, 100.0, 10.0, "ב")
        .write(51.0, 100.0, 10.0, "\u{5B8}")
        .write(45.0, 100.0, 10.0, "י");
    assert_eq!(paper.read(), "שב\u{5B8}י\n");
}

#[test]
fn marks_drawn_from_the_origin_of_a_letter_belong_to_it() {
    // The letter before is narrower, so that its middle is nearer.
    let mut paper = Paper::new().write(50.0, 100.0, 10.0, "ן\u{5B6}ר\u{5B6}ק");
    paper.page.glyphs[0].dx = 4.0;
    assert_eq!(paper.read(), "ק\u{5B6}ר\u{5B6}ן\n");
    // Between a letter and a space there is one letter.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "ב\u{5B8} א").read(), "א ב\u{5B8}\n");
}

#[test]
fn glyphs_that_say_several_words_part_them() {
    let paper = Paper::new().write_glyph(50.0, 100.0, 10.0, "one tw").write(55.0, 100.0, 10.0, "o three");
    let layout = lay_out(&paper.page);
    assert_eq!(layout.text, "one two three\n");
    assert_eq!(layout.words.len(), 3);
    // Each keeps its own direction, and goes on where the next glyph stands.
    let paper = Paper::new().write_glyph(50.0, 100.0, 10.0, "דוח h").write(55.0, 100.0, 10.0, "i").write_glyph(
        60.0,
        100.0,
        10.0,
        " עולם טוב ",
    );
    assert_eq!(paper.read(), "עולם טוב hi דוח\n");
}

#[test]
fn ligatures_and_marks_of_one_glyph_are_read_logically() {
    // Written towards the left: the ligature and its letters are one fragment, its points stay on their letter.
    let paper =
        Paper::new().write(60.0, 100.0, 10.0, "س").write_glyph(55.0, 100.0, 10.0, "لا").write(50.0, 100.0, 10.0, "م");
    assert_eq!(paper.read(), "سلام\n");
    let paper = Paper::new().write_glyph(50.0, 100.0, 10.0, "שׁ\u{5B8}ב");
    assert_eq!(paper.read(), "שׁ\u{5B8}ב\n");
}

#[test]
fn cells_are_read_in_the_direction_of_the_line_and_of_the_page() {
    let row = |paper: Paper| {
        paper
            .write(50.0, 100.0, 10.0, "Old City")
            .write(150.0, 100.0, 10.0, "12 ד~ומע")
            .write(250.0, 100.0, 10.0, "New")
    };
    assert_eq!(row(Paper::new()).read(), "Old City עמוד 12 New\n");
    // A page of right-to-left text, although most of its alphabetic characters are Latin letters and vowel points.
    let text = "ן\u{5B6}ר\u{5B6}ק ן\u{5B6}ר\u{5B6}ק ן\u{5B6}ר\u{5B6}ק";
    assert_eq!(row(Paper::new().write(50.0, 80.0, 10.0, text)).read().lines().last(), Some("New עמוד 12 Old City"));
}

#[test]
fn right_to_left_lines_are_read_logically() {
    // As it stands on the page from left to right.
    let paper = Paper::new().write(50.0, 100.0, 10.0, "םלוע םולש");
    assert_eq!(paper.read(), "שלום עולם\n");
    // Boxes go with their words: the first word read stands at the right.
    let layout = lay_out(&paper.page);
    assert!(layout.words[0].bounds.x0 > layout.words[1].bounds.x0);
}

#[test]
fn pieces_of_right_to_left_text_may_follow_towards_the_left() {
    // The second piece begins near the first and ends farther from its own beginning than a tab is wide.
    let paper = Paper::new().write(80.0, 100.0, 10.0, "לא").write(60.0, 100.0, 10.0, "ארקמ");
    assert_eq!(paper.read(), "אלמקרא\n");
}

#[test]
fn right_to_left_lines_are_read_logically_however_they_are_turned() {
    for (cosine, sine) in [(0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (0.8, 0.6)] {
        let mut paper =
            Paper::new().write(50.0, 10.0, 10.0, ".(2021) ן\u{5B6}ר\u{5B6}ק ואר").write(50.0, 22.0, 10.0, "הינש הרוש");
        for glyph in &mut paper.page.glyphs {
            let turned = |x: f32, y: f32| (x * cosine - y * sine, x * sine + y * cosine);
            (glyph.x, glyph.y) = turned(glyph.x, glyph.y);
            (glyph.dx, glyph.dy) = turned(glyph.dx, glyph.dy);
        }
        let expected = "ראו ק\u{5B6}ר\u{5B6}ן (2021).\nשורה שניה\n";
        assert_eq!(paper.read(), expected, "{cosine} {sine}");
    }
}

#[test]
fn upright_characters_under_one_another_are_vertical_text() {
    let mut paper = Paper::new();
    for (x, column) in [(300.0, "日本国憲法は"), (285.0, "公布された")] {
        for (row, character) in column.chars().enumerate() {
            paper = paper.write(x, 100.0 + 10.0 * row as f32, 10.0, &character.to_string());
        }
    }
    assert_eq!(paper.read(), "日本国憲法は\n公布された\n");
    // The box is the column's.
    let bounds = lay_out(&paper.page).words[0].bounds;
    assert!(bounds.x1 - bounds.x0 <= 10.5 && bounds.y1 - bounds.y0 >= 50.0);
}

#[test]
fn brackets_in_right_to_left_lines_open_before_they_close() {
    // As seen and as written; both are read the same.
    for visual in ["םיעבוק (2021) רקבמה", "םיעבוק )2021( רקבמה"] {
        assert_eq!(Paper::new().write(50.0, 100.0, 10.0, visual).read(), "המבקר (2021) קובעים\n");
    }
}

#[test]
fn ideographs_are_not_parted_by_justification() {
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "東^京^都").read(), "東京都\n");
    // A space under the next character, as recognised text has; one that moves it is meant.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "東 <京 <都").read(), "東京都\n");
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "東 京").read(), "東 京\n");
    // Hangul has spaces.
    assert_eq!(Paper::new().write(50.0, 100.0, 10.0, "ㄱ^^ㅁ^^ㅑ").read(), "ㄱ ㅁ ㅑ\n");
}

#[test]
fn boxes_hold_their_words() {
    let layout = lay_out(&Paper::new().write(50.0, 100.0, 10.0, "ab cd").page);
    let first = layout.words[0];
    assert_eq!(first.span.of(&layout.text), "ab");
    assert_eq!((first.bounds.x0, first.bounds.x1), (50.0, 60.0));
    assert_eq!((first.bounds.y0, first.bounds.y1), (92.0, 102.0));
}

#[test]
fn text_far_off_the_page_is_read() {
    for y in [1e30, -1e30, 3e9] {
        let text = Paper::new().write(50.0, y, 10.0, "far").write(50.0, 100.0, 10.0, "near").read();
        assert!(text.contains("far\n") && text.contains("near\n"), "{text}");
    }
}

#[test]
fn dots_of_a_plot_cost_no_more_than_as_much_text() {
    let mut paper = Paper::new();
    for dot in 0..100_000_u32 {
        // All over the page's width, and never where the line before ends.
        let x = (dot.wrapping_mul(2_654_435_761) >> 8) as f32 / 30_000.0;
        paper = paper.write(x, 100.0, 0.01, "o");
    }
    let began = std::time::Instant::now();
    assert!(paper.read().len() > 100_000);
    // Unoptimised; compared with all others, a dot alone takes longer than a millisecond.
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
