"""The closed class of words: what holds an order together, whatever the menu. English and Spanish, data only.

Each phrase has one role. The menu's own names win over these when both fit the same words.
"""

from enum import Enum


class Cue(Enum):
    """The part a word plays in an order."""

    AN = "an"  # a, an: the beginning of something new
    THE = "the"  # the, that, my: something already named
    ONE = "one"  # a pronoun: the large ones
    PRONOUN = "pronoun"  # it, that, them
    ANOTHER = "another"
    OTHER = "other"
    ORDINAL = "ordinal"
    AND = "and"
    OR = "or"
    BUT = "but"
    WITH = "with"
    ON = "on"
    TO = "to"
    NO = "no"
    WITHOUT = "without"
    ONLY = "only"
    EXTRA = "extra"
    LIGHT = "light"
    SIDE = "side"
    REPAIR = "repair"
    FORGET = "forget"
    CHANGE = "change"
    ADD = "add"
    TAKE = "take"
    REMOVE = "remove"
    OFF = "off"
    SAME = "same"
    YES = "yes"
    EACH = "each"  # both, all of them: what follows is for every one of them
    HALF = "half"  # one of two halves
    DO = "do"  # a plain verb: what follows is wanted
    UNLESS = "unless"  # nothing except: what follows is wanted, and nothing else


_PHRASES = {
    Cue.AN: "a|an|un|una|some|unos|unas",
    Cue.THE: "the|my|those|these|el|la|los|las|mi|mis",
    Cue.ONE: "ones|one of them|one of those",
    Cue.PRONOUN: "it|that|that one|this|this one|them|that item|eso|esa|ese|lo",
    Cue.ANOTHER: "another|another one|one more|one more of those|otro|otra",
    Cue.OTHER: "other|other one|others|rest",
    Cue.AND: "and|y|e|plus|mas",
    Cue.OR: "or|nor|o|ni",
    Cue.BUT: "but|pero",
    Cue.WITH: "with|topped with|con|in|having|on top",
    Cue.ON: "on|onto|for|of|from|in the|en|de|para",
    Cue.TO: "to|into|por",
    Cue.NO: "no",
    Cue.WITHOUT: (
        "nada de|sin nada de|con todo menos|todo menos|no quiero|no le ponga|no le pongas|no le eche|sin ningun"
        "|without|hold the|hold|hold on|minus|skip the|skip|not|except|except for|everything but"
        "|everything except|no not|sin|leave out|leave off|leave off the|leave out the|with no|but no|instead of"
        "|avoid|and no|definitely no|absolutely no|en vez de|definitely not|hate|nix|no more|free of|can't have"
        "|cannot have|neither|no thanks on|not any|not with|none of the|keep off the"
    ),
    Cue.ONLY: "only|just|solo|nothing else on it|with just|with only|but just",
    Cue.EXTRA: (
        "xtra|extra|double|triple|more|heavy on|load up on|loaded with|a ton of|tons of|extra extra|lots of"
        "|a lot of|plenty of|heavy|heavy on the|doble|additional|loads of"
    ),
    Cue.LIGHT: (
        "not too many|not many|not so many|a few|just a few|light|lightly|easy|easy on the|easy on|go easy on the"
        "|a little|little|a little bit of|not much|not too much|just a little|poco|poca|less|light on the"
        "|a bit of|a bit|just a bit of|a tiny bit of|a drizzle of|a touch of|a splash of|a dash of|a hint of"
        "|a sprinkle of|a smear of|a thin layer of|just a touch of|barely any|light amount of|a small amount of"
        "|not so much|not a lot of"
    ),
    Cue.SIDE: "on the side|al lado|aparte",
    Cue.REPAIR: (
        "excuse me|can you make that|can you make it|could you make that|could you make it|can you change that to"
        "|can we make that|can we make it|better make it|cancel that|no cancel that|scrap that|forget that i want"
        "|let me rephrase|sorry|i mean|i meant|no sorry|sorry no|no wait|wait no|wait|oh wait|actually"
        "|actually no|no actually|scratch that|correction|make that|no make that|rather|or rather|i'm sorry"
        "|on second thought|strike that|instead|no i mean|actually no make that|actually make that"
        "|actually make it|no make it|digo|perdon|mejor|no mejor|no perdon|quise decir|my mistake|my bad"
        "|no i meant|or no|oops|oh no|change that to|change it to|switch that to|switch it to|i meant to say"
        "|let me change that|no let's do|no let's make it|or actually|oh sorry|whoops|well no|no i want"
        "|i'll change that to|no change that to|no not that|let me correct that|better make that|or make that"
        "|or make it|better yet|no better"
    ),
    Cue.FORGET: (
        "cancel those|cancel that one|scratch those|forget those|scratch that one|forget that one|cancel it"
        "|forget that|forget it|never mind|nevermind|never mind that|forget about that|olvidalo"
    ),
    Cue.CHANGE: "make|make it|change|switch|swap|replace|turn|cambia|cambie|cambiar|hazlo|update",
    Cue.ADD: (
        "we'll go with|let me do|we'll do|i'll do|we'd love|i'd love|could you get me|can you get me"
        "|can you give me|give us|get us|bring us|let us get|let us have|let's go with|i'll go with|i will have"
        "|i will take|we will have|add|also|and also|put|give me|get me|i want|i'd|i would|i'll have|can i get"
        "|can i have|could i get|let me get|i need|i'll|could i have|may i have|throw in|we'd|we would|we'll have"
        "|we want|quiero|quisiera|dame|deme|agrega|agregue|tambien|ponme|me da|plus also|i'll take|we'll take"
        "|i'll get|let's do|can you add|can we get|can we have|as well as|along with"
    ),
    Cue.TAKE: "take|leave|take away",
    Cue.REMOVE: (
        "forget the|nix the|nix|remove|drop|scratch the|scratch|never mind the|lose|get rid of|take off|delete"
        "|quita|quite|quitar|quitale|cancel|leave off"
    ),
    Cue.OFF: "off|out|away",
    Cue.SAME: "same|same again|same thing|the same|the same thing|the same again|lo mismo",
    Cue.EACH: (
        "in all of them|in all|for all of them|in all of those|for all|in either one|on either one"
        "|in either of them|on either of them|either one|either of them|of each|either|on either|in either"
        "|on any of them|in any of them|in any of those|on any of those|on each|in each|in both|to both"
        "|with both of them|both|both of them|all of them|them all|them both|both of those|all of those|each"
        "|each one|each of them|all three|all four|on both|on all of them|for both|on all|all of the"
        "|every one of them|ambos|ambas|los dos|las dos|todas|todos"
    ),
    Cue.DO: "can you|can i|can we|could you|could i|could we|would you|will you|do|use|try|go with|put in|usa|usar",
    Cue.UNLESS: "nothing except|nothing but|nothing on it except|nothing on it but|nothing on them but",
    Cue.HALF: (
        "half|one half|the other half|other half|on half|on one half|on the other half|half of it|on half of it"
        "|half with|on the left|on the right|on the left half|on the right half|left half|right half"
        "|the left half|the right half|on the first half|on the second half|half and half|la mitad|mitad"
        "|en la mitad|la otra mitad|en una mitad|en la otra mitad"
    ),
    Cue.YES: "yes|yeah|yep|yup|ok|okay|sure|si|right|correct|perfect|great|sounds good|exactly|claro|correcto",
}

_NOT_WANTED = tuple(
    f"{denial} {verb}{rest}"
    for denial in ("don't", "do not", "dont", "do no", "please don't", "please do not", "doesn't", "does not")
    for verb in ("want", "add", "put", "include", "need", "like", "use", "have", "give me", "do", "make it with", "eat")
    for rest in ("", " the", " any of the", " it", " it on", " it with", " them", " them on", " them with")
)

CUES: dict[tuple[str, ...], Cue] = {
    tuple(phrase.split()): cue for cue, phrases in _PHRASES.items() for phrase in phrases.split("|")
} | {tuple(phrase.split()): Cue.WITHOUT for phrase in _NOT_WANTED}

ORDINALS = {word: place for place, words in enumerate(
    ("first primero primera", "second segundo segunda", "third tercero tercera", "fourth", "fifth"))
    for word in words.split()} | {"last": -1, "ultimo": -1, "ultima": -1}  # fmt: skip
