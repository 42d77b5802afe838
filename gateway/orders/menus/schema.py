"""The JSON Schema of `menu.json`, made from the models, for editors and for programs that write menus.

It says what a menu's form is; that its references hold and its choices can be made is more than a schema can say:
`gateway menu check` does. Rule kept here: the file that ships, `restaurants/menu.schema.json`, is what this gives.
"""

import json
import re
from collections.abc import Iterator

from gateway.orders.menu import SCHEMA, Menu

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE = re.compile(r"^    (\w+): ((?:.|\n(?!    \w+: ))*)", re.MULTILINE)


def menu_schema() -> dict[str, object]:
    """The schema, as one JSON object."""
    made = Menu.model_json_schema(mode="validation")
    for part in _objects(made):
        _tidy(part)
    properties = {SCHEMA: {"type": "string", "description": "Where this schema is, for the editor."}}
    return {
        SCHEMA: DIALECT,
        "title": "Menu of a restaurant",
        "description": "What a restaurant sells, in which sizes, with which choices, for how many cents.",
        **{name: value for name, value in made.items() if name not in ("title", "description")},
        "properties": properties | made["properties"],
    }


def menu_schema_text() -> str:
    """The schema as the text that ships."""
    return json.dumps(menu_schema(), indent=2) + "\n"


def _objects(node: object) -> Iterator[dict[str, object]]:
    """Every JSON object in a schema."""
    if isinstance(node, dict):
        yield node
        for value in list(node.values()):
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _tidy(part: dict[str, object]) -> None:
    """Titles that only repeat a field's name go; what a model's docstring says of a field is said at the field."""
    properties = part.get("properties")
    if isinstance(properties, dict):
        text, _, attributes = str(part.get("description", "")).partition("\n\nAttributes:\n")
        part["description"] = _one_line(text)
        for name, said in _ATTRIBUTE.findall(attributes):
            properties[name]["description"] = _one_line(said)
        for described in properties.values():
            described.pop("title", None)
    if "patternProperties" in part:
        part["additionalProperties"] = False  # a key of another form is a mistake, as it is to the models


def _one_line(text: str) -> str:
    return " ".join(text.split())
