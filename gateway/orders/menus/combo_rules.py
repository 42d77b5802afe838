"""Whether the slots of a combo can be filled: with items that exist, in variations that exist, each offered once."""

from collections.abc import Iterator

from gateway.orders.menu import Item, SlotChoice
from gateway.orders.menus.entries import Entries
from gateway.orders.menus.problems import Problem


def combo_rules(entries: Entries) -> Iterator[Problem]:
    """Every choice of a slot that cannot be made, or whose upcharge is not known."""
    items = {item.id: item for item in entries.items.values()}
    for index, combo in entries.items.items():
        for at, slot in enumerate(combo.slots):
            offered: set[str] = set()
            for place, choice in enumerate(slot.choices):
                here = f"items[{index}].slots[{at}].choices[{place}]"
                item = items.get(choice.item)
                if choice.item not in entries.known["items"]:
                    yield Problem(f"{here}.item", f"no item {choice.item}", "use the id of an entry of items")
                elif choice.item in offered:
                    fix = "name every item once; variations and an upcharge by variation make the difference"
                    yield Problem(f"{here}.item", f"{choice.item} is a choice of this slot already", fix)
                elif item is not None and item.slots:
                    fix = "offer the items themselves"
                    yield Problem(f"{here}.item", f"{choice.item} is a combo, and no combo holds another", fix)
                elif item is not None:
                    yield from _variations(here, choice, item)
                offered.add(choice.item)


def _variations(here: str, choice: SlotChoice, item: Item) -> Iterator[Problem]:
    sold = [variation.id for variation in item.variations]
    for at, variation_id in enumerate(choice.variations):
        if variation_id not in sold:
            reason = f"{item.id} has no variation {variation_id}"
            yield Problem(f"{here}.variations[{at}]", reason, f"use one of {', '.join(sold)}")
    if isinstance(choice.upcharge, int):
        return
    allowed = dict.fromkeys(choice.variations or sold)
    for variation_id in sorted(allowed.keys() - choice.upcharge.keys()):
        fix = "add it; 0 where it costs no more than the combo"
        yield Problem(f"{here}.upcharge", f"no upcharge for the variation {variation_id}", fix)
    for variation_id in sorted(choice.upcharge.keys() - allowed.keys()):
        fix = "remove it, or correct its spelling"
        yield Problem(f"{here}.upcharge.{variation_id}", f"the slot does not offer {item.id} in that variation", fix)
