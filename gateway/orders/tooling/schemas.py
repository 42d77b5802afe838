"""The tools as a Realtime session takes them: flat function definitions, generated from the restaurant.

Rules kept here: items, options and sizes are enums, so that a model can only name what is on the menu; the same
restaurant always gives the same bytes, so that the provider's prompt cache holds; no prices (get_menu has them); all
of it together stays within a size that leaves room for the conversation: a menu too large for that is searched by
`find_item`. Source: openai `RealtimeFunctionTool` {type, name, description, parameters}.
"""

import json
from collections.abc import Mapping

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.line_schema import LineSchema
from gateway.orders.tooling.schema_parts import MAX_ENUM, Schema, list_of, object_of, one_of, text

# Instructions and tools together may have 16,384 tokens (32k models), three characters being one at the worst; what the
# other tools and the instructions need is known, so this is for `set_line`.
MAX_LINE_CHARS = 16_000
# A menu handed over as a whole stays in the conversation for good.
MAX_MENU_CHARS = 40_000

# What each tool takes, by name. `tools.py` refuses everything else. `if_version` is for callers that are no model: two
# tool calls of one response would refuse each other.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "get_menu": ("category", "item_id"),
    "find_item": ("words",),
    "check_allergens": ("item_id", "allergens", "language"),
    "set_line": (
        "line_id", "item_id", "options", "variation_id", "quantity", "modifiers", "half_item_id", "parts", "notes",
        "if_version",
    ),
    "remove_line": ("line_id", "if_version"),
    "get_order": (),
    "repeat_order": ("language",),
    "set_customer": (
        "name", "fulfilment", "address", "notes", "allergies", "allergy_taken_back", "age_confirmed", "if_version",
    ),
    "set_fulfilment": ("kind", "address", "time", "if_version"),
    "get_hours": ("language",),
    "quote_time": ("kind", "language"),
    "read_back": ("language",),
    "confirm_order": (),
    "resume_order": ("accept",),
    "cancel_order": (),
    "leave_message": ("text", "name", "ring_back"),
    "text_order": ("agreed", "language"),
    "transfer_to_staff": ("reason",),
    "end_call": ("reason",),
}  # fmt: skip


def is_large(menu: Menu) -> bool:
    """Whether a menu is too large to be spelt out and handed over as a whole, so that it is searched instead."""
    if len(menu.items) > MAX_ENUM or len(menu.model_dump_json(exclude_defaults=True)) > MAX_MENU_CHARS:
        return True
    return len(json.dumps(LineSchema(menu, spelt=True).properties())) > MAX_LINE_CHARS


def tool_schemas(menu: Menu, restaurant: Restaurant) -> list[Schema]:
    """The tools, always in the same order; `find_item` only where the menu's ids are not spelt out."""
    return _schemas(menu, restaurant, spelt=not is_large(menu))


def _schemas(menu: Menu, restaurant: Restaurant, *, spelt: bool) -> list[Schema]:
    language = {"language": one_of(restaurant.languages, "The language you are speaking.")}
    line_id = text("The cart's line id, such as L1.")
    item_id = text("An item's id.")
    tools = [
        _tool(
            "get_menu",
            "The menu: ids, names, sizes, choices, prices in cents, what cannot be had now. Use it before you answer "
            "about dishes or prices.",
            {"category": one_of((category.id for category in menu.categories), "Only this part of the menu.")}
            | ({} if spelt else {"item_id": item_id}),
        ),
        _tool(
            "check_allergens",
            "What the menu declares about allergens, for an item or for the cart. Say its `say` word for word. Never "
            "say that a dish is free of something.",
            {"item_id": text("Leave out for the whole cart."), "allergens": list_of(text(), "As the caller said.")}
            | language,
        ),
        _tool(
            "set_line",
            "Put an item in the cart, or change a line. With line_id: what you leave out stays as it is. A line may be "
            "set before everything is known; the result says what to ask.",
            LineSchema(menu, spelt=spelt).properties(),
        ),
        _tool("remove_line", "Take one line out of the cart.", {"line_id": line_id}, ["line_id"]),
        _tool("get_order", "The cart as it stands, what is missing, and the totals."),
        _tool("repeat_order", "The order so far in words, when the caller asks. It is no read-back.", language),
        _tool(
            "set_customer",
            "Note what the caller said about these. Never guess any of it.",
            {
                "name": text("The caller's name."),
                "fulfilment": one_of(restaurant.fulfilments, "How the food reaches the caller."),
                "address": text("Where to deliver."),
                "notes": text("A note for the whole order."),
                "allergies": list_of(text(), "Every allergy the caller names, at once. They add up."),
                "allergy_taken_back": text("One that the caller says is none after all."),
            }
            | _age(menu),
        ),
        _tool(
            "set_fulfilment",
            "Note how and when the food reaches the caller, where they choose a time.",
            {
                "kind": one_of(restaurant.fulfilments),
                "address": text("Where to deliver."),
                "time": text("Local: YYYY-MM-DDTHH:MM, or HH:MM today, or now for as soon as possible."),
            },
        ),
        _tool("get_hours", "Opening hours: now, today, the week, holidays, last orders.", language),
        _tool(
            "quote_time",
            "How long an order takes now.",
            {"kind": one_of(restaurant.fulfilments)} | language,
        ),
        _tool(
            "read_back",
            "Get the read-back once the caller wants nothing more. Say its `say` word for word, then wait for a yes.",
            language,
        ),
        _tool("confirm_order", "Place the order. Only after the caller has said yes to the whole read-back."),
        _tool(
            "resume_order",
            "The caller's answer about the open order held from an earlier call.",
            {"accept": {"type": "boolean", "description": "true: go on with it; false: drop it."}},
            ["accept"],
        ),
        _tool("cancel_order", "Drop everything ordered. Only when the caller says so."),
        _tool(
            "leave_message",
            "Keep a message for the staff, when nobody can be reached or the restaurant is closed.",
            {
                "text": text("What the caller wants to say, in their words."),
                "name": text("The caller's name."),
                "ring_back": {"type": "boolean", "description": "The caller wants to be rung back."},
            },
            ["text"],
        ),
        _tool(
            "transfer_to_staff",
            "Put the caller through to a person: when they ask for one, are upset, or you cannot help.",
            {"reason": text("Why, in a few words for the person who answers.")},
            ["reason"],
        ),
        _tool("end_call", "Hang up, after the goodbye.", {"reason": text("Why, in a few words.")}, ["reason"]),
    ]
    if restaurant.sms is not None:
        tools.insert(len(tools) - 2, _text_order(language))
    return tools if spelt else [tools[0], _find_item(), *tools[1:]]


def _text_order(language: Mapping[str, Schema]) -> Schema:
    agreed: Schema = {"type": "boolean", "description": "Whether the caller said yes to it."}
    return _tool(
        "text_order",
        "Note the caller's answer, once you have asked whether they want the order as a text message.",
        {"agreed": agreed, **language},
        ["agreed"],
    )


def _find_item() -> Schema:
    return _tool(
        "find_item",
        "Look up ids on this large menu before set_line: by a dish, an ingredient, a choice.",
        {"words": text("What the caller said, without the rest of the sentence.")},
        ["words"],
    )


def _age(menu: Menu) -> dict[str, Schema]:
    """The age is asked for only where something on the menu asks for one."""
    if all(item.min_age is None for item in menu.items):
        return {}
    return {"age_confirmed": {"type": "integer", "description": "The age in years that the caller says they have."}}


def _tool(
    name: str, description: str, properties: Mapping[str, Schema] | None = None, required: list[str] | None = None
) -> Schema:
    parameters = object_of(properties or {}, required)
    return {"type": "function", "name": name, "description": description, "parameters": parameters}
