"""What the menu says to what was said: what is missing, what cannot be had, what is not on it.

Rules kept here: what is missing is found by the same rules as for an order (`missing.py`), so that both agree; what
cannot be had now is told before anything else about it; nothing is wrong with taking something off.
"""

from collections.abc import Iterable

from gateway.orders.choices import items_of, lacking_in, part_for
from gateway.orders.faults import FaultFinder
from gateway.orders.intent import Fault, MissingChoice, OrderIntent, OrderValidation
from gateway.orders.intent_lines import line_of
from gateway.orders.menu import Menu
from gateway.orders.missing import Missing, missing_from_lines
from gateway.orders.on_offer import OnOffer
from gateway.orders.order import Line, open_order
from gateway.orders.wording.nearest import nearest


def validate_order(
    intent: OrderIntent, menu: Menu, on_offer: OnOffer | None = None, age_confirmed: int | None = None
) -> OrderValidation:
    """What the menu says to an intent. Removals need nothing.

    Args:
        intent: what was said.
        menu: the menu it is about.
        on_offer: what can be had now; None: the whole menu.
        age_confirmed: the age in years that the caller said they have reached.
    """
    finder = FaultFinder(menu, on_offer)
    faults: list[Fault] = []
    lines: list[Line] = []
    for at, said in enumerate(intent.items):
        item = menu.item(said.menu_item_id)
        if item is None or said.action == "remove":
            continue
        line = line_of(said, menu).model_copy(update={"id": str(at)})
        found = finder.of_line(said, line, item, at)
        faults += found
        if not any(fault.kind == "not_on_offer" and fault.what == item.spoken_name for fault in found):
            lines.append(line)  # of what cannot be had, nothing is missing
    if not intent.items:
        faults += finder.of_question(intent.about)
    missing = tuple(_missing(lines, menu, on_offer, age_confirmed))
    headings = tuple(subject.id for subject in intent.subjects if subject.kind == "category")
    near = {text: tuple(item.id for item in nearest(text, menu, on_offer, headings)) for text in intent.unknown}
    ok = not (missing or faults or intent.unknown or intent.ambiguous)
    nearby = {text: ids for text, ids in near.items() if ids}
    return OrderValidation(ok, missing, tuple(faults), intent.unknown, intent.ambiguous, nearby)


def _missing(
    lines: list[Line], menu: Menu, on_offer: OnOffer | None, age_confirmed: int | None
) -> Iterable[MissingChoice]:
    """The gaps of the lines, as an order would have them."""
    order = open_order("", "", menu_digest="").model_copy(
        update={"lines": tuple(lines), "age_confirmed": age_confirmed}
    )
    for gap in missing_from_lines(order, menu, on_offer=on_offer):
        line = None if gap.line_id is None else order.line(gap.line_id)
        yield _of_age(lines, menu) if line is None else _choice(gap, line, menu)


def _of_age(lines: list[Line], menu: Menu) -> MissingChoice:
    """The age is asked for once, for the item that asks for the highest."""
    oldest = max((item for line in lines for item in items_of(line, menu)), key=lambda item: item.min_age or 0)
    return MissingChoice(oldest.id, "age", ())


def _choice(gap: Missing, line: Line, menu: Menu) -> MissingChoice:
    combo = menu.item(line.item_id)
    slot = None if combo is None or gap.slot is None else combo.slot(gap.slot)
    part = None if slot is None else part_for(slot, line.parts)
    item_id, modifiers = (line.item_id, line.modifiers) if part is None else (part.item_id, part.modifiers)
    if slot is not None and part is None:
        items = (menu.item(item_id) for item_id in gap.choices)
        return MissingChoice(line.item_id, gap.what, tuple(i.spoken_name for i in items if i is not None), gap.slot)
    dimension, group = menu.dimension(gap.what), menu.group(gap.what)
    names = {} if dimension is None else {option.id: option.name for option in dimension.options}
    if group is None or set(gap.choices) <= names.keys():
        return MissingChoice(item_id, gap.what, tuple(names[choice] for choice in gap.choices), gap.slot)
    item = menu.item(item_id)
    lacking = 0 if item is None else lacking_in(group, item, modifiers, menu)
    named = tuple(option.name for option in group.options if option.id in gap.choices)
    return MissingChoice(item_id, gap.what, named, gap.slot, lacking)
