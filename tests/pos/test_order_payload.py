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
from gateway.pos.order_payload import CallInfo, age_note, allergy_alert, build_order_confirmed
from tests.orders.osteria import HOUSE, OSTERIA, at, chose, combo, halved, ordered, part

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
    assert data["restaurant"] == {"ref": "casa-verde", "name": "Casa Verde", "kitchen_name": None, "pos_ids": {}}
    assert data["customer"] == {"name": "Ana", "phone": "+15550100123"}
    assert data["fulfilment"] == {
        "kind": "delivery",
        "address": "1 Main St",
        "ready_at": "2026-11-22T12:20:00Z",
        "scheduled": False,
    }
    assert (data["allergies"], data["age_note"]) == ([], None)
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
    assert third["item"] == {"ref": "gone", "name": "gone", "kitchen_name": None, "pos_ids": {}}
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


def of_the_osteria(placed: Order, **options: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(build_order_confirmed(placed, HOUSE, CALL, NOW, **options))["data"]
    return data


def test_two_halves_and_where_the_toppings_lie() -> None:
    line = halved("margherita", "pepperoni", "m-large", chose("toppings", "jalapeno", placement="right"))
    [sent] = of_the_osteria(ordered(line))["lines"]
    assert sent["item"] == {
        "ref": "margherita",
        "name": "Margherita",
        "kitchen_name": "MARG",
        "pos_ids": {"till": "100"},
    }
    assert sent["variation"] == {"ref": "m-large", "name": "large", "kitchen_name": None, "pos_ids": {"till": "102"}}
    assert (sent["half_item"]["name"], sent["half_item"]["pos_ids"]) == ("Pepperoni", {"till": "110"})
    assert (sent["half_variation"]["ref"], sent["half_variation"]["pos_ids"]) == ("p-large", {"till": "112"})
    [choice] = sent["modifiers"]
    assert (choice["placement"], choice["instead_of"], choice["group"]["pos_ids"]) == ("right", None, {"till": "g1"})
    assert choice["option"] == {"ref": "jalapeno", "name": "jalapeños", "kitchen_name": "JALAP", "pos_ids": {}}
    assert sent["unit_price"] == 1650 + 101
    gone = line.model_copy(update={"half_item_id": "gone"})
    [lost] = of_the_osteria(ordered(gone))["lines"]
    assert (lost["half_item"]["name"], lost["half_variation"]) == ("gone", None)


def test_the_parts_of_a_combo_and_a_swap() -> None:
    swap = chose("garnish", "swiss", action="swap", instead_of="cheddar")
    made = combo(part("pizza", "margherita", None, chose("toppings", "mushroom")), part("drink", "tea"), part("x", "y"))
    lines = (made, Line(id="L2", item_id="burger", variation_id="one", modifiers=(swap,)))
    lunch, burger = of_the_osteria(ordered(*lines))["lines"]
    pizza_part, drink, lost = lunch["parts"]
    assert (pizza_part["slot"]["ref"], pizza_part["slot"]["name"], pizza_part["item"]["name"]) == (
        "pizza",
        "pizza",
        "Margherita",
    )
    # The only size that the slot takes, whether or not it was named.
    assert pizza_part["variation"]["ref"] == "m-small"
    assert pizza_part["modifiers"][0]["option"]["pos_ids"] == {"till": "o1"}
    assert drink["variation"] is None
    assert (lost["slot"]["name"], lost["item"]["name"], lost["variation"]) == ("x", "y", None)
    assert burger["modifiers"][0]["instead_of"]["name"] == "cheddar"
    assert burger["parts"] == []
    odd = Line(id="L3", item_id="gone", parts=made.parts)
    assert of_the_osteria(ordered(odd))["lines"][0]["parts"][0]["slot"]["name"] == "pizza"


def test_a_scheduled_order_is_ready_then_and_others_when_they_were_said_to_be() -> None:
    later = Fulfilment(kind="pickup", at=at("19:30"))
    sent = of_the_osteria(ordered(fulfilment=later))["fulfilment"]
    assert (sent["ready_at"], sent["scheduled"]) == ("2026-11-19T00:30:00Z", True)
    assert of_the_osteria(ordered(), quote_minutes=45)["fulfilment"]["ready_at"] == "2026-11-22T12:45:00Z"


def test_who_takes_the_food_must_be_of_age() -> None:
    beer = Line(id="L1", item_id="beer", variation_id="pint")
    sent = of_the_osteria(ordered(beer, combo(id="L2"), age_confirmed=30))
    assert (sent["age_note"], [line["min_age"] for line in sent["lines"]]) == (
        "CHECK ID: 21 OR OVER (the caller said 30)",
        [21, None],
    )
    assert age_note(ordered(beer), OSTERIA) == "CHECK ID: 21 OR OVER (the caller was not asked)"
    mixed = combo(part("drink", "beer"), part("pizza", "cider"))
    assert of_the_osteria(ordered(mixed))["lines"][0]["min_age"] == 21


def test_allergies_stand_in_capitals_before_what_notes_say_of_them() -> None:
    told = order(pizza(notes="allergic to soy"), allergies=("peanuts", "Alergia al huevo", "peanuts"))
    assert allergy_alert(told) == "ALLERGY: PEANUTS / ALERGIA AL HUEVO / ALLERGIC TO SOY"
    assert of_the_osteria(ordered(allergies=("peanuts",)))["allergies"] == ["peanuts"]


def test_an_allergy_that_was_told_in_spanish_can_be_read_in_an_english_kitchen() -> None:
    told = order(allergies=("Maní", "kiwi", "nueces"))
    assert allergy_alert(told) == "ALLERGY: PEANUTS (MANÍ) / ALLERGY: KIWI / ALLERGY: NUTS (NUECES)"
    assert allergy_alert(told, "es") == "ALLERGY: MANÍ / ALLERGY: KIWI / ALLERGY: NUECES"
