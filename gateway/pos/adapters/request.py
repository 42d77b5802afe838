"""What is sent to a POS system for an order: where, with which headers but the token's, and the body. Pure.

Before an order is made it is looked for where the system does not know a repetition by itself, so that an answer that
was lost costs no second order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never
from urllib.parse import quote, urlencode

from gateway.orders.pos_systems import CloverSettings, SquareSettings, SystemSettings, ToastSettings
from gateway.pos.adapters import square, toast
from gateway.pos.adapters.clover import (
    clover_order,
    clover_orders_path,
    clover_path,
    clover_print,
    clover_print_path,
    clover_title,
)
from gateway.pos.order_message import OrderConfirmed


class UnreadableAnswerError(ValueError):
    """The answer of a system to an order is none."""


@dataclass(frozen=True, slots=True)
class PosRequest:
    """A POST: the path below the endpoint's URL, headers, JSON. The body is not printed."""

    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PosLookup:
    """A GET. `title`: the answer is a list, and the order is in it if one has this title; else any 2xx is the order."""

    path: str
    headers: Mapping[str, str]
    title: str | None = None

    def finds(self, status: int, body: bytes) -> bool | None:
        """Whether an answer says that the order is there; None: it says neither."""
        if self.title is None:
            return True if 200 <= status < 300 else (False if status in (400, 404) else None)
        if not 200 <= status < 300:
            return None
        try:
            return any(one["title"] == self.title for one in json.loads(body)["elements"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


def request_for(settings: SystemSettings, message: OrderConfirmed) -> PosRequest:
    """The request that makes the order.

    Raises:
        NotDeliverableError: the system cannot take it. Sending again does not help before the menu or the settings
            have what is missing.
    """
    body: dict[str, object]
    match settings:
        case SquareSettings():
            path, body = square.PATH, square.square_order(message, settings)
        case ToastSettings():
            path, body = toast.PATH, toast.toast_order(message, settings)
        case CloverSettings():
            path, body = clover_path(settings), clover_order(message, settings)
        case _:
            assert_never(settings)
    return _request(settings, path, body)


def lookup_for(settings: SystemSettings, message: OrderConfirmed) -> PosLookup | None:
    """The request that tells whether the order is there already; None: the system knows a repetition by itself.

    Square: `idempotency_key`. Toast: GET of an order by its external id (doc.toasttab.com, "External identifiers").
    Clover: the merchant's orders, filtered by their title.
    """
    match settings:
        case SquareSettings():
            return None
        case ToastSettings():
            path = f"{toast.PATH}/{quote(toast.external_id(message, settings), safe='')}"
            return PosLookup(path, _headers(settings))
        case CloverSettings():
            title = clover_title(message.data)
            path = f"{clover_orders_path(settings)}?{urlencode({'filter': f'title={title}', 'limit': 1})}"
            return PosLookup(path, _headers(settings), title)
        case _:
            assert_never(settings)


def second_request_for(settings: SystemSettings, message: OrderConfirmed, made: bytes) -> PosRequest | None:
    """The request without which the kitchen does not see an order that was made; None: there is none.

    Square: the payment, if it is to be recorded. Clover: the ticket. Both may be sent again.

    Args:
        settings: of the restaurant.
        message: the order.
        made: the answer of the system to `request_for`'s request, or to that of `lookup_for`.

    Raises:
        UnreadableAnswerError: that answer does not say which order it is.
    """
    body: dict[str, object] | None
    try:
        match settings:
            case SquareSettings():
                path, body = square.PAYMENTS_PATH, square.square_payment(message, settings, made)
            case ToastSettings():
                return None
            case CloverSettings():
                path = clover_print_path(settings)
                body = clover_print(message.data, made) if settings.print_orders else None
            case _:
                assert_never(settings)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableAnswerError("the answer to the order cannot be read") from error
    return None if body is None else _request(settings, path, body)


def prices_request_for(settings: ToastSettings, message: OrderConfirmed) -> PosRequest:
    """The request that asks Toast what the order costs there, see `toast.priced_cents`. It makes no order.

    Raises:
        NotDeliverableError: as for `request_for`.
    """
    return _request(settings, toast.PRICES_PATH, toast.toast_order(message, settings))


def login_request(settings: ToastSettings) -> PosRequest:
    """The request that fetches a Toast access token (doc.toasttab.com, "Authentication and restaurant access")."""
    words = {
        "clientId": settings.client_id,
        "clientSecret": settings.client_secret.get_secret_value(),
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    return PosRequest(toast.LOGIN_PATH, {"Content-Type": "application/json"}, json.dumps(words).encode())


def _request(settings: SystemSettings, path: str, body: dict[str, object]) -> PosRequest:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return PosRequest(path, _headers(settings) | {"Content-Type": "application/json"}, text.encode())


def _headers(settings: SystemSettings) -> dict[str, str]:
    match settings:
        case SquareSettings():
            return {"Square-Version": square.API_VERSION}
        case ToastSettings():
            return {"Toast-Restaurant-External-ID": settings.restaurant_guid}
        case CloverSettings():
            return {}
        case _:
            assert_never(settings)
