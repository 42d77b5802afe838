"""The pad of an exact waiter: what stands on it after each turn, in short form."""

from gateway.orders.intent import IntentItem, IntentModifier, KnownLine, OrderContext
from gateway.orders.processor import OrderProcessor

_MARKS = {"extra": "++", "light": "~", "side": "/", None: "+"}


def written(line: KnownLine) -> str:
    """`2 margherita|pepperoni large +mushroom<left -basil (drink: coke large)`."""
    name = line.item_id if line.half_item_id is None else f"{line.item_id}|{line.half_item_id}"
    return " ".join(
        [str(line.quantity), name, *line.options.values(), *map(_choice, line.modifiers), *map(_part, line.parts)]
    )


def _choice(modifier: IntentModifier) -> str:
    mark = "-" if modifier.negated else _MARKS[modifier.qualifier]
    count = f"*{modifier.count}" if modifier.count > 1 else ""
    place = "" if modifier.placement == "whole" else f"<{modifier.placement}"
    swapped = "" if modifier.instead_of is None else f"=>{modifier.instead_of}"
    return mark + "|".join(modifier.between or (modifier.id,)) + count + place + swapped


def _part(part: IntentItem) -> str:
    made = " ".join([part.menu_item_id, *part.options.values(), *map(_choice, part.modifiers)])
    return f"({part.slot}: {made})"


class Cart:
    """A pad that hears one caller."""

    def __init__(self, processor: OrderProcessor) -> None:
        self.processor = processor
        self.lines: list[KnownLine] = []
        self.number = 0

    def hear(self, text: str, asked_line: str | None = None) -> None:
        """Takes one turn in."""
        context = OrderContext(self.processor.menu, tuple(self.lines), asked_line=asked_line)
        for item in self.processor.parse_order_intent(text, context).items:
            if item.action == "remove":
                self.lines = [line for line in self.lines if line.line_id != item.target_line]
                continue
            if item.target_line is None:
                self.number += 1
            line_id = item.target_line or f"L{self.number}"
            line = KnownLine(
                line_id,
                item.menu_item_id,
                item.quantity,
                item.options,
                item.modifiers,
                item.half_item_id,
                item.parts,
            )
            old = next((i for i, known in enumerate(self.lines) if known.line_id == line_id), None)
            if old is None:
                self.lines.append(line)
            else:
                self.lines[old] = line

    @property
    def written(self) -> str:
        """The pad."""
        return "; ".join(written(line) for line in self.lines)
