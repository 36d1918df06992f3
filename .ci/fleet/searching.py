"""What the node of `quickwit.py` answers to searches: the clauses that Recto sends, on the documents in memory.

A score is the number of words that match: enough to tell whether something is found, not in which order it should be.
"""


class Refused(Exception):
    """What a node would answer with 400."""


def words_of(value) -> list[str]:
    return [word for text in (value if isinstance(value, list) else [value]) for word in str(text).split(" ")]


def values_of(document: dict, field: str) -> list:
    value = document.get(field)
    return [] if value is None else value if isinstance(value, list) else [value]


def has_word(document: dict, field: str, word) -> bool:
    values = values_of(document, field)
    return word in values or any(isinstance(value, str) and word in value.split(" ") for value in values)


def has_phrase(document: dict, field: str, words: list[str], slop: int) -> bool:
    """With slop the words have to stand in order, so much further apart at most."""
    for value in values_of(document, field):
        text = str(value).split(" ")
        for start, word in enumerate(text):
            if word != words[0]:
                continue
            place, left = start, slop
            for wanted in words[1:]:
                window = text[place + 1 : place + 2 + left]
                if wanted not in window:
                    break
                left -= window.index(wanted)
                place += window.index(wanted) + 1
            else:
                return True
    return False


def score(query: dict, document: dict) -> float | None:
    """None if the document does not match."""
    (kind, body), *others = query.items()
    if others:
        raise Refused("more than one query")
    if kind == "match_all":
        return 1.0
    if kind == "match_none":
        return None
    if kind == "bool":
        return bool_score(body, document)
    if kind == "exists":
        return 1.0 if document.get(body["field"]) not in (None, [], "") else None
    (field, asked), *others = body.items()
    if kind == "term":
        return asked.get("boost", 1.0) if has_word(document, field, asked["value"]) else None
    if kind == "terms":
        return 1.0 if any(has_word(document, field, word) for word in asked) else None
    if kind == "match_phrase":
        return 1.0 if has_phrase(document, field, asked["query"].split(" "), asked.get("slop", 0)) else None
    if kind == "prefix":
        values = (word for value in values_of(document, field) for word in words_of(value))
        return 1.0 if any(word.startswith(asked["value"]) for word in values) else None
    if kind == "range":
        within = (value for value in values_of(document, field) if asked.get("gte", value) <= value <= asked.get("lte", value))
        return 1.0 if next(within, None) is not None else None
    raise Refused(f"unknown variant `{kind}`")


def bool_score(body: dict, document: dict) -> float | None:
    must = [score(clause, document) for clause in body.get("must", [])]
    filters = [score(clause, document) for clause in body.get("filter", [])]
    if None in must + filters or any(score(clause, document) is not None for clause in body.get("must_not", [])):
        return None
    should = [found for clause in body.get("should", []) if (found := score(clause, document)) is not None]
    if len(should) < body.get("minimum_should_match", 0 if must or filters else min(1, len(body.get("should", [])))):
        return None
    return float(sum(must) + sum(should))


def search(documents: list[dict], body: dict):
    """Status and body."""
    try:
        found = [(points, document) for document in documents if (points := score(body["query"], document)) is not None]
    except Refused as error:
        return 400, {"status": 400, "error": {"reason": str(error)}}
    keys = body.get("sort", [])
    if len(keys) > 2:
        return 400, {"status": 400, "error": {"reason": "only up to two sort fields supported at the moment."}}

    def sort_of(points, document):
        return [points if key == "_score" else document.get(next(iter(key))) for key in keys]

    def rank(sort):
        descends = (key == "_score" or next(iter(key.values())) == "desc" for key in keys)
        return [(value is None, (-value if down else value) if value is not None else 0) for value, down in zip(sort, descends)]

    hits = sorted(((sort_of(*hit), hit[1]) for hit in found), key=lambda hit: rank(hit[0]))
    if "search_after" in body:
        hits = [hit for hit in hits if rank(hit[0]) > rank(body["search_after"])]
    hits = [{"_source": document, "sort": sort} for sort, document in hits[: body.get("size", 10)]]
    answer = {
        "took": 1,
        "timed_out": False,
        "terminated_early": None,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": len(found), "relation": "eq"}, "hits": hits},
    }
    for name, asked in body.get("aggs", {}).items():
        counts: dict = {}
        for _, document in found:
            for value in set(values_of(document, asked["terms"]["field"])):
                counts.setdefault(value, []).append(document["report_id"])
        ordered = sorted(counts.items(), key=lambda count: -len(count[1]))[: asked["terms"]["size"]]
        buckets = [
            {"key": value, "doc_count": len(reports), "reports": {"value": float(len(set(reports)))}} for value, reports in ordered
        ]
        answer.setdefault("aggregations", {})[name] = {
            "buckets": buckets,
            "sum_other_doc_count": sum(map(len, counts.values())) - sum(bucket["doc_count"] for bucket in buckets),
            "doc_count_error_upper_bound": 0,
        }
    return 200, answer
