import pytest

from gateway.orders.menu import Item, ModifierGroup, ModifierOption
from gateway.orders.order import Modifier, ModifierAction
from gateway.orders.tooling.arguments import Refusal
from gateway.orders.tooling.modifier_rules import check_group, check_option, check_quantity, swapped_out
from tests.orders.tool_menu import DINER


def group(group_id: str) -> ModifierGroup:
    found = DINER.group(group_id)
    assert found is not None
    return found


def option(group_id: str, option_id: str) -> ModifierOption:
    found = group(group_id).option(option_id)
    assert found is not None
    return found


def item(item_id: str = "farmhouse") -> Item:
    found = DINER.item(item_id)
    assert found is not None
    return found


def made(option_id: str, **more: object) -> Modifier:
    return Modifier.model_validate({"group": "toppings", "option": option_id} | more)


def test_what_the_group_allows_is_taken_as_it_is() -> None:
    ham = option("toppings", "ham")
    assert check_option(group("toppings"), ham, "extra", "left", None, item()) == ("extra", None)
    assert check_option(group("toppings"), ham, "swap", "half", None, item()) == ("swap", "mozzarella")


@pytest.mark.parametrize("action", ["no", "extra", "light", "side"])
def test_a_group_may_be_neither_negatable_nor_qualifiable(action: ModifierAction) -> None:
    with pytest.raises(Refusal, match="thick crust of Farmhouse can"):
        check_option(group("crust"), option("crust", "thick"), action, "whole", None, item())


def test_so_many_portions_and_no_more() -> None:
    ham = option("toppings", "ham")
    assert check_quantity(group("toppings"), ham, "add", None, item()) == 1
    assert check_quantity(group("toppings"), ham, "add", 2, item()) == 2
    for quantity in (0, 3):
        with pytest.raises(Refusal):
            check_quantity(group("toppings"), ham, "add", quantity, item())


def test_leaving_off_what_is_swapped_is_said_already_on_the_same_half() -> None:
    swap = made("ham", action="swap", instead_of="mozzarella")
    off, off_left = made("mozzarella", action="no"), made("mozzarella", action="no", placement="left")
    assert swapped_out([off, swap]) == [swap]
    assert swapped_out([off_left, swap]) == [off_left, swap]
    assert swapped_out([made("olives", action="no"), swap]) == [made("olives", action="no"), swap]


def test_a_group_without_a_limit_has_none() -> None:
    check_group(group("burger"), [Modifier(group="burger", option="bacon")], item("cheeseburger"))


def test_what_a_dish_comes_with_counts_and_a_swap_takes_its_place() -> None:
    full = [made("ham", quantity=2), made("olives"), made("anchovies")]
    with pytest.raises(Refusal, match="At most 4 of toppings on Farmhouse"):
        check_group(group("toppings"), full, item())
    swapped = made("anchovies", action="swap", instead_of="mozzarella")
    check_group(group("toppings"), [*full[:2], swapped], item())
    check_group(group("toppings"), [*full, made("mozzarella", action="no")], item())
