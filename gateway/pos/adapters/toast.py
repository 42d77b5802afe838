"""An order as Toast's `POST /orders/v2/orders` and `/orders/v2/prices` take it, and what the prices say. Pure.

Fields: doc.toasttab.com/openapi/orders and the guide "Specifying modifiers and instructions for menu item selections".
Rules kept here:

* Toast prices what it has. Everything is named by GUIDs (`mapping.py` says where they stand in the menu); an item, its
  menu group and its size must have theirs, or the order is not deliverable. A choice without goes in words.
* Words are special requests: on the choice that they are about, else on the selection. The first selection also
  carries what is about the whole order: takeout has no field for it.
* A modifier is there as often as its selection. Two portions of it are two modifiers.
* External ids are unique with Toast for ever. An order that is sent twice is refused, not made twice.
* Toast's money is decimal dollars. It is read as decimals, never as floats.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from gateway.orders.pos_systems import ToastSettings
from gateway.pos.adapters.mapping import NotDeliverableError, toast_pair
from gateway.pos.adapters.words import (
    SEPARATOR,
    Node,
    alert,
    choice_words,
    half_words,
    is_plain,
    line_notes,
    nested,
    order_notes,
    pieces,
    size_of,
    sized,
    whole_part_words,
)
from gateway.pos.order_message import ConfirmedOrder, OrderConfirmed, OrderLine

Json = dict[str, object]
PATH = "/orders/v2/orders"
PRICES_PATH = "/orders/v2/prices"
LOGIN_PATH = "/authentication/v1/authentication/login"
_TAB, _REQUEST = 255, 255


class ToastPricesError(ValueError):
    """An answer of `/orders/v2/prices` has no total."""


class ToastLoginError(ValueError):
    """An answer of the login has no token."""


def toast_order(message: OrderConfirmed, settings: ToastSettings) -> Json:
    """The body of an order; the same body asks for its prices.

    Raises:
        NotDeliverableError: items or sizes have no GUIDs, or the restaurant does not deliver by Toast.
    """
    data, fulfilment = message.data, message.data.fulfilment
    is_delivery = fulfilment.kind == "delivery"
    missing = [*_missing(data), *(["[pos.toast.delivery]"] if is_delivery and settings.delivery is None else [])]
    if missing:
        raise NotDeliverableError("toast", missing)
    order_id = external_id(message, settings)
    # The first selection speaks for the order.
    spoken_for = [order_notes(data, where=fulfilment.kind is None), *([] for _ in data.lines[1:])]
    selections = [
        {"externalId": f"{order_id}:{line.ref}", **_selection(line, data, settings, words)}
        for line, words in zip(data.lines, spoken_for, strict=False)
    ]
    order: Json = {
        "externalId": order_id,
        "diningOption": {"guid": settings.pickup_option},
        "checks": [
            {
                "externalId": f"{order_id}:check",
                "tabName": (alert(data) or data.customer.name or "Phone")[:_TAB],
                "customer": _customer(data, settings),
                "selections": selections,
            }
        ],
    }
    if fulfilment.scheduled:
        at = f"{fulfilment.ready_at:%Y-%m-%dT%H:%M:%S}.000+0000"
        order |= {"openedDate": at, "promisedDate": at}
    if is_delivery and settings.delivery is not None:
        order["diningOption"] = {"guid": settings.delivery.dining_option}
        order["deliveryInfo"] = {
            "address1": fulfilment.address or "",
            "city": settings.delivery.city,
            "state": settings.delivery.state,
            "zipCode": settings.delivery.zip_code,
            "notes": SEPARATOR.join(order_notes(data)),
        }
    return order


def external_id(message: OrderConfirmed, settings: ToastSettings) -> str:
    """Our name of the order at Toast, which takes it once (enforced since 2026-02-02)."""
    return f"{settings.naming_authority}:{message.data.order_ref}"


def access_token(answer: bytes) -> tuple[str, float]:
    """The token in a good answer of the login, and for how many seconds it is valid.

    Raises:
        ToastLoginError: there is none in it.
    """
    try:
        token = json.loads(answer)["token"]
        text, seconds = token["accessToken"], token["expiresIn"]
        if isinstance(text, str) and text.isascii() and text.isprintable() and text and isinstance(seconds, int):
            return text, float(seconds)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ToastLoginError("the answer to the login cannot be read") from error
    raise ToastLoginError("the answer to the login has no token")


def priced_cents(answer: bytes) -> int:
    """What `/orders/v2/prices` says an order costs with tax, in cents.

    Raises:
        ToastPricesError: it does not say.
    """
    try:
        checks = json.loads(answer, parse_float=Decimal, parse_int=Decimal)["checks"]
        amounts = [check["totalAmount"] for check in checks]
        if amounts and all(isinstance(amount, Decimal) for amount in amounts):
            return sum(map(cents_of, amounts))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise ToastPricesError("the answer to the price check cannot be read") from error
    raise ToastPricesError("no total in the answer to the price check")


def cents_of(dollars: Decimal) -> int:
    """Decimal dollars as cents; what a double leaves beyond the cent is rounded off, half up."""
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _missing(data: ConfirmedOrder) -> Iterator[str]:
    for line in data.lines:
        name = f"{line.item.name} ({line.item.ref})"
        if _thing(line) is None:
            yield f"GUIDs of the item {name}"
        elif toast_pair(line.item) and line.variation and not line.single_form and _size(line) is None:
            yield f"GUIDs of the size {line.variation.name} ({line.variation.ref}) of {name}"


def _thing(line: OrderLine) -> tuple[str, str] | None:
    """The menu group and the item."""
    return toast_pair(line.item) or toast_pair(line.variation)


def _size(line: OrderLine) -> tuple[str, str] | None:
    """The size as a modifier, where the item has an id of its own: its group and the option."""
    return toast_pair(line.variation) if toast_pair(line.item) else None


def _selection(line: OrderLine, data: ConfirmedOrder, settings: ToastSettings, words: list[str]) -> Json:
    group, item = _thing(line) or ("", "")
    size = _size(line)
    unsized = toast_pair(line.item) is not None and size is None and size_of(line.item, line.variation) is not None
    made = [*([sized(line.item, line.variation)] if unsized else []), *half_words(line)]
    said = dict.fromkeys([*words, *line_notes(line, data), *made, *map(whole_part_words, line.parts)])
    sizes = [] if size is None else [_modifier(*size, line.quantity)]
    modifiers = [*sizes, *_choices(nested(line.modifiers), line.quantity, settings)]
    return {
        "item": {"guid": item},
        "itemGroup": {"guid": group},
        "quantity": line.quantity,
        "modifiers": [*_requests(said), *modifiers],
    }


def _choices(nodes: Iterable[Node], quantity: int, settings: ToastSettings) -> Iterator[Json]:
    for node in nodes:
        choice, pre_modifiers = node.choice, {str(action): guid for action, guid in settings.pre_modifiers.items()}
        group, item = choice.group.pos_ids.get("toast"), choice.option.pos_ids.get("toast")
        pre_modifier = pre_modifiers.get(choice.action)
        # "No" on one half only is said in words: the pre-modifier would say so of the whole.
        unsayable = choice.action == "no" and (pre_modifier is None or choice.placement != "whole")
        if group is None or item is None or unsayable:
            yield from _requests([choice_words(choice)])
            yield from _choices(node.opened, quantity, settings)
            continue
        body = _modifier(group, item, quantity)
        if pre_modifier is not None:
            body["preModifier"] = {"guid": pre_modifier}
        said = is_plain(choice) or (pre_modifier is not None and choice.placement == "whole")
        below = [*_requests([] if said else [choice_words(choice)]), *_choices(node.opened, quantity, settings)]
        more = choice.action == "extra" and pre_modifier is None
        for portion in range(choice.quantity + more):
            # What a choice has opened is there once, on its first portion.
            yield body | ({"modifiers": below} if below and portion == 0 else {})


def _modifier(group: str, item: str, quantity: int) -> Json:
    return {"item": {"guid": item}, "optionGroup": {"guid": group}, "quantity": quantity}


def _requests(words: Iterable[str]) -> list[Json]:
    """Special requests, one for each of the words, and more where they are long."""
    said = (piece for text in words for piece in pieces([text], _REQUEST))
    return [{"selectionType": "SPECIAL_REQUEST", "displayName": piece} for piece in said]


def _customer(data: ConfirmedOrder, settings: ToastSettings) -> Json:
    """The guest. Toast demands both names, a phone number and an e-mail address."""
    first, _, last = (data.customer.name or "Guest").strip().partition(" ")
    phone = data.customer.phone or settings.guest_phone
    number: Json = {"phone": phone.removeprefix("+")}
    if phone.startswith("+1"):
        number = {"phone": phone.removeprefix("+1"), "phoneCountryCode": "1"}
    return {"firstName": first, "lastName": last.strip() or "(phone)", **number, "email": settings.guest_email}
