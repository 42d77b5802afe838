"""What makes a yes to a read-back less than one: a question, a refusal, a wait, a wish. English and Spanish. Data.

Rules kept here: a doubt costs one more question, a yes that was none costs a wrong order; so whatever may be a doubt is
one, and only phrases that agree all the same ("not a problem", "that's what I ordered") are taken out before.
"""

import re

from gateway.orders.hearing.tokens import fold

_AGREEING = re.compile(
    r"\bno,? (?:problem\w*|worries|that'?s (?:right|fine|correct|good|perfect|great|it|all|everything)"
    r"|it'?s (?:right|fine|correct|good|perfect|great)|changes)\b|\bno, esta (?:bien|perfecto|correcto)\b"
    r"|\bno hay problema\b|\bno,? (?:asi|todo) (?:esta bien|es correcto)\b"
    r"|\b(?:why not|not a problem|not bad|no doubt)\b"
    r"|\b(?:that'?s|that is|it'?s|it is|exactly|just|precisely) (?:exactly |just )?(?:what|how|the way) (?:i|we)"
    r"(?:'d)? (?:want\w*|order\w*|said|asked(?: for)?|like\w*|need\w*|meant)\b|\b(?:es )?lo que (?:pedi|quiero|dije)\b"
)
"""No refusal though there is a "no" in it, no wish though there is an "I wanted". Over text with its commas."""

NOT_RIGHT = re.compile(
    r"\b(?:not (?:yet|quite|right|correct|what|ok|okay|good|fine|it|true|really)|that'?s not|is not|am not|are not"
    r"|not (?:all|at all)|(?:is|does|was|did|has|ai|ca|are|do)n'?t (?:\w+ ){0,3}?(?:right|correct|good|ok|okay|it|true"
    r"|what))\b"
)
_REFUSED = re.compile(
    r"\b(?:not|never|hardly|barely|\w+n't|cannot|cant|wont|isnt|doesnt|didnt|wasnt|aint|nunca|tampoco)\b"
)
_NO_YES = re.compile(
    r"\b(?:(?:the|on|my|your|to) right|right (?:side|half|hand|one|now|away|here|there|on|after|before|next|in)"
    r"|good (?:question|morning|afternoon|evening|night|day|luck|point|grief|god|bye)|very good|fine print|(?:make|be"
    r"|for) sure|sure (?:i|that|if|about|what|whether)|perfect(?:ly)? (?:clear|storm)|great (?:grief|scott)"
    r"|(?:cuanto|cuanta|que|no) vale|buenos? (?:dias?|tardes|noches))\b"
)
"""Where the word of a yes is none. "Right now" and "right there" answer another question, if one at all."""
_WAIT = re.compile(
    r"\b(?:(?:hang|hold) (?:on|up)|(?:one|a|just a|give me a) (?:sec|second|moment|minute)|let me|lemme|give me"
    r"|never ?mind|i (?:guess|suppose|wonder|doubt)|maybe|perhaps|un (?:momento|momentito|segundo|minuto)|esper\w+"
    r"|dejeme|deja ver|tal vez|quizas?|supongo|creo que no)\b"
)
_ASKED = re.compile(
    r"\b(?:what|what's|how|how's|who|who's|why|where|which|whose|repeat|again|once more|one more time|tell me"
    r"|(?:can|could|would|will|do|did|are|have) (?:you|we|they|i)|say (?:it|that|this)|pardon|excuse me"
    r"|cuant[oa]s?|cual(?:es)?|donde|quien|pued[eo]n?|puedes|podria\w*|repit\w*|repet\w*|otra vez|de nuevo|dig[ao]me)\b"
)
_TURNED = re.compile(
    r"(?:^|[,.;:!?] ?)(?:(?:and|so|ok|okay|yes|yeah|sure|right|hm+|um|uh|oh|sorry|but|well|great|good) )*"
    r"(?:is|isn't|was|wasn't|does|doesn't|will|would|should|are|am) (?:i|it|he|she|this|that|there|the|my|those|these)"
    r"\b"
)
"""A question by its word order, at the beginning of a sentence: "that is the order" is none."""
_WISHED = re.compile(
    r"\b(?:too(?! much)|as well|with(?! (?:that|it|this|everything|all|me|you|tax)\b)|should(?:'ve)? (?:be|have|of)"
    r"|supposed to|i (?:said|wanted|ordered|asked|meant|told|thought)|i'?d (?:like|rather|prefer)|(?:and|now|only"
    r"|except) make|make (?:mine|my|one|both|them|those|these|this|him|her)|switch|swap|replace|put|rather"
    r"|(?:two|three|four|both) of|(?<!nothing )(?<!any )more|less|(?<!nada )mas|menos"
    r"|con(?! (?:eso|ello|todo|impuestos?|gusto|mucho gusto)\b)"
    r"|deberia\w*|queria|dije|pongame|ponle|pongale|hag[ao]\w*)\b"
)
_DOUBTS = (_REFUSED, _WAIT, _ASKED, _WISHED)


def settled(text: str) -> str:
    """Folded text with its punctuation, its agreeing phrases said as "right"."""
    plain, _ = fold(text)
    return _AGREEING.sub(" right ", re.sub(r"\s+", " ", plain))


def without_false_yes(words: str) -> str:
    """Folded words without those that look like a yes and are none: "the right half", "good question"."""
    return _NO_YES.sub(" ", words)


def is_doubtful(sentence: str, words: str) -> bool:
    """Whether something besides a yes is said.

    Args:
        sentence: as of `settled`.
        words: the same, without its punctuation.
    """
    if "?" in sentence or _TURNED.search(sentence.strip()) is not None:
        return True
    return any(doubt.search(words) is not None for doubt in _DOUBTS)
