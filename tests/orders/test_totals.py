"""An order's total, worked out a second time from the tables of the menu, by other means than the code's."""

import copy
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.menu import Menu
from gateway.orders.order import Line, Modifier, Part
from gateway.orders.pricing import line_price, totals, unit_price
from tests.orders.osteria import OSTERIA, TABLES, halved, ordered

Table = Mapping[str, Any]


def changed(rule: str | None, free: int) -> dict[str, Any]:
    """The tables with another rule for halves and other free portions."""
    tables = copy.deepcopy(TABLES)
    for group in tables["modifier_groups"][:1] + tables["modifier_groups"][4:5]:
        group.update({"halves": rule, "free": free})
    return tables


HOUSES = [(tables, Menu.model_validate(tables)) for rule in ("dearer", "average", "sum", None) for free in (0, 1, 3)
          for tables in [changed(rule, free)]]  # fmt: skip


def by_id(entries: Sequence[Table], wanted: str | None) -> Table | None:
    return {entry["id"]: entry for entry in entries}.get(wanted or "")


def price_at(price: int | Table, variation_id: str) -> int:
    return price if isinstance(price, int) else price.get(variation_id, 0)


def by_rule(rule: str, left: int, right: int) -> int:
    if rule == "average":
        # Half a cent counts up.
        return int(Fraction(left + right, 2) + Fraction(1, 2))
    return left + right if rule == "sum" else sorted((left, right))[1]


def there(group: Table, modifiers: Sequence[Modifier]) -> set[str]:
    """The options that are on the dish, half by half."""
    found: set[str] = set()
    for half in ("left", "right"):
        here = [m for m in modifiers if m.group == group["id"]]
        if group.get("halves"):
            here = [m for m in here if m.placement != {"left": "right", "right": "left"}[half]]
        added = {m.option for m in here if m.action != "no"}
        gone = {m.option for m in here if m.action == "no"}
        gone |= {m.instead_of or "" for m in here if m.action == "swap"}
        default = {option["id"] for option in group["options"] if option.get("default")}
        found |= added | (default - gone if not (added and group.get("max") == 1) else set())
    return found


def open_ids(tables: Table, group_ids: Sequence[str], modifiers: Sequence[Modifier]) -> set[str]:
    """The groups that are open, found by walking down from the item."""
    opened: set[str] = set()

    def walk(group_id: str) -> None:
        group = by_id(tables["modifier_groups"], group_id)
        if group is None or group_id in opened:
            return
        opened.add(group_id)
        for option in group["options"]:
            if option["id"] in there(group, modifiers):
                for nested in option.get("modifier_groups", []):
                    walk(nested)

    for group_id in group_ids:
        walk(group_id)
    return opened


def group_cost(group: Table, variation_id: str, modifiers: Sequence[Modifier]) -> int:
    """The least that the choices of a group can cost when as many portions as are free are left out."""
    fixed = {"whole": 0, "left": 0, "right": 0}
    portions: list[tuple[int, str]] = []
    for modifier in modifiers:
        option = by_id(group["options"], modifier.option)
        if option is None:
            continue
        where = modifier.placement if group.get("halves") else "whole"
        price = price_at(option.get("price", 0), variation_id)
        count = {"no": 0, "extra": modifier.quantity + 1}.get(modifier.action, modifier.quantity)
        if modifier.action == "swap":
            old = by_id(group["options"], modifier.instead_of)
            saved = price_at(old.get("price", 0), variation_id) if old is not None and old.get("default") else 0
            fixed[where] += price - saved if price > saved else 0
            count -= 1
        elif option.get("default"):
            count -= 1
        portions += [(price, where)] * count
    left_out = min(group.get("free", 0), len(portions))
    least = sum(sorted(price for price, _ in portions)[:left_out])
    costs: list[int] = []
    for kept in combinations(range(len(portions)), len(portions) - left_out):
        sums = dict(fixed)
        for index in kept:
            sums[portions[index][1]] += portions[index][0]
        # The cheapest are the free ones; among equals, those that make it cheapest.
        if sum(price for price, _ in portions) - sum(portions[index][0] for index in kept) == least:
            costs.append(sums["whole"] + by_rule(group.get("halves") or "sum", sums["left"], sums["right"]))
    return min(costs)


def choices_cost(tables: Table, item: Table, variation_id: str, modifiers: Sequence[Modifier]) -> int:
    opened = open_ids(tables, item.get("modifier_groups", []), modifiers)
    groups = [group for group in tables["modifier_groups"] if group["id"] in opened]
    return sum(group_cost(g, variation_id, [m for m in modifiers if m.group == g["id"]]) for g in groups)


def one_cost(tables: Table, line: Line) -> int | None:
    """Cents for one of a line."""
    items = tables["items"]
    item = by_id(items, line.item_id)
    form = None if item is None else by_id(item["variations"], line.variation_id)
    if item is None or form is None:
        return None
    cents: int = form["price"]
    if line.half_item_id is not None:
        other = by_id(items, line.half_item_id)
        if other is None or not item.get("halves") or not other.get("halves") or other["category"] != item["category"]:
            return None
        alike = [f["price"] for f in other["variations"] if f.get("options", {}) == form.get("options", {})]
        if not alike:
            return None
        cents = by_rule(item["halves"], cents, alike[0])
    slots = {slot["id"]: slot for slot in item.get("slots", [])}
    filled: dict[str, Part] = {}
    for part in line.parts:
        if part.slot not in slots:
            return None
        if part.item_id in [choice["item"] for choice in slots[part.slot]["choices"]]:
            filled.setdefault(part.slot, part)
    for slot_id, slot in slots.items():
        if slot_id not in filled:
            return None
        part = filled[slot_id]
        [choice] = [choice for choice in slot["choices"] if choice["item"] == part.item_id]
        inner = by_id(items, part.item_id)
        assert inner is not None
        allowed = [f["id"] for f in inner["variations"] if f["id"] in choice.get("variations", [f["id"]])]
        fitting = [f for f in allowed if part.variation_id in (None, f)]
        if len(fitting) != 1:
            return None
        cents += price_at(choice.get("upcharge", 0), fitting[0])
        cents += choices_cost(tables, inner, fitting[0], part.modifiers)
    return cents + choices_cost(tables, item, form["id"], line.modifiers)


def choices_of(group: Table) -> st.SearchStrategy[Modifier]:
    options = [option["id"] for option in group["options"]]
    return st.builds(
        Modifier,
        group=st.just(group["id"]),
        option=st.sampled_from([*options, "gone"]),
        action=st.sampled_from(["add", "add", "no", "extra", "light", "side", "swap"]),
        quantity=st.integers(1, 2),
        placement=st.sampled_from(["whole", "left", "right"]),
        instead_of=st.none() | st.sampled_from(options),
    )


modifiers = st.lists(st.sampled_from(TABLES["modifier_groups"]).flatmap(choices_of), max_size=4).map(tuple)
own_choices = {
    item["id"]: st.lists(
        st.sampled_from([g for g in TABLES["modifier_groups"] if g["id"] in item.get("modifier_groups", [])]).flatmap(
            choices_of
        ),
        max_size=4,
    ).map(tuple)
    for item in TABLES["items"]
    if item.get("modifier_groups")
}


@st.composite
def parts(draw: st.DrawFn, item: Table) -> tuple[Part, ...]:
    made = []
    for slot in item.get("slots", []):
        choice = draw(st.sampled_from([*slot["choices"], {"item": "calzone"}]))
        inner = by_id(TABLES["items"], choice["item"])
        assert inner is not None
        forms = [None, *(form["id"] for form in inner["variations"])]
        made.append(
            Part(
                slot=slot["id"],
                item_id=choice["item"],
                variation_id=draw(st.sampled_from(forms)),
                modifiers=draw(own_choices.get(choice["item"], modifiers)),
            )
        )
    return tuple(draw(st.permutations(made)))


@st.composite
def lines(draw: st.DrawFn) -> Line:
    item = draw(st.sampled_from(TABLES["items"]))
    half = draw(st.sampled_from([None, None, "margherita", "pepperoni", "calzone", "marinara", "gone"]))
    return Line(
        id=draw(st.uuids().map(str)),
        item_id=draw(st.sampled_from([item["id"]] * 9 + ["gone"])),
        variation_id=draw(st.sampled_from([None, *(form["id"] for form in item["variations"] * 3)])),
        quantity=draw(st.integers(1, 30)),
        modifiers=draw(own_choices.get(item["id"], modifiers) | modifiers),
        half_item_id=half if item["category"] == "pizza" else None,
        parts=draw(parts(item)),
    )


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(HOUSES), st.lists(lines(), max_size=5))
def test_a_total_is_what_its_lines_come_to(house: tuple[dict[str, Any], Menu], wanted: list[Line]) -> None:
    tables, menu = house
    costs = {line.id: one_cost(tables, line) for line in wanted}
    sums = totals(ordered(*wanted), menu)
    priced = {line.id: cost * line.quantity for line in wanted if (cost := costs[line.id]) is not None}
    assert sums.lines == priced
    assert sums.unpriced == tuple(line.id for line in wanted if costs[line.id] is None)
    assert sums.subtotal == sum(priced.values())
    taxed: dict[str, int] = {}
    for line in wanted:
        item = by_id(tables["items"], line.item_id)
        if line.id in priced and item is not None:
            taxed[item["tax"]] = taxed.get(item["tax"], 0) + priced[line.id]
    rates = {tax["id"]: Fraction(tax["rate_millipercent"], 100_000) for tax in tables["taxes"]}
    # Half a cent counts up, once for each category.
    assert sums.taxes == {tax: int(cents * rates[tax] + Fraction(1, 2)) for tax, cents in taxed.items()}
    assert sums.total == sums.subtotal + sum(sums.taxes.values())


@settings(deadline=None)
@given(st.sampled_from(HOUSES), lines())
def test_no_price_is_below_zero_nor_below_the_dish_itself(house: tuple[dict[str, Any], Menu], line: Line) -> None:
    _, menu = house
    price = unit_price(line, menu)
    bare = unit_price(line.model_copy(update={"modifiers": ()}), menu)
    assert (price is None) is (bare is None)
    if price is not None and bare is not None:
        assert price >= bare >= 0
        assert line_price(line, menu) == price * line.quantity


@pytest.mark.parametrize(("first", "form"), [("margherita", "m-large"), ("pepperoni", "p-large")])
@pytest.mark.parametrize("second", ["margherita", "pepperoni", "calzone"])
def test_a_dish_of_two_halves_costs_no_less_than_the_cheaper_and_no_more_than_the_dearer(
    first: str, form: str, second: str
) -> None:
    price = {"margherita": 1450, "pepperoni": 1650, "calzone": 1310}
    cents = unit_price(halved(first, second, form), OSTERIA)
    assert cents is not None
    assert min(price[first], price[second]) <= cents <= max(price[first], price[second])


@given(st.sampled_from(HOUSES), st.lists(choices_of(TABLES["modifier_groups"][0]), max_size=4))
def test_which_half_is_called_the_left_one_makes_no_difference(
    house: tuple[dict[str, Any], Menu], made: list[Modifier]
) -> None:
    other = {"left": "right", "right": "left", "whole": "whole"}
    mirrored = [m.model_copy(update={"placement": other[m.placement]}) for m in reversed(made)]
    line = Line(id="L1", item_id="margherita", variation_id="m-large")
    prices = [unit_price(line.model_copy(update={"modifiers": tuple(m)}), house[1]) for m in (made, mirrored)]
    assert prices[0] == prices[1]
