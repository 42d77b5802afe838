"""The patterns behind `acts.py`: how callers ask, leave, want a person or have everything, English and Spanish. Data.

Over folded text. Rules kept here: the first act that fits wins, so the narrower stands before the wider; a word that
may belong to a dish ("boss", "total", "nothing") counts only where what follows shows that it does not.
"""

import re
from dataclasses import dataclass

from gateway.orders.intent import IntentName

_HINT_LETTERS = 4


@dataclass(frozen=True, slots=True)
class ActPattern:
    """An act is meant when `fits` is found and `unless` is not.

    `hints` are first letters (four, of shorter words all) of which any fitting words hold one: a look at them spares
    most turns, which only name food, the search.
    """

    name: IntentName
    fits: re.Pattern[str]
    hints: frozenset[str]
    unless: re.Pattern[str] | None = None

    def found(self, words: str, beginnings: frozenset[str]) -> bool:
        """Whether folded words, with the `beginnings` of these, are that act."""
        if self.hints.isdisjoint(beginnings) or self.fits.search(words) is None:
            return False
        return self.unless is None or self.unless.search(words) is None


def beginnings(words: str) -> frozenset[str]:
    """The first four letters of each word."""
    return frozenset(word[:_HINT_LETTERS] for word in words.split())


def _hints(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# What may stand after a person, so that "the boss" is one and "the boss burger" is none.
_END = (
    r"(?=$| (?:please|not|now|right|instead|on|who|that|about|in|at|there|here|because|i|and|or|for|if|to (?:speak"
    r"|talk|help)|real|de verdad|por favor|ahora|que)\b)"
)
_PERSON = (
    r"(?:person|human(?: being)?|managers?|owners?|representatives?|rep|operator|staff(?: member)?|supervisor|boss"
    rf"|agent|employees?|customer service|persona|gerente|encargad[oa]|humano|operadora?|duen[oa]){_END}"
)
_A = (
    r"(?:(?:a|an|the|your|my|another|some|actual|real|live|store|shift|human|un|una|el|la|su|otra|alguna|persona|to"
    r"|with|one of your) ){0,4}"
)
_LEAD = r"^(?:(?:no|yes|ok|okay|please|just|hello|hi|um|sorry|quiero|necesito|deme|mejor) ){0,3}"

_TRANSFER = _any(
    rf"\b(?:speak|speaking|talk|talking) (?:directly )?{_A}(?:{_PERSON}|some(?:one|body)\b)",
    rf"\b(?:transfer|connect|put|pass|get|give|send|patch)(?: me| us)?(?: through| over| on)? {_A}{_PERSON}",
    r"\b(?:transfer|connect|put|patch)(?: me| us)?(?: through| over| on)? (?:to|with) some(?:one|body)\b",
    r"\bget (?:me )?some(?:one|body) (?:on|else)\b|\bput some(?:one|body) on\b",
    rf"\b(?:need|want|have|like) {_A}{_PERSON}",
    r"\b(?:speak|talk)(?:ing)? (?:to|with) (?:who(?:ever)?(?: is|'s)|the one) in charge\b",
    r"\b(?:connect|transfer|put)(?: me)?(?: through| over)? to the (?:restaurant|store|kitchen|front desk)\b",
    r"\b(?:don'?t want|do not want|hate|no quiero|tired of) (?:to )?(?:speak|talk|hablar)\w* (?:to|with|con) (?:an?"
    r"|the|una?) (?:robot|machine|computer|bot|ai|maquina|computadora|grabacion)\b",
    r"\bis (?:the|your|a) (?:manager|owner|boss|supervisor) (?:there|around|in|available|free)\b|\balguien con quien\b",
    rf"\b(?:real|actual|live) (?:person|human(?: being)?|one){_END}|\bsome(?:one|body) (?:real|else){_END}",
    rf"{_LEAD}{_A}{_PERSON}(?: real| de verdad)?(?: please| now| por favor)*$",
    rf"\b(?:hablar|hable|comunic\w+|comuniqu\w+|pas[ae]\w*|ponga\w*|transfi\w+)(?: \w+)?? (?:con|a) {_A}(?:{_PERSON}"
    rf"|alguien\b)",
)
_TALKS_TO_ONE = re.compile(r"\b(?:are you|am i (?:speaking|talking)|is this|eres|es usted|estoy hablando)\b")

_MESSAGE = _any(
    r"\b(?:leave|take|pass|give|send|relay)(?: \w+){0,3} (?:a|the|my|this) message\b",
    r"\b(?:call|ring|phone) (?:me|us) back\b|\b(?:a|my) call ?back\b|\bleave (?:word|my number)\b",
    r"\b(?:ask|tell|have|get) (?:them|him|her|someone|somebody|the \w+) (?:to )?(?:call|ring|phone) (?:me|us)\b",
    r"\b(?:tell|let) (?:the|your) (?:manager|owner|boss) (?:know )?(?:that|i|about)\b",
    r"\b(?:dej|tom|pas|dar|da)\w*(?: \w+){0,2} (?:mensaje|recado)\b",
    r"\bque me (?:llame|llamen|devuelva|devuelvan)\b|\bdevolver(?:me)? la llamada\b|\bme pueden? llamar\b",
)

_ORDER = r"(?:(?:my|the|this|that|our|whole|entire) )*(?:order|whole thing|lot)\b(?! of\b)"
_CANCEL = _any(
    r"^(?:(?:no|please|just|sorry|can you|let's|i want to|i'd like to|quiero) )*cancel(?:ar)?(?: (?:please"
    r"|por favor))?$",
    rf"\bcancel (?:{_ORDER}|everything\b(?! (?:but|except))|it all\b|all of (?:it|that|this)\b)",
    rf"\b(?:forget|scrap|drop|stop|void|scratch|abandon) (?:about )?(?:{_ORDER}|it all\b)",
    r"\b(?:don'?t|do not|no longer) want (?:anything|any of (?:it|this|that)|the order"
    r"|to order(?: anything)?)(?: any ?more| at all| now| today| after all| thanks| thank you| sorry)*$",
    r"\b(?:i'?m|we'?re) not ordering(?: anything)?$",
    r"\b(?:cancel|anul)\w+ (?:todo|toda|(?:el|la|mi|todo el|toda la|este|esta) (?:pedido|orden))\b",
    r"\b(?:ya|mejor) no quiero (?:nada|pedir(?: nada)?)(?: gracias)?$",
    r"\bolvid\w+ (?:de |del |el |la |mi |todo el |toda la )*(?:pedido|orden|todo)\b",
)

_HOURS = _any(
    r"\bwhat time (?:do|does|are|is|will|can|would|you|should)\b|^what time$",
    r"\b(?:your|opening|business|store|the) hours\b|\bhow (?:late|long|soon|quick|quickly|fast)\b",
    r"\bwhen(?:'s| do| does| are| is| will| would| can| could| should)\b",
    r"\byou (?:guys |all )?(?:still )?open (?:now|right now|today|tonight|tomorrow|late|yet|on|till|until|for|$)",
    r"\b(?:are|is) (?:you|you guys|it|the (?:store|restaurant|kitchen|place)) (?:still |already )?(?:open|clos\w+)\b",
    r"\b(?:do|will|does|did) (?:you|you guys|it|the (?:store|restaurant|kitchen|place)) (?:still )?(?:open|close)\b",
    r"\b(?:a|hasta|desde) que hora\b|\bhorarios?\b|\bestan? (?:\w+ )?(?:abiert|cerrad)",
    r"\bcuanto (?:tiempo|falta|(?:se |me |nos |va a |van a )*(?:tarda|demora)\w*)\b",
    r"\bcuando (?:esta|abr|cierra|puedo|llega|va)\w*\b|\b(?:abren|cierran) (?:hoy|manana|temprano|tarde|el|los|a)\b",
)

_ALL = (
    r"(?:that|it|this|everything|all (?:of )?(?:that|this|it)|(?:my|the)(?: whole)? (?:order|thing|lot|bill)|(?:i"
    r"|we) owe|altogether|all together|in total)"
)
_ALL_TAIL = (
    r"(?: (?:be|cost|come|come out|to|all|together|altogether|in total|so far|now|then|going|gonna|you|please|for"
    r"|everything|today|(?:with|including|plus) (?:the )?(?:tax|taxes|delivery)))*$"
)
_ALL_TAIL_ES = (
    r"(?: (?:todo|junto|en total|eso|por todo|el total|(?:el|mi) pedido|(?:la|mi) (?:orden|cuenta)|hasta ahor\w+|ya"
    r"|entonces|con (?:los )?impuestos|por favor|al final))*$"
)
_TOTAL = _any(
    rf"\bhow much(?: is| was| does| do| did| will| would|'s)? {_ALL}{_ALL_TAIL}",
    r"\bhow much (?:it|that|this|everything|i) (?:is|owe|will be|would be|comes to)\b",
    r"\b(?:my|the|our|grand) total(?=$| (?:so far|now|please|with|again|be|going|gonna|come|for (?:my|the"
    r"|this) order|thanks|cost)\b)",
    r"^total(?: please| so far| now)*$|\bwhat(?:'s| is) (?:the|my) (?:damage|bill|sum)\b|^(?:the |my )?bill please$",
    r"\bwhat (?:do|would|will|did) (?:i|we) owe\b",
    rf"\bwhat(?:'s| does| do| did| will| would) {_ALL}(?: all)? (?:come|add up|amount|total|be)\b",
    r"\bcuanto (?:es|seria|son|va a ser|sale|saldria|queda|va|hay que pagar|voy a pagar"
    rf"|(?:le |te )?(?:debo|tengo que pagar)|me (?:sale|queda)){_ALL_TAIL_ES}",
    rf"\ben cuanto (?:me )?(?:sale|queda|va){_ALL_TAIL_ES}",
    r"\b(?:el|mi) total\b(?! de)|^total(?: por favor)?$|\bla cuenta(?: por favor)?$",
)

_PRICE = _any(
    r"\bhow much\b|\bwhat (?:does|do|is|would|will|did)\b.{0,60}\bcosts?\b|\bwhat (?:do|are|will"
    r"|would) you charg\w+\b|\bhow (?:expensive|cheap)\b",
    r"\bwhat(?:'s| does| do| will| would) .{1,40}\b(?:run|run me|go for|going for|set me back)\b",
    r"\b(?:is|are) (?:it|that|there|they) (?:an? )?extra(?: charge| cost)? for\b",
    r"\bprices? (?:of|for|on|list|please)\b|^(?:the |your )?prices?$",
    r"\b(?:what(?:'s| is| are)|know|tell me|give me|have|your)(?: the| your| all| me)* prices?\b",
    r"\bcuant[oa]s? (?:cuesta|vale|cobra|sale|me|le|es|son|seria|por|el|la|los|las)\w*\b|^cuanto$",
    r"\bque precios?\b|\bprecios? (?:de|del|tiene|tienen)\b|\b(?:el|los|sus?) precios?$",
    r"\ba como (?:esta|estan|es|son|tiene\w*|da|dan)\b",
)
_NO_QUESTION_OF_PRICE = re.compile(r"\b(?:no matter|don'?t care|doesn'?t matter) how much\b")

_FOOD_ALLERGENS = (
    r"(?:gluten|dairy|lactose|(?:tree )?nuts?|peanuts?|eggs?|soy|shellfish|seafood|fish|wheat|sesame|milk|pork|meat"
    r"|beef|alcohol|msg)"
)
_DIETS = r"(?:gluten|vegan|vegetarian|halal|kosher|(?:dairy|nut|lactose|egg|meat|peanut) free|lactose)"
_ALLERGENS_ES = (
    r"(?:gluten|huevos?|leche|lactosa|lacteos?|nuez|nueces|frutos secos|cacahuates?|cacahuetes?|mani|soya|soja"
    r"|mariscos?|pescado|trigo|ajonjoli|sesamo|cerdo|carne)"
)
_ALLERGEN = _any(
    rf"\b(?:does|do)\b.{{1,30}}\bcome with\b.{{0,15}}\b{_FOOD_ALLERGENS} in\b",
    r"\ballergens?\b|\ballerg(?:y|en) (?:info\w*|menu|list|advice|chart)\b|\balergenos?\b",
    r"\b(?:safe|ok|okay|suitable|alright|fine) (?:for|if)\b.{0,40}\b(?:allerg|celiac|coeliac|vegan|vegetarian|nut"
    r"|peanut|gluten|lactose)",
    r"\b(?:does|do|did|would|what|which)\b.{0,40}\bcontain\w*\b|\bwhat can i (?:eat|have|order|get) (?:if|with)\b",
    r"\bwhat'?s in\b.{0,60}\ballerg",
    rf"\b(?:does|do|did|has)\b(?! you\b| i\b| we\b).{{1,40}}?\b(?:have|got|include"
    rf"|use)\b.{{0,20}}\b{_FOOD_ALLERGENS}\b",
    rf"\b(?:is|are) there\b.{{0,25}}\b{_FOOD_ALLERGENS}\b.{{0,10}}\b(?:in|on)\b"
    rf"|(?<!put )(?<!want )(?<!add )(?<!not )(?<!without )(?<!need )\bany {_FOOD_ALLERGENS} (?:in|on)\b",
    rf"\b(?:is|are|isn't|aren't)\b(?! there\b| you\b).{{1,40}}\b{_DIETS}\b",
    rf"\b(?:anything|something|options?|dishes|things?)\b.{{0,20}}\b(?:{_DIETS}|without {_FOOD_ALLERGENS})\b",
    rf"\b{_DIETS}(?: free)? (?:options?|dishes|things?|menu)\b|\b(?:made|cooked|fried) (?:with|in) {_FOOD_ALLERGENS}\b",
    rf"\bdo you (?:use|cook with|fry (?:\w+ )?in|put)\b.{{0,25}}\b{_FOOD_ALLERGENS}\b",
    rf"\bcontienen?\b|\b(?:llevan?|traen?|tiene)\b.{{0,20}}\b{_ALLERGENS_ES}\b|\bapt[oa]s? para\b",
    r"\b(?:algo|alguna? \w+|opciones|platos?|cosas?) (?:\w+ )?(?:sin (?:gluten|lactosa|lacteos)|vegan\w+"
    r"|vegetarian\w+)",
    r"\b(?:es|son)\b.{0,30}\b(?:vegan[oa]s?|vegetarian[oa]s?|sin gluten|libres? de)\b",
)

_REPEAT = _any(
    r"\brepeat (?:that|it|please|what|everything|yourself|(?:the|my|your) (?:order|last|total|question|options"
    r"|menu))\b",
    r"\brepeat$|\bsay (?:that|it|this) (?:again|slower|more slowly|one more time)\b|\bsay again\b|\bcome again\b"
    r"|\bpardon\b",
    r"\bdidn'?t (?:quite )?(?:hear|catch|get)(?: (?:that|it|you|what you said|a word|any of (?:that|it)"
    r"|the last (?:bit|part|thing)))?$|\b(?:couldn'?t|can'?t|cannot) hear\b",
    r"\b(?:i )?missed (?:that|it|the last)\b|\bwhat was the last\b|\b(?:run|go) (?:that|it"
    r"|over \w+) (?:by me )?again\b",
    r"\b(?:go|run) over (?:my|the) order\b|\byou'?re (?:breaking up|cutting out)\b|\bbad (?:line|connection)\b",
    r"\bwhat(?: did|'d) you (?:just )?say\b|\bwhat was that\b|\bread (?:\w+ ){0,3}back\b",
    r"\bwhat do i have(?: so far| in (?:my|the) order| now)*$|\bwhat(?:'s| is) (?:in |on )?(?:my|the) order\b",
    r"\bwhat (?:did|have) i (?:got|ordere?d?)\b|\bwhat have i got\b",
    r"^(?:sorry |please )?(?:again|one more time|once more)(?: please)?$",
    r"^(?:sorry |i'm sorry )?(?:what|huh|sorry|excuse me|what's that|say what)$",
    r"\brepit\w*|\brepetir\w*|\b(?:como|que) (?:dijo|dice|dijiste)\b|^(?:perdon )?(?:como|mande|perdon|que|eh"
    r"|disculpe)$",
    r"\bno (?:le |lo |te )?(?:escuche|oi|entendi|escucho|oigo)(?: bien)?$|^(?:perdon )?otra vez(?: por favor)?$",
    r"\bque (?:llevo|he pedido|pedi|tengo pedido)\b|\blea\w* (?:mi|el) pedido\b",
)

_MENU = _any(
    r"\bwhat (?:do|can|could|would|does|are|is|comes?|else)\b(?! i (?:want|have|owe|need|said|mean)\b)",
    r"\bwhat'?s (?:on|in|good|the|your|popular|best|available|that|special)\b|\bwhat have you\b",
    r"\b(?:what|which) (?:kind|sort|type|flavou?r|size|topping|sauce|drink|side|dressing|option|choice)s?\b",
    r"\b(?:what|which) (?:\w+ ){1,3}(?:do you|are there|can i|is there|comes?|you have)\b",
    r"\b(?:do|does) (?:you|you guys|you all|they) (?:still |also |even |happen to )?(?:have|sell|carry|serve|do|got"
    r"|offer|make)\b|\bhave you got\b|\byou have any\b|\bgot any\b|\btell me about\b",
    r"\b(?:the|your|a) menu\b|^menu(?: please)?$|\bis there an? (?!way|chance|problem)|\b(?:is|are) there any (?!way"
    r"|chance)",
    r"\brecommend|\bsuggest|\b(?:the|your|any|today's) specials\b|\boptions\b",
    r"(?<!la )(?<!el )(?<!lo )(?<!los )(?<!las )\bque (?:hay|tiene\w*|pizzas|tipos?|sabores?|tamanos?|opciones"
    r"|llevan?|traen?|vienen?|bebidas|postres|venden|(?:me )?(?:puede\w* )?(?:recom|ofrec|sug[ie])\w*|mas (?:hay"
    r"|tiene\w*))\b|\bque \w+ (?:tiene\w*|hay|venden|ofrecen)\b",
    r"^(?:hola |y |perdon |disculpe )*(?:tiene\w*|hay|venden|manejan|sirven)\b(?! que\b)",
    r"\b(?:el|la|su|del|una?) (?:menu|carta)(?=$| (?:por favor|de|para|que)\b)|\bcuales (?:son|tiene\w*|hay)\b",
)

ACTS = (
    ActPattern("message", _MESSAGE, _hints("mess back call ring phon word numb know tell mens reca llam devu")),
    ActPattern(
        "transfer", _TRANSFER,
        _hints("pers huma mana owne repr rep oper staf supe boss agen empl serv gere enca duen algu some real actu "
               "live char rest stor kitc fron robo mach comp bot ai maqu grab"),
        _TALKS_TO_ONE,
    ),
    ActPattern("cancel", _CANCEL, _hints("canc forg scra drop stop void aban do don' dont no not quie anul olvi")),
    ActPattern(
        "ask_allergen", _ALLERGEN,
        _hints("alle aler safe ok okay suit alri fine cont what does do did has is are isn' isnt aren any some anyt "
               "opti dish thin glut vega vege hala kosh dair nut lact egg meat pean made cook frie llev trae tien "
               "apto apta algo algu opci plat cosa es son"),
    ),
    ActPattern("ask_hours", _HOURS, _hints("time hour how when open clos hora abie cerr cuan abre cier")),
    ActPattern("ask_total", _TOTAL, _hints("how tota what bill cuan cuen")),
    ActPattern("ask_price", _PRICE, _hints("how what extr pric cuan prec como"), _NO_QUESTION_OF_PRICE),
    ActPattern(
        "repeat", _REPEAT,
        _hints("repe say agai come pard didn coul can' cant cann what read sorr one once huh excu repi como que mand "
               "perd miss run go brea cutt bad eh disc no otra pedi"),
    ),
    ActPattern(
        "ask_menu", _MENU,
        _hints("what whic have do does got tell menu ther reco sugg spec opti que tien hay vend mane sirv cart cual"),
    ),
)  # fmt: skip

DONE_HINTS = _hints("that this noth done good set fini more todo mas noma solo sola bien eso list nada ya no")
DONE = _any(
    r"\b(?:that|this)(?:'?s| is|'?ll be| will be| should be) (?:it|all|everything|about it)\b(?! (?:on|with"
    r"|i want on|i want in|that goes|for (?!now|me|us|today|tonight|this|(?:my|the|our) order))\b)",
    r"\bthat (?:does|should do|will do) it\b|\bthat'?ll do(?: it)?$|\bthat'?s (?:the|my) (?:whole |entire )?order$",
    r"\bnothing (?:else|more)\b(?! (?:on|in|with|but|than|to (?:eat|drink|add to))\b)",
    r"^(?:no |nope |nah )?nothing(?: thanks| thank you| for me| at all)*$",
    r"\b(?:i'?m|we'?re|i am|we are|all) (?:all )?(?:done|good|set|finished)\b(?! (?:with|for|to go with)\b)",
    r"^(?:ok |okay |yes |yeah |no )?(?:done|finished)\b|\bdone ordering\b|\bno more(?=$| (?:thanks|thank you"
    r"|for me)\b)",
    r"\b(?:es|seria) todo\b(?! (?:lo|en|sobre))|\bnada mas(?=$| (?:gracias|por favor|eso|por ahora|de momento)\b)",
    r"\b(?:nomas|solo|solamente) eso\b|^(?:no )?asi esta bien\b|\bcon eso (?:esta bien|basta|ya)\b",
    r"^(?:ya esta|no mas|ya con eso)(?: por favor| gracias)*$|^(?:ya |estoy |ya estoy )?list[oa]s?(?: gracias)?$"
    r"|^no nada(?: gracias)?$|^nada gracias$",
)
GREETING = re.compile(r"^(?:hi|hello|hey|howdy|good (?:morning|afternoon|evening)|hola|buen[oa]s\b.*)\b")
