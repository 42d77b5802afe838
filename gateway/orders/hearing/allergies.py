"""What callers say they must not eat: "I'm allergic to peanuts", "mi hijo es alérgico a los mariscos".

Rules kept here: the caller's own words are kept, for the ticket and the read-back; a wish ("no nuts on the salad") is
no allergy, and a question about allergies declares none; what was found stands in a known place, so that parsing can
pass over it and nobody is served what they just said they are allergic to.
"""

import re
from collections.abc import Iterable

from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.tokens import fold
from gateway.orders.intent import Span

MOST = 12
_DENIED_WITHIN = 40  # letters

# Without any of these, in whatever spelling, nothing is said of allergies: most turns need no closer look.
_HINT = re.compile(
    r"al.{1,3}rg|intoler|c.{1,3}l.{1,2}ac|free|can.?t|cannot|can not|must|allowed|puede|puedo|podemos|toler|que ser",
    re.IGNORECASE | re.DOTALL,
)
_KNOWN = (
    r"(?:tree nuts?|frutos secos|pine nuts?|peanuts?|nuts?|almonds?|cashews?|walnuts?|hazelnuts?|pecans?|pistachios?"
    r"|coconuts?|dairy|milk|lactose|cheese|eggs?|soya?|soja|wheat|gluten|fish|shellfish|seafood|shrimps?|prawns?"
    r"|crab|lobster|sesame(?: seeds?)?|mustard|celery|lupin|strawberr(?:y|ies)|garlic|onions?|tomatoe?s?|corn|pork"
    r"|beef|mushrooms?|msg|sulfites?|sulphites?|cacahuates?|cacahuetes?|mani|nuez|nueces|almendras?|leche|lacteos?"
    r"|lactosa|huevos?|trigo|pescado|mariscos?|camaron(?:es)?|sesamo|ajonjoli|fresas?|ajo|cebolla)(?![\w'])"
)
_ARTICLES = r"(?:(?:the|any|all|all kinds of|every kind of|el|la|los|las|a|al|cualquier) )*"
_AND = r"(?:,? (?:and|or|y|e|o|ni|or to|and to) |, )"
_LIST = re.compile(rf"{_ARTICLES}({_KNOWN})(?:{_AND}{_ARTICLES}{_KNOWN})*")
_ONE = re.compile(_KNOWN)
_ANYTHING = re.compile(rf"{_ARTICLES}([a-z][a-z'-]+)(?: ([a-z][a-z'-]+))?")
_NEXT = re.compile(r" (?:and|or|y|o) (?:to )?(?:the |el |la |los |las )?([a-z][a-z'-]+)(?=\W*$|[,.;!?])")

# After these a list follows; it may name anything.
_TO = re.compile(
    r"\b(?:allergic to|allergic reactions? to|allergy to|allergies to|intolerant (?:to|of)|intolerance (?:to|of)"
    r"|(?:(?:soy|es|somos|son) (?:muy )?)?(?:alergic[oa]s?|alergias?|intolerante?s?|intolerancia) al?) "
)
# After these it has to name something that people are allergic to: "I can't eat it all" is no allergy.
_NOT_EAT = re.compile(
    r"\b(?:(?:can'?t|cannot|can not|must not|mustn'?t|not allowed to) (?:eat|have|tolerate|take)|no (?:puedo|puede"
    r"|podemos) (?:comer|tomar)|no tolero|no tolera)(?= )"
)
_NOT_ONLY_HERE = re.compile(r" (?:on|in|with|right now|today|tonight|for|yet|sobre|en|con|hoy)\b")
_BEFORE = re.compile(
    rf"(?:(?:an?|the|really|very|bad|severe|serious|strong|has|have) )*((?:{_KNOWN}(?:{_AND}))*(?:{_KNOWN}"
    rf"|[a-z][a-z'-]+))[ -](?:allerg(?:y|ies)|intoleran(?:t|ce))\b"
)
_MUST_BE_FREE = re.compile(
    rf"\b(?:(?:has|have|needs?|got) to be|must be|tiene que ser) (?:completely |totally )?(?:({_KNOWN})[ -]free\b"
    rf"|sin ({_KNOWN}))"
)
_CELIAC = re.compile(
    r"\b(?:i'?m|we'?re|he'?s|she'?s|they'?re|i am|is|are|soy|es|somos|son|has|have|with|tengo|tiene"
    r"|being) (?:an? )?(co?eliac|celiac[oa]s?)\b"
)
_WITHOUT = re.compile(rf"\b(?:no|without|sin) ({_KNOWN})")
_DENIED = re.compile(
    r"\b(?:not|isn'?t|aren'?t|never|no (?:soy|es|somos)|don'?t have(?: any| an)?|no tengo|sin|no) (?:\w+ )?$"
)
_NO_ALLERGEN_WORDS = (
    "anything nothing nada something it that this them any food foods no my your known other ask allergy about "
    "for latex penicillin an of with and or bad severe serious any some"
)
_NO_ALLERGEN = frozenset(_NO_ALLERGEN_WORDS.split())


def find_allergies(text: str) -> tuple[str, ...]:
    """What the caller, or somebody with them, must not eat, each in the words used (folded), in the order said."""
    if _HINT.search(text) is None:
        return ()
    return tuple(dict.fromkeys(name for name, _ in _found(fold(text)[0])))[:MOST]


def allergy_spans(text: str) -> tuple[Span, ...]:
    """Where the text speaks of allergies, as offsets; "no dairy" beside one is left to be taken as a wish, too."""
    if _HINT.search(text) is None:
        return ()
    words, places = fold(text)
    spans = dict.fromkeys(span for _, span in _found(words) if span is not None)
    return tuple((places[start], places[end - 1] + 1) for start, end in spans)


def without_spans(text: str, spans: Iterable[Span]) -> str:
    """The text of the same length with a pause in place of what stands at these offsets."""
    for start, end in spans:
        text = text[:start] + ",".ljust(end - start) + text[end:]
    return text


def _found(words: str) -> list[tuple[str, Span | None]]:
    """(name, where the phrase stands) for everything declared."""
    found: list[tuple[str, Span | None]] = []
    for match in _TO.finditer(words):
        if not _denied(words, match.start()):
            found += _list_after(words, match.start(), match.end())
    for match in _NOT_EAT.finditer(words):
        known = _LIST.match(words, match.end() + 1)
        if known is not None and not _NOT_ONLY_HERE.match(words, known.end()):
            found += _each(known, match.start())
    for match in _BEFORE.finditer(words):
        names = _ONE.findall(match[1]) or [match[1]]
        if not _denied(words, match.start()) and names[0] not in _NO_ALLERGEN | COMMON:
            found += [(name, match.span()) for name in names]
    found += [(match[1] or match[2], match.span()) for match in _MUST_BE_FREE.finditer(words)]
    found += [(match[1], match.span()) for match in _CELIAC.finditer(words) if not _denied(words, match.start())]
    if found:
        found += [(match[1], None) for match in _WITHOUT.finditer(words)]
    return found


def _denied(words: str, at: int) -> bool:
    """Whether the words before a place take back what follows: "I have no", "I'm not"."""
    return _DENIED.search(words[max(0, at - _DENIED_WITHIN) : at]) is not None


def _list_after(words: str, start: int, at: int) -> list[tuple[str, Span | None]]:
    """What follows "allergic to": things that people are allergic to, or one or two words of any kind."""
    known = _LIST.match(words, at)
    if known is not None:
        return _each(known, start)
    match = _ANYTHING.match(words, at)
    if match is None or match[1] in COMMON | _NO_ALLERGEN:
        return []
    name, end = match[1], match.end(1)
    if match[2] is not None and match[2] not in COMMON | _NO_ALLERGEN:
        name, end = f"{match[1]} {match[2]}", match.end(2)
    following = _NEXT.match(words, end)
    if following is None or following[1] in COMMON:
        return [(name, (start, end))]
    return [(name, (start, following.end())), (following[1], (start, following.end()))]


def _each(known: re.Match[str], start: int) -> list[tuple[str, Span | None]]:
    return [(match.group(), (start, known.end())) for match in _ONE.finditer(known.group())]
