//! The words that announce recommendations, as tables, in lower case.

/// What a heading calls them.
#[rustfmt::skip]
pub const NOUNS: &[&str] = &[
    "recommendation", "recommendations", "empfehlung", "empfehlungen", "handlungsempfehlung", "handlungsempfehlungen",
    "politikempfehlungen", "handlungsvorschläge", "recommandation", "recommandations", "préconisations", "preconisations",
    "recomendación", "recomendacion", "recomendaciones", "recomendação", "recomendações", "recomendacoes",
    "raccomandazione", "raccomandazioni", "recomanacions", "aanbeveling", "aanbevelingen", "beleidsaanbevelingen",
    "rekommendation", "rekommendationer", "anbefaling", "anbefalinger", "anbefalingar", "suositus", "suositukset",
    "rekomendacja", "rekomendacje", "zalecenia", "doporučení", "odporúčania", "ajánlások", "recomandări", "preporuke",
    "рекомендации", "рекомендації", "συστάσεις", "öneriler", "التوصيات", "توصيات", "המלצות", "پیشنهادها", "توصیه‌ها", "提言",
    "勧告", "推奨事項", "建议", "政策建议", "對策建議", "建議", "권고", "권고사항", "제언", "정책제언", "rekomendasi",
];

/// Nouns with further words, and such as are also words for something else: the whole heading.
#[rustfmt::skip]
pub const HEADINGS: &[&str] = &["saran", "khuyến nghị", "kiến nghị", "liste des propositions", "nos propositions", "what we recommend", "we recommend"];

/// Words beside the noun that leave the recommendations the report's own.
#[rustfmt::skip]
pub const COMPANIONS: &[&str] = &[
    "our", "the", "key", "main", "major", "policy", "principal", "top", "core", "overall", "overarching", "general",
    "specific", "strategic", "detailed", "final", "priority", "concrete", "practical", "proposed", "technical",
    "additional", "further", "new", "safety", "audit", "summary", "list", "of", "full", "a", "and", "or", "with", "for",
    "action", "actions", "executive", "next", "steps", "conclusion", "conclusions", "concluding", "remarks", "finding",
    "findings", "discussion", "lessons", "learned", "learnt", "observations", "analysis", "report", "committee",
    "committee's", "panel", "panel's", "commission", "commission's", "review", "inquiry", "evaluation", "board", "team's",
    "authors", "way", "forward", "implications", "reform", "change", "research", "future", "legislative", "matters",
    "consolidated", "overview", "complete", "issued", "summarised", "summarized", "s", "evaluator's",
    // German
    "unsere", "der", "die", "zentrale", "zusammenfassung", "übersicht", "liste", "schlussfolgerung", "schlussfolgerungen",
    "fazit", "und", "konkrete", "allgemeine", "strategische", "politische", "zusammenfassende", "ausblick", "weitere",
    // French
    "nos", "les", "des", "principales", "synthèse", "synthese", "liste", "récapitulatif", "recapitulatif", "tableau", "conclusion", "et",
    "constats", "perspectives", "de", "du", "rapport", "la", "mission", "générales", "stratégiques", "sécurité",
    // Spanish, Portuguese, Catalan, Italian
    "principales", "principais", "principali", "conclusiones", "conclusión", "y", "lista", "resumen", "las", "generales",
    "específicas", "conclusões", "conclusão", "e", "das", "as", "lecciones", "aprendidas", "hallazgos", "conclusioni",
    "conclusione", "sintesi", "delle", "i", "le",
    // Dutch and the North
    "conclusies", "en", "conclusie", "onze", "slutsatser", "och", "konklusioner", "og", "konklusjoner", "johtopäätökset", "ja",
    // Polish, Czech, Slovak, Hungarian, Romanian, Russian, Ukrainian
    "wnioski", "i", "závěry", "závery", "és", "következtetések", "concluzii", "și", "выводы", "и", "висновки", "та", "și",
];

/// Words beside the noun with which the list under a heading holds findings as well.
#[rustfmt::skip]
pub const MIXING: &[&str] = &[
    "conclusion", "conclusions", "finding", "findings", "discussion", "lessons", "observations", "analysis", "concluding",
    "schlussfolgerung", "schlussfolgerungen", "fazit", "ausblick", "constats", "perspectives", "conclusiones", "conclusión",
    "conclusões", "conclusão", "lecciones", "hallazgos", "conclusioni", "conclusione", "conclusies", "conclusie", "slutsatser",
    "konklusioner", "konklusjoner", "johtopäätökset", "wnioski", "závěry", "závery", "következtetések", "concluzii",
    "выводы", "висновки", "implications", "remarks", "next", "way",
];

/// Words of a heading that give a list in short which stands at length elsewhere.
pub const SHORTENING: &[&str] = &[
    "summary",
    "list",
    "key",
    "main",
    "consolidated",
    "overview",
    "zusammenfassung",
    "übersicht",
    "liste",
    "synthèse",
    "récapitulatif",
    "principales",
    "resumen",
    "lista",
    "sintesi",
    "principali",
    "principais",
];

/// Words that, after the noun, name those whom recommendations are for.
pub const ADDRESSING: &[&str] = &[
    "to",
    "for",
    "on",
    "für",
    "an",
    "zu",
    "zur",
    "zum",
    "pour",
    "aux",
    "au",
    "à",
    "relatives",
    "para",
    "a",
    "al",
    "sobre",
    "per",
    "ai",
    "till",
    "til",
    "voor",
];

/// What stands before the number in a heading.
pub const PARTS: &[&str] = &[
    "box",
    "chapter",
    "part",
    "section",
    "annex",
    "appendix",
    "kapitel",
    "teil",
    "abschnitt",
    "kasten",
    "chapitre",
    "partie",
    "encadré",
    "capítulo",
    "parte",
    "recuadro",
    "capitolo",
];

/// Words that make what stands under a heading somebody else's recommendations, or old ones.
#[rustfmt::skip]
pub const OF_OTHERS: &[&str] = &[
    "previous", "previously", "prior", "earlier", "past", "outstanding", "open", "existing", "former", "progress", "status",
    "follow-up", "followup", "follow", "implementation", "implemented", "response", "responses", "reply", "accepted", "update",
    "others", "umsetzungsstand", "umsetzung", "stellungnahme", "bisherige", "frühere", "suivi", "suites", "réponse", "réponses",
    "seguimiento", "respuesta", "anteriores", "precedenti",
];

/// Bodies that speak of themselves by these words when they recommend.
#[rustfmt::skip]
pub const BODIES: &[&str] = &[
    "we", "it", "committee", "subcommittee", "sub-committee", "board", "panel", "inquiry", "commission", "auditor", "auditors",
    "office", "oig", "gao", "review", "report", "study", "paper", "evaluation", "audit", "group", "council", "force", "team",
    "mission", "authors", "author", "ombudsman", "assessment", "commissioner", "ntsb", "i", "therefore", "also", "further",
    "officers", "is", "are", "that", "thus", "hence", "strongly", "brief",
];

/// What a sentence that ends in a colon holds if its list is one of recommendations.
#[rustfmt::skip]
pub const ANNOUNCING: &[&str] = &[
    "following recommendations", "following new safety recommendations", "following safety recommendations",
    "recommendations are", "recommendations:", "recommendations as follows", "wir empfehlen", "empfehlen wir",
    "empfiehlt", "folgende empfehlungen", "folgenden empfehlungen", "wird empfohlen", "recommandons", "recommande",
    "recommandations suivantes", "préconise", "préconisons", "recomendamos", "recomienda", "siguientes recomendaciones",
    "recomenda:", "recomenda-se", "recomenda que", "seguintes recomendações", "raccomanda", "raccomandiamo",
    "seguenti raccomandazioni", "beveelt", "bevelen wij", "volgende aanbevelingen", "rekommenderar",
    "följande rekommendationer", "anbefaler", "følgende anbefalinger", "suosittelemme", "rekomenduje", "zaleca się",
    "doporučujeme", "doporučuje", "javasoljuk", "recomandăm", "рекомендуем", "рекомендует", "рекомендуется",
    "следующие рекомендации", "рекомендуємо", "συνιστούμε", "öneriyoruz", "نوصي", "يوصي", "توصي", "以下を提言", "次のとおり提言",
    "勧告する", "建议如下", "提出以下建议", "다음과 같이 권고",
];

/// Labels before the number of a recommendation.
#[rustfmt::skip]
pub const LABELS: &[&str] = &[
    "recommendation", "rec", "empfehlung", "handlungsempfehlung", "recommandation", "préconisation", "recomendación",
    "recomendação", "raccomandazione", "aanbeveling", "rekommendation", "anbefaling", "suositus", "rekomendacja",
    "doporučení", "рекомендация", "التوصية", "توصية",
];

/// Labels that other things bear as well, unless they are numbered with "n°".
pub const LABELS_WITH_NUMERO: &[&str] = &["proposition", "propuesta", "proposta"];

/// Words before a label.
pub const BEFORE_LABELS: &[&str] = &["safety", "key", "policy", "strategic", "priority", "new", "audit", "overall"];

/// Numbers written out after a label.
pub const NUMERALS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Beginnings of lines after a recommendation that others made.
pub const ANSWERS: &[&str] = &[
    "implemented",
    "not implemented",
    "partially implemented",
    "partly implemented",
    "fully implemented",
    "in progress",
    "completed",
    "closed",
    "status",
    "government response",
    "government’s response",
    "council response",
    "response:",
    "cabinet response",
    "accepted",
    "not accepted",
    "partially accepted",
    "action taken",
    "progress",
    "update",
];
