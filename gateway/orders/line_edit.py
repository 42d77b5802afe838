"""From the arguments of `set_line` to the line they mean, or to a refusal that tells the model what can be had.

Rules kept here: a line given by its id keeps what the arguments do not mention; `modifiers`, when given, are the whole
new list; every id on the resulting line stands on the menu; nothing is half done.
"""

from collections.abc import Mapping

from gateway.orders.lookup import Names
from gateway.orders.menu import Dimension, Item, Menu
from gateway.orders.modifier_edit import MODIFIER_ARGUMENTS, ids, read_modifiers
from gateway.orders.order import Line
from gateway.orders.tool_arguments import Arguments, Refusal, shown


class LineEditor:
    """Reads lines for one menu."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu
        self._items = Names(menu.items)

    def edit(self, arguments: Arguments, old: Line | None) -> Line:
        """The line that the arguments ask for: a new one, its id "", when `old` is None, else `old` changed.

        Raises:
            Refusal: something in the arguments cannot be had; the message says what can.
        """
        item = self._item(arguments, old)
        # Another dish on the same line has its own sizes and choices.
        same = old if old is not None and old.item_id == item.id else None
        variation_id, options = self._size(arguments, item, same)
        records = arguments.records("modifiers", MODIFIER_ARGUMENTS, key="option_id")
        kept = () if same is None else same.modifiers
        quantity = arguments.whole("quantity")
        kept_quantity = 1 if old is None else old.quantity
        return Line(
            id="" if old is None else old.id,
            item_id=item.id,
            variation_id=variation_id,
            options=options,
            quantity=_quantity(kept_quantity if quantity is None else quantity, item),
            modifiers=kept if records is None else read_modifiers(records, item, self._menu),
            # A note may be an allergy: it outlives even a change of dish, until it is taken back.
            notes=arguments.text("notes") if arguments.given("notes") or old is None else old.notes,
            evidence=() if old is None else old.evidence,
        )

    def _item(self, arguments: Arguments, old: Line | None) -> Item:
        wanted = arguments.text("item_id")
        if wanted is None:
            item = None if old is None else self._menu.item(old.item_id)
            if item is None:
                raise Refusal("set_line needs item_id for a new line.", "ORDER_PARSE_ERROR")
            return item
        found = self._items.find(wanted)
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(f"{shown(wanted)} can mean {ids(found)}: ask the caller which one.", "MENU_ITEM_NOT_FOUND")
        close = self._items.close_to(wanted)
        headings = ", ".join(category.name for category in self._menu.categories)
        offer = f"Close to it: {ids(close)}; ask." if close else f"There are: {headings}."
        raise Refusal(f"{shown(wanted)} is not on the menu. {offer} Tell the caller.", "MENU_ITEM_NOT_FOUND")

    def _size(self, arguments: Arguments, item: Item, same: Line | None) -> tuple[str | None, Mapping[str, str]]:
        """The variation once it is settled; until then None, and the {dimension id: option id} settled so far."""
        wanted = arguments.text("variation_id")
        if wanted is not None:
            variation = item.variation(wanted) or item.variation(wanted.casefold())
            if variation is None:
                sold = ", ".join(variation.id for variation in item.variations)
                raise Refusal(f"{item.name} has no variation {shown(wanted)}; it has {sold}. Tell the caller.")
            return variation.id, {}
        asked = self._options(arguments, item)
        before = {} if same is None else _settled(same, item)
        # What is said now outweighs what was said before, where both cannot be had together.
        for settled in ({**before, **asked}, asked):
            fitting = item.matching(settled)
            if fitting:
                return (fitting[0].id, {}) if len(fitting) == 1 else (None, settled)
        sold = ", ".join(variation.id for variation in item.variations)
        raise Refusal(f"{item.name} cannot be had in that combination; its variations are {sold}. Tell the caller.")

    def _options(self, arguments: Arguments, item: Item) -> dict[str, str]:
        """The {dimension id: option id} asked for now."""
        record = arguments.record("options", [dimension.id for dimension in self._menu.dimensions])
        asked = {} if record is None else {d: text for d in self._menu.dimensions if (text := record.text(d.id))}
        return {dimension.id: _option(dimension, text, item) for dimension, text in asked.items()}


def _option(dimension: Dimension, wanted: str, item: Item) -> str:
    """The id of the option that is meant, among those in which the item is sold."""
    sold = [o for o in dimension.options if any(v.options.get(dimension.id) == o.id for v in item.variations)]
    if not sold:
        raise Refusal(f"{item.name} has no {dimension.id} to choose: leave it out, and tell the caller.")
    found = Names(sold).find(wanted)
    if len(found) != 1:
        raise Refusal(f"{item.name} does not come as {shown(wanted)}; {dimension.id} is {ids(sold)}. Tell the caller.")
    return found[0].id


def _settled(line: Line, item: Item) -> Mapping[str, str]:
    variation = None if line.variation_id is None else item.variation(line.variation_id)
    return line.options if variation is None else variation.options


def _quantity(quantity: int, item: Item) -> int:
    if quantity < 1:
        raise Refusal("quantity is 1 or more; to take a line off call remove_line.", "ORDER_PARSE_ERROR")
    if quantity > item.max_quantity:
        raise Refusal(f"At most {item.max_quantity} {item.name} in one line. Tell the caller, and offer a person.")
    return quantity
