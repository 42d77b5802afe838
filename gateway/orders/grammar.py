"""The closed class of words: what holds an order together, whatever the menu. English and Spanish, data only.

Each phrase has one role. The menu's own names win over these when both fit the same words. Common words that carry no
order at all are listed too, so that they are neither taken for misheard dishes nor for dishes we do not have.
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
    Cue.WITHOUT: "without|hold the|hold|hold on|minus|skip the|skip|not|except|except for|everything but|everything except"
    "|no not|sin|leave out|leave off|leave off the|leave out the|with no|but no|instead of|avoid|and no"
    "|definitely no|absolutely no|en vez de|definitely not|hate|nix the|nix|forget the|no more|free of|can't have|cannot have"
    "|neither|no thanks on|not any|not with|none of the|keep off the",
    Cue.ONLY: "only|just|solo|nothing else on it|with just|with only|but just",
    Cue.EXTRA: "extra|double|triple|more|heavy on|load up on|loaded with|a ton of|tons of|extra extra|lots of|a lot of|plenty of|heavy|heavy on the|doble|additional|loads of",
    Cue.LIGHT: "light|lightly|easy|easy on the|easy on|go easy on the|a little|little|a little bit of|not much"
    "|not too much|just a little|poco|poca|less|light on the|a bit of|a bit|just a bit of|a tiny bit of|a drizzle of|a touch of"
    "|a splash of|a dash of|a hint of|a sprinkle of|a smear of|a thin layer of|just a touch of|barely any|light amount of"
    "|a small amount of|not so much|not a lot of",
    Cue.SIDE: "on the side|al lado|aparte",
    Cue.REPAIR: "sorry|i mean|i meant|no sorry|sorry no|no wait|wait no|wait|oh wait|actually|actually no|no actually"
    "|scratch that"
    "|correction|make that|no make that|rather|or rather|i'm sorry|on second thought|strike that|instead|no i mean"
    "|actually no make that|actually make that|actually make it|no make it|digo|perdon|mejor|no mejor|no perdon"
    "|quise decir|my mistake|my bad|no i meant|or no|oops|oh no|no no|change that to|change it to|switch that to"
    "|switch it to|i meant to say|let me change that|no let's do|no let's make it|or actually|oh sorry|whoops|well no"
    "|no i want|i'll change that to|no change that to|no not that|let me correct that|better make that|or make that"
    "|or make it|better yet|no better",
    Cue.FORGET: "forget that|forget it|never mind|nevermind|never mind that|forget about that|olvidalo",
    Cue.CHANGE: "make|make it|change|switch|swap|replace|turn|cambia|cambie|cambiar|hazlo|update",
    Cue.ADD: "add|also|and also|put|give me|get me|i want|i'd|i would|i'll have|can i get|can i have"
    "|could i get|let me get"
    "|i need|i'll|could i have|may i have|throw in|we'd|we would|we'll have|we want|quiero|quisiera|dame|deme"
    "|agrega|agregue|tambien|ponme|me da|plus also|i'll take|we'll take|i'll get|let's do|can you add|can we get"
    "|can we have|as well as|along with",
    Cue.TAKE: "take|leave|take away",
    Cue.REMOVE: "remove|drop|scratch the|scratch|never mind the|lose|get rid of|take off|delete|quita|quite|quitar|quitale|cancel|leave off",
    Cue.OFF: "off|out|away",
    Cue.SAME: "same|same again|same thing|the same|the same thing|the same again|lo mismo",
    Cue.EACH: "both|both of them|all of them|them all|them both|both of those|all of those|each|each one|each of them|all three"
    "|all four|on both|on all of them|for both|on all|all of the|every one of them|ambos|ambas|los dos|las dos|todas|todos",
    Cue.UNLESS: "nothing except|nothing but|nothing on it except|nothing on it but|nothing on them but",
    Cue.HALF: "half|one half|the other half|other half|on half|on one half|on the other half|half of it|on half of it|half with"
    "|on the left|on the right|on the left half|on the right half|left half|right half|the left half|the right half"
    "|on the first half|on the second half|half and half|la mitad|mitad|en la mitad|la otra mitad|en una mitad|en la otra mitad",
    Cue.YES: "yes|yeah|yep|yup|ok|okay|sure|si|right|correct|perfect|great|sounds good|exactly|claro|correcto",
}  # fmt: skip

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

_COMMON_WORDS = """
i i'm i've i'd i'll we we're we'd we'll you your you're he him his he's she her she's they their they're me us our who
whose hi hello hey good morning evening afternoon day yes yeah no not so then too also well now today tonight here
there can could may might will would should shall do does did done don't didn't doesn't can't won't wouldn't isn't
have has had having get gets got getting give want wanted wants need needs order orders ordering ordered place put
make making be is are was were been being am as at by of off on in into out up down over under for from to with about
around it its it's that this these those that's let let's lets going go went gonna wanna come comes came try think
know see say said please thank thanks sorry okay ok alright right great nice perfect sure fine all any some every each
both either everything anything something nothing else more most much many few lot lots little bit really very just
only even still again instead maybe probably actually definitely absolutely because if when while what which how why
where or and but nor than like love hate favor prefer favour enough pick picked pickup pick-up carry carryout takeout
takeaway delivery deliver delivered collect name phone number address eat drink drinks eating drinking food meal lunch
dinner breakfast side sides size sized sizes style styles piece pieces kind kinds type types thing things item items
way ways total price cost costs bill pay card cash one ones first second third fourth fifth last other others another
next same whole half left person people man guy someone somebody mom dad wife husband son daughter kid kids friend
friends family time minute minutes hour hours soon later before after until extra light heavy double triple easy plain
regular topping toppings topped includes include including included add adds ready finish finished complete able wish
hope happy hungry starving quick quickly possible possibly preferably un una uno el la los las de del y o con sin para
por que quiero quisiera mi su es en al lo le se si gracias buenas buenos dias tardes noches hola puede puedo seguir
espanol ingles
todo eso nada repeat speak talk hear
back set cut late later early today yesterday night week weekend month year office home house table room door car car's
street block corner town city store shop place restaurant counter line head hand hands face body boss team group crowd
company party birthday game mind idea problem school work job meeting break doctor baby boy girl buddy dude bro sis uncle aunt grandma
grandpa neighbor roommate guest guests everyone everybody nobody anybody myself yourself ourselves themselves own
old young new same different usual normal real sorry bad best better worse worst favorite special big bigger biggest
small smaller little huge large larger medium short long longer high low full empty open closed ready busy free quiet
loud clear hard soft easy light dark hot cold warm cool fresh dry wet clean dirty safe careful important serious funny
start started starting finish end done leave left leaving stay staying keep keeping kept bring bringing brought send sent
call called calling phone speak speaking spoke told tell telling ask asked asking answer answered heard listen wait
waiting waited hold hang hurry run running walk walking drive driving drove meet meeting met find found look looking
looks looked see seeing saw seen watch feel feeling feels felt think thinking thought guess guessing believe remember
forget forgot forgotten mean means meant understand understood sound sounds sounded seem seems seemed become happen
happened help helped helping thank thanked try tried trying taste tastes tasty delicious smell use used using eat eats
ate share sharing split splitting feed feeding serve served serving cook cooked cooking bake make makes made making
change changed changing switch swap add adding added put puts putting throw throwing give gives gave given get gets got
gotten take takes took taken taking buy buying bought pay paying paid spend cost check charge money dollar dollars cents
cheap expensive deal coupon discount tip bag box boxes plate plates bowl bowls cup cups napkin napkins fork spoon knife
straw straws utensils side sides top tops bottom middle center inside outside front apart together away along across
through during since till while once twice thrice always never sometimes often usually ever already yet still almost
nearly exactly actually basically literally honestly obviously seriously totally especially mostly mainly simply kind
sort bunch couple few several dozen pair half quarter whole entire rest each every another other others either neither
both none such quite rather pretty fairly too enough least most more less much many any some all that this these those
here there where somewhere anywhere everywhere nowhere who whom whose which what whatever whoever whenever wherever how
however why because although though unless until if whether than as like unlike about above below under over between
among against without within beyond except besides despite per via into onto upon toward towards tonight morning noon
afternoon evening midnight hungry thirsty starving starved craving cravings mood diet health healthy sick allergic
allergy allergies vegan vegetarian caffeine cross beautiful wonderful awesome amazing excellent fantastic lovely cute
happy glad sad mad angry upset tired welcome bye goodbye please yes yeah yep yup nope nah okay alright right wrong true
false maybe perhaps probably possibly certainly surely definitely absolutely gotta gonna wanna kinda sorta lemme gimme
cause cuz cos ain't y'all yall folks ladies gentlemen sir ma'am miss mister mr mrs ms number numbers last next final
"""
COMMON = frozenset(_COMMON_WORDS.split())

# Words that describe food of any kind: alone they name nothing, and a part of a name needs more than one of them.
DESCRIBING = frozenset(
    [
        "fresh",
        "hot",
        "cold",
        "iced",
        "warm",
        "big",
        "little",
        "nice",
        "good",
        "plain",
        "sliced",
        "chopped",
        "diced",
        "shredded",
        "grilled",
        "fried",
        "baked",
        "roasted",
        "toasted",
        "spicy",
        "mild",
        "sweet",
        "sour",
        "salted",
        "smoked",
        "crispy",
        "crunchy",
        "creamy",
        "classic",
        "house",
        "special",
        "original",
        "homemade",
        "organic",
        "black",
        "white",
        "red",
        "green",
        "brown",
        "yellow",
        "blue",
        "pink",
        "dark",
        "golden",
        "double",
        "triple",
        "single",
        "whole",
        "half",
        "mini",
        "jumbo",
        "king",
        "junior",
        "super",
        "deluxe",
        "new",
        "old",
        "style",
        "flavored",
        "flavoured",
        "regular",
        "diet",
        "zero",
        "free",
        "sugar",
        "low",
        "fat",
        "cup",
        "bowl",
        "bottle",
        "can",
        "glass",
        "piece",
        "slice",
        "serving",
        "combo",
        "meal",
        "plate",
        "basket",
        "order",
        "side",
        "sauce",
        "dressing",
        "topping",
        "filling",
        "crust",
        "bread",
        "drink",
        "food",
        "juice",
        "soup",
        "salad",
        "sandwich",
        "pizza",
        "cheese",
        "chicken",
        "beef",
        "pork",
        "rice",
        "bean",
        "tea",
        "coffee",
        "cream",
    ]
)
