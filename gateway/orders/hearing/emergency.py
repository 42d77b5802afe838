"""Whether a caller's words say that somebody is in danger: now, here, and not as a way of speaking.

Patterns over folded text (lower case, no accents), English and Spanish. Rules kept here: dishes and jokes that borrow
the words are taken out first ("heart attack burger", "choking with laughter"); what is left must be told of the
present or ask for help. A false alarm costs a sentence, a missed one a life: in doubt it is an emergency.
"""

import re

from gateway.orders.hearing.acts import folded

_IS = r"(?:'s|'m|'re| is| are| am|\b(?:he|she|it|that|someone|somebody|who)s|\bi ?m)"
_ADVERB = r"(?: (?:really|actually|just|now|like|badly|literally|still|also|kind of))*"
_WHO = (
    r"\b(?:i|he|she|they|someone|somebody|some ?one|people|the|there|a|an|my|our|his|her|this|that)"
    r"(?: (?:little|old|young|poor|other|best|\d+ year old|year old))*"
    r"(?: (?:husband|wife|son|daughter|mom|mum|mother|dad|father|brother|sister|baby|kids?|child|children|boy|girl|man"
    r"|woman|guy|lady|person|friend|boyfriend|girlfriend|partner|grand\w+|uncle|aunt|neighbou?r|customer|driver|cook"
    r"|waiter|waitress|roommate|coworker|people|toddler|infant))?"
)
_ATTACK = (
    r"(?:heart attack|stroke|seizure|convulsions?|cardiac arrest|(?:\w+ )?allergic reaction|anaphyla\w+(?: shock)?)"
)
_BURNS = r"(?:house|home|kitchen|building|apartment|restaurant|stove|oven|car|room|roof|hair|shirt|place)"
_QUEMA = r"(?:casa|cocina|edificio|local|restaurante|carro|coche)"

_JOKES = (
    r"\blaugh\w*\b.{0,30}?\b(?:chok\w+|breathe|dying|die)\b",
    r"\b(?:chok\w+|breathe|dying|die)\b.{0,25}?\b(?:laugh\w*|risa)\b",
    r"\b(?:ahog\w+|respir\w+|mur\w+|muer\w+)(?: \w+){0,2} risa\b",
    r"\bchok\w+ (?:up|back|hazards?)\b",
    r"\bchok\w+ on (?:my own words|my words|the prices?|th[eo]se prices)\b",
    r"\bheart attack(?: at| from| over| with| when| about)? (?:th[eo]se|your|the|that) (?:prices?|bills?|totals?)\b",
    r"\bstroke of\b",
    r"\b(?:pizza|food|snack|hunger|dinner|lunch|birthday|dessert|taco|burger|coffee|chocolate) emergenc\w+\b",
    r"\bemergenc\w+ (?:i|we) (?:really )?(?:need|want)(?! (?:help|an? ambulance|the police|a doctor))\b",
)
_DISHES_AND_PLACES = (
    (
        r"\bheart attack (?:at|from|over|when|on a|in a|burgers?|sandwich\w*|pizzas?|specials?|combos?|fries|platters?"
        r"|grill|wings?|hot ?dogs?|breakfast|bowls?|risk|diet|meal\w*)\b"
    ),
    (
        r"\bfire (?:roast\w*|grill\w*|bake\w*|cook\w*|wings?|sauces?|pizzas?|rolls?|burgers?|ramen|noodles?|chicken"
        r"|salsa|balls?|drills?|trucks?|engines?|places?|works?|pits?|stations?|escape|crackers?|hot|oven\w*|brick\w*|wood"
        r"|shrimp)\b"
    ),
    r"\b(?:wood|coal|open|camp|wild|rapid|cease|stone|brick) ?fires?\b",
    r"\bemergency (?:contacts?|exits?|rooms?|doors?|fund|numbers?|vehicles?|rations?|snacks?|pizzas?|chocolate)\b",
    r"\b(?:contacto|salida|numero|caso) de (?:una )?emergencia\b",
    r"\bdoctor pepper\b",
    r"\bpassed out (?:flyers|menus|coupons|the|some)\b",
)
_NOT_NOW = (
    r"\b(?:nobody|no one|not|isn'?t|aren'?t|wasn'?t)(?: is|'?s)?(?: \w+)? (?:chok\w+|bleeding|dying|drowning)\b",
    r"\b(?:not|no|isn'?t|never|wasn'?t|no es) (?:really |actually )?(?:an? |a real |una )?emergenc\w+\b",
    r"\bin case of (?:an )?emergency\b",
    r"\b(?:don'?t|do not|no need to|needn'?t|won'?t|not) (?:call|dial|need|send|get)\b",
    r"\b(?:i'?ll|i will|gonna|going to|i'?m|voy a) (?:call\w*|llamar)(?: a)?(?: the| la)? (?:police|cops|policia)\b",
    r"\b(?:almost|nearly|casi)(?: \w+){0,3} (?:heart attack|infarto|stroke|ataque)\b",
    r"\b(?:last|years?|months?|weeks?) (?:ago )?.{0,20}?\b(?:heart attack|stroke|allergic reaction)\b",
    r"\b(?:heart attack|stroke|seizure|allergic reaction|infarto)(?: \w+){0,4} (?:ago|last|before|once|pasado)\b",
)

_BREATH = (
    rf"{_IS}{_ADVERB} choking\b",
    r"\b(?:some ?one|somebody|man|woman|kid|child|baby|he|she|started|starts|keeps) choking\b",
    r"\bchoking on\b",
    r"\bhelp\b.{0,30}\bchok(?:ing|es?)\b",
    r"\bchok(?:ing|es?)\b.{0,30}\bhelp\b",
    r"\b(?:can'?t|cannot|can not|can hardly|can barely) breathe\b",
    r"\b(?:not|isn'?t|stopped|trouble|difficulty) breathing\b",
    rf"{_IS}{_ADVERB} (?:suffocating|turning blue)\b",
    rf"{_IS}{_ADVERB} drowning(?! in)\b",
    rf"{_IS}{_ADVERB} drowning in (?:the|a|our|my) (?:pool|bath\w*|tub|river|lake|water)\b",
)
_BODY = (
    rf"\b(?:having|has|had|went into|going into|goes into|in)(?: \w+)? (?:a |an )?{_ATTACK}\b",
    rf"\b(?:it|this|that){_IS} (?:a |an )?(?:heart attack|stroke|seizure|anaphyla\w+)\b",
    r"\bthink.{0,20}heart attack\b",
    r"\b(?:chest pains?|pains? in (?:my|his|her) chest|(?:my|his|her) chest hurts)\b",
    rf"{_IS}{_ADVERB} (?:unconscious|unresponsive|convulsing|seizing|overdosing|bleeding(?: out| to death| badly)?)\b",
    rf"{_WHO} (?:has |have |'?s )?(?:just )?(?:collapsed|passed out|fainted|overdosed|stopped moving)\b",
    r"\b(?:won'?t|will not|not) (?:wake up|waking up)(?! (?:if|when|until|before))\b",
    rf"\b(?:\w+){_IS}{_ADVERB} dying\b(?! (?:for|to|of (?:hunger|thirst|starvation|boredom)|here))",
    rf"{_WHO}(?:{_IS} not| isn'?t) (?:moving|responding)\b(?! (?:very|too|so))",
    r"\b(?:fell|lies|lying) .{0,20}\b(?:not|isn'?t) (?:moving|responding)\b",
    r"\bhit (?:his|her|my|their) head\b",
    r"\bfell (?:down|off) (?:the|a|some) \w+\b",
    r"\b(?:blood everywhere|(?:so much|lots of|a lot of) blood(?! orange))\b",
    r"\btook too many (?:pills|drugs)\b",
    r"\b(?:drank|swallowed) (?:bleach|poison|(?:a |some )?batter\w+|pills|a bottle of)\b",
    r"\b(?:kill (?:myself|himself|herself)|end my life|commit suicide|suicidal)\b",
    rf"{_IS} (?:in|going into) labou?r\b",
    r"\bwater (?:has |just )*broken?\b",
)
_FIRE_AND_GAS = (
    (
        r"\b(?:there|here)(?:'?s| is| was| has been)? (?:a |an |now a )?(?:fire|explosion|shooting)"
        r"(?= (?:in|at|on|here|inside|outside|now|and|please|help|oh)\b|$)"
    ),
    r"\bfire in (?:the|my|our) (?:kitchen|house|building|room|home|apartment|restaurant|basement|garage|oven)\b",
    rf"\b{_BURNS}{_IS} (?:on fire|burning)\b",
    r"\bcaught (?:on )?fire\b",
    r"\bfire fire\b",
    r"\b(?:gas leak|smell(?:ing)? gas|carbon monoxide)\b",
)
_VIOLENCE_AND_ACCIDENTS = (
    r"\b(?:been|got|was|were|is|are) (?:just )?(?:shot|stabbed|hit by a (?:car|truck|bus))\b",
    r"\b(?:has|with|pointing|pulled) a (?:gun|knife)\b",
    r"\bbreaking into (?:my|our|the)\b",
    r"\bbeing (?:attacked|robbed|held)\b",
    r"\b(?:hitting|beating|hurting|strangling) (?:me|us|her|him)\b",
    r"\bthere'?s? (?:has )?(?:just )?been an? (?:\w+ )?(?:accident|crash|explosion|shooting)\b",
    r"\bbeen in an? (?:\w+ )?(?:accident|crash|wreck)\b",
)
_CALLS_FOR_HELP = (
    r"\b(?:call|dial|phone|ring|get|send|needs?|want) (?:me |us |for )?(?:an? |the )?(?:ambulance|paramedics?)\b",
    r"\b(?:call|dial|phone|ring) (?:9 ?1 ?1|nine one one|nine eleven|9 11|1 1 2|112|999)\b",
    r"\b(?:call|get|need) (?:the |an? )?(?:police|cops|fire department|fire brigade|firefighters|doctor)\b",
    r"\b(?:send help|is there a doctor|medical emergency)\b",
    r"\b(?:it'?s|this is|there'?s|have|got|having) an? (?:real |medical |actual |true )?emergency\b",
)
_SPANISH = (
    r"\b(?:se|me) (?:esta|estoy|estan) (?:ahogando|asfixiando|atragantando|desangrando)\b",
    r"\bme (?:ahogo|asfixio)\b",
    r"\bse (?:ahoga|asfixia|atraganto|desmayo|desplomo|desangra)\b",
    r"\bse cayo y no\b",
    r"\bno (?:puede|puedo|pueden) respirar\b",
    r"\b(?:no|dejo de) respira\w*\b",
    r"\b(?:esta|quedo) inconsciente\b",
    r"\b(?:no despierta|no reacciona|perdio el conocimiento|esta convulsionando|esta sangrando|sangrando mucho)\b",
    (
        r"\b(?:esta teniendo|le dio|le esta dando|me esta dando|tiene|tuvo|sufriendo|sufrio) (?:un |una )?(?:infarto"
        r"|derrame|ataque (?:al corazon|cardiaco|epileptico)|convulsiones|reaccion alergica"
        r"|(?:shock|choque) anafilactico)\b"
    ),
    r"\bse (?:muere|esta muriendo|nos muere)\b(?! (?:de|por) )",
    r"\bhay (?:un )?(?:incendio|fuego)\b",
    rf"\bse (?:esta quemando|quema|incendio) (?:la|el|mi) {_QUEMA}\b",
    rf"\b{_QUEMA} (?:esta|se esta) (?:en llamas|quemando|incendiando)\b",
    r"\bfuga de gas\b",
    r"\b(?:llam|pid|mand|envi|necesit|quier)\w* (?:a )?(?:una )?ambulancia\b",
    r"\bnecesit\w+ (?:un medico|un doctor)\b",
    r"\bllam\w+ (?:a la policia|a los bomberos|a emergencias|al? (?:911|9 1 1|nueve once|nueve uno uno|112))\b",
    r"\bcon (?:una pistola|un cuchillo|un arma)\b",
    r"\b(?:es|tengo|tenemos|hay) una emergencia\b",
    r"\b(?:emergencia medica|auxilio|socorro)\b",
)

_HARMLESS = re.compile("|".join((*_JOKES, *_DISHES_AND_PLACES, *_NOT_NOW)))
DANGERS = (*_BREATH, *_BODY, *_FIRE_AND_GAS, *_VIOLENCE_AND_ACCIDENTS, *_CALLS_FOR_HELP, *_SPANISH)
_DANGER = re.compile("|".join(DANGERS))
# One of these stands in whatever the patterns find: nearly every turn has none and needs no closer look.
HINT = re.compile(
    "chok|breath|suffoc|blue|drown|attack|stroke|seiz|convuls|arrest|reaction|anaphy|chest|unconsc|unrespon|overdos"
    "|bleed|collaps|passed|faint|moving|wak|dying|respon|head|fell|blood|too many|drank|swallow|kill|end my|suicid"
    "|labo|broke|fire|explosion|shoot|burn|gas|monoxide|shot|stab|hit|gun|knife|breaking|robbed|held|beating|hurting"
    "|strangl|accident|crash|wreck|ambulan|paramedic|1|nine|nueve|999|police|cops|doctor|help|emergenc|ahog|asfix|atragant"
    "|desangr|desmay|desplom|cayo|respir|inconsc|despierta|reacci|perdio|sangrando|infarto|derrame|ataque|anafil"
    "|mue|muri|incendi|fuego|quema|llamas|fuga|medico|policia|bomberos|once|pistola|cuchillo|arma|auxilio|socorro"
)


def is_emergency(text: str) -> bool:
    """Whether the words of one turn say that somebody is in danger, or ask for an ambulance, police or fire brigade.

    Args:
        text: as it was heard, of any length; English or Spanish.
    """
    words = folded(text)
    return HINT.search(words) is not None and _DANGER.search(_HARMLESS.sub(" , ", words)) is not None
