"""The tools as a Realtime session takes them: flat function definitions, generated from the restaurant.

Rules kept here: items, options and sizes are enums, so that a model can only name what is on the menu; the same
restaurant always gives the same bytes, so that the provider's prompt cache holds; no prices (get_menu has them).
Source: openai `RealtimeFunctionTool` {type, name, description, parameters}.
"""

from collections.abc import Iterable, Mapping

from gateway.orders.menu import Menu
from gateway.orders.modifier_words import ACTIONS
from gateway.orders.restaurant import Restaurant

# Above this the enum costs more tokens at every response than it saves in mistakes.
MAX_ENUM = 120

# What each tool takes, by name. `tools.py` refuses everything else.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "get_menu": ("category",),
    "set_line": (
        "line_id",
        "item_id",
        "options",
        "variation_id",
        "quantity",
        "modifiers",
        "half_item_id",
        "parts",
        "notes",
        "if_version",
    ),
    "remove_line": ("line_id",),
    "get_order": (),
    "set_customer": ("name", "fulfilment", "address", "notes"),
    "read_back": ("language",),
    "confirm_order": (),
    "resume_order": ("accept",),
    "cancel_order": (),
    "transfer_to_staff": ("reason",),
    "end_call": ("reason",),
}


def tool_schemas(menu: Menu, restaurant: Restaurant) -> list[dict[str, object]]:
    """The eleven tools, always in the same order."""
    line_id = _text("The cart's line id, such as L1.")
    return [
        _tool(
            "get_menu",
            "The menu: ids, names, sizes, choices, prices in cents. Use it before you answer about dishes or prices.",
            {"category": _enum((category.id for category in menu.categories), "Only this part of the menu.")},
        ),
        _set_line(menu, line_id),
        _tool("remove_line", "Take one line out of the cart.", {"line_id": line_id}, ["line_id"]),
        _tool("get_order", "The cart as it stands, what is missing, and the totals."),
        _tool(
            "set_customer",
            "Note what the caller said about these. Never guess any of it.",
            {
                "name": _text("The caller's name."),
                "fulfilment": _enum(restaurant.fulfilments, "How the food reaches the caller."),
                "address": _text("Where to deliver."),
                "notes": _text("A note for the whole order."),
            },
        ),
        _tool(
            "read_back",
            "Get the read-back once the caller wants nothing more. Say its `say` word for word, then wait for a yes.",
            {"language": _enum(restaurant.languages, "The language you are speaking.")},
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
            "transfer_to_staff",
            "Put the caller through to a person: when they ask for one, are upset, or you cannot help.",
            {"reason": _text("Why, in a few words for the person who answers.")},
            ["reason"],
        ),
        _tool(
            "end_call",
            "Hang up, after the goodbye.",
            {"reason": _text("Why, in a few words.")},
            ["reason"],
        ),
    ]


def _set_line(menu: Menu, line_id: dict[str, object]) -> dict[str, object]:
    sizes = {
        dimension.id: _enum((option.id for option in dimension.options), f"The {dimension.name}.")
        for dimension in menu.dimensions
    }
    modifier = _object(
        {
            "option_id": _enum(_each(option.id for group in menu.modifier_groups for option in group.options)),
            "group_id": _enum((group.id for group in menu.modifier_groups), "Where an option is in several groups."),
            "action": _enum(ACTIONS, "Default add."),
            "quantity": {"type": "integer", "minimum": 1},
        },
        ["option_id"],
    )
    properties: dict[str, dict[str, object]] = {
        "line_id": _text("The line to change. Leave out for a new line."),
        "item_id": _enum(item.id for item in menu.items),
        "options": {**_object(sizes), "description": "What the caller chose of the item's sizes. Never guess."},
        "quantity": {"type": "integer", "minimum": 1, "description": "How many in all, not how many more."},
        "modifiers": {
            "type": "array",
            "items": modifier,
            "description": "All choices for this line; replaces the list.",
        },
        "notes": _text("Only what the menu has no choice for."),
    }
    if not menu.dimensions:
        del properties["options"]
    if not menu.modifier_groups:
        del properties["modifiers"]
    return _tool(
        "set_line",
        "Put an item in the cart, or change a line. With line_id: what you leave out stays as it is. A line may be set "
        "before everything is known; the result says what to ask.",
        properties,
    )


def _tool(
    name: str,
    description: str,
    properties: Mapping[str, Mapping[str, object]] | None = None,
    required: list[str] | None = None,
) -> dict[str, object]:
    parameters = _object(properties or {}, required)
    return {"type": "function", "name": name, "description": description, "parameters": parameters}


def _object(properties: Mapping[str, Mapping[str, object]], required: list[str] | None = None) -> dict[str, object]:
    schema: dict[str, object] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _text(description: str) -> dict[str, object]:
    return {"type": "string", "description": description}


def _enum(values: Iterable[str], description: str | None = None) -> dict[str, object]:
    """One of these ids; any text where they are too many, or none at all."""
    ids = list(values)
    schema: dict[str, object] = {"type": "string"}
    if 0 < len(ids) <= MAX_ENUM:
        schema["enum"] = ids
    return schema if description is None else schema | {"description": description}


def _each(values: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(values)
