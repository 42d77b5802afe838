"""From the arguments of `set_line` to the line they mean, or to a refusal that tells the model what can be had.

Rules kept here: a line given by its id keeps what the arguments do not mention; `modifiers`, when given, are the whole
new list; another item begins anew; every id on the resulting line stands on the menu; nothing is half done.
"""

from gateway.orders.choices import other_half, same_form
from gateway.orders.menu import Item, Menu
from gateway.orders.order import Line, Part
from gateway.orders.tooling.arguments import Arguments, Refusal
from gateway.orders.tooling.dish_edit import Dish, DishReader, Wishes
from gateway.orders.tooling.item_lookup import ItemLookup, ids
from gateway.orders.tooling.part_edit import PART_ARGUMENTS, PartReader
from gateway.orders.tooling.size_edit import OPEN, Size


class LineEditor:
    """Reads lines for one menu."""

    def __init__(self, menu: Menu) -> None:
        self._menu = menu
        self._dishes = DishReader(menu)
        self._parts = PartReader(menu, self._dishes)
        self.items = ItemLookup(menu)

    def edit(self, arguments: Arguments, old: Line | None) -> Line:
        """The line that the arguments ask for: a new one, its id "", when `old` is None, else `old` changed.

        Raises:
            Refusal: something in the arguments cannot be had; the message says what can.
        """
        item = self._item(arguments, old)
        # Another dish on the same line has its own sizes and choices.
        same = old if old is not None and old.item_id == item.id else None
        wishes = self._dishes.wishes(arguments, item)
        parts = self._filled(arguments, item, wishes, same)
        half = self._half(arguments, item, same)
        before = Dish(OPEN) if same is None else Dish(Size(same.variation_id, same.options), same.modifiers)
        dish = self._dishes.dish(wishes, item, before, split=half is not None)
        quantity = arguments.whole("quantity")
        kept_quantity = 1 if old is None else old.quantity
        return Line(
            id="" if old is None else old.id,
            item_id=item.id,
            variation_id=dish.size.variation_id,
            options=dish.size.options,
            quantity=_quantity(kept_quantity if quantity is None else quantity, item),
            modifiers=dish.modifiers,
            half_item_id=None if half is None else self._fitting(half, dish.size, item).id,
            parts=parts,
            # A note may be an allergy: it outlives even a change of dish, until it is taken back.
            notes=arguments.text("notes") if arguments.given("notes") or old is None else old.notes,
            evidence=() if old is None else old.evidence,
        )

    def _item(self, arguments: Arguments, old: Line | None) -> Item:
        wanted = arguments.text("item_id")
        if wanted is not None:
            return self.items.item(wanted)
        item = None if old is None else self._menu.item(old.item_id)
        if item is None:
            raise Refusal("set_line needs item_id for a new line.", "ORDER_PARSE_ERROR")
        return item

    def _filled(self, arguments: Arguments, item: Item, wishes: Wishes, same: Line | None) -> tuple[Part, ...]:
        """What fills the slots of a combo; nothing for anything else."""
        records = arguments.records("parts", PART_ARGUMENTS, key="item_id") or ()
        if item.slots:
            return self._parts.read(records, item, wishes, () if same is None else same.parts)
        if records:
            raise Refusal(f"{item.name} is not a combo and has no parts: set each thing as a line of its own.")
        return ()

    def _half(self, arguments: Arguments, item: Item, same: Line | None) -> Item | None:
        """The dish on the right half, when it is another one. The item itself, or a blank, makes the dish whole."""
        wanted = arguments.text("half_item_id")
        if wanted is None:
            kept = None if same is None or arguments.given("half_item_id") else same.half_item_id
            return None if kept is None else other_half(item, kept, self._menu)
        half = self.items.item(wanted)
        if half.id == item.id:
            return None
        if other_half(item, half.id, self._menu) is None:
            others = [other for other in self._menu.items if other_half(item, other.id, self._menu) is not None]
            halves = ids(other for other in others if other.id != item.id)
            can = f"its other half can be {halves}" if halves else "no other dish can share it"
            raise Refusal(f"{item.name} cannot be had with {half.name} as its other half: {can}. Tell the caller.")
        return half

    def _fitting(self, half: Item, size: Size, item: Item) -> Item:
        """The other half, when it is made in the size of the first."""
        if size.variation_id is None:
            fits = bool(half.matching(size.options))
        else:
            variation = item.variation(size.variation_id)
            fits = variation is not None and same_form(half, variation) is not None
        if not fits:
            sold = ids(half.variations)
            raise Refusal(f"{half.name} is not made in the size of {item.name}; it comes as {sold}. Tell the caller.")
        return half


def _quantity(quantity: int, item: Item) -> int:
    if quantity < 1:
        raise Refusal("quantity is 1 or more; to take a line off call remove_line.", "ORDER_PARSE_ERROR")
    if quantity > item.max_quantity:
        raise Refusal(f"At most {item.max_quantity} {item.name} in one line. Tell the caller, and offer a person.")
    return quantity
