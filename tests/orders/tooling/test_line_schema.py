import json

from gateway.orders.tooling.line_schema import LineSchema
from tests.orders.tool_menu import DINER


def test_the_arguments_come_in_a_fixed_order() -> None:
    assert list(LineSchema(DINER, spelt=True).properties()) == [
        "line_id", "item_id", "options", "quantity", "modifiers", "half_item_id", "parts", "notes",
    ]  # fmt: skip


def test_spelt_out_ids_are_enums_and_else_any_text() -> None:
    spelt = json.dumps(LineSchema(DINER, spelt=True).properties())
    wide = json.dumps(LineSchema(DINER, spelt=False).properties())
    for entry_id in ("farmhouse", "anchovies", "toppings", "burger", "large"):
        assert f'"{entry_id}"' in spelt
        assert f'"{entry_id}"' not in wide.replace('"options"', "")


def test_parts_have_the_sizes_and_choices_of_what_can_fill_a_slot_and_no_others() -> None:
    parts = json.loads(json.dumps(LineSchema(DINER, spelt=True).properties()))["parts"]["items"]["properties"]
    assert parts["options"]["properties"].keys() == {"size", "cup"}
    assert "ranch" not in parts["modifiers"]["items"]["properties"]["option_id"]["enum"]
    assert "onion" in parts["modifiers"]["items"]["properties"]["option_id"]["enum"]


def test_combos_of_plain_things_ask_for_no_sizes_or_choices() -> None:
    plain = tuple(
        item.model_copy(update={"modifier_groups": (), "variations": item.variations[:1]}) for item in DINER.items
    )
    bare = tuple(
        item.model_copy(update={"variations": (item.variations[0].model_copy(update={"options": {}}),)})
        for item in plain
    )
    schema = json.loads(json.dumps(LineSchema(DINER.model_copy(update={"items": bare}), spelt=True).properties()))
    assert schema["parts"]["items"]["properties"].keys() == {"slot", "item_id"}
    assert "options" not in schema


def test_what_choices_open_is_among_those_of_a_part() -> None:
    slot = DINER.items[-2].slots[1].model_copy(update={"choices": (DINER.items[-2].slots[1].choices[0],)})
    steak = slot.model_copy(update={"choices": (slot.choices[0].model_copy(update={"item": "steak"}),)})
    combo = DINER.items[-2].model_copy(update={"slots": (steak,)})
    menu = DINER.model_copy(update={"items": (*DINER.items[:-2], combo)})
    parts = json.loads(json.dumps(LineSchema(menu, spelt=True).properties()))["parts"]["items"]["properties"]
    assert "ranch" in parts["modifiers"]["items"]["properties"]["option_id"]["enum"]
