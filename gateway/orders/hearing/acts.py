"""What a caller is doing with their words, apart from naming food: agreeing, asking, leaving, saying who they are.

Patterns over folded text (lower case, no accents), English and Spanish. Pure functions; each looks at one utterance.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from gateway.orders.hearing.act_patterns import ACTS, DONE, DONE_HINTS, GREETING, beginnings
from gateway.orders.hearing.doubts import NOT_RIGHT, is_doubtful, settled, without_false_yes
from gateway.orders.hearing.tokens import fold
from gateway.orders.intent import Assent, IntentName, Span

MAX_LETTERS = 8000  # a turn longer than this is noise or an attack

_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|ya|yah|correct|right|perfect|exactly|absolutely|definitely|sure|ok|okay|fine|great|good"
    r"|please do|go ahead|go for it|place it|uh huh|mm ?hm+|mhm+|of course|that works|confirmed?|all set|that'?s it"
    r"|si|claro|correcto|perfecto|vale|dale|de acuerdo|esta bien|asi es|exacto|por supuesto|bueno)\b"
)
_NO = re.compile(
    r"\bno,? (?:problem\w*|worries|that'?s (?:right|fine|correct|good|perfect|great|it|all|everything)"
    r"|it'?s (?:right|fine|correct|good|perfect|great)|changes|esta bien)\b|\bno hay problema\b|\bno,? (?:asi"
    r"|todo) (?:esta bien|es correcto)\b"
)
_NOT_MORE = re.compile(r"\b(?:not yet|not quite|not right|isn'?t right|not correct|not what|that'?s not|is not)\b")
_NO = re.compile(
    r"\b(?:no|nope|nah|wrong|incorrect|mistake|hold on|wait|stop|actually|change|instead|don'?t|do not|except|remove"
    r"|take (?:\w+ ){0,4}off|cancel|make (?:it|that|the|mine|my|them|those)|without|negative|forget|missing|mal"
    r"|quita\w*|cambi\w*|sin|incorrecto|espera)\b"
)
_AND_MORE = re.compile(
    r"\b(?:also|add|plus|but|another|one more|extra|tambien|ademas|pero|otr[oa])\b|\b(?:and|y) (?:a|an|some|the|one"
    r"|two|three|four|five|six|\d+|un|una|dos|tres|can|could|i|put|give|get|make)\b"
)
_LEADING_YES = re.compile(rf"^(?:oh |um |uh |well |hi |hello |hey )*(?:{_YES.pattern})")
_LEADING_NO = re.compile(
    r"^(?:oh |um |uh |well )*(?:no|nope|nah|not really|don'?t|start over|start fresh|new order|a new one|forget it)\b"
)

_SPANISH = re.compile(
    r"\b(?:espanol|quiero|quisiera|puedo|hola|gracias|por favor|buenas|buenos|una|con|seguir|hablar|para|eso es"
    r"|tiene\w*|cuanto|cuesta|cual|es todo|nada mas|deme|dame|me da|tengo|soy|necesito|y|sin|recoger|llevar"
    r"|domicilio|pedido|senora?|manana|usted\w*|estan?|del|los|las)\b"
)
_ENGLISH = re.compile(
    r"\b(?:the|and|with|please|want|would|can|i|is|yes|that'?s|of|order|how|what|you|my|have|much|for|do|need|it)\b"
)
_TALK_WORDS = (
    "tienen tiene hay cuanto cuanta cuantos cuantas cuesta cuestan vale valen lleva llevan trae traen viene vienen "
    "contiene contienen menu carta precio precios nombre cual cuales recomienda recomiendan ofrecen venden digame dice "
    "gustaria algun alguna algo cuando donde como ustedes hoy manana puedo puede pueden quiere queria tal es son "
    "esta estan "
    "me mas tambien nada total cuenta"
)
_TALK = frozenset(_TALK_WORDS.split())
_SPEAKS_SPANISH = re.compile(r"\b(?:en|habla\w*) espanol\b|\bin spanish\b|\bspeak spanish\b")

_PICKUP = re.compile(
    r"\b(?:pick ?-?up|pick(?:ing)? (?:it|that|this|them|everything|my order) up|picking up|carry ?-?out"
    # "take away the onions" and "a drink to go with it" are about food
    r"|take ?-?(?:out|away)(?=$| (?:please|order|for|at|under|and|thanks|today|tonight|now)\b)"
    r"|(?<!good )(?<!ready )(?<!want )(?<!like )(?<!going )(?<!a )to go(?! (?:with|for|ahead|back|over|on|cup|box"
    r"|home)\b)|i'?ll (?:come|be) (?:get|by|in|for it|over|down)|swing by|collect(?:ing|ion)?|recog\w+|recoj\w+"
    r"|para llevar|pas(?:o|ar|are) (?:por|a)|voy (?:a pasar|por ell?[oa]s?))\b"
)
_DELIVERY = re.compile(
    r"\b(?:deliver(?:y|ed|ing)?|(?:bring|send) it|entrega\w*|entregue\w*|a domicilio|domicilio|envi(?:ar|en|e|o|arlo"
    r"|enlo)|(?:me lo|lo) (?:traen|trae|mandan|manda))\b"
)
# A question and a contrast choose nothing: "do you deliver", "pickup, not delivery".
_NOT_CHOSEN = re.compile(
    r"\b(?:do you(?: guys)?(?: \w+)?|is there(?: a)?|how (?:much|long|far)(?: \w+){0,3}|not|instead of"
    r"|without) (?:for )?(?:delivery|deliver|pick ?up|take ?out|carry ?out)\b|\b(?:delivery|pick ?up) (?:fee|charge"
    r"|cost|time)\b|\b(?:hacen|tienen|hay|sin|cuanto \w+) (?:entregas?|envios?|servicio a domicilio"
    r"|a domicilio)\b(?: a domicilio)?"
)


@lru_cache(maxsize=128)
def folded(text: str) -> str:
    """The text as the patterns want it: lower case, no accents, single spaces, only inner punctuation."""
    plain, _ = fold(text)
    return re.sub(r"\s+", " ", re.sub(r"[^\w' ]+", " ", plain)).strip()


def assent(text: str, language: str | None = None) -> Assent:
    """The caller's answer to a read-back, on its own: "yes" only for a yes without a change in it.

    "yeah that's right" and "sí" are yes; "no, make it a small" is no; "yes, and a Coke" is unclear, because what was
    read back is not what is wanted, and so is a yes beside a question or a wish to wait.
    `language` is the transcript's, if known; words of both languages count anyway.
    """
    sentence = settled(text[:MAX_LETTERS])
    words = folded(sentence)
    if NOT_RIGHT.search(words) or _NO.search(words):
        return "no"
    if not _YES.search(without_false_yes(words)) or _AND_MORE.search(words):
        return "unclear"
    return "unclear" if is_doubtful(sentence, words) or act(sentence) is not None else "yes"


def leading_assent(text: str) -> Assent:
    """How an answer begins: "yes, and a Coke" is a yes to the question that was asked, whatever else it is."""
    words = folded(settled(text))
    if _LEADING_NO.search(words):
        return "no"
    return "yes" if _LEADING_YES.search(words) else "unclear"


def without_talk(text: str) -> str:
    """Folded words without those of Spanish questions: what is left of "tienen lasana" is the dish."""
    return " ".join(word for word in text.split() if word not in _TALK)


def act(text: str) -> IntentName | None:
    """The act that the words name, if they name one: asking, leaving, wanting a person.

    Of a text of more than 8,000 letters the beginning counts.
    """
    words = folded(text[:MAX_LETTERS])
    begun = beginnings(words)
    return next((pattern.name for pattern in ACTS if pattern.found(words, begun)), None)


def is_done(text: str) -> bool:
    """Whether the caller wants nothing more."""
    words = folded(text)
    return not DONE_HINTS.isdisjoint(beginnings(words)) and DONE.search(words) is not None


def is_greeting(text: str) -> bool:
    """Whether the words only greet."""
    return bool(GREETING.search(folded(text)))


def spoken_language(text: str) -> Literal["en", "es"] | None:
    """The language of the words, when they show it; None for "OK" or a name."""
    words = folded(text)
    if _SPEAKS_SPANISH.search(words):
        return "es"
    spanish, english = len(_SPANISH.findall(words)), len(_ENGLISH.findall(words))
    return None if spanish == english else "es" if spanish > english else "en"


def fulfilment(text: str) -> Literal["pickup", "delivery"] | None:
    """Pickup or delivery, when one of them is chosen; the later of both, since people correct themselves."""
    words = folded(text)
    if not (_PICKUP.search(words) or _DELIVERY.search(words)):
        return None
    words = _NOT_CHOSEN.sub(" ", words)
    places: Mapping[Literal["pickup", "delivery"], int] = {
        "pickup": max((m.start() for m in _PICKUP.finditer(words)), default=-1),
        "delivery": max((m.start() for m in _DELIVERY.finditer(words)), default=-1),
    }
    best = max(places, key=lambda kind: places[kind])
    return best if places[best] >= 0 else None


def fulfilment_spans(words: str) -> tuple[Span, ...]:
    """Where folded words say pickup or delivery, as offsets, in order."""
    found = sorted(m.span() for pattern in (_PICKUP, _DELIVERY) for m in pattern.finditer(words))
    return tuple(span for at, span in enumerate(found) if not at or found[at - 1][1] <= span[0])
