"""What can be had: the menu under its dayparts, weekdays, dates and ways of fulfilment, and under the 86 list.

Rules kept here: everything is judged at the time the food is made, which is the scheduled time where there is one, in
the restaurant's own time; a category's rule holds for its items; a combo can be had while something is left for each
of its slots. The sentences are for the caller, in English.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Literal, assert_never

from gateway.orders.availability import DAYS, Availability, Daypart, Reason, Weekday, unavailable
from gateway.orders.choices import dishes_of, open_groups, other_half, taken
from gateway.orders.menu import Item, Menu, ModifierGroup, ModifierOption, Slot
from gateway.orders.order import Fulfilment, Line, Modifier, Part
from gateway.orders.pricing import cheapest_price
from gateway.orders.restaurant import Restaurant
from gateway.orders.sold_out import SoldOutEntry, option_ref
from gateway.orders.tooling.outcome import ToolContext
from gateway.orders.wording.clock_words import WEEKDAYS
from gateway.orders.wording.listing import listed


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why something cannot be had. `say` is a sentence for the caller."""

    reason: Literal["sold_out"] | Reason
    say: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Something in a line that cannot be had. `instead` names what can be had in its place, as (id, name)."""

    not_now: NotNow
    instead: tuple[tuple[str, str], ...]


class OnOffer:
    """What a restaurant can make for one order, as things stand now. It is cheap to make: make it anew for each look.

    Args:
        menu: today's menu.
        restaurant: for its time zone.
        context: the time and the 86 list.
        fulfilment: as far as it is known; its scheduled time is the time everything is judged at.
    """

    def __init__(self, menu: Menu, restaurant: Restaurant, context: ToolContext, fulfilment: Fulfilment | None) -> None:
        self._menu = menu
        self._sold_out = context.sold_out
        scheduled = None if fulfilment is None else fulfilment.at
        self._made = (scheduled or context.now).astimezone(restaurant.zone)
        self._kind = None if fulfilment is None else fulfilment.kind

    def item(self, item: Item) -> NotNow | None:
        """Why an item cannot be had; None when it can."""
        not_now = self._by_itself(item)
        empty = next((slot for slot in item.slots if not self.left_for(slot)), None)
        return not_now or (None if empty is None else _lacking(item, empty))

    def option(self, group: ModifierGroup, option: ModifierOption) -> NotNow | None:
        """Why a choice of a group cannot be had; None when it can."""
        entry = self._sold_out.entry(option_ref(group.id, option.id), self._made)
        return None if entry is None else self._out_of(option.name, entry)

    def line(self, line: Line) -> tuple[NotNow, ...]:
        """Everything in a line that cannot be had: see `shortfalls`."""
        return tuple(dict.fromkeys(shortfall.not_now for shortfall in self.shortfalls(line)))

    def shortfalls(self, line: Line) -> tuple[Shortfall, ...]:
        """What of a line cannot be had: the item itself, or else its other half, its parts and all their choices.

        What the item comes with counts too. A line that the menu has lost falls short of nothing.
        """
        item = self._menu.item(line.item_id)
        if item is None:
            return ()
        not_now = self.item(item)
        if not_now is not None:
            return (Shortfall(not_now, _named(self.alternatives(item))),)
        return (
            *self._half(line),
            *(short for part in line.parts for short in self._part(item, part)),
            *(short for i, modifiers in dishes_of(line, self._menu) for short in self._choices(i, modifiers)),
        )

    def alternatives(self, item: Item, most: int = 3) -> tuple[Item, ...]:
        """What can be had in an item's place: of its category first, then by how near the price is.

        Nothing that asks for an age is offered in place of what does not.
        """
        price, age = cheapest_price(item) or 0, item.min_age or 0

        def near(other: Item) -> tuple[bool, int]:
            return other.category != item.category, abs((cheapest_price(other) or 0) - price)

        others = sorted((other for other in self._menu.items if (other.min_age or 0) <= age), key=near)
        there = (other for other in others if other.id != item.id and self.item(other) is None)
        return tuple(islice(there, most))

    def left_for(self, slot: Slot) -> tuple[Item, ...]:
        """The choices for a slot of a combo that can be had, in the menu's order."""
        items = (self._menu.item(choice.item) for choice in slot.choices)
        return tuple(item for item in items if item is not None and self._by_itself(item) is None)

    def left_in(self, group: ModifierGroup) -> tuple[ModifierOption, ...]:
        """The options of a group that can be had, in the menu's order."""
        return tuple(option for option in group.options if self.option(group, option) is None)

    def _by_itself(self, item: Item) -> NotNow | None:
        """Why an item cannot be had, whatever becomes of its slots."""
        entry = self._sold_out.entry(item.id, self._made)
        if entry is not None:
            return self._out_of(item.spoken_name, entry)
        category = self._menu.category(item.category)
        for rule in (None if category is None else category.availability, item.availability):
            reason = None if rule is None else unavailable(rule, self._menu.dayparts, self._made, self._kind)
            if rule is not None and reason is not None:
                return NotNow(reason, f"The {item.spoken_name} {self._limit(rule, reason)}.")
        bare = next((group for group in self._menu.groups_of(item) if not self._suffices(group)), None)
        return None if bare is None else _lacking(item, bare)

    def _suffices(self, group: ModifierGroup) -> bool:
        """Whether what is left in a group is as much as it demands."""
        return len(self.left_in(group)) * group.max_per_option >= group.min

    def _half(self, line: Line) -> Iterable[Shortfall]:
        """The item of the right half, and the others that could be it."""
        item, half = self._menu.item(line.item_id), self._menu.item(line.half_item_id or "")
        not_now = None if half is None else self.item(half)
        if item is not None and not_now is not None:
            fitting = (other for other in self._menu.items if other_half(item, other.id, self._menu) is not None)
            yield Shortfall(not_now, _named(other for other in fitting if other != item and self.item(other) is None))

    def _part(self, combo: Item, part: Part) -> Iterable[Shortfall]:
        """What fills a slot, and what else could."""
        item, slot = self._menu.item(part.item_id), combo.slot(part.slot)
        not_now = None if item is None else self._by_itself(item)
        if not_now is not None:
            yield Shortfall(not_now, () if slot is None else _named(self.left_for(slot)))

    def _choices(self, item: Item, modifiers: Sequence[Modifier]) -> Iterable[Shortfall]:
        """The options that an item is made with, and what else their group has."""
        own = self._menu.groups_of(item)
        for group in open_groups(item, modifiers, self._menu):
            if group not in own and not self._suffices(group):
                yield Shortfall(_lacking(item, group), ())
            made_with = taken(group, modifiers)
            for option in made_with:
                not_now = self.option(group, option)
                if not_now is not None:
                    yield Shortfall(not_now, _named(left for left in self.left_in(group) if left not in made_with))

    def _out_of(self, name: str, entry: SoldOutEntry) -> NotNow:
        until = "" if entry.until is None else f" until {self._clock(entry.until)}"
        return NotNow("sold_out", f"We are out of {name}{until}.")

    def _clock(self, instant: datetime) -> str:
        """A time of day, with the date when that is another than the day the food is made."""
        local = instant.astimezone(self._made.tzinfo)
        return f"{local:%H:%M}" if local.date() == self._made.date() else f"{_date(local)} at {local:%H:%M}"

    def _limit(self, rule: Availability, reason: Reason) -> str:
        """What a rule limits something to, as far as that is the reason why it cannot be had."""
        match reason:
            case "daypart":
                dayparts = [part for part in self._menu.dayparts if part.id in rule.dayparts]
                return f"is for {_spans(dayparts)}" if dayparts else "cannot be had now"
            case "weekday":
                return f"is for {_days(rule.days)} only"
            case "date":
                since = None if rule.since is None else f"from {_date(rule.since)}"
                until = None if rule.until is None else f"until {_date(rule.until)}"
                return f"is sold {' '.join(filter(None, (since, until)))} only"
            case "fulfilment":
                return f"is for {' and '.join(rule.fulfilments)} only"
            case _:
                assert_never(reason)


def _lacking(item: Item, needed: ModifierGroup | Slot) -> NotNow:
    """An item that cannot be made whole."""
    return NotNow("sold_out", f"The {item.spoken_name} cannot be had now: there is no {needed.name} left for it.")


def _named(entries: Iterable[Item | ModifierOption]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.id, entry.name) for entry in entries)


def _spans(dayparts: Sequence[Daypart]) -> str:
    """`lunch only, 11:00 to 15:00`; with its days where it does not come on all of them."""
    names = " and ".join(part.name.lower() for part in dayparts)
    spans = " and ".join(f"{p.start} to {p.end}{_on_days(p.days)}" for p in dayparts)
    return f"{names} only, {spans}"


def _on_days(days: Sequence[Weekday]) -> str:
    return "" if len(set(days)) == len(DAYS) else f", {_days(days)}"


def _days(days: Iterable[Weekday]) -> str:
    """`Monday to Thursday and Saturday`: three days and more on end are told by the first and the last."""
    runs: list[list[Weekday]] = []
    for day in sorted(set(days), key=DAYS.index):
        if runs and DAYS.index(day) == DAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told: list[str] = []
    for run in runs:
        names = [WEEKDAYS["en"][DAYS.index(day)] for day in run]
        told += [f"{names[0]} to {names[-1]}"] if len(names) > 2 else names
    return listed(told)


def _date(day: date) -> str:
    """`December 24`."""
    return f"{day:%B} {day.day}"
