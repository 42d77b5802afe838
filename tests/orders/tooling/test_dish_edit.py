from gateway.orders.menu import Item
from gateway.orders.order import Modifier
from gateway.orders.tooling.arguments import Arguments
from gateway.orders.tooling.dish_edit import Dish, DishReader, Wishes
from gateway.orders.tooling.modifier_edit import Said
from gateway.orders.tooling.size_edit import OPEN, Size
from tests.orders.tool_menu import DINER

READER = DishReader(DINER)
HAM = Modifier(group="toppings", option="ham")


def item(item_id: str) -> Item:
    found = DINER.item(item_id)
    assert found is not None
    return found


def wishes(item_id: str, **arguments: object) -> Wishes:
    return READER.wishes(Arguments(arguments, "set_line", arguments), item(item_id))


def test_each_thing_goes_where_it_belongs() -> None:
    assert wishes("farmhouse", options={"size": "large", "crust": "thick"}, modifiers=["small", "ham"]) == Wishes(
        sizes={"size": "large"}, said=[Said("ham"), Said("thick", group_id="crust")], replaces=True
    )
    assert wishes("farmhouse", variation_id="large") == Wishes(variation="large")
    assert wishes("farmhouse", options={"colour": "red"}).sizes == {"colour": "red"}


def test_a_choice_of_that_name_comes_before_a_size() -> None:
    small = DINER.modifier_groups[0].options[1].model_copy(update={"id": "small", "name": "small"})
    group = DINER.modifier_groups[0]
    groups = (group.model_copy(update={"options": (*group.options, small)}), *DINER.modifier_groups[1:])
    reader = DishReader(DINER.model_copy(update={"modifier_groups": groups}))
    read = reader.wishes(Arguments({"modifiers": ["small"]}, "set_line", ["modifiers"]), item("farmhouse"))
    assert (read.sizes, read.said) == ({}, [Said("small")])


def test_a_list_replaces_and_a_choice_beside_it_adds() -> None:
    before = Dish(Size("large", {}), (HAM,))
    assert READER.dish(Wishes(), item("farmhouse"), before) == before
    assert READER.dish(Wishes(replaces=True), item("farmhouse"), before) == Dish(Size("large", {}))
    beside = READER.dish(Wishes(said=[Said("olives")]), item("farmhouse"), before)
    assert [modifier.option for modifier in beside.modifiers] == ["ham", "olives"]
    instead = READER.dish(Wishes(said=[Said("olives")], replaces=True), item("farmhouse"), before)
    assert [modifier.option for modifier in instead.modifiers] == ["olives"]


def test_in_a_slot_fewer_sizes_are_sold() -> None:
    assert READER.dish(Wishes(), item("farmhouse"), Dish(OPEN), only=("small",)).size == Size("small", {})
