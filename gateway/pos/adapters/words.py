"""An order in the words of a kitchen ticket, for what a POS has no field for. Pure.

Rules kept here: nothing is left out and nothing is shortened, what is too long goes on in the next piece; what changes
a dish is in capitals (NO, EXTRA, LEFT HALF); a thing is called what the kitchen calls it, where it has a name of its
own there; an allergy comes first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from gateway.orders.wording.money import price_text
from gateway.pos.order_message import Choice, ConfirmedOrder, OrderLine, OrderPart, Reference

_ACTION = {"add": "{}", "no": "NO {}", "extra": "EXTRA {}", "light": "LIGHT {}", "side": "{} ON THE SIDE", "swap": "{}"}
_PLACEMENT = {"whole": "", "left": "LEFT HALF: ", "right": "RIGHT HALF: "}
SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Node:
    """A choice and the choices that it has opened: a salad and its dressing."""

    choice: Choice
    opened: list["Node"] = field(default_factory=list)


def nested(choices: Iterable[Choice]) -> list[Node]:
    """Choices as trees. Each is there once; one whose opener is not among them stands at the top."""
    waiting, roots, placed = [Node(choice) for choice in choices], list[Node](), dict[str, Node]()
    while waiting:
        ready = [node for node in waiting if node.choice.opened_by is None or node.choice.opened_by in placed]
        for node in ready or waiting[:1]:
            waiting.remove(node)
            opener = placed.get(node.choice.opened_by or "")
            (roots if opener is None else opener.opened).append(node)
            placed.setdefault(f"{node.choice.group.ref}/{node.choice.option.ref}", node)
    return roots


def flat(nodes: Iterable[Node]) -> Iterator[Choice]:
    """The choices of trees, each before those that it opened."""
    for node in nodes:
        yield node.choice
        yield from flat(node.opened)


def ticket_name(reference: Reference) -> str:
    """What the kitchen calls it."""
    return reference.kitchen_name or reference.name


def sized(item: Reference, variation: Reference | None) -> str:
    """`Margherita, large`; an item with one form is called by its name alone."""
    size = size_of(item, variation)
    return ticket_name(item) if size is None else f"{ticket_name(item)}, {size}"


def size_of(item: Reference, variation: Reference | None) -> str | None:
    """The size in words; None for an item with one form only, which `order_payload` names like the item itself."""
    return None if variation is None or variation.name == item.name else ticket_name(variation)


def is_plain(choice: Choice) -> bool:
    """Whether it says no more than "so much of this, on all of it"."""
    return choice.action == "add" and choice.placement == "whole"


def choice_words(choice: Choice) -> str:
    """`LEFT HALF: 2x EXTRA bacon`, `swiss cheese INSTEAD OF cheddar`."""
    words = _ACTION[choice.action].format(ticket_name(choice.option))
    words = words if choice.quantity == 1 else f"{choice.quantity}x {words}"
    words += "" if choice.instead_of is None else f" INSTEAD OF {ticket_name(choice.instead_of)}"
    return _PLACEMENT[choice.placement] + words


def half_words(line: OrderLine) -> tuple[str, ...]:
    """The two halves of a line that has them: `LEFT HALF: Margherita`, `RIGHT HALF: Pepperoni`."""
    if line.half_item is None:
        return ()
    right = sized(line.half_item, line.half_variation)
    return f"LEFT HALF: {sized(line.item, line.variation)}", f"RIGHT HALF: {right}"


def part_words(part: OrderPart) -> str:
    """What fills a slot, without its choices: `DRINK: Ice tea, small`."""
    return f"{ticket_name(part.slot).upper()}: {sized(part.item, part.variation)}"


def whole_part_words(part: OrderPart) -> str:
    """What fills a slot, with its choices: `DRINK: Ice tea, small (NO ice, lemon)`."""
    made = ", ".join(choice_words(choice) for choice in flat(nested(part.modifiers)))
    return part_words(part) + (f" ({made})" if made else "")


def alert(data: ConfirmedOrder) -> str | None:
    """The allergies in capitals."""
    return data.allergy_alert or " / ".join(allergy.upper() for allergy in data.allergies) or None


def line_notes(line: OrderLine, data: ConfirmedOrder) -> list[str]:
    """What stands on every line whatever its system: the allergy first, the age to be shown, what the caller said.

    The allergy is on each line, for kitchens where every station gets its own lines only.
    """
    age = None if line.min_age is None else f"CHECK ID: {line.min_age} OR OVER"
    return [words for words in (alert(data), age, line.notes) if words]


def order_notes(data: ConfirmedOrder, *, who: bool = False, where: bool = False, when: bool = False) -> list[str]:
    """What stands on the whole order: the allergy first.

    Args:
        data: the order.
        who: also the customer's name and phone number, for a system without a place for them.
        where: also the kind and the address.
        when: also the time.
    """
    fulfilment, customer = data.fulfilment, data.customer
    kind = (fulfilment.kind or "kind not said").upper()
    words = [
        alert(data),
        data.age_note,
        (kind if fulfilment.address is None else f"{kind} TO {fulfilment.address}") if where else None,
        time_words(data) if when else None,
        f"Name: {customer.name}" if who and customer.name else None,
        f"Phone: {customer.phone}" if who and customer.phone else None,
        None if customer.phone else "PHONE NUMBER WITHHELD",
        data.notes,
        f"The caller was told {price_text(data.totals.total, data.currency)} with tax",
    ]
    return [text for text in words if text]


def time_words(data: ConfirmedOrder) -> str:
    """`AT Wed 18 Nov 19:30` for a time that the caller chose, `about` for the one they were told; by local time."""
    zone = ZoneInfo(data.timezone or "UTC")
    at = f"{data.fulfilment.ready_at.astimezone(zone):%a %d %b %H:%M}"
    at = at if data.timezone else f"{at} UTC"
    return f"AT {at}" if data.fulfilment.scheduled else f"as soon as possible, about {at}"


def pieces(notes: Iterable[str], limit: int) -> list[str]:
    """The notes as one text, cut into pieces of at most so many characters: after a note, after a word, or anywhere."""
    text, cut = SEPARATOR.join(notes), list[str]()
    while len(text) > limit:
        head = text[:limit]
        at = next((head.rfind(mark) + len(mark) for mark in (SEPARATOR, " ") if mark in head), limit)
        cut.append(text[:at])
        text = text[at:]
    return [piece for piece in (*cut, text) if piece]
