//! Words by which names of organisations are told from names of people and from titles, as tables, folded to lower case
//! and without accents.

/// Words only the names of organisations hold.
#[rustfmt::skip]
pub const ORGANISATION_WORDS: &[&str] = &[
    "department", "dept", "ministry", "office", "institute", "institut", "institution", "university", "universitat",
    "universite", "universidad", "college", "school", "commission", "committee", "council", "agency", "administration",
    "authority", "bureau", "board", "bank", "fund", "foundation", "association", "society", "centre", "center",
    "service", "services", "group", "team", "program", "programme", "organization", "organisation", "corporation",
    "company", "union", "federation", "network", "nations", "division", "project", "government", "secretariat",
    "directorate", "observatory", "forum", "alliance", "trust", "laboratory", "laboratories", "academy", "chamber",
    "parliament", "senate", "treasury", "publishers", "press",
    "ministerium", "bundesministerium", "umweltministerium", "bundesamt", "umweltbundesamt", "landesamt", "behorde",
    "stiftung", "verein", "verband", "gesellschaft", "hochschule", "fachhochschule", "zentrum", "akademie", "bundesanstalt",
    "ministere", "agence", "centre", "conseil", "commission", "fondation", "observatoire", "direction", "laboratoire",
    "gouvernement", "universites", "banque", "societe",
    "ministerio", "agencia", "instituto", "consejo", "comision", "fundacion", "asociacion", "secretaria", "direccion",
    "centro", "observatorio", "oficina", "gobierno", "comite", "banco", "sociedad",
    "agencia", "universidade", "conselho", "comissao", "fundacao", "associacao", "direcao", "governo", "sociedade",
    "ministero", "agenzia", "istituto", "universita", "consiglio", "commissione", "fondazione", "associazione",
    "министерство", "агентство", "институт", "университет", "комитет", "комиссия", "фонд", "центр", "служба", "совет",
    "академия", "правительство", "банк", "управление", "организация", "общество",
    "وزارة", "مركز", "جامعة", "معهد", "مؤسسة", "هيئة", "منظمة", "جمعية", "مجلس", "لجنة", "بنك", "وكالة", "حكومة",
];

/// What names of organisations that have no spaces between their words end in.
pub const UNSPACED_ENDS: &[&str] = &[
    "省",
    "庁",
    "部",
    "局",
    "会",
    "所",
    "院",
    "大学",
    "機構",
    "協会",
    "センター",
    "委員会",
    "部门",
    "协会",
    "研究院",
    "委员会",
    "부",
    "청",
    "처",
    "원",
    "위원회",
    "연구원",
    "대학교",
    "협회",
];

/// What names of states and their offices begin with.
#[rustfmt::skip]
pub const INSTITUTIONS: &[&str] = &[
    "republic of", "republic", "kingdom of", "federal republic of", "islamic republic of",
    "democratic republic of", "union of", "state of", "government of", "federal government of", "ministry of",
    "department of", "department for", "office of", "commonwealth of", "republique", "royaume", "union des",
    "gouvernement", "ministere", "republique islamique", "republica", "gobierno", "ministerio", "secretaria", "governo",
    "bundesministerium", "ministerium", "bundesrepublik", "repubblica", "ministero", "ministerie",
    "республика", "министерство", "правительство", "جمهورية", "وزارة", "حكومة", "united states",
];

/// What names of offices begin with whatever else they hold.
#[rustfmt::skip]
pub const OFFICES: &[&str] = &[
    "ministry of", "department of", "department for", "office of", "office for", "bureau of", "agency for",
    "institute of", "institute for", "centre for", "center for", "council for", "council of", "forum for", "ministere",
    "direction", "agence", "office", "institut", "observatoire", "conseil", "ministerio", "secretaria", "instituto",
    "agencia", "oficina", "observatorio", "bundesministerium", "ministerium", "bundesamt", "министерство", "институт",
    "центр", "وزارة", "مركز", "معهد", "هيئة",
];

/// Nouns that names of organisations end in, and titles hardly ever do.
#[rustfmt::skip]
pub const HEAD_NOUNS: &[&str] = &[
    "board", "agency", "commission", "authority", "bureau", "administration", "association", "foundation", "institute",
    "university", "committee", "council", "corporation", "ministry", "department",
];

/// What documents are called: a name that holds one is a title.
#[rustfmt::skip]
pub const DOCUMENT_WORDS: &[&str] = &[
    "report", "reports", "plan", "contribution", "contributions", "submission", "guide", "handbook", "manual", "study",
    "review", "strategy", "assessment", "evaluation", "convention", "agreement", "circular", "minutes", "communication",
    "proposal", "guidelines", "statement", "information",
    "bericht", "jahresbericht", "abschlussbericht", "studie", "leitfaden", "gutachten", "strategie", "handbuch",
    "rapport", "etude", "bilan", "contributions", "guide", "accord",
    "informe", "estudio", "contribucion", "contribuciones", "guia", "evaluacion", "estrategia", "convenio",
    "relatorio", "estudo", "contribuicao", "plano", "avaliacao", "estrategia",
    "rapporto", "relazione", "studio", "piano",
    "отчет", "отчёт", "доклад", "план", "стратегия", "вклад", "вклады", "исследование", "руководство", "сообщение",
    "تقرير", "خطة", "دراسة", "وثيقة", "استراتيجية", "دليل", "المساهمات", "مساهمة",
];

/// Documents that are never named like an office.
#[rustfmt::skip]
pub const SURELY_DOCUMENTS: &[&str] = &[
    "report", "reports", "plan", "contribution", "contributions", "submission", "bericht", "jahresbericht", "rapport",
    "informe", "contribucion", "relatorio", "отчет", "отчёт", "доклад", "вклад", "вклады", "تقرير",
];

/// Words of a sentence about an organisation, which its name does not hold.
#[rustfmt::skip]
pub const RUNNING_WORDS: &[&str] = &[
    "to", "by", "from", "under", "following", "is", "are", "was", "has", "have", "will", "this", "that", "which", "with",
    "vom", "nach", "durch", "ist", "wird", "par", "selon", "est", "sont", "cette", "por", "segun", "es", "esta",
    "communicated", "submitted", "presented", "contents", "page",
];

/// What names of companies end in.
pub const COMPANY_FORMS: &[&str] =
    &["inc", "ltd", "llc", "llp", "gmbh", "plc", "corp", "corporation", "limited", "sarl", "srl", "bv"];

/// What a series of reports is called: `Working Report 14`.
#[rustfmt::skip]
pub const SERIES_WORDS: &[&str] = &[
    "report", "paper", "papers", "series", "briefing", "bulletin", "circular", "publication", "note", "no", "volume",
    "bericht", "arbeitspapier", "heft", "schriftenreihe", "cahier", "rapport", "document", "documento", "informe", "nota",
    "cuaderno", "relatorio", "выпуск", "доклад", "تقرير",
];

/// Words at the end of a line after which a name goes on in the next.
#[rustfmt::skip]
pub const OPEN_ENDS: &[&str] = &[
    "and", "of", "for", "the", "on", "in", "to", "et", "de", "du", "des", "la", "le", "les", "y", "e", "del", "da", "do",
    "dos", "das", "und", "fur", "der", "die", "von", "и", "по",
];
