"""Who the caller is: names out of what was said, also spelled ones.

Names are any words at all, on the menu or not, so what was asked last decides how much is believed. Rules kept here:
a name ends where something else begins (a comma, "pickup", "and"); it keeps its capitals and accents; what everyday
talk, a number or a diet explains is no name.
"""

import re
from collections.abc import Sequence

from gateway.orders.hearing.acts import fulfilment_spans
from gateway.orders.hearing.everyday import COMMON
from gateway.orders.hearing.numbers import read_number
from gateway.orders.hearing.written_words import WrittenWord, index_at, joined, titled, written_words
from gateway.orders.intent import Span, Topic

MAX_NAME_WORDS = 3
WAY = "|"  # stands for the words that say pickup or delivery

# To these questions the answer may be a name, or have one beside it.
_ASKS_FOR_NAMES: frozenset[Topic | None] = frozenset({"name", "fulfilment", "read_back", "held_order", "anything_else"})
# Without any of these, in whatever spelling, no name was led to: most turns need no closer look.
_HINT = re.compile(r"name|nombre|llamo|under|call me|this is|habla|para |(?:s|is|er|up|y|ut|go) for ", re.IGNORECASE)
# After these comes a name, whatever was asked.
_SAID_NAME = re.compile(
    r"\b(?:(?:(?:my|the|his|her|our|first|last) )?(?:(?:first|last) )?name (?:is|would be|should be)|name's"
    r"|nombre es|name for (?:it|the order) is|under(?: the name(?: of)?)?|in the name of|call me|me llamo"
    r"|a nombre de|(?:first|last|full) name|^name)(?: (?:uh|um|it's))*(?= |$)"
)
# After these perhaps: the words must be strange to the menu, or a name must have been asked for.
_PERHAPS_NAME = re.compile(
    rf"(?:^|[,.;:!?{WAY}] |\b(?:and|yes|hi|hello|hey|yeah|ok) )(?:it's for|it is for|that's for|this is for"
    rf"|(?:it's )?(?:an? |the |my )?order(?:'s| is)? for|(?<=\{WAY} )for|(?:es |es el pedido )?para)(?= )"
)
_INTRODUCED = re.compile(r"\b(?:this is|habla)(?= )")
_INTRODUCED_END = frozenset({"calling", "speaking", "here"})
_LEADS_WORDS = (
    "uhm umm erm er let's go with gonna going put "
    "yes yeah yep sure ok okay uh um oh hi hello right correct that's it's it is this for the a so please and my "
    "name si claro es soy para thanks thank you i'm i am just well that would be that'll put can could you of "
    "course make under el la un una bueno pues"
)
_LEADS = frozenset(_LEADS_WORDS.split())
_STOPS_WORDS = (
    "and for please thanks thank y con with is it a an the to at can could i i'd i'll i'm but my on in calling "
    "speaking here es por para no that's that spelled spelling spelt que as from if or we now just like same"
)
_STOPS = frozenset(_STOPS_WORDS.split())
_PARTICLES = frozenset({"de", "la", "del", "los", "van", "von", "da", "di", "el"})
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "sr", "sra", "srta"})
_ALSO_NAMES = frozenset({"bill", "will", "may"})  # everyday words that people are called by
_NO_NAMES_WORDS = (
    "allergic alergico alergica celiac celiaco celiaca vegan vegano vegana vegetarian vegetariano vegetariana "
    "diabetic intolerant intolerante lactose calling ordering looking driving outside waiting wrong back later "
    "when how why what who not important everyone everybody us them him her myself mi mis tu su sus compartir "
    "comer cenar tomar hijo hija esposa esposo ninos personas person birthday party work dollars bucks cents "
    "quieres confused listening"
)
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())
_SPELLED_AS = re.compile(r"\b([a-z]) (?:as in|like in|for|de|como) [a-z]+")
_NO_ANSWER_WORDS = "i we they he she why what who how when where none did do does"
_NO_ANSWERS = frozenset(_NO_ANSWER_WORDS.split())
_BETWEEN_LETTERS = re.compile(r"(?<=\b[a-z])[-,.]? ?[-,.](?=\s?[a-z]\b)")
_FINE = frozenset({"fine", "good", "ok", "okay", "great"})


def find_name(text: str, asked: Topic | None, unexplained: tuple[str, ...]) -> str | None:
    """The caller's name, or None.

    Args:
        text: what was said.
        asked: what the agent asked last; to "what name is it for?" any short answer is one.
        unexplained: words that neither the menu nor everyday talk explains; beside a yes, a pickup or a delivery they
            are taken for a name.
    """
    if asked not in _ASKS_FOR_NAMES and _HINT.search(text) is None:
        return None
    words = _ways_marked(written_words(text))
    plain = joined(words)
    explicit = said_name(text)
    strange = frozenset(word for run in unexplained for word in re.split(r"[ '-]", run))
    said = explicit[0] if explicit is not None else _named(words, plain, strange, asked)
    spelled = _spelled(plain) if asked == "name" or said is not None else None
    return said if spelled is None else _with_spelling(said, spelled)


def said_name(text: str) -> tuple[str, Span] | None:
    """The name after "my name is" and the like, with the offsets of all these words; None without one.

    Unlike `find_name` it needs to know nothing of the menu: "my name is Basil" puts none on the pizza.
    """
    if _HINT.search(text) is None:
        return None
    words = _ways_marked(written_words(text))
    plain = joined(words)
    for match in _SAID_NAME.finditer(plain):
        rest = words[index_at(plain, match.end()) + 1 :]
        name = _name_from(rest, explicit=True)
        if name is not None:
            first = words[index_at(plain, match.start())]
            return name, (first.start, rest[len(name.split()) - 1].end)
    return None


def _ways_marked(words: Sequence[WrittenWord]) -> list[WrittenWord]:
    """The words with one mark in the place of each "pickup" and "for delivery", and no stop after "Dr."."""
    words = [w for at, w in enumerate(words) if not (w.word == "." and at and words[at - 1].word in _TITLES)]
    plain = joined(words)
    marked = list(words)
    for start, end in reversed(fulfilment_spans(plain)):
        first, last = index_at(plain, start), index_at(plain, end - 1)
        marked[first : last + 1] = [WrittenWord(WAY, WAY, words[first].start, words[last].end)]
    return marked


def _named(words: Sequence[WrittenWord], plain: str, strange: frozenset[str], asked: Topic | None) -> str | None:
    perhaps = _PERHAPS_NAME.search(plain)
    if perhaps is not None:
        name = _name_from(words[index_at(plain, perhaps.end()) + 1 :])
        if name is not None and (asked == "name" or _is_strange(name, strange)):
            return name
    introduced = _INTRODUCED.search(plain)
    if introduced is not None:
        rest = words[index_at(plain, introduced.end()) + 1 :]
        name = _name_from(rest)
        if name is not None and (rest[0].written[0].isupper() or _goes_on_calling(rest, name)):
            return name
    if asked == "name":
        return _answer(words, strange)
    if asked is not None and asked in _ASKS_FOR_NAMES:
        return _beside(words, strange, asked)
    return None


def _goes_on_calling(rest: Sequence[WrittenWord], name: str) -> bool:
    """Whether "calling" or the like stands after a name."""
    after = rest[len(name.split()) :]
    return bool(after) and after[0].word in _INTRODUCED_END


def _answer(words: Sequence[WrittenWord], strange: frozenset[str]) -> str | None:
    """The name in the answer to "what name is it for?"."""
    if any(word.word[0].isdigit() for word in words):
        return None  # an address, perhaps
    opened = bool(words) and words[0].word in {"a", "an"}
    if words and words[0].word in _NO_ANSWERS and not (len(words) > 1 and words[1].word == "am"):
        return None  # "I already told you"
    left = list(words)
    while left and (left[0].is_mark or left[0].word in _LEADS):
        del left[0]
    rest = [word for word in left if not word.is_mark]
    if len(rest) > MAX_NAME_WORDS + 2 or all(word.word in COMMON - _ALSO_NAMES for word in rest):
        return None  # "nothing else", "what was that"
    name = _name_from(left)
    return None if name is not None and opened and not _is_strange(name, strange) else name


def _beside(words: Sequence[WrittenWord], strange: frozenset[str], asked: Topic) -> str | None:
    """The name beside "yes", "pickup", "delivery": the one run of words that nothing else explains."""
    named = [at for at, word in enumerate(words) if _is_strange(word.word, strange)]
    if not named or named != list(range(named[0], named[-1] + 1)):
        return None
    rest = [word.word for at, word in enumerate(words) if at not in named and not word.is_mark]
    if not all(word in COMMON or word in _LEADS for word in rest):
        return None
    chosen = any(word.word == WAY for word in words)
    return _name_from(words[named[0] : named[-1] + 1]) if chosen or asked == "fulfilment" else None


def _is_strange(name: str, strange: frozenset[str]) -> bool:
    return all(part in strange for part in re.split(r"[ '-]", joined(written_words(name))))


def _name_from(words: Sequence[WrittenWord], *, explicit: bool = False) -> str | None:
    """The name that these words begin with, as it is written; None when they begin with something else.

    `explicit`: the caller said that a name comes, so that an everyday word with a capital is one.
    """
    kept: list[WrittenWord] = []
    count = 0
    for word in words:
        if _ends_name(word, first=not kept, explicit=explicit):
            break
        kept.append(word)
        count += word.word not in _PARTICLES | _TITLES
        if count == MAX_NAME_WORDS:
            break
    while kept and kept[-1].word in _PARTICLES:
        kept.pop()
    if not count or not kept:
        return None
    written = [word.written for word in kept]
    after = words[len(kept)].word if len(words) > len(kept) else ""
    if written[-1].endswith("'s") and (after in _FINE or after == "is"):
        written[-1] = written[-1][:-2]  # "Ana's fine"
    return " ".join(w if at and w in _PARTICLES else titled(w) for at, w in enumerate(written))


def _ends_name(word: WrittenWord, *, first: bool, explicit: bool) -> bool:
    """Whether a name is over at this word."""
    text = word.word
    if word.is_mark or not text[0].isalpha() or len(text) == 1 or text in _STOPS or text in _NO_NAMES:
        return True
    if text in _PARTICLES or (first and (text in _ALSO_NAMES or (explicit and word.written[0].isupper()))):
        return False
    return text in COMMON or read_number([text], 0) is not None


def _spelled(plain: str) -> str | None:
    """ "a n a", "double n", "m as in mary": the letters, where several are spelled after each other."""
    text = _BETWEEN_LETTERS.sub(" ", _SPELLED_AS.sub(r"\1", plain))
    text = re.sub(r"\bdouble ([a-z])\b", r"\1 \1", re.sub(r"\s+", " ", text))
    runs = re.findall(r"(?<![\w'])[a-z](?: [a-z])+(?![\w'])", text)
    letters = max((run.replace(" ", "") for run in runs), key=len, default="")
    if len(set(letters)) < 2:
        return None
    return letters.upper() if len(letters) == 2 else letters.capitalize()


def _with_spelling(said: str | None, spelled: str) -> str:
    """The name with the word that was spelled in the place of how it was heard."""
    words = said.split() if said is not None else []
    for at, word in reversed(list(enumerate(words))):
        if word[0].lower() == spelled[0].lower():
            return " ".join((*words[:at], spelled, *words[at + 1 :]))
    return spelled
