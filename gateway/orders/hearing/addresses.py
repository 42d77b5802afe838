"""Where the food goes: addresses out of what was said, with their numbers in digits as a driver reads them.

Rules kept here: without having been asked, only words that lead to an address and hold a number or a kind of street
are one; an address ends where the turn goes on with something else; nothing is looked up or corrected.
"""

import re
from collections.abc import Sequence

from gateway.orders.hearing.acts import fulfilment
from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.numbers import read_number
from gateway.orders.hearing.times import find_time
from gateway.orders.hearing.written_words import WrittenWord, index_at, joined, titled, written_words
from gateway.orders.intent import Span, Topic

MAX_ADDRESS_WORDS = 25

_LEAD = re.compile(
    r"\b(?:deliver(?:y|ed|ing)?(?: (?:it|that|this|them|everything|is|for))? to|deliver(?:ed"
    r"|ing)?(?: \w+){1,5}? (?P<to>to)|(?:my |the |our )?address (?:is|would be)|(?:i|we) live (?:at|on|in)"
    r"|(?P<weak>(?:it's|it is|i'm|i am|we're|we are) (?:at|on|going to))|(?:bring|send) (?:it|that|them) to"
    r"|(?:entrega|entregue|mand|envi|lleve)\w* (?:a|en)|(?:mi |la )?direccion es|domicilio (?:en|a|es)"
    r"|viv(?:o|imos) en)(?: (?:el|la|los|las))?(?= )"
)
# Without any of these, in whatever spelling, no address was led to: most turns need no closer look.
_HINT = re.compile(
    r"deliver|address|live|bring|send|entr|mand|env|llev|direcc|domicil|vivo|vivimos|(?:s|m|re|is|am) (?:at|on"
    r"|going) ",
    re.IGNORECASE,
)
_ANSWER_LEADS_WORDS = (
    "yes yeah sure ok okay um uh it's it is to at the address my is es en so that's that would be i live on we're "
    "i'm si la direccion mi claro pues deliver"
)
_ANSWER_LEADS = frozenset(_ANSWER_LEADS_WORDS.split())
_STREETS_WORDS = (
    "street st road rd avenue ave drive dr lane ln boulevard blvd court ct place pl way square parkway pkwy "
    "highway hwy terrace circle trail calle avenida av carrera camino plaza paseo calzada bulevar"
)
_STREETS = frozenset(_STREETS_WORDS.split())
_SHORT_WORDS = "st ave rd dr ln blvd ct pl apt no av hwy pkwy ste"
_SHORT = frozenset(_SHORT_WORDS.split())  # a full stop after these ends nothing
_ENDS = re.compile(
    r"(?: and (?:my|can|could|i|a|an|also|then|the name|we|please|that's|add|put|get|give)\b| (?:please|thanks"
    r"|thank you|por favor|gracias)\b| (?:my name|the name|name is|under the name|a nombre de|me llamo)\b| (?:for"
    r"|para) (?!\d)| can i\b| i'd\b| that's\b| y (?:mi|un|una|quiero)\b)"
)
_TENS = {word: value for value, words in enumerate(
    ("twenty veinte", "thirty treinta", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
    for word in words.split()}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
             "ninth": 9}  # fmt: skip
_NO_PLACE_WORDS = "let me check hold wait know sure moment you what told i he she why"
_NO_PLACES = frozenset(_NO_PLACE_WORDS.split())
_HUNDREDS_ES = {"cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400,
                "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800,
                "novecientos": 900}  # fmt: skip
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}


def said_address(text: str, asked: Topic | None) -> tuple[str, Span] | None:
    """Where to deliver, as it was said, numbers in digits, and where that stands with the words that lead to it.

    Args:
        text: what was said.
        asked: what the agent asked last.

    Returns:
        The address and its offsets; None when nothing of the kind was said.
    """
    if asked != "address" and _HINT.search(text) is None:
        return None
    words = written_words(text)
    plain = joined(words)
    for lead in _LEAD.finditer(plain):
        kept = _until_its_end(words[index_at(plain, lead.end()) + 1 :], text)
        if lead["weak"] is not None and not any(word.word in _STREETS for word in kept):
            continue  # "I'm on the phone, so one large coffee"
        if _shows_a_place(kept):
            # of "deliver two cokes to" the cokes are no part of it
            first = lead.start() if lead["to"] is None else lead.start("to")
            return _in_digits(kept), (words[index_at(plain, first)].start, kept[-1].end)
    if asked != "address":
        return None
    rest = list(words)
    while rest and (rest[0].is_mark or rest[0].word in _ANSWER_LEADS):
        del rest[0]
    kept = _until_its_end(rest, text)
    described = any(word.word not in COMMON for word in kept) and fulfilment(text) != "pickup"
    described = described and not any(word.word in _NO_PLACES for word in kept)
    if not (len(kept) >= 2 and (_shows_a_place(kept) or described)):
        return None
    return _in_digits(kept), (words[0].start, kept[-1].end)


def _until_its_end(words: Sequence[WrittenWord], text: str) -> list[WrittenWord]:
    """The words up to where the turn goes on with something else, without punctuation."""
    said = find_time(text)
    times = () if said is None else said.spans
    ends = _ENDS.search(f" {joined(words)}")
    last = len(words) if ends is None else index_at(f" {joined(words)}", ends.start() + 1) - 1
    kept: list[WrittenWord] = []
    for at, word in enumerate(words[:last]):
        if any(start <= word.start < end for start, end in times):
            break
        if word.word in ".!?;" and not (at and words[at - 1].word in _SHORT):
            break
        if not word.is_mark:
            kept.append(word)
    return kept[:MAX_ADDRESS_WORDS]


def _shows_a_place(words: Sequence[WrittenWord]) -> bool:
    """Whether there is a number or a kind of street, so that "my house" and "work" are no addresses."""
    numbered = any(read_number([word.word], 0) is not None or word.word[0].isdigit() for word in words)
    return len(words) >= 2 and (numbered or any(word.word in _STREETS for word in words))


def _in_digits(words: Sequence[WrittenWord]) -> str:
    """The address as it is written: "twelve elm street apartment three" is 12 Elm Street Apartment 3."""
    folded = [word.word for word in words]
    parts: list[str] = []
    at, in_number = 0, False
    while at < len(words):
        digits, used = _number_at(folded, at, in_number)
        if used:
            if in_number and digits.isdigit():
                parts[-1] += digits  # "one twenty three" is 123, "four oh five" 405
            else:
                parts.append(digits)
            in_number = digits.isdigit()
            at += used
            continue
        if len(folded[at]) == 1 and folded[at].isalpha() and in_number:
            parts[-1] += folded[at].upper()  # "four b"
        else:
            parts.append(titled(words[at].written))
        at, in_number = at + 1, False
    return " ".join(parts)


def _number_at(words: Sequence[str], at: int, in_number: bool) -> tuple[str, int]:
    """(digits, words used) of a number said in words at this place; ("", 0) without one."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _TENS and following in _ORDINALS:
        ones = _ORDINALS[following]
        return f"{_TENS[word] * 10 + ones}{_SUFFIXES.get(ones, 'th')}", 2
    if in_number and word in {"oh", "o"}:
        return "0", 1
    if word[0].isdigit():
        return (word, 1) if word.isdigit() and (not in_number or len(word) == 1) else ("", 0)
    if word in _HUNDREDS_ES:
        rest = read_number(words, at + 1) if following else None
        fits = rest is not None and rest[0] < 100
        return (str(_HUNDREDS_ES[word] + rest[0]), 1 + rest[1]) if rest and fits else (str(_HUNDREDS_ES[word]), 1)
    found = None if word in {"a", "an", "un", "una", "couple", "dozen", "half"} else read_number(words, at)
    if found is None:
        return "", 0
    value, used = found
    return str(value), used
