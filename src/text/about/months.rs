//! The words dates are written with, as tables, folded to lower case.

/// Month names in the languages most reports are in, and the English short forms.
#[rustfmt::skip]
pub const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "janvier", "januar", "jänner", "enero", "gennaio", "janeiro", "januari", "января", "январь", "يناير", "جانفي"],
    &["february", "feb", "février", "fevrier", "februar", "febrero", "febbraio", "fevereiro", "februari", "февраля", "февраль", "فبراير", "شباط", "فيفري"],
    &["march", "mar", "mars", "märz", "marzo", "março", "maart", "marts", "марта", "март", "مارس", "آذار"],
    &["april", "apr", "avril", "abril", "aprile", "апреля", "апрель", "أبريل", "ابريل", "إبريل", "نيسان", "أفريل"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj", "мая", "май", "مايو", "أيار", "ايار", "ماي"],
    &["june", "jun", "juin", "juni", "junio", "giugno", "junho", "июня", "июнь", "يونيو", "يونية", "حزيران", "جوان"],
    &["july", "jul", "juillet", "juli", "julio", "luglio", "julho", "июля", "июль", "يوليو", "يولية", "تموز", "جويلية"],
    &["august", "aug", "août", "aout", "agosto", "augustus", "augusti", "августа", "август", "أغسطس", "اغسطس", "آب", "أوت"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre", "settembre", "setembro", "сентября", "сентябрь", "سبتمبر", "أيلول", "ايلول"],
    &["october", "oct", "octobre", "oktober", "octubre", "ottobre", "outubro", "октября", "октябрь", "أكتوبر", "اكتوبر"],
    &["november", "nov", "novembre", "noviembre", "novembro", "ноября", "ноябрь", "نوفمبر"],
    &["december", "dec", "décembre", "decembre", "dezember", "diciembre", "dicembre", "dezembro", "декабря", "декабрь", "ديسمبر"],
];

/// Month names of two words, with the one-word names they stand for.
pub const TWO_WORD_MONTHS: [(&str, &str); 4] =
    [("كانون الثاني", "يناير"), ("كانون الأول", "ديسمبر"), ("تشرين الأول", "أكتوبر"), ("تشرين الثاني", "نوفمبر")];

/// What stands before the date of the report itself, wherever on a line.
#[rustfmt::skip]
pub const DATE_LABELS: &[&str] = &[
    "report date", "date of report", "date of the report", "publication date", "date of publication", "date published",
    "publish date", "issue date", "date of issue", "date issued", "release date", "published on", "published",
    "issued on", "issued", "last updated", "submitted on",
    "veröffentlichungsdatum", "veröffentlicht am", "erscheinungsdatum", "berichtsdatum", "datum des berichts", "stand",
    "abgegeben am", "vorgelegt am",
    "date de publication", "date du rapport", "date de parution", "publié le", "paru en", "publié en",
    "fecha de publicación", "fecha del informe", "publicado el", "publicado en",
    "data de publicação", "data do relatório", "publicado em", "data di pubblicazione",
    "дата публикации", "дата отчета", "дата отчёта", "опубликовано", "дата издания",
    "تاريخ النشر", "تاريخ التقرير", "تاريخ الإصدار",
];

/// Labels that are the report's date only at the start of a line of the first page.
pub const LINE_LABELS: &[&str] = &["date", "datum", "fecha", "data", "дата", "التاريخ"];

/// Words of a time of day: something happened then.
pub const TIME_WORDS: [&str; 6] = ["time", "uhrzeit", "uhr", "heure", "hora", "orario"];
