"""How a story looks in a terminal: lines, the order as a table. What callers and models say is never read as markup."""

from rich.table import Table
from rich.text import Text

from gateway.cli.story import Kind, Moment, Story
from gateway.orders.order import Order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Restaurant
from gateway.orders.wording.money import price_text
from gateway.orders.wording.read_back import describe_line

_STYLES: dict[Kind, tuple[str, str]] = {
    "disclosure": ("notice", "dim"),
    "agent": ("agent", "cyan"),
    "caller": ("caller", "green"),
    "states": ("states", "dim"),
    "order": ("order", "yellow"),
    "note": ("", "magenta"),
}


def moment_line(story: Story, moment: Moment) -> Text:
    """One moment on one line: seconds from the start, who, what."""
    who, style = _STYLES[moment.kind]
    return Text.assemble((f"{story.seconds(moment.at):6.1f}  ", "dim"), (f"{who:<7} ", style), (moment.text, style))


def order_table(order: Order, restaurant: Restaurant) -> Table:
    """An order with its prices."""
    menu = restaurant.menu
    sums = totals(order, menu)
    table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for line in order.lines:
        price = sums.lines.get(line.id)
        table.add_row(Text(describe_line(line, menu)), "..." if price is None else price_text(price, order.currency))
    if order.lines:
        table.add_row(Text("tax", style="dim"), Text(price_text(sums.tax, order.currency), style="dim"))
        table.add_row(Text("total", style="bold"), Text(price_text(sums.total, order.currency), style="bold"))
    whom = order.customer_name or ""
    if order.fulfilment is not None:
        whom = ", ".join(part for part in (whom, order.fulfilment.kind, order.fulfilment.address) if part)
    if whom:
        table.add_row(Text(f"for {whom}"), "")
    return table
