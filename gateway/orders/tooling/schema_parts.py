"""The small pieces that the tools' JSON Schemas are put together from.

Rules kept here: every object names all it takes and takes nothing else; an enum is never empty, has each value once,
and is not longer than it is worth.
"""

from collections.abc import Iterable, Mapping

Schema = dict[str, object]

# Above this an enum costs more tokens at every response than it saves in mistakes.
MAX_ENUM = 250


def object_of(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    """An object with these properties and no other."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def list_of(items: Schema, description: str) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": description}


def text(description: str | None = None) -> Schema:
    """Any text."""
    schema: Schema = {"type": "string"}
    return schema if description is None else schema | {"description": description}


def one_of(values: Iterable[str], description: str | None = None) -> Schema:
    """One of these words; any text where they are too many, or none at all."""
    words = list(dict.fromkeys(values))
    schema: Schema = {"type": "string"}
    if 0 < len(words) <= MAX_ENUM:
        schema["enum"] = words
    return schema if description is None else schema | {"description": description}


def count(description: str | None = None) -> Schema:
    """A whole number from one on."""
    schema: Schema = {"type": "integer", "minimum": 1}
    return schema if description is None else schema | {"description": description}
