import json

import jsonschema
import pytest

from gateway.orders.menu_file import load_menu
from gateway.orders.menus.schema import menu_schema, menu_schema_text
from gateway.orders.restaurant_files import SHIPPED
from tests.orders.raw_menus import Raw, put, shipped

VALIDATOR = jsonschema.Draft202012Validator(menu_schema())
EXAMPLES = sorted(file.parent.name for file in SHIPPED.glob("*/menu.json"))


def test_the_file_that_ships_says_what_the_models_say() -> None:
    assert (SHIPPED / "menu.schema.json").read_text() == menu_schema_text()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(menu_schema())
    assert menu_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("restaurant_id", EXAMPLES)
def test_every_example_is_valid_and_names_the_schema(restaurant_id: str) -> None:
    raw = shipped(restaurant_id)
    VALIDATOR.validate(raw)
    assert (SHIPPED / restaurant_id / raw["$schema"]).resolve() == SHIPPED / "menu.schema.json"
    # What a menu becomes when it is written out again is one, too.
    VALIDATOR.validate(json.loads(load_menu(json.dumps(raw), "m").model_dump_json()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items.0.variations.0.price", 9.5),
        ("items.0.variations.0.price", "900"),
        ("items.0.flavour", "good"),
        ("items.0.id", "a b"),
        ("items.0.halves", "half"),
        ("items", []),
        ("items.0.pos_ids", {"not an id": "x"}),
        ("modifier_groups.0.options.0.price", {"small": -1}),
        ("items.6.availability.days", ["monday"]),
        ("dayparts.0.start", "25:00"),
        ("$schema", 1),
    ],
)
def test_what_the_models_refuse_the_schema_refuses(path: str, value: object) -> None:
    raw: Raw = put(shipped("casa-verde"), path, value)
    assert not VALIDATOR.is_valid(raw)
    with pytest.raises(ValueError, match="m: "):
        load_menu(json.dumps(raw), "m")


def test_fields_are_described_where_the_models_describe_them() -> None:
    item = menu_schema()["$defs"]["Item"]  # type: ignore[index]  # a schema is JSON, of any shape
    assert item["description"] == "One thing that can be ordered."
    assert item["properties"]["min_age"]["description"] == ("the age in years that the caller must have to be sold it.")
