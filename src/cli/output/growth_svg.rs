//! How cost grows with the library, as a picture: a curve for each figure over the pages of the library.
//!
//! The picture stands for itself: it follows the light or dark scheme of whoever shows it, and names its axes.

use crate::bench::Machine;
use crate::bench::growth::{Growth, Point};
use crate::cli::output::{grouped, machine_line};
use std::fmt::{self, Display, Formatter};

/// The figures as SVG.
pub struct GrowthSvg<'g> {
    /// The figures.
    pub growth: &'g Growth,
    /// What they were measured on.
    pub machine: &'g Machine,
}

/// Panels side by side.
const COLUMNS: usize = 3;
const PANEL_WIDTH: f64 = 320.0;
const PANEL_HEIGHT: f64 = 220.0;
/// Above the panels, for title and machine.
const HEAD: f64 = 56.0;
/// Inside a panel, around the curves.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 42.0;
/// Least distance of two labels below the horizontal axis.
const LABEL_DISTANCE: f64 = 34.0;
/// Lines across a panel, about.
const TICKS: f64 = 4.0;

const STYLE: &str = "\
.ground { fill: #ffffff }
text { font: 12px system-ui, sans-serif; fill: #1f2933 }
.title { font-size: 15px; font-weight: 600 }
.name { font-weight: 600 }
.quiet { fill: #52606d }
.grid { stroke: #d9e2ec; stroke-width: 1 }
.axis { stroke: #829ab1; stroke-width: 1 }
.curve { fill: none; stroke-width: 2 }
.curve.first { stroke: #0b5cad }
.curve.second { stroke: #b4460f }
circle.first, .key.first { fill: #0b5cad }
circle.second, .key.second { fill: #b4460f }
@media (prefers-color-scheme: dark) {
.ground { fill: #14181d }
text { fill: #e4e9ee }
.quiet { fill: #a9b4c0 }
.grid { stroke: #2c353f }
.axis { stroke: #66768a }
.curve.first { stroke: #6db3f8 }
.curve.second { stroke: #f4a261 }
circle.first, .key.first { fill: #6db3f8 }
circle.second, .key.second { fill: #f4a261 }
}";

/// A figure of every library.
struct Curve {
    /// What tells it from another in the same panel; may be empty.
    name: &'static str,
    of: fn(&Point) -> Option<f64>,
}

/// Curves with the same axes.
struct Panel {
    name: &'static str,
    rise: Rise,
    curves: &'static [Curve],
}

/// What a step upwards is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rise {
    /// As much each time, from 0: for what is to stay as it is.
    Even,
    /// Ten times as much: for what grows with the library, whose pages are drawn so, too.
    Tenfold,
}

const PANELS: &[Panel] = &[
    Panel {
        name: "ingest, ms of CPU a page",
        rise: Rise::Even,
        curves: &[Curve { name: "", of: |point| Some(point.ingest_cpu_ms_per_page) }],
    },
    Panel {
        name: "search, ms",
        rise: Rise::Tenfold,
        curves: &[
            Curve { name: "p50", of: |point| Some(point.search.answer.p50_ms) },
            Curve { name: "p99", of: |point| Some(point.search.answer.p99_ms) },
        ],
    },
    Panel { name: "open, ms", rise: Rise::Tenfold, curves: &[Curve { name: "", of: |point| Some(point.open_ms) }] },
    Panel {
        name: "ingest, MB of memory at most",
        rise: Rise::Even,
        curves: &[Curve { name: "", of: |point| point.peak_memory_bytes.map(|bytes| bytes as f64 / 1e6) }],
    },
    Panel {
        name: "on disk, bytes a page",
        rise: Rise::Even,
        curves: &[
            Curve { name: "all", of: |point| Some(point.library.disk_bytes_per_page.total) },
            Curve { name: "index", of: |point| Some(point.library.disk_bytes_per_page.index) },
        ],
    },
    Panel {
        name: "ingest when nothing changed, s",
        rise: Rise::Tenfold,
        curves: &[Curve { name: "", of: |point| Some(point.unchanged_seconds) }],
    },
];

impl Display for GrowthSvg<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let rows = PANELS.len().div_ceil(COLUMNS);
        let (width, height) = (PANEL_WIDTH * COLUMNS as f64, HEAD + PANEL_HEIGHT * rows as f64);
        writeln!(
            formatter,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"title\">\n<title id=\"title\">Cost by pages of the library</title>\n\
             <style>\n{STYLE}\n</style>\n<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n\
             <text class=\"title\" x=\"16\" y=\"24\">Cost by pages of the library</text>\n\
             <text class=\"quiet\" x=\"16\" y=\"43\">{}</text>",
            escaped(&machine_line(self.machine))
        )?;
        for (number, panel) in PANELS.iter().enumerate() {
            let x = PANEL_WIDTH * (number % COLUMNS) as f64;
            let y = HEAD + PANEL_HEIGHT * (number / COLUMNS) as f64;
            writeln!(formatter, "<g transform=\"translate({x} {y})\">")?;
            panel.write(&self.growth.points, formatter)?;
            writeln!(formatter, "</g>")?;
        }
        writeln!(formatter, "</svg>")
    }
}

impl Panel {
    fn write(&self, points: &[Point], formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "<text class=\"name\" x=\"{LEFT}\" y=\"16\">{}</text>", self.name)?;
        let values = |curve: &Curve| points.iter().filter_map(curve.of).collect::<Vec<f64>>();
        let values: Vec<f64> = self.curves.iter().flat_map(values).collect();
        let scale = Scale::new(points, &values, self.rise);
        scale.write(points, formatter)?;
        for (curve, class) in self.curves.iter().zip(["first", "second"]) {
            let places: Vec<(f64, f64)> = points
                .iter()
                .filter_map(|point| Some((scale.x(point.library.pages), scale.y((curve.of)(point)?))))
                .collect();
            let line: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            writeln!(formatter, "<polyline class=\"curve {class}\" points=\"{}\"/>", line.join(" "))?;
            for (x, y) in &places {
                writeln!(formatter, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>")?;
            }
            if let Some(((x, y), value)) = places.last().zip(points.iter().filter_map(curve.of).next_back()) {
                // Where the curve does not come from.
                let falls = places.iter().rev().nth(1).is_some_and(|(_, before)| before < y);
                let (x, y) = (x + 4.0, if falls { y + 18.0 } else { (y - 9.0).max(TOP - 9.0) });
                let label = format!("{} {}", curve.name, value_label(value));
                writeln!(
                    formatter,
                    "<text class=\"key {class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
                    label.trim()
                )?;
            }
        }
        Ok(())
    }
}

/// Pages by their logarithm to the right, figures upwards.
struct Scale {
    least_pages: f64,
    most_pages: f64,
    /// What the lines across stand for, from the lowest.
    ticks: Vec<f64>,
    rise: Rise,
}

impl Scale {
    fn new(points: &[Point], values: &[f64], rise: Rise) -> Scale {
        let pages = points.iter().map(|point| (point.library.pages.max(1) as f64).ln());
        let most = values.iter().copied().fold(0.0, f64::max);
        let ticks = match rise {
            Rise::Even => {
                let step = round_step(most / TICKS);
                (0..=(most / step).ceil().max(1.0) as u32).map(|number| step * f64::from(number)).collect()
            }
            Rise::Tenfold => {
                let least = values.iter().copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
                let (least, most) = if least.is_finite() { (least, most) } else { (1.0, 1.0) };
                let first = least.log10().floor() as i32;
                (first..=(most.log10().ceil() as i32).max(first + 1)).map(|power| 10_f64.powi(power)).collect()
            }
        };
        Scale {
            least_pages: pages.clone().fold(f64::INFINITY, f64::min),
            most_pages: pages.fold(0.0, f64::max),
            ticks,
            rise,
        }
    }

    fn x(&self, pages: u64) -> f64 {
        let span = self.most_pages - self.least_pages;
        let share = if span > 0.0 { ((pages.max(1) as f64).ln() - self.least_pages) / span } else { 0.5 };
        LEFT + share * (PANEL_WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let (lowest, highest) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        let share = match self.rise {
            Rise::Even => value / highest,
            Rise::Tenfold => (value.max(lowest) / lowest).log10() / (highest / lowest).log10(),
        };
        PANEL_HEIGHT - BOTTOM - share * (PANEL_HEIGHT - TOP - BOTTOM)
    }

    /// The axes with their labels.
    fn write(&self, points: &[Point], formatter: &mut Formatter<'_>) -> fmt::Result {
        let (right, bottom) = (PANEL_WIDTH - RIGHT, PANEL_HEIGHT - BOTTOM);
        for (number, value) in self.ticks.iter().copied().enumerate() {
            let (y, class) = (self.y(value), if number == 0 { "axis" } else { "grid" });
            writeln!(formatter, "<line class=\"{class}\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>")?;
            let (x, y) = (LEFT - 6.0, y + 4.0);
            let step = if self.rise == Rise::Even { self.ticks[1] - self.ticks[0] } else { value };
            let label = tick_label(value, step);
            writeln!(formatter, "<text class=\"quiet\" x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{label}</text>")?;
        }
        let mut labelled = f64::NEG_INFINITY;
        for point in points {
            let x = self.x(point.library.pages);
            if x - labelled < LABEL_DISTANCE {
                continue;
            }
            labelled = x;
            let (y, label) = (bottom + 16.0, pages_label(point.library.pages));
            writeln!(formatter, "<text class=\"quiet\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>")?;
        }
        let (x, y) = (f64::midpoint(LEFT, right), bottom + 34.0);
        writeln!(formatter, "<text class=\"quiet\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">pages (log scale)</text>")
    }
}

/// The next of 1, 2, 5, 10, 20, …, or of their tenths, that is not below.
fn round_step(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let magnitude = 10_f64.powf(value.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().find(|step| step * magnitude >= value * 0.999_999).unwrap_or(10.0);
    step * magnitude
}

/// As text between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// With as many digits as the steps have.
fn tick_label(value: f64, step: f64) -> String {
    if step >= 1.0 {
        return grouped(value.round() as u64);
    }
    let digits = (-step.log10().floor()) as usize;
    format!("{value:.digits$}")
}

/// With three digits, and a comma between thousands.
fn value_label(value: f64) -> String {
    match value {
        1_000.0.. => grouped(value.round() as u64),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// `950`, `10k`, `1M`.
fn pages_label(pages: u64) -> String {
    let short = |value: f64, unit: &str| {
        let text = if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
        format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match pages {
        0..1_000 => pages.to_string(),
        1_000..999_500 => short(pages as f64 / 1e3, "k"),
        _ => short(pages as f64 / 1e6, "M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::growth::tests::growth;
    use crate::cli::output::machine_line::tests::machine;

    fn svg(pages: &[u64]) -> String {
        GrowthSvg { growth: &growth(pages), machine: &machine() }.to_string()
    }

    /// Names of elements in the order they begin; panics where one is not ended by its own end tag.
    fn elements(markup: &str) -> Vec<&str> {
        let (mut all, mut open) = (Vec::new(), Vec::new());
        let mut rest = markup;
        while let Some(start) = rest.find('<') {
            assert!(!rest[..start].contains('>'), "a stray `>` in {}", &rest[..start]);
            let end = start + rest[start..].find('>').expect("an end of the tag");
            let tag = &rest[start + 1..end];
            assert_eq!(tag.matches('"').count() % 2, 0, "quotes of {tag}");
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name)),
                None => {
                    let name = tag.split([' ', '/']).next().expect("a name");
                    all.push(name);
                    if !tag.ends_with('/') {
                        open.push(name);
                    }
                }
            }
            rest = &rest[end + 1..];
        }
        assert!(open.is_empty(), "not ended: {open:?}");
        all
    }

    #[test]
    fn the_picture_is_whole() {
        insta::assert_snapshot!("growth", svg(&[10_000, 100_000, 1_000_000]));
    }

    #[test]
    fn any_figures_make_a_well_formed_picture() {
        for pages in [&[][..], &[40], &[1_000, 1_100], &[10_000, 30_000, 100_000, 300_000, 1_000_000]] {
            let picture = svg(pages);
            assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
            let elements = elements(&picture);
            let count = |name: &str| elements.iter().filter(|element| **element == name).count();
            assert_eq!((elements[0], count("g"), count("polyline")), ("svg", 6, 8));
            assert_eq!(count("circle"), 8 * pages.len());
        }
        let machine = Machine { processor: Some("<Fast> & \"small\"".to_owned()), ..machine() };
        let picture = GrowthSvg { growth: &growth(&[40]), machine: &machine }.to_string();
        elements(&picture);
        assert!(picture.contains("&lt;Fast&gt; &amp; "), "{picture}");
    }

    #[test]
    fn figures_lie_within_their_panel() {
        let points = growth(&[10_000, 1_000_000]).points;
        let scale = Scale::new(&points, &[3.0, 17.0], Rise::Even);
        assert_eq!(scale.ticks, [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!((scale.y(0.0), scale.y(20.0)), (PANEL_HEIGHT - BOTTOM, TOP));
        assert_eq!((scale.x(points[0].library.pages), scale.x(points[1].library.pages)), (LEFT, PANEL_WIDTH - RIGHT));
    }

    #[test]
    fn what_grows_with_the_library_is_drawn_by_powers_of_ten() {
        let points = growth(&[10_000, 1_000_000]).points;
        let cases: [(&[f64], &[f64]); 5] = [
            (&[4.0, 323.0], &[1.0, 10.0, 100.0, 1_000.0]),
            (&[0.021, 3.9], &[0.01, 0.1, 1.0, 10.0]),
            (&[10.0], &[10.0, 100.0]),
            (&[0.0], &[1.0, 10.0]),
            (&[], &[1.0, 10.0]),
        ];
        for (values, ticks) in cases {
            let scale = Scale::new(&points, values, Rise::Tenfold);
            assert_eq!(scale.ticks.len(), ticks.len(), "{values:?}");
            assert!(scale.ticks.iter().zip(ticks).all(|(tick, expected)| (tick / expected - 1.0).abs() < 1e-9));
        }
        let scale = Scale::new(&points, &[1.0, 100.0], Rise::Tenfold);
        let middle = f64::midpoint(scale.y(1.0), scale.y(100.0));
        assert!((scale.y(10.0) - middle).abs() < 1e-9 && scale.y(0.0) == PANEL_HEIGHT - BOTTOM);
    }

    #[test]
    fn labels_are_short_and_steps_round() {
        for (value, expected) in [(0.0, 1.0), (0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (5.1, 10.0), (42.0, 50.0)] {
            assert!((round_step(value) - expected).abs() < 1e-9, "{value}: {}", round_step(value));
        }
        let labels = [40, 1_000, 1_100, 10_004, 999_499, 1_000_030, 2_500_000].map(pages_label);
        assert_eq!(labels, ["40", "1k", "1.1k", "10k", "999k", "1M", "2.5M"]);
        assert_eq!([tick_label(0.5, 0.5), tick_label(20.0, 5.0), tick_label(0.02, 0.01)], ["0.5", "20", "0.02"]);
        assert_eq!([0.0123, 1.234, 24.88, 270.0, 2130.4].map(value_label), ["0.012", "1.23", "24.9", "270", "2,130"]);
    }
}
