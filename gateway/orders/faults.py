"""What cannot be had as it was said: numbers, sizes, choices, halves, swaps and parts against the menu's rules.

Rules kept here: a choice is judged in its own dish, so the parts of a combo are looked at one by one; each fault names
what could be had instead, as far as there is something; too few choices are no fault, they are asked for.
"""

from collections.abc import Iterable, Mapping, Sequence

from gateway.orders.choices import forms_of, open_groups, other_half, taken
from gateway.orders.intent import Fault, IntentItem
from gateway.orders.menu import Item, Menu, ModifierGroup, Variation
from gateway.orders.missing import chosen
from gateway.orders.on_offer import NotNow, OnOffer
from gateway.orders.order import Line, Modifier, Part

_MOST_NAMED = 3


class FaultFinder:
    """Finds the faults of lines and questions on one menu.

    Args:
        menu: the menu.
        on_offer: what can be had now; None: the whole menu.
    """

    def __init__(self, menu: Menu, on_offer: OnOffer | None = None) -> None:
        self._menu = menu
        self._on_offer = on_offer

    def of_question(self, about: Iterable[str]) -> list[Fault]:
        """What of the items asked about cannot be had now."""
        items = (self._menu.item(item_id) for item_id in about)
        return [fault for item in items if item is not None for fault in self._not_now(item, None)]

    def of_line(self, said: IntentItem, line: Line, item: Item, at: int) -> list[Fault]:
        """The faults of one line. An item that cannot be had now has no other faults.

        Args:
            said: as it was said.
            line: the same as a line.
            item: the item it is.
            at: its place in the intent.
        """
        not_now = self._not_now(item, at)
        if not_now:
            return not_now
        half = None if line.half_item_id is None else other_half(item, line.half_item_id, self._menu)
        return [
            *self._short(item, half, line, at),
            *self._count(said, item, at),
            *self._size(item, line.options, item.variations, at),
            *self._halved(item, half, line, at),
            *self._choices(item, line.modifiers, at, half),
            *(fault for part in line.parts for fault in self._part(item, part, at)),
        ]

    def _not_now(self, item: Item, at: int | None) -> list[Fault]:
        not_now = None if self._on_offer is None else self._on_offer.item(item)
        if self._on_offer is None or not_now is None:
            return []
        instead = (other.spoken_name for other in self._on_offer.alternatives(item))
        return [_gone(item, at, item.spoken_name, not_now, instead)]

    def _short(self, item: Item, half: Item | None, line: Line, at: int) -> Iterable[Fault]:
        """What of an item that can be had as such cannot: its other half, its parts, its choices."""
        if self._on_offer is None:
            return
        if half is not None and (not_now := self._on_offer.item(half)) is not None:
            others = (o for o in self._menu.items if o.id != item.id and other_half(item, o.id, self._menu))
            yield _gone(item, at, half.spoken_name, not_now, (o.spoken_name for o in others if not self._gone(o)))
        dishes = [(item, line.modifiers)]
        for part in line.parts:
            filling, slot = self._menu.item(part.item_id), item.slot(part.slot)
            if filling is None or slot is None:
                continue
            dishes.append((filling, part.modifiers))
            if (not_now := self._on_offer.item(filling)) is not None:
                left = (other.spoken_name for other in self._on_offer.left_for(slot))
                yield _gone(item, at, filling.spoken_name, not_now, left)
        for dish, modifiers in dishes:
            for group in open_groups(dish, modifiers, self._menu):
                made_with = taken(group, modifiers)
                for option in made_with:
                    if (not_now := self._on_offer.option(group, option)) is not None:
                        left = (o.name for o in self._on_offer.left_in(group) if o not in made_with)
                        yield _gone(item, at, option.name, not_now, left)

    def _gone(self, item: Item) -> bool:
        return self._on_offer is not None and self._on_offer.item(item) is not None

    def _count(self, said: IntentItem, item: Item, at: int) -> Iterable[Fault]:
        if not 1 <= said.quantity <= item.max_quantity:
            yield Fault("too_many", item.id, f"at most {item.max_quantity} of {item.name}", at, most=item.max_quantity)

    def _size(self, item: Item, options: Mapping[str, str], forms: Sequence[Variation], at: int) -> Iterable[Fault]:
        """A size, or a combination of them, that is not sold."""
        if not options or any(_fits(form, options) for form in forms):
            return
        for dimension in self._menu.dimensions_of(item):
            others = {d: o for d, o in options.items() if d != dimension.id}
            fitting = [form for form in forms if _fits(form, others)]
            left = [o.name for o in dimension.options if any(f.options.get(dimension.id) == o.id for f in fitting)]
            if dimension.id in options and left:
                option = dimension.option(options[dimension.id])
                what = "" if option is None else option.name
                yield Fault("no_such_size", item.id, f"no such size of {item.name}", at, what, 0, tuple(left))
                return
        yield Fault("no_such_size", item.id, f"no such size of {item.name}", at)

    def _halved(self, item: Item, half: Item | None, line: Line, at: int) -> Iterable[Fault]:
        """A second half that cannot be, or not in that size."""
        if line.half_item_id is None:
            return
        if half is None:
            named = self._menu.item(line.half_item_id)
            what = line.half_item_id if named is None else named.spoken_name
            others = [o for o in self._menu.items if o.id != item.id and other_half(item, o.id, self._menu)]
            names = tuple(other.spoken_name for other in others[:_MOST_NAMED])
            yield Fault("no_half_item", item.id, f"no half {what} with {item.name}", at, what, 0, names)
        else:
            yield from self._size(half, line.options, half.variations, at)

    def _choices(self, item: Item, modifiers: Sequence[Modifier], at: int, half: Item | None = None) -> Iterable[Fault]:
        """The choices of one dish, one by one, and then how many each group has."""
        groups = {group.id: group for group in open_groups(item, modifiers, self._menu)}
        if half is not None:
            groups |= {group.id: group for group in open_groups(half, modifiers, self._menu)}
        for modifier in modifiers:
            yield from self._choice(item, modifier, groups.get(modifier.group), at)
        for group in groups.values():
            if group.max is not None and chosen(group, modifiers) > group.max:
                text = f"at most {group.max} {group.name} on {item.name}"
                names = tuple(option.name for option in taken(group, modifiers)) if group.max == 1 else ()
                yield Fault("too_many_choices", item.id, text, at, group.name, group.max, names)

    def _choice(self, item: Item, modifier: Modifier, group: ModifierGroup | None, at: int) -> Iterable[Fault]:
        option = None if group is None else group.option(modifier.option)
        if group is None or option is None:
            name = self._option_name(modifier.group, modifier.option)
            yield Fault("not_for_item", item.id, f"no {name} on {item.name}", at, name)
            return
        name = option.name
        if modifier.action == "no":
            if not group.negatable:
                names = tuple(other.name for other in group.options if other.id != option.id)
                yield Fault("not_negatable", item.id, f"{name} stays on {item.name}", at, name, 0, names)
            return
        if modifier.action in ("extra", "light", "side") and not group.qualifiable:
            yield Fault("not_qualifiable", item.id, f"{name} on {item.name} only as it is", at, name)
        if modifier.action == "swap" and not self._swaps(group, modifier.instead_of):
            old = self._option_name(group.id, modifier.instead_of or "")
            text = f"no {name} instead of {old} on {item.name}"
            yield Fault("not_swappable", item.id, text, at, name, 0, (old,))
        if modifier.placement != "whole" and group.halves is None:
            yield Fault("no_halves", item.id, f"{name} on the whole {item.name} only", at, name)
        if modifier.quantity > group.max_per_option:
            text = f"at most {group.max_per_option} of {name} on {item.name}"
            yield Fault("too_many_of_one", item.id, text, at, name, group.max_per_option)

    def _swaps(self, group: ModifierGroup, old: str | None) -> bool:
        return group.swappable and any(option.id == old for option in group.defaults)

    def _part(self, combo: Item, part: Part, at: int) -> Iterable[Fault]:
        """What fills a slot of a combo."""
        slot, item = combo.slot(part.slot), self._menu.item(part.item_id)
        if slot is None or item is None or slot.choice(part.item_id) is None:
            what = part.item_id if item is None else item.spoken_name
            choices = () if slot is None else tuple(self._item_name(choice.item) for choice in slot.choices)
            yield Fault("not_in_slot", combo.id, f"no {what} in {combo.name}", at, what, 0, choices)
            return
        sold = forms_of(part.model_copy(update={"options": {}, "variation_id": None}), slot, self._menu)
        yield from self._size(item, part.options, sold, at)
        yield from self._choices(item, part.modifiers, at)

    def _item_name(self, item_id: str) -> str:
        item = self._menu.item(item_id)
        return item_id if item is None else item.spoken_name

    def _option_name(self, group_id: str, option_id: str) -> str:
        group = self._menu.group(group_id)
        option = None if group is None else group.option(option_id)
        return option_id if option is None else option.name


def _fits(form: Variation, options: Mapping[str, str]) -> bool:
    return all(form.options.get(dimension) == option for dimension, option in options.items())


def _gone(item: Item, at: int | None, what: str, not_now: NotNow, instead: Iterable[str]) -> Fault:
    """Something that cannot be had now, with what can."""
    names = tuple(instead)[:_MOST_NAMED]
    text = f"{what}: {not_now.reason}"
    return Fault("not_on_offer", item.id, text, at, what, 0, names, not_now.reason, not_now.say)
