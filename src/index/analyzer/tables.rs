//! Letters and words with a rule of their own: letters that fold without decomposing, elided and clitic words, digits.
//!
//! The letters follow Lucene's ASCII folding, Arabic and Persian normalisation, kept to letters in use in reports.

/// Letters (lower case, decomposed) and what they fold to, rising.
pub(super) static FOLDED_LETTERS: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('ð', "d"),
    ('ø', "o"),
    ('þ', "th"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('ł', "l"),
    ('ŋ', "n"),
    ('œ', "oe"),
    ('ŧ', "t"),
    ('ƀ', "b"),
    ('ƒ', "f"),
    ('ƙ', "k"),
    ('ƚ', "l"),
    ('ƞ', "n"),
    ('ƥ', "p"),
    ('ƴ', "y"),
    ('ƶ', "z"),
    ('ǝ', "e"),
    ('ǥ', "g"),
    ('ȥ', "z"),
    ('ɓ', "b"),
    ('ɔ', "o"),
    ('ɖ', "d"),
    ('ɗ', "d"),
    ('ə', "e"),
    ('ɛ', "e"),
    ('ɣ', "g"),
    ('ɨ', "i"),
    ('ɩ', "i"),
    ('ɲ', "n"),
    ('ʉ', "u"),
    ('ʋ', "v"),
    ('\u{02BB}', ""),
    ('\u{02BC}', ""),
    ('ς', "σ"),
    // Teh marbuta, tatweel (which only stretches a line), alef maksura and wasla.
    ('\u{0629}', "\u{0647}"),
    ('\u{0640}', ""),
    ('\u{0649}', "\u{064A}"),
    ('\u{0671}', "\u{0627}"),
    // Persian and Urdu forms of kaf, heh and yeh.
    ('\u{06A9}', "\u{0643}"),
    ('\u{06BE}', "\u{0647}"),
    ('\u{06C1}', "\u{0647}"),
    ('\u{06CC}', "\u{064A}"),
    ('\u{06D5}', "\u{0647}"),
];

/// The zero of each set of decimal digits that folds to ASCII; nine more follow each.
pub(super) static DIGIT_ZEROS: &[char] = &[
    '\u{0660}', '\u{06F0}', '\u{07C0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}', '\u{0BE6}',
    '\u{0C66}', '\u{0CE6}', '\u{0D66}', '\u{0DE6}', '\u{0E50}', '\u{0ED0}', '\u{0F20}', '\u{1040}', '\u{1090}',
    '\u{17E0}', '\u{1810}',
];

/// Words that lose their vowel before an apostrophe: they and what follows are two words.
pub(super) static ELIDED_WORDS: &[&str] = &[
    // French
    "c", "d", "j", "l", "m", "n", "qu", "s", "t", "jusqu", "lorsqu", "presqu", "puisqu", "quelqu", "quoiqu",
    // Italian, Catalan
    "agl", "all", "anch", "bell", "com", "cos", "dagl", "dall", "degl", "dell", "dev", "dov", "gl", "negl", "nell",
    "nient", "quell", "quest", "sant", "sugl", "sull", "tutt", "un",
];

/// English words that lean on the word before the apostrophe and are left out.
pub(super) static CLITICS: &[&str] = &["s", "re", "ve", "ll", "d", "m"];
