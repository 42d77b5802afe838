"""A menu as people read it: by category, then the choices, then the times of day. For `gateway menu show`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.orders.availability import DAYS, Availability, Daypart
from gateway.orders.menu import Category, HalvesRule, Item, Menu, ModifierGroup, ModifierOption, Slot, Variation
from gateway.orders.wording.money import price_text

_HALVES: Mapping[HalvesRule, str] = {
    "dearer": "the dearer half counts",
    "average": "the average of both counts",
    "sum": "both count in full",
}


def print_menu(out: Console, menu: Menu, *, pos: bool = False) -> None:
    """Print a menu; with `pos` the ids that POS systems have for its entries, too."""
    version = f"version {menu.version}, " if menu.version else ""
    prices = f"prices in {menu.currency}" if menu.priced else "a listing without prices"
    out.print(Text(f"{version}{prices}, digest {menu.digest}", style="dim"))
    view = _View(menu, pos)
    for category in menu.categories:
        items = [item for item in menu.items if item.category == category.id]
        if items:
            out.print()
            out.print(view.category(category, items))
    if menu.modifier_groups:
        out.print()
        out.print(view.groups())
    if menu.dayparts:
        out.print()
        out.print(_dayparts(menu.dayparts))


class _View:
    """One menu in tables."""

    def __init__(self, menu: Menu, pos: bool) -> None:
        self._menu = menu
        self._pos = pos

    def category(self, category: Category, items: Sequence[Item]) -> Table:
        limits = "; ".join(self._limits(category.availability))
        table = _table(f"{category.name} ({limits})" if limits else category.name)
        table.add_column("item", ratio=3, overflow="fold")
        table.add_column("sizes and prices", ratio=3, overflow="fold")
        table.add_column("about it", ratio=5, overflow="fold")
        for item in items:
            table.add_row(self._name(item), self._prices(item), self._about(item))
        return table

    def groups(self) -> Table:
        table = _table("Choices")
        table.add_column("group", ratio=3, overflow="fold")
        table.add_column("how many", ratio=3, overflow="fold")
        table.add_column("options", ratio=5, overflow="fold")
        for group in self._menu.modifier_groups:
            name = _lines([Text(group.name, style="bold"), *self._ids(group.pos_ids)])
            options = _lines(line for option in group.options for line in self._option(option))
            table.add_row(name, _lines(_limits_of(group)), options)
        return table

    def _name(self, item: Item) -> Text:
        lines: list[str | Text] = [Text(item.name, style="bold")]
        if item.say is not None:
            lines.append(Text(f'say "{item.say}"', style="dim"))
        if item.kitchen_name is not None:
            lines.append(Text(f"kitchen: {item.kitchen_name}", style="dim"))
        return _lines([*lines, *self._ids(item.pos_ids)])

    def _prices(self, item: Item) -> Text:
        lines: list[str | Text] = []
        for variation in item.variations:
            name = self._variation_name(item, variation)
            price = "" if variation.price is None else self._price(variation.price)
            lines += [f"{name} {price}".strip(), *self._ids(variation.pos_ids)]
        return _lines(lines)

    def _about(self, item: Item) -> Text:
        lines: list[str | Text] = [line for slot in item.slots for line in self._slot(slot)]
        if groups := self._menu.groups_of(item):
            lines.append(f"choices: {', '.join(group.name for group in groups)}")
        if item.halves is not None:
            lines.append(f"half and half: {_HALVES[item.halves]}")
        lines += (Text(line, style="yellow") for line in self._limits(item.availability))
        if item.min_age is not None:
            lines.append(Text(f"from {item.min_age} years", style="yellow"))
        if item.max_quantity != Item.model_fields["max_quantity"].default:
            lines.append(f"at most {item.max_quantity} of a line")
        lines += (Text(line, style="dim") for line in _allergens(item))
        return _lines(lines)

    def _slot(self, slot: Slot) -> Iterator[str]:
        """The slot, and each item that fills it with what it costs beyond the combo's price."""
        yield f"{slot.name}, one of:"
        for choice in slot.choices:
            item = self._menu.item(choice.item)
            assert item is not None  # a menu that was read is whole
            allowed = [one for one in item.variations if not choice.variations or one.id in choice.variations]
            forms = [f"{self._variation_name(item, one)} {self._more(choice.upcharge_for(one.id))}" for one in allowed]
            sizes = ", ".join(form.strip() for form in forms if form.strip())
            yield f"  {item.name}{f' ({sizes})' if sizes else ''}"

    def _option(self, option: ModifierOption) -> Iterator[str | Text]:
        if isinstance(option.price, int):
            price = self._more(option.price)
        else:
            price = ", ".join(f"{name} {self._more(cents)}".strip() for name, cents in option.price.items())
        if option.default:
            extra = f", extra {price}" if price else ""
            line = Text(option.name).append(f" (comes with it{extra})", "green")
        else:
            line = Text(f"{option.name} {price}".strip())
        opened = [group.name for name in option.modifier_groups if (group := self._menu.group(name)) is not None]
        if opened:
            line.append(f" asks for {', '.join(opened)}", style="cyan")
        yield line
        yield from self._ids(option.pos_ids)

    def _variation_name(self, item: Item, variation: Variation) -> str:
        """The size in words; nothing for an item that comes in one form only."""
        names = []
        for dimension in self._menu.dimensions_of(item):
            option = dimension.option(variation.options.get(dimension.id, ""))
            names += [option.name] if option is not None else []
        return " ".join(names) or ("" if len(item.variations) == 1 else variation.id)

    def _limits(self, rule: Availability | None) -> Iterator[str]:
        if rule is None:
            return
        names = {daypart.id: daypart.name for daypart in self._menu.dayparts}
        if rule.dayparts:
            yield f"only at {' or '.join(names.get(daypart_id, daypart_id) for daypart_id in rule.dayparts)}"
        if rule.days:
            yield f"only on {', '.join(rule.days)}"
        if rule.since is not None:
            yield f"from {rule.since:%Y-%m-%d}"
        if rule.until is not None:
            yield f"until {rule.until:%Y-%m-%d}"
        if rule.fulfilments:
            yield f"only for {' or '.join(rule.fulfilments)}"

    def _ids(self, pos_ids: Mapping[str, str]) -> list[Text]:
        return [Text(f"{system} {pos_id}", style="magenta") for system, pos_id in pos_ids.items()] if self._pos else []

    def _price(self, cents: int) -> str:
        return price_text(cents, self._menu.currency)

    def _more(self, cents: int) -> str:
        return f"+{self._price(cents)}" if cents else ""


def _allergens(item: Item) -> Iterator[str]:
    """What is declared; what is not named is unknown, never absent."""
    if item.allergens is None:
        yield "allergens: of what fills it" if item.slots else "allergens: unknown"
        return
    if item.allergens.contains:
        yield f"contains {', '.join(item.allergens.contains)}"
    if item.allergens.may_contain:
        yield f"may contain {', '.join(item.allergens.may_contain)}"
    if not (item.allergens.contains or item.allergens.may_contain):
        yield "allergens: none named"


def _limits_of(group: ModifierGroup) -> Iterator[str]:
    """How many of a group, and what can be done with its choices."""
    if group.max is None:
        yield f"at least {group.min}" if group.min else "any number"
    elif group.min == group.max:
        yield f"exactly {group.max}"
    else:
        yield f"{group.min} to {group.max}" if group.min else f"at most {group.max}"
    if group.max_per_option > 1:
        yield f"at most {group.max_per_option} of one"
    if group.free:
        yield f"{group.free} free"
    if group.halves is not None:
        yield f"on a half: {_HALVES[group.halves]}"
    if group.swappable:
        yield "can be swapped"
    if not group.negatable:
        yield 'no "without"'
    if not group.qualifiable:
        yield 'no "extra", "light"'


def _dayparts(dayparts: Sequence[Daypart]) -> Table:
    table = _table("Times of day")
    for name in ("daypart", "from", "to", "days"):
        table.add_column(name)
    for daypart in dayparts:
        days = "every day" if set(daypart.days) == set(DAYS) else ", ".join(daypart.days)
        table.add_row(daypart.name, daypart.start, daypart.end, days)
    return table


def _table(title: str) -> Table:
    title_line = Text(title, style="bold underline")
    return Table(title=title_line, title_justify="left", box=box.SIMPLE_HEAD, leading=1, expand=True)


def _lines(lines: Iterable[str | Text]) -> Text:
    return Text("\n").join(line if isinstance(line, Text) else Text(line) for line in lines)
