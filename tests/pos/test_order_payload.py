"""The neutral form of an order, from the example restaurants' menus."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from gateway.orders.menu import Menu
from gateway.orders.order import Fulfilment, Line, Modifier, Order, open_order
from gateway.orders.pricing import totals
from gateway.orders.restaurant import Hours, Restaurant
from gateway.pos.order_message import OrderConfirmed
from gateway.pos.order_payload import CallInfo, allergy_alert, build_order_confirmed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MENU = Menu.model_validate_json(files("gateway").joinpath("restaurants/casa-verde/menu.json").read_text())
RESTAURANT = Restaurant(
    id="casa-verde",
    name="Casa Verde",
    numbers=("+15550100000",),
    timezone="America/New_York",
    hours={"mon": (Hours(open="11:00", close="22:00"),)},
    disclosure="You are speaking with an automated assistant.",
    menu=MENU,
)
CALL = CallInfo("CA1", "+15550100123", ((1, NOW), (2, NOW)))


def pizza(**changes: Any) -> Line:
    item = next(item for item in MENU.items if item.modifier_groups and len(item.variations) > 1)
    group = MENU.groups_of(item)[0]
    modifiers = (
        Modifier(group=group.id, option=group.options[0].id, placement="left"),
        Modifier(group=group.id, option=group.options[-1].id, action="no"),
    )
    line = Line(
        id="L1",
        item_id=item.id,
        variation_id=item.variations[-1].id,
        quantity=2,
        modifiers=modifiers,
        evidence=("turn3",),
        confidence=0.9,
    )
    return line.model_copy(update=changes)


def order(*lines: Line, **changes: Any) -> Order:
    started = open_order("o1", "casa-verde", menu_digest=MENU.digest)
    return started.model_copy(update={"lines": lines, "customer_name": "Ana", "version": 7} | changes)


def built(placed: Order, **options: Any) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(build_order_confirmed(placed, RESTAURANT, CALL, NOW, **options))
    return message


def test_the_whole_message() -> None:
    placed = order(pizza(), fulfilment=Fulfilment(kind="delivery", address="1 Main St"), notes="ring twice")
    message = built(placed)
    assert (message["type"], message["timestamp"]) == ("order.confirmed", "2026-11-22T12:00:00Z")
    data = message["data"]
    assert (data["version"], data["sequence"], data["idempotency_key"], data["order_version"]) == (1, 1, "o1", 7)
    assert data["restaurant"] == {"ref": "casa-verde", "name": "Casa Verde", "kitchen_name": None}
    assert data["customer"] == {"name": "Ana", "phone": "+15550100123"}
    assert data["fulfilment"] == {"kind": "delivery", "address": "1 Main St", "ready_at": "2026-11-22T12:20:00Z"}
    assert data["call"]["ref"] == "CA1"
    assert [leg["leg"] for leg in data["call"]["legs"]] == [1, 2]
    assert (data["notes"], data["allergy_alert"], data["menu_digest"]) == ("ring twice", None, MENU.digest)
    OrderConfirmed.model_validate_json(json.dumps(message))


def test_every_reference_of_a_line_has_its_name() -> None:
    [line] = built(order(pizza()))["data"]["lines"]
    item = MENU.item(line["item"]["ref"])
    assert item is not None
    assert line["item"]["name"] == item.name
    [size] = MENU.dimensions_of(item)
    assert line["variation"]["name"] == size.options[-1].name
    assert [(choice["action"], choice["placement"]) for choice in line["modifiers"]] == [
        ("add", "left"),
        ("no", "whole"),
    ]
    for choice in line["modifiers"]:
        group = MENU.group(choice["group"]["ref"])
        assert group is not None
        option = group.option(choice["option"]["ref"])
        assert option is not None
        assert (choice["group"]["name"], choice["option"]["name"]) == (group.name, option.name)
    assert (line["quantity"], line["evidence"], line["confidence"]) == (2, ["turn3"], 0.9)


def test_money_is_that_of_the_pricing_in_integer_cents() -> None:
    placed = order(pizza(), pizza(id="L2", quantity=1))
    sums, data = totals(placed, MENU), built(placed)["data"]
    assert data["totals"]["estimated"] is True
    assert [data["totals"][name] for name in ("subtotal", "tax", "total")] == [sums.subtotal, sums.tax, sums.total]
    assert sum(tax["amount"] for tax in data["totals"]["taxes"]) == sums.tax
    assert all(tax["name"] and tax["rate_millipercent"] > 0 for tax in data["totals"]["taxes"])
    assert sum(line["price"] for line in data["lines"]) == sums.subtotal
    assert all(type(line["price"]) is int for line in data["lines"])


def test_an_item_with_one_form_only_names_that_form_like_itself() -> None:
    item = next(item for item in MENU.items if len(item.variations) == 1 and not item.variations[0].options)
    [line] = built(order(Line(id="L1", item_id=item.id, variation_id=item.variations[0].id)))["data"]["lines"]
    assert line["variation"]["name"] == item.name


def test_what_the_menu_no_longer_has_goes_by_its_id() -> None:
    gone = Modifier(group="gone", option="gone")
    lines = (
        pizza(modifiers=(gone,), variation_id="gone"),
        pizza(id="L2", variation_id=None),
        Line(id="L3", item_id="gone", variation_id="gone", modifiers=(gone,)),
    )
    first, second, third = built(order(*lines))["data"]["lines"]
    assert first["variation"] is None
    assert second["variation"] is None
    assert third["item"] == {"ref": "gone", "name": "gone", "kitchen_name": None}
    assert third["modifiers"][0]["option"]["name"] == "gone"
    assert (third["unit_price"], third["price"]) == (None, None)


def test_an_order_from_an_older_menu_is_described_by_that_menu() -> None:
    item = MENU.items[0]
    old = MENU.model_copy(update={"items": (item.model_copy(update={"name": "Old Name"}),), "version": "old"})
    line = Line(id="L1", item_id=item.id)
    data = built(order(line), menu=old, sequence=3)["data"]
    assert (data["lines"][0]["item"]["name"], data["menu_version"], data["sequence"]) == ("Old Name", "old", 3)


def test_a_tax_that_the_menu_lost_keeps_its_id() -> None:
    untaxed = MENU.model_copy(update={"taxes": (MENU.taxes[0].model_copy(update={"id": "another"}),)})
    [tax] = built(order(pizza()), menu=untaxed)["data"]["totals"]["taxes"]
    assert (tax["name"], tax["rate_millipercent"], tax["amount"]) == (tax["ref"], 0, 0)


@pytest.mark.parametrize(
    "note", ["allergic to nuts", "Peanut allergy", "alérgica a las nueces", "alergia", "lactose intolerant", "coeliac",
             "celiac", "celíaca", "anaphylaxis", "anafilaxia"],
)  # fmt: skip
def test_an_allergy_stands_in_capitals_wherever_it_was_noted(note: str) -> None:
    assert allergy_alert(order(pizza(notes=note), pizza(id="L2"))) == note.upper()
    assert allergy_alert(order(pizza(notes=note), notes=note)) == note.upper()
    assert allergy_alert(order(pizza(notes=note), notes="ring twice; " + note)) is not None


def test_other_notes_are_no_alarm() -> None:
    assert allergy_alert(order(pizza(notes="well done, cut in squares"), notes="large alley, green door")) is None
