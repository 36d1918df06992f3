//! The language of pages, judged by letter statistics and smoothed over the report.

use whatlang::{Detector, Info, Lang};

/// Characters of a page that are looked at; more do not change the verdict.
const SAMPLE_CHARACTERS: usize = 600;

/// Fewer letters than this say nothing.
const MIN_LETTERS: usize = 60;

/// A page may differ from its report if the verdict on it is this sure.
const SURE: f64 = 0.9;

/// The language of one page with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// ISO 639-1 code.
    pub code: &'static str,
    /// 0..=1.
    pub confidence: f64,
    /// Characters it was judged by.
    pub characters: usize,
}

/// Languages that a page is compared with first, together with the language of the pages before: those most like one
/// another, in each script.
const RIVALS: [Lang; 28] = [
    Lang::Eng,
    Lang::Fra,
    Lang::Spa,
    Lang::Por,
    Lang::Cat,
    Lang::Ita,
    Lang::Ron,
    Lang::Deu,
    Lang::Nld,
    Lang::Dan,
    Lang::Nob,
    Lang::Swe,
    Lang::Ces,
    Lang::Slk,
    Lang::Rus,
    Lang::Ukr,
    Lang::Bel,
    Lang::Bul,
    Lang::Srp,
    Lang::Mkd,
    Lang::Ara,
    Lang::Urd,
    Lang::Pes,
    Lang::Heb,
    Lang::Yid,
    Lang::Hin,
    Lang::Mar,
    Lang::Nep,
];

/// Judges one page after another. Comparing a page with all languages costs as much as reading it, and most pages are
/// in the language of the page before: only where that is not sure are all of them compared.
#[derive(Default)]
pub struct Judge {
    /// The language of the last page judged among all languages, with those it is compared with.
    usual: Option<(Lang, Detector)>,
}

impl Judge {
    /// Judges a page's text; `None` if there is too little of it or its language is not known.
    pub fn detect(&mut self, text: &str) -> Option<Verdict> {
        let end = text.char_indices().nth(SAMPLE_CHARACTERS).map_or(text.len(), |(at, _)| at);
        let sample = text.get(..end)?;
        let letters = sample.chars().filter(|character| character.is_alphabetic()).count();
        if letters < MIN_LETTERS {
            return None;
        }
        let info = self.usual_language(sample).or_else(|| self.any_language(sample))?;
        Some(Verdict { code: two_letter_code(info.lang())?, confidence: info.confidence(), characters: letters })
    }

    /// The usual language, if the sample is surely in it.
    fn usual_language(&self, sample: &str) -> Option<Info> {
        let (language, detector) = self.usual.as_ref()?;
        detector.detect(sample).filter(|info| info.lang() == *language && info.confidence() >= SURE)
    }

    fn any_language(&mut self, sample: &str) -> Option<Info> {
        let info = whatlang::detect(sample)?;
        if info.confidence() >= SURE && self.usual.as_ref().is_none_or(|(language, _)| *language != info.lang()) {
            let mut rivals = RIVALS.to_vec();
            rivals.push(info.lang());
            self.usual = Some((info.lang(), Detector::with_allowlist(rivals)));
        }
        Some(info)
    }
}

/// The report's language: the one with the most weight over its pages.
pub fn of_report(pages: &[Option<Verdict>]) -> Option<&'static str> {
    let mut weights: Vec<(&'static str, f64)> = Vec::new();
    for verdict in pages.iter().flatten() {
        let weight = verdict.confidence * verdict.characters as f64;
        match weights.iter_mut().find(|(code, _)| *code == verdict.code) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((verdict.code, weight)),
        }
    }
    weights.into_iter().max_by(|left, right| left.1.total_cmp(&right.1)).map(|(code, _)| code)
}

/// The language to give a page of a report: its own if the verdict is sure, else the report's.
pub fn of_page(verdict: Option<Verdict>, report: Option<&'static str>) -> Option<&'static str> {
    match verdict {
        Some(verdict) if verdict.confidence >= SURE => Some(verdict.code),
        Some(_) => report,
        None => report,
    }
}

/// ISO 639-1 codes for whatlang's languages; those without one keep none.
fn two_letter_code(language: Lang) -> Option<&'static str> {
    Some(match language {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "no",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_speaks_the_language_of_most_of_its_text() {
        let detect = |text: &str| Judge::default().detect(text);
        let english = detect(
            "The council considered the report of the working group on the future of the public library service.",
        );
        let german = detect(
            "Der Gemeinderat hat den Bericht der Arbeitsgruppe über die Zukunft der öffentlichen Bibliotheken beraten.",
        );
        assert_eq!(english.map(|verdict| verdict.code), Some("en"));
        assert_eq!(german.map(|verdict| verdict.code), Some("de"));
        assert_eq!(of_report(&[german, english, german, None]), Some("de"));
        assert_eq!(detect("Table 3"), None);
        assert_eq!(of_page(None, Some("de")), Some("de"));
    }

    #[test]
    fn a_page_in_another_language_is_told_among_all() {
        let english = "The council considered the report of the working group on the future of the public library.";
        let finnish = "Kunnanvaltuusto käsitteli työryhmän mietinnön yleisten kirjastojen tulevaisuudesta ja päätti \
                       lähettää sen lausunnolle kaikille kunnan lautakunnille ennen kesälomia.";
        let mut judge = Judge::default();
        let codes = [english, english, finnish, english, finnish, finnish]
            .map(|text| judge.detect(text).map(|verdict| verdict.code));
        assert_eq!(codes, [Some("en"), Some("en"), Some("fi"), Some("en"), Some("fi"), Some("fi")]);
    }
}
