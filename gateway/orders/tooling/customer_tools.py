"""The tools that note what the caller said of themselves: set_customer, set_fulfilment.

Rules kept here: what is not mentioned stays, a scheduled time too; an allergy comes to those noted and is taken back by
its own argument alone; a time is taken only if the restaurant can make something then, and what of the cart it cannot
make then is said at once.
"""

from gateway.orders.availability import FulfilmentKind
from gateway.orders.local_times import FORM, read_time
from gateway.orders.missing import required_age
from gateway.orders.order import Fulfilment
from gateway.orders.order_records import without_allergy
from gateway.orders.timing import not_then
from gateway.orders.tooling.arguments import Refusal, shown
from gateway.orders.tooling.desk import Desk, ToolCall, refuse_if_moved, refuse_if_placed
from gateway.orders.tooling.lookup import fold
from gateway.orders.tooling.outcome import ToolOutcome
from gateway.orders.wording.clock_words import moment_words
from gateway.orders.wording.listing import listed

MAX_AGE = 120
# What models write where the caller has no allergy.
_NONE = frozenset(map(fold, ("none", "no", "no allergies", "nothing", "n/a", "not any", "none known", "ninguna")))
# How people call the two ways to get their food.
_KINDS: dict[FulfilmentKind, tuple[str, ...]] = {
    "pickup": ("pickup", "pick up", "takeout", "take out", "takeaway", "take away", "carryout", "carry out", "to go"),
    "delivery": ("delivery", "deliver", "delivered", "home delivery"),
}
_KIND_BY_NAME = {fold(name): kind for kind, names in _KINDS.items() for name in names}


def set_customer(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Note the name, how the food reaches the caller, a note for the whole order, allergies, and the caller's age."""
    refuse_if_placed(call.order)
    refuse_if_moved(call)
    arguments = call.arguments
    taken_back = arguments.text("allergy_taken_back", 80)
    if taken_back is not None and without_allergy(call.order.allergies, taken_back) == call.order.allergies:
        noted = listed(call.order.allergies) if call.order.allergies else "none"
        raise Refusal(f"There is no allergy {shown(taken_back)} to take back; noted are {noted}.")
    name, notes = arguments.text("name", 80), arguments.text("notes")
    allergies = tuple(words for words in arguments.texts("allergies") or () if _is_allergy(words))
    age = _age(desk, call)
    fulfilment = _fulfilment(desk, call, arguments.text("fulfilment"), arguments.text("address"))
    given = (name, notes, fulfilment, age, taken_back)
    if not allergies and all(value is None for value in given):
        if arguments.given("allergies"):
            return desk.unchanged(call.order, {"say": "There is no allergy to note."}, call.context)
        raise Refusal(
            "set_customer needs a name, a fulfilment, an address, notes, allergies or age_confirmed.",
            "ORDER_PARSE_ERROR",
        )
    order = call.order.set_customer(
        call_id=call.id,
        name=name,
        fulfilment=fulfilment,
        notes=notes,
        allergies=allergies,
        allergy_taken_back=taken_back,
        age_confirmed=age,
    )
    told = [] if taken_back is None else ["Taken back."]
    if allergies:
        told.append(f"Noted for the kitchen: {listed(order.allergies)}.")
    return desk.changed(order, " ".join(told) or "Noted.", call.context)


def set_fulfilment(desk: Desk, call: ToolCall) -> ToolOutcome:
    """Note how, where to and when the food reaches the caller: at a time they choose, or as soon as possible."""
    refuse_if_placed(call.order)
    refuse_if_moved(call)
    arguments, restaurant, now = call.arguments, desk.restaurant, call.context.now
    kind, address, time = arguments.text("kind"), arguments.text("address"), arguments.text("time", 60)
    if kind is None and address is None and time is None:
        raise Refusal(f"set_fulfilment needs kind, address or time ({FORM}).", "ORDER_PARSE_ERROR")
    fulfilment = _fulfilment(desk, call, kind, address) or call.order.fulfilment or _only_one(desk)
    if fulfilment is None:
        raise Refusal(f"Ask whether it is for {listed(restaurant.fulfilments, word='or')}; then give kind and time.")
    if time is not None:
        fulfilment = fulfilment.model_copy(update={"at": read_time(time, restaurant, now)})
        reason = not_then(fulfilment, restaurant, call.context)
        if reason is not None:
            raise Refusal(f"{reason} Tell the caller.")
    order = call.order.set_customer(call_id=call.id, fulfilment=fulfilment)
    at, local_now = fulfilment.at, now.astimezone(restaurant.zone)
    when = "as soon as it is ready" if at is None else moment_words(at.astimezone(restaurant.zone), local_now)
    offer = desk.on_offer(order, call.context)
    short = dict.fromkeys(not_now.say for line in order.lines for not_now in offer.line(line))
    told = [f"Noted: {fulfilment.kind} {when}.", *short]
    if short:
        told.append("Tell the caller, and ask what they would like instead.")
    return desk.changed(order, " ".join(told), call.context)


def kind_of(desk: Desk, wanted: str | None) -> FulfilmentKind:
    """The way to get the food that is meant; None stands for an address without one.

    Raises:
        Refusal: the restaurant does not offer it.
    """
    kind = "delivery" if wanted is None else _KIND_BY_NAME.get(fold(wanted))
    offered = desk.restaurant.fulfilments
    if kind is None or kind not in offered:
        asked = "An address" if wanted is None else shown(wanted)
        raise Refusal(f"{asked} does not fit: {desk.restaurant.name} offers {' and '.join(offered)}. Tell the caller.")
    return kind


def _fulfilment(desk: Desk, call: ToolCall, wanted: str | None, address: str | None) -> Fulfilment | None:
    """What was said of pickup, delivery and the address; None when nothing was. A scheduled time stays."""
    if wanted is None and address is None:
        return None
    kind = kind_of(desk, wanted)
    if kind == "pickup" and address is not None:
        raise Refusal("An address is for deliveries. Ask whether it is pickup or delivery.")
    before = call.order.fulfilment
    known = before.address if before is not None and kind == "delivery" else None
    return Fulfilment(kind=kind, address=address or known, at=None if before is None else before.at)


def _only_one(desk: Desk) -> Fulfilment | None:
    """The one way to get the food, where the restaurant offers one."""
    offered = desk.restaurant.fulfilments
    return Fulfilment(kind=offered[0]) if len(offered) == 1 else None


def _is_allergy(words: str) -> bool:
    """Whether words name one. What is not in Latin letters folds to nothing, and is an allergy all the same."""
    return any(letter.isalnum() for letter in words) and fold(words) not in _NONE


def _age(desk: Desk, call: ToolCall) -> int | None:
    """The age in years that the caller says they have reached. A plain yes answers for what is in the cart."""
    if not call.arguments.says("age_confirmed"):
        age = call.arguments.whole("age_confirmed")
        if age is not None and not 1 <= age <= MAX_AGE:
            raise Refusal(f"age_confirmed is an age in years, 1 to {MAX_AGE}.", "ORDER_PARSE_ERROR")
        return age
    asked = required_age(call.order, desk.menu)
    if asked is None:
        raise Refusal("Nothing in the cart asks for an age. Give the age in years, or leave it out.")
    if not call.arguments.flag("age_confirmed"):
        raise Refusal(f"Then take off what is for people of {asked} and over, with remove_line. Tell the caller.")
    return asked
