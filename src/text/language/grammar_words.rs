//! The most frequent words of grammar in the languages reports are written in most, for telling cheaply that a page is
//! in the language of the pages before.
//!
//! A word stands under every language of the table in which it is frequent, so that a word two languages share speaks
//! for neither. Languages close to those (Danish to Swedish, Catalan to Spanish, Afrikaans to Dutch) are in the table so
//! as not to be taken for them.

use whatlang::Lang;

/// Languages with their words, in lower case.
pub(super) const GRAMMAR_WORDS: [(Lang, &[&str]); 18] = [
    (
        Lang::Eng,
        &[
            "the", "of", "and", "to", "in", "for", "is", "with", "on", "that", "as", "by", "are", "from", "be", "this",
            "an", "was", "or", "at", "which", "has", "have", "will", "it", "not", "their", "were",
        ],
    ),
    (
        Lang::Fra,
        &[
            "le", "la", "les", "des", "du", "et", "en", "dans", "une", "un", "pour", "par", "que", "qui", "sur", "au",
            "aux", "est", "sont", "avec", "ce", "cette", "ces", "ou", "plus", "de", "se",
        ],
    ),
    (
        Lang::Spa,
        &[
            "el", "la", "los", "las", "de", "del", "y", "en", "que", "por", "para", "con", "una", "un", "se", "su",
            "al", "es", "como", "sus", "lo", "este", "esta", "no", "ha",
        ],
    ),
    (
        Lang::Por,
        &[
            "o", "os", "as", "da", "do", "das", "dos", "e", "em", "que", "para", "com", "uma", "um", "por", "na", "no",
            "nas", "nos", "ao", "mais", "como", "foi", "de", "se",
        ],
    ),
    (
        Lang::Ita,
        &[
            "il", "lo", "la", "gli", "le", "di", "del", "della", "dei", "delle", "che", "per", "con", "un", "una",
            "sono", "nel", "nella", "alla", "da", "dal", "non", "più", "si", "in", "al",
        ],
    ),
    (
        Lang::Deu,
        &[
            "der", "die", "das", "und", "in", "den", "von", "zu", "mit", "für", "des", "auf", "im", "ist", "dem",
            "eine", "ein", "nicht", "werden", "als", "auch", "sich", "bei", "an", "zur", "wird",
        ],
    ),
    (
        Lang::Nld,
        &[
            "de", "het", "een", "van", "en", "in", "is", "op", "voor", "met", "dat", "zijn", "te", "die", "aan", "er",
            "worden", "door", "om", "ook", "bij", "niet", "als", "wordt",
        ],
    ),
    (
        Lang::Swe,
        &[
            "och", "att", "i", "en", "som", "för", "av", "är", "på", "med", "till", "den", "det", "har", "om", "inte",
            "ett", "från", "de", "kan", "vid", "eller", "ska",
        ],
    ),
    (
        Lang::Dan,
        &[
            "og", "at", "i", "en", "som", "for", "af", "er", "på", "med", "til", "den", "det", "har", "om", "ikke",
            "et", "fra", "de", "kan", "ved", "eller", "der", "skal", "blev",
        ],
    ),
    (
        Lang::Nob,
        &[
            "og", "å", "i", "en", "som", "for", "av", "er", "på", "med", "til", "den", "det", "har", "om", "ikke",
            "et", "fra", "de", "kan", "ved", "eller", "skal", "ble", "at",
        ],
    ),
    (
        Lang::Cat,
        &[
            "de", "la", "el", "els", "les", "i", "del", "dels", "que", "en", "per", "amb", "una", "un", "és", "al",
            "als", "es", "com", "no", "han", "ha", "o", "se",
        ],
    ),
    (
        Lang::Afr,
        &[
            "die", "van", "en", "in", "is", "het", "nie", "wat", "vir", "met", "op", "te", "om", "dat", "aan", "sal",
            "word", "deur", "as", "ook", "by", "of", "is", "was",
        ],
    ),
    (
        Lang::Rus,
        &[
            "и",
            "в",
            "не",
            "на",
            "с",
            "что",
            "по",
            "для",
            "из",
            "от",
            "как",
            "к",
            "это",
            "или",
            "при",
            "о",
            "за",
            "же",
            "его",
            "которые",
        ],
    ),
    (
        Lang::Ukr,
        &[
            "і", "в", "у", "не", "на", "з", "що", "для", "та", "до", "як", "або", "від", "за", "це", "про", "й",
            "його", "при", "по", "які",
        ],
    ),
    (
        Lang::Bul,
        &[
            "и", "в", "на", "не", "за", "се", "от", "да", "с", "са", "че", "по", "е", "или", "при", "до", "ще", "като",
            "това", "със",
        ],
    ),
    (
        Lang::Vie,
        &[
            "và", "của", "là", "các", "có", "cho", "được", "trong", "với", "một", "không", "này", "những", "để", "từ",
            "đã", "khi", "bạn", "trên", "theo",
        ],
    ),
    (
        Lang::Pol,
        &[
            "i", "w", "z", "na", "nie", "do", "się", "że", "jest", "to", "o", "od", "po", "dla", "oraz", "przez", "są",
            "lub", "jak", "za",
        ],
    ),
    (
        Lang::Ces,
        &[
            "a", "v", "na", "se", "je", "že", "s", "z", "do", "pro", "to", "o", "jsou", "od", "nebo", "jako", "při",
            "které", "ve", "za", "byl",
        ],
    ),
];
