"""Whether every price that a menu needs is there: all of them or none, and one for each variation."""

from collections.abc import Iterator

from gateway.orders.menus.entries import Entries
from gateway.orders.menus.problems import Problem


def price_rules(entries: Entries) -> Iterator[Problem]:
    """Every price that is missing, and every one that nothing is sold for."""
    yield from _gaps(entries)
    yield from _by_variation(entries)


def _gaps(entries: Entries) -> Iterator[Problem]:
    """A menu without any price is a listing to parse against; a price missing among others is a mistake."""
    variations = [
        (f"items[{index}].variations[{at}].price", variation.price)
        for index, item in entries.items.items()
        for at, variation in enumerate(item.variations)
    ]
    if any(price is not None for _, price in variations):
        for path, price in variations:
            if price is None:
                yield Problem(path, "the price is missing", "write the price in cents")


def _by_variation(entries: Entries) -> Iterator[Problem]:
    """A price that depends on the variation is there for each variation of each item with that group, and no other."""
    users = entries.reach()
    for index, group in entries.modifier_groups.items():
        sold = {variation.id for item in users[group.id] for variation in item.variations}
        for at, option in enumerate(group.options):
            if isinstance(option.price, int):
                continue
            here = f"modifier_groups[{index}].options[{at}].price"
            for variation_id in sorted(sold - option.price.keys()):
                yield Problem(here, f"no price for the variation {variation_id}", "add it")
            for variation_id in sorted(option.price.keys() - sold):
                fix = "remove it, or correct its spelling"
                yield Problem(f"{here}.{variation_id}", "no item with this group has that variation", fix)
