"""A message to a POS as it would come out of a kitchen's printer: 80 columns or fewer, nothing left out that matters.

Telephone numbers are shown by their last two digits only: a terminal's text ends up in files and in screenshots.
"""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.local.pos import Received
from gateway.masking import Masker
from gateway.orders.wording.money import price_text
from gateway.pos.adapters.words import (
    Node,
    alert,
    choice_words,
    half_words,
    nested,
    part_words,
    sized,
    time_words,
)
from gateway.pos.order_message import ConfirmedOrder, OrderLine
from gateway.security import last_two

WIDTH = 80
_MASKER = Masker()
_LONGEST = 200


def ticket(message: Received) -> RenderableType:
    """The ticket of a message: an order with its lines, anything else with its fields."""
    body = _order(message) or _fields(message.data)
    return Panel(body, title=f"[bold]{escape(message.type)}[/]", subtitle=escape(message.id), width=WIDTH)


def _order(message: Received) -> RenderableType | None:
    """None for what is no order, or none that we understand."""
    if message.type not in ("order.confirmed", "order.changed"):
        return None
    try:
        order = ConfirmedOrder.model_validate(message.data)
    except ValidationError:
        return None
    head = Table.grid(expand=True)
    head.add_column(ratio=1)
    head.add_column(justify="right")
    head.add_row(Text(order.restaurant.name, style="bold"), Text((order.fulfilment.kind or "").upper(), style="bold"))
    head.add_row(Text(order.fulfilment.address or ""), Text(time_words(order)))
    alarm = alert(order)
    notes = [note for note in (order.age_note, order.notes) if note]
    phone = last_two(order.customer.phone)
    who = f"for {order.customer.name or 'somebody without a name'}, "
    foot = (
        who + ("number withheld" if phone is None else f"number ends in {phone}"),
        f"{order.order_ref}, message {order.sequence} of it",
    )
    return Group(
        head,
        *([Text(alarm, style="bold white on red")] if alarm else []),
        _lines(order),
        *(Text(note, style="bold") for note in notes),
        *(Text(line, style="dim") for line in foot),
    )


def _lines(order: ConfirmedOrder) -> Table:
    table = Table(box=None, show_header=False, expand=True, padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for line in order.lines:
        price = "" if line.price is None else price_text(line.price, order.currency)
        table.add_row(str(line.quantity), Text(sized(line.item, line.variation), style="bold"), price)
        for words in _made(line):
            table.add_row("", Text(words), "")
    sums = (("tax", order.totals.tax), ("total, estimated", order.totals.total))
    for name, cents in sums:
        table.add_row("", Text(name, style="dim"), Text(price_text(cents, order.currency), style="dim"))
    return table


def _made(line: OrderLine) -> Iterator[str]:
    """How it is made, a line each."""
    yield from (f"   {half}" for half in half_words(line))
    yield from _choices(nested(line.modifiers), 1)
    for part in line.parts:
        yield f"   {part_words(part)}"
        yield from _choices(nested(part.modifiers), 2)
    if line.min_age is not None:
        yield f"   CHECK ID: {line.min_age} OR OVER"
    if line.notes:
        yield f'   "{line.notes}"'


def _choices(nodes: Iterable[Node], depth: int) -> Iterator[str]:
    for node in nodes:
        yield "   " * depth + choice_words(node.choice)
        yield from _choices(node.opened, depth + 1)


def _fields(data: Mapping[str, object]) -> RenderableType:
    """The fields of a message, with names of things in place of the things."""
    table = Table.grid(padding=(0, 2))
    for name, value in data.items():
        if value in (None, "") or name == "version":
            continue
        shown = value.get("name") or value.get("ref") if isinstance(value, Mapping) else value
        table.add_row(Text(name, style="dim"), Text(_MASKER.text(str(shown))[:_LONGEST]))
    return table
