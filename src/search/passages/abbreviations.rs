//! Abbreviations after which a full stop does not end a sentence.
//!
//! Those frequent in reports in the languages of most reports; single letters and words with inner full stops need
//! no entry.

/// Lower case, without the full stop, rising.
pub(super) static ABBREVIATIONS: &[&str] = &[
    "abb", "abs", "al", "anm", "approx", "apr", "apt", "art", "aug", "ave", "bd", "bldg", "bzw", "ca", "cap", "capt",
    "cf", "ch", "chap", "cit", "co", "col", "corp", "dec", "dept", "dr", "dra", "ed", "eds", "eng", "engr", "eq",
    "esp", "est", "etc", "evtl", "ex", "exp", "feb", "ff", "fig", "figs", "fn", "fri", "gen", "ggf", "gov", "hon",
    "hr", "ibid", "inc", "incl", "jan", "jr", "jul", "jun", "kap", "lt", "ltd", "mag", "max", "me", "min", "mio",
    "mlle", "mm", "mme", "mr", "mrd", "mrs", "ms", "mt", "no", "nos", "nov", "nr", "núm", "oct", "okt", "p", "pag",
    "par", "para", "paras", "pp", "pr", "prof", "pt", "ref", "rep", "resp", "rev", "s", "sec", "sect", "sen", "sep",
    "sept", "sgt", "sig", "sog", "sr", "sra", "st", "ste", "suppl", "tab", "tel", "trans", "usw", "v", "vgl", "viz",
    "vol", "vols", "vs", "wed", "z",
];
