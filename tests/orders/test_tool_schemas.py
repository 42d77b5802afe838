import json

import pytest

from gateway.orders.menu import Menu
from gateway.orders.restaurant import Restaurant
from gateway.orders.tool_schemas import ARGUMENTS, MAX_ENUM, tool_schemas


def properties(menu: Menu, restaurant: Restaurant, tool: str) -> dict[str, dict[str, object]]:
    schema = next(schema for schema in tool_schemas(menu, restaurant) if schema["name"] == tool)
    found: dict[str, dict[str, object]] = json.loads(json.dumps(schema))["parameters"]["properties"]
    return found


def test_every_tool_takes_what_its_schema_says(restaurants: dict[str, Restaurant]) -> None:
    for restaurant in restaurants.values():
        schemas = tool_schemas(restaurant.menu, restaurant)
        assert [schema["name"] for schema in schemas] == list(ARGUMENTS)
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


def test_the_same_restaurant_gives_the_same_bytes_without_a_price(casa_verde: Restaurant) -> None:
    text = json.dumps(tool_schemas(casa_verde.menu, casa_verde))
    assert text == json.dumps(tool_schemas(Menu.model_validate_json(casa_verde.menu.model_dump_json()), casa_verde))
    assert "1450" not in text


def test_the_openai_package_takes_every_tool(casa_verde: Restaurant) -> None:
    realtime = pytest.importorskip("openai.types.realtime")
    for schema in tool_schemas(casa_verde.menu, casa_verde):
        model = realtime.RealtimeFunctionTool.model_validate_json(json.dumps(schema), strict=True)
        assert not model.model_extra


def test_a_menu_without_sizes_or_choices_has_no_arguments_for_them(casa_verde: Restaurant) -> None:
    plain = casa_verde.menu.model_copy(update={"dimensions": (), "modifier_groups": ()})
    assert properties(plain, casa_verde, "set_line").keys() == {"line_id", "item_id", "quantity", "notes"}


def test_a_large_menu_does_not_spell_out_its_items(casa_verde: Restaurant) -> None:
    item = casa_verde.menu.items[0]
    many = tuple(item.model_copy(update={"id": f"i{number}"}) for number in range(MAX_ENUM + 1))
    large = casa_verde.menu.model_copy(update={"items": many})
    assert properties(large, casa_verde, "set_line")["item_id"] == {"type": "string"}
