"""Orders as people say them, written by hand for menus of our own: `spoken/NAME.menu.json` and `spoken/NAME.jsonl`.

A line is {"said", "order"}: the order in short form, one text per item. "hard" marks what is not understood yet; a hard
line that is understood after all fails the test, so that the mark goes.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.orders.intent import IntentItem, IntentModifier, OrderContext
from gateway.orders.menu import Menu
from gateway.orders.menus.plain_listing import load_plain_listing
from gateway.orders.processor import OrderProcessor

FOLDER = Path(__file__).parent / "spoken"
MENUS = sorted(path.name.removesuffix(".menu.json") for path in FOLDER.glob("*.menu.json"))
_MARKS = {None: "+", "extra": "++", "light": "~", "side": "/"}


@dataclass(frozen=True)
class SpokenOrder:
    """An utterance and what it orders; `hard` when it is known not to be understood."""

    said: str
    order: tuple[str, ...]
    hard: bool


def menu(name: str) -> Menu:
    """One of the menus."""
    return load_plain_listing((FOLDER / f"{name}.menu.json").read_text(encoding="utf-8"))


def orders(name: str) -> list[SpokenOrder]:
    """The orders at that menu."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [SpokenOrder(row["said"], tuple(sorted(row["order"])), row.get("hard", False)) for row in rows]


def understood(processor: OrderProcessor, said: str) -> tuple[str, ...]:
    """What the parser makes of an utterance, in short form."""
    items = processor.parse_order_intent(said, OrderContext(processor.menu)).items
    return tuple(sorted(_merged(item for item in items if item.action != "remove")))


def _merged(items: Iterable[IntentItem]) -> list[str]:
    """Equal items are one line, with their quantities added."""
    counts: dict[str, int] = {}
    for item in items:
        made = _made(item)
        counts[made] = counts.get(made, 0) + item.quantity
    return [f"{count} {made}" for made, count in counts.items()]


def _made(item: IntentItem) -> str:
    return " ".join((item.menu_item_id, *sorted(item.options.values()), *sorted(map(_choice, item.modifiers))))


def _choice(modifier: IntentModifier) -> str:
    name = "|".join(sorted(modifier.between)) or modifier.id
    count = f"*{modifier.count}" if modifier.count > 1 else ""
    return ("-" if modifier.negated else "") + _MARKS[modifier.qualifier] + name + count
