"""From the `parts` of `set_line` to what fills the slots of a combo.

Rules kept here: a part is given for its slot and the other slots keep what they have; a slot that can be filled in one
way only is filled so; a part is one of its slot's choices, in a size that the slot allows. What the model put in the
wrong place (a drink among the modifiers of the meal, the burger's onions too) goes to the right one where there is only
one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.orders.menu import Item, Menu, Slot
from gateway.orders.order import Part
from gateway.orders.tooling.arguments import Arguments, Refusal, shown
from gateway.orders.tooling.dish_edit import Dish, DishReader, Wishes
from gateway.orders.tooling.item_lookup import ids
from gateway.orders.tooling.lookup import Names
from gateway.orders.tooling.modifier_edit import Said
from gateway.orders.tooling.size_edit import OPEN, Size

PART_ARGUMENTS = ("slot", "item_id", "options", "variation_id", "modifiers")


@dataclass(slots=True)
class _Filling:
    """One slot while the arguments are read: what fills it, what is said of that now, what was settled before."""

    slot: Slot
    choices: tuple[Item, ...]
    item: Item | None = None
    before: Dish = field(default_factory=lambda: Dish(OPEN))
    wishes: Wishes = field(default_factory=Wishes)
    named: bool = False

    def put(self, item: Item) -> None:
        """Fill the slot with an item. What was settled of another one is gone."""
        if item is not self.item:
            self.item, self.before, self.wishes = item, Dish(OPEN), Wishes()

    def choice(self, wanted: str) -> Item | None:
        """The one choice of the slot that is meant."""
        found = Names(self.choices).find(wanted)
        return found[0] if len(found) == 1 else None

    @property
    def only(self) -> tuple[str, ...]:
        """The variations that the slot allows of what fills it; none named: all."""
        choice = None if self.item is None else self.slot.choice(self.item.id)
        return () if choice is None else choice.variations


class PartReader:
    """Reads the parts of one menu's combos."""

    def __init__(self, menu: Menu, dishes: DishReader) -> None:
        self._menu = menu
        self._dishes = dishes

    def read(self, records: Iterable[Arguments], combo: Item, wishes: Wishes, kept: Sequence[Part]) -> tuple[Part, ...]:
        """The parts, in the order of the combo's slots.

        Args:
            records: the `parts`.
            combo: an item with slots.
            wishes: what was said of the combo itself. What belongs to a part is taken out of it; a choice of the combo
                that stood among the parts is put into it.
            kept: the parts there were.

        Raises:
            Refusal: something cannot be had; the message says what can.
        """
        fillings = [self._filling(slot, kept) for slot in combo.slots]
        for record in records:
            self._fill(record, combo, fillings, wishes)
        wishes.said = [said for said in wishes.said if not self._is_item(said, combo, fillings)]
        wishes.said = [said for said in wishes.said if not self._is_choice(said, combo, fillings)]
        for name in tuple(wishes.sizes):
            takers = [one for one in fillings if one.item is not None and self._dishes.sizes(one.item).takes(name)]
            if takers and not self._dishes.sizes(combo).takes(name):
                _only(takers, name, combo).wishes.sizes.setdefault(name, wishes.sizes.pop(name))
        return tuple(self._part(filling, filling.item) for filling in fillings if filling.item is not None)

    def _filling(self, slot: Slot, kept: Sequence[Part]) -> _Filling:
        """A slot as it stood before, or filled in the only way there is."""
        choices = tuple(item for choice in slot.choices if (item := self._menu.item(choice.item)) is not None)
        filling = _Filling(slot, choices, choices[0] if len(choices) == 1 else None)
        for part in kept:
            item = self._menu.item(part.item_id)
            if part.slot == slot.id and item in choices:
                before = Dish(Size(part.variation_id, part.options), part.modifiers)
                return _Filling(slot, choices, item, before)
        return filling

    def _fill(self, record: Arguments, combo: Item, fillings: Sequence[_Filling], wishes: Wishes) -> None:
        """Take one record to its slot."""
        slot, wanted = record.text("slot"), record.text("item_id")
        named = () if slot is None else Names(combo.slots).find(slot)
        if slot is not None and not named and wanted is None:
            slot, wanted = None, slot  # "coke" as a slot
        if slot is None and wanted is not None:
            filling = _free(wanted, fillings)
            if filling is None and self._dishes.modifiers.knows(Said(wanted), combo):
                wishes.said.append(Said(wanted))
                return
        else:
            filling = next((one for one in fillings if one.slot in named), None)
        if filling is None:
            parts = "; ".join(f"{one.slot.id}: {ids(one.choices)}" for one in fillings)
            told = f"{combo.name} has no part {shown(slot or wanted or '')}. Its parts are {parts}. Tell the caller."
            raise Refusal(told, "MENU_ITEM_NOT_FOUND")
        if filling.named:
            raise Refusal(f"{filling.slot.id} of {combo.name} is there more than once: give one part for each slot.")
        filling.named = True
        stray = self._put(wanted, combo, filling)
        assert filling.item is not None
        filling.wishes = self._dishes.wishes(record, filling.item)
        filling.wishes.said += stray

    def _put(self, wanted: str | None, combo: Item, filling: _Filling) -> list[Said]:
        """Fill a slot with what is wanted. A choice in the item's place ("no onions") fills nothing and comes back."""
        item = filling.item if wanted is None else filling.choice(wanted)
        if item is not None:
            filling.put(item)
            return []
        if wanted is not None and filling.item is not None and self._dishes.modifiers.knows(Said(wanted), filling.item):
            return [Said(wanted)]
        said = "needs item_id" if wanted is None else f"cannot be {shown(wanted)}"
        told = f"The {filling.slot.id} of {combo.name} {said}; it is one of {ids(filling.choices)}. Tell the caller."
        raise Refusal(told, "ORDER_PARSE_ERROR" if wanted is None else "MENU_ITEM_NOT_FOUND")

    def _is_item(self, said: Said, combo: Item, fillings: Sequence[_Filling]) -> bool:
        """Whether a choice said of the combo is an item for one of its slots, which it then fills."""
        dishes = (combo, *(one.item for one in fillings if one.item is not None))
        if said.action not in (None, "add") or any(self._dishes.modifiers.knows(said, dish) for dish in dishes):
            return False
        filling = _free(said.wanted, fillings)
        item = None if filling is None else filling.choice(said.wanted)
        if filling is None or item is None:
            return False
        filling.put(item)
        filling.named = True
        return True

    def _is_choice(self, said: Said, combo: Item, fillings: Sequence[_Filling]) -> bool:
        """Whether a choice said of the combo is one of a part, or a size of it, which then takes it."""
        if self._dishes.modifiers.knows(said, combo):
            return False
        filled = [(one, one.item) for one in fillings if one.item is not None]
        takers = [one for one, item in filled if self._dishes.modifiers.knows(said, item)]
        if takers:
            _only(takers, said.wanted, combo).wishes.said.append(said)
            return True
        sized = [(one, size) for one, item in filled if (size := self._dishes.sizes(item).names_size(said.wanted))]
        if not sized or said.action not in (None, "add"):
            return False
        part = _only([one for one, _ in sized], said.wanted, combo)
        dimension, option = next(size for one, size in sized if one is part)
        part.wishes.sizes.setdefault(dimension, option)
        return True

    def _part(self, filling: _Filling, item: Item) -> Part:
        """What fills the slot, made as wished."""
        dish = self._dishes.dish(filling.wishes, item, filling.before, only=filling.only)
        return Part(
            slot=filling.slot.id,
            item_id=item.id,
            variation_id=dish.size.variation_id,
            options=dish.size.options,
            modifiers=dish.modifiers,
        )


def _free(wanted: str, fillings: Sequence[_Filling]) -> _Filling | None:
    """The slot for an item: the first that is empty, else the only one that takes it.

    Raises:
        Refusal: several do, and each is filled.
    """
    takers = [one for one in fillings if one.choice(wanted) is not None]
    free = [one for one in takers if one.item is None]
    if not free and len(takers) > 1:
        raise Refusal(f"{shown(wanted)} fits {', '.join(one.slot.id for one in takers)}: give the slot too.")
    return next(iter(free or takers), None)


def _only(takers: Sequence[_Filling], what: str, combo: Item) -> _Filling:
    """The one part that a choice or a size belongs to.

    Raises:
        Refusal: it could belong to several.
    """
    if len(takers) > 1:
        slots = ", ".join(one.slot.id for one in takers)
        raise Refusal(f"{shown(what)} of {combo.name} could be for {slots}: give it with that part, under parts.")
    return takers[0]
