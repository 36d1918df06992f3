//! Words by which a sentence advises, as tables, in lower case.

/// Words that advise wherever they stand, in many languages; those that end in `-` are beginnings of words.
#[rustfmt::skip]
pub const ADVISING: &[&str] = &[
    // English
    "should", "must", "ought", "recommend", "recommends", "urge", "urges", "encourage", "encourages",
    // German
    "sollte", "sollten", "soll", "sollen", "muss", "müssen", "müssten", "empfehlen", "empfehle", "empfiehlt",
    // French
    "devrait", "devraient", "doit", "doivent", "devra", "devront", "recommande", "recommandent",
    "recommandons", "préconise", "préconisent", "préconisons", "convient",
    // Spanish, Portuguese, Catalan, Italian
    "debe", "deben", "debería", "deberían", "debiera", "deberá", "deberán", "recomienda", "recomiendan",
    "recomendamos", "recomiéndase", "recomenda", "recomendam", "recomanem", "sugiere",
    "deve", "devem", "deveria", "deveriam", "deverá", "deverão", "hauria", "haurien", "cal",
    "dovrebbe", "dovrebbero", "devono", "dovrà", "dovranno", "raccomanda", "raccomandiamo",
    // Dutch, Swedish, Danish, Norwegian, Finnish
    "moet", "moeten", "zou", "zouden", "dient", "dienen", "beveelt", "bevelen", "bör", "ska", "skall", "bør", "skal", "må",
    "tulee", "tulisi", "pitäisi", "suositellaan", "suosittelemme",
    // Polish, Czech, Slovak, Hungarian, Romanian, Turkish, Indonesian, Vietnamese
    "należy", "powin-", "zaleca", "zalecamy", "rekomenduje", "rekomendujemy", "měl", "měla", "mělo", "měly", "doporučujeme", "doporučuje", "odporúčame", "odporúča", "mal", "mala",
    "kell", "javasoljuk", "ajánljuk", "trebuie", "recomandăm", "recomandă", "gerek-", "öneriyoruz", "önerilir", "perlu", "harus", "nên", "cần",
];

/// Words of English with which an order begins.
#[rustfmt::skip]
pub const ORDERS: &[&str] = &[
    "abolish", "accelerate", "accept", "accredit", "achieve", "acknowledge", "act", "adapt", "add", "address", "adjust",
    "adopt", "advance", "advertise", "advise", "advocate", "agree", "alert", "align", "allocate", "allow", "amend",
    "analyse", "analyze", "apply", "appoint", "apportion", "appraise", "approve", "arbitrate", "archive", "arrange",
    "articulate", "ask", "assess", "assign", "assist", "attract", "audit", "authorise", "authorize", "automate",
    "avoid", "ban", "base", "begin", "benchmark", "bill", "boost", "bridge", "brief", "bring", "broaden", "broker",
    "budget", "build", "calculate", "calibrate", "cancel", "cap", "capture", "carry", "cease", "celebrate",
    "centralise", "centralize", "certify", "chair", "challenge", "champion", "change", "charge", "check", "choose",
    "circulate", "clarify", "clear", "close", "co-design", "co-finance", "co-fund", "co-locate", "co-ordinate",
    "co-produce", "coach", "collaborate", "collect", "combat", "combine", "commence", "commission", "commit",
    "communicate", "compel", "compensate", "compile", "complete", "conclude", "conduct", "confirm", "confront",
    "connect", "conserve", "consider", "consolidate", "consult", "continue", "convene", "coordinate", "correct",
    "counter", "create", "criminalise", "curb", "customise", "cut", "decarbonise", "decarbonize", "decentralise",
    "decentralize", "declare", "decrease", "decriminalise", "deepen", "defend", "defer", "define", "delay", "delegate",
    "deliver", "demonstrate", "deploy", "design", "designate", "deter", "determine", "develop", "devolve", "digitise",
    "digitize", "direct", "disclose", "discontinue", "discourage", "discuss", "disseminate", "distribute", "diversify",
    "document", "double", "draft", "draw", "drop", "earmark", "ease", "educate", "elaborate", "electrify", "eliminate",
    "embed", "empower", "enable", "enact", "encourage", "encrypt", "end", "endorse", "enforce", "engage", "enhance",
    "enrich", "ensure", "equip", "establish", "evaluate", "examine", "exempt", "expand", "expedite", "explain",
    "explore", "extend", "facilitate", "favour", "feed", "fight", "fill", "finalise", "finalize", "finance", "find",
    "finish", "fix", "focus", "follow", "forecast", "formalise", "formalize", "formulate", "fortify", "foster",
    "fully-fund", "fund", "further", "gather", "give", "grant", "guarantee", "halt", "harden", "harmonise", "harmonize",
    "have", "help", "hire", "hold", "honor", "honour", "host", "identify", "implement", "impose", "improve",
    "incentivise", "incentivize", "include", "incorporate", "increase", "induct", "inform", "initiate", "insert",
    "inspect", "install", "institute", "institutionalise", "institutionalize", "instruct", "insulate", "integrate",
    "intensify", "interview", "introduce", "invest", "investigate", "invite", "involve", "issue", "join", "keep",
    "launch", "lead", "learn", "legislate", "lengthen", "let", "leverage", "liaise", "license", "lift", "limit", "link",
    "list", "listen", "localise", "look", "lower", "mainstream", "maintain", "make", "manage", "mandate", "map",
    "maximise", "maximize", "measure", "mediate", "mentor", "merge", "minimise", "minimize", "mitigate", "mobilise",
    "mobilize", "modernise", "modernize", "modify", "monitor", "move", "name", "narrow", "negotiate", "note", "notify",
    "oblige", "observe", "obtain", "offer", "offset", "open", "optimise", "optimize", "organise", "organize", "outline",
    "outsource", "overcome", "overhaul", "oversee", "participate", "partner", "pass", "pay", "penalise", "penalize",
    "perform", "permit", "phase", "phase-out", "pilot", "place", "plan", "plant", "pool", "postpone", "prepare",
    "prescribe", "preserve", "prevent", "prioritise", "prioritize", "procure", "produce", "prohibit", "promote",
    "propose", "protect", "provide", "publicise", "publicize", "publish", "pursue", "put", "raise", "ramp", "ratify",
    "rationalise", "rationalize", "reach", "reaffirm", "reallocate", "rebalance", "recognise", "recognize", "reconcile",
    "reconsider", "record", "recover", "recruit", "rectify", "recycle", "redesign", "redirect", "reduce", "refer",
    "refine", "refocus", "reform", "refurbish", "regard", "register", "rehabilitate", "reimburse", "reinforce",
    "reinstate", "relax", "relocate", "remedy", "remove", "renew", "renovate", "reorganise", "reorient", "repair",
    "repeal", "replace", "replicate", "report", "request", "require", "rescind", "reshape", "reskill", "resolve",
    "respect", "restore", "restrict", "restructure", "resume", "retain", "rethink", "retire", "retrofit", "reuse",
    "revamp", "reverse", "review", "revise", "revisit", "revoke", "reward", "ring-fence", "rotate", "safeguard",
    "sanction", "scale", "scrutinise", "scrutinize", "secure", "seek", "segregate", "select", "send", "separate", "set",
    "settle", "share", "shield", "shift", "shorten", "showcase", "sign", "signpost", "simplify", "simulate", "specify",
    "speed", "spend", "standardise", "standardize", "start", "stay", "stimulate", "stipulate", "stop", "streamline",
    "strengthen", "study", "subcontract", "submit", "subsidise", "supply", "support", "survey", "suspend", "sustain",
    "tackle", "tailor", "take", "target", "tax", "teach", "tender", "test", "tie", "tighten", "trace", "track", "train",
    "transfer", "transform", "translate", "treat", "undertake", "update", "upgrade", "uphold", "upskill", "use",
    "utilise", "utilize", "validate", "verify", "waive", "warn", "weigh", "widen", "withdraw", "work", "write",
];

/// Words between the start of an item and the verb that it orders with.
#[rustfmt::skip]
pub const BEFORE_ORDERS: &[&str] = &["that", "to", "also", "and", "further", "urgently", "immediately", "fully", "formally", "continue", "actively"];
