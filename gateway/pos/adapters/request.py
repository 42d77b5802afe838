"""What is sent to a POS system for an order: where, with which headers, and the body. Pure."""

import json
from dataclasses import dataclass, field
from typing import assert_never

from gateway.orders.pos_systems import CloverSettings, SquareSettings, SystemSettings, ToastSettings
from gateway.pos.adapters import square, toast
from gateway.pos.adapters.clover import clover_order, clover_path
from gateway.pos.order_message import OrderConfirmed


@dataclass(frozen=True, slots=True)
class PosRequest:
    """A POST: the path below the endpoint's URL, headers (the token is among them), JSON. Only the path is printed."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def request_for(settings: SystemSettings, message: OrderConfirmed) -> PosRequest:
    """The request that makes the order.

    Raises:
        NotDeliverableError: the system cannot take it. Sending again does not help before the menu or the settings
            have what is missing.
    """
    headers: dict[str, str] = {}
    body: dict[str, object]
    match settings:
        case SquareSettings():
            path, body = square.PATH, square.square_order(message, settings)
            headers["Square-Version"] = square.API_VERSION
        case ToastSettings():
            path, body = toast.PATH, toast.toast_order(message, settings)
            headers["Toast-Restaurant-External-ID"] = settings.restaurant_guid
        case CloverSettings():
            path, body = clover_path(settings), clover_order(message, settings)
        case _:
            assert_never(settings)
    return _request(settings, path, headers, body)


def prices_request_for(settings: ToastSettings, message: OrderConfirmed) -> PosRequest:
    """The request that asks Toast what the order costs there, see `toast.priced_cents`. It makes no order.

    Raises:
        NotDeliverableError: as for `request_for`.
    """
    headers = {"Toast-Restaurant-External-ID": settings.restaurant_guid}
    return _request(settings, toast.PRICES_PATH, headers, toast.toast_order(message, settings))


def _request(settings: SystemSettings, path: str, headers: dict[str, str], body: dict[str, object]) -> PosRequest:
    token = settings.token.get_secret_value()
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return PosRequest(
        path, headers | {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, text.encode()
    )
