"""What a caller is doing with their words, apart from naming food: agreeing, asking, leaving, saying who they are.

Patterns over folded text (lower case, no accents), English and Spanish. Pure functions; each looks at one utterance.
"""

import re
from collections.abc import Mapping
from typing import Literal

from gateway.orders.intent import Assent, IntentName
from gateway.orders.tokens import fold

_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|ya|yah|correct|right|perfect|exactly|absolutely|definitely|sure|ok|okay|fine|great|good"
    r"|please do|go ahead|go for it|place it|uh huh|mm ?hm+|mhm+|of course|that works|confirmed?|all set|that'?s it"
    r"|si|claro|correcto|perfecto|vale|dale|de acuerdo|esta bien|asi es|exacto|por supuesto|bueno)\b"
)
_KINDLY_NO = re.compile(
    r"\bno,? (?:problem\w*|worries|that'?s (?:right|fine|correct|good|perfect|great|it|all|everything)"
    r"|it'?s (?:right|fine|correct|good|perfect|great)|changes|esta bien)\b"
)
_NOT_MORE = re.compile(r"\b(?:not yet|not quite|not right|isn'?t right|not correct|not what|that'?s not|is not)\b")
_NO = re.compile(
    r"\b(?:no|nope|nah|wrong|incorrect|mistake|hold on|wait|stop|actually|change|instead|don'?t|do not|except|remove"
    r"|take (?:\w+ ){0,4}off|cancel|make (?:it|that|the)|without|negative|forget|missing|mal|quita\w*|cambi\w*|sin"
    r"|incorrecto|espera)\b"
)
_AND_MORE = re.compile(
    r"\b(?:also|add|plus|but|another|one more|extra|tambien|ademas|pero|otr[oa])\b"
    r"|\b(?:and|y) (?:a|an|some|the|one|two|three|four|five|six|\d+|un|una|dos|tres|can|could|i|put|give|get|make)\b"
)
_LEADING_YES = re.compile(rf"^(?:oh |um |uh |well |hi |hello |hey )*(?:{_YES.pattern})")
_LEADING_NO = re.compile(
    r"^(?:oh |um |uh |well )*(?:no|nope|nah|not really|don'?t|start over|start fresh|new order|a new one|forget it)\b"
)

_PERSON = (
    r"(?:person|human|manager|someone real|real someone|representative|operator|somebody|staff|supervisor|boss|agent"
    r"|employee|persona|gerente|encargad[oa]|humano|alguien)"
)
_ACTS: tuple[tuple[IntentName, re.Pattern[str]], ...] = (
    (
        "transfer",
        re.compile(
            rf"\b(?:(?:speak|talk|speaking|talking|transfer|connect|put|get|want|give|hablar|need|have|pasa\w*|hable)\b"
            rf".{{0,30}}\b{_PERSON}|{_PERSON} please|(?:real|actual|live) (?:person|human|one)|manager|someone else)\b"
            rf"|^(?:a )?{_PERSON}\b"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"\bcancel (?:(?:my|the|this|that|whole|entire|it|all|of) ?)*(?:order|everything|it|all)?$"
            r"|\b(?:forget|cancel|scrap) (?:about )?(?:the whole|my whole|the|my|this) (?:thing|order)\b"
            r"|\bdon'?t want (?:anything|to order)\b|\bcancela\w* (?:todo|el pedido|mi pedido)\b"
        ),
    ),
    (
        "ask_allergen",
        re.compile(
            r"\ballerg\w+|\balergi\w+|\bceliac\b"
            r"|\b(?:does|do|is|are|has|have)\b.{0,40}\b(?:contain|gluten|dairy|lactose|nuts?|peanuts?|eggs?"
            r"|soy|shellfish|vegan|vegetarian|halal|kosher)\b"
        ),
    ),
    (
        "ask_price",
        re.compile(r"\bhow much\b|\bprices?\b|\bwhat (?:does|do|is|would|will)\b.*\bcosts?\b|\bcuanto\b|\bprecio"),
    ),
    (
        "ask_hours",
        re.compile(
            r"\bwhat time\b|\b(?:your|opening) hours\b|\bhow late\b|\bhow long\b|\bwhen (?:do|are|will)\b"
            r"|\bare you (?:still )?open\b|\bhorario|\ba que hora\b"
        ),
    ),
    (
        "repeat",
        re.compile(
            r"\b(?:repeat|say (?:that|it) again|come again|pardon|didn'?t (?:hear|catch|get)|what did you say"
            r"|read (?:it|that|my order|the order) back|what do i have|what'?s (?:in )?my order|excuse me|repit\w*"
            r"|como dijo)\b|^(?:what|huh|sorry)$"
        ),
    ),
    (
        "ask_menu",
        re.compile(
            r"\bwhat(?:'s| is| are| do| can)\b(?! i want)(?! i have)(?! the total)"
            r"|\bwhat (?:kind|sort|type)s?\b|\bwhat have you\b"
            r"|\b(?:what|which) (?:\w+ ){1,2}(?:do you|are there|can i)\b|\bdo you (?:have|sell|carry|serve|do|got)\b"
            r"|\bhave you got\b|\b(?:the|your|a) menu\b|\bis there (?:a|an|any)\b|\bare there any\b"
            r"|\bque (?:hay|tiene\w*|pizzas|tipos)\b|\bcarta\b|\brecommend\b|\boptions\b"
        ),
    ),
)  # fmt: skip
_DONE = re.compile(
    r"\b(?:that'?s (?:it|all|everything|about it)|that is (?:it|all|everything)|that(?:'ll| will) be (?:it|all)"
    r"|nothing(?: else| more)?"
    r"|(?:i'?m|we'?re|all) (?:done|good|set)|^done|no more"
    r"|that does it|eso es todo|nada mas|es todo|seria todo|ya es todo)\b"
)
_GREETING = re.compile(r"^(?:hi|hello|hey|good (?:morning|afternoon|evening)|hola|buen[oa]s\b.*)\b")
_SPANISH = re.compile(
    r"\b(?:espanol|quiero|quisiera|puedo|hola|gracias|por favor|buenas|buenos|una|con|seguir|hablar|para"
    r"|eso es|tiene\w*)\b"
)
_ENGLISH = re.compile(r"\b(?:the|and|with|please|want|would|can|i|is|yes|that'?s|of|order)\b")
_SPEAKS_SPANISH = re.compile(r"\b(?:en|habla\w*) espanol\b|\bin spanish\b|\bspeak spanish\b")

_PICKUP = re.compile(
    r"\b(?:pick ?-?up|pick(?:ing)? (?:it|that|this|them) up|picking up|carry ?-?out|take ?-?(?:out|away)|to go"
    r"|i'?ll come (?:get|by|in)|collect(?:ing|ion)?|recog\w+|para llevar|paso por)\b"
)
_DELIVERY = re.compile(r"\b(?:deliver(?:y|ed|ing)?|bring it|entrega\w*|a domicilio|domicilio|envi\w+)\b")


def folded(text: str) -> str:
    """The text as the patterns want it: lower case, no accents, single spaces, only inner punctuation."""
    plain, _ = fold(text)
    return re.sub(r"\s+", " ", re.sub(r"[^\w' ]+", " ", plain)).strip()


def assent(text: str, language: str | None = None) -> Assent:
    """The caller's answer to a read-back, on its own: "yes" only for a yes without a change in it.

    "yeah that's right" and "sí" are yes; "no, make it a small" is no; "yes, and a Coke" is unclear, because what was
    read back is not what is wanted. `language` is the transcript's, if known; words of both languages count anyway.
    """
    words = _KINDLY_NO.sub(" right ", folded(text))
    if _NOT_MORE.search(words) or _NO.search(words):
        return "no"
    if not _YES.search(words):
        return "unclear"
    return "unclear" if _AND_MORE.search(words) else "yes"


def leading_assent(text: str) -> Assent:
    """How an answer begins: "yes, and a Coke" is a yes to the question that was asked, whatever else it is."""
    words = _KINDLY_NO.sub(" right ", folded(text)).strip()
    if _LEADING_NO.search(words):
        return "no"
    return "yes" if _LEADING_YES.search(words) else "unclear"


def act(text: str) -> IntentName | None:
    """The act that the words name, if they name one: asking, leaving, wanting a person."""
    words = folded(text)
    return next((name for name, pattern in _ACTS if pattern.search(words)), None)


def is_done(text: str) -> bool:
    """Whether the caller wants nothing more."""
    return bool(_DONE.search(folded(text)))


def is_greeting(text: str) -> bool:
    """Whether the words only greet."""
    return bool(_GREETING.search(folded(text)))


def spoken_language(text: str) -> Literal["en", "es"] | None:
    """The language of the words, when they show it; None for "OK" or a name."""
    words = folded(text)
    if _SPEAKS_SPANISH.search(words):
        return "es"
    spanish, english = len(_SPANISH.findall(words)), len(_ENGLISH.findall(words))
    return None if spanish == english else "es" if spanish > english else "en"


def fulfilment(text: str) -> Literal["pickup", "delivery"] | None:
    """Pickup or delivery, when one of them is said; the later of both, since people correct themselves."""
    words = folded(text)
    places: Mapping[Literal["pickup", "delivery"], int] = {
        "pickup": max((m.start() for m in _PICKUP.finditer(words)), default=-1),
        "delivery": max((m.start() for m in _DELIVERY.finditer(words)), default=-1),
    }
    best = max(places, key=lambda kind: places[kind])
    return best if places[best] >= 0 else None


def without_fulfilment(text: str) -> str:
    """The words without those for pickup and delivery."""
    return _DELIVERY.sub(" ", _PICKUP.sub(" ", text))
