"""OrderProcessor: what a turn means, whether the menu allows it, and what to say. Grounded in the menu alone.

The specification's three methods. It serves the text-only mode and the local brain, and double-checks the model. Pure
and quick: an instance keeps a lexicon of its menu and nothing of any conversation, so one serves every call.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from gateway.orders.hearing import acts
from gateway.orders.hearing.acts import assent
from gateway.orders.hearing.asides import read_asides
from gateway.orders.hearing.callers import find_name
from gateway.orders.hearing.draft import Draft
from gateway.orders.hearing.emergency import is_emergency
from gateway.orders.hearing.grammar import Cue
from gateway.orders.hearing.lexicon import Lexicon, Mention
from gateway.orders.hearing.tokens import fold, tokenise, without_noise
from gateway.orders.hearing.workbench import Reading
from gateway.orders.intent import (
    Assent,
    IntentItem,
    IntentName,
    KnownLine,
    OrderContext,
    OrderIntent,
    OrderValidation,
    Subject,
)
from gateway.orders.menu import Menu
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Order
from gateway.orders.parse import read
from gateway.orders.validate import validate_order
from gateway.orders.wording.respond import respond

__all__ = ["OrderProcessor", "assent"]

_QUESTIONS: frozenset[IntentName] = frozenset({"ask_price", "ask_menu", "ask_hours", "ask_allergen"})
_NOT_ORDERING = frozenset({"add", "put", "also", "and also", "as well as", "along with"})
# These order nothing. "Add a Coke, and how much is that?" does.
_NO_ORDERS: frozenset[IntentName | None] = frozenset(
    {"ask_price", "ask_menu", "ask_hours", "ask_allergen", "transfer", "cancel", "message", "emergency"}
)
_SMALL_TALK: frozenset[IntentName] = frozenset({"confirm", "deny", "done", "greeting", "other"})
_NOT_ABOUT_FOOD: frozenset[IntentName | None] = frozenset(
    {"transfer", "cancel", "repeat", "ask_hours", "ask_total", "message", "emergency"}
)
_SURE = 0.99  # nothing is certain on a telephone
_PER_UNKNOWN, _PER_AMBIGUITY, _PER_REPAIR = 0.8, 0.7, 0.97
_PER_LEAP, _PER_STRANGE = 0.97, 0.95


class OrderProcessor:
    """Understands orders for one menu."""

    def __init__(self, menu: Menu) -> None:
        """Builds the lexicon: about 10 ms for a menu of twenty entries, to be done once per menu."""
        self.menu = menu
        self._lexicon = Lexicon(menu)

    def parse_order_intent(self, transcript: str, context: OrderContext) -> OrderIntent:
        """What the caller means by one turn. Never raises, and never names an id that is not on the menu.

        Args:
            transcript: the words, typed or recognised, of any length and in any language.
            context: the order so far and what the agent asked last; its menu must be this processor's.
        """
        asides = read_asides(transcript, context.asked)
        mentions = self._lexicon.divide(without_noise(tokenise(asides.rest)))
        reading = read(mentions, context)
        name = asides.name or find_name(asides.rest, context.asked, reading.strange)
        items = () if _only_a_name(name, mentions, context) else _items(reading, context)
        named: IntentName | None = "emergency" if is_emergency(transcript) else acts.act(transcript)
        about = tuple(dict.fromkeys(sense.id for mention in mentions for sense in mention.of("item")))
        senses = dict.fromkeys(sense for mention in mentions for sense in mention.senses if sense.kind != "item")
        orders_too = named in _QUESTIONS and _orders(mentions)
        if named in _NO_ORDERS and not orders_too:
            items = ()
        leading = acts.leading_assent(transcript)
        done = acts.is_done(transcript)
        named_so_far = reading.strange if named == "ask_menu" else tuple(text for text, _, _ in reading.unknown)
        explained = {mention.text for mention in mentions if mention.senses} if named in _NO_ORDERS else set()
        plain = map(acts.without_talk, (text for text in named_so_far if text not in explained))
        unknown = tuple(text for text in plain if text and not _is_part(text, name))
        if named in _NOT_ABOUT_FOOD or (done and not items):
            unknown = ()
        told_allergies: IntentName | None = "ask_allergen" if asides.allergies else None
        ordered = _kind(items) if items and named in _QUESTIONS else None
        kind = ordered or named or _kind(items) or told_allergies or _other_act(transcript, leading, done)
        return OrderIntent(
            intent=kind,
            items=items,
            assent=leading,
            done=done,
            name=name,
            fulfilment=acts.fulfilment(transcript),
            address=asides.address,
            language=acts.spoken_language(transcript),
            confidence=_confidence(items, reading, unknown),
            unknown=unknown,
            ambiguous=reading.ambiguous,
            about=about,
            allergies=asides.allergies,
            time=asides.time,
            subjects=tuple(Subject(sense.kind, sense.id, sense.owner) for sense in senses),
        )

    def assent(self, text: str, language: str | None = None) -> Assent:
        """The answer to a read-back, as `acts.assent`, and never "yes" when the words also name food, or a danger."""
        answer = assent(text, language)
        if answer != "yes":
            return answer
        intent = self.parse_order_intent(text, OrderContext(self.menu))
        return "unclear" if intent.items or intent.subjects or intent.intent == "emergency" else answer

    def concerns_us(self, text: str) -> bool:
        """Whether a turn orders, asks for, or names anything of this place, or a person, an allergy or an emergency."""
        intent = self.parse_order_intent(text, OrderContext(self.menu))
        named = intent.items or intent.about or intent.subjects or intent.ambiguous or intent.allergies
        brought = intent.address or acts.fulfilment_spans(acts.folded(text))
        return bool(named or brought or intent.intent not in _SMALL_TALK)

    def validate_order(
        self,
        intent: OrderIntent,
        menu: Menu | None = None,
        *,
        on_offer: OnOffer | None = None,
        age_confirmed: int | None = None,
    ) -> OrderValidation:
        """What the menu says to an intent, see `validate.py`; another menu than the processor's may be asked."""
        return validate_order(intent, menu or self.menu, on_offer, age_confirmed)

    def generate_response(
        self,
        intent: OrderIntent,
        validation: OrderValidation,
        language: str = "en",
        *,
        order: Order | None = None,
        emergency_number: str = "911",
    ) -> str:
        """Short sentences to say: what was noted, then the first thing that is missing or wrong.

        `order`: as it stands now; without it no total is told.
        """
        return respond(intent, validation, self.menu, language, order=order, emergency_number=emergency_number)


def _orders(mentions: Sequence[Mention]) -> bool:
    """Whether the words of a question also ask for something: "what is good here? I'll just have the soup"."""
    return any(
        (mention.cue is Cue.ADD and mention.text not in _NOT_ORDERING)
        or (mention.cue is Cue.ONLY and (following.cue is Cue.AN or following.number is not None))
        for mention, following in pairwise(mentions)
    )


def _items(reading: Reading, context: OrderContext) -> tuple[IntentItem, ...]:
    """The lines touched, as they shall be; a line that ends as it began was only spoken of."""
    before = {line.line_id: line for line in context.lines}
    found: list[IntentItem] = []
    for draft in reading.drafts:
        if draft.item is None or not draft.touched or (draft.removed and draft.line_id is None):
            continue
        if draft.quantity == 0:  # "zero Cokes": none
            if draft.line_id is None:
                continue
            draft.removed = True
        item = draft.intent_item(_item_confidence(draft, reading))
        if item.action != "change" or _differs(item, before[item.target_line or ""]):
            found.append(item)
    return tuple(found)


def _differs(item: IntentItem, line: KnownLine) -> bool:
    same = item.menu_item_id == line.item_id and item.quantity == line.quantity
    made = dict(item.options) == dict(line.options) and set(item.modifiers) == set(line.modifiers)
    return not (same and made and item.half_item_id == line.half_item_id and _parts(item.parts) == _parts(line.parts))


def _parts(parts: tuple[IntentItem, ...]) -> list[tuple[object, ...]]:
    """What fills the slots, without where in the words it was said."""
    return [(p.slot, p.menu_item_id, sorted(p.options.items()), frozenset(p.modifiers)) for p in parts]


def _item_confidence(draft: Draft, reading: Reading) -> float:
    return round(_SURE * draft.likeness * _PER_REPAIR**reading.repairs, 3)


def _confidence(items: tuple[IntentItem, ...], reading: Reading, unknown: tuple[str, ...]) -> float:
    """For the whole turn: that of its weakest item, less for every word not understood and every doubt."""
    weakest = min((item.confidence for item in items), default=_SURE)
    others = sum(word not in unknown for word in reading.strange)
    doubts = _PER_UNKNOWN ** len(unknown) * _PER_AMBIGUITY ** len(reading.ambiguous)
    return round(weakest * doubts * _PER_LEAP**reading.leaps * _PER_STRANGE**others, 3)


def _kind(items: tuple[IntentItem, ...]) -> IntentName | None:
    """The main act of a turn that changes the order."""
    actions = {item.action for item in items}
    if not actions:
        return None
    if actions == {"add", "remove"}:
        return "replace"
    return "add" if "add" in actions else "change" if "change" in actions else "remove"


def _other_act(transcript: str, leading: Assent, done: bool) -> IntentName:
    if done:
        return "done"
    if leading != "unclear":
        return "confirm" if leading == "yes" else "deny"
    return "greeting" if acts.is_greeting(transcript) else "other"


def _only_a_name(name: str | None, mentions: tuple[Mention, ...], context: OrderContext) -> bool:
    """Whether "Basil" is a person here: asked for a name, the caller said hardly anything else."""
    if name is None or context.asked != "name":
        return False
    ordered = any(m.number is not None or m.of("item") for m in mentions)
    return not ordered and len(mentions) <= len(name.split()) + 3


def _is_part(text: str, name: str | None) -> bool:
    said = re.split(r"[ -]", fold(name or "")[0])
    return all(word in said for word in text.split())
