import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.orders.contact_settings import SmsSettings
from gateway.orders.menu import Menu
from gateway.orders.restaurant import Restaurant
from gateway.orders.tooling.modifier_edit import MODIFIER_ARGUMENTS
from gateway.orders.tooling.part_edit import PART_ARGUMENTS
from gateway.orders.tooling.schema_parts import MAX_ENUM
from gateway.orders.tooling.schemas import ARGUMENTS, MAX_LINE_CHARS, MAX_MENU_CHARS, is_large, tool_schemas
from tests.orders.tool_menu import DINER, diner, plain_menu

TYPES = {"object", "array", "string", "integer", "boolean"}
KEYWORDS = {
    "object": {"type", "properties", "additionalProperties", "required", "description"},
    "array": {"type", "items", "description"},
    "string": {"type", "enum", "description"},
    "integer": {"type", "minimum", "description"},
    "boolean": {"type", "description"},
}


def named(menu: Menu, restaurant: Restaurant, tool: str) -> dict[str, object]:
    found: dict[str, object] = next(schema for schema in tool_schemas(menu, restaurant) if schema["name"] == tool)
    return found


def properties(menu: Menu, restaurant: Restaurant, tool: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(json.dumps(named(menu, restaurant, tool)))["parameters"][
        "properties"
    ]
    return found


def large_menu(number: int = 2000) -> Menu:
    dishes = tuple(DINER.items[0].model_copy(update={"id": f"i{n}", "name": f"Dish {n}"}) for n in range(number))
    return DINER.model_copy(update={"items": (*DINER.items, *dishes)})


def objects(schema: object) -> Iterator[dict[str, object]]:
    """Every schema inside a schema."""
    assert isinstance(schema, dict)
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from objects(inner)
    if "items" in schema:
        yield from objects(schema["items"])


def test_every_tool_takes_what_its_schema_says(restaurants: dict[str, Restaurant], casa_verde: Restaurant) -> None:
    texting = casa_verde.model_copy(update={"sms": SmsSettings.model_validate({"from": "+15550100000"})})
    for restaurant in (*restaurants.values(), texting, diner(casa_verde), diner(casa_verde, menu=large_menu())):
        schemas = tool_schemas(restaurant.menu, restaurant)
        names = [schema["name"] for schema in schemas]
        unused = set() if is_large(restaurant.menu) else {"find_item"}
        unused |= set() if restaurant.sms is not None else {"text_order"}
        assert names == [name for name in ARGUMENTS if name not in unused]
        for schema in schemas:
            assert schema.keys() == {"type", "name", "description", "parameters"}
            taken = properties(restaurant.menu, restaurant, str(schema["name"]))
            assert set(taken) <= set(ARGUMENTS[str(schema["name"])])


def test_items_sizes_and_choices_are_enums_of_the_menu(casa_verde: Restaurant) -> None:
    line = properties(casa_verde.menu, casa_verde, "set_line")
    assert line["item_id"]["enum"] == [item.id for item in casa_verde.menu.items]
    assert '"enum": ["6", "12"]' in json.dumps(line["options"])
    assert '"enum": ["mushroom", "extra_cheese", "jalapeno", "basil", "bbq", "hot", "garlic"]' in json.dumps(line)
    assert properties(casa_verde.menu, casa_verde, "read_back")["language"]["enum"] == ["en", "es"]


def test_halves_swaps_and_combos_are_enums_of_the_menu_too(casa_verde: Restaurant) -> None:
    line = json.loads(json.dumps(properties(DINER, diner(casa_verde), "set_line")))
    assert line["half_item_id"]["enum"] == ["farmhouse", "marinara", "verdura"]
    modifier = line["modifiers"]["items"]["properties"]
    assert set(modifier) <= set(MODIFIER_ARGUMENTS)
    assert modifier["placement"]["enum"] == ["whole", "left", "right"]
    assert modifier["action"]["enum"] == ["add", "no", "extra", "light", "side", "swap"]
    assert modifier["instead_of"]["enum"] == ["mozzarella", "medium"]
    part = line["parts"]["items"]["properties"]
    assert set(part) <= set(PART_ARGUMENTS)
    assert part["slot"]["enum"] == ["burger", "side", "drink", "first", "second"]
    assert part["item_id"]["enum"] == ["cheeseburger", "fries", "rings", "cola", "lemonade", "farmhouse", "marinara"]
    assert part["modifiers"]["items"]["properties"]["group_id"]["enum"] == ["toppings", "crust", "burger", "ice"]


def test_an_argument_is_there_only_where_the_menu_has_something_for_it(casa_verde: Restaurant) -> None:
    line = properties(plain_menu(casa_verde.menu), casa_verde, "set_line")
    assert line.keys() == {"line_id", "item_id", "options", "quantity", "modifiers", "notes"}
    modifier = json.loads(json.dumps(line))["modifiers"]["items"]["properties"]
    assert modifier.keys() == {"option_id", "group_id", "action", "quantity"}
    assert "swap" not in modifier["action"]["enum"]
    assert "age_confirmed" not in properties(casa_verde.menu, casa_verde, "set_customer")
    assert "age_confirmed" in properties(DINER, diner(casa_verde), "set_customer")
    alone = DINER.model_copy(
        update={"items": tuple(i.model_copy(update={"halves": None}) for i in DINER.items if i.id != "farmhouse")}
    )
    assert "half_item_id" not in properties(alone, casa_verde, "set_line")


def test_a_menu_without_sizes_or_choices_has_no_arguments_for_them(casa_verde: Restaurant) -> None:
    plain = plain_menu(casa_verde.menu).model_copy(update={"dimensions": (), "modifier_groups": ()})
    assert properties(plain, casa_verde, "set_line").keys() == {"line_id", "item_id", "quantity", "notes"}


def test_the_same_restaurant_gives_the_same_bytes_without_a_price(casa_verde: Restaurant) -> None:
    text = json.dumps(tool_schemas(casa_verde.menu, casa_verde))
    assert text == json.dumps(tool_schemas(Menu.model_validate_json(casa_verde.menu.model_dump_json()), casa_verde))
    assert "1450" not in text


def test_the_bytes_do_not_depend_on_the_process(casa_verde: Restaurant) -> None:
    script = (
        "import hashlib, json; from gateway.orders.restaurant_files import SHIPPED, load_restaurants;"
        "from gateway.orders.tooling.schemas import tool_schemas; from tests.orders.tool_menu import diner;"
        "casa = next(r for r in load_restaurants(SHIPPED, {}) if r.id == 'casa-verde');"
        "print(hashlib.sha256(json.dumps([tool_schemas(r.menu, r) for r in (casa, diner(casa))]).encode()).hexdigest())"
    )
    here = json.dumps([tool_schemas(r.menu, r) for r in (casa_verde, diner(casa_verde))]).encode()
    seen = {hashlib.sha256(here).hexdigest()}
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
        seen.add(done.stdout.strip())
    assert len(seen) == 1


def test_every_schema_is_strict_and_valid(restaurants: dict[str, Restaurant], casa_verde: Restaurant) -> None:
    for restaurant in (*restaurants.values(), diner(casa_verde), diner(casa_verde, menu=large_menu())):
        for tool in json.loads(json.dumps(tool_schemas(restaurant.menu, restaurant))):
            assert tool["parameters"]["type"] == "object"
            for schema in objects(tool["parameters"]):
                assert schema["type"] in TYPES
                assert schema.keys() <= KEYWORDS[str(schema["type"])]
                if schema["type"] == "object":
                    assert schema["additionalProperties"] is False
                    assert set(schema.get("required", ())) <= schema["properties"].keys()  # type: ignore[attr-defined,call-overload]  # JSON
                if "enum" in schema:
                    words = schema["enum"]
                    assert isinstance(words, list)
                    assert 0 < len(words) == len(set(words)) <= MAX_ENUM
                    assert all(isinstance(word, str) for word in words)


def test_the_openai_package_takes_every_tool(casa_verde: Restaurant) -> None:
    realtime = pytest.importorskip("openai.types.realtime")
    for restaurant in (casa_verde, diner(casa_verde), diner(casa_verde, menu=large_menu())):
        for schema in tool_schemas(restaurant.menu, restaurant):
            model = realtime.RealtimeFunctionTool.model_validate_json(json.dumps(schema), strict=True)
            assert not model.model_extra


@pytest.mark.parametrize("number", [0, 100, 2000])
def test_the_size_of_the_tools_is_bounded_whatever_the_menu(casa_verde: Restaurant, number: int) -> None:
    text = json.dumps(tool_schemas(large_menu(number), casa_verde))
    assert len(text) < MAX_LINE_CHARS + 8_000


def test_a_large_menu_is_searched_and_not_spelt_out(casa_verde: Restaurant) -> None:
    menu = large_menu(MAX_ENUM)
    line = properties(menu, casa_verde, "set_line")
    assert line["item_id"] == {"type": "string", "description": "Another item begins the line anew."}
    assert '"enum": ["regular"' not in json.dumps(line)
    assert properties(menu, casa_verde, "find_item").keys() == {"words"}
    assert properties(menu, casa_verde, "get_menu").keys() == {"category", "item_id"}


def test_what_makes_a_menu_large(casa_verde: Restaurant) -> None:
    assert not is_large(DINER)
    assert not is_large(casa_verde.menu)
    wordy = DINER.items[0].model_copy(update={"spoken": tuple(f"name {number} of the dish" for number in range(400))})
    many_names = DINER.model_copy(update={"items": tuple(wordy.model_copy(update={"id": f"i{n}"}) for n in range(5))})
    assert len(many_names.model_dump_json(exclude_defaults=True)) > MAX_MENU_CHARS
    assert is_large(many_names)
    group = DINER.modifier_groups[0]
    options = tuple(group.options[1].model_copy(update={"id": f"{'o' * 70}{n}"}) for n in range(120))
    many_options = DINER.model_copy(
        update={"modifier_groups": (group.model_copy(update={"options": options}), *DINER.modifier_groups[1:])}
    )
    assert is_large(many_options)
    assert not is_large(DINER.model_copy(update={"modifier_groups": DINER.modifier_groups[1:]}))


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from([item.id for item in DINER.items]), min_size=1))
def test_any_part_of_a_menu_gives_valid_schemas(kept: set[str]) -> None:
    menu = DINER.model_copy(update={"items": tuple(item for item in DINER.items if item.id in kept)})
    restaurant = diner(CASA, menu=menu)
    for tool in tool_schemas(menu, restaurant):
        for schema in objects(json.loads(json.dumps(tool["parameters"]))):
            assert schema.get("enum", ["x"])


CASA = Restaurant.model_validate(
    {
        "id": "x",
        "name": "X",
        "numbers": ["+15550100000"],
        "timezone": "America/New_York",
        "hours": {"mon": [{"open": "11:00", "close": "22:00"}]},
        "disclosure": "An automated assistant answers.",
        "menu": DINER,
    }
)
