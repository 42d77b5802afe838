"""Toast: GUIDs or words, halves, portions, deliveries, and the price check in exact cents."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.orders.order import Line, Order
from gateway.pos.adapters.mapping import NotDeliverableError
from gateway.pos.adapters.request import prices_request_for, request_for
from gateway.pos.adapters.toast import ToastPricesError, cents_of, priced_cents, toast_order
from tests.orders.osteria import chose, combo, halved, part, with_item
from tests.pos.adapters.orders import TOAST, asap, everything, message_of, with_ids

WITHOUT_PRE_MODIFIERS = TOAST.model_copy(update={"pre_modifiers": {}})
COKE = Line(id="L1", item_id="coke", variation_id="can")


def sent(order: Order, menu: Any = None, settings: Any = TOAST, **options: Any) -> Any:
    return toast_order(message_of(order, menu or with_ids(), **options), settings)


def modifiers(order: Order, menu: Any = None, settings: Any = TOAST) -> list[Any]:
    """Of the first selection, without what is about the whole order."""
    [selection] = sent(order, menu, settings)["checks"][0]["selections"]
    return [m for m in selection["modifiers"] if not m.get("displayName", "").startswith("The caller was told")]


def words(entries: list[Any]) -> list[str]:
    return [entry["displayName"] for entry in entries if entry.get("selectionType") == "SPECIAL_REQUEST"]


def pizza(*chosen: Any) -> Line:
    return Line(id="L1", item_id="margherita", variation_id="m-large", modifiers=chosen)


def test_where_and_with_what_it_goes() -> None:
    message = message_of(everything(), with_ids())
    order, prices = request_for(TOAST, message), prices_request_for(TOAST, message)
    assert (order.path, prices.path) == ("/orders/v2/orders", "/orders/v2/prices")
    assert order.headers == {
        "Toast-Restaurant-External-ID": "rest-guid",
        "Content-Type": "application/json",
    }
    assert (prices.headers, prices.body) == (order.headers, order.body)


def test_external_ids_are_unique_and_name_the_order() -> None:
    body = sent(everything())
    [check] = body["checks"]
    ids = [body["externalId"], check["externalId"], *(one["externalId"] for one in check["selections"])]
    assert len(set(ids)) == len(ids) == 7
    assert all(one.startswith("GATEWAY:order-1") for one in ids)


def test_the_allergy_is_the_first_word_on_every_selection() -> None:
    for selection in sent(everything())["checks"][0]["selections"]:
        assert selection["modifiers"][0] == {"selectionType": "SPECIAL_REQUEST", "displayName": "ALLERGY: PEANUTS"}
        assert words(selection["modifiers"]).count("ALLERGY: PEANUTS") == 1


def test_without_an_item_or_a_size_it_cannot_be_delivered() -> None:
    menu = with_ids(lambda kind, entry_id: entry_id not in ("burger", "margherita-m-large"))
    order = asap(pizza(), Line(id="L2", item_id="burger", variation_id="one"), COKE, pizza())
    with pytest.raises(NotDeliverableError) as caught:
        sent(order, menu)
    assert caught.value.system == "toast"
    assert caught.value.missing == (
        "GUIDs of the size large (m-large) of Margherita (margherita)",
        "GUIDs of the item Burger (burger)",
    )
    assert str(caught.value).startswith("toast cannot take this order without: GUIDs of the size large")


@pytest.mark.parametrize("pos_id", ["guid", "/guid", "guid/", ""])
def test_an_item_needs_the_guid_of_its_menu_group_too(pos_id: str) -> None:
    menu = with_item(with_ids(), "coke", pos_ids={"toast": pos_id})
    with pytest.raises(NotDeliverableError, match="Coke"):
        sent(asap(COKE), menu)


def test_sizes_that_are_items_of_their_own() -> None:
    menu = with_item(with_ids(), "margherita", pos_ids={})
    [selection] = sent(asap(pizza()), menu)["checks"][0]["selections"]
    assert (selection["itemGroup"], selection["item"]) == ({"guid": "sizes"}, {"guid": "m-large-guid"})
    assert all("item" not in modifier for modifier in selection["modifiers"])


def test_the_only_size_there_is_needs_no_id_and_is_said() -> None:
    assert words(modifiers(asap(Line(id="L1", item_id="calzone", variation_id="c-large")))) == ["Calzone, large"]


def test_a_choice_without_an_id_goes_in_words_with_what_it_opened() -> None:
    made = chose("side", "salad"), chose("dressing", "ranch")
    menu = with_ids(lambda kind, entry_id: entry_id != "salad")
    said, ranch = modifiers(asap(Line(id="L1", item_id="chicken", variation_id="one", modifiers=made)), menu)
    assert said == {"selectionType": "SPECIAL_REQUEST", "displayName": "a salad"}
    assert ranch["item"] == {"guid": "ranch-option-guid"}
    lost = with_ids(lambda kind, entry_id: entry_id != "toppings")
    assert words(modifiers(asap(pizza(chose("toppings", "cheese"))), lost)) == ["extra cheese"]


def test_pre_modifiers_say_what_words_would() -> None:
    chosen = chose("toppings", "cheese", action="extra"), chose("toppings", "basil", action="no")
    _size, cheese, basil = modifiers(asap(pizza(*chosen)))
    assert (cheese["preModifier"], basil["preModifier"]) == ({"guid": "pre-extra"}, {"guid": "pre-no"})
    assert "modifiers" not in cheese
    assert "modifiers" not in basil
    _size, first, second, said = modifiers(asap(pizza(*chosen)), settings=WITHOUT_PRE_MODIFIERS)
    assert first["item"] == second["item"] == {"guid": "cheese-option-guid"}
    assert words(first["modifiers"]) == ["EXTRA extra cheese"]
    assert "modifiers" not in second
    assert said["displayName"] == "NO basil"


def test_a_half_is_said_on_the_choice_and_no_of_a_half_in_words_alone() -> None:
    line = halved(
        "margherita",
        "pepperoni",
        "m-large",
        chose("toppings", "mushroom", placement="left", action="extra"),
        chose("toppings", "basil", placement="right", action="no"),
    )
    left, right, _size, mushroom, basil = modifiers(asap(line))
    assert words([left, right]) == ["LEFT HALF: MARG, large", "RIGHT HALF: Pepperoni, large"]
    assert mushroom["preModifier"] == {"guid": "pre-extra"}
    assert words(mushroom["modifiers"]) == ["LEFT HALF: EXTRA mushrooms"]
    assert words([basil]) == ["RIGHT HALF: NO basil"]


def test_modifiers_are_there_as_often_as_their_selection() -> None:
    line = pizza(chose("toppings", "cheese", quantity=2)).model_copy(update={"quantity": 3})
    size, *cheese = modifiers(asap(line))
    assert [entry["quantity"] for entry in (size, *cheese)] == [3, 3, 3]


def test_parts_of_a_combo_are_said_with_their_choices() -> None:
    line = combo(part("pizza", "margherita", "m-small", chose("toppings", "basil", action="no")), part("drink", "coke"))
    assert words(modifiers(asap(line))) == ["PIZZA: MARG, small (NO basil)", "DRINK: Coke"]


def test_long_words_go_on_in_another_request() -> None:
    told = "x" * 600
    said = words(modifiers(asap(COKE.model_copy(update={"notes": told}))))
    assert [len(text) for text in said] == [255, 255, 90]
    assert "".join(said) == told


def test_as_soon_as_possible_has_no_promised_date() -> None:
    body = sent(asap(COKE))
    assert "promisedDate" not in body
    assert body["diningOption"] == {"guid": "takeout-guid"}
    assert "deliveryInfo" not in body


def test_a_delivery_has_the_address_as_it_was_said() -> None:
    order = asap(COKE, kind="delivery", address="12 Main St, apartment 3", notes="ring twice")
    body = sent(order)
    assert body["diningOption"] == {"guid": "delivery-guid"}
    assert body["deliveryInfo"] == {
        "address1": "12 Main St, apartment 3",
        "city": "Springfield",
        "state": "IL",
        "zipCode": "62701",
        "notes": "ring twice; The caller was told $3.30 with tax",
    }
    assert sent(asap(COKE, kind="delivery"))["deliveryInfo"]["address1"] == ""
    with pytest.raises(NotDeliverableError, match=r"\[pos.toast.delivery\]"):
        sent(order, settings=TOAST.model_copy(update={"delivery": None}))


def test_an_order_whose_kind_was_not_said_says_so() -> None:
    assert "KIND NOT SAID" in words(modifiers(asap(COKE, fulfilment=None)))


@pytest.mark.parametrize(
    ("name", "phone", "guest"),
    [
        ("Ana", "+15550100123", ("Ana", "(phone)", "5550100123", "1")),
        ("Ana  de la Cruz", "+34910000000", ("Ana", "de la Cruz", "34910000000", None)),
        (None, None, ("Guest", "(phone)", "5550100077", "1")),
    ],
)
def test_the_guest_has_all_that_toast_demands(name: str | None, phone: str | None, guest: tuple[Any, ...]) -> None:
    body = sent(asap(COKE, customer_name=name), phone=phone)
    [check] = body["checks"]
    customer = check["customer"]
    fields = ("firstName", "lastName", "phone", "phoneCountryCode")
    assert tuple(customer.get(field) for field in fields) == guest
    assert customer["email"] == "orders@example.com"
    assert check["tabName"] == (name or "Phone")
    withheld = "PHONE NUMBER WITHHELD" in words(check["selections"][0]["modifiers"])
    assert withheld is (phone is None)


def test_the_prices_are_read_as_decimals() -> None:
    answer = b'{"checks":[{"totalAmount":12.339999999999998},{"totalAmount":7},{"totalAmount":0.1}]}'
    assert priced_cents(answer) == 1234 + 700 + 10


@given(st.integers(0, 10**9))
def test_dollars_of_any_amount_are_its_cents(cents: int) -> None:
    assert cents_of(Decimal(cents) / 100) == cents
    assert priced_cents(json.dumps({"checks": [{"totalAmount": cents / 100}]}).encode()) == cents


@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b"{}", b'{"checks":[{}]}', b'{"checks":[{"totalAmount":null}]}', b'{"checks":[{"totalAmount":NaN}]}',
     b'{"checks":[{"totalAmount":"much"}]}', b"\xff", b'{"checks":7}',
     b'{"checks":[]}', b'{"checks":[{"totalAmount":1e999999}]}', b"[" * 100_000],
)  # fmt: skip
def test_an_answer_without_a_total_is_an_error(answer: bytes) -> None:
    with pytest.raises(ToastPricesError):
        priced_cents(answer)
