"""The OpenAPI 3.1 document of what passes between a POS and the gateway, made from the models themselves. Pure.

`paths` is what a POS may tell us (`inbound.py`, served by `web/pos_api.py`); `webhooks` is what we tell a POS
(`order_message.py`, `call_message.py`), by Standard Webhooks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.pos.call_message import MESSAGES
from gateway.pos.examples import examples
from gateway.pos.inbound import (
    ErrorAnswer,
    MenuAnswer,
    OfferAnswer,
    OrderAnswer,
    Ordering,
    OrderingAnswer,
    QuoteAnswer,
    QuoteTime,
    SoldOutAnswer,
    SoldOutList,
    StatusAnswer,
    StatusUpdate,
)

BASE = "/pos/v1/restaurants/{restaurant}"
MENU = "Menu"
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a POS may ask or tell.

    Attributes:
        method: in lower case.
        path: behind `BASE`.
        name: the operation's id.
        summary: one sentence.
        body: what is sent; None: nothing.
        answer: what comes back with 200.
        errors: statuses that this operation may have besides those of all.
    """

    method: str
    path: str
    name: str
    summary: str
    body: type[BaseModel] | None
    answer: type[BaseModel]
    errors: tuple[int, ...] = ()


OPERATIONS = (
    Operation(
        "post", "/orders/{order}/status", "setOrderStatus", "Say how far the kitchen is with an order. Forward only.",
        StatusUpdate, StatusAnswer, (404, 409, 422),
    ),
    Operation("get", "/orders/{order}", "getOrder", "Ask how far an order is.", None, OrderAnswer, (404,)),
    Operation(
        "put", "/sold-out", "replaceSoldOut", "Say what has run out, the whole list. Running calls know in seconds.",
        SoldOutList, SoldOutAnswer, (422,),
    ),
    Operation("put", "/quote", "setQuoteTime", "Say how long an order takes now.", QuoteTime, QuoteAnswer, (422,)),
    Operation(
        "put", "/ordering", "setOrdering", "Pause orders for right away, or take them again.",
        Ordering, OrderingAnswer, (422,),
    ),
    Operation("get", "/offer", "getOffer", "Ask what can be had now, beside the menu.", None, OfferAnswer),
    Operation(
        "put", "/menu", "putMenu", "Put a menu in force for the calls that begin from now on, or only judge it.",
        None, MenuAnswer, (422,),
    ),
    Operation("delete", "/menu", "deleteMenu", "Sell from the menu of the restaurant's file again.", None, MenuAnswer),
)  # fmt: skip

_ERRORS: Mapping[int, str] = {
    401: "Neither signed by the restaurant's secret nor shown one of its API keys.",
    404: "There is no such order.",
    409: "The order is further than that, or is changing right now.",
    413: "The body is too large.",
    422: "The body is not what this request takes; every place and reason is told.",
    503: "The store does not answer just now; send it again.",
}
_ALWAYS = (401, 413, 503)


def document(version: str, menu_schema: JSON) -> JSON:
    """The whole document.

    Args:
        version: of the gateway.
        menu_schema: JSON Schema of a menu (`gateway menu schema`).
    """
    told = tuple(MESSAGES.values())
    used = {kind for one in OPERATIONS for kind in (one.body, one.answer) if kind is not None} | {ErrorAnswer}
    kinds = sorted({*used, *told}, key=lambda kind: kind.__name__)
    # What is sent to us is described as we read it, what we send as we write it.
    read = {one.body for one in OPERATIONS if one.body is not None}
    _, schemas = models_json_schema(
        [(kind, "validation" if kind in read else "serialization") for kind in kinds],
        ref_template="#/components/schemas/{model}",
    )
    definitions: JSON = dict(schemas["$defs"]) | _lifted(menu_schema)
    shown = examples()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Voice-ordering gateway: POS",
            "version": version,
            "description": "What a POS is told by signed webhooks, and what it may tell. Money is integer cents.",
        },
        "paths": dict(_paths()),
        "webhooks": {name: _webhook(name, kind, shown[name]) for name, kind in MESSAGES.items()},
        "components": {"schemas": definitions, "securitySchemes": _SECURITY},
        "security": [{"apiKey": []}, {"signature": []}],
    }


_SECURITY: JSON = {
    "apiKey": {"type": "http", "scheme": "bearer", "description": "One of the restaurant's `api_keys`."},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` over the raw body.",
    },
}


def _paths() -> Iterable[tuple[str, JSON]]:
    found: dict[str, JSON] = {}
    for one in OPERATIONS:
        found.setdefault(BASE + one.path, {"parameters": _path_parameters(one.path)})[one.method] = _operation(one)
    return found.items()


def _path_parameters(path: str) -> list[JSON]:
    named = {"restaurant": "The restaurant's id.", "order": "The order's `order_ref`."}
    text_of = {"type": "string", "minLength": 1}
    return [
        {"name": name, "in": "path", "required": True, "description": text, "schema": text_of}
        for name, text in named.items()
        if f"{{{name}}}" in BASE + path
    ]


def _operation(one: Operation) -> JSON:
    found: JSON = {"operationId": one.name, "summary": one.summary, "responses": dict(_responses(one))}
    if one.body is not None:
        found["requestBody"] = _body(_ref(one.body))
    elif one.name == "putMenu":
        found["requestBody"] = _body({"$ref": f"#/components/schemas/{MENU}"})
        found["parameters"] = [
            {"name": "dry_run", "in": "query", "schema": {"type": "string", "enum": ["true", "false"]}}
        ]
    return found


def _responses(one: Operation) -> Iterable[tuple[str, JSON]]:
    yield "200", {"description": "Done.", "content": {"application/json": {"schema": _ref(one.answer)}}}
    for status in sorted({*one.errors, *_ALWAYS}):
        answer: JSON = {"description": _ERRORS[status]}
        if status != 413:  # answered before the request reaches us, in plain text
            answer["content"] = {"application/json": {"schema": _ref(ErrorAnswer)}}
        yield str(status), answer


def _lifted(schema: JSON) -> JSON:
    """A schema with definitions of its own as schemas of the document, each name with "Menu" before it."""

    def moved(node: object) -> object:
        if isinstance(node, list):
            return [moved(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        return {key: _moved_ref(value) if key == "$ref" else moved(value) for key, value in node.items()}

    own = {name: value for name, value in schema.items() if name not in ("$defs", "$schema", "$id")}
    parts = {f"{MENU}{name}": moved(part) for name, part in schema.get("$defs", {}).items()}
    return {MENU: moved(own), **parts}


def _moved_ref(ref: object) -> object:
    return str(ref).replace("#/$defs/", f"#/components/schemas/{MENU}")


def _webhook(name: str, kind: type[BaseModel], example: JSON) -> JSON:
    body = _body(_ref(kind), example)
    summary = (kind.__doc__ or "").split("\n", maxsplit=1)[0].replace("`", "")
    receipt = {"2XX": {"description": "Received."}, "410": {"description": "Never send anything again."}}
    return {"post": {"operationId": name, "summary": summary, "requestBody": body, "responses": receipt}}


def _body(schema: JSON, example: JSON | None = None) -> JSON:
    content: JSON = {"schema": schema} | ({} if example is None else {"example": example})
    return {"required": True, "content": {"application/json": content}}


def _ref(kind: type[BaseModel]) -> JSON:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
